"""
A marked shape
==============

The same single layer can learn to *find*. Mark the coins in one half of a picture; the layer
learns to answer with a peak at each mark and zero elsewhere. Then show it the other half.
"""

import matplotlib.pyplot as plt
import numpy as np

from handconv.pictures import skimage_photo
from handconv.pictures.draw import DIVERGING
from learned.tasks.detection import peaks, right_hits
from learned.tasks.marked import MarkedConfig, learn_shape, respond

coins = skimage_photo("coins").astype(float)
marked, unseen = coins[:, :186], coins[:, 186:]
points = [(50, 155), (54, 44), (56, 100), (124, 46), (126, 102), (127, 153)]
points += [(196, 102), (198, 44), (198, 154), (260, 46), (262, 172), (266, 114)]
truth = [(44, 148), (51, 30), (52, 90), (119, 84), (124, 20), (125, 150)]
truth += [(186, 161), (193, 26), (194, 88), (264, 114), (264, 58), (268, 172)]

example = {"photo": "skimage:coins", "points": points}
config = MarkedConfig(task="marked", marked=[example], held_out=[example])
kernel = learn_shape([(marked, np.array(points, float))], config)
response = respond(unseen, kernel, config.normalised)
hits = peaks(response, config.within)[: len(truth)]
right = right_hits(hits, np.array(truth, float), config.within)
print(f"{right.sum()} of the {len(truth)} best answers are coins")

figure, axes = plt.subplots(1, 4, figsize=(9, 3.7), layout="constrained")
axes[0].imshow(marked, cmap="gray")
axes[0].plot([x for _, x in points], [y for y, _ in points], "+", color="#E69F00", ms=11, mew=2.5)
limit = np.abs(kernel).max()
axes[1].imshow(kernel, cmap=DIVERGING, vmin=-limit, vmax=limit)
axes[2].imshow(response, cmap="magma")
axes[3].imshow(unseen, cmap="gray")
for hit, good in zip(hits, right, strict=True):
    style = {"marker": "o", "color": "#56B4E9"} if good else {"marker": "X", "color": "#D55E00"}
    axes[3].plot(hit.column, hit.row, fillstyle="none", markersize=15, markeredgewidth=2.5, **style)
titles = ("marked", f"learned, {len(kernel)} × {len(kernel)}", "answer", "found")
for axis, title in zip(axes, titles, strict=True):
    axis.set(title=title, xticks=[], yticks=[])
plt.show()
