"""Learn the filters of a config from photos, and write a run folder with figures and numbers."""

from pathlib import Path

from handconv.commandline import Parser, errors_end_with_status_2

EXAMPLES = """\
  python scripts/train.py configs/bank.toml
  python scripts/train.py configs/bank.toml 'photos=["skimage:coins"]' --out runs/coins
  python scripts/train.py configs/adam.toml train.steps=200 train.lr=0.1

Any key of the config can be overridden as key=value, in TOML syntax. The run folder holds
kernels.png, convergence.png, outputs.png, metrics.json, kernels.safetensors, history.jsonl and
config.toml.
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    parser.add_argument("config", help="a TOML file, as in configs/")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="replaces a config key")
    parser.add_argument("--out", metavar="DIR", help="the run folder (default: runs/NAME)")
    arguments = parser.parse_intermixed_args()

    from learned.config import load_config  # torch takes seconds to import: not for --help

    config = load_config(arguments.config, arguments.overrides)
    out = Path(arguments.out or f"runs/{config.name}")

    from learned.experiment import run_experiment

    run = run_experiment(config, out)
    width = max(len(name) for name in run.names)
    print(f"{'kernel':<{width}}  relative error  orientation   steps  seconds")
    for name, entry in run.metrics["kernels"].items():
        print(
            f"{name:<{width}}  {entry['relative_error']:14.1e}  {entry['orientation']:<12} "
            f"{entry['steps']:6}  {entry['seconds']:7.3f}"
        )
    print(f"Wrote {out}: look at {out / 'kernels.png'} first.")


if __name__ == "__main__":
    main()
