"""Draw the kernels of a finished run again: by hand, learned, difference."""

from pathlib import Path

from handconv.cli import Parser, errors_end_with_status_2

EXAMPLES = """\
  python scripts/plot_kernels.py runs/bank
  python scripts/plot_kernels.py runs/bank --kernel sobel_x --kernel sobel_y --out sobel.pdf
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    parser.add_argument("run", help="a run folder that scripts/train.py wrote")
    parser.add_argument(
        "--kernel", action="append", metavar="NAME", help="only this one; may be given again"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help=".png, .pdf or .svg (default: RUN/kernels.png)"
    )
    arguments = parser.parse_args()

    from handconv.files import complete_file
    from learned.experiment.figures import plot_kernels
    from learned.experiment.folder import read_run

    run = read_run(arguments.run)
    if arguments.kernel:
        run = run.only(arguments.kernel)
    out = arguments.out or Path(arguments.run) / "kernels.png"
    if out.suffix.lower() not in (".png", ".pdf", ".svg"):
        raise ValueError(f"--out is {out}; its name must end in .png, .pdf or .svg.")
    with complete_file(out) as draft:
        plot_kernels(run).savefig(draft)
    print(f"Wrote {out}.")


if __name__ == "__main__":
    main()
