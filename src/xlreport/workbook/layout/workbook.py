"""Where everything of a form stands in its workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from xlreport.a1 import Cell, address
from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.submission import Place
from xlreport.workbook.layout.calculation import CalculationLayout, calculation_layout
from xlreport.workbook.layout.checks import ChecksLayout, checks_layout
from xlreport.workbook.layout.identity import EDITION, cover_cells
from xlreport.workbook.layout.lines import (
    TEXT_TABLE,
    CheckLine,
    ListedCheck,
    check_lines,
    listed_checks,
)
from xlreport.workbook.layout.prior_year import prior_year_sheet
from xlreport.workbook.layout.sheet import (
    CALCULATION,
    CHECKS,
    COVER,
    GUIDE,
    PRIOR_YEAR_LIST,
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
    answer to 本表空白处是否均为 0. `lines` are the checks that formulas make, `listed` all as
    the 校验 sheet lists them. `edition` is the layout's own version.
    """

    form: Form
    tables: Mapping[str, SheetLayout]
    texts: SheetLayout
    lines: tuple[CheckLine, ...]
    listed: tuple[ListedCheck, ...]
    calculation: CalculationLayout
    checks: ChecksLayout
    cells: Mapping[str, Spot]
    identity: Mapping[str, Cell]
    flags: Mapping[str, Spot]
    edition: int = EDITION

    @property
    def sheets(self) -> tuple[str, ...]:
        """All sheets in their order but that of the identity: the hidden one of calculations, and
        those of last year, which are hidden where nothing is known of it."""
        names = [sheet.name for sheet in self.form_sheets]
        if self.edition < EDITION:
            return (COVER, GUIDE, *names, PRIOR_YEAR_LIST, CHECKS)
        prior_year = [prior_year_sheet(name) for name in names]
        return (COVER, GUIDE, *names, CHECKS, *prior_year, CALCULATION)

    @property
    def form_sheets(self) -> tuple[SheetLayout, ...]:
        """The sheets of the report itself: tables, and texts where the form has any."""
        texts = (self.texts,) if self.form.texts else ()
        return (*self.tables.values(), *texts)

    def prior_year(self, name: str) -> Spot:
        """Where last year's value of a field stands."""
        sheet, cell = self.cells[name]
        return prior_year_sheet(sheet), cell

    @property
    def level(self) -> Spot:
        """Where the unit's level stands."""
        return COVER, self.identity["level"]

    def home(self, line: CheckLine) -> Spot:
        """The cell that a check line leads to: the first one that its rule names."""
        return self.cells[line.fields[0]]

    def typed_on(self, sheet: SheetLayout) -> list[str]:
        """The fields of a sheet that are typed in."""
        return [name for name in sheet.fields if self._is_typed(name)]

    def _is_typed(self, name: str) -> bool:
        field = self.form.fields.get(name)
        return field is not None and field.computed is None

    def wanted_texts_on(self, sheet: SheetLayout) -> list[str]:
        """The texts of a sheet that some rule wants to be written."""
        return [name for name in sheet.fields if name in self.wanted_texts]

    def lines_on(self, sheet: SheetLayout) -> list[CheckLine]:
        """The check lines that are shown on a sheet, beside one another in the list of lines."""
        table = self._table_of(sheet)
        return [line for line in self.lines if line.table == table]

    def _table_of(self, sheet: SheetLayout) -> str:
        """The table of a sheet as lines have it."""
        for table, own in self.tables.items():
            if own is sheet:
                return table
        return TEXT_TABLE

    @cached_property
    def wanted_texts(self) -> frozenset[str]:
        """The texts that some rule wants to be written."""
        filled = [part for part in self._parts_of_rules if isinstance(part, ex.Filled)]
        return frozenset(part.text for part in filled)

    @cached_property
    def asks_level(self) -> bool:
        """Whether some rule asks for the unit's level."""
        return any(isinstance(part, ex.LevelIn) for part in self._parts_of_rules)

    @property
    def _parts_of_rules(self) -> Iterator[ex.Node]:
        """Every part of every rule that formulas make."""
        for line in self.lines:
            for instance in line.instances:
                yield from ex.walk(instance.rule)

    @cached_property
    def lines_of(self) -> Mapping[str, tuple[CheckLine, ...]]:
        """The check lines that name a field or text, by its id."""
        lines: dict[str, tuple[CheckLine, ...]] = dict.fromkeys(self.cells, ())
        for line in self.lines:
            for name in line.fields:
                lines[name] += (line,)
        return lines

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
    lines = check_lines(form)
    listed = listed_checks(form, lines)
    tables = {table.id: layout_table(form, table, lines) for table in form.tables}
    texts = layout_texts(form, lines)
    sheets = [*tables.values()]
    if form.texts:
        sheets.append(texts)
    return WorkbookLayout(
        form,
        tables,
        texts,
        lines,
        listed,
        calculation=calculation_layout(lines, listed, sheets),
        checks=checks_layout(listed),
        cells=_cells(form, sheets),
        identity=cover_cells(form),
        flags=_flags(tables),
    )


@lru_cache(maxsize=16)
def summary_layout(form: Form) -> WorkbookLayout:
    """The layout of a form's summaries, which do not ask whether blanks are 0; the same object for
    the same form."""
    layout = layout_of(form)
    tables = {table: sheet.without_question for table, sheet in layout.tables.items()}
    return replace(layout, tables=tables, flags={})


def _cells(form: Form, sheets: Sequence[SheetLayout]) -> dict[str, Spot]:
    """The spot of each field, in the order of the form."""
    cells: dict[str, Spot] = {}
    for sheet in sheets:
        for name, span in sheet.fields.items():
            cells[name] = (sheet.name, span.cell)
    texts = [text.field_id for text in form.texts]
    return {name: cells[name] for name in (*form.fields, *texts)}


def _flags(tables: Mapping[str, SheetLayout]) -> dict[str, Spot]:
    flags = {}
    for table, sheet in tables.items():
        if sheet.flag is not None:
            flags[table] = (sheet.name, sheet.flag)
    return flags
