"""Learn what a config asks for from photos, and write a run folder with figures and numbers."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handconv.cli import Parser, add_dark, choices, errors_end_with_status_2
from handconv.shipped import config_names

if TYPE_CHECKING:
    from learned.experiment.folder import Run

EXAMPLES = """\
  python scripts/train.py configs/bank.toml
  python scripts/train.py configs/bank.toml 'photos=["skimage:coins"]' --out runs/coins
  python scripts/train.py configs/adam.toml train.steps=200 train.lr=0.1
  python scripts/train.py configs/adam.toml train.checkpoint_every=100 --resume
  python scripts/train.py configs/adam.toml --sweep train.lr=0.001,0.01,0.1 --sweep seed=0,1,2
  python scripts/train.py configs/own_pair.toml before=a.png after=b.png
  python scripts/train.py configs/adam.toml train.lr=0.1 --show-config
  torchrun --nproc-per-node 2 scripts/train.py configs/bank.toml

Any key of the config can be overridden as key=value, in TOML syntax; docs/config.md lists them. The
run folder holds kernels.png, convergence.png, outputs.png, metrics.json, kernels.safetensors,
history.jsonl and config.toml. A config with a task, such as configs/inverse.toml, learns something
else than filters; see docs/learning_more.md.
"""


def _arguments() -> argparse.Namespace:
    parser = Parser(__doc__, EXAMPLES)
    named = parser.add_argument("config", help=f"a TOML file, or {', '.join(config_names())}")
    choices(named, config_names())
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="replaces a config key")
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="the run folder (default: runs/NAME, of a sweep runs/NAME_sweep)",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on from the checkpoint, where there is one"
    )
    parser.add_argument(
        "--sweep", action="append", default=[], metavar="key=a,b,…", help="try each of the values"
    )
    show = "print the config as it is with the overrides, and train nothing"
    parser.add_argument("--show-config", action="store_true", help=show)
    add_dark(parser)
    arguments: argparse.Namespace = parser.parse_intermixed_args()
    return arguments


@errors_end_with_status_2()
def main() -> None:
    arguments = _arguments()

    from learned.experiment.config import Config  # slow to import: not for --help
    from learned.tasks.run import load_any, run_task

    config = load_any(arguments.config, arguments.overrides)
    if arguments.show_config:
        print(config.to_toml(), end="")
        return
    sweep = "_sweep" if arguments.sweep else ""  # beside the run of that name
    out = Path(arguments.out or f"runs/{config.name}{sweep}")
    if not isinstance(config, Config):
        if arguments.resume or arguments.sweep:
            raise ValueError("--resume and --sweep are for configs of filters; leave them out.")
        outcome = run_task(config, out)
        print(outcome.report)
        print(f"Wrote {out}: look at {out / next(iter(outcome.figures))} first.")
        return

    from learned.train.parallel import rank, restarted

    resume = arguments.resume or restarted()
    if arguments.sweep:
        from learned.experiment.sweep import run_sweep, table

        results = run_sweep(
            arguments.config, arguments.overrides, arguments.sweep, out, resume, _log
        )
        if rank() == 0:
            print(table(results))
            print(f"Wrote {out}: look at {out / 'sweep.png'} first.")
        return

    from learned.experiment.run import run_experiment

    try:
        run = run_experiment(config, out, resume, _log)
    except KeyboardInterrupt:
        if rank() == 0:
            from learned.experiment.checkpoint import after_interruption

            print(after_interruption(out, config), file=sys.stderr)
        raise
    if rank() == 0:
        if run.folder != out:
            print(f"{out} could not be written any more: see below where it is.", file=sys.stderr)
        _report(run, run.folder or out)


def _log(name: str, entry: dict[str, Any]) -> None:
    """Where no terminal shows a bar, a line for each kernel as it is learned."""
    from learned.train.parallel import rank

    if rank() == 0 and not sys.stdout.isatty():
        print(f"{name}: {entry['steps']} steps, {entry['seconds']:.3f} s", flush=True)


def _report(run: "Run", out: Path) -> None:
    from handconv.words import table

    by_hand = run.by_hand
    lines = [
        (
            name,
            f"{entry['oriented_error']:.1e}",
            entry["orientation"],
            entry["steps"],
            f"{entry['seconds']:.3f}",
        )
        for name, entry in by_hand.metrics["kernels"].items()
    ]
    if lines:
        print(table(("kernel", "relative error", "orientation", "steps", "seconds"), lines))
    skipped, used = run.metrics["photos"]["skipped"], run.metrics["photos"]["used"]
    if skipped:
        print(f"Left out {len(skipped)} of {used + len(skipped)} photos:")
        print(*(f"  {problem}" for problem in list(skipped.values())[:10]), sep="\n")
        if len(skipped) > 10:
            print(f"  … all of them are listed in {out / 'metrics.json'}")
    first = "kernels.png"
    if run.config.pairs:
        from learned.experiment.own_figure import describe

        first = "own_pairs.png"
        print(*describe(run), sep="\n")
    if lines and run.config.train.finish != "none":
        from learned.experiment.sentences import finding

        first = "bounds.png"
        print(*(f"{name}: {finding(run, name)}." for name in by_hand.names), sep="\n")
    if run.config.race:
        from learned.experiment import race

        first = "race.png"
        print(race.table(race.read_race(out / "race.json")))
    print(f"Wrote {out}: look at {out / first} first.")


if __name__ == "__main__":
    main()
