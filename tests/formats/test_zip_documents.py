"""Documents that are zips: told as what they are; a zip of reports is never taken for one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from formats.packages import zipped
from xlreport.formats import codes
from xlreport.formats.detect import Kind, format_of, not_a_workbook
from xlreport.formats.guard import Limits, Refused

ODT = "application/vnd.oasis.opendocument.text"
TYPES = {"[Content_Types].xml": "<x/>", "_rels/.rels": "<x/>"}
OPEN_AND_SAVE = "能用 WPS 或 Excel 打开的，请另存为 .xlsx（加了密的先解密）后重新报送"
EXPORT = "请在 Numbers 里导出为 Excel（.xlsx），再报送导出的文件"
SEND = "请报送填好的工作簿（.xlsx）；盖章件可以另外报送"


def iwa(number: bytes) -> bytes:
    """The beginning of Document.iwa, whose first object has this type."""
    return (
        b"\0\x30\x01\0\x9f\x05\x60\x14\x08\x01\x12\x10\x08"
        + number
        + b"\x12\x03\x01\0\x05"
        + bytes(90)
    )


NUMBERS, PAGES = iwa(b"\x01"), iwa(b"\x90\x4e")
PLIST = {"buildVersionHistory.plist": "x"}

DOCUMENTS: list[tuple[Mapping[str, str | bytes], str, str]] = [
    ({"OFD.xml": "x", "Doc_0/Document.xml": "x", "Doc_0/Pages/Page_0/Content.xml": "x"}, "OFD 版式文件", SEND),
    ({**TYPES, "FixedDocumentSequence.fdseq": "x"}, "XPS 版式文件", codes.FILL_IN),
    ({**TYPES, "visio/document.xml": "x"}, "Visio 图（.vsdx）", codes.FILL_IN),
    ({"mimetype": ODT, "content.xml": "x"}, "OpenDocument 文件，但不是工作簿", codes.FILL_IN),
    ({"META-INF/manifest.xml": f"<x {ODT}/>", "content.xml": "x"}, "OpenDocument 文件，但不是工作簿", codes.FILL_IN),
    ({"mimetype": "application/vnd.sun.xml.calc", "content.xml": "x"}, "很旧的 OpenOffice 文件（1.0）", OPEN_AND_SAVE),
    ({"uof.xml": "x", "content.xml": "x", "_meta/meta.xml": "x"}, "标文通（UOF）文件", OPEN_AND_SAVE),
    ({"mimetype": "application/epub+zip", "META-INF/container.xml": "x"}, "电子书（.epub）", codes.FILL_IN),
    ({"content.json": "x", "metadata.json": "x", "manifest.json": "x"}, "思维导图（.xmind）", codes.FILL_IN),
    ({"content.xml": "x", "META-INF/manifest.xml": "urn:xmind:xmap"}, "思维导图（.xmind）", codes.FILL_IN),
    ({"META-INF/MANIFEST.MF": "x", "a/B.class": "x"}, "程序文件（.jar 或 .apk）", codes.FILL_IN),
    ({"AndroidManifest.xml": "x", "classes.dex": "x"}, "程序文件（.jar 或 .apk）", codes.FILL_IN),
    ({"Index/Document.iwa": NUMBERS, "Index/Tables/Tile.iwa": b"x"}, "苹果 Numbers 表格", EXPORT),
    ({"Index/Document.iwa": PAGES, "Index/Tables/Tile.iwa": b"x"}, "苹果 Pages 文档", codes.FILL_IN),
    ({"Index/Document.iwa": NUMBERS, "Index/Slide.iwa": b"x"}, "苹果 Keynote 演示文稿", codes.FILL_IN),
    ({"Index/Document.iwa": NUMBERS, "Index/TemplateSlide-1.iwa": b"x"}, "苹果 Keynote 演示文稿", codes.FILL_IN),
    ({"Index/Document.iwa": b"x"}, "苹果 Numbers 或 Pages 文件", EXPORT),
    ({"Index.zip": "x", "Metadata/BuildVersionHistory.plist": "x"}, "苹果 Numbers 或 Pages 文件", EXPORT),
    ({"index.xml": "<?xml?><ls:document xmlns:ls='x'>", **PLIST}, "苹果 Numbers 表格", EXPORT),
    ({"index.xml": "<?xml?><sl:document xmlns:sl='x'>", **PLIST}, "苹果 Pages 文档", codes.FILL_IN),
    ({"index.apxl": "x", **PLIST}, "苹果 Keynote 演示文稿", codes.FILL_IN),
    ({"年报.numbers/Index.zip": "x", "__MACOSX/._年报.numbers": "x"}, "苹果 Numbers 表格", EXPORT),
    ({"年报.pages/Index/Document.iwa": NUMBERS}, "苹果 Pages 文档", codes.FILL_IN),
    ({"年报.key/Index.zip": "x"}, "苹果 Keynote 演示文稿", codes.FILL_IN),
]  # fmt: skip


@pytest.mark.parametrize(("members", "label", "suggestion"), DOCUMENTS)
def test_a_document_is_told_as_what_it_is(
    members: Mapping[str, str | bytes], label: str, suggestion: str
) -> None:
    found = format_of(zipped(members), Limits())
    assert (found.kind, found.label) == (Kind.FOREIGN, label)
    assert not_a_workbook(found, b"", Limits()).finding.suggestion == suggestion


REPORT = {"甲子镇.xlsx": "x"}


@pytest.mark.parametrize("members", [members for members, *_ in DOCUMENTS])
def test_a_document_that_lies_in_a_folder_beside_reports_makes_no_document(
    members: Mapping[str, str | bytes],
) -> None:
    inside = {f"资料/{name}": content for name, content in members.items()}
    assert format_of(zipped({**inside, **REPORT}), Limits()).kind is Kind.ZIP


@pytest.mark.parametrize(
    "members",
    [
        {"OFD.xml": "x"},
        {"OFD.xml": "x", "a/ofd.xml": "x"},
        {"a.fdseq": "x"},
        {"[Content_Types].xml": "x"},
        {"[Content_Types].xml": "x", "visio.txt": "x"},
        {"META-INF/container.xml": "x"},
        {"META-INF/container.xml": "x", "mimetype": "x"},
        {"META-INF/MANIFEST.MF": "x"},
        {"AndroidManifest.xml": "x"},
        {"content.xml": "x"},
        {"content.xml": "x", "mimetype": "text/plain"},
        {"content.xml": "x", "META-INF/manifest.xml": "x"},
        {"content.json": "x", "metadata.json": "x"},
        {"uof.xml": "x"},
        {"index.xml": "<ls:document"},
        {"index.xml": "x", **PLIST},
        {"index.apxl": "x"},
        {"index.zip": "x"},
        {"Index/Slide.iwa": "x"},
        {"资料/index.zip": "x"},
        {"年报.numbers/Index.zip": "x"},
        {"年报.numbers/Index/Document.iwa": NUMBERS},
    ],
)
def test_a_file_of_such_a_name_among_reports_makes_no_document(
    members: Mapping[str, str | bytes],
) -> None:
    assert format_of(zipped({**members, **REPORT}), Limits()).kind is Kind.ZIP


def test_a_folder_named_like_a_document_of_apple_may_hold_reports() -> None:
    assert format_of(zipped({"年报.numbers/甲子镇.xlsx": "x"}), Limits()).kind is Kind.ZIP


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_tells_is_read_in_the_limits(method: int) -> None:
    data = zipped({"mimetype": ODT, "content.xml": "x"}, method)
    with pytest.raises(Refused, match="文件内部用了表格程序不用的压缩方法，读不出来"):
        format_of(data, Limits())
    with pytest.raises(Refused, match="部件解压后的大小为 39 字节，超过允许的 30 字节"):
        format_of(zipped({"mimetype": ODT, "content.xml": "x"}), Limits(part=30))


def test_of_two_members_of_one_name_the_last_one_tells() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("MimeType", "x")
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", "x")
    assert format_of(target.getvalue(), Limits()).label == "电子书（.epub）"
