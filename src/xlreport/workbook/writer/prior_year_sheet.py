"""The 上年数 sheet: what the unit reported the year before, locked, for the check formulas."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from xlreport.a1 import Cell
from xlreport.form.model import Field
from xlreport.submission import Figures
from xlreport.workbook.layout.prior_year import (
    FIRST_PRIOR_ROW,
    LABEL,
    TABLE,
    VALUE,
    prior_year_name,
)
from xlreport.workbook.layout.sheet import PRIOR_YEAR, TEXTS, Span, lines_needed
from xlreport.workbook.writer.book import WorkbookWriter, excel_number

_HEADINGS = ("表", "项目", "上年数")
_WIDTHS = (26.0, 70.0, 24.0)
_KNOWN = "本单位上年报送的数，由汇总单位填入，只供核对，不能修改。"
_UNKNOWN = "生成本工作簿时没有上年的数。"


def write_prior_year(book: WorkbookWriter) -> None:
    """A line for each number and text; hidden when nothing is known of the year before."""
    sheet = book.sheet(PRIOR_YEAR)
    figures = book.submission.previous
    _head(book, sheet)
    for name, cell in book.layout.prior_year_cells.items():
        _line(book, sheet, name, cell)
        book.name(prior_year_name(name), PRIOR_YEAR, cell)
    last = FIRST_PRIOR_ROW + len(book.layout.prior_year_cells) - 1
    sheet.freeze_panes(FIRST_PRIOR_ROW, 0)
    sheet.repeat_rows(FIRST_PRIOR_ROW - 1)
    sheet.print_area(0, 0, last, VALUE)
    sheet.fit_to_pages(1, 0)
    book.protect(sheet)
    book.select(sheet, (FIRST_PRIOR_ROW, VALUE))
    if figures is None:
        sheet.hide()


def _head(book: WorkbookWriter, sheet: Worksheet) -> None:
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    title = f"{PRIOR_YEAR}（{book.submission.year - 1} 年度）"
    book.merge(sheet, Span(0, 0, 0, VALUE), title, "title")
    sheet.set_row(0, 30)
    note = _UNKNOWN if book.submission.previous is None else _KNOWN
    book.merge(sheet, Span(1, 0, 1, VALUE), note, "small")
    for column, heading in enumerate(_HEADINGS):
        book.string(sheet, (FIRST_PRIOR_ROW - 1, column), heading, "head")


def _line(book: WorkbookWriter, sheet: Worksheet, name: str, cell: Cell) -> None:
    figures = book.submission.previous or Figures()
    row = cell[0]
    if name not in book.form.fields:
        label = next(text.label for text in book.form.texts if text.field_id == name)
        book.string(sheet, (row, TABLE), TEXTS, "text")
        book.string(sheet, (row, LABEL), label, "text")
        book.string(sheet, cell, figures.texts.get(name, ""), "text")
        return
    field = book.form.fields[name]
    book.string(sheet, (row, TABLE), book.form.table(field.table).sheet, "text")
    book.string(sheet, (row, LABEL), field.label, "text")
    sheet.set_row(row, 15 * lines_needed(field.label, _WIDTHS[LABEL]) + 3)
    _number(book, sheet, field, cell, figures)


def _number(
    book: WorkbookWriter, sheet: Worksheet, field: Field, cell: Cell, figures: Figures
) -> None:
    style = book.styles[f"number_{field.kind.value}"]
    if field.id in figures.numbers:
        sheet.write_number(*cell, excel_number(figures.numbers[field.id]), style)
    else:
        sheet.write_blank(*cell, None, style)
