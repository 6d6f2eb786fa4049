"""May this file be opened at all? Decided on bytes, before anything in them is believed.

The archive's directory is checked first (count, sizes, ratio, duplicate names, overlapping members);
then every member is read through a byte cap with its CRC verified, and XML is parsed by expat with a
handler that refuses any DTD (which holds for UTF-16 too). Only what passed is handed on, as bytes.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from xlreport.findings import Finding, record
from xlreport.formats.codes import R2, R3, R4, R20

RESEND = "请用 WPS 或 Excel 打开原表，另存为“.xlsx”格式后重新报送"


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


def damaged(words: str) -> Finding:
    return record(R2, words, "请在自己的电脑上打开原表，确认完好后重新另存、报送")


def locked() -> Finding:
    return record(
        R20,
        "工作簿加了打开密码，没有读取",
        "请用 --open-password 给出密码，或者取消打开密码后重新报送",
    )


def too_much(what: str, seen: int, allowed: int, unit: str) -> Refused:
    words = f"{what}为 {seen:,} {unit}，超过允许的 {allowed:,} {unit}"
    return Refused(record(R3, words, "请从县里发的模板重新填报；确有需要时可以用 --limit 放宽"))


def open_package(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Mapping[str, bytes]:
    """All members of a workbook package by lower-case name. Raises Refused."""
    if len(data) > limits.file:
        raise too_much("文件大小", len(data), limits.file, "字节")
    with open_zip(data) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        check_directory(data, infos, limits)
        members: dict[str, bytes] = {}
        left = limits.total
        for info in infos:
            check_member(info, limits)
            content = read_member(archive, info, min(left, limits.part))
            left -= len(content)
            members[part_name(info)] = content
    return members


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The archive with its directory read. Raises Refused."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, struct.error):
        raise Refused(damaged("文件不完整，压缩目录读不出来")) from None


def part_name(info: zipfile.ZipInfo) -> str:
    """A part's name as relationships give it: `/` between folders, lower case."""
    return info.filename.replace("\\", "/").lstrip("/").lower()


def check_directory(data: bytes, infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Count, total size, names given twice, members that share bytes. Raises Refused."""
    if len(infos) > limits.parts:
        raise too_much("压缩包内的部件数", len(infos), limits.parts, "个")
    seen: set[str] = set()
    for info in infos:
        if part_name(info) in seen:
            raise Refused(
                damaged(f"压缩包里的部件“{info.filename[:60]}”出现了两次，无法判断哪个是真的")
            )
        seen.add(part_name(info))
    total = sum(info.file_size for info in infos)
    if total > limits.total:
        raise too_much("解压后的总大小", total, limits.total, "字节")
    _overlap(data, infos)


def _overlap(data: bytes, infos: list[zipfile.ZipInfo]) -> None:
    """Members must lie behind one another (APPNOTE 4.3.7): shared bytes unpack to far more than they are."""
    end, before = 0, ""
    for info in sorted(infos, key=lambda i: i.header_offset):
        if info.header_offset < end:
            raise Refused(damaged(f"压缩包里的部件“{before[:60]}”和“{info.filename[:60]}”互相重叠"))
        header = data[info.header_offset : info.header_offset + 30]
        if len(header) < 30:
            raise Refused(damaged(f"部件“{info.filename[:60]}”损坏（校验码不符或不完整）"))
        name, extra = struct.unpack_from("<HH", header, 26)
        end, before = info.header_offset + 30 + name + extra + info.compress_size, info.filename


def check_member(info: zipfile.ZipInfo, limits: Limits) -> None:
    """Size, ratio, compression and encryption of one member. Raises Refused."""
    if info.file_size > limits.part:
        raise too_much("部件解压后的大小", info.file_size, limits.part, "字节")
    if info.file_size > limits.ratio_from and info.file_size > limits.ratio * max(
        1, info.compress_size
    ):
        ratio = -(-info.file_size // max(1, info.compress_size))
        raise too_much("部件的压缩比", ratio, limits.ratio, "倍")
    if info.flag_bits & 0x1:
        raise Refused(locked())
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(damaged("压缩包用了不常用的压缩方法，读不出来"))


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, cap: int) -> bytes:
    """One member, never more than `cap` bytes; zipfile verifies the CRC at the end."""
    try:
        with archive.open(info) as stream:
            content = stream.read(cap + 1)
            if len(content) > cap:
                raise too_much("部件解压后的大小", len(content), cap, "字节")
            if stream.read(1):
                raise Refused(damaged(f"部件“{info.filename[:60]}”比目录里写的长"))
            return content
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
    ):
        words = f"部件“{info.filename[:60]}”损坏（校验码不符或不完整）"
        raise Refused(damaged(words)) from None


Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Data = Callable[[str], None]


def parse_xml(
    content: bytes, start: Start, end: End | None = None, data: Data | None = None
) -> None:
    """Streams XML to handlers; element and attribute names come as local names, whatever the prefix
    or namespace (transitional and strict OOXML differ only there). Of two attributes with one local
    name the one without a namespace holds. Raises Refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def forbid(*_: object) -> None:
        raise Refused(record(R4, "XML 中有 DTD 或实体定义", RESEND))

    def started(name: str, attributes: dict[str, str]) -> None:
        if any(" " in key for key in attributes):
            attributes = {**{_local(key): value for key, value in attributes.items()}, **attributes}
        start(_local(name), attributes)

    def ended(name: str) -> None:
        if end is not None:
            end(_local(name))

    parser.StartDoctypeDeclHandler = forbid
    parser.EntityDeclHandler = forbid
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    if data is not None:
        parser.CharacterDataHandler = data
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, UnicodeError, ValueError, LookupError):
        raise Refused(damaged("文件里的 XML 不完整或写法有误")) from None


def _local(name: str) -> str:
    return name.rsplit(" ", 1)[-1]
