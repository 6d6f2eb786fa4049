"""Grids laid out as areas: what stands in which row, which grids are one table, turned ones."""

from __future__ import annotations

from importing.drawn import Row, grid, page
from xlreport.formats.grid import Document, Grid
from xlreport.importing.areas import Area, areas_of
from xlreport.submission import Place

ROWS: tuple[Row, ...] = (
    (("项目", 2, 1), ("数量", 1, 2)),
    ("甲", "乙"),
    ("一、规章", "1", ""),
    ("", "", ""),
    ("规章", "3", "\u3000"),
)


def area(*rows: Row, sheet: bool = False) -> Area:
    (only,) = areas_of(Document("网页", (grid(rows, sheet=sheet),)))
    return only


def spans(one: Area) -> list[tuple[str, int, int, int, int]]:
    return [(s.box.text, s.top, s.left, s.bottom, s.right) for s in one.spots]


def test_a_box_takes_all_rows_and_columns_that_it_spans() -> None:
    assert spans(area(*ROWS[:2])) == [
        ("项目", 0, 0, 1, 0),
        ("数量", 0, 1, 0, 2),
        ("甲", 1, 1, 1, 1),
        ("乙", 1, 2, 1, 2),
    ]


def test_turned_rows_are_columns_in_reading_order() -> None:
    turned = area(*ROWS[:2]).turned
    assert spans(turned) == [
        ("项目", 0, 0, 0, 1),
        ("数量", 1, 0, 2, 0),
        ("甲", 1, 1, 1, 1),
        ("乙", 2, 1, 2, 1),
    ]
    assert turned.is_turned
    assert not turned.turned.is_turned
    assert spans(turned.turned) == spans(area(*ROWS[:2]))
    assert [spot.number for spot in turned.spots] == [0, 1, 2, 3]


def test_boxes_are_found_by_heading_and_by_row() -> None:
    one = area(*ROWS)
    assert [spot.top for spot in one.by_key["规章"]] == [2, 4]
    assert "" not in one.keys
    assert one.keys == {"项目", "数量", "甲", "乙", "规章", "1", "3"}
    assert [spot.box.text for spot in one.rows[1]] == ["甲", "乙"]
    assert one.count(frozenset(("规章", "甲", "丙"))) == 3
    assert {spot.box.text for spot in one.standing(frozenset(("规章", "丙")))} == {
        "一、规章",
        "规章",
    }


def test_rows_in_which_nobody_sees_anything_do_not_count() -> None:
    one = area(*ROWS)
    assert one.filled_rows == [0, 1, 2, 4]
    assert [one.rank(row) for row in range(-1, 6)] == [0, 1, 2, 3, 3, 4, 4]
    assert (one.width, one.height) == (3, 5)


def test_grids_of_one_width_with_nothing_between_are_one_area() -> None:
    first, second = grid([("甲", "1"), (("乙", 2, 1), "2"), ("3",)]), grid([("丙", "4")])
    (one,) = areas_of(page("标题", first, " ", second))
    assert one.part == 1
    assert not one.has_addresses
    assert [(spot.box.text, spot.top, spot.bottom) for spot in one.spots] == [
        ("甲", 0, 0),
        ("1", 0, 0),
        ("乙", 1, 2),
        ("2", 1, 1),
        ("3", 2, 2),
        ("丙", 3, 3),
        ("4", 3, 3),
    ]
    assert [spot.number for spot in one.spots] == list(range(7))


def parts(*items: str | Grid) -> list[int]:
    """Where the areas of a page begin."""
    return [one.part for one in areas_of(page(*items))]


def test_three_grids_are_joined_each_below_the_one_before() -> None:
    one = grid([("甲", "1"), ("乙", "2")])
    (joined,) = areas_of(page(one, one, one))
    assert [spot.top for spot in joined.spots] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_what_is_not_one_table_stays_apart() -> None:
    one, wide, empty = grid([("甲", "1")]), grid([("甲", "1", "2")]), Grid("表", {})
    sheet = grid([("甲", "1")], sheet=True)
    assert parts(one, one) == [0]
    assert parts(one, "续表", one) == [0, 2]
    assert parts(one, "续表", "", one) == [0, 3]
    assert parts(one, wide) == [0, 1]
    assert parts(sheet, sheet) == [0, 1]
    assert parts(sheet, one) == [0, 1]
    assert parts(one, sheet) == [0, 1]
    assert parts(empty, empty) == [0, 1]


def test_a_grid_whose_cells_all_have_addresses_is_one_of_a_sheet() -> None:
    boxes = grid([("甲", "1")], sheet=True).boxes
    mixed = {**boxes, (1, 0): grid([("乙",)]).boxes[0, 0]}
    assert area(("甲", "1"), sheet=True).has_addresses
    assert not areas_of(page(Grid("表", mixed)))[0].has_addresses
    assert not areas_of(page(Grid("表", {})))[0].has_addresses


def test_a_cell_without_a_box_has_its_address_beside_one_that_has() -> None:
    one = area(("甲", "1"), ("乙", "2"), sheet=True)
    spot = one.spots[2]
    assert one.place_beside(spot, 3, 4) == Place("第1个表格", "E4")
    turned = one.turned
    (same,) = [other for other in turned.spots if other.number == 2]
    assert turned.place_beside(same, 3, 4) == Place("第1个表格", "D5")
