"""Records of files that were read, made without files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hostile.scene import COUNTY, ROOT
from tabletext import load
from xlreport import Entry, FileRecord, Form, Submission, Summary, Unit, get_form
from xlreport.submission import Provenance
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.submission import Reading

LICENCES = "disclosure.licences.decisions"
"""A number that no rule relates to another."""

JIAZI = Unit("甲子镇", "990101", "乡镇")
YICHOU = Unit("乙丑镇", "990102", "乡镇")


def form() -> Form:
    return get_form("zfxxgk-2021")


def report(unit: Unit = JIAZI, licences: int = 7, **changes: Any) -> Submission:
    """A report without errors; `changes` are other attributes of a submission."""
    base = load(ROOT / "tests" / "golden" / "base.txt", form(), COUNTY)
    entries = {**base.entries, LICENCES: Entry.of(licences)}
    return replace(base, **{"unit": unit, "entries": entries, **changes})


def summary(unit: Unit, members: tuple[Unit, ...], **changes: Any) -> Summary:
    """A summary of these members with the numbers of one report."""
    return Summary(**{**vars(report(unit)), "members": members, **changes})


def record(path: str, submission: Submission, **source: Any) -> FileRecord:
    """The record of a file with this report; `source` are attributes of its provenance."""
    places = layout_of(form()).places()
    provenance = Provenance(
        **{"path": path, "sha256": f"sha of {path}", "places": places, **source}
    )
    read = Reading((), replace(submission, provenance=provenance), form())
    return FileRecord(path, read)
