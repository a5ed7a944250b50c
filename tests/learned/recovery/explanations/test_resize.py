"""Resizers of libraries are told from each other, with code that does the same."""

import json

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from recover_pairs import photo
from scipy import ndimage
from skimage import transform
from torch.nn import functional

from learned import recover
from learned.recovery.explanations import resize
from learned.recovery.explanations.resize_weights import resize_by_weights, resize_in_whole_numbers
from learned.recovery.figure import figure
from learned.recovery.reading import read_of_any_sizes
from learned.recovery.report import percent

RATIOS = [(1 / 2, 1 / 2), (2, 2), (2 / 3, 2 / 3), (1.37, 1.37), (3, 3), (0.6, 1.7)]


def by_opencv(flag):
    return lambda x, height, width: cv2.resize(x, (width, height), interpolation=flag)


def by_pillow(method, **more):
    return lambda x, height, width: np.array(
        Image.fromarray(x).resize((width, height), method, **more)
    )


def by_skimage(**more):
    def make(x, height, width):
        made = transform.resize(x, (height, width), **more)
        return np.clip(np.rint(255 * made), 0, 255).astype(np.uint8)

    return make


def by_torch(dtype=torch.float32, **more):
    def make(x, height, width):
        made = functional.interpolate(torch.tensor(x)[None, None].to(dtype), (height, width), **more)  # fmt: skip
        return made[0, 0].round().clamp(0, 255).to(torch.uint8).numpy()

    return make


def by_scipy(**more):
    return lambda x, height, width: ndimage.zoom(x, (height / len(x), width / len(x[0])), **more)


RESIZERS = {
    "OpenCV INTER_NEAREST": by_opencv(cv2.INTER_NEAREST),
    "OpenCV INTER_LINEAR": by_opencv(cv2.INTER_LINEAR),
    "OpenCV INTER_CUBIC": by_opencv(cv2.INTER_CUBIC),
    "OpenCV INTER_AREA": by_opencv(cv2.INTER_AREA),
    "OpenCV INTER_LANCZOS4": by_opencv(cv2.INTER_LANCZOS4),
    "Pillow HAMMING": by_pillow(Image.Resampling.HAMMING),
    "Pillow BICUBIC": by_pillow(Image.Resampling.BICUBIC),
    "Pillow LANCZOS": by_pillow(Image.Resampling.LANCZOS),
    "scikit-image resize of order 1, anti_aliasing": by_skimage(order=1, anti_aliasing=True),
    "scikit-image resize of order 3": by_skimage(order=3, anti_aliasing=False),
    "torch bilinear, align_corners": by_torch(mode="bilinear", align_corners=True),
    "torch bicubic": by_torch(mode="bicubic", align_corners=False),
    "torch bicubic, antialias, in uint8": by_torch(torch.uint8, mode="bicubic", antialias=True),
    "torch nearest-exact": by_torch(mode="nearest-exact"),
    "SciPy zoom of order 3": by_scipy(order=3),
    "SciPy zoom of order 1, grid_mode": by_scipy(order=1, mode="nearest", grid_mode=True),
}


def told(before, after):
    """What is found, all names that do as much, and the share that the code reproduces."""
    seen = read_of_any_sizes(before, after)
    (found,) = resize.explain(seen)
    names = {"before": before}
    exec(found.code(seen), names)
    parameters = found.parameters
    named = {f"{parameters['library']} {parameters['method']}", *parameters["alike"]}
    return parameters, named, float(np.mean(names["after"] == after))


def assert_named(name, ratio):
    before = photo("coins", rows=150, columns=200)
    height, width = (round(length * by) for length, by in zip(before.shape, ratio, strict=True))
    parameters, named, share = told(before, RESIZERS[name](before, height, width))
    assert name in named or share == 1, named  # another one that does the same to every pixel
    assert share >= 0.998  # torch rounds sums in float32, which decides between halves
    assert parameters["scale"] == [height / 150, width / 200]


@pytest.mark.slow
@pytest.mark.parametrize("name", RESIZERS)
def test_resizers_are_named(name):
    assert_named(name, RATIOS[list(RESIZERS).index(name) % 4])


@pytest.mark.slow
@pytest.mark.parametrize("ratio", RATIOS, ids=str)
@pytest.mark.parametrize("name", RESIZERS)
def test_resizers_are_named_at_all_ratios(name, ratio):
    assert_named(name, ratio)


def rescaled_by_opencv(flag, down, across):
    return lambda x: cv2.resize(x, None, fx=across, fy=down, interpolation=flag)


def rescaled_by_torch(dtype=torch.float32, **more):
    def make(x):
        made = functional.interpolate(torch.tensor(x)[None, None].to(dtype), **more)
        return made[0, 0].round().clamp(0, 255).to(torch.uint8).numpy()

    return make


RESCALERS = {  # their sizes are not what the factors make, but rounded
    "OpenCV INTER_LINEAR with fx=0.3, fy=0.3": rescaled_by_opencv(cv2.INTER_LINEAR, 0.3, 0.3),
    "OpenCV INTER_CUBIC with fx=1.37, fy=1.37": rescaled_by_opencv(cv2.INTER_CUBIC, 1.37, 1.37),
    "OpenCV INTER_AREA with fx=0.3, fy=0.7": rescaled_by_opencv(cv2.INTER_AREA, 0.7, 0.3),
    "OpenCV INTER_LINEAR with fx=0.142857, fy=0.142857": rescaled_by_opencv(
        cv2.INTER_LINEAR, 1 / 7, 1 / 7
    ),
    "OpenCV pyrDown": cv2.pyrDown,
    "OpenCV pyrUp": cv2.pyrUp,
    "torch bilinear, scale_factor=(0.3, 0.3)": rescaled_by_torch(mode="bilinear", scale_factor=0.3),
    "torch bicubic, antialias, scale_factor=(0.37, 0.37)": rescaled_by_torch(
        mode="bicubic", scale_factor=0.37, antialias=True
    ),
    "torch bicubic, scale_factor=(1.37, 1.37), in uint8": rescaled_by_torch(
        torch.uint8, mode="bicubic", scale_factor=1.37
    ),
}


@pytest.mark.parametrize("name", RESCALERS)
def test_factors_are_told_from_sizes(name):
    before = photo("cat", rows=151, columns=203)
    _, named, share = told(before, RESCALERS[name](before))
    assert name in named
    assert share >= 0.998  # as above


@pytest.mark.parametrize("size", [(75, 100), (300, 410), (90, 340)])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("how", [(False, False), (True, False), (False, True)])
def test_our_formulas_are_torch_s(mode, how, size):
    aligned, antialias = how
    before = photo("cat", rows=150, columns=200)
    settings = {"mode": mode, "align_corners": aligned, "antialias": antialias}
    in_bytes = by_torch(torch.uint8, **settings)(before, *size)
    ours = resize_in_whole_numbers(before[None], *size, mode, *how)[0]
    np.testing.assert_array_equal(ours, in_bytes)
    floating = by_torch(**settings)(before, *size)
    ours = resize_by_weights(before[None], *size, mode, *how, "nearest")[0]
    assert np.mean(ours == floating) > 0.998


def test_colours_and_the_whole_answer():
    before = photo("coffee", rows=150, columns=200, colour=True)
    after = np.array(Image.fromarray(before).resize((91, 100), Image.Resampling.LANCZOS))
    found = recover(before, after)
    best = found.explanations[0]
    assert (best.kind, best.exact_pixels) == ("resize", 1)
    assert best.parameters["method"] == "LANCZOS"
    np.testing.assert_array_equal(found.apply(before), after)


def test_sixteen_bits():
    before = photo("moon", rows=150, columns=200).astype(np.uint16) * 257
    after = cv2.resize(before, (120, 70), interpolation=cv2.INTER_CUBIC)
    parameters, _, share = told(before, after)
    assert (parameters["library"], parameters["method"]) == ("OpenCV", "INTER_CUBIC")
    assert share == 1


def test_what_no_resizer_made_is_not_named():
    before = photo("camera", rows=150, columns=200)
    blurred = cv2.GaussianBlur(before, (0, 0), 3)
    for after in (cv2.resize(blurred, (100, 75)), blurred[1:-1, 1:-1]):
        assert list(resize.explain(read_of_any_sizes(before, after))) == []
    with pytest.raises(ValueError, match="a filter keeps the size"):
        recover(before, cv2.resize(blurred, (100, 75)))


def test_a_near_one_is_named_with_its_share():
    before = photo("camera", rows=150, columns=200)
    after = cv2.resize(before, (100, 75), interpolation=cv2.INTER_CUBIC)
    after[:15] = 0
    seen = read_of_any_sizes(before, after)
    (found,) = resize.explain(seen)
    assert found.parameters["method"] == "INTER_CUBIC"
    assert "nearly" in found.sentence
    assert 0.75 < found.exact_pixels < 0.9


@pytest.mark.parametrize("size", [(300, 400), (300, 150), (75, 300)], ids=str)
def test_one_other_pixel_still_gives_an_answer(size):
    """Larger, or larger in one direction only: the pictures do not lie inside each other."""
    before = photo("camera", rows=150, columns=200)
    after = by_pillow(Image.Resampling.BICUBIC)(before, *size)
    after[20, 30] ^= 64
    found = recover(before, after)
    (best,) = found.explanations
    assert best.parameters["method"] == "BICUBIC"
    assert best.exact_pixels == 1 - 1 / after.size
    assert f"{percent(best.exact_pixels)} of the pixels" in str(found)
    json.dumps(found.as_json())
    figure(found)


@pytest.mark.parametrize("dull", [0, 2])
def test_a_channel_without_anything_in_it_hides_nothing(dull):
    before = photo("coffee", 120, 150, colour=True).copy()
    before[..., dull] = 77
    after = np.array(Image.fromarray(before).resize((75, 60), Image.Resampling.LANCZOS))
    found = recover(before, after)
    assert found.explanations[0].parameters["method"] == "LANCZOS"
    assert found.explanations[0].exact_pixels == 1
    assert np.array_equal(found.apply(before), after)
    with pytest.raises(ValueError, match=r"picture has 100 × 150 pixels; .* of 120 × 150"):
        found.apply(before[20:])


@pytest.mark.parametrize("after", ["a rim left out", "another scene"])
def test_slow_libraries_are_not_tried_where_no_resizer_is_near(after, monkeypatch):
    """Two rows too few are a mistake more often than a resize, and should be told at once."""
    before = photo("camera")
    made = {
        "a rim left out": cv2.GaussianBlur(before, (3, 3), 0)[1:-1, 1:-1],
        "another scene": cv2.resize(photo("brick"), before.shape[::-1])[2:-2, 2:-2],
    }
    monkeypatch.setattr(resize, "by_skimage", lambda *given: pytest.fail("was tried"))
    with pytest.raises(ValueError, match="pass --crop"):
        recover(before, np.ascontiguousarray(made[after]))
