"""Zips of workbooks. Source: PKWARE APPNOTE 6.3.10."""

from __future__ import annotations

import datetime as dt
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator

from xlreport.clock import CHINA
from xlreport.formats import codes
from xlreport.formats.archives.spool import BEGINNING, Member, Spool, check_large, decoded
from xlreport.formats.guard import (
    Limits,
    Refused,
    check_limit,
    check_size,
    open_member,
    open_zip,
    read_member,
)

_ENCRYPTED, _UTF8_FLAG = 0x1, 0x800
_UNICODE_PATH, _TIMES = 0x7075, 0x5455
_HAS_MODIFIED = 0x1
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_LZMA_HEADER = 9
"""Bytes before an LZMA stream: version, size of the properties, the properties (APPNOTE 5.8.8)."""

_MOST_LZMA_MEMORY = 64 * 1024 * 1024


def members(data: bytes, spool: Spool, limits: Limits, spent: int) -> Iterator[Member]:
    """The members, each read or with the finding that says why not."""
    with open_zip(data) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        check_limit(codes.ARCHIVE_FILES, len(infos), limits.parts)
        unpacked = spent
        for info in infos:
            name = zip_name(info)
            if stat.S_ISLNK(info.external_attr >> 16):
                yield Member(name, spool.folder, problem=codes.LINK_IN_ARCHIVE())
                continue
            try:
                content = _zip_member(archive, info, unpacked, limits)
            except Refused as refused:
                yield Member(name, spool.folder, problem=refused.finding)
                continue
            unpacked += len(content)
            yield Member(name, spool.put(content), _modified(info))


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
        check_large(_beginning(archive, info), info.file_size, limits)
    return read_member(archive, info, info.file_size)


def _beginning(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The first bytes of a member. Raises Refused."""
    with open_member(archive, info) as stream:
        return stream.read(BEGINNING)


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
        name = _unicode_path(info.extra, plain) or decoded(plain) or name
    return name.replace("\\", "/")


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
