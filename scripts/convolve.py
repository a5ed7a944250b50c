"""Filter a photo with every kernel, by our code and by OpenCV, and show both side by side."""

from handconv.cli import Parser, errors_end_with_status_2

EXAMPLES = """\
  python scripts/convolve.py
  python scripts/convolve.py --image holiday.jpg --kernel sobel_x sobel_y
  python scripts/convolve.py --image skimage:coffee --kernel "gaussian(9, 2)" --border wrap

Kernels are small_blur, large_blur, sharpen, laplacian, sobel_x, sobel_y (the tutorial's bank, and
the default), scharr_x, scharr_y, prewitt_x, prewitt_y, roberts_main, roberts_anti, emboss and
identity, and with numbers: "box(rows, columns)", "gaussian(size, sigma)",
"laplacian_of_gaussian(size, sigma)", "motion(length, angle)", "unsharp(size, sigma, amount)",
"gabor(size, sigma, angle, wavelength, aspect, phase)".

The output folder holds comparison.png, and KERNEL_by_hand.png and KERNEL_by_opencv.png for every
kernel. One that this script wrote before is replaced.
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    parser.add_argument(
        "--image",
        metavar="PHOTO",
        default="skimage:camera",
        help="a picture file, or a photo of scikit-image (default: skimage:camera)",
    )
    parser.add_argument(
        "--kernel", metavar="NAME", nargs="+", action="extend", help="what to filter with"
    )
    parser.add_argument(
        "--border",
        default="replicate",
        help="constant, replicate, reflect, reflect_101 or wrap (default: replicate)",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        default="runs/convolve",
        help="output folder (default: runs/convolve)",
    )
    arguments = parser.parse_args()

    from tqdm import tqdm  # what takes long to import is imported here: not for --help

    from handconv.borders import check_border
    from handconv.files import complete_folder
    from handconv.kernels import BANK, named
    from handconv.pictures import read_picture
    from handconv.pictures.sidebyside import (
        FIGURE,
        OWNED,
        as_grey_levels,
        file_name,
        side_by_side,
        why_the_tutorial_differs,
        write,
    )

    names = {file_name(name): name for name in arguments.kernel or BANK}  # each once
    kernels = {name: named(name) for name in names.values()}
    check_border(arguments.border)
    photo = as_grey_levels(read_picture(arguments.image))
    title = (
        f"{arguments.image}, {photo.shape[0]} × {photo.shape[1]} pixels, border {arguments.border}"
    )
    with complete_folder(arguments.out, OWNED) as folder:
        found = [
            side_by_side(photo, name, kernel, arguments.border)
            for name, kernel in tqdm(kernels.items(), "filtering", delay=1, disable=None)
        ]
        write(folder, found, title)

    width = max(map(len, kernels))
    print(title)
    print(f"{'kernel':<{width}}  largest difference from cv2.filter2D, in grey levels")
    for one in found:
        print(f"{one.name:<{width}}  {one.largest_difference:.1e}")
    print(why_the_tutorial_differs(photo, kernels))
    print(f"Wrote {arguments.out}: look at {arguments.out}/{FIGURE} first.")


if __name__ == "__main__":
    main()
