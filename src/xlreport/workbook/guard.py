"""May this file be opened at all? Decided on bytes, before anything in them is believed.

The archive's directory is checked first (count, sizes, ratio, duplicate names); then every member is
read through a byte cap with its CRC verified, and XML is parsed by expat with a handler that refuses
any DTD (which holds for UTF-16 too). Only the members that passed are handed on, as bytes.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from xlreport.checking.findings import Finding, record


class Refused(Exception):
    """A file that is not read; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Limits:
    """What an honest workbook never reaches. Sizes in bytes."""

    file: int = 50_000_000
    parts: int = 2_000
    part: int = 150_000_000
    total: int = 300_000_000
    ratio: int = 200
    ratio_from: int = 5_000_000
    """The ratio only counts for parts that unpack to more than this."""
    cells: int = 2_000_000


DEFAULT_LIMITS = Limits()

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
    (b"Rar!", "RAR 压缩包"),
    (b"{\\rtf", "RTF 文档"),
)
_RESEND = "请用 WPS 或 Excel 打开原表，另存为“.xlsx”格式后重新报送"


def open_package(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Mapping[str, bytes]:
    """All members of an OOXML package by lower-case name. Raises Refused."""
    if len(data) > limits.file:
        raise too_much("文件大小", len(data), limits.file, "字节")
    if not data.startswith(b"PK"):
        raise Refused(record("R1", f"这是{what_is(data)}，不是 .xlsx 工作簿", _RESEND))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, UnicodeDecodeError):
        raise Refused(damaged("文件不完整，压缩目录读不出来")) from None
    with archive:
        _directory(archive.infolist(), limits)
        members: dict[str, bytes] = {}
        left = limits.total
        for info in archive.infolist():
            content = _member(archive, info, min(left, limits.part))
            left -= len(content)
            members[info.filename.lstrip("/").lower()] = content
    if "[content_types].xml" not in members:
        raise Refused(record("R1", f"这是{_zip_kind(members)}，不是 .xlsx 工作簿", _RESEND))
    return members


def what_is(data: bytes) -> str:
    """What the content really is, in Chinese."""
    if not data:
        return "空文件（0 字节）"
    if data.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        return "加了打开密码的工作簿" if encrypted else "旧格式的 .xls（或 .et、.doc）文件"
    for signature, words in _SIGNATURES:
        if data.startswith(signature):
            return words
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        return "网页（HTML）文件"
    if start.startswith(b"<"):
        return "XML 文件"
    return "文本文件" if b"\0" not in data[:4096] else "无法识别的文件"


def _zip_kind(members: Mapping[str, bytes]) -> str:
    if "mimetype" in members and b"opendocument" in members["mimetype"]:
        return "OpenDocument 文件（.ods 等）"
    return "ZIP 压缩包"


def damaged(words: str) -> Finding:
    return record("R2", words, "请在自己的电脑上打开原表，确认完好后重新另存、报送")


def too_much(what: str, seen: int, allowed: int, unit: str) -> Refused:
    words = f"{what}为 {seen:,} {unit}，超过允许的 {allowed:,} {unit}"
    return Refused(record("R3", words, "请从县里发的模板重新填报；确有需要时请与汇总单位联系"))


def _directory(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.parts:
        raise too_much("压缩包内的部件数", len(infos), limits.parts, "个")
    names = [info.filename.lstrip("/").lower() for info in infos]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(damaged(f"压缩包里的部件“{twice[:60]}”出现了两次，无法判断哪个是真的"))
    total = sum(info.file_size for info in infos)
    if total > limits.total:
        raise too_much("解压后的总大小", total, limits.total, "字节")
    for info in infos:
        if info.file_size > limits.part:
            raise too_much("部件解压后的大小", info.file_size, limits.part, "字节")
        if info.file_size > limits.ratio_from and info.file_size > limits.ratio * max(1, info.compress_size):
            ratio = info.file_size // max(1, info.compress_size)
            raise too_much("部件的压缩比", ratio, limits.ratio, "倍")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(damaged("压缩包用了表格软件不用的压缩方法"))
        if info.flag_bits & 0x1:
            raise Refused(damaged("压缩包里的部件加了密码"))


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, cap: int) -> bytes:
    """One member, never more than `cap` bytes; zipfile verifies the CRC at the end."""
    try:
        with archive.open(info) as stream:
            content = stream.read(cap + 1)
            if len(content) > cap:
                raise too_much("部件解压后的大小", len(content), cap, "字节")
            if stream.read(1):
                raise Refused(damaged(f"部件“{info.filename[:60]}”比目录里写的长"))
            return content
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError):
        words = f"部件“{info.filename[:60]}”损坏（校验码不符或不完整）"
        raise Refused(damaged(words)) from None


Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Data = Callable[[str], None]


def parse_xml(content: bytes, start: Start, end: End | None = None, data: Data | None = None) -> None:
    """Streams XML to handlers; element and attribute names come as local names, whatever the prefix
    or namespace (transitional and strict OOXML differ only there). Raises Refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def forbid(*_: object) -> None:
        raise Refused(record("R4", "XML 中有 DTD 或实体定义", _RESEND))

    def started(name: str, attributes: dict[str, str]) -> None:
        start(_local(name), {_local(key): value for key, value in attributes.items()})

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
