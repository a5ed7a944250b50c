"""Animations show what the loop gives, and are written whole or not at all."""

import io
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from handconv.animate import FFMpegWriter, animation_file, sliding, write_animation
from handconv.pictures.draw import format_tap
from handconv.reference import correlate_loop

PICTURE = np.random.default_rng(0).integers(0, 256, (9, 8)).astype(np.uint8)
KERNEL = np.array([[1.0, 2, 3], [4, 5, 6], [-7, 8, -9]])  # which no turn leaves as it is


def numbers_in(axis):
    return [text.get_text() for text in axis.texts]


def panel(animation, title):
    return next(axis for axis in animation.figure.axes if axis.get_title().startswith(title))


@pytest.mark.parametrize("border", ["constant", "reflect_101"])
def test_the_last_frame_holds_what_the_loop_gives(border):
    whole = sliding(PICTURE, KERNEL, corner=(0, 0), size=(9, 8), border=border)
    whole.draw(whole.frames - 1)
    expected = [format_tap(value) for value in correlate_loop(PICTURE, KERNEL, border).ravel()]
    assert numbers_in(panel(whole, "the answer")) == expected
    assert panel(whole, "= products").get_title() == f"= products, sum {expected[-1]}"


def test_a_frame_shows_the_pixels_under_the_kernel_and_the_answers_so_far():
    part = sliding(PICTURE, KERNEL, corner=(2, 3), size=(2, 3))
    part.draw(4)  # the second row, second column: pixel (3, 4)
    below = next(axis for axis in part.figure.axes if axis.get_title() == "pixels")
    assert numbers_in(below) == [str(level) for level in PICTURE[2:5, 3:6].ravel()]
    assert len(numbers_in(panel(part, "the answer"))) == 5


def test_a_gif_has_all_frames_in_their_colours():
    animation = sliding(PICTURE, KERNEL, size=(1, 3))
    told = []
    gif = Image.open(io.BytesIO(animation.gif(lambda done, total: told.append((done, total)))))
    assert (gif.n_frames, gif.info["duration"], told) == (3, 500, [(1, 3), (2, 3), (3, 3)])
    for number in (2, 0):  # in any order
        gif.seek(number)
        drawn = animation._drawn(number).astype(int)
        assert np.abs(np.asarray(gif.convert("RGB")) - drawn).mean() < 3
    assert gif.info["loop"] == 0


def test_nothing_is_left_where_drawing_fails(tmp_path):
    (tmp_path / "a.gif").write_text("old")

    def fails(number):
        raise RuntimeError

    broken = replace(sliding(PICTURE, KERNEL, size=(1, 2)), draw=fails)
    with pytest.raises(RuntimeError):
        write_animation(tmp_path / "a.gif", broken)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.gif", "old")]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
def test_ffmpeg_writes_mp4(tmp_path):
    write_animation(tmp_path / "new" / "a.mp4", sliding(PICTURE, KERNEL, size=(1, 2)))
    assert (tmp_path / "new" / "a.mp4").read_bytes()[4:8] == b"ftyp"


def test_without_ffmpeg_one_line_says_so(monkeypatch):
    monkeypatch.setattr(FFMpegWriter, "isAvailable", lambda: False)
    assert animation_file("a.GIF").name == "a.GIF"
    with pytest.raises(ValueError, match=r"a\.mp4 needs the program ffmpeg\. Install it"):
        animation_file("a.mp4")
    with pytest.raises(ValueError, match=r"a\.avi must end in \.gif or \.mp4"):
        animation_file("a.avi")


@pytest.mark.parametrize(
    ("picture", "kernel", "options", "message"),
    [
        (PICTURE[..., None], KERNEL, {}, r"picture has shape \(9, 8, 1\)"),
        (PICTURE, np.ones((7, 3)), {}, r"kernel has shape \(7, 3\).* cannot be read"),
        (PICTURE, np.ones((2, 3)), {}, "even side has no centre"),
        (PICTURE, KERNEL, {"size": (10, 1)}, "size is 10 × 1; take 1 to 9"),
        (PICTURE, KERNEL, {"size": (0, 1)}, "size is 0 × 1"),
        (PICTURE, KERNEL, {"corner": (4, 3)}, r"corner is \(4, 3\).* of 9 × 8"),
        (PICTURE, KERNEL, {"corner": (-1, 0)}, r"corner is \(-1, 0\)"),
        (PICTURE, KERNEL, {"border": "none"}, "border 'none' is not known"),
        (PICTURE, KERNEL, {"pace": 0}, "pace is 0; take 1 to 50"),
    ],
)
def test_what_cannot_be_shown_is_said(picture, kernel, options, message):
    with pytest.raises(ValueError, match=message):
        sliding(picture, kernel, **options)


def test_too_many_frames_or_pixels_are_refused():
    animation = sliding(PICTURE, KERNEL, size=(1, 2))
    with pytest.raises(ValueError, match="frames is 401; from 1 to 400"):
        replace(animation, frames=401)
    animation.figure.set_size_inches(60, 60)
    with pytest.raises(ValueError, match="figure has 5400 × 5400 pixels"):
        replace(animation, frames=2)
