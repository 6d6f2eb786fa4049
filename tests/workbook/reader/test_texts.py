"""What a unit writes in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from support.raw_books import CHECKS, put, raw_book, target
from xlreport import Form
from xlreport.a1 import address
from xlreport.findings import Severity
from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.submission import NO, YES
from xlreport.text import MAX_CELL_TEXT, printed_code
from xlreport.workbook.layout import first_edition
from xlreport.workbook.layout.checks import CODE, EXPLANATION
from xlreport.workbook.layout.lines import explanation_name
from xlreport.workbook.layout.sheet import CALCULATION
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout, layout_of
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
    """A row of the 校验 sheet: the code and title of its check, and what it says of itself."""

    code: str
    title: str
    number: int
    keys: tuple[RawCell, ...]


@dataclass(frozen=True)
class Checks:
    """The 校验 sheet of an edition of the layout."""

    layout: WorkbookLayout
    rows: tuple[Row, ...]
    code: int
    explanation: int

    def book(self, *, moved: int = 0) -> RawBook:
        """A workbook whose 校验 sheet has nothing but its codes, its rows moved down."""
        book = raw_book(self.layout.form)
        book.sheets[CHECKS] = RawSheet(CHECKS)
        for row in self.rows:
            self.list_in(book, row, row.number + moved)
        return book

    def list_in(self, book: RawBook, row: Row, number: int) -> None:
        """Writes what a row says of itself."""
        for column, cell in enumerate(row.keys):
            put(book, (CHECKS, (number, column)), cell)

    def spot(self, row: Row, moved: int = 0) -> Spot:
        """Where a check is explained."""
        return CHECKS, (row.number + moved, self.explanation)


def present(form: Form) -> Checks:
    layout = layout_of(form)
    rows = [
        Row(c.code, c.title, layout.checks.rules[c.code], (RawCell("s", printed_code(c.code)),))
        for c in layout.listed
    ]
    return Checks(layout, tuple(rows), CODE, EXPLANATION)


def of_first_edition(form: Form) -> Checks:
    rows = [
        Row(
            i.code,
            i.title,
            i.number + 2,
            (RawCell("n", f"{i.number}.0"), RawCell("s", i.printed_code)),
        )
        for i in first_edition.listed_instances(form)
    ]
    layout = first_edition.first_edition(form)
    return Checks(layout, tuple(rows), first_edition.CODE, first_edition.EXPLANATION)


ListOf = Callable[[Form], Checks]
editions = pytest.mark.parametrize("checks_of", [present, of_first_edition])


def explanations(book: RawBook, checks: Checks) -> dict[str, str]:
    return read_explanations(book, checks.layout)[0]


def named(book: RawBook, code: str, spot: Spot) -> RawBook:
    """The workbook in which the name of an explanation leads to a cell."""
    return RawBook(book.sheets, {**book.names, explanation_name(code).lower(): target(spot)})


ELSEWHERE = (CHECKS, (400, 7))


@editions
@pytest.mark.parametrize("moved", [0, 3])
def test_an_explanation_stands_in_the_row_of_its_check(
    any_form: Form, checks_of: ListOf, moved: int
) -> None:
    checks = checks_of(any_form)
    book, second = checks.book(moved=moved), checks.rows[1]
    put(book, checks.spot(second, moved), RawCell("s", " 已核实\r\n属实 "))
    assert explanations(book, checks) == {second.code: "已核实\n属实"}


@editions
def test_a_deferred_check_has_its_explanation_too(zfxxgk: Form, checks_of: ListOf) -> None:
    checks = checks_of(zfxxgk)
    book, last = checks.book(), checks.rows[-1]
    assert last.code in {check.code for check in layout_of(zfxxgk).listed if check.deferred}
    put(book, checks.spot(last), RawCell("s", "已核实"))
    assert explanations(book, checks) == {last.code: "已核实"}


@editions
def test_the_name_counts_where_the_row_is_lost_or_there_twice(
    zfxxgk: Form, checks_of: ListOf
) -> None:
    checks = checks_of(zfxxgk)
    first = checks.rows[0]
    book = named(checks.book(), first.code, ELSEWHERE)
    put(book, ELSEWHERE, RawCell("s", "按名称"))
    put(book, checks.spot(first), RawCell("s", "按行"))
    assert explanations(book, checks) == {first.code: "按行"}
    checks.list_in(book, first, 410)
    assert explanations(book, checks) == {first.code: "按名称"}
    del book.sheets[CHECKS].cells[first.number, checks.code]
    assert explanations(book, checks) == {}, "the row that is left has no explanation"


@editions
@pytest.mark.parametrize(
    ("beside", "by_name", "told"),
    [("按行", "", True), ("", "按名称", True), ("", "", False)],
)
def test_a_name_that_went_elsewhere_is_told_where_anything_stands(
    zfxxgk: Form, checks_of: ListOf, beside: str, by_name: str, told: bool
) -> None:
    checks = checks_of(zfxxgk)
    first = checks.rows[0]
    book = named(checks.book(), first.code, ELSEWHERE)
    put(book, ELSEWHERE, RawCell("s", by_name))
    put(book, checks.spot(first), RawCell("s", beside))
    _, findings = read_explanations(book, checks.layout)
    cell = address((first.number, checks.explanation))
    message = (
        f"有 1 个格子的名称跟着拖动或剪切走了，已按表头读取：{cell}（{first.title}的填写说明）"
    )
    expected = [("R8", CHECKS, message, (("cells", 1),))] if told else []
    assert [(f.code, f.sheet, f.message, f.observed) for f in findings] == expected


@editions
def test_names_at_their_rows_are_not_told(zfxxgk: Form, checks_of: ListOf) -> None:
    checks = checks_of(zfxxgk)
    first = checks.rows[0]
    book = named(checks.book(), first.code, checks.spot(first))
    put(book, checks.spot(first), RawCell("s", "已核实"))
    assert read_explanations(book, checks.layout) == ({first.code: "已核实"}, [])


@editions
def test_an_error_value_is_no_explanation(zfxxgk: Form, checks_of: ListOf) -> None:
    checks = checks_of(zfxxgk)
    book, first = checks.book(), checks.rows[0]
    put(book, checks.spot(first), RawCell("e", "#N/A"))
    texts, (finding,) = read_explanations(book, checks.layout)
    assert texts == {}
    assert (finding.code, finding.severity) == ("R33", Severity.WARNING)
    cell = address((first.number, checks.explanation))
    assert (finding.sheet, finding.cell) == (CHECKS, cell)
    assert finding.field == explanation_name(first.code)
    assert finding.message == f"“{first.title}的填写说明”里是错误值，不是文字，读不出来"


@editions
def test_spots_of_explanations_by_their_names(zfxxgk: Form, checks_of: ListOf) -> None:
    checks = checks_of(zfxxgk)
    assert explanation_spots(checks.book(moved=3), checks.layout) == {
        explanation_name(row.code): checks.spot(row, 3) for row in checks.rows
    }


@editions
@pytest.mark.parametrize(("rows", "found"), [(10, 10), (9, 0)])
def test_ten_listed_checks_make_a_sheet_the_one_of_checks(
    zfxxgk: Form, checks_of: ListOf, rows: int, found: int
) -> None:
    checks = checks_of(zfxxgk)
    sheets = {name: s for name, s in raw_book(zfxxgk).sheets.items() if name != CHECKS}
    book = RawBook({**sheets, "Sheet9": RawSheet("Sheet9")}, {})
    for row in checks.rows[:rows]:
        for column, cell in enumerate(row.keys):
            put(book, ("Sheet9", (row.number, column)), cell)
    spots = explanation_spots(book, checks.layout)
    assert len(spots) == found
    assert {name for name, _ in spots.values()} <= {"Sheet9"}


def test_the_hidden_sheet_of_calculations_is_not_the_one_of_checks(zfxxgk: Form) -> None:
    """Its first column has the codes of lines."""
    checks = present(zfxxgk)
    book = checks.book()
    book.sheets[CALCULATION].cells.update(book.sheets.pop(CHECKS).cells)
    assert explanation_spots(book, checks.layout) == {}
