"""What a file really is, by its content; extensions are never believed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from xlreport.findings import record
from xlreport.formats.codes import R1
from xlreport.formats.guard import RESEND, Limits, Refused, open_package, open_zip, too_much

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
_SIGNATURES = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"Rar!", "RAR 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"{\\rtf", "RTF 文档"),
)
_TEMPLATE = "请把数字填到县里发的模板里，以 .xlsx 格式报送"
_ATTACHED = (
    "是邮件的请把里面的报表另存出来，放进文件夹；是网页的请用 WPS 或 Excel 打开，另存为 .xlsx"
)
_UNPACK = "请先解压，把里面的工作簿放进来"


_LETTER = re.compile(
    rb"(?:received|return-path|delivered-to|message-id|x-[a-z-]+|from|date|subject): ?\S"
)
"""How a message begins (RFC 5322), in lower case."""


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


def kind_of(data: bytes, limits: Limits) -> tuple[Kind, str]:
    """The kind, and in Chinese what it is. Raises Refused for a zip that cannot be read."""
    if data.startswith(_ZIP):
        return _zipped(data, limits)
    if data.startswith(_OLE):
        return _compound(data)
    if data.startswith(b"\x09\x08") or data.startswith(b"\x09\x04"):
        return Kind.BIFF, "旧格式的 .xls 工作簿"
    if data.startswith(_SEVEN_ZIP):
        return Kind.SEVEN_ZIP, "7z 压缩包"
    return Kind.FOREIGN, _foreign(data)


def advice(words: str) -> str:
    """What to do about a file of a foreign kind."""
    if "压缩包" in words:
        return _UNPACK
    if "邮件" in words:
        return _ATTACHED
    return RESEND if "表格" in words or "HTML" in words else _TEMPLATE


def _compound(data: bytes) -> tuple[Kind, str]:
    """OLE compound files are told apart by the names of their streams ([MS-CFB] 2.6.1)."""

    def has(*streams: str) -> bool:
        return any(name.encode("utf-16-le") in data for name in streams)

    if has("EncryptedPackage"):
        return Kind.LOCKED, "加了打开密码的工作簿"
    if has("Workbook", "Book\0"):
        return Kind.BIFF, "旧格式的 .xls 工作簿"
    if has("WordDocument"):
        return Kind.FOREIGN, "Word 文档（.doc）"
    if has("PowerPoint Document"):
        return Kind.FOREIGN, "演示文稿（.ppt）"
    if has("__properties_version1.0"):
        return Kind.FOREIGN, "邮件（.msg）"
    return Kind.FOREIGN, "旧格式的办公文件，里面没有表格（或已损坏）"


def _zipped(data: bytes, limits: Limits) -> tuple[Kind, str]:
    with open_zip(data) as archive:
        names = {name.replace("\\", "/").lstrip("/").lower() for name in archive.namelist()}
        if len(names) > limits.parts:
            raise too_much("压缩包内的部件数", len(names), limits.parts, "个")
    if _below(names, "xl/") and (names & {"[content_types].xml", "_rels/.rels"}):
        return (
            (Kind.XLSB, "xlsb 工作簿")
            if "xl/workbook.bin" in names
            else (Kind.OOXML, "xlsx 工作簿")
        )
    if "[content_types].xml" in names:
        words = {"word/": "Word 文档（.docx）", "ppt/": "演示文稿（.pptx）"}
        found = next((words[start] for start in words if _below(names, start)), "")
        return (Kind.FOREIGN, found) if found else (Kind.OOXML, "xlsx 工作簿")
    if "mimetype" in names and "content.xml" in names:
        kind = open_package(data, limits)["mimetype"]
        sheet = b"opendocument.spreadsheet" in kind
        return (
            (Kind.ODS, "OpenDocument 工作簿")
            if sheet
            else (Kind.FOREIGN, "OpenDocument 文件，但不是工作簿")
        )
    return Kind.ZIP, "ZIP 压缩包"


def _below(names: Iterable[str], folder: str) -> bool:
    return any(name.startswith(folder) for name in names)


def _foreign(data: bytes) -> str:
    if not data:
        return "空文件（0 字节）"
    for signature, words in _SIGNATURES:
        if data.startswith(signature):
            return words
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")):
        return "网页（HTML）文件"
    if b"mime-version:" in start[:600] or _LETTER.match(start):
        return "网页归档或邮件文件"
    if start.startswith(b"<"):
        return "XML 表格（2003 格式）" if b"excel.sheet" in start else "XML 文件"
    return "文本文件（如 CSV）" if b"\0" not in data[:4096] else "无法识别的文件"


def said(words: str) -> str:
    """`是` and a kind in Chinese, with a space before Latin letters."""
    return f"是{' ' if words[:1].isascii() else ''}{words}"


def foreign(words: str) -> Refused:
    """The refusal of a file that is no workbook."""
    return Refused(record(R1, f"这{said(words)}，不是能读取的工作簿", advice(words)))
