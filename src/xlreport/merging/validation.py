"""The checks of all files that may count, those of one form together; errors mean `returned`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from xlreport.checking.validate import validate
from xlreport.findings import Finding, excel_order, has_errors
from xlreport.form.model import Form
from xlreport.merging.outcome import FileRecord, Outcome, Stage
from xlreport.merging.prior_year import PriorYear, with_prior_year
from xlreport.rules.evaluate import evaluate_submissions
from xlreport.submission import Submission
from xlreport.workbook.layout.workbook import layout_of

Numbers = Mapping[str, Decimal]


def validated(files: list[FileRecord], prior_year: PriorYear | None = None) -> list[FileRecord]:
    """Decides on every file that is not decided yet; the others stay as they are."""
    files = [with_prior_year(file, prior_year) for file in files]
    superseded = _superseded_numbers(files)
    by_form: dict[str, tuple[Form, list[FileRecord]]] = {}
    for file in files:
        if file.stage is not Stage.DECIDED and file.form is not None:
            _, alike = by_form.setdefault(file.form.id, (file.form, []))
            alike.append(file)
    decided: dict[str, FileRecord] = {}
    for form, alike in by_form.values():
        reports = [file.report for file in alike]
        versions = [superseded.get(_name(report), {}) for report in reports]
        evaluation = evaluate_submissions(form, reports)
        findings = validate(evaluation, versions)
        for file, view, found in zip(alike, evaluation.views(), findings, strict=True):
            decided[file.path] = _judged(replace(file, view=view), form, found)
    return [decided.get(file.path, file) for file in files]


def _superseded_numbers(files: list[FileRecord]) -> dict[tuple[str, str], Numbers]:
    """The numbers of a superseded report of each unit that sent several."""
    numbers: dict[tuple[str, str], Numbers] = {}
    for file in files:
        if file.decision is Outcome.SUPERSEDED:
            entries = file.report.entries.items()
            numbers[_name(file.report)] = {
                name: entry.value for name, entry in entries if entry.value is not None
            }
    return numbers


def _name(report: Submission) -> tuple[str, str]:
    return report.unit.code, report.unit.name


def _judged(file: FileRecord, form: Form, findings: tuple[Finding, ...]) -> FileRecord:
    """The file with all its findings in the order of the workbook's cells."""
    placed = [file.placed(finding) for finding in (*file.findings, *findings)]
    ordered = excel_order(placed, layout_of(form).sheets)
    outcome = Outcome.RETURNED if has_errors(ordered) else Outcome.ACCEPTED
    return file.telling(ordered).decided(outcome)
