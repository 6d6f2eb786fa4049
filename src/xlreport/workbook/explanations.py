"""What a town wrote beside a warning on the 校验 sheet."""

from __future__ import annotations

from xlreport.workbook.checksheet import EXPLANATION
from xlreport.workbook.layout import CHECKS, CHECKS_ROW, Layout
from xlreport.workbook.locating import named_text
from xlreport.workbook.raw import RawBook
from xlreport.workbook.texts import clean

CODE = 1
"""The column of a line's code."""


def read_explanations(book: RawBook, layout: Layout) -> dict[str, str]:
    """The explanations by the code of their line: by the cell's name, else in the line's own row."""
    found = {}
    printed = {line.code: line.check.code for line in layout.lines} | {later.code: later.code for later in layout.later}
    for index, (code, base) in enumerate(printed.items()):
        name = f"explain.{code}".lower()
        text = named_text(book, name) if name in book.names else _at_home(book, index, base)
        words = clean(text).strip()
        if words:
            found[code] = words
    return found


def _at_home(book: RawBook, index: int, code: str) -> str:
    sheet = book.sheets.get(CHECKS)
    row = CHECKS_ROW + index
    printed, said = (sheet.cells.get((row, column)) if sheet else None for column in (CODE, EXPLANATION))
    return said.text if said is not None and printed is not None and printed.text == code else ""
