"""Filter a photo with every kernel, by our code and by OpenCV, and show both side by side."""

from handconv.cli import Parser, add_dark, errors_end_with_status_2

EXAMPLES = """\
  python scripts/convolve.py
  python scripts/convolve.py --image holiday.jpg --kernel sobel_x sobel_y
  python scripts/convolve.py --image skimage:coffee --kernel "gaussian(9, 2)" --border wrap

Kernels are small_blur, large_blur, sharpen, laplacian, sobel_x, sobel_y (the tutorial's bank, and
the default), scharr_x, scharr_y, prewitt_x, prewitt_y, roberts_main, roberts_anti, emboss and
identity, and with numbers: "box(rows, columns)", "gaussian(size, sigma)",
"laplacian_of_gaussian(size, sigma)", "motion(length, angle)", "unsharp(size, sigma, amount)",
"gabor(size, sigma, angle, wavelength, aspect, phase)". Or taps, "[[0,1,0],[1,-4,1],[0,1,0]]", or a
file: .csv, .npy, what recover.py --json wrote, or OpenCV's FileStorage.

The output folder holds comparison.png, and KERNEL_by_hand.png and KERNEL_by_opencv.png for every
kernel. One that this script wrote before is replaced.
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    add = parser.add_argument
    picture = "a picture file, skimage:NAME, or - for standard input (default: %(default)s)"
    borders = "constant, replicate, reflect, reflect_101 or wrap (default: %(default)s)"
    add("--image", metavar="PHOTO", default="skimage:camera", help=picture)
    add("--kernel", metavar="KERNEL", nargs="+", action="extend", help="what to filter with")
    add("--border", default="replicate", help=borders)
    add("--out", metavar="DIR", default="runs/convolve", help="default: %(default)s")
    add_dark(parser)
    arguments = parser.parse_args()

    from tqdm import tqdm  # what takes long to import is imported here: not for --help

    from handconv.borders import check_border
    from handconv.files import complete_folder
    from handconv.kernels import BANK, read_kernels
    from handconv.pictures import read_picture, sidebyside, to_grey_levels
    from handconv.words import table

    read = [item for form in arguments.kernel or BANK for item in read_kernels(form).items()]
    names = {sidebyside.file_name(name): (name, taps) for name, taps in read}  # each once
    kernels = dict(names.values())
    check_border(arguments.border)
    photo = to_grey_levels(read_picture(arguments.image)).astype("float32")
    rows, columns = photo.shape[:2]
    title = f"{arguments.image}, {rows} × {columns} pixels, border {arguments.border}"
    with complete_folder(arguments.out, sidebyside.OWNED) as folder:
        found = [
            sidebyside.side_by_side(photo, name, kernel, arguments.border)
            for name, kernel in tqdm(kernels.items(), "filtering", delay=1, disable=None)
        ]
        sidebyside.write(folder, photo, found, title)

    print(title)
    lines = [(one.name, f"{one.largest_difference:.1e}") for one in found]
    print(table(("kernel", "largest difference from cv2.filter2D, in grey levels"), lines))
    print(sidebyside.why_the_tutorial_differs(photo, kernels))
    print(f"Wrote {arguments.out}: look at {arguments.out}/{sidebyside.FIGURE} first.")


if __name__ == "__main__":
    main()
