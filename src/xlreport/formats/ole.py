"""An OLE compound file: which streams there are, and what is in them. Source: [MS-CFB].

Programs disagree with the specification in small things that every office program overlooks, so
nothing is refused here for being odd; `CompoundFile.shared` tells of it. Every chain of sectors
ends where one of them comes again, so that no number in a file makes it go round in circles.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_HEADER = 512
_DIFAT_IN_HEADER = 109
_ENTRY = 128
_MINI_SECTOR = 64
_SECTOR_SHIFTS = (9, 12)
_STREAM = 2


class BrokenOle(Exception):
    """The directory of the file cannot be read, or a stream is incomplete."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the directory (2.6.1): a stream, or a storage with entries of its own."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int

    @property
    def is_stream(self) -> bool:
        """Whether it holds bytes."""
        return self.kind == _STREAM


class CompoundFile:
    """The directory and the streams of a compound file. Raises BrokenOle.

    `root` are the entries of the root storage by lower-case name: names are compared without case
    (2.6.4), and programs write Workbook, WORKBOOK and workbook.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) < _HEADER:
            raise BrokenOle
        self._data = data
        (shift,) = struct.unpack_from("<H", data, 30)
        self._sector = 1 << (shift if shift in _SECTOR_SHIFTS else _SECTOR_SHIFTS[0])
        start, _, self._mini_below, mini_start = struct.unpack_from("<IIII", data, 48)
        self._fat = self._sector_numbers(self._fat_sectors())
        self._mini_start = mini_start
        self._entries = self._directory(start)
        self.root: Mapping[str, Entry] = {
            entry.name.lower(): entry for entry in self.children(self._entries[0])
        }

    def children(self, storage: Entry) -> Iterator[Entry]:
        """The entries of a storage, in no particular order; each once."""
        seen: set[int] = set()
        waiting = [storage.child]
        while waiting:
            number = waiting.pop()
            if number in seen or number >= len(self._entries):
                continue
            seen.add(number)
            entry = self._entries[number]
            waiting += [entry.left, entry.right]
            yield entry

    def stream(self, *names: str) -> bytes:
        """The first stream of the root with one of these names (lower case); nothing where there is
        none. Raises BrokenOle for an incomplete one."""
        for name in names:
            entry = self.root.get(name)
            if entry is not None and entry.is_stream:
                return self.content(entry)
        return b""

    def content(self, entry: Entry) -> bytes:
        """The bytes of a stream. Raises BrokenOle for an incomplete one."""
        if entry.size >= self._mini_below:
            sectors = self._chain(entry.start, self._fat)
            found = self._joined(sectors, entry.size)
        else:
            found = self._mini_content(entry)
        if len(found) < entry.size:
            raise BrokenOle
        return found

    def shared(self, entry: Entry) -> bool:
        """Whether sectors of a stream belong to another part of the file too, or more sectors to
        the stream than its size needs: some programs write that, and all read it."""
        if entry.size < self._mini_below:
            return False
        own = self._chain(entry.start, self._fat)
        if len(own) > self._sectors_of(entry.size):
            return True
        taken = set(own)
        for other in self._large_streams():
            if other is entry:
                continue
            for sector in self._chain(other.start, self._fat):
                if sector in taken:
                    return True
                taken.add(sector)
        return False

    def _large_streams(self) -> Iterator[Entry]:
        """What lies in sectors of its own: the root's stream of small ones, and each large one."""
        root, *others = self._entries
        if root.size:
            yield root
        for other in others:
            if other.is_stream and other.size >= self._mini_below:
                yield other

    # --- sectors -----------------------------------------------------------------------------

    def _fat_sectors(self) -> Iterator[int]:
        """The sectors of the allocation table: some in the header, the rest in a chain of sectors
        of their own (2.5)."""
        yield from struct.unpack_from(f"<{_DIFAT_IN_HEADER}I", self._data, 76)
        (sector,) = struct.unpack_from("<I", self._data, 68)
        seen: set[int] = set()
        while sector not in seen and self._exists(sector):
            seen.add(sector)
            *numbers, sector = self._sector_numbers([sector])
            yield from numbers

    def _exists(self, sector: int) -> bool:
        """Whether the whole sector lies in the file."""
        return self._position(sector) + self._sector <= len(self._data)

    def _position(self, sector: int) -> int:
        """Where a sector begins: behind the header, which takes a whole one."""
        return (sector + 1) * self._sector

    def _sector_numbers(self, sectors: Iterable[int]) -> array[int]:
        """The numbers in some sectors, each taken once; those beyond the end of the file are passed
        over."""
        numbers = array("I")
        for sector in dict.fromkeys(sectors):
            if self._exists(sector):
                position = self._position(sector)
                numbers.frombytes(self._data[position : position + self._sector])
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers

    def _chain(self, start: int, table: Sequence[int]) -> list[int]:
        """The sectors from one on, each once."""
        chain: dict[int, None] = {}
        sector = start
        while sector not in chain and sector < len(table):
            chain[sector] = None
            sector = table[sector]
        return list(chain)

    def _sectors_of(self, size: int) -> int:
        return -(-size // self._sector)

    def _joined(self, sectors: Sequence[int], size: int) -> bytes:
        """The bytes of these sectors, as far as the stream reaches."""
        needed = sectors[: self._sectors_of(size)]
        starts = [self._position(sector) for sector in needed]
        pieces = [self._data[start : start + self._sector] for start in starts]
        return b"".join(pieces)[:size]

    def _mini_content(self, entry: Entry) -> bytes:
        """A short stream, which lies in the root's stream in small sectors (2.6.3)."""
        sectors = self._chain(entry.start, self._mini_fat)
        needed = sectors[: -(-entry.size // _MINI_SECTOR)]
        starts = [sector * _MINI_SECTOR for sector in needed]
        pieces = [self._mini_stream[start : start + _MINI_SECTOR] for start in starts]
        return b"".join(pieces)[: entry.size]

    @cached_property
    def _mini_fat(self) -> Sequence[int]:
        (start,) = struct.unpack_from("<I", self._data, 60)
        return self._sector_numbers(self._chain(start, self._fat))

    @cached_property
    def _mini_stream(self) -> bytes:
        root = self._entries[0]
        return self._joined(self._chain(root.start, self._fat), root.size)

    # --- the directory -----------------------------------------------------------------------

    def _directory(self, start: int) -> list[Entry]:
        """All entries; the first is the root. Raises BrokenOle."""
        sectors = self._chain(start, self._fat)
        content = self._joined(sectors, len(sectors) * self._sector)
        entries = [
            _entry(content[position : position + _ENTRY])
            for position in range(0, len(content) - _ENTRY + 1, _ENTRY)
        ]
        if not entries:
            raise BrokenOle
        return entries


def _entry(record: bytes) -> Entry:
    """An entry of the directory from its 128 bytes."""
    (name_size,) = struct.unpack_from("<H", record, 64)
    name = record[: max(0, min(name_size, 64) - 2)].decode("utf-16-le", "replace")
    kind = record[66]
    left, right, child = struct.unpack_from("<III", record, 68)
    start, size = struct.unpack_from("<II", record, 116)
    return Entry(name, kind, left, right, child, start, size)


def opened(data: bytes) -> CompoundFile | None:
    """The compound file; None for bytes that are none, or whose directory cannot be read."""
    if not data.startswith(SIGNATURE):
        return None
    try:
        return CompoundFile(data)
    except BrokenOle:
        return None
