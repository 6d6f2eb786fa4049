"""A workbook of any layout as a document: each sheet that people see as a grid.

What nobody sees is left out: hidden sheets, rows and columns, cells in the colour of the paper and
those under a merge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.formats.conditional import Look
from xlreport.formats.drafts import cleaned, count_of
from xlreport.formats.grid import Box, Document, Grid
from xlreport.formats.guard import CellCount, Limits
from xlreport.formats.raw import Hidden, RawBook, RawCell, RawSheet, is_picture
from xlreport.formats.runs import scripted, text_seen
from xlreport.formats.shown import number_read, number_shown
from xlreport.submission import PICTURE, Place, shown

KIND = "工作簿"

_LONG = 200
"""Rows or columns that a merge in a table may have."""

_PLAIN = re.compile(r"[-−+0-9.,()（）\s]+")
"""What is shown of a number without a unit; with one (元, %, 万) it is another number."""

_USUAL = Look()
NO_RESULT = "（公式没有结果）"
"""What stands for a formula whose result the file does not have; a program works it out anew."""

_BOOLEANS = {"0": "FALSE", "1": "TRUE"}


def book_document(book: RawBook, limits: Limits) -> Document:
    """The sheets of a workbook that are seen, in their order. Raises Refused."""
    count = count_of(limits)
    sheets = [sheet for sheet in book.sheets.values() if not sheet.hidden.sheet]
    grids = [_SheetGrid(sheet, count).grid() for sheet in sheets]
    seen = tuple(grid for grid in grids if grid.boxes)
    hidden = tuple(hidden_in(sheet) for sheet in sheets if sheet.hidden != Hidden())
    return Document(KIND, seen, book.saved, tuple(filter(None, hidden)))


_MOST_NAMED = 3


def hidden_in(sheet: RawSheet) -> str:
    """The hidden rows and columns of a sheet that hold something, as people name them; empty for
    none."""
    columns = _inside({column for _, column in sheet.cells}, sheet.hidden.columns)
    rows = _inside({row for row, _ in sheet.cells}, sheet.hidden.rows)
    named = [f"{a1.address((0, column))[:-1]}列" for column in sorted(columns)]
    named += [f"第{row + 1}行" for row in sorted(rows)]
    if not named:
        return ""
    rest = "等" if len(named) > _MOST_NAMED else ""
    return f"“{sheet.name}”的{'、'.join(named[:_MOST_NAMED])}{rest}"


@dataclass(frozen=True)
class _Range:
    """A merge: its first cell, and how many rows and columns it covers."""

    first: Cell
    rows: int
    columns: int

    def cells(self) -> Iterator[Cell]:
        """All cells under it."""
        row, column = self.first
        for below in range(self.rows):
            for beside in range(self.columns):
                yield row + below, column + beside


class _SheetGrid:
    """What one sheet shows."""

    def __init__(self, sheet: RawSheet, count: CellCount) -> None:
        self._sheet = sheet
        self._count = count
        rows = [row for row, _ in sheet.cells]
        columns = [column for _, column in sheet.cells]
        self._last = max(rows, default=0), max(columns, default=0)
        self._hidden_rows = _inside(set(rows), sheet.hidden.rows)
        self._hidden_columns = _inside(set(columns), sheet.hidden.columns)
        self._covered: set[Cell] = set()

    def grid(self) -> Grid:
        """Its cells that are seen. Raises Refused."""
        boxes: dict[Cell, Box] = {}
        for merge in self._merges():
            boxes[merge.first] = self._box(merge.first, merge.rows, merge.columns)
        for cell in self._sheet.cells:
            if cell not in self._covered and not self._is_hidden(cell):
                self._count.add()
                boxes[cell] = self._box(cell)
        in_order = dict(sorted(boxes.items()))
        return Grid(self._sheet.name, in_order)

    def _is_hidden(self, cell: Cell) -> bool:
        return cell[0] in self._hidden_rows or cell[1] in self._hidden_columns

    def _merges(self) -> Iterator[_Range]:
        """The merges that are seen; the second of two that cover the same is
        none. Raises Refused."""
        for first, last in self._sheet.merges:
            merge = self._range(first, last)
            cells = set(merge.cells())
            self._count.add(len(cells))
            if not cells.isdisjoint(self._covered):
                continue
            self._covered |= cells
            if not all(self._is_hidden(cell) for cell in cells):
                yield merge

    def _range(self, first: Cell, last: Cell) -> _Range:
        """A merge; one of whole rows or columns is cut off behind the last cell of the sheet."""
        last_row, last_column = last
        if last_row - first[0] > _LONG:
            last_row = max(self._last[0], first[0])
        if last_column - first[1] > _LONG:
            last_column = max(self._last[1], first[1])
        return _Range(first, last_row - first[0] + 1, last_column - first[1] + 1)

    def _box(self, cell: Cell, rows: int = 1, columns: int = 1) -> Box:
        raw = self._sheet.cells.get(cell)
        text = "" if raw is None else cell_text(raw, self._look(raw), zeros=self._sheet.zeros)
        place = Place(self._sheet.name, a1.address(cell))
        return Box(text, place, rows, columns)

    def _look(self, raw: RawCell) -> Look:
        looks = self._sheet.looks
        return looks[raw.style] if raw.style < len(looks) else Look()


def _inside(numbers: Iterable[int], ranges: Iterable[tuple[int, int]]) -> set[int]:
    """The numbers that lie in one of the ranges."""
    inside: set[int] = set()
    for first, last in ranges:
        inside.update(number for number in numbers if first <= number <= last)
    return inside


def cell_text(cell: RawCell, look: Look = _USUAL, *, zeros: bool = True) -> str:
    """What a cell shows in its look, as people read it; nothing where they see nothing, or it is
    struck out. Of a number that is shown rounded the number itself; `zeros` is whether the sheet
    shows a 0."""
    if cell.unseen:
        return ""
    if is_picture(cell):
        return PICTURE
    if cell.runs:
        return _cleaned(text_seen(cell.runs, look.font, look.ground))
    if look.font.struck:
        return ""
    return scripted(_content(cell, zeros=zeros), look.font.script)


def _content(cell: RawCell, *, zeros: bool) -> str:
    """What a cell shows, whatever its font."""
    if cell.date and cell.shown:
        return cell.shown
    if cell.kind == "n":
        return _number_text(cell, zeros=zeros)
    if cell.kind == "b":
        return _BOOLEANS.get(cell.text.strip(), cell.text)
    return _cleaned(cell.text)


def _cleaned(text: str) -> str:
    return cleaned(text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _number_text(cell: RawCell, *, zeros: bool) -> str:
    """What a number shows: itself where people read it, rounded or not; else what they see, with
    words where they would read another number."""
    written = cell.text.strip()
    if not written and cell.formula is not None:
        return NO_RESULT
    try:
        number = Decimal(written)
    except InvalidOperation:
        return written
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return written
    if number == 0:
        number = abs(number)
        if not zeros:
            return ""
    seen = _seen(cell, number)
    if seen is None:
        return f"{shown(number)}（数字格式读不懂）"
    seen = seen.strip()
    read = number_read(seen)
    if not seen or read is None or _PLAIN.fullmatch(seen) is None:
        return seen
    if _is_rounded(number, read, seen):
        return shown(number)
    return f"{seen}（格子里存的是{shown(number)}）"


def _seen(cell: RawCell, number: Decimal) -> str | None:
    """What people see of a number; None where that cannot be told."""
    if cell.number_format:
        seen = number_shown(cell.number_format, number)
    else:
        seen = cell.shown or shown(number)
    return seen * 2 if seen and cell.repeats and number else seen


def _is_rounded(number: Decimal, read: Decimal, seen: str) -> bool:
    """Whether the number that people read is the one of the cell, with as many digits as there is
    place for."""
    if read == number:
        return True
    digits = seen.rpartition(".")[2] if "." in seen else ""
    places = sum(map(str.isdigit, digits))
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT) == read


_EXACT = Context(prec=200)
"""Digits enough for any number that is worked out here."""

_MOST_DIGITS = 40
"""Numbers that are longer stay as they are written."""
