"""The libraries as black boxes: an image and a kernel in, an image out, all else at its default.

Each library is imported only when it is called.
"""

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module as load
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

import numpy as np

from handconv.arrays import Array

Filter = Callable[[Array, Array], Array]
"""An image (rows, columns) and a kernel (M, N) -> the filtered image (rows, columns)."""

PACKAGES = {
    "cv2": "opencv-python",
    "skimage": "scikit-image",
    "PIL": "pillow",
    "onnx": "onnx onnxruntime",
}
"""Module -> the packages that it needs, where these are not one of the same name."""

Takes = Literal["any", "separable", "row", "5 × 5", "none"]


@dataclass(frozen=True)
class Library:
    """A function of a library.

    Attributes
    ----------
    name : in `handconv.conventions.CONVENTIONS`, if callers of the function choose the kernel
    same : filters to the image's size, and leaves all else at the library's defaults
    bare : the call with nothing but image and kernel, where that gives another size
    takes : which kernels: "any"; "separable", products of a column and a row; "row", one row;
        "5 × 5"; or "none", where the function has its own
    """

    name: str
    same: Filter
    bare: Filter | None = None
    takes: Takes = "any"

    @property
    def module(self) -> str:
        return self.name.partition(".")[0]

    @property
    def install(self) -> str:
        """What to give pip to install it."""
        return PACKAGES.get(self.module, self.module)

    @property
    def package(self) -> str:
        """The one whose version is reported."""
        return self.install.split()[-1]

    def version(self) -> str | None:
        """The version installed; None where there is none, or it does not import."""
        os.environ.setdefault("KERAS_BACKEND", "torch")  # keras reads it when it is imported
        try:
            load(self.module)
            if self.module == "onnx":
                load("onnxruntime")
        except Exception:  # torchvision beside another torch raises RuntimeError
            return None
        try:
            return version(self.package)
        except PackageNotFoundError:  # opencv-python-headless, say
            return str(getattr(load(self.module), "__version__", "not installed, but there"))


def _plain(function: str, **options: str) -> Filter:
    """``function``, by its dotted name, called with an image and a kernel."""
    module, _, name = function.rpartition(".")
    return lambda image, kernel: getattr(load(module), name)(image, kernel, **options)


def _scipy_signal(name: str) -> Library:
    name = f"scipy.signal.{name}"
    return Library(name, _plain(name, mode="same"), _plain(name))


def _sepfilter2d(image: Array, kernel: Array) -> Array:
    row, column = np.argwhere(kernel)[0]
    across, down = kernel[row], kernel[:, column] / kernel[row, column]
    filtered: Array = load("cv2").sepFilter2D(image, -1, across, down)
    return filtered


def _numpy(mode: str) -> Filter:
    """Row by row: `numpy.convolve` has no other images."""

    def call(image: Array, kernel: Array) -> Array:
        row = kernel[0] if kernel.ndim == 2 else kernel
        return np.stack([np.convolve(line, row, mode) for line in image])  # type: ignore[call-overload]

    return call


def _tensors(call: Callable[[Any, Any], Any]) -> Filter:
    """``call`` takes torch tensors: an image (1, 1, rows, columns) and a kernel (1, 1, M, N)."""

    def filtered(image: Array, kernel: Array) -> Array:
        torch = load("torch")
        with warnings.catch_warnings(action="ignore"):  # that even kernels need more padding
            pixels, taps = (torch.from_numpy(each)[None, None] for each in (image, kernel))
            return np.asarray(call(pixels, taps)[0, 0])

    return filtered


def _torch(function: str, **options: str) -> Filter:
    functional = "torch.nn.functional"
    return _tensors(lambda *both: getattr(load(functional), function)(*both, **options))


def _transpose_cut(image: Array, kernel: Array) -> Array:
    row, column = (kernel.shape[0] - 1) // 2, (kernel.shape[1] - 1) // 2
    full = _torch("conv_transpose2d")(image, kernel)
    return full[row : row + image.shape[0], column : column + image.shape[1]]


def _torchvision_blur(pixels: Any, _: Any) -> Any:
    functional = load("torchvision.transforms.v2.functional")
    return functional.gaussian_blur(pixels, [3, 5], [1.0, 1.0])


def _kornia(pixels: Any, taps: Any) -> Any:
    return load("kornia.filters").filter2d(pixels, taps[0])


def _skimage_gaussian(image: Array, _: Array) -> Array:
    blurred: Array = load("skimage.filters").gaussian(image, 0.7)
    return blurred


def _pillow(image: Array, kernel: Array) -> Array:
    from PIL import Image, ImageFilter

    pixels = image.astype(np.uint8)
    if (pixels != image).any():
        raise ValueError("grey pictures of Pillow's filters are uint8.")
    taps = ImageFilter.Kernel(kernel.shape[::-1], kernel.ravel().tolist(), scale=1)
    return np.asarray(Image.fromarray(pixels).filter(taps))


def _onnx(auto_pad: str) -> Filter:
    def call(image: Array, kernel: Array) -> Array:
        runtime, parser = load("onnxruntime"), load("onnx.parser")
        element, dtype = ("float", np.float32) if image.dtype.kind == "f" else ("uint8", np.uint8)
        model = parser.parse_model(
            f'<ir_version: 10, opset_import: ["": 21]> '
            f"filter ({element}[b, i, h, w] image, {element}[o, i, m, n] kernel) "
            f"=> ({element}[b, o, y, x] filtered) "
            f'{{ filtered = Conv <auto_pad = "{auto_pad}"> (image, kernel) }}'
        )
        options = runtime.SessionOptions()
        options.log_severity_level = 4
        session = runtime.InferenceSession(model.SerializeToString(), options)
        feed = {"image": image, "kernel": kernel}
        feed = {name: np.asarray(values, dtype)[None, None] for name, values in feed.items()}
        filtered: Array = session.run(None, feed)[0][0, 0]
        return filtered

    return call


def _jax(padding: str) -> Filter:
    def call(image: Array, kernel: Array) -> Array:
        jax = load("jax")
        # jax makes float32 of NumPy's float64, with a warning unless it is asked to
        pixels, taps = (
            jax.numpy.asarray(each, np.float32 if each.dtype == np.float64 else each.dtype)
            for each in (image, kernel)
        )
        return np.asarray(jax.lax.conv(pixels[None, None], taps[None, None], (1, 1), padding)[0, 0])

    return call


def _keras(padding: str) -> Filter:
    def call(image: Array, kernel: Array) -> Array:
        ops = load("keras.ops")
        with warnings.catch_warnings(action="ignore"):  # torch may do the work
            filtered = ops.conv(image[None, :, :, None], kernel[:, :, None, None], padding=padding)
            return np.asarray(ops.convert_to_numpy(filtered)[0, ..., 0])

    return call


LIBRARIES = (
    Library("handconv.correlate", _plain("handconv.correlate")),
    Library("handconv.convolve", _plain("handconv.convolve")),
    Library("cv2.filter2D", lambda image, taps: load("cv2").filter2D(image, -1, taps)),
    Library("cv2.sepFilter2D", _sepfilter2d, takes="separable"),
    Library("scipy.ndimage.correlate", _plain("scipy.ndimage.correlate")),
    Library("scipy.ndimage.convolve", _plain("scipy.ndimage.convolve")),
    _scipy_signal("correlate2d"),
    _scipy_signal("convolve2d"),
    _scipy_signal("fftconvolve"),
    Library("numpy.convolve", _numpy("same"), _numpy("full"), takes="row"),
    Library("torch.conv2d", _torch("conv2d", padding="same"), _torch("conv2d")),
    Library("torch.conv_transpose2d", _transpose_cut, _torch("conv_transpose2d")),
    Library("torchvision.gaussian_blur", _tensors(_torchvision_blur), takes="none"),
    Library("skimage.filters.correlate_sparse", _plain("skimage.filters.correlate_sparse")),
    Library("skimage.filters.gaussian", _skimage_gaussian, takes="none"),
    Library("PIL.ImageFilter.Kernel", _pillow, takes="5 × 5"),
    Library("kornia.filters.filter2d", _tensors(_kornia)),
    Library("onnx.Conv", _onnx("SAME_UPPER"), _onnx("VALID")),
    Library("jax.lax.conv", _jax("SAME"), _jax("VALID")),
    Library("keras.ops.conv", _keras("same"), _keras("valid")),
)
