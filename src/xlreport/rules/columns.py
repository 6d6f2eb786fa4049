"""Many submissions as columns of 64-bit integers: one unit or 50,000 by the same code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.rules.fixed import fixed, is_number
from xlreport.submission import BLANK, Entry, Status, Submission
from xlreport.text import excel_length

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


Operand = ex.Ref | ex.Previous | ex.Length
"""A leaf that needs a column."""

_EMPTY = (Status.BLANK, Status.ABSENT)
_NO_SPACES = str.maketrans("", "", " \u3000\n")


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
            is_restored = restored and key in self.recomputed
            source = self.recomputed if is_restored else self.columns
            columns[key] = source[key].at(unit)
        texts: dict[str, list[str]] = {}
        previous_texts: dict[str, list[str]] = {}
        for name in ex.texts_of(node):
            texts[name] = [self.texts[name][unit]]
            previous_texts[name] = [self.previous_texts[name][unit]]
        levels = [self.levels[unit]]
        return ColumnStore(1, columns, {}, texts, levels, previous_texts)


def column_store(form: Form, submissions: Sequence[Submission]) -> ColumnStore:
    """The columns of a form for these submissions, in their order."""
    columns, recomputed = _numbers(form, submissions)
    for operand in form.operands:
        if not isinstance(operand, ex.Ref):
            entries = [_beside_fields(operand, submission) for submission in submissions]
            columns[ex.key_of(operand)] = _typed(entries)
    texts: dict[str, list[str]] = {}
    previous_texts: dict[str, list[str]] = {}
    for text in form.texts:
        name = text.field_id
        texts[name] = [submission.texts.get(name, "") for submission in submissions]
        previous_texts[name] = [_text_before(name, submission) for submission in submissions]
    levels = [submission.unit.level for submission in submissions]
    return ColumnStore(len(submissions), columns, recomputed, texts, levels, previous_texts)


def bare(text: str) -> str:
    """A text without spaces (half and full width) and line feeds, as the workbook's formula sees
    it."""
    return text.translate(_NO_SPACES)


# --- columns from entries ------------------------------------------------------------------------


def _numbers(
    form: Form, submissions: Sequence[Submission]
) -> tuple[dict[str, Column], dict[str, Column]]:
    """All number fields, computed ones as their cells show them and as their formulas give them."""
    columns: dict[str, Column] = {}
    for field in form.typed:
        entries = [submission.effective(field.id) for submission in submissions]
        columns[field.id] = _typed(entries)
    recomputed = dict(columns)
    for field in form.computed:
        recomputed[field.id] = _result(form, field.id, recomputed)
        result = _result(form, field.id, columns)
        overrides = [submission.overrides.get(field.id) for submission in submissions]
        columns[field.id] = _stated(result, overrides)
    return columns, recomputed


def _beside_fields(operand: ex.Previous | ex.Length, submission: Submission) -> Entry:
    """What stands for an operand that is no field of this year: blank where it is not known."""
    if isinstance(operand, ex.Length):
        return _length(submission.texts.get(operand.text, ""))
    if submission.prior_year is None:
        return BLANK
    return Entry.of(submission.prior_year.numbers.get(operand.field))


def _length(text: str) -> Entry:
    """The length of a text without its blanks; one that is not there has none."""
    if not text:
        return BLANK
    return Entry.of(excel_length(bare(text)))


def _text_before(name: str, submission: Submission) -> str:
    """Last year's text, "" where there is none."""
    if submission.prior_year is None:
        return ""
    return submission.prior_year.texts.get(name, "")


def _typed(entries: Sequence[Entry]) -> Column:
    """A value too large to be exact still counts as a number, so that its own check can fail."""
    values = [fixed(entry) for entry in entries]
    known = [is_number(entry) for entry in entries]
    blank = [entry.status in _EMPTY for entry in entries]
    return Column(np.array(values, np.int64), np.array(known, np.bool_), np.array(blank, np.bool_))


def _result(form: Form, name: str, columns: Mapping[str, Column]) -> Column:
    """The result of a computed field's formula; it counts as known when all its parts are
    numbers."""
    formula = form.formulas[name]
    # what is no number has the value 0, and an incomplete total what is there of it, as in SUM
    parts = {part: columns[part] for part in ex.fields_of(formula)}
    exact = number(formula, parts)
    values = _rescaled(*exact)
    leaves = [columns[leaf].known for leaf in form.leaves(name)]
    known = everywhere(leaves)
    never_blank = np.zeros_like(known)
    return Column(values, known, never_blank)


def _stated(recomputed: Column, overrides: Sequence[Entry | None]) -> Column:
    """What computed cells show: what was typed over the formula, or else the formula's result."""
    if not any(overrides):
        return recomputed
    values = recomputed.values.copy()
    known = recomputed.known.copy()
    for unit, entry in enumerate(overrides):
        if entry is None:
            continue
        typed = _typed([entry])
        values[unit] = typed.values[0]
        known[unit] = known[unit] and typed.known[0]
    return Column(values, known, recomputed.blank)


# --- numbers from columns ------------------------------------------------------------------------


class Scaled(NamedTuple):
    """Numbers, shape (units,) or, for a constant, (1,), in units of 10**-scale."""

    values: Integers
    scale: int

    def at(self, scale: int) -> Integers:
        """The same in units of 10**-scale, which is at least as fine as its own."""
        finer = scale - self.scale
        return self.values * _power_of_ten(finer) if finer else self.values


def number(node: ex.Number, columns: Mapping[str, Column]) -> Scaled:
    """The value of a number node; its scale is `scale_of(node)`."""
    match node:
        case ex.Ref() | ex.Previous() | ex.Length():
            return Scaled(columns[ex.key_of(node)].values, ex.SCALE)
        case ex.Const(value=value):
            scale = ex.decimals_of(value)
            whole = int(value.scaleb(scale))
            return Scaled(np.array([whole], np.int64), scale)
        case ex.Total(items=items):
            return _total([number(item, columns) for item in items])
        case ex.Minus(left=left, right=right):
            return difference(left, right, columns)
        case ex.Times(factor=factor, item=item):
            return _product(factor, number(item, columns))
        case ex.Absolute(item=item):
            values, scale = number(item, columns)
            return Scaled(np.abs(values), scale)
        case ex.Rounded(item=item, digits=digits):
            values, scale = number(item, columns)
            return Scaled(_rounded(values, scale, digits), scale)


def difference(left: ex.Number, right: ex.Number, columns: Mapping[str, Column]) -> Scaled:
    """Left minus right, exactly."""
    minuend, subtrahend = number(left, columns), number(right, columns)
    scale = max(minuend.scale, subtrahend.scale)
    return Scaled(minuend.at(scale) - subtrahend.at(scale), scale)


def known(node: ex.Node, columns: Mapping[str, Column], size: int) -> Booleans:
    """Where every number that a node needs is there, shape (size,)."""
    operands = ex.operands_of(node)
    if not operands:
        return np.ones(size, np.bool_)
    return everywhere([columns[ex.key_of(operand)].known for operand in operands])


def everywhere(parts: Sequence[Booleans]) -> Booleans:
    """Where all parts are true; two at a time, which takes less than making one array of them."""
    return reduce(np.logical_and, parts)


def somewhere(parts: Sequence[Booleans]) -> Booleans:
    """Where some part is true."""
    return reduce(np.logical_or, parts)


def _total(items: Sequence[Scaled]) -> Scaled:
    scale = max(item.scale for item in items)
    return Scaled(reduce(np.add, [item.at(scale) for item in items]), scale)


def _product(factor: Decimal, item: Scaled) -> Scaled:
    decimals = ex.decimals_of(factor)
    times = int(factor.scaleb(decimals))
    return Scaled(item.values * np.int64(times), decimals + item.scale)


def _power_of_ten(exponent: int) -> np.int64:
    return np.int64(10**exponent)


def _rescaled(values: Integers, scale: int) -> Integers:
    """Values in units of 10**-scale in units of 10**-SCALE, rounded where those are coarser."""
    if scale <= ex.SCALE:
        return values * _power_of_ten(ex.SCALE - scale)
    rounded = _rounded(values, scale, ex.SCALE)
    return rounded // _power_of_ten(scale - ex.SCALE)


def _rounded(values: Integers, scale: int, digits: int) -> Integers:
    """Half away from zero to `digits` decimals, still in units of 10**-scale."""
    step = _power_of_ten(max(0, scale - digits))
    half = step // 2
    steps = (np.abs(values) + half) // step
    magnitude = steps * step
    return np.where(values < 0, -magnitude, magnitude)
