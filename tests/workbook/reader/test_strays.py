"""What somebody wrote over checks, beside tables, on the cover and below it is told, never dropped.

The workbook's own words are never told, whoever saved it.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from functools import cache

import openpyxl
import pytest

from hostile.scene import COUNTY, REQUESTS, base, book_of
from support.cells import part, put, rewrite, sheet_parts
from support.records import LICENCES, summary
from xlreport import Entry, Form, FormCatalog, Unit, get_form, read_submission, write_workbook
from xlreport.workbook.layout.cover import CoverLayout
from xlreport.workbook.writer.context import Service
from xlreport.workbook.writer.template import blank

JIAZI = Unit("甲子镇", "990101", "乡镇")
FORMS = FormCatalog()
NOTE = "应为8件，请县里改"


def told(data: bytes, forms: FormCatalog = FORMS) -> list[tuple[str, str]]:
    findings = read_submission(data, forms).findings
    return [(f.where, f.message) for f in findings if f.code == "R5"]


@cache
def wrong_book() -> bytes:
    """A report whose checks have much to say."""
    form = get_form("zfxxgk-2021")
    right = base(form, JIAZI)
    first = next(field.id for field in form.typed if field.table == "requests")
    entries = {**right.entries, first: Entry.of(99), LICENCES: Entry(None)}
    return write_workbook(replace(right, entries=entries, explanations={}), form)


def values_only(data: bytes) -> bytes:
    """As a program saves it that keeps the results of formulas alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


PLACES = [
    (REQUESTS, "K9"),
    (REQUESTS, "D33"),
    (REQUESTS, "E1"),
    (REQUESTS, "A3"),
    (REQUESTS, "H3"),
    (REQUESTS, "A32"),
    ("二、主动公开", "E7"),
    ("二、主动公开", "G11"),
    ("四、复议诉讼", "P7"),
    ("四、复议诉讼", "A9"),
    ("文字材料", "C4"),
    ("封面", "A1"),
    ("封面", "B15"),
    ("封面", "B22"),
    ("封面", "C18"),
    ("封面", "D9"),
    ("封面", "E2"),
    ("封面", "E5"),
    ("封面", "E15"),
    ("封面", "E17"),
    ("封面", "E30"),
    ("封面", "F5"),
    ("封面", "H30"),
    ("填报说明", "C3"),
    ("填报说明", "B40"),
]


@pytest.mark.parametrize(("sheet", "cell"), PLACES)
def test_words_where_nothing_is_read_are_told(sheet: str, cell: str) -> None:
    data = put(book_of(JIAZI), sheet, cell, "text", NOTE)
    assert told(data) == [(f"{sheet} {cell}", f"不是填报的格子里有内容“{NOTE}”，不会读取")]


NUMBERED = [(REQUESTS, "K9"), ("四、复议诉讼", "P7"), ("二、主动公开", "E7"), ("封面", "H30")]


@pytest.mark.parametrize(("sheet", "cell"), NUMBERED)
@pytest.mark.parametrize("number", ["3", "7", "251.5"])
def test_numbers_too(sheet: str, cell: str, number: str) -> None:
    data = put(book_of(JIAZI), sheet, cell, "number", number)
    assert told(data) == [(f"{sheet} {cell}", f"不是填报的格子里有内容“{number}”，不会读取")]


def test_no_more_than_five_of_a_sheet_are_told_one_by_one() -> None:
    data = book_of(JIAZI)
    for row in range(7, 14):
        data = put(data, REQUESTS, f"K{row}", "text", NOTE)
    assert [where for where, _ in told(data)] == [
        *(f"{REQUESTS} K{row}" for row in range(7, 12)),
        REQUESTS,
    ]
    assert told(data)[-1][1] == "另有 2 个不是填报的格子里有内容，不会读取"


def test_who_signs_types_where_the_cover_asks_for_it() -> None:
    rows = CoverLayout(get_form("zfxxgk-2021"))
    data = put(book_of(JIAZI), "封面", f"C{rows.first_signature + 1}", "text", "王三")
    assert told(data) == []


# --- the workbook's own words ---------------------------------------------------------------


def test_our_own_workbooks_are_not_told(any_form: Form) -> None:
    forms = FormCatalog((any_form,))
    service = Service("2026年1月20日", "xian@example.org", "张一", ("改了一项", "改了两项"))
    issued = write_workbook(blank(any_form, 2025, JIAZI, COUNTY), any_form, service=service)
    for data in (issued, values_only(issued)):
        assert told(data, forms) == []


@pytest.mark.parametrize("save", [bytes, values_only])
def test_what_checks_say_is_not_told(save: type[bytes]) -> None:
    assert told(save(wrong_book())) == []


def test_results_that_were_pasted_as_values_are_not_told() -> None:
    data = wrong_book()
    sheet = sheet_parts(data)[REQUESTS]
    results = part(values_only(data), sheet)
    assert "<f>" not in results
    assert told(rewrite(data, {sheet: results.encode()})) == []


@pytest.mark.parametrize("cell", ["O8", "P20"])
def test_a_grade_that_was_pasted_as_0_is_not_told(cell: str) -> None:
    assert told(put(book_of(JIAZI), REQUESTS, cell, "number", "0")) == []


def test_a_summary_has_words_of_its_own() -> None:
    form = get_form("zfxxgk-2021")
    data = write_workbook(summary(Unit("示例县", "9901"), (JIAZI,)), form)
    assert told(data) == []


def test_a_cover_whose_rows_have_moved_is_left_alone() -> None:
    data = put(book_of(JIAZI), "封面", "B5", "text", "")
    assert told(put(data, "封面", "B26", "text", NOTE)) == []
