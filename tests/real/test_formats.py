"""What programs and offices make of a file: whether it is read, and what is said where it is not."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from support.cells import part, rewrite, sheet_parts
from support.mails import Tree, compound
from xlreport import FileRecord, FormCatalog, Limits, Outcome, ReadOptions
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import read_files

HERE = Path(__file__).parent
FILES, HOSTILE = HERE / "files", HERE / "hostile"
SAMPLES = HERE.parents[1] / "samples" / "2025"
JIAZI = SAMPLES / "990101_甲子镇_2025年政府信息公开工作年度报告.xlsx"

Told = tuple[str, str, str]
"""A code, the message, what to do."""

RESEND = "请用 WPS 或 Excel 打开原表，另存为“.xlsx”格式后重新报送"
FILL_IN = "请把数字填到县里发的模板里，以 .xlsx 格式报送"
UNLOCK = "请在填报的电脑上解密（取消加密或权限限制）后重新报送"


def records(path: Path, limits: Limits | None = None) -> list[FileRecord]:
    """What becomes of a file and of what is in it; read in this process."""
    options = ReadOptions(workers=0, limits=limits or Limits())
    return read_files([SourceFile(path, path.name)], FormCatalog(), options)


def told(file: FileRecord) -> list[Told]:
    return [(each.code, each.message, each.suggestion) for each in file.findings]


def only(path: Path) -> FileRecord:
    (file,) = records(path)
    return file


@cache
def sample() -> dict[str, Decimal | None]:
    """The figures of the sample workbook."""
    return figures(only(JIAZI))


def figures(file: FileRecord) -> dict[str, Decimal | None]:
    return {name: entry.value for name, entry in file.report.entries.items()}


# --- what is read ----------------------------------------------------------------------------

_OLD_FORMAT = (
    "R24",
    "这是旧格式（.xls）工作簿，已照常读取；这种格式没有校验码，传输中的损坏查不出来",
    "请核对数字；下次请另存为“.xlsx”格式报送",
)
_SHARED = (
    "R31",
    "旧格式文件内部有两部分共用了同一段内容，数字已照常读取",
    "请核对数字；下次请另存为“.xlsx”格式",
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("blank-shared-string-cell.xlsx", []),
        ("xls-stream-named-WORKBOOK.xls", [_OLD_FORMAT]),
        ("xls-mini-stream-shares-workbook-chain.xls", [_OLD_FORMAT, _SHARED]),
        ("xls-relative-defined-name-hangs.xls", [_OLD_FORMAT]),
        ("structure-protected-velvetsweatshop.xls", [_OLD_FORMAT]),
    ],
)
def test_what_every_office_program_opens_is_read(name: str, expected: list[Told]) -> None:
    file = only(FILES / name)
    assert told(file) == expected
    assert figures(file) == sample()
    assert (file.unit.name, file.unit.code) == ("甲子镇", "990101")


@pytest.mark.parametrize(
    "name", ["xlsb-by-sheetjs-short-records.xlsb", "xlsb-by-sheetjs-blanks-are-zero.xlsb"]
)
def test_short_records_are_read(name: str) -> None:
    """SheetJS writes them, and properties with each byte of UTF-8 as a letter."""
    file = only(FILES / name)
    assert {finding.code for finding in file.findings} == {"R8", "R22", "R24"}
    assert figures(file) == sample()
    assert file.report.county.name == "示例县"


def test_a_zip_packed_with_lzma_is_read() -> None:
    archive, file = records(FILES / "zip-lzma.zip")
    message = "这是 ZIP 压缩包，里面有 1 个文件，结果逐个列出"
    assert told(archive) == [("F15", message, "不用处理")]
    assert (file.path, told(file)) == ("zip-lzma.zip!甲子镇.xlsx", [])
    assert figures(file) == sample()


def test_rows_that_are_only_styled_are_no_data(tmp_path: Path) -> None:
    """A county's table with more empty rows that somebody has coloured than a workbook may have cells."""
    name = sheet_parts(JIAZI.read_bytes())["二、主动公开"]
    cells = "".join(f'<c r="{column}{{0}}" s="3"/>' for column in "ABCDEFGHIJKL")
    styled = "".join(f'<row r="{i}" s="3">{cells.format(i)}</row>' for i in range(100, 18_100))
    xml = part(JIAZI.read_bytes(), name).replace("</sheetData>", f"{styled}</sheetData>")
    path = tmp_path / "甲子镇.xlsx"
    path.write_bytes(rewrite(JIAZI.read_bytes(), {name: xml.encode()}))
    (file,) = records(path, Limits(cells=200_000))
    assert (told(file), figures(file)) == ([], sample())


# --- what is something else --------------------------------------------------------------------


UNREADABLE_DOC = [
    (
        "R1",
        "这是 Word 文档（.doc），里面的内容读不出来",
        "请用 WPS 或 Word 打开，另存为“.docx”格式后再试",
    )
]


def has_no_table(what: str) -> list[Told]:
    """What is said of a document without official tables."""
    return [("R1", f"这是{what}，里面认不出报表的表格", FILL_IN)]


def is_no_workbook(what: str, suggestion: str) -> list[Told]:
    return [("R1", f"这是{what}，不是能读取的工作簿", suggestion)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("word-with-an-excel-table.doc", UNREADABLE_DOC),
        (
            "outlook-message-with-an-xls.msg",
            [
                (
                    "R1",
                    "这是邮件（.msg），不是工作簿；里面的附件：甲子镇.xls",
                    "请把附件里的报表另存出来，放进文件夹",
                )
            ],
        ),
        (
            "盖章件.ofd",
            is_no_workbook(" OFD 版式文件", "请报送填好的工作簿（.xlsx）；盖章件可以另外报送"),
        ),
        (
            "esafenet-encrypted.xlsx",
            [("R30", "文件被加密软件（亿赛通）加密，没有读取", UNLOCK)],
        ),
        ("rights-managed.xlsx", [("R30", "文件设了权限管理（限制访问），没有读取", UNLOCK)]),
    ],
)
def test_what_is_no_workbook_is_called_what_it_is(name: str, expected: list[Told]) -> None:
    assert told(only(FILES / name)) == expected


def test_a_flat_opendocument_table_is_to_be_saved_again(tmp_path: Path) -> None:
    path = tmp_path / "甲子镇.fods"
    path.write_bytes(gzip.decompress((FILES / "flat-ods.fods.gz").read_bytes()))
    assert told(only(path)) == is_no_workbook(" OpenDocument 单文件表格（.fods）", RESEND)


EMBEDDED: Tree = {"WordDocument": bytes(5000), "ObjectPool": {"_1": {"Workbook": bytes(5000)}}}
HTML = "<html><head><meta charset=gbk></head><table><tr><td>行政许可</td><td>135</td></tr></table>"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            b"ID;PWXL;N;E\r\nC;Y1;X1;K135\r\nE\r\n",
            is_no_workbook(" SYLK 表格（.slk）", RESEND),
        ),
        (
            b"\x09\x02\x06\x00\0\0\x10\0\0\0",
            is_no_workbook("很旧的 Excel 工作簿（4.0 及以前）", RESEND),
        ),
        (
            b"\x09\x00\x04\x00\x02\0\x10\0",
            is_no_workbook("很旧的 Excel 工作簿（4.0 及以前）", RESEND),
        ),
        (HTML.encode("gbk"), has_no_table("网页（HTML）文件")),
        (compound(EMBEDDED), UNREADABLE_DOC),
        (
            compound({"PowerPoint Document": bytes(5000), "Obj": {"Workbook": b"x"}}),
            is_no_workbook("演示文稿（.ppt）", FILL_IN),
        ),
    ],
)
def test_the_advice_is_one_that_helps(data: bytes, expected: list[Told], tmp_path: Path) -> None:
    path = tmp_path / "甲子镇.xls"
    path.write_bytes(data)
    assert told(only(path)) == expected


# --- what was made to deceive ------------------------------------------------------------------

_SMUGGLED = ("R4", "表格里夹带了表格程序不会写的内容，各程序看到的可能不一样", RESEND)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cell-of-foreign-namespace.xlsx", _SMUGGLED),
        ("sheet-with-two-id-attributes.xlsx", _SMUGGLED),
        ("value-of-foreign-namespace.ods", _SMUGGLED),
        (
            "content-types-doctype.xlsx",
            ("R4", "文件里夹带了正常工作簿没有的定义（DTD 或实体）", RESEND),
        ),
        (
            "fake-end-record-in-comment.xlsx",
            (
                "R2",
                "文件不完整，压缩目录读不出来",
                "请在自己的电脑上打开原表，确认完好后重新另存、报送",
            ),
        ),
    ],
)
def test_what_a_reader_sees_is_what_a_person_sees(name: str, expected: Told) -> None:
    file = only(HOSTILE / name)
    assert (told(file), file.submission) == ([expected], None)


def test_a_second_directory_in_a_comment_is_refused(tmp_path: Path) -> None:
    """A whole archive in the comment of another: one program opens this, another that."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("甲.xlsx", b"x")
    outer = io.BytesIO(JIAZI.read_bytes())
    with zipfile.ZipFile(outer, "a") as archive:
        archive.comment = inner.getvalue()
    path = tmp_path / "甲子镇.xlsx"
    path.write_bytes(outer.getvalue())
    assert told(only(path))[0][:2] == ("R2", "文件里有两个压缩目录，无法判断哪个是真的")


def test_an_archive_within_the_last_part_is_no_second_directory(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(JIAZI, "甲子镇.xlsx")
    path = tmp_path / "报表.zip"
    path.write_bytes(target.getvalue())
    assert figures(records(path)[1]) == sample()


def test_a_name_that_climbs_costs_its_member() -> None:
    archive, member = records(HOSTILE / "7z-one-climbing-name.7z")
    assert archive.findings[0].code == "F15"
    assert told(member) == [
        (
            "R6",
            "压缩包里这个文件的名称指向文件夹以外，没有解压",
            "请先解压，把里面的工作簿放进文件夹后重新汇总",
        )
    ]


def test_archives_within_one_never_unpack_more_than_one_may() -> None:
    """35 kB that once became 3.58 GB: nothing that would be refused is written at all."""
    archive, *members = records(HOSTILE / "nested-12-inner-zips.zip")
    assert archive.findings[0].message == "这是 ZIP 压缩包，里面有 12 个文件，结果逐个列出"
    inner = [member for member in members if member.path.endswith(".zip")]
    refused = [member for member in members if member not in inner]
    assert (len(inner), len(refused)) == (12, 36)
    assert {told(member)[0][:2] for member in refused} == {
        ("R3", "文件大小为 99,000,000 字节，超过允许的 50,000,000 字节")
    }


# --- other files under a workbook's name ------------------------------------------------------


def word_document() -> bytes:
    """The parts of a .docx by which its kind is told."""
    office = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    parts = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{office}"/></Types>'
        ),
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{relation}" Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": "<document/>",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


LIST = "项目,件数\r\n规章,0\r\n"
A_LIST = has_no_table("文本文件（如 CSV）")
RTF_ADVICE = "请把数字填到县里发的模板里报送；里面是报表原样的，也可以用 WPS 打开，另存为“.docx”"
UNDER_ANOTHER_NAME: dict[str, tuple[Callable[[], bytes], list[Told]]] = {
    "a .doc": ((FILES / "word-with-an-excel-table.doc").read_bytes, UNREADABLE_DOC),
    "a .docx": (word_document, has_no_table(" Word 文档（.docx）")),
    "an .rtf": (lambda: b"{\\rtf1\\ansi }", is_no_workbook(" RTF 文档", RTF_ADVICE)),
    "a list in GBK": (lambda: LIST.encode("gbk"), A_LIST),
    "a list in UTF-8": (lambda: LIST.encode("utf-8-sig"), A_LIST),
    "Unicode text of Excel": (lambda: LIST.replace(",", "\t").encode("utf-16"), A_LIST),
}


@pytest.mark.parametrize("extension", ["xls", "xlsx"])
@pytest.mark.parametrize("kind", UNDER_ANOTHER_NAME)
def test_a_document_or_a_list_under_a_workbooks_name_is_called_what_it_is(
    tmp_path: Path, kind: str, extension: str
) -> None:
    content, expected = UNDER_ANOTHER_NAME[kind]
    path = tmp_path / f"年报.{extension}"
    path.write_bytes(content())
    file = only(path)
    assert file.outcome is Outcome.REJECTED
    assert told(file) == expected
