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

_LAST_HEADING_HEIGHT = 32.0
"""Points of the row of headings next to the numbers."""

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
    grid = _grid(table, frame)
    labels = [replace(label, span=_from_first_row(label.span)) for label in grid.labels]
    fields = {name: _from_first_row(span) for name, span in grid.fields.items()}
    first_number = min(span.top for span in fields.values())
    headings = first_number if len(table.blocks) == 1 else 0
    rows = grid.end - FIRST_ROW
    return OfficialTable(tuple(labels), fields, frame.widths, rows, headings)


def _from_first_row(span: Span) -> Span:
    top = span.top - FIRST_ROW
    bottom = span.bottom - FIRST_ROW
    return Span(top, span.left, bottom, span.right)


def layout_table(form: Form, table: Table, lines: Sequence[CheckLine]) -> SheetLayout:
    """The sheet of a table: the official form, and the cells that say what is wrong in it."""
    frame = _frame(table)
    grid = _grid(table, frame)
    own_lines = [line for line in lines if line.table == table.id]
    statuses = _Statuses(form, table, grid, own_lines)
    sheet = _official(form, table, frame, grid)
    below = sheet.form_bottom + 1
    if table.arrangement is Arrangement.ACROSS:
        return _with_statuses(sheet, statuses.under_rows(below))
    beside = _with_status_column(sheet, statuses)
    before_them = Span.line(below, 0, frame.headings - 1)
    return _with_statuses(beside, statuses.under_columns(below), before_them)


def _grid(table: Table, frame: _Frame) -> _Grid:
    if table.arrangement is Arrangement.ACROSS:
        return _across(table, frame)
    return _down(table, frame)


def _with_status_column(sheet: SheetLayout, statuses: _Statuses) -> SheetLayout:
    """The sheet with a column of verdicts at the right of the form."""
    column = sheet.form_right + 1
    place = Span.line(FIRST_ROW, column, column)
    heading = Label(place, STATUS_HEADING, "margin")
    wider = replace(
        sheet,
        labels=(*sheet.labels, heading),
        widths=(*sheet.widths, _STATUS_WIDTH),
        verdict=replace(sheet.verdict, right=column),
    )
    return replace(wider, statuses=statuses.beside_rows(column))


def _official(form: Form, table: Table, frame: _Frame, grid: _Grid) -> SheetLayout:
    """The sheet without the cells that say what is wrong with rows and columns."""
    right = frame.right
    last = grid.end - 1
    answer = _answer_column(frame)
    whole_line = Span.line(TITLE_ROW, 0, right)
    before_answer = Span.line(HEAD_ROW, 0, answer - 1)
    title = Label(whole_line, table.title, "title")
    question = Label(before_answer, QUESTION, "question")
    unit_line, measure_line = _unit_lines(right)
    sheet = SheetLayout(
        table.sheet,
        (*grid.labels, title, question),
        grid.fields,
        (),
        frame.widths,
        form_left=0,
        form_right=right,
        form_bottom=last,
        bottom=last,
        verdict=Span.line(HEAD_ROW, answer + 1, right),
        unit_line=unit_line,
        measure_line=measure_line,
        heights={**grid.heights, **_top_heights(frame)},
        frozen=_frozen(table, frame),
        flag=(HEAD_ROW, answer),
    )
    return _with_signatures(sheet) if form.signatures else sheet


def _unit_lines(right: int) -> tuple[Span, Span]:
    """Whose report it is, and at its right, in a third of the width, the unit of measurement."""
    third = (right + 1) // 3
    split = right - max(1, third)
    unit = Span.line(UNIT_ROW, 0, split)
    measure = Span.line(UNIT_ROW, split + 1, right)
    return unit, measure


def _with_signatures(sheet: SheetLayout) -> SheetLayout:
    """The sheet with the signature block below the table."""
    row = sheet.form_bottom + 1
    heights = {**sheet.heights, row: _SIGNATURE_HEIGHT}
    block = Span.line(row, 0, sheet.form_right)
    return replace(sheet, signatures=block, form_bottom=row, bottom=row, heights=heights)


def _with_statuses(
    sheet: SheetLayout, below: tuple[StatusCell, ...], heading: Span | None = None
) -> SheetLayout:
    """The sheet with a row of verdicts below the form, and what stands before them."""
    if not below:
        return sheet
    row = below[0].span.top
    labels = sheet.labels
    if heading is not None:
        before_them = Label(heading, COLUMN_STATUSES, "margin")
        labels = (*labels, before_them)
    statuses = (*sheet.statuses, *below)
    heights = {**sheet.heights, row: _STATUS_HEIGHT}
    return replace(sheet, labels=labels, statuses=statuses, heights=heights, bottom=row)


def _answer_column(frame: _Frame) -> int:
    """The column of the answer to 本表空白处是否均为 0."""
    in_the_middle = max(1, frame.numbers // 2)
    return min(frame.headings or in_the_middle, frame.right)


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
    first_number = FIRST_ROW + title_rows + _depth(block.columns)
    return first_number, frame.headings


# --- verdicts -----------------------------------------------------------------------------


_LinesOf = dict[str, list[CheckLine]]
"""Check lines by the row or column that they are shown at."""


class _Statuses:
    """Shares the check lines of a table out over its rows and columns."""

    def __init__(self, form: Form, table: Table, grid: _Grid, lines: Sequence[CheckLine]) -> None:
        self.form = form
        self.grid = grid
        is_down = table.arrangement is Arrangement.DOWN
        has_columns = is_down and len(table.blocks) == 1
        self.of_columns: _LinesOf = {}
        self.of_rows: _LinesOf = {row: [] for row in grid.rows}
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
        fields = self.form.fields
        named = [fields[name] for name in line.fields if name in fields]
        return next(field.row for field in named if field.table == line.table)

    def _typed(self, row: str) -> tuple[str, ...]:
        """The fields of a row that are typed in."""
        whole = self.grid.rows[row]
        fields = self.form.fields
        names = [name for name, span in self.grid.fields.items() if _is_within(span, whole)]
        return tuple(name for name in names if fields[name].computed is None)

    def _of_row(self, row: str, place: Span) -> StatusCell:
        """What is said of a row, and where."""
        lines = tuple(self.of_rows[row])
        return StatusCell(place, lines, self._typed(row))

    def beside_rows(self, column: int) -> tuple[StatusCell, ...]:
        """A cell at the end of each row."""
        cells = []
        for row, span in self.grid.rows.items():
            place = Span.line(span.top, column, column)
            cells.append(self._of_row(row, place))
        return tuple(cells)

    def under_rows(self, below: int) -> tuple[StatusCell, ...]:
        """A cell under each row of a table `across`."""
        cells = []
        for row, span in self.grid.rows.items():
            place = Span.line(below, span.left, span.right)
            cells.append(self._of_row(row, place))
        return tuple(cells)

    def under_columns(self, below: int) -> tuple[StatusCell, ...]:
        """A cell under each column that is checked."""
        cells = []
        for column, span in self.grid.columns.items():
            lines = self.of_columns.get(column)
            if lines:
                place = Span.line(below, span.left, span.right)
                cells.append(StatusCell(place, tuple(lines)))
        return tuple(cells)


def _is_within(inner: Span, outer: Span) -> bool:
    is_in_row = inner.top == outer.top
    return is_in_row and outer.left <= inner.left and inner.right <= outer.right


# --- the official table -------------------------------------------------------------------


def _frame(table: Table) -> _Frame:
    columns = [len(leaf_ids(block.columns)) for block in table.blocks]
    if table.arrangement is Arrangement.ACROSS:
        rows = leaf_ids(table.blocks[0].rows)
        numbers = columns[0] * len(rows)
        return _Frame(0, numbers, _number_widths(numbers))
    numbers = max(columns)
    headings = max(_depth(block.rows) for block in table.blocks)
    widths = (*_heading_widths(headings), *_number_widths(numbers))
    return _Frame(headings, numbers, widths)


def _number_widths(count: int) -> tuple[float, ...]:
    """Characters of the columns of numbers, which share what there is."""
    share = round(_NUMBERS_WIDTH / count, 1)
    width = max(_NARROWEST, min(_WIDEST, share))
    return (width,) * count


def _heading_widths(levels: int) -> list[float]:
    """Characters of the columns of row headings: the innermost ones are sentences."""
    if levels == 1:
        return [26.0]
    between = [9.5] * (levels - 2)
    return [5.5, *between, 29.0]


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
    labels: list[Label] = []
    fields: dict[str, Span] = {}
    rows: dict[str, Span] = {}
    columns: dict[str, Span] = {}
    heights: dict[int, float] = {}
    for part in parts:
        fields |= part.fields
        rows |= part.rows
        columns = {**part.columns, **columns}
        heights |= part.heights
        labels += part.labels
    return _Grid(tuple(labels), fields, rows, columns, heights, parts[-1].end)


def _block(table: str, block: Block, row: int, frame: _Frame) -> _Grid:
    """A block with its headings from a sheet row on."""
    if not block.title:
        return _untitled(table, block, row, frame)
    whole_line = Span.line(row, 0, frame.right)
    title = Label(whole_line, block.title, "block")
    grid = _untitled(table, block, row + 1, frame)
    heights = {row: _LEAST_ROW_HEIGHT, **grid.heights}
    return replace(grid, labels=(title, *grid.labels), heights=heights)


def _untitled(table: str, block: Block, row: int, frame: _Frame) -> _Grid:
    """A block without its title: headings of columns, then rows."""
    depth = _depth(block.columns)
    first = row + depth
    columns = _spread(leaf_ids(block.columns), frame.headings, frame.numbers)
    corner = Span(row, 0, first - 1, frame.headings - 1)
    row_labels = list(_row_labels(block.rows, first, 0, frame.headings))
    labels = [Label(corner, block.corner, "corner")]
    labels += _column_labels(block.columns, columns, row, depth)
    labels += row_labels
    heights = _heading_heights(row, first - 1) | _row_heights(row_labels, frame)
    cells = _rows_cells(table, block, first, columns)
    return replace(cells, labels=tuple(labels), heights=heights)


def _rows_cells(table: str, block: Block, first: int, columns: Mapping[str, _Stretch]) -> _Grid:
    """The number cells of all rows of a block, from a sheet row on."""
    lines = enumerate(leaf_ids(block.rows), start=first)
    return _joined([_row_cells(table, name, line, columns) for line, name in lines])


def _heading_heights(first: int, last: int) -> dict[int, float]:
    """Heights of the rows with headings of columns; the innermost ones have two lines."""
    heights = dict.fromkeys(range(first, last), _LEAST_ROW_HEIGHT)
    heights[last] = _LAST_HEADING_HEIGHT
    return heights


def _row_heights(labels: Sequence[Label], frame: _Frame) -> dict[int, float]:
    """Heights that the innermost row headings need."""
    heights = {}
    for label in labels:
        if label.style == "row":
            span = label.span
            width = frame.width(span.left, span.right)
            heights[span.top] = height_of(label.text, width, _LEAST_ROW_HEIGHT)
    return heights


def _across(table: Table, frame: _Frame) -> _Grid:
    """The rows of the one block side by side, their headings above all."""
    (block,) = table.blocks
    depth = _depth(block.rows)
    line = FIRST_ROW + depth + _depth(block.columns)
    places = _spread(leaf_ids(block.rows), 0, frame.numbers)
    parts = [_row_across(table.id, block, name, place, line) for name, place in places.items()]
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
    cells = _row_cells(table, row, line, columns)
    return replace(cells, labels=headings)


def _row_cells(table: str, row: str, line: int, columns: Mapping[str, _Stretch]) -> _Grid:
    """The number cells of one row of the form, in a sheet row."""
    cells = {name: Span.line(line, *stretch) for name, stretch in columns.items()}
    first, *_ = cells.values()
    *_, last = cells.values()
    whole = Span.line(line, first.left, last.right)
    fields = {f"{table}.{row}.{name}": span for name, span in cells.items()}
    return _Grid((), fields, {row: whole}, cells, {}, line + 1)


def _spread(names: Sequence[str], left: int, width: int) -> dict[str, _Stretch]:
    """The stretch of each name; the last one takes what is left over."""
    each = width // len(names)
    stretches = {}
    for name in names:
        is_last = name == names[-1]
        following = left + (width if is_last else each)
        stretches[name] = _Stretch(left, following - 1)
        left += each
        width -= each
    return stretches


def _column_labels(
    headings: Sequence[Heading], columns: Mapping[str, _Stretch], row: int, depth: int
) -> Iterator[Label]:
    """Headings over the columns below them; a leaf reaches down to the last level."""
    for heading in headings:
        ids = leaf_ids((heading,))
        bottom = row if heading.children else row + depth - 1
        first, last = columns[ids[0]], columns[ids[-1]]
        span = Span(row, first.left, bottom, last.right)
        yield Label(span, heading.label, "head")
        yield from _column_labels(heading.children, columns, row + 1, depth - 1)


def _row_labels(headings: Sequence[Heading], row: int, level: int, levels: int) -> Iterator[Label]:
    """Headings beside the rows under them; a leaf reaches to the right as far as the last level."""
    for heading in headings:
        count = len(leaf_ids((heading,)))
        last = row + count - 1
        if heading.children:
            group = Span(row, level, last, level)
            yield Label(group, heading.label, "group")
        else:
            leaf = Span(row, level, last, levels - 1)
            yield Label(leaf, heading.label, "row")
        yield from _row_labels(heading.children, row, level + 1, levels)
        row += count
