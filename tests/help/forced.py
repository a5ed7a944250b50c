"""Filter by a plan of the test's choice."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from handconv import Border
from handconv.engine.dispatch import prepare
from handconv.engine.plan import Job, Plan


def job(image: NDArray[Any]) -> Job:
    """Of a stack, (images, rows, columns, channels), and an output that is contiguous."""
    return Job(image.shape, image.dtype, image.flags.c_contiguous)


def run(
    plan: Plan, image: NDArray[Any], kernel: NDArray[np.float64], border: Border,
    anchor: tuple[int, int], out: NDArray[Any],
) -> None:  # fmt: skip
    """Correlate the stack into ``out``, of the same shape."""
    prepare(plan, job(image), kernel, border, anchor, out.dtype)(image, out)
