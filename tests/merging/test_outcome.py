"""A file's record: its stages, and what it tells with and without a report."""

from __future__ import annotations

import pytest

from support.records import JIAZI, form, record, report
from xlreport import FileRecord, Outcome, Unit
from xlreport.data_code import data_code
from xlreport.findings import Severity
from xlreport.merging.codes import NOT_REPORTED
from xlreport.merging.outcome import Stage
from xlreport.workbook.reader.submission import Reading


def test_an_outcome_is_there_once_it_is_decided() -> None:
    read = record("a", report())
    with pytest.raises(ValueError, match="a is not decided yet"):
        read.outcome  # noqa: B018
    assert (read.stage, read.as_candidate().stage) == (Stage.READ, Stage.CANDIDATE)
    decided = read.decided(Outcome.SUPERSEDED)
    assert (decided.stage, decided.outcome) == (Stage.DECIDED, Outcome.SUPERSEDED)


def test_a_rejected_file_gives_no_submission_but_still_tells_whose_it_is() -> None:
    rejected = record("a", report(), saved="2026").decided(Outcome.REJECTED)
    assert rejected.submission is None
    assert (rejected.unit, rejected.year, rejected.form_id) == (JIAZI, 2025, "zfxxgk-2021")
    assert (rejected.sha256, rejected.provenance.saved) == ("sha of a", "2026")


def test_a_file_without_a_report_tells_what_was_read_of_it() -> None:
    unit = Unit("丙寅乡", "9")
    file = FileRecord("a", Reading((), unit=unit, year=2020, form_id="x", sha256="s"))
    assert (file.unit, file.year, file.form_id, file.sha256) == (unit, 2020, "x", "s")
    assert (file.submission, file.form, file.unit_key) == (None, None, ("9", "丙寅乡"))
    with pytest.raises(ValueError, match="a gave no report"):
        file.report  # noqa: B018


def test_findings_are_added_placed_and_replaced() -> None:
    file = record("a", report())
    finding = file.placed(NOT_REPORTED(unit="x"))
    assert (finding.file, finding.unit, finding.severity) == ("a", "甲子镇", Severity.ERROR)
    noted = file.noting(finding).decided(Outcome.RETURNED, finding)
    assert noted.findings == (finding, finding)
    assert noted.telling([finding]).findings == (finding,)


def test_a_more_precise_report_takes_the_place_of_the_one_that_was_read() -> None:
    file = record("a", report())
    assert file.form is form()
    assert file.read_as(None).form is None
    other = report(Unit("丙寅乡"))
    assert (file.reporting(other).report, file.report.unit) == (other, JIAZI)


def test_the_json_of_a_file_has_null_for_what_is_not_known() -> None:
    file = FileRecord("a").decided(Outcome.IGNORED)
    assert file.as_dict() == {
        "path": "a",
        "outcome": "ignored",
        "unit": None,
        "unit_code": None,
        "year": None,
        "form": None,
        "sha256": None,
        "findings": [],
    }


def test_the_json_of_an_accepted_file_has_its_code() -> None:
    file = record("a", report())
    assert file.decided(Outcome.ACCEPTED).as_dict()["data_code"] == data_code(file.report)
    assert "data_code" not in file.decided(Outcome.RETURNED).as_dict()


def test_each_outcome_has_its_word() -> None:
    words = {outcome.value: outcome.label for outcome in Outcome}
    assert words == {
        "accepted": "通过",
        "returned": "退回",
        "duplicate": "重复",
        "superseded": "已被取代",
        "rejected": "不能计入",
        "ignored": "略过",
    }
