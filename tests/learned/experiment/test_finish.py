"""The finish inside an experiment: from real 8-bit pictures to the kernel, with proof."""

import json
import subprocess
import sys

import numpy as np
import pytest
from inside import run_here
from running import ROOT
from safetensors.numpy import load_file
from scipy import ndimage
from thorough import slow_except

from handconv.kernels import named
from handconv.pictures import skimage_photo

FEW, MANY = ["sharpen", "sobel_x"], ["small_blur", "sharpen", "laplacian", "sobel_x", "sobel_y"]
CASES = [
    *[("tutorial_uint8", "camera", FEW), ("eight_bit", "camera", FEW)],
    *[("eight_bit", "camera", MANY), ("tutorial_uint8", "camera", MANY)],
    ("tutorial_uint8", "brick", MANY),
]


@pytest.mark.parametrize(("config", "photo", "kernels"), slow_except(CASES, *CASES[:2]))
def test_stored_pictures_give_the_kernels_back(config, photo, kernels, tmp_path):
    done = run_here(
        "train",
        ROOT / "configs" / f"{config}.toml",
        f"kernels={kernels}",
        f"photos=['skimage:{photo}']",
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / "runs" / config
    saved = load_file(folder / "kernels.safetensors")
    metrics = json.loads((folder / "metrics.json").read_text())["kernels"]
    before = skimage_photo(photo).astype(np.float64)
    for name in kernels:
        true, entry = named(name), metrics[name]
        learned = saved[f"learned/{name}"]
        assert np.abs(learned - true).max() <= 1e-9 * np.abs(true).max()
        assert (saved[f"lower/{name}"] <= true).all()
        assert (true <= saved[f"upper/{name}"]).all()
        assert entry["feasible"]
        assert entry["exact_pixels"] == 1.0
        assert entry["least_squares_error"] > 1e6 * entry["relative_error"]
        fraction = np.array(entry["rational"]["numerator"]) / entry["rational"]["denominator"]
        np.testing.assert_allclose(fraction, true, rtol=1e-15)
        # the same by a library that knows nothing of ours
        exact = ndimage.correlate(before, true, mode="nearest")
        again = ndimage.correlate(before, learned, mode="nearest")
        store = np.rint if config == "eight_bit" else lambda x: np.floor(x.astype(np.float32))
        differ = store(exact.clip(0, 255)) != store(again.clip(0, 255))
        assert differ.mean() < 1e-3  # SciPy's own rounding at ties


def test_a_bias_is_learned_where_it_is_asked_for(tmp_path):
    options = ["kernels=['emboss']", "bias=128", "train.bias=true"]
    done = run_here("train", ROOT / "configs" / "eight_bit.toml", *options, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    entry = json.loads((tmp_path / "runs/eight_bit/metrics.json").read_text())["kernels"]["emboss"]
    assert entry["relative_error"] < 1e-9
    assert entry["bias"] == pytest.approx(128, abs=1e-6)
    assert entry["exact_pixels"] == 1.0


def test_a_bias_without_the_finish_is_refused(tmp_path):
    done = run_here("train", ROOT / "configs" / "bank.toml", "bias=3", cwd=tmp_path)
    assert done.returncode == 2
    assert "train.finish = 'chebyshev'" in done.stderr


@pytest.mark.slow
def test_the_learning_curve_script(tmp_path):
    done = run_here("learning_curve", "--crops", "2", "--photo", "skimage:coins", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "runs" / "learning_curve.png").stat().st_size > 10_000
    done = run_here("learning_curve", "--crops", "0", cwd=tmp_path)
    assert done.returncode == 2


TWELVE_MEGAPIXELS = """
import resource
import numpy as np
from handconv.kernels import named
from handconv.pictures import skimage_photo
from learned.pairs import made_pair
from learned.solve.minimax import minimax

photo = np.tile(skimage_photo("camera"), (6, 8))
photo = photo + np.random.default_rng(0).integers(-9, 10, photo.shape)  # no two tiles alike
kernel = named("large_blur")[None]
pair = made_pair(photo[None].clip(0, 255).astype(np.uint8), kernel, target="uint8")
solution = minimax([pair.samples((21, 21))])
error = np.abs(solution.kernel - kernel).max() / kernel.max()
print(photo.size, error, solution.violation, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in KiB on Linux only")
def test_twelve_megapixels_fit_into_two_gigabytes(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", TWELVE_MEGAPIXELS],
        capture_output=True,
        text=True,
        check=True,
        timeout=500,
        cwd=tmp_path,
    )
    pixels, error, violation, kibibytes = map(float, done.stdout.split())
    assert pixels > 12e6
    assert error < 1e-6
    assert violation < 0
    assert kibibytes < 2e9 / 1024
