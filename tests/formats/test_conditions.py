"""What of the conditions of conditional formats is understood."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlreport.a1 import Cell
from xlreport.formats.conditions import (
    ALWAYS,
    NEVER,
    SELF,
    UNKNOWN,
    Condition,
    Length,
    Operand,
    Reference,
    Value,
    formula_condition,
    holds,
    operand,
)

B10: Cell = (9, 1)


def is_true(operator: str, value: Value, *operands: Operand) -> bool | None:
    return holds(Condition(operator, (SELF, *operands)), lambda _: value)


TWO, FIVE = Decimal(2), Decimal(5)


@pytest.mark.parametrize(
    ("operator", "below", "same", "above"),
    [
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
        ("=", False, True, False),
        ("<>", True, False, True),
    ],
)
def test_comparisons(operator: str, below: bool, same: bool, above: bool) -> None:
    told = [is_true(operator, Decimal(value), TWO) for value in (1, 2, 3)]
    assert told == [below, same, above]


@pytest.mark.parametrize(
    ("value", "is_within"), [("1", False), ("2", True), ("3", True), ("5", True), ("6", False)]
)
def test_between_has_its_limits_in_it_in_any_order(value: str, is_within: bool) -> None:
    number = Decimal(value)
    assert is_true("between", number, TWO, FIVE) is is_within
    assert is_true("between", number, FIVE, TWO) is is_within
    assert is_true("notBetween", number, TWO, FIVE) is not is_within


@pytest.mark.parametrize(
    ("operator", "value", "text", "expected"),
    [
        ("beginsWith", "无需填", "无", True),
        ("beginsWith", "填无", "无", False),
        ("endsWith", "填无", "无", True),
        ("endsWith", "无需填", "无", False),
        ("containsText", "aBc", "b", True),
        ("containsText", "ac", "b", False),
        ("notContains", "aBc", "b", False),
        ("notContains", "ac", "b", True),
    ],
)
def test_conditions_about_texts(operator: str, value: str, text: str, expected: bool) -> None:
    assert is_true(operator, value, text) is expected


def test_a_number_is_looked_through_as_it_is_written() -> None:
    assert is_true("containsText", Decimal("1E+2"), "00") is True


def test_numbers_are_less_than_texts_and_blanks_are_like_what_they_meet() -> None:
    assert is_true("<", FIVE, "2") is True
    assert is_true("<", "2", FIVE) is False
    assert is_true("=", "ABC", "abc") is True
    assert is_true("<", "a", "B") is True
    assert is_true("=", "", Decimal(0)) is True
    assert is_true("=", Decimal(0), "") is True
    assert is_true("=", "", "") is True
    assert is_true("between", "x", "a", FIVE) is False


def test_what_is_not_understood_is_neither_true_nor_false() -> None:
    assert holds(UNKNOWN, lambda _: TWO) is None
    assert is_true("=", TWO) is None
    assert is_true("=", TWO, FIVE, FIVE) is None
    assert is_true("between", TWO, FIVE) is None
    assert is_true("=", TWO, None) is None
    assert is_true("=", None, TWO) is None
    assert holds(ALWAYS, lambda _: None) is True
    assert holds(NEVER, lambda _: None) is False


# --- formulas --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", FIVE),
        (" -0.5 ", Decimal("-0.5")),
        ("+2", TWO),
        ('"x"', "x"),
        ('"a""b"', 'a"b'),
        ("B10", Reference(0, 0)),
        ("c12", Reference(2, 1)),
        ("$B10", Reference(0, 1, is_column_fixed=True)),
        ("B$10", Reference(9, 0, is_row_fixed=True)),
        ("$A$1", Reference(0, 0, True, True)),
        ("XFE1", None),
        ("A1:A2", None),
        ("SUM(1)", None),
        ("", None),
    ],
)
def test_a_side_of_a_comparison(text: str, expected: Operand) -> None:
    assert operand(text, B10) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("TRUE", ALWAYS),
        (" true() ", ALWAYS),
        ("FALSE", NEVER),
        ("FALSE()", NEVER),
        ("1", ALWAYS),
        ("0", NEVER),
        ("B10", Condition("<>", (SELF, Decimal(0)))),
        ('"x"', UNKNOWN),
        ("B10>0", Condition(">", (SELF, Decimal(0)))),
        (' B10 <> "" ', Condition("<>", (SELF, ""))),
        ("2<=B10", Condition("<=", (TWO, SELF))),
        ("SUM(B10)>0", UNKNOWN),
        ("表!B10>0", UNKNOWN),
    ],
)
def test_formulas_that_compare_or_are_constant(formula: str, expected: Condition) -> None:
    assert formula_condition(formula, B10) == expected


def test_a_reference_is_seen_from_the_cell_that_is_looked_at() -> None:
    assert Reference(1, -1).seen_from((4, 4)) == (5, 3)
    assert Reference(1, -1, is_row_fixed=True).seen_from((4, 4)) == (1, 3)
    assert Reference(1, 2, is_column_fixed=True).seen_from((4, 4)) == (5, 2)


# --- functions -----------------------------------------------------------------------------------

ZERO = Decimal(0)
A_NUMBER, A_BLANK = Condition("isnumber", (SELF,)), Condition("isblank", (SELF,))
MORE_THAN_0 = Condition(">", (SELF, ZERO))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("ISNUMBER(B10)", A_NUMBER),
        (" ISBLANK( B10 ) ", A_BLANK),
        ("ISTEXT($B10)", Condition("istext", (Reference(0, 1, is_column_fixed=True),))),
        ("ISNUMBER(B10,B11)", UNKNOWN),
        ("NOT(ISBLANK(B10))", Condition("not", (A_BLANK,))),
        ("NOT(B10>0,B10>0)", UNKNOWN),
        ("AND(B10>0,ISNUMBER(B10))", Condition("and", (MORE_THAN_0, A_NUMBER))),
        ("OR(B10>0;B10>0;TRUE)", Condition("or", (MORE_THAN_0, MORE_THAN_0, ALWAYS))),
        ('AND(B10<>",",B10>0)', Condition("and", (Condition("<>", (SELF, ",")), MORE_THAN_0))),
        ("AND(SUM(B10,B11)>0)", Condition("and", (UNKNOWN,))),
        ("AND(B10>0)+OR(B10>0)", UNKNOWN),
        ("LEN(B10)>0", Condition(">", (Length(SELF), ZERO))),
        ("LEN(TRIM(B10))=0", Condition("=", (Length(SELF), ZERO))),
        ("LEN(XFE1)>0", Condition(">", (None, ZERO))),
        ("SUM(B10)", UNKNOWN),
    ],
)
def test_what_functions_say(formula: str, expected: Condition) -> None:
    assert formula_condition(formula, B10) == expected


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        (Decimal(5), {"isnumber"}),
        (ZERO, {"isnumber"}),
        ("甲", {"istext"}),
        ("", {"isblank"}),
        (None, set()),
    ],
)
def test_kinds_of_values(value: Value, kinds: set[str]) -> None:
    told = {name: is_true(name, value) for name in ("isnumber", "istext", "isblank")}
    expected = None if value is None else False
    assert told == {name: True if name in kinds else expected for name in told}


@pytest.mark.parametrize(
    ("value", "expected"), [("一二三", True), (Decimal(135), True), ("", False), (None, None)]
)
def test_the_letters_of_a_value(value: Value, expected: bool | None) -> None:
    long = Condition("=", (Length(SELF), Decimal(3)))
    assert holds(long, lambda _: value) is expected


@pytest.mark.parametrize(
    ("operator", "conditions", "expected"),
    [
        ("and", (ALWAYS, ALWAYS), True),
        ("and", (ALWAYS, NEVER), False),
        ("and", (UNKNOWN, NEVER), False),
        ("and", (UNKNOWN, ALWAYS), None),
        ("or", (NEVER, NEVER), False),
        ("or", (NEVER, ALWAYS), True),
        ("or", (UNKNOWN, ALWAYS), True),
        ("or", (UNKNOWN, NEVER), None),
        ("not", (ALWAYS,), False),
        ("not", (NEVER,), True),
        ("not", (UNKNOWN,), None),
        ("xor", (ALWAYS, NEVER), None),
    ],
)
def test_several_conditions_together(
    operator: str, conditions: tuple[Condition, ...], expected: bool | None
) -> None:
    assert holds(Condition(operator, conditions), lambda _: None) is expected
