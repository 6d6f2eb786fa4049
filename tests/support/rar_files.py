"""RAR archives of stored members, written byte by byte, so that a test can put anything into a
header. Sources: RAR 5.0 archive format (rarlab.com/technote.htm), technote.txt of RAR 4."""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from dataclasses import dataclass
from typing import Protocol

RAR4, RAR5 = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"

END = 8
"""Bytes of the block that ends an archive of RAR5."""

SPLIT_BEFORE, SPLIT_AFTER = 1, 2
"""Flags of a member in a volume, of both formats."""

ENCRYPTED = 4
"""The flag of a member with a password (RAR4)."""

_MAIN, _FILE, _CRYPT, _END = 1, 2, 4, 5
_IS_FOLDER, _HAS_TIME, _HAS_CRC = 1, 2, 4
_LINKS = 5
"""The extra record of RAR5 that says where a member leads."""

_LONG, _UNICODE, _FOLDER4 = 0x8000, 0x0200, 0x00E0
_STORED = 0x30


@dataclass(frozen=True)
class Stored:
    """A member: its name as bytes of the header; `wide` is its Unicode name (RAR4). `split` are the
    flags above, `link` is where it leads and
    `redirection` in which way (RAR5: 1 a symbolic link, 4 a hard link, 5 a copy); `time` is UTC
    seconds (RAR5), a wall clock or a DOS time (RAR4); `packing` tells how it is compressed and with which
    dictionary (RAR5)."""

    name: bytes
    content: bytes = b""
    wide: str = ""
    is_folder: bool = False
    split: int = 0
    link: bytes = b""
    redirection: int = 1
    mode: int = 0o100644
    time: int | dt.datetime | None = None
    size: int | None = None
    crc: int | None = None
    packing: int = 0


class Writer(Protocol):
    """`rar4` and `rar5`."""

    def __call__(self, *members: Stored, flags: int = 0, end: bool = True) -> bytes: ...


# --- RAR5 ------------------------------------------------------------------------------------


def rar5(*members: Stored, flags: int = 0, end: bool = True) -> bytes:
    """An archive; `flags` are those of the whole (1: a volume)."""
    blocks = [_block5(_MAIN, 0, vint(flags)), *(_member5(member) for member in members)]
    if end:
        blocks.append(_block5(_END, 0, vint(0)))
    return RAR5 + b"".join(blocks)


def locked_rar5() -> bytes:
    """An archive whose headers are encrypted: what lies behind this one is noise."""
    body = vint(0) + vint(0) + bytes([15]) + bytes(16)
    return RAR5 + _block5(_CRYPT, 0, body) + bytes(range(64))


def vint(number: int) -> bytes:
    """A number in groups of seven bits, the lowest first."""
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


def _member5(member: Stored) -> bytes:
    flags = _HAS_CRC | (_IS_FOLDER if member.is_folder else 0)
    time = b""
    if isinstance(member.time, int):
        flags |= _HAS_TIME
        time = struct.pack("<I", member.time)
    size = len(member.content) if member.size is None else member.size
    crc = zlib.crc32(member.content) if member.crc is None else member.crc
    body = vint(flags) + vint(size) + vint(member.mode) + time + struct.pack("<I", crc)
    body += vint(member.packing) + vint(1) + vint(len(member.name)) + member.name
    extra = _link5(member) if member.link else b""
    return _block5(_FILE, member.split << 3, body, extra, member.content)


def _link5(member: Stored) -> bytes:
    record = (
        vint(_LINKS) + vint(member.redirection) + vint(0) + vint(len(member.link)) + member.link
    )
    return vint(len(record)) + record


def _block5(kind: int, flags: int, body: bytes, extra: bytes = b"", content: bytes = b"") -> bytes:
    sizes = b""
    if extra:
        flags |= 1
        sizes += vint(len(extra))
    if kind == _FILE:
        flags |= 2
        sizes += vint(len(content))
    header = vint(kind) + vint(flags) + sizes + body + extra
    sized = vint(len(header)) + header
    return struct.pack("<I", zlib.crc32(sized)) + sized + content


# --- RAR4 ------------------------------------------------------------------------------------


def rar4(*members: Stored, flags: int = 0, end: bool = True) -> bytes:
    """An archive; `flags` are those of the whole (1: a volume, 0x80: headers encrypted)."""
    blocks = [_block4(0x73, flags, bytes(6)), *(_member4(member) for member in members)]
    if end:
        blocks.append(_block4(0x7B, 0x4000, b""))
    return RAR4 + b"".join(blocks)


def _member4(member: Stored) -> bytes:
    name = member.name
    flags = _LONG | member.split | (_FOLDER4 if member.is_folder else 0)
    if member.wide:
        flags |= _UNICODE
        name += b"\0" + _wide(member.wide)
    content = member.link or member.content
    size = len(content) if member.size is None else member.size
    crc = zlib.crc32(content) if member.crc is None else member.crc
    system, mode = (3, 0o120777) if member.link else (2, 0x20)
    head = struct.pack("<IIBI", len(content), size, system, crc)
    head += struct.pack("<IBBHI", _dos(member.time), 29, _STORED, len(name), mode)
    return _block4(0x74, flags, head + name) + content


def _dos(time: int | dt.datetime | None) -> int:
    if not isinstance(time, dt.datetime):
        return time or 0
    day = (time.year - 1980) << 9 | time.month << 5 | time.day
    return day << 16 | time.hour << 11 | time.minute << 5 | time.second // 2


def _wide(text: str) -> bytes:
    """The Unicode name of RAR4, each character as two bytes: four to a byte of flags."""
    packed = bytearray([0])
    for start in range(0, len(text), 4):
        packed.append(0xAA)
        packed += text[start : start + 4].encode("utf-16-le")
    return bytes(packed)


def _block4(kind: int, flags: int, body: bytes) -> bytes:
    header = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(header) & 0xFFFF) + header
