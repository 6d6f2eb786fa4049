"""Slips of the hand: how a number that should stand in a cell became the one that stands there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from xlreport.form.model import Arrangement, Form, Table


@dataclass(frozen=True, order=True, slots=True)
class Slip:
    """A kind of slip by its Chinese name; the lower its rank, the more it says. One that is not `alone`
    keeps another from being singled out, but is no reason to accuse a cell by itself."""

    rank: int
    words: str
    alone: bool = True


OTHER_VERSION = Slip(0, "该单位的另一份报表填的就是这个数")
MINUS = Slip(0, "多了负号")
MOVED = Slip(1, "填错了格")
EXCHANGED = Slip(1, "两格填反")
SWAPPED = Slip(2, "两位数字颠倒")
DOUBLED = Slip(2, "一位数字重复")
ZERO_MORE = Slip(2, "多了一个 0")
ZERO_LESS = Slip(2, "少了一个 0")
POINT = Slip(2, "小数点错了一位")
MISSING = Slip(3, "漏了一位数字")
EXTRA = Slip(3, "多了一位数字")
SAME_AS_NEIGHBOUR = {
    "column": Slip(4, "与上下相邻的 {} 相同，可能看错了行"),
    "row": Slip(4, "与左右相邻的 {} 相同，可能看错了列"),
}
ONE_DIGIT = Slip(5, "一位数字有误")
ONE_FOR_ZERO = Slip(6, "一位数字有误")
"""0 typed for another digit. Tables are full of zeros, so beside a telling slip this says nothing."""

TELLING = 2
"""Slips up to this rank are seldom there by chance."""


def digit_slip(now: Decimal, right: Decimal) -> Slip | None:
    """The slip that turns the right number into the one that is there now; None when there is none.

    Numbers of one digit count too: where any of them explains a difference, none must be singled out.
    """
    if now < 0 or right < 0:
        return MINUS if now == -right else None
    whole = now == int(now) and right == int(right)
    if not now or not right:
        alone = whole and 0 < now + right < 10
        return None if not alone else ONE_DIGIT if now else ONE_FOR_ZERO
    if now == 10 * right:
        return ZERO_MORE if whole else POINT
    if right == 10 * now:
        slip: Slip | None = ZERO_LESS if whole else POINT
        return _doubted(slip) if whole and now < 10 else slip
    decimals = [max(0, -int(n.normalize().as_tuple().exponent)) for n in (now, right)]
    slip = _between(*(str(int(n.scaleb(max(decimals)))) for n in (now, right)))
    if slip == ONE_DIGIT and decimals[0] != decimals[1]:
        return None
    return _doubted(slip) if whole and now < 10 <= right else slip


def _doubted(slip: Slip | None) -> Slip | None:
    """A second digit turns one digit into almost anything, and so does a cell that was forgotten."""
    return replace(slip, alone=False) if slip is not None else None


def _between(now: str, right: str) -> Slip | None:
    """The slip between two runs of digits, written with the same decimals."""
    if len(now) == len(right):
        apart = [i for i, (a, b) in enumerate(zip(now, right, strict=True)) if a != b]
        if len(apart) == 2 and apart[0] + 1 == apart[1] and now[apart[0]] == right[apart[1]]:
            return SWAPPED if now[apart[1]] == right[apart[0]] else None
        return ONE_DIGIT if len(apart) == 1 else None
    if len(now) == len(right) + 1 and (at := _inserted(now, right)) is not None:
        return DOUBLED if at and now[at] == now[at - 1] else EXTRA
    return MISSING if len(now) + 1 == len(right) and _inserted(right, now) is not None else None


def _inserted(longer: str, shorter: str) -> int | None:
    """Where a digit must go for the longer to become the shorter, the last place of equal ones."""
    places = (i for i in reversed(range(len(longer))) if longer[:i] + longer[i + 1 :] == shorter)
    return next(places, None)


def neighbours(form: Form, cells: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Pairs of cells of one kind between which nothing but computed cells stands, and whether they
    are in one `row` or one `column`."""
    for line, direction in _lines(form):
        for first, second in pairwise(name for name in line if name in cells):
            a, b = form.fields[first], form.fields[second]
            if (a.kind, a.unit) == (b.kind, b.unit):
                yield first, second, direction


@lru_cache(maxsize=8)
def _lines(form: Form) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The fields of each printed row and each printed column."""
    return tuple(line for table in form.tables for line in _table_lines(table))


def _table_lines(table: Table) -> Iterable[tuple[tuple[str, ...], str]]:
    for block in table.blocks:
        rows = [leaf.id for heading in block.rows for leaf in heading.leaves()]
        columns = [leaf.id for heading in block.columns for leaf in heading.leaves()]
        if table.arrangement is Arrangement.ACROSS:
            yield tuple(f"{table.id}.{row}.{column}" for row in rows for column in columns), "row"
            continue
        for row in rows:
            yield tuple(f"{table.id}.{row}.{column}" for column in columns), "row"
        for column in columns:
            yield tuple(f"{table.id}.{row}.{column}" for row in rows), "column"
