"""Inverses: against least squares, against Wiener's formula, and as a user runs them."""

import json

import numpy as np
import pytest
from inside import run_here
from safetensors.numpy import load_file

from handconv import correlate
from handconv.pictures import skimage_photo
from learned.tasks.deblurring import psnr
from learned.tasks.inverse import degraded, learn_inverse
from learned.tasks.outcome import TASK_FILES
from learned.tasks.spectra import frequency_response, wiener_response

PHOTO = skimage_photo("camera")[200:328, 180:308].astype(np.float64)
LOPSIDED = np.array([[0, 0, 0.1], [0, 0.4, 0.2], [0, 0, 0.3]])  # shows a flip


def test_an_inverse_of_one_photo_is_least_squares_by_numpy():
    after, before = degraded(PHOTO, LOPSIDED, 3.0, np.random.default_rng(1))
    learned, _ = learn_inverse([(after, before)], 5)
    patches = np.lib.stride_tricks.sliding_window_view(np.pad(after, 2, mode="symmetric"), (5, 5))
    taps = np.linalg.lstsq(patches.reshape(-1, 25), before.ravel(), rcond=None)[0]
    np.testing.assert_allclose(learned.ravel(), taps, atol=1e-9)


def test_the_larger_the_kernel_the_nearer_to_the_wiener_filter():
    """For textures of a known spectrum, 1 / f² as that of photos, it is what theory says."""
    rng, side, noise = np.random.default_rng(2), 128, 5.0
    frequencies = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    spectrum = 20 / (frequencies**2 + 0.01)
    pairs = []
    for _ in range(8):
        white = np.fft.fft2(rng.normal(size=(side, side)))
        texture = np.fft.ifft2(white * np.sqrt(spectrum)).real
        blurred = correlate(texture, LOPSIDED, "wrap")
        pairs.append((blurred + rng.normal(0, noise, texture.shape), texture))
    blur = frequency_response(LOPSIDED, (side, side))
    taps = np.fft.ifft2(wiener_response(blur, spectrum, noise).conj()).real  # of correlation
    off = []
    for size in (3, 5, 9):
        learned, _ = learn_inverse(pairs, size, "wrap")
        half = size // 2
        ideal = np.roll(taps, (half, half), axis=(0, 1))[:size, :size]
        off.append(np.linalg.norm(learned - ideal) / np.linalg.norm(taps))
    assert off[0] > off[1] > off[2]
    assert off[2] < 0.03


def test_every_photo_counts_alike_however_busy():
    rng = np.random.default_rng(3)
    calm = 128 + PHOTO / 20  # whose squared errors are some hundred times smaller
    pairs = [degraded(photo, LOPSIDED, 2.0, rng) for photo in (PHOTO, calm)]
    learned, weights = learn_inverse(pairs, 7)
    errors = [
        ((correlate(after, learned, "reflect") - before) ** 2).mean() for after, before in pairs
    ]
    np.testing.assert_allclose(1 / weights, errors, rtol=1e-6)
    plain = np.linalg.norm(learn_inverse(pairs[:1], 7)[0] - learned)
    assert plain > 0.1  # the calm one has a say
    for after, before in pairs:
        assert psnr(correlate(after, learned, "reflect"), before) > psnr(after, before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inverse")
    (folder / "inverse.toml").write_text(
        'task = "inverse"\nphotos = ["skimage:camera"]\nheld_out = ["skimage:cat"]\n'
        'blurs = ["gaussian(5, 1)"]\nnoise = [2.0]\nsize = 11\nlargest = 128\n'
    )
    return folder


def test_a_run_is_written_whole(folder):
    done = run_here("train", "inverse.toml", "--out", "run", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    found = {path.name for path in (folder / "run").iterdir()}
    assert found <= set(TASK_FILES)
    assert {"inverse.png", "response.png", "metrics.json"} <= found
    (case,) = json.loads((folder / "run" / "metrics.json").read_text())["cases"]
    entry = json.loads((folder / "run" / "metrics.json").read_text())["cases"][case]
    assert entry["methods"]["learned"]["psnr"] > entry["methods"]["blurred"]["psnr"] + 0.5
    assert load_file(folder / "run" / "kernels.safetensors")[f"learned/{case}"].shape == (11, 11)
    again = run_here("train", "run/config.toml", "--out", "again", cwd=folder)
    kernels = [load_file(folder / each / "kernels.safetensors") for each in ("run", "again")]
    assert again.returncode == 0
    np.testing.assert_array_equal(*(each[f"learned/{case}"] for each in kernels))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ('task="invers"', "Did you mean inverse?"),
        ("size=4", "has no centre pixel"),
        ("nois=[1.0]", "Did you mean noise?"),
        ('held_out=["skimage:camera"]', "judge by others"),
        ('blurs=["gausian(5, 1)"]', "Did you mean gaussian"),
        ('photos=["nowhere.png"]', "nowhere.png is no file"),
        ("size=61", "each needs"),
        ("noise=[]", "at least 1 item"),
    ],
)
def test_bad_input_is_one_line(folder, change, says):
    done = run_here("train", "inverse.toml", change, "--out", "none", cwd=folder)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (folder / "none").exists()
