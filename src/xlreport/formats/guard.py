"""May this file be opened at all? Decided on bytes, before anything in them is believed.

The archive's directory is checked first (count, duplicate names, total size, overlapping members);
then every member (size, ratio, encryption, compression) is read through a byte cap with its CRC
verified, and XML is parsed by expat with a handler that refuses any DTD (which holds for UTF-16
too). Only what passed is handed on, as bytes.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.parsers import expat

from xlreport.findings import Finding, Message
from xlreport.formats import codes


class Refused(Exception):
    """A file that is not read; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Limits:
    """What an honest file never reaches. Sizes in bytes."""

    file: int = 50_000_000
    archive: int = 200_000_000
    """A file that is an archive of workbooks."""
    parts: int = 2_000
    """Members of a workbook or an archive."""
    part: int = 100_000_000
    total: int = 300_000_000
    """All members of a workbook or an archive together."""
    ratio: int = 200
    ratio_from: int = 5_000_000
    """The ratio only counts for parts that unpack to more than this."""
    cells: int = 2_000_000
    """Rows, cells, merges, links and comments of a workbook."""
    depth: int = 3
    """Archives within archives."""
    seconds: float = 20.0
    """Time that reading one file may take."""
    memory: int = 1_000_000_000
    """Memory that reading one file may take."""


DEFAULT_LIMITS = Limits()


def check_limit(message: Message, seen: int, allowed: int) -> None:
    """Raises Refused with both numbers when more is seen than is allowed."""
    if seen > allowed:
        raise Refused(message(seen=seen, allowed=allowed))


class CellCount:
    """How much of a workbook has been read: its rows, cells and marks, over all sheets."""

    def __init__(self, message: Message, allowed: int) -> None:
        self.message = message
        self.allowed = allowed
        self.seen = 0

    def add(self, more: int = 1) -> None:
        """Raises Refused above the limit."""
        self.seen += more
        check_limit(self.message, self.seen, self.allowed)


# --- zip ---------------------------------------------------------------------------------

_ENCRYPTED = 0x1
_LOCAL_HEADER = 30
"""Bytes of a member's own header, without its name and extra fields (APPNOTE 4.3.7)."""

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)


def open_package(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Mapping[str, bytes]:
    """All members of a workbook package by lower-case name. Raises Refused."""
    check_limit(codes.FILE_SIZE, len(data), limits.file)
    with open_zip(data) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        check_directory(data, infos, limits)
        members: dict[str, bytes] = {}
        left = limits.total
        for info in infos:
            check_member(info, limits)
            content = read_member(archive, info, min(left, limits.part))
            left -= len(content)
            members[part_name(info.filename)] = content
    return members


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The archive with its directory read. Raises Refused."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, struct.error):
        raise Refused(codes.NO_DIRECTORY()) from None


def part_name(filename: str) -> str:
    """A part's name as relationships give it: `/` between folders, lower case."""
    return filename.replace("\\", "/").lstrip("/").lower()


def _shown(info: zipfile.ZipInfo) -> str:
    """A member's name in a message."""
    return info.filename[:60]


def check_directory(data: bytes, infos: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    """Count, names given twice, total size, members that share bytes. Raises Refused."""
    check_limit(codes.PARTS, len(infos), limits.parts)
    names: set[str] = set()
    for info in infos:
        name = part_name(info.filename)
        if name in names:
            raise Refused(codes.TWO_MEMBERS(name=_shown(info)))
        names.add(name)
    check_limit(codes.TOTAL_SIZE, sum(info.file_size for info in infos), limits.total)
    _check_overlap(data, infos)


def _check_overlap(data: bytes, infos: Sequence[zipfile.ZipInfo]) -> None:
    """Members must lie behind one another (APPNOTE 4.3.7): shared bytes unpack to far more than
    they are."""
    end, previous = 0, ""
    for info in sorted(infos, key=lambda i: i.header_offset):
        if info.header_offset < end:
            raise Refused(codes.OVERLAP(first=previous, second=_shown(info)))
        end = _end_of(data, info)
        previous = _shown(info)


def _end_of(data: bytes, info: zipfile.ZipInfo) -> int:
    """Where a member's compressed bytes end."""
    content = info.header_offset + _LOCAL_HEADER
    header = data[info.header_offset : content]
    if len(header) < _LOCAL_HEADER:
        raise Refused(codes.BROKEN_MEMBER(name=_shown(info)))
    name_size, extra_size = struct.unpack_from("<HH", header, 26)
    return content + int(name_size) + int(extra_size) + info.compress_size


def check_member(info: zipfile.ZipInfo, limits: Limits) -> None:
    """Size, ratio, encryption and compression of one member. Raises Refused."""
    check_limit(codes.PART_SIZE, info.file_size, limits.part)
    if info.file_size > limits.ratio_from:
        packed = max(1, info.compress_size)
        rounded_up = -(-info.file_size // packed)
        check_limit(codes.PART_RATIO, rounded_up, limits.ratio)
    if info.flag_bits & _ENCRYPTED:
        raise Refused(codes.LOCKED())
    if info.compress_type not in _COMPRESSIONS:
        raise Refused(codes.ODD_COMPRESSION())


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, cap: int) -> bytes:
    """One member, never more than `cap` bytes; zipfile verifies the CRC at the end. Raises
    Refused."""
    try:
        with archive.open(info) as stream:
            content = stream.read(cap + 1)
            check_limit(codes.PART_SIZE, len(content), cap)
            return content
    except _BROKEN_ZIP:
        raise Refused(codes.BROKEN_MEMBER(name=_shown(info))) from None


# --- XML ---------------------------------------------------------------------------------


class XmlHandler:
    """What is given each element, its end and its text; what is not overridden is passed over."""

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        """An element begins."""

    def end(self, name: str, /) -> None:
        """An element ends."""

    def data(self, text: str, /) -> None:
        """A piece of text."""


def parse_xml(content: bytes, handler: XmlHandler) -> None:
    """Streams XML to a handler; element and attribute names come as local names, whatever the
    prefix or namespace (transitional and strict OOXML differ only there). Of two attributes with
    one local name the one without a namespace holds. Raises Refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def forbid(*_: object) -> None:
        raise Refused(codes.UNSAFE_XML())

    def started(name: str, attributes: dict[str, str]) -> None:
        if any(" " in key for key in attributes):
            local = {_local(key): value for key, value in attributes.items()}
            attributes = {**local, **attributes}
        handler.start(_local(name), attributes)

    def ended(name: str) -> None:
        handler.end(_local(name))

    parser.StartDoctypeDeclHandler = forbid
    parser.EntityDeclHandler = forbid
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = handler.data
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, UnicodeError, ValueError, LookupError):
        raise Refused(codes.BROKEN_XML()) from None


def _local(name: str) -> str:
    """A name without its namespace."""
    return name.rsplit(" ", 1)[-1]
