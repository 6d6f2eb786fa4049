"""What a decision is about, and what nobody can accept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.records import JIAZI, record, report
from xlreport.findings import Finding, Severity
from xlreport.merging.decisions import Decision, Ruling, is_acceptable, unacceptable, with_decisions
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.submission import Unit

AT_ROW = Finding("B4.requests", Severity.WARNING, "相差悬殊", subject="新收")
DECISION = Decision(JIAZI, Ruling.ACCEPT, "好", "B4", "王五", 0.0)


def returned(*findings: Finding) -> FileRecord:
    return record("a.xlsx", report()).telling(findings).decided(Outcome.RETURNED)


@pytest.mark.parametrize(
    ("code", "covers", "named"),
    [
        ("B4", True, "B-4"),
        ("B4.requests", True, "B-4·新收"),
        ("B4.review", False, "B-4"),
        ("", True, "整份报表"),
    ],
)
def test_a_code_covers_its_rule_or_one_row_of_it(code: str, covers: bool, named: str) -> None:
    decision = replace(DECISION, code=code)
    assert decision.covers(AT_ROW) is covers
    assert decision.names([AT_ROW]) == named


def test_a_unit_is_known_by_its_code_else_by_its_name() -> None:
    assert DECISION.is_of(Unit("改了名的镇", JIAZI.code))
    assert not DECISION.is_of(Unit(JIAZI.name, "990199"))
    by_name = replace(DECISION, unit=Unit("甲子镇"))
    assert by_name.is_of(Unit("甲子镇"))
    assert not by_name.is_of(Unit("甲子镇", "990101"))


@pytest.mark.parametrize(
    ("code", "severity", "acceptable"),
    [
        ("A3.total", Severity.ERROR, True),
        ("D1", Severity.ERROR, True),
        ("B4", Severity.WARNING, True),
        ("A3.total", Severity.NOTE, False),
        ("R36", Severity.ERROR, True),
        ("R37", Severity.ERROR, False),
        ("R12", Severity.ERROR, False),
        ("V1", Severity.ERROR, False),
    ],
)
def test_only_rules_that_do_not_hold_can_be_accepted(
    code: str, severity: Severity, acceptable: bool
) -> None:
    finding = Finding(code, severity, "不对")
    assert is_acceptable(finding, returned(finding)) is acceptable


def test_what_nobody_can_accept_is_told_of_all_that_a_code_covers() -> None:
    rule, typed = Finding("A3.total", Severity.ERROR, "不对"), Finding("R12", Severity.ERROR, "字")
    note = Finding("R13", Severity.NOTE, "读作 1")
    file = returned(rule, typed, note)
    assert unacceptable(replace(DECISION, code=""), file) == [typed]
    assert unacceptable(replace(DECISION, code="A3"), file) == []
    assert unacceptable(replace(DECISION, code="R12"), file) == [typed]


def test_only_reports_that_were_checked_change() -> None:
    rejected = record("a.xlsx", report()).decided(Outcome.REJECTED)
    superseded = record("b.xlsx", report()).decided(Outcome.SUPERSEDED)
    left_out = replace(DECISION, ruling=Ruling.EXCLUDE, code="")
    assert with_decisions([rejected, superseded], [left_out]) == [rejected, superseded]


def test_the_words_of_unit_and_county_stand_together() -> None:
    from xlreport.data_code import content_digest

    explained = AT_ROW.at(explanation="清理了旧文件")
    file = returned(explained)
    decision = replace(DECISION, content=content_digest(file.report))
    (after,) = with_decisions([file], [decision])
    words = [finding.explanation for finding in after.findings]
    assert words == ["清理了旧文件；县里认可：好（王五，1970年1月1日）", ""]
    assert after.outcome is Outcome.ACCEPTED
