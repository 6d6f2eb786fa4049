"""What the commands say to people: per unit, errors first, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlreport.findings import Finding, Severity, grouped
from xlreport.lint.linter import LintResult
from xlreport.merging.diff import Difference
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.result import CheckResult, MergeResult, RepairResult
from xlreport.text import harmless

MOST_LINES = 40
"""Findings of one file that are shown on the console."""


def check_report(result: CheckResult, *, verbose: bool = False) -> Iterator[str]:
    """The lines of `xlreport check`; all findings when `verbose`, else what a clerk must act on."""
    for file in result.files:
        yield from _file(file, verbose)
    usable = [f for f in result.files if f.outcome in (Outcome.ACCEPTED, Outcome.RETURNED)]
    passed = sum(1 for f in usable if f.outcome is Outcome.ACCEPTED)
    other = len(result.files) - len(usable)
    yield f"共 {len(result.files)} 个文件：通过 {passed} 个，退回 {len(usable) - passed} 个，其余 {other} 个。"


def merge_report(result: MergeResult, *, verbose: bool = False) -> Iterator[str]:
    """The lines of `xlreport merge`; all files and findings when `verbose`, else what a clerk must act on."""
    if result.county is None:
        for file in result.files:
            yield from _file(file, verbose)
        yield from (harmless(finding.line()) for finding in result.own_findings)
        yield (
            "文件夹里没有可以汇总的报表，没有写出汇总表。"
            if result.files
            else "文件夹是空的，没有可以汇总的报表。"
        )
        return
    county = result.county.unit.name or "（汇总单位未注明）"
    yield f"{harmless(county)}　{result.year} 年度　报表 {result.form_id}"
    yield ""
    order = (
        Outcome.RETURNED,
        Outcome.REJECTED,
        Outcome.SUPERSEDED,
        Outcome.DUPLICATE,
        Outcome.IGNORED,
    )
    for outcome in order:
        for file in result.files:
            if file.outcome is outcome:
                yield from _file(file, verbose)
    for file in result.accepted:
        if verbose or any(f.severity is not Severity.NOTE for f in file.findings):
            yield from _file(file, verbose)
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


def lint_report(result: LintResult) -> Iterator[str]:
    """The lines of `xlreport lint`."""
    yield from (harmless(one.text()) for one in result.lints)
    yield from (harmless(f"{words}，请人工核对") for words in result.undecided)
    if result.changes is not None:
        yield from (harmless(f"[改动] {change.message}") for change in result.changes)
        yield (
            f"共有 {len(result.changes)} 处改动。" if result.changes else "两份定义的内容完全相同。"
        )
    counts = ((s.label, sum(1 for one in result.lints if one.severity is s)) for s in Severity)
    listed = "，".join(f"{label} {n} 处" for label, n in counts if n)
    yield f"{result.form} 第 {result.version} 版：{listed or '没有发现问题'}。"


def _totals(result: MergeResult) -> Iterator[str]:
    counts = {o: sum(1 for f in result.files if f.outcome is o) for o in Outcome}
    listed = "，".join(f"{o.label} {n} 个" for o, n in counts.items() if n)
    yield f"收到 {len(result.files)} 个文件：{listed}。"
    expected = f"名册 {result.expected} 个单位，" if result.expected is not None else ""
    missing = (
        f"未报 {len(result.missing)} 个"
        if result.expected is not None
        else "没有名册，不知道谁未报"
    )
    yield f"{expected}计入汇总 {len(result.counted)} 个，{missing}。"
    if result.with_errors and result.returned:
        units = "、".join(harmless(f.unit.name) for f in result.returned)
        yield f"注意：有错误的报表按 --with-errors 计入了合计，公布前必须改正：{units}"
    for finding in result.own_findings:
        if finding.code in ("E4", "M10"):
            yield harmless(finding.line())
    if not result.counted:
        yield "没有一份报表通过审核，汇总表里的数字留空。"
    for what, path in zip(
        ("汇总表", *("修复" for _ in result.outputs)), result.outputs, strict=False
    ):
        yield f"{what}：{harmless(path)}"


def _file(file: FileRecord, verbose: bool) -> Iterator[str]:
    unit = f"{file.unit.name}　" if file.unit.name else ""
    yield harmless(f"【{file.outcome.label}】{unit}{file.path}")
    findings = _heaviest_first(file.findings)
    shown = (
        findings if verbose else [f for f in findings if _to_act_on(f, file.outcome)][:MOST_LINES]
    )
    for finding in shown:
        yield harmless(f"    {finding.line()}")
    left = len(findings) - len(shown)
    if left:
        yield f"    （另有 {left} 条，用 --verbose 查看；汇总时也见汇总表的“校验结果”页）"
    yield ""


def _to_act_on(finding: Finding, outcome: Outcome) -> bool:
    """Whether a finding asks for something: notes about no cell do not, but where a file was not
    counted they say why."""
    judged = outcome in (Outcome.ACCEPTED, Outcome.RETURNED)
    return finding.severity is not Severity.NOTE or bool(finding.cell) or not judged


def _heaviest_first(findings: Sequence[Finding]) -> list[Finding]:
    """By weight; of equal weight those about a cell come first."""
    return sorted(grouped(findings), key=lambda f: (f.severity.rank, not f.cell))
