"""The kernel farthest inside the bounds of 5,000 random pixels: a linear program for HiGHS."""

import numpy as np
from scipy.optimize import linprog

from benchmarks.pairs.contestants.patches import is_clipped, patches
from benchmarks.pairs.records import Answer, Question

NEEDS = ("scipy",)
PIXELS = 5_000


def find(question: Question) -> Answer:
    known = patches(question, PIXELS)
    clipped = is_clipped(question, known.after)
    half = 0.5 if question.after.dtype == np.uint8 else 0.0
    seen, ones = known.seen, np.ones((len(known.seen), 1))
    columns = []
    for after, off in zip(known.after.T, clipped.T, strict=True):
        below, above = ~off | (after == 0), ~off | (after == 255)  # what bounds the pixel
        matrix = np.block(
            [
                [seen[below], ones[below], -ones[below]],  # sum ≤ upper + t
                [-seen[above], -ones[above], -ones[above]],  # sum ≥ lower − t
            ]
        )
        limits = np.concatenate([after[below] + half, half - after[above]])
        goal = np.eye(matrix.shape[1])[-1]  # t, as small as can be
        free = [(None, None)] * (matrix.shape[1] - 1) + [(-half, None)]
        found = linprog(goal, matrix, limits, bounds=free, method="highs")
        if found.x is None:
            raise ValueError(found.message)
        columns.append(found.x)
    taps = np.stack(columns, axis=1)
    return Answer(known.kernel(taps[:-2], question.shape), bias=float(taps[-2].mean()))
