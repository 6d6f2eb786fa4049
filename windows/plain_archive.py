"""A zip whose bytes depend on nothing but its files: no clock, no order of a folder, no version of
zlib (PKWARE APPNOTE 6.3; deflated by libdeflate, whose version the build pins)."""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

DEFLATED, STORED = 8, 0
_NEEDS = 20
"""The version of the format that has folders and deflated members (4.4.3)."""

_UTF_8 = 1 << 11
"""General purpose bit 11: the name is UTF-8 (4.4.4)."""

_MADE_BY_UNIX = 3 << 8 | 20
_REGULAR_FILE = 0o100644 << 16

_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")

MOST_FILES = 65_535
"""Files of a zip without the extension zip64."""

Deflate = Callable[[bytes], bytes]


@dataclass(frozen=True)
class _Member:
    """A file as it is stored: the fields that both of its headers repeat, and its content."""

    name: bytes
    fields: tuple[int, ...]
    content: bytes


def smallest(data: bytes) -> bytes:
    """The deflate stream of libdeflate's highest level."""
    from deflate import deflate_compress

    return bytes(deflate_compress(data, 12))


def packed(files: Mapping[str, bytes], moment: dt.datetime, deflate: Deflate = smallest) -> bytes:
    """The files as a zip, sorted by name, all of the same time (UTC); same files, same bytes.

    Raises ValueError for more files than a plain zip can have.
    """
    if len(files) > MOST_FILES:
        raise ValueError(f"{len(files)} files are too many for a zip")
    date, time = _dos(moment)
    body = bytearray()
    directory = bytearray()
    for name in sorted(files):
        member = _member(name, files[name], (time, date), deflate)
        directory += _central(member, len(body))
        body += _local(member)
    start = len(body)
    end = _END.pack(0x06054B50, 0, 0, len(files), len(files), len(directory), start, 0)
    return bytes(body + directory + end)


def _member(name: str, data: bytes, moment: tuple[int, int], deflate: Deflate) -> _Member:
    """A file, deflated where that makes it smaller."""
    content, method = deflate(data), DEFLATED
    if len(content) >= len(data):
        content, method = data, STORED
    encoded = name.encode()
    sizes = (zlib.crc32(data), len(content), len(data))
    return _Member(encoded, (_UTF_8, method, *moment, *sizes, len(encoded), 0), content)


def _local(member: _Member) -> bytes:
    """The local file header (4.3.7) with name and content."""
    return _LOCAL.pack(0x04034B50, _NEEDS, *member.fields) + member.name + member.content


def _central(member: _Member, offset: int) -> bytes:
    """The central directory header (4.3.12) with the name."""
    rest = (0, 0, 0, _REGULAR_FILE, offset)
    header = _CENTRAL.pack(0x02014B50, _MADE_BY_UNIX, _NEEDS, *member.fields, *rest)
    return header + member.name


def _dos(moment: dt.datetime) -> tuple[int, int]:
    """Date and time as MS-DOS has them, in steps of two seconds (4.4.6)."""
    date = (moment.year - 1980) << 9 | moment.month << 5 | moment.day
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    return date, time
