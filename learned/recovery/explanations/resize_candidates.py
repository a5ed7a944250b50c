"""The resizers of each library, with what they are called there.

All take the old and the new size, (rows, columns) both.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from handconv.arrays import Array
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.resize_weights import (
    resize_by_weights,
    resize_in_whole_numbers,
)
from learned.recovery.explanations.resizers import (
    reduce_by_pillow,
    resize_by_opencv,
    resize_by_pillow,
    resize_by_skimage,
    zoom_by_scipy,
)

Size = tuple[int, ...]

OPENCV = ("NEAREST", "NEAREST_EXACT", "LINEAR", "LINEAR_EXACT", "CUBIC", "AREA", "LANCZOS4")
PILLOW = ("NEAREST", "BOX", "BILINEAR", "HAMMING", "BICUBIC", "LANCZOS")
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
    """`cv2.resize`."""
    for name in OPENCV:
        settings = {"interpolation": f"INTER_{name}"}
        yield _resizer("OpenCV", f"INTER_{name}", old, new, resize_by_opencv, settings)


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
    for mode, aligned, antialias in TORCH:
        how = {"mode": mode, "aligned": aligned, "antialias": antialias}
        more = {"antialias": antialias, "align": aligned}
        method = mode + ", align_corners" * aligned + ", antialias" * antialias
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
