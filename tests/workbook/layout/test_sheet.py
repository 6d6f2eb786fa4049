"""Rectangles, and the room that texts need."""

from __future__ import annotations

import pytest

from xlreport import Form
from xlreport.workbook.layout.sheet import (
    SheetLayout,
    Span,
    display_width,
    height_of,
    lines_needed,
)
from xlreport.workbook.layout.workbook import layout_of


def test_a_span_knows_its_cells() -> None:
    assert Span.line(3, 1, 4) == Span(3, 1, 3, 4)
    assert Span(1, 2, 1, 2).single
    assert not Span.line(1, 2, 3).single
    assert list(Span(1, 2, 2, 3).cells()) == [(1, 2), (1, 3), (2, 2), (2, 3)]
    assert Span(1, 2, 3, 4).corners == (1, 2, 3, 4)


@pytest.mark.parametrize(("text", "width"), [("", 0), ("ab", 2), ("甲b", 3), ("“①”", 6), ("é", 1)])
def test_a_chinese_character_is_two_wide(text: str, width: int) -> None:
    assert display_width(text) == width


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, 1),
        ("a" * 8, 10, 1),
        ("a" * 9, 10, 2),
        ("甲" * 8, 10, 2),
        ("a\n\nb", 10, 3),
        ("aa", 0.5, 1),
        ("aaa", 0.5, 2),
    ],
)
def test_lines(text: str, width: float, lines: int) -> None:
    assert lines_needed(text, width) == lines


def test_a_row_is_as_high_as_its_lines_and_never_lower_than_the_least() -> None:
    assert height_of("a", 10, 19) == 19
    assert height_of("a\nb", 10, 19) == 34
    assert height_of("a\nb", 10, 40) == 40


@pytest.mark.parametrize(("widths", "rows", "wide"), [((200.0,), 10, True), ((20.0,), 60, False)])
def test_a_sheet_lies_the_way_in_which_it_prints_larger(
    widths: tuple[float, ...], rows: int, wide: bool
) -> None:
    assert SheetLayout("表", (), {}, (), widths, form_right=0, bottom=rows).wide is wide


def test_what_is_known_and_what_lies_outside(any_form: Form) -> None:
    for sheet in layout_of(any_form).form_sheets:
        assert {span.cell for span in sheet.fields.values()} <= sheet.known
        assert {label.span.cell for label in sheet.labels} <= sheet.known
        assert {check.span.cell for check in sheet.checks} <= sheet.known
        assert sheet.flag is None or sheet.flag in sheet.known
        assert not sheet.outside((sheet.bottom, sheet.right))
        assert sheet.outside((sheet.bottom + 1, 0))
        assert sheet.outside((0, sheet.right + 1))
