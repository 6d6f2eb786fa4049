"""Merges to publish: the samples', and counties of any size made without files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import cycle
from pathlib import Path

from support.records import JIAZI, form, record, report
from xlreport import (
    Entry,
    FileRecord,
    MergeRequest,
    MergeResult,
    Policy,
    Roster,
    Submission,
    Unit,
    merge_folder,
    read_prior_year,
    read_roster,
)
from xlreport.merging.merge import merge_files
from xlreport.merging.prior_year import PriorYear
from xlreport.publishing.overview import Overview, overview_of
from xlreport.submission import Figures

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
COUNTY = Unit("示例县", "9901", "县")


@lru_cache(maxsize=3)
def samples(*, with_errors: bool = False, prior_year: bool = True) -> MergeResult:
    """The merge of the samples."""
    roster = read_roster(SAMPLES / "roster.csv")
    before = read_prior_year(SAMPLES / "2024", 2025, roster=roster) if prior_year else None
    policy = Policy(with_errors=with_errors)
    return merge_folder(MergeRequest(SAMPLES / "2025", roster, prior_year=before, policy=policy))


def overview(result: MergeResult) -> Overview:
    """The overview of a merge that could use something."""
    assert result.form is not None
    assert result.county is not None
    return overview_of(result, result.form, result.county)


Change = Callable[[int, Submission], Submission]
"""What is different in the report of a town, by its number."""


def unchanged(number: int, submission: Submission) -> Submission:
    return submission


def town(number: int) -> Unit:
    """One of a county's towns."""
    return Unit(f"示例县第{number}乡人民政府", f"99{number:04}", "乡镇")


@lru_cache(maxsize=16)
def county(
    size: int, change: Change = unchanged, *, missing: int = 0, with_errors: bool = False
) -> MergeResult:
    """A county of so many towns on the roster, the last of which do not report; merged once."""
    return merged_anew(size, change, missing=missing, with_errors=with_errors)


def merged_anew(
    size: int, change: Change = unchanged, *, missing: int = 0, with_errors: bool = False
) -> MergeResult:
    """The same county, merged at each call."""
    units = [town(number) for number in range(1, size + 1)]
    base = report(JIAZI)
    files = []
    for number, unit in enumerate(units[: size - missing], 1):
        submission = change(number, replace(base, unit=unit))
        files.append(record(f"{unit.code}_{unit.name}_2025年报告.xlsx", submission))
    policy = Policy(with_errors=with_errors)
    return merge_files(files, MergeRequest(Path(), _roster(units), policy=policy))


def _roster(units: list[Unit]) -> Roster:
    columns = {
        unit.code: {"联系人": f"王{number}", "联系电话": "0990-5550100"}
        for number, unit in enumerate(units)
    }
    return Roster(tuple(units), {}, COUNTY, columns)


def grown(result: MergeResult, size: int) -> MergeResult:
    """A county of so many towns, in which those of a smaller one stand again and again."""
    units = [town(number) for number in range(1, size + 1)]
    files = [_moved(file, unit) for file, unit in zip(cycle(result.files), units, strict=False)]
    request = replace(result.request, roster=_roster(units))
    return replace(result, request=request, files=tuple(files))


def _moved(file: FileRecord, unit: Unit) -> FileRecord:
    """The same file of another town."""
    path = f"{unit.code}_{unit.name}_2025年报告.xlsx"
    moved = replace(file.reporting(replace(file.report, unit=unit)), path=path)
    return moved.telling(moved.placed(finding) for finding in file.findings)


def wrong(number: int, submission: Submission) -> Submission:
    """Every report has errors in many places: blanks, and sums that do not hold."""
    entries = dict(submission.entries)
    for position, name in enumerate(sorted(entries)):
        if position % 3 == 0:
            entries[name] = Entry.of(None)
        if position % 7 == number % 7:
            entries[name] = Entry.of(number + position)
    return replace(submission, entries=entries, texts={})


def unbalanced(number: int, submission: Submission) -> Submission:
    """Every report has one sum that does not hold, and all its numbers."""
    received = {"requests.received.natural_person": Entry.of(1000 * number)}
    return replace(submission, entries={**submission.entries, **received})


def last_year(result: MergeResult) -> MergeResult:
    """The same merge where all numbers of last year were 3."""
    numbers = Figures(dict.fromkeys(form().fields, Decimal(3)))
    units = dict.fromkeys([file.unit for file in result.usable], numbers)
    request = replace(result.request, prior_year=PriorYear(2024, units))
    files = [record(file.path, file.report) for file in result.usable]
    return merge_files(files, request)
