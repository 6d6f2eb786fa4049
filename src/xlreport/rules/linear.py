"""Linear constraints, and how the check language becomes one.

Rows and cells count in whole millionths, so that nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from xlreport.form import expression as ex

UNIT = 10**ex.SCALE
LIMIT = int(ex.MAX_NUMBER) * UNIT - 1
"""The largest number a cell may hold, in millionths."""


@dataclass(frozen=True)
class LinearConstraint:
    """coefficients · fields OPERATOR constant, as a rule of the form or a caller says it: a tie to the
    year before, a number said in the text. `name` is what quotes it."""

    coefficients: Mapping[str, Decimal]
    operator: Literal["==", "<", "<=", ">", ">="]
    constant: Decimal
    tolerance: Decimal = Decimal(0)
    name: str = ""


@dataclass(frozen=True)
class Row:
    """lowest <= coefficients · cells <= highest, in whole numbers; None is no limit."""

    name: str
    coefficients: Mapping[str, int]
    lowest: int | None
    highest: int | None

    def keeps(self, value: int) -> bool:
        """Whether a value of the left side is within the limits."""
        return (self.lowest is None or value >= self.lowest) and (
            self.highest is None or value <= self.highest
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell holds, and what it may hold: multiples of `step` from `lowest` to `highest`.
    `wrong` says that a rule forbids the number it holds, whatever stands elsewhere."""

    now: int
    step: int
    lowest: int = -LIMIT
    highest: int = LIMIT
    wrong: bool = False


@dataclass(frozen=True)
class System:
    """The cells of one unit and the rules that bind several of them."""

    cells: Mapping[str, Cell]
    rows: tuple[Row, ...]


class NotLinear(Exception):
    """A node that this module leaves to the evaluation."""


def comparisons(rule: ex.Truth) -> Iterator[ex.Compare]:
    """The comparisons that must all hold when a rule holds."""
    for part in ex.conjuncts(rule):
        if isinstance(part, ex.And):
            yield from comparisons(part)
        elif isinstance(part, ex.Compare):
            yield part


def as_constraint(part: ex.Compare, name: str = "") -> LinearConstraint:
    """A comparison with everything that varies on the left side. Raises NotLinear."""
    if part.operator == "!=":
        raise NotLinear
    terms = linear(ex.Minus(part.left, part.right))
    constant = -terms.pop("", Decimal(0))
    return LinearConstraint(terms, part.operator, constant, part.tolerance, name)


def linear(node: ex.Number) -> dict[str, Decimal]:
    """The coefficient of each field; the key "" has the constant. Raises NotLinear."""
    found: dict[str, Decimal] = {}
    match node:
        case ex.Const(value=value):
            found[""] = value
        case ex.Ref(field=name):
            found[name] = Decimal(1)
        case ex.Total(items=items):
            for item in items:
                add(found, linear(item), Decimal(1))
        case ex.Minus(left=left, right=right):
            add(found, linear(left), Decimal(1))
            add(found, linear(right), Decimal(-1))
        case ex.Times(factor=factor, item=item):
            add(found, linear(item), factor)
        case _:
            raise NotLinear
    return found


def add(found: dict[str, Decimal], more: Mapping[str, Decimal], times: Decimal) -> None:
    for name, factor in more.items():
        found[name] = found.get(name, Decimal(0)) + times * factor


def limits(operator: str, middle: int, slack: int) -> tuple[int | None, int | None]:
    """The limits of a left side in whole numbers: smaller than 5 is at most 4."""
    match operator:
        case "==":
            return middle - slack, middle + slack
        case "<":
            return None, middle - 1
        case "<=":
            return None, middle
        case ">":
            return middle + 1, None
        case _:
            return middle, None
