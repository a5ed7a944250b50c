"""What all scripts share: errors as one line and an exit status, arguments, figures on disk."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from handconv.commands import as_called
from handconv.consoles import print_plainly
from handconv.files import complete_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BAD_INPUT = 2
INTERRUPTED = 130  # 128 + SIGINT, what a shell reports
PIPE_CLOSED = 141  # 128 + SIGPIPE


class Mistakes(ValueError):
    """Several mistakes at once, one line each: ``Mistakes("a.toml: …", "a.toml: …")``."""

    def __str__(self) -> str:
        return "\n".join(self.args)


@contextmanager
def errors_end_with_status_2() -> Iterator[None]:
    """Turn what a person can fix into one line on stderr; also a decorator for ``main``.

    ``ValueError``, ``OSError`` and ``MemoryError`` end the program with ``error: …`` and status 2;
    Ctrl-C with status 130; a reader that closed the pipe (``… | head``) with status 141 and no
    words. Any other exception is a mistake of ours and keeps its traceback.

    >>> @errors_end_with_status_2()
    ... def main() -> None:
    ...     print("all is well")
    >>> main()
    all is well

    Consoles that cannot show × or – get x and -.
    """
    print_plainly()
    try:
        yield
        sys.stdout.flush()  # here, where a closed pipe is caught, not at the interpreter's exit
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(PIPE_CLOSED) from None
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    except (ValueError, OSError) as error:
        for line in error.args if isinstance(error, Mistakes) else [one_line(error)]:
            print(f"error: {as_called(line)}", file=sys.stderr)
        raise SystemExit(BAD_INPUT) from None
    except MemoryError as error:
        print(f"error: not enough memory. {one_line(error)}".rstrip(), file=sys.stderr)
        raise SystemExit(BAD_INPUT) from None


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line too; keeps line breaks in its texts.

    It knows under what name the program was called, and completes words for a shell that asks.
    """

    def __init__(self, description: str | None, examples: str) -> None:
        super().__init__(
            description=description,
            epilog=f"examples:\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message}. Run it with --help.")

    def format_help(self) -> str:
        return as_called(super().format_help())

    def parse_args(self, *arguments: Any, **options: Any) -> Any:
        complete(self)
        return super().parse_args(*arguments, **options)

    def parse_intermixed_args(self, *arguments: Any, **options: Any) -> Any:
        complete(self)
        return super().parse_intermixed_args(*arguments, **options)


def complete(parser: argparse.ArgumentParser) -> None:
    """Where a shell asks for completions, print them and end the program; else nothing."""
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete  # an extra, which that shell has

        argcomplete.autocomplete(parser)


def choices(argument: argparse.Action, known: Iterable[str]) -> argparse.Action:
    """The argument, with words that a shell offers for it; others may be given as well."""
    names = list(known)
    argument.completer = lambda **_: names  # type: ignore[attr-defined]
    return argument


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add a run folder, ``run``, and the names of some of its kernels, ``kernel``, or None."""
    parser.add_argument("run", type=Path, help="a run folder that scripts/train.py wrote")
    parser.add_argument(
        "--kernel", action="append", metavar="NAME", help="only this one; may be given again"
    )


def add_dark(parser: argparse.ArgumentParser) -> None:
    """Add ``--dark``: figures are then drawn in light colours on black, from the parsing on."""
    parser.add_argument("--dark", action=_Dark, nargs=0, help="figures on a black background")


class _Dark(argparse.Action):
    def __call__(self, *_: object) -> None:
        from matplotlib import style  # here: not for --help

        style.use("dark_background")


def figure_file(name: str) -> Path:
    """Where to draw a figure, as the ``type`` of an argument: checked before any work is done.

    Raises `argparse.ArgumentTypeError` where the name does not end in a format of matplotlib.
    """
    from matplotlib.backend_bases import FigureCanvasBase  # here: not for --help

    if Path(name).suffix[1:].lower() not in FigureCanvasBase.get_supported_filetypes():
        raise argparse.ArgumentTypeError(
            f"{name} must end in .png, .pdf, .svg or another format of matplotlib"
        )
    return Path(name)


def write_figure(path: Path, figure: "Figure") -> None:
    """Draw a figure to ``path``, whole or not at all; makes the folder where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with complete_file(path) as draft:
        figure.savefig(draft)


def one_line(error: Exception) -> str:
    """The message on one line; an ``OSError`` as 'FILE: what is wrong', without its number."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return " ".join(str(error).split())
