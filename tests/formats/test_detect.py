"""The table of formats: what a content is, what a sender should do, and what reads it."""

from __future__ import annotations

import random

import pytest

from formats.packages import ods, relations, rows, xlsx_parts, zipped
from support.mails import Tree, compound
from xlreport.formats import codes, detect
from xlreport.formats.detect import FORMATS, Content, FileFormat, Kind, format_of, not_a_workbook
from xlreport.formats.guard import Limits, Refused
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook, RawSheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TYPES = {"[Content_Types].xml": "<x/>"}


BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def stream(*names: str) -> bytes:
    return compound({name: bytes(5000) for name in names})


def package(part: str, kind: str, **more: str) -> bytes:
    """A package about one part of this kind."""
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    override = f'<Override PartName="/{part}" ContentType="{kind}"/>'
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{types}">{override}</Types>',
            "_rels/.rels": relations(("officeDocument", part)),
            part: "",
            **more,
        }
    )


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
        (zipped({**TYPES, "_rels/.rels": "", "a/b": ""}), Kind.OOXML, "xlsx 工作簿"),
        (ods(""), Kind.ODS, "OpenDocument 工作簿"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}), Kind.FOREIGN, "OpenDocument 文件，但不是工作簿"),
        (zipped({"mimetype": "x"}), Kind.ZIP, "ZIP 压缩包"),
        (stream("Workbook"), Kind.BIFF, "旧格式的 .xls 工作簿"),
        (stream("Book"), Kind.BIFF, "旧格式的 .xls 工作簿"),
        (stream("WORKBOOK"), Kind.BIFF, "旧格式的 .xls 工作簿"),
        (stream("Bookends"), Kind.FOREIGN, "旧格式的办公文件，里面没有表格（或已损坏）"),
        (OLE + "Workbook".encode("utf-16-le"), Kind.FOREIGN, "旧格式的办公文件，里面没有表格（或已损坏）"),
        (compound({"WordDocument": b"", "ObjectPool": {"_1": {"Workbook": bytes(5000)}}}), Kind.FOREIGN, "Word 文档（.doc）"),
        (compound({"__properties_version1.0": b"", "x": {"Workbook": b""}}), Kind.FOREIGN, "邮件（.msg）"),
        (stream("VisioDocument"), Kind.FOREIGN, "Visio 图（.vsd）"),
        (stream("Workbook", "EncryptedPackage"), Kind.LOCKED, "加了打开密码的文件"),
        (stream("Workbook", "\x09DRMContent"), Kind.FOREIGN, "设了权限管理的文件"),
        (compound({"EncryptedPackage": b"", "\x06DataSpaces": {"TransformInfo": {"DRMEncryptedTransform": {"x": b""}}}}), Kind.FOREIGN, "设了权限管理的文件"),
        (compound({"EncryptedPackage": b"", "\x06DataSpaces": {"TransformInfo": {"StrongEncryptionTransform": {"x": b""}}}}), Kind.LOCKED, "加了打开密码的文件"),
        (package("x/book.bin", BINARY), Kind.XLSB, "xlsb 工作簿"),
        (package("x/book.xml", SHEET), Kind.OOXML, "xlsx 工作簿"),
        (package("x/text.xml", WORD), Kind.FOREIGN, "Word 文档（.docx）"),
        (package("x/text.xml", WORD, **{"xl/a": ""}), Kind.FOREIGN, "Word 文档（.docx）"),
        (zipped({"OFD.xml": "", "Doc_0/Document.xml": ""}), Kind.FOREIGN, "OFD 版式文件"),
        (zipped({**TYPES, "FixedDocSeq.fdseq": ""}), Kind.FOREIGN, "XPS 版式文件"),
        (zipped({"Index/Document.iwa": ""}), Kind.FOREIGN, "苹果 Numbers 或 Pages 文件"),
        (zipped({"mimetype": "application/epub+zip", "META-INF/container.xml": ""}), Kind.FOREIGN, "电子书（.epub）"),
        (b"\x09\x08\x10", Kind.BIFF, "旧格式的 .xls 工作簿"),
        (b"\x09\x04\x06\x00", Kind.FOREIGN, "很旧的 Excel 工作簿（4.0 及以前）"),
        (b"\x09\x02\x06\x00", Kind.FOREIGN, "很旧的 Excel 工作簿（4.0 及以前）"),
        (b"\x09\x00\x04\x00", Kind.FOREIGN, "很旧的 Excel 工作簿（4.0 及以前）"),
        (b"ID;PWXL;N;E\r\n", Kind.FOREIGN, "SYLK 表格（.slk）"),
        (b'<?xml version="1.0"?>\n<office:document xmlns:x="urn:oasis:names:tc:opendocument"', Kind.FOREIGN, "OpenDocument 单文件表格（.fods）"),
        (b"\x62\x14\x23\x65\0\0\0\0 E-SafeNet\0\0\0LOCK\0", Kind.FOREIGN, "被加密软件加密的文件"),
        (b"%TSD-Header-###%" + bytes(50), Kind.FOREIGN, "被加密软件加密的文件"),
        (random.Random(1).randbytes(512), Kind.FOREIGN, "像是加密的文件"),
        (random.Random(1).randbytes(511), Kind.FOREIGN, "无法识别的文件"),
        (bytes(range(100)) * 50, Kind.FOREIGN, "无法识别的文件"),
        (b"MZ\x90\0", Kind.FOREIGN, "程序文件"),
        (b"\0\0\0\x20ftypisom", Kind.FOREIGN, "音频或视频"),
        (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP, "7z 压缩包"),
        (b"Rar!\x1a\x07\x00", Kind.RAR, "RAR 压缩包"),
        (b"Rar!\x1a\x07\x01\x00", Kind.RAR, "RAR 压缩包"),
        (b"Rar! is a word", Kind.FOREIGN, "文本文件（如 CSV）"),
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
        ("加了打开密码的文件", "请把数字填到县里发的模板里，以 .xlsx 格式报送"),
        ("RAR 压缩包", "请先解压，把里面的工作簿放进来"),
        ("gzip 压缩包", "请先解压，把里面的工作簿放进来"),
        ("ZIP 压缩包", "请先解压，把里面的工作簿放进来"),
        ("7z 压缩包", "请先解压，把里面的工作簿放进来"),
        ("网页（HTML）文件", codes.FILL_IN),
        ("SYLK 表格（.slk）", codes.RESEND),
        ("OpenDocument 单文件表格（.fods）", codes.RESEND),
        ("很旧的 Excel 工作簿（4.0 及以前）", codes.RESEND),
        ("OFD 版式文件", "请报送填好的工作簿（.xlsx）；盖章件可以另外报送"),
        ("苹果 Numbers 或 Pages 文件", "请在 Numbers 里导出为 Excel（.xlsx），再报送导出的文件"),
        ("无法识别的文件", "能用 WPS 或 Excel 打开的，请另存为 .xlsx（加了密的先解密）后重新报送"),
        ("XML 表格（2003 格式）", codes.RESEND),
        ("旧格式的办公文件，里面没有表格（或已损坏）", codes.RESEND),
        ("网页归档或邮件文件", "是邮件的请把里面的报表另存出来，放进文件夹；是网页的另存时请选“网页，仅 HTML”"),
    ],
)  # fmt: skip
def test_a_sender_is_told_what_to_do(label: str, suggestion: str) -> None:
    (found,) = (each for each in FORMATS if each.label == label)
    assert not_a_workbook(found, b"", Limits()).finding.suggestion == suggestion


UNLOCK = "请在填报的电脑上解密（取消加密或权限限制）后重新报送"


def told(data: bytes) -> tuple[str, str, str]:
    found = not_a_workbook(format_of(data, Limits()), data, Limits()).finding
    return found.code, found.message, found.suggestion


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"b\x14#e    E-SafeNet   LOCK", "文件被加密软件（亿赛通）加密，没有读取"),
        (b"%TSD-Header-###%", "文件被加密软件（天锐绿盾）加密，没有读取"),
        (random.Random(2).randbytes(5000), "文件内容认不出来，像是被单位的加密软件加了密，没有读取"),
        (stream("\x09DRMContent"), "文件设了权限管理（限制访问），没有读取"),
    ],
)  # fmt: skip
def test_what_is_locked_is_to_be_unlocked_not_filled_in_again(data: bytes, message: str) -> None:
    assert told(data) == ("R30", message, UNLOCK)


def attached(*names: tuple[str, str]) -> bytes:
    folders: Tree = {
        f"__attach_version1.0_#{i:08}": {f"__substg1.0_{tag}001F": name.encode("utf-16-le")}
        for i, (tag, name) in enumerate(names)
    }
    tree: Tree = {"__properties_version1.0": bytes(32), **folders}
    return compound(tree)


def test_what_is_attached_to_a_saved_message_is_named() -> None:
    data = attached(("3707", "甲子镇.xls"), ("3704", "YICHOU~1.XLS"), ("3001", "转发"))
    assert told(data) == (
        "R1",
        "这是邮件（.msg），不是工作簿；里面的附件：YICHOU~1.XLS、甲子镇.xls、转发",
        "请把附件里的报表另存出来，放进文件夹",
    )
    assert "附件：X表X" in told(attached(("3707", "X表X\0")))[1]
    assert told(attached())[1:] == (
        "这是邮件（.msg），不是工作簿；里面没有附件",
        "请让报送单位把报表作为附件重新发来",
    )


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
