"""Show how much a picture of a given size tells about a kernel: bounds against least squares."""

from handconv.cli import Parser, add_dark, errors_end_with_status_2, figure_file, write_figure

EXAMPLES = """\
  python scripts/learning_curve.py
  python scripts/learning_curve.py --kernel "gaussian(5, 1.2)" --photo skimage:moon --crops 3

The after image is rounded to 8 bits. Least squares averages rounding errors, so its error falls
with the square root of the number of pixels; bounds cut, so theirs falls with the number itself.
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    add, default = parser.add_argument, "default: %(default)s"
    add("--kernel", metavar="NAME", help="default: 3 × 3 taps drawn at random, by --seed")
    add("--photo", default="skimage:grass", help=default)
    add("--crops", type=int, default=9, help=f"of each size ({default})")
    add("--seed", type=int, default=0, help=f"of kernel and crops ({default})")
    add("--out", type=figure_file, default="runs/learning_curve.png", metavar="FILE", help=default)
    add_dark(parser)
    arguments = parser.parse_args()
    if arguments.crops < 1:
        raise ValueError(f"--crops is {arguments.crops}; take at least one.")

    import numpy as np
    from tqdm import tqdm

    from handconv.kernels import named
    from handconv.words import table
    from learned.experiment.curve import learning_curve, sizes_within
    from learned.experiment.figures import plot_learning_curve
    from learned.experiment.photos import load_photo
    from learned.pairs import made_pair

    random = np.random.default_rng(arguments.seed).uniform(-0.25, 0.35, (3, 3))
    kernel = named(arguments.kernel) if arguments.kernel else random
    pair = made_pair(load_photo(arguments.photo), kernel[None], target="uint8")
    samples = pair.samples((kernel.shape[0], kernel.shape[1]))
    sizes = sizes_within(samples)
    curve = learning_curve(samples, kernel[None], sizes, arguments.crops, arguments.seed)
    points = list(tqdm(curve, "sizes", len(sizes), disable=None, leave=False))
    header = ("pixels", "least squares", "bounds", "certificate (shares of the largest tap)")
    lines = [(point.pixels, *(f"{share:.1e}" for share in point[1:])) for point in points]
    print(table(header, lines))
    title = f"{arguments.kernel or 'random 3 × 3'}, {arguments.photo}, 8-bit targets"
    write_figure(arguments.out, plot_learning_curve(points, title))
    print(f"Wrote {arguments.out}.")


if __name__ == "__main__":
    main()
