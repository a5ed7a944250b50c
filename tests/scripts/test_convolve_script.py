"""scripts/convolve.py as a user runs it."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from handconv.kernels import BANK, FAMILIES, FIXED, named
from handconv.pictures import read_picture, skimage_photo, write_picture
from handconv.pictures.show import to_uint8, to_uint8_stretched
from handconv.reference import correlate_loop

SCRIPT = Path(__file__).parents[2] / "scripts" / "convolve.py"


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.slow
def test_without_arguments_it_shows_the_bank(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    differences = dict(re.findall(r"^(\w+) +(\d\.\de[+-]\d\d)$", done.stdout, re.MULTILINE))
    assert list(differences) == list(BANK)
    assert all(float(difference) < 1e-2 for difference in differences.values())
    assert "The tutorial's loop replicates the border where filter2D" in done.stdout
    folder = tmp_path / "runs" / "convolve"
    expected = ["comparison.png"]
    expected += [f"{name}_by_{who}.png" for name in BANK for who in ("hand", "opencv")]
    assert files(folder) == sorted(expected)
    photo = skimage_photo("camera")[100:150, 200:240]  # the loop is slow: look at a part
    for name, rim in (("small_blur", 3), ("sharpen", 1)):
        inside = np.s_[rim:-rim, rim:-rim]
        truth = to_uint8(correlate_loop(photo, named(name)))[inside]
        for who in ("hand", "opencv"):
            shown = read_picture(folder / f"{name}_by_{who}.png")[100:150, 200:240][inside]
            assert (np.abs(shown.astype(int) - truth) <= 1).all()


@pytest.mark.slow
def test_kernels_border_and_folder_of_ones_own(tmp_path: Path) -> None:
    photo = np.random.default_rng(3).integers(0, 65536, (6, 9, 3), np.uint16)  # smaller than 21
    write_picture(tmp_path / "näme $x$ 写真.png", photo)
    for kernels in (["large_blur"], ["sobel_x", "sobel_x", "gaussian(5, sigma=1)"]):
        done = run(
            tmp_path, "--image", "näme $x$ 写真.png", "--border", "wrap", "--out", "shown",
            "--kernel", *kernels,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert "6 × 9 pixels, border wrap" in done.stdout
    assert files(tmp_path / "shown") == [  # the first run's files are gone with its folder
        "comparison.png",
        "gaussian_5_sigma_1_by_hand.png",
        "gaussian_5_sigma_1_by_opencv.png",
        "sobel_x_by_hand.png",
        "sobel_x_by_opencv.png",
    ]
    levels = photo.astype(np.float64) / 257
    slopes = [correlate_loop(levels[..., c], named("sobel_x"), "wrap") for c in range(3)]
    truth = to_uint8_stretched(np.dstack(slopes)).astype(int)
    shown = read_picture(tmp_path / "shown" / "sobel_x_by_hand.png")
    assert np.abs(shown - truth).max() <= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--image", "absent.png"], r"absent\.png does not exist\. Check the name"),
        (["--image", "cut.png"], r"cut\.png is (damaged or )?cut short"),
        (["--image", "letter.png"], r"letter\.png is not a picture in a known format"),
        (["--image", "."], r"\. is a folder"),
        (["--image", "skimage:camra"], r"skimage:camra is not known\. Did you mean camera\?"),
        (["--kernel", "sobelx"], r"kernel 'sobelx' is not known\. Did you mean sobel_x"),
        (["--kernel", "box(4)"], r"kernel 'box\(4\)': rows is 4; an even side has no centre"),
        (["--kernel"], r"argument --kernel: expected at least one argument"),
        (["--border", "mirror"], r"border.* 'mirror'.*reflect_101"),
        (["--size", "3"], r"unrecognized arguments: --size 3"),
        (["--out", "letter.png"], r"letter\.png exists and is not a folder"),
        (["--out", "letter.png/inside"], r"letter\.png/inside"),
        (["--out", "."], r"holds 'cut\.png', which this program did not write"),
        (["--out", "/proc/nowhere"], r"/proc/nowhere cannot be (made|written)"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    write_picture(tmp_path / "whole.png", skimage_photo("moon"))
    whole = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "letter.png").write_text("Dear sir or madam,")
    before = files(tmp_path)
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(rf"error: .*{message}.*\n", done.stderr), done.stderr
    assert files(tmp_path) == before


def test_help_is_complete(tmp_path: Path) -> None:
    done = run(tmp_path, "--help")
    assert done.returncode == 0
    assert "examples:" in done.stdout
    words = set(re.findall(r"\w+", done.stdout))
    assert words >= {*FIXED, *FAMILIES}
