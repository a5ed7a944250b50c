"""Kernels learned from pictures before and after that other programs made."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from inside import run_here
from PIL import Image, ImageFilter
from running import ROOT
from safetensors.numpy import load_file
from scipy import ndimage
from thorough import slow_except

from handconv.pictures import skimage_photo
from learned import learn, recover
from learned.experiment.config import PairConfig
from learned.experiment.config_file import load_config
from learned.experiment.folder import RUN_FILES, read_run
from learned.experiment.own import matched

CONFIG = ROOT / "configs" / "own_pair.toml"
PHOTO = np.ascontiguousarray(skimage_photo("camera")[100:300, 150:400])
SKEW = np.array([[1, 2, 0], [-3, 5, 1], [0, -2, 4]]) / 8


def by_pillow(how):
    return lambda photo: np.asarray(Image.fromarray(photo).filter(how))


def by_opencv(kernel, depth=-1):
    return lambda photo: cv2.filter2D(photo, depth, kernel)


PROGRAMS = {
    "Pillow's own kernel": by_pillow(
        ImageFilter.Kernel((3, 3), [1, 2, 0, -3, 9, 1, 0, -2, 4], 12, 7)
    ),
    "Pillow's emboss": by_pillow(ImageFilter.EMBOSS),
    "Pillow's smooth": by_pillow(ImageFilter.SMOOTH_MORE),
    "OpenCV's skew": by_opencv(SKEW),
    "OpenCV's Gaussian": lambda photo: cv2.GaussianBlur(photo, (5, 5), 1.1),
    "OpenCV's box": lambda photo: cv2.blur(photo, (7, 5)),
}


def centred(found, shape):
    """The kernel that recover found, with as many taps as the one of the network."""
    whole = np.zeros(shape)
    top, left = shape[0] // 2 - found.anchor[0], shape[1] // 2 - found.anchor[1]
    whole[top : top + found.kernel.shape[0], left : left + found.kernel.shape[1]] = found.kernel
    return whole


@pytest.mark.parametrize(
    "program", slow_except(PROGRAMS, "Pillow's own kernel", "OpenCV's skew", "OpenCV's Gaussian")
)
def test_pictures_of_programs_tell_as_much_as_recover_finds(program):
    after = PROGRAMS[program](PHOTO)
    network, direct = learn(PHOTO, after), recover(PHOTO, after)
    kernel = centred(direct, network.kernel.shape)
    # recover also knows OpenCV's fixed-point Gaussians, which have far too large denominators
    exact = direct.rational is not None and network.entry.get("rational") is not None
    # where both find fractions they are exact, else each is within its proof
    allowed = 1e-9 if exact else network.upper - network.lower
    assert (np.abs(network.kernel - kernel) <= allowed).all()
    assert (network.lower <= kernel).all()
    assert (kernel <= network.upper).all()
    assert network.entry["exact_pixels"] == 1
    assert network.bias == pytest.approx(direct.bias, abs=1e-9 if exact else 0.02)
    if exact:
        rational = network.entry["rational"]
        fraction = np.array(rational["numerator"]) / rational["denominator"]
        np.testing.assert_allclose(fraction, kernel, rtol=1e-15)


def write(folder, name, picture):
    folder.mkdir(exist_ok=True)
    cv2.imwrite(str(folder / name), picture)


def test_a_pair_on_the_command_line_makes_a_whole_run(tmp_path):
    write(tmp_path, "a.png", PHOTO)
    write(tmp_path, "b.png", by_opencv(np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]))(PHOTO))
    done = run_here("train", CONFIG, "before=a.png", "after=b.png", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "It is sobel_x, as defined, times 1." in done.stdout
    assert "look at runs/own_pair/own_pairs.png first" in done.stdout
    folder = tmp_path / "runs" / "own_pair"
    by_hand_only = {"kernels.png", "outputs.png", "bounds.png", "race.json", "race.png"}
    assert {path.name for path in folder.iterdir()} == set(RUN_FILES) - by_hand_only
    saved = load_file(folder / "kernels.safetensors")
    assert saved.keys() == {
        f"{k}/own_pairs" for k in ("learned", "least_squares", "lower", "upper")
    }
    entry = json.loads((folder / "metrics.json").read_text())["kernels"]["own_pairs"]
    assert entry["nearest"][0]["name"] == "sobel_x"
    assert entry["exact_pixels"] == 1
    np.testing.assert_array_equal(read_run(folder).learned("own_pairs"), saved["learned/own_pairs"])
    assert cv2.imread(str(folder / "own_pairs.png")).std() > 10
    exported = run_here("export", folder, "--to", "npz", cwd=tmp_path)
    assert (exported.returncode, exported.stderr) == (0, "")
    again = run_here("plot_kernels", folder, "--out", "again.png", cwd=tmp_path)
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)
    assert "see own_pairs.png" in again.stderr


@pytest.mark.slow
def test_pairs_stand_beside_kernels(tmp_path):
    write(tmp_path, "a.png", PHOTO)
    write(tmp_path, "b.png", by_opencv(SKEW)(PHOTO))
    (tmp_path / "both.toml").write_text(
        "kernels = ['sobel_y']\nsize = [3, 3]\n[[pairs]]\nbefore = 'a.png'\nafter = 'b.png'\n"
        "[train]\nfinish = 'chebyshev'\n"
    )
    done = run_here("train", "both.toml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    run = read_run(tmp_path / "runs" / "experiment")
    assert run.names == ["sobel_y", "own_pairs"]
    np.testing.assert_allclose(run.learned("own_pairs"), SKEW, atol=1e-9)
    np.testing.assert_allclose(run.learned("sobel_y"), run.hand("sobel_y"), atol=1e-9)


def test_folders_are_matched_by_name(tmp_path):
    for number in range(3):
        part = PHOTO[60 * number : 60 * number + 60]
        write(tmp_path / "in", f"{number}.png", part)
        write(tmp_path / "out", f"{number}.tif", by_opencv(SKEW)(part))
    done = run_here("train", CONFIG, "before=in", "after=out", "size=[3,3]", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "from 3 pairs" in done.stdout
    learned = read_run(tmp_path / "runs" / "own_pair").learned("own_pairs")
    np.testing.assert_allclose(learned, SKEW, atol=1e-9)


def test_patterns_are_matched_by_what_stands_for_the_star(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("x1", "x2"):
        write(tmp_path, f"{name}_raw.png", PHOTO[:9, :9])
        write(tmp_path, f"{name}_done.png", PHOTO[:9, :9])
    found = matched(PairConfig(before="*_raw.png", after="*_done.png"))
    assert [each[:2] for each in found] == [
        ("x1_raw.png", "x1_done.png"),
        ("x2_raw.png", "x2_done.png"),
    ]
    assert matched(PairConfig(before="x*_raw.png", after="x*_done.png"))[1][:2] == found[1][:2]
    with pytest.raises(ValueError, match=r"x1_raw.png has no partner: x2\*d\*"):
        matched(PairConfig(before="*_raw.png", after="x2*d*"))


BAD = {
    "no files": ([], "give before=FILE and after=FILE"),
    "one file": (["before=a.png"], "before is given alone"),
    "a file that is not there": (["before=a.png", "after=none.png"], "none.png is no file"),
    "a missing partner": (["before=in", "after=out"], "in/2.png has no partner"),
    "different sizes": (["before=a.png", "after=wide.png"], "a.png has 40 × 50 pixels and wide.png 40 × 51"),
    "a smaller one after": (["before=a.png", "after=small.png"], "small.png 38 × 48"),
    "colour and grey": (["before=rgb.png", "after=a.png"], "rgb.png is in colour and a.png grey"),
    "grey and colour": (["before=a.png", "after=rgb.png"], "a.png is grey and rgb.png in colour"),
    "colour before that is grey": (["before=a.png", "after=a.png", "colour=true"], "colour = true"),
    "an even size": (["before=a.png", "after=a.png", "size=[2,3]"], "must be odd"),
    "a large size": (["before=a.png", "after=a.png", "size=[3,51]"], "size is 3 × 51, larger"),
    "a word for a size": (["before=a.png", "after=a.png", "size=big"], "as [3, 3], or auto"),
    "a flat picture": (["before=flat.png", "after=flat.png"], "one grey level throughout"),
    "16 bits cut off": (["before=a.png", "after=deep.png", "target=uint8_floor"], "has 16 bits"),
    "a race": (["before=a.png", "after=a.png", 'race=[{optimizer="adam"}]'], "a race needs kernels"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_nothing_is_written(case, tmp_path):
    overrides, message = BAD[case]
    grey = PHOTO[:40, :50]
    pictures = {
        "a.png": grey, "wide.png": PHOTO[:40, :51], "small.png": PHOTO[1:39, 1:49],
        "flat.png": np.full_like(grey, 9), "deep.png": grey * np.uint16(257),
        "rgb.png": skimage_photo("astronaut")[:40, :50],
    }  # fmt: skip
    for name, picture in pictures.items():
        write(tmp_path, name, picture)
    for name in ("in/1.png", "in/2.png", "out/1.png"):
        write(tmp_path / Path(name).parent, Path(name).name, grey)
    done = run_here("train", CONFIG, *overrides, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "runs").exists()


def test_colour_pictures_are_three_pairs_of_one_kernel():
    photo = skimage_photo("astronaut")[:90, 100:200]
    found = learn(photo, by_opencv(SKEW)(photo), size=(3, 3))
    np.testing.assert_allclose(found.kernel, SKEW, atol=1e-9)


def test_colour_to_grey_is_one_kernel_of_three_channels():
    photo = skimage_photo("astronaut")[:120, 100:220]
    mix = np.array([0.3, 0.5, 0.2])[:, None, None] * SKEW
    after = sum(ndimage.correlate(photo[..., i] / 1.0, mix[i], mode="nearest") for i in range(3))
    stored = np.rint(after).clip(0, 255).astype(np.uint8)
    found = learn(photo, stored, size=(3, 3), colour=True, border="replicate")
    assert (found.lower <= mix).all()
    assert (mix <= found.upper).all()
    assert found.entry["exact_pixels"] == 1


@pytest.mark.parametrize("kind", ["uint16", "float", "truncated", "8 bits to 16"])
def test_the_depth_of_the_files_sets_the_bounds(kind):
    rng = np.random.default_rng(5)
    kernel = np.round(rng.normal(size=(3, 5)), 1)
    before = PHOTO[:100] if kind in ("truncated", "8 bits to 16") else PHOTO[:100] * np.uint16(255)
    exact = ndimage.correlate(before / 1.0, kernel, mode="mirror")
    if kind == "uint16":
        after = np.rint(exact).clip(0, 65535).astype(np.uint16)
    elif kind == "float":
        before, after = before / 1.0, exact
    elif kind == "truncated":
        after = np.floor(exact.clip(0, 255) + 1e-9).astype(np.uint8)
    else:
        after = np.rint(exact.clip(0, 255) * 257).astype(np.uint16)
    found = learn(
        before, after, size=(3, 5), border="reflect_101", truncated=kind == "truncated", bias=False
    )
    assert found.entry["exact_pixels"] == 1
    np.testing.assert_allclose(found.kernel, kernel, atol=1e-8 * np.abs(kernel).max())


def test_a_border_that_is_named_is_used():
    after = cv2.filter2D(PHOTO, -1, SKEW, borderType=cv2.BORDER_REPLICATE)
    assert learn(PHOTO, after, size=(3, 3), border="replicate").entry["exact_pixels"] == 1
    assert learn(PHOTO, after, size=(3, 3), border="constant").entry["exact_pixels"] < 1


@pytest.mark.slow
def test_any_optimizer_learns_from_pairs():
    found = learn(
        *(PHOTO, by_opencv(SKEW)(PHOTO)), size=(3, 3), finish="none",
        optimizer="adam", precondition="whiten", steps=150, batch_size=4, crop=64, lr=0.1,
    )  # fmt: skip
    assert np.abs(found.kernel - SKEW).max() < 0.02  # crops are not mirrored: that would spoil it
    assert (found.lower, found.bias) == (None, 0.0)


def test_wrong_words_are_named():
    with pytest.raises(ValueError, match=r"learn: unknown key 'train.optimiser'. Did you mean opt"):
        learn(PHOTO, PHOTO, optimiser="adam")
    with pytest.raises(ValueError, match="before has 2 pictures and after 1"):
        learn([PHOTO, PHOTO], [PHOTO])
    with pytest.raises(ValueError, match="before has dtype int64"):
        learn(PHOTO.astype(np.int64), PHOTO)


def test_a_config_comes_back_as_it_was_written(tmp_path):
    config = load_config(CONFIG, ["before=a.png", "after=b.png"])
    (tmp_path / "again.toml").write_text(config.to_toml())
    assert load_config(tmp_path / "again.toml") == config
    assert config.border == "valid"


def test_an_inverse_is_least_squares_by_numpy_the_other_way_round(tmp_path):
    """Of pictures in floating point, whose bounds are equal; and it says how near it comes."""
    before = PHOTO[:60, :70].astype(float)
    after = ndimage.correlate(before, SKEW) + np.random.default_rng(0).normal(0, 3, before.shape)
    np.save(tmp_path / "a.npy", before)
    np.save(tmp_path / "b.npy", after)
    pair = ("before=a.npy", "after=b.npy", "size=[5, 5]")
    done = run_here("train", ROOT / "configs" / "own_inverse.toml", *pair, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    learned = load_file(tmp_path / "runs" / "own_inverse" / "kernels.safetensors")
    patches = np.lib.stride_tricks.sliding_window_view(after, (5, 5)).reshape(-1, 25)
    wanted = before[2:-2, 2:-2].ravel()
    taps, squares = np.linalg.lstsq(patches, wanted, rcond=None)[:2]
    np.testing.assert_allclose(learned["learned/own_pairs"].ravel(), taps, atol=1e-9)
    assert f"{10 * np.log10(255**2 / (squares[0] / wanted.size)):.1f} dB" in done.stdout


def test_an_inverse_of_what_was_not_filtered_is_exact(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), PHOTO[:60, :70])
    pair = ("before=a.png", "after=a.png", "size=[3, 3]")
    done = run_here("train", ROOT / "configs" / "own_inverse.toml", *pair, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "back to within their rounding." in done.stdout


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("size=auto",), "give its size"),
        (("train.finish=chebyshev",), "no train.finish"),
        (("kernels=sobel_x",), "for pairs alone"),
        (("after=none.png",), "none.png"),
    ],
)
def test_an_inverse_that_cannot_be_is_one_line(change, says, tmp_path):
    np.save(tmp_path / "a.npy", PHOTO[:40, :40].astype(float))
    pair = ("before=a.npy", "after=a.npy", *change)
    done = run_here("train", ROOT / "configs" / "own_inverse.toml", *pair, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert says in done.stderr
    assert not (tmp_path / "runs").exists()
