"""The same report as a table and as a JSON document."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from support.reports import TOWNS, county
from xlreport import Form
from xlreport.findings import plain
from xlreport.publishing.report.data import HEADINGS, report_csv, report_json
from xlreport.submission import shown
from xlreport.text import BITING, harmless_cell

HOSTILE = '=HYPERLINK("http://x","y")\n＋1'
TEXTS = {"text.problems": HOSTILE, "text.remarks": "-1"}


def rows_of(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf"), "so that Excel takes it for UTF-8"
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_table_has_a_line_for_each_number(any_form: Form) -> None:
    report = county(any_form)
    headings, *rows = rows_of(report_csv(report))
    assert tuple(headings) == HEADINGS
    values = {row[0]: row[5] for row in rows if row[0] in any_form.fields}
    assert values == {name: shown(report.numbers[name]) for name in any_form.fields}
    first = any_form.fields[rows[0][0]]
    title = any_form.tables[0].title
    assert rows[0][1:5] == [title, first.row_label, first.column_label, first.unit]


def test_the_table_has_a_line_for_each_text_and_what_units_wrote(zfxxgk: Form) -> None:
    report = county(zfxxgk, texts=TEXTS)
    rows = [row for row in rows_of(report_csv(report)) if row[0].startswith("text.")]
    assert [row[0] for row in rows[:2]] == ["text.overview", "text.problems"]
    assert rows[0][6] == report.texts["text.overview"].text
    gathered = [row for row in rows if row[0] == "text.problems"][1:]
    assert [row[2] for row in gathered] == [town.name for town in TOWNS]
    assert {row[6] for row in gathered} == {f"'{HOSTILE}"}, "no formula, nothing lost"


def test_a_number_that_is_not_known_is_blank_in_the_table(zfxxgk: Form) -> None:
    report = replace(county(zfxxgk), numbers={})
    rows = rows_of(report_csv(report))
    assert {row[5] for row in rows[1:]} == {""}


@pytest.mark.parametrize("mark", BITING)
def test_no_cell_becomes_a_formula(mark: str) -> None:
    assert harmless_cell(f"{mark}1") == f"'{mark}1"
    assert harmless_cell(f"1{mark}") == f"1{mark}"


def test_the_document_says_the_same(any_form: Form) -> None:
    report = county(any_form, texts=TEXTS)
    document = json.loads(report_json(report))
    assert list(document) == [
        *("kind", "form", "year", "unit", "title", "final", "notes", "numbers", "texts")
    ]
    assert document["numbers"] == {name: plain(n) for name, n in report.numbers.items()}
    assert document["unit"] == {"name": "示例县", "code": "9901", "level": "县"}
    assert document["final"] is False
    assert document["notes"] == list(report.notes)
    for text in any_form.texts:
        own = report.texts[text.field_id]
        materials = [{"unit": one.unit, "text": one.text} for one in own.materials]
        assert document["texts"][text.field_id] == {
            "label": text.label,
            "text": own.text,
            "materials": materials,
        }
