"""Rules that find nothing of their own: they cannot fail, repeat another, or follow from others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from xlreport.form import expression as ex
from xlreport.lint.rulebook import Rulebook
from xlreport.lint.solver import Answer, Demand, Demands
from xlreport.submission import Submission


@dataclass
class Failing:
    """Which checks can never fail and of which that is not known; for the others a fill that fails,
    with the instance that does."""

    never: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    examples: dict[str, tuple[int, Submission]] = field(default_factory=dict)


def failing(book: Rulebook, left_out: Collection[str]) -> Failing:
    """Tries to make every check fail in one of its rows, columns or cells. An equation that
    computes a row or column guards against typed-over totals and is left out."""
    result = Failing()
    for code, instances in book.of_check.items():
        if code in left_out or code in book.defining:
            continue
        example, is_proven = _one_that_fails(book, instances)
        if example is not None:
            result.examples[code] = example
        elif is_proven:
            result.never.append(code)
        else:
            result.undecided.append(code)
    return result


def _one_that_fails(
    book: Rulebook, instances: Sequence[int]
) -> tuple[tuple[int, Submission] | None, bool]:
    """The first instance that can fail, with a fill; and whether it is proven that none can."""
    is_proven = True
    for instance in instances:
        reply = book.failing(instance)
        if reply.example is not None:
            return (instance, reply.example), False
        if reply.answer is Answer.UNKNOWN:
            is_proven = False
    return None, is_proven


@dataclass
class Repeats:
    """Pairs of checks, the second of which says the same as the first, and pairs of which that is
    not known."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    undecided: list[tuple[str, str]] = field(default_factory=list)


def repeats(book: Rulebook, left_out: Collection[str], *, defining: bool) -> Repeats:
    """Pairs of checks, the second of which passes and fails with the first in all its rows, columns
    and cells. The first is an equation that computes cells, or (not `defining`) any other check.
    With such an equation only what repeats it as written is compared, since the cells may be typed
    over; it is itself never one too many."""
    result = Repeats()
    repeated: set[str] = set()
    codes = [code for code in book.of_check if code not in left_out]
    for one, other in _ordered_pairs(codes):
        is_asked = (one in book.defining) == defining and other not in book.defining
        if not is_asked or one in repeated or other in repeated:
            continue
        answer = _repeats(book, one, other)
        if answer is Answer.IMPOSSIBLE:
            repeated.add(other)
            result.pairs.append((one, other))
        elif answer is Answer.UNKNOWN:
            result.undecided.append((one, other))
    return result


def _ordered_pairs(codes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each pair both ways, first as the form has it."""
    for one, other in combinations(codes, 2):
        yield one, other
        yield other, one


def _repeats(book: Rulebook, one: str, other: str) -> Answer:
    """IMPOSSIBLE when no fill tells the checks apart."""
    typed_over = one in book.defining
    answer = Answer.IMPOSSIBLE
    for instance in book.of_check[other]:
        alike = _alike(book, one, instance, typed_over=typed_over)
        if alike is Answer.POSSIBLE:
            return alike
        if alike is Answer.UNKNOWN:
            answer = alike
    return answer


def _alike(book: Rulebook, one: str, instance: int, *, typed_over: bool) -> Answer:
    """IMPOSSIBLE when some instance of a check has the verdict of this instance in every fill."""
    about = book.named if typed_over else book.about
    answer = Answer.POSSIBLE
    for candidate in book.of_check[one]:
        if about[candidate] != about[instance]:
            continue
        told_apart = _told_apart(book, candidate, instance, typed_over=typed_over)
        if told_apart is Answer.IMPOSSIBLE:
            return told_apart
        if told_apart is Answer.UNKNOWN:
            answer = told_apart
    return answer


def _told_apart(book: Rulebook, first: int, second: int, *, typed_over: bool) -> Answer:
    """Whether one of two instances can hold where the other fails."""
    result = Answer.IMPOSSIBLE
    for holding, failing_one in ((first, second), (second, first)):
        demands = [(holding, Demand.HOLDS), (failing_one, Demand.FAILS)]
        reply = book.solver.ask(demands, typed_over=typed_over)
        if reply.answer is Answer.POSSIBLE:
            return Answer.POSSIBLE
        if reply.answer is Answer.UNKNOWN:
            result = Answer.UNKNOWN
    return result


@dataclass(frozen=True)
class Implied:
    """A check that holds wherever others hold; `computed` when no cell that it names can be typed
    in."""

    code: str
    by: tuple[str, ...]
    computed: bool


class Implications:
    """Checks that follow from one other check (at least as heavy), or from those about single
    cells. What is said is said about fills in which all cells hold numbers."""

    def __init__(self, book: Rulebook, left_out: Collection[str]) -> None:
        self.book = book
        self.left_out = left_out
        self.undecided: list[str] = []

    def find(self) -> Iterator[Implied]:
        """Each check once; checks of which it is not known are in `undecided` then."""
        for code in self.book.of_check:
            if code in self.left_out or code in self.book.defining:
                continue
            self.is_open = False
            by = self._from_cells(code)
            if not by:
                by = self._from_another(code)
            if by:
                yield Implied(code, by, self._only_computed(code))
            elif self.is_open:
                self.undecided.append(code)

    def _only_computed(self, code: str) -> bool:
        names = self.book.names_of(code)
        return names.issubset(self.book.form.formulas)

    def _from_cells(self, code: str) -> tuple[str, ...]:
        """The checks about single cells from which a check follows, none of them without need."""
        others = _without(self.book.cell_checks, code)
        needed = tuple(other for other in others if self._is_as_heavy(other, code))
        if not needed or not self._follows(code, (), needed):
            return ()
        for other in reversed(needed):
            fewer = _without(needed, other)
            if fewer and self._follows(code, (), fewer):
                needed = fewer
        return needed

    def _from_another(self, code: str) -> tuple[str, ...]:
        cell_checks = _without(self.book.cell_checks, code)
        candidates = [other for other in self.book.of_check if self._is_candidate(other, code)]
        if not candidates or not self._follows(code, candidates, cell_checks):
            return ()
        for other in candidates:
            for given in ((), cell_checks):
                if self._follows(code, [other], given):
                    return (other, *given)
        return ()

    def _is_candidate(self, other: str, code: str) -> bool:
        if other == code or other in self.book.cell_checks:
            return False
        if other in self.book.defining or other in self.left_out:
            return False
        # A check that asks for numbers finds what others cannot verify without them.
        asks_for_number = self._has(other, ex.IsNumber)
        if self._has(code, ex.IsNumber) != asks_for_number:
            return False
        # So does one that asks for a text where others compare it with an old one.
        compares_texts = self._has(other, ex.Differs)
        if compares_texts and self._has(code, ex.Filled):
            return False
        return self._is_as_heavy(other, code)

    def _follows(self, code: str, others: Sequence[str], cell_checks: Sequence[str]) -> bool:
        """Whether a check holds in all its rows, columns and cells wherever others hold there and
        these checks of single cells have no objection."""
        instances = self.book.of_check[code]
        return all(self._instance_follows(one, others, cell_checks) for one in instances)

    def _instance_follows(
        self, instance: int, others: Sequence[str], cell_checks: Sequence[str]
    ) -> bool:
        given = self.book.near(instance, others)
        if others and not given:
            return False
        hold = [(other, Demand.HOLDS) for other in given]
        kept = self._kept(cell_checks, [instance, *given])
        reply = self.book.failing(instance, where=[*hold, *kept])
        if reply.answer is Answer.UNKNOWN:
            self.is_open = True
        return reply.answer is Answer.IMPOSSIBLE

    def _kept(self, cell_checks: Sequence[str], instances: Sequence[int]) -> Demands:
        demands: dict[tuple[int, Demand], None] = {}
        for instance in instances:
            kept = self.book.kept_by(cell_checks, instance)
            demands.update(dict.fromkeys(kept))
        return list(demands)

    def _is_as_heavy(self, other: str, code: str) -> bool:
        severity = self.book.severity
        return severity[other].rank <= severity[code].rank

    def _has(self, code: str, kind: type[ex.Node]) -> bool:
        """Whether the rules of a check have a node of this kind."""
        for number in self.book.of_check[code]:
            instance = self.book.form.instances[number]
            if any(isinstance(part, kind) for part in ex.walk(instance.rule)):
                return True
        return False


def _without(codes: Sequence[str], code: str) -> tuple[str, ...]:
    """These codes but for one."""
    return tuple(other for other in codes if other != code)
