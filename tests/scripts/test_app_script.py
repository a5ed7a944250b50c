"""What keeps the page from being served is one line and status 2."""

import subprocess
import sys
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "scripts/app.py"
WITHOUT_GRADIO = f"""\
import runpy, sys
sys.modules["gradio"], sys.argv = None, ["app.py", "--no-browser"]
runpy.run_path({str(APP)!r}, run_name="__main__")
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([str(APP), "--no-browser", "--port", "65536"], "the port 65536 is not one from 0 to 65535."),
        ([str(APP), "--no-browser", "--port", "-1"], "the port -1 is not one from 0 to 65535."),
        (["-c", WITHOUT_GRADIO], 'Gradio is not installed. Run: pip install ".[app]"'),
    ],
)  # fmt: skip
def test_it_is_one_line(arguments, said):
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (2, f"error: {said}\n")
