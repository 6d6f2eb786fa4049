"""A workbook of any layout as grids."""

from __future__ import annotations

from decimal import Decimal

import pytest

from formats.packages import ods, xlsx_parts, zipped
from formats.shapes import is_sound, places, told
from xlreport.formats.book_grid import book_document, cell_text
from xlreport.formats.documents import open_document
from xlreport.formats.grid import Document
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused
from xlreport.formats.raw import Hidden, RawBook, RawCell, RawSheet


def text(words: str) -> RawCell:
    return RawCell("str", words)


def book(*sheets: RawSheet, limits: Limits = DEFAULT_LIMITS) -> Document:
    raw = RawBook({sheet.name: sheet for sheet in sheets}, {}, saved="2022-01-05T08:00:00Z")
    document = book_document(raw, limits)
    assert is_sound(document)
    return document


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (text(" 规章\r\n二 "), "规章\n二"),
        (text(" 5 "), "5"),
        (text("251000元"), "251000元"),
        (RawCell("n", "5"), "5"),
        (RawCell("n", "5.0"), "5"),
        (RawCell("n", "1E3"), "1000"),
        (RawCell("n", "-0.25"), "-0.25"),
        (RawCell("n", ""), ""),
        (RawCell("n", "1e999"), "1e999"),
        (RawCell("n", "nan"), "nan"),
        (RawCell("n", "0.5", number_format="0%"), "50%"),
        (RawCell("n", "5", number_format='0"元"'), "5元"),
        (RawCell("n", "5", number_format="¥0"), "¥5"),
        (RawCell("n", "0", number_format='0;-0;"-"'), "0"),
        (RawCell("n", "1234.5", number_format="#,##0.00"), "1234.5"),
        (RawCell("n", "0.4", number_format="0"), "0.4"),
        (RawCell("n", "0", number_format="0;-0;;@"), ""),
        (RawCell("n", "5", number_format="0;-0;;@"), "5"),
        (RawCell("n", "45000", date=True, shown="2023-03-15"), "2023-03-15"),
        (RawCell("d", "2025-01-02", date=True), "2025-01-02"),
        (RawCell("b", "1"), "TRUE"),
        (RawCell("b", "0"), "FALSE"),
        (RawCell("e", "#REF!"), "#REF!"),
        (RawCell("n", "5", unseen="白字"), ""),
        (RawCell("str", "=DISPIMG(1)", picture=True), "（图片）"),
        (RawCell("n", "12", formula="A1"), "12"),
    ],
)
def test_what_a_cell_shows(cell: RawCell, expected: str) -> None:
    assert cell_text(cell) == expected


@pytest.mark.parametrize(
    ("code", "number", "expected"),
    [
        ("0!.0,", "32000", "3.2（格子里存的是32000）"),
        ('0"."#,', "32000", "3.2（格子里存的是32000）"),
        (r"0\.0,", "32000", "3.2（格子里存的是32000）"),
        ("#,##0,", "12345", "12（格子里存的是12345）"),
        ("0,", "1", "0（格子里存的是1）"),
        ('0"0"', "12", "120（格子里存的是12）"),
        ("-0", "12", "-12（格子里存的是12）"),
        ("0;0", "-5", "5（格子里存的是-5）"),
        ("(0)", "12", "(12)（格子里存的是12）"),
        ("0*-", "12", "12-（格子里存的是12）"),
        ("@@", "3", "33（格子里存的是3）"),
        ("0-0", "12", "1-2"),
        ("# ?/4", "0.5", "0.5（数字格式读不懂）"),
        ("#,##0 ;(#,##0)", "-12", "-12"),
        ("00000", "12", "12"),
        ("0.00", "12.345", "12.345"),
        ("0.", "12.5", "12.5"),
        ("# ?/?", "0.25", "0.25"),
        ("0,", "0", "0"),
    ],
)
def test_a_number_that_is_not_shown_as_what_it_is(code: str, number: str, expected: str) -> None:
    assert cell_text(RawCell("n", number, number_format=code)) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (RawCell("n", "0.5", shown="50%"), "50%"),
        (RawCell("n", "0.257", shown="0.26"), "0.257"),
        (RawCell("n", "32000", shown="3.2"), "3.2（格子里存的是32000）"),
        (RawCell("n", "12", repeats=True), "1212（格子里存的是12）"),
        (RawCell("n", "0", repeats=True), "0"),
    ],
)
def test_what_a_file_says_is_shown(cell: RawCell, expected: str) -> None:
    assert cell_text(cell) == expected


def test_a_zero_of_a_sheet_that_shows_none() -> None:
    sheet = RawSheet("表", {(0, 0): RawCell("n", "0"), (0, 1): RawCell("n", "5")}, zeros=False)
    assert told(book(sheet)) == ["|  | 5 |"]


def test_merges_cover_what_lies_under_them() -> None:
    cells = {
        (0, 0): text("头"),
        (0, 1): text("九"),
        (1, 0): text("左"),
        (1, 1): text("1"),
        (2, 1): text("2"),
    }
    sheet = RawSheet("表", cells, merges=[((0, 0), (0, 1)), ((1, 0), (2, 0))])
    assert told(book(sheet)) == ["| 头 1×2 |", "| 左 2×1 | 1 |", "| 2 |"]


def test_of_merges_that_cover_the_same_the_first_counts() -> None:
    cells = {(0, 0): text("甲"), (1, 1): text("乙"), (2, 2): text("丙")}
    sheet = RawSheet("表", cells, merges=[((0, 0), (1, 1)), ((1, 1), (2, 2))])
    assert told(book(sheet)) == ["| 甲 2×2 |", "| 丙 |"]


def test_merges_reach_as_far_as_there_are_cells() -> None:
    sheet = RawSheet(
        "表", {(0, 0): text("甲"), (2, 1): text("乙")}, merges=[((0, 0), (1_048_575, 0))]
    )
    assert told(book(sheet)) == ["| 甲 3×1 |", "| 乙 |"]
    beyond = RawSheet("表", {(0, 0): text("甲")}, merges=[((1, 0), (2, 2)), ((5, 5), (5, 9999))])
    assert told(book(beyond)) == ["| 甲 |", "|  2×3 |", "|  |"]


def test_what_nobody_sees_is_left_out() -> None:
    cells = {(row, column): text(f"{row}{column}") for row in range(3) for column in range(3)}
    hidden = Hidden(rows=((1, 1),), columns=((2, 9),))
    seen, unseen = (
        RawSheet("表", cells, hidden=hidden),
        RawSheet("隐", cells, hidden=Hidden(sheet=True)),
    )
    document = book(seen, unseen)
    assert told(document) == ["| 00 | 01 |", "| 20 | 21 |"]
    assert [cell for _, _, cell in places(document)] == ["A1", "B1", "A3", "B3"]


def test_a_merge_of_which_a_part_is_seen_is_seen() -> None:
    sheet = RawSheet(
        "表",
        {(0, 0): text("甲"), (2, 0): text("乙"), (1, 0): text("")},
        merges=[((0, 0), (1, 0)), ((2, 0), (2, 1))],
        hidden=Hidden(rows=((0, 0), (2, 2))),
    )
    assert told(book(sheet)) == ["| 甲 2×1 |"]


def test_sheets_in_their_order() -> None:
    document = book(
        RawSheet("乙", {(25, 3): text("1")}), RawSheet("空"), RawSheet("甲", {(0, 0): text("2")})
    )
    assert places(document) == [("1", "乙", "D26"), ("2", "甲", "A1")]
    assert (document.kind, document.saved) == ("工作簿", "2022-01-05T08:00:00Z")


def test_files_of_workbooks() -> None:
    sheet = '<sheetData><row r="1"><c r="A1"><v>0.50</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    assert told(open_document(zipped(xlsx_parts(sheet)))) == ["| 0.5 1×2 |"]
    content = '<table name="表"><table-row><table-cell value-type="float" value="7"><p>7</p></table-cell></table-row></table>'
    assert told(open_document(ods(content))) == ["| 7 |"]


def test_numbers_are_exact() -> None:
    assert Decimal(cell_text(RawCell("n", "24252.311082"))) == Decimal("24252.311082")


def test_how_much_there_may_be() -> None:
    limits = Limits(boxes=3)
    cells = {(row, 0): text("1") for row in range(4)}
    sheets = [RawSheet("表", cells), RawSheet("表", cells, merges=[((0, 0), (3, 0))])]
    for sheet in sheets:
        with pytest.raises(Refused, match="表格的格子和段落的总数为 4 个，超过允许的 3 个"):
            book(sheet, limits=limits)


def test_hidden_lines_that_hold_something_are_named() -> None:
    cells = {(row, column): text("1") for row in range(2) for column in range(2, 30)}
    one = RawSheet("表", cells, hidden=Hidden(rows=((1, 1), (5, 5)), columns=((0, 1), (27, 27))))
    many = RawSheet("多", cells, hidden=Hidden(columns=((3, 9),)))
    none = RawSheet("无", cells, hidden=Hidden(columns=((0, 1),)))
    assert book(one, many, none).hidden == ("“表”的AB列、第2行", "“多”的D列、E列、F列等")
