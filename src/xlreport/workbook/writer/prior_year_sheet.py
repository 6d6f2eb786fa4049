"""The 上年数 sheet: what the unit reported the year before, locked, for the check formulas."""

from __future__ import annotations

from xlreport.a1 import Cell
from xlreport.form.model import Field, Text
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
from xlreport.workbook.writer.sheet import SheetWriter

_HEADINGS = ("表", "项目", "上年数")
_WIDTHS = (26.0, 70.0, 24.0)
_KNOWN = "本单位上年报送的数，由汇总单位填入，只供核对，不能修改。"
_UNKNOWN = "生成本工作簿时没有上年的数。"


def write_prior_year(book: WorkbookWriter) -> None:
    """A line for each number and text; hidden when nothing is known of the year before."""
    _PriorYearSheet(book).write()


class _PriorYearSheet(SheetWriter):
    def __init__(self, book: WorkbookWriter) -> None:
        super().__init__(book, PRIOR_YEAR)
        self.figures = book.submission.prior_year or Figures()

    def write(self) -> None:
        is_known = self.book.submission.prior_year is not None
        cells = self.book.layout.prior_year_cells
        self._head(_KNOWN if is_known else _UNKNOWN)
        for field in self.book.form.fields.values():
            self._field(field, cells[field.id])
        for text in self.book.form.texts:
            self._text(text, cells[text.field_id])
        self.sheet.freeze_panes(FIRST_PRIOR_ROW, 0)
        self.sheet.repeat_rows(FIRST_PRIOR_ROW - 1)
        self.sheet.print_area(0, 0, FIRST_PRIOR_ROW + len(cells) - 1, VALUE)
        self.sheet.fit_to_pages(1, 0)
        self.close((FIRST_PRIOR_ROW, VALUE))
        if not is_known:
            self.sheet.hide()

    def _head(self, note: str) -> None:
        title = f"{PRIOR_YEAR}（{self.book.submission.year - 1} 年度）"
        self.widths(*_WIDTHS)
        self.merge(Span.line(0, 0, VALUE), title, "title")
        self.height(0, 30)
        self.merge(Span.line(1, 0, VALUE), note, "small")
        self.row(FIRST_PRIOR_ROW - 1, _HEADINGS, "head")

    def _field(self, field: Field, cell: Cell) -> None:
        row, _ = cell
        style = f"number_{field.kind.value}"
        self.string((row, TABLE), self.book.form.table(field.table).sheet, "text")
        self.string((row, LABEL), field.label, "text")
        self.height(row, 15 * lines_needed(field.label, _WIDTHS[LABEL]) + 3)
        if field.id in self.figures.numbers:
            self.number(cell, excel_number(self.figures.numbers[field.id]), style)
        else:
            self.blank(cell, style)
        self.define(prior_year_name(field.id), cell)

    def _text(self, text: Text, cell: Cell) -> None:
        row, _ = cell
        self.string((row, TABLE), TEXTS, "text")
        self.string((row, LABEL), text.label, "text")
        self.string(cell, self.figures.texts.get(text.field_id, ""), "text")
        self.define(prior_year_name(text.field_id), cell)
