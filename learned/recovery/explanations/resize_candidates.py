"""The resizers of each library, with what they are called there.

All take the old and the new size, (rows, columns) both. Where a library also takes factors, those
that one may have typed are tried too: of 512 pixels 0.3 makes 154, which lie elsewhere than where
the sizes alone would put them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import ceil
from typing import Any

from handconv.arrays import Array
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.resize_weights import (
    resize_by_weights,
    resize_in_whole_numbers,
)
from learned.recovery.explanations.resizers import (
    pyramid_by_opencv,
    reduce_by_pillow,
    rescale_by_opencv,
    resize_by_opencv,
    resize_by_pillow,
    resize_by_skimage,
    zoom_by_scipy,
)
from learned.solve.fractions import simplest_between

Size = tuple[int, ...]

OPENCV = ("NEAREST", "NEAREST_EXACT", "LINEAR", "LINEAR_EXACT", "CUBIC", "AREA", "LANCZOS4")
PILLOW = ("NEAREST", "BOX", "BILINEAR", "HAMMING", "BICUBIC", "LANCZOS")
FACTORS, MOST_FACTORS = 2, 6  # tried for each axis where they differ; for both alike
MOST_PARTS = 12  # of a fraction that one types
GAPS = (None, 1.0, 2.0, 3.0)  # reducing_gap of Image.resize; thumbnails take 2
TORCH = (  # mode, align_corners, antialias
    ("nearest", False, False),
    ("nearest-exact", False, False),
    ("bilinear", False, False),
    ("bilinear", True, False),
    ("bilinear", False, True),
    ("bicubic", False, False),
    ("bicubic", True, False),
    ("bicubic", False, True),
    ("area", False, False),
)


def by_opencv(old: Size, new: Size) -> Iterator[Explanation]:
    """`cv2.resize`, by sizes and by factors, and the steps of a pyramid."""
    for name in OPENCV:
        settings = {"interpolation": f"INTER_{name}"}
        yield _resizer("OpenCV", f"INTER_{name}", old, new, resize_by_opencv, settings)
    for step, made in (("pyrDown", [(a + 1) // 2 for a in old]), ("pyrUp", [2 * a for a in old])):
        if list(new) == made:
            one = _resizer("OpenCV", step, old, new, pyramid_by_opencv, {})
            yield replace(one, settings={"step": step})
    for down, across in _factors(old, new, 0.5, 0.5):
        for name in OPENCV:
            method = f"INTER_{name} with fx={across:g}, fy={down:g}"
            one = _resizer("OpenCV", method, old, new, rescale_by_opencv, {})
            settings = {"interpolation": f"INTER_{name}"}
            yield replace(one, settings={"down": down, "across": across, **settings})


def by_pillow(old: Size, new: Size) -> Iterator[Explanation]:
    """`Image.resize` and `Image.reduce`; with a gap where there is something to reduce."""
    smaller = any(b < a for a, b in zip(old, new, strict=True))
    for gap, name in product(GAPS if smaller else GAPS[:1], PILLOW):
        method = name if gap is None else f"{name} with reducing_gap={gap:g}"
        settings = {"resample": name, "reducing_gap": gap}
        more = {"antialias": name != "NEAREST"}
        yield _resizer("Pillow", method, old, new, resize_by_pillow, settings, **more)
    down, across = (-(-a // b) for a, b in zip(old, new, strict=True))
    if (-(-old[0] // down), -(-old[1] // across)) == new and max(down, across) > 1:
        made = _resizer("Pillow", f"reduce(({across}, {down}))", old, new, reduce_by_pillow, {})
        yield replace(made, settings={"across": across, "down": down})


def by_torch(old: Size, new: Size) -> Iterator[Explanation]:
    """`torch.nn.functional.interpolate`, which torchvision calls, in floating point and 8 bits."""
    for factors, (mode, aligned, antialias) in product((None, *_factors(old, new, 0, 1)), TORCH):
        if factors is not None and (aligned or mode == "area"):
            continue  # the sizes alone decide there
        how = {"mode": mode, "aligned": aligned, "antialias": antialias, "factors": factors}
        more = {"antialias": antialias, "align": aligned}
        method = mode + ", align_corners" * aligned + ", antialias" * antialias
        if factors is not None:
            method += f", scale_factor=({factors[0]:g}, {factors[1]:g})"
        for rounding in ("nearest", "floor"):
            settings = how | {"rounding": rounding}
            stored = more | {"rounding": rounding}
            yield _resizer("torch", method, old, new, resize_by_weights, settings, **stored)
        if mode in ("bilinear", "bicubic"):
            method = f"{method}, in uint8"
            yield _resizer("torch", method, old, new, resize_in_whole_numbers, how, **more)


def by_skimage(old: Size, new: Size, orders: Sequence[int]) -> Iterator[Explanation]:
    """`skimage.transform.resize`; smoothing before where something becomes smaller."""
    smaller = any(b < a for a, b in zip(old, new, strict=True))
    for order, smooth in product(orders, (True, False) if smaller else (False,)):
        settings = {"order": order, "mode": "reflect", "anti_aliasing": smooth}
        settings |= {"preserve_range": False, "rounding": "nearest"}
        method = f"resize of order {order}" + ", anti_aliasing" * smooth
        more = {"antialias": smooth, "border": "reflect", "rounding": "nearest"}
        yield _resizer("scikit-image", method, old, new, resize_by_skimage, settings, **more)


def by_scipy(old: Size, new: Size, orders: Sequence[int]) -> Iterator[Explanation]:
    """`scipy.ndimage.zoom`."""
    for order, grid in product(orders, (False, True)):
        mode = "nearest" if grid else "constant"
        settings = {"order": order, "mode": mode, "grid_mode": grid}
        method = f"zoom of order {order}" + ", grid_mode" * grid
        more = {"align": not grid, "border": mode}
        yield _resizer("SciPy", method, old, new, zoom_by_scipy, settings, **more)


def _factors(old: Size, new: Size, below: float, above: float) -> list[tuple[float, float]]:
    """Short factors, down and across, that make these sizes; none where the sizes say the same.

    A library makes a size where the factor times the old one is no more than ``below`` under it,
    and less than ``above`` over it.
    """
    spans = [((b - below) / a, (b + above) / a) for a, b in zip(old, new, strict=True)]
    both = max(low for low, _ in spans), min(high for _, high in spans)
    alike = [(each, each) for each in _short(*both)]
    down, across = (_short(*span)[:FACTORS] for span in spans)
    exact = new[0] / old[0], new[1] / old[1]
    return [each for each in alike or product(down, across) if each != exact]


def _short(low: float, high: float) -> list[float]:
    """A simple fraction, and decimals of few digits, from ``low`` up to ``high``."""
    simple = simplest_between(low, high) if low < high else Fraction(0)
    found = [float(simple)] if 0 < simple.denominator <= MOST_PARTS and simple else []
    for digits in (1, 2, 3):
        numbers = range(max(1, ceil(low * 10**digits)), ceil(high * 10**digits))
        if numbers:
            middle = (low + high) / 2 * 10**digits
            nearest = sorted(numbers, key=lambda number: abs(number - middle))[:MOST_FACTORS]
            return list(dict.fromkeys([*found, *(number / 10**digits for number in nearest)]))
    return found


def _resizer(
    library: str,
    method: str,
    old: Size,
    new: Size,
    make: Callable[..., Array],
    settings: dict[str, Any],
    **more: Any,
) -> Explanation:
    (rows, columns), (height, width) = old, new
    parameters = {"library": library, "method": method, **more}
    parameters |= {"size": [height, width], "scale": [height / rows, width / columns]}
    sentence = (
        f"resized from {rows} × {columns} to {height} × {width} pixels as {library} does it: "
        f"{method}"
    )
    settings = {"height": height, "width": width, **settings}
    return Explanation("resize", sentence, parameters, make, settings)
