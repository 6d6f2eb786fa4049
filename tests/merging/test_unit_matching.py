"""Names are compared exactly after taking off what people add; the rest is proposed."""

from __future__ import annotations

from difflib import get_close_matches
from random import Random

import pytest

from xlreport import Roster, Unit
from xlreport.merging.unit_index import MOST_ASKED, normalised
from xlreport.merging.unit_matching import How, Match, match

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


CHARACTERS = "甲乙丙丁东西上下街道乡镇局"


def test_the_similar_ones_are_those_that_difflib_finds() -> None:
    chance = Random(14)
    names = {"".join(chance.choices(CHARACTERS, k=chance.randint(1, 7))) for _ in range(300)}
    units = tuple(Unit(name, f"{i}") for i, name in enumerate(sorted(names)))
    roster = Roster(units, {})
    plain = {normalised(unit.name): unit for unit in units}
    for _ in range(MOST_ASKED):
        asked = "".join(chance.choices(CHARACTERS, k=chance.randint(1, 7)))
        if normalised(asked) in plain:
            continue
        close = get_close_matches(normalised(asked), plain, n=3, cutoff=0.5)
        wanted = tuple(dict.fromkeys(plain[name] for name in close))
        assert match(roster, Unit(asked)).proposals == wanted


def test_a_roster_that_knows_very_few_proposes_nothing_any_more() -> None:
    roster = Roster(UNITS, {})
    asked = [match(roster, Unit(f"{chr(0x5000 + i)}镇")).proposals for i in range(MOST_ASKED)]
    assert all(asked)
    assert match(roster, Unit("己镇")).proposals == ()
    assert match(roster, Unit(f"{chr(0x5000)}镇")).proposals == asked[0]


def test_codes_that_are_one_number_are_proposed() -> None:
    roster = Roster((Unit("甲镇", "0007"), Unit("乙镇", "A7"), Unit("丙镇", "070")), {})
    assert match(roster, Unit("某局", "7")).proposals == (roster.units[0],)
    assert match(roster, Unit("某局", "00A7")).proposals == ()


def test_whoever_is_listed_first_with_the_code_or_the_name() -> None:
    roster = Roster((Unit("甲镇", "1"), Unit("乙镇", "2"), Unit("甲镇", "3")), {})
    assert roster.listed(Unit("乙镇", "1")) == roster.units[0]
    assert roster.listed(Unit("乙镇", "3")) == roster.units[1]
    assert roster.listed(Unit("甲镇")) == roster.units[0]
    assert roster.listed(Unit("丙镇", "4")) is None
