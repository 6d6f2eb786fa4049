"""A way in which rules are met: linear inequalities over the fields, levels and facts, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Literal

from xlreport.form import expression as ex
from xlreport.form.model import LEVELS

MOST_WAYS = 256
"""Ways of one rule, or of several together, that are looked at."""

ALL_LEVELS = frozenset(LEVELS)
STEP = Fraction(1, 10**ex.SCALE)
"""Every number of a fill is a multiple of this."""


class TooWide(Exception):
    """A rule has more ways than are looked at."""


@dataclass(frozen=True, slots=True, order=True)
class Variable:
    """A number field of this year or of the year before, the length of a text, a rounded number or
    something unknown; always a multiple of `step`."""

    kind: Literal["field", "previous", "length", "rounded", "unknown"]
    name: str
    step: Fraction = STEP


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of variables with factors, and a constant; no factor is 0."""

    terms: tuple[tuple[Variable, Fraction], ...] = ()
    constant: Fraction = Fraction(0)

    def plus(self, other: Linear, factor: Fraction = Fraction(1)) -> Linear:
        sums = dict(self.terms)
        for variable, coefficient in other.terms:
            sums[variable] = sums.get(variable, Fraction(0)) + coefficient * factor
        terms = tuple(sorted((v, c) for v, c in sums.items() if c))
        return Linear(terms, self.constant + other.constant * factor)

    def times(self, factor: Fraction) -> Linear:
        return Linear().plus(self, factor)


@dataclass(frozen=True, slots=True)
class Relation:
    """`linear` <= 0, or < 0 when strict."""

    linear: Linear
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One conjunction: inequalities, the levels a unit may have, and facts: `("number", field)` (a cell
    holds a number), `("text", id)` (a text is filled), `("condition", node)` (anything else)."""

    relations: tuple[Relation, ...] = ()
    levels: frozenset[str] = ALL_LEVELS
    facts: Mapping[tuple[str, object], bool] = field(default_factory=dict)

    def joined(self, other: Way) -> Way | None:
        """Both ways at once; None when their levels or facts exclude one another."""
        levels = self.levels & other.levels
        if not levels or any(
            other.facts.get(name, value) != value for name, value in self.facts.items()
        ):
            return None
        return Way(self.relations + other.relations, levels, {**self.facts, **other.facts})


def joined(sides: Iterable[list[Way]]) -> list[Way]:
    """The ways in which one way of every side is met."""
    found = [Way()]
    for side in sides:
        found = [both for a, b in product(found, side) if (both := a.joined(b)) is not None]
        limit(found)
    return found


def limit(found: list[Way]) -> None:
    """Raises TooWide when there are more ways than are looked at."""
    if len(found) > MOST_WAYS:
        raise TooWide
