"""A document with the official tables becomes a report: every number in its own field, or in none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from importing.drawn import of_tabs, of_workbook
from xlreport import FormCatalog
from xlreport.formats.grid import Document, Grid, Line
from xlreport.importing.recognise import recognise
from xlreport.submission import UNKNOWN, Place
from xlreport.workbook.reader.submission import Reading

PUBLISHED = Path(__file__).parent.parent / "real" / "published"


def read(document: Document) -> Reading:
    reading = recognise(document, FormCatalog(), UNKNOWN)
    assert reading is not None
    return reading


def typed_values(reading: Reading) -> dict[str, str]:
    """The typed-in fields as they were read; what is no number in angle brackets."""
    assert reading.submission is not None
    values = {}
    for name, entry in reading.submission.entries.items():
        values[name] = f"<{entry.status}>" if entry.value is None else str(entry.value)
    return values


def right_values(name: str, reading: Reading) -> dict[str, str]:
    told = json.loads((PUBLISHED / name).read_text("utf-8"))["values"]
    assert reading.form is not None
    typed = {field.id for field in reading.form.typed}
    return {
        field: "<blank>" if value == "" else str(value)
        for field, value in told.items()
        if field in typed
    }


def codes_of(reading: Reading) -> list[str]:
    return [finding.code for finding in reading.findings]


def test_a_retyped_workbook_is_read_number_by_number() -> None:
    reading = read(of_workbook(PUBLISHED / "白杨镇2021-retyped.xlsx"))
    assert typed_values(reading) == right_values("baiyang-2021.json", reading)
    assert (reading.form_id, reading.year, reading.unit.name) == (
        "zfxxgk-2021",
        2021,
        "白杨镇人民政府",
    )
    assert codes_of(reading) == ["R36"]
    assert reading.unplaced == ()
    assert reading.submission is not None
    assert reading.submission.texts == {
        "text.overview": "本年度认真做好政府信息公开工作。",
        "text.problems": "业务水平有待提高，下一步加强培训。",
        "text.other_matters": "未收取信息处理费。",
    }
    places = reading.submission.provenance.places
    assert places["requests.received.natural_person"] == Place("Sheet", "D26")
    assert places["review.litigation_direct.upheld"] == Place("Sheet", "F56")
    assert places["text.problems"] == Place("Sheet", "A58")


def test_the_text_of_the_sample_report_is_read() -> None:
    reading = read(of_tabs((PUBLISHED / "baiyang-2021.txt").read_text("utf-8")))
    assert typed_values(reading) == right_values("baiyang-2021.json", reading)
    assert codes_of(reading) == ["R36"]


def test_numbers_that_are_run_together_are_not_placed() -> None:
    for name in ("pingtan-2021.txt", "pingtan-2023.txt"):
        reading = read(of_tabs((PUBLISHED / name).read_text("utf-8")))
        assert set(typed_values(reading).values()) == {"<absent>"}
        assert codes_of(reading) == ["R36", "R42"]
        assert reading.submission is not None
        assert all(reading.submission.texts.values())


def test_hidden_lines_are_told_where_something_is_missing() -> None:
    whole = of_workbook(PUBLISHED / "白杨镇2021-retyped.xlsx")
    told = replace(whole, hidden=("“表”的D列",))
    assert codes_of(read(told)) == ["R36"]
    cut = replace(told, parts=tuple(map(without_column_d, told.parts)))
    messages = [finding.message for finding in read(cut).findings]
    assert "“表”的D列是隐藏的，没有读" in messages


def without_column_d(part: Line | Grid) -> Line | Grid:
    if isinstance(part, Line):
        return part
    return Grid(part.name, {cell: box for cell, box in part.boxes.items() if cell[1] != 3})
