"""Rules that find nothing of their own: they cannot fail, repeat another, or follow from others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from xlreport.form import expression as ex
from xlreport.lint.feasibility import Answer
from xlreport.lint.ranges import Domain
from xlreport.lint.rulebook import Rulebook
from xlreport.submission import Submission


@dataclass(frozen=True)
class Failing:
    """Which checks can never fail and of which that is not known; for the others a fill that fails,
    with the instance that does."""

    never: tuple[str, ...]
    undecided: tuple[str, ...]
    examples: dict[str, tuple[int, Submission]] = field(default_factory=dict)


def failing(book: Rulebook, left_out: set[str]) -> Failing:
    """Tries to make every check fail in one of its rows, columns or cells. An equation that computes a
    row or column guards against typed-over totals and is left out."""
    never: list[str] = []
    undecided: list[str] = []
    examples: dict[str, tuple[int, Submission]] = {}
    for code, instances in book.of_check.items():
        if code in left_out or code in book.defining:
            continue
        answer, example = _one_that_fails(book, instances)
        if example is not None:
            examples[code] = example
        elif answer is Answer.NONE:
            never.append(code)
        else:
            undecided.append(code)
    return Failing(tuple(never), tuple(undecided), examples)


def _one_that_fails(
    book: Rulebook, instances: Sequence[int]
) -> tuple[Answer, tuple[int, Submission] | None]:
    answer = Answer.NONE
    for instance in instances:
        found, example = book.failing(instance)
        if example is not None:
            return found, (instance, example)
        if found is Answer.UNKNOWN:
            answer = found
    return answer, None


def repeats(book: Rulebook, left_out: set[str]) -> Iterator[tuple[str, str]]:
    """Pairs of checks, the second of which passes and fails with the first in all its rows, columns and
    cells. With an equation that computes cells only what repeats it as written is compared, since those
    cells may be typed over; such an equation is itself never one too many."""
    codes = [c for c in book.of_check if c not in left_out]
    repeated: set[str] = set()
    for first, second in combinations(codes, 2):
        for one, other in ((first, second), (second, first)):
            if (
                other not in book.defining
                and not {one, other} & repeated
                and _repeats(book, one, other)
            ):
                repeated.add(other)
                yield one, other


def _repeats(book: Rulebook, one: str, other: str) -> bool:
    written = one in book.defining
    return all(
        any(_same(book, i, instance, written=written) for i in book.of_check[one])
        for instance in book.of_check[other]
    )


def _same(book: Rulebook, first: int, second: int, *, written: bool) -> bool:
    """Whether two rules are proven to have the same verdict in every fill."""
    about = book.named if written else book.about
    if about[first] != about[second] or not np.array_equal(
        book.questions.verdicts[first], book.questions.verdicts[second]
    ):
        return False
    ways = (((first, True), (second, False)), ((first, False), (second, True)))
    return all(book.questions.ask(way, typed_over=written).answer is Answer.NONE for way in ways)


@dataclass(frozen=True)
class Implied:
    """A check that holds wherever others hold; `computed` when no cell that it names can be typed in."""

    code: str
    by: tuple[str, ...]
    computed: bool


def implied(book: Rulebook, left_out: set[str]) -> Iterator[Implied]:
    """Checks that follow from one other check (at least as heavy), or from those about single cells.
    What is said is said about fills in which all cells hold numbers."""
    for code in book.of_check:
        if code in left_out or code in book.defining:
            continue
        by = _from_cells(book, code) or _from_another(book, code, left_out)
        if by:
            yield Implied(code, by, _only_computed(book, code))


def _only_computed(book: Rulebook, code: str) -> bool:
    names = {name for i in book.of_check[code] for name in book.named[i]}
    return all(name in book.form.formulas for name in names)


def _from_cells(book: Rulebook, code: str) -> tuple[str, ...]:
    """The fewest checks about single cells from which a check follows."""
    codes = [c for c in book.domain.codes if c != code and _as_heavy(book, c, code)]
    for size in range(1, len(codes) + 1):
        for chosen in combinations(codes, size):
            domain = book.cells_kept(chosen)
            if all(book.follows([], i, domain) is Answer.NONE for i in book.of_check[code]):
                return chosen
    return ()


def _from_another(book: Rulebook, code: str, left_out: set[str]) -> tuple[str, ...]:
    cells = [c for c in book.domain.codes if c != code]
    for other in book.of_check:
        if other in (code, *book.domain.codes, *book.defining, *left_out) or not _as_heavy(
            book, other, code
        ):
            continue
        if _asks_numbers(book, other) != _asks_numbers(book, code):
            continue
        for chosen in ((), tuple(cells)):
            if all(_follows(book, other, i, book.cells_kept(chosen)) for i in book.of_check[code]):
                return (other, *chosen)
    return ()


def _follows(book: Rulebook, other: str, instance: int, domain: Domain) -> bool:
    given = [i for i in book.of_check[other] if book.about[i] & book.about[instance]]
    return bool(given) and book.follows(given, instance, domain) is Answer.NONE


def _as_heavy(book: Rulebook, other: str, code: str) -> bool:
    return book.severity[other].rank <= book.severity[code].rank


def _asks_numbers(book: Rulebook, code: str) -> bool:
    """Whether a check is about cells being numbers: then it says more than others that it follows from."""
    rules = (book.instances[i].rule for i in book.of_check[code])
    return any(isinstance(part, ex.IsNumber) for rule in rules for part in ex.walk(rule))
