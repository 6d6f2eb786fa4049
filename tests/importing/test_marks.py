"""Headings where they stand: which of two axes, and for which row or column."""

from __future__ import annotations

from importing.drawn import Row, grid
from xlreport import get_form
from xlreport.formats.grid import Document
from xlreport.importing.areas import Area, areas_of
from xlreport.importing.headings import Pattern, headings_of
from xlreport.importing.marks import Lanes, Mark, Resolver, Stretch, marks_of

FORM = get_form("zfxxgk-2021")
REQUESTS = next(b for b in headings_of(FORM).blocks if b.table.id == "requests").patterns[0]
REVIEW = next(b for b in headings_of(FORM).blocks if b.table.id == "review").patterns[-1]


def area(*rows: Row) -> Area:
    (only,) = areas_of(Document("网页", (grid(rows),)))
    return only


def marks(pattern: Pattern, one: Area, *, above: bool) -> list[Mark]:
    sides = (pattern.above, pattern.left) if above else (pattern.left, pattern.above)
    return sorted(marks_of(*sides, one), key=lambda mark: mark.spot.number)


def leaves(pattern: Pattern, *rows: Row, above: bool) -> list[str]:
    """The ids of what each heading stands for, "" where that is not certain."""
    one = area(*rows)
    axis = pattern.above if above else pattern.left
    found = marks(pattern, one, above=above)
    lanes = Lanes.of(one.spots, {mark.spot.number: mark for mark in found}, beside=not above)
    resolver = Resolver(axis, lanes)
    ids = []
    for mark in found:
        lane, position = mark.spot.top, mark.spot.left
        if not above:
            lane, position = position, lane
        leaf = resolver.leaf(mark.nodes, lane, position)
        ids.append("" if leaf is None else axis.ids[leaf])
    return ids


def test_a_heading_of_both_axes_is_told_by_its_number() -> None:
    one = area(("3.其他", "其他", "（七）总计", "总计", "9.其他"))
    assert [m.spot.left for m in marks(REQUESTS, one, above=False)] == [0, 1, 2, 3, 4]
    assert [m.spot.left for m in marks(REQUESTS, one, above=True)] == [1, 3, 4]


def test_lanes_hold_what_is_seen_in_its_order() -> None:
    one = area(("甲", "", ("乙", 1, 2)), (("丙", 2, 1), "丁"))
    rows = Lanes.of(reversed(one.spots), {}, beside=False)
    assert rows.stretches == {0: [Stretch(0, 0), Stretch(2, 3)], 1: [Stretch(0, 0), Stretch(1, 1)]}
    columns = Lanes.of(one.spots, {}, beside=True)
    assert columns.stretches == {
        0: [Stretch(0, 0), Stretch(1, 2)],
        1: [Stretch(1, 1)],
        2: [Stretch(0, 0)],
    }
    assert list(columns.stretches) == [0, 1, 2]


def test_what_is_before_and_behind_a_position_in_a_lane() -> None:
    lanes = Lanes.of(area(("", "甲", "", "乙")).spots, {}, beside=False)
    assert [lanes.before(0, position) for position in range(5)] == [-1, 0, 0, 1, 1]
    assert lanes.next_first(0, 0) == 3
    assert lanes.next_first(0, 1) is None


def test_the_nearest_lanes_are_looked_at() -> None:
    lanes = Lanes.of(area(*[("甲",)] * 20).spots, {}, beside=False)
    assert lanes.nearest(0) == []
    assert lanes.nearest(3) == [0, 1, 2]
    assert lanes.nearest(15) == list(range(3, 15))


def test_a_heading_of_several_leaves_is_told_by_a_merged_one_beside() -> None:
    rows: tuple[Row, ...] = (
        (("（三）不予公开", 2, 1), "1.属于国家秘密"),
        ("2.其他法律行政法规禁止公开",),
        ("（六）其他处理", "其他"),
    )
    assert leaves(REQUESTS, *rows, above=False) == [
        "",
        "refused_state_secret",
        "refused_forbidden_by_law",
        "",
        "closed_other",
    ]


def test_a_merged_heading_of_another_group_contradicts() -> None:
    assert leaves(REQUESTS, ("（四）无法提供", "1.属于国家秘密"), above=False) == ["", ""]


def test_headings_under_one_that_is_written_once_are_told_by_their_count() -> None:
    results = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    group = ("行政复议", "", "", "", "")
    short = [
        f"reconsideration.{name}" for name in ("upheld", "corrected", "other", "pending", "total")
    ]
    assert leaves(REVIEW, group, results, above=True) == ["", *short]
    assert leaves(REVIEW, group[:4], results[:4], above=True) == ["", short[0], *[""] * 3]
    assert leaves(REVIEW, group, (*results[1:], results[0]), above=True) == [
        "",
        short[1],
        *[""] * 4,
    ]
    assert leaves(REVIEW, results, above=True) == [""] * 5
