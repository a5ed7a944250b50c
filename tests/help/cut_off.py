"""Run an experiment, kill it at a random moment, go on from its checkpoint, and so on to the end.

    python tests/help/cut_off.py CONFIG OUT SEED [key=value …]

Every attempt is a real process, killed by SIGKILL, forked from this one to save the imports. The
disk seems slow to it, so that many of the kills fall while a checkpoint is written.
Prints how often it was killed.
"""

import io
import os
import random
import signal
import sys
import time
from pathlib import Path

import torchvision.transforms.v2  # noqa: F401  here, not in every attempt

from learned.experiment.config_file import load_config
from learned.experiment.run import run_experiment


class SlowFile(io.FileIO):
    def write(self, content) -> int:
        for start in range(0, len(content), 1000):
            super().write(content[start : start + 1000])
            time.sleep(0.001)
        return len(content)


def open_slowly(path, mode="r", **options):
    return SlowFile(path, mode) if mode == "wb" else open(path, mode, **options)


def main() -> None:
    config = load_config(sys.argv[1], sys.argv[4:])
    out, moments = Path(sys.argv[2]), random.Random(int(sys.argv[3]))
    kills, longest = 0, 0.5
    while True:
        child = os.fork()
        if child == 0:
            Path.open = open_slowly
            run_experiment(config, out, resume=True)
            os._exit(0)
        time.sleep(moments.uniform(0.1, longest))
        finished, status = os.waitpid(child, os.WNOHANG)
        if finished == 0:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        if status != signal.SIGKILL:
            print(kills)
            sys.exit(os.waitstatus_to_exitcode(status))
        kills += 1
        longest *= 1.2  # also a machine that is slow to start gets there in the end


if __name__ == "__main__":
    main()
