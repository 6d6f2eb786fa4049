"""Keying errors: how a number that should stand in a cell became the one that stands there."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from xlreport.form.expression import decimals_of
from xlreport.form.model import Arrangement, Block, Form, Table, leaf_ids


@dataclass(frozen=True, slots=True)
class KeyingError:
    """A kind of error by its Chinese name; the lower its rank, the more it says. One that is not
    `alone` keeps another from being singled out, but is no reason to accuse a cell by itself."""

    rank: int
    label: str
    alone: bool = True

    @property
    def is_telling(self) -> bool:
        """Whether it is seldom there by chance."""
        return self.rank <= 2

    @property
    def weight(self) -> tuple[int, bool]:
        """The key by which errors are sorted, the one that says most first."""
        return self.rank, not self.alone


OTHER_VERSION = KeyingError(0, "该单位的另一份报表填的就是这个数")
SIGN = KeyingError(0, "多了负号")
MOVED = KeyingError(1, "填错了格")
EXCHANGED = KeyingError(1, "两格填反")
TRANSPOSITION = KeyingError(2, "两位数字颠倒")
REPETITION = KeyingError(2, "一位数字重复")
ZERO_ADDED = KeyingError(2, "多了一个 0")
ZERO_OMITTED = KeyingError(2, "少了一个 0")
DECIMAL_POINT = KeyingError(2, "小数点错了一位")
OMISSION = KeyingError(3, "漏了一位数字")
INSERTION = KeyingError(3, "多了一位数字")
SAME_AS_NEIGHBOUR = {
    "column": KeyingError(4, "与上下相邻的 {} 相同，可能看错了行"),
    "row": KeyingError(4, "与左右相邻的 {} 相同，可能看错了列"),
}
SUBSTITUTION = KeyingError(5, "一位数字有误")
ZERO_FOR_DIGIT = KeyingError(6, "一位数字有误")
"""A digit where 0 stands. Tables are full of zeros, so beside a telling error this says nothing."""


# --- digits --------------------------------------------------------------------------------------


def keying_error(now: Decimal, right: Decimal) -> KeyingError | None:
    """The error that turns the right number into the one that is there now; None when there is
    none.

    Numbers of one digit count too: where any of them explains a difference, none must be singled
    out.
    """
    if now < 0 or right < 0:
        return SIGN if now == -right else None
    whole = _is_whole(now) and _is_whole(right)
    if not now or not right:
        return _beside_zero(now, right) if whole else None
    if now == 10 * right:
        return ZERO_ADDED if whole else DECIMAL_POINT
    if right == 10 * now and not whole:
        return DECIMAL_POINT
    if right == 10 * now:
        error: KeyingError | None = ZERO_OMITTED
    else:
        error = _in_digits(now, right)
    doubtful = whole and now < 10 <= right
    return _doubted(error) if doubtful else error


def _is_whole(number: Decimal) -> bool:
    return number == int(number)


def _beside_zero(now: Decimal, right: Decimal) -> KeyingError | None:
    """The error between 0 and another whole number: one digit."""
    if not 0 < now + right < 10:
        return None
    return SUBSTITUTION if now else ZERO_FOR_DIGIT


def _doubted(error: KeyingError | None) -> KeyingError | None:
    """A second digit turns one digit into almost anything, and so does a cell that was
    forgotten."""
    if error is None:
        return None
    return replace(error, alone=False)


def _in_digits(now: Decimal, right: Decimal) -> KeyingError | None:
    """The error between the digits of two numbers, written with the same decimals."""
    decimals = decimals_of(now)
    right_decimals = decimals_of(right)
    most = max(decimals, right_decimals)
    error = _between(_digits(now, most), _digits(right, most))
    if error == SUBSTITUTION and decimals != right_decimals:
        return None
    return error


def _digits(number: Decimal, decimals: int) -> str:
    return str(int(number.scaleb(decimals)))


def _between(now: str, right: str) -> KeyingError | None:
    """The error between two runs of digits."""
    match len(now) - len(right):
        case 0:
            return _of_equal_length(now, right)
        case 1:
            return _one_more(now, right)
        case -1:
            return None if _surplus(right, now) is None else OMISSION
        case _:
            return None


def _one_more(now: str, right: str) -> KeyingError | None:
    place = _surplus(now, right)
    if place is None:
        return None
    repeated = now[place - 1 : place] == now[place]
    return REPETITION if repeated else INSERTION


def _of_equal_length(now: str, right: str) -> KeyingError | None:
    apart = [place for place in range(len(now)) if now[place] != right[place]]
    match apart:
        case [_]:
            return SUBSTITUTION
        case [first, second] if second == first + 1:
            exchanged = right[second] + right[first]
            return TRANSPOSITION if now[first : second + 1] == exchanged else None
        case _:
            return None


def _surplus(longer: str, shorter: str) -> int | None:
    """Where a digit must go for the longer to become the shorter, the last place of equal ones."""
    for place in reversed(range(len(longer))):
        before = longer[:place]
        behind = longer[place + 1 :]
        if before + behind == shorter:
            return place
    return None


# --- neighbours ----------------------------------------------------------------------------------


def neighbours(form: Form, cells: Container[str]) -> Iterator[tuple[str, str, str]]:
    """Pairs of cells of one kind between which nothing but computed cells stands, and whether they
    are in one `row` or one `column`."""
    for line, direction in _lines(form):
        present = [name for name in line if name in cells]
        for first, second in pairwise(present):
            if _alike(form, first, second):
                yield first, second, direction


def _alike(form: Form, first: str, second: str) -> bool:
    """Whether two fields hold the same kind of number in the same unit of measure."""
    one = form.fields[first]
    other = form.fields[second]
    return one.kind is other.kind and one.unit == other.unit


_Line = tuple[list[str], str]
"""Fields that stand in one line, and whether that is a `row` or a `column`."""


@lru_cache(maxsize=8)
def _lines(form: Form) -> tuple[_Line, ...]:
    """The fields of each printed row and each printed column."""
    lines: list[_Line] = []
    for table in form.tables:
        for block in table.blocks:
            lines += _block_lines(table, block)
    return tuple(lines)


def _block_lines(table: Table, block: Block) -> Iterator[_Line]:
    columns = leaf_ids(block.columns)
    names = []
    for row in leaf_ids(block.rows):
        names += [f"{table.id}.{row}.{column}" for column in columns]
    if table.arrangement is Arrangement.ACROSS:
        yield names, "row"
        return
    width = len(columns)
    for start in range(0, len(names), width):
        yield names[start : start + width], "row"
    for start in range(width):
        yield names[start::width], "column"
