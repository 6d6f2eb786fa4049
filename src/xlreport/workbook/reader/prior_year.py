"""The figures of the year before that a workbook carries on its 上年数 sheet."""

from __future__ import annotations

from decimal import Decimal

from xlreport.form.model import Form
from xlreport.formats.raw import RawBook
from xlreport.submission import Figures
from xlreport.workbook.layout.prior_year import prior_year_name
from xlreport.workbook.reader.defined_names import named_cell
from xlreport.workbook.reader.numbers import read_entry


def read_prior_year(book: RawBook, form: Form) -> Figures | None:
    """The figures of a form's fields and texts; None when the workbook carries none."""
    numbers: dict[str, Decimal] = {}
    for name in form.fields:
        cell = named_cell(book, prior_year_name(name))
        entry, _ = read_entry(cell)
        if entry.value is not None:
            numbers[name] = entry.value
    texts: dict[str, str] = {}
    for text in form.texts:
        cell = named_cell(book, prior_year_name(text.field_id))
        if cell is not None:
            texts[text.field_id] = cell.text
    if not numbers and not texts:
        return None
    return Figures(numbers, texts)
