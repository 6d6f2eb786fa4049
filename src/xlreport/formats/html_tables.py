"""Where the cells of a table on a web page lie.

Source: HTML Living Standard, 4.9.12 (forming a table) and CSS 2.1, 17.2 (the order of row groups).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from xlreport.a1 import Cell
from xlreport.formats.drafts import Passage, Shape, Shapes
from xlreport.formats.guard import CellCount

_MOST_COLUMNS, _MOST_ROWS = 1000, 65_534
"""What a page may ask for; more counts as this much."""

_NUMBER = re.compile(r"\s*\+?([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell as it is written: what is in it, and how many rows and columns it asks for; 0 rows are
    all that are left of its group."""

    passage: Passage
    rows: int
    columns: int


@dataclass
class Group:
    """Rows that belong together: a head, a foot or a body; no cell reaches out of it."""

    kind: str
    rows: list[list[PageCell]] = field(default_factory=list)


def rows_asked_for(attribute: str) -> int:
    """The value of a `rowspan`."""
    return min(_asked_for(attribute), _MOST_ROWS)


def columns_asked_for(attribute: str) -> int:
    """The value of a `colspan`."""
    return max(1, min(_asked_for(attribute), _MOST_COLUMNS))


def _asked_for(attribute: str) -> int:
    number = _NUMBER.match(attribute)
    return 1 if number is None else int(number[1])


def laid_out(groups: Iterable[Group], count: CellCount) -> Shapes:
    """All cells with the rows and columns that they cover: the head above, the foot below. Where
    two would cover the same, the second is the narrower for it. Raises Refused."""
    shapes: dict[Cell, Shape] = {}
    first = 0
    for group in _in_order(groups):
        layout = _Layout(len(group.rows), count)
        for row, cells in enumerate(group.rows):
            for column, shape in layout.placed(row, cells):
                shapes[first + row, column] = shape
        first += len(group.rows)
    return shapes


def _in_order(groups: Iterable[Group]) -> list[Group]:
    """Only the first head and the first foot have places of their own."""
    order = {"thead": -1, "tfoot": 1}
    ranked: list[tuple[int, Group]] = []
    for group in groups:
        ranked.append((order.pop(group.kind, 0), group))
    ranked.sort(key=lambda pair: pair[0])
    return [group for _, group in ranked]


class _Layout:
    """The cells of one group, row by row."""

    def __init__(self, rows: int, count: CellCount) -> None:
        self._rows = rows
        self._count = count
        self._taken_until: dict[int, int] = {}
        """For each column the first row that is free."""

    def placed(self, row: int, cells: Iterable[PageCell]) -> Iterator[tuple[int, Shape]]:
        """The cells of a row with their first columns. Raises Refused."""
        column = 0
        for cell in cells:
            while not self._is_free(row, column):
                self._count.add()
                column += 1
            shape = self._shape(row, column, cell)
            self._take(row, column, shape)
            yield column, shape
            column += shape.columns

    def _is_free(self, row: int, column: int) -> bool:
        return self._taken_until.get(column, 0) <= row

    def _shape(self, row: int, column: int, cell: PageCell) -> Shape:
        left = self._rows - row
        rows = min(cell.rows, left) if cell.rows else left
        columns = 1
        while columns < cell.columns and self._is_free(row, column + columns):
            columns += 1
        return Shape(cell.passage.text, rows, columns)

    def _take(self, row: int, column: int, shape: Shape) -> None:
        self._count.add(shape.rows * shape.columns)
        for beside in range(shape.columns):
            self._taken_until[column + beside] = row + shape.rows
