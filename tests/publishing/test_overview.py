"""Where a collection stands, as everything that is published tells it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from xlreport import FileRecord, Form, MergeRequest, Roster, Unit, merge_folder
from xlreport.data_code import data_code
from xlreport.findings import Finding, Severity
from xlreport.publishing.overview import (
    FEWEST_ALIKE,
    Folded,
    Overview,
    UnitRow,
    UnitState,
    headline_figures,
    overview_of,
    shared_notes,
)

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.fixture(scope="module")
def overview() -> Overview:
    from xlreport import read_roster

    roster = read_roster(SAMPLES / "roster.csv")
    result = merge_folder(MergeRequest(SAMPLES / "2025", roster))
    assert result.form is not None
    assert result.county is not None
    return overview_of(result, result.form, result.county)


def test_every_unit_of_the_roster_stands_somewhere(overview: Overview, roster: Roster) -> None:
    codes = [row.unit.code for row in overview.units]
    assert sorted(codes) == sorted(unit.code for unit in roster.units)
    assert overview.expected == len(roster.units)


def test_what_needs_most_to_be_done_comes_first(overview: Overview) -> None:
    ranks = [row.state.rank for row in overview.units]
    assert ranks == sorted(ranks)
    assert [state.label for state in UnitState] == ["未报", "退回", "通过"]


def test_accepted_reports_have_a_code_and_no_others(overview: Overview) -> None:
    by_state = {state: overview.in_state(state) for state in UnitState}
    for row in by_state[UnitState.ACCEPTED]:
        assert row.file is not None
        assert row.data_code == data_code(row.file.report)
    others = (*by_state[UnitState.RETURNED], *by_state[UnitState.MISSING])
    assert len(others) > 1
    assert {row.data_code for row in others} == {""}


def test_a_unit_has_headlines_of_its_own(overview: Overview, zfxxgk: Form) -> None:
    row = next(row for row in overview.units if row.counted)
    assert row.file is not None
    figures = headline_figures(zfxxgk, row.file.report)
    assert [figure.label for figure in figures] == [line.label for line in overview.headlines]
    assert row.file.view is not None
    assert figures[0].value == row.file.view.value(zfxxgk.headlines[0].value)


def test_headlines_are_the_totals(overview: Overview, zfxxgk: Form) -> None:
    roster = None
    result = merge_folder(MergeRequest(SAMPLES / "2025", roster))
    (received, *_) = overview.headlines
    assert received.label == "新收申请"
    assert received.value == result.totals["requests.received.total"]
    assert len(overview.headlines) == len(zfxxgk.headlines)


def test_a_chart_of_the_units_has_a_bar_for_each(overview: Overview) -> None:
    chart = overview.charts[0]
    assert chart.title == "各单位新收申请"
    assert len(chart.categories) == overview.counted == len(chart.series[0].values)
    received = overview.headlines[0].value
    assert sum((value or Decimal(0) for value in chart.series[0].values), Decimal(0)) == received


def test_the_same_note_of_several_units_is_told_once(overview: Overview) -> None:
    """Of 没有上年的报表 there are four, one of them a returned report; H-1 has one unit only."""
    (note,) = overview.shared_notes
    assert note.finding.code == "V2"
    assert note.finding.unit == note.finding.file == ""
    having = [row.name for row in overview.units if any(f.code == "V2" for f in row.findings)]
    assert list(note.units) == having
    assert len(having) >= FEWEST_ALIKE


def test_a_note_at_several_cells_of_one_report_is_no_shared_one() -> None:
    note = Finding("C9", Severity.NOTE, "四位小数")
    unit = UnitRow(Unit("甲"), UnitState.ACCEPTED)
    alone = [FileRecord("a.xlsx", findings=(note.at(file="a.xlsx"), note.at(file="b.xlsx")))] * 2
    rows = [replace(unit, file=file) for file in alone]
    assert shared_notes(rows) == []
    (shared,) = shared_notes([*rows, rows[0]])
    assert shared == Folded(note, ("甲", "甲", "甲"))
    warning = FileRecord("a.xlsx", findings=(note.at(severity=Severity.WARNING),))
    assert shared_notes([replace(unit, file=warning)] * 3) == []


def test_why_nothing_can_be_compared_is_told(roster: Roster) -> None:
    from xlreport import read_prior_year

    prior_year = read_prior_year(SAMPLES / "2024", 2025, roster=roster)
    result = merge_folder(MergeRequest(SAMPLES / "2025", roster, prior_year=prior_year))
    assert result.form is not None
    assert result.county is not None
    told = overview_of(result, result.form, result.county).incomparable
    assert told == "上年没有这些单位的报表，合计不能与上年比较：戊辰乡"


def test_without_last_years_reports_that_is_told(overview: Overview) -> None:
    assert overview.incomparable == "没有上年的报表，不能与上年比较。"
