"""The figures of the year before that a workbook carries, in the form's own cells or in a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import pytest

from support.raw_books import put, raw_book, target
from xlreport import Form
from xlreport.a1 import address
from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.submission import Figures
from xlreport.workbook.layout.first_edition import first_edition
from xlreport.workbook.layout.prior_year import prior_year_name, prior_year_sheet
from xlreport.workbook.layout.sheet import HEAD_ROW, PRIOR_YEAR_LIST, TEXTS
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout, layout_of
from xlreport.workbook.reader.prior_year import read_prior_year


class Edition(NamedTuple):
    """How a workbook of an edition shows last year: the spot of each value, and what is printed."""

    layout: Callable[[Form], WorkbookLayout]
    spots: Callable[[Form], dict[str, Spot]]
    print_around: Callable[[RawBook, Form], None]


def in_the_form(form: Form) -> dict[str, Spot]:
    layout = layout_of(form)
    return {name: layout.prior_year(name) for name in layout.cells}


def in_a_list(form: Form) -> dict[str, Spot]:
    names = layout_of(form).cells
    return {name: (PRIOR_YEAR_LIST, (3 + row, 2)) for row, name in enumerate(names)}


def print_the_form(book: RawBook, form: Form) -> None:
    """The headings of each table."""
    for sheet in layout_of(form).form_sheets:
        for label in sheet.labels:
            if label.span.top > HEAD_ROW:
                spot = (prior_year_sheet(sheet.name), label.span.cell)
                put(book, spot, RawCell("s", label.text))


def print_the_list(book: RawBook, form: Form) -> None:
    """Table and item before each value."""
    labels = {
        field.id: (form.table(field.table).sheet, field.label) for field in form.fields.values()
    }
    labels |= {text.field_id: (TEXTS, text.label) for text in form.texts}
    for name, (sheet, (row, column)) in in_a_list(form).items():
        table, label = labels[name]
        put(book, (sheet, (row, column - 2)), RawCell("s", table))
        put(book, (sheet, (row, column - 1)), RawCell("s", label))


PRESENT = Edition(layout_of, in_the_form, print_the_form)
FIRST = Edition(first_edition, in_a_list, print_the_list)

both = pytest.mark.parametrize("edition", [PRESENT, FIRST], ids=["present", "first"])


def carrying(form: Form, edition: Edition, values: dict[str, RawCell]) -> RawBook:
    """A workbook with these values in their named cells, and nothing printed."""
    book = raw_book(form)
    sheets = {**book.sheets, PRIOR_YEAR_LIST: RawSheet(PRIOR_YEAR_LIST)}
    names = {prior_year_name(n).lower(): target(spot) for n, spot in edition.spots(form).items()}
    book = RawBook(sheets, names)
    for name, cell in values.items():
        put(book, edition.spots(form)[name], cell)
    return book


def read(book: RawBook, form: Form, edition: Edition) -> Figures | None:
    return read_prior_year(book, edition.layout(form)).figures


@both
def test_a_workbook_without_figures_carries_none(any_form: Form, edition: Edition) -> None:
    assert read(carrying(any_form, edition, {}), any_form, edition) is None
    assert read(raw_book(any_form), any_form, edition) is None


@both
def test_numbers_and_texts_come_by_their_names(any_form: Form, edition: Edition) -> None:
    number, other = list(any_form.fields)[:2]
    text = any_form.texts[0].field_id
    values = {number: RawCell("n", "12"), other: RawCell("s", "无"), text: RawCell("s", "去年")}
    found = read(carrying(any_form, edition, values), any_form, edition)
    assert found == Figures({number: Decimal(12)}, {text: "去年"})


# --- names against what is printed ------------------------------------------------------------

Told = list[tuple[str, str, str]]


def printed(
    form: Form, edition: Edition, values: dict[str, RawCell], names: dict[str, str]
) -> RawBook:
    """The workbook with all that is printed around the values, and these names instead."""
    book = carrying(form, edition, values)
    edition.print_around(book, form)
    return replace(book, names={**book.names, **names})


def told(book: RawBook, form: Form, edition: Edition) -> Told:
    findings = read_prior_year(book, edition.layout(form)).findings
    return [(f.code, f.cell, f.message) for f in findings]


@both
def test_a_name_that_went_elsewhere_is_only_a_proposal(zfxxgk: Form, edition: Edition) -> None:
    first, second = list(zfxxgk.fields)[:2]
    one, two = (edition.spots(zfxxgk)[name] for name in (first, second))
    swapped = {prior_year_name(first): target(two), prior_year_name(second): target(one)}
    values = {first: RawCell("n", "1"), second: RawCell("n", "2")}
    book = printed(zfxxgk, edition, values, swapped)
    expected = Figures({first: Decimal(1), second: Decimal(2)}, {})
    assert read(book, zfxxgk, edition) == expected
    labels = "、".join(
        f"{address(spot[1])}（{zfxxgk.fields[name].label}）"
        for name, spot in ((first, one), (second, two))
    )
    message = f"有 2 个格子的名称跟着拖动或剪切走了，已按表头读取：{labels}"
    assert told(book, zfxxgk, edition) == [("R8", "", message)]


@both
def test_names_that_lead_nowhere_are_no_names(zfxxgk: Form, edition: Edition) -> None:
    first = next(iter(zfxxgk.fields))
    lost = {prior_year_name(name): "#REF!" for name in layout_of(zfxxgk).cells}
    book = printed(zfxxgk, edition, {first: RawCell("n", "1")}, lost)
    assert read(book, zfxxgk, edition) == Figures({first: Decimal(1)}, {})
    assert told(book, zfxxgk, edition) == [
        ("R8", "", "有 1 个格子的名称丢失，已按表头文字找到并读取")
    ]


def test_what_a_list_prints_twice_tells_nothing(zfxxgk: Form) -> None:
    first = next(iter(zfxxgk.fields))
    book = printed(zfxxgk, FIRST, {first: RawCell("n", "1")}, {})
    sheet, (row, column) = FIRST.spots(zfxxgk)[first]
    for offset in (2, 1):
        put(book, (sheet, (999, column - offset)), book.sheets[sheet].cells[row, column - offset])
    assert read(book, zfxxgk, FIRST) == Figures({first: Decimal(1)}, {})
    assert told(book, zfxxgk, FIRST) == []


@both
def test_what_is_no_number_is_told(zfxxgk: Form, edition: Edition) -> None:
    first, second, third = list(zfxxgk.fields)[:3]
    text = zfxxgk.texts[0]
    values = {first: RawCell("e", "#REF!"), second: RawCell("str", "", 'DISPIMG("a")')}
    values |= {third: RawCell("s", "无"), text.field_id: RawCell("e", "#N/A")}
    book = printed(zfxxgk, edition, values, {})
    cells = [edition.spots(zfxxgk)[name][1] for name in values]
    contents = [(first, "错误值"), (second, "一张图片"), (third, "“无”")]
    expected = [
        f"上年数“{zfxxgk.fields[name].label}”是{content}，不是数字，没有用来比较"
        for name, content in contents
    ]
    expected.append(f"“上年数·{text.label}”里是错误值，不是文字，读不出来")
    assert told(book, zfxxgk, edition) == [
        ("R33", address(cell), message) for cell, message in zip(cells, expected, strict=True)
    ]
    assert read(book, zfxxgk, edition) is None
