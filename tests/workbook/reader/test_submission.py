"""Reading back: values by name, then by address; readers compared; nothing taken silently."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from support.cells import part, put, resaved, rewrite
from support.fills import fill
from support.raw_books import COVER_LINES, identity, raw_book
from xlreport import (
    Entry,
    Finding,
    Form,
    FormCatalog,
    Reading,
    Summary,
    Unit,
    read_submission,
    write_workbook,
)
from xlreport.findings import Severity
from xlreport.formats.guard import DEFAULT_LIMITS, Limits
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook
from xlreport.submission import Figures
from xlreport.workbook.reader import submission as submission_module
from xlreport.workbook.reader.details import Members
from xlreport.workbook.writer.template import blank

SHELF = FormCatalog()


def read(data: bytes) -> Reading:
    return read_submission(data, SHELF)


def codes(reading: Reading) -> list[str]:
    return sorted({f.code for f in reading.findings} - {"R14", "R17"})


@pytest.mark.parametrize("seed", range(5))
def test_a_file_without_cached_results_reads_the_same(zfxxgk: Form, seed: int) -> None:
    data = write_workbook(fill(zfxxgk, seed), zfxxgk)
    first, second = read(data).submission, read(resaved(data)).submission
    assert first is not None
    assert second is not None
    assert first.content == second.content


@pytest.mark.parametrize("seed", range(5))
def test_our_reader_sees_what_calamine_and_openpyxl_see(zfxxgk: Form, seed: int) -> None:
    data = write_workbook(fill(zfxxgk, seed, wild=0.1), zfxxgk)
    ours = open_book(data)
    calamine = CalamineWorkbook.from_filelike(io.BytesIO(data))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        openpyxl_book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    assert list(ours.sheets) == calamine.sheet_names == openpyxl_book.sheetnames
    for name, sheet in ours.sheets.items():
        rows = calamine.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for (row, column), cell in sheet.cells.items():
            other = openpyxl_book[name].cell(row + 1, column + 1).value
            # calamine leaves out what follows the last cell that shows something
            is_there = row < len(rows) and column < len(rows[row])
            theirs = rows[row][column] if is_there else ""
            for seen in (theirs, "" if other is None else other):
                if isinstance(seen, int | float):
                    assert float(cell.text) == seen
                else:
                    assert cell.text == seen


def test_rows_inserted_above_move_nothing_because_names_follow(zfxxgk: Form) -> None:
    """Excel moves defined names with the cells; so do we when we imitate an inserted row."""
    submission = fill(zfxxgk, 4, wild=0.0)
    data = write_workbook(submission, zfxxgk)
    sheet = part(data, "xl/worksheets/sheet3.xml")
    moved = re.sub(r'(<row r=")(\d+)(")', lambda m: f"{m[1]}{int(m[2]) + 1}{m[3]}", sheet)
    moved = re.sub(r'(<c r="[A-Z]+)(\d+)(")', lambda m: f"{m[1]}{int(m[2]) + 1}{m[3]}", moved)
    names = part(data, "xl/workbook.xml")
    names = re.sub(r"('二、主动公开'!\$[A-Z]+\$)(\d+)", lambda m: f"{m[1]}{int(m[2]) + 1}", names)
    reading = read(
        rewrite(
            data, {"xl/worksheets/sheet3.xml": moved.encode(), "xl/workbook.xml": names.encode()}
        )
    )
    assert reading.submission is not None
    assert {k: e.value for k, e in reading.submission.entries.items()} == {
        k: e.value for k, e in submission.entries.items()
    }
    assert reading.submission.provenance.places["disclosure.licences.decisions"].cell == "B11"


def test_lost_names_fall_back_to_addresses_with_a_note(zfxxgk: Form) -> None:
    submission = fill(zfxxgk, 4, wild=0.0)
    data = write_workbook(submission, zfxxgk)
    xml = re.sub(
        r'<definedName name="requests[^<]*</definedName>', "", part(data, "xl/workbook.xml")
    )
    reading = read(rewrite(data, {"xl/workbook.xml": xml.encode()}))
    assert codes(reading) == ["R8"]
    assert reading.submission is not None
    assert reading.submission.entries == {**reading.submission.entries, **submission.entries}


def test_a_deleted_sheet_is_an_error_on_that_sheet(zfxxgk: Form) -> None:
    data = write_workbook(fill(zfxxgk, 4, wild=0.0), zfxxgk)
    xml = re.sub(r'<sheet name="四、复议诉讼"[^>]*/>', "", part(data, "xl/workbook.xml"))
    reading = read(rewrite(data, {"xl/workbook.xml": xml.encode()}))
    assert [(f.code, f.sheet) for f in reading.findings if f.code == "R7"] == [
        ("R7", "四、复议诉讼")
    ]


def test_a_cell_given_twice_is_never_taken_silently(zfxxgk: Form) -> None:
    data = put(
        write_workbook(fill(zfxxgk, 4, wild=0.0), zfxxgk), "二、主动公开", "B10", "number", "5"
    )
    xml = part(data, "xl/worksheets/sheet3.xml")
    cell = re.search(r'<c r="B10".*?</c>', xml)
    assert cell is not None
    twice = xml.replace(cell[0], cell[0] + re.sub("<v>.*?</v>", "<v>77</v>", cell[0]))
    reading = read(rewrite(data, {"xl/worksheets/sheet3.xml": twice.encode()}))
    assert [(f.code, f.cell) for f in reading.findings if f.code == "R15"] == [("R15", "B10")]


def test_a_name_that_points_at_another_field_s_cell_gives_way_to_the_headings(zfxxgk: Form) -> None:
    data = write_workbook(fill(zfxxgk, 4, wild=0.0), zfxxgk)
    xml = part(data, "xl/workbook.xml")
    wrong = xml.replace("'二、主动公开'!$B$13", "'二、主动公开'!$B$14")
    misnamed = read(rewrite(data, {"xl/workbook.xml": wrong.encode()}))
    good = read(data)
    assert misnamed.submission is not None
    assert good.submission is not None
    assert misnamed.submission.entries == good.submission.entries
    assert "R8" in codes(misnamed)


@pytest.mark.parametrize(
    ("cell", "text", "code"),
    [
        ("B1", "unbekannt", "F2"),
        ("B5", "zwei", "F2"),
        ("B5", "2019", "F5"),
        ("B8", "乙丑镇", "F5"),
        ("B9", "990199", "F5"),
        ("B3", "0000", "F6"),
    ],
)
def test_the_hidden_identity_is_checked(zfxxgk: Form, cell: str, text: str, code: str) -> None:
    data = write_workbook(blank(zfxxgk, 2025, Unit("甲子镇", "990101", "乡镇")), zfxxgk)
    reading = read(put(data, "xlreport", cell, "text", text))
    assert code in codes(reading)
    if code == "F6":
        (told,) = (f.message for f in reading.findings if f.code == code)
        assert told == "填报用的模板版本（第 2 版）与现行版本不同，按现行版本校验"


def test_a_foreign_workbook_is_not_ours() -> None:
    target = io.BytesIO()
    book = openpyxl.Workbook()
    book.save(target)
    reading = read(target.getvalue())
    assert (reading.submission, codes(reading)) == (None, ["F2"])


def test_the_form_of_a_year_before_it_was_in_force_is_refused(zfxxgk: Form) -> None:
    data = write_workbook(blank(zfxxgk, 2020, Unit("甲子镇", "990101", "乡镇")), zfxxgk)
    reading = read(data)
    assert reading.submission is None
    told = {f.code: f.message for f in reading.findings}
    assert told["F11"] == "《政府信息公开工作年度报告》不适用于 2020 年度"


def test_a_lost_hidden_sheet_is_replaced_by_the_document_properties(zfxxgk: Form) -> None:
    data = write_workbook(blank(zfxxgk, 2025, Unit("甲子镇", "990101", "乡镇")), zfxxgk)
    xml = re.sub(r'<sheet name="xlreport"[^>]*/>', "", part(data, "xl/workbook.xml"))
    reading = read(rewrite(data, {"xl/workbook.xml": xml.encode()}))
    assert reading.submission is not None
    assert reading.unit == Unit("甲子镇", "990101", "乡镇")


def test_dates_are_seen_by_their_format(zfxxgk: Form) -> None:
    data = write_workbook(fill(zfxxgk, 4, wild=0.0), zfxxgk)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data))
    book["二、主动公开"]["B10"] = 45000
    book["二、主动公开"]["B10"].number_format = "yyyy-mm-dd"
    book["二、主动公开"]["B13"] = 12
    book["二、主动公开"]["B13"].number_format = '0"件";[Red]-0"天"'
    target = io.BytesIO()
    book.save(target)
    submission = read(target.getvalue()).submission
    assert submission is not None
    assert submission.entries["disclosure.licences.decisions"].status.value == "date"
    assert submission.entries["disclosure.penalties.decisions"].value == 12


@pytest.mark.parametrize("words", ["第一行\n第二行", "_x0041_ 原样", "a_x000D_b", "下划线_x"])
def test_texts_come_back_as_they_were(zfxxgk: Form, words: str) -> None:
    submission = replace(fill(zfxxgk, 4, wild=0.0), texts={"text.overview": words})
    reading = read(write_workbook(submission, zfxxgk))
    assert reading.submission is not None
    assert reading.submission.texts["text.overview"] == words


def test_escaped_line_ends_of_excel_are_line_feeds(zfxxgk: Form) -> None:
    data = put(
        write_workbook(fill(zfxxgk, 4, wild=0.0), zfxxgk), "文字材料", "B5", "text", "一_x000D_\n二"
    )
    submission = read(data).submission
    assert submission is not None
    assert submission.texts["text.overview"] == "一\n二"


def test_a_comment_far_outside_is_told(zfxxgk: Form) -> None:
    data = write_workbook(fill(zfxxgk, 4, wild=0.0), zfxxgk)
    xml = part(data, "xl/worksheets/sheet3.xml").replace("<mergeCells", '<mergeCells x="1"', 1)
    xml = re.sub(
        r"(<mergeCells[^>]*>)", r'\1<mergeCell ref="XFA1048000:XFD1048576"/>', xml, count=1
    )
    reading = read(rewrite(data, {"xl/worksheets/sheet3.xml": xml.encode()}))
    assert [(f.code, f.cell) for f in reading.findings if f.code == "R5"] == [("R5", "XFA1048000")]


# --- workbooks that have been opened --------------------------------------------------------


def opened(book: RawBook, monkeypatch: pytest.MonkeyPatch, **more: Any) -> Reading:
    """What is read from a workbook once it is open."""
    monkeypatch.setattr(submission_module, "open_book", lambda data, limits, passwords: book)
    return read_submission(b"x", SHELF, **more)


def test_a_rejected_report_keeps_what_it_says_of_itself(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = raw_book(zfxxgk, {**COVER_LINES, "unit": "乙丑镇"})
    book = replace(book, properties=identity(zfxxgk, unit="甲子镇"))
    reading = opened(book, monkeypatch)
    assert reading.submission is None
    assert (reading.form, reading.form_id, reading.year) == (zfxxgk, zfxxgk.id, 2025)
    assert reading.unit.name == "甲子镇"
    assert reading.sha256 == hashlib.sha256(b"x").hexdigest()


def test_what_is_unidentified_keeps_its_form_and_year(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = replace(raw_book(zfxxgk), properties=identity(zfxxgk, form="unbekannt"))
    reading = opened(book, monkeypatch)
    assert [finding.code for finding in reading.findings] == ["F2"]
    assert (reading.form, reading.form_id, reading.year) == (None, "unbekannt", 2025)


def test_a_year_out_of_force_is_named(zfxxgk: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    book = replace(raw_book(zfxxgk, {}), properties=identity(zfxxgk, year="2010"))
    (message,) = (f.message for f in opened(book, monkeypatch).findings if f.code == "F11")
    assert message == f"《{zfxxgk.title}》不适用于 2010 年度"


@pytest.mark.parametrize(
    ("digits", "number"),
    [("7", 7), ("1234567890", 123456789), ("", 0), ("7a", 0), ("七", 0), ("²", 0)],
)
def test_the_number_of_a_submission(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch, digits: str, number: int
) -> None:
    properties = identity(zfxxgk, submission=digits, county="某县", county_code="990000")
    book = replace(raw_book(zfxxgk), properties=properties, saved="2026-01-05T08:00:00Z")
    submission = opened(book, monkeypatch, path="甲.xlsx", modified=5.0).submission
    assert submission is not None
    source = submission.provenance
    assert (source.number, source.path, source.modified) == (number, "甲.xlsx", 5.0)
    assert (source.saved, source.sha256) == (book.saved, hashlib.sha256(b"x").hexdigest())
    assert source.places["identity.unit"].sheet == "封面"
    assert source.places["disclosure.licences.decisions"].cell == "B10"
    assert submission.county == Unit("某县", "990000")
    assert not isinstance(submission, Summary)


def test_notes_of_the_file_come_last(zfxxgk: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    note = Finding("X1", Severity.NOTE, "旁注", "")
    reading = opened(replace(raw_book(zfxxgk), notes=(note,)), monkeypatch)
    assert reading.findings[-1] == note


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({}, []),
        ({"with_errors": "甲子镇"}, ["汇总时计入了有错误的报表：甲子镇"]),
        ({"missing": "乙丑镇"}, ["下级汇总时还缺单位：乙丑镇"]),
    ],
)
def test_a_summary_tells_what_it_counted_and_lacks(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], messages: list[str]
) -> None:
    for kind, expected in (("summary", messages), ("unit", [])):
        properties = identity(zfxxgk, kind=kind, **changes)
        reading = opened(replace(raw_book(zfxxgk), properties=properties), monkeypatch)
        told = [f.message for f in reading.findings if f.code in ("E2", "E5")]
        assert told == expected, kind


def test_a_summary_has_its_members_and_their_sums(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    units, name = (Unit("甲子镇", "1"), Unit("乙丑镇", "2")), "disclosure.licences.decisions"
    figures = {unit: Figures({name: Decimal(3)}) for unit in units}
    members = Members(units, {name: Entry.of(6)}, figures)
    monkeypatch.setattr(submission_module, "read_members", lambda *_args, **_more: members)
    book = replace(raw_book(zfxxgk), properties=identity(zfxxgk, kind="summary"))
    submission = opened(book, monkeypatch).submission
    assert isinstance(submission, Summary)
    assert (submission.members, submission.details) == (units, figures)
    assert submission.entries[name] == Entry.of(6)


def test_another_version_is_named(zfxxgk: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    for version, shown in (("7", "7"), ("", "?")):
        properties = identity(zfxxgk, fingerprint="0" * 8, form_version=version)
        reading = opened(replace(raw_book(zfxxgk), properties=properties), monkeypatch)
        (message,) = (f.message for f in reading.findings if f.code == "F6")
        assert message == f"填报用的模板版本（第 {shown} 版）与现行版本不同，按现行版本校验"


def test_limits_and_passwords_reach_the_file(zfxxgk: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[bytes, Limits, object]] = []

    def opening(data: bytes, limits: Limits, passwords: object) -> RawBook:
        calls.append((data, limits, passwords))
        return raw_book(zfxxgk)

    monkeypatch.setattr(submission_module, "open_book", opening)
    limits = replace(DEFAULT_LIMITS)
    read_submission(b"a", SHELF, limits=limits, passwords=("geheim",))
    assert calls == [(b"a", limits, ("geheim",))]
    assert calls[0][1] is limits


def test_a_file_that_is_refused_is_told_with_its_digest() -> None:
    reading = read(b"%PDF-1.7")
    assert [f.code for f in reading.findings] == ["R1"]
    assert reading.sha256 == hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert reading.submission is None
