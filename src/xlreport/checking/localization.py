"""Which cell may be wrong when constraints do not hold: error localization after Fellegi and Holt
(1976), for a single cell in each part of the report.

A report is taken apart into the connected components of its constraint system; in one where
something fails, a cell explains it when another number in it alone makes all constraints of the
component hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import gcd

from xlreport.checking.constraints import Cell, ConstraintSystem, Row
from xlreport.rules.fixed import from_fixed


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that would change, and the range that its new number can have, both ends possible."""

    field: str
    now: Decimal
    lowest: Decimal
    highest: Decimal

    @property
    def value(self) -> Decimal | None:
        """The new number, when there is only one."""
        if self.lowest == self.highest:
            return self.lowest
        return None


@dataclass(frozen=True)
class Component:
    """Cells that constraints tie together, with all constraints among them."""

    rows: tuple[Row, ...]
    cells: Mapping[str, Cell]

    @cached_property
    def values(self) -> list[int]:
        """What the left side of each constraint is now."""
        return [row.value(self.cells) for row in self.rows]

    @cached_property
    def failing(self) -> frozenset[int]:
        """The constraints that do not hold, by their positions."""
        pairs = zip(self.rows, self.values, strict=True)
        return frozenset(i for i, (row, value) in enumerate(pairs) if not row.limits.keeps(value))

    @cached_property
    def wrong(self) -> tuple[str, ...]:
        """The cells whose number is forbidden whatever stands elsewhere."""
        return tuple(name for name, cell in self.cells.items() if cell.wrong)

    @cached_property
    def rows_of(self) -> Mapping[str, Sequence[int]]:
        """The constraints that each cell takes part in, by their positions."""
        positions: defaultdict[str, list[int]] = defaultdict(list)
        for i, row in enumerate(self.rows):
            for name in row.coefficients:
                positions[name].append(i)
        return positions

    @property
    def fails(self) -> bool:
        """Whether something does not hold as it is."""
        return bool(self.wrong or self.failing)

    def holds_with(self, new: Mapping[str, int]) -> bool:
        """Whether all constraints hold with other numbers in some cells; names of other components
        are passed over."""
        changed = {name: number for name, number in new.items() if name in self.cells}
        judged = {name: self.cells[name].now for name in self.wrong} | changed
        if not all(self.cells[name].may_hold(number) for name, number in judged.items()):
            return False
        after = self._values_with(changed)
        if not self.failing <= after.keys():
            return False
        return all(self.rows[i].limits.keeps(value) for i, value in after.items())

    def _values_with(self, changed: Mapping[str, int]) -> dict[int, int]:
        """The left sides of the constraints that some cells take part in, with other numbers in
        these."""
        after: dict[int, int] = {}
        for name, number in changed.items():
            step = number - self.cells[name].now
            for i in self.rows_of.get(name, ()):
                before = after.get(i, self.values[i])
                after[i] = before + step * self.rows[i].coefficients[name]
        return after


def failing_components(system: ConstraintSystem) -> list[Component]:
    """The connected components in which something does not hold."""
    return [component for component in connected_components(system) if component.fails]


def sole_changes(component: Component) -> tuple[Change, ...]:
    """Every cell whose change alone makes the whole component hold, in the order of the form."""
    changes = []
    for name in _in_all_that_fails(component):
        change = _sole_change(component, name)
        if change is not None:
            changes.append(change)
    return tuple(changes)


def _in_all_that_fails(component: Component) -> Iterator[str]:
    """The cells that take part in everything that does not hold."""
    failing = [component.rows[i].coefficients for i in sorted(component.failing)]
    for name in component.cells:
        is_alone_wrong = all(other == name for other in component.wrong)
        if is_alone_wrong and all(name in coefficients for coefficients in failing):
            yield name


def _sole_change(component: Component, name: str) -> Change | None:
    """The range in which a cell makes its rows hold while nothing else changes; None when it is
    empty."""
    cell = component.cells[name]
    room = cell
    for i in component.rows_of.get(name, ()):
        row = component.rows[i]
        times = row.coefficients[name]
        others = component.values[i] - times * cell.now
        room = room.narrowed(row.limits.less(others).divided(times))
    lowest = -(-room.lowest // cell.step) * cell.step
    highest = room.highest // cell.step * cell.step
    if lowest > highest:
        return None
    now = from_fixed(cell.now)
    return Change(name, now, from_fixed(lowest), from_fixed(highest))


# --- connected components ------------------------------------------------------------------------


def connected_components(system: ConstraintSystem) -> Iterator[Component]:
    """The system taken apart; equations that follow from others tie nothing together, so a balance
    of totals does not join the columns. One whose cells lie in several components is left out."""
    independent, implied = _independent(system.rows)
    home = _homes(independent, system.cells)
    rows = _by_home((*independent, *implied), home)
    cells: dict[str, dict[str, Cell]] = {key: {} for key in home.values()}
    for name, cell in system.cells.items():
        cells[home[name]][name] = cell
    for key, members in cells.items():
        yield Component(tuple(rows[key]), members)


def _homes(rows: Iterable[Row], cells: Iterable[str]) -> dict[str, str]:
    """For each cell the one that stands for all that it is tied to (union-find)."""
    parent = {name: name for name in cells}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for row in rows:
        first, *others = row.coefficients
        for name in others:
            parent[root(name)] = root(first)
    return {name: root(name) for name in parent}


def _by_home(rows: Iterable[Row], home: Mapping[str, str]) -> dict[str, list[Row]]:
    """The rows of each component; those across several are in none."""
    found: dict[str, list[Row]] = {key: [] for key in home.values()}
    for row in rows:
        homes = {home[name] for name in row.coefficients}
        if len(homes) == 1:
            found[homes.pop()].append(row)
    return found


def _independent(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Equations of which none follows from the others, with all other rows; and those that follow.

    Short ones are kept first, so that a balance of totals follows from the balances of the columns.
    """
    kept: list[Row] = []
    implied: list[Row] = []
    basis = _Basis()
    for row in sorted(rows, key=lambda row: len(row.coefficients)):
        if row.is_equation and basis.implies(row):
            implied.append(row)
        else:
            kept.append(row)
    return kept, implied


class _Basis:
    """Equations in echelon form, in whole numbers; the key "" is the right side."""

    def __init__(self) -> None:
        self.pivots: list[tuple[str, dict[str, int]]] = []

    def implies(self, row: Row) -> bool:
        """Whether an equation follows from those before it; one that does not is added."""
        rest = {**row.coefficients, "": row.limits.lowest or 0}
        for name, pivot in self.pivots:
            if name in rest:
                rest = _eliminated(rest, pivot, name)
        sizes = {name: abs(times) for name, times in rest.items() if name}
        if sizes:
            pivot_name = min(sizes, key=sizes.__getitem__)
            self.pivots.append((pivot_name, rest))
        return not rest


def _eliminated(row: dict[str, int], pivot: dict[str, int], name: str) -> dict[str, int]:
    """The row without one of its cells: a combination of both rows, divided by what is common."""
    own = pivot[name]
    other = row[name]
    total = {key: own * times for key, times in row.items()}
    for key, times in pivot.items():
        before = total.get(key, 0)
        total[key] = before - other * times
    common = gcd(*total.values()) or 1
    return {key: times // common for key, times in total.items() if times}
