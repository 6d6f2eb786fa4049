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

_UNIT = Decimal(10) ** ex.SCALE


@dataclass(frozen=True)
class Column:
    """One number field of all units: shape (n,), values in units of 10**-SCALE.

    `known` says where it is a number; `blank` where a cell that should hold one is empty.
    """

    values: Integers
    known: Booleans
    blank: Booleans


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


def to_fixed(value: Decimal) -> int:
    """A number in units of 10**-SCALE, clamped to what a typed-in cell may hold."""
    clamped = max(-ex.MAX_NUMBER, min(ex.MAX_NUMBER, value))
    return int((clamped * _UNIT).to_integral_value())


def from_fixed(value: int, scale: int = ex.SCALE) -> Decimal:
    """The exact number behind a fixed-point integer."""
    return Decimal(int(value)).scaleb(-scale)


def column_store(form: Form, submissions: Sequence[Submission]) -> ColumnStore:
    """The columns of a form for these submissions, in their order."""
    columns = {f.id: _typed([s.effective(f.id) for s in submissions]) for f in form.typed}
    recomputed = dict(columns)
    for item in form.computed:
        recomputed[item.id] = _result(form, item.id, recomputed)
        columns[item.id] = _stated(
            _result(form, item.id, columns), [s.overrides.get(item.id) for s in submissions]
        )
    texts = {t.field_id: [s.texts.get(t.field_id, "") for s in submissions] for t in form.texts}
    for operand in form.operands:
        if isinstance(operand, ex.Previous):
            columns[ex.key_of(operand)] = _typed([_before(s, operand.field) for s in submissions])
        elif isinstance(operand, ex.Length):
            columns[ex.key_of(operand)] = _typed([_length(text) for text in texts[operand.text]])
    before = [s.previous or Figures() for s in submissions]
    return ColumnStore(
        len(submissions),
        columns,
        recomputed,
        texts,
        [s.unit.level for s in submissions],
        {name: [figures.texts.get(name, "") for figures in before] for name in texts},
    )


def _before(submission: Submission, name: str) -> Entry:
    return Entry.of(submission.previous.numbers.get(name) if submission.previous else None)


def _length(text: str) -> Entry:
    return Entry.of(len(bare(text).encode("utf-16-le")) // 2) if text else BLANK


def bare(text: str) -> str:
    """A text without spaces (half and full width) and line feeds, as the workbook's formula sees it."""
    return text.replace(" ", "").replace("\u3000", "").replace("\n", "")


def _result(form: Form, name: str, before: Mapping[str, Column]) -> Column:
    """The result of a computed field's formula; it counts as known when all its parts are numbers."""
    formula = form.formulas[name]
    values = _rescaled(number(formula, before, zero_unknown=True), ex.scale_of(formula))
    known = np.logical_and.reduce([before[leaf].known for leaf in form.leaves(name)])
    return Column(values, known, np.zeros_like(known))


def _typed(entries: Sequence[Entry]) -> Column:
    """A value too large to be exact still counts as a number, so that its own check can fail."""
    values = [to_fixed(e.value) if e.value is not None else _clamped(e) for e in entries]
    known = [e.value is not None or e.status is Status.TOO_LARGE for e in entries]
    blank = [e.status in (Status.BLANK, Status.ABSENT) for e in entries]
    return Column(np.array(values, np.int64), np.array(known, np.bool_), np.array(blank, np.bool_))


def _clamped(entry: Entry) -> int:
    if entry.status is not Status.TOO_LARGE:
        return 0
    return to_fixed(-ex.MAX_NUMBER if entry.raw.startswith("-") else ex.MAX_NUMBER)


def _stated(recomputed: Column, overrides: Sequence[Entry | None]) -> Column:
    """What computed cells show: what was typed over the formula, or else the formula's result."""
    if not any(overrides):
        return recomputed
    values, known = recomputed.values.copy(), recomputed.known.copy()
    for i, entry in enumerate(overrides):
        if entry is not None:
            typed = _typed([entry])
            values[i] = typed.values[0]
            known[i] = known[i] and typed.known[0]
    return Column(values, known, recomputed.blank)


def _rescaled(values: Integers, scale: int) -> Integers:
    if scale <= ex.SCALE:
        return values * np.int64(10 ** (ex.SCALE - scale))
    return _rounded(values, scale, ex.SCALE) // np.int64(10 ** (scale - ex.SCALE))


def _rounded(values: Integers, scale: int, digits: int) -> Integers:
    """Half away from zero to `digits` decimals, still in units of 10**-scale."""
    step = np.int64(10 ** max(0, scale - digits))
    magnitude = (np.abs(values) + step // 2) // step * step
    return np.where(values < 0, -magnitude, magnitude)


def number(
    node: ex.Number, columns: Mapping[str, Column], *, zero_unknown: bool = False
) -> Integers:
    """The value of a number node, shape (n,), in units of 10**-scale_of(node)."""

    def at(part: ex.Number, scale: int) -> Integers:
        return number(part, columns, zero_unknown=zero_unknown) * np.int64(
            10 ** (scale - ex.scale_of(part))
        )

    scale = ex.scale_of(node)
    match node:
        case ex.Const(value=value):
            return np.array([int(value.scaleb(scale))], np.int64)
        case ex.Ref() | ex.Previous() | ex.Length():
            column = columns[ex.key_of(node)]
            return (
                np.where(column.known, column.values, 0)
                if zero_unknown and not column.known.all()
                else column.values
            )
        case ex.Total(items=items):
            total = at(items[0], scale)
            for item in items[1:]:
                total = total + at(item, scale)
            return total
        case ex.Minus(left=left, right=right):
            return at(left, scale) - at(right, scale)
        case ex.Times(factor=factor, item=item):
            whole = np.int64(int(factor.scaleb(ex.decimals_of(factor))))
            return number(item, columns, zero_unknown=zero_unknown) * whole
        case ex.Absolute(item=item):
            return np.abs(number(item, columns, zero_unknown=zero_unknown))
        case ex.Rounded(item=item, digits=digits):
            return _rounded(number(item, columns, zero_unknown=zero_unknown), scale, digits)


def known(node: ex.Node, columns: Mapping[str, Column], size: int) -> Booleans:
    """Where every number that a node needs is there, shape (n,)."""
    operands = ex.operands_of(node)
    if not operands:
        return np.ones(size, np.bool_)
    together: Booleans = np.logical_and.reduce(
        [columns[ex.key_of(operand)].known for operand in operands]
    )
    return together
