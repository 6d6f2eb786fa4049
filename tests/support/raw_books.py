"""A form's untouched workbook as raw cells, made from its layout alone: quick to make and to damage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

from xlreport.a1 import address, quoted
from xlreport.form.model import Form
from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.workbook.layout.identity import EDITION, PREFIX, Identity, identity_name
from xlreport.workbook.layout.sheet import CHECKS, COVER
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout, flag_name, layout_of

COVER_LINES = {"unit": "甲子镇", "code": "990101", "level": "乡镇", "year": "2025"}


def target(spot: Spot, last: str = "") -> str:
    """What a defined name of a cell (or of a range up to `last`) says."""
    sheet, cell = spot
    return f"{quoted(sheet)}!{address(cell, absolute=True)}{last}"


def raw_book(form: Form, cover: Mapping[str, str] = COVER_LINES) -> RawBook:
    """The workbook with nothing filled in but the cover; all its sheets are protected."""
    layout = layout_of(form)
    sheets = {name: RawSheet(name, protected=True) for name in layout.sheets}
    for sheet in layout.form_sheets:
        for label in sheet.labels:
            sheets[sheet.name].cells[label.span.cell] = RawCell("s", label.text)
    names = {}
    for item in form.identity:
        row, column = layout.identity[item.id]
        sheets[COVER].cells[row, column - 1] = RawCell("s", item.label)
        if cover.get(item.id):
            sheets[COVER].cells[row, column] = RawCell("s", cover[item.id])
        names[identity_name(item.id)] = target((COVER, (row, column)))
    for name, spot in spots(layout).items():
        names[name.lower()] = target(spot)
    book = RawBook(sheets, names, properties=identity(form))
    for field in form.computed:
        put(book, layout.cells[field.id], RawCell("n", "", formula="SUM(A1)"))
    return book


def identity(form: Form, /, **changes: str) -> dict[str, str]:
    """The custom properties of a form's workbook for 2025."""
    version, edition = str(form.version), str(EDITION)
    values = Identity(
        form.id, version, form.fingerprint, "unit", "2025", submission="1", edition=edition
    )
    known = asdict(replace(values, **changes))
    return {PREFIX + key: value for key, value in known.items() if value}


def spots(layout: WorkbookLayout) -> dict[str, Spot]:
    """All names that a town fills in."""
    return {**layout.cells, **{flag_name(table): spot for table, spot in layout.flags.items()}}


def put(book: RawBook, spot: Spot, cell: RawCell) -> None:
    """Writes one cell."""
    sheet, at = spot
    book.sheets[sheet].cells[at] = cell


def without_names(book: RawBook, *names: str) -> RawBook:
    """The book in which these names are lost."""
    lost = {name.lower() for name in names}
    kept = {name: where for name, where in book.names.items() if name not in lost}
    return replace(book, names=kept)


def moved_down(sheet: RawSheet, first: int, rows: int = 1) -> None:
    """Moves the cells of a sheet from a row on, as an inserted row does; names stay behind."""
    cells = {}
    for (row, column), cell in sheet.cells.items():
        cells[row + rows if row >= first else row, column] = cell
    sheet.cells = cells


__all__ = [
    "CHECKS",
    "COVER",
    "COVER_LINES",
    "identity",
    "moved_down",
    "put",
    "raw_book",
    "spots",
    "target",
    "without_names",
]
