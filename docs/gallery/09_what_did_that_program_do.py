"""
What filter did that program apply?
===================================

Take a picture before and after any program's filter. ``recover`` finds the kernel, what happens
at the border, and how the program rounds, and counts how many pixels come out the same. Here the
program is Pillow, and the filter its ``BLUR``, which is not what you may think it is.
"""

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageFilter

from handconv.pictures import skimage_photo
from handconv.pictures.draw import draw_kernel
from learned import recover

before = skimage_photo("camera")
after = np.asarray(Image.fromarray(before).filter(ImageFilter.BLUR))
found = recover(before, after)
print(found)

# %%
# A ring: its middle is empty. The taps are fractions; their numerators, beside the pictures:

numerators = np.array(found.rational["numerator"])
figure, axes = plt.subplots(1, 3, figsize=(9, 3.3), layout="constrained")
axes[0].imshow(before[60:260, 130:330], cmap="gray", vmin=0, vmax=255)
axes[1].imshow(after[60:260, 130:330], cmap="gray", vmin=0, vmax=255)
draw_kernel(axes[2], numerators, limit=np.abs(numerators).max(), inches=2.6)
denominator = found.rational["denominator"]
for axis, title in zip(
    axes, ("before", "after", f"found, to divide by {denominator}"), strict=True
):
    axis.set(title=title, xticks=[], yticks=[])
plt.show()
