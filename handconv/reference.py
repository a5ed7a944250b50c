"""The tutorial's double loop: slow, plain, and the oracle for everything faster.

Read this file first. The whole of image filtering is in these few lines: lay the kernel on the
image, multiply, sum, move on by one pixel.
"""

import numpy as np

from handconv.arrays import Array, Floats
from handconv.borders import Border, pad


def correlate_loop(image: Array, kernel: Array, border: Border = "replicate") -> Floats:
    """Correlate a 2-D image with an odd-sided kernel, one pixel at a time.

    The kernel is laid on the image *as it is written* (correlation). The tutorial calls this
    convolution; true convolution turns the kernel by 180° first: see `convolve_loop`.

    Parameters
    ----------
    image : (rows, columns), any real dtype
    kernel : (M, N) with M and N odd
    border : what stands outside the image, see `handconv.borders`

    Returns (rows, columns) float64, neither rounded nor clipped. Raises ``ValueError`` if the image
    or kernel is not 2-D, or a side of the kernel is even.

    A single bright pixel comes out as the kernel turned by 180°:

    >>> impulse = np.zeros((3, 3)); impulse[1, 1] = 1
    >>> correlate_loop(impulse, np.arange(1, 10).reshape(3, 3))
    array([[9., 8., 7.],
           [6., 5., 4.],
           [3., 2., 1.]])
    """
    image = np.asarray(image, dtype=np.float64)
    kernel = np.asarray(kernel, dtype=np.float64)
    if image.ndim != 2 or kernel.ndim != 2:
        raise ValueError(
            f"image has shape {image.shape} and kernel {kernel.shape}; both must be 2-D."
        )
    kernel_rows, kernel_columns = kernel.shape
    if kernel_rows % 2 == 0 or kernel_columns % 2 == 0:
        raise ValueError(
            f"kernel has shape {kernel.shape}; an even side has no centre pixel. "
            f"Pad the kernel to an odd size."
        )
    above, left = kernel_rows // 2, kernel_columns // 2
    padded = pad(image, (above, above), (left, left), border)
    output = np.zeros(image.shape)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            region = padded[y : y + kernel_rows, x : x + kernel_columns]
            output[y, x] = (region * kernel).sum()
    return output


def convolve_loop(image: Array, kernel: Array, border: Border = "replicate") -> Floats:
    """True convolution: correlate with the kernel turned by 180°. Arguments as `correlate_loop`.

    >>> impulse = np.zeros((3, 3)); impulse[1, 1] = 1
    >>> convolve_loop(impulse, np.arange(1, 10).reshape(3, 3))
    array([[1., 2., 3.],
           [4., 5., 6.],
           [7., 8., 9.]])
    """
    return correlate_loop(image, np.asarray(kernel)[::-1, ::-1], border)
