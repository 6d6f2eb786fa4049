"""Published reports of made-up counties, without files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph

from support.fills import fill
from xlreport import (
    FileRecord,
    Form,
    FormCatalog,
    MergeRequest,
    MergeResult,
    Policy,
    Reading,
    Roster,
    Submission,
    Unit,
)
from xlreport.merging.merge import merge_files
from xlreport.publishing.report import Report, county_report, report_files

COUNTY = Unit("示例县", "9901", "县")
TOWNS = (
    Unit("甲子镇", "990101", "乡镇"),
    Unit("乙丑街道", "990102", "街道"),
    Unit("示例县财政局", "990201", "部门"),
)


def submissions(form: Form, seed: int, texts: dict[str, str] | None = None) -> list[Submission]:
    """A report of each town with numbers of a seed, and these texts by field id."""
    return [
        replace(fill(form, seed + i), unit=town, county=COUNTY, texts=texts or {}, overrides={})
        for i, town in enumerate(TOWNS)
    ]


def merged(
    form: Form,
    reports: Sequence[Submission],
    *,
    roster: Roster | None = None,
    all_count: bool = True,
) -> MergeResult:
    """A merge of these reports, with their errors unless not all count."""
    files = [FileRecord(f"{one.unit.code}.xlsx", Reading((), one, form)) for one in reports]
    request = MergeRequest(
        Path("in"),
        roster,
        county=COUNTY,
        forms=FormCatalog((form,)),
        policy=Policy(with_errors=all_count),
    )
    return merge_files(files, request)


def county(form: Form, seed: int = 1, texts: dict[str, str] | None = None) -> Report:
    """The report of a county whose towns wrote these texts."""
    return of_merge(merged(form, submissions(form, seed, texts)))


def of_merge(result: MergeResult) -> Report:
    """The report of a merge that could use something."""
    assert result.form is not None
    assert result.county is not None
    return county_report(result, result.form, result.county)


def document_bytes(report: Report, template: Path | None = None) -> bytes:
    """The Word document of a report."""
    files = report_files(report, template)
    return next(data for name, data in files.items() if name.endswith(".docx"))


def opened(data: bytes) -> DocumentObject:
    """A document as python-docx reads it."""
    return Document(io.BytesIO(data))


def told(document: DocumentObject) -> list[str]:
    """The document's paragraphs, and the rows of its tables with a bar between their cells; a cell
    that goes on below another or over several columns is told once in each row."""
    lines = []
    for part in document.element.body:
        if part.tag == qn("w:p"):
            lines.append(Paragraph(part, document).text)
        elif part.tag == qn("w:tbl"):
            lines += ["| " + " | ".join(_cells(row)) for row in Table(part, document).rows]
    return lines


def _cells(row: _Row) -> list[str]:
    texts: list[str] = []
    for cell in row._tr.tc_lst:
        words = [word.text or "" for word in cell.iter(qn("w:t"))]
        texts.append("↑" if cell.vMerge == "continue" else "".join(words))
    return texts
