"""Lays out one table as the official format prints it.

A table of arrangement `down` has its blocks one below another with row headings at the left;
`across` sets the rows side by side in a single line. The check cells of a row stand beside it
(below its columns when `across`), those of a column under it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from xlreport.form.model import (
    Arrangement,
    Block,
    Heading,
    Instance,
    Table,
    leaf_ids,
)
from xlreport.workbook.layout.check_rows import CheckRow
from xlreport.workbook.layout.sheet import (
    FIRST_ROW,
    FLAG_ROW,
    TITLE_ROW,
    UNIT_ROW,
    CheckCell,
    Label,
    SheetLayout,
    Span,
    height_of,
)

_QUESTION = "本表空白处是否均为 0（选是或否）"

_CHECK_WIDTH = 10.0
"""Characters of a column of check cells."""

_LEAST_CHECK_HEIGHT = 19
_LEAST_ROW_HEIGHT = 22
"""Points of a row that has room for any label of one line."""


class _Stretch(NamedTuple):
    """Some sheet columns beside one another, both ends included."""

    left: int
    right: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """How wide a table is: columns of row headings at the left (none when `across`), then columns
    of numbers; `widths` gives all of them in characters."""

    headings: int
    numbers: int
    widths: tuple[float, ...]

    @property
    def right(self) -> int:
        """The last column."""
        return self.headings + self.numbers - 1

    def width(self, left: int, right: int) -> float:
        """Characters from one column to another, both included."""
        return sum(self.widths[left : right + 1])


@dataclass(frozen=True, slots=True)
class _Grid:
    """The official table, or a part of it: its texts and number cells, where each row and each
    column lies, heights of rows, and the row that follows."""

    labels: tuple[Label, ...]
    fields: Mapping[str, Span]
    rows: Mapping[str, Span]
    columns: Mapping[str, Span]
    heights: Mapping[int, float]
    end: int


@dataclass(frozen=True, slots=True)
class _Checks:
    """Check cells with their headings, the widths of columns and heights of rows that they need."""

    labels: tuple[Label, ...] = ()
    cells: tuple[CheckCell, ...] = ()
    widths: tuple[float, ...] = ()
    heights: Mapping[int, float] = field(default_factory=dict)


class _Placed(NamedTuple):
    """A check cell before its row is known."""

    check_row: CheckRow
    instances: tuple[Instance, ...]
    columns: _Stretch

    def at(self, row: int) -> CheckCell:
        """The cell in a sheet row."""
        span = Span.line(row, self.columns.left, self.columns.right)
        return CheckCell(span, self.check_row, self.instances)


def layout_table(table: Table, check_rows: Sequence[CheckRow]) -> SheetLayout:
    """The sheet of a table: the official form, then the check cells beside and below it."""
    frame = _frame(table)
    across = table.arrangement is Arrangement.ACROSS
    grid = _across(table, frame) if across else _down(table, frame)
    mine = [row for row in check_rows if row.table == table.id]
    beside = _checks_beside([row for row in mine if row.beside and not across], frame, grid)
    below = _checks_below([row for row in mine if across or not row.beside], table, frame, grid)
    top, top_heights, flag = _top(table, frame)
    return SheetLayout(
        table.sheet,
        (*grid.labels, *beside.labels, *below.labels, *top),
        grid.fields,
        (*beside.cells, *below.cells),
        frame.widths + beside.widths,
        form_right=frame.right,
        bottom=_bottom(grid, below),
        heights=_highest(grid.heights, beside.heights, below.heights, top_heights),
        flag=(FLAG_ROW, flag),
    )


def _bottom(grid: _Grid, below: _Checks) -> int:
    """The last row in use."""
    return max([grid.end - 1, *(cell.span.bottom for cell in below.cells)])


def _highest(*parts: Mapping[int, float]) -> dict[int, float]:
    """For each row the most that any part needs."""
    heights: dict[int, float] = {}
    for part in parts:
        for row, height in part.items():
            heights[row] = max(height, heights.get(row, 0))
    return heights


# --- the official table -------------------------------------------------------------------


def _frame(table: Table) -> _Frame:
    across = table.arrangement is Arrangement.ACROSS
    columns = [len(leaf_ids(block.columns)) for block in table.blocks]
    if across:
        numbers = columns[0] * len(leaf_ids(table.blocks[0].rows))
        headings, heading_widths = 0, []
    else:
        numbers = max(columns)
        headings = max(_depth(block.rows) for block in table.blocks)
        innermost = 36.0 if headings > 1 else 26.0
        heading_widths = [10.0] * (headings - 1) + [innermost]
    each = max(7.0, min(19.0, round(70 / numbers, 1)))
    return _Frame(headings, numbers, (*heading_widths, *([each] * numbers)))


def _depth(headings: Sequence[Heading]) -> int:
    """Levels of headings."""
    return max(heading.depth for heading in headings)


def _top(table: Table, frame: _Frame) -> tuple[tuple[Label, Label], dict[int, float], int]:
    """Title and question, the heights of their rows, and the column of the answer."""
    title = Label(Span.line(TITLE_ROW, 0, frame.right), table.title, "title")
    answer = min(frame.headings or max(1, frame.numbers // 2), frame.right)
    question = Label(Span.line(FLAG_ROW, 0, answer - 1), _QUESTION, "question")
    question_height = height_of(_QUESTION, frame.width(0, answer - 1), _LEAST_ROW_HEIGHT)
    return (title, question), {TITLE_ROW: 30, UNIT_ROW: 18, FLAG_ROW: question_height}, answer


def _down(table: Table, frame: _Frame) -> _Grid:
    """The blocks one below another."""
    blocks = []
    row = FIRST_ROW
    for block in table.blocks:
        grid = _block(table.id, block, row, frame)
        blocks.append(grid)
        row = grid.end
    return _joined(blocks)


def _joined(parts: Sequence[_Grid]) -> _Grid:
    """Parts of one table together; a column of several parts is where its first part has it."""
    fields: dict[str, Span] = {}
    rows: dict[str, Span] = {}
    columns: dict[str, Span] = {}
    heights: dict[int, float] = {}
    for part in parts:
        fields |= part.fields
        rows |= part.rows
        columns = {**part.columns, **columns}
        heights |= part.heights
    labels = tuple(label for part in parts for label in part.labels)
    return _Grid(labels, fields, rows, columns, heights, parts[-1].end)


def _block(table: str, block: Block, row: int, frame: _Frame) -> _Grid:
    """A block with its headings from a sheet row on."""
    labels: list[Label] = []
    heights: dict[int, float] = {}
    if block.title:
        labels.append(Label(Span.line(row, 0, frame.right), block.title, "block"))
        heights[row] = 20
        row += 1
    depth = _depth(block.columns)
    first = row + depth
    heights |= dict.fromkeys(range(row, first - 1), 20.0)
    heights[first - 1] = 32
    columns = _spread(leaf_ids(block.columns), frame.headings, frame.numbers)
    row_labels = list(_row_labels(block.rows, first, 0, frame.headings))
    labels.append(Label(Span(row, 0, first - 1, frame.headings - 1), block.corner, "corner"))
    labels += _column_labels(block.columns, columns, row, depth)
    labels += row_labels
    lines = enumerate(leaf_ids(block.rows), start=first)
    cells = _joined([_row_cells(table, name, line, columns) for line, name in lines])
    heights |= _row_heights(row_labels, frame)
    return replace(cells, labels=tuple(labels), heights=heights)


def _row_heights(labels: Sequence[Label], frame: _Frame) -> dict[int, float]:
    """Heights that the innermost row headings need."""
    heights = {}
    for label in labels:
        if label.style == "row":
            width = frame.width(label.span.left, label.span.right)
            heights[label.span.top] = height_of(label.text, width, _LEAST_ROW_HEIGHT)
    return heights


def _across(table: Table, frame: _Frame) -> _Grid:
    """The rows of the one block side by side, their headings above all."""
    (block,) = table.blocks
    depth = _depth(block.rows)
    line = FIRST_ROW + depth + _depth(block.columns)
    places = _spread(leaf_ids(block.rows), 0, frame.numbers)
    parts = [_row_across(table.id, block, name, places[name], line) for name in places]
    rows = _joined(parts)
    headings = tuple(_column_labels(block.rows, places, FIRST_ROW, depth))
    heights = dict.fromkeys(range(FIRST_ROW, line), 22.0)
    heights |= {line - 1: 34, line: 24}
    return replace(rows, labels=rows.labels + headings, heights=heights)


def _row_across(table: str, block: Block, row: str, place: _Stretch, line: int) -> _Grid:
    """One row of a block `across`, with the column headings over its cells."""
    width = place.right - place.left + 1
    columns = _spread(leaf_ids(block.columns), place.left, width)
    depth = _depth(block.columns)
    headings = tuple(_column_labels(block.columns, columns, line - depth, depth))
    return replace(_row_cells(table, row, line, columns), labels=headings)


def _row_cells(table: str, row: str, line: int, columns: Mapping[str, _Stretch]) -> _Grid:
    """The number cells of one row of the form, in a sheet row."""
    cells = {name: Span.line(line, left, right) for name, (left, right) in columns.items()}
    spans = list(cells.values())
    whole = Span.line(line, spans[0].left, spans[-1].right)
    fields = {f"{table}.{row}.{name}": span for name, span in cells.items()}
    return _Grid((), fields, {row: whole}, cells, {}, line + 1)


def _spread(names: Sequence[str], left: int, width: int) -> dict[str, _Stretch]:
    """The stretch of each name; the last one takes what is left over."""
    each = width // len(names)
    stretches = {}
    for index, name in enumerate(names):
        start = left + index * each
        stretches[name] = _Stretch(start, start + each - 1)
    stretches[names[-1]] = _Stretch(stretches[names[-1]].left, left + width - 1)
    return stretches


def _column_labels(
    headings: Sequence[Heading], columns: Mapping[str, _Stretch], row: int, depth: int
) -> Iterator[Label]:
    """Headings over the columns below them; a leaf reaches down to the last level."""
    for heading in headings:
        ids = leaf_ids((heading,))
        bottom = row if heading.children else row + depth - 1
        span = Span(row, columns[ids[0]].left, bottom, columns[ids[-1]].right)
        yield Label(span, heading.label, "head")
        yield from _column_labels(heading.children, columns, row + 1, depth - 1)


def _row_labels(headings: Sequence[Heading], row: int, level: int, levels: int) -> Iterator[Label]:
    """Headings beside the rows under them; a leaf reaches to the right as far as the last level."""
    for heading in headings:
        count = len(leaf_ids((heading,)))
        last = row + count - 1
        if heading.children:
            yield Label(Span(row, level, last, level), heading.label, "group")
        else:
            yield Label(Span(row, level, last, levels - 1), heading.label, "row")
        yield from _row_labels(heading.children, row, level + 1, levels)
        row += count


# --- check cells --------------------------------------------------------------------------


def _by_code(check_rows: Sequence[CheckRow]) -> dict[str, list[CheckRow]]:
    """Rows of the same check together, in their order."""
    grouped: dict[str, list[CheckRow]] = {}
    for row in check_rows:
        grouped.setdefault(row.check.code, []).append(row)
    return grouped


def _checks_beside(check_rows: Sequence[CheckRow], frame: _Frame, grid: _Grid) -> _Checks:
    """A column a check at the right of the table, a cell a row."""
    groups = _by_code(check_rows)
    if not groups:
        return _Checks()
    labels: list[Label] = []
    cells: list[CheckCell] = []
    for column, (code, members) in enumerate(groups.items(), start=frame.right + 1):
        heading = Span.line(FIRST_ROW, column, column)
        labels.append(Label(heading, f"校验\n{code}", "check_head"))
        for check_row in members:
            cells += _column_of_cells(check_row, column, grid)
    widths = (_CHECK_WIDTH,) * len(groups)
    return _Checks(tuple(labels), tuple(cells), widths, {FIRST_ROW: 34.0})


def _column_of_cells(check_row: CheckRow, column: int, grid: _Grid) -> Iterator[CheckCell]:
    for row, instances in check_row.by_row():
        line = grid.rows[row].top
        yield CheckCell(Span.line(line, column, column), check_row, instances)


def _checks_below(
    check_rows: Sequence[CheckRow], table: Table, frame: _Frame, grid: _Grid
) -> _Checks:
    """Under the table, check by check."""
    labels: list[Label] = []
    cells: list[CheckCell] = []
    line = grid.end
    for members in _by_code(check_rows).values():
        below = _group_below(members, line, table, frame, grid)
        labels += below.labels
        cells += below.cells
        line = cells[-1].span.bottom + 1
    return _Checks(tuple(labels), tuple(cells), heights=_label_heights(labels, frame))


def _group_below(
    members: Sequence[CheckRow], line: int, table: Table, frame: _Frame, grid: _Grid
) -> _Checks:
    """One check from a sheet row on: its cells under what they check, or lines of their own."""
    across = table.arrangement is Arrangement.ACROSS
    placed = _under_rows(members, grid) if across else _under_columns(members, table, grid)
    if placed is None:
        return _own_lines(members, line, frame)
    label_right = frame.right if across else frame.headings - 1
    text = f"校验 {members[0].printed_code}：{members[0].title}"
    label = Label(Span.line(line, 0, label_right), text, "check_label")
    if across:
        line += 1  # the label takes the whole width
    return _Checks((label,), tuple(cell.at(line) for cell in placed))


def _label_heights(labels: Sequence[Label], frame: _Frame) -> dict[int, float]:
    heights = {}
    for label in labels:
        width = frame.width(label.span.left, label.span.right)
        heights[label.span.top] = height_of(label.text, width, _LEAST_CHECK_HEIGHT)
    return heights


def _under_rows(check_rows: Sequence[CheckRow], grid: _Grid) -> list[_Placed] | None:
    """Cells under the rows of a table `across`; None when a check is of no single row."""
    placed = []
    for check_row in check_rows:
        for row, instances in check_row.by_row():
            if row not in grid.rows:
                return None
            span = grid.rows[row]
            placed.append(_Placed(check_row, instances, _Stretch(span.left, span.right)))
    return placed


def _under_columns(
    check_rows: Sequence[CheckRow], table: Table, grid: _Grid
) -> list[_Placed] | None:
    """Cells under the columns of the one block; None when there are several, or no such columns."""
    if len(table.blocks) > 1:
        return None
    placed = []
    for check_row in check_rows:
        column = check_row.instances[0].column or ""
        if column not in grid.columns:
            return None
        span = grid.columns[column]
        placed.append(_Placed(check_row, check_row.instances, _Stretch(span.left, span.right)))
    return placed


def _own_lines(check_rows: Sequence[CheckRow], line: int, frame: _Frame) -> _Checks:
    """A line each: label, and a cell in the last fifth of the table."""
    split = max(0, frame.right - max(1, frame.numbers // 5))
    labels, cells = [], []
    for row, check_row in enumerate(check_rows, start=line):
        text = f"校验 {check_row.code}：{check_row.title}"
        labels.append(Label(Span.line(row, 0, split), text, "check_label"))
        cell = Span.line(row, split + 1, frame.right)
        cells.append(CheckCell(cell, check_row, check_row.instances))
    return _Checks(tuple(labels), tuple(cells))
