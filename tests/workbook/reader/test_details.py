"""The units below a summary, and its totals, summed again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from support.raw_books import put, raw_book, target
from xlreport import Entry, Form, Unit
from xlreport.a1 import address
from xlreport.form.model import Table
from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.submission import Figures, Status
from xlreport.workbook.layout.details import (
    EXPLANATIONS_NAME,
    HEADING_ROW,
    KEY_LABELS,
    KEYS,
    TEXTS_NAME,
    column_heading,
    column_name,
    detail_fields,
    detail_name,
    detail_sheet,
    field_column,
    unit_cell,
)
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.details import Members, read_members
from xlreport.workbook.reader.locate import locate

JIA, YI = Unit("甲子镇", "990101", "乡镇"), Unit("乙丑镇", "990102", "乡镇")
LICENCES = "disclosure.licences.decisions"


def detail(form: Form, table: Table, units: tuple[Unit, ...]) -> RawSheet:
    """A detail sheet on which every number is 1."""
    sheet = RawSheet(detail_sheet(table))
    fields = detail_fields(form, table.id)
    for column, key in enumerate(KEYS):
        sheet.cells[HEADING_ROW, column] = RawCell("s", key)
    for index, field in enumerate(fields):
        sheet.cells[HEADING_ROW, field_column(index)] = RawCell("s", field.id)
    for row, unit in enumerate(units):
        for column, text in enumerate((unit.code, unit.name, unit.level)):
            sheet.cells[unit_cell(row, column)] = RawCell("s", f" {text} ")
        for index in range(len(fields)):
            sheet.cells[unit_cell(row, field_column(index))] = RawCell("n", "1")
    return sheet


def summary(form: Form, units: tuple[Unit, ...] = (JIA, YI)) -> RawBook:
    book = raw_book(form)
    sheets, names = dict(book.sheets), dict(book.names)
    for table in form.tables:
        sheet = detail(form, table, units)
        sheets[sheet.name] = sheet
        right = field_column(len(detail_fields(form, table.id))) - 1
        last = target((sheet.name, (HEADING_ROW + len(units), right))).split("!")[1]
        names[detail_name(table.id)] = target((sheet.name, (HEADING_ROW, 0)), f":{last}")
    return replace(book, sheets=sheets, names=names)


def listed(book: RawBook, name: str, *rows: tuple[str, ...]) -> RawBook:
    """The book with a list under a defined name."""
    cells = {
        (2 + line, column): RawCell("s", text)
        for line, row in enumerate(rows)
        for column, text in enumerate(row)
    }
    sheet = RawSheet(name, cells)
    names = {**book.names, name: target((name, (2, 0)), ":$H$99")}
    return replace(book, sheets={**book.sheets, name: sheet}, names=names)


def members(book: RawBook, form: Form, shown: dict[str, Entry] | None = None) -> Members:
    return read_members(locate(book, layout_of(form)), shown or {})


def licences(form: Form) -> tuple[str, int]:
    """Sheet and column of a field's detail cells."""
    table = form.table("disclosure")
    ids = [field.id for field in detail_fields(form, table.id)]
    return detail_sheet(table), field_column(ids.index(LICENCES))


def test_units_and_totals(any_form: Form) -> None:
    found = members(summary(any_form), any_form)
    assert found.units == (JIA, YI)
    assert found.findings == ()
    assert found.totals == {field.id: Entry.of(2) for field in any_form.typed}
    assert found.figures[JIA].numbers == dict.fromkeys(any_form.fields, Decimal(1))


@pytest.mark.parametrize(
    ("shown", "expected"),
    [(Entry.of(2), 0), (Entry(None, Status.BLANK), 0), (Entry(None, Status.ABSENT), 0)],
)
def test_a_form_that_says_nothing_else_has_no_finding(
    zfxxgk: Form, shown: Entry, expected: int
) -> None:
    assert len(members(summary(zfxxgk), zfxxgk, {LICENCES: shown}).findings) == expected


@pytest.mark.parametrize(
    ("shown", "seen"), [(Entry.of(5), Decimal(5)), (Entry(None, Status.TEXT, "无"), "无")]
)
def test_a_form_that_says_something_else_is_told(
    zfxxgk: Form, shown: Entry, seen: Decimal | str
) -> None:
    found = members(summary(zfxxgk), zfxxgk, {LICENCES: shown})
    (finding,) = found.findings
    assert (finding.code, finding.cell, finding.field) == ("E1", "B10", LICENCES)
    assert finding.message == f"汇总表上是 {seen}，各单位之和是 2"
    assert finding.observed == ((LICENCES, seen), ("sum", Decimal(2)))
    assert found.totals[LICENCES] == Entry.of(2), "the sum counts"


def test_a_detail_cell_that_is_no_number_is_told_before_the_sum(zfxxgk: Form) -> None:
    book = summary(zfxxgk)
    sheet, column = licences(zfxxgk)
    put(book, (sheet, unit_cell(1, column)), RawCell("s", "无"))
    found = members(book, zfxxgk, {LICENCES: Entry.of(9)})
    assert [f.message for f in found.findings] == ["明细表里有不是数字的内容“无”，合计不可信"]
    assert found.totals[LICENCES] == Entry.of(1)
    assert LICENCES not in found.figures[YI].numbers


def test_blanks_add_nothing(zfxxgk: Form) -> None:
    book = summary(zfxxgk)
    sheet, column = licences(zfxxgk)
    del book.sheets[sheet].cells[unit_cell(0, column)]
    assert members(book, zfxxgk).totals[LICENCES] == Entry.of(1)
    del book.sheets[sheet].cells[unit_cell(1, column)]
    found = members(book, zfxxgk, {LICENCES: Entry.of(9)})
    assert found.totals[LICENCES].status is Status.BLANK
    assert found.findings == ()


def test_a_lost_detail_sheet_is_told(zfxxgk: Form) -> None:
    book = summary(zfxxgk)
    names = {n: t for n, t in book.names.items() if n != detail_name("disclosure")}
    sheet = detail_sheet(zfxxgk.table("disclosure"))
    put(book, (sheet, (HEADING_ROW, 0)), RawCell("s", "x"))
    found = members(replace(book, names=names), zfxxgk)
    assert [(f.code, f.sheet, f.message) for f in found.findings] == [
        ("E1", "二、主动公开", f"找不到明细表“{sheet}”，无法核对汇总数")
    ]
    assert found.units == (JIA, YI)
    assert LICENCES not in found.totals


def test_detail_sheets_of_other_units_are_told(zfxxgk: Form) -> None:
    book = summary(zfxxgk)
    sheet = detail_sheet(zfxxgk.tables[1])
    put(book, (sheet, unit_cell(1, 1)), RawCell("s", "丙寅乡"))
    found = members(book, zfxxgk)
    assert [(f.code, f.sheet, f.message) for f in found.findings] == [
        ("E1", sheet, "几张明细表里的单位不一致")
    ]
    assert found.units == (JIA, YI)


def test_rows_without_a_unit_are_none(zfxxgk: Form) -> None:
    book = summary(zfxxgk)
    for table in zfxxgk.tables:
        put(book, (detail_sheet(table), unit_cell(1, 1)), RawCell("s", " "))
    assert members(book, zfxxgk).units == (JIA,)


def test_what_stands_beside_the_named_range_is_not_read(zfxxgk: Form) -> None:
    book = summary(zfxxgk)
    sheet, _ = licences(zfxxgk)
    beyond = field_column(len(detail_fields(zfxxgk, "disclosure")))
    put(book, (sheet, (HEADING_ROW, beyond)), RawCell("s", LICENCES))
    for row in range(2):
        put(book, (sheet, unit_cell(row, beyond)), RawCell("n", "7"))
    assert members(book, zfxxgk).totals[LICENCES] == Entry.of(2)


def test_texts_and_explanations_belong_to_code_and_name(zfxxgk: Form) -> None:
    text = zfxxgk.texts[0]
    book = listed(
        summary(zfxxgk),
        TEXTS_NAME,
        ("单位代码", "单位", text.label, "别的"),
        ("990101", "甲子镇", "一段话", "x"),
        ("990102", "乙丑镇", "", "x"),
    )
    book = listed(
        book,
        EXPLANATIONS_NAME,
        ("单位代码", "单位", "代码", "校验", "说明"),
        ("990101", "甲子镇", "A6", "", "已核实"),
        ("990101", "甲子镇", "B1", "", ""),
        ("990101", "甲子镇", "B2", "", "属实"),
    )
    figures = members(book, zfxxgk).figures
    numbers = dict.fromkeys(zfxxgk.fields, Decimal(1))
    assert figures[JIA] == Figures(
        numbers, {text.field_id: "一段话"}, {"A6": "已核实", "B2": "属实"}
    )
    assert figures[YI] == Figures(numbers)


# --- names against headings -------------------------------------------------------------------


def said(found: Members) -> list[tuple[str, str, str, str]]:
    return [(f.code, f.sheet, f.cell, f.message) for f in found.findings]


@pytest.mark.parametrize("elsewhere", ["", "#REF!", "'封面'!$A$1:$B$2", "'二、主动公开'!$A$5"])
def test_a_detail_sheet_is_found_by_its_headings(zfxxgk: Form, elsewhere: str) -> None:
    book = summary(zfxxgk)
    name = detail_name("disclosure")
    names = {**book.names, name: elsewhere}
    if not elsewhere:
        del names[name]
    found = members(replace(book, names=names), zfxxgk)
    sheet = detail_sheet(zfxxgk.table("disclosure"))
    message = f"明细表“{sheet}”的名称丢失或指向别处，已按表头读取"
    assert said(found) == [("R8", sheet, "", message)]
    assert found.totals == members(book, zfxxgk).totals


def test_of_two_copies_the_name_tells_which(zfxxgk: Form) -> None:
    book = summary(zfxxgk)
    table = zfxxgk.table("disclosure")
    copy = detail(zfxxgk, table, (JIA,))
    copy.name = "副本"
    both = replace(book, sheets={"副本": copy, **book.sheets})
    assert members(both, zfxxgk).units == (JIA, YI)
    lost = replace(
        both, names={n: t for n, t in both.names.items() if n != detail_name("disclosure")}
    )
    assert [f.message for f in members(lost, zfxxgk).findings] == [
        f"找不到明细表“{detail_sheet(table)}”，无法核对汇总数"
    ]


def test_a_row_below_the_named_range_counts(zfxxgk: Form) -> None:
    """Who looks at the sheet sees it too; the totals of the form say otherwise, which is told."""
    book = summary(zfxxgk)
    names = {
        n: t.split(":")[0] if n == detail_name("disclosure") else t for n, t in book.names.items()
    }
    assert members(replace(book, names=names), zfxxgk).totals[LICENCES] == Entry.of(2)


def test_numbers_of_nobody_are_told(zfxxgk: Form) -> None:
    book = summary(zfxxgk)
    sheet, _ = licences(zfxxgk)
    put(book, (sheet, unit_cell(1, 1)), RawCell("e", "#REF!"))
    message = "明细表的这一行有数，却没有单位名称，没有计入"
    assert ("E1", sheet, "A7", message) in said(members(book, zfxxgk))


def test_a_column_that_is_there_twice_is_told(zfxxgk: Form) -> None:
    book = summary(zfxxgk)
    sheet, column = licences(zfxxgk)
    put(book, (sheet, (HEADING_ROW, 99)), RawCell("s", LICENCES))
    message = f"清单里有两列“{LICENCES}”，无法判断哪一列是真的"
    assert said(members(book, zfxxgk)) == [("E1", sheet, address((HEADING_ROW, column)), message)]


@pytest.mark.parametrize(
    ("raw", "content"),
    [(RawCell("e", "#REF!"), "错误值"), (RawCell("str", "", 'DISPIMG("a",1)'), "一张图片")],
)
def test_a_picture_or_an_error_value_in_a_list_is_told(
    zfxxgk: Form, raw: RawCell, content: str
) -> None:
    text = zfxxgk.texts[0]
    book = listed(
        summary(zfxxgk), TEXTS_NAME, ("单位代码", "单位", text.label), ("990101", "甲子镇", "x")
    )
    put(book, (TEXTS_NAME, (3, 2)), raw)
    found = members(book, zfxxgk)
    message = f"“{text.label}”里是{content}，不是文字，读不出来"
    assert said(found) == [("R33", TEXTS_NAME, "C4", message)]
    assert found.figures[JIA].texts == {}


def test_codes_and_dates_of_a_list_are_read_as_people_see_them(zfxxgk: Form) -> None:
    text = zfxxgk.texts[0]
    row = ("单位代码", "单 位", text.label)
    book = listed(summary(zfxxgk), TEXTS_NAME, row, ("990101", "甲子镇", "x"))
    put(book, (TEXTS_NAME, (3, 0)), RawCell("n", "990101.0"))
    put(book, (TEXTS_NAME, (3, 2)), RawCell("n", "46037", date=True, shown="2026-01-15"))
    assert members(book, zfxxgk).figures[JIA].texts == {text.field_id: "2026-01-15"}


def test_a_list_whose_name_leads_nowhere_is_told(zfxxgk: Form) -> None:
    book = summary(zfxxgk)
    names = {**book.names, TEXTS_NAME: "#REF!"}
    found = members(replace(book, names=names), zfxxgk)
    assert said(found) == [("R7", "", "", "找不到各单位文字的清单，没有读取")]
    assert [f.severity.value for f in found.findings] == ["warning"]


# --- headings that are cells of the form, columns that have names ------------------------------


def present(book: RawBook, form: Form) -> RawBook:
    """The same summary as it is written now: cells of the form above the columns, ids as names."""
    names = dict(book.names)
    layout = layout_of(form)
    for table in form.tables:
        sheet = book.sheets[detail_sheet(table)]
        for column, label in enumerate(KEY_LABELS):
            sheet.cells[HEADING_ROW, column] = RawCell("s", label)
        for index, field in enumerate(detail_fields(form, table.id)):
            spot = (HEADING_ROW, field_column(index))
            sheet.cells[spot] = RawCell("s", column_heading(layout, field.id))
            names[column_name(field.id).lower()] = target((sheet.name, spot))
    return replace(book, names=names)


def without(book: RawBook, *beginnings: str) -> RawBook:
    """The book without the names that begin so."""
    return replace(
        book, names={n: t for n, t in book.names.items() if not n.startswith(beginnings)}
    )


def test_columns_are_found_by_the_cells_above_them(any_form: Form) -> None:
    old = summary(any_form)
    new = present(summary(any_form), any_form)
    assert members(new, any_form) == members(old, any_form)


def test_the_names_of_columns_are_not_needed_where_the_form_is_the_same(any_form: Form) -> None:
    book = present(summary(any_form), any_form)
    columns = tuple(f"detail.{table.id}." for table in any_form.tables)
    assert members(without(book, *columns), any_form) == members(book, any_form)


def test_without_any_name_sheets_are_found_by_their_headings(any_form: Form) -> None:
    book = present(summary(any_form), any_form)
    found = members(without(book, "detail."), any_form)
    assert [line[0] for line in said(found)] == ["R8"] * len(any_form.tables)
    assert found.totals == members(book, any_form).totals


def test_a_column_that_was_moved_is_found_with_its_heading(zfxxgk: Form) -> None:
    book = present(summary(zfxxgk), zfxxgk)
    sheet, column = licences(zfxxgk)
    put(book, (sheet, unit_cell(0, column)), RawCell("n", "5"))
    cells = book.sheets[sheet].cells
    for row in (HEADING_ROW, *(unit_cell(i, 0)[0] for i in range(2))):
        cells[row, 60] = cells.pop((row, column))
    assert members(book, zfxxgk).totals[LICENCES] == Entry.of(6)


def test_another_version_is_read_by_the_names_of_its_columns(zfxxgk: Form) -> None:
    """Its form has other cells: what stands above the columns says nothing of this one."""
    book = present(summary(zfxxgk), zfxxgk)
    sheet, column = licences(zfxxgk)
    put(book, (sheet, unit_cell(0, column)), RawCell("n", "5"))
    fields = detail_fields(zfxxgk, "disclosure")
    for index in range(len(fields)):
        shifted = column_heading(layout_of(zfxxgk), fields[index - 1].id)
        put(book, (sheet, (HEADING_ROW, field_column(index))), RawCell("s", shifted))
    located = locate(book, layout_of(zfxxgk))
    found = read_members(located, {}, same_version=False)
    assert found.findings == ()
    assert found.totals[LICENCES] == Entry.of(6)
    by_cells = read_members(located, {}, same_version=True)
    assert by_cells.totals[LICENCES] == Entry.of(2), "the cells alone would be another field's"


@pytest.mark.parametrize("lost", [f"detail.{LICENCES}", "detail.disclosure"])
def test_another_version_without_its_names_is_lost(zfxxgk: Form, lost: str) -> None:
    book = present(summary(zfxxgk), zfxxgk)
    located = locate(without(book, lost), layout_of(zfxxgk))
    found = read_members(located, {}, same_version=False)
    sheet = detail_sheet(zfxxgk.table("disclosure"))
    assert f"找不到明细表“{sheet}”，无法核对汇总数" in [f.message for f in found.findings]
    assert LICENCES not in found.totals


@pytest.mark.parametrize("elsewhere", ["'封面'!$A$1", "'二、主动公开'!$D$5"])
def test_a_name_of_a_column_elsewhere_is_none(zfxxgk: Form, elsewhere: str) -> None:
    book = present(summary(zfxxgk), zfxxgk)
    names = {**book.names, column_name(LICENCES).lower(): elsewhere}
    located = locate(replace(book, names=names), layout_of(zfxxgk))
    assert LICENCES not in read_members(located, {}, same_version=False).totals
