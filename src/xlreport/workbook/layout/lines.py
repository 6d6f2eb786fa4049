"""The checks that formulas make, line by line: one an instance, or one a row of a table for checks
on every cell. The hidden sheet of calculations has a row for each.

The checks of a form that the 校验 sheet lists, one a rule: those with lines, and below them the
deferred ones, which are only made when the report has come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Check, Form, Instance, Statement
from xlreport.text import printed_code

TEXT_TABLE = "text"
"""What stands for a table in checks that are shown on the sheet of texts."""


def line_name(code: str) -> str:
    """The defined name of the grade of a line that is a single instance."""
    return f"check.{code}"


def explanation_name(code: str) -> str:
    """The defined name of the cell in which a unit explains a warning."""
    return f"explain.{code}"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check that formulas make in the workbook, with its place in the list of lines from 0.

    `instances` is one instance, or those of a row's cells for a check on every cell.
    """

    index: int
    check: Check
    table: str
    instances: tuple[Instance, ...]

    @property
    def severity(self) -> Severity:
        """How much it matters that the check fails."""
        return self.check.severity

    @property
    def per_cell(self) -> bool:
        """Whether it stands for a check on every cell of a row."""
        return self.check.each == "cell"

    @property
    def code(self) -> str:
        """As findings and explanations have it: `A3.natural_person`, or `A5.requests` for a check
        on every cell of a table."""
        if self.per_cell:
            return f"{self.check.code}.{self.table}"
        return self.instances[0].code

    @property
    def row(self) -> str | None:
        """The row of the form that it is about; None for a check on columns or on the report."""
        return self.instances[0].row

    @property
    def column(self) -> str | None:
        """The column that it is about; None where it is about a row or the report."""
        return None if self.per_cell else self.instances[0].column

    @property
    def subject(self) -> str:
        """The row or column that it is about, as printed; empty for the whole report."""
        return self.instances[0].subject

    @property
    def about(self) -> str:
        """The row or column, or for the whole report what is checked."""
        return self.subject or self.check.title

    @property
    def label(self) -> str:
        """Its code as people read it: `A-3·自然人`."""
        return printed_code(self.check.code, self.subject)

    @property
    def comparison(self) -> ex.Compare | None:
        """The equality that the line tests, so that a difference can be shown; else None."""
        rule = self.instances[0].rule
        if not isinstance(rule, ex.Compare) or self.per_cell:
            return None
        is_shown = rule.operator == "==" and self.check.shows_difference
        return rule if is_shown else None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields and texts that its rules name, each once, in their order."""
        names: dict[str, None] = {}
        for instance in self.instances:
            names |= dict.fromkeys(ex.fields_of(instance.rule))
            names |= dict.fromkeys(ex.texts_of(instance.rule))
        return tuple(names)


_Members = tuple[Check, tuple[Instance, ...]]
"""A check with the instances that share a line."""


def check_lines(form: Form) -> tuple[CheckLine, ...]:
    """All lines, table by table in the order of the form, the checks of a table in theirs."""
    by_table: dict[str, list[_Members]] = {}
    by_table |= {table.id: [] for table in form.tables}
    for check in form.checks:
        for table, instances in _grouped(form, check):
            by_table.setdefault(table, []).append((check, instances))
    lines: list[CheckLine] = []
    for table, members in by_table.items():
        for check, instances in members:
            lines.append(CheckLine(len(lines), check, table, instances))
    return tuple(lines)


def _grouped(form: Form, check: Check) -> Iterator[tuple[str, tuple[Instance, ...]]]:
    """The instances that share a line, with their table; those that no formula can make are left
    out."""
    groups: dict[tuple[str, str | None], list[Instance]] = {}
    for instance in form.instances:
        if instance.check.code != check.code or not ex.has_formula(instance.rule):
            continue
        if check.each == "cell":
            groups.setdefault((instance.table, instance.row), []).append(instance)
        else:
            yield instance.table, (instance,)
    for (table, _), instances in groups.items():
        yield table, tuple(instances)


@dataclass(frozen=True, slots=True)
class ListedCheck:
    """A rule as the 校验 sheet lists it, with its lines; without any it is a deferred one."""

    code: str
    title: str
    severity: Severity
    lines: tuple[CheckLine, ...]

    @property
    def deferred(self) -> bool:
        """Whether the check is only made when the report has come back."""
        return not self.lines


def listed_checks(form: Form, lines: tuple[CheckLine, ...]) -> tuple[ListedCheck, ...]:
    """The rules and statements of a form: those with formulas first, the graver ones before the
    others."""
    by_code: dict[str, list[CheckLine]] = {}
    for line in lines:
        by_code.setdefault(line.check.code, []).append(line)
    items: list[Check | Statement] = [*form.checks, *form.statements]
    listed = []
    for item in items:
        own_lines = tuple(by_code.get(item.code, ()))
        listed.append(ListedCheck(item.code, item.title, item.severity, own_lines))
    return tuple(sorted(listed, key=lambda check: (check.deferred, check.severity.rank)))
