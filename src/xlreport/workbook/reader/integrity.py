"""Content where the form has none, and headings that were changed: perhaps a number in a wrong place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.findings import Finding, record
from xlreport.formats.raw import RawSheet
from xlreport.workbook.codes import R5, R15, R19
from xlreport.workbook.layout.sheet import UNIT_ROW, SheetPlan
from xlreport.workbook.layout.workbook import HIDDEN
from xlreport.workbook.reader.labels import ENOUGH, likeness, squeezed
from xlreport.workbook.reader.locate import Located
from xlreport.workbook.reader.numbers import quote

MOST_TOLD = 5
"""How many stray cells of a sheet are told one by one."""

_TODO = "请确认没有把数字填错地方"


def strays(located: Located, *, same_version: bool, summary: bool) -> Iterator[Finding]:
    """R5 for content outside the form's cells, R19 for changed headings.

    Positions are only compared in sheets whose cells all stand where the form has them.
    """
    layout = located.layout
    plans = {plan.name: plan for plan in (*layout.tables.values(), layout.texts)}
    for name, sheet in located.book.sheets.items():
        plan = plans.get(name)
        if plan is not None:
            if name not in located.moved:
                yield from _outside(plan, sheet, same_version=same_version)
                if same_version:
                    yield from _headings(plan, sheet)
        elif not (
            summary
            or name in layout.sheets
            or name == HIDDEN
            or name in located.used
            or not sheet.cells
        ):
            yield _extra(located, plans.values(), sheet)


def _extra(located: Located, plans: Iterable[SheetPlan], sheet: RawSheet) -> Finding:
    """A sheet that the form does not have; a copy of one of its sheets may hold the town's real numbers."""
    for plan in plans:
        own = located.book.sheets.get(plan.name)
        if own is not None and likeness(plan, sheet) >= ENOUGH:
            cells = [span.cell for span in plan.fields.values()]
            differing = sum(1 for c in cells if _content(own, c) != _content(sheet, c))
            if differing:
                words = (
                    f"这张表像“{plan.name}”的副本，却有 {differing} 格与它不同，无法判断哪张是真的"
                )
                return record(
                    R15, words, "请只留一张，删去另一张后重新报送", sheet=quote(sheet.name)
                )
    words = f"多出一张有内容的工作表“{quote(sheet.name)}”，不会读取"
    return record(R5, words, "请确认没有把数字填在那里", sheet=quote(sheet.name))


def _content(sheet: RawSheet, cell: Cell) -> str:
    raw = sheet.cells.get(cell)
    return raw.text.strip() if raw is not None and raw.formula is None else ""


def _outside(plan: SheetPlan, sheet: RawSheet, *, same_version: bool) -> Iterator[Finding]:
    known = plan.known | {(UNIT_ROW, 0)}
    if not same_version:
        # another version of the form has its check cells elsewhere
        known = known | {cell for cell, raw in sheet.cells.items() if raw.formula is not None}
    found = sorted(
        cell for cell, raw in sheet.cells.items() if cell not in known and raw.text.strip()
    )
    for cell in found[:MOST_TOLD]:
        words = f"不是填报的格子里有内容“{quote(sheet.cells[cell].text)}”，不会读取"
        yield record(R5, words, _TODO, sheet=plan.name, cell=a1.address(cell))
    if len(found) > MOST_TOLD:
        words = f"另有 {len(found) - MOST_TOLD} 个不是填报的格子里有内容，不会读取"
        yield record(R5, words, _TODO, sheet=plan.name, observed=(("cells", len(found)),))
    beyond: list[Cell] = sorted(cell for cell in sheet.marks if plan.outside(cell))
    if beyond:
        words = "表格以外有批注、链接或合并的格子，不会读取"
        yield record(R5, words, _TODO, sheet=plan.name, cell=a1.address(beyond[0]))


def _headings(plan: SheetPlan, sheet: RawSheet) -> Iterator[Finding]:
    for label in plan.labels:
        raw = sheet.cells.get(label.span.cell)
        seen = raw.text if raw is not None else ""
        if squeezed(seen) != squeezed(label.text):
            words = f"这里应当印着“{quote(label.text)}”，现为“{quote(seen)}”"
            suggestion = "请核对这一行、这一列的数字没有错位；不要改动表头"
            yield record(R19, words, suggestion, sheet=plan.name, cell=a1.address(label.span.cell))
