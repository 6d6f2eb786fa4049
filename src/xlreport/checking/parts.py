"""A report taken apart: cells that rules tie together, where something among them does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import gcd

from xlreport.rules.linear import Cell, Row, System


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that would change, and the range that its new number can have (both ends possible; None
    where it is not worked out)."""

    field: str
    now: Decimal
    lowest: Decimal | None = None
    highest: Decimal | None = None

    @property
    def value(self) -> Decimal | None:
        """The new number, when there is only one."""
        return self.lowest if self.lowest == self.highest else None


Answer = tuple[Change, ...]
"""Cells whose change makes everything hold; a smaller set does not."""


@dataclass(frozen=True)
class Part:
    """Cells that rules tie together, with a rule that fails among them.

    `answers` are all smallest sets; none when no set of up to `most` cells suffices. When the part is
    not `decided`, nothing is claimed. `names` are the rules that fail, `rows` all of the part.
    """

    names: tuple[str, ...]
    answers: tuple[Answer, ...]
    decided: bool
    rows: tuple[Row, ...]
    cells: Mapping[str, Cell]

    @property
    def size(self) -> int | None:
        """How many cells must change at least; None when that is not known."""
        return len(self.answers[0]) if self.answers else None


def failing_parts(system: System) -> Iterator[Part]:
    """The parts in which something fails; rules that follow from others tie nothing together."""
    independent, implied = _independent(system.rows)
    home = _homes(independent, system.cells)
    parts: dict[str, list[Row]] = {}
    for row in (*independent, *implied):
        homes = {home[name] for name in row.coefficients}
        if len(homes) == 1:
            parts.setdefault(homes.pop(), []).append(row)
    cells: dict[str, dict[str, Cell]] = {}
    for name, cell in system.cells.items():
        cells.setdefault(home[name], {})[name] = cell
    for key, mine in cells.items():
        rows = tuple(parts.get(key, ()))
        names = tuple(dict.fromkeys(row.name for row in rows if not row.keeps(value(row, mine))))
        if names or any(cell.wrong for cell in mine.values()):
            yield Part(names, (), False, rows, mine)


def value(row: Row, cells: Mapping[str, Cell]) -> int:
    """What the left side of a row is now."""
    return sum(times * cells[name].now for name, times in row.coefficients.items())


def _homes(rows: Iterable[Row], cells: Iterable[str]) -> dict[str, str]:
    """For each cell the one that stands for all that it is tied to."""
    above = {name: name for name in cells}

    def top(name: str) -> str:
        while above[name] != name:
            above[name] = name = above[above[name]]
        return name

    for row in rows:
        first, *others = row.coefficients
        for name in others:
            above[top(name)] = top(first)
    return {name: top(name) for name in above}


def _independent(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Equalities of which none follows from the others, with all other rows; and those that follow.

    Short ones are kept first, so that a balance of totals follows from the balances of the columns.
    """
    kept: list[Row] = []
    implied: list[Row] = []
    pivots: list[tuple[str, dict[str, int]]] = []
    for row in sorted(rows, key=lambda row: len(row.coefficients)):
        if row.lowest != row.highest or row.lowest is None:
            kept.append(row)
            continue
        rest = {**row.coefficients, "": row.lowest}
        for name, pivot in pivots:
            if name in rest:
                rest = _eliminated(rest, pivot, name)
        pivot_name = min((n for n in rest if n), key=lambda n: abs(rest[n]), default=None)
        if pivot_name is not None:
            pivots.append((pivot_name, rest))
        (implied if not rest else kept).append(row)
    return kept, implied


def _eliminated(row: dict[str, int], pivot: dict[str, int], name: str) -> dict[str, int]:
    """The row without one of its cells: a combination of both rows, divided by what is common."""
    a, b = pivot[name], row[name]
    found = {n: a * times for n, times in row.items()}
    for n, times in pivot.items():
        found[n] = found.get(n, 0) - b * times
    common = gcd(*found.values()) or 1
    return {n: times // common for n, times in found.items() if times}
