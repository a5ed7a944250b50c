"""The pairs of the benchmark: the same each time, and what is called the truth is the truth."""

import cv2
import numpy as np
import pytest
from benchmarks.pairs import making, photos
from benchmarks.pairs.contestants.patches import patches
from benchmarks.pairs.probing import NotLinear, probe, steps, trimmed
from benchmarks.pairs.programs import with_pillow
from benchmarks.pairs.programs.program import PROBED, some_taps
from benchmarks.pairs.records import LINEAR, SPLITS, Pair, Question
from scipy import ndimage

from handconv.reference import correlate_loop

ROOM = 28  # pixels a side that the loop goes over


def planes(picture):
    return picture[None] if picture.ndim == 2 else picture.transpose(2, 0, 1)


def parts(pair):
    """(before, after), smaller: of a corner with the true border, and of the middle without any.

    Each with a margin that is left out, in pixels above and left, below and right.
    """
    reach = max(pair.truth.kernel.shape[-2:]) // 2
    length = ROOM + 2 * reach
    middle = (pair.before.shape[0] - length) // 2
    inside = slice(middle, middle + length), slice(middle, middle + length)
    yield inside, "replicate", slice(reach, reach + ROOM)
    if pair.truth.border not in (None, "unfiltered", "wrap"):
        yield (slice(0, ROOM + reach), slice(0, ROOM + reach)), pair.truth.border, slice(0, ROOM)


def sums(before, truth, border):
    """By the tutorial's loop: (out-channels, rows, columns), before rounding."""
    if truth.kernel.ndim == 2:
        return np.stack([correlate_loop(each, truth.kernel, border) for each in before])
    return np.stack(
        [
            sum(correlate_loop(each, taps, border) for each, taps in zip(before, row, strict=True))
            for row in truth.kernel
        ]
    )


def assert_true(pair):
    """What the loop makes with the kernel lies within what the stored pixels say it was."""
    for part, border, inner in parts(pair):
        level = sums(planes(pair.before[part]), pair.truth, border)[:, inner, inner]
        level = level + pair.truth.bias
        stored = planes(pair.after[part])[:, inner, inner].astype(np.float64)
        slack = 2e-4  # grey levels: programs that calculate in float32
        low, high = {"nearest": (-0.5, 0.5), "floor": (0, 1), None: (0, 0)}[pair.truth.rounding]
        if pair.truth.rounding is None:
            assert np.abs(level - stored).max() <= slack, pair.name
            continue
        level = level.clip(0, 255)
        assert (level >= stored + low - slack).all(), pair.name
        assert (level <= stored + high + slack).all(), pair.name


def unspoilt(pairs):
    return [pair for pair in pairs if pair.truth and pair.split not in ("noisy", "jpeg")]


def test_a_bright_pixel_tells_kernel_bias_and_orientation():
    taps = some_taps(3, 5, 1)
    kernel, bias = probe(lambda picture: ndimage.correlate(picture, taps) + 7)
    assert np.allclose(kernel, taps, rtol=0, atol=1e-12)
    assert bias == 7
    turned, _ = probe(lambda picture: ndimage.convolve(picture, taps))
    assert np.allclose(turned, taps[::-1, ::-1], rtol=0, atol=1e-12)


def test_a_bright_pixel_tells_how_channels_are_mixed():
    matrix = np.array([[0.2, 0.7, 0.1], [0, 1, 0.5]])
    kernel, _ = probe(lambda picture: picture @ matrix.T, 3)
    assert kernel.shape == (2, 3, 1, 1)
    assert np.allclose(kernel[..., 0, 0], matrix, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "run",
    [
        lambda picture: picture**2,
        lambda picture: ndimage.median_filter(picture, 3),
        lambda picture: picture * np.linspace(0, 1, picture.shape[1]),
        lambda picture: np.maximum(picture, 80),
    ],
)
def test_what_is_no_filter_is_refused(run):
    with pytest.raises(NotLinear, match="a bright pixel"):
        probe(run)


def test_zeros_are_cut_off_evenly():
    taps = np.zeros((7, 7))
    taps[3, 1] = 1
    assert trimmed(taps).shape == (1, 5)


def test_opencv_blurs_8_bits_by_multiples_of_1_256():
    row = steps(lambda line: cv2.GaussianBlur(line, (5, 1), 1.1), 5)
    assert row.sum() == 1
    assert (row * 256 % 1 == 0).all()
    exact = cv2.getGaussianKernel(5, 1.1)[:, 0]
    assert 0 < np.abs(row - exact).max() < 1 / 256


def pillow_pairs():
    for program in with_pillow.programs():
        before = photos.photo("cat")
        after = program.after(before, "nearest")
        yield Pair(
            program.name, "easy", "pillow", program.name, "cat", before, after, program.truth
        )


def test_the_truths_of_pillow_are_what_the_loop_makes():
    pairs = list(pillow_pairs())
    assert len(pairs) > 15
    for pair in pairs:
        assert_true(pair)


def test_a_wrong_truth_is_seen():
    pair = next(pair for pair in pillow_pairs() if pair.name == "EMBOSS")
    pair.truth.kernel[:] = pair.truth.kernel[::-1, ::-1].copy()
    with pytest.raises(AssertionError, match="EMBOSS"):
        assert_true(pair)


def test_dull_pictures_have_fewer_neighbourhoods_than_taps():
    for name, (picture, border) in photos.dull_pictures().items():
        modes = {"replicate": "edge", "reflect": "symmetric", "wrap": "wrap"}
        wide = np.pad(picture.astype(np.float64), 1, modes[border])
        seen = patches(Question(wide, wide, (3, 3))).seen
        assert len(seen) == picture.size
        assert np.linalg.matrix_rank(seen.T @ seen, hermitian=True) < 9, name


@pytest.fixture(scope="module")
def everything():
    return making.make_pairs()


@pytest.mark.slow
def test_the_truth_of_all_is_what_the_loop_makes(everything):
    for pair in unspoilt(everything):
        assert_true(pair)


@pytest.mark.slow
def test_the_same_bytes_each_time(everything):
    making._rounded.cache_clear()
    making.grey_programs.cache_clear()
    again = making.make_pairs()
    assert [(e.name, e.digest()) for e in again] == [(e.name, e.digest()) for e in everything]
    assert all(
        (a.truth is b.truth is None) or np.array_equal(a.truth.kernel, b.truth.kernel)
        for a, b in zip(again, everything, strict=True)
    )


@pytest.mark.slow
def test_there_are_200_of_all_splits(everything):
    assert len(everything) >= 200
    assert len({pair.name for pair in everything}) == len(everything)
    assert {pair.split for pair in everything} == set(SPLITS)
    assert len({pair.photo for pair in everything if pair.split in LINEAR}) >= 6
    base = {"pillow", "opencv-python", "scipy", "scikit-image", "torch"}
    assert sum(pair.library in base for pair in everything) >= 170
    assert sum(pair.truth is not None and pair.truth.how == PROBED for pair in everything) > 60


@pytest.mark.slow
def test_splits_are_what_they_are_called(everything):
    for pair in everything:
        clipped = np.mean((pair.after == 0) | (pair.after == 255))
        if pair.split in ("easy", "clipped"):
            assert (clipped >= making.CLIPPED) == (pair.split == "clipped"), pair.name
            assert max(pair.truth.kernel.shape) < making.LARGE
        assert (pair.split == "large") <= (max(pair.question().shape) >= making.LARGE)
        assert (pair.file is not None) == (pair.split == "jpeg")
        assert (pair.after.dtype == np.uint8) == (pair.split != "float")
        assert (pair.truth is None) == (pair.split == "not linear")


@pytest.mark.slow
def test_no_kernel_does_what_is_not_linear(everything):
    for pair in everything:
        if pair.split == "not linear":
            known = patches(Question(pair.before, pair.after, (7, 7)))
            seen = np.column_stack([known.seen, np.ones(len(known.seen))])
            taps = np.linalg.lstsq(seen.T @ seen, seen.T @ known.after, rcond=None)[0]
            assert np.std(seen @ taps - known.after) > 0.7, pair.name  # rounding leaves 0.29
