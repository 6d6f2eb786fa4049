"""Lays out the sheet of texts: one wide cell each, many rows high, so that long texts can be
scrolled. At its right, hints and verdicts that do not print.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlreport.form.model import Form, Text
from xlreport.workbook.layout.lines import TEXT_TABLE, CheckLine
from xlreport.workbook.layout.sheet import (
    HEAD_ROW,
    LINE_HEIGHT,
    TEXTS,
    TITLE_ROW,
    UNIT_ROW,
    Label,
    SheetLayout,
    Span,
    StatusCell,
)

_MARGIN, _TEXT, _BESIDE = range(3)
"""Columns: a narrow one, the texts, hints and verdicts."""

_WIDTHS = (2.0, 96.0, 34.0)
_FIRST_TEXT_ROW = 3
_HEAD_HEIGHT, _TITLE_HEIGHT, _UNIT_HEIGHT, _LABEL_HEIGHT = 27.0, 28.0, 19.0, 22.0


def layout_texts(form: Form, lines: Sequence[CheckLine]) -> SheetLayout:
    """The sheet of texts, with what is wrong beside each."""
    by_text = _by_text(form, lines)
    title = Span.line(TITLE_ROW, _TEXT, _TEXT)
    labels = [Label(title, TEXTS, "title")]
    heights = {HEAD_ROW: _HEAD_HEIGHT, TITLE_ROW: _TITLE_HEIGHT, UNIT_ROW: _UNIT_HEIGHT}
    fields: dict[str, Span] = {}
    statuses: list[StatusCell] = []
    row = _FIRST_TEXT_ROW
    for text in form.texts:
        last = row + text.lines
        labels += _labels(text, row, last)
        fields[text.field_id] = Span(row + 1, _TEXT, last, _TEXT)
        statuses.append(_status(row, by_text[text.field_id]))
        heights[row] = _LABEL_HEIGHT
        heights |= dict.fromkeys(range(row + 1, last + 1), LINE_HEIGHT)
        row = last + 1
    bottom = row - 1
    return SheetLayout(
        TEXTS,
        tuple(labels),
        fields,
        tuple(statuses),
        _WIDTHS,
        form_left=_MARGIN,
        form_right=_TEXT,
        form_bottom=bottom,
        bottom=bottom,
        verdict=Span.line(HEAD_ROW, _TEXT, _BESIDE),
        unit_line=Span.line(UNIT_ROW, _TEXT, _TEXT),
        heights=heights,
        frozen=(_FIRST_TEXT_ROW, 0),
    )


def _by_text(form: Form, lines: Sequence[CheckLine]) -> dict[str, list[CheckLine]]:
    """The check lines of each text, the gravest first: a line belongs to the first text that its
    rule names."""
    by_text: dict[str, list[CheckLine]] = {}
    by_text |= {text.field_id: [] for text in form.texts}
    own_lines = [line for line in lines if line.table == TEXT_TABLE]
    for line in sorted(own_lines, key=lambda line: line.severity.rank):
        first = next(name for name in line.fields if name in by_text)
        by_text[first].append(line)
    return by_text


def _labels(text: Text, row: int, last: int) -> tuple[Label, Label]:
    over_it = Span.line(row, _TEXT, _TEXT)
    beside_it = Span(row + 1, _BESIDE, last, _BESIDE)
    heading = Label(over_it, text.label, "block")
    hint = Label(beside_it, text.hint, "hint")
    return heading, hint


def _status(row: int, lines: Sequence[CheckLine]) -> StatusCell:
    """What is wrong with a text, beside its heading."""
    place = Span.line(row, _BESIDE, _BESIDE)
    return StatusCell(place, tuple(lines))
