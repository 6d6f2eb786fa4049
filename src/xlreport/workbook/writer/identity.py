"""Who and what a workbook is, in the file itself: a very hidden sheet, defined names, custom properties."""

from __future__ import annotations

from xlreport.a1 import Cell
from xlreport.workbook.layout.workbook import HIDDEN
from xlreport.workbook.writer.book import WorkbookWriter

PREFIX = "xlreport."
KEYS = (
    "form",
    "form_version",
    "fingerprint",
    "kind",
    "year",
    "county",
    "county_code",
    "unit",
    "code",
    "level",
    "with_errors",
    "missing",
    "submission",
)
"""Keys of the hidden sheet, in order; each is also a defined name and a custom property `xlreport.<key>`."""


def identity_of(book: WorkbookWriter) -> dict[str, str]:
    """The values of KEYS for a workbook; unit, code and level are empty when the town types them in."""
    unit = book.submission.unit
    given = (unit.name, unit.code, unit.level) if book.issued else ("", "", "")
    form, county = book.form, book.submission.county
    values = (
        form.id,
        str(form.version),
        form.fingerprint,
        book.kind,
        str(book.submission.year),
        county.name,
        county.code,
        *given,
        "、".join(book.with_errors),
        "、".join(book.missing),
        str(book.submission.provenance.number or 1),
    )
    return dict(zip(KEYS, values, strict=True))


def hidden_cell(key: str) -> Cell:
    """Where a key's value stands on the hidden sheet."""
    return KEYS.index(key), 1


def write_identity(book: WorkbookWriter) -> None:
    """The very hidden sheet; its values also go into the document's custom properties."""
    sheet = book.sheet(HIDDEN)
    for row, (key, value) in enumerate(identity_of(book).items()):
        book.string(sheet, (row, 0), key, "plain")
        book.string(sheet, (row, 1), value, "plain")
        book.name(PREFIX + key, HIDDEN, (row, 1))
        if value:
            book.workbook.set_custom_property(PREFIX + key, value, "text")
    book.protect(sheet)
    sheet.very_hidden()
