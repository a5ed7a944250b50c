"""Labels alone: the network against its own pixels, thresholds against all others, and a run."""

import json

import cv2
import numpy as np
import pytest
import torch
from inside import run_here
from safetensors.numpy import load_file

from learned.tasks import focus, judging, labels

SMALL = ("crops=120", "starts=1", "side=24")


@pytest.mark.parametrize("size", [3, 5])
def test_sums_say_of_a_crop_what_its_pixels_say(size):
    rng = np.random.default_rng(size)
    crops = [rng.integers(0, 256, (20, 17)).astype(float) for _ in range(4)]
    net = focus.FocusNet(size)
    with torch.no_grad():
        net.numbers.copy_(torch.tensor([1.5, -0.7, 0.3]))
        even = torch.as_tensor(np.array([crop - crop.mean() for crop in crops]))[:, None]
        by_pixels = net(even).numpy()
    sums = focus.summed_crops(crops, [True] * 4, size)
    np.testing.assert_allclose(focus.logits(net, sums), by_pixels, rtol=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_it_finds_the_derivative_that_tells_stripes_apart(seed):
    """Noise that is smooth down, or smooth along; the same contrast, so only a direction tells."""
    rng = np.random.default_rng(seed)
    along = [cv2.blur(rng.normal(0, 30, (24, 24)), (5, 1)) for _ in range(120)]
    crops = [crop if number % 2 else crop.T for number, crop in enumerate(along)]
    sums = focus.summed_crops(crops, [number % 2 == 0 for number in range(120)], 3)
    net, loss = focus.learn_focus(sums, seed)
    assert loss < 0.01
    kernel = focus.scaled(net.filter.kernel[0])
    down, across = (np.abs(np.diff(kernel, axis=axis)).sum() for axis in (0, 1))
    assert max(down, across) > 2 * min(down, across)  # it differs along one direction only


def test_a_kernel_that_is_given_stays():
    rng = np.random.default_rng(0)
    sums = focus.summed_crops(rng.normal(0, 30, (20, 16, 16)), [True, False] * 10, 3)
    kernel = rng.normal(size=(3, 3))
    net, _ = focus.learn_focus(sums, 0, kernel)
    np.testing.assert_array_equal(net.filter.kernel[0], kernel)


@pytest.mark.parametrize("seed", range(5))
def test_the_threshold_is_the_best_of_all_and_the_curve_covers_the_right_area(seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 8, 40).astype(float)  # many are alike
    sharp = rng.random(40) < 0.3 + scores / 16
    best = max(((scores >= t) == sharp).mean() for t in [*scores, np.inf] if t < np.inf)
    threshold = judging.best_threshold(scores, sharp)
    assert ((scores >= threshold) == sharp).mean() == best
    some = np.arange(40) + rng.random(40)  # all different, where the area is a count of pairs
    order = (some[sharp][:, None] > some[~sharp]).mean()
    assert np.trapezoid(*judging.roc(some, sharp)[::-1]) == pytest.approx(order)


def test_photos_that_are_judged_by_were_not_learned_from(monkeypatch):
    asked = []
    crops = labels._crops

    def spy(photos, *rest):
        asked.append({float(photo[0, 0]) for photo in photos})
        return crops(photos, *rest)

    monkeypatch.setattr(labels, "_crops", spy)
    rng = np.random.default_rng(0)
    photos = {f"{n}": np.clip(rng.normal(120, 40, (60, 60)), 0, 255) for n in range(5)}
    for n in range(5):
        photos[f"{n}"][0, 0] = n
    config = labels.LabelsConfig(task="labels", crops=12, side=16, starts=1, folds=2)
    fold = labels.learn_fold({True: photos, False: {}}, 0, config)
    assert fold.unseen == ["0", "2", "4"]
    assert asked == [{1, 3}, {1, 3}, {0, 2, 4}, {0, 2, 4}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six noisy pictures, and the same blurred."""
    folder = tmp_path_factory.mktemp("labels")
    rng = np.random.default_rng(0)
    for kind in ("sharp", "blurred"):
        (folder / kind).mkdir()
    for number in range(6):
        picture = cv2.resize(rng.integers(0, 256, (40, 40)).astype(np.uint8), (120, 120))
        cv2.imwrite(str(folder / "sharp" / f"{number}.png"), picture)
        cv2.imwrite(str(folder / "blurred" / f"{number}.png"), cv2.blur(picture, (7, 7)))
    (folder / "flat").mkdir()
    for number in range(3):
        np.save(folder / "flat" / f"{number}.npy", np.full((120, 120), 9.0))
    (folder / "labels.toml").write_text('task = "labels"\nshrink = 1\nphotos = ["sharp"]\n')
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("blurred=['blurred']",)])
def test_a_run_is_written_whole_and_comes_out_alike_again(folder, more):
    for out in ("one", "two"):
        done = run_here("train", "labels.toml", *SMALL, *more, "--out", out, cwd=folder)
        assert (done.returncode, done.stderr) == (0, "")
    metrics = json.loads((folder / "one" / "metrics.json").read_text())
    assert metrics == json.loads((folder / "two" / "metrics.json").read_text())
    assert metrics["accuracy"]["learned"]["mean"] > 0.9
    kernels = load_file(folder / "one" / "kernels.safetensors")
    assert {f"learned/fold_{n}" for n in range(3)} <= set(kernels)
    assert cv2.imread(str(folder / "one" / "labels.png")).std() > 10


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("photos='flat'", "too dull"),
        ("folds=7", "too few for 7 folds"),
        ("photos='none.png'", "none.png"),
        ("side=110", "too few for crops of 110"),
        ("size=4", "has no centre pixel"),
        ("sigma=[3, 1]", "The least comes first"),
        ("blurred=['flat/0.npy']", "1 of 7 photos have one label"),
        ("crop=9", "Did you mean crops?"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(folder, change, says):
    done = run_here("train", "labels.toml", *SMALL, change, "--out", "none", cwd=folder)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert says in done.stderr
    assert not (folder / "none").exists()
