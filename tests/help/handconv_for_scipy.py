"""A pytest plugin that points SciPy's own tests at handconv; test_scipy_suite.py runs them with it.

It swaps `scipy.ndimage.correlate`, `convolve` and their one-dimensional kin for thin adapters. What
handconv does not offer is skipped, with the reason that the adapter gives.
"""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from handconv import convolve, correlate
from handconv.borders import NAMES

BORDERS = {theirs: ours for ours, theirs in NAMES["scipy.ndimage"].items()}
BORDERS |= {"grid-constant": "constant", "grid-mirror": "reflect", "grid-wrap": "wrap"}


@pytest.fixture(autouse=True)
def handconv_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, turned in (("correlate", False), ("convolve", True)):
        monkeypatch.setattr(ndimage, name, _adapted(turned))
        monkeypatch.setattr(ndimage, f"{name}1d", _adapted_1d(turned))


def _adapted(turned: bool) -> Any:
    def filtered(
        input: Any,
        weights: Any,
        output: Any = None,
        mode: Any = "reflect",
        cval: Any = 0.0,
        origin: Any = 0,
        *,
        axes: Any = None,
    ) -> Any:
        image, kernel = np.asarray(input), np.asarray(weights)
        if image.dtype.kind == "c" or kernel.dtype.kind == "c":
            pytest.skip("complex numbers")
        if axes is not None or image.ndim > 2:
            pytest.skip("more than two axes, or a choice of axes")
        if image.size == 0:
            pytest.skip("an empty image, which handconv refuses")
        if cval != 0:
            pytest.skip("a constant border other than zero")
        if not isinstance(mode, str):
            pytest.skip("another border for each axis")
        shape = image.shape
        image, kernel = np.atleast_2d(image), np.atleast_2d(kernel)
        origins = (
            (0, *np.ravel(origin))[-2:] if np.ndim(origin) or len(shape) == 1 else (origin,) * 2
        )
        anchor = tuple(
            side - 1 - (side // 2 - at - (side % 2 == 0)) if turned else side // 2 + at
            for side, at in zip(kernel.shape, origins, strict=True)
        )
        call = convolve if turned else correlate
        result = call(image, kernel, BORDERS[mode], anchor).reshape(shape)
        if isinstance(output, np.ndarray):
            output[...] = result
            return output
        return result.astype(output if output is not None else image.dtype)

    return filtered


def _adapted_1d(turned: bool) -> Any:
    def filtered(
        input: Any,
        weights: Any,
        axis: int = -1,
        output: Any = None,
        mode: Any = "reflect",
        cval: Any = 0.0,
        origin: int = 0,
    ) -> Any:
        image, kernel = np.asarray(input), np.asarray(weights)
        if image.ndim == 2:
            along = axis % 2
            kernel = kernel[None] if along else kernel[:, None]
            origins: Any = (0, origin) if along else (origin, 0)
        else:
            origins = origin
        return _adapted(turned)(image, kernel, output, mode, cval, origins)

    return filtered
