"""
A median is refused, and explained
==================================

Not every filter has a kernel. A median takes the middle of the grey levels around a pixel: no
weights do that. ``recover`` says so instead of inventing a kernel, and looks for another
explanation.
"""

import cv2
import matplotlib.pyplot as plt
import numpy as np

from handconv.pictures import skimage_photo
from handconv.pictures.draw import DIVERGING
from learned import recover

before = skimage_photo("camera")[40:240, 120:320]
after = cv2.medianBlur(before, 5)
found = recover(before, after)

print(found.verdict)
best = found.explanations[0]
print(best.sentence)
print(f"reproduces {best.exact_pixels:.1%} of the pixels")

# %%
# The best kernel leaves its mark at every edge; the explanation leaves nothing:

by_kernel = found.filter.apply(before[None])[0].astype(float)
explained = found.apply(before).astype(float)
figure, axes = plt.subplots(1, 4, figsize=(9, 2.6), layout="constrained")
axes[0].imshow(before, cmap="gray", vmin=0, vmax=255)
axes[1].imshow(after, cmap="gray", vmin=0, vmax=255)
limits = {"cmap": DIVERGING, "vmin": -40, "vmax": 40}
axes[2].imshow(after - by_kernel, **limits)
shown = axes[3].imshow(after - explained, **limits)
figure.colorbar(shown, ax=axes[3], label="grey levels", shrink=0.9)
titles = ("before", "after", "off: best kernel", "off: explanation")
for axis, title in zip(axes, titles, strict=True):
    axis.set(title=title, xticks=[], yticks=[])
plt.show()
assert np.array_equal(after, explained)
