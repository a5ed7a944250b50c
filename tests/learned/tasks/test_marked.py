"""Marked shapes: against ridge regression by NumPy, and as a user runs them."""

import json

import cv2
import numpy as np
import pytest
from inside import run_here
from running import ROOT
from safetensors.numpy import load_file

from learned.tasks import detection
from learned.tasks.marked import MarkedConfig, learn_shape, normalise, peaks_at, respond
from learned.tasks.scratches import scratched

SHAPE = np.kron(np.array([[1, 1, 1], [1, -1, -1], [1, -1, -1]]), np.ones((3, 3)))  # shows a flip
POINTS = [[12, 15], [40, 30], [25, 60]]


def picture(points, seed, turned=()):
    """A noisy picture with the shape at the points, and turned by 180° where it does not count."""
    canvas = np.random.default_rng(seed).normal(120, 12, (56, 80))
    for row, column in points:
        canvas[row - 4 : row + 5, column - 4 : column + 5] += 50 * SHAPE
    for row, column in turned:
        canvas[row - 4 : row + 5, column - 4 : column + 5] += 50 * SHAPE[::-1, ::-1]
    return canvas.clip(0, 255).round()


def config(**changes):
    example = {"photo": "a.png", "points": POINTS}
    fixed = {"task": "marked", "marked": [example], "held_out": [example], "size": 11}
    return MarkedConfig.model_validate(fixed | changes)


@pytest.mark.parametrize("normalised", [True, False])
def test_the_filter_is_ridge_regression_by_numpy(normalised):
    photo, points = picture(POINTS, 1), np.array(POINTS, float)
    learned = learn_shape([(photo, points)], config(normalised=normalised, ridge=0.1))
    seen = normalise(photo, 11) if normalised else photo - photo.mean()
    padded = np.pad(seen, 5, mode="symmetric")
    patches = np.lib.stride_tricks.sliding_window_view(padded, (11, 11)).reshape(-1, 121)
    gram = patches.T @ patches
    gram += 0.1 * np.trace(gram) / 121 * np.eye(121)
    taps = np.linalg.solve(gram, patches.T @ peaks_at(points, photo.shape, 3.0).ravel())
    np.testing.assert_allclose(learned.ravel(), taps, atol=1e-10)


def test_it_finds_the_shape_where_it_is_and_not_turned():
    turned = [[25, 40], [44, 65]]
    learned = learn_shape([(picture(POINTS, 2, turned), np.array(POINTS, float))], config(peak=1.0))
    places = {(14, 20), (35, 50), (20, 70)}
    response = respond(picture(places, 3, [[40, 15], [12, 45]]), learned, True)
    hits = detection.peaks(response, 5)[:3]
    assert {(hit.row, hit.column) for hit in hits} == places


def test_a_point_is_found_once_and_only_nearby():
    hits = [detection.Hit(0.9, 10, 10), detection.Hit(0.8, 11, 10), detection.Hit(0.7, 30, 30)]
    right = detection.right_hits(hits, np.array([[10.0, 12.0], [50.0, 50.0]]), 3)
    assert right.tolist() == [True, False, False]
    assert detection.average_precision(right, 2) == 0.5


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("marked")
    places = [[14, 20], [35, 50], [20, 70]]
    cv2.imwrite(str(folder / "seen.png"), picture(POINTS, 4))
    cv2.imwrite(str(folder / "unseen.png"), picture(places, 5))
    mask = np.zeros((56, 80), np.uint8)
    cv2.imwrite(str(folder / "black.png"), mask)
    cv2.imwrite(str(folder / "small.png"), mask[:50] + 255)
    for row, column in POINTS:
        cv2.circle(mask, (column, row), 3, 255, -1)
    cv2.imwrite(str(folder / "mask.png"), mask)
    (folder / "marked.toml").write_text(
        'task = "marked"\nsize = 11\nwithin = 4\n'
        f'[[marked]]\nphoto = "seen.png"\npoints = {POINTS}\n'
        f'[[held_out]]\nphoto = "unseen.png"\npoints = {places}\n'
    )
    return folder


def test_a_run_is_written_whole(folder):
    done = run_here("train", "marked.toml", "--out", "run", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    metrics = json.loads((folder / "run" / "metrics.json").read_text())
    assert metrics["shapes"] == 3
    assert metrics["methods"]["learned"]["average_precision"] == 1
    assert cv2.imread(str(folder / "run" / "marked.png")).std() > 10
    assert run_here("train", "run/config.toml", "--out", "again", cwd=folder).returncode == 0


def test_scratches_are_where_they_are_said_to_be():
    photo = np.full((120, 90), 100.0)
    found, points = scratched(photo, 5, 20, np.random.default_rng(0))
    assert points.shape == (5, 2)
    apart = np.hypot(*(points[:, None] - points).transpose(2, 0, 1)) + 1000 * np.eye(5)
    assert apart.min() > 20
    for row, column in points.astype(int):
        assert found[row, column] > 115
        found[row - 12 : row + 13, max(0, column - 12) : column + 13] = 100
    np.testing.assert_array_equal(found, photo)  # nothing is drawn elsewhere
    with pytest.raises(ValueError, match="200 scratches do not fit"):
        scratched(photo, 200, 20, np.random.default_rng(0))


@pytest.mark.slow
def test_scratches_are_found_better_than_by_template_matching(tmp_path):
    done = run_here("train", ROOT / "configs/scratches.toml", "--out", "run", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["shapes"] == 60
    learned, *others = (each["average_precision"] for each in metrics["methods"].values())
    assert learned > max(others)


def test_a_mask_says_what_its_points_say(folder):
    masked = 'marked=[{photo="seen.png", mask="mask.png"}]'
    for out, more in (("by_points", ()), ("by_mask", (masked,))):
        assert run_here("train", "marked.toml", *more, "--out", out, cwd=folder).returncode == 0
    one, two = (load_file(folder / out / "kernels.safetensors") for out in ("by_points", "by_mask"))
    np.testing.assert_allclose(one["learned/shape"], two["learned/shape"], atol=1e-12)


EXAMPLE = '{photo="seen.png", points=[[1, 1]]'


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (f"marked=[{EXAMPLE}, colums=[0, 9]}}]", "Did you mean columns?"),
        ('marked=[{photo="seen.png", points=[]}]', "one of the three"),
        ('marked=[{photo="none.png", points=[[1, 1]]}]', "none.png"),
        ('marked=[{photo="seen.png", points=[[56, 1]]}]', "point [56, 1] lies outside"),
        (f"marked=[{EXAMPLE}, columns=[0, 99]}}]", "do not lie in seen.png"),
        ('marked=[{photo="seen.png", points=[[9, 9]], scratches=2}]', "one of the three"),
        ('marked=[{photo="seen.png", mask="black.png"}]', "black throughout"),
        ('marked=[{photo="seen.png", mask="small.png"}]', "Draw it over the photo"),
        ('marked=[{photo="seen.png", mask="none.png"}]', "none.png"),
        ('marked=[{photo="seen.png", mask="mask.png", columns=[64, 80]}]', "marks nothing"),
        ("size=57", "fewer than the 57"),
        ("size=10", "has no centre pixel"),
    ],
)
def test_bad_input_is_a_line_for_each_mistake(folder, change, says):
    done = run_here("train", "marked.toml", change, "--out", "none", cwd=folder)
    assert done.returncode == 2
    assert says in done.stderr
    assert all(line.startswith("error: ") for line in done.stderr.splitlines())
    assert not (folder / "none").exists()


def test_find_applies_what_was_learned(folder):
    assert run_here("train", "marked.toml", "--out", "found", cwd=folder).returncode == 0
    more = ["--points", "hits.csv", "--figure", "hits.png"]
    done = run_here("find", "found", "unseen.png", *more, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    rows = np.loadtxt(folder / "hits.csv", delimiter=",", skiprows=1)
    for place in ([14, 20], [35, 50], [20, 70]):
        assert np.hypot(*(rows[:3, :2] - place).T).min() <= 1
    assert (np.diff(rows[:, 2]) <= 0).all()
    assert cv2.imread(str(folder / "hits.png")).std() > 10
    for run, photo, says in (
        ("none", "unseen.png", "none/config.toml"),
        ("found", "x.png", "x.png"),
    ):
        done = run_here("find", run, photo, "--points", "bad.csv", cwd=folder)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert says in done.stderr
    (folder / "found" / "kernels.safetensors").write_bytes(b"x")
    done = run_here("find", "found", "unseen.png", "--points", "bad.csv", cwd=folder)
    assert (done.returncode, "is damaged" in done.stderr) == (2, True)
    assert not (folder / "bad.csv").exists()
