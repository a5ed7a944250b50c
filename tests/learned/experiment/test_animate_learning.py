"""The animation of the network's weights ends at the kernel, and starts far from it."""

import numpy as np
import pytest
from running import run_script

from handconv.pictures.draw import format_tap
from learned.experiment.animate import learning

PHOTO = np.random.default_rng(0).integers(0, 256, (300, 20)).astype(np.uint8)
KERNEL = np.array([[1.0, 2, 3], [4, 5, 6], [-7, 8, -9]])


def weights(animation, frame):
    animation.draw(frame)
    axis = animation.figure.axes[1]
    return axis.get_title(), [text.get_text() for text in axis.texts]


@pytest.mark.parametrize(
    "options",
    [
        {"optimizer": "newton"},
        pytest.param({"precondition": "whiten", "steps": 90}, marks=pytest.mark.slow),
    ],
)
def test_it_ends_at_the_kernel(options):
    animation = learning(PHOTO, KERNEL, **options)
    assert animation.frames <= 61
    last, taps = weights(animation, animation.frames - 1)
    assert taps == [format_tap(tap) for tap in KERNEL.ravel()]
    first, start = weights(animation, 0)
    assert first == "weights after step 0"
    assert start != taps
    assert last != first


def test_the_seed_decides_and_leaves_no_trace():
    import torch

    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    starts = [weights(learning(PHOTO, KERNEL, steps=1, seed=seed), 0) for seed in (0, 0, 1)]
    assert starts[0] == starts[1] != starts[2]
    assert torch.rand(1) == expected


@pytest.mark.parametrize(
    ("photo", "kernel", "options", "message"),
    [
        (PHOTO[None], KERNEL, {}, r"photo has shape \(1, 300, 20\)"),
        (PHOTO, np.ones((23, 3)), {}, r"kernel has shape \(23, 3\).* at most 21"),
        (PHOTO, np.ones((2, 3)), {}, r"kernel has shape \(2, 3\); give it odd sides"),
        (PHOTO, KERNEL, {"steps": 0}, "steps is 0; take 1 to 5000"),
        (PHOTO, KERNEL, {"optimizer": "nadam"}, "optimizer is 'nadam'. Did you mean adam"),
        (PHOTO, KERNEL, {"optimizer": "newton", "precondition": "whiten"}, "newton whitens by its"),
    ],
)
def test_what_cannot_be_learned_is_said(photo, kernel, options, message):
    with pytest.raises(ValueError, match=message):
        learning(photo, kernel, **options)


@pytest.mark.slow
def test_the_script_writes_both_and_says_what_is_wrong_in_a_line(tmp_path):
    done = run_script("animate", "sliding", "--size", "1", "2", "--out", "s.gif", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Wrote s.gif: sobel_x, 2 frames")
    done = run_script("animate", "learning", "--steps", "2", "--out", "l.gif", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "l.gif").read_bytes().startswith(b"GIF89a")
    done = run_script("animate", "sliding", "--out", "s.avi", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "error: s.avi must end in .gif or .mp4.\n")
