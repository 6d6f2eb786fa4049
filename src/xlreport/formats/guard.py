"""May this file be opened at all? Decided on bytes, before anything in them is believed.

The archive's directory is checked first (count, duplicate names, total size, overlapping members);
then every member (size, ratio, encryption, compression) is read through a byte cap with its CRC
verified, and XML is parsed by expat with a handler that refuses any DTD (which holds for UTF-16
too). Only what passed is handed on, as bytes.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from urllib.parse import unquote
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
    boxes: int = 300_000
    """Cells of tables and paragraphs of a document that is no workbook of ours."""
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

MEMBER, END = b"PK\x03\x04", b"PK\x05\x06"
"""What a member's own header begins with (APPNOTE 4.3.7), and the end of the directory (4.3.16)."""

_END_SIZE = 22
LOCATOR, LOCATOR_SIZE = b"PK\x06\x07", 20
"""What stands before the end where there is a Zip64 one (4.3.15), and its size in bytes."""

_LONGEST_END = _END_SIZE + 0xFFFF
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
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
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, struct.error):
        raise Refused(codes.NO_DIRECTORY()) from None
    if not archive.infolist() and data.startswith(MEMBER):
        raise Refused(codes.NO_DIRECTORY())
    if _ends_twice(data) or _has_another_before(data, archive) or _is_told_twice(data):
        raise Refused(codes.TWO_DIRECTORIES())
    if data.startswith(MEMBER) and _first(archive) > 0:
        # cut off behind a member that is an archive itself: the directory is that one's
        raise Refused(codes.NO_DIRECTORY())
    return archive


def _first(archive: zipfile.ZipFile) -> int:
    """Where the first member begins."""
    return min((info.header_offset for info in archive.infolist()), default=0)


def _has_another_before(data: bytes, archive: zipfile.ZipFile) -> bool:
    """Whether a whole archive lies before the members of this one: programs that begin at the
    front take that one."""
    return data.startswith(MEMBER) and data.find(END, 0, _first(archive)) >= 0


def _is_told_twice(data: bytes) -> bool:
    """Whether a Zip64 end record (APPNOTE 4.3.14) leads to another directory than the usual one,
    which says itself where that is: programs differ in which they follow."""
    end = data.rfind(END)
    locator = end - LOCATOR_SIZE
    if locator < 0 or not data.startswith(LOCATOR, locator):
        return False
    usual = struct.unpack_from("<HII", data, end + 10)
    (record,) = struct.unpack_from("<Q", data, locator + 8)
    if any(value in (0xFFFF, 0xFFFFFFFF) for value in usual) or record + 56 > len(data):
        return False
    large = struct.unpack_from("<QQQ", data, record + 32)
    return large != usual


def _ends_twice(data: bytes) -> bool:
    """Whether the last end record (APPNOTE 4.3.16) lies in the comment of another one: the two lead
    to different directories, and programs differ in which they take."""
    tail = data[-_LONGEST_END:]
    last = tail.rfind(END)
    start = tail.find(END)
    while 0 <= start < last:
        comment = start + _END_SIZE
        (size,) = struct.unpack_from("<H", tail, comment - 2)
        if comment + size > last:
            return True
        start = tail.find(END, start + 1)
    return False


def part_name(filename: str) -> str:
    """A part's name as programs compare it (part 2, 6.2.2): `/` between folders, no detours, no
    escapes, lower case."""
    plain = filename.replace("\\", "/")
    if "%" in plain:
        plain = unquote(plain)
    return posixpath.normpath("/" + plain).lstrip("/").lower()


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
    check_size(info, limits)
    if info.flag_bits & _ENCRYPTED:
        raise Refused(codes.LOCKED())
    if info.compress_type not in _COMPRESSIONS:
        raise Refused(codes.ODD_COMPRESSION())


def check_size(info: zipfile.ZipInfo, limits: Limits) -> None:
    """Size and ratio of one member. Raises Refused."""
    check_limit(codes.PART_SIZE, info.file_size, limits.part)
    if info.file_size > limits.ratio_from:
        packed = max(1, info.compress_size)
        rounded_up = -(-info.file_size // packed)
        check_limit(codes.PART_RATIO, rounded_up, limits.ratio)


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, cap: int) -> bytes:
    """One member, never more than `cap` bytes; zipfile verifies the CRC at the end. Raises
    Refused."""
    with open_member(archive, info) as stream:
        content = stream.read(cap + 1)
        check_limit(codes.PART_SIZE, len(content), cap)
        return content


@contextmanager
def open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    """One member to be read. Raises Refused for what goes wrong with it meanwhile."""
    try:
        with archive.open(info) as stream:
            yield stream
    except _BROKEN_ZIP:
        raise Refused(codes.BROKEN_MEMBER(name=_shown(info))) from None


_STEP = 2**20
"""Bytes that are read at a time: what a limit allows is not reserved before it is there."""


def read_at_most(stream: IO[bytes], most: int) -> bytes:
    """What a stream holds, at most so many bytes."""
    pieces = []
    left = most
    while left > 0 and (piece := stream.read(min(left, _STEP))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


# --- XML ---------------------------------------------------------------------------------

FOREIGN = "?:"
"""How names of namespaces begin that the format does not have."""


class XmlHandler:
    """What is given each element, its end and its text; what is not overridden is passed over."""

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        """An element begins."""

    def end(self, name: str, /) -> None:
        """An element ends."""

    def data(self, text: str, /) -> None:
        """A piece of text."""

    def foreign(self, local: str, /) -> None:
        """The element that begins next, or an attribute of it, has this local name in a namespace
        that the format does not have."""


class _Names:
    """Names as handlers know them: by the prefix that stands for the namespace, whatever the file
    calls it. An attribute without a namespace belongs to its element, an element without one to
    nobody. `foreign` is told of each name of another namespace; `known` are the others, so that
    most elements of a file are looked up once."""

    def __init__(self, prefixes: Mapping[str, str], foreign: Callable[[str], None]) -> None:
        self._prefixes = prefixes
        self._foreign = foreign
        self.known: dict[str, str] = {}

    def element(self, name: str) -> str:
        """`c` or `table:table-cell`; `?:c` for one of another namespace."""
        prefixed = self.prefixed(name)
        if prefixed.startswith(FOREIGN):
            self._foreign(prefixed.removeprefix(FOREIGN))
        else:
            self.known[name] = prefixed
        return prefixed

    def attributes(self, attributes: dict[str, str]) -> dict[str, str]:
        """Attributes under such names. Raises Refused for one that is there twice."""
        if " " not in "".join(attributes):
            return attributes
        own: dict[str, str] = {}
        for written, value in attributes.items():
            name = self.element(written) if " " in written else written
            if name in own and not name.startswith(FOREIGN):
                raise Refused(codes.BROKEN_XML())
            own[name] = value
        return own

    def prefixed(self, name: str) -> str:
        """The same as `element` without telling anybody."""
        space, _, local = name.rpartition(" ")
        prefix = self._prefixes.get(space)
        if prefix is None:
            return FOREIGN + local
        return f"{prefix}:{local}" if prefix else local


def parse_optional(content: bytes, handler: XmlHandler, prefixes: Mapping[str, str]) -> bool:
    """The same for a part without which the figures are what they are: whether it is well-formed.
    Raises Refused for a DTD and above a limit."""
    try:
        parse_xml(content, handler, prefixes)
    except Refused as refused:
        if refused.finding.code != codes.R2.code:
            raise
        return False
    return True


def parse_xml(content: bytes, handler: XmlHandler, prefixes: Mapping[str, str]) -> None:
    """Streams XML to a handler. `prefixes` gives for each namespace the prefix of its names, empty
    for the main one; everything of other namespaces is given as foreign, so that nothing is read
    that an office program does not show. Raises Refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    names = _Names(prefixes, handler.foreign)
    known, start, end = names.known, handler.start, handler.end

    def forbid(*_: object) -> None:
        raise Refused(codes.UNSAFE_XML())

    def started(name: str, attributes: dict[str, str]) -> None:
        start(known.get(name) or names.element(name), names.attributes(attributes))

    def ended(name: str) -> None:
        end(known.get(name) or names.prefixed(name))

    parser.StartDoctypeDeclHandler = forbid
    parser.EntityDeclHandler = forbid
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = handler.data
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, UnicodeError, ValueError, LookupError):
        raise Refused(codes.BROKEN_XML()) from None
