"""Kernels carried from one library to another, against the libraries themselves."""

import itertools
import os
import warnings

import cv2
import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter
from scipy import ndimage, signal
from skimage.filters import correlate_sparse

from handconv import BORDERS, convolve, correlate, pad
from handconv.borders import NAMES
from handconv.conventions import CONVENTIONS, border_name, convention, convert

os.environ.setdefault("KERAS_BACKEND", "torch")  # before it is imported

MEASURED = [name for name, convention in CONVENTIONS.items() if not convention.source]
DOCUMENTED = [name for name in CONVENTIONS if name not in MEASURED]


def _torch_filter(function, image, kernel, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that an even kernel with padding="same" is slow
        tensors = (torch.from_numpy(x.astype(np.float64)) for x in (image[None, None], kernel))
        return function(*tensors, **options)[0, 0].numpy()


def _transposed(image, kernel):
    full = _torch_filter(torch.nn.functional.conv_transpose2d, image, kernel)
    row, column = (kernel.shape[2] - 1) // 2, (kernel.shape[3] - 1) // 2
    return full[row : row + image.shape[0], column : column + image.shape[1]]


def _onnx(image, kernel):
    onnxruntime = pytest.importorskip("onnxruntime")
    helper = pytest.importorskip("onnx").helper
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "k"], ["y"], auto_pad="SAME_UPPER")],
        "conv",
        [helper.make_tensor_value_info(name, 1, [None] * 4) for name in "xk"],
        [helper.make_tensor_value_info("y", 1, [None] * 4)],
    )
    model = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 21)])
    session = onnxruntime.InferenceSession(model.SerializeToString())
    feed = {"x": image[None, None], "k": kernel}
    return session.run(None, {k: v.astype(np.float32) for k, v in feed.items()})[0][0, 0]


def _jax(image, kernel):
    lax = pytest.importorskip("jax").lax
    image, kernel = image[None, None].astype(np.float32), kernel.astype(np.float32)
    return np.asarray(lax.conv(image, kernel, (1, 1), "SAME"))[0, 0]


def _keras(image, kernel):
    pytest.importorskip("keras")
    from keras import ops

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ops.convert_to_numpy(ops.conv(image[None, ..., None], kernel, padding="same"))[
            0, :, :, 0
        ]


def _kornia(image, kernel):
    filters = pytest.importorskip("kornia.filters")
    tensors = (torch.from_numpy(x.astype(np.float64)) for x in (image[None, None], kernel))
    return filters.filter2d(*tensors, border_type="constant")[0, 0].numpy()


def _pillow(image, kernel):
    """The inside alone: Pillow leaves its rim unfiltered, and takes integers only."""
    picture = Image.fromarray(image.astype(np.uint8))
    taps = ImageFilter.Kernel(kernel.shape, kernel.ravel().tolist(), scale=1)
    return np.asarray(picture.filter(taps)).astype(np.float64)


ZERO = {"mode": "constant"}
FILTERS = {  # each as its users call it, with zeros outside the image
    "handconv.correlate": lambda x, k: correlate(x, k, "constant"),
    "handconv.convolve": lambda x, k: convolve(x, k, "constant"),
    "cv2.filter2D": lambda x, k: cv2.filter2D(x, -1, k, borderType=cv2.BORDER_CONSTANT),
    "scipy.ndimage.correlate": lambda x, k: ndimage.correlate(x, k, **ZERO),
    "scipy.ndimage.convolve": lambda x, k: ndimage.convolve(x, k, **ZERO),
    "scipy.signal.correlate2d": lambda x, k: signal.correlate2d(x, k, "same"),
    "scipy.signal.convolve2d": lambda x, k: signal.convolve2d(x, k, "same"),
    "scipy.signal.fftconvolve": lambda x, k: signal.fftconvolve(x, k, "same"),
    "numpy.convolve": lambda x, k: np.stack([np.convolve(row, k, "same") for row in x]),
    "torch.conv2d": lambda x, k: _torch_filter(torch.conv2d, x, k, padding="same"),
    "torch.conv_transpose2d": _transposed,
    "skimage.filters.correlate_sparse": lambda x, k: correlate_sparse(x, k, "constant"),
    "PIL.ImageFilter.Kernel": _pillow,
    "kornia.filters.filter2d": _kornia,
    "onnx.Conv": _onnx,
    "jax.lax.conv": _jax,
    "keras.ops.conv": _keras,
}
SHAPES = [(3, 3), (3, 5), (1, 3), (1, 5), (2, 2), (2, 4), (3, 4), (4, 3), (1, 2), (1, 4), (5, 5)]
INSIDE = np.s_[6:-6, 6:-6]
OPTIONAL = {"kornia.filters.filter2d": "kornia", "jax.lax.conv": "jax", "keras.ops.conv": "keras"}


def _image():
    return np.random.default_rng(0).integers(0, 2, (17, 19)).astype(np.float64)


def _counting(shape):
    """Distinct taps; small enough that Pillow's bytes hold every sum."""
    return np.arange(shape[0] * shape[1], dtype=np.float64).reshape(shape)[::-1] % 13 + 1


def _as_written(name, shape):
    """A kernel in the layout of the library, or None where it takes none of that shape."""
    own = CONVENTIONS[name]
    if own.middle == "none" and (shape[0] % 2 == 0 or shape[1] % 2 == 0):
        return None
    if (own.sides and shape not in [(s, s) for s in own.sides]) or (
        own.axes == "W" and shape[0] > 1
    ):
        return None
    return _in_layout(name, _counting(shape))


def _in_layout(name, kernel):
    """A kernel (rows, columns) with the axes that the library wants."""
    axes = CONVENTIONS[name].axes
    if axes == "W":
        return kernel[0]
    return np.expand_dims(kernel, [place for place, axis in enumerate(axes) if axis not in "HW"])


def _skip_if_missing(*names):
    for name in names:
        if name in OPTIONAL:
            pytest.importorskip(OPTIONAL[name])


def test_every_measured_library_is_tried():
    assert list(FILTERS) == MEASURED


@pytest.mark.parametrize(("source", "to"), list(itertools.product(MEASURED, MEASURED)))
def test_there_and_back_filters_alike(source, to):
    _skip_if_missing(source, to)
    image = _image()
    tried = 0
    for shape in SHAPES:
        kernel = _as_written(source, shape)
        if kernel is None or (CONVENTIONS[to].axes == "W" and shape[0] > 1):
            continue
        there = convert(kernel, source, to)
        back = convert(there, to, source)
        expected = FILTERS[source](image, kernel)
        assert expected.shape == image.shape
        region = INSIDE if "PIL.ImageFilter.Kernel" in (source, to) else np.s_[:]
        for name, other in ((to, there), (source, back)):
            found = FILTERS[name](image, other)
            np.testing.assert_allclose(found[region], expected[region], atol=1e-4 if found.dtype == np.float32 else 1e-10)  # fmt: skip
        tried += 1
    if not (CONVENTIONS[source].sides and CONVENTIONS[to].axes == "W"):
        assert tried >= 2


@pytest.mark.parametrize("name", MEASURED)
def test_orientation_against_the_library_itself(name):
    """A kernel with one tap moves the image: where to is what a library cannot hide."""
    _skip_if_missing(name)
    own = CONVENTIONS[name]
    image = _image()
    wide = np.pad(image, 2)
    rows, columns = (1, 5) if own.axes == "W" else (5, 5) if own.sides else (3, 5)
    down, across = {"as defined": (1, 1), "rotated 180": (-1, -1), "flipped top-bottom": (-1, 1)}[own.turn]  # fmt: skip
    for row, column in np.ndindex(rows, columns):
        kernel = np.zeros((rows, columns))
        kernel[row, column] = 1
        layout = _in_layout(name, kernel)
        y, x = 2 + down * (row - rows // 2), 2 + across * (column - columns // 2)
        moved = wide[y : y + image.shape[0], x : x + image.shape[1]]
        np.testing.assert_allclose(FILTERS[name](image, layout)[2:-2, 2:-2], moved[2:-2, 2:-2], atol=1e-6)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "length", "place"),
    list(itertools.product(MEASURED, (2, 4), ("before", "after"))),
)
def test_middle_of_an_even_side_against_the_library_itself(name, length, place):
    _skip_if_missing(name)
    own = CONVENTIONS[name]
    if own.middle == "none":
        pytest.skip("it takes no even sides")
    kernel = np.zeros((1, length))
    kernel[0, (length - 1) // 2 if place == "before" else length // 2] = 1
    layout = _in_layout(name, kernel)
    unmoved = np.allclose(FILTERS[name](_image(), layout), _image(), atol=1e-6)
    assert unmoved == (own.middle == place)


@pytest.mark.parametrize("name", MEASURED)
def test_an_anchor_may_be_any_tap(name):
    _skip_if_missing(name)
    rows = 1 if CONVENTIONS[name].axes == "W" else 2
    kernel, image = _counting((rows, 3)), _image()
    for anchor in np.ndindex(*kernel.shape):
        expected = correlate(image, kernel, "constant", anchor)
        converted = convert(kernel, "handconv.correlate", name, anchor=anchor)
        found = FILTERS[name](image, converted)
        np.testing.assert_allclose(found[INSIDE], expected[INSIDE], atol=1e-4)


@pytest.mark.parametrize(("source", "to"), list(itertools.product(CONVENTIONS, DOCUMENTED)))
def test_documented_libraries_give_the_kernel_back(source, to):
    if CONVENTIONS[source].sides:
        kernel = _as_written(source, (3, 3))
    else:
        kernel = _as_written(source, (1, 3))
    np.testing.assert_array_equal(convert(convert(kernel, source, to), to, source), kernel)


@pytest.mark.parametrize(
    ("to", "weight"),
    [
        ("tensorflow.nn.conv2d", lambda k: k.transpose(2, 3, 1, 0)),
        ("caffe.Convolution", lambda k: k),
        ("theano.tensor.nnet.conv2d", lambda k: k[..., ::-1, ::-1]),
        ("keras.ops.conv", lambda k: k.transpose(2, 3, 1, 0)),
        ("torch.conv_transpose2d", lambda k: k.transpose(1, 0, 2, 3)[..., ::-1, ::-1]),
    ],
)
def test_layers_of_many_channels(to, weight):
    kernel = np.random.default_rng(0).normal(size=(4, 2, 3, 5)).astype(np.float32)
    found = convert(kernel, "torch.conv2d", to)
    np.testing.assert_array_equal(found, weight(kernel))
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    assert not np.shares_memory(found, kernel)
    np.testing.assert_array_equal(convert(found, to, "torch.conv2d"), kernel)


def test_a_layer_with_channels_filters_alike_when_transposed():
    rng = np.random.default_rng(1)
    image, kernel = torch.from_numpy(rng.normal(size=(1, 2, 9, 8))), rng.normal(size=(4, 2, 3, 5))
    expected = torch.conv2d(image, torch.from_numpy(kernel), padding=(1, 2))
    other = torch.from_numpy(convert(kernel, "torch.conv2d", "torch.conv_transpose2d"))
    found = torch.conv_transpose2d(image, other, padding=(1, 2))
    np.testing.assert_allclose(found, expected, atol=1e-12)


K = [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((K, "torch.nn.Conv2d", "cv2.filter2D"), "'torch.nn.Conv2d' is not known. Did you mean torch.conv2d"),
        ((K, "cv2.filter2D", "np.convolve"), "Did you mean numpy.convolve"),
        ((K, "cv2.filter2D", "?"), "Known are handconv.correlate, "),
        ((K, "torch.conv2d", "cv2.filter2D"), r"shape \(2, 2\).*axes O I H W"),
        ((K, "handconv.correlate", "cv2.filter2D"), r"2 × 2 taps; an even side.*Pass anchor"),
        ((K, "cv2.filter2D", "torch.conv2d", (2, 0)), r"anchor is \(2, 0\), outside the kernel of 2 × 2"),
        ((K, "cv2.filter2D", "torch.conv2d", 1), "two whole numbers"),
        ((K, "cv2.filter2D", "numpy.convolve"), r"kernel has 2 rows; numpy.convolve takes one"),
        ((np.ones((1, 3, 3, 3)), "torch.conv2d", "cv2.filter2D"), "3 input channels; cv2.filter2D takes one"),
        ((np.ones((2, 1, 3, 3)), "torch.conv2d", "kornia.filters.filter2d"), "2 output channels"),
        ((np.ones((2, 3, 3)), "kornia.filters.filter2d", "torch.conv2d"), "2 batches"),
        ((np.ones((7, 7)), "cv2.filter2D", "PIL.ImageFilter.Kernel"), "no more than 5 × 5"),
        (([["a"]], "cv2.filter2D", "torch.conv2d"), "real taps"),
        ((np.ones((0, 3)), "cv2.filter2D", "torch.conv2d"), r"\(0, 3\)"),
    ],
)  # fmt: skip
def test_what_cannot_be_converted_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        convert(*arguments)


def test_convention_knows_its_names():
    assert convention("torch.conv2d").axes == "OIHW"
    with pytest.raises(ValueError, match=r"Did you mean cv2\.filter2D"):
        convention("opencv.filter2D")


def _padded_by(library, border, line):
    name = border_name(border, library)
    shift = np.zeros((1, 2 * line.shape[1] - 1))
    shift[0, 0] = 1  # one tap at the far left: the image moves right, its left border comes in
    if library == "cv2.filter2D":
        return cv2.filter2D(line, -1, shift, borderType=getattr(cv2, name))
    if library == "scipy.signal":
        return signal.correlate2d(line, shift, "same", name)
    if library == "skimage.filters":
        return correlate_sparse(line, shift, name)
    if library == "kornia.filters":
        filters = pytest.importorskip("kornia.filters")
        tensors = (torch.from_numpy(x.copy()) for x in (line[None, None], shift[None]))
        return filters.filter2d(*tensors, border_type=name)[0, 0].numpy()
    if library == "torch":
        return torch.nn.functional.pad(torch.from_numpy(line.copy())[None], (3, 0), mode=name)[0, :, :4].numpy()  # fmt: skip
    if library == "jax.numpy.pad":
        return np.asarray(pytest.importorskip("jax").numpy.pad(line, ((0, 0), (3, 0)), name))[:, :4]
    if library == "keras.ops.pad":
        pytest.importorskip("keras")
        from keras import ops

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # keras on torch converts in a way NumPy 2 dislikes
            return ops.convert_to_numpy(ops.pad(line, ((0, 0), (3, 0)), name))[:, :4]
    raise AssertionError(f"no test for {library}")


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize(
    "library",
    [
        "cv2.filter2D", "scipy.signal", "skimage.filters", "kornia.filters", "torch",
        "jax.numpy.pad", "keras.ops.pad",
    ],
)  # fmt: skip
def test_border_names_mean_these_borders(library, border):
    if border not in NAMES[library]:
        with pytest.raises(
            ValueError, match=f"{library} has no border '{border}'; it has constant"
        ):
            border_name(border, library)
        return
    line = np.array([[1.0, 2.0, 3.0, 4.0]])
    expected = pad(line, (0, 0), (3, 0), border)[:, :4]
    np.testing.assert_array_equal(_padded_by(library, border, line), expected)


def test_border_name_takes_functions_too():
    assert border_name("replicate", "scipy.ndimage") == "nearest"
    assert border_name("replicate", library="scipy.ndimage.correlate") == "nearest"
    assert border_name("wrap", "opencv") == "BORDER_WRAP"
    for border, library, message in [
        ("replicate", "scipy.signal", "Pad the image first"),
        ("wrap", "cv2.filter2D", "has no border 'wrap'"),
        ("reflect", "scipy.signal.fftconvolve", "none to choose"),
        ("nearest", "scipy.ndimage", "border 'nearest' is not known"),
        ("wrap", "scipy.ndimge", "Did you mean scipy.ndimage"),
    ]:
        with pytest.raises(ValueError, match=message):
            border_name(border, library)
