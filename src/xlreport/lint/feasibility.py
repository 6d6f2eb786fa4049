"""Whether integers exist that satisfy linear inequalities: exact, by Fourier–Motzkin elimination.

Each inequality is divided by the common divisor of its coefficients and its limit rounded down, which
loses no integer solution; so `NONE` is a proof for integers. A solution that is found is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from math import gcd

MOST_ROWS = 1500
"""Inequalities at one time; beyond this elimination is given up."""

MOST_TRIALS = 400
"""Values tried while a solution is put together."""

CHOICES = 9
"""Values of one variable that are tried, those nearest to 0 first."""

Terms = tuple[tuple[int, int], ...]


class Answer(Enum):
    """Whether there is a solution."""

    NONE = "none"
    FOUND = "found"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """sum(coefficient x variable) <= limit; `terms` are (variable, coefficient), sorted, without zeros."""

    terms: Terms
    limit: int

    def coefficient(self, variable: int) -> int:
        return next((c for v, c in self.terms if v == variable), 0)


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer, and the values of the variables when a solution was found."""

    answer: Answer
    values: Mapping[int, int]


class _TooMuch(Exception):
    """The limits of this module are reached."""


class _Impossible(Exception):
    """0 <= a negative number was derived."""


def solve(rows: Iterable[Row]) -> Solution:
    """Integers that satisfy all rows; variables that no row limits are missing from the values."""
    try:
        stages = _eliminated(_reduced(rows))
    except _Impossible:
        return Solution(Answer.NONE, {})
    except _TooMuch:
        return Solution(Answer.UNKNOWN, {})
    search = _Search(stages)
    return Solution(search.run(len(stages)), search.values)


def _reduced(rows: Iterable[Row]) -> list[Row]:
    """The same rows in lowest terms, of equal ones only the strictest."""
    strictest: dict[Terms, int] = {}
    for row in rows:
        if not row.terms:
            if row.limit < 0:
                raise _Impossible
            continue
        divisor = gcd(*(c for _, c in row.terms))
        terms = tuple((v, c // divisor) for v, c in row.terms)
        limit = row.limit // divisor
        strictest[terms] = min(limit, strictest.get(terms, limit))
    for terms, limit in strictest.items():
        opposite = strictest.get(tuple((v, -c) for v, c in terms))
        if opposite is not None and limit + opposite < 0:
            raise _Impossible
    return [Row(terms, limit) for terms, limit in strictest.items()]


_Stage = tuple[int, list[Row]]
"""A variable and the rows that named it when it was eliminated."""


def _eliminated(rows: list[Row]) -> list[_Stage]:
    stages: list[_Stage] = []
    while rows:
        variable = _cheapest(rows)
        mine = [row for row in rows if row.coefficient(variable)]
        stages.append((variable, mine))
        above = [row for row in mine if row.coefficient(variable) > 0]
        below = [row for row in mine if row.coefficient(variable) < 0]
        rest = [row for row in rows if not row.coefficient(variable)]
        if len(rest) + len(above) * len(below) > MOST_ROWS:
            raise _TooMuch
        rows = _reduced([*rest, *(_without(variable, a, b) for a in above for b in below)])
    return stages


def _cheapest(rows: list[Row]) -> int:
    """The variable whose elimination loses no integer solution, and of those the one that leaves the
    fewest rows: where a factor is 1 on one side, an integer fits between any two limits."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for row in rows:
        for variable, coefficient in row.terms:
            (above if coefficient > 0 else below).setdefault(variable, []).append(abs(coefficient))

    def effort(variable: int) -> tuple[bool, int, int]:
        up, down = above.get(variable, []), below.get(variable, [])
        inexact = max(up, default=1) > 1 and max(down, default=1) > 1
        return inexact, len(up) * len(down) - len(up) - len(down), variable

    return min({*above, *below}, key=effort)


def _without(variable: int, above: Row, below: Row) -> Row:
    """The sum of two rows, so weighted that a variable drops out."""
    up, down = above.coefficient(variable), -below.coefficient(variable)
    sums = {v: c * down for v, c in above.terms}
    for v, c in below.terms:
        sums[v] = sums.get(v, 0) + c * up
    terms = tuple(sorted((v, c) for v, c in sums.items() if c))
    return Row(terms, above.limit * down + below.limit * up)


class _Search:
    """Puts a solution together, from the variable eliminated last to the first."""

    def __init__(self, stages: list[_Stage]) -> None:
        self.stages = stages
        self.values: dict[int, int] = {}
        self.left = MOST_TRIALS

    def run(self, depth: int) -> Answer:
        """FOUND leaves the solution in `values`; NONE means that every integer was tried."""
        if depth == 0:
            return Answer.FOUND
        variable, rows = self.stages[depth - 1]
        low, high = self._limits(variable, rows)
        complete = low is not None and high is not None and high - low < CHOICES
        for value in _nearest(low, high):
            self.left -= 1
            if self.left < 0:
                return Answer.UNKNOWN
            self.values[variable] = value
            answer = self.run(depth - 1)
            if answer is Answer.FOUND:
                return answer
            complete = complete and answer is Answer.NONE
        self.values.pop(variable, None)
        return Answer.NONE if complete else Answer.UNKNOWN

    def _limits(self, variable: int, rows: list[Row]) -> tuple[int | None, int | None]:
        low: int | None = None
        high: int | None = None
        for row in rows:
            own = row.coefficient(variable)
            rest = row.limit - sum(c * self.values.get(v, 0) for v, c in row.terms if v != variable)
            if own > 0:
                high = rest // own if high is None else min(high, rest // own)
            else:
                least = -(rest // -own)
                low = least if low is None else max(low, least)
        return low, high


def _nearest(low: int | None, high: int | None) -> list[int]:
    """Up to CHOICES integers between the limits, those nearest to 0 first."""
    start = max(0, low) if low is not None else 0
    start = min(start, high) if high is not None else start
    steps = sorted(range(-CHOICES, CHOICES + 1), key=lambda step: (abs(step), step < 0))
    around = (start + step for step in steps)
    inside = [v for v in around if (low is None or v >= low) and (high is None or v <= high)]
    return inside[:CHOICES]
