"""The fixed kernels, written row by row as they lie on the image.

Each is a function that returns a fresh (rows, columns) float64 array. All have odd sides, so that
each has a centre pixel, and all are meant for *correlation*: the tap at the right weighs the pixel
to the right. "Scale" is what the taps sum to: kernels of scale 1 keep the brightness of flat
areas, those of scale 0 turn flat areas to 0. "Slope" says what a slope kernel makes of a ramp that
rises by 1 per pixel.

x runs to the right and y downwards, so `sobel_x` answers to a picture that grows brighter to the
right, and `sobel_y` to one that grows brighter downwards. The y kernels are the x kernels
transposed, and have their scale, slope and source.
"""

import numpy as np

from handconv.arrays import Floats
from handconv.kernels.families import box


def small_blur() -> Floats:
    """Mean of a 7 × 7 square: a light blur.

    Scale: 1; every tap is 1/49. Source: the tutorial. The same as ``cv2.blur`` with (7, 7).
    """
    return box(7)


def large_blur() -> Floats:
    """Mean of a 21 × 21 square: a heavy blur.

    Scale: 1; every tap is 1/441. Source: the tutorial. The same as ``cv2.blur`` with (21, 21).
    """
    return box(21)


def sharpen() -> Floats:
    """The pixel plus its difference from its four neighbours: `identity` minus `laplacian`.

    Scale: 1. Source: the tutorial; Gonzalez and Woods, *Digital Image Processing*, "the
    Laplacian". Pillow's ``SHARPEN`` is another, softer kernel.
    """
    return np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]])


def laplacian() -> Floats:
    """The sum of the second differences along rows and columns: spots and edges.

    Scale: 0. Source: the five-point stencil of numerical analysis, as in the tutorial. The same
    as ``cv2.Laplacian`` with ``ksize=1``; the negative of ``skimage.filters.laplace``.
    """
    return np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])


def sobel_x() -> Floats:
    """Slope to the right, smoothed 1-2-1 along the edge: upright edges.

    Scale: 0. Slope: 8. Source: Sobel and Feldman, talk at the Stanford AI Project, 1968; Duda and
    Hart, *Pattern Classification and Scene Analysis*, 1973. The same as ``cv2.Sobel`` with dx=1;
    4 × ``skimage.filters.sobel_v``.
    """
    return np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def sobel_y() -> Floats:
    """Slope downwards: level edges. Scale: 0. 4 × ``skimage.filters.sobel_h``."""
    return sobel_x().T.copy()


def scharr_x() -> Floats:
    """Slope to the right, with weights chosen to treat all directions alike.

    Scale: 0. Slope: 32. Source: Scharr, *Optimal Operators in Digital Image Processing*,
    dissertation, Heidelberg 2000. The same as ``cv2.Scharr`` with dx=1; 16 ×
    ``skimage.filters.scharr_v``.
    """
    return np.array([[-3.0, 0, 3], [-10, 0, 10], [-3, 0, 3]])


def scharr_y() -> Floats:
    """Slope downwards, like `scharr_x`. Scale: 0. 16 × ``skimage.filters.scharr_h``."""
    return scharr_x().T.copy()


def prewitt_x() -> Floats:
    """Slope to the right, the mean of three rows.

    Scale: 0. Slope: 6. Source: Prewitt, "Object Enhancement and Extraction", in *Picture
    Processing and Psychopictorics*, 1970. 3 × ``skimage.filters.prewitt_v``.
    """
    return np.array([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]])


def prewitt_y() -> Floats:
    """Slope downwards, the mean of three columns. Scale: 0. 3 × ``skimage.filters.prewitt_h``."""
    return prewitt_x().T.copy()


def roberts_main() -> Floats:
    """Difference along the main diagonal, from the pixel to its neighbour below right.

    Scale: 0. Source: Roberts, *Machine Perception of Three-Dimensional Solids*, dissertation,
    MIT 1963. His kernel is 2 × 2 and has no centre pixel; here it lies in a 3 × 3 square with its
    upper left tap on the output pixel, as in his formula, so that every program places it alike.
    """
    return np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, -1]])


def roberts_anti() -> Floats:
    """Difference along the other diagonal, from the right neighbour to the one below.

    Scale: 0. Placed and sourced as `roberts_main`.
    """
    return np.array([[0.0, 0, 0], [0, 0, 1], [0, -1, 0]])


def emboss() -> Floats:
    """Light from the upper left: edges look raised.

    Scale: 1. Source: the page "Convolution Matrix" of the GIMP user manual. Pillow's ``EMBOSS``
    is another kernel, and adds 128.
    """
    return np.array([[-2.0, -1, 0], [-1, 1, 1], [0, 1, 2]])


def identity() -> Floats:
    """The picture as it is. Scale: 1. The kernel to try first: it shows what else changes it."""
    return np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
