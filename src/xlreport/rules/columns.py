"""Many submissions as columns of 64-bit integers: one unit or 50,000 by the same code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlreport.form import expression as ex
from xlreport.rules.shapes import Rows, Shape

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Column:
    """One number field of all units: shape (units,), values in units of 10**-SCALE; or several
    fields, shape (fields, units), in the place of one leaf of a shape.

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
class Operands:
    """What nodes say something about, of some units: numbers by `expression.key_of`, texts, the
    units' levels."""

    size: int
    columns: Mapping[str, Column]
    texts: Mapping[str, Sequence[str]]
    levels: Sequence[str]
    previous_texts: Mapping[str, Sequence[str]]


class Columns(Mapping[str, Column]):
    """Columns by their keys: rows of three matrices of the shape (columns, units)."""

    def __init__(
        self, rows: Mapping[str, int], values: Integers, known: Booleans, blank: Booleans
    ) -> None:
        self.rows = rows
        self.numbers, self.known, self.blank = values, known, blank

    def __getitem__(self, key: str) -> Column:
        return self.select(self.rows[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, rows: int | Rows) -> Column:
        """One row, or several of them in the shape (rows, units)."""
        return Column(self.numbers[rows], self.known[rows], self.blank[rows])

    def over(self, slots: Mapping[str, Rows]) -> dict[str, Column]:
        """What the slots of a shape stand for, each in the shape (members, units)."""
        return {slot: self.select(rows) for slot, rows in slots.items()}

    def first(self, rows: Mapping[str, int]) -> Columns:
        """The first columns only, under these names."""
        count = len(rows)
        return Columns(rows, self.numbers[:count], self.known[:count], self.blank[:count])

    def copy(self) -> Columns:
        """The same, to be changed."""
        return Columns(self.rows, self.numbers.copy(), self.known.copy(), self.blank)


@dataclass(frozen=True)
class ColumnStore(Operands):
    """All fields of all units. In `columns` computed fields hold what their cells show, typed-over
    ones included; in `recomputed` all of them follow from the typed-in fields alone. `columns` also
    holds what rules need besides fields."""

    columns: Columns
    recomputed: Columns

    def at(self, unit: int, node: ex.Node, *, restored: bool = False) -> Operands:
        """What a node needs of one unit; `restored` takes the computed fields as their formulas
        give them."""
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
        return Operands(1, columns, texts, [self.levels[unit]], previous_texts)

    def over(self, shape: Shape[ex.Truth]) -> Operands:
        """What a shape says something about: matrices in the place of its slots."""
        slots = self.columns.over(shape.slots)
        return Operands(self.size, slots, self.texts, self.levels, self.previous_texts)


def bare(text: str) -> str:
    """A text without spaces (half and full width) and line feeds, as the workbook's formula sees
    it."""
    return text.replace(" ", "").replace("\u3000", "").replace("\n", "")


# --- numbers from columns ------------------------------------------------------------------------


class Scaled(NamedTuple):
    """Numbers, shape (units,), (members, units) or, for a constant, (1,), in units of
    10**-scale."""

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


def rescaled(values: Integers, scale: int) -> Integers:
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
