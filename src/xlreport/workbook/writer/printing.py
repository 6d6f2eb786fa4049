"""How a sheet prints: on A4, one page wide and nothing cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xlsxwriter.worksheet import Worksheet

from xlreport.workbook.layout.sheet import Span

MAX_ROW_HEIGHT = 409.0
"""Excel's limit on a row's height, in points."""


class Section(NamedTuple):
    """Rows that belong together: the first one, and the height of all in points."""

    row: int
    height: float


_SCALE = 95
"""Per cent at which a sheet of texts prints: at this its width fills an A4 page."""

_PAGE = 769 / (_SCALE / 100)
"""Points of rows that fit on an A4 page at this scale, margins and footer taken off."""


def print_sections(sheet: Worksheet, printed: Span, sections: Sequence[Section]) -> None:
    """A rectangle of sections, each of which stays on one page if it can: a page begins where the
    next one would not fit. (Excel takes no notice of page breaks where it fits to pages.)"""
    sheet.print_area(*printed.corners)
    sheet.set_print_scale(_SCALE)
    sheet.center_horizontally()
    sheet.print_black_and_white()
    breaks = []
    used = 0.0
    for section in sections:
        if used and used + section.height > _PAGE:
            breaks.append(section.row)
            used = 0.0
        used = (used + section.height) % _PAGE
    sheet.set_h_pagebreaks(breaks)


def print_on_one_page(sheet: Worksheet, printed: Span, *, landscape: bool) -> None:
    """A rectangle on a single page."""
    sheet.print_area(*printed.corners)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.print_black_and_white()


def print_when_asked(sheet: Worksheet, right: int, *, landscape: bool) -> None:
    """A sheet that is no part of the report, `right` its last column: whoever prints the whole
    workbook does not get it, for its print area is an empty cell. No program prints a page of
    empty cells (Excel: Microsoft KB 288968; LibreOffice by its defaults). Whoever wants it on
    paper prints what is selected, which no print area limits, one page wide."""
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    # beside the first row: above rows that are repeated on each page, and free of formats
    sheet.print_area(0, right + 2, 0, right + 2)
