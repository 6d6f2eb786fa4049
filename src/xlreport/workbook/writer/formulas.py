"""The formulas of a form's workbook, which depend on no submission: worked out once a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from xlreport.a1 import Cell, reference
from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.rules.describe import RuleDescriber
from xlreport.rules.excel import Formulas
from xlreport.rules.excel_text import call
from xlreport.workbook.layout.lines import ListedCheck
from xlreport.workbook.layout.sheet import CALCULATION, SheetLayout
from xlreport.workbook.layout.workbook import WorkbookLayout, layout_of
from xlreport.workbook.writer.calculation import calculation_formulas


@lru_cache(maxsize=16)
def formulas_of(form: Form) -> FormFormulas:
    """The formulas of a form's workbook; the same object for the same form."""
    return FormFormulas(layout_of(form))


@dataclass(frozen=True)
class FormFormulas:
    """The formulas of the sheet of calculations, of the computed fields, and of the hidden cells
    beside the form. All of them may raise FormulaTooLong."""

    layout: WorkbookLayout

    @cached_property
    def calculation(self) -> Mapping[Cell, str]:
        """Every cell of the sheet of calculations: formulas begin with `=`."""
        return calculation_formulas(self.layout)

    @cached_property
    def rules_in_words(self) -> Mapping[str, str]:
        """What each rule verifies, by its code."""
        return {listed.code: self._in_words(listed) for listed in self.layout.listed}

    def _in_words(self, listed: ListedCheck) -> str:
        """What the first line of a rule verifies, and how many lines are verified alike."""
        if listed.deferred:
            return ""
        first = listed.lines[0]
        if first.per_cell:
            cells = sum(len(line.instances) for line in listed.lines)
            return f"{cells} 个要填的格子逐一核对"
        rule = RuleDescriber(self.layout.form, first.instances[0]).rule()
        others = len(listed.lines) - 1
        what = "列" if first.check.each == "column" else "行"
        return f"{rule}；另外 {others} {what}同样核对" if others else rule

    @cached_property
    def computed(self) -> Mapping[str, str]:
        """The formula of each computed field."""
        found = {}
        for table, sheet in self.layout.tables.items():
            formulas = Formulas(self.layout, sheet.name)
            own = [field.id for field in self.layout.form.computed if field.table == table]
            found.update({name: formulas.computed(name) for name in own})
        return found

    @cached_property
    def states(self) -> Mapping[str, str]:
        """How wrong the cell of each field and text is: the worst grade of the rules that name
        it."""
        return {name: self._state(name) for name in self.layout.cells}

    def _state(self, name: str) -> str:
        grades = [reference(CALCULATION, cell) for cell in self._grades(name)]
        return "=" + call("MAX", "0", *grades) if grades else "=0"

    def _grades(self, name: str) -> Iterable[Cell]:
        """Where the grades stand of all rules that name a field or text."""
        calculation = self.layout.calculation
        for line in self.layout.lines_of[name]:
            if not line.per_cell:
                yield calculation.grade(line)
                continue
            for position, instance in enumerate(line.instances):
                if name in ex.fields_of(instance.rule):
                    yield calculation.cell_grade(line, position)

    def calculated(self, row: int, column: int) -> str:
        """A reference to a cell of the sheet of calculations."""
        return reference(CALCULATION, (row, column), absolute=True)

    def sheet_row(self, sheet: SheetLayout) -> int:
        """The row of a sheet's verdict on the sheet of calculations."""
        return self.layout.calculation.sheets[sheet.name]
