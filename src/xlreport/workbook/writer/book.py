"""One workbook being written: its sheets, formats, names and protection."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlreport.a1 import Cell, address, quoted
from xlreport.text import BITING, clean
from xlreport.workbook.layout.sheet import Span
from xlreport.workbook.layout.workbook import WorkbookLayout, layout_of
from xlreport.workbook.writer.context import TemplateContext
from xlreport.workbook.writer.formulas import formulas_of
from xlreport.workbook.writer.late_rows import ListRows
from xlreport.workbook.writer.printable import printable
from xlreport.workbook.writer.results import CachedResults
from xlreport.workbook.writer.styles import Styles
from xlreport.workbook.writer.xlsxwriter_patches import (
    LockedWorkbook,
    PlainSheet,
    add_table,
)

_NO_NAME = re.compile(r"\W")
"""What no name of a table may hold (ECMA-376 part 1, 18.5.1.2)."""

A4 = 9
"""The paper size's number (ECMA-376 part 1, 18.3.1.63)."""


class WorkbookWriter:
    """A workbook in memory, made from `context`; `results` are what its formulas show, those of
    its own submission unless others are given."""

    def __init__(
        self, context: TemplateContext, password: str = "", results: CachedResults | None = None
    ) -> None:
        self.form = context.form
        self.submission = printable(context.submission)
        self.context = replace(context, submission=self.submission)
        self.layout: WorkbookLayout = layout_of(context.form)
        self.formulas = formulas_of(context.form)
        self.results = results or CachedResults(self.submission, self.layout)
        self._password = password
        self._buffer = io.BytesIO()
        self.workbook = LockedWorkbook(self._buffer, password)
        self.at_last: list[Callable[[], None]] = []
        """What writes the texts that come after all others among the workbook's shared strings."""
        self.styles = Styles(self.workbook)

    def sheet(self, name: str) -> PlainSheet:
        """A new worksheet, locked but for the cells that are to be filled in."""
        sheet = self.workbook.add_worksheet(name, PlainSheet)
        if not isinstance(sheet, PlainSheet):
            raise TypeError("XlsxWriter made a sheet of another class")
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        sheet.hide_gridlines(2)
        return sheet

    def protect(self, sheet: Worksheet, **allowed: bool) -> None:
        """Locks a sheet; widths, heights and selecting stay allowed."""
        options = {"format_columns": True, "format_rows": True, **allowed}
        sheet.protect(self._password, options)

    def select(self, sheet: Worksheet, cell: Cell) -> None:
        """Puts the sheet's cursor on a cell."""
        sheet.set_selection(*cell, *cell)

    def join(self, sheet: Worksheet, span: Span, style: str) -> None:
        """Merges the cells of a rectangle, empty; does nothing to a single cell."""
        if span.single:
            return
        sheet.merge_range(span.top, span.left, span.bottom, span.right, "", self.styles[style])

    def merge(self, sheet: Worksheet, span: Span, text: str, style: str) -> None:
        """A text over a span of cells; never taken for a formula, a number or a link."""
        self.join(sheet, span, style)
        self.string(sheet, span.cell, text, style)

    def string(self, sheet: Worksheet, cell: Cell, text: str, style: str) -> None:
        """A text cell, never a formula, a number or a link; not even after a later edit
        (quotePrefix)."""
        kept = clean(text)
        if not kept:
            sheet.write_blank(*cell, None, self.styles[style])
            return
        cell_format = self.styles.quoted(style) if bites(kept) else self.styles[style]
        sheet.write_string(*cell, kept, cell_format)

    def list_rows(self, sheet: PlainSheet, first: int, styles: Sequence[str]) -> ListRows:
        """Rows for very long sheets, a style for each column."""
        made = [self.styles[style] for style in styles]

        def quoted(column: int) -> Format:
            return self.styles.quoted(styles[column])

        return ListRows(first, made, quoted, sheet.number_of)

    def table(
        self, sheet: Worksheet, name: str, area: Span, headings: Sequence[str], style: str = "head"
    ) -> None:
        """Makes rows below one row of headings a real table, which programs that read screens
        announce; it keeps the formats of its cells. Headings that are alike, which no table may
        have, get filters only."""
        distinct = {heading.casefold() for heading in headings}
        if len(distinct) < len(headings):
            sheet.autofilter(*area.corners)
            return
        header_format = self.styles[style]
        columns = [{"header": heading, "header_format": header_format} for heading in headings]
        options = {"name": _NO_NAME.sub("_", name), "columns": columns, "style": None}
        add_table(sheet, area.corners, options)

    def name(self, name: str, sheet: str, cell: Cell) -> None:
        """A defined name for one cell."""
        self.workbook.define_name(name, f"={quoted(sheet)}!{address(cell, absolute=True)}")

    def finish(self) -> bytes:
        """Closes the workbook; the same content always gives the same bytes."""
        for write in self.at_last:
            write()
        submission = self.submission
        issuer = submission.county.name or submission.unit.name
        properties = {
            "title": f"{self.form.title}（{submission.year} 年度）",
            "subject": submission.unit.name,
            "author": issuer or "xlreport",
            "created": issued(submission.year),
        }
        self.workbook.set_properties(properties)
        self.workbook.close()
        return self._buffer.getvalue()


def put_text(rows: ListRows, text: str) -> None:
    """The next cell of a row holds a text, as `WorkbookWriter.string` writes it."""
    kept = clean(text)
    if kept:
        rows.text(kept, quoted=bites(kept))
    else:
        rows.blank()


def bites(text: str) -> bool:
    """Whether a program could take a text for a formula."""
    return text.startswith(BITING)


def issued(year: int) -> dt.datetime:
    """When a workbook about a year says that it was made and saved: always the same moment, so
    that the same content gives the same bytes. Whoever saves it puts the time in its place."""
    return dt.datetime(year + 1, 1, 1)


def excel_number(value: Decimal) -> int | float:
    """The number as Excel stores it: 15 significant digits are exact."""
    return int(value) if value == value.to_integral_value() else float(value)
