"""Wide symmetric kernels: which taps are alike, and that they are found by that."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recover_pairs import photo, stored
from scipy import ndimage, optimize

from learned import recover
from learned.pairs import Pair, bounds
from learned.recovery.symmetry import bases, symmetry
from learned.recovery.windows import gather
from learned.solve.minimax import minimax
from learned.window import Window

MIRRORED = {
    "down": lambda k: k[::-1],
    "across": lambda k: k[:, ::-1],
    "half a turn": lambda k: k[::-1, ::-1],
    "transposed": lambda k: k.T,
}


def filtered(before, kernel):
    return ndimage.correlate(before.astype(np.float64), kernel, mode="nearest")


def pair_of(before, after):
    return Pair(before[None], *bounds(after, "nearest"), None)


@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 2**32))
@settings(max_examples=20)
def test_every_basis_spans_kernels_that_mirror_themselves(rows, columns, seed):
    rng = np.random.default_rng(seed)
    for basis in bases((rows, columns)):
        np.testing.assert_allclose((basis.T @ basis).toarray(), np.eye(basis.shape[1]), atol=1e-15)
        kernel = (basis @ rng.normal(size=basis.shape[1])).reshape(rows, columns)
        turned = [turn(kernel) for turn in MIRRORED.values()]
        same = [
            each.shape == kernel.shape and np.allclose(abs(each), abs(kernel)) for each in turned
        ]
        assert any(same)


@pytest.mark.parametrize(
    ("kernel", "unknowns"),
    [
        (np.hypot(*np.mgrid[-4:5, -4:5]), 15),
        (np.outer([1, 2, 3, 4, 3, 2, 1], [1, 1, 1, 3, 1, 1, 1]), 16),
        (np.outer([-3, -1, -2, 0, 2, 1, 3], [1, 2, 1, 4, 1, 2, 1]), 12),
        (np.outer([1, 2, 3, 4, 3, 2, 1], [5, 1, 2, 1, 3, 2, 7]), 28),
    ],
)
def test_least_squares_shows_the_symmetry(kernel, unknowns):
    before = photo("grass")
    sums = gather([pair_of(before, stored(filtered(before, kernel / abs(kernel).sum())))], window := (
        Window.centred(*kernel.shape)
    ))  # fmt: skip
    assert symmetry(sums, window).shape == (kernel.size, unknowns)


@pytest.mark.parametrize("seed", range(5))
def test_a_kernel_without_any_has_none(seed):
    before, window = photo("camera"), Window.centred(7, 7)
    kernel = np.random.default_rng(seed).dirichlet(np.ones(49)).reshape(7, 7)
    sums = gather([pair_of(before, stored(filtered(before, kernel)))], window)
    assert symmetry(sums, window) is None


@pytest.mark.parametrize("seed", range(3))
def test_the_program_for_a_basis_is_that_of_scipy(seed):
    """Against SciPy's linear program over the folded patches."""
    rng = np.random.default_rng(seed)
    before = rng.integers(0, 256, (18, 20), dtype=np.uint8)
    pair = pair_of(before, stored(filtered(before, rng.dirichlet(np.ones(9)).reshape(3, 3))))
    basis = next(each for each in bases((3, 3)) if each.shape[1] == 3)
    samples = pair.samples((3, 3))
    found = minimax([samples], basis=basis)
    patches = np.lib.stride_tricks.sliding_window_view(before.astype(float), (3, 3)).reshape(-1, 9)
    folded, one = patches @ basis, np.ones((len(patches), 1))
    lower, upper = samples.lower.ravel(), samples.upper.ravel()
    ends = np.isfinite(upper), np.isfinite(lower)
    rows = np.block([[folded[ends[0]], -one[ends[0]]], [-folded[ends[1]], -one[ends[1]]]])
    limits = np.concatenate([upper[ends[0]], -lower[ends[1]]])
    best = optimize.linprog([0, 0, 0, 1], rows, limits, bounds=[(None, None)] * 4)
    assert found.violation == pytest.approx(best.fun, abs=1e-7)
    np.testing.assert_allclose(found.kernel[0].ravel(), basis @ best.x[:3], atol=1e-6)


@pytest.mark.parametrize("picture", ["camera", "coins"])
def test_a_wide_kernel_of_no_family(picture):
    """289 taps: the program for all of them took ten seconds."""
    before = photo(picture)
    line = np.interp(np.abs(np.arange(-8, 9)), [0, 2, 5, 8.5], [1.0, 0.7, 0.4, 0.0])
    kernel = np.outer(line, line) / line.sum() ** 2
    after = stored(filtered(before, kernel))
    found = recover(before, after)
    assert (found.verdict, found.exact_pixels) == ("linear", 1.0)
    assert found.kernel.shape == kernel.shape
    np.testing.assert_allclose(found.kernel, kernel, atol=0.02 * kernel.max())


def test_a_wide_slope_of_no_family():
    """Its taps add up to nothing, to the last digit."""
    before = photo("camera")
    line, slope = np.array([1.0, 2, 4, 5, 4, 2, 1]), np.array([-1.0, -3, -2, 0, 2, 3, 1])
    kernel = np.outer(line, slope) / 40.3
    found = recover(before, stored(filtered(before, kernel)))
    assert found.verdict == "linear"
    np.testing.assert_allclose(found.kernel, kernel, atol=0.01 * kernel.max())


@pytest.mark.parametrize("sigma", [0.8, 1.7, 2.9])
def test_blurs_of_imagemagick_with_sixteen_bits_between(sigma):
    """Every tap sums three samples a third of a pixel apart; rows and columns in turn."""
    before = photo("camera").astype(np.float64)
    reach = int(4.5 * sigma)
    fine = np.exp(-((np.arange(-3 * reach - 1, 3 * reach + 2) / 3 / sigma) ** 2) / 2)
    line = fine.reshape(-1, 3).sum(axis=1) / fine.sum()
    between = np.rint(257 * ndimage.correlate1d(before, line, 1, mode="nearest"))
    after = stored(np.rint(ndimage.correlate1d(between, line, 0, mode="nearest")) / 257)
    found = recover(before.astype(np.uint8), after)
    assert found.verdict == "linear"
    assert found.exact_pixels > 0.99
    rows, columns = found.kernel.shape
    kernel = np.outer(line, line)
    cut = [(side - n) // 2 for side, n in zip(kernel.shape, (rows, columns), strict=True)]
    inner = kernel[cut[0] : cut[0] + rows, cut[1] : cut[1] + columns]
    np.testing.assert_allclose(found.kernel, inner, atol=1e-5)
