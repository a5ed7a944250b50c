"""Animate a kernel that slides over a picture, or one that a network learns; as GIF or MP4."""

import argparse

from handconv.cli import Parser, errors_end_with_status_2

EXAMPLES = """\
  python scripts/animate.py sliding --out sliding.gif
  python scripts/animate.py sliding --kernel laplacian --corner 200 170 --out sliding.mp4
  python scripts/animate.py learning --kernel "gaussian(7, 1.2)" --out learning.gif
  python scripts/animate.py learning --optimizer adam --plain --steps 500 --out slow.gif

sliding: what the loop does to a few pixels, number by number. learning: the weights of the network
after every step. MP4 needs the program ffmpeg.
"""


@errors_end_with_status_2()
def main() -> None:
    arguments = _arguments()

    from handconv.animate import animation_file, sliding, write_animation
    from handconv.bars import progress_bar
    from handconv.kernels import read_kernels
    from handconv.pictures import read_picture, to_grey_levels

    out = animation_file(arguments.out)
    photo = to_grey_levels(read_picture(arguments.image, grey=True))
    name, kernel = next(iter(read_kernels(arguments.kernel).items()))
    pace = {} if arguments.pace is None else {"pace": arguments.pace}
    if arguments.what == "sliding":
        corner = None if arguments.corner is None else tuple(arguments.corner)
        animation = sliding(
            photo,
            kernel,
            corner=corner,
            size=tuple(arguments.size),
            border=arguments.border,
            **pace,
        )
    else:
        from learned.experiment.animate import learning

        whiten = not arguments.plain and arguments.optimizer != "newton"  # which does so by itself
        animation = learning(
            photo,
            kernel,
            optimizer=arguments.optimizer,
            precondition="whiten" if whiten else "none",
            steps=arguments.steps,
            seed=arguments.seed,
            **pace,
        )
    with progress_bar("drawing", "frame") as progress:
        write_animation(out, animation, progress)
    print(f"Wrote {out}: {name}, {animation.frames} frames, {out.stat().st_size / 1e6:.1f} MB.")


def _arguments() -> argparse.Namespace:
    parser = Parser(__doc__, EXAMPLES)
    add, default = parser.add_argument, "default: %(default)s"
    add("what", choices=("sliding", "learning"), help="which of the two")
    add("--image", metavar="PHOTO", default="skimage:camera", help=default)
    add(
        "--kernel",
        metavar="KERNEL",
        default="sobel_x",
        help=f"as in scripts/convolve.py ({default})",
    )
    add("--out", required=True, metavar="FILE", help="name.gif or name.mp4")
    add("--pace", type=int, metavar="N", help="frames a second (default: 2 sliding, 5 learning)")
    one = parser.add_argument_group("sliding")
    corner = "first pixel that is answered (default: the middle)"
    one.add_argument("--corner", type=int, nargs=2, metavar=("ROW", "COLUMN"), help=corner)
    size = "of the part (default: 6 6)"
    one.add_argument(
        "--size", type=int, nargs=2, default=(6, 6), metavar=("ROWS", "COLUMNS"), help=size
    )
    one.add_argument("--border", default="replicate", help=default)
    other = parser.add_argument_group("learning")
    other.add_argument("--optimizer", default="sgd", help=f"sgd, adam, lbfgs or newton ({default})")
    other.add_argument("--plain", action="store_true", help="do not whiten: blurs take for ever")
    other.add_argument("--steps", type=int, default=40, help=default)
    other.add_argument("--seed", type=int, default=0, help=f"of the first weights ({default})")
    arguments: argparse.Namespace = parser.parse_args()
    return arguments


if __name__ == "__main__":
    main()
