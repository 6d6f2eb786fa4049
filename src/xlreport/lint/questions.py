"""What can be asked of the rules of a form: is there a fill in which these hold and those fail?

An answer NONE is proven (`form.branches`, `form.ranges`, `form.feasibility`). An answer FOUND has a fill with it, and
the evaluation is the judge of that fill: a fill that it does not confirm proves nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import cycle

from xlreport.form import expression as ex
from xlreport.form.model import LEVELS, Form
from xlreport.lint.branches import Branches
from xlreport.lint.feasibility import Answer
from xlreport.lint.ranges import ANYTHING, Domain, possible
from xlreport.lint.ways import TooWide, Variable, Way, joined
from xlreport.rules.columns import column_store
from xlreport.rules.evaluate import Verdict, Verdicts, evaluate
from xlreport.submission import Entry, Figures, Status, Submission, Unit

NO_NUMBER = Entry(None, Status.TEXT, "无")
WRITTEN, OLD, EMPTY = "已经写明", "从前的话", " "
"""A text, quite another one of last year, and one that is not filled."""

RANDOM_FILLS = 160
MOST_VALUES = 40

Wanted = tuple[int, bool]
"""The number of an instance, and whether it is to hold (or to fail)."""


@dataclass(frozen=True)
class Reply:
    """An answer, with the fill that shows it."""

    answer: Answer
    example: Submission | None = None


class Questions:
    """Answers about one form; `domain` is what its rules about single cells leave of the numbers."""

    def __init__(self, form: Form, domain: Domain = ANYTHING) -> None:
        self.form = form
        self.substituted = Branches(form.formulas, form.leaves)
        self.as_written = Branches({}, lambda name: (name,))
        self._ways: dict[tuple[int, bool, bool], list[Way]] = {}
        self.fills = list(_fills(form, domain))

    @cached_property
    def verdicts(self) -> Verdicts:
        """The verdict of every instance for every fill that is tried first."""
        return evaluate(self.form.instances, column_store(self.form, self.fills))

    def ask(
        self,
        wanted: Sequence[Wanted],
        domain: Domain = ANYTHING,
        level: str = "",
        *,
        typed_over: bool = False,
    ) -> Reply:
        """Whether some fill within a domain (of a unit of this level) gives all these verdicts. With
        `typed_over` computed cells may hold anything, and only NONE says something."""
        try:
            ways = joined(self._of(i, holds, typed_over) for i, holds in wanted)
        except TooWide:
            return Reply(Answer.UNKNOWN)
        answer = Answer.NONE
        for way in ways:
            if level and level not in way.levels:
                continue
            found = possible(way, domain)
            if found.answer is Answer.FOUND and not typed_over:
                example = self._example(way, found.numbers, level)
                if self.confirms(example, wanted):
                    return Reply(Answer.FOUND, example)
            if found.answer is not Answer.NONE:
                answer = Answer.UNKNOWN
        return Reply(answer)

    def confirms(self, example: Submission, wanted: Iterable[Wanted]) -> bool:
        """Whether the evaluation gives the wanted verdicts."""
        asked = list(wanted)
        found = evaluate(
            [self.form.instances[i] for i, _ in asked], column_store(self.form, [example])
        )[:, 0]
        expected = [Verdict.HOLDS if holds else Verdict.FAILS for _, holds in asked]
        return all(int(v) == int(e) for v, e in zip(found, expected, strict=True))

    def _of(self, instance: int, holds: bool, typed_over: bool) -> list[Way]:
        key = (instance, holds, typed_over)
        if key not in self._ways:
            branches = self.as_written if typed_over else self.substituted
            self._ways[key] = branches.ways(self.form.instances[instance].rule, holds)
        return self._ways[key]

    def _example(self, way: Way, numbers: Mapping[Variable, Fraction], level: str) -> Submission:
        """A fill of one way: what it does not name is 0, or written."""
        entries = {f.id: Entry.of(0) for f in self.form.typed}
        entries |= {v.name: Entry.of(_decimal(n)) for v, n in numbers.items() if v.kind == "field"}
        entries |= {
            str(name): NO_NUMBER
            for (kind, name), yes in way.facts.items()
            if kind == "number" and not yes
        }
        before = {name: Decimal(0) for name in self.form.fields}
        before |= {v.name: _decimal(n) for v, n in numbers.items() if v.kind == "previous"}
        lengths = {v.name: int(n) for v, n in numbers.items() if v.kind == "length"}
        texts = {
            t.field_id: _text(t.field_id, way, lengths.get(t.field_id)) for t in self.form.texts
        }
        same = {
            c.text for (_, c), yes in way.facts.items() if isinstance(c, ex.Differs) and not yes
        }
        old = {name: text if name in same else OLD for name, text in texts.items()}
        chosen = level or next(name for name in LEVELS if name in way.levels)
        return _filled(self.form, chosen, entries, texts, Figures(before, old))


def _text(name: str, way: Way, length: int | None) -> str:
    """A text with the words and of the length that a way asks for."""
    if way.facts.get(("text", name)) is False or length == 0:
        return EMPTY
    asked = [
        c
        for (_, c), yes in way.facts.items()
        if yes and isinstance(c, ex.Mentions) and c.text == name
    ]
    text = "".join(condition.words[0] for condition in asked)
    return (text or WRITTEN) if length is None else (text + "字" * length)[: max(length, len(text))]


def _decimal(number: Fraction) -> Decimal:
    return Decimal(int(number * 10**ex.SCALE)).scaleb(-ex.SCALE)


def _filled(
    form: Form, level: str, entries: Mapping[str, Entry], texts: Mapping[str, str], before: Figures
) -> Submission:
    return Submission(
        form.id, form.first_year, Unit("", "", level), entries, texts, previous=before
    )


def _fills(form: Form, domain: Domain) -> Iterator[Submission]:
    """Fills that answer most questions at once: all cells alike, then mixed ones, always the same."""
    values = _values(form)
    levels = cycle(LEVELS)
    least = {f.id: Entry.of(_decimal(domain.of(f.id).nearest)) for f in form.typed}
    texts = {t.field_id: WRITTEN for t in form.texts}
    before = Figures(dict.fromkeys(form.fields, Decimal(0)), dict.fromkeys(texts, OLD))
    for level in LEVELS:
        yield _filled(form, level, least, texts, before)
    for value, level in zip(values, levels, strict=False):
        yield _filled(form, level, {f.id: Entry.of(value) for f in form.typed}, texts, before)
    words = {
        w
        for i in form.instances
        for p in ex.walk(i.rule)
        if isinstance(p, ex.Mentions)
        for w in p.words
    }
    for seed in range(RANDOM_FILLS):
        yield _mixed(form, random.Random(seed), values, sorted(words), next(levels))


def _mixed(
    form: Form, rng: random.Random, values: list[Decimal], words: list[str], level: str
) -> Submission:
    zeros, words_in_cells = rng.choice((0.3, 0.7, 0.95)), rng.choice((0.0, 0.0, 0.05))

    def entry() -> Entry:
        return NO_NUMBER if rng.random() < words_in_cells else Entry.of(number())

    def number() -> Decimal:
        return Decimal(0) if rng.random() < zeros else rng.choice(values)

    texts = {t.field_id: rng.choice((EMPTY, WRITTEN, *words)) for t in form.texts}
    before = Figures(
        {name: number() for name in form.fields},
        {name: rng.choice((OLD, texts[name])) for name in texts},
    )
    return _filled(form, level, {f.id: entry() for f in form.typed}, texts, before)


def _values(form: Form) -> list[Decimal]:
    """Small numbers, and those about the constants of the rules."""
    constants = {
        p.value for i in form.instances for p in ex.walk(i.rule) if isinstance(p, ex.Const)
    }
    constants |= {
        p.tolerance for i in form.instances for p in ex.walk(i.rule) if isinstance(p, ex.Compare)
    }
    about = sorted(
        c + step for c in constants for step in (-1, 0, 1) if abs(c + step) <= ex.MAX_NUMBER
    )
    small = [Decimal(text) for text in ("0", "1", "2", "-1", "0.5", "0.000001")]
    return list(dict.fromkeys([*small, *about]))[:MOST_VALUES]
