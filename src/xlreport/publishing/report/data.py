"""The same report as data, for those who go on with it: a table (CSV) and a document (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from xlreport.findings import plain
from xlreport.publishing.report.content import Report, ReportText
from xlreport.text import csv_table, harmless_cell

HEADINGS = ("编号", "部分", "行", "列", "计量单位", "数值", "文字")

KIND = "xlreport-report"
"""What a document of this kind says that it is."""


def report_csv(report: Report) -> bytes:
    """A line for each number and each text, in UTF-8 with BOM, so that Excel takes it for that."""
    return csv_table([HEADINGS, *_rows(report)])


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    titles = {table.id: table.title for table in report.form.tables}
    for field in report.form.fields.values():
        labels = (titles[field.table], field.row_label, field.column_label, field.unit)
        yield (field.id, *map(harmless_cell, labels), report.shown(field.id), "")
    for text in report.texts.values():
        label = harmless_cell(text.label)
        yield text.field, label, "", "", "", "", harmless_cell(text.text)
        for material in text.materials:
            unit = harmless_cell(material.unit)
            yield text.field, label, unit, "", "", "", harmless_cell(material.text)


def report_json(report: Report) -> bytes:
    """The report as one JSON document in UTF-8."""
    document = json.dumps(_document(report), ensure_ascii=False, indent=1)
    return f"{document}\n".encode()


def _document(report: Report) -> dict[str, Any]:
    unit = report.unit
    numbers = {name: plain(number) for name, number in report.numbers.items()}
    texts = {text.field: _text(text) for text in report.texts.values()}
    return {
        "kind": KIND,
        "form": report.form.id,
        "year": report.year,
        "unit": {"name": unit.name, "code": unit.code, "level": unit.level},
        "title": report.title,
        "final": report.is_final,
        "notes": list(report.notes),
        "numbers": numbers,
        "texts": texts,
    }


def _text(text: ReportText) -> dict[str, Any]:
    materials = [{"unit": one.unit, "text": one.text} for one in text.materials]
    return {"label": text.label, "text": text.text, "materials": materials}
