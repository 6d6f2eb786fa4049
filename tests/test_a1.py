"""Cells and ranges as Excel writes them."""

from __future__ import annotations

import pytest

from xlreport.a1 import Cell, ranges, span


@pytest.mark.parametrize(
    ("first", "last", "plain", "absolute"),
    [
        ((5, 3), (5, 3), "D6", "$D$6"),
        ((5, 3), (7, 5), "D6:F8", "$D$6:$F$8"),
        ((0, 0), (0, 27), "A1:AB1", "$A$1:$AB$1"),
    ],
)
def test_a_range_of_one_cell_is_that_cell(
    first: Cell, last: Cell, plain: str, absolute: str
) -> None:
    assert span(first, last) == plain
    assert span(first, last, absolute=True) == absolute


def test_cells_are_covered_by_few_ranges() -> None:
    assert ranges([(0, 0), (0, 1), (1, 0), (1, 1), (3, 3)]) == ["A1:B2", "D4"]
    assert ranges([(1, 0), (0, 0), (0, 0)]) == ["A1:A2"]
