"""What must hold for one unit: the form's linear error rules over the cells that it typed in.

A computed cell stands for its formula, unless something was typed over it: then it is a cell like any
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from math import ceil, floor, lcm

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Form, Kind
from xlreport.rules.columns import to_fixed
from xlreport.rules.linear import (
    UNIT,
    Cell,
    LinearConstraint,
    NotLinear,
    Row,
    System,
    add,
    as_constraint,
    comparisons,
    limits,
    linear,
)
from xlreport.submission import Submission


def read_system(
    form: Form, submission: Submission, extra: Iterable[LinearConstraint] = ()
) -> System:
    """What must hold for one unit: the form's error rules and the caller's constraints. Rules that
    touch a cell without a number, or in which every cell cancels out, are left out."""
    reader = _Reader(form, submission)
    rules = [*_rules(form, frozenset(submission.overrides)), *reader.rules(extra)]
    return reader.system([rule.row for rule in rules if reader.unknown.isdisjoint(rule.needs)])


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule over cells, and the cells that must hold a number before it can be verified."""

    row: Row
    needs: frozenset[str]
    computed: bool


@lru_cache(maxsize=64)
def _rules(form: Form, over: frozenset[str]) -> tuple[_Rule, ...]:
    """The linear error rules of a form when these computed cells are typed over."""
    if over:
        plain = (rule for rule in _rules(form, frozenset()) if not rule.computed)
        return (*plain, *_bound(form, over, plain=False))
    return tuple(rule for plain in (True, False) for rule in _bound(form, over, plain=plain))


def _bound(form: Form, over: frozenset[str], *, plain: bool) -> Iterator[_Rule]:
    """The rules over typed-in fields only, or those that name a computed one."""
    maker = _Maker(form, over)
    for instance in form.instances:
        if instance.check.severity is not Severity.ERROR:
            continue
        for part in comparisons(instance.rule):
            if form.formulas.keys().isdisjoint(ex.fields_of(part)) is plain:
                with suppress(NotLinear):
                    yield maker.rule(as_constraint(part, instance.code))


@lru_cache(maxsize=8)
def _steps(form: Form) -> Mapping[str, int]:
    """What an error rule `round(x, n) == x` wants a number to be a multiple of."""
    found: dict[str, int] = {}
    for instance in form.instances:
        for part in comparisons(instance.rule) if instance.check.severity is Severity.ERROR else ():
            if (
                part.operator == "=="
                and isinstance(part.left, ex.Rounded)
                and part.left.item == part.right
            ):
                name, step = part.left.item.field, 10 ** max(0, ex.SCALE - part.left.digits)
                found[name] = max(step, found.get(name, 1))
    return found


class _Maker:
    """Makes constraints on fields into rows over cells."""

    def __init__(self, form: Form, over: frozenset[str]) -> None:
        self.form, self.over = form, over
        self.terms: dict[str, Mapping[str, Decimal]] = {}

    def rule(self, constraint: LinearConstraint) -> _Rule:
        """The constraint cleared of fractions and of computed fields. Raises NotLinear."""
        terms = self._sum(constraint.coefficients)
        right = constraint.constant - terms.pop("", Decimal(0))
        terms = {name: times for name, times in terms.items() if times}
        numbers = (*terms.values(), right * UNIT, constraint.tolerance * UNIT)
        scale = lcm(*(number.as_integer_ratio()[1] for number in numbers))
        ends = limits(
            constraint.operator, int(right * UNIT * scale), int(constraint.tolerance * UNIT * scale)
        )
        row = Row(
            constraint.name, {name: int(times * scale) for name, times in terms.items()}, *ends
        )
        leaves = (leaf for name in constraint.coefficients for leaf in self.form.leaves(name))
        computed = not self.form.formulas.keys().isdisjoint(constraint.coefficients)
        return _Rule(row, frozenset((*terms, *leaves)), computed)

    def formula(self, name: str) -> Mapping[str, Decimal]:
        """A computed field's formula over cells, whatever was typed over it. Raises NotLinear."""
        formula = self.form.formulas[name]
        if ex.scale_of(formula) > ex.SCALE:
            raise NotLinear  # the cell shows a rounded result
        return self._sum(linear(formula))

    def _sum(self, terms: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Fields as a sum of cells; the key "" has what is constant."""
        found: dict[str, Decimal] = {}
        for name, times in terms.items():
            if name not in self.form.formulas or name in self.over:
                add(found, {name: Decimal(1)}, times)
                continue
            if name not in self.terms:
                self.terms[name] = self.formula(name)
            add(found, self.terms[name], times)
        return found


class _Reader:
    """Collects what one unit's cells hold and may hold."""

    def __init__(self, form: Form, submission: Submission) -> None:
        self.form, self.submission = form, submission
        self.maker = _Maker(form, frozenset(submission.overrides))
        entries = {f.id: submission.effective(f.id) for f in form.typed} | {**submission.overrides}
        self.unknown = {name for name, entry in entries.items() if entry.value is None}
        self.now = {
            name: to_fixed(entry.value)
            for name, entry in entries.items()
            if entry.value is not None
        }
        self.cells: dict[str, Cell] = {}

    def rules(self, extra: Iterable[LinearConstraint]) -> Iterator[_Rule]:
        """The caller's constraints; one on a field whose formula is not linear is left out."""
        for constraint in extra:
            with suppress(NotLinear):
                yield self.maker.rule(constraint)

    def system(self, rows: Sequence[Row]) -> System:
        for name in dict.fromkeys(name for row in rows for name in row.coefficients):
            self.cells[name] = self._cell(name)
        for row in rows:
            if len(row.coefficients) == 1:
                self._narrow(row)
        for name in self.submission.overrides.keys() & self.cells.keys():
            self._bound_by_formula(name)
        cells = {name: self.cells[name] for name in self.form.fields if name in self.cells}
        return System(cells, tuple(row for row in rows if len(row.coefficients) > 1))

    def _cell(self, name: str) -> Cell:
        now, step = self.now[name], UNIT if self.form.fields[name].kind is Kind.COUNT else 1
        wanted = _steps(self.form).get(name, 1)
        return Cell(now, max(step, wanted), wrong=now % wanted != 0)

    def _narrow(self, row: Row) -> None:
        """A rule about one cell narrows what it may hold."""
        ((name, times),) = row.coefficients.items()
        cell = self.cells[name]
        low, high = (row.lowest, row.highest) if times > 0 else (row.highest, row.lowest)
        lowest = cell.lowest if low is None else max(cell.lowest, -(-low // times))
        highest = cell.highest if high is None else min(cell.highest, high // times)
        if (lowest, highest) != (cell.lowest, cell.highest) or not row.keeps(times * cell.now):
            wrong = cell.wrong or not row.keeps(times * cell.now)
            self.cells[name] = Cell(cell.now, cell.step, lowest, highest, wrong)

    def _bound_by_formula(self, name: str) -> None:
        """A typed-over cell can only hold what its formula can give: no negative sum of counts."""
        try:
            terms = self.maker.formula(name)
        except NotLinear:
            return
        cell, ends = self.cells[name], [Decimal(0), Decimal(0)]
        for part, times in terms.items():
            other = self.cells.get(part, Cell(0, 1))
            pair = [
                times * end
                for end in ((UNIT, UNIT) if part == "" else (other.lowest, other.highest))
            ]
            ends = [ends[0] + min(pair), ends[1] + max(pair)]
        lowest, highest = max(cell.lowest, floor(ends[0])), min(cell.highest, ceil(ends[1]))
        self.cells[name] = replace(cell, lowest=lowest, highest=highest)
