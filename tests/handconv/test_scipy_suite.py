"""SciPy's own tests of correlate and convolve, run on handconv.

Left out, because handconv does not offer it:

* complex numbers: filter the two parts one by one;
* a constant border other than zero, and another border for each axis;
* more than two axes, or a choice of axes (`axes=`), with the tests that are named after them;
* an empty image, which handconv refuses, as there is nothing to filter;
* the wording of SciPy's error for an `origin` of the wrong length (`mismatch`).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from running import ROOT

REASONS = [
    "complex numbers",
    "a constant border other than zero",
    "another border for each axis",
    "an empty image, which handconv refuses",
]


def test_scipys_own_tests_pass_on_handconv(tmp_path: Path) -> None:
    help_folder = ROOT / "tests" / "help"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(tmp_path), "-q", "-rs"]
        + ["-p", "handconv_for_scipy", "-p", "no:cacheprovider", "-W", "default"]
        + ["-k", "(correlate or convolve) and not axes and not mismatch"]
        + ["--pyargs", "scipy.ndimage.tests.test_filters"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(help_folder)])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    passed = re.search(r"(\d+) passed", run.stdout)
    assert passed
    assert int(passed[1]) > 700
    skipped = re.findall(r"^SKIPPED \[\d+\] .*?: (.*)$", run.stdout, re.MULTILINE)
    assert set(skipped) <= set(REASONS)
