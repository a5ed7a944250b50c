"""The measured table: every row against the library itself, and the page that shows it."""

import json
import os
import re
import subprocess
import sys
import warnings
from dataclasses import replace
from importlib.metadata import PackageNotFoundError

import cv2
import numpy as np
import pytest
from running import ROOT, run_script
from scipy import ndimage

from handconv import correlate, correlate_loop
from learned.compare import ORIENTATIONS
from learned.libraries import blackboxes
from learned.libraries import table as report
from learned.libraries.blackboxes import LIBRARIES
from learned.libraries.drawings import plot_impulses, plot_learned
from learned.libraries.flip import learn_from
from learned.libraries.probe import probe

PAGE = ROOT / "docs" / "conventions.md"
BY_NAME = {library.name: library for library in LIBRARIES}
THERE, MISSING = report.installed()
NEEDED = [name for name in BY_NAME if name not in ("kornia.filters.filter2d", "jax.lax.conv", "keras.ops.conv")]  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    return {library.name: probe(library) for library in THERE}


def _row(rows, name):
    if name not in rows and name not in NEEDED:
        pytest.skip(f"not installed: pip install {BY_NAME[name].install}")
    return rows[name]


def _kernel(takes, rng):
    """Not square, not symmetric, exact in float32, and so small that no output leaves 0 … 255."""
    kernel = rng.permutation(np.arange(1.0, 16.0)).reshape(3, 5) / 128
    if takes == "separable":
        return np.outer([1.0, 3, 2], [2, 1, 4, 3, 1]) / 128
    if takes == "5 × 5":
        return np.pad(kernel, ((1, 1), (0, 0)))
    return kernel[:1] if takes == "row" else kernel


def _expected(row, image, kernel):
    """By the plain loop, with the border of the row; the rim as it was where that is copied."""
    turned = ORIENTATIONS[row.orientation](kernel)
    if row.border:
        return correlate_loop(image, turned, row.border[0])
    expected, (rows, columns) = image.astype(np.float64), (side // 2 for side in kernel.shape)
    inside = np.s_[rows:-rows, columns:-columns]
    expected[inside] = correlate_loop(image, turned)[inside]
    return expected


@pytest.mark.parametrize("name", BY_NAME)
def test_a_row_foretells_what_the_library_does(name, rows):
    row, library = _row(rows, name), BY_NAME[name]
    rng = np.random.default_rng(7)
    image = 16.0 * rng.integers(0, 16, (14, 19))
    if library.takes == "none":
        expected = correlate(image, row.recovered, row.border[0])
        np.testing.assert_allclose(library.same(image, row.given), expected, atol=1e-4)
        return
    kernel = 8 * _kernel(library.takes, rng)  # sixteenths: Pillow, too, has nothing to round
    found = library.same(image, kernel)
    expected = _expected(row, image, kernel).clip(0, 255 if found.dtype == np.uint8 else None)
    np.testing.assert_allclose(found, expected, atol=1e-4 if found.dtype == np.float32 else 1e-9)


@pytest.mark.parametrize("name", BY_NAME)
def test_the_size_is_that_of_the_plain_call(name, rows):
    row, library = _row(rows, name), BY_NAME[name]
    kernel = _kernel(library.takes, np.random.default_rng(0))
    change = {"same": 0, "full": 1, "valid": -1}[row.size]
    rim = np.array(kernel.shape if library.takes != "none" else (1, 1)) - 1
    found = (library.bare or library.same)(np.ones((14, 19)), kernel)
    assert found.shape == tuple(np.array([14, 19]) + change * rim)


@pytest.mark.parametrize("name", BY_NAME)
def test_an_even_side_lies_where_the_row_says(name, rows):
    row, library = _row(rows, name), BY_NAME[name]
    image, kernel = np.random.default_rng(0).normal(size=(12, 13)), np.array([[1.0, 2, 4, 8]])
    if library.takes == "none":
        assert row.middle == "none"
        return
    if library.takes not in ("row", "5 × 5"):
        kernel = np.outer([1.0, 3], kernel[0])
    if row.middle == "none":
        with pytest.raises(Exception):  # noqa: B017, PT011 (every library has its own)
            library.same(image, kernel)
        return
    place = [(n - 1) // 2 if row.middle == "before" else n // 2 for n in kernel.shape]
    turned = ORIENTATIONS[row.orientation](kernel)
    if row.orientation == "rotated 180":
        place = [n - 1 - p for n, p in zip(kernel.shape, place, strict=True)]
    expected = correlate(image, turned, row.border[0], tuple(place))
    np.testing.assert_allclose(library.same(image, kernel), expected, atol=1e-4)


@pytest.mark.parametrize("name", BY_NAME)
def test_uint8_images_come_out_as_the_row_says(name, rows):
    row, library = _row(rows, name), BY_NAME[name]
    rng = np.random.default_rng(5)
    image, kernel = rng.integers(0, 256, (30, 31), np.uint8), _kernel(library.takes, rng)
    kernel = np.round(kernel * 128) / 64 if library.takes != "none" else kernel  # sums past 255
    if not row.uint8.dtype:
        with pytest.raises(Exception):  # noqa: B017, PT011
            library.same(image, kernel)
        return
    found = library.same(image, kernel)
    assert found.dtype == row.uint8.dtype
    if library.takes == "none":
        exact = library.same(image.astype(np.float64), kernel)
    else:
        exact = _expected(row, image, kernel)
    if found.dtype.kind == "f":
        np.testing.assert_allclose(found, exact * row.uint8.scale, rtol=1e-4)
        return
    whole = {"cuts off": np.floor, "halves up": lambda x: np.floor(x + 0.5)}.get(
        row.uint8.rounding, np.rint
    )(exact)
    if row.uint8.overflow == "wraps":
        assert whole.max() > 256
        whole = whole % 256
    np.testing.assert_array_equal(found, whole.clip(0, 255))


@pytest.mark.parametrize("name", BY_NAME)
def test_a_vector_is_taken_as_the_row_says(name, rows):
    row, library = _row(rows, name), BY_NAME[name]
    image, vector = np.random.default_rng(0).integers(0, 9, (12, 13)) / 1.0, np.array([1.0, 2, 4])
    if library.takes == "none":
        return
    if not row.one_row:
        with pytest.raises(Exception):  # noqa: B017, PT011
            library.same(image, vector)
        return
    kernel = ORIENTATIONS[row.orientation](vector[None])
    kernel = kernel if row.one_row == "row" else kernel.T
    np.testing.assert_allclose(library.same(image, vector), correlate(image, kernel, row.border[0]))


@pytest.mark.parametrize("name", [name for name, each in BY_NAME.items() if each.takes != "none"])
def test_a_network_learns_the_kernel_the_librarys_way_round(name, rows):
    row = _row(rows, name)
    found = learn_from(BY_NAME[name])
    expected = ORIENTATIONS[row.orientation](found.given)
    np.testing.assert_allclose(found.kernel, expected, atol=1e-9)
    assert found.orientation == row.orientation
    assert found.error < 1e-9


def test_some_rows_by_name(rows):
    """What everybody should know by heart, so that no common mistake slips through all the rest."""
    words = {name: dict(zip(report.HEADER, report.cells(row), strict=True)) for name, row in rows.items()}  # fmt: skip
    assert words["cv2.filter2D"]["border"] == "reflect_101"
    assert words["cv2.filter2D"]["kernel is laid"] == "as defined"
    assert words["scipy.ndimage.convolve"]["kernel is laid"] == "rotated 180"
    assert words["scipy.ndimage.correlate"]["border"] == "reflect"
    assert words["scipy.ndimage.correlate"]["uint8 image"] == "cuts off, wraps"
    assert words["PIL.ImageFilter.Kernel"]["kernel is laid"] == "flipped top-bottom"
    assert words["PIL.ImageFilter.Kernel"]["border"] == "copies its rim"
    assert words["torch.conv2d"]["output"] == "valid"
    assert words["numpy.convolve"]["output"] == "full"


def test_what_convert_relies_on_is_what_was_measured(rows):
    found = [learn_from(library) for library in THERE if library.takes != "none"]
    assert report.contradictions(list(rows.values()), found) == []
    wrong = replace(rows["cv2.filter2D"], orientation="rotated 180")
    assert report.contradictions([wrong], []) == [
        "cv2.filter2D: orientation is 'rotated 180', but handconv.conventions says 'as defined'."
    ]


def test_without_optional_libraries_the_table_says_what_to_install(rows):
    few = [row for name, row in rows.items() if name in NEEDED]
    missing = [library for library in LIBRARIES if library.name not in NEEDED]
    text = report.as_text(few, missing)
    assert "not installed: kornia.filters.filter2d, jax.lax.conv, keras.ops.conv" in text
    assert "pip install kornia jax keras" in text
    assert text.index("cv2.filter2D") < text.index("documented only") < text.index("matlab.conv2")
    saved = json.loads(json.dumps(report.as_json(few, missing), allow_nan=False))
    assert list(saved["measured"]) == [row.name for row in few]
    assert saved["measured"]["cv2.filter2D"]["border"] == ["reflect_101"]
    assert saved["missing"]["kornia.filters.filter2d"] == "kornia"
    assert saved["documented"]["matlab.conv2"]["source"].startswith("https://")


def _without(text, names):
    """The page without the rows of libraries that are missing here, and without the versions."""
    lines = text.splitlines()
    kept = [line for line in lines if not line.startswith(tuple(f"| `{name}` |" for name in names))]
    return [line for line in kept if not line.startswith(report.VERSIONS)]


def test_the_page_is_not_stale(rows):
    absent = [library.name for library in MISSING if library.name not in NEEDED]
    renewed = report.rewritten(PAGE, list(rows.values()))
    message = "run python scripts/check_flip.py --table --markdown docs/conventions.md"
    assert _without(renewed, absent) == _without(PAGE.read_text(encoding="utf-8"), absent), message


def test_the_page_shows_every_library_once(rows):
    table = PAGE.read_text(encoding="utf-8").split(report.BEGIN)[1].split(report.END)[0]
    assert re.findall(r"^\| `([\w.]+)` \|", table, re.MULTILINE) == list(BY_NAME)


def test_a_page_without_its_marks_is_refused(tmp_path, rows):
    page = tmp_path / "page.md"
    page.write_text("# Nothing here\n")
    with pytest.raises(ValueError, match=r"page.md lacks the lines <!-- measured: begin -->"):
        report.rewritten(page, list(rows.values()))


def test_links_and_pictures_of_the_page_are_there():
    text = PAGE.read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\((.+?)\)", text)
    assert len(pictures) == 2
    for picture in pictures:
        assert cv2.imread(str(PAGE.parent / picture)) is not None
        assert (PAGE.parent / picture).stat().st_size < 150_000


def test_the_code_and_numbers_on_the_page_hold():
    text = PAGE.read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(example, {})
    pixels, kernel = np.arange(10.0, 91.0, 10).reshape(3, 3), np.arange(1.0, 10.0).reshape(3, 3)
    assert f"**{ndimage.correlate(pixels, kernel)[1, 1]:.0f}**" in text
    assert f"**{ndimage.convolve(pixels, kernel)[1, 1]:.0f}**" in text


def test_the_surprises_on_the_page_are_true():
    from skimage.filters import gaussian

    image = np.full((9, 9), 200, np.uint8)
    assert gaussian(image, 1.0).max() == pytest.approx(200 / 255)
    assert gaussian(image, 1.0, preserve_range=True).max() == pytest.approx(200)
    assert (ndimage.correlate(image, np.array([[2.0]])) == 144).all()
    assert (ndimage.correlate(image, np.array([[2.0]]), output=float) == 400).all()
    impulse = np.zeros((9, 9))
    impulse[4, 4] = 1
    blurred = cv2.GaussianBlur(impulse, (3, 5), 1)  # 3 across, 5 down
    assert np.ptp(np.argwhere(blurred), axis=0).tolist() == [4, 2]


def test_keras_pads_symmetric_on_torch_by_replicating():
    pytest.importorskip("keras")
    from keras import backend, ops

    if backend.backend() != "torch":
        pytest.skip("keras runs on another backend")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        padded = ops.convert_to_numpy(ops.pad(np.array([[1.0, 2, 3, 4]]), ((0, 0), (2, 2)), "symmetric"))  # fmt: skip
    assert padded.tolist() == [[1, 1, 1, 2, 3, 4, 4, 4]]


def test_the_figures_have_a_panel_for_each(rows):
    impulses = plot_impulses(list(rows.values()))
    titles = [axis.get_title() for axis in impulses.axes]
    assert all(any(title.startswith(name) for title in titles) for name in rows)
    found = [learn_from(BY_NAME[name]) for name in ("cv2.filter2D", "PIL.ImageFilter.Kernel")]
    assert len([a for a in plot_learned(found).axes if a.get_title()]) == 1 + len(found)


@pytest.mark.slow
def test_the_script_measures_and_writes(tmp_path, monkeypatch):
    """With kornia hidden, as on a machine that never had it."""
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "kornia.py").write_text("raise ImportError")
    path = os.pathsep.join(filter(None, [str(tmp_path / "hidden"), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    done = run_script("check_flip", "--table", "--json", "table.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "learned from true" not in done.stdout
    assert "pip install" in done.stdout
    assert "kornia" in done.stdout
    table = json.loads((tmp_path / "table.json").read_text())
    assert table["measured"]["cv2.filter2D"]["border"] == ["reflect_101"]
    assert table["missing"]["kornia.filters.filter2d"] == "kornia"
    assert table["documented"]["matlab.conv2"]["source"].startswith("https://")
    for name in ("conventions.png", "conventions_learned.png"):
        assert cv2.imread(str(tmp_path / "runs" / name)) is not None
    page = tmp_path / "page.md"
    page.write_text(report.BEGIN + report.END)
    done = run_script("check_flip", "--table", "--markdown", page, cwd=tmp_path)
    assert done.returncode == 2
    assert "kornia" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert page.read_text() == report.BEGIN + report.END


def test_help_does_not_wait_for_torch():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", str(ROOT / "scripts" / "check_flip.py"), "--help"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "--table" in done.stdout
    assert "torch" not in done.stderr


def test_what_lies_there_without_having_been_installed_counts(monkeypatch):
    """As a checkout on PYTHONPATH, or cv2 from opencv-python-headless."""

    def version(package):
        raise PackageNotFoundError(package)

    monkeypatch.setattr(blackboxes, "version", version)
    assert BY_NAME["handconv.correlate"].version() == "not installed, but there"
    assert BY_NAME["cv2.filter2D"].version() == cv2.__version__
