"""Draw docs/images/kinds.png: a pair of every kind that `recover` explains, and what it says of it.

    python docs/draw_kinds.py

Other programs make the after pictures; what is written beside them is found from the two alone.
"""

from collections.abc import Callable
from pathlib import Path
from textwrap import fill

import cv2
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageFilter
from skimage import data

from handconv.files import complete_file
from learned import recover
from learned.recovery import report

PICTURE = Path(__file__).parent / "images" / "kinds.png"
CAT = np.asarray(Image.fromarray(data.chelsea()).convert("L"))[20:260, 80:360]
COFFEE = np.ascontiguousarray(data.coffee()[60:300, 150:430])


def _edges(picture):
    across, down = (cv2.Sobel(picture, cv2.CV_64F, *each) for each in ((1, 0), (0, 1)))
    return np.clip(np.rint(np.hypot(across, down) / 2), 0, 255).astype(np.uint8)


def _saturated(picture):
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    hsv[..., 1] = np.clip(np.rint(hsv[..., 1] * 1.5), 0, 255).astype(np.uint8)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def _vignette(picture):
    rows, columns = (np.linspace(-1, 1, length) for length in picture.shape)
    far = rows[:, None] ** 2 + columns**2
    return np.rint(picture * (1 - 0.4 * far)).astype(np.uint8)


def _faceless(picture):
    after = picture.copy()
    after[60:170, 60:200] = cv2.blur(picture, (15, 15))[60:170, 60:200]
    return after


def _in_light(picture):
    level = picture / 255
    light = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    light = cv2.blur(light, (5, 5), borderType=cv2.BORDER_REPLICATE)
    level = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(255 * level).astype(np.uint8)


def _pillow(change: Callable[[Image.Image], Image.Image]):
    return lambda picture: np.asarray(change(Image.fromarray(picture)))


KINDS = {
    "frame": (CAT, lambda picture: np.roll(picture, (40, 90), (0, 1))),
    "curve": (CAT, cv2.equalizeHist),
    "rank": (CAT, _pillow(lambda image: image.filter(ImageFilter.MedianFilter(7)))),
    "morphology": (
        CAT, lambda picture: cv2.morphologyEx(picture, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    ),
    "magnitude": (CAT, _edges),
    "bilateral": (CAT, lambda picture: cv2.bilateralFilter(picture, 9, 40, 3)),
    "chain": (CAT, _pillow(lambda image: image.filter(ImageFilter.GaussianBlur(3)))),
    "colour": (COFFEE, _saturated),
    "local": (CAT, _faceless),
    "varying": (CAT, _vignette),
    "unsharp": (CAT, _pillow(lambda image: image.filter(ImageFilter.UnsharpMask(5, 150, 8)))),
    "resize": (CAT, _pillow(lambda image: image.resize((140, 160), Image.Resampling.LANCZOS))),
    "light": (CAT, _in_light),
}  # fmt: skip
"""A photo, and what is done to it."""


def main() -> None:
    """Raises ``ValueError`` where a pair is not explained by its kind."""
    plt.rcParams.update({"font.size": 11})
    figure, axes = plt.subplots(7, 6, figsize=(15, 17.5), layout="constrained")
    for axis in axes.flat:
        axis.axis("off")
    for cell, (kind, (before, change)) in enumerate(KINDS.items()):
        after = change(before)
        best = recover(before, after).explanations[0]
        if best.kind != kind:
            raise ValueError(f"{kind} is explained as {best.kind}: {best.sentence}.")
        row, column = cell % 7, 3 * (cell // 7)
        both = (before, "before"), (after, f"after: {kind}")
        for axis, (picture, title) in zip(axes[row, column:], both, strict=False):
            axis.imshow(picture, cmap="gray", vmin=0, vmax=255)
            axis.set_title(title, fontsize=11)
        sentence = f"{best.sentence[0].upper()}{best.sentence[1:]}."
        text = f"{fill(sentence, 34)}\n\n{report.percent(best.exact_pixels)} of the pixels"
        axes[row, column + 2].text(0, 0.95, text, va="top")
    with complete_file(PICTURE) as draft:
        figure.savefig(draft, dpi=80, format="png")
    print("Wrote docs/images/kinds.png.")


if __name__ == "__main__":
    main()
