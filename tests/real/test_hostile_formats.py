"""Workbooks whose bytes say one thing to a reader and another to a person, in every format."""

from __future__ import annotations

import gzip
import re
import struct
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from support.cells import part, rewrite, sheet_parts
from xlreport import FormCatalog
from xlreport.workbook.reader.submission import Reading, read_submission

HERE = Path(__file__).parent
HOSTILE = HERE / "hostile"
SAMPLES = HERE.parents[1] / "samples" / "2025"
JIAZI = (SAMPLES / "990101_甲子镇_2025年政府信息公开工作年度报告.xlsx").read_bytes()
ODS = (HOSTILE / "hidden-and-beside.ods").read_bytes()
FORMS = FormCatalog()
SHEET = "二、主动公开"
SHEET_PART = sheet_parts(JIAZI)[SHEET]
BOOK, STYLES, STRINGS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"
BOOK_RELATIONS = "xl/_rels/workbook.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
B10 = '<c r="B10" s="21"><v>135</v></c>'

Told = tuple[str, str, str]
"""A code, the cell, the message."""


def read(data: bytes) -> Reading:
    return read_submission(data, FORMS)


def told(data: bytes) -> list[Told]:
    return [(f.code, f.cell, f.message) for f in read(data).findings]


def changed(name: str, old: str, new: str, data: bytes = JIAZI) -> bytes:
    """The workbook with something else at one place of a part."""
    content = part(data, name)
    assert old in content
    return rewrite(data, {name: content.replace(old, new, 1).encode()})


def cell(xml: str) -> bytes:
    """The workbook with this in place of the cell B10."""
    return changed(SHEET_PART, B10, xml)


# --- hidden, or beside the cells, in every format -------------------------------------------


def hidden_and_beside(extension: str) -> bytes:
    path = HOSTILE / f"hidden-and-beside{extension}"
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.mark.parametrize("extension", [".xlsx", ".ods", ".xls.gz"])
def test_what_nobody_sees_is_told_in_every_format(extension: str) -> None:
    """LibreOffice wrote the others from the first one, which has the first edition's layout."""
    expected = [
        ("R29", "B7", "显示的是“0.2”，格子里存的是 2；已按 2 读取"),
        ("R5", "B6", "这里有批注“批注：应为 77 件”，不会读取"),
        ("R5", "B17", "这里有文本框“文本框：以 88 为准”，不会读取"),
        ("R34", "", "工作表“四、复议诉讼”被隐藏了，里面的内容已照常读取"),
        ("R34", "B10", "格子里的“135”看不见（所在的行或列被隐藏了），已照常读取"),
        ("R34", "B13", "格子里的“20”看不见（字的颜色与底色相同），已照常读取"),
        ("R34", "B14", "格子里的“1”看不见（被合并的格子盖住了），已照常读取"),
    ]
    assert [line for line in told(hidden_and_beside(extension)) if line[0] != "R24"] == expected


def test_a_hidden_window_and_a_hidden_cover_are_told() -> None:
    data = changed(BOOK, "<workbookView", '<workbookView visibility="hidden"')
    data = changed(BOOK, '<sheet name="封面"', '<sheet state="hidden" name="封面"', data)
    assert told(data) == [
        ("R34", "", "工作簿的窗口被隐藏了，打开时什么也看不见；里面的内容已照常读取"),
        ("R34", "", "工作表“封面”被隐藏了，里面的内容已照常读取"),
    ]


def test_rows_that_are_low_unless_they_say_otherwise_are_told() -> None:
    data = changed(SHEET_PART, ' ht="18.75" customHeight="1"><c r="A10"', '><c r="A10"')
    xml = re.sub(
        "<sheetFormatPr [^>]*/>", '<sheetFormatPr defaultRowHeight="0"/>', part(data, SHEET_PART)
    )
    data = rewrite(data, {SHEET_PART: xml.encode()})
    assert told(data) == [("R34", "B10", "格子里的“135”看不见（所在的行或列被隐藏了），已照常读取")]


def restyled(font: str = "", fill: str = "", code: str = "") -> bytes:
    """The workbook with B10 in a style of its own."""
    styles = part(JIAZI, STYLES)
    fonts, fills, used = (
        int(re.findall(f'<{name} count="([0-9]+)"', styles)[0])
        for name in ("fonts", "fills", "cellXfs")
    )
    cells = styles[styles.index("<cellXfs") : styles.index("</cellXfs>")]
    style = re.findall("<xf [^>]*/>|<xf .*?</xf>", cells, re.DOTALL)[21]
    if font:
        styles = styles.replace("</fonts>", f"<font>{font}</font></fonts>")
        style = re.sub('fontId="[0-9]+"', f'fontId="{fonts}"', style)
    if fill:
        styles = styles.replace("</fills>", f"<fill>{fill}</fill></fills>")
        style = re.sub('fillId="[0-9]+"', f'fillId="{fills}"', style)
    if code:
        head = re.findall('<numFmts count="[0-9]+">', styles)[0]
        known = f'<numFmt numFmtId="200" formatCode={quoteattr(code)}/>'
        styles = styles.replace(head, head + known)
        style = re.sub('numFmtId="[0-9]+"', 'numFmtId="200"', style)
    styles = styles.replace("</cellXfs>", f"{style}</cellXfs>")
    data = rewrite(JIAZI, {STYLES: styles.encode()})
    return changed(SHEET_PART, B10, f'<c r="B10" s="{used}"><v>135</v></c>', data)


BLUE = '<patternFill patternType="solid"><fgColor theme="4" tint="0.4"/></patternFill>'
FAINT, TINY = "字的颜色与底色相同", "字号太小"


@pytest.mark.parametrize(
    ("font", "fill", "code", "reason"),
    [
        ('<sz val="11"/><color theme="4" tint="0.4"/>', BLUE, "", FAINT),
        ('<sz val="11"/><color indexed="22"/>', '<patternFill patternType="solid"><fgColor rgb="FFC0C0C0"/></patternFill>', "", FAINT),
        ('<sz val="1"/>', "", "", TINY),
        ("", "", "[White]0", FAINT),
        ("", "", "[颜色2]0;[Red]-0", FAINT),
    ],
)  # fmt: skip
def test_a_number_in_the_colour_of_its_ground_is_told(
    font: str, fill: str, code: str, reason: str
) -> None:
    message = f"格子里的“135”看不见（{reason}），已照常读取"
    assert told(restyled(font, fill, code)) == [("R34", "B10", message)]


@pytest.mark.parametrize(
    ("font", "fill", "code"),
    [
        ('<sz val="11"/><color rgb="FFFFFFFF"/>', BLUE, ""),
        ('<sz val="11"/><color theme="4"/>', "", ""),
        ('<sz val="11"/><color rgb="FFFFFFFF"/>', "<gradientFill/>", ""),
        ("", "", "[Red]0"),
        ("", "", "0;[White]0"),
        ('<sz val="11"/><color theme="1" tint="NaN"/>', "", ""),
    ],
)
def test_a_number_that_people_see_is_not_told(font: str, fill: str, code: str) -> None:
    assert told(restyled(font, fill, code)) == []


# --- one cell, two contents -----------------------------------------------------------------

_TWICE = ("R15", "B10", "文件里这一格的内容写了两遍或写法有误，无法判断是哪个数")
_SMUGGLED = ("R4", "", "表格里夹带了表格程序不会写的内容，各程序看到的可能不一样")
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


@pytest.mark.parametrize(
    "xml",
    [
        '<c r="B10" s="21" t="inlineStr"><v>999</v></c>',
        '<c r="B10" s="21"><is><t>999</t></is></c>',
        '<c r="B10" s="21" t="str"><is><t>999</t></is></c>',
        f'<c r="B10" s="21"><mc:AlternateContent {MC}><mc:Choice Requires="x14"><v>999</v></mc:Choice>'
        "</mc:AlternateContent><v>135</v></c>",
    ],
)  # fmt: skip
def test_a_value_that_is_not_of_its_type_is_doubtful(xml: str) -> None:
    assert _TWICE in told(cell(xml))


@pytest.mark.parametrize(
    "xml",
    [
        '<c r="B10" s="21"><x:v xmlns:x="urn:x">999</x:v><v>135</v></c>',
        '<c r="B10" s="21" xmlns:x="urn:x" x:t="s"><v>135</v></c>',
        '<c xmlns="" r="B10" s="21"><v>999</v></c>',
    ],
)
def test_a_cell_of_a_foreign_namespace_is_refused(xml: str) -> None:
    assert told(cell(xml)) == [_SMUGGLED]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (SHEET_PART, "</sheetData>", "</sheetData><sheetData/>"),
        (BOOK, f'<sheet name="{SHEET}"', f'<sheet ID="rId1" name="{SHEET}"'),
        (STRINGS, "<si>", '<x:w xmlns:x="urn:x"><si><t>甲</t></si></x:w><si>'),
        (STRINGS, "<si>", "<extLst><ext><si><t>甲</t></si></ext></extLst><si>"),
    ],
)
def test_what_shifts_or_doubles_is_refused(name: str, old: str, new: str) -> None:
    assert told(changed(name, old, new)) == [_SMUGGLED]


# --- parts and their relationships ----------------------------------------------------------


def with_relation(relation: str, name: str = BOOK_RELATIONS) -> bytes:
    return changed(name, "</Relationships>", f"{relation}</Relationships>")


def with_second(kind: str, source: str) -> bytes:
    """A second part of a kind, whose content is another."""
    relation = f'<Relationship Id="rIdX" Type="{OFFICE}/{kind}" Target="second.xml"/>'
    other = part(JIAZI, source).replace("2025", "2024")
    return rewrite(with_relation(relation), {"xl/second.xml": other.encode()})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (with_second("sharedStrings", STRINGS), "文件里有两个共享文字部件，无法判断哪个是真的"),
        (with_second("styles", STYLES), "文件里有两个格式部件，无法判断哪个是真的"),
        (
            changed(STYLES, "<cellXfs", "<cellXfs><xf numFmtId='9'/></cellXfs><cellXfs"),
            "文件里有两个格式部件，无法判断哪个是真的",
        ),
        (
            with_relation(f'<Relationship Id="rId1" Type="{OFFICE}/theme" Target="x"/>', "_rels/.rels"),
            "部件之间的关系编号“rId1”出现了两次，无法判断哪个是真的",
        ),
        (
            changed(BOOK, "</sheets>", '<sheet name="甲" sheetId="99" r:id="rId3"/></sheets>'),
            f"工作表“{SHEET}”和“甲”是同一段内容，无法判断是哪张表的",
        ),
        (
            changed(BOOK, "</sheets>", f'<sheet name="{SHEET}" sheetId="99" r:id="rId9"/></sheets>'),
            f"工作表“{SHEET}”出现了两次",
        ),
    ],
)  # fmt: skip
def test_a_part_that_is_there_twice_is_refused(data: bytes, message: str) -> None:
    assert told(data) == [("R2", "", message)]


def test_cells_of_a_chart_sheet_are_refused() -> None:
    xml = re.sub("<(/?)worksheet", r"<\1chartsheet", part(JIAZI, SHEET_PART))
    message = f"工作表“{SHEET}”里有格子写在表格数据以外"
    assert told(rewrite(JIAZI, {SHEET_PART: xml.encode()})) == [("R2", "", message)]


def test_a_relationship_of_nobodys_type_is_none() -> None:
    """Office programs pass over it, so that its texts are not the workbook's."""
    foreign = '<Relationship Id="rIdX" Type="http://x.example/sharedStrings" Target="x.xml"/>'
    rels = re.sub("(<Relationships[^>]*>)", r"\1" + foreign, part(JIAZI, BOOK_RELATIONS))
    other = part(JIAZI, STRINGS).replace("甲子镇", "乙丑镇")
    data = rewrite(JIAZI, {BOOK_RELATIONS: rels.encode(), "xl/x.xml": other.encode()})
    assert told(data) == []
    assert read(data).unit.name == "甲子镇"


DTD = "<!DOCTYPE x []>"


def odd(name: str) -> list[Told]:
    message = f"文件里有写法有误的部件“{name.lower()}”，没有用到，数字已照常读取"
    return [("R31", "", message)]


@pytest.mark.parametrize("name", ["docProps/core.xml", "docProps/custom.xml", "docProps/app.xml"])
def test_a_broken_part_beside_the_figures_is_told(name: str) -> None:
    assert told(rewrite(JIAZI, {name: part(JIAZI, name)[:-9].encode()})) == odd(name)


@pytest.mark.parametrize("name", ["docProps/app.xml", "xl/theme/theme1.xml", "xl/v.vml", "x.xml"])
def test_a_dtd_beside_the_figures_is_told(name: str) -> None:
    assert told(rewrite(JIAZI, {name: f"{DTD}<x/>".encode()})) == odd(name)


def test_a_vml_part_need_not_be_well_formed() -> None:
    assert told(rewrite(JIAZI, {"xl/v.vml": b"<xml><br></xml>"})) == []


def test_a_missing_list_of_types_is_told() -> None:
    message = "文件里缺少部件清单，有的程序打不开；数字已照常读取"
    assert told(rewrite(JIAZI, {"[Content_Types].xml": None})) == [("R31", "", message)]


# --- OpenDocument ---------------------------------------------------------------------------

_ODS_CELL = re.findall('<table:table-cell [^>]*office:value="3.5"[^>]*>', part(ODS, "content.xml"))[
    0
]


def ods(old: str, new: str) -> list[Told]:
    """What is said beyond what that file holds anyway."""
    known = told(ODS)
    return [line for line in told(changed("content.xml", old, new, ODS)) if line not in known]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('calcext:value-type="float"', 'calcext:value-type="string"'),
        (
            'office:value-type="float" office:value="3.5"',
            'office:value-type="string" office:string-value="9"',
        ),
    ],
)
def test_a_cell_that_says_two_things_is_doubtful(old: str, new: str) -> None:
    assert ("R15", "B17", _TWICE[2]) in ods(_ODS_CELL, _ODS_CELL.replace(old, new))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<x:w xmlns:x="urn:x"><table:table-row/></x:w><table:table-row', ""),
        ('<table:table-row><x:table-cell xmlns:x="urn:x"/></table:table-row><table:table-row', ""),
    ],
)
def test_rows_in_foreign_elements_are_refused(before: str, after: str) -> None:
    assert ods("<table:table-row", before + after) == [_SMUGGLED]


@pytest.mark.parametrize("name", ["settings.xml", "META-INF/manifest.xml", "manifest.rdf"])
def test_a_broken_part_of_an_ods_is_told(name: str) -> None:
    data = rewrite(ODS, {name: part(ODS, name)[:-9].encode()})
    assert [line for line in told(data) if line not in told(ODS)] == odd(name)


def test_an_ods_without_its_first_member_is_read() -> None:
    assert told(rewrite(ODS, {"mimetype": None})) == told(ODS)


# --- archives that hold two workbooks -------------------------------------------------------

OTHER = changed(SHEET_PART, B10, B10.replace("135", "999"))
_TWO_DIRECTORIES = [("R2", "", "文件里有两个压缩目录，无法判断哪个是真的")]


@pytest.mark.parametrize("data", [JIAZI + OTHER, OTHER + JIAZI])
def test_two_archives_behind_one_another_are_refused(data: bytes) -> None:
    assert told(data) == _TWO_DIRECTORIES


def with_large_directory(data: bytes, more: int) -> bytes:
    """The archive with a Zip64 end record that tells of so many members more."""
    end = data.rfind(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<HII", data, end + 10)
    members = count + more
    record = struct.pack(
        "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, members, members, size, start
    )
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    return data[:end] + record + locator + data[end:]


def test_a_large_directory_that_is_another_is_refused() -> None:
    assert told(with_large_directory(JIAZI, 0)) == []
    assert told(with_large_directory(JIAZI, 1)) == _TWO_DIRECTORIES


@pytest.mark.parametrize(
    "name",
    [
        "XL/worksheets/SHEET3.xml",
        "xl\\worksheets\\sheet3.xml",
        "xl//worksheets/sheet3.xml",
        "xl/theme/../worksheets/sheet3.xml",
        "./xl/worksheets/sheet3.xml",
        "xl/worksheets/sheet%33.xml",
    ],
)
def test_a_part_under_two_names_is_refused(name: str) -> None:
    message = f"压缩包里的部件“{name}”出现了两次，无法判断哪个是真的"
    assert told(rewrite(JIAZI, {name: part(OTHER, SHEET_PART).encode()})) == [("R2", "", message)]


# --- drawings and objects -------------------------------------------------------------------

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/"
BOX = "<xdr:sp><xdr:txBody><a:p><a:r><a:t>以 88</a:t></a:r><a:r><a:t> 为准</a:t></a:r></a:p></xdr:txBody></xdr:sp>"


def with_drawing(inner: str) -> bytes:
    xml = part(JIAZI, SHEET_PART).replace(
        "</worksheet>", f'<drawing xmlns:r="{OFFICE}" r:id="rId1"/></worksheet>'
    )
    relation = f'<Relationship Id="rId1" Type="{OFFICE}/drawing" Target="../drawings/d.xml"/>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    anchor = "<xdr:from><xdr:col>1</xdr:col><xdr:row>9</xdr:row></xdr:from>"
    drawing = (
        f'<xdr:wsDr xmlns:xdr="{DRAWING}spreadsheetDrawing" xmlns:a="{DRAWING}main" {MC}>'
        f"<xdr:oneCellAnchor>{anchor}{inner}</xdr:oneCellAnchor></xdr:wsDr>"
    )
    return rewrite(
        JIAZI,
        {
            SHEET_PART: xml.encode(),
            "xl/worksheets/_rels/sheet3.xml.rels": (
                f'<Relationships xmlns="{package}">{relation}</Relationships>'.encode()
            ),
            "xl/drawings/d.xml": drawing.encode(),
        },
    )


CHOICE = f'<mc:Choice Requires="a14">{BOX}</mc:Choice>'


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        (BOX, "这里有文本框“以 88 为准”，不会读取"),
        (f"<xdr:grpSp>{BOX}</xdr:grpSp>", "这里有文本框“以 88 为准”，不会读取"),
        (
            f"<mc:AlternateContent>{CHOICE}<mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent>",
            "这里有文本框“以 88 为准”，不会读取",
        ),
        (
            "<mc:AlternateContent><mc:Choice/><mc:Fallback><xdr:pic/></mc:Fallback></mc:AlternateContent>",
            "这里有图片，不会读取",
        ),
        ("<xdr:graphicFrame/>", "这里有图表，不会读取"),
    ],
)
def test_drawings_are_told_once(inner: str, message: str) -> None:
    assert told(with_drawing(inner)) == [("R5", "B10", message)]


@pytest.mark.parametrize("inner", ["<xdr:cxnSp/>", "<xdr:sp/>"])
def test_lines_and_empty_boxes_are_not_told(inner: str) -> None:
    assert told(with_drawing(inner)) == []


def test_a_broken_drawing_is_told() -> None:
    assert told(with_drawing("<xdr:sp>")) == odd("xl/drawings/d.xml")


@pytest.mark.parametrize(
    "xml",
    [
        "<picture/>",
        '<oleObjects><oleObject progId="Word.Document.12"/></oleObjects>',
        '<controls><control name="TextBox1"/></controls>',
    ],
)
def test_objects_in_a_sheet_are_told(xml: str) -> None:
    message = "表格上有嵌入的对象、控件或背景图片，不会读取"
    data = changed(SHEET_PART, "</worksheet>", f"{xml}</worksheet>")
    assert told(data) == [("R5", "", message)]


@pytest.mark.parametrize(("height", "is_told"), [("0", True), ("3", True), ("3.5", False)])
def test_rows_too_low_for_a_number_are_told(height: str, is_told: bool) -> None:
    data = changed(
        SHEET_PART, 'ht="18.75" customHeight="1"><c r="A10"', f'ht="{height}"><c r="A10"'
    )
    expected = [("R34", "B10", "格子里的“135”看不见（所在的行或列被隐藏了），已照常读取")]
    assert told(data) == (expected if is_told else [])
