"""Which form, year and unit a workbook says it is: hidden sheet and properties, else its headings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from xlreport.form.model import Form
from xlreport.formats.raw import RawBook
from xlreport.workbook.layout.workbook import COVER, HIDDEN, layout_of
from xlreport.workbook.reader.labels import sheet_like
from xlreport.workbook.reader.locate import Located, named_text
from xlreport.workbook.writer.identity import KEYS, PREFIX

_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})\s*年度")


class Forms(Protocol):
    """Finds form definitions: one by its id, or all."""

    def __call__(self, form_id: str) -> Form | None: ...

    def all(self) -> Iterable[Form]: ...


def issued(book: RawBook) -> dict[str, str]:
    """The identity written into the file: defined names first, then custom properties, then the
    hidden sheet as it lies."""
    found = {
        key: named_text(book, PREFIX + key) or book.properties.get(PREFIX + key, "") for key in KEYS
    }
    hidden = book.sheets.get(HIDDEN)
    if hidden is not None and not found["form"]:
        for (row, column), raw in hidden.cells.items():
            if column == 0 and raw.text in found and (row, 1) in hidden.cells:
                found[raw.text] = hidden.cells[row, 1].text.strip()
    return found


def plain_year(text: str) -> int | None:
    """A year as four digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


def recognised(book: RawBook, forms: Forms) -> tuple[Form, int] | None:
    """The one form whose tables' headings are all in the workbook, and the year that its cover says."""
    found = []
    for form in forms.all():
        plans = layout_of(form).tables.values()
        if all(sheet_like(plan, book) is not None for plan in plans):
            found.append(form)
    if len(found) != 1:
        return None
    form = found[0]
    label = next((i.label for i in form.identity if i.id == "year"), "")
    year = plain_year(Located(book, layout_of(form)).identity_text("year", label)) or _printed_year(
        book, form
    )
    return (form, year) if year is not None else None


def _printed_year(book: RawBook, form: Form) -> int | None:
    """The year that the cover or the line above each table prints, if they agree."""
    plans = layout_of(form).tables.values()
    names = {COVER, *(name for plan in plans if (name := sheet_like(plan, book)) is not None)}
    printed = {
        match[1]
        for name in names
        if name in book.sheets
        for (row, _), raw in book.sheets[name].cells.items()
        if row < 4
        and (
            match := _YEAR.search(raw.text) or re.search(r"报告年度：((?:19|20)[0-9]{2})", raw.text)
        )
    }
    return int(printed.pop()) if len(printed) == 1 else None
