"""Newton's method for kernels: photo after photo goes by, and only sums are kept.

The loss is quadratic in the weights for as long as the same pixels lie outside their bounds. So
its gradient and Hessian at one kernel, summed over all photos, tell where the minimum is. Where
the bounds are equal, the first step solves the problem, and the second takes off the rounding
error of the first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from handconv.arrays import Floats
from learned.net import FilterNet
from learned.solve import gram as cpu
from learned.solve.gram import solve
from learned.solve.predict import Samples
from learned.train import gpu
from learned.train.options import TrainConfig
from learned.train.parallel import own_share, processes, summed
from learned.train.progress import Clock, Progress

ROUNDING_ERROR = (4 * np.finfo(np.float64).eps * 255) ** 2  # of a prediction, squared
TRACE = 1e-6  # of the Hessian of all pixels: keeps that of few pixels regular
HALVINGS = 30


@dataclass(frozen=True)
class Search:
    """Where the search stands: what a checkpoint has to hold."""

    kernel: Floats
    """(channels, M, N) the best so far"""
    candidate: Floats
    """The kernel that the present pass over the photos judges"""
    step: Floats
    """From the one to the other"""
    photos: int
    """How many have gone by in this pass, in each process"""
    sums: Floats
    """Of this pass: moments, square, count, number of photos with unequal bounds"""
    hessian: Floats
    """(taps, taps) of this pass, of pixels outside their bounds"""
    everywhere: Floats
    """(taps, taps) of the first pass, of all pixels"""
    equal: bool = False
    """Whether all bounds are equal; known after the first pass"""
    best: float = np.inf
    """Loss of the best kernel so far, infinite in the first pass"""
    halvings: int = 0
    """Of the step"""
    done: bool = False
    """Whether there is no more to gain"""

    def moved(self, step: Floats, **changes: Any) -> "Search":
        """At the start of a new pass over the photos, to judge the kernel that is a step away."""
        sums, hessian = np.zeros_like(self.sums), np.zeros_like(self.hessian)
        changes |= {"photos": 0, "sums": sums, "hessian": hessian}
        return replace(self, candidate=self.kernel + step, step=step, **changes)


def newton(
    net: FilterNet, samples: Sequence[Samples], config: TrainConfig, last: Progress | None = None
) -> Iterator[Progress]:
    """Train the network in place, see `learned.train.loop.train`.

    Only pixels outside their bounds have a gradient, so only they enter the Hessian. With equal
    bounds these are all pixels, always the same; else the set changes from step to step, and a
    trace of all pixels keeps the Hessian regular as the set runs empty.

    Memory is that of a few photos and of two Gram matrices. Several processes share the photos
    and add up their sums, so all of them find the same kernel.
    """
    clock, step = Clock(last, config.seconds), last.step if last else -1
    share = own_share(samples)
    # all processes add up equally often, also one that has run out of photos
    longest = max(-(-len(samples) // processes()), len(share))
    every = config.checkpoint_every or longest
    search = Search(**last.state) if last and last.state else _first_search(net.kernel)
    net.kernel = search.kernel
    while not (search.done or step == config.steps or clock.ran_out):
        after, loss = search.photos + every, None
        search = replace(_look_at(share[search.photos : after], search, net), photos=after)
        if after >= longest:  # all have gone by
            loss = float(search.sums[-3] / search.sums[-2])
            if not loss < search.best:
                search = _halved(search)
                continue
            search = _next_search(search, loss)
            net.kernel, step = search.kernel, step + 1
        # its arrays are never changed, so that this is a copy
        state = dict(vars(search)) if config.checkpoint_every else None
        yield Progress(step, clock.stop(), loss, search.kernel, state)
        clock.start()


def _first_search(kernel: Floats) -> Search:
    nothing = np.zeros((kernel.size, kernel.size))
    sums = np.zeros(kernel.size + 3)
    return Search(kernel, kernel, np.zeros_like(kernel), 0, sums, nothing, nothing)


def _halved(search: Search) -> Search:
    """The search after its candidate was found to be no better than the best kernel so far."""
    done = search.halvings == HALVINGS or search.equal  # then the whole step is the right one
    return search.moved(search.step / 2, halvings=search.halvings + 1, done=done)


def _next_search(search: Search, loss: float) -> Search:
    """The search after its candidate was found to be the best kernel so far."""
    moments, unequal = search.sums[:-3], search.sums[-1]
    equal = search.equal if np.isfinite(search.best) else bool(unequal == 0)
    if loss <= ROUNDING_ERROR or (equal and loss > search.best / 2):
        return replace(search, kernel=search.candidate, done=True, best=loss)
    gram = search.everywhere if equal else search.hessian + TRACE * search.everywhere
    step = solve(gram, moments).reshape(search.step.shape)
    search = replace(search, kernel=search.candidate)
    return search.moved(step, equal=equal, best=loss, halvings=0)


def _look_at(samples: Sequence[Samples], search: Search, net: FilterNet) -> Search:
    """The search with the sums of some more photos, of all processes."""
    first = not np.isfinite(search.best)
    names = ["sums"] if search.equal else ["sums", "hessian", *["everywhere"] * first]
    seen = {name: np.zeros_like(getattr(search, name)) for name in names}
    device = net.conv.weight.device
    work = gpu.Statistics(device) if device.type == "cuda" else cpu
    for each in samples:
        found = work.evaluate(each, search.candidate)
        unequal = not np.array_equal(each.lower, each.upper)
        seen["sums"] += [*found.moments.ravel(), found.square, each.lower.size, unequal]
        if search.equal:
            continue  # the Hessian is known
        shape, inside = search.candidate.shape[1:], found.residual == 0
        few_inside = not unequal or 2 * np.count_nonzero(inside) < inside.size
        if first or few_inside:
            gram = work.gram_matrix(each.image, shape)
        if first:
            seen["everywhere"] += gram
        if unequal:  # by the smaller of two sets of pixels, as their patches are slow
            some = work.masked_gram(each.image, inside if few_inside else ~inside, shape)
            gram = gram - some if few_inside else some
        seen["hessian"] += gram
    sums = {name: getattr(search, name) + summed(array) for name, array in seen.items()}
    return replace(search, **sums)
