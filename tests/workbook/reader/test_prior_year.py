"""The figures of the year before that a workbook carries."""

from __future__ import annotations

from decimal import Decimal

from support.raw_books import put, raw_book, target
from xlreport import Form
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import Figures
from xlreport.workbook.layout.prior_year import prior_year_name
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
    return read_prior_year(book, form)


def test_a_workbook_without_figures_carries_none(any_form: Form) -> None:
    assert read(carrying(any_form, {}), any_form) is None
    assert read(raw_book(any_form), any_form) is None


def test_numbers_and_texts_come_by_their_names(any_form: Form) -> None:
    number, other = list(any_form.fields)[:2]
    text = any_form.texts[0].field_id
    values = {number: RawCell("n", "12"), other: RawCell("s", "无"), text: RawCell("s", "去年")}
    found = read(carrying(any_form, values), any_form)
    assert found == Figures({number: Decimal(12)}, {text: "去年"})
