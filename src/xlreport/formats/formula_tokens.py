"""The formulas of conditions as binary workbooks write them: [MS-XLS] 2.5.198, [MS-XLSB] 2.5.97."""

from __future__ import annotations

import math
import struct
from decimal import Decimal
from typing import NamedTuple

from xlreport.formats.conditions import UNKNOWN, Condition, Operand, Reference, truth

OPERATORS = ("", "between", "notBetween", "=", "<>", ">", "<", ">=", "<=")
"""What a rule compares its cell by, in the order of the numbers that stand for it."""

_COMPARISONS = {0x09: "<", 0x0A: "<=", 0x0B: "=", 0x0C: ">=", 0x0D: ">", 0x0E: "<>"}
_INTEGER, _REAL, _BOOLEAN = 0x1E, 0x1F, 0x1D
_CELLS = frozenset({0x2C, 0x4C, 0x6C})
_ROW_RELATIVE, _COLUMN_RELATIVE = 0x8000, 0x4000


class Dialect(NamedTuple):
    """How a format writes cells: the layout of row and column, and how many there are of each."""

    layout: str
    rows: int
    columns: int

    @property
    def size(self) -> int:
        """Bytes of a cell, its token included."""
        return 1 + struct.calcsize(self.layout)


BIFF8, BIFF12 = Dialect("<HH", 0x10000, 0x100), Dialect("<IH", 0x100000, 0x4000)
"""The formulas of .xls and of .xlsb."""


def operand_of(formula: bytes, dialect: Dialect) -> Operand:
    """What a formula of one token stands for; None for any other."""
    value, rest = _token(formula, dialect)
    return None if rest else value


def condition_of(formula: bytes, dialect: Dialect) -> Condition:
    """What a formula says that compares two values, or is one."""
    left, rest = _token(formula, dialect)
    if not rest:
        return truth(left)
    right, rest = _token(rest, dialect)
    is_comparison = len(rest) == 1 and rest[0] in _COMPARISONS
    return Condition(_COMPARISONS[rest[0]], (left, right)) if is_comparison else UNKNOWN


def _token(formula: bytes, dialect: Dialect) -> tuple[Operand, bytes]:
    """The value at the beginning of a formula, and what comes behind it; None and nothing for one
    that is not understood."""
    token = formula[0] if formula else 0
    if token == _INTEGER and len(formula) >= 3:
        return Decimal(struct.unpack_from("<H", formula, 1)[0]), formula[3:]
    if token == _REAL and len(formula) >= 9:
        (real,) = struct.unpack_from("<d", formula, 1)
        return (Decimal(repr(real)) if math.isfinite(real) else None), formula[9:]
    if token == _BOOLEAN and len(formula) >= 2:
        return Decimal(formula[1]), formula[2:]
    if token in _CELLS and len(formula) >= dialect.size:
        row, column = struct.unpack_from(dialect.layout, formula, 1)
        return _reference(row, column, dialect), formula[dialect.size :]
    return None, b""


def _reference(row: int, column: int, dialect: Dialect) -> Reference:
    """A cell: parts that are relative are so far from the one that is looked at."""
    is_row_fixed = not column & _ROW_RELATIVE
    is_column_fixed = not column & _COLUMN_RELATIVE
    across = column % dialect.columns
    if not is_row_fixed:
        row = _signed(row, dialect.rows)
    if not is_column_fixed:
        across = _signed(across, dialect.columns)
    return Reference(row, across, is_row_fixed, is_column_fixed)


def _signed(offset: int, size: int) -> int:
    offset %= size
    return offset - size if offset >= size // 2 else offset
