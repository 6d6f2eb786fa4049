"""Results of merges of very many units, made without files and without checks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from support.records import LICENCES, form, record, report
from xlreport import Entry, FileRecord, FormCatalog, MergeRequest, MergeResult, Policy, Roster, Unit
from xlreport.findings import Finding, Severity
from xlreport.merging.eligibility import Target
from xlreport.merging.merge import _summed
from xlreport.merging.outcome import Outcome
from xlreport.rules.evaluate import evaluate_submissions
from xlreport.workbook.layout.workbook import layout_of

COUNTY = Unit("示例县", "9901", "县")


def warning(number: int) -> Finding:
    """A warning at the cell of a number."""
    place = layout_of(form()).places()[LICENCES]
    found = Finding("A1", Severity.WARNING, f"第 {number} 件事请核实", "请核实")
    return found.on(place, LICENCES)


def units(count: int) -> tuple[Unit, ...]:
    return tuple(Unit(f"{i}号镇", f"99{i:06d}", "乡镇") for i in range(count))


def large(count: int, *, missing: int = 0, rejected: int = 0, warnings: int = 1) -> MergeResult:
    """So many units that are counted, some more that are missing or sent what cannot count."""
    base = report()
    texts = {name: text[:40] for name, text in base.texts.items()}
    listed = units(count + missing)
    reports = []
    for number, unit in enumerate(listed[:count]):
        entries = {**base.entries, LICENCES: Entry.of(number)}
        reports.append(replace(base, unit=unit, entries=entries, texts=texts, county=COUNTY))
    views = evaluate_submissions(form(), reports).views()
    files: list[FileRecord] = []
    for number, (one, view) in enumerate(zip(reports, views, strict=True)):
        file = replace(record(f"{one.unit.code}.xlsx", one), view=view)
        found = [file.placed(warning(number * warnings + i)) for i in range(warnings)]
        files.append(file.telling(found).decided(Outcome.ACCEPTED))
    for number in range(rejected):
        odd = record(f"坏{number}.xlsx", report(Unit("某镇", f"X{number}")))
        files.append(odd.decided(Outcome.REJECTED))
    request = MergeRequest(
        Path("in"),
        Roster(listed, {}, COUNTY),
        county=COUNTY,
        forms=FormCatalog((form(),)),
        policy=Policy(),
    )
    result = MergeResult(request, form().id, 2025, tuple(files), form())
    return _summed(result, form(), Target(form().id, 2025, COUNTY))
