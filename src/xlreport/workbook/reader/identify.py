"""Which form and year a workbook says it is: hidden sheet and properties, else its headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from xlreport.findings import Finding
from xlreport.form.model import Form
from xlreport.formats.raw import RawBook, RawSheet
from xlreport.text import clean, clean_name, quote, year_told
from xlreport.workbook.codes import IDENTITY_LOST, UNIDENTIFIED, UNKNOWN_FORM
from xlreport.workbook.layout.first_edition import first_edition
from xlreport.workbook.layout.identity import (
    KEY_COLUMN,
    KEYS,
    PREFIX,
    VALUE_COLUMN,
    Identity,
    is_current_edition,
)
from xlreport.workbook.layout.sheet import HIDDEN, PRIOR_YEAR_LIST, SheetLayout
from xlreport.workbook.layout.workbook import WorkbookLayout, layout_of, summary_layout
from xlreport.workbook.reader.cover import cover_sheet, cover_text
from xlreport.workbook.reader.defined_names import named_text
from xlreport.workbook.reader.headings import sheet_like, squeezed

_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})\s*年度")
_REPORT_YEAR = re.compile(r"报告年度：((?:19|20)[0-9]{2})")

_NAMES = frozenset({"county", "county_code", "unit", "code", "level"})
"""Keys of the identity that name somebody."""

_TOP_ROWS = 4
"""Rows of a sheet in which its year is printed."""


class Forms(Protocol):
    """Finds form definitions: one by its id, or all."""

    def __call__(self, form_id: str) -> Form | None:
        """The form of this id."""

    def all(self) -> Iterable[Form]:
        """Every form."""


class Identified(NamedTuple):
    """The form and the report year of a workbook, and what was odd about finding them."""

    form: Form
    year: int
    findings: tuple[Finding, ...] = ()


def edition_of(book: RawBook, identity: Identity, form: Form) -> WorkbookLayout:
    """The layout by which a workbook of a form is to be read: the first one where it has an
    identity that names no other, or no identity but what only that layout had."""
    if is_current_edition(identity):
        return summary_layout(form) if identity.is_summary else layout_of(form)
    has_identity = bool(identity.form)
    looks_first = PRIOR_YEAR_LIST in book.sheets or _asks_below_title(book, form)
    return first_edition(form) if has_identity or looks_first else layout_of(form)


def _asks_below_title(book: RawBook, form: Form) -> bool:
    """Whether the question about blanks stands below a table's title, as in the first edition; now
    it stands above."""
    for table in layout_of(form).tables.values():
        name = sheet_like(table, book)
        if name is None:
            continue
        title = _row_of(table, "title", book.sheets[name])
        question = _row_of(table, "question", book.sheets[name])
        if title is not None and question is not None:
            return question > title
    return False


def _row_of(table: SheetLayout, style: str, sheet: RawSheet) -> int | None:
    """The first row of a sheet that prints a label of this style."""
    texts = {squeezed(label.text) for label in table.labels if label.style == style}
    printing = [cell for cell, raw in sheet.cells.items() if squeezed(raw.text) in texts]
    return min(printing)[0] if printing else None


def identity_of(book: RawBook) -> Identity:
    """The identity written into the file: defined names first, then custom properties, then the
    hidden sheet as it lies."""
    values = {}
    for key in KEYS:
        name = PREFIX + key
        values[key] = named_text(book, name) or book.properties.get(name, "")
    if not values["form"]:
        values |= _hidden_sheet(book)
    return identity_from(values)


def identity_from(values: Mapping[str, str]) -> Identity:
    """The identity of these values, as they may go on."""
    cleaned = {key: _cleaned(key, value) for key, value in values.items()}
    return Identity(**cleaned)


def _cleaned(key: str, value: str) -> str:
    """A value as it may go on: names as they are compared."""
    if key in _NAMES:
        return clean_name(value)
    return clean(value)


def _hidden_sheet(book: RawBook) -> dict[str, str]:
    """What the hidden sheet says, key by key."""
    if HIDDEN not in book.sheets:
        return {}
    cells = book.sheets[HIDDEN].cells
    found = {}
    for (row, column), key in cells.items():
        if column != KEY_COLUMN or key.text not in KEYS:
            continue
        value = cells.get((row, VALUE_COLUMN))
        if value is not None:
            found[key.text] = value.text.strip()
    return found


def identify(book: RawBook, identity: Identity, forms: Forms) -> Identified | None:
    """The form and year of the identity, or of the headings where there is no identity."""
    form = forms(identity.form)
    year = plain_year(identity.year)
    if form is not None and year is not None:
        return Identified(form, year)
    if identity.form:
        return None
    return _recognised(book, forms)


def unidentified(identity: Identity) -> Finding:
    """F2: why a workbook cannot be read."""
    if identity.form and plain_year(identity.year) is not None:
        return UNKNOWN_FORM(form=quote(identity.form))
    return UNIDENTIFIED()


def plain_year(text: str) -> int | None:
    """A year as four digits."""
    is_number = text.isascii() and text.isdigit()
    return int(text) if is_number and len(text) == 4 else None


def _recognised(book: RawBook, forms: Forms) -> Identified | None:
    """The one form whose tables' headings are all in the workbook, and the year of its cover."""
    candidates = [form for form in forms.all() if _holds_headings(book, form)]
    if len(candidates) != 1:
        return None
    form = candidates[0]
    year = _cover_year(book, form) or _printed_year(book, form)
    if year is None:
        return None
    return Identified(form, year, (IDENTITY_LOST(),))


def _holds_headings(book: RawBook, form: Form) -> bool:
    tables = layout_of(form).tables.values()
    return all(sheet_like(table, book) is not None for table in tables)


def _cover_year(book: RawBook, form: Form) -> int | None:
    """The year on its line of the cover."""
    for item in form.identity:
        if item.id == "year":
            return plain_year(year_told(cover_text(book, form, item)))
    return None


def _printed_year(book: RawBook, form: Form) -> int | None:
    """The year that the cover or the line above each table prints, if they agree."""
    sheets = {sheet_like(table, book) for table in layout_of(form).tables.values()}
    sheets.add(cover_sheet(book, form))
    years: set[str] = set()
    for sheet in sheets:
        years.update(_years_at_top(book, sheet))
    if len(years) == 1:
        return int(years.pop())
    return None


def _years_at_top(book: RawBook, sheet: str | None) -> Iterator[str]:
    """The years in the rows above a table, one a cell."""
    if sheet is None or sheet not in book.sheets:
        return
    for (row, _), raw in book.sheets[sheet].cells.items():
        if row >= _TOP_ROWS:
            continue
        match = _YEAR.search(raw.text) or _REPORT_YEAR.search(raw.text)
        if match is not None:
            yield match[1]
