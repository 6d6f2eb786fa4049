"""The figures of the year before that a workbook carries on its 上年数 sheet."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from xlreport.formats.raw import RawBook
from xlreport.submission import Figures
from xlreport.workbook.layout.prior_year import prior_year_name
from xlreport.workbook.reader.defined_names import named_cell
from xlreport.workbook.reader.numbers import read_entry


def read_prior_year(book: RawBook, numbers: Iterable[str], texts: Iterable[str]) -> Figures | None:
    """The figures of these fields; None when the workbook carries none."""
    known_numbers: dict[str, Decimal] = {}
    for name in numbers:
        entry, _ = read_entry(named_cell(book, prior_year_name(name)))
        if entry.value is not None:
            known_numbers[name] = entry.value
    known_texts: dict[str, str] = {}
    for name in texts:
        cell = named_cell(book, prior_year_name(name))
        if cell is not None:
            known_texts[name] = cell.text
    if not known_numbers and not known_texts:
        return None
    return Figures(known_numbers, known_texts)
