"""Many submissions as columns of 64-bit integers: one unit or 50,000 by the same code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.submission import BLANK, Entry, Figures, Status, Submission

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

Operand = ex.Ref | ex.Previous | ex.Length
"""A leaf that needs a column."""

_UNIT = Decimal(10) ** ex.SCALE


@dataclass(frozen=True)
class Column:
    """One number field of all units: shape (units,), values in units of 10**-SCALE.

    `known` says where it is a number; `blank` where a cell that should hold one is empty.
    """

    values: Integers
    known: Booleans
    blank: Booleans

    def at(self, unit: int) -> Column:
        """The same field of one unit alone, shape (1,)."""
        only = slice(unit, unit + 1)
        return Column(self.values[only], self.known[only], self.blank[only])

    def with_zeros(self) -> Column:
        """The column with 0 where no number is known."""
        if self.known.all():
            return self
        return Column(np.where(self.known, self.values, 0), self.known, self.blank)


@dataclass(frozen=True)
class ColumnStore:
    """All fields of all units. In `columns` computed fields hold what their cells show, typed-over
    ones included; in `recomputed` all of them follow from the typed-in fields alone. `columns` also
    holds what rules need besides fields, by `expression.key_of`."""

    size: int
    columns: Mapping[str, Column]
    recomputed: Mapping[str, Column]
    texts: Mapping[str, Sequence[str]]
    levels: Sequence[str]
    previous_texts: Mapping[str, Sequence[str]]

    def at(self, unit: int, node: ex.Node, *, restored: bool = False) -> ColumnStore:
        """What a node needs of one unit, as the store of that unit alone; `restored` takes the
        computed fields as their formulas give them."""
        columns: dict[str, Column] = {}
        for operand in ex.operands_of(node):
            key = ex.key_of(operand)
            source = self.recomputed if restored and key in self.recomputed else self.columns
            columns[key] = source[key].at(unit)
        texts = {name: [self.texts[name][unit]] for name in ex.texts_of(node)}
        previous_texts = {name: [self.previous_texts[name][unit]] for name in texts}
        return ColumnStore(1, columns, {}, texts, [self.levels[unit]], previous_texts)


def column_store(form: Form, submissions: Sequence[Submission]) -> ColumnStore:
    """The columns of a form for these submissions, in their order."""
    columns = {field.id: _of_field(field.id, submissions) for field in form.typed}
    recomputed = dict(columns)
    for field in form.computed:
        recomputed[field.id] = _result(form, field.id, recomputed)
        result = _result(form, field.id, columns)
        columns[field.id] = _stated(result, [s.overrides.get(field.id) for s in submissions])
    for operand in form.operands:
        if not isinstance(operand, ex.Ref):
            entries = [_beside_fields(operand, submission) for submission in submissions]
            columns[ex.key_of(operand)] = _typed(entries)
    names = [text.field_id for text in form.texts]
    prior_year = [submission.previous or Figures() for submission in submissions]
    return ColumnStore(
        len(submissions),
        columns,
        recomputed,
        _texts(names, [submission.texts for submission in submissions]),
        [submission.unit.level for submission in submissions],
        _texts(names, [figures.texts for figures in prior_year]),
    )


def to_fixed(value: Decimal) -> int:
    """A number in units of 10**-SCALE, clamped to what a typed-in cell may hold."""
    clamped = max(-ex.MAX_NUMBER, min(ex.MAX_NUMBER, value))
    return int((clamped * _UNIT).to_integral_value())


def from_fixed(value: int, scale: int = ex.SCALE) -> Decimal:
    """The exact number behind a fixed-point integer."""
    return Decimal(int(value)).scaleb(-scale)


def bare(text: str) -> str:
    """A text without spaces (half and full width) and line feeds, as the workbook's formula sees
    it."""
    return text.replace(" ", "").replace("\u3000", "").replace("\n", "")


# --- columns from entries ------------------------------------------------------------------------


def _of_field(name: str, submissions: Sequence[Submission]) -> Column:
    return _typed([submission.effective(name) for submission in submissions])


def _beside_fields(operand: ex.Previous | ex.Length, submission: Submission) -> Entry:
    """What stands for an operand that is no field of this year: blank where it is not known."""
    if isinstance(operand, ex.Length):
        return _length(submission.texts.get(operand.text, ""))
    if submission.previous is None:
        return BLANK
    return Entry.of(submission.previous.numbers.get(operand.field))


def _length(text: str) -> Entry:
    """Characters as Excel's LEN counts them, in UTF-16 units; a text that is not there has none."""
    if not text:
        return BLANK
    return Entry.of(len(bare(text).encode("utf-16-le")) // 2)


def _texts(names: Sequence[str], written: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """The texts of all units by field, "" where there is none."""
    found: dict[str, list[str]] = {}
    for name in names:
        found[name] = [texts.get(name, "") for texts in written]
    return found


def _typed(entries: Sequence[Entry]) -> Column:
    """A value too large to be exact still counts as a number, so that its own check can fail."""
    values = [_fixed(entry) for entry in entries]
    known = [e.value is not None or e.status is Status.TOO_LARGE for e in entries]
    blank = [e.status in (Status.BLANK, Status.ABSENT) for e in entries]
    return Column(np.array(values, np.int64), np.array(known, np.bool_), np.array(blank, np.bool_))


def _fixed(entry: Entry) -> int:
    """An entry's number in units of 10**-SCALE; 0 for what is none."""
    if entry.value is not None:
        return to_fixed(entry.value)
    if entry.status is not Status.TOO_LARGE:
        return 0
    negative = entry.raw.startswith("-")
    return to_fixed(-ex.MAX_NUMBER if negative else ex.MAX_NUMBER)


def _result(form: Form, name: str, columns: Mapping[str, Column]) -> Column:
    """The result of a computed field's formula; it counts as known when all its parts are
    numbers."""
    formula = form.formulas[name]
    parts = {part: columns[part].with_zeros() for part in ex.fields_of(formula)}
    values = _rescaled(number(formula, parts), ex.scale_of(formula))
    known = np.logical_and.reduce([columns[leaf].known for leaf in form.leaves(name)])
    return Column(values, known, np.zeros_like(known))


def _stated(recomputed: Column, overrides: Sequence[Entry | None]) -> Column:
    """What computed cells show: what was typed over the formula, or else the formula's result."""
    if not any(overrides):
        return recomputed
    values, known = recomputed.values.copy(), recomputed.known.copy()
    for unit, entry in enumerate(overrides):
        if entry is None:
            continue
        typed = _typed([entry])
        values[unit] = typed.values[0]
        known[unit] = known[unit] and typed.known[0]
    return Column(values, known, recomputed.blank)


# --- numbers from columns ------------------------------------------------------------------------


def number(node: ex.Number, columns: Mapping[str, Column]) -> Integers:
    """The value of a number node, shape (units,) or, for a constant, (1,); in units of
    10**-scale_of(node)."""
    scale = ex.scale_of(node)
    match node:
        case ex.Const(value=value):
            return np.array([int(value.scaleb(scale))], np.int64)
        case ex.Ref() | ex.Previous() | ex.Length():
            return columns[ex.key_of(node)].values
        case ex.Total(items=items):
            return _total(items, scale, columns)
        case ex.Minus(left=left, right=right):
            return _at_scale(left, scale, columns) - _at_scale(right, scale, columns)
        case ex.Times(factor=factor, item=item):
            whole = factor.scaleb(ex.decimals_of(factor))
            return number(item, columns) * np.int64(int(whole))
        case ex.Absolute(item=item):
            return np.abs(number(item, columns))
        case ex.Rounded(item=item, digits=digits):
            return _rounded(number(item, columns), scale, digits)


def known(node: ex.Node, columns: Mapping[str, Column], size: int) -> Booleans:
    """Where every number that a node needs is there, shape (size,)."""
    operands = ex.operands_of(node)
    if not operands:
        return np.ones(size, np.bool_)
    each = [columns[ex.key_of(operand)].known for operand in operands]
    together: Booleans = np.logical_and.reduce(each)
    return together


def _total(items: Sequence[ex.Number], scale: int, columns: Mapping[str, Column]) -> Integers:
    total = _at_scale(items[0], scale, columns)
    for item in items[1:]:
        total = total + _at_scale(item, scale, columns)
    return total


def _at_scale(node: ex.Number, scale: int, columns: Mapping[str, Column]) -> Integers:
    """A node's value in units of 10**-scale, which is at least as fine as its own."""
    return number(node, columns) * np.int64(10 ** (scale - ex.scale_of(node)))


def _rescaled(values: Integers, scale: int) -> Integers:
    """Values in units of 10**-scale in units of 10**-SCALE, rounded where those are coarser."""
    if scale <= ex.SCALE:
        return values * np.int64(10 ** (ex.SCALE - scale))
    return _rounded(values, scale, ex.SCALE) // np.int64(10 ** (scale - ex.SCALE))


def _rounded(values: Integers, scale: int, digits: int) -> Integers:
    """Half away from zero to `digits` decimals, still in units of 10**-scale."""
    step = np.int64(10 ** max(0, scale - digits))
    magnitude = (np.abs(values) + step // 2) // step * step
    return np.where(values < 0, -magnitude, magnitude)
