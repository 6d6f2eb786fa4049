"""Lays out one table as the official format prints it, and where its verdicts are shown.

A table of arrangement `down` has its blocks one below another with row headings at the left;
`across` sets the rows side by side in a single line. What is wrong with a row stands at its end
(below it when `across`), what is wrong with a column under the column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from xlreport.a1 import Cell
from xlreport.form.model import (
    Arrangement,
    Block,
    Form,
    Heading,
    Table,
    leaf_ids,
)
from xlreport.workbook.layout.lines import CheckLine
from xlreport.workbook.layout.sheet import (
    FIRST_ROW,
    HEAD_ROW,
    TITLE_ROW,
    UNIT_ROW,
    Label,
    SheetLayout,
    Span,
    StatusCell,
    height_of,
)

QUESTION = "本表空白处是否均为 0（选是或否）"

STATUS_HEADING, COLUMN_STATUSES = "校验结果", "各列校验"

_STATUS_WIDTH = 33.0
"""Characters of the column with the rows' verdicts, in one line with 已说明."""

_LEAST_ROW_HEIGHT = 18.0
"""Points of a row that has room for any label of one line."""

_STATUS_HEIGHT = 34.0
"""Points of a row with verdicts under columns, which are narrow."""

_HEAD_HEIGHT, _TITLE_HEIGHT, _UNIT_HEIGHT, _SIGNATURE_HEIGHT = 27.0, 28.0, 19.0, 34.0


_NUMBERS_WIDTH = 57.0
"""Characters that all columns of numbers share, so that the table prints at 9 points or more."""

_NARROWEST, _WIDEST = 8.1, 19.0
"""Characters of a column of numbers: headings of four characters stay in one line."""


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
class OfficialTable:
    """A table as the official format prints it, its first row and column 0: labels, the rectangle
    of each field id, widths of the columns in characters. The first `headings` rows are headings of
    all columns, 0 where there are several sets of them."""

    labels: tuple[Label, ...]
    fields: Mapping[str, Span]
    widths: tuple[float, ...]
    rows: int
    headings: int


@lru_cache(maxsize=32)
def official_table(table: Table) -> OfficialTable:
    """What of a table's sheet is the official format; the same object for the same table."""
    frame = _frame(table)
    across = table.arrangement is Arrangement.ACROSS
    grid = _across(table, frame) if across else _down(table, frame)
    labels = [replace(label, span=_from_first_row(label.span)) for label in grid.labels]
    fields = {name: _from_first_row(span) for name, span in grid.fields.items()}
    first_number = min(span.top for span in fields.values())
    headings = first_number if len(table.blocks) == 1 else 0
    rows = grid.end - FIRST_ROW
    return OfficialTable(tuple(labels), fields, frame.widths, rows, headings)


def _from_first_row(span: Span) -> Span:
    return Span(span.top - FIRST_ROW, span.left, span.bottom - FIRST_ROW, span.right)


def layout_table(form: Form, table: Table, lines: Sequence[CheckLine]) -> SheetLayout:
    """The sheet of a table: the official form, and the cells that say what is wrong in it."""
    frame = _frame(table)
    across = table.arrangement is Arrangement.ACROSS
    grid = _across(table, frame) if across else _down(table, frame)
    statuses = _Statuses(form, table, grid, [line for line in lines if line.table == table.id])
    form_bottom = grid.end if form.signatures else grid.end - 1
    sheet = _official(form, table, frame, grid)
    if across:
        return _with_statuses(sheet, statuses.under_rows(form_bottom + 1))
    column = frame.right + 1
    heading = Label(Span.line(FIRST_ROW, column, column), STATUS_HEADING, "margin")
    beside = replace(
        sheet,
        labels=(*sheet.labels, heading),
        statuses=statuses.beside_rows(column),
        widths=(*sheet.widths, _STATUS_WIDTH),
        verdict=replace(sheet.verdict, right=column),
    )
    under = statuses.under_columns(form_bottom + 1)
    return _with_statuses(beside, under, Span.line(form_bottom + 1, 0, frame.headings - 1))


def _official(form: Form, table: Table, frame: _Frame, grid: _Grid) -> SheetLayout:
    """The sheet without the cells that say what is wrong with rows and columns."""
    bottom = grid.end if form.signatures else grid.end - 1
    signatures = Span.line(bottom, 0, frame.right) if form.signatures else None
    heights = {**grid.heights, **_top_heights(frame)}
    if signatures is not None:
        heights[bottom] = _SIGNATURE_HEIGHT
    answer = _answer_column(frame)
    split = frame.right - max(1, (frame.right + 1) // 3)
    title = Label(Span.line(TITLE_ROW, 0, frame.right), table.title, "title")
    question = Label(Span.line(HEAD_ROW, 0, answer - 1), QUESTION, "question")
    return SheetLayout(
        table.sheet,
        (*grid.labels, title, question),
        grid.fields,
        (),
        frame.widths,
        form_left=0,
        form_right=frame.right,
        form_bottom=bottom,
        bottom=bottom,
        verdict=Span.line(HEAD_ROW, answer + 1, frame.right),
        unit_line=Span.line(UNIT_ROW, 0, split),
        measure_line=Span.line(UNIT_ROW, split + 1, frame.right),
        signatures=signatures,
        heights=heights,
        frozen=_frozen(table, frame),
        flag=(HEAD_ROW, answer),
    )


def _with_statuses(
    sheet: SheetLayout, below: tuple[StatusCell, ...], heading: Span | None = None
) -> SheetLayout:
    """The sheet with a row of verdicts below the form, and what stands before them."""
    if not below:
        return sheet
    row = below[0].span.top
    labels = sheet.labels
    if heading is not None:
        labels = (*labels, Label(heading, COLUMN_STATUSES, "margin"))
    return replace(
        sheet,
        labels=labels,
        statuses=(*sheet.statuses, *below),
        heights={**sheet.heights, row: _STATUS_HEIGHT},
        bottom=row,
    )


def _answer_column(frame: _Frame) -> int:
    """The column of the answer to 本表空白处是否均为 0."""
    return min(frame.headings or max(1, frame.numbers // 2), frame.right)


def _top_heights(frame: _Frame) -> dict[int, float]:
    """Heights of the rows over the table."""
    question_width = frame.width(0, _answer_column(frame) - 1)
    question = height_of(QUESTION, question_width, _HEAD_HEIGHT)
    return {HEAD_ROW: question, TITLE_ROW: _TITLE_HEIGHT, UNIT_ROW: _UNIT_HEIGHT}


def _frozen(table: Table, frame: _Frame) -> Cell:
    """The first cell that scrolls: below the headings of a table that has only one set of them,
    beside the row headings."""
    if table.arrangement is Arrangement.ACROSS:
        return FIRST_ROW, 0
    if len(table.blocks) > 1:
        return FIRST_ROW, frame.headings
    block = table.blocks[0]
    title_rows = 1 if block.title else 0
    return FIRST_ROW + title_rows + _depth(block.columns), frame.headings


# --- verdicts -----------------------------------------------------------------------------


class _Statuses:
    """Shares the check lines of a table out over its rows and columns."""

    def __init__(self, form: Form, table: Table, grid: _Grid, lines: Sequence[CheckLine]) -> None:
        self.form = form
        self.grid = grid
        has_columns = table.arrangement is Arrangement.DOWN and len(table.blocks) == 1
        self.of_columns: dict[str, list[CheckLine]] = {}
        self.of_rows: dict[str, list[CheckLine]] = {row: [] for row in grid.rows}
        for line in sorted(lines, key=lambda line: line.severity.rank):
            column = line.column or ""
            if has_columns and line.row is None and column in grid.columns:
                self.of_columns.setdefault(column, []).append(line)
            else:
                self.of_rows[self._row(line)].append(line)

    def _row(self, line: CheckLine) -> str:
        """The row of a line; of a check on the whole table the first row that it names."""
        if line.row in self.of_rows:
            return line.row
        named = [self.form.fields[name] for name in line.fields if name in self.form.fields]
        return next(field.row for field in named if field.table == line.table)

    def _typed(self, row: str) -> tuple[str, ...]:
        """The fields of a row that are typed in."""
        span = self.grid.rows[row]
        names = [name for name, own in self.grid.fields.items() if _is_within(own, span)]
        return tuple(name for name in names if self.form.fields[name].computed is None)

    def beside_rows(self, column: int) -> tuple[StatusCell, ...]:
        """A cell at the end of each row."""
        return tuple(
            StatusCell(Span.line(span.top, column, column), (*self.of_rows[row],), self._typed(row))
            for row, span in self.grid.rows.items()
        )

    def under_rows(self, below: int) -> tuple[StatusCell, ...]:
        """A cell under each row of a table `across`."""
        return tuple(
            StatusCell(
                Span.line(below, span.left, span.right), (*self.of_rows[row],), self._typed(row)
            )
            for row, span in self.grid.rows.items()
        )

    def under_columns(self, below: int) -> tuple[StatusCell, ...]:
        """A cell under each column that is checked."""
        return tuple(
            StatusCell(Span.line(below, span.left, span.right), (*self.of_columns[column],))
            for column, span in self.grid.columns.items()
            if column in self.of_columns
        )


def _is_within(inner: Span, outer: Span) -> bool:
    return inner.top == outer.top and outer.left <= inner.left and inner.right <= outer.right


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
        heading_widths = _heading_widths(headings)
    each = max(_NARROWEST, min(_WIDEST, round(_NUMBERS_WIDTH / numbers, 1)))
    return _Frame(headings, numbers, (*heading_widths, *([each] * numbers)))


def _heading_widths(levels: int) -> list[float]:
    """Characters of the columns of row headings: the innermost ones are sentences."""
    if levels == 1:
        return [26.0]
    return [5.5, *([9.5] * (levels - 2)), 29.0]


def _depth(headings: Sequence[Heading]) -> int:
    """Levels of headings."""
    return max(heading.depth for heading in headings)


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
        heights[row] = _LEAST_ROW_HEIGHT
        row += 1
    depth = _depth(block.columns)
    first = row + depth
    heights |= dict.fromkeys(range(row, first - 1), _LEAST_ROW_HEIGHT)
    heights[first - 1] = 32.0
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
    heights |= {line - 1: 24.0, line: 26.0}
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
