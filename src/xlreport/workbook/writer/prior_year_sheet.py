"""The 上年数 sheet: what the unit reported the year before, locked; check formulas compare with it."""

from __future__ import annotations

from decimal import Decimal

from xlsxwriter.worksheet import Worksheet

from xlreport.a1 import Cell
from xlreport.formats.raw import RawBook
from xlreport.submission import Figures
from xlreport.workbook.layout.sheet import Span, lines_needed
from xlreport.workbook.layout.workbook import PREVIOUS, PREVIOUS_ROW, TEXTS
from xlreport.workbook.reader.locate import parse_target
from xlreport.workbook.reader.numbers import read_entry
from xlreport.workbook.writer.book import WorkbookWriter, excel_number

HEADINGS = ("表", "项目", "上年数")
WIDTHS = (26.0, 70.0, 24.0)
PREFIX = "previous."
"""Before a field id: the defined name of the cell with last year's value."""


def write_previous(book: WorkbookWriter) -> None:
    """A line for each number and text; hidden when nothing is known of the year before."""
    sheet = book.sheet(PREVIOUS)
    figures = book.submission.previous
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    book.merge(sheet, Span(0, 0, 0, 2), f"上年数（{book.submission.year - 1} 年度）", "title")
    sheet.set_row(0, 30)
    words = (
        "本单位上年报送的数，由汇总单位填入，只供核对，不能修改。"
        if figures
        else "生成本工作簿时没有上年的数。"
    )
    book.merge(sheet, Span(1, 0, 1, 2), words, "small")
    for column, heading in enumerate(HEADINGS):
        book.string(sheet, (PREVIOUS_ROW - 1, column), heading, "head")
    for name, cell in book.layout.previous.items():
        _line(book, sheet, name, cell, figures or Figures())
        book.name(PREFIX + name, PREVIOUS, cell)
    last = PREVIOUS_ROW + len(book.layout.previous) - 1
    sheet.freeze_panes(PREVIOUS_ROW, 0)
    sheet.repeat_rows(PREVIOUS_ROW - 1)
    sheet.print_area(0, 0, last, 2)
    sheet.fit_to_pages(1, 0)
    book.protect(sheet)
    book.select(sheet, (PREVIOUS_ROW, 2))
    if figures is None:
        sheet.hide()


def _line(book: WorkbookWriter, sheet: Worksheet, name: str, cell: Cell, figures: Figures) -> None:
    row = cell[0]
    field = book.form.fields.get(name)
    if field is None:
        text = next(t for t in book.form.texts if t.field_id == name)
        book.string(sheet, (row, 0), TEXTS, "text")
        book.string(sheet, (row, 1), text.label, "text")
        book.string(sheet, cell, figures.texts.get(name, ""), "text")
        return
    book.string(sheet, (row, 0), book.form.table(field.table).sheet, "text")
    book.string(sheet, (row, 1), field.label, "text")
    sheet.set_row(row, 15 * lines_needed(field.label, WIDTHS[1]) + 3)
    value = figures.numbers.get(name)
    if value is None:
        sheet.write_blank(*cell, None, book.styles[f"number_{field.kind.value}"])
    else:
        sheet.write_number(*cell, excel_number(value), book.styles[f"number_{field.kind.value}"])


def read_previous_sheet(book: RawBook, names: tuple[str, ...]) -> Figures | None:
    """The figures that a workbook carries; None when it carries none."""
    numbers: dict[str, Decimal] = {}
    texts: dict[str, str] = {}
    for name in names:
        target = parse_target(book.names.get(PREFIX + name.lower(), ""))
        cell = (
            book.sheets[target[0]].cells.get(target[1])
            if target and target[0] in book.sheets
            else None
        )
        value = read_entry(cell)[0].value if cell is not None else None
        if cell is not None and name.startswith("text."):
            texts[name] = cell.text
        elif value is not None:
            numbers[name] = value
    return Figures(numbers, texts) if numbers or texts else None
