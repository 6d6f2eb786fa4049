"""Figures that count and that people do not see, or see otherwise: conditional formats, zeros that are
switched off, texts that are repeated, number styles of OpenDocument."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from real.test_hostile_formats import (
    B10,
    HOSTILE,
    JIAZI,
    SHEET_PART,
    STYLES,
    Told,
    changed,
    restyled,
    told,
)
from support.cells import part, rewrite
from xlreport import FormCatalog
from xlreport.workbook.reader.submission import read_submission

FAINT = "条件格式让字的颜色与底色相同"
NOTHING = "条件格式不显示内容"
BARS = "条件格式只显示条形或图标"
WHITE = '<font><color rgb="FFFFFFFF"/></font><fill><patternFill><bgColor rgb="FFFFFFFF"/></patternFill></fill>'
HIDDEN = '<numFmt numFmtId="190" formatCode=";;;"/>'


def conditional(rule: str, dxf: str = WHITE, cells: str = "B10", data: bytes = JIAZI) -> bytes:
    """The workbook with a conditional format for these cells."""
    styles = part(data, STYLES)
    number = int(re.findall('<dxfs count="([0-9]+)"', styles)[0])
    data = changed(STYLES, "</dxfs>", f"<dxf>{dxf}</dxf></dxfs>", data)
    rule = rule.replace("DXF", str(number))
    added = f'<conditionalFormatting sqref="{cells}">{rule}</conditionalFormatting>'
    return changed(SHEET_PART, "<dataValidations", f"{added}<dataValidations", data)


def compared(operator: str, *operands: str) -> str:
    formulas = "".join(f"<formula>{each}</formula>" for each in operands)
    return (
        f'<cfRule type="cellIs" dxfId="DXF" priority="99" operator="{operator}">{formulas}</cfRule>'
    )


def formula(text: str) -> str:
    return f'<cfRule type="expression" dxfId="DXF" priority="99"><formula>{text}</formula></cfRule>'


def unseen(reason: str) -> list[Told]:
    return [("R34", "B10", f"格子里的“135”看不见（{reason}），已照常读取")]


@pytest.mark.parametrize(
    ("rule", "dxf", "reason"),
    [
        (compared("greaterThan", "0"), WHITE, FAINT),
        (compared("greaterThan", "0"), HIDDEN, NOTHING),
        (compared("between", "100", "200"), '<font><color theme="0"/></font>', FAINT),
        (compared("notEqual", "$A$1"), WHITE, FAINT),
        (formula("TRUE"), WHITE, FAINT),
        (formula("$B10&gt;1"), HIDDEN, NOTHING),
        ('<cfRule type="notContainsBlanks" dxfId="DXF" priority="99"/>', WHITE, FAINT),
        ('<cfRule type="dataBar" priority="99"><dataBar showValue="0"/></cfRule>', "", BARS),
        ('<cfRule type="iconSet" priority="99"><iconSet showValue="0"/></cfRule>', "", BARS),
        (compared("greaterThan", "0"), '<numFmt numFmtId="190" formatCode="0,"/>', "条件格式显示成“0”"),
    ],
)  # fmt: skip
def test_a_number_that_a_conditional_format_hides_is_told(rule: str, dxf: str, reason: str) -> None:
    assert told(conditional(rule, dxf)) == unseen(reason)


def test_a_condition_that_is_not_understood_may_hide_a_number() -> None:
    data = conditional(formula("SUM(B10)&gt;1"))
    message = f"格子里的“135”可能看不见（条件成立时，{FAINT}），已照常读取"
    cure = "请核对显示的内容；看不见的，请清除条件格式后重新报送"
    (finding,) = read_submission(data, FormCatalog()).findings
    assert (finding.code, finding.severity, finding.message) == ("R34", "warning", message)
    assert (finding.cell, finding.suggestion) == ("B10", cure)
    data = conditional(formula("SUM(B10)&gt;1"), cells="B10:B13")
    message = f"有 2 个格子的内容可能看不见（条件成立时，{FAINT}）：B10、B13；已照常读取"
    assert told(data) == [("R34", "B10", message)]


@pytest.mark.parametrize(
    ("rule", "dxf"),
    [
        (compared("equal", "0"), WHITE),
        (compared("greaterThan", "0"), '<font><color rgb="FF9C0006"/></font>'),
        (formula("FALSE"), WHITE),
        (formula("AND(ISNUMBER(B10),B10=0)"), WHITE),
        (formula("OR(ISBLANK(B10),LEN(B10)=0)"), WHITE),
        ('<cfRule type="containsBlanks" dxfId="DXF" priority="99"/>', WHITE),
        ('<cfRule type="dataBar" priority="99"><dataBar/></cfRule>', ""),
        ('<cfRule type="colorScale" priority="99"><colorScale/></cfRule>', ""),
        (formula("SUM(B10)&gt;1"), '<font><color rgb="FF9C0006"/></font>'),
    ],
)
def test_a_conditional_format_that_hides_nothing_is_not_told(rule: str, dxf: str) -> None:
    assert told(conditional(rule, dxf)) == []


def test_a_text_in_a_format_without_texts_is_told() -> None:
    """The fourth part of a number format is for texts."""
    for xml in ('t="str"><v>无</v>', 't="inlineStr"><is><t>无</t></is>'):
        data = restyled(code=";;;")
        style = re.findall('<c r="B10" s="([0-9]+)"', part(data, SHEET_PART))[0]
        cell = f'<c r="B10" s="{style}"><v>135</v></c>'
        data = changed(SHEET_PART, cell, f'<c r="B10" s="{style}" {xml}</c>', data)
        message = "格子里的“无”看不见（数字格式不显示文字），已照常读取"
        assert ("R34", "B10", message) in told(data)


# --- zeros ----------------------------------------------------------------------------------

ZEROS = '<sheetView showZeros="0" '


def without_zeros(data: bytes = JIAZI) -> bytes:
    return changed(SHEET_PART, "<sheetView ", ZEROS, data)


def zero_at(cell: str, data: bytes = JIAZI) -> bytes:
    xml = part(data, SHEET_PART)
    xml = re.sub(f'(<c r="{cell}" s="[0-9]+">)<v>[^<]*</v>', r"\1<v>0</v>", xml)
    return rewrite(data, {SHEET_PART: xml.encode()})


def test_zeros_that_are_switched_off_are_a_note() -> None:
    (finding,) = read_submission(without_zeros(), FormCatalog()).findings
    assert (finding.code, finding.severity, finding.cell) == ("R35", "note", "B6")
    assert finding.message == ("有 3 个格子填了 0，却不显示，看起来像空白：B6、C6、D6；已按 0 读取")
    assert finding.suggestion == "请核对这些项是 0，还是不该填"


def test_more_zeros_than_are_listed() -> None:
    data = without_zeros()
    for cell in ("B7", "C7", "D7", "B10"):
        data = zero_at(cell, data)
    message = "有 7 个格子填了 0，却不显示，看起来像空白：B6、C6、D6、B7、C7等；已按 0 读取"
    assert ("R35", "B6", message) in told(data)


def test_a_zero_that_its_format_does_not_show_is_a_note() -> None:
    data = restyled(code="0;-0;;@")
    data = changed(SHEET_PART, "<v>135</v>", "<v>0</v>", data)
    message = "这里填了 0，却不显示，看起来像空白；已按 0 读取"
    assert ("R35", "B10", message) in told(data)
    assert "R29" not in [code for code, *_ in told(data)]


def test_a_format_of_thirty_decimals_costs_no_report() -> None:
    data = restyled(code="0." + "0" * 30)
    assert told(data) == []
    assert read_submission(data, FormCatalog()).submission is not None


# --- texts that are repeated ----------------------------------------------------------------


def filled() -> bytes:
    data = restyled(font='<sz val="11"/>')
    styles = part(data, STYLES)
    head, own = styles.rsplit("<xf ", 1)
    own = re.sub("<alignment [^>]*/>", '<alignment horizontal="fill"/>', own)
    return rewrite(data, {STYLES: f"{head}<xf {own}".encode()})


def test_a_number_that_is_repeated_to_fill_its_cell_is_told() -> None:
    message = "格子的对齐方式是“填充”，列够宽时会重复显示成“135135…”；已按 135 读取"
    assert told(filled()) == [("R29", "B10", message)]
    data = changed(SHEET_PART, "<v>135</v>", "<v>0</v>", filled())
    assert "R29" not in [code for code, *_ in told(data)], "zeros are zero"


# --- a text and a value in one cell ---------------------------------------------------------

TWICE = ("R15", "B10", "文件里这一格的内容写了两遍或写法有误，无法判断是哪个数")
AS_TEXT = ("R11", "B10", "写成了文本“135”，已按 135 读取；表里的公式不会计算文本")


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ('<c r="B10" s="21" t="inlineStr"><v>135</v><is><t>135</t></is></c>', [AS_TEXT]),
        ('<c r="B10" s="21" t="inlineStr"><is><t>135</t></is><v>135.0</v></c>', [AS_TEXT]),
        ('<c r="B10" s="21"><v>135</v><is><t>135</t></is></c>', []),
        ('<c r="B10" s="21" t="inlineStr"><v>999</v><is><t>135</t></is></c>', [AS_TEXT, TWICE]),
        ('<c r="B10" s="21"><v>135</v><is><t>999</t></is></c>', [TWICE]),
    ],
)
def test_a_text_beside_a_value_is_told_where_they_differ(xml: str, expected: list[Told]) -> None:
    """Excel shows what belongs to the type of the cell."""
    data = changed(SHEET_PART, B10, xml)
    lines = [line for line in told(data) if line[0] in ("R11", "R15")]
    assert lines == expected


# --- OpenDocument ---------------------------------------------------------------------------

ODS = (HOSTILE / "hidden-and-beside.ods").read_bytes()
CONTENT = "content.xml"
FEE = re.findall('<table:table-cell [^>]*office:value="3.5"[^>]*>', part(ODS, CONTENT))[0]
NUMBER = 'xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"'


def styled_ods(style: str, data_style: str = "", table: str = "") -> list[Told]:
    """What is said beyond what that file holds anyway of B17 in a style of its own."""
    own = re.sub('table:style-name="[^"]*"', 'table:style-name="own"', FEE)
    content = part(ODS, CONTENT).replace(FEE, own, 1)
    styles = (
        f"{data_style}<style:style style:name='own' style:family='table-cell' {style}</style:style>"
    )
    content = content.replace(
        "</office:automatic-styles>", f"{styles}</office:automatic-styles>", 1
    )
    sheet = re.search("<table:table table:name=.二、主动公开.*?</table:table>", content, re.DOTALL)
    assert sheet is not None
    whole = sheet[0].replace("</table:table>", f"{table}</table:table>")
    content = content.replace(sheet[0], whole)
    known = told(ODS)
    data = rewrite(ODS, {CONTENT: content.encode()})
    return [line for line in told(data) if line not in known]


def number_style(inside: str) -> str:
    return f'<number:number-style {NUMBER} style:name="shows">{inside}</number:number-style>'


SHOWS = "style:data-style-name='shows'>"


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ('<number:number number:decimal-places="1" number:display-factor="10000"/><number:text>万</number:text>', "0.0万"),
        ('<number:number number:decimal-places="0" number:display-factor="1000"/>', "0"),
        ('<number:number number:min-integer-digits="1"><number:embedded-text number:position="0">7</number:embedded-text></number:number>', "37.5"),
        ("<number:text>见附件</number:text>", "见附件"),
        ("<number:text/>", "空"),
        ('<number:number number:decimal-places="0"/>', "4"),
    ],
)  # fmt: skip
def test_an_ods_number_style_that_shows_another_number_is_told(inside: str, shown: str) -> None:
    message = f"显示的是“{shown}”，格子里存的是 3.5；已按 3.5 读取"
    assert styled_ods(SHOWS, number_style(inside)) == [("R29", "B17", message)]


@pytest.mark.parametrize(
    "inside",
    [
        '<number:number number:decimal-places="2"/><number:text> 元</number:text>',
        '<number:number number:decimal-places="1" number:grouping="true"/>',
        "<number:number/>",
        "<number:scientific-number/>",
    ],
)
def test_an_ods_number_style_that_shows_the_number_is_not_told(inside: str) -> None:
    assert styled_ods(SHOWS, number_style(inside)) == []


WHITE_ODS = (
    "<style:style style:name='white' style:family='table-cell'>"
    "<style:table-cell-properties fo:background-color='#ffffff'/>"
    "<style:text-properties fo:color='#ffffff'/></style:style>"
)


def unseen_fee(reason: str) -> list[Told]:
    return [("R34", "B17", f"格子里的“3.5000”看不见（{reason}），已照常读取")]


@pytest.mark.parametrize(
    ("condition", "is_hidden"),
    [
        ("cell-content()&gt;0", True),
        ("cell-content()=0", False),
        ("cell-content-is-between(1,5)", True),
        ("cell-content-is-not-between(1,5)", False),
        ("is-true-formula([.$B17]&gt;1)", True),
    ],
)
def test_a_style_that_an_ods_applies_by_a_condition_is_told(
    condition: str, is_hidden: bool
) -> None:
    base = "'二、主动公开'.B17"
    style = (
        f"><style:map style:condition='{condition}' style:apply-style-name='white'"
        f' style:base-cell-address="{base}"/>'
    )
    assert styled_ods(style, WHITE_ODS) == (unseen_fee(FAINT) if is_hidden else [])


FORMAT = "calcext:conditional-format calcext:target-range-address=\"'二、主动公开'.B17\""


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ('<calcext:data-bar calcext:show-value="false"/>', BARS),
        ('<calcext:icon-set calcext:show-value="false"/>', BARS),
        ('<calcext:data-bar calcext:show-value="true"/>', ""),
        ("<calcext:condition calcext:apply-style-name='white' calcext:value='&gt;0'/>", FAINT),
        ("<calcext:condition calcext:apply-style-name='white' calcext:value='&lt;0'/>", ""),
    ],
)
def test_a_conditional_format_of_libreoffice_is_told(inside: str, reason: str) -> None:
    formats = f"<calcext:conditional-formats><{FORMAT}>{inside}</calcext:conditional-format></calcext:conditional-formats>"
    assert styled_ods(">", WHITE_ODS, formats) == (unseen_fee(reason) if reason else [])


def test_an_ods_cell_that_repeats_its_text_is_told() -> None:
    style = "><style:table-cell-properties style:repeat-content='true'/>"
    message = "格子的对齐方式是“填充”，列够宽时会重复显示成“3.53.5…”；已按 3.5 读取"
    assert styled_ods(style) == [("R29", "B17", message)]


def test_a_white_number_style_of_an_ods_is_told() -> None:
    inside = "<style:text-properties fo:color='#ffffff'/><number:number/>"
    known = "有 2 个格子的内容看不见（字的颜色与底色相同）：B13、B17；已照常读取"
    assert styled_ods(SHOWS, number_style(inside)) == [("R34", "B13", known)]


def test_zeros_that_an_ods_does_not_show_are_a_note() -> None:
    name = 'config:name="ShowZeroValues" config:type="boolean">'
    data = changed("settings.xml", f"{name}true", f"{name}false", ODS)
    known = told(ODS)
    lines = [line for line in told(data) if line not in known]
    assert {code for code, *_ in lines} == {"R35"}


# --- our own --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(Path(HOSTILE.parents[2], "samples", "2025").glob("*.xlsx")))
def test_our_own_workbooks_hide_nothing(path: Path) -> None:
    findings = read_submission(path.read_bytes(), FormCatalog()).findings
    assert [f.line() for f in findings if f.code in ("R29", "R34", "R35")] == []
