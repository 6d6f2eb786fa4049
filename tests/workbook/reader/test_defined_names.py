"""What names point to, and texts as people write them."""

from __future__ import annotations

import pytest

from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.workbook.layout.workbook import Spot
from xlreport.workbook.reader.defined_names import (
    MOST_NAMED,
    Target,
    named_cell,
    named_text,
    names_aside,
    parse_target,
    target_of,
    text_of,
)


@pytest.mark.parametrize(
    ("formula", "target"),
    [
        ("'二、主动公开'!$D$6", Target("二、主动公开", (5, 3), (5, 3))),
        ("=封面!C5", Target("封面", (4, 2), (4, 2))),
        (" 封面!$C$5:$D$7 ", Target("封面", (4, 2), (6, 3))),
        ("'甲''乙'!$A$1", Target("甲'乙", (0, 0), (0, 0))),
        ("#REF!", None),
        ("[1]封面!$A$1", None),
        ("封面!$A$0", None),
        ("封面!$A$1:$A$9999999", None),
        ("SUM(封面!$A$1)", None),
        ("", None),
    ],
)
def test_targets(formula: str, target: Target | None) -> None:
    assert parse_target(formula) == target


def test_a_name_counts_only_where_its_sheet_is_there() -> None:
    sheet = RawSheet("封面", {(0, 0): RawCell("s", " 甲子镇 ")})
    book = RawBook({"封面": sheet}, {"a.b": "封面!$A$1", "gone": "别处!$A$1", "empty": "封面!$B$2"})
    assert target_of(book, "A.B") == Target("封面", (0, 0), (0, 0))
    assert target_of(book, "gone") is None
    assert named_text(book, "a.b") == "甲子镇"
    assert named_cell(book, "empty") is None
    assert (named_text(book, "empty"), named_text(book, "gone"), named_text(book, "x")) == (
        "", "", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (RawCell("n", "9.90101E5"), "990101"),
        (RawCell("n", "990101.0"), "990101"),
        (RawCell("s", "9.90101E5"), "9.90101E5"),
        (RawCell("n", "1e999"), "1e999"),
        (RawCell("s", " 甲 "), "甲"),
    ],
)
def test_a_code_that_was_stored_as_a_number_reads_as_it_was_typed(
    cell: RawCell | None, text: str
) -> None:
    assert text_of(cell) == text


def test_names_that_went_elsewhere_are_told_a_sheet_each() -> None:
    many: list[tuple[Spot, str]] = [
        (("甲", (row, 0)), f"第 {row}") for row in range(MOST_NAMED + 1)
    ]
    first, second = names_aside([*many, (("乙", (0, 1)), "别的")])
    listed = "、".join(f"A{row + 1}（第 {row}）" for row in range(MOST_NAMED))
    count = MOST_NAMED + 1
    words = f"有 {count} 个格子的名称跟着拖动或剪切走了，已按表头读取：{listed}等"
    assert (first.code, first.sheet, first.message) == ("R8", "甲", words)
    assert first.observed == (("cells", count),)
    assert (second.sheet, second.message) == (
        "乙",
        "有 1 个格子的名称跟着拖动或剪切走了，已按表头读取：B1（别的）",
    )
    (exact,) = names_aside(many[:MOST_NAMED])
    assert not exact.message.endswith("等")


@pytest.mark.parametrize(("stored", "text"), [("1", "TRUE"), (" 0 ", "FALSE"), ("真", "真")])
def test_truth_values_as_people_see_them(stored: str, text: str) -> None:
    assert text_of(RawCell("b", stored)) == text
