"""Finds cells by the printed headings when their names are lost: exact words, never a guess.

A heading counts only if the sheet holds it exactly as often as the form prints it; then the first
one is the first one, and so on. A cell is where its row heading and its column heading meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlreport.a1 import Cell
from xlreport.formats.raw import RawBook, RawSheet
from xlreport.workbook.layout.sheet import Label, SheetPlan

ENOUGH = 0.8
"""The share of a plan's headings that a sheet must hold to be taken for it."""


def squeezed(text: str) -> str:
    """A heading without the spaces and line breaks that people and programs put in."""
    return "".join(text.split())


def likeness(plan: SheetPlan, sheet: RawSheet) -> float:
    """The share of the plan's different headings that stand somewhere in the sheet."""
    wanted = {squeezed(label.text) for label in plan.labels}
    return len(wanted & {squeezed(raw.text) for raw in sheet.cells.values()}) / len(wanted)


def sheet_like(plan: SheetPlan, book: RawBook, others: Iterable[str] = ()) -> str | None:
    """The one sheet that holds the plan's headings; None when there is none, or several."""
    known = set(others)
    found = [
        s.name for s in book.sheets.values() if s.name not in known and likeness(plan, s) >= ENOUGH
    ]
    return found[0] if len(found) == 1 else None


def by_labels(plan: SheetPlan, sheet: RawSheet) -> dict[str, Cell]:
    """The cells of all fields whose headings are there and unambiguous; `""` stands for the flag."""
    where = _standing(plan, sheet)
    heads = [label for label in plan.labels if label.style == "head"]
    rows = {
        row: x
        for x in plan.labels
        if x.style == "row"
        for row in range(x.span.top, x.span.bottom + 1)
    }
    blocks = {label.span.bottom: label for label in plan.labels if label.style == "block"}
    found: dict[str, Cell] = {}
    for name, span in plan.fields.items():
        above = [x for x in heads if x.span.left == span.left and x.span.bottom < span.top]
        head = max(above, key=lambda x: x.span.bottom, default=None)
        side = rows.get(span.top)
        if head is None and side is None:
            side = blocks.get(span.top - 1)
        cell = _meet(span.cell, head, side, where)
        if cell is not None:
            found[name] = cell
    question = next((x for x in plan.labels if x.style == "question"), None)
    if plan.flag is not None and question is not None and question.span.cell in where:
        row, column = where[question.span.cell]
        found[""] = (
            row + plan.flag[0] - question.span.top,
            column + plan.flag[1] - question.span.left,
        )
    return found


def _meet(
    home: Cell, head: Label | None, side: Label | None, where: Mapping[Cell, Cell]
) -> Cell | None:
    """Row from the heading beside (or the offset below the one above), column from the one above."""
    if any(label is not None and label.span.cell not in where for label in (head, side)):
        return None
    column_at = where[head.span.cell][1] if head else None
    row_at = where[side.span.cell][0] if side else None
    if head is not None and row_at is None:
        row_at = where[head.span.cell][0] + home[0] - head.span.top
    elif side is not None and row_at is not None:
        row_at += home[0] - side.span.top
        if column_at is None:
            column_at = where[side.span.cell][1] + home[1] - side.span.left
    return (row_at, column_at) if row_at is not None and column_at is not None else None


def _standing(plan: SheetPlan, sheet: RawSheet) -> dict[Cell, Cell]:
    """For each heading of the plan that can be told for certain: where it stands in the sheet."""
    seen: dict[str, list[Cell]] = {}
    for cell in sorted(sheet.cells):
        seen.setdefault(squeezed(sheet.cells[cell].text), []).append(cell)
    wanted: dict[str, list[Cell]] = {}
    for label in sorted(plan.labels, key=lambda x: x.span.cell):
        wanted.setdefault(squeezed(label.text), []).append(label.span.cell)
    return {
        home: there
        for text, homes in wanted.items()
        if len(homes) == len(seen.get(text, ()))
        for home, there in zip(homes, seen[text], strict=True)
    }
