"""Exact numbers as whole numbers of 10**-SCALE, and the computed fields of one unit.

`columns` does the same for many units with arrays. A process that only reads files needs the few
totals of one unit at a time, and must not load numpy for them: that takes as long as all the rest
of its start.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.submission import Entry, Status, Submission

ONE: int = 10**ex.SCALE
"""1 in units of 10**-SCALE."""

_UNIT = Decimal(ONE)
_LEAST = -ex.MAX_NUMBER


def to_fixed(value: Decimal) -> int:
    """A number in units of 10**-SCALE, clamped to what a typed-in cell may hold."""
    if value > ex.MAX_NUMBER:
        value = ex.MAX_NUMBER
    elif value < _LEAST:
        value = _LEAST
    whole = (value * _UNIT).to_integral_value()
    return int(whole)


def from_fixed(value: int, scale: int = ex.SCALE) -> Decimal:
    """The exact number behind a fixed-point integer."""
    return Decimal(int(value)).scaleb(-scale)


def is_number(entry: Entry) -> bool:
    """Whether a cell counts as a number: one that is too large does, so that its own check can
    fail."""
    return entry.value is not None or entry.status is Status.TOO_LARGE


def fixed(entry: Entry) -> int:
    """An entry's number in units of 10**-SCALE; 0 for what is none."""
    if entry.value is not None:
        return to_fixed(entry.value)
    if entry.status is not Status.TOO_LARGE:
        return 0
    negative = entry.raw.startswith("-")
    return to_fixed(-ex.MAX_NUMBER if negative else ex.MAX_NUMBER)


class Shown(NamedTuple):
    """What a number cell shows, in units of 10**-SCALE, and whether that is known."""

    whole: int
    is_known: bool

    @property
    def value(self) -> Decimal:
        """The number."""
        return from_fixed(self.whole)


def shown_numbers(form: Form, submission: Submission) -> dict[str, Shown]:
    """All number fields of one unit as their cells show them, by id: what `filling.column_store`
    gives for one submission."""
    numbers: dict[str, Shown] = {}
    for field in form.typed:
        numbers[field.id] = _typed(submission.effective(field.id))
    for field in form.computed:
        result = _result(form, field.id, numbers)
        override = submission.overrides.get(field.id)
        if override is not None:
            typed = _typed(override)
            result = Shown(typed.whole, result.is_known and typed.is_known)
        numbers[field.id] = result
    return numbers


def _typed(entry: Entry) -> Shown:
    return Shown(fixed(entry), is_number(entry))


def _result(form: Form, name: str, numbers: Mapping[str, Shown]) -> Shown:
    """The result of a computed field's formula; it counts as known when all its parts are
    numbers."""
    parts = {part: numbers[part].whole for part in ex.fields_of(form.formulas[name])}
    exact = number_of(form.formulas[name], parts)
    is_known = all(numbers[leaf].is_known for leaf in form.leaves(name))
    return Shown(exact.at_scale(), is_known)


class Whole(NamedTuple):
    """A whole number of 10**-scale."""

    whole: int
    scale: int

    def at(self, scale: int) -> int:
        """The same in units of 10**-scale, which is at least as fine as its own."""
        return self.whole * _power_of_ten(scale - self.scale)

    def at_scale(self) -> int:
        """The same in units of 10**-SCALE, rounded where those are coarser."""
        if self.scale <= ex.SCALE:
            return self.at(ex.SCALE)
        rounded = self.rounded(ex.SCALE)
        return rounded.whole // _power_of_ten(self.scale - ex.SCALE)

    def rounded(self, digits: int) -> Whole:
        """Half away from zero to `digits` decimals, still in the same units."""
        step = _power_of_ten(max(0, self.scale - digits))
        steps = (abs(self.whole) + step // 2) // step
        magnitude = steps * step
        return Whole(-magnitude if self.whole < 0 else magnitude, self.scale)


def _power_of_ten(exponent: int) -> int:
    power: int = 10**exponent
    return power


def number_of(node: ex.Number, numbers: Mapping[str, int]) -> Whole:
    """The value of a number node for one unit, as `columns.number` gives it for many: `numbers` has
    its leaves by `expression.key_of`, in units of 10**-SCALE."""
    match node:
        case ex.Ref() | ex.Previous() | ex.Length():
            return Whole(numbers[ex.key_of(node)], ex.SCALE)
        case ex.Const(value=value):
            scale = ex.decimals_of(value)
            return Whole(int(value.scaleb(scale)), scale)
        case ex.Total(items=items):
            return _sum([number_of(item, numbers) for item in items])
        case ex.Minus(left=left, right=right):
            less = number_of(right, numbers)
            return _sum([number_of(left, numbers), Whole(-less.whole, less.scale)])
        case ex.Times(factor=factor, item=item):
            decimals = ex.decimals_of(factor)
            times = int(factor.scaleb(decimals))
            whole, scale = number_of(item, numbers)
            return Whole(whole * times, decimals + scale)
        case ex.Absolute(item=item):
            whole, scale = number_of(item, numbers)
            return Whole(abs(whole), scale)
        case ex.Rounded(item=item, digits=digits):
            return number_of(item, numbers).rounded(digits)


def _sum(items: list[Whole]) -> Whole:
    scale = max(item.scale for item in items)
    return Whole(sum(item.at(scale) for item in items), scale)
