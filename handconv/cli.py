"""What every script does about errors: one line on stderr and an exit status, never a traceback."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

BAD_INPUT = 2
INTERRUPTED = 130  # 128 + SIGINT, what a shell reports
PIPE_CLOSED = 141  # 128 + SIGPIPE


class Mistakes(ValueError):
    """Several mistakes at once, one line each: ``Mistakes("a.toml: …", "a.toml: …")``."""

    def __str__(self) -> str:
        return "\n".join(self.args)


@contextmanager
def errors_end_with_status_2() -> Iterator[None]:
    """Turn what a person can mend into one line on stderr; also a decorator for ``main``.

    ``ValueError`` and ``OSError`` end the program with ``error: …`` and status 2; Ctrl-C with
    status 130; a reader that closed the pipe (``… | head``) with status 141 and no words. Any
    other exception is a mistake of ours and keeps its traceback.

    >>> @errors_end_with_status_2()
    ... def main() -> None:
    ...     print("all is well")
    >>> main()
    all is well
    """
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
        for line in error.args if isinstance(error, Mistakes) else [_one_line(error)]:
            print(f"error: {line}", file=sys.stderr)
        raise SystemExit(BAD_INPUT) from None


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line too; keeps line breaks in its texts."""

    def __init__(self, description: str | None, examples: str) -> None:
        super().__init__(
            description=description,
            epilog=f"examples:\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message}. Run it with --help.")


def _one_line(error: Exception) -> str:
    """The message on one line; an ``OSError`` as 'FILE: what is wrong', without its number."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return " ".join(str(error).split())
