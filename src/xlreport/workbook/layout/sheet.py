"""The layout of one sheet: which text, field or check cell stands where, and how wide it is.

Here too are the names of the sheets that every workbook has beside those of its tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from xlreport.a1 import Cell
from xlreport.form.model import Instance
from xlreport.workbook.layout.check_rows import CheckRow

COVER = "封面"
GUIDE = "填报说明"
TEXTS = "文字材料"
PRIOR_YEAR = "上年数"
CHECKS = "校验"
HIDDEN = "xlreport"
"""The very hidden sheet with the workbook's identity."""

TITLE_ROW, UNIT_ROW, FLAG_ROW, FIRST_ROW = 0, 1, 2, 3
"""Rows of a table's sheet: title, reporting unit, the question about blanks, the table."""

LINE_HEIGHT = 15.0
"""Points that a line of text takes."""

_CHARACTER = 5.3
"""Points that a half-width character takes, about."""

_A4_LONG, _A4_SHORT = 770, 523
"""Points of an A4 page that can be printed on."""

_WIDE_PUNCTUATION = frozenset("“”‘’—…①②③")


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle of cells, rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def cell(self) -> Cell:
        """The first cell, which holds what the rectangle shows."""
        return self.top, self.left

    @property
    def single(self) -> bool:
        """Whether it is one cell, so that nothing has to be merged."""
        return self.top == self.bottom and self.left == self.right

    @classmethod
    def line(cls, row: int, left: int, right: int) -> Span:
        """Some cells of one row."""
        return cls(row, left, row, right)

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """First row and column, last row and column."""
        return self.top, self.left, self.bottom, self.right

    def cells(self) -> Iterator[Cell]:
        """All its cells, row by row."""
        return product(range(self.top, self.bottom + 1), range(self.left, self.right + 1))


@dataclass(frozen=True, slots=True)
class Label:
    """A printed text; `style` names a format of `writer.styles`."""

    span: Span
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class CheckCell:
    """Shows the verdict of a check row, or (for `each: cell`) that of some of its instances."""

    span: Span
    check_row: CheckRow
    instances: tuple[Instance, ...]


@dataclass(frozen=True)
class SheetLayout:
    """One sheet of the workbook: what stands where, and how wide.

    `fields` gives the rectangle of each field id, `widths` those of all columns in characters,
    `heights` those of some rows in points, `flag` the cell with the answer to 本表空白处是否均为 0.
    `form_right` is the last column of the official form (check cells stand beyond it), `bottom` the
    last row in use.
    """

    name: str
    labels: tuple[Label, ...]
    fields: Mapping[str, Span]
    checks: tuple[CheckCell, ...]
    widths: tuple[float, ...]
    form_right: int
    bottom: int
    heights: Mapping[int, float] = field(default_factory=dict)
    flag: Cell | None = None

    @property
    def right(self) -> int:
        """The last column in use."""
        return len(self.widths) - 1

    def outside(self, cell: Cell) -> bool:
        """Whether a cell lies beyond what the form uses of the sheet."""
        return cell[0] > self.bottom or cell[1] > self.right

    @cached_property
    def known(self) -> frozenset[Cell]:
        """The cells that hold something in an untouched workbook."""
        cells = {label.span.cell for label in self.labels}
        cells.update(span.cell for span in self.fields.values())
        cells.update(check.span.cell for check in self.checks)
        if self.flag is not None:
            cells.add(self.flag)
        return frozenset(cells)

    @property
    def wide(self) -> bool:
        """Whether the sheet prints larger on A4 landscape."""
        width = sum(self.widths) * _CHARACTER
        height = sum(self.heights.get(row, LINE_HEIGHT) for row in range(self.bottom + 1))
        landscape = min(_A4_LONG / width, _A4_SHORT / height)
        portrait = min(_A4_SHORT / width, _A4_LONG / height)
        return landscape > portrait


def display_width(text: str) -> int:
    """Width in half-width characters: a Chinese character counts two."""
    return sum(2 if _is_wide(character) else 1 for character in text)


def _is_wide(character: str) -> bool:
    return ord(character) > 0x2E7F or character in _WIDE_PUNCTUATION


def lines_needed(text: str, width: float) -> int:
    """Lines that a text takes in a cell of this width (in half-width characters)."""
    room = int(max(2.0, width - 1.5))
    lines = 0
    for paragraph in text.split("\n"):
        full, rest = divmod(display_width(paragraph), room)
        lines += max(1, full + bool(rest))
    return lines


def height_of(text: str, width: float, least: float) -> float:
    """Points that a row needs for a text in a cell of this width."""
    return max(least, LINE_HEIGHT * lines_needed(text, width) + 4)
