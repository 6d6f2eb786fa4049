"""Lays out the sheet of texts: one wide cell each."""

from __future__ import annotations

from collections.abc import Sequence

from xlreport.form.model import Form, Text
from xlreport.workbook.layout.check_rows import TEXT_TABLE, CheckRow
from xlreport.workbook.layout.sheet import (
    LINE_HEIGHT,
    TEXTS,
    TITLE_ROW,
    UNIT_ROW,
    CheckCell,
    Label,
    SheetLayout,
    Span,
)

_WIDTHS = (22.0, 74.0)
_FIRST_TEXT_ROW = 2
_ROWS_A_TEXT = 2
"""A text's label, and below it the hint beside the cell to fill in."""


def layout_texts(form: Form, check_rows: Sequence[CheckRow]) -> SheetLayout:
    """The sheet of texts, its checks below them."""
    labels = [Label(Span.line(TITLE_ROW, 0, 1), TEXTS, "title")]
    heights: dict[int, float] = {TITLE_ROW: 30, UNIT_ROW: 18}
    fields: dict[str, Span] = {}
    row = _FIRST_TEXT_ROW
    for text in form.texts:
        labels += _labels(text, row)
        fields[text.field_id] = Span.line(row + 1, 1, 1)
        heights |= {row: 20, row + 1: LINE_HEIGHT * text.lines + 4}
        row += _ROWS_A_TEXT
    checks = []
    for check_row in check_rows:
        if check_row.table != TEXT_TABLE:
            continue
        words = f"校验 {check_row.code}：{check_row.title}"
        labels.append(Label(Span.line(row, 0, 0), words, "check_label"))
        checks.append(CheckCell(Span.line(row, 1, 1), check_row, check_row.instances))
        heights[row] = 34
        row += 1
    return SheetLayout(
        TEXTS,
        tuple(labels),
        fields,
        tuple(checks),
        _WIDTHS,
        form_right=1,
        bottom=row - 1,
        heights=heights,
    )


def _labels(text: Text, row: int) -> tuple[Label, Label]:
    heading = Label(Span.line(row, 0, 1), text.label, "block")
    hint = Label(Span.line(row + 1, 0, 0), text.hint, "hint")
    return heading, hint
