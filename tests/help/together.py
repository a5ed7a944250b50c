"""Several experiments in one start of torchrun, which takes longer than they do.

    torchrun --nproc-per-node 2 tests/help/together.py CONFIG WAYS

WAYS is JSON: the name of a run folder -> overrides.
"""

import json
import sys
from pathlib import Path

import torch

from learned.experiment.config_file import load_config
from learned.experiment.run import run_experiment
from learned.train.parallel import joined

if __name__ == "__main__":
    with joined(torch.device("cpu")):
        for name, overrides in json.loads(sys.argv[2]).items():
            run_experiment(load_config(sys.argv[1], overrides), Path(name))
