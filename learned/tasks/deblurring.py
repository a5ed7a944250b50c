"""The learned inverse beside the deconvolutions of scikit-image, timed and judged alike."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from skimage import restoration
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from handconv import Border, correlate, words
from handconv.arrays import Floats

RIM = 32  # pixels that "inside" leaves out: what reaches there from outside the photo
BALANCES = np.logspace(-4, 1.5, 23)
LUCY_ROUNDS = 30

Method = Callable[[Floats], Floats]
"""From the after image (rows, columns), grey levels, to what lay before."""


class Scores(NamedTuple):
    """Means over photos."""

    psnr: float  # dB, of the whole photo
    psnr_inside: float  # dB, without a rim of 32 pixels
    ssim: float
    seconds: float  # for one photo


def wiener(after: Floats, blur: Floats, balance: float) -> Floats:
    """scikit-image's Wiener filter, which takes photos to be smooth: small under a Laplacian."""
    restored: Floats = restoration.wiener(after / 255, blur, balance, clip=False) * 255
    return restored


def wiener_padded(after: Floats, blur: Floats, balance: float) -> Floats:
    """The same on a photo that goes on mirrored; left alone it takes the photo to wrap round."""
    padded = np.pad(after, RIM, mode="symmetric")
    return wiener(padded, blur, balance)[RIM:-RIM, RIM:-RIM]


Wiener = Callable[[Floats, Floats, float], Floats]


def tuned_balance(filtering: Wiener, pairs: Sequence[tuple[Floats, Floats]], blur: Floats) -> float:
    """The balance with which a Wiener filter gives the best mean PSNR on (after, before) pairs."""

    def quality(balance: float) -> float:
        restored = [psnr(filtering(after, blur, balance), before) for after, before in pairs]
        return float(np.mean(restored))

    return float(max(BALANCES, key=quality))


def methods(
    inverse: Floats, blur: Floats, border: Border, pairs: Sequence[tuple[Floats, Floats]]
) -> dict[str, Method]:
    """All that are compared, by name; they are given the blur, the learned kernel is not.

    The balances of the Wiener filters are tuned on ``pairs``, from which the kernel was learned.
    """
    balance, padded_balance = (tuned_balance(each, pairs, blur) for each in (wiener, wiener_padded))

    def unsupervised(after: Floats) -> Floats:
        restored = restoration.unsupervised_wiener(after / 255, blur, clip=False, rng=0)[0]
        return np.asarray(restored * 255)

    def lucy(after: Floats) -> Floats:  # which knows no negative light
        light = after.clip(0, None) / 255
        return np.asarray(restoration.richardson_lucy(light, blur, LUCY_ROUNDS, clip=False) * 255)

    return {
        "blurred": lambda after: after,
        "learned": lambda after: correlate(after.astype(np.float32), inverse, border).astype(float),
        "wiener": lambda after: wiener(after, blur, balance),
        "wiener_padded": lambda after: wiener_padded(after, blur, padded_balance),
        "unsupervised_wiener": unsupervised,
        "richardson_lucy": lucy,
    }


def judge(
    methods: Mapping[str, Method], pairs: Sequence[tuple[Floats, Floats]]
) -> tuple[dict[str, Scores], dict[str, Floats]]:
    """The mean scores of each method, and what each makes of the first pair, beside its "photo"."""
    scores, example = {}, {"photo": pairs[0][1]}
    for name, method in methods.items():
        method(pairs[0][0])  # compiles, and plans
        found = []
        for number, (after, before) in enumerate(pairs):
            start = time.perf_counter()
            restored = method(after)
            seconds = time.perf_counter() - start
            found.append(_scores(restored, before, seconds))
            if number == 0:
                example[name] = restored
        scores[name] = Scores(*np.mean(found, axis=0).tolist())
    return scores, example


def _scores(restored: Floats, before: Floats, seconds: float) -> Scores:
    inside = slice(RIM, -RIM), slice(RIM, -RIM)
    ssim = structural_similarity(before, restored, data_range=255)
    return Scores(psnr(restored, before), psnr(restored[inside], before[inside]), ssim, seconds)


def psnr(restored: Floats, before: Floats) -> float:
    """Peak signal-to-noise ratio, dB, of grey levels."""
    return float(peak_signal_noise_ratio(before, restored, data_range=255))


def table(cases: Mapping[str, Mapping[str, Scores]]) -> str:
    """PSNR of the whole photo and of its inside, SSIM and seconds: a row a case and method."""
    rows = [
        (case, method, f"{s.psnr:.2f}", f"{s.psnr_inside:.2f}", f"{s.ssim:.3f}", f"{s.seconds:.4f}")
        for case, scores in cases.items()
        for method, s in scores.items()
    ]
    return words.table(("case", "method", "PSNR, dB", "inside", "SSIM", "seconds"), rows)
