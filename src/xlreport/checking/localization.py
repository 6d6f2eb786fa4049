"""Which cells may be wrong when balances do not hold: all smallest sets of cells whose change makes
every linear rule hold (error localisation after Fellegi and Holt, exact).

A rule that fails contains a changed cell, and a balance that holds contains none or at least two; a
search by iterative deepening branches on the cells of the smallest such rule. Parts of the report that
no rule ties together are searched apart. What the effort does not suffice for is said to be undecided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlreport.checking.constraints import read_system
from xlreport.checking.integers import Bound, Solution, solve
from xlreport.checking.parts import Answer, Change, Part, failing_parts, value
from xlreport.form.model import Form
from xlreport.rules.columns import from_fixed
from xlreport.rules.linear import LinearConstraint
from xlreport.submission import Submission

MOST = 4
"""Sets of more cells than this are not looked for."""

EFFORT = 20_000
"""Steps of the search (well under a millisecond each) after which a part is undecided."""


def localise(
    form: Form,
    submission: Submission,
    extra: Iterable[LinearConstraint] = (),
    *,
    most: int = MOST,
    effort: int = EFFORT,
) -> tuple[Part, ...]:
    """All parts of a report in which something does not hold, each with its smallest sets of cells."""
    return tuple(
        search(part, most, effort) for part in failing_parts(read_system(form, submission, extra))
    )


def search(part: Part, most: int, effort: int) -> Part:
    """A part with its answers."""
    finder = _Finder(part, effort)
    try:
        answers = finder.smallest(most)
    except _Undecided:
        return part
    return Part(part.names, answers, True, part.rows, part.cells)


class _Undecided(Exception):
    """The effort is used up, or a small system is not decided."""


class _Finder:
    """The search in one part."""

    def __init__(self, part: Part, effort: int) -> None:
        self.rows, self.cells, self.effort = part.rows, part.cells, effort
        self.values = [value(row, part.cells) for row in part.rows]
        self.fails = [not row.keeps(v) for row, v in zip(part.rows, self.values, strict=True)]
        self.equal = [row.lowest is not None and row.lowest == row.highest for row in part.rows]
        self.touched: dict[str, list[int]] = {name: [] for name in part.cells}
        for i, row in enumerate(part.rows):
            for name in row.coefficients:
                self.touched[name].append(i)
        self.reach = max((len(rows) for rows in self.touched.values()), default=0)
        self.order = {name: i for i, name in enumerate(part.cells)}

    def smallest(self, most: int) -> tuple[Answer, ...]:
        """All smallest sets of up to `most` cells. Raises _Undecided."""
        wrong = tuple(name for name, cell in self.cells.items() if cell.wrong)
        for size in range(max(1, len(wrong)), most + 1):
            found = [
                self._answer(names, solution)
                for names, solution in self._sets(wrong, frozenset(), size)
            ]
            if found:
                return tuple(
                    sorted(found, key=lambda answer: [self.order[c.field] for c in answer])
                )
        return ()

    def _answer(self, names: tuple[str, ...], solution: Solution) -> Answer:
        ranges: Sequence[tuple[int, int] | None] = solution.ranges or [None] * len(names)
        changes = []
        for name, ends in zip(names, ranges, strict=True):
            cell = self.cells[name]
            low, high = (from_fixed(end * cell.step) for end in ends) if ends else (None, None)
            changes.append(Change(name, from_fixed(cell.now), low, high))
        return tuple(sorted(changes, key=lambda c: self.order[c.field]))

    def _sets(
        self, chosen: tuple[str, ...], banned: frozenset[str], size: int
    ) -> Iterator[tuple[tuple[str, ...], Solution]]:
        """All sets of this size that contain the chosen cells and no banned one, each once."""
        self.effort -= 1
        if self.effort < 0:
            raise _Undecided
        unsettled = self._open(chosen)
        left = size - len(chosen)
        if len(unsettled) > left * self.reach:
            return
        if left == 0:
            solution = self._solved(chosen, self._rows_of(chosen))
            if solution.feasible is None:
                raise _Undecided
            if solution.feasible:
                yield chosen, solution
            return
        for name in self._branches(chosen, unsettled, left):
            if name not in banned:
                yield from self._sets((*chosen, name), banned, size)
                banned |= {name}

    def _open(self, chosen: tuple[str, ...]) -> list[int]:
        """Rules that fail and contain no chosen cell, and balances that hold and contain just one."""
        counts = dict.fromkeys((i for i, fails in enumerate(self.fails) if fails), 0)
        for name in chosen:
            for i in self.touched[name]:
                counts[i] = counts.get(i, 0) + 1
        return [
            i for i, n in counts.items() if (n == 0 if self.fails[i] else n == 1 and self.equal[i])
        ]

    def _branches(self, chosen: tuple[str, ...], unsettled: list[int], left: int) -> list[str]:
        """Cells of which every set that works contains one more."""
        if not unsettled:
            names = {name for i in self._conflict(chosen) for name in self.rows[i].coefficients}
        elif left == 1:
            names = set.intersection(*(set(self.rows[i].coefficients) for i in unsettled))
        else:
            names = min((set(self.rows[i].coefficients) for i in unsettled), key=len)
        return sorted(names.difference(chosen), key=self.order.__getitem__)

    def _conflict(self, chosen: tuple[str, ...]) -> list[int]:
        """Rules that cannot hold together while only the chosen cells change; as few as is easy."""
        needed = self._rows_of(chosen)
        for i in tuple(needed):
            fewer = [j for j in needed if j != i]
            if self._solved(chosen, fewer).feasible is False:
                needed = fewer
        return needed

    def _rows_of(self, chosen: tuple[str, ...]) -> list[int]:
        return sorted({i for name in chosen for i in self.touched[name]})

    def _solved(self, chosen: tuple[str, ...], rows: Iterable[int]) -> Solution:
        """Whether these rules can hold when only the chosen cells change; unknowns count in steps."""
        self.effort -= 1
        cells = [self.cells[name] for name in chosen]
        bounds: list[Bound] = []
        for i in rows:
            times = [self.rows[i].coefficients.get(name, 0) for name in chosen]
            others = self.values[i] - sum(
                t * cell.now for t, cell in zip(times, cells, strict=True)
            )
            low, high = (
                None if end is None else end - others
                for end in (self.rows[i].lowest, self.rows[i].highest)
            )
            bounds.append(
                (tuple(t * cell.step for t, cell in zip(times, cells, strict=True)), low, high)
            )
        for at, cell in enumerate(cells):
            vector = tuple(int(at == other) for other in range(len(cells)))
            bounds.append((vector, -(-cell.lowest // cell.step), cell.highest // cell.step))
        return solve(bounds, len(cells))
