"""Conditions of conditional formats, as far as they are understood: comparisons of a cell with
numbers, texts and other cells of its sheet, and what a few functions say.

A condition whose truth cannot be told here (another function, another sheet) is neither true nor
false. Source: ECMA-376 part 1, 18.3.1.10 and 18.17 (formulas).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.formats.shown import COMPARISONS

Value = Decimal | str | None
"""What a cell holds, as conditions compare it; None where that is not known."""


class Reference(NamedTuple):
    """A cell that a condition speaks of: a row and a column that are fixed, or so far from the cell
    that is looked at."""

    row: int = 0
    column: int = 0
    is_row_fixed: bool = False
    is_column_fixed: bool = False

    def seen_from(self, cell: Cell) -> Cell:
        """The cell that is meant where this one is looked at."""
        row = self.row if self.is_row_fixed else cell[0] + self.row
        column = self.column if self.is_column_fixed else cell[1] + self.column
        return row, column


class Length(NamedTuple):
    """How many letters a cell holds."""

    of: Reference


Operand = Reference | Length | Decimal | str | None
"""A side of a comparison; None where it is not understood."""

SELF = Reference()
"""The cell that is looked at."""


class Condition(NamedTuple):
    """An operator and its operands, the first of which is most often the cell itself, or other
    conditions for `and`, `or` and `not`; an operator that `holds` does not know is not
    understood."""

    operator: str
    operands: tuple[Operand | Condition, ...] = ()


ALWAYS, NEVER, UNKNOWN = Condition("always"), Condition("never"), Condition("")


# --- whether a condition is true ------------------------------------------------------------------


def _order(left: Decimal | str, right: Decimal | str) -> int:
    """Below 0 where the left one is less: numbers before texts, a blank like what it is compared
    with."""
    if left == "" and isinstance(right, Decimal):
        left = Decimal(0)
    if right == "" and isinstance(left, Decimal):
        right = Decimal(0)
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return (left > right) - (left < right)
    if isinstance(left, str) and isinstance(right, str):
        low, high = left.casefold(), right.casefold()
        return (low > high) - (low < high)
    return -1 if isinstance(left, Decimal) else 1


def _text(value: Decimal | str) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else value
    return text.casefold()


def _between(values: Sequence[Decimal | str]) -> bool:
    value, *limits = values
    low, high = sorted(limits, key=lambda limit: (isinstance(limit, str), limit))
    return _order(value, low) >= 0 and _order(value, high) <= 0


_ABOUT_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "beginsWith": str.startswith,
    "endsWith": str.endswith,
    "containsText": str.__contains__,
}
_KINDS: Mapping[str, Callable[[Decimal | str], bool]] = {
    "isnumber": lambda value: isinstance(value, Decimal),
    "istext": lambda value: isinstance(value, str) and value != "",
    "isblank": lambda value: value == "",
}
_OPPOSITES = {"notBetween": "between", "notContains": "containsText"}


ValueOf = Callable[[Reference], Value]
"""What the cells of a sheet hold."""


def holds(condition: Condition, value_of: ValueOf) -> bool | None:
    """Whether a condition is true; None where that cannot be told."""
    if condition in (ALWAYS, NEVER):
        return condition == ALWAYS
    inner = [each for each in condition.operands if isinstance(each, Condition)]
    if inner:
        return _together(condition.operator, [holds(each, value_of) for each in inner])
    opposite = _OPPOSITES.get(condition.operator)
    if opposite is not None:
        return _not(holds(Condition(opposite, condition.operands), value_of))
    values = list(_values(condition, value_of))
    if len(values) < len(condition.operands):
        return None
    return _told(condition.operator, values)


def _not(is_true: bool | None) -> bool | None:
    return None if is_true is None else not is_true


def _together(operator: str, told: Sequence[bool | None]) -> bool | None:
    """What several conditions say together: one that decides is enough."""
    if operator == "not":
        return _not(told[0])
    if operator not in _DECIDING:
        return None
    deciding = _DECIDING[operator]
    if deciding in told:
        return deciding
    return None if None in told else not deciding


_DECIDING = {"and": False, "or": True}


def _values(condition: Condition, value_of: ValueOf) -> Iterator[Decimal | str]:
    """The values of operands, up to the first that is not known."""
    for each in condition.operands:
        value = _value_of(each, value_of)
        if value is None:
            return
        yield value


def _value_of(each: Operand | Condition, value_of: ValueOf) -> Value:
    if isinstance(each, Reference):
        return value_of(each)
    if isinstance(each, Length):
        value = value_of(each.of)
        return None if value is None else Decimal(len(_text(value)))
    return None if isinstance(each, Condition) else each


def _told(symbol: str, values: Sequence[Decimal | str]) -> bool | None:
    """What an operator says of values; None for too few or too many of them."""
    if symbol == "between":
        return _between(values) if len(values) == 3 else None
    if symbol in _KINDS and len(values) == 1:
        return _KINDS[symbol](values[0])
    if len(values) != 2:
        return None
    left, right = values
    if symbol in COMPARISONS:
        return COMPARISONS[symbol](_order(left, right), 0)
    about_texts = _ABOUT_TEXTS.get(symbol)
    return None if about_texts is None else about_texts(_text(left), _text(right))


# --- conditions as formulas -----------------------------------------------------------------------

_CELL = r"\$?[A-Z]{1,3}\$?[0-9]{1,7}"
_LENGTH = rf"LEN\({_CELL}\)|LEN\(TRIM\({_CELL}\)\)"
_OPERAND = rf'"(?:[^"]|"")*"|[-+]?[0-9]+(?:\.[0-9]+)?|{_CELL}|{_LENGTH}'
_SIMPLE = re.compile(_OPERAND)
_COMPARISON = re.compile(rf"\s*({_OPERAND})\s*(<=|>=|<>|<|>|=)\s*({_OPERAND})\s*")
_REFERENCE = re.compile(r"(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7})")
_CALL = re.compile(r"\s*(AND|OR|NOT|ISNUMBER|ISTEXT|ISBLANK)\((.*)\)\s*", re.DOTALL)
_PIECE = re.compile(r'"(?:[^"]|"")*"|[(),;]|[^"(),;]+')
_CONSTANTS = {"TRUE": ALWAYS, "TRUE()": ALWAYS, "FALSE": NEVER, "FALSE()": NEVER}


def operand(text: str, base: Cell) -> Operand:
    """A side of a comparison as formulas write it, seen from the cell `base`; None for what is more
    than a number, a text or a cell of the same sheet."""
    text = text.strip().upper() if '"' not in text else text.strip()
    if _SIMPLE.fullmatch(text) is None:
        return None
    if text.startswith('"'):
        return text[1:-1].replace('""', '"')
    if text.startswith("LEN("):
        cell_of = operand(text.removeprefix("LEN(").removeprefix("TRIM(").rstrip(")"), base)
        return Length(cell_of) if isinstance(cell_of, Reference) else None
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return Decimal(text)
    cell = a1.parse(match[2] + match[4])
    if cell is None:
        return None
    return reference(cell, base, is_row_fixed=bool(match[3]), is_column_fixed=bool(match[1]))


def reference(cell: Cell, base: Cell, *, is_row_fixed: bool, is_column_fixed: bool) -> Reference:
    """A cell of a formula that is written for the cell `base`."""
    row = cell[0] if is_row_fixed else cell[0] - base[0]
    column = cell[1] if is_column_fixed else cell[1] - base[1]
    return Reference(row, column, is_row_fixed, is_column_fixed)


def formula_condition(formula: str, base: Cell) -> Condition:
    """What a formula says that is a comparison, a constant or one of a few functions of such, seen
    from the cell `base`."""
    constant = _CONSTANTS.get(formula.strip().upper())
    if constant is not None:
        return constant
    compared = _COMPARISON.fullmatch(formula)
    if compared is not None:
        left, right = operand(compared[1], base), operand(compared[3], base)
        return Condition(compared[2], (left, right))
    called = _CALL.fullmatch(formula)
    if called is not None:
        return _function(called[1].lower(), called[2], base)
    return truth(operand(formula, base))


def _function(name: str, inside: str, base: Cell) -> Condition:
    """What a function says of the arguments in its brackets."""
    arguments = _arguments(inside)
    is_one = len(arguments) == 1
    if name in ("and", "or") and arguments:
        return Condition(name, tuple(formula_condition(each, base) for each in arguments))
    if name == "not" and is_one:
        return Condition(name, (formula_condition(arguments[0], base),))
    if name in _KINDS and is_one:
        return Condition(name, (operand(arguments[0], base),))
    return UNKNOWN


def _arguments(inside: str) -> list[str]:
    """The arguments in the brackets of a function; none where those within do not match."""
    arguments = [""]
    depth = 0
    for match in _PIECE.finditer(inside):
        piece = match[0]
        depth += (piece == "(") - (piece == ")")
        if depth < 0:
            return []
        if piece in (",", ";") and not depth:
            arguments.append("")
        else:
            arguments[-1] += piece
    return arguments


def truth(value: Operand) -> Condition:
    """What a value says where a condition is wanted: any number but 0 is true."""
    if isinstance(value, Reference):
        return Condition("<>", (value, Decimal(0)))
    if isinstance(value, Decimal):
        return ALWAYS if value else NEVER
    return UNKNOWN
