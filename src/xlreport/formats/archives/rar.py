"""RAR archives of workbooks (RAR 1.5 to 7), by rars (an extra).

Sources: RAR 5.0 archive format (rarlab.com/technote.htm) and technote.txt of RAR 4.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from xlreport.clock import CHINA
from xlreport.findings import Finding
from xlreport.formats import codes
from xlreport.formats.archives.spool import BEGINNING, Member, Spool, check_large, decoded
from xlreport.formats.guard import Limits, Refused, check_limit


class _Info(Protocol):
    """A member as rars tells it: names as bytes of the header (a Unicode name of RAR 4 as UTF-8),
    the time as UTC (RAR 5) or as a clock on a wall (before)."""

    orig_filename_bytes: bytes
    filename: str
    file_size: int
    date_time: tuple[int, int, int, int, int, int] | None
    rar_version: str
    member_index: int
    is_solid: bool

    def is_dir(self) -> bool: ...


class _Archive(Protocol):
    """What is used of `rars.RarFile`."""

    sfx_offset: int

    def infolist(self) -> list[_Info]: ...

    def readlink(self, member: _Info) -> bytes: ...

    def read(self, name: _Info, *, options: object) -> bytes: ...

    def read_many(self, members: list[_Info], *, options: object) -> list[bytes]: ...


_OLD, _NEW = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
_MAIN_OF_OLD, _MAIN_OF_NEW = 0x73, 1
"""The types of the block that tells of the whole archive."""

_VOLUME = 0x0001
"""Its flag, in both formats, for one of several files."""

_HAS_EXTRA = 0x0001
_LONGEST_NUMBER = 10
"""Bytes of a number in RAR 5."""

_HEADERS, _HEADERS_A_MEMBER = 100, 10
"""Blocks that an archive may have: some of its own, some for each member that it may have."""

_BYTES_A_HEADER = 1_000
_NEW_FAMILY = "rar50_plus"


def members(data: bytes, spool: Spool, limits: Limits, spent: int) -> Iterator[Member]:
    """The members, each read or with the finding that says why not. Raises Refused."""
    if _is_volume(data):
        raise Refused(codes.VOLUME())
    archive = _opened(data, limits)
    files = [info for info in archive.infolist() if not info.is_dir()]
    check_limit(codes.ARCHIVE_FILES, len(files), limits.parts)
    total = spent + sum(info.file_size for info in files)
    check_limit(codes.TOTAL_SIZE, total, limits.total)
    contents = _Contents(archive, files, limits)
    for info in files:
        name = _name(info)
        try:
            content = contents.of(info)
            yield Member(name, spool.put(content), _modified(info))
        except Refused as refused:
            yield Member(name, spool.folder, problem=refused.finding)


def _opened(data: bytes, limits: Limits) -> _Archive:
    """The archive with its headers read. Raises Refused."""
    try:
        import rars
    except ImportError:
        raise Refused(codes.RAR_NOT_READ()) from None
    with _telling(codes.BROKEN_RAR(), codes.RAR_NOT_READ()):
        archive: _Archive = rars.RarFile.from_bytes(data, options=_options(limits))
    if archive.sfx_offset:
        raise Refused(codes.BROKEN_RAR())
    return archive


def _options(limits: Limits) -> object:
    """Our limits as those of rars; dictionaries and buffers may take half of the memory."""
    import rars

    headers = _HEADERS + _HEADERS_A_MEMBER * limits.parts
    return rars.ReadOptions(
        max_member_output_bytes=limits.part,
        max_total_output_bytes=limits.total,
        max_reader_workspace_bytes=limits.memory // 2,
        max_header_count=headers,
        max_header_bytes=headers * _BYTES_A_HEADER,
    )


@contextmanager
def _telling(damage: Finding, odd: Finding) -> Iterator[None]:
    """What rars raises as findings; MemoryError is how it tells that a limit of ours is passed,
    KeyError that a member has no content of its own. Raises Refused."""
    import rars

    try:
        yield
    except (rars.PasswordRequired, rars.BadPassword):
        raise Refused(codes.ARCHIVE_LOCKED()) from None
    except rars.UnsupportedRarFeature:
        raise Refused(odd) from None
    except MemoryError:
        raise Refused(codes.TOO_MUCH_TO_UNPACK()) from None
    except (rars.Error, KeyError):
        raise Refused(damage) from None


# --- contents ---


class _Contents:
    """The contents of an archive's files. Those of a solid one are unpacked together, for each
    needs all before it; then damage to one is damage to all."""

    def __init__(self, archive: _Archive, files: Sequence[_Info], limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._options = _options(limits)
        self._links = {info.member_index: target for info, target in self._targets(files)}
        plain = [info for info in files if info.member_index not in self._links]
        self._by_name = {info.orig_filename_bytes: info for info in plain}
        is_solid = any(info.is_solid for info in files)
        self._together = self._read_together(plain) if is_solid else {}

    def of(self, info: _Info) -> bytes:
        """The content of a file. Raises Refused."""
        target = self._links.get(info.member_index)
        if target is not None:
            return self._copied(info, target)
        check_limit(codes.PART_SIZE, info.file_size, self._limits.part)
        content = self._together.get(info.member_index)
        if content is None:
            content = self._read(info)
        check_large(content[:BEGINNING], len(content), self._limits)
        return content

    def _copied(self, info: _Info, target: bytes) -> bytes:
        """The content of another file of the same archive: RAR 5 keeps equal files once, and hard
        links. Raises Refused for what leads anywhere else, as symbolic links do, which are as
        large as what they say."""
        original = self._by_name.get(target)
        if original is None or original.file_size != info.file_size:
            raise Refused(codes.LINK_IN_ARCHIVE())
        return self.of(original)

    def _targets(self, files: Sequence[_Info]) -> Iterator[tuple[_Info, bytes]]:
        """The files that lead to others, and where to. Raises Refused."""
        import rars

        for info in files:
            try:
                yield info, self._archive.readlink(info)
            except rars.UnsupportedRarFeature:  # how it says that this is none
                continue
            except rars.Error:
                yield info, b""

    def _read(self, info: _Info) -> bytes:
        damage = codes.BROKEN_MEMBER(name=_name(info)[:60])
        with _telling(damage, codes.ODD_PACKING()):
            return self._archive.read(info, options=self._options)

    def _read_together(self, files: list[_Info]) -> Mapping[int, bytes]:
        with _telling(codes.BROKEN_RAR(), codes.RAR_NOT_READ()):
            contents = self._archive.read_many(files, options=self._options)
        return {info.member_index: content for info, content in zip(files, contents, strict=True)}


# --- what headers tell ---


def _name(info: _Info) -> str:
    """A file's name: UTF-8, or in old headers the bytes of a code page, here GBK."""
    plain = info.orig_filename_bytes.split(b"\0", 1)[0]
    return (decoded(plain) or info.filename).replace("\\", "/")


def _modified(info: _Info) -> float:
    """The time stamp, 0 where there is none; the clock on the wall was one in China."""
    if info.date_time is None:
        return 0.0
    zone = dt.UTC if info.rar_version == _NEW_FAMILY else CHINA
    try:
        return dt.datetime(*info.date_time, tzinfo=zone).timestamp()
    except ValueError:
        return 0.0


def _is_volume(data: bytes) -> bool:
    """Whether the archive's main header says that it is one of several files."""
    try:
        flags = _flags_of_new(data) if data.startswith(_NEW) else _flags_of_old(data)
    except IndexError:
        return False
    return bool(flags & _VOLUME)


def _flags_of_old(data: bytes) -> int:
    """The flags of the main header of RAR 4: CRC (2 bytes), type, flags (2). Raises IndexError."""
    header = len(_OLD)
    if data[header + 2] != _MAIN_OF_OLD:
        return 0
    return data[header + 3] | data[header + 4] << 8


def _flags_of_new(data: bytes) -> int:
    """The flags of the main header of RAR 5: CRC (4 bytes), then numbers: size, type, flags of the
    header, the size of what is behind it where these say so, flags. Raises IndexError."""
    number = _numbers(data, len(_NEW) + 4)
    next(number)
    if next(number) != _MAIN_OF_NEW:
        return 0
    if next(number) & _HAS_EXTRA:
        next(number)
    return next(number)


def _numbers(data: bytes, start: int) -> Iterator[int]:
    """Numbers behind one another, each in groups of seven bits, the lowest first. Raises
    IndexError."""
    while True:
        number = 0
        for place in range(_LONGEST_NUMBER):
            group = data[start]
            start += 1
            number |= (group & 0x7F) << 7 * place
            if not group & 0x80:
                break
        yield number
