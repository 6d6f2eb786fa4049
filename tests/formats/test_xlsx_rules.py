"""The conditional formats of an OOXML sheet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from formats.packages import refusal, rows, xlsx_parts, zipped
from xlreport.formats.conditional import MOST_RULES, NO_CHANGE, Change, Rule
from xlreport.formats.conditions import ALWAYS, NEVER, SELF, UNKNOWN, Condition, Reference
from xlreport.formats.guard import Limits
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawSheet

DXFS = '<dxfs><dxf/><dxf><numFmt formatCode=";;;"/></dxf></dxfs><cellXfs><xf/></cellXfs>'
HIDES = Change(code=";;;")
CELL = '<c r="A1"><v>1</v></c>'
AREA = ((1, 1), (2, 1))


def sheet(rules: str, cells: str = "B2:B3") -> RawSheet:
    xml = f'{rows(CELL)}<conditionalFormatting sqref="{cells}">{rules}</conditionalFormatting>'
    return open_book(zipped(xlsx_parts(xml, styles=DXFS))).sheets["表"]


def condition(attributes: str, *formulas: str) -> Condition:
    inside = "".join(f"<formula>{each}</formula>" for each in formulas)
    (rule,) = sheet(f'<cfRule dxfId="1" priority="3" {attributes}>{inside}</cfRule>').rules
    assert rule == Rule((AREA,), rule.condition, HIDES, 3)
    return rule.condition


ZERO, FIVE = Decimal(0), Decimal(5)


@pytest.mark.parametrize(
    ("operator", "symbol"),
    [
        ("equal", "="),
        ("notEqual", "<>"),
        ("lessThan", "<"),
        ("lessThanOrEqual", "<="),
        ("greaterThan", ">"),
        ("greaterThanOrEqual", ">="),
        ("x", ""),
    ],
)
def test_comparisons_with_the_cell(operator: str, symbol: str) -> None:
    found = condition(f'type="cellIs" operator="{operator}"', "0")
    assert found == Condition(symbol, (SELF, ZERO))


@pytest.mark.parametrize("operator", ["between", "notBetween"])
def test_a_range_of_numbers(operator: str) -> None:
    found = condition(f'type="cellIs" operator="{operator}"', "0", "5")
    assert found == Condition(operator, (SELF, ZERO, FIVE))


def test_formulas_are_seen_from_the_first_cell() -> None:
    assert condition('type="cellIs" operator="equal"', "A1") == Condition(
        "=", (SELF, Reference(-1, -1))
    )
    assert condition('type="expression"', "B2&gt;5") == Condition(">", (SELF, FIVE))
    assert condition('type="expression"', "TRUE") == ALWAYS
    assert condition('type="expression"', "SUM(A1)") == UNKNOWN
    assert condition('type="expression"') == UNKNOWN
    assert condition('type="expression"', "TRUE", "TRUE") == UNKNOWN


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('type="beginsWith" text="甲"', Condition("beginsWith", (SELF, "甲"))),
        ('type="endsWith" text="甲"', Condition("endsWith", (SELF, "甲"))),
        ('type="containsText" text="甲"', Condition("containsText", (SELF, "甲"))),
        ('type="notContainsText" text="甲"', Condition("notContains", (SELF, "甲"))),
        ('type="containsText"', UNKNOWN),
        ('type="containsBlanks"', NEVER),
        ('type="notContainsBlanks"', ALWAYS),
        ('type="top10"', UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_other_rules(attributes: str, expected: Condition) -> None:
    assert condition(attributes) == expected


@pytest.mark.parametrize("name", ["dataBar", "iconSet"])
@pytest.mark.parametrize(
    ("attribute", "only_bars"),
    [("", False), ('showValue="1"', False), ('showValue="0"', True), ('showValue="false"', True)],
)
def test_bars_and_icons_with_or_without_the_number(
    name: str, attribute: str, only_bars: bool
) -> None:
    (rule,) = sheet(f'<cfRule type="{name}"><{name} {attribute}/></cfRule>').rules
    assert (rule.change.only_bars, rule.condition) == (only_bars, ALWAYS)


def test_each_rule_is_its_own() -> None:
    bars = '<cfRule type="dataBar"><dataBar showValue="0"/></cfRule>'
    plain = '<cfRule type="expression" dxfId="1" stopIfTrue="1"><formula>FA<!-- -->LSE</formula></cfRule>'
    first, second, third = sheet(f'{bars}{plain}<cfRule type="x" dxfId="9" stopIfTrue="0"/>').rules
    assert (first.change, first.is_last) == (Change(only_bars=True), False)
    assert second == Rule((AREA,), NEVER, HIDES, -1, is_last=True)
    assert third == Rule((AREA,), UNKNOWN, NO_CHANGE, -1)


def test_elements_elsewhere_are_no_rules() -> None:
    xml = f'{rows(CELL)}<x><conditionalFormatting sqref="A1"/><cfRule dxfId="1"/></x><cfRule/><formula>1</formula>'
    found = open_book(zipped(xlsx_parts(xml, styles=DXFS))).sheets["表"]
    assert list(found.rules) == []
    assert list(sheet('<cfRule dxfId="1"/>', cells="x").rules) == []


def test_rules_are_counted_and_not_all_are_looked_at() -> None:
    many = "<cfRule/>" * (MOST_RULES + 5)
    assert len(sheet(many).rules) == MOST_RULES
    xml = f'{rows(CELL)}<conditionalFormatting sqref="A1">{"<cfRule/>" * 4}</conditionalFormatting>'
    assert refusal(zipped(xlsx_parts(xml)), Limits(cells=7)) == ("", "")
    assert refusal(zipped(xlsx_parts(xml)), Limits(cells=6))[0] == "R3"


def test_the_looks_of_a_sheet_are_those_of_its_workbook() -> None:
    found = sheet("")
    assert [look.code for look in found.looks] == ["General"]
    assert found.cells[0, 0].style == 0


@pytest.mark.parametrize(
    ("attribute", "zeros"),
    [("", True), ('showZeros="1"', True), ('showZeros="0"', False), ('showZeros="false"', False)],
)
def test_whether_zeros_are_shown(attribute: str, zeros: bool) -> None:
    xml = f"<sheetViews><sheetView {attribute}/></sheetViews>{rows(CELL)}"
    assert open_book(zipped(xlsx_parts(xml))).sheets["表"].zeros is zeros
    assert sheet("").zeros
