"""Lattice points around which few or no colours were seen: a smooth continuation of the others."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import cg

from handconv.arrays import Floats, Mask
from learned.recovery.looks.lattice import points
from learned.recovery.looks.smoothness import bends, slopes

CG_STEPS = 250
CG_PRECISION = 1e-5

STEEPNESS = 1e-2
"""What slopes cost besides bends: far from all that was seen, a matrix and an offset are left."""


def from_firm(table: Floats, firm: Mask, size: int) -> Floats:
    """The (size³, values) table with all points that are not ``firm`` (size³,) set anew, in 0 … 1.

    The firm points are fitted by a matrix and an offset; what these leave is continued so that
    neighbours in a row bend as little as possible.

    >>> table = points(3)
    >>> firm = np.ones(27, bool)
    >>> firm[13] = False
    >>> table[13] = 0
    >>> from_firm(table, firm, 3)[13].round(9).tolist()
    [0.5, 0.5, 0.5]
    """
    if firm.all() or not firm.any():
        return table
    design = np.column_stack([points(size), np.ones(size**3)])
    plane = design @ np.linalg.lstsq(design[firm], table[firm], rcond=None)[0]
    everywhere = np.ones((size, size, size), np.bool_)
    rough = sparse.vstack([bends(everywhere), STEEPNESS * slopes(everywhere)]).tocsc()
    free, fixed = rough[:, ~firm].tocsr(), rough[:, firm].tocsr()
    normal = (free.T @ free).tocsr()
    right = -(free.T @ (fixed @ (table - plane)[firm]))
    scale = sparse.diags_array(1 / normal.diagonal())
    out = table.copy()
    for channel in range(table.shape[1]):
        left, _ = cg(normal, right[:, channel], rtol=CG_PRECISION, maxiter=CG_STEPS, M=scale)
        out[~firm, channel] = plane[~firm, channel] + left
    return np.clip(out, 0, 1)
