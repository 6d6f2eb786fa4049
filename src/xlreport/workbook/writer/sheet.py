"""One sheet being written, with the book that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from xlreport.a1 import Cell
from xlreport.workbook.layout.notice import MOST_NOTES
from xlreport.workbook.layout.sheet import LINE_HEIGHT, Span, lines_needed
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.styles import SONG

LONGEST_TITLE, LONGEST_PROMPT = 32, 255
"""Excel's limits on the title and the text of a cell's prompt or error, in characters."""

_NOTE_WIDTH, _NOTE_PIXELS = 44, 320
"""Of a note's box: half-width characters in a line, and pixels."""

_PIXELS_A_POINT = 4 / 3


@dataclass(frozen=True, slots=True)
class Prompt:
    """What Excel says beside a selected cell, and when something wrong was typed into it."""

    title: str
    message: str
    error_title: str = ""
    error_message: str = ""

    def options(self) -> dict[str, str]:
        """XlsxWriter's options, cut to what Excel allows."""
        options = {}
        if self.message:
            options["input_title"] = self.title[:LONGEST_TITLE]
            options["input_message"] = self.message[:LONGEST_PROMPT]
        if self.error_title:
            options["error_title"] = self.error_title
            options["error_message"] = self.error_message[:LONGEST_PROMPT]
        return options


class SheetWriter:
    """A new worksheet; what it writes are texts, numbers and formulas in styles by their names."""

    def __init__(self, book: WorkbookWriter, name: str) -> None:
        self.book = book
        self.name = name
        self.sheet = book.sheet(name)
        self.heights: dict[int, float] = {}
        """Heights that were set, in points."""
        self.notes = 0

    def widths(self, *widths: float) -> None:
        """The widths of the first columns, in characters."""
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def height(self, row: int, points: float) -> None:
        """The height of a row."""
        self.heights[row] = points
        self.sheet.set_row(row, points)

    def row(self, row: int, texts: tuple[str, ...], style: str) -> None:
        """Texts in the first columns of a row."""
        for column, text in enumerate(texts):
            self.string((row, column), text, style)

    def string(self, cell: Cell, text: str, style: str) -> None:
        """A text, never taken for a formula, a number or a link."""
        self.book.string(self.sheet, cell, text, style)

    def number(self, cell: Cell, number: float, style: str) -> None:
        """A number."""
        self.sheet.write_number(*cell, number, self.book.styles[style])

    def blank(self, cell: Cell, style: str) -> None:
        """An empty cell."""
        self.sheet.write_blank(*cell, None, self.book.styles[style])

    def formula(self, cell: Cell, formula: str, style: str, result: str | float) -> None:
        """A formula, with or without its `=`, and what it shows until a program calculates it."""
        if isinstance(result, str):
            result = escaped(result)
        self.sheet.write_formula(*cell, formula, self.book.styles[style], result)

    def join(self, span: Span, style: str) -> None:
        """Merges the cells of a rectangle, empty."""
        self.book.join(self.sheet, span, style)

    def merge(self, span: Span, text: str, style: str) -> None:
        """A text over a rectangle."""
        self.book.merge(self.sheet, span, text, style)

    def define(self, name: str, cell: Cell) -> None:
        """A defined name for one cell of this sheet."""
        self.book.name(name, self.name, cell)

    def validate(self, cell: Cell, rule: Mapping[str, object], prompt: Prompt) -> None:
        """A rule for what is typed into a cell, a prompt, and what is said when it is broken."""
        self.sheet.data_validation(*cell, *cell, {**rule, **prompt.options()})

    def colour(self, cells: Span, condition: str, style: str, *, last: bool = False) -> None:
        """A style for cells where a formula holds; `last` ends the rules for them."""
        options = {"type": "formula", "criteria": condition, "format": self.book.styles[style]}
        if last:
            options["stop_if_true"] = True
        self.sheet.conditional_format(*cells.corners, options)

    def colour_by_text(self, cells: Span, text: str, style: str) -> None:
        """A style for the cells of a rectangle whose text begins so."""
        options = {"type": "text", "criteria": "begins with", "value": text}
        self.sheet.conditional_format(
            *cells.corners, {**options, "format": self.book.styles[style]}
        )

    def marked(self, name: str, style: str) -> str:
        """The style of a name's cell: as it is, or marked where a notice speaks of it."""
        mark = self.book.context.marks.get(name)
        return style if mark is None else f"{style}|{mark.severity}"

    def annotate(self, name: str, cell: Cell) -> None:
        """What a notice says of a name's cell, at the cell."""
        mark = self.book.context.marks.get(name)
        if mark is None or self.notes == MOST_NOTES:
            return
        self.notes += 1
        lines = 1 + lines_needed(mark.note, _NOTE_WIDTH)
        options = {
            "author": self.book.submission.county.name,
            "width": _NOTE_PIXELS,
            "height": LINE_HEIGHT * lines * _PIXELS_A_POINT,
            "font_name": SONG,
            "font_size": 10,
        }
        self.sheet.write_comment(*cell, mark.note, options)

    def close(self, cursor: Cell, **allowed: bool) -> None:
        """Locks the sheet and puts its cursor on a cell."""
        self.book.protect(self.sheet, **allowed)
        self.book.select(self.sheet, cursor)


_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def escaped(text: str) -> str:
    """A result as the file has it: what looks like an escape in it is none (ECMA-376, 22.9.2.19,
    ST_Xstring). XlsxWriter does that for texts, not for results."""
    return _LIKE_AN_ESCAPE.sub("_x005F_", text)
