"""Whether a workbook is a blank of ours: whatever was typed in or changed is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from support.raw_books import (
    COVER,
    COVER_LINES,
    identity,
    put,
    raw_book,
    spots,
    target,
    without_names,
)
from xlreport import Form, FormCatalog
from xlreport.formats.guard import DEFAULT_LIMITS, Limits
from xlreport.formats.raw import Format, RawBook, RawCell
from xlreport.text import printed_code
from xlreport.workbook.layout.checks import CODE, EXPLANATION
from xlreport.workbook.layout.identity import identity_name
from xlreport.workbook.layout.prior_year import prior_year_name
from xlreport.workbook.layout.sheet import CHECKS
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader import blank
from xlreport.workbook.reader.blank import why_not_blank

Why = Callable[[RawBook], str]
ISSUED = {key: COVER_LINES[key] for key in ("unit", "code", "level", "year")}
WHOSE = "是“甲子镇”2025 年度的报表，填了："


@pytest.fixture
def why(zfxxgk: Form, monkeypatch: pytest.MonkeyPatch) -> Why:
    """What is said of a workbook that has been opened."""

    def said(book: RawBook) -> str:
        monkeypatch.setattr(blank, "open_book", lambda data, limits, passwords: book)
        return why_not_blank(b"", FormCatalog((zfxxgk,)))

    return said


@pytest.fixture
def issued(zfxxgk: Form) -> RawBook:
    """A blank of 甲子镇 for 2025."""
    return replace(raw_book(zfxxgk), properties=identity(zfxxgk, **ISSUED))


def typed(form: Form, count: int) -> list[str]:
    return [field.id for field in form.typed][:count]


def fill_in(book: RawBook, form: Form, *, numbers: int = 0, texts: int = 0) -> None:
    cells = layout_of(form).cells
    for name in typed(form, numbers):
        put(book, cells[name], RawCell("n", "5"))
    for text in form.texts[:texts]:
        put(book, cells[text.field_id], RawCell("s", "本年度"))


def test_a_blank_is_one(issued: RawBook, why: Why) -> None:
    assert why(issued) == ""


def test_a_blank_for_nobody_is_one(zfxxgk: Form, why: Why) -> None:
    assert why(raw_book(zfxxgk, {})) == ""


@pytest.mark.parametrize(
    ("numbers", "texts", "amounts"),
    [(2, 0, "2 个数"), (0, 2, "2 段文字"), (1, 1, "1 个数、1 段文字")],
)
def test_numbers_and_texts_are_counted(
    zfxxgk: Form, issued: RawBook, why: Why, numbers: int, texts: int, amounts: str
) -> None:
    fill_in(issued, zfxxgk, numbers=numbers, texts=texts)
    assert why(issued) == WHOSE + amounts


def test_a_report_of_no_unit_is_named_by_its_year(zfxxgk: Form, why: Why) -> None:
    book = raw_book(zfxxgk, {})
    fill_in(book, zfxxgk, numbers=1)
    assert why(book) == "是2025 年度的报表，填了：1 个数"


def test_a_number_over_a_formula_counts(zfxxgk: Form, issued: RawBook, why: Why) -> None:
    total = next(iter(zfxxgk.computed)).id
    put(issued, layout_of(zfxxgk).cells[total], RawCell("n", "5"))
    assert why(issued) == WHOSE + "1 个数"


def test_spaces_are_no_text(zfxxgk: Form, issued: RawBook, why: Why) -> None:
    put(issued, layout_of(zfxxgk).cells[zfxxgk.texts[0].field_id], RawCell("s", " \n"))
    assert why(issued) == ""


def answered(book: RawBook, form: Form) -> RawBook:
    put(book, next(iter(layout_of(form).flags.values())), RawCell("s", "是"))
    return book


def explained(book: RawBook, form: Form) -> RawBook:
    check = layout_of(form).listed[0]
    cells = book.sheets[CHECKS].cells
    cells[9, CODE] = RawCell("s", printed_code(check.code))
    cells[9, EXPLANATION] = RawCell("s", "情况属实")
    return book


def with_contact(book: RawBook, form: Form) -> RawBook:
    other = next(item.id for item in form.identity if item.id not in COVER_LINES)
    put(book, (COVER, layout_of(form).identity[other]), RawCell("s", "张三"))
    return book


def with_another_unit(book: RawBook, form: Form) -> RawBook:
    put(book, (COVER, layout_of(form).identity["unit"]), RawCell("s", "乙丑镇"))
    return book


def with_a_named_cell(name: str, cell: RawCell) -> Callable[[RawBook, Form], RawBook]:
    def changed(book: RawBook, form: Form) -> RawBook:
        spot = (CHECKS, (300, 50))
        put(book, spot, cell)
        return replace(book, names={**book.names, name: target(spot)})

    return changed


@pytest.mark.parametrize(
    "change",
    [
        answered,
        explained,
        with_contact,
        with_another_unit,
        with_a_named_cell("requests.of_a_later_version", RawCell("n", "5")),
    ],
)
def test_other_entries_are_told(
    zfxxgk: Form, issued: RawBook, why: Why, change: Callable[[RawBook, Form], RawBook]
) -> None:
    assert why(change(issued, zfxxgk)) == WHOSE + "封面、选项或说明"


def test_beside_numbers_other_entries_are_not_told(zfxxgk: Form, issued: RawBook, why: Why) -> None:
    fill_in(issued, zfxxgk, numbers=1)
    assert why(answered(issued, zfxxgk)) == WHOSE + "1 个数"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("requests.of_a_later_version", RawCell("n", "5", formula="A1")),
        ("requests.of_a_later_version", RawCell("s", " ")),
        (prior_year_name("requests.of_a_later_version"), RawCell("n", "5")),
        (identity_name("later"), RawCell("s", "甲")),
        ("xlreport.later", RawCell("s", "甲")),
        ("_xlnm.print_area", RawCell("s", "甲")),
        ("没有点的名称", RawCell("s", "甲")),
    ],
)
def test_named_cells_that_we_fill_in_are_no_entries(
    zfxxgk: Form, issued: RawBook, why: Why, name: str, cell: RawCell
) -> None:
    assert why(with_a_named_cell(name, cell)(issued, zfxxgk)) == ""


def test_an_entry_behind_names_that_are_ours_or_lost_is_found(
    zfxxgk: Form, issued: RawBook, why: Why
) -> None:
    book = with_a_named_cell("requests.of_a_later_version", RawCell("n", "5"))(issued, zfxxgk)
    names = {"a.lost": "#REF!", "xlreport.later": "#REF!", **book.names}
    assert why(replace(book, names=names)) == WHOSE + "封面、选项或说明"


# --- what was changed -----------------------------------------------------------------------


def stray(book: RawBook, form: Form) -> RawBook:
    put(book, (next(iter(layout_of(form).tables.values())).name, (200, 40)), RawCell("s", "备注"))
    return book


def without_protection(book: RawBook, form: Form) -> RawBook:
    sheets = {name: replace(sheet, protected=False) for name, sheet in book.sheets.items()}
    return replace(book, sheets=sheets)


def without_a_formula(book: RawBook, form: Form) -> RawBook:
    sheet, cell = layout_of(form).cells[next(iter(form.computed)).id]
    del book.sheets[sheet].cells[cell]
    return book


def with_a_wrong_answer(book: RawBook, form: Form) -> RawBook:
    put(book, next(iter(layout_of(form).flags.values())), RawCell("s", "对"))
    return book


def with_an_error_for_a_text(book: RawBook, form: Form) -> RawBook:
    put(book, layout_of(form).cells[form.texts[0].field_id], RawCell("e", "#N/A"))
    return book


@pytest.mark.parametrize(
    ("change", "beginning"),
    [
        (stray, "与空白表不同（"),
        (without_protection, "与空白表不同（工作表保护被取消："),
        (without_a_formula, "与空白表不同（"),
    ],
)
def test_what_was_changed_is_named(
    zfxxgk: Form,
    issued: RawBook,
    why: Why,
    change: Callable[[RawBook, Form], RawBook],
    beginning: str,
) -> None:
    said = why(change(issued, zfxxgk))
    assert said.startswith(beginning)
    assert said.endswith("）")


@pytest.mark.parametrize("change", [with_a_wrong_answer, with_an_error_for_a_text])
def test_in_another_version_entries_without_names_are_found_by_what_is_odd(
    zfxxgk: Form, issued: RawBook, why: Why, change: Callable[[RawBook, Form], RawBook]
) -> None:
    book = without_names(issued, *spots(layout_of(zfxxgk)))
    book = replace(book, properties=identity(zfxxgk, **ISSUED, fingerprint="0" * 16))
    assert why(book) == ""
    assert why(change(book, zfxxgk)).startswith("与空白表不同（")


def test_another_format_is_no_change(issued: RawBook, why: Why) -> None:
    assert why(replace(issued, format=Format.XLS)) == ""


def test_a_change_behind_another_format_is_found(zfxxgk: Form, issued: RawBook, why: Why) -> None:
    book = replace(issued, format=Format.XLS, macros=True)
    assert why(book).startswith("与空白表不同（")


def test_in_another_version_a_formula_less_or_a_heading_is_no_change(
    zfxxgk: Form, issued: RawBook, why: Why
) -> None:
    properties = identity(zfxxgk, **ISSUED, fingerprint="0" * 16)
    book = without_a_formula(replace(issued, properties=properties), zfxxgk)
    label = next(iter(layout_of(zfxxgk).tables.values())).labels[0]
    put(
        book,
        (next(iter(layout_of(zfxxgk).tables.values())).name, label.span.cell),
        RawCell("s", "旧标题"),
    )
    assert why(book) == ""


# --- what is no blank of ours at all --------------------------------------------------------


def test_a_summary_and_an_unknown_form(zfxxgk: Form, issued: RawBook, why: Why) -> None:
    assert why(replace(issued, properties=identity(zfxxgk, kind="summary"))) == "是汇总表"
    assert why(replace(issued, properties=identity(zfxxgk, form="x"))) == "认不出是哪种报表"


def test_what_cannot_be_read_is_told_with_its_reason(zfxxgk: Form) -> None:
    assert why_not_blank(b"x", FormCatalog((zfxxgk,))).startswith("读不出来（")


def test_limits_and_passwords_are_those_of_the_caller(
    zfxxgk: Form, issued: RawBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[bytes, Limits, object]] = []

    def opened(data: bytes, limits: Limits, passwords: object) -> RawBook:
        calls.append((data, limits, passwords))
        return issued

    monkeypatch.setattr(blank, "open_book", opened)
    forms = FormCatalog((zfxxgk,))
    assert why_not_blank(b"a", forms) == ""
    limits = replace(DEFAULT_LIMITS)
    assert why_not_blank(b"b", forms, limits, ("geheim",)) == ""
    assert calls == [(b"a", DEFAULT_LIMITS, ()), (b"b", limits, ("geheim",))]
    assert calls[1][1] is limits
