"""Zip archives put together from members that are compressed already (APPNOTE.TXT 4.3).

What an archive says of a member (names, times, attributes) stays as in the archive that the member
was taken from; only what follows from its content is written again.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace

from xlreport.formats.guard import END, MEMBER
from xlreport.workbook.writer.deflating import Compressed

_FACTS = struct.Struct("<III")
"""CRC-32, compressed and plain size."""

_FACTS_AT = {MEMBER: 14, b"PK\x01\x02": 16}
"""Where they stand, by how a local header (4.3.7) or a record of the directory (4.3.12) begins."""

_LENGTHS = struct.Struct("<HH")
_LENGTHS_AT, _NAME_AT = 26, 30
"""In a local header: the lengths of name and extra field, and where these follow."""

_RECORD_LENGTHS = struct.Struct("<HHH")
_RECORD_LENGTHS_AT, _RECORD_NAME_AT = 28, 46
"""In a record: the lengths of name, extra field and remark, and where these follow."""

_OFFSET = struct.Struct("<I")
_OFFSET_AT, _OFFSET_END = 42, 46
"""In a record: where the member's local header is."""

_END = struct.Struct("<4s4H2IH")
"""The end of the directory (4.3.16)."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member as it stands in an archive: local header, stream, record of the directory (whose
    offset is written anew)."""

    name: str
    header: bytes
    stream: bytes
    record: bytes

    def holding(self, content: Compressed) -> Member:
        """The same member with another content."""
        header = _with_facts(self.header, content)
        record = _with_facts(self.record, content)
        return replace(self, header=header, stream=content.stream, record=record)


def _with_facts(head: bytes, content: Compressed) -> bytes:
    start = _FACTS_AT[head[:4]]
    facts = _FACTS.pack(content.crc, len(content.stream), content.size)
    return b"".join((head[:start], facts, head[start + _FACTS.size :]))


def members_of(archive: bytes) -> list[Member]:
    """The members of an archive of our own, in its order."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        infos = opened.infolist()
        start = opened.start_dir
    members = []
    for info in infos:
        record = _record(archive, start)
        header, stream = _local(archive, info)
        members.append(Member(info.filename, header, stream, record))
        start += len(record)
    return members


def _record(archive: bytes, start: int) -> bytes:
    """The record of the directory that begins there."""
    lengths = _RECORD_LENGTHS.unpack_from(archive, start + _RECORD_LENGTHS_AT)
    return archive[start : start + _RECORD_NAME_AT + sum(lengths)]


def _local(archive: bytes, info: zipfile.ZipInfo) -> tuple[bytes, bytes]:
    """A member's local header and stream."""
    start = info.header_offset
    name_size, extra_size = _LENGTHS.unpack_from(archive, start + _LENGTHS_AT)
    end = start + _NAME_AT + name_size + extra_size
    return archive[start:end], archive[end : end + info.compress_size]


def packed(members: Iterable[Member]) -> bytes:
    """An archive of members, in this order."""
    chunks: list[bytes] = []
    records: list[bytes] = []
    offset = 0
    for member in members:
        chunks += (member.header, member.stream)
        record = member.record
        records += (record[:_OFFSET_AT], _OFFSET.pack(offset), record[_OFFSET_END:])
        offset += len(member.header) + len(member.stream)
    directory = b"".join(records)
    count = len(records) // 3
    end = _END.pack(END, 0, 0, count, count, len(directory), offset, 0)
    return b"".join((*chunks, directory, end))
