"""Find the filter that a program applied, from a picture before and after."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from handconv.cli import Parser, add_dark, errors_end_with_status_2, figure_file, write_figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handconv.pictures.jpeg import Stored
    from learned.recovery.record import Recovery

LUT_SIZES = (17, 33, 65)  # as in looks/look.py, which --help does not wait for
EXAMPLES = """\
  python scripts/recover.py before.png after.png
  python scripts/recover.py before.png after.png --json found.json --figure found.png
  python scripts/recover.py one.png two.png --after one_filtered.png two_filtered.png
  python scripts/recover.py before.png after.png --lut look.cube

Pictures are PNG, TIFF, JPEG, WebP, BMP or .npy files; skimage:camera stands for a photo of
scikit-image. Save the after picture without loss (PNG, TIFF), or the kernel is found only roughly.
"""


def _arguments() -> argparse.Namespace:
    """With ``before`` and ``after``: the names of as many pictures."""
    parser = Parser(__doc__, EXAMPLES)
    parser.add_argument(
        "pictures", metavar="PICTURE", nargs="+", help="BEFORE AFTER, or all BEFORE"
    )
    parser.add_argument("--after", metavar="PICTURE", nargs="+", help="as many as there are BEFORE")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all findings and code")
    parser.add_argument(
        "--figure", type=figure_file, metavar="FILE", help="draw before, after, kernel, …"
    )
    parser.add_argument(
        "--curve", type=_curve_file, metavar="FILE", help="write a curve as .csv or .cube"
    )
    parser.add_argument(
        "--size", type=int, nargs=2, metavar=("ROWS", "COLUMNS"), help="of the kernel"
    )
    parser.add_argument(
        "--max-size", type=int, default=31, metavar="N", help="largest side (default: %(default)s)"
    )
    parser.add_argument(
        "--crop", action="store_true", help="after lies in the middle of before, without its rim"
    )
    _add_lut(parser)
    add_dark(parser)
    arguments: argparse.Namespace = parser.parse_args()
    arguments.before = arguments.pictures
    if arguments.after is None:
        if len(arguments.pictures) != 2:
            parser.error("give BEFORE and AFTER, or several BEFORE and as many --after")
        arguments.before, arguments.after = arguments.pictures[:1], arguments.pictures[1:]
    _check_lut(parser, arguments)
    inputs = arguments.before + arguments.after + (arguments.apply or [])
    pictures = {Path(picture).absolute() for picture in inputs}
    for out in (arguments.json, arguments.figure, arguments.curve, arguments.lut):
        if out is not None and out.absolute() in pictures:
            raise ValueError(f"{out} is one of the pictures; write to another file.")
    return arguments


def _add_lut(parser: argparse.ArgumentParser) -> None:
    """What a colour table is asked for with, instead of a filter."""
    parser.add_argument(
        "--lut", type=_lut_file, metavar="FILE", help="find no filter but a colour table: .cube"
    )
    parser.add_argument("--lut-size", type=int, choices=LUT_SIZES, help="of it (default: 33)")
    parser.add_argument(
        "--apply", nargs=2, metavar=("BEFORE", "AFTER"), help="check the table on another pair"
    )


def _check_lut(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Options that go with ``--lut`` alone, or never with it."""
    if arguments.lut is None:
        if arguments.lut_size or arguments.apply:
            parser.error("--lut-size and --apply go with --lut FILE.cube")
    elif arguments.json or arguments.curve or arguments.size or arguments.crop:
        parser.error("--json, --curve, --size and --crop go with filters, not with --lut")


@errors_end_with_status_2()
def main() -> None:
    arguments = _arguments()
    if arguments.lut:
        _look(arguments)
        return
    befores, afters = arguments.before, arguments.after

    from dataclasses import replace

    from handconv.files import complete_file
    from handconv.pictures import read_picture
    from handconv.pictures.jpeg import read_stored
    from learned import recover
    from learned.recovery.report import report

    stored = [read_stored(name) for name in afters]
    found = recover(
        [read_picture(name) for name in befores],
        [read_picture(name) for name in afters],
        size=arguments.size and tuple(arguments.size),
        max_size=arguments.max_size,
        crop=arguments.crop,
        jpegs=stored,
        progress=_progress,
    )
    _progress("")
    unexplained = stored if found.exact_coefficients is None else []
    found = replace(found, findings=[*found.findings, *_about_jpegs(befores, unexplained)])
    reproduced = Path("reproduced").with_suffix(Path(afters[0]).suffix or ".png").name
    programs = found.programs(befores[0], reproduced)
    explaining = found.explaining_programs(befores[0], reproduced)
    text, drawn = report(found, programs, explaining), None
    if arguments.figure:
        from learned.recovery.figure import figure

        drawn = figure(found)
    if arguments.json:
        import json

        written = {**found.as_json(), "code": programs}
        for each, script in zip(written["explanations"], explaining, strict=True):
            each["code"] = script
        with complete_file(arguments.json) as draft:
            draft.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    if drawn is not None:
        write_figure(arguments.figure, drawn)
    print(text)
    if arguments.curve:
        _write_curve(found, arguments.curve)


def _about_jpegs(befores: list[str], stored: "list[Stored | None]") -> "Iterator[str]":
    """What is to be said of JPEG files, before, and after where no filter makes their numbers."""
    from handconv.pictures.jpeg import decoder_of
    from handconv.pictures.jpeg_twice import quality_before

    decoders = {decoder for name in befores if (decoder := decoder_of(name))}
    if decoders:
        yield (
            f"The before picture is a JPEG. Its pixels are those that {decoders.pop()} makes of "
            f"it; a program with another decoder filtered others, by a level or two."
        )
    qualities = [quality for each in stored if each and (quality := quality_before(each))]
    if qualities:
        yield (
            f"The after picture was compressed twice, first at a quality of about "
            f"{min(qualities)}: what that took away stands nowhere in the file."
        )


def _look(arguments: argparse.Namespace) -> None:
    """Find a colour table, write it, and say what is known of it."""
    from handconv.pictures import read_picture
    from learned.recovery.looks import find_look
    from learned.recovery.looks.check import check, sentence
    from learned.recovery.looks.colours import check_pairs
    from learned.recovery.looks.cube_file import cube_name
    from learned.recovery.looks.words import sentences

    befores, afters, other = (
        [read_picture(name) for name in names]
        for names in (arguments.before, arguments.after, arguments.apply or [])
    )
    cube_name(arguments.lut)
    if other:
        check_pairs(other[:1], other[1:])
    look = find_look(befores, afters, arguments.lut_size or LUT_SIZES[1], _progress)
    _progress("")
    lines = sentences(look)
    if other:
        lines += ["", "On the other pair:", *map(sentence, check(look, *other))]
    if arguments.figure:
        from learned.recovery.looks.figure import figure

        write_figure(arguments.figure, figure(look, befores[0], afters[0]))
    look.write(arguments.lut)
    print("\n".join(lines))


def _lut_file(name: str) -> Path:
    if Path(name).suffix.lower() != ".cube":
        raise argparse.ArgumentTypeError(f"{name} must end in .cube")
    return Path(name)


def _curve_file(name: str) -> Path:
    if Path(name).suffix not in (".csv", ".cube"):
        raise argparse.ArgumentTypeError(f"{name} must end in .csv or .cube")
    return Path(name)


def _write_curve(found: "Recovery", path: Path) -> None:
    """The first curve among the explanations, if there is one."""
    from learned.recovery.explanations.curve_files import write_curve

    curve = next((each for each in found.explanations if each.kind == "curve"), None)
    if curve is None:
        print(f"{path} is not written: no curve was found.", file=sys.stderr)
    else:
        write_curve(curve, path)


def _progress(step: str) -> None:
    """The step that is being done, on one line of a terminal that the next one overwrites."""
    if sys.stderr.isatty():
        print(f"\r\033[K{step}", end=" …" if step else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
