"""The hidden sheet on which all checks are worked out, so that formulas on the others stay short.

A row for each check line; below them one for each rule, each status cell, each sheet of the form,
the report as a whole, and each entry of the list of what does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlreport.a1 import Cell
from xlreport.workbook.layout.lines import CheckLine, ListedCheck
from xlreport.workbook.layout.sheet import SheetLayout, StatusCell

FIRST_LINE_ROW = 1
"""The row of the first check line, below headings."""

(CODE, SHEET, CELL, GRADE, GAP, MESSAGE, KEY, ROWS, FIRST, HOLDS, FAILS, FIRST_OF_CELLS) = range(12)
"""Columns of a check line: its code as people read it; the cell to look at; how wrong it is
(`rules.grade.Grade`); the difference; the words of a status cell; its place in the list of what
does not hold; the rows or columns of the same rule that fail up to here, and the first such cell;
two parts of a long condition; from the last column on the grades of a row's cells."""

RULE_GRADE, RULE_FAILING, RULE_VERDICT = range(1, 4)
"""Columns of a rule: the grade of one that fails, how many lines fail, the verdict."""

TEXT = 1
"""Column of a status cell: its words."""

ERRORS, WARNINGS, BLANKS, OPEN, FIRST_KEY, SHEET_TEXT, SHEET_LINK = range(1, 8)
"""Columns of a sheet of the form and of the report: lines that are errors, lines that are warnings
without an explanation, cells that are still blank, lines that cannot be verified, the key of the
worst line, the verdict in words, and the cell it leads to. The report has no link."""

ENTRY_ROW, ENTRY_TEXT, ENTRY_LINK = range(1, 4)
"""Columns of an entry of the list: the sheet row of its line from 1, its words, its link."""

LISTED = 10
"""Entries of the list of what does not hold."""

RANK = 10_000
"""What one grade weighs in a key, which is smaller for what is worse; the rest is the row."""


@dataclass(frozen=True)
class CalculationLayout:
    """The row (from 0) of everything on the sheet, by code, status cell or name of a sheet."""

    lines: tuple[CheckLine, ...]
    rules: Mapping[str, int]
    statuses: Mapping[tuple[str, Cell], int]
    sheets: Mapping[str, int]
    report: int
    entries: tuple[int, ...]

    def row(self, line: CheckLine) -> int:
        """The row of a check line."""
        return FIRST_LINE_ROW + line.index

    def grade(self, line: CheckLine) -> Cell:
        """Where the grade of a line stands."""
        return self.row(line), GRADE

    def cell_grade(self, line: CheckLine, position: int) -> Cell:
        """Where the grade of one of the cells of a line stands."""
        return self.row(line), FIRST_OF_CELLS + position

    def status_row(self, sheet: SheetLayout, status: StatusCell) -> int:
        """The row of a status cell of a sheet."""
        return self.statuses[status_key(sheet, status)]

    @property
    def last_line_row(self) -> int:
        """The row of the last check line."""
        return FIRST_LINE_ROW + len(self.lines) - 1


def calculation_layout(
    lines: tuple[CheckLine, ...], rules: Sequence[ListedCheck], sheets: Sequence[SheetLayout]
) -> CalculationLayout:
    """The rows one below another."""
    row = FIRST_LINE_ROW + len(lines) + 1
    rule_rows = {}
    for rule in rules:
        if not rule.deferred:
            rule_rows[rule.code] = row
            row += 1
    status_rows: dict[tuple[str, Cell], int] = {}
    for sheet in sheets:
        for status in sheet.statuses:
            status_rows[status_key(sheet, status)] = row
            row += 1
    sheet_rows = {sheet.name: row + position for position, sheet in enumerate(sheets)}
    report = row + len(sheets)
    entries = tuple(range(report + 1, report + 1 + LISTED))
    return CalculationLayout(lines, rule_rows, status_rows, sheet_rows, report, entries)


def status_key(sheet: SheetLayout, status: StatusCell) -> tuple[str, Cell]:
    """What a status cell goes by."""
    return sheet.name, status.span.cell
