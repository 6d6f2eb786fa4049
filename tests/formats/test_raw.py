"""Sheets and names as they are written, and what is ambiguous in them."""

from __future__ import annotations

from xlreport.formats.raw import MOST_ODD, Hidden, RawCell, RawSheet, add_range, join_names


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


def test_rows_and_columns_that_follow_one_another_are_one_range() -> None:
    ranges: list[tuple[int, int]] = []
    for first, last in ((1, 1), (2, 3), (5, 5), (5, 6), (7, 7)):
        add_range(ranges, first, last)
    assert ranges == [(1, 3), (5, 5), (5, 7)]
    many: list[tuple[int, int]] = []
    for row in range(0, 2 * MOST_ODD + 10, 2):
        add_range(many, row, row)
    assert len(many) == MOST_ODD


def test_a_cell_is_hidden_with_its_row_or_its_column() -> None:
    hidden = Hidden(rows=((2, 3), (7, 7)), columns=((4, 5),))
    cells = [(2, 0), (3, 0), (7, 9), (0, 4), (0, 5)]
    assert all(hidden.hides(cell) for cell in cells)
    assert not any(hidden.hides(cell) for cell in [(1, 0), (4, 3), (6, 6), (8, 0)])
    assert not Hidden(sheet=True).hides((0, 0))
