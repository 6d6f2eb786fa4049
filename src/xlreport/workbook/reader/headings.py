"""Finds cells by the printed headings when their names are lost: exact words, never a guess.

A heading counts only if the sheet holds it exactly as often as the form prints it; then the first
one is the first one, and so on. A cell is where its row heading and its column heading meet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xlreport.a1 import Cell
from xlreport.formats.raw import RawBook, RawSheet
from xlreport.workbook.layout.prior_year import PRIOR_YEAR_SHEET
from xlreport.workbook.layout.sheet import Label, SheetLayout, Span

ENOUGH = 0.8
"""The share of a layout's headings that a sheet must hold to be taken for it."""


@dataclass(frozen=True, slots=True)
class ByHeadings:
    """The cells that the headings of a sheet tell: fields by id, and the answer about blanks."""

    fields: Mapping[str, Cell]
    flag: Cell | None = None


def squeezed(text: str) -> str:
    """A heading without the spaces and line breaks that people and programs put in."""
    return "".join(text.split())


def texts_in(sheet: RawSheet) -> set[str]:
    """What stands in the cells of a sheet, as headings are compared."""
    return {squeezed(raw.text) for raw in sheet.cells.values()}


def likeness(layout: SheetLayout, sheet: RawSheet) -> float:
    """The share of the layout's different headings that stand somewhere in the sheet."""
    wanted = {squeezed(label.text) for label in layout.labels}
    present = wanted & texts_in(sheet)
    return len(present) / len(wanted)


def sheet_like(layout: SheetLayout, book: RawBook, others: Iterable[str] = ()) -> str | None:
    """The one sheet that holds the layout's headings, `others` left aside; None when there is none,
    or several. Those of last year have the same headings."""
    known = set(others)
    alike = []
    for name, sheet in book.sheets.items():
        is_other = name in known or name.startswith(PRIOR_YEAR_SHEET)
        if not is_other and likeness(layout, sheet) >= ENOUGH:
            alike.append(name)
    if len(alike) == 1:
        return alike[0]
    return None


def by_headings(layout: SheetLayout, sheet: RawSheet) -> ByHeadings:
    """The cells of all fields whose headings are there and unambiguous."""
    standing = _standing(layout, sheet)
    headings = _Headings(layout)
    fields = {}
    for name, span in layout.fields.items():
        above = headings.above(span)
        beside = headings.beside(span)
        cell = _meet(span.cell, above, beside, standing)
        if cell is not None:
            fields[name] = cell
    return ByHeadings(fields, _flag(layout, standing))


class _Headings:
    """The headings of a layout by where they stand."""

    def __init__(self, layout: SheetLayout) -> None:
        self._columns = [label for label in layout.labels if label.style == "head"]
        self._rows: dict[int, Label] = {}
        self._blocks: dict[int, Label] = {}
        for label in layout.labels:
            if label.style == "row":
                rows = range(label.span.top, label.span.bottom + 1)
                self._rows.update(dict.fromkeys(rows, label))
            elif label.style == "block":
                self._blocks[label.span.bottom] = label

    def above(self, span: Span) -> Label | None:
        """The lowest column heading over a cell."""
        lowest: Label | None = None
        for label in self._columns:
            is_above = label.span.left == span.left and label.span.bottom < span.top
            if is_above and (lowest is None or label.span.bottom > lowest.span.bottom):
                lowest = label
        return lowest

    def beside(self, span: Span) -> Label | None:
        """The heading of a cell's row; without any headings the block's title over the cell."""
        row = self._rows.get(span.top)
        if row is None and self.above(span) is None:
            return self._blocks.get(span.top - 1)
        return row


def _meet(
    home: Cell, above: Label | None, beside: Label | None, standing: Mapping[Cell, Cell]
) -> Cell | None:
    """Row from the heading beside (else below the one above), column from the one above (else at
    the right of the one beside)."""
    for_row = beside or above
    for_column = above or beside
    if for_row is None or for_column is None:
        return None
    if for_row.span.cell not in standing or for_column.span.cell not in standing:
        return None
    row, _ = _moved(home, for_row, standing)
    _, column = _moved(home, for_column, standing)
    return row, column


def _moved(cell: Cell, label: Label, standing: Mapping[Cell, Cell]) -> Cell:
    """Where a cell is that keeps its distance from a heading."""
    row, column = cell
    now_row, now_column = standing[label.span.cell]
    down = now_row - label.span.top
    right = now_column - label.span.left
    return row + down, column + right


def _flag(layout: SheetLayout, standing: Mapping[Cell, Cell]) -> Cell | None:
    """The answer stands beside its question."""
    if layout.flag is None:
        return None
    for label in layout.labels:
        if label.style == "question" and label.span.cell in standing:
            return _moved(layout.flag, label, standing)
    return None


def _standing(layout: SheetLayout, sheet: RawSheet) -> dict[Cell, Cell]:
    """For each heading of the layout that can be told for certain: where it stands in the sheet."""
    wanted = _cells_by_text((label.text, label.span.cell) for label in layout.labels)
    present = _cells_by_text((raw.text, cell) for cell, raw in sheet.cells.items())
    standing: dict[Cell, Cell] = {}
    for text, homes in wanted.items():
        places = present.get(text, [])
        if len(homes) == len(places):
            standing.update(zip(homes, places, strict=True))
    return standing


def _cells_by_text(texts: Iterable[tuple[str, Cell]]) -> dict[str, list[Cell]]:
    """The cells of each heading, as one reads a sheet."""
    cells: defaultdict[str, list[Cell]] = defaultdict(list)
    for text, cell in sorted(texts, key=lambda pair: pair[1]):
        cells[squeezed(text)].append(cell)
    return cells
