"""Files that were read become one result: what counts, the county's numbers, what is to be told."""

from __future__ import annotations

from dataclasses import replace

from xlreport.errors import UsageError
from xlreport.findings import Finding
from xlreport.form.model import Form
from xlreport.merging.arrivals import moved_away, with_arrivals
from xlreport.merging.codes import (
    BLANK_RETURNED,
    COUNTED_WITH_ERRORS,
    NOT_REPORTED,
    ONLY_UNUSABLE,
    PRIOR_YEAR_PARTLY,
    PRIOR_YEAR_UNUSED,
)
from xlreport.merging.decisions import with_decisions
from xlreport.merging.eligibility import Target, choose_target, each_unit_once, eligible
from xlreport.merging.imported import own_workbooks_first, with_choice
from xlreport.merging.one_unit import with_known_names
from xlreport.merging.outcome import FileRecord, Outcome, Stage
from xlreport.merging.prior_year import PriorYear
from xlreport.merging.request import MergeRequest
from xlreport.merging.result import MergeResult, is_left_out
from xlreport.merging.totals import broken, contradictions, sum_up, too_large, totals_of
from xlreport.merging.validation import validated
from xlreport.merging.versions import newest_versions
from xlreport.rules.evaluate import view_of
from xlreport.submission import Figures, Submission, Summary


def merge_files(files: list[FileRecord], request: MergeRequest) -> MergeResult:
    """Decides on files that were read and sums up.

    Raises UsageError for prior-year figures of a wrong year.
    """
    files = with_known_names(files, request)
    files = with_arrivals(files, request.arrivals, request.roster)
    moved = moved_away(files, request.arrivals)
    target = choose_target(files, request)
    request = _understanding(request, target)
    if target is None:
        form_id = request.form or ""
        result = MergeResult(request, form_id, request.year, tuple(files))
        return replace(result, own_findings=tuple(moved))
    decided = tuple(decide(files, target, request))
    form = request.forms(target.form)
    result = MergeResult(request, target.form, target.year, decided, form)
    if form is None or not result.usable:
        return replace(result, form=None, own_findings=tuple(moved))
    _require_year_before(request.prior_year, target.year)
    result = _summed(result, form, target)
    return replace(result, own_findings=(*result.own_findings, *moved))


def _understanding(request: MergeRequest, target: Target | None) -> MergeRequest:
    """The request with last year's figures as the form understands them that is merged."""
    form = request.forms(target.form) if target is not None else None
    if form is None or request.prior_year is None:
        return request
    return replace(request, prior_year=request.prior_year.understood_by(form))


def decide(files: list[FileRecord], target: Target, request: MergeRequest) -> list[FileRecord]:
    """The outcome of every file, in the same order."""
    chosen = with_choice(files, imports=request.policy.imports)
    candidates = own_workbooks_first(eligible(chosen, target, request))
    versions = newest_versions(candidates, newest=request.policy.newest)
    once = each_unit_once(versions)
    filled_in = _blanks_aside(once, request)
    return with_decisions(validated(filled_in, request.prior_year), request.decisions)


def _blanks_aside(files: list[FileRecord], request: MergeRequest) -> list[FileRecord]:
    """The files, those with nothing filled in set aside: who sent no other has not reported. Only
    a roster tells who that is."""
    if request.roster is None:
        return files
    judged = []
    for file in files:
        if file.stage is Stage.CANDIDATE and file.is_blank:
            note = file.placed(BLANK_RETURNED(unit=file.unit.name))
            file = file.telling(()).decided(Outcome.IGNORED, note)
        judged.append(file)
    return judged


def _require_year_before(prior_year: PriorYear | None, year: int) -> None:
    if prior_year is not None and prior_year.year != year - 1:
        raise UsageError(
            f"给出的上年报表是 {prior_year.year} 年度的，"
            f"汇总 {year} 年度要用 {year - 1} 年度的，请换一份。"
        )


def _summed(result: MergeResult, form: Form, target: Target) -> MergeResult:
    """The result with the county's numbers and what there is to say of the merge."""
    previous = _prior_figures(result)
    county = sum_up(form, target.year, target.county, result.counted, previous)
    totals = totals_of(form, view_of(form, county))
    findings = (
        *_unused(result.request.prior_year),
        *_missing(result),
        *_counted_with_errors(result),
        *too_large(form, county),
        *broken(form, county, result.counted_files),
    )
    return replace(result, county=county, totals=totals, own_findings=findings)


def _prior_figures(result: MergeResult) -> Figures | None:
    """What the counted units reported the year before; the whole county when all are counted."""
    prior_year = result.request.prior_year
    if prior_year is None or not result.counted_files:
        return None
    if result.is_whole:
        return prior_year.together()
    units = [file.unit for file in result.counted_files]
    return prior_year.together(units)


def _unused(prior_year: PriorYear | None) -> list[Finding]:
    """What the prior year's folder holds that could not be used, or not all of it: never passed
    over in silence."""
    if prior_year is None:
        return []
    unused = [PRIOR_YEAR_UNUSED(reason=reason) for reason in prior_year.unused]
    partly = [PRIOR_YEAR_PARTLY(reason=reason) for reason in prior_year.partly]
    return [*unused, *partly]


def _missing(result: MergeResult) -> list[Finding]:
    """Who did not report."""
    unusable = frozenset(result.only_unusable)
    findings = []
    for unit in result.missing:
        message = ONLY_UNUSABLE if unit in unusable else NOT_REPORTED
        findings.append(message(unit=unit.name).at(unit=unit.name))
    return findings


def _counted_with_errors(result: MergeResult) -> list[Finding]:
    """Which returned reports are in the totals all the same."""
    if not result.with_errors:
        return []
    counted = [file for file in result.returned if not is_left_out(file)]
    return [file.placed(COUNTED_WITH_ERRORS()) for file in counted]


def with_typed_lines(county: Summary, old: Submission | None) -> Summary:
    """The county's summary with what somebody typed into the one that is about to be replaced.

    That is the texts, the lines of the cover and the explanations.
    """
    if old is None:
        return county
    with_cover = county.with_identity(old.provenance.identity)
    return replace(with_cover, texts=old.texts, explanations=old.explanations)


def with_county(result: MergeResult, form: Form, county: Summary) -> MergeResult:
    """The result with the county's summary as it is written, and with what its own texts say
    otherwise than its numbers."""
    findings = (*result.own_findings, *contradictions(form, county))
    return replace(result, county=county, own_findings=findings)
