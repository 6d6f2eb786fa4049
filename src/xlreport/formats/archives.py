"""What lies in an archive: each member becomes a numbered file in a spool folder, never under its
own name, so no path in an archive can lead anywhere. Sources: PKWARE APPNOTE 6.3.10, 7z by
py7zr."""

from __future__ import annotations

import datetime as dt
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from xlreport.clock import CHINA
from xlreport.findings import Finding
from xlreport.formats import codes
from xlreport.formats.detect import Kind, begins_an_archive
from xlreport.formats.guard import (
    Limits,
    Refused,
    check_limit,
    check_size,
    open_member,
    open_zip,
    read_member,
)

if TYPE_CHECKING:
    from py7zr import FileInfo, SevenZipFile

_ENCRYPTED, _UTF8_FLAG = 0x1, 0x800
_UNICODE_PATH, _TIMES = 0x7075, 0x5455
_HAS_MODIFIED = 0x1
_BEGINNING = 8
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_LZMA_HEADER = 9
"""Bytes before an LZMA stream: version, size of the properties, the properties (APPNOTE 5.8.8)."""

_MOST_LZMA_MEMORY = 64 * 1024 * 1024
_DRIVE = re.compile("[A-Za-z]:")


@dataclass(frozen=True)
class Member:
    """One file in an archive: its name there, its spooled copy, when it was modified (seconds since
    1970, 0 when it is not told), or the finding that says why it was not read."""

    name: str
    path: Path
    modified: float = 0.0
    problem: Finding | None = None


def members_of(
    data: bytes, kind: Kind, spool: Path, limits: Limits, spent: int = 0
) -> list[Member]:
    """Unpacks an archive into the spool folder, when so many bytes have been unpacked from the
    archives around it: all within one share its limit. Raises Refused for what cannot be listed,
    OSError when the spool cannot be written."""
    check_limit(codes.ARCHIVE_SIZE, len(data), limits.archive)
    unpack = _zip if kind is Kind.ZIP else _seven_zip
    return list(unpack(data, spool, limits, spent))


def _spooled(spool: Path, content: bytes) -> Path:
    """A new file in the spool folder; its name is a number."""
    taken = sum(1 for _ in spool.iterdir())
    path = spool / f"{taken:06}.bin"
    path.write_bytes(content)
    return path


# --- zip ---------------------------------------------------------------------------------


def _zip(data: bytes, spool: Path, limits: Limits, spent: int) -> Iterator[Member]:
    """The members, each read or with the finding that says why not."""
    with open_zip(data) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        check_limit(codes.ARCHIVE_FILES, len(infos), limits.parts)
        unpacked = spent
        for info in infos:
            name = zip_name(info)
            if stat.S_ISLNK(info.external_attr >> 16):
                yield Member(name, spool, problem=codes.LINK_IN_ARCHIVE())
                continue
            try:
                content = _zip_member(archive, info, unpacked, limits)
            except Refused as refused:
                yield Member(name, spool, problem=refused.finding)
                continue
            unpacked += len(content)
            yield Member(name, _spooled(spool, content), _modified(info))


def _zip_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, unpacked: int, limits: Limits
) -> bytes:
    """One member, when `unpacked` bytes have come before it. Raises Refused."""
    if info.flag_bits & _ENCRYPTED:
        raise Refused(codes.ARCHIVE_LOCKED())
    if info.compress_type not in _PACKINGS:
        raise Refused(codes.ODD_PACKING())
    check_size(info, limits)
    check_limit(codes.TOTAL_SIZE, unpacked + info.file_size, limits.total)
    if info.compress_type == zipfile.ZIP_LZMA:
        _check_lzma(archive, info)
    if info.file_size > limits.file:
        _check_large(_beginning(archive, info), info.file_size, limits)
    return read_member(archive, info, info.file_size)


def _beginning(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The first bytes of a member. Raises Refused."""
    with open_member(archive, info) as stream:
        return stream.read(_BEGINNING)


def _check_large(beginning: bytes, size: int, limits: Limits) -> None:
    """Refuses what is larger than a workbook may be, unless it is an archive itself: it would be
    refused when it is read, and is not unpacked for that."""
    if not begins_an_archive(beginning):
        check_limit(codes.FILE_SIZE, size, limits.file)


def _check_lzma(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Refuses a stream that asks for more memory than any archiver takes. Raises Refused."""
    raw = archive.fp
    if raw is None:
        return
    raw.seek(info.header_offset + 26)
    name_size, extra_size = struct.unpack("<HH", raw.read(4))
    raw.seek(info.header_offset + 30 + name_size + extra_size)
    header = raw.read(_LZMA_HEADER)
    if len(header) < _LZMA_HEADER or struct.unpack_from("<I", header, 5)[0] > _MOST_LZMA_MEMORY:
        raise Refused(codes.ODD_PACKING())


def _modified(info: zipfile.ZipInfo) -> float:
    """The member's time stamp: the extended one (Info-ZIP, UTC), else the DOS time, which is
    local."""
    for kind, field in _extra(info.extra):
        if kind == _TIMES and len(field) >= 5 and field[0] & _HAS_MODIFIED:
            return float(int.from_bytes(field[1:5], "little"))
    try:
        return dt.datetime(*info.date_time, tzinfo=CHINA).timestamp()
    except ValueError:
        return 0.0


def _extra(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields of a member (APPNOTE 4.5)."""
    while len(extra) >= 4:
        kind = int.from_bytes(extra[:2], "little")
        end = 4 + int.from_bytes(extra[2:4], "little")
        yield kind, extra[4:end]
        extra = extra[end:]


def zip_name(info: zipfile.ZipInfo) -> str:
    """A member's name: the Unicode path field, the UTF-8 flag, else UTF-8 or GBK bytes, whichever
    fits."""
    name = info.orig_filename.split("\0", 1)[0]
    if not info.flag_bits & _UTF8_FLAG:
        plain = name.encode("cp437", "replace")
        name = _unicode_path(info.extra, plain) or _decoded(plain) or name
    return name.replace("\\", "/")


def _decoded(plain: bytes) -> str:
    """The bytes of a name as text; empty when they are neither UTF-8 nor GBK."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return plain.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def _unicode_path(extra: bytes, plain: bytes) -> str:
    """The Info-ZIP Unicode path (APPNOTE 4.6.9), valid only for the name whose CRC it carries."""
    for kind, field in _extra(extra):
        if kind != _UNICODE_PATH or len(field) <= 5:
            continue
        if int.from_bytes(field[1:5], "little") != zlib.crc32(plain):
            continue
        try:
            return field[5:].decode("utf-8")
        except UnicodeDecodeError:
            return ""
    return ""


# --- 7z ----------------------------------------------------------------------------------


def _seven_zip(data: bytes, spool: Path, limits: Limits, spent: int) -> Iterator[Member]:
    """The members, each read or with the finding that says why not."""
    for info, content in _extracted(data, limits, spent):
        name = info.filename.replace("\\", "/")
        try:
            yield Member(name, _spooled(spool, _checked(info, content, limits)), _created(info))
        except Refused as refused:
            yield Member(name, spool, problem=refused.finding)


def _checked(info: FileInfo, content: bytes | None, limits: Limits) -> bytes:
    """The content of a member; None for one whose name leads outside. Raises Refused."""
    if content is None:
        raise Refused(codes.LEADS_OUTSIDE())
    is_whole = not info.uncompressed or len(content) == info.uncompressed
    if info.is_symlink or not is_whole:
        raise Refused(codes.NOT_UNPACKED())
    _check_large(content[:_BEGINNING], len(content), limits)
    return content


def _extracted(data: bytes, limits: Limits, spent: int) -> list[tuple[FileInfo, bytes | None]]:
    """All files of the archive with their contents; None for those whose names py7zr refuses, with
    which it would refuse the others too. Raises Refused."""
    try:
        import py7zr
        from py7zr.io import BytesIOFactory
    except ImportError:
        raise Refused(codes.NO_SEVEN_ZIP()) from None
    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            files = _listed(archive, limits, spent)
            keys = {info.filename: _key(info.filename) for info in files}
            factory = BytesIOFactory(limits.total)
            wanted = [name for name, key in keys.items() if key]
            if wanted:
                archive.extract(targets=wanted, factory=factory)
    except (Refused, MemoryError):
        raise
    except Exception:  # noqa: BLE001 (on a broken archive py7zr raises whatever its parser stumbles on)
        raise Refused(codes.BROKEN_SEVEN_ZIP()) from None
    contents: list[tuple[FileInfo, bytes | None]] = []
    for info in files:
        key = keys[info.filename]
        product = factory.products.get(key)
        read = b"" if product is None else product.read()
        contents.append((info, read if key else None))
    return contents


def _key(name: str) -> str:
    """The name under which py7zr gives a member; empty for one that leads outside."""
    parts = [part for part in PurePath(name.lstrip("/")).parts if part != "."]
    if not parts or ".." in parts or _DRIVE.match(name):
        return ""
    return PurePath(*parts).as_posix()


def _listed(archive: SevenZipFile, limits: Limits, spent: int) -> list[FileInfo]:
    """The files of an archive. Password, count, total size, names given twice: raises Refused."""
    if archive.needs_password():
        raise Refused(codes.ARCHIVE_LOCKED())
    files = [info for info in archive.list() if not info.is_directory]
    check_limit(codes.ARCHIVE_FILES, len(files), limits.parts)
    total = spent + sum(info.uncompressed or 0 for info in files)
    check_limit(codes.TOTAL_SIZE, total, limits.total)
    names = {info.filename for info in files}
    if len(names) < len(files):
        raise Refused(codes.SAME_NAMES())
    return files


def _created(info: FileInfo) -> float:
    """The time stamp that 7z keeps, 0 where there is none."""
    if info.creationtime:
        return info.creationtime.timestamp()
    return 0.0
