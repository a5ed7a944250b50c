"""
The certificate: how far can a tap be off?
==========================================

Every pixel cuts away kernels that cannot have made it. What is left is a small body around the
truth, and two linear programs for each tap say how far it reaches. That is a proof, not an
estimate: the larger the picture, the narrower.
"""

import matplotlib.pyplot as plt
import numpy as np

from handconv.pictures import skimage_photo
from learned.pairs import made_pair
from learned.solve.certificate import certificate
from learned.solve.minimax import minimax

kernel = np.random.default_rng(0).uniform(-0.25, 0.35, (1, 3, 3))  # no simple fractions
photo = skimage_photo("grass")[None].astype(float)

figure, axis = plt.subplots(figsize=(9, 4), layout="constrained")
for place, (side, colour) in enumerate(((32, "#E69F00"), (128, "#56B4E9"), (512, "#0072B2"))):
    pair = made_pair(photo[:, :side, :side], kernel, target="uint8")  # rounded to whole numbers
    samples = [pair.samples((3, 3))]
    centre = minimax(samples)
    proof = certificate(samples, centre=centre)
    largest = np.abs(kernel).max()
    reach = np.maximum(proof.upper - kernel, kernel - proof.lower).ravel() / largest
    error = np.abs(centre.kernel - kernel).ravel() / largest
    at = np.arange(9) + (place - 1) * 0.27
    axis.bar(at, reach, 0.25, color=colour, label=f"{side} × {side} pixels", bottom=1e-9)
    axis.plot(at, error, "k_", markersize=9, markeredgewidth=2)
    assert (proof.lower <= kernel).all()
    assert (kernel <= proof.upper).all()
    print(f"{side:3} × {side:3}: proven to {reach.max():.1e}, really off by {error.max():.1e}")
axis.set(yscale="log", ylim=(1e-8, 1), xticks=range(9), xlabel="tap, row by row")
axis.set_ylabel("distance from the true tap,\nover the largest tap")
axis.set_title("bars: what is proven · lines: the true error")
axis.legend(ncols=3, loc="upper right")
plt.show()
