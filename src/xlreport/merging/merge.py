"""Files that were read become one result: what counts, the county's numbers, who is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xlreport.errors import UsageError
from xlreport.findings import Finding, record
from xlreport.merging.arrivals import moved_away, with_arrivals
from xlreport.merging.codes import E3, R28
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import read_files
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.prior_year import PriorYear
from xlreport.merging.request import MergeRequest
from xlreport.merging.result import USABLE, MergeResult
from xlreport.merging.roster import Roster
from xlreport.merging.select import choose_target, decide
from xlreport.merging.totals import sum_up, too_large, totals_of
from xlreport.rules.evaluate import view_of
from xlreport.submission import Figures, Submission, Summary, Unit
from xlreport.workbook.codes import E2


def merge_files(files: list[FileRecord], request: MergeRequest) -> MergeResult:
    """Decides on files that were read and sums up. Raises UsageError for prior-year figures of a wrong year."""
    files = with_arrivals(files, request.arrivals, request.roster)
    moved = tuple(moved_away(files, request.arrivals))
    target = choose_target(files, request)
    if target is None:
        form = request.form or ""
        return MergeResult(request, form, request.year, tuple(files), own_findings=moved)
    decided = tuple(decide(files, target, request))
    result = MergeResult(request, target.form, target.year, decided, own_findings=moved)
    definition = request.forms(target.form)
    if definition is None or not result.usable:
        return result
    prior_year = request.prior_year
    if prior_year is not None and prior_year.year != target.year - 1:
        raise UsageError(
            f"--previous 给出的是 {prior_year.year} 年度的报表，"
            f"汇总 {target.year} 年度要用 {target.year - 1} 年度的。"
        )
    missing = missing_units(request.roster, decided)
    result = replace(result, definition=definition, missing=missing)
    county = sum_up(definition, target.year, target.county, result.counted, _prior_figures(result))
    own = [
        *unused(prior_year),
        *missing_findings(missing),
        *included(decided, result.with_errors),
        *too_large(definition, county),
        *moved,
    ]
    totals = totals_of(definition, view_of(definition, county))
    return replace(result, county=county, totals=totals, own_findings=tuple(own))


def _prior_figures(result: MergeResult) -> Figures | None:
    """What the counted units reported the year before: the whole county's where all are counted."""
    prior_year, counted = result.request.prior_year, result.counted
    if prior_year is None or not counted:
        return None
    whole = not result.missing and len(counted) == len(result.usable)
    return prior_year.together(() if whole else [s.unit for s in counted])


def with_typed_lines(county: Submission, path: Path, request: MergeRequest) -> Submission:
    """The county's submission with the texts, the lines of the cover and the explanations that somebody
    typed into the summary that is about to be replaced."""
    if not path.is_file():
        return county
    file, *_ = read_files([SourceFile(path, path.as_posix())], request.forms, request.reading)
    old = file.submission
    if not isinstance(old, Summary) or (old.form, old.year) != (county.form, county.year):
        return county
    return replace(
        county.with_identity(old.provenance.identity),
        texts=old.texts,
        explanations=old.explanations,
    )


def missing_units(roster: Roster | None, files: Sequence[FileRecord]) -> tuple[Unit, ...]:
    """Units of the roster without a usable file; none without a roster."""
    sent = {f.unit.code for f in files if f.outcome in USABLE}
    return tuple(u for u in roster.units if u.code not in sent) if roster else ()


def unused(last: PriorYear | None) -> list[Finding]:
    """What the folder of last year holds that could not be used: never passed over in silence."""
    return [
        record(R28, f"上年的报表里有一个文件没有使用：{said}", "请核对")
        for said in (last.unused if last else ())
    ]


def missing_findings(missing: Sequence[Unit]) -> list[Finding]:
    """Who did not report."""
    return [record(E3, f"“{u.name}”没有可以计入的报表", "请催报", unit=u.name) for u in missing]


def included(files: Sequence[FileRecord], with_errors: bool) -> list[Finding]:
    """Which returned reports are in the totals all the same."""
    if not with_errors:
        return []
    words = "报表有错误，按 --with-errors 计入了合计；不是数字的格子没有计入"
    returned = [f for f in files if f.outcome is Outcome.RETURNED]
    return [
        record(E2, words, "公布前请改正并重新汇总", unit=f.unit.name, file=f.path) for f in returned
    ]
