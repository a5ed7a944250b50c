"""
Newton: two steps
=================

The loss of a single layer is quadratic in its weights: a bowl. Newton's method knows the shape of
the bowl, and jumps to its bottom. The second step only takes off the rounding error of the first.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

from handconv.kernels import named
from handconv.pictures import skimage_photo
from learned.net import FilterNet
from learned.pairs import made_pair
from learned.train.loop import train
from learned.train.options import TrainConfig

photo = skimage_photo("camera")[None, 100:228, 150:278].astype(float)
kernel = named("small_blur")[None]  # 7 × 7 taps of 1/49
samples = made_pair(photo, kernel).samples((7, 7))

figure, axis = plt.subplots(figsize=(8, 4), layout="constrained")
for optimizer, colour, marker in (
    ("adam", "#E69F00", "s"),
    ("lbfgs", "#009E73", "v"),
    ("newton", "#0072B2", "o"),
):
    torch.manual_seed(0)
    net = FilterNet((7, 7))  # which starts from random taps
    error = [
        float(np.abs(one.kernel - kernel).max() / kernel.max())
        for one in train(net, [samples], TrainConfig(optimizer=optimizer, steps=100))
    ]
    axis.semilogy(
        error, color=colour, marker=marker, markevery=max(1, len(error) // 10), label=optimizer
    )
    print(f"{optimizer:6} {error[-1]:.0e} off after {len(error) - 1} steps")
axis.set(xlabel="step", ylabel="error / largest tap", title="a blur of 7 × 7 taps, learned")
axis.grid(alpha=0.3)
axis.legend()
plt.show()
