"""What a document is made of while it is read: passages of lines with tables between them, and how
they become the lines and grids of a `Document`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xlreport.a1 import Cell
from xlreport.formats import codes
from xlreport.formats.grid import Box, Document, Grid, Line
from xlreport.formats.guard import CellCount, Limits
from xlreport.submission import PICTURE, Place
from xlreport.text import clean

_BLANKS = re.compile(r"[ \t\n\f\r\xa0]+")
_PIECE = 10_000
"""Characters that are cleaned at a time, so that none is cut off."""

TEXT_BOX, NESTED, SYMBOL = "（文本框）", "（格子里的表格）", "（符号）"
"""What stands in a cell for what is not read as its text, beside PICTURE."""

_MARKS = frozenset((PICTURE, TEXT_BOX, NESTED, SYMBOL))
_MOST_NESTED, _MOST_PARTS = 60, 10
"""Letters and parts of a table in a cell that may be what the cell says; longer ones lay out a
page."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A cell of a table that is not numbered yet: its text and how many rows and columns it
    covers."""

    text: str
    rows: int = 1
    columns: int = 1


Shapes = Mapping[Cell, Shape]
"""A table, by the first row and column of its cells."""

Part = str | Shapes | list["Part"]
"""A line, a table, or several of them; lists in lists, so that none is copied when it becomes part
of another one."""


def count_of(limits: Limits) -> CellCount:
    """Counts the lines and cells of a document. Raises Refused above the limit."""
    return CellCount(codes.DOCUMENT_CELLS, limits.boxes)


def tags_of(limits: Limits) -> CellCount:
    """Counts the elements of a document, seen or not. Raises Refused above the limit."""
    return CellCount(codes.DOCUMENT_TAGS, limits.cells)


@dataclass
class Passage:
    """Text as it flows, with tables between its lines: a page, a cell, a text box."""

    count: CellCount
    parts: list[Part] = field(default_factory=list)
    has_tables: bool = False
    marks: list[str] = field(default_factory=list)
    """What lies in it and is no text."""
    _pieces: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Goes on with the line."""
        self._pieces.append(text)

    def end_line(self) -> None:
        """Ends the line; one in which nothing is seen does not count. Raises Refused."""
        if not self._pieces:
            return
        text = seen_text("".join(self._pieces))
        self._pieces.clear()
        if text:
            self.count.add()
            self.parts.append(text)

    def put(self, table: Draft) -> None:
        """Puts a table behind the line; of one in whose cells nothing is seen there is only what
        stands before it. Raises Refused."""
        if not table.is_seen and not table.before.parts:
            return
        self.end_line()
        if table.is_seen:
            self.has_tables = True
            self.parts.append(table.parts)
        else:
            self.parts += table.before.parts

    def closed(self) -> Passage:
        """The passage with its last line. Raises Refused."""
        self.end_line()
        return self

    @property
    def text(self) -> str:
        """All its lines; nothing of a passage around tables, whose lines go out with these. What is
        not read is told where a number may stand: a cell that says nothing else, or no words."""
        if self.has_tables:
            return NESTED if self._is_short() else ""
        text = "\n".join(part for part in self.parts if isinstance(part, str))
        if any(map(str.isalpha, text)):
            return text
        return text + "".join(dict.fromkeys(self.marks))

    def _is_short(self) -> bool:
        """Whether all that is in it may be what a cell says: few letters, a digit among them."""
        letters = ""
        for number, part in enumerate(_flat(self.parts)):
            is_long = not isinstance(part, str) and len(part) > _MOST_NESTED
            if number > _MOST_PARTS or is_long:
                return False
            texts = [part] if isinstance(part, str) else [shape.text for shape in part.values()]
            letters += "".join(texts)
            if len(letters) > _MOST_NESTED:
                return False
        return _has_digit(letters)


@dataclass
class Draft:
    """A table being read: what stands before it (a caption, text that lies between its cells), its
    cells, and what lies in or over these without being text of theirs."""

    before: Passage
    shapes: Shapes = field(default_factory=dict)
    after: list[Part] = field(default_factory=list)

    @property
    def is_seen(self) -> bool:
        """Whether there is any text in its cells."""
        return bool(self.after) or _has_text(self.shapes)

    @property
    def parts(self) -> list[Part]:
        """All of it in order."""
        return [self.before.parts, self.shapes, self.after]


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _has_text(shapes: Shapes) -> bool:
    return any(shape.text and shape.text not in _MARKS for shape in shapes.values())


def seen_text(text: str) -> str:
    """A line as it is seen: blanks as one, no control characters."""
    one_line = _BLANKS.sub(" ", text).strip()
    return cleaned(one_line)


def cleaned(text: str) -> str:
    """A text of any length without control and undecodable characters."""
    pieces = range(0, len(text), _PIECE)
    return "".join(clean(text[start : start + _PIECE]) for start in pieces)


def document_of(kind: str, parts: list[Part], saved: str = "") -> Document:
    """The document with its lines and tables numbered as a person counts them."""
    lines = tables = 0
    numbered: list[Line | Grid] = []
    for part in _flat(parts):
        if isinstance(part, str):
            lines += 1
            numbered.append(Line(part, Place("", f"第{lines}段")))
        elif _has_text(part):
            tables += 1
            numbered.append(_grid(f"第{tables}个表格", part))
    return Document(kind, tuple(numbered), saved)


def _flat(parts: list[Part]) -> Iterator[str | Shapes]:
    """All lines and tables in order, however deep they lie."""
    waiting = [iter(parts)]
    while waiting:
        part = next(waiting[-1], None)
        if part is None:
            waiting.pop()
        elif isinstance(part, list):
            waiting.append(iter(part))
        else:
            yield part


def _grid(name: str, shapes: Shapes) -> Grid:
    """A table with its cells numbered: the third cell of a row is the third one that is seen in
    it, those included that reach into it from above."""
    columns = _columns_by_row(shapes)
    boxes: dict[Cell, Box] = {}
    for cell, shape in shapes.items():
        row, column = cell
        number = bisect_left(columns[row], column) + 1
        place = Place(name, f"第{row + 1}行{number}格")
        boxes[cell] = Box(shape.text, place, shape.rows, shape.columns)
    return Grid(name, boxes)


def _columns_by_row(shapes: Shapes) -> Mapping[int, list[int]]:
    """The first columns of the cells that are seen in each row, from left to right."""
    columns: defaultdict[int, list[int]] = defaultdict(list)
    for (row, column), shape in shapes.items():
        for covered in range(row, row + shape.rows):
            columns[covered].append(column)
    for row_columns in columns.values():
        row_columns.sort()
    return columns
