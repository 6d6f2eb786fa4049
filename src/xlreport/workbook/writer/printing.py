"""How a sheet prints: on A4, one page wide and nothing cut."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

MAX_ROW_HEIGHT = 409.0
"""Excel's limit on a row's height, in points."""


def print_portrait(sheet: Worksheet, bottom: int, right: int) -> None:
    """On as many pages as the rows up to `bottom` need."""
    sheet.print_area(0, 0, bottom, right)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()


def print_on_one_page(sheet: Worksheet, bottom: int, right: int, *, landscape: bool) -> None:
    """On a single page."""
    sheet.print_area(0, 0, bottom, right)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
