"""What all lists of a summary have in common: a title, headings that stay in sight, filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from xlreport.a1 import Cell, address, quoted
from xlreport.workbook.layout.sheet import Span, lines_needed
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.printing import print_when_asked

HEADING_ROW, FIRST_ROW = 2, 3
"""Rows of a list, from 0: the title, a line about it, the headings, then one row an entry."""

_TITLE_HEIGHT, _LINE_HEIGHT, _PADDING = 30, 15, 4
"""Points of the title's row, of a line of text in a row, and of what stays free."""

Content = str | int | None
"""What a cell of a list holds."""


@dataclass(frozen=True)
class Column:
    """A column of a list; `wraps` where the length of a text decides on the height of its row."""

    heading: str
    width: float
    style: str = "text"
    wraps: bool = False


class ListSheet:
    """A list being written, an entry a row; the first `kept` columns stay in sight."""

    def __init__(
        self, book: WorkbookWriter, name: str, columns: Sequence[Column], kept: int = 2
    ) -> None:
        self.book = book
        self.name = name
        self.columns = columns
        self.right = len(columns) - 1
        self.last = HEADING_ROW
        """The last row that was written."""
        self.sheet = book.sheet(name)
        self._head(kept)

    def _head(self, kept: int) -> None:
        for index, column in enumerate(self.columns):
            self.sheet.set_column(index, index, column.width)
            self.book.string(self.sheet, (HEADING_ROW, index), column.heading, "head")
        self.book.merge(self.sheet, Span.line(0, 0, self.right), self.name, "title")
        self.sheet.set_row(0, _TITLE_HEIGHT)
        self.sheet.freeze_panes(FIRST_ROW, kept)
        self.sheet.set_landscape()

    def about(self, words: str) -> None:
        """The line below the title."""
        self.book.merge(self.sheet, Span.line(1, 0, self.right), words, "small")

    def add(self, contents: Sequence[Content], highest: float = inf) -> int:
        """A row, as high as its texts need; gives its number."""
        self.last += 1
        lines = [1]
        filled = zip(self.columns, contents, strict=False)
        for index, (column, content) in enumerate(filled):
            cell = self.last, index
            if isinstance(content, int):
                self.sheet.write_number(*cell, content, self.book.styles[column.style])
                continue
            text = content or ""
            self.book.string(self.sheet, cell, text, column.style)
            if column.wraps:
                lines.append(lines_needed(text, column.width))
        height = _LINE_HEIGHT * max(lines) + _PADDING
        self.sheet.set_row(self.last, min(highest, height))
        return self.last

    def link(self, cell: Cell, target: str, text: str) -> None:
        """A link to a cell of this workbook."""
        style = self.book.styles["link"]
        self.sheet.write_url(*cell, f"internal:{target}", style, text)

    def paint(self, column: int, begins_with: str, style: str) -> None:
        """A conditional format where the words in a column begin so."""
        if self.last < FIRST_ROW:
            return
        rule = {"type": "text", "criteria": "begins with", "value": begins_with}
        painted = {**rule, "format": self.book.styles[style]}
        self.sheet.conditional_format(FIRST_ROW, column, self.last, column, painted)

    def name_range(self, name: str) -> None:
        """A defined name for the list with its headings, so that it can be read back."""
        first = address((HEADING_ROW, 0), absolute=True)
        last_row = max(FIRST_ROW, self.last)
        last = address((last_row, self.right), absolute=True)
        self.book.workbook.define_name(name, f"={quoted(self.name)}!{first}:{last}")

    def finish(self, *, printed: bool = True) -> None:
        """Makes the rows a table with filters; how it prints (with the workbook, or when somebody
        asks for it), protection."""
        if self.last >= FIRST_ROW:
            area = Span(HEADING_ROW, 0, self.last, self.right)
            headings = [column.heading for column in self.columns]
            self.book.table(self.sheet, self.name, area, headings)
        self.sheet.repeat_rows(0, HEADING_ROW)
        if printed:
            self.sheet.fit_to_pages(1, 0)
            self.sheet.print_area(0, 0, self.last, self.right)
        else:
            print_when_asked(self.sheet, self.right, landscape=True)
        self.book.protect(self.sheet, autofilter=True, sort=True)
        self.book.select(self.sheet, (FIRST_ROW, 0))


def column_range(sheet: str, column: int, rows: int) -> str:
    """The cells of a column of a list with so many rows, for formulas on other sheets."""
    last = FIRST_ROW + max(1, rows) - 1
    first_cell = address((FIRST_ROW, column), absolute=True)
    last_cell = address((last, column), absolute=True)
    return f"{quoted(sheet)}!{first_cell}:{last_cell}"
