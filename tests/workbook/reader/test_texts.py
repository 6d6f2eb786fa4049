"""What a unit writes in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from support.raw_books import CHECKS, put, raw_book, target
from xlreport import Form
from xlreport.a1 import address
from xlreport.findings import Severity
from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.submission import NO, YES
from xlreport.text import MAX_CELL_TEXT, printed_code
from xlreport.workbook.layout.checks import EXPLANATION
from xlreport.workbook.layout.first_edition import EXPLANATION as FIRST_EXPLANATION
from xlreport.workbook.layout.first_edition import first_edition, listed_instances
from xlreport.workbook.layout.lines import explanation_name
from xlreport.workbook.layout.sheet import CALCULATION
from xlreport.workbook.layout.workbook import WorkbookLayout, layout_of
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


class Row(NamedTuple):
    """A row of the 校验 sheet of some edition: where it stands and what it says of itself."""

    row: int
    code: str
    title: str
    texts: dict[int, str]


def present(form: Form) -> list[Row]:
    """One a rule; the code says which."""
    layout = layout_of(form)
    return [
        Row(layout.checks.rules[own.code], own.code, own.title, {0: printed_code(own.code)})
        for own in layout.listed
    ]


def first(form: Form) -> list[Row]:
    """One an instance; number and code say which."""
    return [
        Row(3 + own.number, own.code, own.title, {0: f"{own.number}.0", 1: own.printed_code})
        for own in listed_instances(form)
    ]


class Edition(NamedTuple):
    """How a workbook of an edition lists checks."""

    layout: Callable[[Form], WorkbookLayout]
    rows: Callable[[Form], list[Row]]
    explanation: int


EDITIONS = (
    Edition(layout_of, present, EXPLANATION),
    Edition(first_edition, first, FIRST_EXPLANATION),
)
PRESENT, FIRST = EDITIONS

both = pytest.mark.parametrize("edition", EDITIONS, ids=["present", "first"])


def checks_sheet(form: Form, edition: Edition, *, moved: int = 0) -> RawBook:
    """The 校验 sheet with what its rows say of themselves, moved down."""
    book = raw_book(form)
    sheet = RawSheet(CHECKS)
    for own in edition.rows(form):
        for column, text in own.texts.items():
            sheet.cells[own.row + moved, column] = RawCell("s", text)
    return RawBook({**book.sheets, CHECKS: sheet}, book.names)


def explanations(book: RawBook, form: Form, edition: Edition) -> dict[str, str]:
    return read_explanations(book, edition.layout(form))[0]


@both
@pytest.mark.parametrize("moved", [0, 3])
def test_an_explanation_stands_in_the_row_of_its_check(
    any_form: Form, edition: Edition, moved: int
) -> None:
    book = checks_sheet(any_form, edition, moved=moved)
    second = edition.rows(any_form)[1]
    spot = (CHECKS, (second.row + moved, edition.explanation))
    put(book, spot, RawCell("s", " 已核实\r\n属实 "))
    assert explanations(book, any_form, edition) == {second.code: "已核实\n属实"}


@both
def test_a_deferred_check_has_its_explanation_too(zfxxgk: Form, edition: Edition) -> None:
    book = checks_sheet(zfxxgk, edition)
    last = edition.rows(zfxxgk)[-1]
    assert last.code in {statement.code for statement in zfxxgk.statements}
    put(book, (CHECKS, (last.row, edition.explanation)), RawCell("s", "已核实"))
    assert explanations(book, zfxxgk, edition) == {last.code: "已核实"}


@both
def test_the_name_counts_where_the_row_is_lost_or_there_twice(
    zfxxgk: Form, edition: Edition
) -> None:
    book = checks_sheet(zfxxgk, edition)
    own = edition.rows(zfxxgk)[0]
    names = {**book.names, explanation_name(own.code).lower(): target((CHECKS, (200, 7)))}
    book = RawBook(book.sheets, names)
    put(book, (CHECKS, (200, 7)), RawCell("s", "按名称"))
    put(book, (CHECKS, (own.row, edition.explanation)), RawCell("s", "按行"))
    assert explanations(book, zfxxgk, edition) == {own.code: "按行"}
    for column, text in own.texts.items():
        put(book, (CHECKS, (210, column)), RawCell("s", text))
    assert explanations(book, zfxxgk, edition) == {own.code: "按名称"}
    for column in own.texts:
        del book.sheets[CHECKS].cells[own.row, column]
    assert explanations(book, zfxxgk, edition) == {}, "the row that is left has no explanation"


@both
@pytest.mark.parametrize(
    ("beside", "by_name", "told"),
    [("按行", "", True), ("", "按名称", True), ("", "", False)],
)
def test_a_name_that_went_elsewhere_is_told_where_anything_stands(
    zfxxgk: Form, edition: Edition, beside: str, by_name: str, told: bool
) -> None:
    book, own = checks_sheet(zfxxgk, edition), edition.rows(zfxxgk)[0]
    names = {**book.names, explanation_name(own.code).lower(): target((CHECKS, (200, 7)))}
    book = RawBook(book.sheets, names)
    put(book, (CHECKS, (200, 7)), RawCell("s", by_name))
    put(book, (CHECKS, (own.row, edition.explanation)), RawCell("s", beside))
    _, findings = read_explanations(book, edition.layout(zfxxgk))
    cell = address((own.row, edition.explanation))
    message = f"有 1 个格子的名称跟着拖动或剪切走了，已按表头读取：{cell}（{own.title}的填写说明）"
    expected = [("R8", CHECKS, message, (("cells", 1),))] if told else []
    assert [(f.code, f.sheet, f.message, f.observed) for f in findings] == expected


@both
def test_names_at_their_rows_are_not_told(zfxxgk: Form, edition: Edition) -> None:
    book, own = checks_sheet(zfxxgk, edition), edition.rows(zfxxgk)[0]
    spot = (CHECKS, (own.row, edition.explanation))
    book = RawBook(book.sheets, {**book.names, explanation_name(own.code).lower(): target(spot)})
    put(book, spot, RawCell("s", "已核实"))
    assert read_explanations(book, edition.layout(zfxxgk)) == ({own.code: "已核实"}, [])


def renumbered(form: Form, numbers: Callable[[int], str]) -> RawBook:
    """The first edition's sheet with other numbers."""
    book = checks_sheet(form, FIRST)
    for own in FIRST.rows(form):
        number = numbers(int(own.texts[0].removesuffix(".0")))
        put(book, (CHECKS, (own.row, 0)), RawCell("s", number))
    return book


def explained(book: RawBook, form: Form) -> dict[str, str]:
    """What is read when each row of the first edition explains its own check."""
    for own in FIRST.rows(form):
        put(book, (CHECKS, (own.row, FIRST_EXPLANATION)), RawCell("s", f"说明{own.code}"))
    return explanations(book, form, FIRST)


@pytest.mark.parametrize("shift", [1, -1, 7])
def test_rows_of_the_first_edition_are_told_by_their_order_within_a_code(
    any_form: Form, shift: int
) -> None:
    book = renumbered(any_form, lambda number: str(number + shift))
    expected = {own.code: f"说明{own.code}" for own in FIRST.rows(any_form)}
    assert explained(book, any_form) == expected


def test_the_order_is_that_of_the_numbers_however_the_sheet_was_sorted(zfxxgk: Form) -> None:
    rows = FIRST.rows(zfxxgk)
    last = rows[-1].row
    book = renumbered(zfxxgk, lambda number: str(number + 1))
    cells = book.sheets[CHECKS].cells
    turned = {(last + 4 - row, column): raw for (row, column), raw in cells.items()}
    book.sheets[CHECKS].cells.clear()
    book.sheets[CHECKS].cells.update(turned)
    spots = explanation_spots(book, first_edition(zfxxgk))
    for own in rows:
        assert spots[explanation_name(own.code)] == (CHECKS, (last + 4 - own.row, 7)), own.code


def test_rows_that_are_not_complete_are_told_by_their_very_numbers(zfxxgk: Form) -> None:
    several = [own for own in FIRST.rows(zfxxgk) if own.texts[1] == "B1"]
    assert len(several) > 2
    book = checks_sheet(zfxxgk, FIRST)
    for column in several[1].texts:
        del book.sheets[CHECKS].cells[several[1].row, column]
    found = explained(book, zfxxgk)
    assert several[1].code not in found
    assert found[several[0].code] == f"说明{several[0].code}"
    assert found[several[2].code] == f"说明{several[2].code}"
    book = renumbered(zfxxgk, lambda number: str(number + 1000))
    del book.sheets[CHECKS].cells[several[1].row, 1]
    assert not {own.code for own in several} & set(explained(book, zfxxgk)), "nothing is guessed"


@pytest.mark.parametrize("number", ["", "甲", "7"])
def test_rows_without_numbers_of_their_own_are_not_told_apart(zfxxgk: Form, number: str) -> None:
    several = [own for own in FIRST.rows(zfxxgk) if own.texts[1] == "B1"]
    book = checks_sheet(zfxxgk, FIRST)
    for own in several[:2]:
        put(book, (CHECKS, (own.row, 0)), RawCell("s", number))
    found = explained(book, zfxxgk)
    assert {own.code for own in several} - set(found) == {own.code for own in several[:2]}


@both
def test_an_error_value_is_no_explanation(zfxxgk: Form, edition: Edition) -> None:
    book, own = checks_sheet(zfxxgk, edition), edition.rows(zfxxgk)[0]
    cell = (own.row, edition.explanation)
    put(book, (CHECKS, cell), RawCell("e", "#N/A"))
    texts, (finding,) = read_explanations(book, edition.layout(zfxxgk))
    assert texts == {}
    assert (finding.code, finding.severity) == ("R33", Severity.WARNING)
    assert (finding.sheet, finding.cell) == (CHECKS, address(cell))
    assert finding.field == explanation_name(own.code)
    assert finding.message == f"“{own.title}的填写说明”里是错误值，不是文字，读不出来"


@both
def test_spots_of_explanations_by_their_names(zfxxgk: Form, edition: Edition) -> None:
    book = checks_sheet(zfxxgk, edition, moved=3)
    assert explanation_spots(book, edition.layout(zfxxgk)) == {
        explanation_name(own.code): (CHECKS, (own.row + 3, edition.explanation))
        for own in edition.rows(zfxxgk)
    }


@both
@pytest.mark.parametrize("rows", [9, 10])
def test_ten_checks_make_a_sheet_the_one_of_checks(
    zfxxgk: Form, edition: Edition, rows: int
) -> None:
    listed = checks_sheet(zfxxgk, edition)
    few = {own.row for own in edition.rows(zfxxgk)[:rows]}
    sheet = RawSheet("Sheet9")
    cells = listed.sheets[CHECKS].cells
    sheet.cells.update({cell: raw for cell, raw in cells.items() if cell[0] in few})
    sheets = {name: own for name, own in listed.sheets.items() if name != CHECKS}
    book = RawBook({**sheets, "Sheet9": sheet}, {})
    spots = explanation_spots(book, edition.layout(zfxxgk))
    assert len(spots) == (rows if rows >= 10 else 0)
    assert {name for name, _ in spots.values()} <= {"Sheet9"}


def test_the_sheet_of_calculations_is_never_taken_for_the_list(zfxxgk: Form) -> None:
    """It has a code in each row too."""
    listed = checks_sheet(zfxxgk, PRESENT)
    sheets = {name: own for name, own in listed.sheets.items() if name != CHECKS}
    hidden = RawSheet(CALCULATION)
    hidden.cells.update(listed.sheets[CHECKS].cells)
    book = RawBook({**sheets, CALCULATION: hidden}, {})
    assert explanation_spots(book, layout_of(zfxxgk)) == {}
