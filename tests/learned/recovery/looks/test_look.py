"""The look of pairs, found, applied and proved."""

import subprocess
import sys

import numpy as np
import pytest
from looks import after_of, in_sixteen_bits, rough_table, smooth_table
from PIL import Image, ImageEnhance
from running import ROOT
from thorough import slow_except

from handconv.pictures import skimage_photo
from learned.recovery.looks import find_look
from learned.recovery.looks.check import check, sentence
from learned.recovery.looks.figure import figure, states
from learned.recovery.looks.words import sentences

COFFEE = skimage_photo("coffee")[100:228, 200:360]
CAT = skimage_photo("chelsea")[60:188, 100:260]
CASES = [
    (make, size, interpolation)
    for make in (smooth_table, rough_table)
    for size in (17, 33)
    for interpolation in ("tetrahedral", "trilinear")
]


@pytest.mark.parametrize(
    ("make", "size", "interpolation"),
    slow_except(CASES, (smooth_table, 17, "tetrahedral")),
)
def test_all_pixels_are_reproduced_and_what_is_proved_is_true(make, size, interpolation):
    table = make(size, 3)
    look = find_look([COFFEE], [after_of(table, COFFEE, interpolation)], size)
    assert look.exact_pixels == 1
    assert look.interpolation == interpolation
    np.testing.assert_array_equal(look.apply(COFFEE), after_of(table, COFFEE, interpolation))
    assert (look.lowest <= table).all()
    assert (table <= look.highest).all()
    after = after_of(table, CAT, interpolation)
    certain = look.certain(CAT)
    assert (look.apply(CAT) == after)[certain].all()
    in_all, seen, proved, sure = check(look, CAT, after)
    assert in_all.exact < seen.exact <= 1
    assert proved.exact >= 0.98
    assert sure.pixels == certain.mean()
    assert sure.exact == 1
    assert len([sentence(part) for part in (in_all, seen, proved, sure)]) == 4


@pytest.mark.slow
def test_whole_photos():
    table = smooth_table(17, 8)
    photos = [skimage_photo("coffee"), skimage_photo("astronaut")]
    look = find_look(photos, [after_of(table, each, "tetrahedral") for each in photos], 17)
    assert look.exact_pixels == 1
    cat = skimage_photo("chelsea")
    _, seen, proved, sure = check(look, cat, after_of(table, cat, "tetrahedral"))
    assert seen.exact > 0.9
    assert proved.exact >= 0.99
    assert sure.pixels > 0.3
    assert sure.exact == 1


def test_sixteen_bits():
    table = smooth_table(17, 4)
    before = in_sixteen_bits(COFFEE[:64, :80])
    look = find_look([before], [after_of(table, before, "trilinear")], 17)
    assert (look.exact_pixels, look.interpolation) == (1, "trilinear")
    assert look.apply(before).dtype == np.uint16
    with pytest.raises(ValueError, match="8 bits a channel and the look was found from 16"):
        look.apply(COFFEE)


@pytest.mark.slow
def test_a_finer_table_is_not_claimed():
    after = after_of(rough_table(33, 0), COFFEE[:64, :80], "tetrahedral")
    look = find_look([COFFEE[:64, :80]], [after], 17)
    assert look.exact_pixels < 1
    assert not look.proved.any()
    assert not look.certain(CAT).any()
    assert "Nothing is proved" in " ".join(sentences(look))


def test_the_figure_shows_all_cells():
    before = COFFEE[:64, :80]
    look = find_look([before], [after_of(smooth_table(17, 1), before, "tetrahedral")], 17)
    assert set(np.unique(states(look))) <= {0, 1, 2}
    assert (states(look) > 0).sum() == look.cells_seen.sum()
    drawn = figure(look, before, look.apply(before))
    words = [axis.get_title() for part in drawn.subfigs for axis in part.axes]
    assert "before" in words
    drawn.canvas.draw()


GREY = np.repeat(np.arange(60, dtype=np.uint8).reshape(6, 10, 1), 3, axis=2)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (GREY, GREY, "grey in every pixel"),
        (GREY[..., 0], GREY[..., 0], "is grey"),
        (COFFEE, COFFEE[:-1], "127×160"),
        (COFFEE, np.dstack([COFFEE, COFFEE[..., :1]]), "after has alpha"),
        (COFFEE / 255, COFFEE, "before holds float64"),
        (
            COFFEE[:, :80],
            COFFEE[:, 80:],
            r"not a function of the colour alone: \d+\.\d % of the pix",
        ),
    ],
)
def test_what_is_no_look_is_told(before, after, message):
    with pytest.raises(ValueError, match=message):
        find_look([before], [after], 17)


def test_numbers_of_pictures_and_sizes():
    with pytest.raises(ValueError, match="2 pictures and after 1"):
        find_look([COFFEE, COFFEE], [COFFEE])
    with pytest.raises(ValueError, match="size is 16"):
        find_look([COFFEE], [COFFEE], 16)


def test_a_few_retouched_pixels_are_no_contradiction():
    before = np.concatenate([COFFEE, COFFEE])
    after = 255 - before
    after[3, 3:8] = 0
    look = find_look([before], [after], 17)
    assert look.simple is not None
    assert 0.999 < look.exact_pixels < 1


def test_it_needs_no_torch():
    program = "import sys, learned.recovery.looks; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_by_how_much_the_others_differ_is_told():
    before = skimage_photo("coffee")[100:180, 200:300]
    after = np.asarray(ImageEnhance.Color(Image.fromarray(before)).enhance(1.5))
    look = find_look([before], [after], size=17)
    off = np.abs(look.apply(before).astype(int) - after)
    assert 0 < look.exact_pixels < 1
    assert look.exact_pixels == (off == 0).all(axis=-1).mean()
    assert look.off_by == off.max()
