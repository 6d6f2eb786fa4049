"""What names point to, and texts as people write them."""

from __future__ import annotations

import pytest

from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.workbook.reader.defined_names import (
    Target,
    named_cell,
    named_text,
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
