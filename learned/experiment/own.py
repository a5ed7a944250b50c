"""Pairs of your own: pictures before and after, from files, made into the task of an experiment.

Grey levels are 0 … 255 whatever the depth of the files: 16 bits count in steps of 1/257.
"""

import glob
from collections.abc import Sequence
from functools import partial
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from tqdm import tqdm

from handconv.arrays import Array, Floats
from handconv.pictures import read_picture
from learned.experiment.config import OWN, Config, PairConfig
from learned.experiment.photos import SMALL, find_photos
from learned.experiment.task import Task
from learned.pairs import Pair, Rounding, Target, bounds
from learned.recovery.size import find_size
from learned.train.lazy import Lazy, ahead
from learned.train.parallel import gathered, processes, rank

LEVEL = {np.dtype(np.uint16): 1 / 257}
"""Grey levels from one stored number to the next, where that is not 1."""


class Files(NamedTuple):
    """Two files, and which of their planes."""

    before: str
    after: str
    channel: int = 0


class Kind(NamedTuple):
    """What has to be known of a pair before it is used."""

    channels: int
    size: tuple[int, int]
    texture: bool
    """Whether the before image has more than one grey level"""
    exact: bool
    """Whether the after image is"""


def own_task(config: Config, device: torch.device) -> tuple[Task, list[str]]:
    """The one kernel behind all pairs of the config; also the names of all files.

    Several processes share the first look at the files.

    Raises ``ValueError`` or ``OSError`` naming the file for whatever cannot be used.
    """
    files = [pair for each in config.pairs for pair in matched(each)]
    kinds = _look_at_all(files, config)
    pictures: Sequence[Pair] = Lazy(partial(load_plane, config=config), list(kinds))
    if sum(prod(kind.size) * (kind.channels + 2) for kind in kinds.values()) <= SMALL:
        pictures = list(pictures)
    task = task_of(pictures, list(kinds.values()), config, device)
    return task, [name for pair in files for name in pair[:2]]


def task_of(
    pairs: Sequence[Pair], kinds: Sequence[Kind], config: Config, device: torch.device
) -> Task:
    """The kernel behind these pairs, as the config wants it to be learned."""
    if not any(kind.texture for kind in kinds):
        raise ValueError(
            "the pictures before have one grey level throughout: every kernel of the right sum "
            "fits them. Use a picture with texture."
        )
    smallest = min(kind.size[0] for kind in kinds), min(kind.size[1] for kind in kinds)
    shape = kinds[0].channels, *_size(config, pairs, smallest)
    stored: Target = "uint8_floor" if config.target == "uint8_floor" else "uint8"
    stored = "float64" if all(kind.exact for kind in kinds) else stored
    return Task(OWN, shape, pairs, _as_it_is, config, device, stored=stored)


def kind_of(pair: Pair) -> Kind:
    texture = bool((pair.before != pair.before[:, :1, :1]).any())
    return Kind(len(pair.before), pair.size, texture, np.array_equal(pair.lower, pair.upper))


def matched(pair: PairConfig) -> list[Files]:
    """The files that belong together: two, or those of one name in two folders or globs.

    A name is what stands before the suffix, or where a pattern has its one ``*``.

    Raises ``ValueError`` naming a file without a partner.
    """
    befores, afters = find_photos([pair.before]), find_photos([pair.after])
    if len(befores) == len(afters) == 1:
        return [Files(befores[0], afters[0])]
    before, after = _by_name(pair.before, befores), _by_name(pair.after, afters)
    for one, other, there in ((before, after, pair.after), (after, before, pair.before)):
        for name in sorted(one.keys() - other.keys()):
            raise ValueError(f"{one[name]} has no partner: {there} has no picture {name!r}.")
    return [Files(before[name], after[name]) for name in before]


def _by_name(source: str, files: Sequence[str]) -> dict[str, str]:
    head, star, tail = Path(source).name.partition("*")
    is_pattern = star != "" and not glob.has_magic(head + tail)
    found: dict[str, str] = {}
    for file in files:
        name = Path(file).name
        if is_pattern:
            name = name.removeprefix(head).removesuffix(tail)
        if not is_pattern or not tail:
            name = Path(name).stem
        if name in found:
            raise ValueError(f"{found[name]} and {file} are both called {name!r}. Rename one.")
        found[name] = file
    return found


def load_plane(files: Files, config: Config) -> Pair:
    """One plane of a pair of files, grey levels; see `pairs_of`."""
    return _load(files, config)[files.channel]


def _load(files: Files, config: Config) -> list[Pair]:
    before, after = read_picture(files.before), read_picture(files.after)
    return pairs_of(before, after, config, files[:2])


def pairs_of(
    before: Array, after: Array, config: Config, names: tuple[str, str] = ("before", "after")
) -> list[Pair]:
    """What two pictures say: a pair for each plane, all filtered alike.

    With ``config.inverse`` they say it the other way round. With ``config.colour`` one pair with
    three channels before and one after. The bounds come from
    the depth of the after image: whole numbers are rounded, or truncated where ``config.target`` is
    uint8_floor; floating point is exact.

    Parameters
    ----------
    before, after : (rows, columns) or (rows, columns, 3 or 4); uint8, uint16 or floating point
    names : what messages call them

    Raises ``ValueError`` where the two do not go together.
    """
    if config.inverse:
        before, after, names = after, before, names[::-1]
    sizes = [" × ".join(map(str, picture.shape[:2])) for picture in (before, after)]
    if before.shape[:2] != after.shape[:2]:
        raise ValueError(
            f"{names[0]} has {sizes[0]} pixels and {names[1]} {sizes[1]}. Give two pictures of "
            f"one size; if the filter left out the rim, crop the first to where the second lies."
        )
    befores, afters = _planes(before, names[0]), _planes(after, names[1])
    _check_colours(len(befores), len(afters), config.colour, names)
    lower, upper = _bounds(afters, config, names[1])
    planes = befores * np.float64(LEVEL.get(before.dtype, 1))
    border = None if config.border == "valid" else config.border
    if config.colour:
        return [Pair(planes, lower[0], upper[0], border)]
    return [Pair(planes[i : i + 1], lower[i], upper[i], border) for i in range(len(planes))]


def _planes(picture: Array, name: str) -> Array:
    """(1 or 3, rows, columns); one where red, green and blue are equal everywhere."""
    if picture.ndim not in (2, 3) or picture.size == 0 or picture.shape[2:] not in ((), (3,), (4,)):
        raise ValueError(
            f"{name} has shape {picture.shape}; it must be (rows, columns) or (rows, columns, 3 or "
            f"4), with at least one pixel."
        )
    if picture.dtype not in (np.uint8, np.uint16) and picture.dtype.kind != "f":
        raise ValueError(f"{name} has dtype {picture.dtype}; use uint8, uint16 or floating point.")
    if not np.isfinite(picture).all():
        raise ValueError(f"{name} holds NaN or infinite values. Leave them out.")
    planes = np.atleast_3d(picture)[..., :3].transpose(2, 0, 1)
    return planes[:1] if (planes == planes[:1]).all() else planes


def _check_colours(before: int, after: int, colour: bool, names: tuple[str, str]) -> None:
    """Raise ``ValueError`` where these numbers of channels do not go together."""
    words = {1: "grey", 3: "in colour"}
    both = f"{names[0]} is {words[before]} and {names[1]} {words[after]}"
    if colour and (before, after) != (3, 1):
        raise ValueError(f"{both}; colour = true learns from colour before and grey after.")
    if not colour and before != after:
        advice = "Set colour = true to learn one kernel with three channels"
        advice = advice if before == len("rgb") else "No kernel makes colour of grey"
        raise ValueError(f"{both}. {advice}, or give two pictures of one kind.")


def _bounds(planes: Array, config: Config, name: str) -> tuple[Floats, Floats]:
    """(planes, rows, columns) lower and upper, grey levels."""
    rounding: Rounding = "floor" if config.target == "uint8_floor" else "nearest"
    if planes.dtype == np.uint16 and rounding == "floor":
        raise ValueError(f"{name} has 16 bits, and target is uint8_floor. Leave target out.")
    found = [bounds(each, "exact" if each.dtype.kind == "f" else rounding) for each in planes]
    level = np.float64(LEVEL.get(planes.dtype, 1))
    lower, upper = (np.stack(each) * level for each in zip(*found, strict=True))
    return lower, upper


def _look_at_all(files: Sequence[Files], config: Config) -> dict[Files, Kind]:
    """A first look at every plane of every pair, shared by all processes."""
    share = files[rank() :: processes()]
    quiet = True if rank() or len(files) <= 10 else None  # None: where there is no terminal
    look = partial(_look, config=config)
    own = [*tqdm(ahead(look, share), "pairs", len(share), disable=quiet, leave=False)]
    looks: dict[Files, list[Kind]] = {}
    for number, theirs in enumerate(gathered(own)):
        looks |= zip(files[number :: processes()], theirs, strict=True)
    return {
        pair._replace(channel=channel): kind
        for pair in files
        for channel, kind in enumerate(looks[pair])
    }


def _look(files: Files, config: Config) -> list[Kind]:
    return [kind_of(pair) for pair in _load(files, config)]


def _size(config: Config, pairs: Sequence[Pair], smallest: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of the kernel: those of the config, or found as recover does."""
    if config.size == "auto":
        found: tuple[int, int] = gathered(find_size(_enough(pairs)) if rank() == 0 else None)[0]
        return found
    rows, columns = config.size
    if rows > smallest[0] or columns > smallest[1]:
        raise ValueError(
            f"size is {rows} × {columns}, larger than a picture of {smallest[0]} × {smallest[1]} "
            f"pixels. Use larger pictures or a smaller size."
        )
    return rows, columns


def _enough(pairs: Sequence[Pair]) -> list[Pair]:
    """The first pairs, as many as are held in memory at once."""
    found: list[Pair] = []
    for pair in pairs:
        found.append(pair)
        if sum(each.before.size for each in found) > SMALL:
            break
    return found


def _as_it_is(pair: Pair) -> Pair:
    return pair
