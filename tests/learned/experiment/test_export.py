"""Learned filters as other programs read them, against the network that learned them."""

import io
import subprocess
import sys
import zipfile

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from inside import run_here
from running import ROOT

from handconv import BORDERS, pad
from learned.experiment.config import Config
from learned.experiment.export import FORMATS, export
from learned.experiment.folder import Run, write_run
from learned.net import FilterNet

KERNELS = {  # not square, not symmetric, a single row, a single tap, and names that need care
    "sobel_x": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])[::-1],
    "file": np.arange(15.0).reshape(3, 5) / 7,
    "gaussian(5, 1.0)": np.random.default_rng(0).normal(size=(5, 5)),
    "row": np.array([[1.0, 2, 4]]),
    "tap": np.array([[2.5]]),
}


def _run(border="replicate", colour=False):
    kernels = dict(KERNELS)
    if colour:
        mix = np.array([0.3, 0.6, 0.1])[:, None, None]
        kernels = {name: mix * kernel for name, kernel in kernels.items()}
    specs = [{"name": name, "values": KERNELS[name].tolist()} for name in kernels]
    config = Config.model_validate(
        {"kernels": specs, "border": border, "colour": colour, "photos": ["skimage:camera"]}
    )
    both = {
        f"{by}/{name}": kernel for by in ("hand", "learned") for name, kernel in kernels.items()
    }
    entry = {"max_abs_error": 0.0, "orientation": "as defined"}
    return Run(config, both, {"kernels": dict.fromkeys(kernels, entry)}, [])


def _by_network(run, image):
    """(batch, channels, rows, columns) through the network that learned each kernel."""
    outputs = {}
    for name in run.names:
        kernel = run.learned(name)
        kernel = kernel if kernel.ndim == 3 else kernel[None]
        net = FilterNet(kernel.shape[1:], len(kernel))
        net.kernel = kernel
        rows, columns = (side // 2 for side in kernel.shape[1:])
        padded = [
            pad(one.transpose(1, 2, 0), (rows, rows), (columns, columns), run.config.border)
            for one in image
        ]
        with torch.no_grad():
            outputs[name] = net(torch.from_numpy(np.stack(padded).transpose(0, 3, 1, 2))).numpy()
    return outputs


def _image(channels=1, batch=1, shape=(24, 31)):
    rng = np.random.default_rng(3)
    return rng.integers(0, 256, (batch, channels, *shape)).astype(np.float64)


CASES = [(border, False) for border in BORDERS] + [("reflect", True), ("replicate", True)]


@pytest.mark.parametrize(("border", "colour"), CASES)
@pytest.mark.parametrize("batch", [1, 3])
def test_onnx_runtime_filters_as_the_network(border, colour, batch, tmp_path):
    run = _run(border, colour)
    export(run, "onnx", tmp_path / "run.onnx")
    image = _image(3 if colour else 1, batch)
    session = onnxruntime.InferenceSession(tmp_path / "run.onnx")
    found = session.run(run.names, {"image": image.astype(np.float32)})
    for (name, expected), output in zip(_by_network(run, image).items(), found, strict=True):
        assert output.dtype == np.float32
        np.testing.assert_allclose(output, expected, rtol=1e-5, atol=2e-3, err_msg=name)


@pytest.mark.parametrize(("border", "colour"), CASES)
def test_opencv_dnn_filters_as_the_network(border, colour, tmp_path):
    run = _run(border, colour)
    export(run, "onnx", tmp_path / "run.onnx")
    image = _image(3 if colour else 1)
    net = cv2.dnn.readNetFromONNX(str(tmp_path / "run.onnx"))
    net.setInput(image.astype(np.float32))
    for name, expected in _by_network(run, image).items():
        np.testing.assert_allclose(net.forward(name), expected, rtol=1e-5, atol=2e-3, err_msg=name)


def test_onnx_says_what_it_is(tmp_path):
    export(_run(), "onnx", tmp_path / "run.onnx")
    model = onnx.load(tmp_path / "run.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert model.producer_name == "handconv"
    assert [value.name for value in model.graph.output] == list(KERNELS)


@pytest.mark.slow
@pytest.mark.parametrize(("border", "colour"), CASES)
def test_torch_export_filters_as_the_network(border, colour, tmp_path):
    run = _run(border, colour)
    export(run, "pt2", tmp_path / "run.pt2")
    program = torch.export.load(tmp_path / "run.pt2").module()
    for batch, shape in ((1, (24, 31)), (4, (40, 17))):  # any size
        image = _image(3 if colour else 1, batch, shape)
        found = program(torch.from_numpy(image))
        for name, expected in _by_network(run, image).items():
            np.testing.assert_allclose(found[name].numpy(), expected, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("colour", [False, True])
def test_numpy_reads_the_very_kernels(colour, tmp_path):
    run = _run(colour=colour)
    export(run, "npz", tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz", allow_pickle=False) as arrays:
        assert arrays.files == list(KERNELS)
        for name in run.names:
            assert arrays[name].dtype == np.float64
            np.testing.assert_array_equal(arrays[name], run.learned(name))


@pytest.mark.parametrize("suffix", [".yml", ".yaml", ".xml", ".json"])
@pytest.mark.parametrize("colour", [False, True])
def test_opencv_reads_the_very_kernels(suffix, colour, tmp_path):
    run = _run("wrap", colour=colour)
    path = tmp_path / f"run{suffix}"
    export(run, "opencv", path)
    storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_READ)
    assert storage.getNode("border").string() == "wrap"
    node = storage.getNode("kernels")
    names = []
    for index in range(node.size()):
        name = node.at(index).getNode("name").string()
        channels = node.at(index).getNode("channels")
        planes = np.stack([channels.at(c).mat() for c in range(channels.size())])
        kernel = run.learned(name)
        np.testing.assert_array_equal(planes, kernel if colour else kernel[None])
        names.append(name)
    assert names == list(KERNELS)


def test_a_program_of_torch_holds_nothing_that_runs_when_it_is_read(tmp_path):
    """Its weights are plain numbers; torch puts the example image beside them, in its own way."""
    export(_run(), "pt2", tmp_path / "run.pt2")
    with zipfile.ZipFile(tmp_path / "run.pt2") as archive:
        zipped = [name for name in archive.namelist() if archive.read(name)[:2] == b"PK"]
        assert not [name for name in archive.namelist() if name.endswith(".pkl")]
        for name in zipped:
            torch.load(io.BytesIO(archive.read(name)), weights_only=True)


@pytest.fixture
def run_folder(tmp_path):
    folder = tmp_path / "runs" / "mine.1"
    folder.mkdir(parents=True)
    write_run(folder, _run())
    return folder


@pytest.mark.parametrize("to", FORMATS)
def test_the_script_writes_beside_the_run(to, run_folder, tmp_path):
    done = run_here("export", "runs/mine.1", "--to", to, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    names = {
        "onnx": "mine.1.onnx",
        "npz": "mine.1.npz",
        "pt2": "mine.1.pt2",
        "opencv": "mine.1.yml",
    }
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == sorted(
        ["mine.1", names[to]]
    )
    assert names[to] in done.stdout


def test_the_script_writes_one_kernel_where_it_is_told(run_folder, tmp_path):
    done = run_here("export", run_folder, "--to", "npz", "--kernel", "row", "--out", "a.npz", cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0
    assert np.load(tmp_path / "a.npz").files == ["row"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none", "--to", "npz"], "none is not a run folder"),
        (["runs/mine.1", "--to", "tflite"], "invalid choice: 'tflite'"),
        (["runs/mine.1", "--to", "npz", "--out", "a.onnx"], "its name must end in .npz"),
        (["runs/mine.1", "--to", "npz", "--kernel", "sobel"], "kernel 'sobel' is not in the run"),
        (["runs/mine.1", "--to", "npz", "--out", "no/a.npz"], "no/a.npz cannot be written"),
    ],
)
def test_bad_input_is_one_line(arguments, message, run_folder, tmp_path):
    done = run_here("export", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_without_onnx_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ValueError, match="pip install onnx"):
        export(_run(), "onnx", tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []


def test_help_is_there_at_once():
    """It must not wait for torch."""
    code = f"import sys, runpy; sys.argv = ['x', '--help']; sys.path.insert(0, {str(ROOT)!r})\ntry: runpy.run_path({str(ROOT / 'scripts/export.py')!r}, run_name='__main__')\nexcept SystemExit: pass\nassert 'torch' not in sys.modules"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "formats:" in done.stdout
