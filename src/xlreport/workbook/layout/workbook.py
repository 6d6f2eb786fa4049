"""Where everything of a form stands in its workbook: the only module that knows addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from xlreport.a1 import Cell, address
from xlreport.form.model import Form
from xlreport.submission import Place
from xlreport.workbook.layout.check_rows import CheckRow, LaterLine, check_lines, later_lines
from xlreport.workbook.layout.sheet import SheetPlan
from xlreport.workbook.layout.table import TablePlanner, texts_plan

COVER = "封面"
GUIDE = "填报说明"
TEXTS = "文字材料"
PREVIOUS = "上年数"
CHECKS = "校验"
HIDDEN = "xlreport"

IDENTITY_ROW = 4
"""First identity line of the cover."""

PREVIOUS_ROW = 3
"""First line of the 上年数 sheet."""

CHECKS_ROW = 4
"""First line of the 校验 sheet."""


@dataclass(frozen=True)
class Layout:
    """All sheets of a form, and the cell of every name."""

    form: Form
    tables: Mapping[str, SheetPlan]
    texts: SheetPlan
    lines: tuple[CheckRow, ...]
    later: tuple[LaterLine, ...]
    """Checks that are made when the report has come back; they stand below the lines."""
    cells: Mapping[str, tuple[str, Cell]]
    """Field id (text fields included) → sheet and cell."""
    identity: Mapping[str, Cell]
    flags: Mapping[str, tuple[str, Cell]]

    @property
    def sheets(self) -> tuple[str, ...]:
        """Visible sheets in their order."""
        return (COVER, GUIDE, *(t.sheet for t in self.form.tables), TEXTS, PREVIOUS, CHECKS)

    @cached_property
    def previous(self) -> Mapping[str, Cell]:
        """Field id (text fields included) → cell on the 上年数 sheet that has last year's value."""
        return {name: (PREVIOUS_ROW + i, 2) for i, name in enumerate(self.cells)}

    def prior_year(self, name: str) -> tuple[str, Cell]:
        """Sheet and cell of last year's value of a field (text fields included)."""
        return PREVIOUS, self.previous[name]

    @property
    def level(self) -> tuple[str, Cell]:
        """Sheet and cell of the unit's level."""
        return COVER, self.identity["level"]

    def place(self, name: str) -> Place:
        """A field's sheet and cell as Excel shows them."""
        sheet, cell = self.cells[name]
        return Place(sheet, address(cell))

    def places(self) -> dict[str, Place]:
        """All fields' places."""
        return {name: self.place(name) for name in self.cells}


@lru_cache(maxsize=16)
def layout_of(form: Form) -> Layout:
    """The layout of a form; the same object for the same form."""
    lines = check_lines(form)
    tables = {table.id: TablePlanner(table, lines).plan for table in form.tables}
    texts = texts_plan(form, TEXTS, lines)
    cells: dict[str, tuple[str, Cell]] = {}
    for plan in (*tables.values(), texts):
        cells.update({name: (plan.name, span.cell) for name, span in plan.fields.items()})
    ordered = {name: cells[name] for name in (*form.fields, *(t.field_id for t in form.texts))}
    flags = {name: (plan.name, plan.flag) for name, plan in tables.items() if plan.flag}
    identity = {item.id: (IDENTITY_ROW + i, 2) for i, item in enumerate(form.identity)}
    return Layout(form, tables, texts, lines, later_lines(form), ordered, identity, flags)
