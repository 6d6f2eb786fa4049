"""Numbers of the form as formulas over the sheets of a summary, so that they stay its own sums."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from xlreport.form import expression as ex
from xlreport.form.model import Form, Kind
from xlreport.publishing.overview import LastYear, last_year_of
from xlreport.rules.excel import Formulas
from xlreport.workbook.layout import details
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.calculation import LONGEST_FORMULA


class LiveFormulas:
    """Formulas for cells of `sheet`; None where there is none, or one too long to be read."""

    def __init__(self, book: WorkbookWriter, form: Form, sheet: str) -> None:
        self._book = book
        self._form = form
        self._sheet = sheet
        self._layout = book.layout

    def kind(self, number: ex.Number) -> str:
        """Whether it is a count or an amount, as formats are called."""
        kinds = {self._form.fields[name].kind for name in ex.fields_of(number)}
        return (Kind.MONEY if Kind.MONEY in kinds else Kind.COUNT).value

    def now(self, number: ex.Number) -> str | None:
        """From the form's own sheets."""
        return self._formula(self._layout, number)

    def last_year(self, number: ex.Number) -> str | None:
        """From the sheets of last year; none where these do not show the same numbers."""
        if not all(self._is_shown(name) for name in ex.fields_of(number)):
            return None
        cells = {name: self._layout.prior_year(name) for name in ex.fields_of(number)}
        return self._formula(replace(self._layout, cells=cells), number)

    def of_unit(self, number: ex.Number, row: int) -> str | None:
        """From the row-th unit on the detail sheets."""
        cells: dict[str, Spot] = {}
        for name in ex.fields_of(number):
            sheet, column = self._columns[name]
            cells[name] = sheet, details.unit_cell(row, column)
        return self._formula(replace(self._layout, cells=cells), number)

    def _formula(self, layout: WorkbookLayout, number: ex.Number) -> str | None:
        formula = f"={Formulas(layout, self._sheet).number(number)}"
        return formula if len(formula) <= LONGEST_FORMULA else None

    def _is_shown(self, name: str) -> bool:
        """Whether the sheets of last year show what a number was."""
        figures = self._book.submission.prior_year
        if figures is None or self._last_year is None:
            return False
        before = self._last_year.value(ex.Ref(name))
        return before is not None and figures.numbers.get(name) == before

    @cached_property
    def _last_year(self) -> LastYear | None:
        return last_year_of(self._form, self._book.submission)

    @cached_property
    def _columns(self) -> dict[str, tuple[str, int]]:
        return details.detail_columns(self._form)
