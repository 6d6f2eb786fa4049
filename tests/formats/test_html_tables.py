"""Where the cells of a table on a web page lie."""

from __future__ import annotations

import pytest

from xlreport.formats.drafts import Passage, Shape, count_of
from xlreport.formats.guard import Limits
from xlreport.formats.html_tables import (
    Group,
    PageCell,
    columns_asked_for,
    laid_out,
    rows_asked_for,
)

COUNT = count_of(Limits())


def cell(text: str, rows: int = 1, columns: int = 1) -> PageCell:
    inside = Passage(COUNT)
    inside.say(text)
    return PageCell(inside.closed(), rows, columns)


@pytest.mark.parametrize(
    ("attribute", "rows", "columns"),
    [
        ("", 1, 1),
        ("3", 3, 3),
        (" +3px", 3, 3),
        ("0", 0, 1),
        ("-2", 1, 1),
        ("zwei", 1, 1),
        ("２", 1, 1),
        ("1000", 1000, 1000),
        ("1001", 1001, 1000),
        ("65535", 65_534, 1000),
        ("9" * 40, 65_534, 1000),
    ],
)
def test_what_an_attribute_asks_for(attribute: str, rows: int, columns: int) -> None:
    assert (rows_asked_for(attribute), columns_asked_for(attribute)) == (rows, columns)


def test_cells_take_the_next_free_columns() -> None:
    group = Group("tbody", [[cell("a", 2, 2), cell("b")], [cell("c"), cell("d", 5)], [cell("e")]])
    assert laid_out([group], COUNT) == {
        (0, 0): Shape("a", 2, 2),
        (0, 2): Shape("b"),
        (1, 2): Shape("c"),
        (1, 3): Shape("d", 2, 1),
        (2, 0): Shape("e"),
    }


def test_the_second_of_two_that_cover_the_same_is_narrower() -> None:
    group = Group("tbody", [[cell("a"), cell("b", 2)], [cell("c", 1, 3), cell("d")]])
    assert laid_out([group], COUNT) == {
        (0, 0): Shape("a"),
        (0, 1): Shape("b", 2),
        (1, 0): Shape("c"),
        (1, 2): Shape("d"),
    }


def test_the_first_head_and_the_first_foot_have_places_of_their_own() -> None:
    kinds = ("tfoot", "tbody", "thead", "thead", "tfoot")
    groups = [Group(kind, [[cell(f"{kind}{number}")]]) for number, kind in enumerate(kinds)]
    texts = [shape.text for shape in laid_out(groups, COUNT).values()]
    assert texts == ["thead2", "tbody1", "thead3", "tfoot4", "tfoot0"]
