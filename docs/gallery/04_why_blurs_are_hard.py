"""
Why blurs are hard to learn
===========================

Gradient descent learns an edge filter slowly, and a blur hardly at all, though the loss falls in
both. Neighbouring pixels of a photo are nearly equal. If one tap grows and its neighbour shrinks
by as much, the picture hardly changes, so the loss hardly tells.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

from handconv.kernels import named
from handconv.pictures import skimage_photo
from learned.net import FilterNet
from learned.pairs import made_pair
from learned.solve.gram import gram_matrix
from learned.train.loop import train
from learned.train.options import TrainConfig

photo = skimage_photo("camera")[None, 100:228, 150:278].astype(float)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
for name, colour, marker in (("sobel_x", "#0072B2", "o"), ("small_blur", "#D55E00", "s")):
    kernel = named(name)[None]
    shape = kernel.shape[1:]
    samples = [made_pair(photo, kernel).samples(shape)]
    torch.manual_seed(0)
    net, loss, error = FilterNet(shape), [], []  # which starts from random taps
    for one in train(net, samples, TrainConfig(optimizer="sgd", steps=300)):
        loss.append(one.loss)
        error.append(float(np.abs(one.kernel - kernel).max() / np.abs(kernel).max()))
    size = f"{shape[0]} × {shape[1]}"
    style = {"color": colour, "marker": marker, "markevery": 30, "label": f"{name}, {size}"}
    left.semilogy(loss, **style)
    right.semilogy(error, **style)
    condition = np.linalg.cond(gram_matrix(photo, shape))
    print(f"{name}: kernel {error[-1]:.0%} off after 300 steps; condition number {condition:.0e}")

left.set(title="the loss falls for both …", xlabel="step", ylabel="loss (grey levels²)")
right.set(title="… but the blur is not learned", xlabel="step", ylabel="error / largest tap")
right.axhline(1, color="grey", linestyle=":")
right.text(300, 1.05, "as wrong as all zeros", ha="right", va="bottom", color="dimgrey")
right.set_yticks([0.5, 1, 2, 5], ["0.5", "1", "2", "5"])
right.set_yticks([], minor=True)
for axis in (left, right):
    axis.grid(alpha=0.3)
left.legend()
plt.show()

# %%
# The *condition number* says how much steeper the loss is in its steepest direction than in its
# flattest. Gradient descent needs about as many steps.
