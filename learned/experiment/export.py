"""The learned filters of a run, written for other programs.

The weights are written as the network has them. Every program here correlates, as the network
does: filters learned from true convolution stand there turned by 180°, and filter as they should.
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from handconv import Border
from handconv.arrays import Array, Floats
from handconv.borders import NAMES
from handconv.files import complete_file
from learned.experiment.folder import Run, with_channels
from learned.net import FilterNet

Kernels = dict[str, Floats]  # (channels, M, N) each, channels alike
Format = Literal["onnx", "npz", "pt2", "opencv"]
FORMATS: tuple[Format, ...] = get_args(Format)
SUFFIXES: dict[Format, tuple[str, ...]] = {
    "onnx": (".onnx",),
    "npz": (".npz",),
    "pt2": (".pt2",),
    "opencv": (".yml", ".yaml", ".xml", ".json"),
}
"""How the names of such files end; the first is the default."""

IR_VERSION, OPSET = 9, 19  # the first that pads by wrapping, and the format that came with it
BACKWARDS_TO_START = -(2**31)  # ONNX's way to write that a slice includes the first element


def export(run: Run, to: Format, out: Path) -> None:
    """Write the learned kernels of ``run`` to ``out``, whole or not at all.

    ======  ====================================================================================
    npz     NumPy arrays, one for each kernel under its name: (M, N), or (channels, M, N); float64
    opencv  ``cv2.FileStorage``: a list ``kernels`` of {name, channels: [M × N float64, …]}, and
            ``border``
    onnx    a model: ``image`` (batch, channels, rows, columns) float32, grey levels, to one
            output for each kernel under its name, (batch, 1, rows, columns)
    pt2     the same as a ``torch.export`` program, float64: image to a dictionary of outputs
    ======  ====================================================================================

    The last two pad the image by the border of the run; by its edge where that is "valid".

    Raises ``ValueError`` for an unknown format, a name that does not end as such files do, or
    where the package that writes it is not installed.
    """
    if to not in FORMATS:
        raise ValueError(f"format {to!r} is not known. Use one of {', '.join(FORMATS)}.")
    if out.suffix.lower() not in SUFFIXES[to]:
        raise ValueError(
            f"{out} is to hold {to}; its name must end in {' or '.join(SUFFIXES[to])}."
        )
    write: dict[Format, Callable[[Kernels, Border, Path], None]] = {
        "onnx": _write_onnx,
        "npz": _write_npz,
        "pt2": _write_pt2,
        "opencv": _write_opencv,
    }
    kernels = {name: with_channels(run.learned(name)) for name in run.names}
    with complete_file(out) as draft:
        write[to](kernels, run.config.padding, draft)


def _write_npz(kernels: Kernels, border: Border, path: Path) -> None:
    # np.savez takes names as keywords, and cannot write a kernel that is called "file"
    with zipfile.ZipFile(path, "w") as archive:
        for name, kernel in kernels.items():
            with archive.open(f"{name}.npy", "w") as member:
                grey = kernel[0] if len(kernel) == 1 else kernel
                np.lib.format.write_array(member, grey, allow_pickle=False)


def _write_opencv(kernels: Kernels, border: Border, path: Path) -> None:
    # to memory first: OpenCV does not tell where a disk is full
    storage = cv2.FileStorage(path.name, cv2.FILE_STORAGE_WRITE | cv2.FILE_STORAGE_MEMORY)
    storage.write("border", border)
    storage.startWriteStruct("kernels", cv2.FILE_NODE_SEQ)
    for name, kernel in kernels.items():
        storage.startWriteStruct("", cv2.FILE_NODE_MAP)
        storage.write("name", name)
        storage.startWriteStruct("channels", cv2.FILE_NODE_SEQ)
        for plane in kernel:
            storage.write("", np.ascontiguousarray(plane))
        storage.endWriteStruct()
        storage.endWriteStruct()
    storage.endWriteStruct()
    path.write_text(storage.releaseAndGetString(), encoding="utf-8")


class FilterBank(nn.Module):
    """All filters of a run as one network that pads."""

    def __init__(self, kernels: Kernels, border: Border) -> None:
        super().__init__()
        self.border: Border = border
        self.rims = {name: (k.shape[1] // 2, k.shape[2] // 2) for name, k in kernels.items()}
        self.filters = nn.ModuleList()
        for kernel in kernels.values():
            net = FilterNet((kernel.shape[1], kernel.shape[2]), len(kernel))
            net.kernel = kernel
            self.filters.append(net.requires_grad_(False))

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """(batch, channels, rows, columns) -> for each name (batch, 1, rows, columns)."""
        return {
            name: net(_padded(image, *rim, self.border))
            for (name, rim), net in zip(self.rims.items(), self.filters, strict=True)
        }


def _padded(image: Tensor, rows: int, columns: int, border: Border) -> Tensor:
    if border != "reflect":
        return nn.functional.pad(image, (columns, columns, rows, rows), mode=NAMES["torch"][border])
    for axis, width in ((2, rows), (3, columns)):  # torch has no name for it
        length = image.shape[axis]
        first = image.narrow(axis, 0, width).flip(axis)
        last = image.narrow(axis, length - width, width).flip(axis)
        image = torch.cat([first, image, last], axis)
    return image


def _write_pt2(kernels: Kernels, border: Border, path: Path) -> None:
    bank = FilterBank(kernels, border).eval()
    sides = [2 * max(max(kernel.shape[1:]) for kernel in kernels.values()) + odd for odd in (3, 5)]
    channels = len(next(iter(kernels.values())))
    example = torch.zeros(2, channels, *sides, dtype=torch.float64)
    free = {axis: torch.export.Dim.AUTO for axis in (0, 2, 3)}
    program = torch.export.export(bank, (example,), dynamic_shapes={"image": free})
    content = io.BytesIO()  # torch ends the process where a disk is full
    torch.export.save(program, content)
    path.write_bytes(content.getvalue())


def _write_onnx(kernels: Kernels, border: Border, path: Path) -> None:
    try:
        import onnx
    except ImportError:
        raise ValueError("onnx is not installed. Run pip install onnx.") from None
    helper, number = onnx.helper, onnx.TensorProto.FLOAT

    def constant(values: Array, name: str) -> str:
        constants[name] = onnx.numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    nodes: list[Any] = []
    constants: dict[str, Any] = {}
    for index, (name, kernel) in enumerate(kernels.items()):
        taps = kernel.astype(np.float32)[None]  # (1, channels, M, N)
        rim = taps.shape[2] // 2, taps.shape[3] // 2
        padded = f"padded {index}"
        if border == "reflect":
            nodes += _onnx_reflection("image", padded, rim, constant)
        else:
            widths = constant(np.array([0, 0, *rim, 0, 0, *rim]), f"widths {index}")
            mode = NAMES["onnx.Pad"][border]
            nodes.append(helper.make_node("Pad", ["image", widths], [padded], mode=mode))
        weights = constant(taps, f"kernel {index}")
        nodes.append(helper.make_node("Conv", [padded, weights], [name], name=name))

    shapes = {"image": ["batch", taps.shape[1], "rows", "columns"]}
    shapes |= {name: ["batch", 1, "rows", "columns"] for name in kernels}
    values = [helper.make_tensor_value_info(name, number, shape) for name, shape in shapes.items()]
    graph = helper.make_graph(
        nodes, "learned filters", values[:1], values[1:], [*constants.values()]
    )
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(
        graph, producer_name="handconv", ir_version=IR_VERSION, opset_imports=[opset]
    )
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())


def _onnx_reflection(
    image: str, padded: str, rim: tuple[int, int], constant: Callable[[Array, str], str]
) -> list[Any]:
    """Nodes that do what ONNX's Pad has no mode for: cba|abcd|dcb, by slices read backwards."""
    from onnx import helper

    def number(value: int) -> str:
        return constant(np.array([value]), f"{padded} {value}")

    nodes = []
    for axis, width in ((2, rim[0]), (3, rim[1])):
        first, last = f"{padded} first {axis}", f"{padded} last {axis}"
        edges = ((first, width - 1, BACKWARDS_TO_START), (last, -1, -width - 1))
        for part, start, stop in edges:
            if width == 0:  # the slice that starts before the image must be empty
                start, stop = 0, 0
            inputs = [image, number(start), number(stop), number(axis), number(-1)]
            nodes.append(helper.make_node("Slice", inputs, [part]))
        joined = padded if axis == 3 else f"{padded} rows"
        nodes.append(helper.make_node("Concat", [first, image, last], [joined], axis=axis))
        image = joined
    return nodes
