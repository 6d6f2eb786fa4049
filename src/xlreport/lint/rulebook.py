"""The rules of a form as the linter handles them: by number, with what each is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xlreport.form import expression as ex
from xlreport.form.model import LEVELS, Form
from xlreport.lint.feasibility import Answer
from xlreport.lint.questions import Questions
from xlreport.lint.ranges import ANYTHING, Domain, absorbed, domain_of, is_cell_check
from xlreport.rules.describe import RuleDescriber
from xlreport.rules.evaluate import Verdict
from xlreport.submission import Submission

LEVEL = "unit.level"


class Rulebook:
    """A form's instances, numbered in their order, and the questions that all kinds of mistakes need."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.instances = form.instances
        self._domains: dict[tuple[str, ...], Domain] = {}
        self._within: dict[tuple[tuple[str, ...], str], NDArray[np.bool_]] = {}
        domain = self.cells_kept([c.code for c in form.checks if is_cell_check(c)])
        self.domain = ANYTHING if domain.empty() else domain
        self.questions = Questions(form, self.domain)
        self.of_check = {
            c.code: [i for i, n in enumerate(form.instances) if n.check == c] for c in form.checks
        }
        self.severity = {c.code: c.severity for c in form.checks}
        self.defining = {f.computed for f in form.fields.values() if f.computed is not None}
        self.about = [frozenset(self._about(n.rule)) for n in form.instances]
        self.named = [frozenset(_named(n.rule)) for n in form.instances]
        self.cells = frozenset(i for code in self.domain.codes for i in self.of_check[code])
        self.absorbed = frozenset(i for i in self.cells if absorbed(form.instances[i]))

    def cells_kept(self, codes: Sequence[str]) -> Domain:
        """What these checks about single cells leave of the numbers."""
        chosen = tuple(codes)
        if chosen not in self._domains:
            self._domains[chosen] = domain_of(self.form, chosen)
        return self._domains[chosen]

    def _about(self, rule: ex.Truth) -> Iterable[str]:
        """The typed-in fields, texts and other things on which a verdict depends."""
        for name in _named(rule):
            yield from self.form.leaves(name) if name in self.form.fields else (name,)

    def code(self, instance: int) -> str:
        """The code of the check of an instance."""
        return self.instances[instance].check.code

    def rule(self, instance: int) -> str:
        """A rule as a sentence."""
        return RuleDescriber(self.form, self.instances[instance]).rule()

    def by_level(self, instances: Iterable[int]) -> tuple[str, ...]:
        """The levels that have to be asked one by one; ("",) when no rule names them."""
        return LEVELS if any(LEVEL in self.about[i] for i in instances) else ("",)

    # --- the fills that are tried first ------------------------------------------------

    @cached_property
    def held(self) -> NDArray[np.bool_]:
        """Where each instance holds, shape (instances, fills)."""
        return np.asarray(self.questions.verdicts == int(Verdict.HOLDS))

    @cached_property
    def failed(self) -> NDArray[np.bool_]:
        """Where each instance fails."""
        return np.asarray(self.questions.verdicts == int(Verdict.FAILS))

    def within(self, domain: Domain, level: str = "") -> NDArray[np.bool_]:
        """Which fills keep to a domain and are of a level."""
        key = (domain.codes, level)
        if key not in self._within:
            cells = [i for code in domain.codes for i in self.of_check[code]]
            of_level = [level in ("", fill.unit.level) for fill in self.questions.fills]
            self._within[key] = self.held[cells].all(axis=0) & np.array(of_level, np.bool_)
        return self._within[key]

    # --- questions ---------------------------------------------------------------------

    def together(self, instances: Sequence[int], domain: Domain, level: str = "") -> Answer:
        """Whether these rules can hold at once."""
        if (self.held[list(instances)].all(axis=0) & self.within(domain, level)).any():
            return Answer.FOUND
        return self.questions.ask([(i, True) for i in instances], domain, level).answer

    def follows(self, given: Sequence[int], instance: int, domain: Domain) -> Answer:
        """Whether a rule can fail where others hold; NONE proves that it follows from them."""
        against = self.held[list(given)].all(axis=0) & self.failed[instance] & self.within(domain)
        if against.any():
            return Answer.FOUND
        return self.questions.ask([*((i, True) for i in given), (instance, False)], domain).answer

    def failing(self, instance: int) -> tuple[Answer, Submission | None]:
        """Whether a rule can fail at all, and a fill in which it does."""
        seen = np.flatnonzero(self.failed[instance])
        if seen.size:
            return Answer.FOUND, self.questions.fills[int(seen[0])]
        reply = self.questions.ask([(instance, False)])
        return reply.answer, reply.example


def _named(rule: ex.Node) -> Iterable[str]:
    """What a rule names: fields, texts, last year's numbers, the unit's level."""
    for part in ex.walk(rule):
        match part:
            case ex.Ref() | ex.Previous() | ex.Length():
                yield ex.key_of(part)
            case ex.LevelIn():
                yield LEVEL
    yield from ex.texts_of(rule)
