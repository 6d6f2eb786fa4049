"""The plan of one sheet: which text, field or check cell stands in which rectangle, and how wide it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlreport.a1 import Cell
from xlreport.form.model import Instance

TITLE_ROW, UNIT_ROW, FLAG_ROW, FIRST_ROW = 0, 1, 2, 3
"""Rows of a table's sheet: title, reporting unit, the question about blanks, the table."""


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle of cells, rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def cell(self) -> Cell:
        return self.top, self.left

    @property
    def single(self) -> bool:
        return self.top == self.bottom and self.left == self.right


@dataclass(frozen=True, slots=True)
class Label:
    """A printed text; `style` names a format of workbook.styles."""

    span: Span
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class CheckCell:
    """A check cell: shows one line's verdict, or (for `each: cell`) that of one row's cells."""

    span: Span
    line: int
    instances: tuple[Instance, ...]


@dataclass
class SheetPlan:
    """One sheet of the workbook: what stands where, and how wide."""

    name: str
    labels: list[Label] = field(default_factory=list)
    fields: dict[str, Span] = field(default_factory=dict)
    checks: list[CheckCell] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    flag: Cell | None = None
    form_right: int = 0
    bottom: int = 0

    @property
    def right(self) -> int:
        """The last column in use."""
        return len(self.widths) - 1

    def outside(self, cell: Cell) -> bool:
        """Whether a cell lies beyond what the form uses of the sheet."""
        return cell[0] > self.bottom or cell[1] > self.right

    @property
    def known(self) -> set[Cell]:
        """The cells that hold something in an untouched workbook."""
        found = {label.span.cell for label in self.labels} | {
            span.cell for span in self.fields.values()
        }
        found |= {check.span.cell for check in self.checks}
        return found | ({self.flag} if self.flag else set())

    @property
    def wide(self) -> bool:
        """Whether the sheet prints larger on A4 landscape (a character is about 5.3 pt wide)."""
        width = sum(self.widths) * 5.3
        height = sum(self.heights.get(row, 15.0) for row in range(self.bottom + 1))
        return min(770 / width, 523 / height) > min(523 / width, 770 / height)


def display_width(text: str) -> int:
    """Width in half-width characters: a Chinese character counts two."""
    return sum(2 if ord(c) > 0x2E7F or c in "“”‘’—…①②③" else 1 for c in text)


def lines_needed(text: str, width: float) -> int:
    """Lines that a text takes in a cell of this width (in half-width characters)."""
    room = max(2.0, width - 1.5)
    return sum(max(1, -(-display_width(part) // int(room))) for part in text.split("\n"))
