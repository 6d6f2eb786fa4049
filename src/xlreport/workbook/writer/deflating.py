"""Deflate streams of which only some stretches change: the others are compressed once.

A stream (RFC 1951) is made of blocks. After a full flush (zlib's Z_FULL_FLUSH) the next block
begins at a byte and refers to nothing before it, so that blocks that were made apart stand one
behind another. What changes is short and stands in a stored block, as it is.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

RAW = -zlib.MAX_WBITS
"""zlib's sign for a stream without header and checksum, as in zip files."""

MOST_STORED = 512
"""Bytes of a change that is not worth compressing."""

_STORED = struct.Struct("<BHH")
"""The head of a stored block that is not the last: its kind, length, and the length's complement
(RFC 1951, 3.2.4)."""

_POLYNOMIAL = 0xEDB88320
"""Of CRC-32, its lowest power in the highest bit (RFC 1952, 8)."""

_ONE = 1 << 31
_ALL_BITS = 0xFFFF


@dataclass(frozen=True, slots=True)
class Compressed:
    """The content of a zip member: its stream, and CRC-32 and length of what it holds."""

    stream: bytes
    crc: int
    size: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What stays the same between two changes; `shift` is what a CRC before it is multiplied by."""

    stream: bytes
    crc: int
    size: int
    shift: int


class ChangingStream:
    """A stream whose constant stretches, at least one, are compressed already; there is a change
    between each two of them."""

    def __init__(self, constants: Sequence[bytes]) -> None:
        *others, last = constants
        stretches = [_stretch(constant, zlib.Z_FULL_FLUSH) for constant in others]
        self._first, *self._next = [*stretches, _stretch(last, zlib.Z_FINISH)]

    def filled(self, changes: Sequence[bytes]) -> Compressed:
        """The stream with these changes, one less than there are constants."""
        chunks = [self._first.stream]
        crc = self._first.crc
        size = self._first.size
        for change, stretch in zip(changes, self._next, strict=True):
            chunks += (_block(change), stretch.stream)
            crc = zlib.crc32(change, crc)
            crc = _product(crc, stretch.shift) ^ stretch.crc
            size += len(change) + stretch.size
        return Compressed(b"".join(chunks), crc, size)


def _stretch(content: bytes, end: int) -> _Stretch:
    compressor = zlib.compressobj(wbits=RAW)
    stream = compressor.compress(content) + compressor.flush(end)
    size = len(content)
    return _Stretch(stream, zlib.crc32(content), size, _shift(size))


def _block(change: bytes) -> bytes:
    """Blocks that hold a change."""
    size = len(change)
    if size > MOST_STORED:
        compressor = zlib.compressobj(wbits=RAW)
        return compressor.compress(change) + compressor.flush(zlib.Z_FULL_FLUSH)
    return _STORED.pack(0, size, size ^ _ALL_BITS) + change


# --- CRC-32 of contents one behind another ------------------------------------------------------
#
# A CRC is the remainder of a polynomial over two elements. What follows multiplies it by x^8 a
# byte, whatever it holds: crc(A + B) = crc(A) * x^(8 * len(B)) + crc(B), as in zlib's
# crc32_combine.


def _product(left: int, right: int) -> int:
    """The product of two remainders."""
    product = 0
    while left:
        if left & _ONE:
            product ^= right
        left = (left << 1) & 0xFFFFFFFF
        is_odd = right & 1
        right >>= 1
        if is_odd:
            right ^= _POLYNOMIAL
    return product


def _shift(size: int) -> int:
    """The remainder of x^(8 * size)."""
    result = _ONE
    power = _ONE >> 8  # x^8
    while size:
        if size & 1:
            result = _product(result, power)
        power = _product(power, power)
        size >>= 1
    return result
