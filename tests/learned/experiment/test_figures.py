"""What the figures of a run say, and that their words do not run into each other."""

from itertools import combinations

import numpy as np
import pytest
from inside import run_here
from matplotlib.backends.backend_agg import FigureCanvasAgg
from running import ROOT

from handconv.kernels import named
from learned.compare import compare
from learned.experiment.checkpoint import after_interruption
from learned.experiment.config import Config
from learned.experiment.figures import plot_bounds, plot_convergence, plot_kernels
from learned.experiment.folder import Run
from learned.experiment.race import Runner, plot_race
from learned.experiment.sentences import finding


def run_of(learned, config=None, **entries):
    """A run in which each kernel of the bank came out as ``learned`` says."""
    names = list(learned)
    kernels = {f"hand/{name}": named(name) for name in names}
    kernels |= {f"learned/{name}": kernel for name, kernel in learned.items()}
    metrics = {
        name: {
            **vars(compare(learned[name], named(name))),
            "seconds": 2.0,
            "feasible": True,
            "rational": None,
            "least_squares_error": 0.63,
            **entries,
        }
        for name in names
    }
    history = [
        {"kernel": name, "step": step, "seconds": 0.1 + step, "loss": 1.0, "kernel_error": 0.1}
        for name in names
        for step in range(3)
    ]
    return Run(config or Config(kernels=names), kernels, {"kernels": metrics}, history)


def texts(figure):
    """Every text that is shown, with its place on the paper in pixels."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    found = figure.findobj(lambda artist: hasattr(artist, "get_text") and artist.get_visible())
    return [
        (artist.get_text(), artist.get_window_extent(canvas.get_renderer()))
        for artist in found
        if artist.get_text().strip()
    ]


def overlapping(figure):
    within = figure.bbox
    return [
        (one, other)
        for (one, a), (other, b) in combinations(texts(figure), 2)
        if a.overlaps(b) and a.overlaps(within) and b.overlaps(within)
    ]


def test_a_kernel_that_came_back_turned_is_subtracted_turned():
    figure = plot_kernels(run_of({"sobel_x": named("sobel_x")[::-1, ::-1] + 1e-12}))
    words = [text for text, _ in texts(figure)]
    assert "rotated 180" in words
    assert "the same\nto 1e-12" in words


def test_a_kernel_that_was_not_learned_has_its_difference_written():
    learned = named("sobel_x") + np.arange(9).reshape(3, 3)
    words = [text for text, _ in texts(plot_kernels(run_of({"sobel_x": learned})))]
    assert "no match" in words
    assert "at most 8.0e+00" in words
    assert words.count("8") == 1


def test_taps_that_are_all_alike_are_said_in_words():
    words = [text for text, _ in texts(plot_kernels(run_of({"large_blur": named("large_blur")})))]
    assert words.count("441 × 1/441") == 2


@pytest.mark.parametrize(
    "names",
    [
        ["sobel_x"],
        ["gaussian(5, 1.0)", "sharpen", "gaussian(7, 1.2)", "laplacian"],
        ["gaussian(9, 2)", "small_blur", "gabor(11, 2, 30, 5, 1, 0)"],
    ],
)
def test_no_words_overlap_in_kernels(names):
    figure = plot_kernels(run_of({name: named(name) for name in names}))
    assert overlapping(figure) == []


def test_steps_are_whole_numbers_and_the_finish_is_drawn():
    config = Config(kernels=["sobel_x"], train={"finish": "chebyshev"})
    figure = plot_convergence(run_of({"sobel_x": named("sobel_x") + 1e-9}, config))
    FigureCanvasAgg(figure).draw()
    places = figure.axes[2].get_xticks()
    np.testing.assert_array_equal(places, np.rint(places))
    error, end = 1e-9 / 2, figure.axes[3].lines[-1]
    np.testing.assert_allclose([end.get_xdata()[0], end.get_ydata()[0]], [2.0, error], rtol=1e-6)


def test_the_finish_is_said_in_a_sentence():
    run = run_of(
        {"small_blur": named("small_blur")},
        rational={"numerator": [[1] * 7] * 7, "denominator": 49},
    )
    reach = np.linspace(1e-5, 2.1e-4, 49).reshape(7, 7)
    run.kernels["lower/small_blur"] = named("small_blur") - reach
    run.kernels["upper/small_blur"] = named("small_blur") + reach / 2
    assert finding(run, "small_blur") == (
        "1/49 each, every tap proven to within 3e-04; least squares is 63 % off"  # rounded up
    )


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ({}, "no simple fractions; least squares is 63 % off"),
        (
            {"rational": {"numerator": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "denominator": 1}},
            "whole numbers; least squares is 63 % off",
        ),
        (
            {"feasible": False, "violation": 3.14},
            "no kernel of this size meets the bounds: they are violated by 3.1 grey levels",
        ),
    ],
)
def test_what_the_finish_did_not_find_is_said_too(entries, expected):
    assert finding(run_of({"sobel_x": named("sobel_x")}, **entries), "sobel_x") == expected


def test_bounds_are_drawn_in_one_unit():
    run = run_of({"sobel_x": named("sobel_x") + 0.2, "sharpen": named("sharpen") + 0.2})
    for name in run.names:
        run.kernels[f"least_squares/{name}"] = named(name) + 0.4
    for axis, largest in zip(plot_bounds(run).axes, (2, 5), strict=True):
        plain, bounds = axis.lines
        np.testing.assert_allclose(plain.get_ydata(), 0.4 / largest)
        np.testing.assert_allclose(bounds.get_ydata(), 0.2 / largest)


def test_six_runners_are_told_apart_and_explained():
    labels = ["sgd", "adam", "lbfgs", "whitened sgd", "whitened adam", "newton"]
    points = [(0.1, 1.0), (1.0, 1e-3)]
    figure = plot_race([Runner("sobel_x", label, points) for label in labels])
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == len(points)]
    looks = {(line.get_color(), line.get_marker()) for line in lines if line.get_marker() != "None"}
    assert len(looks) == len({colour for colour, _ in looks}) == len(labels)
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert [text.partition(":")[0] for text in legend] == labels
    FigureCanvasAgg(figure).draw()
    box = figure.legends[0].get_window_extent()
    assert figure.bbox.x0 <= box.x0 <= box.x1 <= figure.bbox.x1


def test_ctrl_c_says_what_is_kept_and_how_to_keep_it(tmp_path, monkeypatch):
    plain = Config(kernels=["sobel_x"])
    every = Config(kernels=["sobel_x"], train={"checkpoint_every": 7})
    assert "train.checkpoint_every=100" in after_interruption(tmp_path / "run", plain)
    assert "after 7 steps" in after_interruption(tmp_path / "run", every)
    (tmp_path / "run.checkpoint").write_bytes(b"")
    assert "--resume" in after_interruption(tmp_path / "run", every)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("learned.experiment.run.run_experiment", interrupted)
    done = run_here("train", ROOT / "configs" / "bank.toml", cwd=tmp_path)
    assert done.returncode == 130
    assert "train.checkpoint_every=100" in done.stderr
    assert "interrupted" in done.stderr
