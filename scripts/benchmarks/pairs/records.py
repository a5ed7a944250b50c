"""What passes between the makers of pairs, the contestants and the jury."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from handconv.arrays import Array, Floats

Split = Literal[
    "float",
    "easy",
    "clipped",
    "truncated",
    "large",
    "noisy",
    "jpeg",
    "colour",
    "not linear",
    "undetermined",
]
Verdict = Literal["linear", "not linear", "undetermined"]
LINEAR: tuple[Split, ...] = (
    *("float", "easy", "clipped", "truncated", "large", "noisy", "jpeg", "colour"),
)
SPLITS: tuple[Split, ...] = (*LINEAR, "not linear", "undetermined")


@dataclass(frozen=True)
class Truth:
    """What a linear program does.

    Attributes
    ----------
    kernel : taps of a correlation with odd sides, the middle one on the output pixel: (M, N), for
        every channel alike; or (out-channels, in-channels, M, N)
    bias : grey levels
    border : one of handconv's five, or "unfiltered" where the program leaves its rim as it was;
        None where that is not asked
    rounding : "nearest" or "floor"; None in floating point, and where something came on top
    how : how this is known
    """

    kernel: Floats
    bias: float
    border: str | None
    rounding: str | None
    how: str


@dataclass(frozen=True)
class Pair:
    """A picture before and after a program, and what that program does.

    Attributes
    ----------
    name : unique, fit for a file
    split, library, program, photo : where it comes from
    before, after : (rows, columns) or (rows, columns, 3), uint8 or float64
    truth : None where no kernel does the same
    file : the bytes of the after picture where it came as a JPEG file
    """

    name: str
    split: Split
    library: str
    program: str
    photo: str
    before: Array
    after: Array
    truth: Truth | None
    file: bytes | None = None

    def question(self) -> "Question":
        """What contestants are told."""
        shape = () if self.truth is None else self.truth.kernel.shape
        return Question(self.before, self.after, shape or (3, 3), self.file)

    def digest(self) -> str:
        """A number for all that a contestant is told: other pictures, another number."""
        told = self.question()
        parts = (told.before, told.after, np.array(told.shape))
        whole = [part for each in parts for part in (str(each.dtype).encode(), each.tobytes())]
        return hashlib.sha256(b"".join([*whole, told.file or b""])).hexdigest()


@dataclass(frozen=True)
class Question:
    """What a contestant is told.

    Attributes
    ----------
    before, after, file : as in `Pair`
    shape : of the true kernel, (M, N) with odd sides or (out-channels, in-channels, M, N): for
        those that need it. (3, 3) where there is no such kernel.
    """

    before: Array
    after: Array
    shape: tuple[int, ...]
    file: bytes | None = None


@dataclass(frozen=True)
class Answer:
    """What a contestant says. Only the kernel must be there.

    Attributes
    ----------
    kernel : taps of a correlation, (M, N) or (out-channels, in-channels, M, N)
    anchor : (row, column) of the tap on the output pixel, which may lie outside; None: the middle
    bias : grey levels
    borders, roundings : those that fit, in the words of `Truth`
    error : what each tap may be off by, as the kernel
    verdict : whether the program is linear, where the contestant says anything of that
    """

    kernel: Floats
    anchor: tuple[int, int] | None = None
    bias: float | None = None
    borders: tuple[str, ...] | None = None
    roundings: tuple[str, ...] | None = None
    error: Floats | None = None
    verdict: Verdict | None = None
