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


def sheet_of(widths: tuple[float, ...], bottom: int, *, right: int | None = None) -> SheetLayout:
    """A sheet of nothing but its size; columns after `right` are no part of the form."""
    form_right = len(widths) - 1 if right is None else right
    nothing = Span.line(0, 0, 0)
    return SheetLayout(
        "表", (), {}, (), widths, 0, form_right, bottom, bottom, verdict=nothing, unit_line=nothing
    )


@pytest.mark.parametrize(
    ("widths", "rows", "wide"),
    [((200.0,), 10, True), ((20.0,), 60, False), ((100.0,), 10, False), ((102.0,), 10, True)],
)
def test_a_sheet_lies_the_way_in_which_it_prints_larger(
    widths: tuple[float, ...], rows: int, wide: bool
) -> None:
    assert sheet_of(widths, rows).wide is wide


def test_what_does_not_print_has_no_say_in_how_the_form_lies() -> None:
    assert not sheet_of((20.0, 200.0), 60, right=0).wide
    assert sheet_of((20.0, 200.0), 60, right=1).wide


def test_hidden_states_stand_beyond_the_last_column_that_people_see() -> None:
    sheet = sheet_of((20.0, 8.0, 8.0, 24.0), 9, right=2)
    assert sheet.shown_right == 3
    assert sheet.state((5, 1)) == (5, 5)
    assert sheet.state((5, 2)) == (5, sheet.right)
    assert not sheet.outside((9, 6))
    assert sheet.outside((9, 7))
    assert sheet.outside((10, 0))


def test_what_is_known_and_what_lies_outside(any_form: Form) -> None:
    for sheet in layout_of(any_form).form_sheets:
        assert {span.cell for span in sheet.fields.values()} <= sheet.known
        assert {sheet.state(span.cell) for span in sheet.fields.values()} <= sheet.known
        assert {label.span.cell for label in sheet.labels} <= sheet.known
        assert {status.span.cell for status in sheet.statuses} <= sheet.known
        lines = (sheet.verdict, sheet.unit_line, sheet.measure_line, sheet.signatures)
        assert {line.cell for line in lines if line is not None} <= sheet.known
        assert sheet.flag is None or sheet.flag in sheet.known
        assert not sheet.outside((sheet.bottom, sheet.right))
        assert sheet.outside((sheet.bottom + 1, 0))
        assert sheet.outside((0, sheet.right + 1))
