"""More than one process, as `torchrun` starts them: who am I, and what do we all know together.

Without `torchrun` there is one process, and everything here does nothing.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from secrets import token_hex
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous
from torch.nn.parallel import DistributedDataParallel

from handconv.arrays import Floats
from learned.solve.predict import Samples

PATIENCE = timedelta(days=1)  # rank 0 may draw figures or write to a slow disk meanwhile


def rank() -> int:
    """The number of this process: 0 alone prints and writes."""
    return int(os.environ["RANK"]) if "TORCHELASTIC_RUN_ID" in os.environ else 0


def processes() -> int:
    """How many processes work together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def restarted() -> bool:
    """Whether `torchrun --max-restarts` has started this process again after a failure."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) > 0


def local_device(device: torch.device) -> torch.device:
    """The device of this process: one GPU each, where several processes share a machine."""
    if device.type != "cuda" or "LOCAL_RANK" not in os.environ:
        return device
    own = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(own)
    return own


@contextmanager
def joined(device: torch.device) -> Iterator[None]:
    """Join the other processes that `torchrun` started: by NCCL between GPUs, else by Gloo.

    Raises ``ConnectionError`` where one of them is lost.
    """
    if "TORCHELASTIC_RUN_ID" not in os.environ or dist.is_initialized():
        yield
        return
    try:
        store = _own_store()
        dist.init_process_group(
            "nccl" if device.type == "cuda" else "gloo",
            store=store, rank=rank(), world_size=int(os.environ["WORLD_SIZE"]), timeout=PATIENCE,
        )  # fmt: skip
        yield
    except RuntimeError as error:
        if not isinstance(error, dist.DistError) and "gloo" not in str(error).lower():
            raise
        raise ConnectionError(f"process {rank()} has lost another process: {error}") from None
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()


def _own_store() -> Any:
    """The part of torchrun's store that belongs to those who are alive now.

    The store outlives a restart, and so do the addresses that killed processes left in it. So each
    process leaves a new word, and all go by the words of all, once everyone has seen the same.
    """
    store, own, count = next(rendezvous("env://", timeout=PATIENCE))
    store.set(f"word/{own}", token_hex(8))
    while True:
        words = " ".join(store.get(f"word/{each}").decode() for each in range(count))
        store.set(f"{words} {own}", "")
        if store.check([f"{words} {each}" for each in range(count)]):
            return PrefixStore(words, store)
        time.sleep(0.01)


def summed(values: Floats) -> Floats:
    """The sum of all processes' arrays, the same to the last digit in each of them."""
    if processes() == 1:
        return values
    wire = torch.as_tensor(values).clone()
    if dist.get_backend() == "nccl":
        wire = wire.cuda()
    dist.all_reduce(wire)
    total: Floats = wire.cpu().numpy()
    return total


def gathered(value: Any) -> list[Any]:
    """What each process holds, by rank."""
    if processes() == 1:
        return [value]
    values: list[Any] = [None] * processes()
    dist.all_gather_object(values, value)
    return values


def distributed(net: nn.Module) -> nn.Module:
    """The network, made to average its gradients with those of the other processes."""
    return net if processes() == 1 else DistributedDataParallel(net)


def quietly(net: nn.Module) -> AbstractContextManager[None]:
    """While gradients of several parts are added up, only those of the last go over the wire."""
    return net.no_sync() if isinstance(net, DistributedDataParallel) else nullcontext()


def own_share(samples: Sequence[Samples]) -> Sequence[Samples]:
    """The part of all photos that this process works on: every n-th, or, where there are fewer
    photos than processes, some rows of each."""
    if processes() == 1:
        return samples
    if len(samples) >= processes():
        return samples[rank() :: processes()]
    return [own_rows(each) for each in samples]


def own_rows(samples: Samples) -> Samples:
    """The rows of one photo that this process works on."""
    if processes() == 1:
        return samples
    rows = len(samples.lower)
    first, last = (rows * part // processes() for part in (rank(), rank() + 1))
    below = samples.kernel_shape[1] - 1  # rows of the image that the last output row reaches down
    return Samples(
        samples.image[:, first : last + below], samples.lower[first:last], samples.upper[first:last]
    )
