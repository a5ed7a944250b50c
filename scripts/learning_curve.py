"""Show how much a picture of a given size tells about a kernel: bounds against least squares."""

from handconv.cli import Parser, errors_end_with_status_2, figure_file, write_figure

EXAMPLES = """\
  python scripts/learning_curve.py
  python scripts/learning_curve.py --kernel "gaussian(5, 1.2)" --photo skimage:moon --crops 3

The after image is rounded to 8 bits. Least squares averages rounding errors, so its error falls
with the square root of the number of pixels; bounds cut, so theirs falls with the number itself.
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    parser.add_argument(
        "--kernel", metavar="NAME", help="default: 3 × 3 taps drawn at random, by --seed"
    )
    parser.add_argument("--photo", default="skimage:grass", help="default: %(default)s")
    parser.add_argument("--crops", type=int, default=9, help="of each size (default: 9)")
    parser.add_argument("--seed", type=int, default=0, help="of kernel and crops (default: 0)")
    parser.add_argument(
        "--out",
        type=figure_file,
        default="runs/learning_curve.png",
        metavar="FILE",
        help="default: %(default)s",
    )
    arguments = parser.parse_args()
    if arguments.crops < 1:
        raise ValueError(f"--crops is {arguments.crops}; take at least one.")

    import numpy as np
    from tqdm import tqdm

    from handconv.kernels import named
    from learned.experiment.curve import learning_curve
    from learned.experiment.figures import plot_learning_curve
    from learned.experiment.photos import load_photo
    from learned.pairs import made_pair

    if arguments.kernel:
        kernel = named(arguments.kernel)
    else:
        kernel = np.random.default_rng(arguments.seed).uniform(-0.25, 0.35, (3, 3))
    pair = made_pair(load_photo(arguments.photo), kernel[None], target="uint8")
    samples = pair.samples((kernel.shape[0], kernel.shape[1]))
    largest = min(samples.lower.shape)
    if largest < 32:
        raise ValueError(f"{arguments.photo} has a side of {largest} pixels; use 32 or more.")
    sizes = [size for size in (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512) if size <= largest]
    curve = learning_curve(samples, kernel[None], sizes, arguments.crops, arguments.seed)
    print("pixels  least squares  bounds   certificate (shares of the largest tap)")
    points = []
    for point in tqdm(curve, "sizes", len(sizes), disable=None, leave=False):
        points.append(point)
        tqdm.write(
            f"{point.pixels:6}  {point.least_squares:13.1e}  {point.bounds:.1e}  {point.width:.1e}"
        )
    title = f"{arguments.kernel or 'random 3 × 3'}, {arguments.photo}, 8-bit targets"
    write_figure(arguments.out, plot_learning_curve(points, title))
    print(f"Wrote {arguments.out}.")


if __name__ == "__main__":
    main()
