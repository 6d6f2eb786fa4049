"""What is written cell by cell: texts stay texts, prompts stay as long as Excel allows."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

from xlreport import Form, Unit
from xlreport.workbook.layout.sheet import Span
from xlreport.workbook.writer.book import WorkbookWriter, excel_number
from xlreport.workbook.writer.context import TemplateContext
from xlreport.workbook.writer.sheet import Prompt, SheetWriter
from xlreport.workbook.writer.styles import Styles
from xlreport.workbook.writer.template import blank


@pytest.fixture
def book(zfxxgk: Form) -> WorkbookWriter:
    return WorkbookWriter(TemplateContext(zfxxgk, blank(zfxxgk, 2025, Unit("甲子镇"))))


def opened(book: WorkbookWriter) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(book.finish()))


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("=1+1", True), ("＝1", True), ("+1", True), ("-1", True), ("@a", True), ("a=1", False)],
)
def test_a_text_that_bites_is_marked_as_text(book: WorkbookWriter, text: str, quoted: bool) -> None:
    SheetWriter(book, "表").string((0, 0), text, "text")
    cell = opened(book)["表"]["A1"]
    assert (cell.data_type, cell.value) == ("s", text)
    assert cell.quotePrefix is quoted


def test_control_characters_never_reach_the_file(book: WorkbookWriter) -> None:
    sheet = SheetWriter(book, "表")
    sheet.string((0, 0), "a\x00b", "text")
    sheet.string((1, 0), "\x00", "text")
    written = opened(book)["表"]
    assert (written["A1"].value, written["A2"].value) == ("ab", None)


def test_a_single_cell_is_not_merged(book: WorkbookWriter) -> None:
    sheet = SheetWriter(book, "表")
    sheet.merge(Span.line(0, 0, 0), "a", "text")
    sheet.merge(Span(1, 0, 2, 1), "b", "text")
    written = opened(book)["表"]
    assert [str(area) for area in written.merged_cells.ranges] == ["A2:B3"]
    assert (written["A1"].value, written["A2"].value) == ("a", "b")


def test_a_defined_name_points_to_its_cell(book: WorkbookWriter) -> None:
    SheetWriter(book, "表一").define("t.a", (4, 2))
    assert opened(book).defined_names["t.a"].attr_text == "表一!$C$5".replace("表一", "'表一'")


def test_a_list_becomes_a_table_that_keeps_its_formats(book: WorkbookWriter) -> None:
    sheet = SheetWriter(book, "明细·二、主动")
    sheet.row(2, ("甲", "乙"), "head")
    sheet.row(3, ("1", "2"), "text")
    book.table(sheet.sheet, sheet.name, Span(2, 0, 3, 1), ["甲", "乙"])
    written = opened(book)["明细·二、主动"]
    (table,) = written.tables.values()
    assert (table.displayName, table.ref, table.headerRowCount) == ("明细_二_主动", "A3:B4", 1)
    assert table.autoFilter.ref == "A3:B4"
    assert [column.name for column in table.tableColumns] == ["甲", "乙"]
    assert table.tableStyleInfo is None or not table.tableStyleInfo.name
    assert (written["A3"].value, written["A3"].font.b, written["A4"].value) == ("甲", True, "1")


def test_headings_that_are_alike_get_filters_only(book: WorkbookWriter) -> None:
    sheet = SheetWriter(book, "表")
    sheet.row(0, ("a", "A"), "head")
    book.table(sheet.sheet, sheet.name, Span(0, 0, 1, 1), ["a", "A"])
    written = opened(book)["表"]
    assert (len(written.tables), written.auto_filter.ref) == (0, "A1:B2")


def test_prompts_are_cut_where_excel_would_refuse_them(book: WorkbookWriter) -> None:
    sheet = SheetWriter(book, "表")
    sheet.validate((0, 0), {"validate": "any"}, Prompt("题" * 40, "话" * 300))
    sheet.validate(
        (1, 0), {"validate": "list", "source": ["是"]}, Prompt("题", "话", "错", "误" * 300)
    )
    rules = {str(r.sqref): r for r in opened(book)["表"].data_validations.dataValidation}
    assert (rules["A1"].promptTitle, rules["A1"].prompt) == ("题" * 32, "话" * 255)
    assert rules["A1"].error is None
    assert (rules["A2"].errorTitle, rules["A2"].error) == ("错", "误" * 255)


@pytest.mark.parametrize(
    ("value", "number"), [("3.0", 3), ("0.1", 0.1), ("999999999", 999999999), ("-2", -2)]
)
def test_whole_numbers_are_written_as_whole(value: str, number: float) -> None:
    assert excel_number(Decimal(value)) == number
    assert isinstance(excel_number(Decimal(value)), type(number))


def test_a_style_is_made_once(book: WorkbookWriter) -> None:
    styles = Styles(book.workbook)
    assert styles["text"] is styles["text"]
    assert styles.quoted("text") is styles.quoted("text")
    assert styles.quoted("text") is not styles["text"]


def test_only_cells_to_fill_in_are_unlocked_and_yellow(book: WorkbookWriter) -> None:
    for name in ("input_count", "input_money", "input_text", "input_line", "input_choice"):
        style = book.styles[name]
        assert (style.locked, style.num_format) == (
            0, {"input_count": "0", "input_money": "0.0000##"}.get(name, "@"),
        )  # fmt: skip
    for name in ("computed_count", "text", "value", "status", "prior_count", "number_money"):
        assert book.styles[name].locked == 1
