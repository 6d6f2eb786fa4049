"""Last year's figures, locked: each sheet of the form again, with its numbers in the same cells,
for the check formulas and for whoever fills in this year's.
"""

from __future__ import annotations

from xlreport.submission import Figures
from xlreport.workbook.layout.prior_year import prior_year_name, prior_year_sheet
from xlreport.workbook.layout.sheet import HEAD_ROW, SheetLayout, Span
from xlreport.workbook.writer.book import WorkbookWriter, excel_number
from xlreport.workbook.writer.printing import print_when_asked
from xlreport.workbook.writer.sheet import SheetWriter

_NOTE = "这是本单位 {year} 年度报送的数，只供对照，不能修改。"
_OTHER_FORM = "{year} 年度用的是另一种格式，那里没有的数空着。"
_TAB_COLOUR = "#A6A6A6"


def write_prior_year(book: WorkbookWriter) -> None:
    """A sheet for each of the form's; hidden when nothing is known of the year before."""
    for layout in book.layout.form_sheets:
        _PriorYearSheet(book, layout).write()


class _PriorYearSheet(SheetWriter):
    def __init__(self, book: WorkbookWriter, layout: SheetLayout) -> None:
        super().__init__(book, prior_year_sheet(layout.name))
        self.layout = layout
        self.is_known = book.submission.prior_year is not None
        self.figures = book.submission.prior_year or Figures()

    def write(self) -> None:
        """The whole sheet."""
        self.sheet.set_tab_color(_TAB_COLOUR)
        if self.is_known:
            self._frame()
        for name, span in self.layout.fields.items():
            self._cell(name, span)
        print_when_asked(self.sheet, self.layout.form_right, landscape=self.layout.wide)
        self.close((0, 0))
        if not self.is_known:
            self.sheet.hide()

    def _frame(self) -> None:
        """Widths, heights and headings of the form."""
        layout = self.layout
        self.widths(*layout.widths[: layout.form_right + 1])
        for row, height in layout.heights.items():
            self.height(row, height)
        year = self.book.submission.year
        note = _NOTE.format(year=year - 1)
        if self.book.form.before(year) is not None:
            note += _OTHER_FORM.format(year=year - 1)
        self.merge(Span.line(HEAD_ROW, layout.form_left, layout.form_right), note, "alert")
        for label in layout.labels:
            if self._is_printed(label.span):
                self.merge(label.span, label.text, label.style)
        self.sheet.freeze_panes(*layout.frozen)

    def _is_printed(self, span: Span) -> bool:
        """Whether something belongs to the official form, and not to what helps to fill it in."""
        layout = self.layout
        is_beside = span.left < layout.form_left or span.right > layout.form_right
        return not is_beside and HEAD_ROW < span.top <= layout.form_bottom

    def _cell(self, name: str, span: Span) -> None:
        field = self.book.form.fields.get(name)
        style = "prior_text" if field is None else f"prior_{field.kind.value}"
        if self.is_known:
            self.join(span, style)
        if field is None:
            self.string(span.cell, self.figures.texts.get(name, ""), style)
        elif name in self.figures.numbers:
            self.number(span.cell, excel_number(self.figures.numbers[name]), style)
        elif self.is_known:
            self.blank(span.cell, style)
        self.define(prior_year_name(name), span.cell)
