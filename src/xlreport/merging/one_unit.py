"""Files whose names contradict each other and that count all the same: the roster knows all of them
as names of one unit (a short name, an alias)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from xlreport.findings import Finding
from xlreport.merging.codes import OTHER_NAME_OF_UNIT
from xlreport.merging.outcome import FileRecord, Stage
from xlreport.merging.request import MergeRequest
from xlreport.merging.roster import Roster
from xlreport.merging.unit_matching import match
from xlreport.submission import Unit
from xlreport.workbook.reader.submission import contradicting_names


def with_known_names(files: Iterable[FileRecord], request: MergeRequest) -> list[FileRecord]:
    """Each file; the report of one whose names are all of one unit is there again."""
    if request.roster is None:
        return list(files)
    return [_as_one_unit(file, request, request.roster) for file in files]


def _as_one_unit(file: FileRecord, request: MergeRequest, roster: Roster) -> FileRecord:
    reading = file.reading.as_one_unit
    if reading is None or reading.submission is None:
        return file
    doubts = [finding for finding in file.findings if contradicting_names(finding) is not None]
    if not all(_is_of_one_unit(finding, roster) for finding in doubts):
        return file
    known = replace(reading, form=request.forms(reading.form_id), findings=())
    counted = replace(file, reading=known, findings=(), stage=Stage.READ, decision=None)
    notes = (*map(_other_name, doubts), *reading.findings)
    return counted.noting(*map(counted.placed, notes))


def _is_of_one_unit(doubt: Finding, roster: Roster) -> bool:
    """Whether the roster knows both names of a finding, and as those of one unit."""
    told, issued = contradicting_names(doubt) or ("", "")
    listed = [match(roster, Unit(name), roster.county.name).unit for name in (told, issued)]
    return listed[0] is not None and listed[0] == listed[1]


def _other_name(doubt: Finding) -> Finding:
    """F17: the note in place of the finding."""
    told, issued = contradicting_names(doubt) or ("", "")
    note = OTHER_NAME_OF_UNIT(name=told, listed=issued)
    return note.at(sheet=doubt.sheet, cell=doubt.cell, field=doubt.field)
