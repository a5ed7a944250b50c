"""The fixed kernels, drawn as they lie on the image.

Each is a function that returns a fresh (rows, columns) float64 array. All have odd sides, so that
each has a centre pixel, and all are meant for *correlation*: the tap at the right of the drawing
weighs the pixel to the right. "Scale" is what the taps sum to: kernels of scale 1 keep the
brightness of flat areas, those of scale 0 turn flat areas to 0.

x runs to the right and y downwards, so `sobel_x` answers to a picture that grows brighter to the
right, and `sobel_y` to one that grows brighter downwards.
"""

import numpy as np
from numpy.typing import NDArray

from handconv.kernels.families import box

Kernel = NDArray[np.float64]


def small_blur() -> Kernel:
    """Mean of a 7 × 7 square: a light blur.

    Scale: 1; every tap is 1/49. Source: the tutorial. The same as ``cv2.blur`` with (7, 7).
    """
    return box(7)


def large_blur() -> Kernel:
    """Mean of a 21 × 21 square: a heavy blur.

    Scale: 1; every tap is 1/441. Source: the tutorial. The same as ``cv2.blur`` with (21, 21).
    """
    return box(21)


def sharpen() -> Kernel:
    """The pixel plus its difference from its four neighbours::

         0  -1   0
        -1   5  -1
         0  -1   0

    Scale: 1. It is `identity` minus `laplacian`. Source: the tutorial; Gonzalez and Woods,
    *Digital Image Processing*, "the Laplacian". Pillow's ``SHARPEN`` is another, softer kernel.
    """
    return np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], dtype=np.float64)


def laplacian() -> Kernel:
    """The sum of the second differences along rows and columns: spots and edges::

         0   1   0
         1  -4   1
         0   1   0

    Scale: 0. Source: the five-point stencil of numerical analysis, as in the tutorial. The same
    as ``cv2.Laplacian`` with ``ksize=1``; the negative of ``skimage.filters.laplace``.
    """
    return np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=np.float64)


def sobel_x() -> Kernel:
    """Slope to the right, smoothed 1-2-1 along the edge: upright edges::

        -1   0   1
        -2   0   2
        -1   0   1

    Scale: 0; a ramp that rises by 1 per column gives 8. Source: Sobel and Feldman, talk at the
    Stanford AI Project, 1968; Duda and Hart, *Pattern Classification and Scene Analysis*, 1973.
    The same as ``cv2.Sobel`` with dx=1; 4 × ``skimage.filters.sobel_v``.
    """
    return np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float64)


def sobel_y() -> Kernel:
    """Slope downwards, smoothed 1-2-1 along the edge: level edges::

        -1  -2  -1
         0   0   0
         1   2   1

    Scale: 0; a ramp that rises by 1 per row gives 8. `sobel_x` transposed; its sources. The same
    as ``cv2.Sobel`` with dy=1; 4 × ``skimage.filters.sobel_h``.
    """
    return np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], dtype=np.float64)


def scharr_x() -> Kernel:
    """Slope to the right, with weights chosen to treat all directions alike::

         -3   0    3
        -10   0   10
         -3   0    3

    Scale: 0; a ramp that rises by 1 per column gives 32. Source: Scharr, *Optimal Operators in
    Digital Image Processing*, dissertation, Heidelberg 2000. The same as ``cv2.Scharr`` with
    dx=1; 16 × ``skimage.filters.scharr_v``.
    """
    return np.array([[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]], dtype=np.float64)


def scharr_y() -> Kernel:
    """Slope downwards, with weights chosen to treat all directions alike::

         -3  -10  -3
          0    0   0
          3   10   3

    Scale: 0; a ramp that rises by 1 per row gives 32. `scharr_x` transposed; its source. The same
    as ``cv2.Scharr`` with dy=1; 16 × ``skimage.filters.scharr_h``.
    """
    return np.array([[-3, -10, -3], [0, 0, 0], [3, 10, 3]], dtype=np.float64)


def prewitt_x() -> Kernel:
    """Slope to the right, the mean of three rows::

        -1   0   1
        -1   0   1
        -1   0   1

    Scale: 0; a ramp that rises by 1 per column gives 6. Source: Prewitt, "Object Enhancement and
    Extraction", in *Picture Processing and Psychopictorics*, 1970.
    3 × ``skimage.filters.prewitt_v``.
    """
    return np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]], dtype=np.float64)


def prewitt_y() -> Kernel:
    """Slope downwards, the mean of three columns::

        -1  -1  -1
         0   0   0
         1   1   1

    Scale: 0; a ramp that rises by 1 per row gives 6. `prewitt_x` transposed; its source.
    3 × ``skimage.filters.prewitt_h``.
    """
    return np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]], dtype=np.float64)


def roberts_main() -> Kernel:
    """Difference along the main diagonal, from the pixel to its neighbour below right::

         0   0   0
         0   1   0
         0   0  -1

    Scale: 0. Source: Roberts, *Machine Perception of Three-Dimensional Solids*, dissertation,
    MIT 1963. His kernel is 2 × 2 and has no centre pixel; here it lies in a 3 × 3 square with its
    upper left tap on the output pixel, as in his formula, so that every program places it alike.
    """
    return np.array([[0, 0, 0], [0, 1, 0], [0, 0, -1]], dtype=np.float64)


def roberts_anti() -> Kernel:
    """Difference along the other diagonal, from the right neighbour to the one below::

         0   0   0
         0   0   1
         0  -1   0

    Scale: 0. Placed and sourced as `roberts_main`.
    """
    return np.array([[0, 0, 0], [0, 0, 1], [0, -1, 0]], dtype=np.float64)


def emboss() -> Kernel:
    """Light from the upper left: edges look raised::

        -2  -1   0
        -1   1   1
         0   1   2

    Scale: 1. Source: the page "Convolution Matrix" of the GIMP user manual. Pillow's ``EMBOSS``
    is another kernel, and adds 128.
    """
    return np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], dtype=np.float64)


def identity() -> Kernel:
    """The picture as it is::

         0   0   0
         0   1   0
         0   0   0

    Scale: 1. The kernel to try first: whatever changes the picture is not the kernel.
    """
    return np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=np.float64)
