"""What all lists of a summary have in common: a title, headings that stay in sight, filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from xlreport.a1 import address, quoted
from xlreport.workbook.layout.sheet import Span, lines_needed
from xlreport.workbook.writer.book import WorkbookWriter, put_text
from xlreport.workbook.writer.printing import print_when_asked

HEADING_ROW, FIRST_ROW = 2, 3
"""Rows of a list, from 0: the title, a line about it, the headings, then one row an entry."""

_TITLE_HEIGHT, _LINE_HEIGHT, _PADDING = 30, 15, 4
"""Points of the title's row, of a line of text in a row, and of what stays free."""

MOST_ROWS = 1_048_576 - FIRST_ROW - 1
"""Entries that fit into a sheet of Excel's, and a line about the others."""

_NO_ROOM = "另有 {count} 行，这一页放不下，见同一文件夹里的“结果.json”"

MOST_LINKS = 20_000
"""Links of a list; Excel opens no sheet with more than 65,530."""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to another of this workbook."""

    target: str
    text: str


Content = str | int | Link | None
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
        self.sheet = book.sheet(name)
        styles = [column.style for column in columns]
        self._rows = book.list_rows(self.sheet, FIRST_ROW, styles)
        self._links = 0
        self._left_out = 0
        self._head(kept)

    @property
    def last(self) -> int:
        """The last row that was written."""
        return max(HEADING_ROW, self._rows.last)

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

    def add(self, contents: Sequence[Content], highest: float = inf) -> None:
        """A row, as high as its texts need; only counted where the sheet has no room for it."""
        if self.last - HEADING_ROW >= MOST_ROWS:
            self._left_out += 1
            return
        self._put(contents, highest)

    def _put(self, contents: Sequence[Content], highest: float) -> None:
        lines = 1
        for column, content in zip(self.columns, contents, strict=True):
            if isinstance(content, int):
                self._rows.number(content)
            elif isinstance(content, Link):
                self._link(content)
            else:
                text = content or ""
                put_text(self._rows, text)
                if column.wraps:
                    lines = max(lines, lines_needed(text, column.width))
        height = _LINE_HEIGHT * lines + _PADDING
        self._rows.end(min(highest, height))

    def _link(self, link: Link) -> None:
        """The next cell: a link, while there may be more of them, else its words alone."""
        self._links += 1
        if self._links > MOST_LINKS:
            put_text(self._rows, link.text)
            return
        cell = self._rows.last + 1, self._rows.column
        self.sheet.write_link(cell, f"internal:{link.target}", link.text)
        self._rows.text(link.text, style=self.book.styles["link"])

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
        if self._left_out:
            told = _NO_ROOM.format(count=self._left_out)
            self._put([told, *[None] * self.right], inf)
        self.sheet.write_late(self._rows)
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
