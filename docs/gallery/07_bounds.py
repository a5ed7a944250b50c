"""
Bounds, not values
==================

A picture file holds whole numbers from 0 to 255. Half of what an edge filter gives is negative,
and is stored as 0. Least squares takes that 0 for the truth, and learns a wrong kernel. Read it
as a bound instead: "the value was at or below ½".
"""

import matplotlib.pyplot as plt
import numpy as np

from handconv import correlate
from handconv.kernels import named
from handconv.pictures import skimage_photo
from handconv.pictures.draw import draw_kernel
from handconv.pictures.show import to_uint8
from learned.pairs import Pair, bounds
from learned.solve.gram import solve, statistics
from learned.solve.minimax import minimax

photo = skimage_photo("camera")
kernel = named("sobel_x")
value = correlate(photo.astype(float), kernel)
stored = to_uint8(value)  # what a program saves

# %%
# Least squares on the stored numbers, and the kernel that stays farthest inside the bounds:

pair = Pair(photo[None], *bounds(stored, "nearest"))
samples = pair.samples((3, 3))
sums = statistics(samples, stored.astype(float))
by_squares = solve(sums.gram, sums.moments).reshape(3, 3)
by_bounds = minimax([samples]).kernel[0]

figure, axes = plt.subplots(1, 3, figsize=(9, 3.1), width_ratios=(1.5, 1, 1), layout="constrained")
some = np.random.default_rng(0).choice(value.size, 3000, replace=False)
axes[0].plot(
    value.flat[some], stored.flat[some], ".", color="#0072B2", markersize=3, rasterized=True
)
axes[0].plot([-500, 500], [-500, 500], color="#D55E00", label="least squares believes")
axes[0].set(xlim=(-500, 500), ylim=(-80, 300), xlabel="value", ylabel="stored")
axes[0].set_title("what the file holds")
axes[0].legend(loc="upper left")
for axis, table, name in ((axes[1], by_squares, "least squares"), (axes[2], by_bounds, "bounds")):
    off = np.abs(table - kernel).max() / np.abs(kernel).max()
    draw_kernel(axis, table, limit=2, smallest=1e-9)
    axis.set_title(f"{name}: {off:.0%} off" if off > 1e-3 else f"{name}: {off:.0e} off")
plt.show()
