"""An .xlsx as raw cells: what is written, and what two readers could see differently."""

from __future__ import annotations

import pytest

from formats.packages import cell, refusal, relations, rows, xlsx_parts, zipped
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook, RawCell
from xlreport.formats.xlsx import unescape


def book(sheet: str, **parts: str) -> RawBook:
    return open_book(zipped(xlsx_parts(sheet, **parts)))  # type: ignore[arg-type]


def doubts(sheet: str) -> list[tuple[int, int]]:
    return book(sheet).sheets["表"].twice


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ('<c r="A1"><v>1.50</v></c>', RawCell("n", "1.50")),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', RawCell("n", "2", "1+1")),
        ('<c r="A1"><f>1+1</f></c>', RawCell("n", "", "1+1")),
        ('<c r="A1"><f/><v>2</v></c>', RawCell("n", "2", "")),
        ('<c r="A1" t="b"><v>1</v></c>', RawCell("b", "1")),
        ('<c r="A1" t="e"><v>#REF!</v></c>', RawCell("e", "#REF!")),
        ('<c r="A1" t="d"><v>2025-01-02</v></c>', RawCell("d", "2025-01-02", date=True)),
        ('<c r="A1" t="str"><v>a_x0041_</v></c>', RawCell("str", "aA")),
        ('<c r="A1"><v>a_x0041_</v></c>', RawCell("n", "a_x0041_")),
        ('<c r="A1" t="inlineStr"><is><t>甲</t></is></c>', RawCell("inlineStr", "甲")),
        (
            '<c r="A1" t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r><rPh><t>x</t></rPh></is></c>',
            RawCell("inlineStr", "甲乙"),
        ),
        ('<c r="A1"/>', None),
    ],
)
def test_a_cell_as_it_is_written(xml: str, expected: RawCell | None) -> None:
    assert cell(book(rows(xml)), "A1") == expected


def test_cells_without_an_address_follow_one_another() -> None:
    found = book(
        '<sheetData><row><c><v>1</v></c><c><v>2</v></c><c r="E1"><v>3</v></c><c><v>4</v></c></row>'
        '<row r="4"><c><v>5</v></c></row><row><c><v>6</v></c></row></sheetData>'
    )
    texts = {position: raw.text for position, raw in found.sheets["表"].cells.items()}
    assert texts == {(0, 0): "1", (0, 1): "2", (0, 4): "3", (0, 5): "4", (3, 0): "5", (4, 0): "6"}
    assert found.sheets["表"].twice == []


def test_shared_strings_leave_phonetic_runs_out() -> None:
    strings = "<si><t>甲</t><rPh><t>jia</t></rPh><phoneticPr/></si><si><r><t>乙</t></r><r><t>丙_x000D_</t></r></si>"
    found = book(
        rows('<c r="A1" t="s"><v>0</v></c>', '<c r="B1" t="s"><v>1</v></c>'), strings=strings
    )
    assert cell(found, "A1") == RawCell("s", "甲")
    assert cell(found, "B1") == RawCell("s", "乙丙\r")


@pytest.mark.parametrize("index", ["1", "-1", "x", "", "9999999999"])
def test_a_shared_string_that_is_not_there_is_damage(index: str) -> None:
    xml = rows(f'<c r="B1" t="s"><v>{index}</v></c>')
    data = zipped(xlsx_parts(xml, strings="<si><t>甲</t></si>"))
    assert refusal(data) == ("R2", "“表”B1 指向不存在的文字")


@pytest.mark.parametrize(
    ("xml", "doubtful"),
    [
        ('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>', [(0, 0)]),
        ('<c r="A2"><v>1</v></c>', [(1, 0)]),
        ('<c r="A1"><v>1</v><v>2</v></c>', [(0, 0)]),
        ('<c r="A1"><v>1</v><is><t>2</t></is></c>', [(0, 0)]),
        ('<c r="A1"><v>1<x/></v></c>', [(0, 0)]),
        ('<c r="A1"><is><t>1<x/></t></is></c>', [(0, 0)]),
        ('<c r="A1"><x><v>1</v></x></c>', [(0, 0)]),
        ('<c r="A1"><v>1</v></c><c r="B1"><v>2</v></c>', []),
    ],
)
def test_what_two_readers_could_see_differently_is_noted(
    xml: str, doubtful: list[tuple[int, int]]
) -> None:
    assert doubts(rows(xml)) == doubtful


def test_dates_and_disguises_come_from_the_styles_of_cells() -> None:
    styles = (
        '<numFmts><numFmt numFmtId="164" formatCode="0.0,"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>'
        '<dxfs><xf numFmtId="14"/></dxfs>'
    )
    cells = [f'<c r="{letter}1" s="{i}"><v>5</v></c>' for i, letter in enumerate("ABCD")]
    cells.append('<c r="E1" s="2" t="str"><v>5</v></c>')
    found = book(rows(*cells), styles=styles)
    row = [cell(found, f"{letter}1") for letter in "ABCDE"]
    assert [(raw.date, raw.disguise) for raw in row if raw] == [
        (False, ""),
        (True, ""),
        (False, "0.0,"),
        (False, ""),
        (False, ""),
    ]


def test_names_of_the_book_only() -> None:
    names = (
        "<definedName name='Total'>表!$A$1</definedName>"
        "<definedName name='total'>表!$B$1</definedName>"
        "<definedName name='other' localSheetId='0'>表!$C$1</definedName>"
    )
    found = book(rows(), names=names)
    assert (dict(found.names), found.repeated_names) == ({"total": "表!$A$1"}, ("total",))


def test_marks_and_protection() -> None:
    sheet = (
        rows()
        + '<sheetProtection sheet="1"/><mergeCells><mergeCell ref="B2:C3"/></mergeCells>'
        + '<hyperlinks><hyperlink ref="D4"/></hyperlinks>'
    )
    more = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("comments", "../comments1.xml")),
        "xl/comments1.xml": '<comments><comment ref="E5"/><other ref="F6"/></comments>',
    }
    found = open_book(zipped(xlsx_parts(sheet, more=more))).sheets["表"]
    assert found.marks == {(1, 1), (3, 3), (4, 4)}
    assert found.protected
    assert not book(rows() + '<sheetProtection sheet="0"/>').sheets["表"].protected


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ('<c r="A1"/>', "工作表“表”里有格子写在表格数据以外"),
        ('<sheetData><c r="A1"/></sheetData>', "工作表“表”里有格子写在表格数据以外"),
        (rows('<c r="XFE1"/>'), "工作表“表”里有不存在的格子“XFE1”"),
        (rows('<c r="A1048577"/>'), "工作表“表”里有不存在的格子“A1048577”"),
    ],
)
def test_a_cell_where_none_can_be_is_damage(sheet: str, message: str) -> None:
    assert refusal(zipped(xlsx_parts(sheet))) == ("R2", message)


def test_a_sheet_given_twice_or_missing_is_damage() -> None:
    parts = xlsx_parts(rows())
    book_xml = str(parts["xl/workbook.xml"])
    twice = book_xml.replace("</sheets>", '<sheet name="表" r:id="r1"/></sheets>')
    assert refusal(zipped({**parts, "xl/workbook.xml": twice})) == ("R2", "工作表“表”出现了两次")
    missing = {name: part for name, part in parts.items() if "sheet1" not in name}
    assert refusal(zipped(missing)) == ("R2", "工作表“表”的内容缺失")


@pytest.mark.parametrize(
    ("text", "plain"), [("a_x000D_b", "a\rb"), ("_x005F_x000D_", "_x000D_"), ("_x00", "_x00")]
)
def test_escapes_stand_for_characters(text: str, plain: str) -> None:
    assert unescape(text) == plain
