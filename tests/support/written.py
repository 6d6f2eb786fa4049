"""Every kind of workbook that the program writes, for any form."""

from __future__ import annotations

import random
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from support.balanced import balanced
from support.fills import fill
from support.merges import merge_and_write
from xlreport import Entry, Form, Policy, Submission, Unit, write_workbook
from xlreport.findings import Severity
from xlreport.submission import Figures
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.template import blank

COUNTY = Unit("示例县", "9901", "县")
TOWNS = (Unit("甲子镇", "990101", "乡镇"), Unit("乙丑街道", "990102", "街道"))

KINDS = (
    "blank of nobody",
    "blank of a unit",
    "with last year",
    "half filled",
    "right",
    "wrong",
    "explained",
    "long texts",
    "summary",
    "summary with errors",
)
"""What `written` can make."""


@cache
def written(form: Form, kind: str) -> bytes:
    """One workbook of a kind."""
    if kind.startswith("summary"):
        return _summary(form, with_errors=kind == "summary with errors")
    return write_workbook(submission(form, kind), form)


def submission(form: Form, kind: str) -> Submission:
    """What stands in a unit's workbook of a kind."""
    year = form.first_year + 1
    if kind == "blank of nobody":
        return blank(form, year, county=COUNTY)
    town = replace(blank(form, year, TOWNS[0], COUNTY))
    if kind == "blank of a unit":
        return town
    if kind == "with last year":
        return replace(town, prior_year=_last_year(form))
    if kind == "half filled":
        names = [field.id for field in form.typed]
        return replace(town, entries={name: Entry.of(2) for name in names[: len(names) // 2]})
    if kind == "right":
        return right(form)
    if kind == "wrong":
        return replace(fill(form, 4, wild=0.2), unit=TOWNS[0], county=COUNTY)
    if kind == "explained":
        return explained(form)
    return replace(right(form), texts={text.field_id: "政务公开，" * 200 for text in form.texts})


def right(form: Form) -> Submission:
    """A report in which every rule holds."""
    report = balanced(form, random.Random(7))
    texts = {t.field_id: "本年度没有收取信息处理费，各项工作正常。" * 3 for t in form.texts}
    numbers = {name: Entry.of(0) for name in report.entries}
    numbers |= {name: Entry.of(500) for name in numbers if name.endswith(".q1")}
    return replace(
        report,
        entries=numbers,
        texts=texts,
        unit=TOWNS[0],
        county=COUNTY,
        prior_year=_last_year(form),
    )


def explained(form: Form) -> Submission:
    """A report with words beside every warning: by rule, or as first workbooks had it by line."""
    report = replace(fill(form, 7, wild=0.1), unit=TOWNS[0], county=COUNTY)
    warnings = [line for line in layout_of(form).lines if line.severity is Severity.WARNING]
    rules = list(dict.fromkeys(line.check.code for line in warnings))
    words = dict.fromkeys(rules[::2], "清理旧文件引起。")
    words |= {line.code: "已逐行核实。" for line in warnings if line.check.code in rules[1::2]}
    return replace(report, explanations=words)


def _last_year(form: Form) -> Figures:
    numbers = {name: Entry.of(0).value for name in form.fields}
    texts = {text.field_id: "上年写的是别的事情。" for text in form.texts}
    known = {name: value for name, value in numbers.items() if value is not None}
    return Figures(known, texts, {"B1": "上年的说明"})


def _summary(form: Form, *, with_errors: bool) -> bytes:
    """The summary of one right and one wrong report, and of a file that is none."""
    with tempfile.TemporaryDirectory() as name:
        folder, out = Path(name) / "in", Path(name) / "out"
        folder.mkdir()
        reports = {"甲": right(form), "乙": replace(submission(form, "wrong"), unit=TOWNS[1])}
        for stem, report in reports.items():
            (folder / f"{stem}.xlsx").write_bytes(write_workbook(report, form))
        (folder / "读我.xlsx").write_bytes(b"nothing")
        result = merge_and_write(
            folder, out=out, forms=(form,), policy=Policy(with_errors=with_errors)
        )
        return Path(result.outputs[0]).read_bytes()
