"""The layout of one sheet: which text, field or check cell stands where, and how wide it is.

Here too are the names of the sheets that every workbook has beside those of its tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

from xlreport.a1 import Cell
from xlreport.workbook.layout.lines import CheckLine

COVER = "封面"
GUIDE = "填报说明"
TEXTS = "文字材料"
CHECKS = "校验"
CALCULATION = "计算"
"""The hidden sheet on which all checks are worked out."""
PRIOR_YEAR_LIST = "上年数"
"""The sheet with last year's figures in workbooks of the first edition."""
HIDDEN = "xlreport"
"""The very hidden sheet with the workbook's identity."""

HEAD_ROW, TITLE_ROW, UNIT_ROW, FIRST_ROW = range(4)
"""Rows of a table's sheet: the question about blanks with the table's verdict, which does not
print; title; reporting unit and unit of measurement; the table."""

LINE_HEIGHT = 15.0
"""Points that a line of text takes."""

_CHARACTER, _CELL_PADDING = 5.25, 3.75
"""Points that a half-width character takes in a column's width, and those beside all of them."""

_A4_LONG, _A4_SHORT = 778, 531
"""Points of an A4 page that can be printed on."""

_WIDE = re.compile("[\u2e80-\U0010ffff“”‘’—…①②③]")
"""A character that is as wide as two."""


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
class StatusCell:
    """Says in words what is wrong with a row, a column or a text: the gravest of `lines` that
    fails, else how many of `typed` are still blank."""

    span: Span
    lines: tuple[CheckLine, ...]
    typed: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetLayout:
    """One sheet of the workbook: what stands where, and how wide.

    `fields` gives the rectangle of each field id, `widths` those of all columns that people see in
    characters, `heights` those of some rows in points, `flag` the cell with the answer to
    本表空白处是否均为 0, `verdict` where the sheet's verdict stands. The official form, which is
    what prints, ends with `form_right` and `form_bottom` (its signatures included); `bottom` is the
    last row in use. Beyond the last column the sheet has hidden ones, as many as the form: the cell
    `state(cell)` says how wrong the one in the form is.
    """

    name: str
    labels: tuple[Label, ...]
    fields: Mapping[str, Span]
    statuses: tuple[StatusCell, ...]
    widths: tuple[float, ...]
    form_left: int
    form_right: int
    form_bottom: int
    bottom: int
    verdict: Span
    unit_line: Span
    measure_line: Span | None = None
    signatures: Span | None = None
    heights: Mapping[int, float] = field(default_factory=dict)
    frozen: Cell = (FIRST_ROW, 0)
    flag: Cell | None = None

    @property
    def shown_right(self) -> int:
        """The last column that people see."""
        return len(self.widths) - 1

    @property
    def right(self) -> int:
        """The last column in use, hidden ones included."""
        return len(self.widths) + self.form_right

    def state(self, cell: Cell) -> Cell:
        """The hidden cell that says how wrong a cell of the form is."""
        return cell[0], cell[1] + len(self.widths)

    @property
    def without_question(self) -> SheetLayout:
        """The same without the question whether blanks are 0."""
        labels = tuple(label for label in self.labels if label.style != "question")
        return replace(self, labels=labels, flag=None)

    def outside(self, cell: Cell) -> bool:
        """Whether a cell lies beyond what the form uses of the sheet."""
        return cell[0] > self.bottom or cell[1] > self.right

    @cached_property
    def known(self) -> frozenset[Cell]:
        """The cells that hold something in an untouched workbook."""
        cells = {label.span.cell for label in self.labels}
        cells.update(span.cell for span in self.fields.values())
        cells.update(self.state(span.cell) for span in self.fields.values())
        cells.update(status.span.cell for status in self.statuses)
        lines = (self.verdict, self.unit_line, self.measure_line, self.signatures)
        cells.update(line.cell for line in lines if line is not None)
        if self.flag is not None:
            cells.add(self.flag)
        return frozenset(cells)

    @property
    def wide(self) -> bool:
        """Whether the form prints larger on A4 landscape; never larger than it is."""
        printed = self.widths[self.form_left : self.form_right + 1]
        width = sum(printed) * _CHARACTER + len(printed) * _CELL_PADDING
        rows = range(TITLE_ROW, self.form_bottom + 1)
        height = sum(self.heights.get(row, LINE_HEIGHT) for row in rows)
        landscape = min(1.0, _A4_LONG / width, _A4_SHORT / height)
        portrait = min(1.0, _A4_SHORT / width, _A4_LONG / height)
        return landscape > portrait


def display_width(text: str) -> int:
    """Width in half-width characters: a Chinese character counts two."""
    narrow = _WIDE.sub("", text)
    return 2 * len(text) - len(narrow)


def lines_needed(text: str, width: float) -> int:
    """Lines that a text takes in a cell of this width (in half-width characters)."""
    room = int(max(2.0, width - 1.5))
    lines = 0
    for paragraph in text.split("\n"):
        full, rest = divmod(display_width(paragraph), room)
        lines += max(1, full + bool(rest))
    return lines


def height_of(text: str, width: float, least: float = 0.0) -> float:
    """Points that a row needs for a text in a cell of this width."""
    return max(least, LINE_HEIGHT * lines_needed(text, width) + 4)
