"""The command ``handconv``, or ``python -m handconv``: ``handconv train`` runs scripts/train.py."""

import argparse
import os
import runpy
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from handconv.cli import Parser, choices, errors_end_with_status_2
from handconv.commands import COMMANDS, PROGRAM
from handconv.shipped import shipped
from handconv.words import did_you_mean

EXAMPLES = """\
  handconv train bank
  handconv train own_pair before=a.png after=b.png
  handconv recover before.png after.png --figure kernel.png
  handconv filter --image skimage:coffee --kernel sobel_x "gaussian(9, 2)"

Each command has a --help of its own, with examples. Completion in bash and zsh, after
pip install argcomplete: eval "$(register-python-argcomplete handconv)"
"""


def main() -> None:
    """Run the command that the first argument names, or say which there are."""
    name = _asked_for()
    if name in COMMANDS:
        _run(name)
    else:
        _explain()


def _asked_for() -> str:
    """The first argument; that of the line where a shell asks how it might go on."""
    if "_ARGCOMPLETE" not in os.environ:
        return sys.argv[1] if len(sys.argv) > 1 else ""
    words = f"{os.environ['COMP_LINE'][: int(os.environ['COMP_POINT'])]}|".split()
    if len(words) < 3 or words[1] not in COMMANDS:  # | marks the word that is being typed
        return ""
    os.environ["_ARGCOMPLETE"] = "2"  # the words before the arguments: handconv train
    return words[1]


def _run(name: str) -> None:
    """Run a script as `python scripts/NAME.py` would."""
    with errors_end_with_status_2():
        _check_learned()
    folder = shipped("scripts")
    sys.argv = [f"{PROGRAM} {name}", *sys.argv[2:]]
    sys.path.insert(0, str(folder))
    script = runpy.run_path(str(folder / f"{COMMANDS[name].script}.py"))
    script["main"]()


def _check_learned() -> None:
    """Raise ``ValueError`` where another program's package ``learned`` hides ours."""
    spec = find_spec("learned")
    ours = Path(__file__).parents[1] / "learned"
    if spec is None or spec.origin is None:
        raise ValueError(f"the package learned is missing at {ours}. Install {PROGRAM} again.")
    if Path(spec.origin).parent.resolve() != ours.resolve():
        raise ValueError(
            f"the package learned at {Path(spec.origin).parent} is not that of {PROGRAM}, but "
            f"hides it. Install {PROGRAM} in a virtual environment of its own."
        )


@errors_end_with_status_2()
def _explain() -> None:
    """Help, the version, or which command may have been meant."""
    lines = [f"  {name:10} {command.does}" for name, command in COMMANDS.items()]
    words = ["Image filters, written by hand and learned back.", "", "commands:", *lines]
    parser = Parser("\n".join(words), EXAMPLES)
    parser.prog = PROGRAM
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version(PROGRAM)}")
    choices(parser.add_argument("command", metavar="COMMAND", nargs="?"), COMMANDS)
    choices(parser.add_argument("rest", metavar="…", nargs=argparse.REMAINDER), ())
    command = parser.parse_args().command
    if command is None:
        print(parser.format_help())
        return
    raise ValueError(f"{command!r} is not a command. {did_you_mean(command, COMMANDS.keys())}")


if __name__ == "__main__":
    main()
