"""The members of a zip that has nothing odd about it, read at the speed of the inflater.

What the guard looks for is looked for here too, and whatever is not exactly as usual programs write
it is left to the guard, which says what is wrong: this module never refuses a file, it only does
not know it. Source: PKWARE APPNOTE 6.3.10 (4.3.7 local headers, 4.3.12 directory, 4.3.16 its end).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from xlreport.formats.guard import END, LOCATOR, LOCATOR_SIZE, MEMBER, Limits

_ENTRY = b"PK\x01\x02"
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_DIRECTORY_ENTRY = struct.Struct("<4s6H3I5H2I")
_END_RECORD = struct.Struct("<4s4H2IH")

_USUAL_FLAGS = 0x0002 | 0x0004 | 0x0008 | 0x0800
"""How hard was compressed, sizes behind the content, names in UTF-8 (4.4.4): none of them changes
what is read."""

_VERSION = 20
"""The version of the format that has folders and deflated members (4.4.3)."""

_STORED, _DEFLATED = 0, 8
_NOTHING_DEFLATED = b"\x03\x00"
_RAW_DEFLATE = -15

_NAME = re.compile(rb"(?!.*(?:^|/)\.{0,2}(?:/|$))[A-Za-z0-9_.\[\]/ -]+")
"""A name that all programs understand alike: no detours, no escapes, no folder."""


class _Entry(NamedTuple):
    """A member as the directory has it: where its local header is, its sizes in bytes."""

    name: bytes
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    offset: int


class _Odd(Exception):
    """Something that the guard must look at."""


def plain_members(data: bytes, limits: Limits) -> Mapping[str, bytes] | None:
    """All members of a package by lower-case name, in the order of the directory, as
    `guard.open_package` gives them; None for an archive that has anything odd about it."""
    try:
        entries = _entries(data, limits)
        members: dict[str, bytes] = {}
        end = 0
        for entry in entries:
            start = _start(data, entry)
            if entry.offset < end:
                return None
            end = start + entry.packed
            name = entry.name.decode("ascii").lower()
            members[name] = _content(data[start:end], entry)
    except (_Odd, struct.error, zlib.error):
        return None
    is_apart = len(members) == len(entries)
    return members if is_apart else None


class _End(NamedTuple):
    """The record that ends the archive (4.3.16)."""

    signature: bytes
    disk: int
    first_disk: int
    here: int
    entries: int
    size: int
    offset: int
    comment: int


class _Record(NamedTuple):
    """An entry of the directory as it is stored (4.3.12), without its name."""

    signature: bytes
    made_by: int
    version: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    name_size: int
    extra: int
    comment: int
    disk: int
    attributes: int
    more_attributes: int
    offset: int

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing about the member that programs could read differently."""
        has_more = self.extra or self.comment or self.disk
        is_usual = self.version <= _VERSION and not self.flags & ~_USUAL_FLAGS
        return self.signature == _ENTRY and is_usual and not has_more


def _entries(data: bytes, limits: Limits) -> list[_Entry]:
    """The directory. Raises _Odd."""
    start = len(data) - _END_RECORD.size
    is_small = len(data) <= limits.file
    ends_once = data.startswith(END, start) and data.rfind(END, 0, start) < 0
    if not is_small or not data.startswith(MEMBER) or not ends_once:
        raise _Odd
    if data.startswith(LOCATOR, start - LOCATOR_SIZE):
        raise _Odd
    end = _End._make(_END_RECORD.unpack_from(data, start))
    is_whole = (end.disk, end.first_disk, end.comment) == (0, 0, 0) and end.here == end.entries
    is_before = end.offset + end.size == start
    if not is_whole or not is_before or not 0 < end.entries <= limits.parts:
        raise _Odd
    entries = list(_listed(data, end))
    _require_limits(entries, limits)
    return entries


def _listed(data: bytes, end: _End) -> Iterator[_Entry]:
    """The entries of the directory, each plain. Raises _Odd."""
    offset = end.offset
    for _ in range(end.entries):
        record = _Record._make(_DIRECTORY_ENTRY.unpack_from(data, offset))
        start = offset + _DIRECTORY_ENTRY.size
        offset = start + record.name_size
        name = data[start:offset]
        if not record.is_plain or _NAME.fullmatch(name) is None:
            raise _Odd
        yield _Entry(
            name,
            record.method,
            record.flags,
            record.crc,
            record.packed,
            record.size,
            record.offset,
        )
    if offset != end.offset + end.size:
        raise _Odd


def _require_limits(entries: list[_Entry], limits: Limits) -> None:
    """Sizes and ratios within the limits. Raises _Odd."""
    total = 0
    for entry in entries:
        total += entry.size
        is_dense = entry.size > limits.ratio_from and entry.size > limits.ratio * entry.packed
        if entry.size > limits.part or is_dense:
            raise _Odd
    if total > limits.total:
        raise _Odd


def _start(data: bytes, entry: _Entry) -> int:
    """Where a member's bytes begin; its local header says the same as the directory. Raises
    _Odd."""
    fields = _LOCAL_HEADER.unpack_from(data, entry.offset)
    signature, _, flags, method = fields[:4]
    name_size, extra_size = fields[9:]
    start = entry.offset + _LOCAL_HEADER.size
    name = data[start : start + name_size]
    is_same = (flags, method, name) == (entry.flags, entry.method, entry.name)
    if signature != MEMBER or not is_same:
        raise _Odd
    return start + int(name_size) + int(extra_size)


def _content(packed: bytes, entry: _Entry) -> bytes:
    """A member's content, of the size and with the checksum that the directory says. Raises _Odd,
    zlib.error."""
    if len(packed) != entry.packed or entry.method not in (_STORED, _DEFLATED):
        raise _Odd
    what = entry.method, entry.crc, entry.size
    known = _repeated.content(packed, what)
    if known is not None:
        return known
    content = packed
    if entry.method == _DEFLATED:
        content = _inflate(packed, entry.size) if entry.size else _nothing(packed)
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        raise _Odd
    _repeated.note(packed, what, content)
    return content


def _nothing(packed: bytes) -> bytes:
    """The content of an empty member; inflaters differ in what they take for one. Raises _Odd."""
    if packed != _NOTHING_DEFLATED:
        raise _Odd
    return b""


_What = tuple[int, int, int]
"""How a member is stored, the checksum and the size of its content."""

_MOST_KEPT = 24_000_000
"""Bytes of repeated members that are kept."""

_MOST_SEEN = 20_000


class _Repeated:
    """The members that files have in common, byte for byte: copies of a template share most of
    them. What was seen twice is kept, so that the third file gets the very same object."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, _What]] = set()
        self._kept: dict[bytes, tuple[_What, bytes]] = {}
        self._size = 0

    def content(self, packed: bytes, what: _What) -> bytes | None:
        """The content of a member, where it is known."""
        kept = self._kept.get(packed)
        if kept is None or kept[0] != what:
            return None
        return kept[1]

    def note(self, packed: bytes, what: _What, content: bytes) -> None:
        """Hears of a member that was not known, and is what it says to be."""
        glance = len(packed), what
        if glance not in self._seen:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen.add(glance)
            return
        if self._size > _MOST_KEPT:
            self._kept.clear()
            self._size = 0
        self._kept[packed] = (what, content)
        self._size += len(packed) + len(content)


_repeated = _Repeated()


Inflate = Callable[[bytes, int], bytes]
"""From a deflate stream (RFC 1951) and the size that its content should have to the content, never
much longer. Raises zlib.error."""

_MOST_GROWTH = 1032
"""How many times as long as a deflate stream its content can be."""

_MOST_AT_ONCE = 100_000_000
"""Bytes that a stream may unpack to before anybody looks at how many they are."""


def _by_zlib(packed: bytes, size: int) -> bytes:
    if len(packed) * _MOST_GROWTH <= _MOST_AT_ONCE:
        return zlib.decompress(packed, _RAW_DEFLATE, size + 1)
    return zlib.decompressobj(_RAW_DEFLATE).decompress(packed, size + 1)


def _by_libdeflate() -> Inflate | None:
    """The same by libdeflate, in a third of the time; None where it is not installed."""
    try:
        from deflate import DeflateError, deflate_decompress
    except ImportError:
        return None

    def by_libdeflate(packed: bytes, size: int) -> bytes:
        try:
            return bytes(deflate_decompress(packed, size))
        except DeflateError as error:
            raise zlib.error(str(error)) from None

    return by_libdeflate


_inflate: Inflate = _by_libdeflate() or _by_zlib
