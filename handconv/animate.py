"""Animations, written as GIF or MP4; and one of the kernel that slides over a picture."""

import base64
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.animation import FFMpegWriter
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from PIL import Image

from handconv.arguments import as_kernel
from handconv.arrays import Array, Floats
from handconv.bars import Progress, untold
from handconv.borders import Border, check_border, cut_out
from handconv.files import complete_file
from handconv.pictures.draw import LINE_COLOURS, draw_kernel, draw_pixels
from handconv.worked import Worked, worked

MOST_FRAMES = 400
MOST_PIXELS = 2_000_000  # of a frame
COLOURS = 256  # of a GIF
LARGEST_KERNEL = 5  # rows and columns whose numbers can be read
LARGEST_WINDOW = 9  # the same, of the pixels that are answered


@dataclass(frozen=True)
class Animation:
    """A figure, and what draws a frame into it. In a notebook it plays by itself.

    Attributes
    ----------
    figure : is drawn again for every frame
    frames : how many there are, at most 400
    draw : draws the frame of a number, from 0 on, in any order
    pace : frames a second
    hold : seconds that the last frame stays
    """

    figure: Figure
    frames: int
    draw: Callable[[int], None]
    pace: int = 4
    hold: float = 2.0

    def __post_init__(self) -> None:
        width, height = FigureCanvasAgg(self.figure).get_width_height()
        if not 1 <= self.frames <= MOST_FRAMES:
            raise ValueError(f"frames is {self.frames}; from 1 to {MOST_FRAMES} are drawn.")
        if width * height > MOST_PIXELS:
            raise ValueError(
                f"figure has {width} × {height} pixels; draw it on {MOST_PIXELS} at most."
            )
        if not 1 <= self.pace <= 50:
            raise ValueError(f"pace is {self.pace}; take 1 to 50 frames a second.")

    def gif(self, progress: Progress = untold) -> bytes:
        """The animation as a GIF that runs for ever, all frames in the same colours."""
        ends = [self._drawn(number) for number in (0, self.frames // 2, self.frames - 1)]
        sheet = Image.fromarray(np.concatenate(ends)).quantize(COLOURS)
        first, *others = _in_colours_of(sheet, self._all(progress))
        pause = round(1000 / self.pace)  # milliseconds
        durations = [pause] * (self.frames - 1) + [pause + round(1000 * self.hold)]
        file = io.BytesIO()
        first.save(file, "gif", save_all=True, append_images=others, duration=durations, loop=0)
        return file.getvalue()

    def _all(self, progress: Progress) -> Iterator[Array]:
        for number in range(self.frames):
            yield self._drawn(number)
            progress(number + 1, self.frames)

    def _drawn(self, number: int) -> Array:
        """A frame as (rows, columns, 3) uint8."""
        self.draw(number)
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()  # type: ignore[no-untyped-call]
        shown = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        return shown[:, :, :3].copy()

    def _repr_html_(self) -> str:
        """For a notebook."""
        gif = base64.b64encode(self.gif()).decode("ascii")
        return f'<img src="data:image/gif;base64,{gif}" alt="animation">'


def _in_colours_of(sheet: Image.Image, frames: Iterator[Array]) -> Iterator[Image.Image]:
    for frame in frames:
        yield Image.fromarray(frame).quantize(palette=sheet, dither=Image.Dither.NONE)


def settle(figure: Figure, draw: Callable[[int], None]) -> None:
    """Lay the figure out once, by its first frame: nothing moves from then on, and drawing is
    faster."""
    draw(0)
    FigureCanvasAgg(figure).draw()  # type: ignore[no-untyped-call]
    figure.set_layout_engine("none")


def animation_file(name: str) -> Path:
    """Where to write an animation: checked before any work is done.

    Raises ``ValueError`` where the name ends in neither .gif nor .mp4, or in .mp4 where the program
    ffmpeg, which makes these, is not installed.
    """
    path = Path(name)
    suffix = path.suffix.lower()
    if suffix not in (".gif", ".mp4"):
        raise ValueError(f"{name} must end in .gif or .mp4.")
    if suffix == ".mp4" and not FFMpegWriter.isAvailable():
        raise ValueError(f"{name} needs the program ffmpeg. Install it, or write a .gif.")
    return path


def write_animation(path: Path, animation: Animation, progress: Progress = untold) -> None:
    """Write a GIF or, by ffmpeg, an MP4 to ``path``, whole or not at all.

    The folder is made where it is missing. ``progress`` is told how many frames of how many are
    drawn. Raises ``ValueError`` as `animation_file`, or where ``path`` cannot be written.
    """
    animation_file(str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    with complete_file(path) as draft:
        if path.suffix.lower() == ".gif":
            draft.write_bytes(animation.gif(progress))
            return
        writer = FFMpegWriter(fps=animation.pace, codec="h264")
        stay = round(animation.hold * animation.pace)
        with writer.saving(animation.figure, str(draft), animation.figure.dpi):
            for number in range(animation.frames):
                animation.draw(number)
                for _ in range(1 + stay * (number == animation.frames - 1)):
                    writer.grab_frame()
                progress(number + 1, animation.frames)


def sliding(
    picture: Array,
    kernel: ArrayLike,
    *,
    corner: tuple[int, int] | None = None,
    size: tuple[int, int] = (6, 6),
    border: Border = "replicate",
    pace: int = 2,
) -> Animation:
    """The kernel slides over a part of the picture: number × number, summed, pixel by pixel.

    Parameters
    ----------
    picture : (rows, columns) grey levels, 0 … 255
    kernel : (M, N), odd sides of at most 5: laid on as it is written, as by `handconv.correlate`
    corner : (row, column) of the first pixel that is answered; None: the part in the middle
    size : rows and columns of the part, at most 9 × 9, so that its numbers can be read
    border : what stands outside the picture, one of `handconv.BORDERS`
    pace : frames, and so pixels, a second

    Raises ``ValueError`` for a kernel or a part that is larger, or does not lie in the picture.

    >>> sliding(np.eye(8) * 255, [[1, 2, 1]], size=(2, 3)).frames
    6
    """
    picture, taps = np.asarray(picture), as_kernel(kernel)
    check_border(border)
    _check(picture, taps, size)
    corner = corner or ((picture.shape[0] - size[0]) // 2, (picture.shape[1] - size[1]) // 2)
    if any(
        not 0 <= first <= whole - part
        for first, whole, part in zip(corner, picture.shape, size, strict=True)
    ):
        raise ValueError(
            f"corner is {corner}; from there, {size[0]} × {size[1]} pixels do not lie in the "
            f"picture of {picture.shape[0]} × {picture.shape[1]}."
        )
    places = list(itertools.product(range(size[0]), range(size[1])))
    steps = [worked(picture, taps, corner[0] + y, corner[1] + x, border) for y, x in places]
    figure = Figure((8.4, 6.6), dpi=90, layout="constrained")
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(1.35, 1))[:, 0]
    rows, columns = (
        (first - side // 2, first + part + side // 2)
        for first, part, side in zip(corner, size, taps.shape, strict=True)
    )
    seen = cut_out(picture, rows, columns, border).astype(np.float64)
    scene = _Scene(seen, size, steps, above.subplots(1, 2), below.subplots(1, 3))
    settle(figure, scene.draw)
    return Animation(figure, len(places), scene.draw, pace)


def _check(picture: Array, taps: Floats, size: tuple[int, int]) -> None:
    if picture.ndim != 2:
        raise ValueError(f"picture has shape {picture.shape}; it must be (rows, columns), grey.")
    if max(taps.shape) > LARGEST_KERNEL:
        raise ValueError(
            f"kernel has shape {taps.shape}; numbers of more than {LARGEST_KERNEL} rows or columns "
            f"cannot be read. Take a smaller one."
        )
    if min(size) < 1 or max(size) > LARGEST_WINDOW:
        raise ValueError(
            f"size is {size[0]} × {size[1]}; take 1 to {LARGEST_WINDOW} rows and columns."
        )


@dataclass(frozen=True)
class _Scene:
    """Above: the part of the picture and its answer. Below: pixels × taps = products."""

    seen: Floats
    """The part, and what the kernel sees around it"""
    size: tuple[int, int]
    steps: list[Worked]
    above: Array
    below: Array
    """Axes"""

    def draw(self, number: int) -> None:
        one, place = self.steps[number], divmod(number, self.size[1])
        for axis in (*self.above, *self.below):
            axis.clear()
        rows, columns = one.kernel.shape
        draw_pixels(self.above[0], self.seen, inches=3.4)
        _frame(self.above[0], (rows // 2, columns // 2), self.size, "#56B4E9")
        _frame(self.above[0], place, one.kernel.shape)
        self.above[0].set_title("pixels (blue: those to answer)")
        self._draw_answers(number)
        _frame(self.above[1], place, (1, 1))
        self.above[1].set_title("the answer so far")
        draw_pixels(self.below[0], one.pixels.astype(np.float64), inches=2.4)
        draw_kernel(self.below[1], one.kernel, _largest([one.kernel]), inches=2.4)
        most = _largest([step.products for step in self.steps])
        draw_kernel(self.below[2], one.products, most, inches=2.4)
        titles = ("pixels", "× kernel", f"= products, sum {one.total:.5g}")
        for axis, title in zip(self.below, titles, strict=True):
            axis.set_title(title)

    def _draw_answers(self, number: int) -> None:
        """As grey levels where all are, else in colours around zero."""
        answers = np.array([step.total for step in self.steps])
        grey = answers.min() >= 0 and answers.max() <= 255
        known = np.where(np.arange(len(answers)) <= number, answers, np.nan).reshape(self.size)
        if grey:
            draw_pixels(self.above[1], known, inches=3.4)
        else:
            draw_kernel(self.above[1], known, _largest([answers]), inches=3.4)


def _largest(tables: Sequence[Floats]) -> float:
    """The largest magnitude; 1 where all is zero, as a scale of colours needs a width."""
    return max(float(np.abs(table).max()) for table in tables) or 1.0


def _frame(
    axis: Axes, first: tuple[int, int], shape: tuple[int, ...], colour: str = LINE_COLOURS[3]
) -> None:
    """Around the pixels from ``first`` (row, column) on, seen on black and on white."""
    (row, column), (rows, columns) = first, shape
    for shade, width in (("white", 6), (colour, 3)):
        axis.plot(
            np.array([0, columns, columns, 0, 0]) + column - 0.5,
            np.array([0, 0, rows, rows, 0]) + row - 0.5,
            color=shade,
            linewidth=width,
            clip_on=False,
        )
