"""The constraint system of a report: the form's linear error rules over the cells that a unit typed
in, and what ties its numbers to last year's.

A computed cell stands for its formula, unless something was typed over it: then it is a cell like
any other. Rows and cells count in whole millionths, so that nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from math import ceil, floor, lcm
from typing import NamedTuple, TypeGuard

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance, Kind
from xlreport.rules.evaluate import UnitView
from xlreport.rules.fixed import to_fixed
from xlreport.rules.linear import (
    LinearConstraint,
    NotLinear,
    add_terms,
    as_constraint,
    comparisons,
    linear_terms,
    rounding_of,
)
from xlreport.submission import Entry, Submission

UNIT = 10**ex.SCALE
"""One, in millionths."""

LIMIT = int(ex.MAX_NUMBER) * UNIT - 1
"""The largest number a cell may hold, in millionths."""

Terms = Mapping[str, Decimal]
"""A sum: the coefficient of each field or cell; the key "" has what is constant."""


# --- values --------------------------------------------------------------------------------------


class Limits(NamedTuple):
    """Whole numbers from lowest to highest; None is no limit."""

    lowest: int | None
    highest: int | None

    def keeps(self, value: int) -> bool:
        """Whether a number is within the limits."""
        above = self.lowest is None or value >= self.lowest
        below = self.highest is None or value <= self.highest
        return above and below

    def within(self, other: Limits) -> Limits:
        """What is within both."""
        lows = [low for low in (self.lowest, other.lowest) if low is not None]
        highs = [high for high in (self.highest, other.highest) if high is not None]
        return Limits(max(lows, default=None), min(highs, default=None))

    def less(self, value: int) -> Limits:
        """The limits of x where those of x + value are these."""
        lowest, highest = self
        if lowest is not None:
            lowest -= value
        if highest is not None:
            highest -= value
        return Limits(lowest, highest)

    def divided(self, times: int) -> Limits:
        """The limits of x where those of times · x are these."""
        lowest, highest = self
        if times < 0:
            lowest, highest = highest, lowest
        if lowest is not None:
            lowest = -(-lowest // times)
        if highest is not None:
            highest //= times
        return Limits(lowest, highest)


ANYTHING = Limits(None, None)


@dataclass(frozen=True)
class Row:
    """A constraint: the sum of coefficients · cells keeps within the limits. `name` is the rule's
    code."""

    name: str
    coefficients: Mapping[str, int]
    limits: Limits

    @property
    def is_equation(self) -> bool:
        """Whether one value only is allowed."""
        lowest, highest = self.limits
        return lowest is not None and lowest == highest

    def value(self, cells: Mapping[str, Cell]) -> int:
        """What the left side is now."""
        total = 0
        for name, times in self.coefficients.items():
            total += times * cells[name].now
        return total

    def holds(self, cells: Mapping[str, Cell]) -> bool:
        """Whether the constraint holds with what the cells hold now."""
        return self.limits.keeps(self.value(cells))


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell holds, and what it may hold: multiples of `step` from `lowest` to `highest`.
    `wrong` says that a rule forbids the number it holds, whatever stands elsewhere."""

    now: int
    step: int
    lowest: int = -LIMIT
    highest: int = LIMIT
    wrong: bool = False

    def narrowed(self, limits: Limits) -> Cell:
        """The cell with what it may hold kept within some more limits."""
        lowest, highest = self.lowest, self.highest
        if limits.lowest is not None:
            lowest = max(lowest, limits.lowest)
        if limits.highest is not None:
            highest = min(highest, limits.highest)
        return replace(self, lowest=lowest, highest=highest)

    def may_hold(self, number: int) -> bool:
        """Whether no rule about this cell alone forbids a number."""
        within = self.lowest <= number <= self.highest
        return within and number % self.step == 0


@dataclass(frozen=True)
class ConstraintSystem:
    """The cells of one unit and the constraints that bind several of them."""

    cells: Mapping[str, Cell]
    rows: tuple[Row, ...]


def constraint_system(
    form: Form, submission: Submission, extra: Iterable[LinearConstraint] = ()
) -> ConstraintSystem:
    """What must hold for one unit: the form's error rules and the caller's constraints. Rules that
    touch a cell without a number, or in which every cell cancels out, are left out."""
    reader = _Reader(form, submission)
    rules = _rulebook(form, frozenset(submission.overrides))
    rows = []
    for rule in (*rules.others, *reader.rules(extra)):
        if reader.unknown.isdisjoint(rule.needs):
            rows.append(rule.row)
    return reader.system(rules.alone, rows)


# --- last year -----------------------------------------------------------------------------------


def prior_year_constraints(form: Form, view: UnitView) -> Iterator[LinearConstraint]:
    """The equations with last year, its numbers put in. One that the unit has explained binds
    nothing."""
    for code, rule in _equations_with_last_year(form):
        is_explained = bool(view.submission.explanation_of(code))
        if not is_explained and _knows_last_year(rule, view):
            left = _with_last_year(rule.left, view)
            right = _with_last_year(rule.right, view)
            equation = ex.Compare("==", left, right, rule.tolerance)
            with suppress(NotLinear):
                yield as_constraint(equation, code)


@lru_cache(maxsize=8)
def _equations_with_last_year(form: Form) -> tuple[tuple[str, ex.Compare], ...]:
    """The rules by which a number must be equal to last year's, with their codes."""
    equations = []
    for instance in form.instances:
        rule = instance.rule
        if _equates_years(rule):
            equations.append((instance.code, rule))
    return tuple(equations)


def _equates_years(rule: ex.Truth) -> TypeGuard[ex.Compare]:
    if not isinstance(rule, ex.Compare):
        return False
    return rule.operator == "==" and ex.across_years(rule)


def _knows_last_year(rule: ex.Compare, view: UnitView) -> bool:
    for operand in ex.operands_of(rule):
        if isinstance(operand, ex.Previous) and not view.knows(operand):
            return False
    return True


def _with_last_year(node: ex.Number, view: UnitView) -> ex.Number:
    """The node with last year's numbers as constants; what is not linear stays as it is."""
    match node:
        case ex.Previous():
            return ex.Const(view.value(node))
        case ex.Total(items=items):
            known = [_with_last_year(item, view) for item in items]
            return ex.Total(tuple(known), node.spelled)
        case ex.Minus(left=left, right=right):
            first = _with_last_year(left, view)
            return ex.Minus(first, _with_last_year(right, view))
        case ex.Times(factor=factor, item=item):
            return ex.Times(factor, _with_last_year(item, view))
        case _:
            return node


# --- rules over cells ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule over cells, and the cells that must hold a number before it can be verified."""

    row: Row
    needs: frozenset[str]
    computed: bool


class _Rulebook(NamedTuple):
    """The rules of a form: what those about one cell alone leave to it, and all others."""

    alone: Mapping[str, Limits]
    others: tuple[_Rule, ...]


@lru_cache(maxsize=64)
def _rulebook(form: Form, over: frozenset[str]) -> _Rulebook:
    """The linear error rules of a form when these computed cells are typed over."""
    alone: list[Row] = []
    others: list[_Rule] = []
    for rule in _rules(form, over):
        if len(rule.needs) == 1 and rule.needs == rule.row.coefficients.keys():
            alone.append(rule.row)
        else:
            others.append(rule)
    return _Rulebook(_left_by(alone), tuple(others))


def _left_by(rows: Iterable[Row]) -> dict[str, Limits]:
    """What constraints on one cell alone leave to it; those on several are passed over."""
    left: dict[str, Limits] = {}
    for row in rows:
        if len(row.coefficients) == 1:
            ((name, times),) = row.coefficients.items()
            limits = row.limits.divided(times)
            left[name] = left.get(name, ANYTHING).within(limits)
    return left


@lru_cache(maxsize=64)
def _rules(form: Form, over: frozenset[str]) -> tuple[_Rule, ...]:
    """The linear error rules of a form when these computed cells are typed over; those over
    typed-in fields only, which are the same whatever is typed over, come first."""
    if over:
        typed_in = [rule for rule in _rules(form, frozenset()) if not rule.computed]
    else:
        typed_in = list(_bound_rules(form, over, computed=False))
    return (*typed_in, *_bound_rules(form, over, computed=True))


def _bound_rules(form: Form, over: frozenset[str], *, computed: bool) -> Iterator[_Rule]:
    """The rules that name a computed field, or those that name none."""
    maker = _RuleMaker(form, over)
    for instance, part in _error_comparisons(form):
        if _names_computed(form, ex.fields_of(part)) is not computed:
            continue
        with suppress(NotLinear):
            constraint = as_constraint(part, instance.code)
            yield maker.rule(constraint)


def _names_computed(form: Form, names: Iterable[str]) -> bool:
    """Whether one of these fields is computed."""
    return any(name in form.formulas for name in names)


def _error_comparisons(form: Form) -> Iterator[tuple[Instance, ex.Compare]]:
    """The comparisons that must hold in a report without errors."""
    for instance in form.instances:
        if instance.check.severity is Severity.ERROR:
            for part in comparisons(instance.rule):
                yield instance, part


@lru_cache(maxsize=8)
def _steps(form: Form) -> Mapping[str, int]:
    """What an error rule `round(x, n) == x` wants a number to be a multiple of."""
    steps: dict[str, int] = {}
    for _, part in _error_comparisons(form):
        rounded = rounding_of(part)
        if rounded is not None:
            name = rounded.item.field
            zeros = max(0, ex.SCALE - rounded.digits)
            known = steps.get(name, 1)
            steps[name] = max(known, 10**zeros)
    return steps


class _RuleMaker:
    """Makes constraints on fields into rows over cells."""

    def __init__(self, form: Form, over: frozenset[str]) -> None:
        self.form, self.over = form, over
        self.formulas: dict[str, Terms] = {}

    def rule(self, constraint: LinearConstraint) -> _Rule:
        """The constraint cleared of fractions and of computed fields. Raises NotLinear."""
        fields = constraint.coefficients
        row = self._row(constraint)
        needs = set(row.coefficients)
        for name in fields:
            needs.update(self.form.leaves(name))
        computed = _names_computed(self.form, fields)
        return _Rule(row, frozenset(needs), computed)

    def formula(self, name: str) -> Terms:
        """A computed field's formula over cells, whatever was typed over it. Raises NotLinear."""
        formula = self.form.formulas[name]
        if ex.scale_of(formula) > ex.SCALE:
            raise NotLinear  # the cell shows a rounded result
        return self._over_cells(linear_terms(formula))

    def _row(self, constraint: LinearConstraint) -> Row:
        """The constraint in whole numbers."""
        terms = self._over_cells(constraint.coefficients)
        constant = terms.pop("", Decimal(0))
        right = (constraint.constant - constant) * UNIT
        slack = constraint.tolerance * UNIT
        scale = _common_denominator([*terms.values(), right, slack])
        limits = _limits(constraint.operator, int(right * scale), int(slack * scale))
        coefficients: dict[str, int] = {}
        for name, times in terms.items():
            whole = int(times * scale)
            if whole:
                coefficients[name] = whole
        return Row(constraint.name, coefficients, limits)

    def _over_cells(self, terms: Terms) -> dict[str, Decimal]:
        """A sum of fields as a sum of cells."""
        total: dict[str, Decimal] = {}
        for name, times in terms.items():
            add_terms(total, self._cells_of(name), times)
        return total

    def _cells_of(self, name: str) -> Terms:
        if name not in self.form.formulas or name in self.over:
            return {name: Decimal(1)}
        if name not in self.formulas:
            self.formulas[name] = self.formula(name)
        return self.formulas[name]


def _common_denominator(numbers: Iterable[Decimal]) -> int:
    """The least number that makes all of these whole when they are multiplied by it."""
    ratios = [number.as_integer_ratio() for number in numbers]
    return lcm(*(denominator for _, denominator in ratios))


def _limits(operator: str, middle: int, slack: int) -> Limits:
    """The limits of a left side in whole numbers: smaller than 5 is at most 4."""
    match operator:
        case "==":
            return Limits(middle - slack, middle + slack)
        case "<":
            return Limits(None, middle - 1)
        case "<=":
            return Limits(None, middle)
        case ">":
            return Limits(middle + 1, None)
        case _:
            return Limits(middle, None)


# --- one unit's cells ----------------------------------------------------------------------------


def typed_entries(form: Form, submission: Submission) -> dict[str, Entry]:
    """What a unit typed in, over formulas included; declared blanks count as 0."""
    entries = {field.id: submission.effective(field.id) for field in form.typed}
    return entries | {**submission.overrides}


class _Reader:
    """Collects what one unit's cells hold and may hold."""

    def __init__(self, form: Form, submission: Submission) -> None:
        self.form, self.submission = form, submission
        self.maker = _RuleMaker(form, frozenset(submission.overrides))
        self.now: dict[str, int] = {}
        self.unknown: set[str] = set()
        self.cells: dict[str, Cell] = {}
        for name, entry in typed_entries(form, submission).items():
            if entry.value is None:
                self.unknown.add(name)
            else:
                self.now[name] = to_fixed(entry.value)

    def rules(self, extra: Iterable[LinearConstraint]) -> Iterator[_Rule]:
        """The caller's constraints; one on a field whose formula is not linear is left out."""
        for constraint in extra:
            with suppress(NotLinear):
                yield self.maker.rule(constraint)

    def system(self, alone: Mapping[str, Limits], rows: Sequence[Row]) -> ConstraintSystem:
        """The cells that some constraints name, with what those on one cell alone leave to them:
        `alone` to any cell with a number, and `rows` of one cell."""
        left = {name: limits for name, limits in alone.items() if name in self.now}
        for name, limits in _left_by(rows).items():
            left[name] = left.get(name, ANYTHING).within(limits)
        binding = tuple(row for row in rows if len(row.coefficients) > 1)
        named = set(left).union(*[row.coefficients for row in binding])
        for name in named:
            self.cells[name] = self._cell(name, left.get(name, ANYTHING))
        for name in self.form.formulas:  # each comes after its parts
            if name in self.submission.overrides and name in self.cells:
                self._bind_to_formula(name)
        ordered = [name for name in self.form.fields if name in self.cells]
        cells = {name: self.cells[name] for name in ordered}
        return ConstraintSystem(cells, binding)

    def _cell(self, name: str, limits: Limits) -> Cell:
        """A cell with what rules about it alone leave to it, and whether they forbid what it
        holds."""
        now = self.now[name]
        step = wanted = _steps(self.form).get(name, 1)
        if self.form.fields[name].kind is Kind.COUNT:
            step = max(wanted, UNIT)
        lowest = -LIMIT if limits.lowest is None else max(-LIMIT, limits.lowest)
        highest = LIMIT if limits.highest is None else min(LIMIT, limits.highest)
        is_wrong = now % wanted != 0 or not limits.keeps(now)
        return Cell(now, step, lowest, highest, is_wrong)

    def _bind_to_formula(self, name: str) -> None:
        """A typed-over cell can only hold what its formula can give: no negative sum of counts."""
        try:
            terms = self.maker.formula(name)
        except NotLinear:
            return
        lowest = highest = Decimal(0)
        for part, times in terms.items():
            ends = [times * end for end in self._ends(part)]
            lowest += min(ends)
            highest += max(ends)
        limits = Limits(floor(lowest), ceil(highest))
        cell = self.cells[name]
        self.cells[name] = cell.narrowed(limits)

    def _ends(self, name: str) -> tuple[int, int]:
        """The least and the most that a cell may hold; the key "" is a constant 1."""
        if name == "":
            return UNIT, UNIT
        cell = self.cells.get(name, Cell(0, 1))
        return cell.lowest, cell.highest
