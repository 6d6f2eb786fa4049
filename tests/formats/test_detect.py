"""The table of formats: what a content is, what a sender should do, and what reads it."""

from __future__ import annotations

import pytest

from formats.packages import ods, rows, xlsx_parts, zipped
from xlreport.formats import codes, detect
from xlreport.formats.detect import FORMATS, Content, FileFormat, Kind, format_of, not_a_workbook
from xlreport.formats.guard import Limits, Refused
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook, RawSheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TYPES = {"[Content_Types].xml": "<x/>"}


def stream(name: str) -> bytes:
    return OLE + name.encode("utf-16-le")


@pytest.mark.parametrize(
    ("data", "kind", "label"),
    [
        (zipped(xlsx_parts(rows())), Kind.OOXML, "xlsx 工作簿"),
        (zipped({"_rels/.rels": "", "xl/a": ""}), Kind.OOXML, "xlsx 工作簿"),
        (zipped({"XL\\A": "", "_RELS\\.rels": ""}), Kind.OOXML, "xlsx 工作簿"),
        (zipped({**TYPES, "xl/workbook.bin": ""}), Kind.XLSB, "xlsb 工作簿"),
        (zipped({"xl/workbook.bin": ""}), Kind.ZIP, "ZIP 压缩包"),
        (zipped({**TYPES, "word/a": ""}), Kind.FOREIGN, "Word 文档（.docx）"),
        (zipped({**TYPES, "word/a": "", "ppt/a": ""}), Kind.FOREIGN, "Word 文档（.docx）"),
        (zipped({**TYPES, "xl/a": "", "word/a": ""}), Kind.OOXML, "xlsx 工作簿"),
        (zipped({**TYPES, "a/b": ""}), Kind.OOXML, "xlsx 工作簿"),
        (ods(""), Kind.ODS, "OpenDocument 工作簿"),
        (zipped({"mimetype": "x", "content.xml": ""}), Kind.FOREIGN, "OpenDocument 文件，但不是工作簿"),
        (zipped({"mimetype": "x"}), Kind.ZIP, "ZIP 压缩包"),
        (stream("Workbook"), Kind.BIFF, "旧格式的 .xls 工作簿"),
        (stream("Book\0"), Kind.BIFF, "旧格式的 .xls 工作簿"),
        (stream("Book"), Kind.FOREIGN, "旧格式的办公文件，里面没有表格（或已损坏）"),
        (stream("Workbook") + stream("EncryptedPackage"), Kind.LOCKED, "加了打开密码的工作簿"),
        (b"\x09\x08\x10", Kind.BIFF, "旧格式的 .xls 工作簿"),
        (b"\x09\x04\x10", Kind.BIFF, "旧格式的 .xls 工作簿"),
        (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP, "7z 压缩包"),
        (b"\xef\xbb\xbf \r\n<HTML>", Kind.FOREIGN, "网页（HTML）文件"),
        (b"<x>" + b" " * 4093 + b"excel.sheet", Kind.FOREIGN, "XML 文件"),
        (b"<x Excel.Sheet>", Kind.FOREIGN, "XML 表格（2003 格式）"),
        (b"Subject: x", Kind.FOREIGN, "网页归档或邮件文件"),
        (b"X-Mailer:x", Kind.FOREIGN, "网页归档或邮件文件"),
        (b"a" * 500 + b"\nMIME-Version: 1", Kind.FOREIGN, "网页归档或邮件文件"),
        (b"a" * 600 + b"\nMIME-Version: 1", Kind.FOREIGN, "文本文件（如 CSV）"),
        (b"a" * 4096 + b"\0", Kind.FOREIGN, "文本文件（如 CSV）"),
        (b"a" * 4095 + b"\0", Kind.FOREIGN, "无法识别的文件"),
    ],
)  # fmt: skip
def test_a_content_is_told_by_the_first_row_that_matches(
    data: bytes, kind: Kind, label: str
) -> None:
    found = format_of(data, Limits())
    assert (found.kind, found.label) == (kind, label)


def test_every_workbook_has_a_reader_and_nothing_else_has() -> None:
    with_reader = {each.kind for each in FORMATS if each.read is not None}
    assert with_reader == {Kind.OOXML, Kind.XLSB, Kind.ODS, Kind.BIFF}
    assert all(each.read for each in FORMATS if each.kind in with_reader)


@pytest.mark.parametrize(
    ("label", "suggestion"),
    [
        ("PDF 文件", "请把数字填到县里发的模板里，以 .xlsx 格式报送"),
        ("加了打开密码的工作簿", "请把数字填到县里发的模板里，以 .xlsx 格式报送"),
        ("RAR 压缩包", "请先解压，把里面的工作簿放进来"),
        ("gzip 压缩包", "请先解压，把里面的工作簿放进来"),
        ("ZIP 压缩包", "请先解压，把里面的工作簿放进来"),
        ("7z 压缩包", "请先解压，把里面的工作簿放进来"),
        ("网页（HTML）文件", codes.RESEND),
        ("XML 表格（2003 格式）", codes.RESEND),
        ("旧格式的办公文件，里面没有表格（或已损坏）", codes.RESEND),
        ("邮件（.msg）", "是邮件的请把里面的报表另存出来，放进文件夹；是网页的请用 WPS 或 Excel 打开，另存为 .xlsx"),
        ("网页归档或邮件文件", "是邮件的请把里面的报表另存出来，放进文件夹；是网页的请用 WPS 或 Excel 打开，另存为 .xlsx"),
    ],
)  # fmt: skip
def test_a_sender_is_told_what_to_do(label: str, suggestion: str) -> None:
    (found,) = (each for each in FORMATS if each.label == label)
    assert not_a_workbook(found).finding.suggestion == suggestion


def test_a_format_more_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(data: bytes, limits: Limits) -> RawBook:
        return RawBook({"表": RawSheet("表")}, {"size": str(len(data))})

    def matches(content: Content) -> bool:
        return content.data.startswith(b"DIF")

    row = FileFormat(Kind.FOREIGN, "DIF 工作簿", matches, read)
    monkeypatch.setattr(detect, "FORMATS", (row, *FORMATS))
    assert open_book(b"DIF1").names == {"size": "4"}


def test_a_zip_of_too_many_members_is_refused_before_it_is_told() -> None:
    data = zipped({"a": "", "b": ""})
    assert format_of(data, Limits(parts=2)).kind is Kind.ZIP
    with pytest.raises(Refused, match="压缩包内的部件数为 2 个，超过允许的 1 个"):
        format_of(data, Limits(parts=1))
