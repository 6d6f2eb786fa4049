"""The rows of the 校验 sheet: one an instance, or one a table for checks on every cell.

The sheet begins with the rows whose verdict is a formula; below them stand the deferred ones, which
are only made when the report has come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlreport.a1 import Cell
from xlreport.findings import Severity
from xlreport.form.expression import Compare, has_formula
from xlreport.form.model import Check, Form, Instance, Statement

FIRST_CHECK_ROW = 4
"""The sheet row of the first check."""

NUMBER, CODE, SEVERITY, RULE, VERDICT, GAP, LINK, EXPLANATION, PRIOR_EXPLANATION, WEIGHT = range(10)
"""Columns of a check. WEIGHT is hidden: the severity where the check fails, for counting."""

TEXT_TABLE = "text"
"""What stands for a table in checks that are shown on the sheet of texts."""


def verdict_name(code: str) -> str:
    """The defined name of a check's verdict."""
    return f"check.{code}"


def explanation_name(code: str) -> str:
    """The defined name of the cell in which a unit explains a warning."""
    return f"explain.{code}"


@dataclass(frozen=True, slots=True)
class ListedCheck:
    """What every row of the sheet says: its place in the list from 0, its code in full
    (`A3.natural_person`, or `A5.requests` for a whole table) and as printed (`A3`)."""

    index: int
    code: str
    printed_code: str
    title: str
    severity: Severity

    @property
    def row(self) -> int:
        """The sheet row."""
        return FIRST_CHECK_ROW + self.index

    @property
    def explanation_cell(self) -> Cell:
        """Where the unit explains a warning."""
        return self.row, EXPLANATION


@dataclass(frozen=True, slots=True)
class CheckRow(ListedCheck):
    """A check that formulas make in the workbook, and the instances that its row stands for."""

    check: Check
    table: str
    instances: tuple[Instance, ...]

    @property
    def verdict_cell(self) -> Cell:
        """Where the verdict stands."""
        return self.row, VERDICT

    @property
    def gap_cell(self) -> Cell:
        """Where the difference stands by which a comparison fails."""
        return self.row, GAP

    @property
    def beside(self) -> bool:
        """Whether its cells stand beside rows (in a table whose rows are below one another)."""
        return self.check.each in ("row", "cell")

    @property
    def per_cell(self) -> bool:
        """Whether it stands for a check on every cell of a table."""
        return self.check.each == "cell"

    @property
    def comparison(self) -> Compare | None:
        """The one comparison that the row makes; None for any other rule."""
        rule = self.instances[0].rule
        return rule if isinstance(rule, Compare) and not self.per_cell else None

    def by_row(self) -> Iterator[tuple[str, tuple[Instance, ...]]]:
        """The instances of each row of the table, by the row's id."""
        rows: dict[str, list[Instance]] = {}
        for instance in self.instances:
            rows.setdefault(instance.row or "", []).append(instance)
        for row, members in rows.items():
            yield row, tuple(members)


@dataclass(frozen=True, slots=True)
class DeferredCheckRow(ListedCheck):
    """A check that is only made when the report has come back."""


def check_rows(form: Form) -> tuple[CheckRow, ...]:
    """All rows in the order of the definition; a check that no formula can make has none."""
    rows: list[CheckRow] = []
    for check in form.checks:
        for code, instances in _by_code(form, check):
            row = CheckRow(
                len(rows), code, check.code, check.title, check.severity,
                check, instances[0].table, instances,
            )  # fmt: skip
            rows.append(row)
    return tuple(rows)


def _by_code(form: Form, check: Check) -> Iterator[tuple[str, tuple[Instance, ...]]]:
    """The instances that share a row: those of a table for `each: cell`, else each alone."""
    for_formulas = [i for i in form.instances if i.check.code == check.code and has_formula(i.rule)]
    if check.each != "cell":
        for instance in for_formulas:
            yield instance.code, (instance,)
        return
    tables: dict[str, list[Instance]] = {}
    for instance in for_formulas:
        tables.setdefault(instance.table, []).append(instance)
    for table, instances in tables.items():
        yield f"{check.code}.{table}", tuple(instances)


def deferred_check_rows(form: Form, shown: tuple[CheckRow, ...]) -> tuple[DeferredCheckRow, ...]:
    """The checks that are not shown by formulas, and the statements of the texts."""
    with_formula = {row.check.code for row in shown}
    deferred: list[Check | Statement] = []
    deferred += [check for check in form.checks if check.code not in with_formula]
    deferred += form.statements
    return tuple(
        DeferredCheckRow(index, item.code, item.code, item.title, item.severity)
        for index, item in enumerate(deferred, start=len(shown))
    )
