"""A kernel that one asks for by name, where noise cannot tell the least-squares taps from it.

Noise leaves every tap a little off. If a well-known kernel is no worse than chance allows, it is
what the program was asked for, far more likely than taps that happen to lie that near to it.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import numpy as np
from scipy.special import chdtri

from handconv.arrays import Floats
from learned.recovery import thresholds
from learned.recovery.bells import bells, gaussian
from learned.recovery.fit import Fit
from learned.recovery.names import as_taps, matches, nearest, simple_scale
from learned.recovery.symmetry import symmetric
from learned.recovery.windows import Sums, gather
from learned.window import Window

DIGITS = (1, 2, 3)  # of a sigma
WIDER = 4  # taps on each side that least squares may have missed, as they are faint


def known_instead(fit: Fit, limit: Window) -> tuple[Fit, str]:
    """The fit with a well-known kernel, and how it is called; as it is where none is as good.

    Told by a χ² test: how much worse it is than least squares in the same window, over the variance
    of the noise, is no more than in one of a hundred pictures. Errors stay those of least squares.
    """
    if len(fit.kernel) > 1:
        return fit, ""
    down, across = (2 * (max(side) + WIDER) + 1 for side in np.reshape(fit.window.overhang, (2, 2)))
    around = Window.centred(down, across)
    if not limit.contains(around) or not around.contains(fit.window):
        return fit, ""
    sums = gather(fit.pairs, around)
    if sums.count < thresholds.FEWEST_PER_TAP * around.size:
        return fit, ""
    noise = max(sums.variance(around), sums.floor)
    for window, kernel in _candidates(fit, sums):
        gram, _ = sums.at(window)
        off = (kernel - sums.kernel(window)[0]).ravel()
        if off @ gram @ off <= noise * chdtri(window.size, 1 - thresholds.LIKELY):
            bias = sums.bias(kernel[None], window)
            variances = np.maximum(0.0, sums.covariance(window).diagonal() * noise)
            made = replace(fit.filter, kernel=kernel[None, None], window=window, bias=(bias,))
            errors = np.sqrt(variances).reshape(1, *window.shape)
            names = matches(kernel)
            known = replace(fit, filter=made, reach=window, errors=errors)
            return known, names[0]["name"] if names else "a Gaussian's relative"
    return fit, ""


def _candidates(fit: Fit, sums: Sums) -> Iterator[tuple[Window, Floats]]:
    """Fixed kernels and a box of the same window, then Gaussians of short sigmas in any window."""
    for match in nearest(fit.kernel[0]):
        if "(" not in match["name"]:
            yield fit.window, simple_scale(match["scale"]) / match["scale"] * as_taps(match)
    flat = np.full(fit.window.shape, 1 / fit.window.size)  # a box's sides may be even, too
    yield fit.window, simple_scale(float(fit.kernel.sum())) * flat
    inner = Window.centred(*(side - 2 * WIDER + 2 for side in sums.window.shape))
    rough = symmetric(sums, inner)[0]  # hardly tells a Gaussian from its relatives
    for bell in chain(bells(rough, DIGITS, (gaussian,)), bells(rough, DIGITS)):
        window = Window.centred(*bell.shape)
        if sums.window.contains(window):
            yield window, bell
