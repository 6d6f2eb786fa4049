"""An .xlsx as raw cells: what is written, and what two readers could see differently."""

from __future__ import annotations

import pytest

from formats.packages import (
    MAIN,
    RELATIONS,
    cell,
    refusal,
    relations,
    rows,
    xlsx_parts,
    zipped,
)
from xlreport.formats.guard import Limits
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook, RawCell, Remark
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


@pytest.mark.parametrize("index", ["1", "-1", "x", "9999999999"])
def test_a_shared_string_that_is_not_there_is_damage(index: str) -> None:
    xml = rows(f'<c r="B1" t="s"><v>{index}</v></c>')
    data = zipped(xlsx_parts(xml, strings="<si><t>甲</t></si>"))
    assert refusal(data) == ("R2", "“表”B1 指向不存在的文字")


@pytest.mark.parametrize(
    "written",
    [
        '<c r="B1" t="s"><v/></c>',
        '<c r="B1" t="s"><v> </v></c>',
        '<c r="B1" t="s"/>',
        '<c r="B1"><v/></c>',
        '<c r="B1" t="b"><v></v></c>',
        '<c r="B1"><v> <!-- x --> </v></c>',
    ],
)
def test_a_cell_with_an_empty_value_is_blank(written: str) -> None:
    assert book(rows(written, '<c r="C1"><v>1</v></c>')).sheets["表"].cells.keys() == {(0, 2)}


def test_a_formula_with_an_empty_value_stays() -> None:
    xml = rows('<c r="A1" t="s"><f>B1</f><v/></c>', '<c r="B1" t="str"><v/></c>')
    assert cell(book(xml), "A1") == RawCell("s", "", "B1")
    assert cell(book(xml), "B1") == RawCell("str", "")


def test_rows_and_cells_without_anything_in_them_are_no_data() -> None:
    styled = "".join(f'<row r="{i}" s="3"><c r="A{i}" s="3"/></row>' for i in range(2, 50))
    data = zipped(xlsx_parts(f'<sheetData><row r="1"><c><v>1</v></c></row>{styled}</sheetData>'))
    assert refusal(data, Limits(cells=2)) == ("", "")
    assert refusal(data, Limits(cells=1))[0] == "R3"


SMUGGLED = ("R4", "表格里夹带了表格程序不会写的内容，各程序看到的可能不一样")


@pytest.mark.parametrize(
    "cells",
    [
        '<z:c xmlns:z="urn:z" r="B1"><z:v>9</z:v></z:c>',
        '<c xmlns="" r="B1"><v>9</v></c>',
        '<c r="B1" xmlns:z="urn:z"><z:v>9</z:v></c>',
        '<c r="B1" xmlns:z="urn:z" z:t="s"><v>9</v></c>',
        '<c r="B1"><v>9<t xmlns="urn:z">9</t></v></c>',
    ],
)
def test_cells_of_another_namespace_are_refused(cells: str) -> None:
    assert refusal(zipped(xlsx_parts(rows(cells)))) == SMUGGLED


def test_rows_and_data_of_another_namespace_are_refused() -> None:
    for xml in (
        '<sheetData><z:row xmlns:z="urn:z" r="1"><c r="A1"><v>9</v></c></z:row></sheetData>',
        '<z:sheetData xmlns:z="urn:z"/>' + rows(),
    ):
        assert refusal(zipped(xlsx_parts(xml))) == SMUGGLED


def test_what_programs_write_in_other_namespaces_is_passed_over() -> None:
    xml = (
        '<sheetData><row r="1" xmlns:d="urn:d" d:dyDescent="0.2"><c r="A1"><v>1</v>'
        '<extLst><ext><z:f xmlns:z="urn:z">9</z:f></ext></extLst></c></row></sheetData>'
        '<oleObjects><z:row xmlns:z="urn:z">3</z:row></oleObjects>'
        '<extLst><ext><z:f xmlns:z="urn:z">Sheet1!A1</z:f></ext></extLst>'
    )
    assert cell(book(xml), "A1") == RawCell("n", "1")


def test_a_sheet_is_found_by_the_id_of_its_relationship() -> None:
    parts = xlsx_parts(rows())
    written = str(parts["xl/workbook.xml"])
    for more in ('id="r2" r:id="r1"', 'r:id="r1" z:id="r2" xmlns:z="urn:z"'):
        changed = {**parts, "xl/workbook.xml": written.replace('r:id="r1"', more)}
        assert refusal(zipped(changed)) == SMUGGLED
    without = {**parts, "xl/workbook.xml": written.replace('r:id="r1"', "")}
    assert refusal(zipped(without)) == ("R2", "工作表“表”的内容缺失")


def test_a_relationship_given_twice_is_refused() -> None:
    parts = xlsx_parts(rows())
    written = str(parts["xl/_rels/workbook.xml.rels"])
    changed = {**parts, "xl/_rels/workbook.xml.rels": written.replace('"r2"', '"r1"')}
    told = ("R2", "部件之间的关系编号“r1”出现了两次，无法判断哪个是真的")
    assert refusal(zipped(changed)) == told


def test_a_part_of_another_kind_is_no_sheet() -> None:
    parts = xlsx_parts(rows())
    changed = {**parts, "xl/worksheets/sheet1.xml": '<worksheet xmlns="urn:z"/>'}
    assert refusal(zipped(changed)) == SMUGGLED
    changed = {**parts, "xl/workbook.xml": f'<styleSheet xmlns="{MAIN}"/>'}
    assert refusal(zipped(changed)) == ("R2", "找不到工作簿部件（不是表格文件，或已损坏）")


def test_a_part_that_is_not_used_is_told_when_it_is_broken() -> None:
    dtd = '<!DOCTYPE x [<!ENTITY a "b">]><a/>'
    more = {"docProps/a.xml": "<a>", "xl/theme/b.xml": dtd, "c.bin": "<a>", "d.xml": "<a/>"}
    notes = open_book(zipped(xlsx_parts(rows(), more=more))).notes
    assert [(note.code, note.message) for note in notes] == [
        ("R31", "文件里有写法有误的部件“docprops/a.xml”，没有用到，数字已照常读取"),
        ("R31", "文件里有写法有误的部件“xl/theme/b.xml”，没有用到，数字已照常读取"),
    ]


def test_a_dtd_in_the_list_of_types_is_refused() -> None:
    parts = {**xlsx_parts(rows()), "[Content_Types].xml": "<!DOCTYPE x><Types/>"}
    assert refusal(zipped(parts)) == ("R4", "文件里夹带了正常工作簿没有的定义（DTD 或实体）")


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


def test_dates_and_number_formats_come_from_the_styles_of_cells() -> None:
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
    assert [(raw.date, raw.number_format) for raw in row if raw] == [
        (False, ""),
        (True, ""),
        (False, "0.0,"),
        (False, ""),
        (False, ""),
    ]


@pytest.mark.parametrize(
    ("property_", "shown"),
    [
        ("", "2025-01-02"),
        ('date1904="0"', "2025-01-02"),
        ('date1904="1"', "2029-01-03"),
        ('date1904="true"', "2029-01-03"),
    ],
)
def test_a_date_keeps_its_number_and_is_shown_by_the_books_calendar(
    property_: str, shown: str
) -> None:
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    parts = xlsx_parts(rows('<c r="A1" s="1"><v>45659</v></c>'), styles=styles)
    workbook = str(parts["xl/workbook.xml"])
    assert workbook.count("<sheets>") == 1
    parts["xl/workbook.xml"] = workbook.replace("<sheets>", f"<workbookPr {property_}/><sheets>")
    raw = cell(open_book(zipped(parts)), "A1")
    assert raw == RawCell("n", "45659", date=True, shown=shown)


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
        "xl/comments1.xml": f'<comments xmlns="{MAIN}"><comment ref="E5"><text><r><t>请</t></r>'
        '<r><t>核</t></r></text></comment><other ref="F6"/></comments>',
    }
    found = open_book(zipped(xlsx_parts(sheet, more=more))).sheets["表"]
    assert found.marks == {(1, 1), (3, 3)}
    assert found.merges == [((1, 1), (2, 2))]
    assert found.remarks == [Remark((4, 4), "批注", "请核")]
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


# --- what nobody sees -------------------------------------------------------------------------


def test_a_hidden_sheet_and_a_hidden_window() -> None:
    parts = xlsx_parts(rows())
    written = str(parts["xl/workbook.xml"])

    def read(old: str, new: str) -> RawBook:
        return open_book(zipped({**parts, "xl/workbook.xml": written.replace(old, new)}))

    sheet = '<sheet name="表"'
    for state, hidden in {"hidden": True, "veryHidden": True, "visible": False}.items():
        assert read(sheet, f'<sheet state="{state}" name="表"').sheets["表"].hidden.sheet is hidden
    assert not read("x", "x").sheets["表"].hidden.sheet
    for visibility, hidden in {"hidden": True, "veryHidden": True, "visible": False}.items():
        views = f'<bookViews><workbookView visibility="{visibility}"/></bookViews><sheets>'
        assert read("<sheets>", views).hidden is hidden
    assert not read("<sheets>", "<bookViews><workbookView/></bookViews><sheets>").hidden
    assert not read("<sheets>", '<x><workbookView visibility="hidden"/></x><sheets>').hidden


@pytest.mark.parametrize(
    ("column", "hidden"),
    [
        ('min="2" max="4" hidden="1"', ((1, 3),)),
        ('min="2" max="4" hidden="true"', ((1, 3),)),
        ('min="2" max="4" hidden="0"', ()),
        ('min="2" max="4" width="1"', ((1, 3),)),
        ('min="2" max="4" width="1.1"', ()),
        ('min="2" max="4" width="x"', ()),
        ('min="4" max="2" hidden="1"', ()),
        ('min="1" max="1" hidden="1"', ((0, 0),)),
        ('min="0" max="4" hidden="1"', ()),
        ('max="4" hidden="1"', ()),
        ('min="2" hidden="1"', ()),
    ],
)
def test_hidden_columns(column: str, hidden: tuple[tuple[int, int], ...]) -> None:
    found = book(f"<cols><col {column}/></cols>{rows()}").sheets["表"]
    assert found.hidden.columns == hidden
    elsewhere = book(f"<x><col {column}/></x>{rows()}").sheets["表"]
    assert elsewhere.hidden.columns == ()


@pytest.mark.parametrize(
    ("row", "usual", "hidden"),
    [
        ('hidden="1"', "", True),
        ('ht="3"', "", True),
        ('ht="3.1"', "", False),
        ("", 'defaultRowHeight="3"', True),
        ('ht="9"', 'defaultRowHeight="3"', False),
        ("", 'defaultRowHeight="9"', False),
        ("", 'defaultRowHeight="x"', False),
        ("", "", False),
    ],
)
def test_hidden_rows(row: str, usual: str, hidden: bool) -> None:
    data = f'<sheetFormatPr {usual}/><sheetData><row r="3" {row}/><row r="9" ht="9"/></sheetData>'
    assert book(data).sheets["表"].hidden.rows == (((2, 2),) if hidden else ())


def test_columns_that_are_hidden_are_counted() -> None:
    columns = '<cols><col min="2" max="4" hidden="1"/><col min="6" max="6"/></cols>'
    data = zipped(xlsx_parts(columns + rows('<c r="A1"><v>1</v></c>')))
    assert refusal(data, Limits(cells=3)) == ("", "")
    assert refusal(data, Limits(cells=2))[0] == "R3"


@pytest.mark.parametrize("kind", ["externalLink", "connections", "worksheet"])
def test_links_of_the_workbook_are_told(kind: str) -> None:
    parts = xlsx_parts(rows())
    written = str(parts["xl/_rels/workbook.xml.rels"])
    more = f'<Relationship Id="r9" Type="{RELATIONS}/{kind}" Target="x.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = written.replace("</Relationships>", more)
    assert open_book(zipped(parts)).links is (kind != "worksheet")


@pytest.mark.parametrize(
    "xml",
    ["<oleObjects><oleObject/></oleObjects>", "<picture/>", "<controls><control/></controls>"],
)
def test_objects_in_a_sheet(xml: str) -> None:
    assert book(rows() + xml).sheets["表"].objects
    assert not book(rows()).sheets["表"].objects


@pytest.mark.parametrize(
    ("xml", "text", "doubtful"),
    [
        ('<c r="A1" t="inlineStr"><v>5</v><is><t>5</t></is></c>', "5", False),
        ('<c r="A1" t="inlineStr"><is><t> 5.0 </t></is><v>5</v></c>', " 5.0 ", False),
        ('<c r="A1" t="inlineStr"><v>6</v><is><t>5</t></is></c>', "5", True),
        ('<c r="A1" t="inlineStr"><v>甲</v><is><t>乙</t></is></c>', "乙", True),
        ('<c r="A1" t="inlineStr"><v>5</v></c>', "5", True),
        ('<c r="A1"><v>5</v><is><t>5</t></is></c>', "5", False),
        ('<c r="A1"><v>5</v><is><t>6</t></is></c>', "5", True),
        ('<c r="A1"><is><t>6</t></is></c>', "6", True),
        ('<c r="A1" t="s"><v>0</v><is><t>甲</t></is></c>', "甲", False),
        ('<c r="A1" t="s"><v>0</v><is><t>0</t></is></c>', "甲", True),
        ('<c r="A1" t="inlineStr"><is><t>5</t></is><is><t>5</t></is></c>', "5", True),
    ],
)
def test_a_text_and_a_value_in_one_cell(xml: str, text: str, doubtful: bool) -> None:
    found = book(rows(xml), strings="<si><t>甲</t></si>")
    raw = cell(found, "A1")
    assert raw is not None
    assert raw.text == text
    assert found.sheets["表"].twice == ([(0, 0)] if doubtful else [])


def test_a_cell_that_repeats_its_text() -> None:
    styles = '<cellXfs><xf/><xf><alignment horizontal="fill"/></xf></cellXfs>'
    cells = [
        '<c r="A1"><v>5</v></c>',
        '<c r="B1" s="1"><v>5</v></c>',
        '<c r="C1" s="1" t="str"><v>5</v></c>',
    ]
    found = book(rows(*cells), styles=styles).sheets["表"].cells
    assert [raw.repeats for raw in found.values()] == [False, True, False]
    assert [raw.style for raw in found.values()] == [0, 1, 1]


@pytest.mark.parametrize(
    "xml", [rows() + rows(), "<x>" + rows() + "</x>", rows() + "<x><sheetData/></x>"]
)
def test_data_that_is_there_twice_or_elsewhere_is_refused(xml: str) -> None:
    assert refusal(zipped(xlsx_parts(xml))) == SMUGGLED


def test_a_picture_in_a_cell_is_an_error_value_with_metadata() -> None:
    cells = [
        '<c r="A1" t="e" vm="1"><v>#VALUE!</v></c>',
        '<c r="B1" t="e"><v>#VALUE!</v></c>',
        '<c r="C1" vm="1"><v>1</v></c>',
    ]
    found = book(rows(*cells))
    pictures = [raw.picture for raw in (cell(found, f"{letter}1") for letter in "ABC") if raw]
    assert pictures == [True, False, False]


def test_spaces_are_content_of_a_shared_text_and_none_of_a_number() -> None:
    strings = "<si><t> </t></si>"
    found = book(rows('<c r="A1" t="s"><v>0</v></c>', '<c r="B1"><v> </v></c>'), strings=strings)
    assert found.sheets["表"].cells == {(0, 0): RawCell("s", " ")}


def test_a_cell_in_a_row_that_is_not_its_own() -> None:
    """The row is that of the element before it, whatever stands between."""
    xml = '<sheetData><row r="3"><c r="A3"><v>1</v></c></row><x><row r="9"/></x><row><c r="A4"><v>2</v></c></row></sheetData>'
    assert doubts(xml) == []
