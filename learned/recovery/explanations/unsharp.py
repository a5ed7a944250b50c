"""Unsharp masks with a threshold: pixels near to their blurred neighbourhood stay as they are."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from scipy import ndimage
from scipy.optimize import minimize_scalar

from handconv.arrays import Array, Floats, Mask
from handconv.kernels import families
from learned.filter import Filter
from learned.recovery import thresholds
from learned.recovery.explanations.chains import box_blurs, box_radius
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.samples import lively_part
from learned.recovery.fit_noisy import least_squares
from learned.recovery.reading import Reading, groups_of
from learned.window import Window

BLURS = ("gaussian", "boxes")
ROUNDINGS = ("nearest", "towards zero")


def explain(seen: Reading, by_kernel: Filter | None) -> Iterator[Explanation]:
    """The mask that fits the pixels that were changed, and from which difference on they are."""
    if seen.before.shape != seen.after.shape or seen.after.dtype != np.uint8:
        return
    changed = seen.before != seen.after
    if not thresholds.LEAST_CHANGED < changed.mean() < thresholds.MOST_CHANGED:
        return
    seen = lively_part(seen)
    changed = seen.before != seen.after
    pairs = [
        pair.without(~mask)
        for pair, mask in zip(groups_of([seen], "pooled")[0], changed, strict=True)
    ]
    fit = least_squares(pairs, Window.centred(*(thresholds.MASK_SIDE,) * 2), fixed=False)
    guess = None if fit is None else _sigma_of(fit.kernel[0], fit.window)
    if guess is None:
        return
    share, settings = _best(seen, guess)
    if share < thresholds.SHARPENED:
        return
    mask = _mask(seen.before, settings["sigma"], settings["blur"])
    settings["threshold"] = threshold = _threshold(mask, changed)
    how = "" if settings["blur"] == "gaussian" else " by three boxes of 8 bits"
    sentence = (
        f"an unsharp mask: sigma {settings['sigma']:g}{how}, amount {settings['amount']:g}, where "
        f"the difference is more than {threshold:g} grey levels"
    )
    sigma, boxes = settings["sigma"], settings["blur"] == "boxes"
    # a Gaussian of SciPy ends at four standard deviations
    reach = 3 * (int(box_radius(sigma, 3)) + 1) if boxes else int(4 * sigma + 0.5)
    yield Explanation("unsharp", sentence, settings, unsharp, settings, reach)


def unsharp(
    planes: Array, sigma: float, amount: float, threshold: float, blur: str, rounding: str
) -> Array:
    """What a blur takes away, times ``amount``, added where it is more than ``threshold``."""
    mask = _mask(planes, sigma, blur)
    return np.where(np.abs(mask) > threshold, _added(planes, amount * mask, rounding), planes)


def _added(planes: Array, more: Array, rounding: str) -> Array:
    """The planes and so much more, as 8 bits."""
    if rounding == "towards zero":
        more = np.trunc(np.round(more, 9))
    return np.asarray(np.clip(np.rint(planes + more), 0, 255).astype(np.uint8))


def _mask(planes: Array, sigma: float, blur: str) -> Floats:
    """What a blur takes away."""
    if blur == "boxes":
        return planes.astype(np.float64) - box_blurs(planes, box_radius(sigma, 3), 3)
    level = planes.astype(np.float64)
    return np.asarray(level - ndimage.gaussian_filter(level, (0, sigma, sigma), mode="nearest"))


def _sigma_of(kernel: Floats, window: Window) -> float | None:
    """Of the mask whose taps around the middle come nearest to the kernel's."""
    side = 2 * max(window.overhang) + 1
    whole = window.enlarge(kernel, window.union(Window.centred(side, side)))
    if side < 3 or whole.shape != (side, side):  # noqa: PLR2004
        return None
    around = np.ones(whole.shape)
    around[side // 2, side // 2] = 0

    def rest(sigma: float) -> Floats:
        return np.asarray(families.gaussian(side, sigma) * around)

    def amount(sigma: float) -> float:
        return -float((rest(sigma) * whole).sum() / (rest(sigma) ** 2).sum())

    def error(sigma: float) -> float:
        return float((((whole * around) + amount(sigma) * rest(sigma)) ** 2).sum())

    sigma = float(minimize_scalar(error, bounds=(0.3, side / 2), method="bounded").x)
    return sigma if amount(sigma) > thresholds.LEAST_AMOUNT else None


def _best(seen: Reading, sigma: float) -> tuple[float, dict[str, Any]]:
    """Share of the changed pixels of a part that the best settings near this sigma reproduce."""
    part = np.s_[:, : thresholds.MASK_PART, : thresholds.MASK_PART]
    before, after = seen.before[part], seen.after[part]
    telling = (before != after) & (after > 0) & (after < np.iinfo(after.dtype).max)
    steps = np.linspace(*thresholds.SIGMAS_TRIED, 13)
    sigmas = dict.fromkeys(round(sigma * by, digits) for digits in (0, 1) for by in steps)
    found: list[tuple[float, dict[str, Any]]] = [(0.0, {})]
    for near, blur in product((each for each in sigmas if each > 0), BLURS):
        mask = _mask(before, near, blur)
        large = telling & (np.abs(mask) >= thresholds.LARGE_MASK)
        if large.sum() < thresholds.FEWEST_PIXELS:
            continue
        ratio = float(np.median((after.astype(np.float64) - before)[large] / mask[large]))
        amounts = dict.fromkeys([round(ratio, 1), round(20 * ratio) / 20, round(ratio, 2)])
        for amount, rounding in product(amounts, ROUNDINGS):
            made = _added(before, amount * mask, rounding)
            settings = {"sigma": near, "amount": amount, "blur": blur, "rounding": rounding}
            found.append((float((made == after)[telling].mean()), settings))
    return max(found, key=lambda each: each[0])


def _threshold(mask: Floats, changed: Mask) -> float:
    """The simplest difference that parts pixels that were changed from those that were not."""
    size = np.abs(mask)
    ordered = np.argsort(size, axis=None)
    steps, same = size.ravel()[ordered], ~changed.ravel()[ordered]
    # pixels up to here that stayed, and pixels beyond that were changed
    right = np.cumsum(same) + (changed.sum() - np.cumsum(~same))
    place = int(right.argmax())
    low = float(steps[place])
    beyond = steps[steps > low]
    high = float(beyond[0]) if len(beyond) else low
    for digits in range(4):
        simple = float(np.floor(high * 10**digits) / 10**digits)
        if low <= simple < high:
            return simple
    return low
