"""What the commands say to people: per unit, errors first, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlreport.checking.findings import Finding, grouped
from xlreport.form.model import Severity
from xlreport.merging.differences import Difference
from xlreport.merging.outcomes import FileResult, Outcome
from xlreport.merging.result import CheckResult, MergeResult, RepairResult
from xlreport.workbook.texts import harmless

MOST_LINES = 40
"""Findings of one file that are shown on the console."""


def check_report(result: CheckResult) -> Iterator[str]:
    """The lines of `xlreport check`."""
    for file in result.files:
        yield from _file(file)
    usable = [f for f in result.files if f.outcome in (Outcome.ACCEPTED, Outcome.RETURNED)]
    passed = sum(1 for f in usable if f.outcome is Outcome.ACCEPTED)
    other = len(result.files) - len(usable)
    yield f"共 {len(result.files)} 个文件：通过 {passed} 个，退回 {len(usable) - passed} 个，其余 {other} 个。"


def merge_report(result: MergeResult) -> Iterator[str]:
    """The lines of `xlreport merge`."""
    if result.county is None:
        for file in result.files:
            yield from _file(file)
        yield "文件夹里没有可以汇总的报表，没有写出汇总表。" if result.files else "文件夹是空的，没有可以汇总的报表。"
        return
    county = result.county.unit.name or "（汇总单位未注明）"
    yield f"{harmless(county)}　{result.year} 年度　报表 {result.form}"
    yield ""
    order = (Outcome.RETURNED, Outcome.REJECTED, Outcome.SUPERSEDED, Outcome.DUPLICATE, Outcome.IGNORED)
    for outcome in order:
        for file in result.files:
            if file.outcome is outcome:
                yield from _file(file)
    for file in result.accepted:
        if any(f.severity is not Severity.NOTE for f in file.findings):
            yield from _file(file)
    if result.missing:
        yield f"未报：{'、'.join(harmless(u.name) for u in result.missing)}　→ 请催报"
        yield ""
    yield from _totals(result)


def repair_report(result: RepairResult) -> Iterator[str]:
    """The lines of `xlreport repair`; what was carried over is in the list that it writes."""
    for file in result.files:
        for line in file.lines():
            if not line.startswith("  已搬移"):
                yield line
    done = sum(1 for f in result.files if f.name)
    yield f"共 {len(result.files)} 个文件：修复 {done} 个，没有修复 {len(result.files) - done} 个。"
    for path in result.outputs[-1:]:
        yield f"逐项清单：{harmless(path)}"


def diff_report(found: Sequence[Difference]) -> Iterator[str]:
    """The lines of `xlreport diff`."""
    yield from (harmless(d.line()) for d in found)
    yield f"共有 {len(found)} 处不同。" if found else "两份填报的内容完全相同。"


def _totals(result: MergeResult) -> Iterator[str]:
    counts = {o: sum(1 for f in result.files if f.outcome is o) for o in Outcome}
    listed = "，".join(f"{o.label} {n} 个" for o, n in counts.items() if n)
    yield f"收到 {len(result.files)} 个文件：{listed}。"
    expected = f"名册 {result.expected} 个单位，" if result.expected is not None else ""
    yield f"{expected}计入汇总 {len(result.counted)} 个，未报 {len(result.missing)} 个。"
    if result.with_errors and result.returned:
        units = "、".join(harmless(f.unit.name) for f in result.returned)
        yield f"注意：有错误的报表按 --with-errors 计入了合计，公布前必须改正：{units}"
    for finding in result.own_findings:
        if finding.code == "E4":
            yield harmless(finding.line())
    if not result.counted:
        yield "没有一份报表通过审核，汇总表里的数字留空。"
    for what, path in zip(("汇总表", *("修复" for _ in result.outputs)), result.outputs, strict=False):
        yield f"{what}：{harmless(path)}"


def _file(file: FileResult) -> Iterator[str]:
    unit = f"{file.unit.name}　" if file.unit.name else ""
    yield harmless(f"【{file.outcome.label}】{unit}{file.path}")
    findings = _heaviest_first(file.findings)
    for finding in findings[:MOST_LINES]:
        yield harmless(f"    {finding.line()}")
    if len(findings) > MOST_LINES:
        yield f"    （另有 {len(findings) - MOST_LINES} 条，见汇总表的“校验结果”页，或者用 --json）"
    yield ""


def _heaviest_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(grouped(findings), key=lambda f: f.severity.rank)
