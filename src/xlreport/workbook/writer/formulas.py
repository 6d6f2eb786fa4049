"""The texts of a form's workbook that depend on no submission: each is worked out once a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from xlreport.a1 import Cell, address
from xlreport.form.model import Form
from xlreport.rules.describe import RuleDescriber
from xlreport.rules.excel import FAIL, MARKS, PASS, TICK, Formulas, has_money
from xlreport.workbook.layout.check_rows import CheckRow
from xlreport.workbook.layout.sheet import CHECKS, CheckCell
from xlreport.workbook.layout.workbook import WorkbookLayout, layout_of


@lru_cache(maxsize=16)
def formulas_of(form: Form) -> FormFormulas:
    """The formulas of a form's workbook; the same object for the same form."""
    return FormFormulas(layout_of(form))


@dataclass(frozen=True)
class FormFormulas:
    """The formulas of the check rows (by their index), the check cells (by sheet and cell) and the
    computed fields. All of them may raise FormulaTooLong."""

    layout: WorkbookLayout

    # --- the 校验 sheet --------------------------------------------------------------------------

    @cached_property
    def _of_checks(self) -> Formulas:
        return Formulas(self.layout, CHECKS)

    @cached_property
    def verdicts(self) -> Mapping[int, str]:
        """The verdict of each row that stands for one instance."""
        alone = [row for row in self.layout.check_rows if not row.per_cell]
        return {row.index: self._of_checks.verdict(row.instances[0]) for row in alone}

    @cached_property
    def gaps(self) -> Mapping[int, str]:
        """The difference of each row with one comparison, shown where it fails."""
        return {row.index: self._gap(row) for row in self.layout.check_rows if row.comparison}

    def _gap(self, check_row: CheckRow) -> str:
        comparison = check_row.comparison
        if comparison is None:
            return ""
        gap = f"ABS({self._of_checks.gap(comparison)})"
        with_money = has_money(self.layout.form, comparison)
        shown = f'TEXT({gap},"0.000000")' if with_money else f'{gap}&""'
        return f'=IF({address(check_row.verdict_cell)}="{FAIL}",{shown},"")'

    @cached_property
    def rules_in_words(self) -> Mapping[int, str]:
        """What each row verifies, from its rule."""
        return {row.index: self._in_words(row) for row in self.layout.check_rows}

    def _in_words(self, check_row: CheckRow) -> str:
        form = self.layout.form
        if check_row.per_cell:
            table = form.table(check_row.table)
            return f"{table.title}：{len(check_row.instances)} 个要填的格子逐一核对"
        return RuleDescriber(form, check_row.instances[0]).rule()

    # --- the sheets of the form ------------------------------------------------------------------

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
    def marks(self) -> Mapping[tuple[str, Cell], str]:
        """What each check cell shows, by sheet and cell."""
        found = {}
        for sheet in self.layout.form_sheets:
            formulas = Formulas(self.layout, sheet.name)
            for check in sheet.checks:
                found[sheet.name, check.span.cell] = _mark(formulas, check)
        return found


def _mark(formulas: Formulas, check: CheckCell) -> str:
    if check.check_row.per_cell:
        return formulas.cells_mark(check.instances)
    return _mark_of_row(formulas, check.check_row)


def _mark_of_row(formulas: Formulas, check_row: CheckRow) -> str:
    """The mark of a check from its row on the 校验 sheet, with the difference."""
    verdict = formulas.ref(CHECKS, address(check_row.verdict_cell))
    gap = formulas.ref(CHECKS, address(check_row.gap_cell))
    mark = MARKS[check_row.severity]
    failing = f'IF({gap}="","{mark}","{mark} 差 "&{gap})'
    return f'=IF({verdict}="{PASS}","{TICK}",IF({verdict}<>"{FAIL}",{verdict},{failing}))'
