"""明细: every unit's figures, which can be read back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from support.records import JIAZI, LICENCES, YICHOU, form, record, report
from support.summaries import book, merged, opened, rows, summary_bytes, wrong
from xlreport import Entry, Form
from xlreport.publishing.summary.detail_sheet import page_breaks
from xlreport.submission import BLANK
from xlreport.workbook.layout import details
from xlreport.workbook.layout.workbook import layout_of

DETAIL = "明细·二、主动公开"
WIDE = "明细·三、依申请公开"


def column_of(sheet: Worksheet, field: str) -> int:
    headings = [cell.value for cell in sheet[details.HEADING_ROW + 1]]
    return headings.index(details.column_heading(layout_of(form()), field)) + 1


def test_each_unit_has_a_row_in_the_order_of_its_code() -> None:
    sheet = book(with_errors=True)[DETAIL]
    keys = [row[:3] for row in rows(sheet, details.FIRST_UNIT_ROW + 1)]
    assert keys == [
        ("990101", "甲子镇", "乡镇"),
        ("990102", "乙丑镇", "乡镇"),
        ("990103", "丙寅镇", "乡镇"),
    ]


def test_sums_are_live_over_the_rows_of_all_units() -> None:
    formulas, values = book(values=False), book()
    sheet = formulas[DETAIL]
    column = column_of(sheet, LICENCES)
    letter = get_column_letter(column)
    live = f"=SUM('{DETAIL}'!${letter}$6:${letter}$7)"
    assert formulas["二、主动公开"]["B10"].value == live
    assert sheet.cell(details.TOTAL_ROW + 1, column).value == live
    assert values[DETAIL].cell(details.TOTAL_ROW + 1, column).value == 16
    assert values["二、主动公开"]["B10"].value == 16


def test_a_computed_cell_is_worked_out_again_whatever_was_typed_over_it() -> None:
    computed = "requests.received.total"
    town = report(JIAZI)
    right = book()[WIDE]
    expected = right.cell(6, column_of(right, computed)).value
    typed_over = replace(town, overrides={computed: Entry.of(99999)})
    result = merged(with_errors=True, reports=[record("a", typed_over)])
    sheet = opened(summary_bytes(result))[WIDE]
    assert sheet.cell(6, column_of(sheet, computed)).value == expected != 99999


def test_a_blank_stays_blank_and_a_declared_blank_is_a_zero() -> None:
    town = report(JIAZI)
    blank = replace(town, entries={**town.entries, LICENCES: BLANK})
    declared = replace(blank, unit=YICHOU, answers={"disclosure": "是"})
    reports = [record("a", replace(blank, answers={"disclosure": "否"})), record("b", declared)]
    sheet = opened(summary_bytes(merged(with_errors=True, reports=reports)))[DETAIL]
    column = column_of(sheet, LICENCES)
    assert [sheet.cell(row, column).value for row in (6, 7)] == [None, 0]


def test_without_a_counted_unit_there_is_one_empty_row_and_no_sum() -> None:
    workbook = opened(summary_bytes(merged(reports=[record("a", wrong(JIAZI))])), values=False)
    sheet = workbook[DETAIL]
    assert sheet.cell(details.TOTAL_ROW + 1, column_of(sheet, LICENCES)).value is None
    assert rows(sheet, details.FIRST_UNIT_ROW + 1) == []
    assert workbook.defined_names["detail.disclosure"].attr_text.endswith("$6")


# --- headings ---------------------------------------------------------------------------------


def test_no_id_is_shown_and_each_is_the_name_of_its_column() -> None:
    workbook = book()
    ids = set(form().fields)
    for table in form().tables:
        sheet = workbook[details.detail_sheet(table)]
        texts = {cell for row in sheet.iter_rows(values_only=True) for cell in row}
        assert not texts & ids
        assert not texts & set(details.KEYS)
        for field in details.detail_fields(form(), table.id):
            column = get_column_letter(column_of(sheet, field.id))
            target = workbook.defined_names[details.column_name(field.id)].attr_text
            assert target == f"'{sheet.title}'!${column}$5"


def test_a_column_says_what_it_is_on_the_form() -> None:
    sheet = book()[DETAIL]
    column = column_of(sheet, LICENCES)
    headings = [sheet.cell(row, column).value for row in (2, 3, 5)]
    assert headings == ["行政许可", "本年处理决定数量", "B10"]
    assert sheet["A2"].value == "标题下的“B6”等，是这一列在“二、主动公开”页里的格"


def test_a_wide_table_has_the_totals_of_its_rows_first_and_prints_them_alone() -> None:
    sheet = book()[WIDE]
    totals = details.row_totals(form(), "requests")
    assert [field.column for field in totals] == ["total"] * 25
    headings = [sheet.cell(5, 4 + i).value for i in range(len(totals))]
    assert headings == [f"J{row}" for row in range(7, 32)]
    assert sheet.print_area == f"'{WIDE}'!$A$1:$AB$7"
    assert "先列各行的总计" in str(sheet["A2"].value)
    assert sheet["D2"].value == "一、本年新收政府信息公开申请数量"
    assert (sheet["H2"].value, sheet["H3"].value) == ("（三）不予公开", "1.属于国家秘密")
    assert sheet["AC2"].value == "一、本年新收政府信息公开申请数量"
    assert [sheet.cell(3, 29 + i).value for i in range(2)] == ["自然人", "商业企业"]


def test_a_narrow_table_keeps_the_order_of_the_form(any_form: Form) -> None:
    for table in any_form.tables:
        own = [field for field in any_form.fields.values() if field.table == table.id]
        if len(own) <= details.COLUMNS_A_PAGE:
            assert details.detail_fields(any_form, table.id) == own


def test_a_narrow_table_prints_upright() -> None:
    sheets = [book()[details.detail_sheet(table)] for table in form().tables]
    upright = [sheet.page_setup.orientation != "landscape" for sheet in sheets]
    assert upright == [True, False, False]


def test_a_table_prints_one_page_wide_and_repeats_its_headings() -> None:
    for table in form().tables:
        sheet = book()[details.detail_sheet(table)]
        setup = sheet.sheet_properties.pageSetUpPr
        assert setup is not None
        assert setup.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$1:$5"


@pytest.mark.parametrize(("amount", "width"), [(7, 7), (123456789, 11), (-123456789, 12)])
def test_a_column_is_as_wide_as_its_largest_number(amount: int, width: int) -> None:
    town = report(JIAZI)
    large = replace(town, entries={**town.entries, LICENCES: Entry.of(Decimal(amount))})
    result = merged(with_errors=True, reports=[record("a", large)])
    sheet = opened(summary_bytes(result))[DETAIL]
    column = column_of(sheet, LICENCES)
    widths = [
        int(dimension.width)
        for dimension in sheet.column_dimensions.values()
        if int(dimension.min or 0) <= column <= int(dimension.max or 0)
    ]
    assert widths == [width]


def test_the_columns_of_one_row_of_the_form_are_printed_on_one_page() -> None:
    fields = [field for field in form().fields.values() if field.table == "requests"]
    breaks = page_breaks(fields)
    assert breaks
    for position in breaks:
        index = position - len(details.KEYS)
        assert fields[index].row != fields[index - 1].row
    pages = [details.field_column(0), *breaks, details.field_column(len(fields))]
    assert all(end - start <= details.COLUMNS_A_PAGE for start, end in pairwise(pages))
