"""scripts/benchmark.py --steps, and the page that explains them."""

import ast
import json
import re
from pathlib import Path

import numpy as np
import pytest
from benchmarks import steps
from running import run_script
from scipy import ndimage

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", steps.STEPS)
def test_every_step_is_the_correlation(name):
    rng = np.random.default_rng(0)
    padded, kernel = (rng.normal(size=sides).astype(np.float32) for sides in ((26, 31), (5, 5)))
    expected = ndimage.correlate(padded.astype(np.float64), kernel.astype(np.float64))
    ours = np.full((22, 27), np.nan, np.float32)
    steps.STEPS[name](ours, padded, kernel)
    np.testing.assert_allclose(ours, expected[2:-2, 2:-2], rtol=0, atol=1e-5)


def test_they_are_timed_and_written(tmp_path, monkeypatch):
    small = steps.skimage_photo("camera")[:128, :128]
    monkeypatch.setattr(steps, "skimage_photo", lambda name: small)
    table = steps.benchmark(tmp_path / "out", rounds=1)
    written = json.loads((tmp_path / "out/benchmark.json").read_text())
    assert list(written["seconds"]) == [*steps.STEPS, "handconv.correlate"]
    assert written["seconds"]["1 the definition"] > 9 * written["seconds"]["6 two rows at a time"]
    assert "on all cores" in table
    assert (tmp_path / "out/benchmark.png").stat().st_size > 5000


def test_other_options_are_refused(tmp_path):
    done = run_script("benchmark", "--steps", "--threads", "2", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "error: --threads is not for --steps; leave it out.\n",
    )


def functions(source):
    """Those of a file by name, without docstrings and types."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
            if ast.get_docstring(node):
                node.body = node.body[1:]
            found[node.name] = ast.unparse(node)
    return found


def test_the_page_shows_the_code_that_is_timed():
    page = (ROOT / "docs/seven_steps.md").read_text()
    shown = functions("\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL)))
    timed = functions((ROOT / "scripts/benchmarks/steps.py").read_text())
    assert len(shown) == len(steps.STEPS) - 1  # the third is the first, compiled
    assert "compiled_loops = compiled(loops)" in page
    assert shown == {name: timed[name] for name in shown}
