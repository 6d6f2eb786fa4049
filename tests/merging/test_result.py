"""What a result tells of its files: who counts, who is missing, which exit code."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from support.records import JIAZI, YICHOU, form, record, report, summary
from xlreport import (
    CheckResult,
    FileRecord,
    MergeRequest,
    MergeResult,
    Outcome,
    Policy,
    Roster,
    Unit,
)
from xlreport.merging.codes import NOT_REPORTED, OWN_SUMMARY
from xlreport.merging.repairs import RepairedFile
from xlreport.merging.result import RepairResult

BINGYIN = Unit("丙寅镇", "990103", "乡镇")
COUNTY = summary(Unit("示例县", "9901", "县"), (JIAZI,))
GOOD = record("good", report(YICHOU)).decided(Outcome.ACCEPTED)
BAD = record("bad", report(JIAZI)).decided(Outcome.RETURNED, NOT_REPORTED(unit="x"))
IGNORED = FileRecord("ignored").decided(Outcome.IGNORED, OWN_SUMMARY(county="x"))


def result(*files: FileRecord, with_errors: bool = False, roster: bool = True) -> MergeResult:
    listed = Roster((JIAZI, YICHOU, BINGYIN), {}) if roster else None
    request = MergeRequest(Path(), listed, policy=Policy(with_errors=with_errors))
    county = COUNTY if any(file.outcome is not Outcome.IGNORED for file in files) else None
    return MergeResult(request, form().id, 2025, files, form(), county)


def test_who_is_missing_and_who_counts() -> None:
    merged = result(GOOD, BAD, IGNORED)
    assert merged.missing == (BINGYIN,), "what was returned has come"
    assert (merged.expected, merged.is_whole) == (3, False)
    assert [submission.unit for submission in merged.counted] == [YICHOU]
    both = result(GOOD, BAD, with_errors=True)
    assert [submission.unit for submission in both.counted] == [JIAZI, YICHOU], "by code"


def test_a_merge_is_whole_when_all_that_came_counts_and_nobody_is_missing() -> None:
    third = record("third", report(BINGYIN)).decided(Outcome.ACCEPTED)
    assert not result(GOOD, BAD, third).is_whole
    assert result(GOOD, BAD, third, with_errors=True).is_whole
    assert result(GOOD, roster=False).is_whole


def test_without_a_roster_or_a_usable_file_nobody_is_missing() -> None:
    assert (result(GOOD, roster=False).missing, result(GOOD, roster=False).expected) == ((), None)
    assert (result(IGNORED).missing, result(IGNORED).expected) == ((), None)


def test_files_are_counted_by_outcome_in_the_order_of_outcomes() -> None:
    merged = result(IGNORED, BAD, GOOD, IGNORED)
    assert list(merged.counts.items()) == [
        (Outcome.ACCEPTED, 1),
        (Outcome.RETURNED, 1),
        (Outcome.IGNORED, 2),
    ]
    assert merged.with_outcome(Outcome.IGNORED) == (IGNORED, IGNORED)
    assert CheckResult((GOOD, GOOD)).counts == {Outcome.ACCEPTED: 2}


@pytest.mark.parametrize(
    ("files", "roster", "code"),
    [((GOOD,), False, 0), ((GOOD,), True, 1), ((GOOD, BAD), False, 1), ((IGNORED,), False, 3)],
)
def test_exit_codes_of_a_merge(files: tuple[FileRecord, ...], roster: bool, code: int) -> None:
    assert result(*files, roster=roster).exit_code == code


def test_an_error_of_the_merge_itself_counts_for_its_exit_code() -> None:
    merged = replace(result(GOOD, roster=False), own_findings=(NOT_REPORTED(unit="x"),))
    assert merged.exit_code == 1
    (told, *_) = merged.findings
    assert (told.code, told.message, told.suggestion) == ("E3", "“x”没有可以计入的报表", "请催报")


@pytest.mark.parametrize(
    ("files", "code"), [((GOOD,), 0), ((GOOD, BAD), 1), ((IGNORED,), 3), ((), 3)]
)
def test_exit_codes_of_a_check(files: tuple[FileRecord, ...], code: int) -> None:
    assert CheckResult(files).exit_code == code


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ((RepairedFile("a", "甲", "a_修复.xlsx"),), 0),
        ((RepairedFile("a", "甲", "a_修复.xlsx", left=("x",)),), 1),
        ((RepairedFile("a", "甲", "a_修复.xlsx"), RepairedFile("b", "", problem="x")), 1),
        ((RepairedFile("b", "", problem="x"),), 3),
    ],
)
def test_exit_codes_of_a_repair(files: tuple[RepairedFile, ...], code: int) -> None:
    assert RepairResult(files, ()).exit_code == code


def test_the_json_of_a_merge() -> None:
    document = replace(result(GOOD, BAD), outputs=("out/x.xlsx",)).as_dict()
    assert document["units"] == {
        "expected": 3,
        "accepted": 1,
        "returned": 1,
        "missing": ["丙寅镇"],
    }
    assert [file["path"] for file in document["files"]] == ["good", "bad"]
    assert (document["form"], document["year"]) == ("zfxxgk-2021", 2025)
    assert document["outputs"] == ["out/x.xlsx"]
    assert [finding["code"] for finding in document["findings"]] == ["E3"]
    nothing = MergeResult(MergeRequest(Path()), "", None, ()).as_dict()
    assert (nothing["form"], nothing["year"], nothing["files"]) == (None, None, [])


# --- documents ------------------------------------------------------------------------------


def test_the_document_of_a_check_lists_its_files() -> None:
    checked = CheckResult((GOOD, BAD))
    assert checked.as_dict() == {"files": [GOOD.as_dict(), BAD.as_dict()]}
    assert checked.counts == {Outcome.ACCEPTED: 1, Outcome.RETURNED: 1}


def test_the_document_of_a_merge() -> None:
    own = NOT_REPORTED(unit="y")
    merged = replace(
        result(GOOD, BAD), totals={"a": Decimal("2.50")}, own_findings=(own,), outputs=("b.xlsx",)
    )
    assert merged.as_dict() == {
        "form": form().id,
        "year": 2025,
        "files": [GOOD.as_dict(), BAD.as_dict()],
        "units": {"expected": 3, "accepted": 1, "returned": 1, "missing": ["丙寅镇"]},
        "totals": {"a": 2.5},
        "outputs": ["b.xlsx"],
        "findings": [finding.as_dict() for finding in (own, *BAD.findings)],
    }
    assert replace(merged, form_id="", year=None).as_dict()["form"] is None


def test_findings_stand_in_a_table_one_a_row() -> None:
    frame = CheckResult((GOOD, BAD)).to_frame()
    assert list(frame["code"]) == [finding.code for finding in BAD.findings]
