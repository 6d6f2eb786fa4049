"""The formulas of conditions in binary workbooks."""

from __future__ import annotations

import struct
from decimal import Decimal

import pytest

from xlreport.formats.conditions import ALWAYS, NEVER, SELF, UNKNOWN, Condition, Operand, Reference
from xlreport.formats.formula_tokens import (
    BIFF8,
    BIFF12,
    OPERATORS,
    Dialect,
    condition_of,
    operand_of,
)


def whole(number: int) -> bytes:
    return struct.pack("<BH", 0x1E, number)


def real(number: float) -> bytes:
    return struct.pack("<Bd", 0x1F, number)


def near(row: int, column: int, dialect: Dialect = BIFF8, token: int = 0x4C) -> bytes:
    return struct.pack(f"<B{dialect.layout[1:]}", token, row, column)


BOTH = 0xC000
"""The row and the column are relative."""


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (whole(0), Decimal(0)),
        (whole(65535), Decimal(65535)),
        (real(-1.5), Decimal("-1.5")),
        (real(float("nan")), None),
        (real(float("inf")), None),
        (b"\x1d\x01", Decimal(1)),
        (b"\x1d\x00", Decimal(0)),
        (near(0, BOTH), SELF),
        (near(0, BOTH, token=0x2C), SELF),
        (near(0, BOTH, token=0x6C), SELF),
        (near(0, BOTH, token=0x44), None),
        (near(2, BOTH | 5), Reference(2, 5)),
        (near(0xFFFF, BOTH | 0xFF), Reference(-1, -1)),
        (near(0x7FFF, BOTH | 0x7F), Reference(0x7FFF, 0x7F)),
        (near(0x8000, BOTH | 0x80), Reference(-0x8000, -0x80)),
        (near(9, 0x8001), Reference(9, 1, is_column_fixed=True)),
        (near(0xFFFF, 0x4001), Reference(0xFFFF, 1, is_row_fixed=True)),
        (near(9, 1), Reference(9, 1, True, True)),
        (b"", None),
        (b"\x1e\x01", None),
        (b"\x1f" + bytes(7), None),
        (b"\x1d", None),
        (near(0, BOTH)[:-1], None),
        (whole(1) + b"\x13", None),
        (b"\x17\x01\x00x", None),
    ],
)
def test_one_value(formula: bytes, expected: Operand) -> None:
    assert operand_of(formula, BIFF8) == expected


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        (0, BOTH, SELF),
        (0xFFFFF, BOTH | 0x3FFF, Reference(-1, -1)),
        (0x7FFFF, BOTH | 0x1FFF, Reference(0x7FFFF, 0x1FFF)),
        (0xFFFF, BOTH | 0x0100, Reference(0xFFFF, 0x0100)),
        (0xFFFFFFFF, BOTH, Reference(-1, 0)),
        (9, 300, Reference(9, 300, True, True)),
    ],
)
def test_a_cell_of_an_xlsb(row: int, column: int, expected: Reference) -> None:
    formula = near(row, column, BIFF12)
    assert operand_of(formula, BIFF12) == expected
    assert operand_of(formula[:-1], BIFF12) is None


@pytest.mark.parametrize(
    ("token", "symbol"),
    [(0x09, "<"), (0x0A, "<="), (0x0B, "="), (0x0C, ">="), (0x0D, ">"), (0x0E, "<>")],
)
def test_comparisons(token: int, symbol: str) -> None:
    formula = near(0, BOTH) + whole(5) + bytes([token])
    assert condition_of(formula, BIFF8) == Condition(symbol, (SELF, Decimal(5)))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (b"\x1d\x01", ALWAYS),
        (whole(0), NEVER),
        (near(0, BOTH), Condition("<>", (SELF, Decimal(0)))),
        (b"", UNKNOWN),
        (whole(1) + whole(2) + b"\x03", UNKNOWN),
        (whole(1) + whole(2) + b"\x0b\x15", UNKNOWN),
        (whole(1) + whole(2), UNKNOWN),
        (b"\x17\x01\x00x" + whole(2) + b"\x0b", UNKNOWN),
        (whole(1) + b"\x17\x01\x00x" + b"\x0b", UNKNOWN),
    ],
)
def test_what_formulas_say(formula: bytes, expected: Condition) -> None:
    assert condition_of(formula, BIFF8) == expected


def test_operators_by_their_numbers() -> None:
    expected = ("", "between", "notBetween", "=", "<>", ">", "<", ">=", "<=")
    assert expected == OPERATORS
