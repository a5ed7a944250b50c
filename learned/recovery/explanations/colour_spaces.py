"""Colour spaces of 8 bits a channel, as libraries convert to them and back."""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from handconv.arrays import Array


@dataclass(frozen=True)
class Space:
    """A colour space of a library.

    Attributes
    ----------
    name : for a person
    there, back : what the library calls the ways from red, green, blue, and to it
    channels : their names
    period : after how many levels the hue begins again; 0 where no channel is a hue
    """

    name: str
    there: str
    back: str
    channels: tuple[str, str, str]
    period: int = 0

    def is_hue(self, channel: int) -> bool:
        """Whether the levels of this channel go round."""
        return self.period > 0 and self.channels[channel] == "H"


def _opencv(name: str, channels: tuple[str, str, str], period: int = 0, suffix: str = "") -> Space:
    title = f"{name}{suffix} (OpenCV)"
    return Space(title, f"RGB2{name}{suffix}", f"{name}2RGB{suffix}", channels, period)


SPACES = (
    _opencv("YCrCb", ("Y", "Cr", "Cb")),
    _opencv("YUV", ("Y", "U", "V")),
    Space("YCbCr (Pillow)", "YCbCr", "YCbCr", ("Y", "Cb", "Cr")),
    _opencv("HSV", ("H", "S", "V"), 180),
    _opencv("HLS", ("H", "L", "S"), 180),
    _opencv("HSV", ("H", "S", "V"), 256, "_FULL"),
    Space("HSV (Pillow)", "HSV", "HSV", ("H", "S", "V"), 256),
    _opencv("Lab", ("L", "a", "b")),
    _opencv("Luv", ("L", "u", "v")),
)


def to_space(planes: Array, there: str) -> Array:
    """The three channels of red, green and blue planes, 8 bits each."""
    picture = np.ascontiguousarray(planes.transpose(1, 2, 0))
    if there.startswith("RGB2"):
        converted = cv2.cvtColor(picture, getattr(cv2, "COLOR_" + there))
    else:
        converted = np.asarray(Image.fromarray(picture).convert(there))
    return np.ascontiguousarray(converted.transpose(2, 0, 1))


def from_space(channels: Array, back: str) -> Array:
    """Red, green and blue planes of three channels."""
    if "2RGB" in back:
        picture = np.ascontiguousarray(channels.transpose(1, 2, 0))
        converted = cv2.cvtColor(picture, getattr(cv2, "COLOR_" + back))
    else:
        images = [Image.fromarray(channel) for channel in channels]
        converted = np.asarray(Image.merge(back, images).convert("RGB"))
    return np.ascontiguousarray(converted.transpose(2, 0, 1))
