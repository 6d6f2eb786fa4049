"""Tables on a terminal: columns that line up where a Chinese character takes two places."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from xlreport.text import harmless

if TYPE_CHECKING:
    from xlreport.form.model import Block, Form, Table
    from xlreport.merging.outcome import FileRecord
    from xlreport.merging.result import MergeResult
    from xlreport.rules.evaluate import UnitView

WIDTH = 80
"""Places of a terminal's line."""

_LABEL = 34
"""Places that the names of rows take."""

_LEAST = 5
"""Places of a column of numbers; a longer number makes its own line longer."""

_GAP = "  "
_NOTHING = "·"
"""What stands for a blank cell."""


def width(text: str) -> int:
    """The places that a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def padded(text: str, places: int, *, right: bool = False) -> str:
    """A text with blanks to so many places; on its left side where it is a number."""
    blanks = " " * max(0, places - width(text))
    return f"{blanks}{text}" if right else f"{text}{blanks}"


def folded(text: str, places: int) -> list[str]:
    """A text in lines of at most so many places."""
    from rich.cells import chop_cells

    return chop_cells(text, places) or [""]


# --- who reported ---

_UNIT, _STATE, _COUNT = 30, 14, 4
"""Places of the columns."""

MOST_UNITS = 40
"""So many units are listed one by one; of more, those that are accepted are only counted."""

_RED, _GREEN = "red", "green"


def unit_table(result: MergeResult, *, verbose: bool = False) -> Iterator[str]:
    """Every unit with its state, what was found and when its report came."""
    from xlreport.publishing.overview import UnitState, unit_rows

    rows = unit_rows(result)
    listed = rows
    if len(rows) > MOST_UNITS and not verbose:
        listed = [row for row in rows if row.state is not UnitState.ACCEPTED]
    yield _unit_line(("单位", "状态", "错误", "警示", "收到或保存"))
    for row in listed:
        counts = (str(number or _NOTHING) for number in (row.errors, row.warnings))
        colour = _GREEN if row.state is UnitState.ACCEPTED else _RED
        yield from _unit_lines((row.name, row.state_label, *counts, row.when), colour)
    left = len(rows) - len(listed)
    if left:
        yield f"另有 {left} 个单位通过。"


def _unit_lines(cells: Sequence[str], colour: str) -> Iterator[str]:
    """A unit; a name that is too long goes on in further lines."""
    name, *others = map(harmless, cells)
    first, *rest = folded(name, _UNIT)
    yield _unit_line((first, *others), colour)
    yield from rest


def _unit_line(cells: Sequence[str], colour: str = "") -> str:
    name, state, errors, warnings, moment = cells
    shown = padded(state, _STATE)
    parts = (
        padded(name, _UNIT),
        coloured(shown, colour) if colour else shown,
        padded(errors, _COUNT, right=True),
        padded(warnings, _COUNT, right=True),
        moment,
    )
    return _GAP.join(parts).rstrip()


def coloured(text: str, colour: str) -> str:
    """A text in a colour on a terminal, where nobody has asked for none (https://no-color.org)."""
    is_wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    if is_wanted and sys.stdout is not None and sys.stdout.isatty():
        return typer.style(text, fg=colour)
    return text


# --- one report ---


def submission_lines(record: FileRecord) -> Iterator[str]:
    """The tables and texts of a report, and what was found in it."""
    from xlreport.rules.evaluate import view_of
    from xlreport.telling.lines import to_act_on

    form, report = record.form, record.report
    if form is None:
        return
    unit = report.unit
    yield f"{unit.name}　{report.year} 年度　{form.title}"
    view = view_of(form, report)
    for table in form.tables:
        yield ""
        yield from _table(form, table, view)
    for text in form.texts:
        yield ""
        yield text.label
        yield from _paragraphs(report.texts.get(text.field_id, ""))
    findings = to_act_on(record)
    if findings:
        yield ""
        yield from findings


def _paragraphs(text: str) -> Iterator[str]:
    if not text.strip():
        yield "  （没有填写）"
    for paragraph in text.split("\n"):
        for line in folded(paragraph.strip(), WIDTH - 2):
            if line:
                yield f"  {line}"


def _table(form: Form, table: Table, view: UnitView) -> Iterator[str]:
    yield table.title
    for block in table.blocks:
        if block.title:
            yield f"  {block.title}"
        yield from _block(form, table, block, view)


def _block(form: Form, table: Table, block: Block, view: UnitView) -> Iterator[str]:
    """One row a line; names that are too long go on in further lines."""
    columns = [leaf for heading in block.columns for leaf in heading.leaves()]
    room = (WIDTH - _LABEL) // len(columns) - len(_GAP)
    widest = max(width(column.label) for column in columns)
    places = max(_LEAST, min(room, widest))
    lines = _Lines(min(_LABEL, WIDTH - len(columns) * (places + len(_GAP))), places)
    yield from lines.of("", [folded(column.label, places) for column in columns])
    for heading in block.rows:
        for row in heading.leaves():
            ids = [f"{table.id}.{row.id}.{column.id}" for column in columns]
            yield from lines.of(
                form.fields[ids[0]].row_short, [[shown_number(view, i)] for i in ids]
            )


@dataclass(frozen=True)
class _Lines:
    """How wide names and cells are."""

    label: int
    places: int

    def of(self, name: str, cells: Sequence[Sequence[str]]) -> Iterator[str]:
        """A name and its cells, as many lines as the longest of them needs; cells end at the
        foot."""
        names = folded(name, self.label - 2)
        height = max(len(names), *(len(cell) for cell in cells))
        for line in range(height):
            begun = names[line] if line < len(names) else ""
            parts = [padded(f"  {begun}", self.label)]
            for cell in cells:
                from_foot = line - (height - len(cell))
                text = cell[from_foot] if from_foot >= 0 else ""
                parts.append(padded(text, self.places, right=True))
            yield _GAP.join(parts).rstrip()


def shown_number(view: UnitView, name: str) -> str:
    """What a cell shows."""
    from xlreport.submission import Status, shown

    entry = view.entry(name)
    if entry.value is not None:
        return shown(entry.value)
    if entry.status in (Status.BLANK, Status.ABSENT):
        return _NOTHING
    return harmless(entry.raw)
