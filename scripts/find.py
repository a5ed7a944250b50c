"""Find the shape that a run of configs/marked.toml has learned in a photo."""

from pathlib import Path

from handconv.cli import Parser, errors_end_with_status_2, figure_file, write_figure

EXAMPLES = """\
  python scripts/train.py configs/marked.toml
  python scripts/find.py runs/marked skimage:coins --points coins.csv --figure coins.png

Prints row, column and score of each hit, best first.
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    parser.add_argument("run", type=Path, help="a run folder of a marked shape")
    parser.add_argument("photo", help="a picture file, or a photo of scikit-image: skimage:coins")
    least = "the lowest score of a hit (default: half the mean score of the marks)"
    parser.add_argument("--score", type=float, metavar="S", help=least)
    parser.add_argument("--points", type=Path, metavar="FILE", help="write the hits as CSV")
    parser.add_argument("--figure", type=figure_file, metavar="FILE", help="draw them in the photo")
    arguments = parser.parse_args()

    from handconv.words import table  # what takes long to import: not for --help
    from learned.tasks.find import find, plot_hits, write_points

    photo, hits = find(arguments.run, arguments.photo, arguments.score)
    print(table(("row", "column", "score"), [(h.row, h.column, f"{h.score:.3f}") for h in hits]))
    print(f"{len(hits)} found.")
    if arguments.points:
        write_points(arguments.points, hits)
    if arguments.figure:
        write_figure(arguments.figure, plot_hits(photo, hits))


if __name__ == "__main__":
    main()
