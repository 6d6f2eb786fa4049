"""Names are compared exactly after taking off what people add; the rest is proposed."""

from __future__ import annotations

import pytest

from xlreport import Roster, Unit
from xlreport.merging.unit_matching import How, Match, match, normalised

UNITS = tuple(Unit(f"{name}镇", f"9{i}") for i, name in enumerate("甲乙丙丁戊"))
ROSTER = Roster(UNITS, {"90": ("第一镇",)})


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("甲镇人民政府办公室", "甲镇"),
        ("甲镇政府办公室", "甲镇"),
        ("甲街道办事处办公室", "甲街道"),
        ("东县甲镇", "甲镇"),
        ("甲 镇（东）", "甲镇东"),
        ("人民政府", "人民政府"),
        ("东县", "东县"),
        ("东县人民政府", "人民政府"),
        ("甲镇", "甲镇"),
    ],
)
def test_what_is_left_of_a_name(name: str, plain: str) -> None:
    assert normalised(name, "东县") == plain


def test_the_code_counts_and_the_name_must_fit_it() -> None:
    assert match(ROSTER, Unit("甲镇", "90")) == Match(How.CODE, UNITS[0])
    assert match(ROSTER, Unit("第一镇人民政府", "90")) == Match(How.CODE, UNITS[0])
    assert match(ROSTER, Unit("乙镇", "90")) == Match(How.OTHER_NAME, UNITS[0])


def test_an_unknown_code_proposes_who_has_the_name() -> None:
    assert match(ROSTER, Unit("乙镇", "99")) == Match(How.NOT, proposals=(UNITS[1],))


def test_without_a_code_the_name_counts_an_exact_one_first() -> None:
    assert match(ROSTER, Unit("第一镇")) == Match(How.NAME, UNITS[0])
    twins = Roster((Unit("甲镇", "1"), Unit("甲镇人民政府", "2")), {})
    assert match(twins, Unit("甲镇人民政府")).unit == twins.units[1]
    assert match(twins, Unit("甲镇办公室")) == Match(How.SEVERAL, proposals=twins.units)


def test_at_most_three_similar_units_are_proposed() -> None:
    found = match(ROSTER, Unit("己镇"))
    assert (found.how, found.unit, len(found.proposals)) == (How.NOT, None, 3)
    assert match(ROSTER, Unit("教育局")) == Match(How.NOT)


def test_units_are_proposed_whether_the_county_is_said_or_not() -> None:
    town = Unit("甲子镇", "01", "乡镇")
    roster = Roster((town, Unit("教育局", "02", "部门")), {})
    for unit in (Unit("某某自治州示例县甲子"), Unit("某某自治州示例县甲子", "77")):
        assert match(roster, unit, "某某自治州示例县") == Match(How.NOT, proposals=(town,))
        assert match(roster, unit) == Match(How.NOT)
