"""Small systems of linear inequalities in integers, decided exactly or not at all.

Equalities are eliminated by unimodular column operations (Euclid), which keep integer points; what
inequalities remain are projected as in Pugh's Omega test: the real shadow proves that there is no
integer point, the dark shadow that there is one, and where they differ nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import gcd

Vector = tuple[int, ...]
Bound = tuple[Vector, int | None, int | None]
"""lowest <= vector · x <= highest; None is no limit."""

_Limits = dict[Vector, tuple[int | None, int | None]]

MOST_PAIRS = 400
"""A projection with more pairs than this is not worth its time: undecided."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Whether integers exist that keep all bounds (None: undecided), and, where the solutions are one
    point or a line of points, the exact range of each unknown."""

    feasible: bool | None
    ranges: tuple[tuple[int, int], ...] | None = None


NONE = Solution(False)


def solve(bounds: Iterable[Bound], size: int) -> Solution:
    """Whether `size` integers exist that keep all bounds."""
    points = [(0, tuple(int(i == j) for j in range(size))) for i in range(size)]
    limits = _merged(bounds)
    while limits is not None:
        equal = next(
            (vector for vector, (low, high) in limits.items() if low == high is not None), None
        )
        if equal is None:
            break
        right = limits.pop(equal)[0] or 0
        first, rest = _solved(equal)
        points = [
            (p + _dot(v, first) * right, tuple(_dot(v, column) for column in rest))
            for p, v in points
        ]
        limits = _merged(
            _moved(vector, pair, first, rest, right) for vector, pair in limits.items()
        )
    if limits is None:
        return NONE
    free = len(points[0][1]) if points else 0
    if free > 1:
        return Solution(_shadows(limits, free))
    low, high = limits.get((1,), (None, None)) if free else (0, 0)
    if low is None or high is None:
        return Solution(True)
    ends = ([p + v[0] * t for t in (low, high)] if free else [p] for p, v in points)
    return Solution(True, tuple((min(pair), max(pair)) for pair in ends))


def _dot(first: Sequence[int], second: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(first, second, strict=True))


def _merged(bounds: Iterable[Bound]) -> _Limits | None:
    """One interval for each direction, with integer ends; None when one is empty."""
    found: _Limits = {}
    for vector, low, high in bounds:
        divisor = gcd(*vector)
        if divisor == 0:
            if (low is not None and low > 0) or (high is not None and high < 0):
                return None
            continue
        if next(a for a in vector if a) < 0:
            divisor, low, high = -divisor, high, low
        low = None if low is None else -(-low // divisor)
        high = None if high is None else high // divisor
        vector = tuple(a // divisor for a in vector)
        before = found.get(vector, (None, None))
        low = low if before[0] is None else before[0] if low is None else max(low, before[0])
        high = high if before[1] is None else before[1] if high is None else min(high, before[1])
        if low is not None and high is not None and low > high:
            return None
        found[vector] = (low, high)
    return found


def _solved(vector: Vector) -> tuple[Vector, list[Vector]]:
    """The integer solutions of vector · x = b are b · first plus all combinations of the rest."""
    row = list(vector)
    columns = [[int(i == j) for i in range(len(row))] for j in range(len(row))]
    while sum(a != 0 for a in row) > 1:
        least = min((abs(a), i) for i, a in enumerate(row) if a)[1]
        for j, a in enumerate(row):
            if j != least and a:
                times = a // row[least]
                row[j] -= times * row[least]
                columns[j] = [
                    x - times * y for x, y in zip(columns[j], columns[least], strict=True)
                ]
    at = next(i for i, a in enumerate(row) if a)
    return tuple(row[at] * x for x in columns[at]), [
        tuple(c) for j, c in enumerate(columns) if j != at
    ]


def _moved(
    vector: Vector,
    pair: tuple[int | None, int | None],
    first: Vector,
    rest: list[Vector],
    right: int,
) -> Bound:
    """A bound in the unknowns that are left after an equality."""
    gone = _dot(vector, first) * right
    low, high = (None if end is None else end - gone for end in pair)
    return tuple(_dot(vector, column) for column in rest), low, high


def _shadows(limits: _Limits, size: int) -> bool | None:
    """Whether two or more unknowns have an integer point, by the shadows of one dimension less."""
    at, lower, upper = min((_sides(limits, i) for i in range(size)), key=_effort)
    if len(lower) * len(upper) > MOST_PAIRS:
        return None
    apart = [(v, low, high) for v, (low, high) in limits.items() if not v[at]]
    real, dark, exact = [], [], True
    for a, low in lower:
        for b, high in upper:
            vector = tuple(-b[at] * x + a[at] * y for x, y in zip(a, b, strict=True))
            least = -b[at] * low + a[at] * high
            gap = (a[at] - 1) * (-b[at] - 1)
            exact = exact and gap == 0
            real.append((vector, least, None))
            dark.append((vector, least + gap, None))
    below = [_without([*apart, *rows], at, size) for rows in ((real,) if exact else (real, dark))]
    if below[0] is not True or exact:
        return below[0]
    return below[1] or None


def _sides(
    limits: _Limits, at: int
) -> tuple[int, list[tuple[Vector, int]], list[tuple[Vector, int]]]:
    """The half spaces v · x >= c that bound one unknown from below, and from above."""
    lower: list[tuple[Vector, int]] = []
    upper: list[tuple[Vector, int]] = []
    for vector, (low, high) in limits.items():
        for v, c in ((vector, low), (tuple(-a for a in vector), None if high is None else -high)):
            if c is not None and v[at]:
                (lower if v[at] > 0 else upper).append((v, c))
    return at, lower, upper


def _effort(
    sides: tuple[int, list[tuple[Vector, int]], list[tuple[Vector, int]]],
) -> tuple[bool, int]:
    """Exact eliminations first, then those with few pairs."""
    at, lower, upper = sides
    exact = all(v[at] == 1 for v, _ in lower) or all(v[at] == -1 for v, _ in upper)
    return not exact, len(lower) * len(upper)


def _without(bounds: Iterable[Bound], at: int, size: int) -> bool | None:
    """Whether the bounds have an integer point once an unknown that none of them names is left out."""
    return solve(((v[:at] + v[at + 1 :], low, high) for v, low, high in bounds), size - 1).feasible
