"""Checks that cannot all hold: every minimal infeasible set of them.

The sets are found as MARCO does (Liffiton, Previti, Malik, Marques-Silva: Fast, flexible MUS
enumeration, Constraints 21, 2016). A map knows which sets of checks have been explored. The largest
unexplored set is asked: when it can hold, so can all its parts; when it cannot, its unsat core is
made smaller check by check until nothing can be left out, and no set that contains it is asked
again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xlreport.lint.rulebook import Rulebook
from xlreport.lint.solver import Z3, Answer, Demand, Demands

MOST_CONFLICTS = 20
MOST_SETS = 200
"""Sets of checks that are explored for the units of one level, and conflicts that are reported of
them."""


@dataclass(frozen=True)
class Conflict:
    """Checks that cannot all hold, for units of these levels (empty: for all); `instances` are
    their rows, columns or cells that show it. `cell_checks` are those of them that only say what
    single cells may hold, while others do not."""

    codes: tuple[str, ...]
    instances: tuple[int, ...]
    cell_checks: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()

    @property
    def compared(self) -> tuple[str, ...]:
        """The checks that say more than what single cells may hold."""
        return tuple(code for code in self.codes if code not in self.cell_checks)

    @property
    def broken(self) -> str | None:
        """The one check that no unit can keep as long as cells hold what they may; None where
        several are at odds, or only for some levels."""
        if len(self.compared) > 1 or self.levels:
            return None
        return self.compared[0]


@dataclass
class Conflicts:
    """All conflicts of a form, the sets of checks of which nothing could be proven, and whether all
    sets have been explored."""

    found: list[Conflict] = field(default_factory=list)
    undecided: list[tuple[str, ...]] = field(default_factory=list)
    complete: bool = True


def conflicts(book: Rulebook) -> Conflicts:
    """Every minimal set of checks that cannot hold together.

    A check that by itself is not for units of some level is no conflict there, and one that can
    hold nowhere is not compared with others.
    """
    result = Conflicts()
    levels_of = _minimal_sets(book, result)
    outside = _left_out_levels(book, levels_of)
    for codes, levels in levels_of.items():
        is_intended = len(codes) == 1 and codes[0] in outside
        if not is_intended:
            conflict = _conflict(book, codes, levels, outside)
            result.found.append(conflict)
    result.found = _worth_telling(result.found)
    result.found.sort(key=lambda conflict: (len(conflict.compared), conflict.instances))
    return result


_Levels = dict[tuple[str, ...], list[str]]
"""Sets of checks, each with the levels for whose units it cannot hold."""


def _minimal_sets(book: Rulebook, result: Conflicts) -> _Levels:
    """The minimal sets of every level; what stays open goes into the result."""
    levels_of: _Levels = {}
    for level in book.levels:
        search = _Search(book, level)
        for codes in search.minimal_sets():
            levels_of.setdefault(codes, []).append(level)
        for codes in search.undecided:
            if codes not in result.undecided:
                result.undecided.append(codes)
        if not search.complete:
            result.complete = False
    return levels_of


def _left_out_levels(book: Rulebook, levels_of: _Levels) -> dict[str, list[str]]:
    """The levels that a check alone excludes, as a form that is not for all levels does."""
    outside: dict[str, list[str]] = {}
    for codes, levels in levels_of.items():
        is_everywhere = len(levels) == len(book.levels)
        if len(codes) == 1 and not is_everywhere:
            outside[codes[0]] = levels
    return outside


def _worth_telling(found: list[Conflict]) -> list[Conflict]:
    """Without the conflicts of checks with others where they are broken by themselves."""
    broken = {conflict.broken for conflict in found}
    told = []
    for conflict in found:
        if conflict.broken is not None or broken.isdisjoint(conflict.codes):
            told.append(conflict)
    return told


def _conflict(
    book: Rulebook, codes: tuple[str, ...], levels: Sequence[str], outside: Mapping[str, list[str]]
) -> Conflict:
    """A set of checks as a conflict; `outside` has the levels that a check alone excludes."""
    covered = set(levels)
    for code in codes:
        covered.update(outside.get(code, ()))
    is_general = covered == set(book.levels)
    named = () if is_general else tuple(levels)
    compared = [code for code in codes if code not in book.cell_checks]
    if not compared:
        instances = _smallest_instances(book, codes, (), levels[0])
        return Conflict(codes, instances, (), named)
    cell_checks = tuple(code for code in codes if code in book.cell_checks)
    instances = _smallest_instances(book, compared, cell_checks, levels[0])
    return Conflict((*cell_checks, *compared), instances, cell_checks, named)


def _smallest_instances(
    book: Rulebook, codes: Sequence[str], given: Sequence[str], level: str
) -> tuple[int, ...]:
    """Rows, columns or cells of some checks that already conflict, none of them without need."""
    base = book.all_hold(given)
    needed = book.all_of(codes)
    groups: dict[str, Demands] = {"": base}
    for instance in needed:
        groups[str(instance)] = [(instance, Demand.HOLDS)]
    core = book.solver.core(groups, level)
    if core:
        needed = [int(name) for name in core if name]
    for instance in list(reversed(needed)):
        fewer = [other for other in needed if other != instance]
        if not fewer:
            continue
        hold = [(other, Demand.HOLDS) for other in fewer]
        reply = book.solver.ask([*base, *hold], level)
        if reply.answer is Answer.IMPOSSIBLE:
            needed = fewer
    return tuple(needed)


class _Search:
    """The minimal infeasible sets of checks for units of one level."""

    def __init__(self, book: Rulebook, level: str) -> None:
        self.book = book
        self.level = level
        self.codes = tuple(book.of_check)
        self.undecided: list[tuple[str, ...]] = []
        self.complete = True
        z3 = book.solver.z3
        context = book.solver.variables.context
        self.z3 = z3
        self.chosen: dict[str, Z3] = {}
        for code in self.codes:
            self.chosen[code] = z3.Bool(f"chosen?{code}", context)
        self.map = z3.Solver(ctx=context)

    def minimal_sets(self) -> Iterator[tuple[str, ...]]:
        """Each set once; ends early, and says so, where there are too many."""
        conflicts = 0
        for _ in range(MOST_SETS):
            seed = self._largest_unexplored()
            if seed is None:
                return
            answer = self.book.together(seed, self.level)
            if answer is Answer.IMPOSSIBLE:
                smallest = self._made_smaller(seed)
                yield smallest
                conflicts += 1
                self._explored_with_all_above(smallest)
                if conflicts == MOST_CONFLICTS:
                    break
            elif answer is Answer.UNKNOWN:
                self._left_open(seed)
            else:
                self._explored_with_all_below(seed)
        self.complete = False

    def _largest_unexplored(self) -> tuple[str, ...] | None:
        """A set of checks that no other answer covers, and to which none can be added; None when
        all are."""
        if self.map.check() != self.z3.sat:
            return None
        model = self.map.model()
        chosen = set()
        for code, literal in self.chosen.items():
            if self.z3.is_true(model[literal]):
                chosen.add(code)
        for code in self.codes:
            if code not in chosen and self._is_unexplored({*chosen, code}):
                chosen.add(code)
        return tuple(code for code in self.codes if code in chosen)

    def _is_unexplored(self, codes: Collection[str]) -> bool:
        """Whether a set, or one that contains it, is still to be asked."""
        literals = self._literals(codes)
        verdict = self.map.check(*literals)
        return bool(verdict == self.z3.sat)

    def _literals(self, codes: Collection[str]) -> list[Z3]:
        return [self.chosen[code] for code in self.codes if code in codes]

    def _made_smaller(self, codes: Sequence[str]) -> tuple[str, ...]:
        """A part of an infeasible set that can hold as soon as one check is left out."""
        needed = self._core(codes)
        for code in needed:
            fewer = tuple(other for other in needed if other != code)
            if not fewer:
                break
            answer = self.book.together(fewer, self.level)
            if answer is Answer.IMPOSSIBLE:
                return self._made_smaller(fewer)
        return needed

    def _core(self, codes: Sequence[str]) -> tuple[str, ...]:
        groups = {code: self.book.all_hold([code]) for code in codes}
        core = self.book.solver.core(groups, self.level)
        return core or tuple(codes)

    def _left_open(self, codes: tuple[str, ...]) -> None:
        """Says that a set is undecided. In place of a large one its pairs are asked."""
        self.undecided.append(codes)
        if len(codes) > 2:
            at_most_two = self.z3.AtMost(*self.chosen.values(), 2)
            self.map.add(at_most_two)
        else:
            self._explored_with_all_below(codes)

    def _explored_with_all_below(self, codes: Collection[str]) -> None:
        others = set(self.codes).difference(codes)
        literals = self._literals(others)
        self.map.add(self.book.solver.variables.any_of(literals))

    def _explored_with_all_above(self, codes: Collection[str]) -> None:
        together = self.z3.And(self._literals(codes))
        self.map.add(self.z3.Not(together))
