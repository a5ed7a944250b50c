"""
An inverse: learn the way back
==============================

Swap the pictures: let the layer learn *after → before*. It learns a filter that takes a blur back
off, as far as the noise allows. Nobody tells it how strong the noise is; the pictures do.
"""

import matplotlib.pyplot as plt
import numpy as np

from handconv import correlate
from handconv.kernels import named
from handconv.pictures import skimage_photo
from handconv.pictures.draw import DIVERGING
from learned.tasks.deblurring import psnr
from learned.tasks.inverse import degraded, learn_inverse

blur, random = named("gaussian(13, 2)"), np.random.default_rng(0)
seen = [skimage_photo(name)[:300, :300].astype(float) for name in ("camera", "coins", "clock")]
photo = skimage_photo("astronaut").mean(axis=2)[:200, 130:330]  # never seen in training

figure, axes = plt.subplots(2, 3, figsize=(9, 6.3), layout="constrained")
for row, noise in zip(axes, (1.0, 8.0), strict=True):
    pairs = [degraded(each, blur, noise, random) for each in seen]
    inverse, _ = learn_inverse(pairs, size=25)
    after, before = degraded(photo, blur, noise, random)
    restored = correlate(after, inverse, "reflect")
    limit = np.abs(inverse).max()
    row[0].imshow(after, cmap="gray", vmin=0, vmax=255)
    row[0].set_title(f"blurred, noise {noise:.0f}: {psnr(after, before):.1f} dB")
    row[1].imshow(inverse, cmap=DIVERGING, vmin=-limit, vmax=limit)
    row[1].set_title("learned inverse, 25 × 25")
    row[2].imshow(restored, cmap="gray", vmin=0, vmax=255)
    row[2].set_title(f"restored: {psnr(restored, before):.1f} dB")
for axis in axes.flat:
    axis.set(xticks=[], yticks=[])
plt.show()

# %%
# Little noise: the inverse is strong, with rings of both signs. Much noise: it is careful, because
# whatever lifts the detail lifts the noise too.
