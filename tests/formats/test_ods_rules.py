"""The conditions of formats in an OpenDocument spreadsheet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlreport.a1 import Cell
from xlreport.formats.conditions import ALWAYS, SELF, UNKNOWN, Condition, Reference
from xlreport.formats.ods_rules import base_cell, ods_areas, ods_condition

B10: Cell = (9, 1)
ONE, FIVE = Decimal(1), Decimal(5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cell-content()>1", Condition(">", (SELF, ONE))),
        (" cell-content()!=1 ", Condition("<>", (SELF, ONE))),
        (">=1", Condition(">=", (SELF, ONE))),
        ("<>1", Condition("<>", (SELF, ONE))),
        ('="x"', Condition("=", (SELF, "x"))),
        ("=[.A1]", Condition("=", (SELF, Reference(-9, -1)))),
        ("=[$表.A1]", Condition("=", (SELF, None))),
        ("cell-content-is-between(1,5)", Condition("between", (SELF, ONE, FIVE))),
        ("cell-content-is-not-between(1;5)", Condition("notBetween", (SELF, ONE, FIVE))),
        ("between(1,[.$A$1])", Condition("between", (SELF, ONE, Reference(0, 0, True, True)))),
        ("not-between(1,5)", Condition("notBetween", (SELF, ONE, FIVE))),
        ('begins-with("甲")', Condition("beginsWith", (SELF, "甲"))),
        ('ends-with("甲")', Condition("endsWith", (SELF, "甲"))),
        ('contains-text("甲")', Condition("containsText", (SELF, "甲"))),
        ('not-contains-text("甲")', Condition("notContains", (SELF, "甲"))),
        ("is-true-formula([.B10]>1)", Condition(">", (SELF, ONE))),
        ("formula-is(TRUE())", ALWAYS),
        ("formula-is(SUM([.B10])>1)", UNKNOWN),
        ("duplicate", UNKNOWN),
        ("top-elements(3)", Condition("", (SELF, Decimal(3)))),
        ("", UNKNOWN),
    ],
)
def test_what_a_condition_says(text: str, expected: Condition) -> None:
    assert ods_condition(text, B10) == expected


@pytest.mark.parametrize(
    ("address", "cell"),
    [
        ("表.B10", B10),
        ("$表.$B$10", B10),
        ("'我''s . x'.B10", B10),
        (".B10", B10),
        ("表.B0", (0, 0)),
        ("B10", (0, 0)),
        ("", (0, 0)),
    ],
)
def test_the_cell_for_which_conditions_are_written(address: str, cell: Cell) -> None:
    assert base_cell(address) == cell


def test_the_areas_of_a_format() -> None:
    areas = "'二、 主动'.B6:'二、 主动'.C7 表.D9 表.$A$1:.$B$2"
    assert ods_areas(areas) == (((5, 1), (6, 2)), ((8, 3), (8, 3)), ((0, 0), (1, 1)))
    assert ods_areas("x 表.A0") == ()
