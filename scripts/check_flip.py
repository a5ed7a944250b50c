"""Show the flip: learn it from true convolution, then measure which library does which.

A network trained on true convolution finds the kernel turned by 180°. Then every image library
that is installed gets a picture and a kernel, and what comes out says which way round it lays the
kernel, which border it adds, and how it rounds.
"""

import sys
from pathlib import Path

from handconv.cli import Parser, add_dark, errors_end_with_status_2, figure_file, write_figure

EXAMPLES = """\
  python scripts/check_flip.py
  python scripts/check_flip.py --kernel sobel_x --photo my_photo.jpg --out flip.png
  python scripts/check_flip.py --kernel 'gaussian(5, 1.0)'     # cannot tell: it is symmetric
  python scripts/check_flip.py --table --json conventions.json # the libraries alone

Exit status: 0 as expected, 1 if a kernel came back in another orientation, or a library does not do
what handconv.conventions says of it; 2 for bad input.
"""
COUNTING = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
FIGURES = {
    "--out": ("runs/flip.png", "what a network learns from correlation and from convolution"),
    "--figure": ("runs/conventions.png", "what each library makes of one bright pixel"),
    "--learned": ("runs/conventions_learned.png", "what a network learns from their pictures"),
}


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    parser.add_argument("--kernel", metavar="NAME", help="default: 1 … 9, which has no symmetry")
    parser.add_argument("--photo", default="skimage:camera", help="default: %(default)s")
    for option, (default, what) in FIGURES.items():
        words = f"{what} (default: {default})"
        parser.add_argument(option, type=figure_file, default=default, metavar="FILE", help=words)
    parser.add_argument("--table", action="store_true", help="only measure the libraries")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table for programs")
    parser.add_argument(
        "--markdown", type=Path, metavar="PAGE", help="renew the table on a page that has one"
    )
    add_dark(parser)
    arguments = parser.parse_args()

    mistakes: list[str] = []
    if not arguments.table:
        mistakes += _experiment(arguments.kernel, arguments.photo, arguments.out)
    mistakes += _table(arguments.figure, arguments.learned, arguments.json, arguments.markdown)
    for mistake in mistakes:
        print(f"NOT as expected: {mistake}", file=sys.stderr)
    if mistakes:
        raise SystemExit(1)


def _experiment(kernel_name: str | None, photo: str, out: Path) -> list[str]:
    """Learn the flip; gives what did not come out as expected."""
    import numpy as np

    from handconv.arrays import Floats
    from handconv.kernels import named
    from learned.experiment.photos import load_photo
    from learned.libraries.drawings import plot_flip
    from learned.libraries.flip import learn_flip, named_kernels_that_tell

    def taps(kernel: Floats) -> str:
        return np.array2string(kernel, precision=4, suppress_small=True)

    kernel = named(kernel_name) if kernel_name else np.array(COUNTING, dtype=np.float64)
    flip = learn_flip(kernel, load_photo(photo))
    write_figure(out, plot_flip(flip))
    print(f"kernel that made the targets:\n{taps(kernel)}")
    for operation, found in flip.comparisons.items():
        print(f"\nlearned from true {operation}: {found.orientation}", end="")
        print(f" (relative error {found.oriented_error:.1e})\n{taps(flip.learned[operation])}")
    tells = named_kernels_that_tell()
    print(f"\ncan tell the two apart:    {', '.join(n for n, yes in tells.items() if yes)}")
    print(f"cannot (same turned by 180°): {', '.join(n for n, yes in tells.items() if not yes)}")
    print(f"Wrote {out}.\n")
    return [] if flip.as_expected() else ["see the orientations above."]


def _table(figure: Path, learned: Path, json_file: Path | None, page: Path | None) -> list[str]:
    """Measure the libraries; gives what is not as `handconv.conventions` says."""
    import json

    from tqdm import tqdm

    from handconv.files import complete_file
    from learned.libraries import table
    from learned.libraries.drawings import plot_impulses, plot_learned
    from learned.libraries.flip import learn_from
    from learned.libraries.probe import probe

    there, missing = table.installed()
    if page and missing:
        raise ValueError(
            f"--markdown {page}: {len(missing)} rows of the table could not be measured. "
            f"Run pip install {table.packages(missing)} first."
        )
    rows = [probe(library) for library in tqdm(there, "measuring", disable=None, leave=False)]
    found = [learn_from(library) for library in there if library.takes != "none"]
    texts = {}
    if json_file:
        content = json.dumps(table.as_json(rows, missing), indent=2, allow_nan=False)
        texts[json_file] = f"{content}\n"
    if page:
        texts[page] = table.rewritten(page, rows)

    print(table.as_text(rows, missing))
    write_figure(figure, plot_impulses(rows))
    write_figure(learned, plot_learned(found))
    print(f"\nWrote {figure} and {learned}.")
    for path, text in texts.items():
        with complete_file(path) as draft:
            draft.write_text(text, encoding="utf-8")
        print(f"Wrote {path}.")
    return table.contradictions(rows, found)


if __name__ == "__main__":
    main()
