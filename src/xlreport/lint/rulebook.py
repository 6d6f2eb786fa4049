"""The rules of a form as the linter handles them: by number, with what each is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from xlreport.findings import Severity
from xlreport.form.model import LEVELS, Check, Form
from xlreport.lint.solver import (
    EFFORT,
    LEVEL,
    Answer,
    Demand,
    Demands,
    Reply,
    Solver,
    things_of,
)
from xlreport.submission import Submission


def is_cell_check(check: Check) -> bool:
    """Whether a check says what every single cell may hold, such as: no negative numbers."""
    return check.each == "cell" and check.severity is Severity.ERROR


class Rulebook:
    """A form's checks and instances, and the questions that all kinds of mistakes need.

    `cell_checks` are the codes of the checks that say what single cells may hold; `defining` those
    whose equation computes cells. `named` has what each instance names, `about` the same with
    computed fields replaced by the typed-in ones that they come from.
    """

    def __init__(self, form: Form, effort: int = EFFORT) -> None:
        self.form = form
        self.solver = Solver(form, effort)
        self.of_check: dict[str, list[int]] = {check.code: [] for check in form.checks}
        self.named: list[frozenset[str]] = []
        self.about: list[frozenset[str]] = []
        for number, instance in enumerate(form.instances):
            named = frozenset(things_of(instance.rule))
            self.of_check[instance.check.code].append(number)
            self.named.append(named)
            self.about.append(frozenset(self._behind(named)))
        self.severity = {check.code: check.severity for check in form.checks}
        cell_checks = filter(is_cell_check, form.checks)
        self.cell_checks = tuple(check.code for check in cell_checks)
        self.defining = {field.computed for field in form.fields.values()}
        self.defining.discard(None)
        self._fills: list[Submission] = []

    def _behind(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            if name in self.form.fields:
                yield from self.form.leaves(name)
            else:
                yield name

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The levels that have to be asked one by one; ("",) when no rule names them."""
        named = any(LEVEL in about for about in self.about)
        return LEVELS if named else ("",)

    def all_of(self, codes: Iterable[str]) -> list[int]:
        """The instances of these checks."""
        return [instance for code in codes for instance in self.of_check[code]]

    def all_hold(self, codes: Iterable[str]) -> Demands:
        """The demand that these checks hold everywhere."""
        return [(instance, Demand.HOLDS) for instance in self.all_of(codes)]

    def together(self, codes: Sequence[str], level: str = "") -> Answer:
        """Whether these checks can all hold. The fill of an earlier answer often shows it for
        another level."""
        demands = self.all_hold(codes)
        for earlier in self._fills:
            unit = replace(earlier.unit, level=level or earlier.unit.level)
            moved = replace(earlier, unit=unit)
            if self.solver.confirms(moved, demands):
                return Answer.POSSIBLE
        reply = self.solver.ask(demands, level)
        if reply.example is not None:
            self._fills.append(reply.example)
        return reply.answer

    def kept_by(self, cell_checks: Iterable[str], instance: int) -> Demands:
        """The demand that these checks of single cells object to no cell that an instance is
        about."""
        return [(other, Demand.NOT_FAILS) for other in self.near(instance, cell_checks)]

    def near(self, instance: int, codes: Iterable[str]) -> list[int]:
        """The instances of these checks that are about some of what an instance is about."""
        about = self.about[instance]
        return [other for other in self.all_of(codes) if self.about[other] & about]

    def names_of(self, code: str) -> set[str]:
        """All that the instances of a check name."""
        names: set[str] = set()
        for instance in self.of_check[code]:
            names |= self.named[instance]
        return names

    def failing(self, instance: int, *, where: Demands = ()) -> Reply:
        """Whether an instance can fail where other demands are met; IMPOSSIBLE proves that it
        follows."""
        failure = (instance, Demand.FAILS)
        return self.solver.ask([*where, failure])
