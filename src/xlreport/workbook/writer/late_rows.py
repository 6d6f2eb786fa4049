"""The rows of very long sheets: kept in a few bytes a cell, and made into text when their sheet is
written (ECMA-376 part 1, 18.3.1.73 and 18.3.1.4), byte for byte as XlsxWriter writes them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from xlsxwriter.format import Format

from xlreport import a1
from xlreport.workbook.writer.xlsxwriter_patches import in_points, index_of

_KINDS = 5
_BLANK, _TEXT, _QUOTED, _STYLED, _NUMBER = range(_KINDS)
"""The kinds of cells: a cell is kept as so many times its number, or that of its text, and its
kind."""


class LateRows(Protocol):
    """Rows that stand behind all others of their sheet, without gaps."""

    first: int
    last: int
    """The first and the last row, from 0; the last before the first where there are none."""
    right: int
    """The last column; every row has a cell in each."""

    def texts(self) -> Iterator[str]:
        """The rows as they stand in `sheetData`, in pieces."""


class ListRows:
    """Rows of texts and whole numbers from 0 on, each column in one style; `quoted` gives that of a
    column marked as text, `number_of` the number of a shared text."""

    def __init__(
        self,
        first: int,
        styles: Sequence[Format],
        quoted: Callable[[int], Format],
        number_of: Callable[[str], int],
    ) -> None:
        self.first = first
        self.last = first - 1
        self.right = len(styles) - 1
        self._styles = styles
        self._quoted = quoted
        self._number_of = number_of
        self._own: dict[int, Format] = {}
        self._names = [a1.column_name(column) for column in range(len(styles))]
        self._cells = array("q")
        self._heights = array("d")

    @property
    def column(self) -> int:
        """The column of the next cell."""
        return len(self._cells) % (self.right + 1)

    def blank(self) -> None:
        """The next cell holds nothing."""
        self._cells.append(_BLANK)

    def text(self, text: str, *, quoted: bool = False, style: Format | None = None) -> None:
        """The next cell holds a text, which no program may take for anything else; `style` is the
        one that such cells of its column have."""
        kind = _QUOTED if quoted else _TEXT
        if style is not None:
            kind = _STYLED
            self._own[self.column] = style
        self._cells.append(_KINDS * self._number_of(text) + kind)

    def number(self, number: int) -> None:
        """The next cell holds a number."""
        self._cells.append(_KINDS * number + _NUMBER)

    def end(self, height: float) -> None:
        """The row is complete; its height in points."""
        self._heights.append(height)
        self.last += 1

    def texts(self) -> Iterator[str]:
        """The rows, one by one."""
        for position, height in enumerate(self._heights):
            begins = row_tag(self.first + position + 1, self.right + 1, height)
            yield f"{begins}{self.cells(position)}</row>"

    def cells(self, position: int) -> str:
        """The cells of a row, by its position among these."""
        width = self.right + 1
        row = self.first + position + 1
        cells = self._cells[position * width : (position + 1) * width]
        pieces = []
        for column, cell in enumerate(cells):
            pieces.append(self._cell(f"{self._names[column]}{row}", column, cell))
        return "".join(pieces)

    def _cell(self, address: str, column: int, cell: int) -> str:
        number, kind = divmod(cell, _KINDS)
        begins = f'<c r="{address}" s="{index_of(self._style(column, kind))}"'
        if kind == _BLANK:
            return f"{begins}/>"
        if kind == _NUMBER:
            return f"{begins}><v>{number}</v></c>"
        return f'{begins} t="s"><v>{number}</v></c>'

    def _style(self, column: int, kind: int) -> Format:
        if kind == _QUOTED:
            return self._quoted(column)
        return self._own[column] if kind == _STYLED else self._styles[column]


def row_tag(row: int, width: int, height: float | None = None) -> str:
    """The beginning of a row (from 1) with so many cells; `height` in points, None as all rows."""
    begins = f'<row r="{row}" spans="1:{width}"'
    if height is None:
        return f"{begins}>"
    return f'{begins} ht="{in_points(height)}" customHeight="1">'
