"""What a merge says of itself, beside what it says of each file."""

from __future__ import annotations

from collections.abc import Sequence

from xlreport.findings import Finding, record
from xlreport.merging.codes import E3, R28
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.prior_year import PriorYear
from xlreport.merging.result import USABLE
from xlreport.merging.roster import Roster
from xlreport.submission import Unit
from xlreport.workbook.codes import E2


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
