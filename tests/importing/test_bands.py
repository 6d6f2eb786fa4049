"""Bands of headings over numbers: their columns, and which number of a row is whose."""

from __future__ import annotations

from importing.drawn import Row, grid
from xlreport import get_form
from xlreport.formats.grid import Document
from xlreport.importing.areas import Area, Spot, areas_of
from xlreport.importing.bands import Band, Pairs, bands_of, may_have_band
from xlreport.importing.headings import headings_of

FORM = get_form("zfxxgk-2021")
ACTS = headings_of(FORM).blocks[0].patterns[0]
REQUESTS = next(b for b in headings_of(FORM).blocks if b.table.id == "requests").patterns[0]
HEAD: Row = ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")


def area(*rows: Row) -> Area:
    (only,) = areas_of(Document("网页", (grid(rows),)))
    return only


def band(*rows: Row) -> Band:
    (only,) = bands_of(ACTS, area(*rows))
    return only


def columns(one: Band) -> list[tuple[int, int, int | None, str]]:
    return [(c.left, c.right, c.leaf, c.heading) for c in one.columns]


def row(*cells: str | tuple[str, int, int]) -> tuple[Spot, ...]:
    return area(("", *cells)).spots[1:]


def told(pairs: Pairs | None) -> list[tuple[int, str]] | None:
    return None if pairs is None else [(leaf, spot.box.text) for leaf, spot in pairs]


def test_the_columns_of_a_form_are_known_by_their_headings() -> None:
    one = band(HEAD)
    assert columns(one) == [
        (1, 1, 0, "本年制发件数"),
        (2, 2, 1, "本年废止件数"),
        (3, 3, 2, "现行有效件数"),
    ]
    assert (one.top, one.bottom, one.left, one.end) == (0, 0, 1, -1)
    assert one.headings == {0: "本年制发件数", 1: "本年废止件数", 2: "现行有效件数"}


def test_a_heading_that_is_none_of_the_form_is_a_column_of_its_own() -> None:
    one = band(("", "本年制发件数", "新增", "", "现行有效件数", "备注", ""))
    assert columns(one) == [
        (1, 1, 0, "本年制发件数"),
        (2, 2, None, "新增"),
        (3, 3, None, ""),
        (4, 4, 2, "现行有效件数"),
        (5, 5, None, "备注"),
    ]
    assert one.strange_columns == 2
    assert one.end == 6


def test_a_repeated_heading_is_one_where_all_others_are_there() -> None:
    whole = band(("本年制发件数", "本年制发件数", "本年废止件数", "现行有效件数"))
    assert columns(whole)[0] == (0, 1, 0, "本年制发件数")
    part = band(("本年制发件数", "本年制发件数", "本年废止件数"))
    assert [column[:3] for column in columns(part)] == [(0, 0, 0), (1, 1, 0), (2, 2, 1)]


def test_two_headings_over_one_column_make_it_nobody_s() -> None:
    one = band(
        ("本年制发件数", "本年废止件数", "现行有效件数"),
        ("本年废止件数", "本年废止件数", "现行有效件数"),
    )
    assert [column[2] for column in columns(one)] == [None, 1, 2]


def test_one_heading_alone_is_no_band() -> None:
    assert list(bands_of(ACTS, area(("", "本年制发件数"), ("规章", "1")))) == []
    assert not may_have_band(ACTS, area(("", "本年制发件数")))
    assert not may_have_band(ACTS, area(("", "本年制发件数"), ("本年废止件数",)))
    assert not may_have_band(ACTS, area(("", "本年制发件数"), ("规章", "行政规范性文件")))
    assert may_have_band(ACTS, area(("", "本年制发件数", "本年废止件数"), ("规章",)))


def test_headings_with_something_between_are_two_bands() -> None:
    two = list(bands_of(ACTS, area(HEAD, ("规章", "1"), HEAD)))
    assert [(one.top, one.bottom) for one in two] == [(0, 0), (2, 2)]
    (one,) = bands_of(
        ACTS, area(("本年制发件数", "本年废止件数"), ("", ""), ("", "", "现行有效件数"))
    )
    assert (one.top, one.bottom) == (0, 2)


def test_more_rows_of_headings_than_the_form_has_and_two_are_none() -> None:
    assert len(list(bands_of(ACTS, area(*[HEAD] * 3)))) == 1
    assert list(bands_of(ACTS, area(*[HEAD] * 4))) == []


def test_more_headings_than_a_band_has_room_for_are_none() -> None:
    names = ["本年制发件数", "本年废止件数", "现行有效件数"]
    assert len(list(bands_of(ACTS, area((*names * 4,))))) == 1
    assert list(bands_of(ACTS, area((*names * 4, names[0])))) == []


def test_one_heading_that_may_be_a_row_s_does_not_go_on_with_the_band() -> None:
    head = ("", "自然人", "商业企业", "其他", "总计")
    (one,) = bands_of(REQUESTS, area(head, ("", "其他", "1", "2", "3")))
    assert (one.top, one.bottom) == (0, 0)


def test_boxes_right_under_headings_are_told_by_their_place() -> None:
    one = band(HEAD)
    assert told(one.by_place(row("1", "2", "3"))) == [(0, "1"), (1, "2"), (2, "3")]
    assert told(one.by_place(row("1", "", "3", ""))) == [(0, "1"), (1, ""), (2, "3")]
    assert one.by_place(row(("1", 1, 2), "3")) is None
    assert one.by_place(row("1", "2", "3", "4")) is None
    assert one.by_place(()) == []


def test_blank_or_equal_boxes_of_one_column_are_one() -> None:
    one = band((("本年制发件数", 1, 3), "本年废止件数", "现行有效件数"))
    for cells in (("1", "1", "1"), ("", "1", ""), ("1", "", "1")):
        assert told(one.by_place(area((*cells, "2", "3")).spots)) == [(0, "1"), (1, "2"), (2, "3")]
    assert one.by_place(area(("1", "2", "", "2", "3")).spots) is None


def test_whether_each_heading_has_a_box() -> None:
    one = band(("", "本年制发件数", "", "现行有效件数"))
    assert one.has_all(row("1", "2", "3"))
    assert not one.has_all(row("1", "2"))
    gap = area(("", "1"), ("", "", "", "3")).spots
    assert one.has_all([spot for spot in gap if not spot.is_blank])


def test_boxes_that_are_as_many_as_the_columns_are_told_by_their_count() -> None:
    one = band(HEAD)
    moved = area(("1", "2", "3")).spots
    assert told(one.by_count(moved)) == [(0, "1"), (1, "2"), (2, "3")]
    assert one.by_count(moved[:2]) is None
    assert one.by_count((moved[0], moved[2], moved[2])) is None


def test_columns_with_a_gap_or_in_another_order_count_nothing() -> None:
    boxes = area(("1", "2", "3")).spots
    assert band(("本年废止件数", "本年制发件数", "现行有效件数")).by_count(boxes) is None
    assert band(("本年制发件数", "增减", "现行有效件数")).by_count(boxes) is None
    assert band(("本年制发件数", "", "现行有效件数")).by_count(boxes[:2]) is None


def test_a_row_that_does_not_reach_a_cell_behind_the_headings_may_be_short() -> None:
    one = band(("本年制发件数", "本年废止件数", "现行有效件数", ""))
    assert one.end == 3
    boxes = area(("1", "2", "3", "4")).spots
    assert one.may_be_short(boxes[:3])
    assert one.may_be_short(())
    assert not one.may_be_short(boxes)
