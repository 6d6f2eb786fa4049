"""What a unit is asked to put right: everything at once, nothing that the county must decide."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from support.records import form, report
from xlreport import FileRecord, check_files, write_workbook
from xlreport.campaign.corrections import corrections
from xlreport.checking.codes import LACKING
from xlreport.findings import Severity
from xlreport.merging.codes import SENDER_OF_OTHERS
from xlreport.publishing.corrections import is_hint, must_correct
from xlreport.submission import BLANK

RECEIVED = "requests.received.natural_person"


def returned(folder: Path) -> FileRecord:
    """A blank number in a column that would not add up if it were 0."""
    given = report()
    entries = {**given.entries, RECEIVED: BLANK}
    data = write_workbook(replace(given, entries=entries), form())
    (folder / "报表.xlsx").write_bytes(data)
    (file,) = check_files([folder]).files
    return file


def test_what_fails_once_the_blanks_are_filled_in_is_said_at_once(tmp_path: Path) -> None:
    file = returned(tmp_path)
    lines = corrections([file])
    (hint,) = (finding for finding in file.findings if finding.code == "V1" and finding.cell)
    assert hint.message.startswith("空白处都按 0 算时：")
    assert hint.suggestion == "请补填时一并核对，免得再退回一次"
    assert hint.line() in lines
    assert lines[0].startswith("[错误]")


def test_that_checks_could_not_be_made_is_no_correction() -> None:
    finding = LACKING(count=3, codes="A-1、A-3")
    assert not must_correct(finding)
    assert not is_hint(finding)


def test_who_sent_a_report_is_not_for_the_unit_to_correct() -> None:
    finding = SENDER_OF_OTHERS(unit="甲子镇", owners="“乙丑镇”", senders="yichou@example.org")
    assert finding.severity is Severity.WARNING
    assert not must_correct(finding)
