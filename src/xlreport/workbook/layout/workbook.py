"""Where everything of a form stands in its workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from xlreport.a1 import Cell, address
from xlreport.form.model import Form
from xlreport.submission import Place
from xlreport.workbook.layout.check_rows import (
    CheckRow,
    DeferredCheckRow,
    check_rows,
    deferred_check_rows,
)
from xlreport.workbook.layout.identity import cover_cells
from xlreport.workbook.layout.prior_year import prior_year_cells
from xlreport.workbook.layout.sheet import (
    CHECKS,
    COVER,
    GUIDE,
    PRIOR_YEAR,
    TEXTS,
    SheetLayout,
)
from xlreport.workbook.layout.table import layout_table
from xlreport.workbook.layout.texts import layout_texts

Spot = tuple[str, Cell]
"""A sheet's name and one of its cells."""


@dataclass(frozen=True)
class WorkbookLayout:
    """All sheets of a form, and the cell of every name.

    `tables` gives the sheet of each table id, `cells` the spot of each field id (text fields
    included), `identity` the cover's cell of each identity id, `flags` the spot of each table's
    answer to 本表空白处是否均为 0. `deferred` are checks of reports that have come back.
    """

    form: Form
    tables: Mapping[str, SheetLayout]
    texts: SheetLayout
    check_rows: tuple[CheckRow, ...]
    deferred: tuple[DeferredCheckRow, ...]
    cells: Mapping[str, Spot]
    identity: Mapping[str, Cell]
    flags: Mapping[str, Spot]

    @property
    def sheets(self) -> tuple[str, ...]:
        """Visible sheets in their order."""
        return (COVER, GUIDE, *(t.sheet for t in self.form.tables), TEXTS, PRIOR_YEAR, CHECKS)

    @property
    def form_sheets(self) -> tuple[SheetLayout, ...]:
        """The sheets of the report itself: tables and texts."""
        return (*self.tables.values(), self.texts)

    @cached_property
    def prior_year_cells(self) -> Mapping[str, Cell]:
        """Field id (text fields included) → cell on the 上年数 sheet with last year's value."""
        return prior_year_cells(self.cells)

    def prior_year(self, name: str) -> Spot:
        """Where last year's value of a field stands."""
        return PRIOR_YEAR, self.prior_year_cells[name]

    @property
    def level(self) -> Spot:
        """Where the unit's level stands."""
        return COVER, self.identity["level"]

    def place(self, name: str) -> Place:
        """A field's sheet and cell as Excel shows them."""
        return place_of(self.cells[name])

    def places(self) -> dict[str, Place]:
        """All fields' places."""
        return {name: self.place(name) for name in self.cells}


def place_of(spot: Spot) -> Place:
    """A cell as Excel shows it."""
    sheet, cell = spot
    return Place(sheet, address(cell))


def flag_name(table: str) -> str:
    """The defined name of a table's answer to 本表空白处是否均为 0."""
    return f"{table}.blanks_are_zero"


@lru_cache(maxsize=16)
def layout_of(form: Form) -> WorkbookLayout:
    """The layout of a form; the same object for the same form."""
    rows = check_rows(form)
    tables = {table.id: layout_table(table, rows) for table in form.tables}
    texts = layout_texts(form, rows)
    return WorkbookLayout(
        form,
        tables,
        texts,
        rows,
        deferred_check_rows(form, rows),
        _cells(form, (*tables.values(), texts)),
        cover_cells(form),
        _flags(tables),
    )


def _cells(form: Form, sheets: tuple[SheetLayout, ...]) -> dict[str, Spot]:
    """The spot of each field, in the order of the form."""
    cells: dict[str, Spot] = {}
    for sheet in sheets:
        for name, span in sheet.fields.items():
            cells[name] = (sheet.name, span.cell)
    texts = [text.field_id for text in form.texts]
    return {name: cells[name] for name in (*form.fields, *texts)}


def _flags(tables: Mapping[str, SheetLayout]) -> dict[str, Spot]:
    return {
        table: (sheet.name, sheet.flag) for table, sheet in tables.items() if sheet.flag is not None
    }
