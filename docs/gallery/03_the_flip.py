"""
The flip
========

True convolution turns the kernel by 180° before it lays it on the picture. What deep learning
calls convolution does not: that is *correlation*. A single bright pixel tells the two apart.
"""

import matplotlib.pyplot as plt
import numpy as np

from handconv import convolve, correlate
from handconv.pictures import skimage_photo
from handconv.pictures.draw import draw_kernel
from learned import learn
from learned.compare import compare

kernel = np.arange(1.0, 10).reshape(3, 3)
bright = np.zeros((3, 3))
bright[1, 1] = 1

# %%
# A network has only ever seen the pictures. If they were made by true convolution, it must learn
# the kernel turned by 180°, because its layer correlates. In the middle, what the bright pixel
# becomes:

photo = skimage_photo("camera").astype(float)
found = learn(photo, convolve(photo, kernel), size=(3, 3), finish="none")
print("learned kernel:", compare(found.kernel, kernel).orientation)

figure, axes = plt.subplots(1, 4, figsize=(9, 2.7), layout="constrained")
for axis, table, title in (
    (axes[0], kernel, "kernel"),
    (axes[1], correlate(bright, kernel), "correlated"),
    (axes[2], convolve(bright, kernel), "convolved"),
    (axes[3], found.kernel, "learned"),
):
    draw_kernel(axis, table, limit=9)
    axis.set_title(title)
plt.show()

# %%
# A kernel that looks the same when turned, like most blurs, cannot tell the two apart. So never
# test with a symmetric kernel which of the two a program does.
