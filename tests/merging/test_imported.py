"""What becomes of reports that are not our workbooks, beside the units' own and by the county's choice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.records import JIAZI, YICHOU, record, report
from xlreport import FileRecord, MergeRequest, Outcome, Policy, Roster, Submission, Unit
from xlreport.findings import Severity
from xlreport.importing.codes import NOT_OUR_WORKBOOK
from xlreport.merging.eligibility import on_roster
from xlreport.merging.imported import is_imported, own_workbooks_first, with_choice, without_choice
from xlreport.merging.merge import merge_files

COUNTY = Unit("示例县", "9901", "县")
ROSTER = Roster((JIAZI, YICHOU), {"990101": ("甲子镇政府",)}, COUNTY)


def imported(path: str, submission: Submission, **source: Any) -> FileRecord:
    """A report that was read from a document."""
    file = record(path, submission, document="网页", **source)
    return file.noting(file.placed(NOT_OUR_WORKBOOK()))


def merged(*files: FileRecord, **policy: bool) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Outcome, and codes with severities, by file."""
    request = MergeRequest(FOLDER, ROSTER, policy=Policy(**policy))
    result = merge_files(list(files), request)
    return {
        file.path: (
            file.outcome.value,
            [(f.code, f.severity.value) for f in file.findings if f.code[0] != "V"],
        )
        for file in result.files
    }


FOLDER = Path("in")


def test_a_report_that_is_not_our_workbook_is_returned() -> None:
    told = merged(imported("甲.docx", report()))
    assert told == {"甲.docx": ("returned", [("R36", "error")])}


def test_the_county_may_count_it_and_that_is_told() -> None:
    told = merged(imported("甲.docx", report()), imports=True)
    assert told == {"甲.docx": ("accepted", [("R36", "warning")])}


def test_what_else_is_wrong_with_it_stays_wrong() -> None:
    wrong = replace(report(), overrides={"requests.received.total": report().entries[RECEIVED]})
    told = merged(imported("甲.docx", wrong), imports=True)
    outcome, codes = told["甲.docx"]
    assert outcome == "returned"
    assert ("R36", "warning") in codes
    assert ("A1.received", "error") in codes


RECEIVED = "requests.received.business"


@pytest.mark.parametrize("imports", [True, False])
def test_a_units_own_workbook_goes_before_it_however_late_it_came(imports: bool) -> None:
    own = record("甲.xlsx", report(licences=7), modified=100.0)
    late = imported("甲.docx", report(licences=8), modified=200.0)
    told = merged(own, late, imports=imports)
    assert told["甲.xlsx"][0] == "accepted"
    assert told["甲.docx"][0] == "superseded"
    assert [code for code, _ in told["甲.docx"][1]] == ["R36", "F7", "F7"]


def test_a_blank_workbook_does_not_go_before_it() -> None:
    empty = replace(report(), entries={}, texts={}, answers={})
    own = record("甲.xlsx", empty, modified=300.0)
    told = merged(own, imported("甲.docx", report()), imports=True)
    assert told["甲.docx"][0] == "accepted"
    assert told["甲.xlsx"][0] == "superseded"


def test_one_that_says_the_same_as_the_workbook_is_a_copy() -> None:
    told = merged(record("甲.xlsx", report()), imported("甲.docx", report()))
    assert told["甲.docx"] == ("duplicate", [("R36", "error"), ("F8", "note")])


def test_the_workbook_that_counts_is_named_and_every_difference() -> None:
    old = record("旧.xlsx", report(licences=1), modified=100.0).as_candidate()
    new = record("新.xlsx", report(licences=2), modified=200.0).as_candidate()
    typed = imported("甲.docx", report(licences=3), modified=300.0).as_candidate()
    other = imported("乙.docx", report(YICHOU, licences=3)).as_candidate()
    ruled = own_workbooks_first([typed, old, other, new])
    assert [file.path for file in ruled] == ["甲.docx", "旧.xlsx", "乙.docx", "新.xlsx"]
    assert [file.decision for file in ruled] == [Outcome.SUPERSEDED, None, None, None]
    assert [finding.message for finding in ruled[0].findings] == [
        "这不是县里发的模板，但数字可以读出",
        "同一单位用县里的模板报了“新.xlsx”，以那一份为准",
        "行政许可·本年处理决定数量：这一份是 3，“新.xlsx”是 2",
    ]


def test_a_report_that_was_decided_on_is_left_alone() -> None:
    typed = imported("甲.docx", report()).decided(Outcome.REJECTED)
    own = record("甲.xlsx", report(licences=9)).as_candidate()
    assert own_workbooks_first([typed, own]) == [typed, own]


def test_only_the_objection_is_put_aside_or_taken_back() -> None:
    other = NOT_OUR_WORKBOOK().at(message="标题和给出的年度不同", severity=Severity.WARNING)
    file = imported("甲.docx", report()).noting(other)
    assert [f.message for f in without_choice([file])[0].findings] == [other.message]
    (counted,) = with_choice([file], imports=True)
    assert [(f.severity, f.message, f.file, f.unit) for f in counted.findings] == [
        (Severity.WARNING, "这不是县里发的模板，县里决定照样可以计入", "甲.docx", "甲子镇"),
        (Severity.WARNING, other.message, "", ""),
    ]
    assert with_choice([file], imports=False) == [file]


def test_what_gave_no_report_is_not_imported() -> None:
    assert is_imported(imported("甲.docx", report()))
    assert not is_imported(record("甲.xlsx", report()))
    assert not is_imported(FileRecord("信.docx"))


def test_the_roster_tells_whose_report_it_is() -> None:
    file = imported("甲.docx", report(Unit("甲子镇政府")))
    known = on_roster(file, ROSTER)
    assert (known.unit, known.report.county) == (JIAZI, COUNTY)
    assert on_roster(file, None) == file
    stranger = on_roster(imported("丙.docx", report(Unit("丙寅镇"))), ROSTER)
    assert (stranger.decision, stranger.findings[-1].code) == (Outcome.REJECTED, "F9")
    nothing = FileRecord("信.docx")
    assert on_roster(nothing, ROSTER) == nothing
