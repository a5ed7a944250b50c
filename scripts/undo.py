"""Take a filter back off a picture: find the picture that the filter was applied to."""

import argparse
from pathlib import Path

from handconv.cli import Parser, errors_end_with_status_2, figure_file, write_figure

EXAMPLES = """\
  python scripts/undo.py after.png --filter found.json --out before.png
  python scripts/undo.py after.png --kernel sharpen --out before.png --figure undone.png
  python scripts/undo.py after.png --kernel "[[-1, -1, -1], [-1, 10, -1], [-1, -1, -1]]" \\
      --divisor 2 --rounding "halves up" --out before.png --compare original.png

--filter takes what scripts/recover.py wrote with --json, and with it all that the other options
say. Save the after picture without loss (PNG, TIFF), or little can be had back.
"""


def _arguments() -> argparse.Namespace:
    parser = Parser(__doc__, EXAMPLES)
    parser.add_argument("after", metavar="AFTER", help="the filtered picture")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--filter", type=Path, metavar="FILE", help="JSON of scripts/recover.py")
    source.add_argument("--kernel", help='a name, as in scripts/convolve.py, or "[[0, 1], …]"')
    parser.add_argument("--divisor", type=float, default=1.0, metavar="N", help="of the taps")
    parser.add_argument("--bias", type=float, default=0.0, help="that was added, in grey levels")
    parser.add_argument("--border", default="replicate", help="default: %(default)s")
    parser.add_argument(
        "--rounding",
        default="nearest",
        help="nearest (whatever becomes of halves), halves up or floor; default: %(default)s",
    )
    parser.add_argument(
        "--noise", type=float, metavar="SIGMA", help="that came on top; found out where needed"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the picture before"
    )
    parser.add_argument(
        "--figure", type=figure_file, metavar="FILE", help="draw after, undone, how sure it is, …"
    )
    parser.add_argument(
        "--compare", metavar="ORIGINAL", help="tell how near the result is to this picture"
    )
    arguments: argparse.Namespace = parser.parse_args()
    return arguments


@errors_end_with_status_2()
def main() -> None:
    arguments = _arguments()
    pictures = {Path(name).absolute() for name in (arguments.after, arguments.compare or "")}
    for out in (arguments.out, arguments.figure):
        if out is not None and out.absolute() in pictures:
            raise ValueError(f"{out} is one of the pictures; write to another file.")

    from handconv.bars import progress_bar
    from handconv.pictures import read_picture, write_picture
    from learned import undo
    from learned.undoing.known import read_filter, typed_filter
    from learned.undoing.report import report

    after = read_picture(arguments.after)
    original = read_picture(arguments.compare) if arguments.compare else None
    if arguments.filter:
        made_by, error = read_filter(arguments.filter, after.dtype.name)
    else:
        made_by = typed_filter(
            arguments.kernel,
            divisor=arguments.divisor,
            bias=arguments.bias,
            border=arguments.border,
            rounding=arguments.rounding,
            dtype=after.dtype.name,
        )
        error = 0.0
    with progress_bar("undoing") as progress:
        undone = undo(after, made_by, error=error, noise=arguments.noise, progress=progress)
    text = report(undone, original)
    if arguments.figure:
        from learned.undoing.figure import figure

        write_figure(arguments.figure, figure(undone))
    write_picture(arguments.out, undone.picture)
    print(text)


if __name__ == "__main__":
    main()
