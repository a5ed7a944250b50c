"""Every way to filter against the reference loop, each forced in turn, and how one is chosen."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from forced import job, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from thorough import examples

from handconv import BORDERS, Border, correlate_loop, explain, set_threads
from handconv.engine import dispatch as engine
from handconv.engine import plan, threads
from handconv.engine import tiles as layout

METHODS = ["few taps", "lines", "sparse", "dense", "separable", "box", "fft"]
# Each pattern of few taps is compiled on its own, so only some are tried.
FEW_TAPS = {
    "one": [[2.5]],
    "laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "sobel_y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "sides": [[0, 0, 0, 0], [3, 0, 0, -1]],
}


@pytest.fixture(autouse=True, scope="module")
def everything_in_small() -> Iterator[None]:
    """Tiles, slabs and bands so small that these images are cut into many, by three threads."""
    kept = threads.get_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "BYTES", 1 << 10)
        patch.setattr(layout, "ROW", 16)
        patch.setattr(engine, "SLAB", 1 << 9)
        patch.setattr(engine, "WORTH_A_THREAD", 1e-3)
        patch.setattr(plan, "WORTH_COMPILING", 1)
        set_threads(3)
        yield
        set_threads(kept)


def kernel_for(method: str, draw: st.DrawFn, random: np.random.Generator) -> NDArray[np.float64]:
    """One that can be filtered by the method."""
    if method == "few taps":
        side = draw(st.sampled_from([0, 0, 3, 5]))
        if side:  # a full square, written out
            taps = random.integers(1, 9, (side, side)) * random.choice([-1.0, 1.0], (side, side))
            return taps if draw(st.booleans()) else taps / 3
        return np.array(FEW_TAPS[draw(st.sampled_from(sorted(FEW_TAPS)))], np.float64)
    sides = draw(st.tuples(st.integers(1, 13), st.integers(1, 13)))
    if method == "box":
        return np.full(sides, random.choice([1.0, 1 / 49, -3.0]))
    if method in ("lines", "separable"):
        if method == "lines":  # a few shapes only, as each is compiled on its own
            sides = draw(st.sampled_from([(1, 1), (3, 3), (2, 5), (9, 1)]))
        whole = draw(st.booleans())
        column, row = random.integers(1, 9, sides[0]), random.integers(-9, 0, sides[1])
        return np.outer(column, row) * (1.0 if whole else 0.0625)  # exactly of rank one
    kernel = random.normal(size=sides)
    kernel[random.random(sides) < draw(st.sampled_from([0.0, 0.7]))] = 0
    return np.rint(3 * kernel) if draw(st.booleans()) else kernel


@st.composite
def works(draw: st.DrawFn, method: str) -> dict[str, Any]:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    in_place = method in ("few taps", "lines")  # these take no other images
    dtypes = ["?", "u1", "f4", "f8"] if in_place else ["u1", "f4", "f8", "?", "i4", ">f4", "f2"]
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    shape = draw(
        st.tuples(st.integers(1, 2), st.integers(1, 33), st.integers(1, 33), st.integers(1, 3))
    )
    kernel = kernel_for(method, draw, random)
    anchor = tuple(draw(st.integers(0, side - 1)) for side in kernel.shape)
    image = random.uniform(0, 2 if dtype.kind == "b" else 255, shape).astype(dtype)
    if not in_place and draw(st.booleans()):
        image = image[:, ::-1, :, ::-1]
    return {"image": image, "kernel": kernel, "anchor": anchor}


def reference(image: NDArray[Any], kernel: NDArray[Any], anchor: Any, border: Border) -> Any:
    """The loop, on every channel of every image, with the kernel set in zeros to be centred."""
    reach = [max(at, side - 1 - at) for at, side in zip(anchor, kernel.shape, strict=True)]
    margins = [
        (far - at, far - (side - 1 - at))
        for far, at, side in zip(reach, anchor, kernel.shape, strict=True)
    ]
    odd = np.pad(kernel, margins)
    result = np.empty(image.shape)
    for one in np.ndindex(image.shape[0], image.shape[3]):
        result[one[0], ..., one[1]] = correlate_loop(image[one[0], ..., one[1]], odd, border)
    return result


def plan_by(method: str, image: NDArray[Any], kernel: NDArray[np.float64]) -> plan.Plan | None:
    plans = {one.method: one for one in plan.candidates(kernel, job(image))}
    if method == "fft":
        small = tuple(side + 7 for side in kernel.shape)
        return plans["fft"]._replace(tile=small)
    return plans.get(method)


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_each_method_agrees_with_the_loop(method: str, border: Border, data: Any) -> None:
    image, kernel, anchor = data.draw(works(method)).values()
    forced = plan_by(method, image, kernel)
    if forced is None:
        assert (method, kernel.size, image.dtype.itemsize) == ("few taps", 25, 8)
        return
    out = np.full(image.shape, np.nan, np.float64 if image.dtype.itemsize == 8 else np.float32)
    run(forced, image, kernel, border, anchor, out)
    expected = reference(image, kernel, anchor, border)
    if forced.whole:
        np.testing.assert_array_equal(out, expected)
    largest = np.abs(image.astype(np.float64)).max() * np.abs(kernel).sum()
    tolerance = 4 * np.finfo(out.dtype).eps * largest
    np.testing.assert_allclose(out, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("side", "channels", "dtype"), [(3, 1, "f4"), (5, 3, "f4"), (7, 1, "u1")])
def test_full_squares_agree_with_the_loop(side: int, channels: int, dtype: str) -> None:
    """In bands of five rows, two at a time."""
    random = np.random.default_rng(side)
    image = random.uniform(0, 255, (2, 101, 37, channels)).astype(dtype)
    kernel, anchor = random.normal(size=(side, side)), (side - 1, 1)
    forced = plan_by("few taps", image, kernel)
    assert forced is not None
    out = np.full(image.shape, np.nan, np.float32)
    run(forced, image, kernel, "reflect", anchor, out)
    tolerance = 4 * np.finfo(np.float32).eps * 255 * np.abs(kernel).sum()
    expected = reference(image, kernel, anchor, "reflect")
    np.testing.assert_allclose(out, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_bad_pixel_spoils_only_what_it_touches(method: str, bad: float) -> None:
    kernel = np.ones((3, 3))
    image = np.ones((1, 40, 40, 1), np.float32)
    image[0, 20, 21] = bad
    forced = plan_by(method, image, kernel)
    assert forced is not None
    out = np.empty_like(image)
    run(forced, image, kernel, "replicate", (1, 1), out)
    spoilt = np.zeros((40, 40), bool)
    spoilt[19:22, 20:23] = True
    np.testing.assert_array_equal(~np.isfinite(out[0, ..., 0]), spoilt)


@pytest.mark.parametrize("method", METHODS)
def test_sums_beyond_24_bits_are_rounded_only_once(method: str) -> None:
    """Every float32 near 2**25 is a multiple of 4; half of the exact sums here are not."""
    kernel = np.full((3, 3), 14_900.0)
    image = np.random.default_rng(0).integers(240, 256, (1, 20, 20, 1), dtype=np.uint8)
    forced = plan_by(method, image, kernel)
    assert forced is not None
    out = np.empty(image.shape, np.float32)
    run(forced, image, kernel, "reflect", (1, 1), out)
    exact = reference(image, kernel, (1, 1), "reflect")
    assert exact.max() > 2**24
    np.testing.assert_array_equal(out, exact.astype(np.float32))


def chosen(kernel: NDArray[Any], shape: tuple[int, ...] = (1190, 1640), dtype: Any = "u1") -> str:
    return explain(kernel, np.zeros(shape, dtype)).split(":")[0]


RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("kernel", "method"),
    [
        (np.array(FEW_TAPS["laplacian"]), "few taps"),
        (np.ones((3, 3)), "lines"),
        (np.ones((7, 7)), "lines"),
        (np.eye(15), "sparse"),
        (RANDOM.normal(size=(9, 9)), "dense"),
        (np.outer(np.hanning(23), np.hanning(23))[1:-1, 1:-1], "separable"),
        (np.ones((21, 21)), "box"),
        (RANDOM.normal(size=(63, 63)), "fft"),
    ],
)
def test_the_plan_is_the_expected_one(kernel: NDArray[Any], method: str) -> None:
    assert chosen(kernel) == method
    assert chosen(kernel, dtype="f4") == method


def test_the_difference_of_two_gaussians_has_rank_two() -> None:
    at = np.arange(-10, 11)
    wide, narrow = np.exp(-(at**2) / 18), np.exp(-(at**2) / 4)
    kernel = np.outer(narrow, narrow) / 12 - np.outer(wide, wide) / 56
    assert chosen(kernel) == "separable"
    assert "rank 2" in explain(kernel, np.zeros((500, 500), "f4"))


def test_whole_kernels_are_factored_into_whole_factors() -> None:
    kernel = np.outer([2.0, 4, 6, 10], [3.0, -9, 12, 15])
    (plan_,) = [p for p in plan.candidates(kernel, JOB) if p.method == "separable"]
    (column, row), *more = plan_.terms
    assert not more
    np.testing.assert_array_equal(column, np.rint(column))
    np.testing.assert_array_equal(row, np.rint(row))
    np.testing.assert_array_equal(np.outer(column, row), kernel)


JOB = plan.Job((1, 100, 100, 1), np.dtype("u1"), True)


def test_no_factors_where_they_would_cancel() -> None:
    """Rank two, but as a small difference of large outer products: the sums would lose digits."""
    a, b = np.ones(9), np.ones(9) + 1e-4 * RANDOM.normal(size=9)
    kernel = np.outer(a, b) - np.outer(b, a)
    terms = [p.terms for p in plan.candidates(kernel, JOB) if p.method == "separable"]
    for term in terms:
        size = sum(np.abs(column).sum() * np.abs(row).sum() for column, row in term)
        assert size <= 2 * np.abs(kernel).sum()


def test_a_strided_image_is_not_read_in_place() -> None:
    kernel = FEW_TAPS["laplacian"]
    image = np.zeros((800, 800), np.uint8)
    assert explain(kernel, image).startswith("few taps")
    assert not explain(kernel, image[:, ::2]).startswith("few taps")
