"""A small county's summary as another program reads it."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from support.records import JIAZI, YICHOU, record, report
from xlreport import Entry, FileRecord, MergeRequest, MergeResult, Policy, Roster, Unit
from xlreport.merging.merge import merge_files
from xlreport.publishing.summary.workbook import write_summary
from xlreport.submission import Submission

COUNTY = Unit("示例县", "9901", "县")
BINGYIN, DINGMAO = Unit("丙寅镇", "990103", "乡镇"), Unit("丁卯镇", "990104", "乡镇")
CONTACTS = {"990104": {"联系人": "郑七", "电话": "0990-5550104"}}
ROSTER = Roster((JIAZI, YICHOU, BINGYIN, DINGMAO), {}, COUNTY, CONTACTS)
REGULATIONS = "disclosure.regulations.issued"


def wrong(unit: Unit) -> Submission:
    town = report(unit)
    return replace(town, entries={**town.entries, REGULATIONS: Entry.of(3)})


def files() -> list[FileRecord]:
    """丙 and 甲 are good, 乙 is returned, 丁 is missing; of 甲 there is an older report and a copy."""
    old = replace(report(JIAZI, 6))
    return [
        record("z/丙.xlsx", report(BINGYIN, 9), saved="2026-01-03T00:00:00Z"),
        record("y/乙.xlsx", wrong(YICHOU), modified=1.0),
        record("x/甲.xlsx", report(JIAZI, 7), modified=2.0),
        record("w/甲旧.xlsx", old, modified=1.0),
        record("v/甲.xlsx.copy", report(JIAZI, 7), modified=2.0),
        record("u/别.xlsx", report(Unit("别镇", "990199"))),
    ]


def merged(
    *,
    with_errors: bool = False,
    reports: list[FileRecord] | None = None,
    roster: Roster | None = ROSTER,
) -> MergeResult:
    policy = Policy(with_errors=with_errors)
    return merge_files(reports or files(), MergeRequest(Path(), roster, policy=policy))


def summary_bytes(result: MergeResult) -> bytes:
    assert result.form is not None
    assert result.county is not None
    return write_summary(result.form, result.county, result)


def opened(data: bytes, *, values: bool = True) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


@lru_cache(maxsize=4)
def book(*, with_errors: bool = False, values: bool = True) -> Workbook:
    return opened(summary_bytes(merged(with_errors=with_errors)), values=values)


def rows(sheet: Worksheet, first: int = 4) -> list[tuple[object, ...]]:
    return [row for row in sheet.iter_rows(min_row=first, values_only=True) if any(row)]
