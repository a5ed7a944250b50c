"""Inputs that are almost right: bytes changed at random, and checksums made right again."""

import hashlib
import random
import struct
import zlib

EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = (
    b"nan",
    b"inf",
    b"-1",
    b"1e400",
    b"[[",
    b"]]",
    b'"',
    b"\\u0000",
    b"=",
    b"null",
    b"{}",
    b"\x00",
)
PNG = b"\x89PNG\r\n\x1a\n"
CHECKPOINT = b"handconv checkpoint 1\n"


def mutate(data: bytes, chance: random.Random) -> bytes:
    """The bytes with one to eight changes; half of the time with checksums made right again."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5, 8))):
        chance.choice(CHANGES)(changed, chance)
    whole = bytes(changed)
    if chance.random() < 0.5:
        return whole
    return with_digest(whole) if whole.startswith(CHECKPOINT) else with_checksums(whole)


def with_checksums(data: bytes) -> bytes:
    """A PNG whose chunks have the checksums that their bytes ask for; other bytes as they are."""
    if not data.startswith(PNG):
        return data
    out, at = bytearray(PNG), len(PNG)
    while at + 8 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        body = data[at + 4 : at + 8 + length]
        if len(body) < 4 + length:
            return bytes(out) + data[at:]
        out += data[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return bytes(out) + data[at:]


def with_digest(data: bytes) -> bytes:
    """A checkpoint with the SHA-256 of its content."""
    content = data[len(CHECKPOINT) + 32 :]
    return CHECKPOINT + hashlib.sha256(content).digest() + content


def _place(data: bytearray, chance: random.Random) -> int:
    # headers are short and matter most
    last = len(data) if chance.random() < 0.5 else min(len(data), 160)
    return chance.randrange(max(1, last))


def _flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[_place(data, chance)] ^= 1 << chance.randrange(8)


def _set(data: bytearray, chance: random.Random) -> None:
    size = chance.choice("BHIQ")
    value = chance.choice(EDGES) if chance.random() < 0.7 else chance.getrandbits(64)
    packed = struct.pack(chance.choice("<>") + size, value % 256 ** struct.calcsize(size))
    at = _place(data, chance)
    data[at : at + len(packed)] = packed


def _cut(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    del data[at : at + chance.choice((1, 2, 4, 16, 256, len(data)))]


def _repeat(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    part = data[at : at + chance.choice((1, 4, 16, 64))]
    data[at:at] = part * chance.choice((1, 2, 16, 256))


def _insert(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    data[at:at] = chance.choice(WORDS) if chance.random() < 0.5 else chance.randbytes(4)


def _move(data: bytearray, chance: random.Random) -> None:
    start, to = _place(data, chance), _place(data, chance)
    part = data[start : start + chance.choice((1, 4, 12, 40))]
    data[to : to + len(part)] = part


CHANGES = (_flip, _flip, _set, _set, _cut, _repeat, _insert, _move)
