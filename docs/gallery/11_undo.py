"""
Undo: which picture was it before?
==================================

A sharpening filter mixes pixels, but forgets little. Its result is a set of bounds on sums of the
pixels before, so ``undo`` can find them, and says of each whether it is proved, probable or
guessed.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from PIL import Image, ImageFilter

from handconv.pictures import skimage_photo
from learned import recover, undo
from learned.undoing.figure import COLOURS

before = skimage_photo("camera")[60:156, 150:246]
after = np.asarray(Image.fromarray(before).filter(ImageFilter.SHARPEN))
filter_found = recover(before, after).filter  # of course any other pair of that filter will do

undone = undo(after, filter_found)
equal = (undone.picture == before).mean()
print(f"{equal:.1%} of the pixels are those of the picture before")
print({name: f"{share:.1%}" for name, share in undone.shares.items()})

figure, axes = plt.subplots(1, 4, figsize=(9, 2.9), layout="constrained")
for axis, picture, title in (
    (axes[0], after, "after"),
    (axes[1], undone.picture, "undone"),
    (axes[2], before, "the true one"),
):
    axis.imshow(picture, cmap="gray", vmin=0, vmax=255)
    axis.set_title(title)
axes[3].imshow(
    undone.sure[0], cmap=ListedColormap(list(COLOURS.values())), vmin=0, vmax=2,
    interpolation="nearest",
)  # fmt: skip
keys = [plt.Rectangle((0, 0), 1, 1, facecolor=c, edgecolor="black") for c in COLOURS.values()]
figure.legend(keys, COLOURS, loc="outside lower right", ncols=3)
axes[3].set_title("how sure")
for axis in axes:
    axis.set(xticks=[], yticks=[])
plt.show()
