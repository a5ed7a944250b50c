"""Kernels in any form that a person has them in: by name, typed in, or in a file."""

import csv
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from handconv.arguments import as_kernel
from handconv.arrays import Floats
from handconv.files import read_whole
from handconv.kernels.named import named

LARGEST_FILE = 2**24  # bytes
LARGEST = 2**20  # taps
STORAGE = (".yml", ".yaml", ".xml", ".json")
SUFFIXES = (".csv", ".npy", *STORAGE)


def read_kernels(source: str) -> dict[str, Floats]:
    """The kernels that a text stands for, each under a name: (rows, columns) float64.

    =======================  ===================================================================
    ``sobel_x``              a name or a family that `named` knows, such as ``gaussian(5, 1.2)``
    ``[[0,1,0],[1,-4,1]…]``  taps typed in, row by row
    ``FILE.csv``             taps separated by commas, a line for each row
    ``FILE.npy``             one array
    ``FILE.json``            the findings of recover, with its anchor in the middle
    ``FILE.yml .xml .json``  OpenCV's FileStorage: every matrix in it, or what export wrote
    =======================  ===================================================================

    Raises ``ValueError`` naming the text or file, and what is wrong with it.

    >>> read_kernels("[[1, 2, 1]]")
    {'kernel': array([[1., 2., 1.]])}
    """
    source = source.strip()
    if source.startswith("["):
        return {"kernel": _checked(_parsed(source, "what was typed"), f"kernel {source[:40]!r}")}
    path = Path(source)
    if path.suffix.lower() not in SUFFIXES:
        return {source: named(source)}
    content = read_whole(path, LARGEST_FILE)
    found = {name: _checked(taps, source) for name, taps in _of_file(path, content)}
    if not found:
        raise ValueError(f"{source} holds no matrix. Write taps into it, rows × columns.")
    return found


def _of_file(path: Path, content: bytes) -> Iterator[tuple[str, Any]]:
    suffix = path.suffix.lower()
    if suffix == ".npy":
        try:
            yield path.stem, np.load(BytesIO(content), allow_pickle=False)
        except (ValueError, EOFError, OSError) as error:
            raise ValueError(f"{path} is not an array of numbers: {error}") from None
        return
    text = content.decode("utf-8-sig", errors="replace")
    if suffix == ".csv":
        rows = [row for row in csv.reader(text.splitlines()) if row]
        try:
            yield path.stem, [[float(tap) for tap in row] for row in rows]
        except ValueError as error:
            raise ValueError(f"{path} holds other than numbers: {error}.") from None
        return
    if suffix == ".json":
        values = _parsed(text, str(path))
        if isinstance(values, dict) and "kernel" in values:
            yield path.stem, _recovered(values, path)
            return
    yield from _stored(text, path)


def _parsed(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{what} cannot be read: {error}. Write [[0, 1], [2, 3]].") from None


def _recovered(values: dict[str, Any], path: Path) -> Floats:
    """The kernel that recover found, with its anchor in the middle of zeros."""
    rational = values.get("rational")
    try:
        taps = np.asarray(values["kernel"], np.float64)
        if rational:
            taps = np.asarray(rational["numerator"], np.float64) / rational["denominator"]
        row, column = map(int, values.get("anchor") or (taps.shape[0] // 2, taps.shape[1] // 2))
    except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
        raise ValueError(f"{path} is not what recover writes. Take the kernel out of it.") from None
    if taps.ndim != 2:
        raise ValueError(f"{path} holds a kernel for each channel. Take out the one you want.")
    down, across = (
        max(at, side - 1 - at) for at, side in zip((row, column), taps.shape, strict=True)
    )
    if (2 * down + 1) * (2 * across + 1) > LARGEST:
        raise ValueError(f"{path} has its anchor at ({row}, {column}), too far from the taps.")
    whole = np.zeros((2 * down + 1, 2 * across + 1))
    top, left = max(0, down - row), max(0, across - column)
    whole[top : top + taps.shape[0], left : left + taps.shape[1]] = taps
    return whole


def _stored(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    """The matrices of a FileStorage."""
    import cv2  # here: not for --help

    try:
        storage = cv2.FileStorage(text, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY)
        root = storage.root()
        names = root.keys() if root.isMap() else []
        for name in names:
            node = storage.getNode(name)
            if node.isMap():
                yield name, _matrix(node, path)
            elif node.isSeq() and name == "kernels":
                yield from _exported(node, path)
    except (cv2.error, SystemError) as error:
        why = " ".join(str(error).split())[:120]
        raise ValueError(f"{path} is not a FileStorage of OpenCV: {why}") from None


def _exported(kernels: Any, path: Path) -> Iterator[tuple[str, Any]]:
    for number in range(kernels.size()):
        each = kernels.at(number)
        channels = each.getNode("channels")
        if channels.size() != 1:
            raise ValueError(f"{path} holds kernels of {channels.size()} channels; one is read.")
        yield each.getNode("name").string(), _matrix(channels.at(0), path)


def _matrix(node: Any, path: Path) -> Any:
    taps = node.getNode("rows").real() * node.getNode("cols").real()
    if not 0 < taps <= LARGEST:
        raise ValueError(f"{path} promises {taps:g} taps; from 1 to {LARGEST} are read.")
    return node.mat()


def _checked(taps: Any, what: str) -> Floats:
    try:
        return as_kernel(taps)
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from None
