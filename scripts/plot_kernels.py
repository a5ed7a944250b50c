"""Draw the kernels of a finished run again: by hand, learned, difference."""

from handconv.cli import (
    Parser,
    add_dark,
    add_run_arguments,
    errors_end_with_status_2,
    figure_file,
    write_figure,
)

EXAMPLES = """\
  python scripts/plot_kernels.py runs/bank
  python scripts/plot_kernels.py runs/bank --kernel sobel_x --kernel sobel_y --out sobel.pdf
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    add_run_arguments(parser)
    parser.add_argument(
        "--out", type=figure_file, metavar="FILE", help="default: kernels.png in the run folder"
    )
    add_dark(parser)
    arguments = parser.parse_args()

    from learned.experiment.figures import plot_kernels
    from learned.experiment.folder import read_run

    run = read_run(arguments.run)
    out = arguments.out or arguments.run / "kernels.png"
    write_figure(out, plot_kernels(run.only(arguments.kernel or run.by_hand.names)))
    print(f"Wrote {out}.")


if __name__ == "__main__":
    main()
