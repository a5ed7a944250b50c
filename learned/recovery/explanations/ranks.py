"""Ranks: every after-pixel is the k-th smallest of its neighbours, as a median is."""

from collections.abc import Iterator

import cv2
import numpy as np
from scipy import ndimage

from handconv.arrays import Array, Floats, Mask
from learned.recovery import thresholds
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.footprints import LARGEST, Footprint, footprints
from learned.recovery.explanations.rims import (
    MODES,
    Reach,
    bordered,
    keep_rim,
    pad,
    with_best_border,
)
from learned.recovery.explanations.samples import lively_patches
from learned.recovery.reading import Reading

BORDERS = {**MODES, "unfiltered": "none: the rim is unfiltered"}


def explain(seen: Reading) -> Iterator[Explanation]:
    """The footprint and rank that fit most pixels, or those, where some of the pixels tell no more.

    None where after-pixels are no neighbours.
    """
    if (found := lively_patches(seen)) is None:
        return
    patches, levels = found
    less, same = (patches < levels[:, None]), (patches == levels[:, None])
    if same.any(axis=1).mean() < thresholds.RANKED:
        return
    tried = footprints()
    masks = np.stack([_in_the_middle(each).ravel() for each in tried], axis=1).astype(np.float32)
    below, ties = less.astype(np.float32) @ masks, same.astype(np.float32) @ masks
    ranks = [_likely(b, t) for b, t in zip(below.T, ties.T, strict=True)]
    most = max(share for _, share in ranks)
    if most >= thresholds.RANKED:
        for footprint, (rank, share) in zip(tried, ranks, strict=True):
            if share == most:
                yield _explanation(footprint, rank, seen)


def rank_of(planes: Array, footprint: Array, reach: Reach, rank: int, mode: str) -> Array:
    """The neighbour with ``rank`` smaller ones, of those where ``footprint`` is 1."""
    (above, _, left, _), (rows, columns) = reach, footprint.shape
    if mode == "unfiltered":
        return keep_rim(rank_of(planes, footprint, reach, rank, "edge"), planes, reach)
    seen = pad(planes, reach, mode)
    if rank == 0:
        ranked = np.stack([cv2.erode(plane, footprint, anchor=(left, above)) for plane in seen])
    elif rank == footprint.sum() - 1:
        ranked = np.stack([cv2.dilate(plane, footprint, anchor=(left, above)) for plane in seen])
    elif planes.dtype == np.uint8 and is_median_of_square(footprint, reach, rank):
        # the same, some twenty times as fast
        ranked = np.stack([cv2.medianBlur(plane, rows) for plane in seen])
    else:
        origin = (0, above - rows // 2, left - columns // 2)
        ranked = ndimage.rank_filter(seen, rank, footprint=footprint[None], origin=origin)
    return ranked[:, above : above + planes.shape[1], left : left + planes.shape[2]]


def is_median_of_square(footprint: Array, reach: Reach, rank: int) -> bool:
    """Whether the middle one of an odd square around the pixel is asked for."""
    side = 2 * reach[0] + 1
    return reach == (reach[0],) * 4 and footprint.sum() == side**2 and rank == side**2 // 2


def _in_the_middle(footprint: Footprint) -> Mask:
    """The footprint in a square of the largest side, around the output pixel."""
    (row, column), (rows, columns) = footprint.anchor, footprint.mask.shape
    whole = np.zeros((LARGEST, LARGEST), np.bool_)
    top, left = LARGEST // 2 - row, LARGEST // 2 - column
    whole[top : top + rows, left : left + columns] = footprint.mask
    return whole


def _likely(below: Floats, ties: Floats) -> tuple[int, float]:
    """The rank that fits most pixels, and their share.

    A pixel with two smaller neighbours and three that are equal to it allows the ranks 2, 3, 4.
    """
    first, last = below.astype(np.int64), (below + ties).astype(np.int64)
    size = int(last.max(initial=0)) + 2
    votes = np.bincount(first, minlength=size) - np.bincount(last, minlength=size)
    votes = np.cumsum(votes)
    rank = int(votes.argmax())
    return rank, float(votes[rank]) / len(below)


def _explanation(footprint: Footprint, rank: int, seen: Reading) -> Explanation:
    count, (rows, columns) = int(footprint.mask.sum()), footprint.mask.shape
    names = {0: "minimum", count - 1: "maximum", count // 2: "median"}
    name = names.get(rank, "percentile")
    parameters = {
        "name": name,
        "shape": footprint.shape,
        "size": [rows, columns],
        "rank": rank,
        "of": count,
        "footprint": footprint.mask.astype(int).tolist(),
        "anchor": list(footprint.anchor),
    }
    settings = {
        "footprint": footprint.mask.astype(np.uint8),
        "reach": footprint.reach,
        "rank": rank,
    }
    what = f"the {name}" if name != "percentile" else f"the value of rank {rank} of {count}"
    sentence = f"{what} over {footprint.words}"
    reach = max(footprint.reach)
    plain = Explanation("rank", sentence, parameters, rank_of, settings, reach)
    return with_best_border(bordered(plain, BORDERS), seen, footprint.reach)
