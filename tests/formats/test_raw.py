"""Sheets and names as they are written, and what is ambiguous in them."""

from __future__ import annotations

from xlreport.formats.raw import MOST_ODD, RawCell, RawSheet, join_names


def test_a_cell_given_twice_is_ambiguous_and_the_second_stands() -> None:
    sheet = RawSheet("表")
    sheet.put((0, 0), RawCell("n", "1"))
    assert sheet.twice == []
    sheet.put((0, 0), RawCell("n", "2"))
    assert (sheet.twice, sheet.cells[0, 0].text) == ([(0, 0)], "2")


def test_doubts_are_listed_up_to_a_number() -> None:
    sheet = RawSheet("表")
    for row in range(MOST_ODD + 5):
        sheet.doubt((row, 0))
    assert len(sheet.twice) == MOST_ODD


def test_names_are_known_in_lower_case_and_the_first_target_holds() -> None:
    pairs = [("A", "x"), ("b", "y"), ("a", "x"), ("B", "z"), ("b", "y")]
    assert join_names(pairs) == ({"a": "x", "b": "y"}, ("b",))
