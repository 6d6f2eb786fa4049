"""Sums over units, the level above them, totals that are too large."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from support.records import JIAZI, LICENCES, YICHOU, form, report
from xlreport import Entry, Unit
from xlreport.merging.totals import sum_up, summary_level, too_large, totals_of
from xlreport.rules.evaluate import view_of
from xlreport.submission import BLANK, NO, YES

COUNTY = Unit("示例县", "9901")


@pytest.mark.parametrize(
    ("levels", "above"),
    [
        (["乡镇", "街道", "部门"], "县"),
        ([], "县"),
        (["县"], "市"),
        (["市"], "市"),
        (["乡镇", "市"], "市"),
    ],
)
def test_counties_and_cities_are_summed_by_a_city(levels: list[str], above: str) -> None:
    assert summary_level(levels) == above


def test_the_county_is_a_submission_with_the_sums_and_its_members() -> None:
    county = sum_up(form(), 2025, COUNTY, [report(JIAZI, 7), report(YICHOU, 8)])
    assert county.entries[LICENCES] == Entry.of(15)
    assert county.members == (JIAZI, YICHOU)
    assert county.unit == Unit("示例县", "9901", "县")
    assert sum_up(form(), 2025, Unit("某市", "C", "市"), [report()]).unit.level == "市"


def test_what_nobody_states_stays_blank_and_declared_blanks_are_zeros() -> None:
    blank = report()
    blank = replace(blank, entries={**blank.entries, LICENCES: BLANK})
    silent = replace(blank, answers={"disclosure": NO})
    assert sum_up(form(), 2025, COUNTY, [silent]).entries[LICENCES] == BLANK
    declared = replace(blank, answers={"disclosure": YES})
    assert sum_up(form(), 2025, COUNTY, [declared]).entries[LICENCES] == Entry.of(0)
    assert sum_up(form(), 2025, COUNTY, [silent, report(YICHOU, 8)]).entries[LICENCES].value == 8
    nobody = sum_up(form(), 2025, COUNTY, [])
    assert set(nobody.entries.values()) == {BLANK}
    assert totals_of(form(), view_of(form(), nobody)) == {}


def test_totals_hold_computed_fields_too_without_trailing_zeros() -> None:
    one = report()
    one = replace(one, entries={**one.entries, LICENCES: Entry.of(Decimal("7.50"))})
    totals = totals_of(form(), view_of(form(), one))
    assert str(totals[LICENCES]) == "7.5"
    computed = [field for field in form().fields.values() if field.computed is not None]
    assert {field.id for field in computed} <= set(totals)
    hundred = replace(one, entries={**one.entries, LICENCES: Entry.of(100)})
    assert str(totals_of(form(), view_of(form(), hundred))[LICENCES]) == "100"


@pytest.mark.parametrize(
    ("total", "told"),
    [
        (999_999_999, False),
        (1_000_000_000, True),
        (-1_000_000_000, True),
        (-999_999_999, False),
    ],
)
def test_a_total_of_a_thousand_millions_is_too_large(total: int, told: bool) -> None:
    county = sum_up(form(), 2025, COUNTY, [report(licences=total)])
    findings = too_large(form(), county)
    assert [finding.field for finding in findings] == [LICENCES] * told
    if told:
        (finding,) = findings
        assert (finding.code, finding.where) == ("E4", "二、主动公开 B10")
        assert finding.observed == ((LICENCES, Decimal(total)),)
        assert finding.message == f"行政许可·本年处理决定数量的合计是 {total}，超过 10 亿"
