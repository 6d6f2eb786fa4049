"""The county's numbers: sums over the units that are counted, itself a submission one level up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from xlreport.checking.validate import check_submissions
from xlreport.findings import Finding, Severity
from xlreport.form.expression import MAX_NUMBER, Ref
from xlreport.form.model import Form
from xlreport.merging.codes import TOTAL_BROKEN, TOTAL_TOO_LARGE
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.rules.evaluate import UnitView
from xlreport.submission import Entry, Figures, Provenance, Submission, Summary, Unit, shown
from xlreport.text import first_of, printed_code
from xlreport.workbook.layout.workbook import layout_of

_NOTHING = Decimal(0)

MOST_NAMED = 3
"""Units that a finding about a total names."""


def summary_level(levels: Sequence[str]) -> str:
    """The level of who sums these: counties and cities by a city, all else by a county."""
    if {"县", "市"}.intersection(levels):
        return "市"
    return "县"


def sum_up(
    form: Form,
    year: int,
    county: Unit,
    counted: Sequence[Submission],
    prior_year: Figures | None = None,
) -> Summary:
    """The county's submission. Every typed-in field is the exact sum over the counted units.

    Without any unit all fields stay blank (0 would be a statement).
    """
    levels = [submission.unit.level for submission in counted]
    level = county.level or summary_level(levels)
    return Summary(
        form=form.id,
        year=year,
        unit=Unit(county.name, county.code, level),
        entries=_sums(form, counted),
        members=tuple(submission.unit for submission in counted),
        prior_year=prior_year,
        provenance=Provenance(places=layout_of(form).places()),
    )


def _sums(form: Form, counted: Sequence[Submission]) -> dict[str, Entry]:
    """The sums of the values that there are, by field; blank where there is none."""
    sums: dict[str, Decimal] = {}
    for submission in counted:
        for name, entry in submission.entries.items():
            value = entry.value
            if value:
                sums[name] = sums.get(name, _NOTHING) + value
            elif value is not None:
                sums.setdefault(name, _NOTHING)
    entries: dict[str, Entry] = {}
    for field in form.typed:
        if field.id not in sums and any(_is_zero(field.id, report) for report in counted):
            sums[field.id] = _NOTHING
        entries[field.id] = Entry.of(sums.get(field.id))
    return entries


def _is_zero(field: str, report: Submission) -> bool:
    """Whether a field without a number counts as 0."""
    return report.effective(field).value is not None


def totals_of(form: Form, view: UnitView) -> dict[str, Decimal]:
    """All fields of a submission with their values, computed ones included.

    Blanks are left out.
    """
    totals: dict[str, Decimal] = {}
    for name in form.fields:
        entries = [view.submission.effective(leaf) for leaf in form.leaves(name)]
        if any(entry.value is not None for entry in entries):
            value = view.value(Ref(name))
            totals[name] = value.normalize() + 0
    return totals


def too_large(form: Form, county: Submission) -> list[Finding]:
    """E4 for every total beyond what can be summed exactly."""
    findings = []
    for name, entry in county.entries.items():
        if entry.value is None or abs(entry.value) < MAX_NUMBER:
            continue
        label = form.fields[name].label
        place = county.provenance.places[name]
        finding = TOTAL_TOO_LARGE(label=label, total=shown(entry.value)).on(place, name)
        findings.append(finding.at(observed=((name, entry.value),)))
    return findings


def broken(form: Form, county: Submission, counted: Sequence[FileRecord]) -> list[Finding]:
    """E10 for every rule that the totals do not keep because of what is in them: an error that the
    county accepted, or reports that count with their errors."""
    rules = _rules(form)
    causes = _breaking(rules, counted)
    returned = [file.unit.name for file in counted if file.outcome is Outcome.RETURNED]
    if not causes and not returned:
        return []
    (in_totals,) = check_submissions(form, [county])
    findings = []
    for finding in in_totals:
        units = dict.fromkeys(causes.get(finding.code, returned))
        is_broken = finding.rule in rules and finding.severity is Severity.ERROR
        if units and is_broken:
            findings.append(_broken(finding, tuple(units)))
    return findings


def contradictions(form: Form, county: Submission) -> list[Finding]:
    """What the county's own texts say otherwise than its numbers, unless it explained that."""
    if not any(county.texts.values()):
        return []
    rules = form.text_rules
    (in_totals,) = check_submissions(form, [county])
    about_texts = [finding for finding in in_totals if finding.rule in rules]
    return [finding for finding in about_texts if not finding.explanation]


def _broken(finding: Finding, units: Sequence[str]) -> Finding:
    """What was found in the totals, with the units because of which."""
    named = first_of(units, MOST_NAMED, "个单位")
    code = printed_code(finding.code)
    told = TOTAL_BROKEN(code=code, message=finding.message, units=named)
    return told.at(
        sheet=finding.sheet, cell=finding.cell, field=finding.field, observed=finding.observed
    )


def _rules(form: Form) -> frozenset[str]:
    """The rules that a report must keep."""
    return frozenset(check.code for check in form.checks if check.severity is Severity.ERROR)


def _breaking(rules: Collection[str], counted: Sequence[FileRecord]) -> Mapping[str, list[str]]:
    """The units whose reports do not keep one of the rules, by the code of what was found."""
    units: dict[str, list[str]] = {}
    for file in counted:
        for finding in file.findings:
            if finding.rule in rules:
                units.setdefault(finding.code, []).append(file.unit.name)
    return units
