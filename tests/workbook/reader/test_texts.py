"""What a unit writes in words."""

from __future__ import annotations

import pytest
from xlreport.workbook.layout.check_rows import EXPLANATION, explanation_name

from support.raw_books import CHECKS, put, raw_book, target
from xlreport import Form
from xlreport.a1 import address
from xlreport.findings import Severity
from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.submission import NO, YES
from xlreport.text import MAX_CELL_TEXT
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.locate import Located, locate
from xlreport.workbook.reader.texts import (
    explanation_spots,
    read_answers,
    read_explanations,
    read_texts,
)


def located(form: Form, name: str, text: str) -> Located:
    layout, book = layout_of(form), raw_book(form)
    flags = {f"{table}.blanks_are_zero": spot for table, spot in layout.flags.items()}
    put(book, {**layout.cells, **flags}[name], RawCell("s", text))
    return locate(book, layout)


# --- texts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "text"),
    [("一\r\n二", "一\n二"), ("一\r二", "一\n二"), ("一\t二", "一\t二"), ("", "")],
)
def test_line_ends_cost_nothing_and_are_not_told(zfxxgk: Form, written: str, text: str) -> None:
    name = zfxxgk.texts[0].field_id
    texts, findings = read_texts(located(zfxxgk, name, written))
    assert texts[name] == text
    assert findings == []


def test_control_characters_are_taken_out_and_told(zfxxgk: Form) -> None:
    name = zfxxgk.texts[0].field_id
    texts, findings = read_texts(located(zfxxgk, name, "一\x0b二\x00"))
    assert texts[name] == "一二"
    assert [(f.code, f.field) for f in findings] == [("R25", name)]
    assert "（共 4 字），已去掉 2 字" in findings[0].message


def test_what_a_cell_cannot_hold_is_cut_and_told(zfxxgk: Form) -> None:
    name = zfxxgk.texts[0].field_id
    texts, findings = read_texts(located(zfxxgk, name, "一" * (MAX_CELL_TEXT + 1)))
    assert len(texts[name]) == MAX_CELL_TEXT
    assert "（共 32,768 字），已去掉 1 字" in findings[0].message


def test_an_error_value_is_no_text_and_told(zfxxgk: Form) -> None:
    text = zfxxgk.texts[0]
    layout, book = layout_of(zfxxgk), raw_book(zfxxgk)
    put(book, layout.cells[text.field_id], RawCell("e", "#N/A"))
    texts, findings = read_texts(locate(book, layout))
    assert texts[text.field_id] == ""
    assert [(f.code, f.field, f.message) for f in findings] == [
        ("R33", text.field_id, f"“{text.label}”里是错误值，不是文字，读不出来")
    ]


# --- answers --------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "answer"), [(YES, YES), (f" {NO} ", NO), ("", ""), ("  ", "")])
def test_answers(zfxxgk: Form, written: str, answer: str) -> None:
    table = zfxxgk.tables[0].id
    answers, findings = read_answers(located(zfxxgk, f"{table}.blanks_are_zero", written))
    assert answers[table] == answer
    assert findings == []


def test_any_other_answer_counts_as_none(zfxxgk: Form) -> None:
    table = zfxxgk.tables[0].id
    name = f"{table}.blanks_are_zero"
    answers, findings = read_answers(located(zfxxgk, name, "对"))
    assert answers[table] == ""
    (finding,) = findings
    assert (finding.code, finding.field) == ("R13", name)
    assert finding.message == "“本表空白处是否均为 0”填的是“对”"
    assert finding.observed == ((name, "对"),)


# --- explanations ---------------------------------------------------------------------------


def checks_sheet(form: Form, *, moved: int = 0) -> RawBook:
    """The 校验 sheet with its numbers and codes, its rows moved down."""
    book, layout = raw_book(form), layout_of(form)
    sheet = RawSheet(CHECKS)
    for listed in (*layout.check_rows, *layout.deferred):
        row = listed.row + moved
        sheet.cells[row, 0] = RawCell("n", f"{listed.index + 1}.0")
        sheet.cells[row, 1] = RawCell("s", listed.printed_code)
    return RawBook({**book.sheets, CHECKS: sheet}, book.names)


def explanations(book: RawBook, form: Form) -> dict[str, str]:
    return read_explanations(book, layout_of(form))[0]


@pytest.mark.parametrize("moved", [0, 3])
def test_an_explanation_stands_in_the_row_of_its_check(any_form: Form, moved: int) -> None:
    book = checks_sheet(any_form, moved=moved)
    second = layout_of(any_form).check_rows[1]
    put(book, (CHECKS, (second.row + moved, EXPLANATION)), RawCell("s", " 已核实\r\n属实 "))
    assert explanations(book, any_form) == {second.code: "已核实\n属实"}


def test_a_deferred_check_has_its_explanation_too(zfxxgk: Form) -> None:
    book = checks_sheet(zfxxgk)
    last = layout_of(zfxxgk).deferred[-1]
    put(book, (CHECKS, last.explanation_cell), RawCell("s", "已核实"))
    assert explanations(book, zfxxgk) == {last.code: "已核实"}


def test_the_name_counts_where_the_row_is_lost_or_there_twice(zfxxgk: Form) -> None:
    book = checks_sheet(zfxxgk)
    first = layout_of(zfxxgk).check_rows[0]
    names = {**book.names, explanation_name(first.code).lower(): target((CHECKS, (200, 7)))}
    book = RawBook(book.sheets, names)
    put(book, (CHECKS, (200, 7)), RawCell("s", "按名称"))
    put(book, (CHECKS, (first.row, EXPLANATION)), RawCell("s", "按行"))
    assert explanations(book, zfxxgk) == {first.code: "按行"}
    put(book, (CHECKS, (210, 0)), RawCell("n", "1"))
    put(book, (CHECKS, (210, 1)), RawCell("s", first.printed_code))
    assert explanations(book, zfxxgk) == {first.code: "按名称"}
    del book.sheets[CHECKS].cells[first.row, 1]
    assert explanations(book, zfxxgk) == {}, "the row that is left has no explanation"


@pytest.mark.parametrize(
    ("beside", "by_name", "told"),
    [("按行", "", True), ("", "按名称", True), ("", "", False)],
)
def test_a_name_that_went_elsewhere_is_told_where_anything_stands(
    zfxxgk: Form, beside: str, by_name: str, told: bool
) -> None:
    book, first = checks_sheet(zfxxgk), layout_of(zfxxgk).check_rows[0]
    names = {**book.names, explanation_name(first.code).lower(): target((CHECKS, (200, 7)))}
    book = RawBook(book.sheets, names)
    put(book, (CHECKS, (200, 7)), RawCell("s", by_name))
    put(book, (CHECKS, (first.row, EXPLANATION)), RawCell("s", beside))
    _, findings = read_explanations(book, layout_of(zfxxgk))
    cell = address((first.row, EXPLANATION))
    message = (
        f"有 1 个格子的名称跟着拖动或剪切走了，已按表头读取：{cell}（{first.title}的填写说明）"
    )
    expected = [("R8", CHECKS, message, (("cells", 1),))] if told else []
    assert [(f.code, f.sheet, f.message, f.observed) for f in findings] == expected


def test_names_at_their_rows_are_not_told(zfxxgk: Form) -> None:
    book, first = checks_sheet(zfxxgk), layout_of(zfxxgk).check_rows[0]
    spot = (CHECKS, (first.row, EXPLANATION))
    book = RawBook(book.sheets, {**book.names, explanation_name(first.code).lower(): target(spot)})
    put(book, spot, RawCell("s", "已核实"))
    assert read_explanations(book, layout_of(zfxxgk)) == ({first.code: "已核实"}, [])


def test_an_error_value_is_no_explanation(zfxxgk: Form) -> None:
    book, first = checks_sheet(zfxxgk), layout_of(zfxxgk).check_rows[0]
    put(book, (CHECKS, (first.row, EXPLANATION)), RawCell("e", "#N/A"))
    texts, (finding,) = read_explanations(book, layout_of(zfxxgk))
    assert texts == {}
    assert (finding.code, finding.severity) == ("R33", Severity.WARNING)
    assert (finding.sheet, finding.cell) == (CHECKS, address((first.row, EXPLANATION)))
    assert finding.field == explanation_name(first.code)
    assert finding.message == f"“{first.title}的填写说明”里是错误值，不是文字，读不出来"


def test_spots_of_explanations_by_their_names(zfxxgk: Form) -> None:
    book, layout = checks_sheet(zfxxgk, moved=3), layout_of(zfxxgk)
    listed = (*layout.check_rows, *layout.deferred)
    assert explanation_spots(book, layout) == {
        explanation_name(check.code): (CHECKS, (check.row + 3, EXPLANATION)) for check in listed
    }


def test_ten_numbered_checks_make_a_sheet_the_one_of_checks(zfxxgk: Form) -> None:
    layout = layout_of(zfxxgk)
    for rows, found in ((10, 10), (9, 0)):
        sheet = RawSheet("Sheet9")
        for check in layout.check_rows[:rows]:
            sheet.cells[check.row, 0] = RawCell("n", str(check.index + 1))
            sheet.cells[check.row, 1] = RawCell("s", check.printed_code)
        book = raw_book(zfxxgk)
        sheets = {name: s for name, s in book.sheets.items() if name != CHECKS}
        spots = explanation_spots(RawBook({**sheets, "Sheet9": sheet}, {}), layout)
        assert len(spots) == found
        assert {name for name, _ in spots.values()} <= {"Sheet9"}
