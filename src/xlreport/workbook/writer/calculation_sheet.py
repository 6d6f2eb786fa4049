"""Writes the hidden sheet of calculations."""

from __future__ import annotations

from xlreport.workbook.layout.lines import line_name
from xlreport.workbook.layout.sheet import CALCULATION
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.calculation import calculation_results
from xlreport.workbook.writer.sheet import SheetWriter


def write_calculation(book: WorkbookWriter) -> None:
    """All checks, hidden; the grade of every single instance has a name."""
    sheet = SheetWriter(book, CALCULATION)
    results = calculation_results(book.layout, book.results)
    for cell, content in book.formulas.calculation.items():
        if content.startswith("="):
            # part of a long condition shows nothing before a program calculates it
            sheet.formula(cell, content, "plain", results.get(cell, ""))
        else:
            sheet.string(cell, content, "plain")
    for line in book.layout.lines:
        if not line.per_cell:
            sheet.define(line_name(line.code), book.layout.calculation.grade(line))
    sheet.close((0, 0))
    sheet.sheet.hide()
