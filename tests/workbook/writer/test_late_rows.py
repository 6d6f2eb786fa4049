"""Rows that are kept in a few bytes are written as XlsxWriter writes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from xlsxwriter.format import Format

from xlreport.workbook.writer.late_rows import ListRows
from xlreport.workbook.writer.xlsxwriter_patches import LockedWorkbook, PlainSheet, add_table

WIDTH = 3
ROWS: tuple[tuple[str | int | None, ...], ...] = (
    ("甲", 7, None),
    ("=乙", 0, "→"),
    (None, 123_456_789_012, "甲"),
    ("<&>", 3, "→"),
)
HEIGHTS = (19.0, 34.0, 15.5, 409.0)


class Book:
    """A sheet with headings and rows under them, and the styles of its columns."""

    def __init__(self) -> None:
        self.target = io.BytesIO()
        self.book = LockedWorkbook(self.target, "")
        sheet = self.book.add_worksheet("表", PlainSheet)
        assert isinstance(sheet, PlainSheet)
        self.sheet = sheet
        self.styles = [self.book.add_format({"bold": True, "indent": i}) for i in range(WIDTH)]
        self.quoted = [
            self.book.add_format({"bold": True, "indent": i, "quote_prefix": True})
            for i in range(WIDTH)
        ]
        self.link = self.book.add_format({"font_color": "#0563C1"})
        for row in range(2):
            for column in range(WIDTH):
                self.sheet.write_string(row, column, f"列{column}")

    def parts(self) -> dict[str, bytes]:
        self.book.close()
        with zipfile.ZipFile(io.BytesIO(self.target.getvalue())) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def one_by_one(book: Book) -> None:
    for row, contents in enumerate(ROWS, start=2):
        for column, content in enumerate(contents):
            style = book.styles[column]
            if content is None:
                book.sheet.write_blank(row, column, None, style)
            elif isinstance(content, int):
                book.sheet.write_number(row, column, content, style)
            elif content == "→":
                book.sheet.write_url(row, column, "internal:表!A1", book.link, content)
            else:
                chosen = book.quoted[column] if content.startswith("=") else style
                book.sheet.write_string(row, column, content, chosen)
        book.sheet.set_row(row, HEIGHTS[row - 2])


def late(book: Book) -> None:
    quoted: Callable[[int], Format] = book.quoted.__getitem__
    rows = ListRows(2, book.styles, quoted, book.sheet.number_of)
    for contents, height in zip(ROWS, HEIGHTS, strict=True):
        for content in contents:
            if content is None:
                rows.blank()
            elif isinstance(content, int):
                rows.number(content)
            elif content == "→":
                book.sheet.write_link((rows.last + 1, rows.column), "internal:表!A1", content)
                rows.text(content, style=book.link)
            else:
                rows.text(content, quoted=content.startswith("="))
        rows.end(height)
    book.sheet.write_late(rows)


def test_every_part_is_the_one_that_xlsxwriter_writes() -> None:
    plain, kept = Book(), Book()
    one_by_one(plain)
    late(kept)
    assert kept.parts() == plain.parts()


def test_a_list_without_rows_is_a_sheet_without_them() -> None:
    plain, kept = Book(), Book()
    kept.sheet.write_late(ListRows(2, kept.styles, kept.quoted.__getitem__, kept.sheet.number_of))
    assert kept.parts() == plain.parts()


@pytest.mark.parametrize("last", [1, 2, 40])
def test_a_table_is_the_one_that_xlsxwriter_makes(last: int) -> None:
    plain, kept = Book(), Book()
    options = {"name": "表", "columns": [{"header": f"列{i}"} for i in range(WIDTH)], "style": None}
    plain.sheet.add_table(0, 0, last, WIDTH - 1, dict(options))
    add_table(kept.sheet, (0, 0, last, WIDTH - 1), options)
    assert kept.parts() == plain.parts()
