"""Scripts run as a user runs them, and what a run leaves."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run_script(name, *arguments, cwd, timeout=300):
    """Run scripts/NAME.py in the folder ``cwd``; gives the finished process, output as text."""
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / f"{name}.py"), *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )


def result(run):
    """All of a run that must not depend on how often it was cut off."""
    lines = map(json.loads, (run / "history.jsonl").read_text().splitlines())
    history = [{key: line[key] for key in line if key != "seconds"} for line in lines]
    return (run / "kernels.safetensors").read_bytes(), history


def assert_one_line(done, message, folder):
    """A script was given something wrong: it said so in one line, and left nothing."""
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(folder.iterdir())
