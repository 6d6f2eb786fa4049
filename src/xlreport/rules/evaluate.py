"""The check language over columns: holds, fails, or cannot be verified yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance
from xlreport.rules.columns import (
    Booleans,
    Column,
    ColumnStore,
    Integers,
    Operands,
    bare,
    difference,
    everywhere,
    known,
    somewhere,
)
from xlreport.rules.filling import column_layout, column_store
from xlreport.rules.fixed import from_fixed, number_of, to_fixed
from xlreport.rules.shapes import Shape, shapes_of
from xlreport.submission import Entry, Submission


class Verdict(IntEnum):
    """The three results of a check (R's `validate` calls the third one NA)."""

    UNKNOWN = -1
    FAILS = 0
    HOLDS = 1

    @property
    def label(self) -> str:
        """The word in the workbook."""
        return _LABELS[self]


_LABELS = {Verdict.UNKNOWN: "待填", Verdict.FAILS: "未通过", Verdict.HOLDS: "通过"}

SAME = 0.9
"""The share of common character pairs from which two texts are nearly the same."""

Verdicts = NDArray[np.int8]
"""Shape (instances, units), values of Verdict."""


class Kleene(NamedTuple):
    """Where a condition certainly holds and where it certainly fails, each of shape (units,); what
    is neither cannot be verified (Kleene's strong three-valued logic)."""

    holds: Booleans
    fails: Booleans

    @classmethod
    def of(cls, values: Sequence[bool | None]) -> Kleene:
        """From one value a unit; None cannot be verified."""
        holds = np.array([value is True for value in values], np.bool_)
        fails = np.array([value is False for value in values], np.bool_)
        return cls(holds, fails)

    @classmethod
    def where(cls, holds: Booleans, there: Booleans) -> Kleene:
        """From a comparison that counts where its numbers are there."""
        return cls(there & holds, there & ~holds)

    @classmethod
    def all_of(cls, parts: Sequence[Kleene]) -> Kleene:
        """Holds where all parts hold, fails where one fails."""
        holds = everywhere([part.holds for part in parts])
        fails = somewhere([part.fails for part in parts])
        return cls(holds, fails)

    def negated(self) -> Kleene:
        """Holds where this fails, and the other way round."""
        return Kleene(self.fails, self.holds)

    @property
    def verdicts(self) -> Verdicts:
        """The results, in the same shape."""
        is_open = ~(self.holds | self.fails)
        verdicts: Verdicts = self.holds.astype(np.int8) - is_open
        return verdicts

    def verdict(self, unit: int) -> Verdict:
        """The result for one unit."""
        if self.holds[unit]:
            return Verdict.HOLDS
        if self.fails[unit]:
            return Verdict.FAILS
        return Verdict.UNKNOWN


_COMPARISONS: Mapping[ex.Operator, Callable[[Integers, int], Booleans]] = {
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


# --- the language --------------------------------------------------------------------------------


def evaluate(instances: Sequence[Instance], store: ColumnStore) -> Verdicts:
    """The verdict of some instances for every unit, each by itself."""
    verdicts = np.empty((len(instances), store.size), np.int8)
    for row, instance in zip(verdicts, instances, strict=True):
        row[:] = truth(instance.rule, store).verdicts
    return verdicts


def evaluate_form(form: Form, store: ColumnStore) -> Verdicts:
    """The verdict of every instance of a form for every unit, those of one shape together."""
    verdicts = np.empty((len(form.instances), store.size), np.int8)
    for shape in rule_shapes(form):
        verdicts[shape.members] = truth(shape.node, store.over(shape)).verdicts
    return verdicts


@lru_cache(maxsize=8)
def rule_shapes(form: Form) -> tuple[Shape[ex.Truth], ...]:
    """The rules of a form by shape, worked out once."""
    rules = [instance.rule for instance in form.instances]
    return tuple(shapes_of(rules, column_layout(form).rows))


def truth(node: ex.Truth, operands: Operands) -> Kleene:
    """Where a condition holds and where it fails."""
    match node:
        case ex.Compare():
            return _compare(node, operands)
        case ex.IsNumber(item=item):
            return _is_number(operands.columns[item.field])
        case ex.Filled() | ex.Mentions() | ex.Differs():
            return _of_text(node, operands)
        case ex.LevelIn(levels=levels):
            return Kleene.of([_is_one_of(level, levels) for level in operands.levels])
        case ex.Not(item=item):
            return truth(item, operands).negated()
        case ex.And(items=items):
            return Kleene.all_of([truth(item, operands) for item in items])
        case ex.Or(items=items):
            return _or(items, operands)
        case ex.Implies(premise=premise, conclusion=conclusion):
            return _or((ex.Not(premise), conclusion), operands)


def _is_number(column: Column) -> Kleene:
    """A blank cell can be filled in yet: neither holds nor fails."""
    something_else = ~column.known & ~column.blank
    return Kleene(column.known, something_else)


def _or(items: Sequence[ex.Truth], operands: Operands) -> Kleene:
    """By De Morgan: it fails where all parts fail."""
    negated = [truth(item, operands).negated() for item in items]
    return Kleene.all_of(negated).negated()


def _compare(node: ex.Compare, operands: Operands) -> Kleene:
    gap, scale = difference(node.left, node.right, operands.columns)
    holds = _keeps(node, gap, scale)
    there = known(node, operands.columns, operands.size)
    return Kleene.where(holds, there)


def _keeps(node: ex.Compare, gap: Integers, scale: int) -> Booleans:
    """Whether left minus right is as the operator wants it."""
    if node.operator == "==":
        tolerance = int(node.tolerance.scaleb(scale))
        within: Booleans = np.abs(gap) <= tolerance
        return within
    return _COMPARISONS[node.operator](gap, 0)


def _of_text(node: ex.Filled | ex.Mentions | ex.Differs, operands: Operands) -> Kleene:
    texts = operands.texts[node.text]
    match node:
        case ex.Filled():
            return Kleene.of([_is_filled(text) for text in texts])
        case ex.Mentions(words=words):
            return Kleene.of([_mentions(text, words) for text in texts])
        case ex.Differs():
            texts_before = operands.previous_texts[node.text]
            return Kleene.of(list(map(_differs, texts, texts_before)))


def _is_one_of(level: str, levels: Sequence[str]) -> bool | None:
    """Whether a unit's level is one of these; None while none is chosen."""
    return level in levels if level else None


def _is_filled(text: str) -> bool | None:
    """Whether a text has more than spaces and line feeds; None while it is blank."""
    if not text:
        return None
    return bool(bare(text))


def _mentions(text: str, words: Sequence[str]) -> bool | None:
    """Whether a text holds one of the words, spaces and line feeds left aside."""
    if not text:
        return None
    plain = bare(text)
    return any(word in plain for word in words)


def _differs(text: str, before: str) -> bool | None:
    """Whether a text is another one than last year's; None where one is missing."""
    if not bare(text) or not bare(before):
        return None
    return not nearly_the_same(text, before)


def nearly_the_same(text: str, other: str) -> bool:
    """Whether two texts share nine tenths of their pairs of neighbouring characters (Dice's
    coefficient); digits do not count, since a copied text gets new years and numbers."""
    first = _without_digits(text)
    second = _without_digits(other)
    lengths = (len(first) - 1, len(second) - 1)
    total = sum(lengths)
    if min(lengths) <= 0 or 2 * min(lengths) < SAME * total:
        return False  # they cannot have enough in common
    in_both = Counter(pairwise(first)) & Counter(pairwise(second))
    return 2 * in_both.total() >= SAME * total


def _without_digits(text: str) -> str:
    """A bare text without its digits."""
    plain = bare(text)
    for character in set(plain):
        if character.isdigit():
            plain = plain.replace(character, "")
    return plain


# --- one unit, and all of them -------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class UnitView:
    """One unit's numbers as its cells show them: position `unit` of a store."""

    submission: Submission
    store: ColumnStore
    unit: int

    def entry(self, name: str) -> Entry:
        """What stood in a cell: the typed-in or typed-over entry, or the computed number."""
        for entries in (self.submission.overrides, self.submission.entries):
            if name in entries:
                return entries[name]
        return Entry.of(self.value(ex.Ref(name)))

    def value(self, node: ex.Number) -> Decimal:
        """The exact value of a number node."""
        columns = self.store.columns
        wholes: dict[str, int] = {}
        for operand in ex.operands_of(node):
            key = ex.key_of(operand)
            wholes[key] = columns.numbers.item(columns.rows[key], self.unit)
        return from_fixed(*number_of(node, wholes))

    def number(self, operand: ex.Leaf) -> Decimal:
        """What an operand's cell shows, exact where a column would be clamped."""
        if isinstance(operand, ex.Ref):
            entry = self.entry(operand.field)
            if entry.value is not None:
                return entry.value
        return self.value(operand)

    def recomputed(self, name: str) -> Decimal:
        """A field as the formulas give it, whatever was typed over them."""
        columns = self.store.recomputed
        return from_fixed(columns.numbers.item(columns.rows[name], self.unit))

    def knows(self, operand: ex.Leaf) -> bool:
        """Whether an operand is a number."""
        columns = self.store.columns
        return columns.known.item(columns.rows[ex.key_of(operand)], self.unit)

    def knows_all(self, node: ex.Node) -> bool:
        """Whether every number that a node needs is there."""
        return all(map(self.knows, ex.operands_of(node)))

    def verdict(self, node: ex.Truth) -> Verdict:
        """Whether a condition holds."""
        own = self.store.at(self.unit, node)
        return truth(node, own).verdict(0)

    def holds_restored(self, node: ex.Truth) -> bool:
        """Whether a condition holds with the formulas in the place of what was typed over them."""
        restored = self.store.at(self.unit, node, restored=True)
        return truth(node, restored).verdict(0) is Verdict.HOLDS


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A form's rules over some submissions: made once, taken by all that look at them.

    `verdicts` has a row for each instance of the form and a column for each submission.
    """

    form: Form
    submissions: Sequence[Submission]
    store: ColumnStore
    verdicts: Verdicts

    def view(self, unit: int) -> UnitView:
        """The numbers of one submission, by its position."""
        return UnitView(self.submissions[unit], self.store, unit)

    def views(self) -> list[UnitView]:
        """The numbers of each submission, in their order."""
        units = range(len(self.submissions))
        return [self.view(unit) for unit in units]

    @cached_property
    def is_complete(self) -> Booleans:
        """Where every typed-in cell holds a number that is not too large, by submission."""
        typed = slice(0, len(self.form.typed))
        columns = self.store.columns
        exact = np.abs(columns.numbers[typed]) < to_fixed(ex.MAX_NUMBER)
        complete: Booleans = np.all(exact & columns.known[typed], axis=0)
        return complete

    def positions(self, unit: int, verdict: Verdict) -> list[int]:
        """The rules with this verdict for one submission, by their positions in the form."""
        (positions,) = np.nonzero(self.verdicts[:, unit] == verdict)
        return positions.tolist()

    def instances(self, unit: int, verdict: Verdict) -> list[Instance]:
        """The rules with this verdict for one submission, in the order of the form."""
        instances = self.form.instances
        return [instances[position] for position in self.positions(unit, verdict)]


def evaluate_submissions(form: Form, submissions: Sequence[Submission]) -> Evaluation:
    """All rules of a form over these submissions."""
    store = column_store(form, submissions)
    verdicts = evaluate_form(form, store)
    return Evaluation(form, tuple(submissions), store, verdicts)


def view_of(form: Form, submission: Submission) -> UnitView:
    """One submission by itself."""
    return UnitView(submission, column_store(form, [submission]), 0)
