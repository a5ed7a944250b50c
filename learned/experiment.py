"""An experiment from start to end: config -> pairs -> train -> compare -> run folder."""

import platform
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from handconv.kernels import as_kernel, named
from handconv.outputs import complete_folder
from learned.compare import compare
from learned.config import Config, KernelConfig
from learned.finish import finish, least_squares
from learned.net import FilterNet
from learned.pairs import made_pair
from learned.photos import find_photos, load_photo
from learned.plots import plot_bounds, plot_convergence, plot_kernels, plot_outputs
from learned.runs import RUN_FILES, Run, write_run
from learned.solve.statistics import load_loops
from learned.train import train

Floats = NDArray[np.float64]

GREY_MIX = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in a grey picture: luma of ITU-R BT.601, as OpenCV uses them."""

LOGGED_STEPS = 500  # at most so many lines of history for each kernel


def run_experiment(config: Config, out: Path) -> Run:
    """Learn every kernel of the config and write the run folder ``out``, whole or not at all.

    Shows a progress bar on a terminal.

    Raises ``ValueError`` or ``OSError``, before anything is trained, for a bad photo, kernel or
    folder.
    """
    start = time.perf_counter()
    hand = {spec.name: hand_kernel(spec, config.colour) for spec in config.kernels}
    photos = _load_photos(config, hand)
    device = choose_device(config.device)
    load_loops()
    with complete_folder(out, RUN_FILES) as folder:
        found = {name: _learn(name, hand[name], photos, config, device) for name in hand}
        summary = {
            "kernels": {name: learned.entry for name, learned in found.items()},
            "seconds": time.perf_counter() - start,
            "photos": [f"{photo.shape[1]} × {photo.shape[2]}" for photo in photos],
            "device": _describe(device),
            "threads": torch.get_num_threads(),
            "versions": {name: version(name) for name in ("torch", "numpy", "opencv-python")},
        }
        kernels = {f"hand/{name}": kernel for name, kernel in hand.items()}
        for name, learned in found.items():
            kernels |= {f"{kind}/{name}": kernel for kind, kernel in learned.kernels.items()}
        if not config.colour:
            kernels = {name: kernel[0] for name, kernel in kernels.items()}
        history = [record for learned in found.values() for record in learned.history]
        run = Run(config, kernels, summary, history)
        write_run(folder, run)
        plot_kernels(run).savefig(folder / "kernels.png")
        plot_convergence(run).savefig(folder / "convergence.png")
        plot_outputs(run, photos[0], device).savefig(folder / "outputs.png")
        if config.train.finish != "none":
            plot_bounds(run).savefig(folder / "bounds.png")
    return run


def hand_kernel(spec: KernelConfig, colour: bool) -> Floats:
    """The hand-defined kernel of a config: (1, M, N), or (3, M, N) with the grey mix in it.

    Raises ``ValueError`` for an unknown name, an even side, or taps that are all zero.
    """
    kernel = named(spec.name) if spec.values is None else as_kernel(spec.values)
    if kernel.shape[0] % 2 == 0 or kernel.shape[1] % 2 == 0:
        raise ValueError(
            f"kernel {spec.name} has shape {kernel.shape}; an even side has no centre pixel. "
            f"Pad it with a row or column of zeros to an odd size."
        )
    if not kernel.any():
        raise ValueError(f"kernel {spec.name} is zero throughout; give it a tap to learn.")
    mix = np.array(GREY_MIX if colour else (1.0,))
    return mix[:, None, None] * kernel


def _load_photos(config: Config, hand: dict[str, Floats]) -> list[Floats]:
    sources = find_photos(config.photos)
    photos = []
    for source in tqdm(sources, "photos", disable=None if len(sources) > 10 else True, leave=False):
        photo = load_photo(source, config.colour)
        for name, kernel in hand.items():
            if photo.shape[1] < kernel.shape[1] or photo.shape[2] < kernel.shape[2]:
                raise ValueError(
                    f"photo {source} has {photo.shape[1]} × {photo.shape[2]} pixels, fewer than "
                    f"the {kernel.shape[1]} × {kernel.shape[2]} taps of {name}. "
                    f"Use a larger photo or a smaller kernel."
                )
        photos.append(photo)
    if all((photo == photo[:, :1, :1]).all() for photo in photos):
        raise ValueError(
            f"photo {sources[0]} has one grey level throughout: every kernel of the right sum fits "
            f"it. Use a photo with texture."
        )
    return photos


def choose_device(name: str) -> torch.device:
    """The torch device of a config; "auto" takes a GPU where there is one.

    Raises ``ValueError`` where the device named is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there[name.partition(":")[0]]:
        raise ValueError(f"device is {name}, which this machine or this torch lacks. Use cpu.")
    return torch.device(name)


@dataclass(frozen=True)
class _Learned:
    """What was learned about one kernel.

    ``kernels`` holds (channels, M, N) arrays: "learned", and after a finish "least_squares" and
    perhaps "lower" and "upper"; ``entry`` goes to metrics.json, ``history`` to history.jsonl.
    """

    kernels: dict[str, Floats]
    entry: dict[str, Any]
    history: list[dict[str, Any]]


def _learn(
    name: str, hand: Floats, photos: list[Floats], config: Config, device: torch.device
) -> _Learned:
    options = config.train
    pairs = [
        made_pair(photo, hand, config.operation, config.border, config.target, config.bias)
        for photo in photos
    ]
    samples = [pair.samples((hand.shape[1], hand.shape[2])) for pair in pairs]
    # what the network should find: it correlates, so a true convolution comes back turned
    expected = hand if config.operation == "correlation" else hand[:, ::-1, ::-1]

    torch.manual_seed(config.seed)
    single = options.optimizer in ("sgd", "adam") or device.type == "mps"
    dtype = torch.float32 if single else torch.float64
    net = FilterNet((hand.shape[1], hand.shape[2]), hand.shape[0], dtype).to(device)

    history: list[dict[str, Any]] = []
    every = max(1, options.steps // LOGGED_STEPS)
    bar = tqdm(total=options.steps, desc=f"{name:>12}", unit="step", disable=None, leave=False)
    with bar:
        for progress in train(net, samples, options):
            last = progress
            bar.update(progress.step - bar.n)
            if progress.step % every == 0 or progress.step == options.steps:
                error = compare(progress.kernel, expected).relative_error
                bar.set_postfix_str(f"kernel error {error:.1e}", refresh=False)
                history.append(
                    {
                        "kernel": name,
                        "step": progress.step,
                        "seconds": progress.seconds,
                        "loss": progress.loss,
                        "kernel_error": error,
                    }
                )
    seconds, kernels, proof = last.seconds, {}, {}
    if options.finish == "chebyshev":
        start = time.perf_counter()
        finished = finish(samples, config.target, net.kernel, options.bias, options.certificate)
        seconds += time.perf_counter() - start
        net.kernel, proof = finished.kernel, finished.entry()
        kernels["least_squares"] = least_squares(samples)
        plain = compare(kernels["least_squares"], expected).relative_error
        proof["least_squares_error"] = plain
        if finished.certificate is not None:
            kernels["lower"], kernels["upper"] = finished.certificate[:2]
    comparison = compare(net.kernel, hand)
    entry = {
        "max_abs_error": comparison.max_abs_error,
        "relative_error": comparison.relative_error,
        "orientation": comparison.orientation,
        "oriented_error": comparison.oriented_error,
        "loss": last.loss,
        "steps": last.step,
        "seconds": seconds,
        **proof,
    }
    return _Learned({"learned": net.kernel, **kernels}, entry, history)


def _describe(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{device.type} ({platform.machine()})"
