"""The config of an experiment: what its keys are, and which values they take."""

import re
from pathlib import Path
from typing import Any, Literal

import tomli_w
from pydantic import Field, ValidationInfo, field_validator, model_validator

from handconv import Border
from handconv.kernels.read import SUFFIXES, read_kernels
from learned.pairs import Operation, Target
from learned.train.options import Checked, TrainConfig


class KernelConfig(Checked):
    """A hand-defined kernel: a name that `handconv` knows, or taps written out in the config."""

    name: str = Field(pattern=r"^[\w.(), =+-]+$", max_length=64)
    """What it is called in figures and files."""
    values: tuple[tuple[float, ...], ...] | None = None
    """The taps, row by row; None: the kernel is known by its name."""


class PairConfig(Checked):
    """Pictures before and after: two files, or two folders or globs, matched by name."""

    before: str
    """A file, a folder or a glob."""
    after: str
    """The same, of the filtered pictures."""


OWN = "own_pairs"
"""What the one kernel behind all ``pairs`` is called."""


def _or_text(schema: dict[str, Any]) -> None:
    """Say in a schema that each item of a list may also be a text."""
    schema["items"] = {"anyOf": [{"type": "string"}, schema["items"]]}


class Config(Checked):
    """One experiment: kernels to be learned back from photos, or pairs to learn one from, or both.

    Every other field has a default that works offline.
    """

    name: str = Field("experiment", pattern=r"^[A-Za-z0-9_.-]+$", max_length=64)
    """Also the name of the run folder, ``runs/NAME``."""
    seed: int = Field(0, ge=0, lt=2**63)
    """Decides the first weights, nothing else."""
    photos: tuple[str, ...] = Field(("skimage:camera",), min_length=1)
    """``skimage:NAME``, a file, a folder or a glob."""
    strict: bool = False
    """True: a photo that cannot be used is an error. False: it is left out, and listed."""
    colour: bool = False
    """False: photos are made grey. True: the network sees three channels, and the target is the
    kernel applied to their grey mix, so that conversion and filter are learned as one."""
    pairs: tuple[PairConfig, ...] = ()
    """``[[pairs]]`` tables with the pictures ``before`` and ``after`` some filter, the same for
    all; for a single one write ``before`` and ``after`` without a table."""
    size: Literal["auto"] | tuple[int, int] = "auto"
    """Rows and columns of the kernel behind the pairs; auto: the smallest that explains them."""
    inverse: bool = False
    """True: learn the way back from the pairs, after → before: what takes the filter off again, as
    far as one kernel can. Give a ``size``."""
    kernels: tuple[KernelConfig, ...] = Field(
        (),
        validate_default=True,
        json_schema_extra=_or_text,
    )
    """Names (``sobel_x``), families (``gaussian(5, 1.2)``), taps (``[[0, 1, 0], …]``), files (see
    `handconv.kernels.read`), or ``{name = …, values = …}``; one, or a list."""
    operation: Operation = "correlation"
    """How the targets are made from the kernels."""
    border: Border | Literal["valid"] = "replicate"
    """What stands outside the picture. valid, the default where there are pairs: not known; pixels
    whose neighbourhood reaches outside are left out."""
    target: Target = "float64"
    """What the after image is stored as: uint8 rounds and clips, uint8_floor truncates and clips
    as the tutorial does."""
    bias: float = Field(0.0, ge=-1e30, le=1e30)
    """Added to every pixel of the targets, grey levels (emboss filters like 128)."""
    device: str = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?|mps)$")
    """auto: a GPU where there is one."""
    train: TrainConfig = TrainConfig()
    """How the network is trained."""
    race: tuple[TrainConfig, ...] = ()
    """``[[race]]`` tables, each as ``[train]``: optimizers that also learn every kernel, from the
    same start, to compare their speed."""

    @model_validator(mode="before")
    @classmethod
    def _single_pair(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        pair = {key: values[key] for key in ("before", "after") if key in values}
        values = {key: value for key, value in values.items() if key not in pair}
        if len(pair) == 1:
            (given,) = pair
            raise ValueError(f"{given} is given alone; give before=FILE and after=FILE")
        if pair:
            values["pairs"] = [pair]
        if values.get("pairs"):
            values.setdefault("border", "valid")
        return values

    @field_validator("photos", mode="before")
    @classmethod
    def _one_photo(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("size", mode="before")
    @classmethod
    def _odd_sides(cls, value: Any) -> Any:
        sides = [value] * 2 if isinstance(value, int) else value
        if value == "auto":
            return value
        if not isinstance(sides, list | tuple) or len(sides) != 2:
            raise ValueError("give rows and columns, as [3, 3], or auto")
        if any(not isinstance(side, int) or side < 1 or side % 2 == 0 for side in sides):
            raise ValueError("rows and columns must be odd numbers of at least 1")
        return sides

    @field_validator("kernels", mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        """Any form becomes {name, values}; of names that are known, the name is enough."""
        if not isinstance(value, list | tuple):
            value = [value]
        elif _is_taps(value):
            value = [{"name": "kernel", "values": value}]
        found = []
        for each in value:
            if _is_taps(each):
                found.append({"name": "kernel", "values": each})
            elif isinstance(each, str) and _is_a_form(each):
                for name, taps in read_kernels(each).items():
                    plain = re.sub(r"[^\w.(), =+-]", "_", name)[:64]
                    found.append({"name": plain, "values": taps.tolist()})
            else:
                found.append({"name": each} if isinstance(each, str) else each)
        return found

    @field_validator("kernels")
    @classmethod
    def _each_once(
        cls, value: tuple[KernelConfig, ...], info: ValidationInfo
    ) -> tuple[KernelConfig, ...]:
        names = [kernel.name for kernel in value]
        if not names and not info.data.get("pairs", True):
            raise ValueError("name kernels to learn back, or give before=FILE and after=FILE")
        if OWN in names:
            raise ValueError(f"{OWN} is what the kernel behind pairs is called; use another name")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands there twice; name each kernel once")
        return value

    @model_validator(mode="after")
    def _bias_needs_the_finish(self) -> "Config":
        if self.train.finish == "none" and (self.train.bias or self.bias):
            raise ValueError("a bias is learned by train.finish = 'chebyshev' only; add that")
        return self

    @model_validator(mode="after")
    def _an_inverse_of_pairs(self) -> "Config":
        if self.inverse and (not self.pairs or self.kernels):
            raise ValueError(
                "inverse is for pairs alone; of photos and blurs configs/inverse.toml learns it"
            )
        if self.inverse and (self.size == "auto" or self.train.finish != "none"):
            raise ValueError(
                "an inverse is nowhere exact: give its size, as [25, 25], and no train.finish"
            )
        return self

    @model_validator(mode="after")
    def _race_needs_kernels(self) -> "Config":
        if self.race and not self.kernels:
            raise ValueError("a race needs kernels: how close it comes is measured against them")
        return self

    @property
    def names(self) -> list[str]:
        """Of all kernels that are learned, in order."""
        return [kernel.name for kernel in self.kernels] + [OWN] * bool(self.pairs)

    @property
    def padding(self) -> Border:
        """What pictures are padded with: where the border is not known, with their edge."""
        return "replicate" if self.border == "valid" else self.border

    def to_toml(self) -> str:
        """The config as a TOML file that gives it back."""
        values = self.model_dump(mode="json", exclude_none=True)
        values["kernels"] = [k if "values" in k else k["name"] for k in values["kernels"]]
        unused = () if self.kernels else ("photos", "strict", "operation", "bias")
        values = {k: v for k, v in values.items() if v != [] and k not in unused}
        return tomli_w.dumps(values)


def _is_taps(value: Any) -> bool:
    """Whether it is rows of numbers."""
    return (
        isinstance(value, list | tuple)
        and all(
            isinstance(row, list | tuple) and all(isinstance(tap, int | float) for tap in row)
            for row in value
        )
        and len(value) > 0
    )


def _is_a_form(text: str) -> bool:
    """Whether a text is typed-in taps or a file, not a name."""
    return text.strip().startswith("[") or Path(text).suffix.lower() in SUFFIXES
