"""Pixels counted band by band are those of the whole picture at once."""

from dataclasses import replace

import numpy as np
import pytest
from recover_pairs import photo
from scipy import ndimage

from learned.recovery import reading, thresholds
from learned.recovery.explanations import bilateral, chains, magnitudes, morphology, ranks, unsharp
from learned.recovery.explanations.counting import share_reproduced, share_unchanged
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.frames import turn

SOBEL = np.array([[[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]])
KINDS = {
    "median": (ranks.rank_of, {"footprint": np.ones((5, 5), np.uint8), "reach": (2,) * 4, "rank": 12}),
    "minimum": (ranks.rank_of, {"footprint": np.ones((1, 4), np.uint8), "reach": (0, 0, 2, 1), "rank": 0}),
    "magnitude": (
        magnitudes.magnitude,
        {"kernels": SOBEL, "way": "sum", "scale": 0.5, "offset": 0.0, "rounding": "nearest", "top": 255.0},
    ),
    "opening": (
        morphology.morphology,
        {"footprint": np.ones((5, 5), np.uint8), "more": ["erode", "dilate"], "less": None},
    ),
    "bilateral": (
        bilateral.bilateral,
        {"radius": 2, "shape": "disc", "sigma_colour": 30.0, "sigma_space": 2.0, "rounding": "nearest"},
    ),
    "two passes": (
        chains.two_passes,
        {"kernels": [[0.25, 0.5, 0.25], [0.2] * 5], "axes": [1, 2], "rounding": "nearest"},
    ),
}  # fmt: skip
REACHES = {"median": 2, "minimum": 2, "magnitude": 1, "opening": 4, "bilateral": 2, "two passes": 5}
MODES = ("edge", "symmetric", "reflect", "wrap", "constant")
SCIPY = {"edge": "nearest", "symmetric": "reflect", "reflect": "mirror"}
NO_MODE = {
    "boxes": Explanation("chain", "", {}, chains.box_blurs, {"radius": 2.3, "passes": 3}, 9),
    "unsharp": Explanation(
        "unsharp", "", {}, unsharp.unsharp,
        {"sigma": 1.5, "amount": 1.5, "threshold": 3, "blur": "gaussian", "rounding": "nearest"}, 6,
    ),
    "turn": Explanation("frame", "", {}, turn, {"left_turns": 2, "mirrored": False}),
}  # fmt: skip


def explanations():
    for name, (make, settings) in KINDS.items():
        for mode in MODES:
            named = SCIPY.get(mode, mode) if name == "two passes" else mode
            plain = Explanation(name, "", {}, make, {**settings, "mode": named}, REACHES[name])
            yield pytest.param(plain, id=f"{name}-{mode}")
    yield from (pytest.param(each, id=name) for name, each in NO_MODE.items())


@pytest.mark.parametrize("explanation", list(explanations()))
@pytest.mark.parametrize("channels", [1, 3])
def test_bands_make_the_whole(explanation, channels, monkeypatch):
    before = photo("cat", 61, 43)
    before = np.dstack([before, before[::-1], before.T[:43].T[:61]])[..., :channels].squeeze()
    seen = reading.read(before, before)
    whole = explanation.apply(seen.before)
    spoilt = whole.copy()
    spoilt[:, ::7, ::3] ^= 1
    seen = replace(seen, after=spoilt)
    monkeypatch.setattr(thresholds, "BAND_PIXELS", 400)
    assert share_reproduced([seen], explanation) == np.mean(whole == spoilt)


def test_a_smaller_after_picture_is_counted_in_its_place(monkeypatch):
    before = photo("cat", 61, 43)
    make, settings = KINDS["median"]
    explanation = Explanation("rank", "", {}, make, {**settings, "mode": "edge"}, 2)
    after = explanation.apply(before[None])[0, 4:-4, 3:-3]
    seen = reading.read(before, np.ascontiguousarray(after), crop=True)
    monkeypatch.setattr(thresholds, "BAND_PIXELS", 300)
    assert share_reproduced([seen], explanation) == 1


def test_what_is_turned_is_not_unchanged():
    before = photo("cat", 61, 43)
    assert share_unchanged([reading.read_of_any_sizes(before, before.T.copy())]) == 0
    assert share_unchanged([reading.read(before, before)]) == 1


@pytest.mark.parametrize("mode", ["edge", "symmetric", "reflect", "wrap", "unfiltered"])
@pytest.mark.parametrize("side", [3, 5, 9])
def test_the_quick_median_is_the_rank(mode, side):
    """8-bit medians of squares go another way than other ranks."""
    planes = photo("cat", 40, 31)[None]
    settings = {
        "footprint": np.ones((side, side), np.uint8), "reach": (side // 2,) * 4,
        "rank": side * side // 2, "mode": mode,
    }  # fmt: skip
    wide = ranks.rank_of(planes.astype(np.uint16), **settings)
    assert np.array_equal(ranks.rank_of(planes, **settings), wide)
    inner = np.s_[:, side // 2 : -(side // 2), side // 2 : -(side // 2)]
    assert np.array_equal(wide[inner], ndimage.median_filter(planes, (1, side, side))[inner])
