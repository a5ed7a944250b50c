"""The libraries as black boxes: an image and a kernel in, an image out, everything else default.

Each is imported only when it is called.
"""

import importlib
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Filter = Callable[[Array, Array], Array]
"""An image (rows, columns) and a kernel (M, N) -> the filtered image, both as the library has them
but for axes of length one."""


@dataclass(frozen=True)
class Library:
    """A function of a library.

    Attributes
    ----------
    name : in `handconv.conventions.CONVENTIONS`, where the function takes a kernel of its caller's
    package : whose version counts
    modules : what must be importable; also what pip installs where it is not the package alone
    same : filters to the image's size, and leaves all else at the library's defaults
    bare : the call with nothing but image and kernel, where that is another size
    takes : what kernels: "any"; "separable", products of a column and a row; "row", one row;
        "5 × 5"; or "none", where the function has its own
    """

    name: str
    package: str
    same: Filter
    bare: Filter | None = None
    takes: Literal["any", "separable", "row", "5 × 5", "none"] = "any"
    modules: tuple[str, ...] = ()

    @property
    def install(self) -> str:
        """What to give pip to have it."""
        return " ".join(self.modules) or self.package

    def version(self) -> str | None:
        """The version that is installed, or None; also where the installation is broken."""
        os.environ.setdefault("KERAS_BACKEND", "torch")  # keras reads it as it is imported
        try:
            for module in self.modules or [self.name.partition(".")[0]]:
                importlib.import_module(module)
        except Exception:  # torchvision beside another torch raises RuntimeError
            return None
        return version(self.package)


def _by_hand(image: Array, kernel: Array) -> Array:
    from handconv import correlate

    return correlate(image, kernel)


def _by_hand_turned(image: Array, kernel: Array) -> Array:
    from handconv import convolve

    return convolve(image, kernel)


def _filter2d(image: Array, kernel: Array) -> Array:
    import cv2

    return cv2.filter2D(image, -1, kernel)


def _sepfilter2d(image: Array, kernel: Array) -> Array:
    import cv2

    row, column = np.argwhere(kernel)[0]
    return cv2.sepFilter2D(image, -1, kernel[row], kernel[:, column] / kernel[row, column])


def _ndimage_correlate(image: Array, kernel: Array) -> Array:
    from scipy import ndimage

    return ndimage.correlate(image, kernel)


def _ndimage_convolve(image: Array, kernel: Array) -> Array:
    from scipy import ndimage

    return ndimage.convolve(image, kernel)


def _signal(name: str, **options: str) -> Filter:
    def call(image: Array, kernel: Array) -> Array:
        from scipy import signal

        filtered: Array = getattr(signal, name)(image, kernel, **options)
        return filtered

    return call


def _numpy(mode: str) -> Filter:
    """Row by row: it knows no other images."""

    def call(image: Array, kernel: Array) -> Array:
        row = kernel[0] if kernel.ndim == 2 else kernel
        return np.stack([np.convolve(line, row, mode) for line in image])  # type: ignore[call-overload]

    return call


def _torch(padding: str) -> Filter:
    def call(image: Array, kernel: Array) -> Array:
        import torch

        pixels, taps = torch.from_numpy(image), torch.from_numpy(kernel)
        with warnings.catch_warnings():  # that even kernels are padded, which is why we ask
            warnings.simplefilter("ignore")
            filtered = torch.nn.functional.conv2d(
                pixels[None, None], taps[None, None], padding=padding
            )
        return filtered[0, 0].numpy()

    return call


def _torch_transpose(image: Array, kernel: Array) -> Array:
    import torch

    pixels, taps = torch.from_numpy(image), torch.from_numpy(kernel)
    filtered = torch.nn.functional.conv_transpose2d(pixels[None, None], taps[None, None])
    return filtered[0, 0].numpy()


def _torch_transpose_cut(image: Array, kernel: Array) -> Array:
    row, column = (kernel.shape[0] - 1) // 2, (kernel.shape[1] - 1) // 2
    full = _torch_transpose(image, kernel)
    return full[row : row + image.shape[0], column : column + image.shape[1]]


def _torchvision_blur(image: Array, kernel: Array) -> Array:
    import torch
    from torchvision.transforms.v2 import functional

    pixels = torch.from_numpy(image)[None]
    blurred = functional.gaussian_blur(pixels, [3, 5], [1.0, 1.0])
    return blurred[0].numpy()  # type: ignore[no-any-return]


def _skimage_sparse(image: Array, kernel: Array) -> Array:
    from skimage.filters import correlate_sparse

    filtered: Array = correlate_sparse(image, kernel)  # type: ignore[no-untyped-call]
    return filtered


def _skimage_gaussian(image: Array, kernel: Array) -> Array:
    from skimage.filters import gaussian

    blurred: Array = gaussian(image, 0.7)  # type: ignore[no-untyped-call]
    return blurred


def _pillow(image: Array, kernel: Array) -> Array:
    from PIL import Image, ImageFilter

    pixels = image.astype(np.uint8)
    if (pixels != image).any():
        raise ValueError("grey pictures of Pillow's filters are uint8.")
    taps = ImageFilter.Kernel(kernel.shape[::-1], kernel.ravel().tolist(), scale=1)
    return np.asarray(Image.fromarray(pixels).filter(taps))


def _kornia(image: Array, kernel: Array) -> Array:
    import torch
    from kornia.filters import filter2d

    filtered = filter2d(torch.from_numpy(image)[None, None], torch.from_numpy(kernel)[None])
    return np.asarray(filtered[0, 0])


def _onnx(auto_pad: str) -> Filter:
    def call(image: Array, kernel: Array) -> Array:
        import onnxruntime
        from onnx import TensorProto, helper

        element = TensorProto.FLOAT if image.dtype.kind == "f" else TensorProto.UINT8
        names = {"image": image, "kernel": kernel}
        graph = helper.make_graph(
            [helper.make_node("Conv", list(names), ["filtered"], auto_pad=auto_pad)],
            "filter",
            [helper.make_tensor_value_info(name, element, [None] * 4) for name in names],
            [helper.make_tensor_value_info("filtered", element, [None] * 4)],
        )
        model = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 21)])
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(model.SerializeToString(), options)
        dtype = np.float32 if image.dtype.kind == "f" else np.uint8
        feed = {name: np.asarray(values, dtype)[None, None] for name, values in names.items()}
        filtered: Array = session.run(None, feed)[0][0, 0]
        return filtered

    return call


def _jax(padding: str) -> Filter:
    def call(image: Array, kernel: Array) -> Array:
        import jax

        # float32 by name: jax makes it of NumPy's float64 anyway, with a warning
        pixels, taps = (
            jax.numpy.asarray(values, np.float32 if values.dtype == np.float64 else values.dtype)
            for values in (image, kernel)
        )
        return np.asarray(jax.lax.conv(pixels[None, None], taps[None, None], (1, 1), padding)[0, 0])

    return call


def _keras(padding: str) -> Filter:
    def call(image: Array, kernel: Array) -> Array:
        from keras import ops

        pixels, taps = image[None, :, :, None], kernel[:, :, None, None]
        with warnings.catch_warnings():  # as torch's, which may do the work
            warnings.simplefilter("ignore")
            filtered = ops.conv(pixels, taps, padding=padding)
            return np.asarray(ops.convert_to_numpy(filtered)[0, :, :, 0])

    return call


LIBRARIES = (
    Library("handconv.correlate", "handconv", _by_hand),
    Library("handconv.convolve", "handconv", _by_hand_turned),
    Library("cv2.filter2D", "opencv-python", _filter2d),
    Library("cv2.sepFilter2D", "opencv-python", _sepfilter2d, takes="separable"),
    Library("scipy.ndimage.correlate", "scipy", _ndimage_correlate),
    Library("scipy.ndimage.convolve", "scipy", _ndimage_convolve),
    Library(
        "scipy.signal.correlate2d",
        "scipy",
        _signal("correlate2d", mode="same"),
        _signal("correlate2d"),
    ),
    Library(
        "scipy.signal.convolve2d",
        "scipy",
        _signal("convolve2d", mode="same"),
        _signal("convolve2d"),
    ),
    Library(
        "scipy.signal.fftconvolve",
        "scipy",
        _signal("fftconvolve", mode="same"),
        _signal("fftconvolve"),
    ),
    Library("numpy.convolve", "numpy", _numpy("same"), _numpy("full"), takes="row"),
    Library("torch.conv2d", "torch", _torch("same"), _torch("valid")),
    Library("torch.conv_transpose2d", "torch", _torch_transpose_cut, _torch_transpose),
    Library("torchvision.gaussian_blur", "torchvision", _torchvision_blur, takes="none"),
    Library("skimage.filters.correlate_sparse", "scikit-image", _skimage_sparse),
    Library("skimage.filters.gaussian", "scikit-image", _skimage_gaussian, takes="none"),
    Library("PIL.ImageFilter.Kernel", "pillow", _pillow, takes="5 × 5"),
    Library("kornia.filters.filter2d", "kornia", _kornia),
    Library(
        "onnx.Conv",
        "onnxruntime",
        _onnx("SAME_UPPER"),
        _onnx("VALID"),
        modules=("onnx", "onnxruntime"),
    ),
    Library("jax.lax.conv", "jax", _jax("SAME"), _jax("VALID")),
    Library("keras.ops.conv", "keras", _keras("same"), _keras("valid")),
)
