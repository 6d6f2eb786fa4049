"""The figures of the year before that a workbook carries."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from support.raw_books import put, raw_book, target
from xlreport import Form
from xlreport.a1 import address
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import Figures
from xlreport.workbook.layout.prior_year import prior_year_name
from xlreport.workbook.layout.sheet import TEXTS
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.prior_year import read_prior_year


def carrying(form: Form, values: dict[str, RawCell]) -> RawBook:
    book, layout = raw_book(form), layout_of(form)
    names = {
        prior_year_name(name).lower(): target(layout.prior_year(name)) for name in layout.cells
    }
    book = RawBook(book.sheets, names)
    for name, cell in values.items():
        put(book, layout.prior_year(name), cell)
    return book


def read(book: RawBook, form: Form) -> Figures | None:
    return read_prior_year(book, layout_of(form)).figures


def test_a_workbook_without_figures_carries_none(any_form: Form) -> None:
    assert read(carrying(any_form, {}), any_form) is None
    assert read(raw_book(any_form), any_form) is None


def test_numbers_and_texts_come_by_their_names(any_form: Form) -> None:
    number, other = list(any_form.fields)[:2]
    text = any_form.texts[0].field_id
    values = {number: RawCell("n", "12"), other: RawCell("s", "无"), text: RawCell("s", "去年")}
    found = read(carrying(any_form, values), any_form)
    assert found == Figures({number: Decimal(12)}, {text: "去年"})


# --- names against what is printed ------------------------------------------------------------

Told = list[tuple[str, str, str]]


def printed(form: Form, values: dict[str, RawCell], names: dict[str, str]) -> RawBook:
    """The workbook with table and item printed before each value, and these names instead."""
    book, layout = carrying(form, values), layout_of(form)
    labels = {
        field.id: (form.table(field.table).sheet, field.label) for field in form.fields.values()
    }
    labels |= {text.field_id: (TEXTS, text.label) for text in form.texts}
    for name, (table, label) in labels.items():
        sheet, (row, column) = layout.prior_year(name)
        put(book, (sheet, (row, column - 2)), RawCell("s", table))
        put(book, (sheet, (row, column - 1)), RawCell("s", label))
    return replace(book, names={**book.names, **names})


def told(book: RawBook, form: Form) -> Told:
    return [(f.code, f.cell, f.message) for f in read_prior_year(book, layout_of(form)).findings]


def test_a_name_that_went_elsewhere_is_only_a_proposal(zfxxgk: Form) -> None:
    first, second = list(zfxxgk.fields)[:2]
    layout = layout_of(zfxxgk)
    one, two = layout.prior_year(first), layout.prior_year(second)
    swapped = {prior_year_name(first): target(two), prior_year_name(second): target(one)}
    book = printed(zfxxgk, {first: RawCell("n", "1"), second: RawCell("n", "2")}, swapped)
    assert read(book, zfxxgk) == Figures({first: Decimal(1), second: Decimal(2)}, {})
    labels = "、".join(
        f"C{i}（{zfxxgk.fields[name].label}）" for i, name in ((4, first), (5, second))
    )
    message = f"有 2 个格子的名称跟着拖动或剪切走了，已按表头读取：{labels}"
    assert told(book, zfxxgk) == [("R8", "", message)]


def test_names_that_lead_nowhere_are_no_names(zfxxgk: Form) -> None:
    first = next(iter(zfxxgk.fields))
    lost = {prior_year_name(name): "#REF!" for name in layout_of(zfxxgk).cells}
    book = printed(zfxxgk, {first: RawCell("n", "1")}, lost)
    assert read(book, zfxxgk) == Figures({first: Decimal(1)}, {})
    assert told(book, zfxxgk) == [("R8", "", "有 1 个格子的名称丢失，已按表头文字找到并读取")]


def test_what_is_printed_twice_tells_nothing(zfxxgk: Form) -> None:
    first = next(iter(zfxxgk.fields))
    book = printed(zfxxgk, {first: RawCell("n", "1")}, {})
    sheet, (row, column) = layout_of(zfxxgk).prior_year(first)
    for offset in (2, 1):
        put(book, (sheet, (999, column - offset)), book.sheets[sheet].cells[row, column - offset])
    assert read(book, zfxxgk) == Figures({first: Decimal(1)}, {})
    assert told(book, zfxxgk) == []


def test_what_is_no_number_is_told(zfxxgk: Form) -> None:
    first, second, third = list(zfxxgk.fields)[:3]
    text = zfxxgk.texts[0]
    values = {first: RawCell("e", "#REF!"), second: RawCell("str", "", 'DISPIMG("a")')}
    values |= {third: RawCell("s", "无"), text.field_id: RawCell("e", "#N/A")}
    book = printed(zfxxgk, values, {})
    cells = [layout_of(zfxxgk).prior_year(name)[1] for name in values]
    contents = [(first, "错误值"), (second, "一张图片"), (third, "“无”")]
    expected = [
        f"上年数“{zfxxgk.fields[name].label}”是{content}，不是数字，没有用来比较"
        for name, content in contents
    ]
    expected.append(f"“上年数·{text.label}”里是错误值，不是文字，读不出来")
    assert told(book, zfxxgk) == [
        ("R33", address(cell), message) for cell, message in zip(cells, expected, strict=True)
    ]
    assert read(book, zfxxgk) is None
