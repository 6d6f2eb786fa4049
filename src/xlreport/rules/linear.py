"""The check language as linear constraints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from xlreport.form import expression as ex


@dataclass(frozen=True)
class LinearConstraint:
    """coefficients · fields OPERATOR constant, as a rule of the form or a caller says it: what ties
    a number to the year before, a number told in a text. `name` is what quotes it."""

    coefficients: Mapping[str, Decimal]
    operator: Literal["==", "<", "<=", ">", ">="]
    constant: Decimal
    tolerance: Decimal = Decimal(0)
    name: str = ""


class NotLinear(Exception):
    """A node that this module leaves to the evaluation."""


def comparisons(rule: ex.Truth) -> Iterator[ex.Compare]:
    """The comparisons that must all hold when a rule holds."""
    for part in ex.conjuncts(rule):
        if isinstance(part, ex.And):
            yield from comparisons(part)
        elif isinstance(part, ex.Compare):
            yield part


def rounding_of(part: ex.Compare) -> ex.Rounded | None:
    """The left side of `round(x, n) == x`, which says how many decimals x may have."""
    left = part.left
    if part.operator == "==" and isinstance(left, ex.Rounded) and left.item == part.right:
        return left
    return None


def as_constraint(part: ex.Compare, name: str = "") -> LinearConstraint:
    """A comparison with everything that varies on the left side. Raises NotLinear."""
    if part.operator == "!=":
        raise NotLinear
    terms = linear_terms(ex.Minus(part.left, part.right))
    constant = -terms.pop("", Decimal(0))
    return LinearConstraint(terms, part.operator, constant, part.tolerance, name)


def linear_terms(node: ex.Number) -> dict[str, Decimal]:
    """The coefficient of each field; the key "" has the constant. Raises NotLinear."""
    terms: dict[str, Decimal] = {}
    match node:
        case ex.Const(value=value):
            terms[""] = value
        case ex.Ref(field=name):
            terms[name] = Decimal(1)
        case ex.Total(items=items):
            for item in items:
                add_terms(terms, linear_terms(item), Decimal(1))
        case ex.Minus(left=left, right=right):
            add_terms(terms, linear_terms(left), Decimal(1))
            add_terms(terms, linear_terms(right), Decimal(-1))
        case ex.Times(factor=factor, item=item):
            add_terms(terms, linear_terms(item), factor)
        case _:
            raise NotLinear
    return terms


def add_terms(total: dict[str, Decimal], terms: Mapping[str, Decimal], times: Decimal) -> None:
    """Adds the terms of another sum, `times` as much of each."""
    for name, factor in terms.items():
        total[name] = total.get(name, Decimal(0)) + times * factor
