"""The checks of all files that may count, those of one form together; errors mean `returned`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from xlreport.checking.codes import V2
from xlreport.checking.validate import validate
from xlreport.findings import Finding, excel_order, has_errors
from xlreport.form.model import Form
from xlreport.merging.outcome import FileRecord, Outcome, Stage, UnitKey
from xlreport.merging.prior_year import PREDECESSOR, PriorYear, with_prior_year
from xlreport.rules.evaluate import evaluate_submissions
from xlreport.submission import values_of
from xlreport.workbook.layout.workbook import layout_of

Numbers = Mapping[str, Decimal]

AT_ONCE = 1000
"""Files that are evaluated together: more would be no faster, and need memory for all rules."""


def validated(files: list[FileRecord], prior_year: PriorYear | None = None) -> list[FileRecord]:
    """Decides on every file that is not decided yet; the others stay as they are."""
    files = [with_prior_year(file, prior_year) for file in files]
    superseded = _superseded_numbers(files)
    decided: dict[str, FileRecord] = {}
    for form, alike in _undecided(files):
        for start in range(0, len(alike), AT_ONCE):
            for file in _checked(form, alike[start : start + AT_ONCE], superseded):
                decided[file.path] = file
    return [decided.get(file.path, file) for file in files]


def _undecided(files: list[FileRecord]) -> Iterator[tuple[Form, list[FileRecord]]]:
    """The files to check, those of one form together."""
    forms: dict[str, Form] = {}
    alike: defaultdict[str, list[FileRecord]] = defaultdict(list)
    for file in files:
        if file.stage is not Stage.DECIDED and file.form is not None:
            form = forms.setdefault(file.form.id, file.form)
            alike[form.id].append(file)
    for name, form in forms.items():
        yield form, alike[name]


def _checked(
    form: Form, files: list[FileRecord], superseded: Mapping[UnitKey, Numbers]
) -> Iterator[FileRecord]:
    """Files of one form, evaluated together; each knows its view of the evaluation."""
    reports = [file.report for file in files]
    versions = [superseded.get(file.unit_key, {}) for file in files]
    evaluation = evaluate_submissions(form, reports)
    findings = validate(evaluation, versions)
    for file, view, found in zip(files, evaluation.views(), findings, strict=True):
        with_view = replace(file, view=view)
        yield _judged(with_view, form, found)


def _superseded_numbers(files: list[FileRecord]) -> dict[UnitKey, Numbers]:
    """The numbers of a superseded report of each unit that sent several."""
    numbers: dict[UnitKey, Numbers] = {}
    for file in files:
        if file.decision is Outcome.SUPERSEDED:
            numbers[file.unit_key] = values_of(file.report.entries)
    return numbers


def _is_told_better(finding: Finding, file: FileRecord) -> bool:
    """Whether a finding says that there is no report of last year, where the roster is why."""
    is_known = any(PREDECESSOR in dict(each.observed) for each in file.findings)
    return is_known and finding.code == V2.code and file.report.prior_year is None


def _judged(file: FileRecord, form: Form, findings: tuple[Finding, ...]) -> FileRecord:
    """The file with all its findings in the order of the workbook's cells."""
    told = [finding for finding in findings if not _is_told_better(finding, file)]
    placed = [file.placed(finding) for finding in (*file.findings, *told)]
    ordered = excel_order(placed, layout_of(form).sheets)
    outcome = Outcome.RETURNED if has_errors(ordered) else Outcome.ACCEPTED
    return file.telling(ordered).decided(outcome)
