"""What conditional formats keep people from seeing, and what of their conditions is understood."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlreport.a1 import Cell
from xlreport.formats.colours import WHITE, Colour, Font
from xlreport.formats.conditional import (
    NO_CHANGE,
    Change,
    Hiding,
    Look,
    Rule,
    areas_of,
    hiding,
    may_hide,
)
from xlreport.formats.conditions import (
    ALWAYS,
    NEVER,
    SELF,
    UNKNOWN,
    Condition,
    Reference,
)
from xlreport.formats.raw import RawCell, RawSheet

GREY: Colour = (128, 128, 128)
RED: Colour = (255, 0, 0)
B10: Cell = (9, 1)
FAINT = "条件格式让字的颜色与底色相同"
NOTHING = "条件格式不显示内容"


def test_the_areas_of_a_reference() -> None:
    assert areas_of("B2:C4  D9 x A0") == (((1, 1), (3, 2)), ((8, 3), (8, 3)))
    assert areas_of("") == ()


@pytest.mark.parametrize(
    ("cell", "is_in"),
    [((1, 1), True), ((3, 2), True), ((0, 1), False), ((4, 1), False), ((2, 0), False), ((2, 3), False)],
)  # fmt: skip
def test_a_rule_is_for_the_cells_of_its_areas(cell: Cell, is_in: bool) -> None:
    assert Rule(areas_of("B2:C4"), ALWAYS, NO_CHANGE).is_for(cell) is is_in


# --- what they hide --------------------------------------------------------------------------

WHITE_TEXT = Change(colour=WHITE)
MORE_THAN_0 = Condition(">", (SELF, Decimal(0)))


def sheet(*rules: Rule, cell: RawCell | None = None, look: Look | None = None) -> RawSheet:
    cells = {B10: cell or RawCell("n", "135"), (0, 0): RawCell("n", "7"), (0, 1): RawCell("b", "1")}
    return RawSheet("表", cells, rules=rules, looks=[look] if look else [])


def rule(
    change: Change, condition: Condition = ALWAYS, priority: int = 0, *, is_last: bool = False
) -> Rule:
    return Rule(((B10, B10),), condition, change, priority, is_last)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (NO_CHANGE, ""),
        (WHITE_TEXT, FAINT),
        (Change(colour=GREY), ""),
        (Change(colour=RED, ground=RED, has_ground=True), FAINT),
        (Change(ground=(0, 0, 0), has_ground=True), FAINT),
        (Change(colour=WHITE, ground=GREY, has_ground=True), ""),
        (Change(colour=WHITE, ground=None, has_ground=True), ""),
        (Change(only_bars=True), "条件格式只显示条形或图标"),
        (Change(code=";;;"), NOTHING),
        (Change(code="[White]0"), FAINT),
        (Change(code="0"), ""),
        (Change(code="0."), ""),
        (Change(code='0,"万"'), "条件格式显示成“0万”"),
        (Change(code="yyyy-m-d"), "条件格式显示成日期或时间"),
        (Change(code="0/7"), ""),
    ],
)
def test_what_a_change_hides_of_a_number(change: Change, reason: str) -> None:
    assert hiding(sheet(rule(change)), B10) == Hiding(reason)


@pytest.mark.parametrize(
    ("code", "reason"), [(";;;", NOTHING), (";;; ", NOTHING), (";;;@", ""), (";;", ""), ("0", "")]
)
def test_what_a_change_hides_of_a_text(code: str, reason: str) -> None:
    held = sheet(rule(Change(code=code)), cell=RawCell("s", "本镇"))
    assert hiding(held, B10) == Hiding(reason)


def test_a_change_is_seen_on_the_look_of_the_cell() -> None:
    grey = Look(Font(RED), GREY)
    assert hiding(sheet(rule(WHITE_TEXT), look=grey), B10) == Hiding()
    assert hiding(sheet(rule(Change(colour=GREY)), look=grey), B10) == Hiding(FAINT)
    on_red = Change(ground=RED, has_ground=True)
    assert hiding(sheet(rule(on_red), look=grey), B10) == Hiding(FAINT)
    assert hiding(sheet(rule(on_red)), B10) == Hiding()


def test_the_look_is_that_of_the_style_of_the_cell() -> None:
    held = sheet(rule(Change(colour=GREY)), cell=RawCell("n", "1", style=1))
    held.looks = [Look(), Look(ground=GREY)]
    assert hiding(held, B10) == Hiding(FAINT)
    held.looks = [Look(ground=GREY)]
    assert hiding(held, B10) == Hiding()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (MORE_THAN_0, Hiding(FAINT)),
        (Condition("=", (SELF, Decimal(0))), Hiding()),
        (UNKNOWN, Hiding(FAINT, is_certain=False)),
        (Condition("=", (Reference(-9, -1), Decimal(7))), Hiding(FAINT)),
        (Condition("=", (Reference(0, 0, True, True), Decimal(7))), Hiding(FAINT)),
        (Condition("=", (Reference(5, 5), "")), Hiding(FAINT)),
        (Condition("=", (Reference(-9, 0), Decimal(1))), Hiding(FAINT, is_certain=False)),
    ],
)
def test_a_condition_decides(condition: Condition, expected: Hiding) -> None:
    assert hiding(sheet(rule(WHITE_TEXT, condition)), B10) == expected


def test_a_rule_for_other_cells_hides_nothing() -> None:
    other = Rule((((0, 0), (8, 9)),), ALWAYS, WHITE_TEXT)
    assert hiding(sheet(other), B10) == Hiding()


def test_the_first_rule_by_priority_counts_for_what_both_change() -> None:
    red, white = Change(colour=RED), WHITE_TEXT
    assert hiding(sheet(rule(white, priority=2), rule(red, priority=1)), B10) == Hiding()
    assert hiding(sheet(rule(white, priority=1), rule(red, priority=2)), B10) == Hiding(FAINT)
    bars = Change(only_bars=True)
    both = sheet(rule(red, priority=1), rule(bars, priority=2))
    assert hiding(both, B10) == Hiding("条件格式只显示条形或图标")
    on_red = Change(ground=RED, has_ground=True)
    assert hiding(sheet(rule(red, priority=1), rule(on_red, priority=2)), B10) == Hiding(FAINT)
    codes = sheet(rule(Change(code="0"), priority=1), rule(Change(code=";;;"), priority=2))
    assert hiding(codes, B10) == Hiding()
    grounds = sheet(rule(on_red, priority=1), rule(Change(None, WHITE, True), priority=2))
    assert hiding(grounds, B10) == Hiding()


def test_no_rule_counts_behind_the_last_one() -> None:
    red = rule(Change(colour=RED), priority=1, is_last=True)
    bars = rule(Change(only_bars=True), priority=2)
    assert hiding(sheet(red, bars), B10) == Hiding()
    never = rule(Change(colour=RED), NEVER, priority=1, is_last=True)
    assert hiding(sheet(never, bars), B10) == Hiding("条件格式只显示条形或图标")


def test_what_is_certain_is_told_before_what_may_be() -> None:
    unknown = rule(Change(code=";;;"), UNKNOWN, priority=1)
    assert hiding(sheet(unknown, rule(WHITE_TEXT, priority=2)), B10) == Hiding(FAINT)
    seen = rule(Change(colour=RED), UNKNOWN, priority=1)
    told = hiding(sheet(seen, unknown), B10)
    assert told == Hiding(NOTHING, is_certain=False)


def test_an_odd_number_is_compared_with_nothing() -> None:
    held = sheet(rule(WHITE_TEXT, MORE_THAN_0), cell=RawCell("n", "x"))
    assert hiding(held, B10) == Hiding(FAINT, is_certain=False)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (NO_CHANGE, False),
        (Change(colour=RED), True),
        (Change(ground=RED, has_ground=True), True),
        (Change(colour=RED, ground=WHITE, has_ground=True), False),
        (Change(colour=RED, ground=RED, has_ground=True), True),
        (Change(code="0"), True),
        (Change(only_bars=True), True),
    ],
)
def test_which_changes_could_hide_something(change: Change, expected: bool) -> None:
    assert may_hide(change) is expected
