"""Compiled loops on disk: used again, renewed after an edit, and done without where need be.

Each test runs handconv in processes of its own, from a copy of the package.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import handconv
from handconv.engine import jit

FILTER = """
import numpy as np, handconv, sys
from handconv.engine import taps
image = np.arange(12, dtype=np.float32).reshape(3, 4)
print(handconv.correlate(image, [[0, 1], [1, 0]], anchor=(0, 0)).sum())
print(sum(taps.add_up.stats.cache_hits.values()), "from disk", file=sys.stderr)
"""
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a copy of handconv, not yet compiled."""
    source = Path(handconv.__file__).parent
    shutil.copytree(
        source, tmp_path / "handconv", ignore=shutil.ignore_patterns("__pycache__", "*.n??")
    )
    return tmp_path


def filtered(package: Path, **environment: str) -> tuple[float, str]:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", FILTER],
        env=ENVIRONMENT
        | {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"}
        | environment,
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return float(run.stdout), run.stderr.strip()


EXPECTED = 75.0 + 98.0  # the pixels to the right, and those below, with the last ones twice


def test_the_second_process_finds_it_on_disk(package: Path) -> None:
    assert filtered(package) == (EXPECTED, "0 from disk")
    assert filtered(package) == (EXPECTED, "1 from disk")


@pytest.mark.slow
def test_an_edit_in_another_file_is_noticed(package: Path) -> None:
    """`add_up` copies its tiles by a function in another file."""
    filtered(package)
    edited = package / "handconv" / "engine" / "copying.py"
    text = edited.read_text()
    assert "out[at + x] = source[place + x]" in text
    edited.write_text(text.replace("= source[place + x]", "= 2 * source[place + x]"))
    result, hits = filtered(package)
    assert result > EXPECTED
    assert hits == "0 from disk"


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "kept"), [("nbi", 0.9), ("nbc", 0.5)])
def test_a_file_cut_short_is_compiled_anew_and_replaced(
    package: Path, ending: str, kept: float
) -> None:
    filtered(package)
    files = list((package / "handconv" / "engine" / "__pycache__").glob(f"*.{ending}"))
    assert files
    for file in files:
        data = file.read_bytes()
        file.write_bytes(data[: int(kept * len(data))])
    assert filtered(package) == (EXPECTED, "0 from disk")
    assert filtered(package) == (EXPECTED, "1 from disk")


@pytest.mark.slow
def test_an_edit_beside_the_function_is_noticed(tmp_path: Path) -> None:
    """Of a compiled function in another folder, the files of that folder count."""
    (tmp_path / "helper.py").write_text(
        "from handconv.engine.jit import inner\n@inner\ndef two():\n    return 2\n"
    )
    (tmp_path / "mine.py").write_text(
        "from handconv.engine.jit import compiled_with\nimport helper\n"
        "@compiled_with(fastmath={'reassoc'})\ndef twice(x):\n    return helper.two() * x\n"
        "print(twice(4))\nprint(sum(twice.stats.cache_hits.values()))\n"
    )

    def said() -> list[str]:
        run = subprocess.run(
            [sys.executable, "mine.py"],
            env=ENVIRONMENT | {"PYTHONPATH": str(Path(handconv.__file__).parents[1])},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return run.stdout.split()

    assert [said(), said()] == [["8", "0"], ["8", "1"]]
    helper = tmp_path / "helper.py"
    helper.write_text(helper.read_text().replace("return 2", "return 33"))
    assert said() == ["132", "0"]


@pytest.mark.slow
def test_without_a_folder_to_write_to_it_works_from_memory(package: Path) -> None:
    blocked = package / "handconv" / "engine" / "__pycache__"
    blocked.touch()  # a file where the folder should be; root may write anywhere else
    nowhere = os.devnull + "/nowhere"
    for _ in range(2):
        result = filtered(package, HOME=nowhere, XDG_CACHE_HOME=nowhere)
        assert result == (EXPECTED, "0 from disk")


def test_a_full_disk_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    @jit.compiled
    def twice(x):
        return x + x

    monkeypatch.setattr(twice._cache._cache_file, "save", full)
    assert twice(np.int64(2)) == 4


BOUNDS = """
import numpy as np, handconv
from handconv.engine import dispatch as engine, plan, taps
engine.BYTES, engine.WORTH_A_THREAD, plan.WORTH_COMPILING = 1 << 10, 1e-3, 1
handconv.set_threads(2)
try:
    taps.add_dense(np.zeros(9), 3, np.arange(4), np.zeros((4, 4)), 3, 3, np.zeros(9), 0, 3)
except IndexError:
    print("bounds are checked")
random = np.random.default_rng(0)
kernels = [np.ones((4, 7)), random.normal(size=(7, 4)), np.eye(6), np.outer([1, 2, 3], [1, 3, 1.5])]
kernels += [random.normal(size=(1, 9)), np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])]
for shape in [(1, 1, 1, 1), (2, 1, 23, 3), (1, 23, 1, 1), (2, 31, 29, 3)]:
    image = random.normal(size=shape).astype(np.float32)
    for kernel in map(np.asarray, kernels):
        kernel = kernel.astype(float)
        for row, column in [(0, 0), (kernel.shape[0] - 1, kernel.shape[1] - 1)]:
            for border in handconv.BORDERS:
                job = plan.Job(image.shape, image.dtype, True)
                for one in plan.candidates(kernel, job):
                    run = engine.prepare(one, job, kernel, border, (row, column), image.dtype)
                    run(image, np.empty_like(image))
print("done")
"""


@pytest.mark.slow
def test_nothing_is_read_or_written_out_of_bounds(tmp_path: Path) -> None:
    """All methods, borders and corner anchors, compiled to check every index."""
    run = subprocess.run(
        [sys.executable, "-c", BOUNDS],
        env=ENVIRONMENT | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stdout.split("\n")[:2] == ["bounds are checked", "done"]
