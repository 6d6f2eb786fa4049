"""What may stand in the cells, and whether one way of some rules is possible there.

Any cell takes any number of 6 decimals below the limit. The `each: cell` rules of weight `error` narrow
this, such as: no negative numbers, only integers, only numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor, lcm

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Check, Form, Instance
from xlreport.lint.feasibility import Answer, Row, solve
from xlreport.lint.ways import STEP, Relation, Variable, Way


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that one cell may hold: multiples of `step` within limits. `number` says that it
    must hold a number."""

    low: Fraction = -Fraction(ex.MAX_NUMBER)
    high: Fraction = Fraction(ex.MAX_NUMBER)
    step: Fraction = STEP
    number: bool = False

    @property
    def empty(self) -> bool:
        return ceil(self.low / self.step) > floor(self.high / self.step)

    @property
    def nearest(self) -> Fraction:
        """The number nearest to 0."""
        low, high = ceil(self.low / self.step), floor(self.high / self.step)
        return min(max(0, low), high) * self.step


ANY = Range()


@dataclass(frozen=True)
class Domain:
    """The range of each typed-in field, and the codes of the checks that say so."""

    ranges: Mapping[str, Range] = field(default_factory=dict)
    codes: tuple[str, ...] = ()

    def of(self, name: str) -> Range:
        return self.ranges.get(name, ANY)

    def empty(self) -> bool:
        """Whether some cell may hold nothing at all."""
        return any(r.empty for r in self.ranges.values())


ANYTHING = Domain()


def is_cell_check(check: Check) -> bool:
    """Whether a check says what every single cell may hold."""
    return check.each == "cell" and check.severity is Severity.ERROR


def domain_of(form: Form, codes: Collection[str]) -> Domain:
    """What these `each: cell` checks leave of the numbers; parts that are not understood leave all."""
    ranges: dict[str, Range] = {}
    for instance in form.instances:
        if instance.check.code in codes:
            for part in ex.conjuncts(instance.rule):
                for name, narrowed in _narrowed(part, ranges):
                    ranges[name] = narrowed
    return Domain(ranges, tuple(codes))


def absorbed(instance: Instance) -> bool:
    """Whether `domain_of` says all that an instance says."""
    return all(any(True for _ in _narrowed(part, {})) for part in ex.conjuncts(instance.rule))


def _narrowed(part: ex.Truth, ranges: Mapping[str, Range]) -> Iterator[tuple[str, Range]]:
    match part:
        case ex.IsNumber(item=ex.Ref(field=name)):
            yield name, replace(ranges.get(name, ANY), number=True)
        case ex.Compare("==", ex.Rounded(ex.Ref(name), digits), ex.Ref(other), 0) if name == other:
            old = ranges.get(name, ANY)
            yield name, replace(old, step=max(old.step, Fraction(1, 10**digits)))
        case ex.Compare(operator, ex.Ref(name), ex.Const(value), 0) if operator != "!=":
            old, limit = ranges.get(name, ANY), Fraction(value)
            low = (
                max(old.low, limit + (STEP if operator == ">" else 0))
                if operator in (">", ">=", "==")
                else old.low
            )
            high = (
                min(old.high, limit - (STEP if operator == "<" else 0))
                if operator in ("<", "<=", "==")
                else old.high
            )
            yield name, replace(old, low=low, high=high)


@dataclass(frozen=True, slots=True)
class Found:
    """Whether a way is possible, with the numbers of the fields it is about."""

    answer: Answer
    numbers: Mapping[Variable, Fraction] = field(default_factory=dict)


def possible(way: Way, domain: Domain) -> Found:
    """Whether numbers of a domain meet a way; NONE is a proof, FOUND has been calculated exactly."""
    for (kind, name), value in way.facts.items():
        if kind == "number" and not value and domain.of(str(name)).number:
            return Found(Answer.NONE)
    groups = _groups(way, domain)
    rows = [_row(relation, groups, domain) for relation in way.relations]
    solution = solve([*rows, *_limits(groups, domain)])
    numbers = _spread(groups, domain, solution.values) if solution.answer is Answer.FOUND else {}
    return Found(solution.answer, numbers)


_Group = tuple[Variable, ...]
"""Fields that stand everywhere with the same factor: only their sum matters."""


def _groups(way: Way, domain: Domain) -> list[_Group]:
    factors: dict[Variable, list[tuple[int, Fraction]]] = {}
    for i, relation in enumerate(way.relations):
        for variable, factor in relation.linear.terms:
            factors.setdefault(variable, []).append((i, factor))
    together: dict[object, list[Variable]] = {}
    for variable in sorted(factors):
        alike = domain.of(variable.name) if variable.kind == "field" else variable
        together.setdefault((alike, tuple(factors[variable])), []).append(variable)
    return [tuple(group) for group in together.values()]


def _step(variable: Variable, domain: Domain) -> Fraction:
    return domain.of(variable.name).step if variable.kind == "field" else variable.step


def _row(relation: Relation, groups: list[_Group], domain: Domain) -> Row:
    """An inequality over integers: each variable is so many times its step."""
    factors = dict(relation.linear.terms)
    whole = [
        (i, factors[g[0]] * _step(g[0], domain)) for i, g in enumerate(groups) if g[0] in factors
    ]
    scale = lcm(relation.linear.constant.denominator, *(f.denominator for _, f in whole))
    limit = -int(relation.linear.constant * scale) - (1 if relation.strict else 0)
    return Row(tuple((i, int(f * scale)) for i, f in whole), limit)


def _edges(variable: Variable, domain: Domain) -> tuple[int, int]:
    mine = domain.of(variable.name)
    return ceil(mine.low / mine.step), floor(mine.high / mine.step)


def _limits(groups: list[_Group], domain: Domain) -> Iterator[Row]:
    for i, group in enumerate(groups):
        if group[0].kind == "field":
            low, high = _edges(group[0], domain)
            yield Row(((i, 1),), high * len(group))
            yield Row(((i, -1),), -low * len(group))
        elif group[0].kind == "length":
            yield Row(((i, -1),), 0)


def _spread(
    groups: list[_Group], domain: Domain, values: Mapping[int, int]
) -> dict[Variable, Fraction]:
    """The sums given back to the fields, the first ones taking as much as they may."""
    found: dict[Variable, Fraction] = {}
    for i, group in enumerate(groups):
        if group[0].kind != "field":
            found[group[0]] = values.get(i, 0) * group[0].step
            continue
        low, high = _edges(group[0], domain)
        usual = min(max(0, low), high)
        rest = values.get(i, usual * len(group)) - usual * len(group)
        for variable in group:
            change = min(max(rest, low - usual), high - usual)
            rest -= change
            found[variable] = (usual + change) * _step(variable, domain)
    return found
