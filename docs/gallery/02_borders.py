"""
What stands outside the picture?
================================

At the rim a kernel sticks out of the picture. Someone has to invent what stands there, and every
library invents something else. Five rules are common.
"""

import matplotlib.pyplot as plt
import numpy as np

from handconv import BORDERS, correlate, pad
from handconv.kernels import named
from handconv.pictures import skimage_photo

photo = skimage_photo("astronaut")[30:130, 180:280]
drawing = {
    "constant": "000|abcd|000",
    "replicate": "aaa|abcd|ddd",
    "reflect": "cba|abcd|dcb",
    "reflect_101": "dcb|abcd|cba",
    "wrap": "bcd|abcd|abc",
}

figure, axes = plt.subplots(1, 5, figsize=(9, 2.6), layout="constrained")
for axis, border in zip(axes, BORDERS, strict=True):
    axis.imshow(pad(photo, (40, 40), (40, 40), border))
    axis.add_patch(plt.Rectangle((39.5, 39.5), 100, 100, fill=False, color="white", linewidth=2))
    axis.add_patch(plt.Rectangle((39.5, 39.5), 100, 100, fill=False, ls="--", color="black"))
    axis.set_title(border)
    axis.set_xlabel(drawing[border], family="monospace", fontsize=11)
    axis.set(xticks=[], yticks=[])
plt.show()

# %%
# ``reflect`` repeats the pixel at the rim, ``reflect_101`` does not. What one library calls
# ``reflect`` is the other one in the next: the conventions page has a table.
#
# How much does it matter? The same blur of 21 × 21 pixels, grey levels apart at the rim:

grey = skimage_photo("camera")
blurred = {border: correlate(grey, named("box(21, 21)"), border) for border in BORDERS}
for border in BORDERS:
    apart = np.abs(blurred[border] - blurred["replicate"]).max()
    print(f"{border:12} up to {apart:5.1f} grey levels from replicate")
