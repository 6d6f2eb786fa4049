"""The lines of the 校验 sheet: one an instance, or one a table for checks on every cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlreport.findings import Severity
from xlreport.form.expression import has_formula
from xlreport.form.model import Check, Form, Instance


@dataclass(frozen=True, slots=True)
class CheckRow:
    """What one line verifies; `code` is `A3.natural_person`, or `A5.requests` for a whole table."""

    check: Check
    code: str
    table: str
    instances: tuple[Instance, ...]

    @property
    def beside(self) -> bool:
        """Whether its cells stand beside rows (in a table whose rows are below one another)."""
        return self.check.each in ("row", "cell")

    @property
    def per_cell(self) -> bool:
        return self.check.each == "cell"

    def by_row(self) -> Iterator[tuple[str, tuple[Instance, ...]]]:
        """The instances of each row."""
        rows: dict[str, list[Instance]] = {}
        for instance in self.instances:
            rows.setdefault(instance.row or "", []).append(instance)
        for row, parts in rows.items():
            yield row, tuple(parts)


def check_lines(form: Form) -> tuple[CheckRow, ...]:
    """All lines in the order of the definition; a check that no formula can make has none."""
    found: list[CheckRow] = []
    for check in form.checks:
        mine = [i for i in form.instances if i.check.code == check.code and has_formula(i.rule)]
        if check.each == "cell":
            for table in dict.fromkeys(i.table for i in mine):
                parts = tuple(i for i in mine if i.table == table)
                found.append(CheckRow(check, f"{check.code}.{table}", table, parts))
        else:
            found.extend(CheckRow(check, i.code, i.table, (i,)) for i in mine)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class LaterLine:
    """A check that is only made when the report has come back."""

    code: str
    title: str
    severity: Severity


def later_lines(form: Form) -> tuple[LaterLine, ...]:
    """The checks that no formula can make, and the statements of the texts."""
    shown = {line.check.code for line in check_lines(form)}
    checks = [LaterLine(c.code, c.title, c.severity) for c in form.checks if c.code not in shown]
    return (*checks, *(LaterLine(s.code, s.title, s.severity) for s in form.statements))
