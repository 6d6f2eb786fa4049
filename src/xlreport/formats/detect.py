"""What a file really is, by its content; extensions are never believed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from xlreport.formats import codes, ods, xls, xlsb, xlsx
from xlreport.formats.guard import (
    Limits,
    Refused,
    check_limit,
    open_package,
    open_zip,
    part_name,
)
from xlreport.formats.raw import RawBook


class Kind(StrEnum):
    """What can be opened, and the rest."""

    OOXML = "xlsx"
    XLSB = "xlsb"
    ODS = "ods"
    BIFF = "xls"
    LOCKED = "locked"
    ZIP = "zip"
    SEVEN_ZIP = "7z"
    FOREIGN = "foreign"


ARCHIVES = frozenset({Kind.ZIP, Kind.SEVEN_ZIP})


class Reader(Protocol):
    """What a format's module offers: all sheets of a workbook as raw cells. Raises Refused."""

    def __call__(self, data: bytes, limits: Limits) -> RawBook:
        """Reads the bytes of a file."""


class Content:
    """The bytes of a file as far as they tell its format."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits

    @cached_property
    def members(self) -> frozenset[str]:
        """The names in a zip, as `part_name` gives them; none for anything else. Raises Refused."""
        if not self.data.startswith(_ZIP):
            return frozenset()
        with open_zip(self.data) as archive:
            names = frozenset(part_name(name) for name in archive.namelist())
        check_limit(codes.PARTS, len(names), self.limits.parts)
        return names

    def has_folder(self, folder: str) -> bool:
        """Whether a zip has members in this folder (`xl/`)."""
        return any(name.startswith(folder) for name in self.members)

    def has_stream(self, *names: str) -> bool:
        """Whether an OLE compound file has one of these streams ([MS-CFB] 2.6.1)."""
        if not self.data.startswith(_OLE):
            return False
        return any(name.encode("utf-16-le") in self.data for name in names)

    @cached_property
    def beginning(self) -> bytes:
        """The beginning in lower case, without a byte order mark and white space."""
        return self.data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A row of `FORMATS`: what it is called in Chinese, how its content is known, what somebody who
    sent it should do, and what reads it; None for what is no workbook."""

    kind: Kind
    label: str
    matches: Callable[[Content], bool]
    read: Reader | None = None
    suggestion: str = codes.RESEND


# --- how a content is known ------------------------------------------------------------------

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_TYPES = "[content_types].xml"
_LETTER = re.compile(
    rb"(?:received|return-path|delivered-to|message-id|x-[a-z-]+|from|date|subject): ?\S"
)
"""How a message begins (RFC 5322), in lower case."""

_PAGE = (b"<!doctype html", b"<html", b"<table", b"<meta")


def _begins(*signatures: bytes) -> Callable[[Content], bool]:
    return lambda content: content.data.startswith(signatures)


def _streams(*names: str) -> Callable[[Content], bool]:
    return lambda content: content.has_stream(*names)


def _document(folder: str) -> Callable[[Content], bool]:
    """An OOXML package with parts in this folder."""
    return lambda content: _TYPES in content.members and content.has_folder(folder)


def _is_xlsx(content: Content) -> bool:
    """Some programs leave the content types out."""
    has_head = _TYPES in content.members or "_rels/.rels" in content.members
    return has_head and content.has_folder("xl/")


def _is_xlsb(content: Content) -> bool:
    return _is_xlsx(content) and "xl/workbook.bin" in content.members


def _is_package(content: Content) -> bool:
    """A package whose workbook lies elsewhere, as its relationships say."""
    return _TYPES in content.members


def _is_opendocument(content: Content) -> bool:
    return "mimetype" in content.members and "content.xml" in content.members


def _is_ods(content: Content) -> bool:
    if not _is_opendocument(content):
        return False
    mimetype = open_package(content.data, content.limits)["mimetype"]
    return b"opendocument.spreadsheet" in mimetype


def _is_page(content: Content) -> bool:
    return content.beginning.startswith(_PAGE)


def _is_message(content: Content) -> bool:
    if b"mime-version:" in content.beginning[:600]:
        return True
    return _LETTER.match(content.beginning) is not None


def _is_xml(content: Content) -> bool:
    return content.beginning.startswith(b"<")


def _is_xml_table(content: Content) -> bool:
    return _is_xml(content) and b"excel.sheet" in content.beginning


def _is_empty(content: Content) -> bool:
    return not content.data


def _is_text(content: Content) -> bool:
    return b"\0" not in content.data[:4096]


def _is_anything(_: Content) -> bool:
    return True


# --- the table -------------------------------------------------------------------------------

_FILL_IN = "请把数字填到县里发的模板里，以 .xlsx 格式报送"
_TAKE_OUT = (
    "是邮件的请把里面的报表另存出来，放进文件夹；是网页的请用 WPS 或 Excel 打开，另存为 .xlsx"
)
_UNPACK = "请先解压，把里面的工作簿放进来"


def _foreign(
    label: str, matches: Callable[[Content], bool], suggestion: str = _FILL_IN
) -> FileFormat:
    """A row of what is never read."""
    return FileFormat(Kind.FOREIGN, label, matches, suggestion=suggestion)


_XLS = "旧格式的 .xls 工作簿"
_NO_TABLE = "旧格式的办公文件，里面没有表格（或已损坏）"

FORMATS: tuple[FileFormat, ...] = (
    # zip
    FileFormat(Kind.XLSB, "xlsb 工作簿", _is_xlsb, xlsb.read),
    FileFormat(Kind.OOXML, "xlsx 工作簿", _is_xlsx, xlsx.read),
    _foreign("Word 文档（.docx）", _document("word/")),
    _foreign("演示文稿（.pptx）", _document("ppt/")),
    FileFormat(Kind.OOXML, "xlsx 工作簿", _is_package, xlsx.read),
    FileFormat(Kind.ODS, "OpenDocument 工作簿", _is_ods, ods.read),
    _foreign("OpenDocument 文件，但不是工作簿", _is_opendocument),
    FileFormat(Kind.ZIP, "ZIP 压缩包", _begins(*_ZIP), suggestion=_UNPACK),
    # OLE compound files
    FileFormat(
        Kind.LOCKED, "加了打开密码的工作簿", _streams("EncryptedPackage"), suggestion=_FILL_IN
    ),
    FileFormat(Kind.BIFF, _XLS, _streams("Workbook", "Book\0"), xls.read),
    _foreign("Word 文档（.doc）", _streams("WordDocument")),
    _foreign("演示文稿（.ppt）", _streams("PowerPoint Document")),
    _foreign("邮件（.msg）", _streams("__properties_version1.0"), _TAKE_OUT),
    _foreign(_NO_TABLE, _begins(_OLE), codes.RESEND),
    # what is neither
    FileFormat(Kind.BIFF, _XLS, _begins(b"\x09\x08", b"\x09\x04"), xls.read),
    FileFormat(Kind.SEVEN_ZIP, "7z 压缩包", _begins(b"7z\xbc\xaf\x27\x1c"), suggestion=_UNPACK),
    _foreign("空文件（0 字节）", _is_empty),
    _foreign("PDF 文件", _begins(b"%PDF")),
    _foreign("图片", _begins(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")),
    _foreign("RAR 压缩包", _begins(b"Rar!"), _UNPACK),
    _foreign("gzip 压缩包", _begins(b"\x1f\x8b"), _UNPACK),
    _foreign("RTF 文档", _begins(b"{\\rtf")),
    _foreign("网页（HTML）文件", _is_page, codes.RESEND),
    _foreign("网页归档或邮件文件", _is_message, _TAKE_OUT),
    _foreign("XML 表格（2003 格式）", _is_xml_table, codes.RESEND),
    _foreign("XML 文件", _is_xml),
    _foreign("文本文件（如 CSV）", _is_text),
    _foreign("无法识别的文件", _is_anything),
)
"""Every format, the first that matches holds. A new one is a row here; a workbook's names its
reader."""


def format_of(data: bytes, limits: Limits) -> FileFormat:
    """The format of a file's content. Raises Refused for a zip that cannot be read."""
    content = Content(data, limits)
    return next(each for each in FORMATS if each.matches(content))


def is_a(label: str) -> str:
    """`是` and a kind in Chinese, with a space before Latin letters."""
    space = " " if label[:1].isascii() else ""
    return f"是{space}{label}"


def not_a_workbook(found: FileFormat) -> Refused:
    """The refusal of a file that is no workbook."""
    what = is_a(found.label)
    return Refused(codes.NOT_A_WORKBOOK(what=what, suggestion=found.suggestion))
