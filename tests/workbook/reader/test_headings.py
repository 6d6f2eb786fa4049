"""Headings tell where a cell is only when they leave no doubt."""

from __future__ import annotations

from dataclasses import replace

from support.raw_books import moved_down, raw_book
from xlreport import Form
from xlreport.formats.raw import RawCell, RawSheet
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.headings import by_headings, likeness, sheet_like, squeezed


def test_every_field_is_found_where_it_is(any_form: Form) -> None:
    book, layout = raw_book(any_form), layout_of(any_form)
    for sheet in layout.form_sheets:
        found = by_headings(sheet, book.sheets[sheet.name])
        assert found.fields == {name: span.cell for name, span in sheet.fields.items()}
        assert found.flag == sheet.flag


def test_spaces_and_line_breaks_do_not_matter(zfxxgk: Form) -> None:
    assert squeezed(" 一、本年\n新收　申请 ") == "一、本年新收申请"
    layout, book = layout_of(zfxxgk).tables["disclosure"], raw_book(zfxxgk)
    sheet = book.sheets[layout.name]
    sheet.cells = {c: replace(raw, text=f" {raw.text}\n") for c, raw in sheet.cells.items()}
    assert len(by_headings(layout, sheet).fields) == len(layout.fields)


def test_a_heading_that_is_there_once_too_often_tells_nothing(zfxxgk: Form) -> None:
    layout, book = layout_of(zfxxgk).tables["disclosure"], raw_book(zfxxgk)
    sheet = book.sheets[layout.name]
    label = next(label for label in layout.labels if label.style == "row")
    row = label.span.top
    sheet.cells[60, 9] = RawCell("s", label.text)
    lost = {name for name, span in layout.fields.items() if span.top == row}
    assert set(layout.fields) - set(by_headings(layout, sheet).fields) == lost


def test_cells_keep_their_distance_from_headings_that_moved(zfxxgk: Form) -> None:
    layout, book = layout_of(zfxxgk).texts, raw_book(zfxxgk)
    sheet = book.sheets[layout.name]
    moved_down(sheet, 2, rows=3)
    found = by_headings(layout, sheet).fields
    assert found == {n: (s.top + 3, s.left) for n, s in layout.fields.items()}


def test_a_sheet_needs_four_fifths_of_the_headings(zfxxgk: Form) -> None:
    layout, book = layout_of(zfxxgk).tables["requests"], raw_book(zfxxgk)
    texts = list(dict.fromkeys(squeezed(label.text) for label in layout.labels))
    enough = -(-len(texts) * 8 // 10)
    cells = {(i, 0): RawCell("s", text) for i, text in enumerate(texts[:enough])}
    sheet = RawSheet("改名", cells)
    found = replace(book, sheets={"改名": sheet})
    assert likeness(layout, sheet) >= 0.8
    assert sheet_like(layout, found) == "改名"
    assert sheet_like(layout, found, ["改名"]) is None
    two = replace(book, sheets={"改名": sheet, "又": RawSheet("又", cells)})
    assert sheet_like(layout, two) is None, "two candidates are none"
    del sheet.cells[0, 0]
    assert sheet_like(layout, found) is None
