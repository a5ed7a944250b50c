"""How well a score tells two labels apart: its best threshold, and its ROC curve."""

import numpy as np

from handconv.arrays import Floats, Mask


def best_threshold(scores: Floats, sharp: Mask) -> float:
    """The score from which on crops are called sharp so that most of them are called right.

    >>> best_threshold(np.array([1.0, 4.0, 2.0, 3.0]), np.array([False, True, False, True]))
    3.0
    """
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(np.where(sharp[order], 1, -1))
    last = np.append(np.diff(scores[order]) != 0, True)  # of crops with the same score
    return float(scores[order][np.where(last, right, -len(scores)).argmax()])


def roc(scores: Floats, sharp: Mask) -> tuple[Floats, Floats]:
    """Share of blurred crops called sharp, rising, and of sharp crops called sharp.

    >>> roc(np.array([1.0, 3.0, 2.0]), np.array([False, True, False]))
    (array([0. , 0. , 0.5, 1. ]), array([0., 1., 1., 1.]))
    """
    order = np.argsort(-scores, kind="stable")
    true = np.append(0, np.cumsum(sharp[order])) / sharp.sum()
    false = np.append(0, np.cumsum(~sharp[order])) / (~sharp).sum()
    return false, true
