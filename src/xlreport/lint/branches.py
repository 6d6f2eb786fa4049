"""A rule taken apart: every way in which it can hold or fail, as linear inequalities over the fields.

A way is a conjunction; a rule holds (or fails) where one of its ways is met. `abs` and `round` split
into cases. A node that this module does not know stands for a number or a condition that may be
anything: what is impossible even so is impossible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from xlreport.form import expression as ex
from xlreport.lint.ways import (
    ALL_LEVELS,
    MOST_WAYS,
    Linear,
    Relation,
    TooWide,
    Variable,
    Way,
    joined,
    limit,
)

_Case = tuple[Linear, tuple[Relation, ...]]
"""The value of a number node where some inequalities hold."""

_NEGATED: dict[ex.Operator, ex.Operator] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
}


class Branches:
    """Takes rules apart. Fields that have a formula in `formulas` are replaced by it; `leaves` gives the
    cells that must hold numbers for a field to have a value."""

    def __init__(
        self, formulas: Mapping[str, ex.Number], leaves: Callable[[str], tuple[str, ...]]
    ) -> None:
        self.formulas = formulas
        self.leaves = leaves
        self._computed: dict[str, list[_Case]] = {}

    def ways(self, node: ex.Truth, wanted: bool) -> list[Way]:
        """Every way in which a condition holds (or, not wanted, fails). Raises TooWide."""
        match node:
            case ex.Not(item=item):
                return self.ways(item, not wanted)
            case ex.And(items=items) | ex.Or(items=items):
                sides = [self.ways(item, wanted) for item in items]
                found = (
                    joined(sides)
                    if isinstance(node, ex.And) == wanted
                    else [way for side in sides for way in side]
                )
            case ex.Implies(premise=premise, conclusion=conclusion):
                return self.ways(ex.Or((ex.Not(premise), conclusion)), wanted)
            case ex.Compare():
                found = self._compare(node, wanted)
            case ex.IsNumber(item=item):
                names = self.leaves(item.field)
                cells = [Way(facts={("number", name): wanted}) for name in names]
                found = joined([[cell] for cell in cells]) if wanted else cells
            case ex.Filled(text=name):
                found = [Way(facts={("text", name): wanted})]
            case ex.LevelIn(levels=levels):
                allowed = frozenset(levels) if wanted else ALL_LEVELS - frozenset(levels)
                found = [Way(levels=allowed)] if allowed else []
            case _:
                found = [Way(facts={("condition", node): wanted})]
        limit(found)
        return found

    def _compare(self, node: ex.Compare, wanted: bool) -> list[Way]:
        facts: dict[tuple[str, object], bool] = {
            ("number", leaf): True for name in _refs(node) for leaf in self.leaves(name)
        }
        match node:
            case ex.Compare("==", ex.Rounded(item, digits), right, 0) if wanted and right == item:
                variable = Variable("rounded", repr(node.left), Fraction(1, 10**digits))
                cases = [
                    (value.plus(_of(variable), Fraction(-1)), given)
                    for value, given in self._number(item)
                ]
            case _:
                cases = self._number(ex.Minus(node.left, node.right))
        operator = node.operator if wanted else _NEGATED[node.operator]
        found = [
            Way((*given, *relations), facts=facts)
            for gap, given in cases
            for relations in _relations(operator, gap, Fraction(node.tolerance))
        ]
        return [way for way in found if _possible(way)]

    def _number(self, node: ex.Number) -> list[_Case]:
        match node:
            case ex.Const(value=value):
                return [(Linear((), Fraction(value)), ())]
            case ex.Ref(field=name):
                return self._value(name)
            case ex.Previous(field=name):
                return [(_of(Variable("previous", name)), ())]
            case ex.Length(text=name):
                return [(_of(Variable("length", name, Fraction(1))), ())]
            case ex.Total(items=items):
                found: list[_Case] = [(Linear(), ())]
                for item in items:
                    found = _sums(found, self._number(item))
                return found
            case ex.Minus(left=left, right=right):
                return _sums(self._number(left), self._number(right), Fraction(-1))
            case ex.Times(factor=factor, item=item):
                return [
                    (value.times(Fraction(factor)), given) for value, given in self._number(item)
                ]
            case ex.Absolute(item=item):
                return [
                    case for value, given in self._number(item) for case in _absolute(value, given)
                ]
            case ex.Rounded(item=item, digits=digits):
                return _rounded(self._number(item), repr(node), digits)
            case _:
                return [(_of(Variable("unknown", repr(node))), ())]

    def _value(self, name: str) -> list[_Case]:
        """A field's value; a computed one has what its formula gives, rounded as the cell holds it."""
        formula = self.formulas.get(name)
        if formula is None:
            return [(_of(Variable("field", name)), ())]
        if name not in self._computed:
            cases = self._number(formula)
            exact = not _known(formula) or ex.scale_of(formula) <= ex.SCALE
            self._computed[name] = cases if exact else _rounded(cases, repr(formula), ex.SCALE)
        return self._computed[name]


def _of(variable: Variable) -> Linear:
    return Linear(((variable, Fraction(1)),))


_UNDERSTOOD = (
    ex.Const,
    ex.Ref,
    ex.Previous,
    ex.Length,
    ex.Total,
    ex.Minus,
    ex.Times,
    ex.Absolute,
    ex.Rounded,
)


def _known(node: ex.Number) -> bool:
    return all(isinstance(part, _UNDERSTOOD) for part in ex.walk(node))


def _refs(node: ex.Node) -> list[str]:
    """The fields whose own numbers a comparison needs; what an unknown node needs is unknown."""
    if isinstance(node, ex.Ref):
        return [node.field]
    if not isinstance(node, (ex.Compare, *_UNDERSTOOD)):
        return []
    return [name for child in ex.children(node) for name in _refs(child)]


def _sums(first: list[_Case], second: list[_Case], factor: Fraction = Fraction(1)) -> list[_Case]:
    if len(first) * len(second) > MOST_WAYS:
        raise TooWide
    return [(a.plus(b, factor), (*given, *also)) for a, given in first for b, also in second]


def _absolute(value: Linear, given: tuple[Relation, ...]) -> list[_Case]:
    minus = value.times(Fraction(-1))
    return [(value, (*given, Relation(minus))), (minus, (*given, Relation(value, strict=True)))]


def _rounded(cases: list[_Case], name: str, digits: int) -> list[_Case]:
    """Half away from zero: for x >= 0, r - half <= x < r + half; for x < 0 the other side is strict."""
    result = _of(Variable("rounded", name, Fraction(1, 10**digits)))
    half = Linear((), Fraction(1, 2 * 10**digits))
    found: list[_Case] = []
    for value, given in cases:
        above = value.plus(result, Fraction(-1)).plus(half, Fraction(-1))
        below = result.plus(value, Fraction(-1)).plus(half, Fraction(-1))
        minus = value.times(Fraction(-1))
        found.append(
            (result, (*given, Relation(minus), Relation(below), Relation(above, strict=True)))
        )
        found.append(
            (
                result,
                (
                    *given,
                    Relation(value, strict=True),
                    Relation(below, strict=True),
                    Relation(above),
                ),
            )
        )
    return found


def _relations(
    operator: ex.Operator, gap: Linear, tolerance: Fraction
) -> list[tuple[Relation, ...]]:
    """The ways in which a difference stands in an operator's relation to 0."""
    minus = gap.times(Fraction(-1))
    slack = Linear((), tolerance)
    match operator:
        case "==":
            return [
                (Relation(gap.plus(slack, Fraction(-1))), Relation(minus.plus(slack, Fraction(-1))))
            ]
        case "!=":
            return [
                (Relation(minus.plus(slack), strict=True),),
                (Relation(gap.plus(slack), strict=True),),
            ]
        case "<" | "<=":
            return [(Relation(gap, strict=operator == "<"),)]
        case ">" | ">=":
            return [(Relation(minus, strict=operator == ">"),)]


def _possible(way: Way) -> bool:
    """Whether no inequality without variables is false."""
    plain = [r for r in way.relations if not r.linear.terms]
    return all(r.linear.constant < 0 or (r.linear.constant == 0 and not r.strict) for r in plain)
