"""
The double loop
===============

A filter lays a small table of numbers, the *kernel*, on every pixel of a picture. It multiplies
each number by the grey level below it and sums the products. That sum is the new pixel.
"""

import matplotlib.pyplot as plt
import numpy as np

from handconv import correlate, correlate_loop
from handconv.kernels import named
from handconv.pictures import skimage_photo
from handconv.pictures.draw import draw_kernel, draw_pixels
from handconv.worked import worked

photo = skimage_photo("camera")
kernel = named("sobel_x")  # answers where a picture gets brighter to the right

# %%
# The whole of image filtering are two loops over the pixels. ``correlate_loop`` is written just so,
# and is the reference for everything faster:

small = photo[100:140, 200:240]
by_loop = np.zeros(small.shape)
padded = np.pad(small.astype(float), 1, mode="edge")
for row in range(small.shape[0]):
    for column in range(small.shape[1]):
        by_loop[row, column] = (padded[row : row + 3, column : column + 3] * kernel).sum()
assert np.array_equal(by_loop, correlate_loop(small, kernel))

# %%
# One pixel of the photo, where the coat meets the shirt, number by number. On the right, zero is
# drawn as mid-grey, and a ring shows where the pixel is:

one = worked(photo, kernel, row=200, column=175)
figure, axes = plt.subplots(1, 4, figsize=(9, 2.7), layout="constrained")
draw_pixels(axes[0], one.pixels.astype(float))
draw_kernel(axes[1], one.kernel, limit=2)
draw_kernel(axes[2], one.products, limit=np.abs(one.products).max())
axes[3].imshow(correlate(photo, kernel), cmap="gray", vmin=-400, vmax=400)
axes[3].plot(175, 200, "o", color="#E69F00", markersize=12, fillstyle="none", markeredgewidth=2)
axes[3].set(xticks=[], yticks=[])
for axis, title in zip(
    axes,
    ("pixels …", "… × kernel …", f"… = products: {one.total:.0f}", "all pixels"),
    strict=True,
):
    axis.set_title(title)
plt.show()
