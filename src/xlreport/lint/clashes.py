"""Rules that cannot hold together: a rule alone, two rules, or the error rules as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from xlreport.findings import Severity
from xlreport.form.model import LEVELS
from xlreport.lint.feasibility import Answer
from xlreport.lint.ranges import ANYTHING, Domain
from xlreport.lint.rulebook import LEVEL, Rulebook

UNDECIDED = Answer.UNKNOWN


@dataclass(frozen=True)
class Clash:
    """Instances that cannot all hold, for units of these levels (empty: for all). `cells` are the checks
    about single cells that are needed to see it. `decided` is false where nothing could be proven."""

    instances: tuple[int, ...]
    levels: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    decided: bool = True


class Clashes:
    """Finds what contradicts what."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.alone: dict[tuple[int, str], Answer] = {}
        self.broken: set[str] = set()
        self.open: set[int] = set()

    def find(self) -> Iterator[Clash]:
        """All clashes, those of one rule first; a rule that contradicts itself is not compared."""
        for instance in range(len(self.book.instances)):
            found = self._alone(instance)
            if found is not None:
                if found.decided and not found.levels:
                    self.broken.add(self.book.code(instance))
                yield found
        pairs = [clash for pair in self._candidates() if (clash := self._pair(*pair)) is not None]
        yield from pairs
        if not self.broken and not pairs:
            yield from self._all()

    # --- one rule ----------------------------------------------------------------------

    def _alone(self, instance: int) -> Clash | None:
        """A rule that holds nowhere, or nowhere where the cells hold what they may."""
        book = self.book
        levels = book.by_level([instance])
        free = {level: book.together([instance], ANYTHING, level) for level in levels}
        if all(answer is Answer.NONE for answer in free.values()):
            return Clash((instance,))
        domain = ANYTHING if instance in book.cells else book.domain
        self.alone |= {
            (instance, level): book.together([instance], domain, level) for level in levels
        }
        kept = {level: self.alone[instance, level] for level in levels}
        lost = [
            level
            for level in levels
            if kept[level] is Answer.NONE and free[level] is not Answer.NONE
        ]
        if lost:
            return Clash((instance,), _some(lost), self._cells([instance], lost[0]))
        if UNDECIDED in kept.values() and Answer.FOUND not in kept.values():
            self.open.add(instance)
            return Clash((instance,), decided=False)
        return None

    def _cells(self, instances: Sequence[int], level: str) -> tuple[str, ...]:
        """The fewest checks about single cells with which these instances still clash."""
        codes = self.book.domain.codes
        for size in range(len(codes) + 1):
            for chosen in combinations(codes, size):
                if (
                    self.book.together(instances, self.book.cells_kept(chosen), level)
                    is Answer.NONE
                ):
                    return chosen
        return codes

    # --- two rules ---------------------------------------------------------------------

    def _candidates(self) -> Iterator[tuple[int, int]]:
        """Pairs that are about the same things and hold together in none of the fills tried first."""
        book = self.book
        levelled = np.array([LEVEL in about for about in book.about], np.bool_)
        apart = ~self._seen_together("")
        for level in LEVELS if levelled.any() else ():
            apart |= ~self._seen_together(level) & (levelled[:, None] | levelled[None, :])
        for first, second in np.argwhere(np.triu(apart, 1)):
            pair = int(first), int(second)
            if book.about[pair[0]] & book.about[pair[1]] and not self._told(pair):
                yield pair

    def _seen_together(self, level: str) -> NDArray[np.bool_]:
        held = (self.book.held & self.book.within(self.book.domain, level)).astype(np.float32)
        return np.asarray(held @ held.T > 0)

    def _told(self, pair: tuple[int, int]) -> bool:
        """Whether one is broken or undecided by itself, or only says what the domain says anyway."""
        cells = [i in self.book.cells for i in pair]
        absorbed = any(i in self.book.absorbed for i in pair)
        return any(self.book.code(i) in self.broken or i in self.open for i in pair) or (
            absorbed and not all(cells)
        )

    def _pair(self, first: int, second: int) -> Clash | None:
        book = self.book
        domain = ANYTHING if first in book.cells and second in book.cells else book.domain
        answers = {
            level: book.together([first, second], domain, level)
            for level in book.by_level([first, second])
            if Answer.NONE not in (self._of(first, level), self._of(second, level))
        }
        lost = [level for level, answer in answers.items() if answer is Answer.NONE]
        if lost:
            levels = () if len(lost) == len(answers) else _some(lost)
            cells = self._cells([first, second], lost[0]) if domain.codes else ()
            return Clash((first, second), levels, cells)
        if UNDECIDED in answers.values():
            return Clash((first, second), decided=False)
        return None

    def _of(self, instance: int, level: str) -> Answer | None:
        """How a rule stands by itself; a rule that names no level stands the same for each."""
        return self.alone.get((instance, level), self.alone.get((instance, "")))

    # --- all rules ---------------------------------------------------------------------

    def _all(self) -> Iterator[Clash]:
        """Three or more error rules that clash: the whole, made smaller check by check."""
        book = self.book
        codes = [
            c.code
            for c in book.form.checks
            if c.severity is Severity.ERROR and c.code not in book.domain.codes
        ]
        for level in book.by_level([i for code in codes for i in book.of_check[code]]):
            answer = self._with(codes, book.domain, level)
            if answer is UNDECIDED:
                yield Clash((), decided=False)
                return
            if answer is Answer.NONE and not self._intended(codes, level):
                yield self._smallest(codes, level)
                return

    def _with(self, codes: Sequence[str], domain: Domain, level: str) -> Answer:
        return self.book.together(
            [i for code in codes for i in self.book.of_check[code]], domain, level
        )

    def _intended(self, codes: Sequence[str], level: str) -> bool:
        """Whether a rule alone excludes this level, as a form that is not for all levels does."""
        of_codes = (i for code in codes for i in self.book.of_check[code])
        return any(self._of(i, level) is Answer.NONE for i in of_codes)

    def _smallest(self, codes: list[str], level: str) -> Clash:
        for code in list(codes):
            fewer = [other for other in codes if other != code]
            if fewer and self._with(fewer, self.book.domain, level) is Answer.NONE:
                codes = fewer
        firsts = tuple(self.book.of_check[code][0] for code in codes)
        every = [i for code in codes for i in self.book.of_check[code]]
        return Clash(firsts, (level,) if level else (), self._cells(every, level))


def _some(levels: Sequence[str]) -> tuple[str, ...]:
    """The levels to name; none when it is so for all."""
    return () if tuple(levels) == LEVELS or "" in levels else tuple(levels)
