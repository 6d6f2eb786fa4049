"""Reports that are not our workbooks: a unit's own workbook goes before them, and whether the rest
count is for the county to decide."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from xlreport.findings import Finding, Severity
from xlreport.importing.codes import NOT_OUR_WORKBOOK, R36, R40, R43
from xlreport.merging.codes import (
    BESIDE_OWN_WORKBOOK,
    COPY_COUNTED,
    IMPORT_COUNTED,
    IMPORTED_ALREADY,
    IMPORTED_TWICE,
    OLDER_SAYS,
)
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.versions import contrasts, decided_together, rank, unit_of_candidate

_OF_DOCUMENTS = frozenset({R36.code, R40.code})
"""Findings that only a report has that is not our workbook."""


def is_imported(file: FileRecord) -> bool:
    """Whether a file's report was read from something that is not our workbook."""
    return file.reading.submission is not None and bool(file.provenance.document)


def is_document(file: FileRecord) -> bool:
    """Whether a file is a report that is not our workbook, also one of which nothing was read."""
    return is_imported(file) or any(finding.code in _OF_DOCUMENTS for finding in file.findings)


def with_choice(files: Iterable[FileRecord], *, imports: bool) -> list[FileRecord]:
    """The files; where the county counts such reports, each says so instead of being returned for
    it."""
    return [_counted(file) if imports else file for file in files]


def without_choice(files: Iterable[FileRecord]) -> list[FileRecord]:
    """The files without the objection that they are not our workbooks: where that is known, what
    else there is to say of them is asked for."""
    told = []
    for file in files:
        findings = [finding for finding in file.findings if not _is_objection(finding)]
        told.append(file.telling(findings))
    return told


def _is_objection(finding: Finding) -> bool:
    return finding.code == R36.code and finding.message == NOT_OUR_WORKBOOK.text


def _counted(file: FileRecord) -> FileRecord:
    findings = []
    for finding in file.findings:
        if _is_objection(finding):
            counted = IMPORT_COUNTED().at(severity=Severity.WARNING)
            finding = file.placed(counted)
        findings.append(finding)
    return file.telling(findings)


def own_workbooks_first(files: Sequence[FileRecord]) -> list[FileRecord]:
    """The files; what a unit sent beside a workbook of ours that it filled in counts for nothing,
    however late it came, and tells where it says something else."""
    return decided_together(files, unit_of_candidate, _beside_own)


def _beside_own(candidates: Sequence[FileRecord]) -> list[FileRecord]:
    """The imported ones of a unit's reports, decided; none where it sent no workbook of ours."""
    imported = [file for file in candidates if is_imported(file)]
    own = [file for file in candidates if not is_imported(file) and not file.is_blank]
    if not imported or not own:
        return []
    winner = rank(own).winner
    return [_beside(file, winner) for file in imported]


def _beside(file: FileRecord, winner: FileRecord) -> FileRecord:
    """An imported report beside the workbook that goes before it."""
    different = contrasts(file, winner, OLDER_SAYS)
    if not different:
        note = file.placed(COPY_COUNTED(winner=winner.path))
        return file.decided(Outcome.DUPLICATE, note)
    note = file.placed(BESIDE_OWN_WORKBOOK(winner=winner.path))
    return file.decided(Outcome.SUPERSEDED, note, *different)


def for_import(files: Iterable[FileRecord]) -> list[FileRecord]:
    """Reports that are to be imported: the objection that they are not our workbooks is put aside.
    One of several whose title says another unit or year than was given for all is rejected."""
    known = without_choice(files)
    if len(known) > 1:
        known = [_by_its_own_title(file) for file in known]
    return known


def _by_its_own_title(file: FileRecord) -> FileRecord:
    contrary = [finding for finding in file.findings if finding.code == R43.code]
    if not contrary or file.submission is None:
        return file
    return file.telling(contrary).decided(Outcome.REJECTED)


def each_report_once(files: Sequence[FileRecord]) -> list[FileRecord]:
    """The files; of imported reports of one unit, year and form copies are imported once, and none
    of those that differ: nobody guesses which of them is right."""
    return decided_together(files, _subject, _rivals)


def _subject(file: FileRecord) -> Hashable | None:
    """What an imported report is about; None for any other file."""
    if not is_imported(file) or not file.unit.name:
        return None
    return file.unit_key, file.year, file.form_id


def _rivals(files: Sequence[FileRecord]) -> list[FileRecord]:
    """Several reports of one unit and year, decided."""
    first, *others = files
    copies = [file for file in others if file.report.content == first.report.content]
    if len(copies) == len(others):
        note = IMPORTED_ALREADY(other=first.path)
        return [file.telling([file.placed(note)]).decided(Outcome.DUPLICATE) for file in copies]
    decided = []
    for file in files:
        other = others[0] if file is first else first
        reason = file.placed(IMPORTED_TWICE(other=other.path))
        decided.append(file.telling([reason]).decided(Outcome.REJECTED))
    return decided
