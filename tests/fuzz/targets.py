"""What reads files from strangers: for each reader a few right inputs, and a call."""

import io
import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "help"))
from picture_files import by_tifffile, interlaced, png_of
from sums import check_sums

from handconv.kernels import named

if TYPE_CHECKING:
    from learned.experiment.learn import Task


class Target(NamedTuple):
    """``call(data, folder)`` may raise ``ValueError`` and ``OSError``; all else is a finding.

    So is one that takes more than ``seconds`` of the processor.
    """

    corpus: Callable[[], list[bytes]]
    call: Callable[[bytes, Path], object]
    seconds: float = 5.0


def _saved(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def _pictures() -> list[bytes]:
    random = np.random.default_rng(0)
    grey = random.integers(0, 256, (23, 17), np.uint8)
    colour = random.integers(0, 256, (11, 13, 3), np.uint8)
    alpha = random.integers(0, 256, (9, 7, 4), np.uint8)
    found = [_saved(each, "PNG") for each in (grey, colour, alpha)]
    found += [_saved(each, "TIFF") for each in (grey, colour, alpha)]
    found += [
        _saved(colour, "TIFF", compression=kind)
        for kind in ("tiff_lzw", "tiff_adobe_deflate", "packbits")
    ]
    found += [_saved(each, "BMP") for each in (grey, colour)]
    found += [_saved(colour, "JPEG"), _saved(grey, "JPEG"), _saved(colour, "WEBP", lossless=True)]
    found.append(
        _saved(
            colour, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
        )
    )
    found.append(_saved(grey, "PNG", optimize=True))
    palette = io.BytesIO()
    Image.fromarray(colour).quantize(7).save(palette, "PNG", transparency=2)
    found.append(palette.getvalue())
    for pixels in (grey.astype(np.uint16) * 257, colour.astype(np.uint16) * 257):
        found += [cv2.imencode(end, pixels)[1].tobytes() for end in (".png", ".tiff")]
    for dtype in (np.float32, np.float64):
        found.append(cv2.imencode(".tiff", colour.astype(dtype))[1].tobytes())
        array = io.BytesIO()
        np.save(array, colour.astype(dtype))
        found.append(array.getvalue())
    found += _rare_tiffs(colour)
    for pixels in (grey[..., None], colour.astype(">u2"), colour):
        header = pixels.shape[1], pixels.shape[0], 8 * pixels.itemsize, pixels.shape[2] - 1
        found.append(png_of(interlaced(pixels), *header, interlaced=True))
    return found


def _rare_tiffs(colour: np.ndarray) -> list[bytes]:
    """In tiles, planes, strips, with long offsets; of 8, 16 and 64 bits."""
    tiled, big, strips = {"tile": (16, 16)}, {"bigtiff": True}, {"rowsperstrip": 4}
    found = []
    for options in (tiled, big, strips, {**big, **tiled}, {**tiled, "compression": "zlib"}):
        for dtype in (np.uint8, np.uint16, np.float64):
            found.append(by_tifffile(colour.astype(dtype), **options))
    planes = np.moveaxis(colour, 2, 0)
    return [*found, by_tifffile(planes, planarconfig="separate")]


def _read_picture(data: bytes, folder: Path) -> object:
    from handconv.pictures import read_picture

    path = folder / "picture"
    path.write_bytes(data)
    return read_picture(path)


def _configs() -> list[bytes]:
    configs = Path(__file__).parents[2] / "configs"
    files = {path.stem: path.read_bytes() for path in sorted(configs.glob("*.toml"))}
    for name in ("own_pair", "own_inverse"):
        files[name] = b'before = "a.png"\nafter = "b.png"\n' + files[name]
    return list(files.values())


def _load_config(data: bytes, folder: Path) -> object:
    from learned.tasks.run import load_any

    (folder / "config.toml").write_bytes(data)
    return load_any(folder / "config.toml")


def _overrides() -> list[bytes]:
    return [
        b"kernels=['sobel_x']\ntrain.steps=50\nseed=3",
        b"train.lr=1e-3\ntrain.optimizer=adam\nkernels=[{name='mine',values=[[0,1],[2,3]]}]",
        b"photos=['skimage:camera']\nborder=wrap\ntarget='uint8'\nbias=2.5\n"
        b"train.finish='chebyshev'",
    ]


def _load_overrides(data: bytes, folder: Path) -> object:
    from learned.experiment.config_file import load_config

    base = Path(__file__).parents[2] / "configs" / "my_kernel.toml"
    return load_config(base, data.decode("utf-8", errors="replace").splitlines())


RUN_FILES = ("config.toml", "kernels.safetensors", "metrics.json", "history.jsonl")
BETWEEN = b"\0|\0"


def _runs() -> list[bytes]:
    """A run folder for each of its files: the name of that, its bytes, and those of the others."""
    from safetensors.numpy import save

    kernel = np.arange(9.0).reshape(3, 3)
    entry = {"max_abs_error": 0.0, "relative_error": 0.0, "orientation": "as defined", "loss": 0.0}
    entry |= {"steps": 2, "seconds": 0.1, "rational": None}
    record = {"kernel": "sharpen", "step": 0, "seconds": 0.0, "loss": 1.5, "kernel_error": 0.5}
    files = [
        b'kernels = ["sharpen"]\n',
        save({"hand/sharpen": kernel, "learned/sharpen": kernel}),
        json.dumps({"kernels": {"sharpen": entry}, "seconds": 1.0}).encode(),
        json.dumps(record).encode() + b"\n",
    ]
    return [
        BETWEEN.join([name.encode(), own, *(each for each in files if each is not own)])
        for name, own in zip(RUN_FILES, files, strict=True)
    ]


def _read_run(data: bytes, folder: Path) -> object:
    from learned.experiment.folder import read_run

    name, own, *others = [*data.split(BETWEEN), b"", b""][: 1 + len(RUN_FILES)]
    for each in RUN_FILES:
        content = own if each.encode() == name else (others.pop(0) if others else b"")
        (folder / each).write_bytes(content)
    return read_run(folder)


def _task(optimizer: str) -> "Task":
    """A training of a moment."""
    import torch

    from learned.experiment.config import Config
    from learned.experiment.photos import Photos
    from learned.experiment.task import from_photos

    image = np.random.default_rng(0).integers(0, 256, (1, 12, 10)) / 1.0
    train = {"optimizer": optimizer, "steps": 2, "checkpoint_every": 1}
    config = Config.model_validate({"kernels": ["sharpen"], "target": "uint8", "train": train})
    photos = Photos([image], ["noise"], [(12, 10)], {})
    return from_photos("sharpen", named("sharpen")[None], photos, config, torch.device("cpu"))


@cache
def _tasks() -> list["Task"]:
    return [_task(optimizer) for optimizer in ("newton", "adam", "lbfgs")]


def _checkpoints() -> list[bytes]:
    """Those of each optimizer, in the middle and at the end of learning a kernel."""
    from learned.experiment.checkpoint import Checkpoint
    from learned.experiment.learn import learn

    class Kept(Checkpoint):
        def write(self, *arguments: object) -> None:
            super().write(*arguments)
            found.append(self.path.read_bytes())

    found: list[bytes] = []
    for task in _tasks():
        with TemporaryDirectory() as folder:
            path = Path(folder) / "run.checkpoint"
            learn(task, Kept(path, task.config.to_toml(), ["noise"]))
    return found


def _go_on(data: bytes, folder: Path) -> object:
    """Read a checkpoint, and go on with the training that it is of, if any."""
    from learned.experiment.checkpoint import read_checkpoint
    from learned.experiment.learn import learn

    (folder / "run.checkpoint").write_bytes(data)
    found = read_checkpoint(folder / "run.checkpoint")
    for task in _tasks():
        if (found.config, found.photos) == (task.config.to_toml(), ["noise"]):
            learn(task, found)
    return found


def _seeds() -> list[bytes]:
    """Any bytes choose a case. Loops for new shapes are compiled first, which takes seconds."""
    return [b"0", b"4", b"8"]


TARGETS = {
    "pictures": Target(_pictures, _read_picture),
    "configs": Target(_configs, _load_config),
    "overrides": Target(_overrides, _load_overrides),
    "runs": Target(_runs, _read_run),
    "checkpoints": Target(_checkpoints, _go_on),
    "correlate": Target(_seeds, check_sums, seconds=60.0),
}
