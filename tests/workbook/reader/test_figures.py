"""Number cells: what counts, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from support.raw_books import put, raw_book, without_names
from xlreport import Entry, Form, Submission, Unit
from xlreport.a1 import address
from xlreport.findings import Finding
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import BLANK, NO, YES, Status
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.figures import FigureCells, _is_blank, read_figures, stale_results
from xlreport.workbook.reader.locate import locate

LICENCES = "disclosure.licences.decisions"


def figures(book: RawBook, form: Form, *, is_summary: bool = False) -> FigureCells:
    return read_figures(locate(book, layout_of(form)), {}, is_summary=is_summary)


def with_cell(form: Form, name: str, cell: RawCell) -> RawBook:
    book = raw_book(form)
    put(book, layout_of(form).cells[name], cell)
    return book


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(f.code, f.cell, f.message) for f in findings]


def total_of(form: Form) -> str:
    """A computed field."""
    return form.computed[0].id


def test_an_untouched_workbook_is_blank_and_says_nothing(any_form: Form) -> None:
    read = figures(raw_book(any_form), any_form)
    assert set(read.entries) == {field.id for field in any_form.typed}
    assert {entry.status for entry in read.entries.values()} == {Status.BLANK}
    assert set(read.results) == {field.id for field in any_form.computed}
    assert (read.overrides, read.findings) == ({}, ())


def test_a_lost_cell_is_absent(zfxxgk: Form) -> None:
    sheets = dict(raw_book(zfxxgk).sheets)
    del sheets["二、主动公开"]
    read = figures(replace(raw_book(zfxxgk), sheets=sheets), zfxxgk)
    assert read.entries[LICENCES] == Entry(None, Status.ABSENT)


@pytest.mark.parametrize(
    ("cell", "entry", "message"),
    [
        (RawCell("n", "7"), Entry(Decimal(7), Status.NUMBER, "7"), None),
        (
            RawCell("s", "７"),
            Entry(Decimal(7), Status.NUMBER, "７"),
            ("R11", "写成了文本“７”，已按 7 读取；表里的公式不会计算文本"),
        ),
        (
            RawCell("n", "7", formula="3+4"),
            Entry(Decimal(7), Status.NUMBER, "7"),
            ("R10", "填的是公式，已按当前显示的 7 读取"),
        ),
        (RawCell("n", "", formula="3+4"), Entry(None, Status.NO_RESULT, "=3+4"), None),
        (
            RawCell("n", "7", number_format="0%"),
            Entry(Decimal(7), Status.NUMBER, "7"),
            ("R29", "显示的是“700%”，格子里存的是 7；已按 7 读取"),
        ),
        (RawCell("n", "7", number_format="0 "), Entry(Decimal(7), Status.NUMBER, "7"), None),
        (
            RawCell("n", "0.4", shown="0"),
            Entry(Decimal("0.4"), Status.NUMBER, "0.4"),
            ("R29", "显示的是“0”，格子里存的是 0.4；已按 0.4 读取"),
        ),
        (
            RawCell("n", "7", number_format=";;;"),
            Entry(Decimal(7), Status.NUMBER, "7"),
            ("R29", "显示的是“空”，格子里存的是 7；已按 7 读取"),
        ),
        (
            RawCell("str", "=DISPIMG(1)", formula='_xlfn.DISPIMG("ID_1",1)'),
            Entry(None, Status.TEXT, "（图片）"),
            None,
        ),
        (RawCell("s", "无", number_format="0%"), Entry(None, Status.TEXT, "无"), None),
        (
            RawCell("n", "1.23456789"),
            Entry(Decimal("1.234568"), Status.TOO_FINE, "1.23456789"),
            ("R18", "数字 1.23456789 的小数超过 6 位"),
        ),
    ],
)
def test_one_cell(
    zfxxgk: Form, cell: RawCell, entry: Entry, message: tuple[str, str] | None
) -> None:
    read = figures(with_cell(zfxxgk, LICENCES, cell), zfxxgk)
    assert read.entries[LICENCES] == entry
    expected = [] if message is None else [(message[0], "B10", message[1])]
    assert told(read.findings) == expected


def test_formulas_and_formats_are_as_they_should_be_in_a_summary(zfxxgk: Form) -> None:
    cell = RawCell("n", "7", formula="SUM(明细!A1:A9)", number_format="0%")
    read = figures(with_cell(zfxxgk, LICENCES, cell), zfxxgk, is_summary=True)
    assert read.entries[LICENCES].value == 7
    assert read.findings == ()


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (RawCell("s", "无"), "这里锁定的公式被换成了“无”"),
        (RawCell("s", ""), "这里锁定的公式被删掉了"),
    ],
)
def test_a_formula_that_is_gone(zfxxgk: Form, cell: RawCell, message: str) -> None:
    name = total_of(zfxxgk)
    read = figures(with_cell(zfxxgk, name, cell), zfxxgk)
    assert [(f.code, f.field, f.message) for f in read.findings] == [("R12", name, message)]
    assert read.overrides[name].value is None
    assert name not in read.results


def test_a_number_typed_over_a_formula_is_told_by_the_checks_alone(zfxxgk: Form) -> None:
    name = total_of(zfxxgk)
    read = figures(with_cell(zfxxgk, name, RawCell("n", "5")), zfxxgk)
    assert read.overrides[name].value == 5
    assert read.findings == ()


# --- results that do not fit ----------------------------------------------------------------


def stale(form: Form, result: RawCell, *, as_text: bool = False) -> list[tuple[str, str]]:
    """What is told of a computed cell whose parts are all 1."""
    return [(f.field, f.message) for f in stale_findings(form, result, as_text=as_text)]


def stale_findings(form: Form, result: RawCell, *, as_text: bool = False) -> list[Finding]:
    name = total_of(form)
    book = with_cell(form, name, result)
    for part in form.leaves(name):
        put(book, layout_of(form).cells[part], RawCell("s" if as_text else "n", "1"))
    located = locate(book, layout_of(form))
    cells = read_figures(located, {}, is_summary=False)
    submission = Submission(form.id, 2025, Unit("甲子镇", level="乡镇"), cells.entries)
    return list(stale_results(submission, cells, located))


@pytest.mark.parametrize("shown", ["99", "#REF!"])
def test_a_result_that_its_numbers_do_not_give_is_told(zfxxgk: Form, shown: str) -> None:
    name = total_of(zfxxgk)
    right = len(zfxxgk.leaves(name))
    kind = "n" if shown.isdigit() else "e"
    message = f"显示的是 {shown}，按填报的数重新计算是 {right}；汇总用重新计算的数"
    result = RawCell(kind, shown, formula="SUM(A1)")
    assert stale(zfxxgk, result) == [(name, message)]
    (finding,) = stale_findings(zfxxgk, result)
    assert finding.observed == ((name, shown), ("recomputed", Decimal(right)))


def test_a_right_result_and_a_missing_one_are_not_told(zfxxgk: Form) -> None:
    right = str(len(zfxxgk.leaves(total_of(zfxxgk))))
    assert stale(zfxxgk, RawCell("n", right, formula="SUM(A1)")) == []
    assert stale(zfxxgk, RawCell("n", "", formula="SUM(A1)")) == []


def test_a_total_that_misses_numbers_stored_as_texts_is_not_told_twice(zfxxgk: Form) -> None:
    assert stale(zfxxgk, RawCell("n", "0", formula="SUM(A1)"), as_text=True) == []


def test_a_total_of_unknown_parts_is_not_told(zfxxgk: Form) -> None:
    name = total_of(zfxxgk)
    book = with_cell(zfxxgk, name, RawCell("n", "99", formula="SUM(A1)"))
    located = locate(without_names(book), layout_of(zfxxgk))
    cells = read_figures(located, {}, is_summary=False)
    submission = Submission(zfxxgk.id, 2025, Unit("甲子镇"), cells.entries)
    assert list(stale_results(submission, cells, located)) == []


def test_spaces_are_a_blank_where_the_unit_says_that_blanks_are_zero(zfxxgk: Form) -> None:
    located = locate(with_cell(zfxxgk, LICENCES, RawCell("s", "  ")), layout_of(zfxxgk))
    read = read_figures(located, {"disclosure": YES}, is_summary=False)
    assert read.entries[LICENCES] == BLANK
    assert told(read.findings) == [("R11", "B10", "这里只有空格，已按空白读取")]
    assert read.from_text == frozenset()
    for answers in ({}, {"disclosure": NO}, {"requests": YES}):
        read = read_figures(located, answers, is_summary=False)
        assert read.entries[LICENCES].status is Status.TEXT
        assert read.findings == ()


def test_a_word_stays_a_word_though_blanks_are_zero(zfxxgk: Form) -> None:
    located = locate(with_cell(zfxxgk, LICENCES, RawCell("s", "无")), layout_of(zfxxgk))
    read = read_figures(located, {"disclosure": YES}, is_summary=False)
    assert read.entries[LICENCES] == Entry(None, Status.TEXT, "无")


def test_a_number_stored_as_a_text_is_known_as_such(zfxxgk: Form) -> None:
    assert figures(with_cell(zfxxgk, LICENCES, RawCell("s", "7")), zfxxgk).from_text == {LICENCES}


def test_a_number_with_something_invisible_is_told_as_it_is_written(zfxxgk: Form) -> None:
    (finding,) = figures(with_cell(zfxxgk, LICENCES, RawCell("s", "7\u200b")), zfxxgk).findings
    assert finding.field == LICENCES
    ((name, written),) = finding.observed
    assert (name, written) == (LICENCES, "7")


@pytest.mark.parametrize("text", ["", "0", "0.0"])
def test_a_blank_is_no_zero_where_a_format_shows_no_formulas(text: str) -> None:
    """Saved as .xls the formula of a blank cell may show 0: only the answer about blanks makes one."""
    kind = "n" if text else "str"
    assert _is_blank(RawCell(kind, text, formula=""))
    assert not _is_blank(RawCell(kind, text))


def test_a_number_that_an_unseen_formula_gives_is_no_blank() -> None:
    assert not _is_blank(RawCell("n", "3.0", formula=""))


# --- texts that are repeated, zeros that are not shown -------------------------------------------


def test_a_number_that_is_repeated_to_fill_its_cell_is_told(zfxxgk: Form) -> None:
    message = "格子的对齐方式是“填充”，列够宽时会重复显示成“77…”；已按 7 读取"
    read = figures(with_cell(zfxxgk, LICENCES, RawCell("n", "7", repeats=True)), zfxxgk)
    assert told(read.findings) == [("R29", "B10", message)]
    assert read.findings[0].observed == ((LICENCES, Decimal(7)),)
    assert read.entries[LICENCES] == Entry(Decimal(7), Status.NUMBER, "7")


@pytest.mark.parametrize(
    "cell",
    [
        RawCell("n", "0", repeats=True),
        RawCell("n", "x", repeats=True),
        RawCell("s", "无", repeats=True),
    ],
)
def test_what_is_repeated_and_no_other_number_is_not_told(zfxxgk: Form, cell: RawCell) -> None:
    assert figures(with_cell(zfxxgk, LICENCES, cell), zfxxgk).findings == ()


def test_a_number_that_is_shown_otherwise_is_told_once(zfxxgk: Form) -> None:
    cell = RawCell("n", "7", number_format="0.0,", repeats=True)
    assert [f.code for f in figures(with_cell(zfxxgk, LICENCES, cell), zfxxgk).findings] == ["R29"]


ONE_ZERO = "这里填了 0，却不显示，看起来像空白；已按 0 读取"


def unseen_zeros(
    book: RawBook, form: Form, answers: Mapping[str, str] | None = None, *, is_summary: bool = False
) -> list[tuple[str, str, str]]:
    located = locate(book, layout_of(form))
    return told(read_figures(located, answers or {}, is_summary=is_summary).findings)


def without_zeros(form: Form, cell: RawCell) -> RawBook:
    book = with_cell(form, LICENCES, cell)
    for sheet in book.sheets.values():
        sheet.zeros = False
    return book


def test_a_zero_that_its_sheet_does_not_show_is_told(zfxxgk: Form) -> None:
    book = without_zeros(zfxxgk, RawCell("n", "0.0"))
    assert unseen_zeros(book, zfxxgk) == [("R35", "B10", ONE_ZERO)]
    assert unseen_zeros(book, zfxxgk, {"disclosure": NO}) == [("R35", "B10", ONE_ZERO)]
    assert unseen_zeros(book, zfxxgk, {"requests": YES}) == [("R35", "B10", ONE_ZERO)]
    assert unseen_zeros(book, zfxxgk, {"disclosure": YES}) == []
    assert unseen_zeros(book, zfxxgk, is_summary=True) == []
    assert unseen_zeros(with_cell(zfxxgk, LICENCES, RawCell("n", "0")), zfxxgk) == []


@pytest.mark.parametrize(
    "cell",
    [
        RawCell("n", "7"),
        RawCell("n", ""),
        RawCell("n", "0", date=True, shown="1899-12-30"),
        RawCell("n", "1E+99"),
    ],
)
def test_what_is_no_typed_in_zero_is_no_unseen_one(zfxxgk: Form, cell: RawCell) -> None:
    codes = [code for code, *_ in unseen_zeros(without_zeros(zfxxgk, cell), zfxxgk)]
    assert "R35" not in codes


def test_zeros_of_texts_and_formulas_are_shown(zfxxgk: Form) -> None:
    for cell in (RawCell("s", "0"), RawCell("n", "0", formula="A1")):
        codes = [code for code, *_ in unseen_zeros(without_zeros(zfxxgk, cell), zfxxgk)]
        assert "R35" not in codes


@pytest.mark.parametrize(
    ("code", "is_told"),
    [("0;-0;;@", True), ("0;-0; ", True), ("0", False), ("#", True), ("", False)],
)
def test_a_zero_that_its_format_does_not_show(zfxxgk: Form, code: str, is_told: bool) -> None:
    book = with_cell(zfxxgk, LICENCES, RawCell("n", "0", number_format=code))
    assert unseen_zeros(book, zfxxgk) == ([("R35", "B10", ONE_ZERO)] if is_told else [])


def test_zeros_are_told_by_sheet_and_not_all_of_them_listed(zfxxgk: Form) -> None:
    layout = layout_of(zfxxgk)
    book = without_zeros(zfxxgk, RawCell("n", "0"))
    names = [field.id for field in zfxxgk.typed if field.table == "requests"][:6]
    for name in names:
        put(book, layout.cells[name], RawCell("n", "0"))
    cells = [address(layout.cells[name][1]) for name in names]
    listed = "、".join(cells[:5])
    message = f"有 6 个格子填了 0，却不显示，看起来像空白：{listed}等；已按 0 读取"
    expected = [("R35", "B10", ONE_ZERO), ("R35", cells[0], message)]
    assert unseen_zeros(book, zfxxgk) == expected
    put(book, layout.cells[names[-1]], RawCell("n", "1"))
    message = f"有 5 个格子填了 0，却不显示，看起来像空白：{listed}；已按 0 读取"
    assert unseen_zeros(book, zfxxgk)[1] == ("R35", cells[0], message)


def test_a_lost_cell_shows_no_zero(zfxxgk: Form) -> None:
    sheets = dict(without_zeros(zfxxgk, RawCell("n", "0")).sheets)
    del sheets["二、主动公开"]
    assert unseen_zeros(replace(raw_book(zfxxgk), sheets=sheets), zfxxgk) == []
