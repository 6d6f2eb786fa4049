"""技术信息: the last sheet that people see."""

from __future__ import annotations

from support.summaries import book, rows
from xlreport.publishing.summary.names import TECHNICAL_SHEET


def test_every_file_has_a_row_with_its_digest() -> None:
    sheet = book()[TECHNICAL_SHEET]
    table = {row[0]: row for row in rows(sheet)}
    assert list(table) == sorted(str(path) for path in table)
    assert len(table) == 6
    assert table["z/丙.xlsx"][1:] == (
        "通过",
        "990103",
        "丙寅镇",
        None,
        "2026-01-03 08:00",
        "2026-01-03 08:00",
        "sha of z/丙.xlsx",
    )
    assert table["u/别.xlsx"][1] == "不能计入"


def test_it_is_the_last_sheet_that_is_shown_and_does_not_print_with_the_others() -> None:
    shown = [sheet.title for sheet in book().worksheets if sheet.sheet_state == "visible"]
    assert shown[-1] == TECHNICAL_SHEET
    sheet = book()[TECHNICAL_SHEET]
    assert sheet.print_area == f"'{TECHNICAL_SHEET}'!$J$1"
