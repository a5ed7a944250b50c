"""
Whitening: make all directions equally steep
============================================

With only two taps the loss can be drawn: a long valley, because neighbouring pixels are alike.
Gradient descent slides down its wall at once, then creeps along its floor. *Whitening* moves in
coordinates in which the valley is a round bowl.
"""

import matplotlib.pyplot as plt
import numpy as np

from handconv.pictures import skimage_photo
from learned.net import FilterNet
from learned.pairs import Pair
from learned.solve.gram import gram_matrix
from learned.train.loop import train
from learned.train.options import TrainConfig

photo = skimage_photo("camera")[::2, ::2].astype(float)
target = photo - np.roll(photo, 1, axis=1)  # the kernel [-1, 1]: each pixel less its left neighbour
pair = Pair(photo[None], target, target, "wrap")
samples = pair.samples((1, 2), anchor=(0, 1))


def course(steps, **settings):
    """The two taps after each step, from a start on the wall of the valley."""
    net = FilterNet((1, 2))
    net.kernel = np.array([[[1.0, 0.5]]])
    config = TrainConfig(optimizer="sgd", momentum=0.0, steps=steps, **settings)
    return np.array([one.kernel.ravel().tolist() for one in train(net, [samples], config)])


paths = {
    "plain: 40 steps": course(40, lr=1.0),
    "whitened: 40 steps": course(40, precondition="whiten"),
}

# %%
# The loss of any two taps follows from the Gram matrix, the sums of products of neighbouring
# pixels:

gram = gram_matrix(samples.image, (1, 2)) / photo.size
across, up = np.meshgrid(np.linspace(-1.6, 1.6, 200), np.linspace(-0.8, 1.6, 200))
away = np.stack([across + 1, up - 1])
loss = np.einsum("iyx,ij,jyx->yx", away, gram, away)

figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for axis, (title, path), colour in zip(axes, paths.items(), ("#D55E00", "#0072B2"), strict=True):
    axis.contourf(across, up, np.log10(loss + 1), 16, cmap="Greys_r", alpha=0.5)
    axis.plot(*path.T, "o-", color=colour, markersize=4)
    axis.plot(-1, 1, "*", color="black", markersize=16)
    axis.set(title=title, xlabel="left tap")
axes[0].set_ylabel("right tap")
plt.show()

values = np.linalg.eigvalsh(gram)
print(f"The valley is {values[1] / values[0]:.0f} times as steep across as along.")
for title, path in paths.items():
    print(f"{title}, and the taps are {np.abs(path[-1] - [-1, 1]).max():.1e} off")
