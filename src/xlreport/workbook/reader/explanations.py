"""What a town wrote beside a warning on the 校验 sheet."""

from __future__ import annotations

import re

from xlreport.formats.raw import RawBook, RawSheet
from xlreport.text import clean
from xlreport.workbook.layout.workbook import CHECKS, Layout
from xlreport.workbook.reader.locate import named_text
from xlreport.workbook.writer.check_sheet import EXPLANATION

CODE = 1
"""The column of a line's code."""

_LINE = re.compile(r"([0-9]{1,5})(?:\.0*)?")


def read_explanations(book: RawBook, layout: Layout) -> dict[str, str]:
    """The explanations by the code of their line: in the row that has the line's number and code, which
    holds when a program moves rows and leaves names behind; by the cell's name where there is none."""
    printed = {line.code: line.check.code for line in layout.lines} | {
        later.code: later.code for later in layout.later
    }
    sheet = book.sheets.get(CHECKS)
    rows = _rows(sheet) if sheet is not None else {}
    found = {}
    for index, (code, base) in enumerate(printed.items(), 1):
        row = rows.get((index, base))
        cell = (
            sheet.cells.get((row, EXPLANATION)) if sheet is not None and row is not None else None
        )
        text = (
            (cell.text if cell else "") if row is not None else named_text(book, f"explain.{code}")
        )
        words = clean(text).strip()
        if words:
            found[code] = words
    return found


def _rows(sheet: RawSheet) -> dict[tuple[int, str], int]:
    """The rows of the lines by number and code, where each is there just once."""
    found: dict[tuple[int, str], list[int]] = {}
    for (row, column), cell in sheet.cells.items():
        number = sheet.cells.get((row, 0)) if column == CODE else None
        match = _LINE.fullmatch(number.text.strip()) if number is not None else None
        if match is not None:
            found.setdefault((int(match[1]), cell.text.strip()), []).append(row)
    return {key: rows[0] for key, rows in found.items() if len(rows) == 1}
