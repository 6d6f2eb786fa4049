"""Plain text: lines, and tables whose cells are separated by tabs, by strokes, by two blanks or
more, or by commas as in CSV files (RFC 4180).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from xlreport.a1 import Cell
from xlreport.formats.drafts import cleaned, count_of, seen_text
from xlreport.formats.encodings import text_of
from xlreport.formats.grid import Box, Document, Grid, Line
from xlreport.formats.guard import CellCount, Limits
from xlreport.submission import Place

KIND = "文本"

_STROKES_KNOWN = "|│┃║｜"
_STROKES = re.compile(f"[{_STROKES_KNOWN}]")
_RULE = re.compile(r"[-=+:_|\u2500-\u257f\s]+")
_CORNER = re.compile(r"[+|\u2500-\u257f]")
"""A line that is only drawn, and what a line between rows has."""

_BLANKS = "  "
_GAP = re.compile(r"[ \u3000]{2,}")
_QUOTED = re.compile(r'(?:^|\t)"')
_LONGEST_HEADING = 60
"""Characters of a line without separators that may be a heading between the rows of a table."""

_LONGEST_INDENTED = 20
"""Characters of a line that tabs only indent, and that may be a cell all the same."""

_LONGEST_QUOTATION = 20
"""Lines that a cell in quotation marks may have."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One or more lines of the file, by the numbers (from 1) of the first and the last: their
    cells, and what separates these (empty for a line of text, which is one cell)."""

    number: int
    end: int
    cells: Sequence[str]
    separator: str = ""

    @property
    def text(self) -> str:
        """A line of text."""
        return self.cells[0]


def read(data: bytes, limits: Limits) -> Document:
    """Reads a text in UTF-8, UTF-16 or GB 18030. Raises Refused."""
    text = text_of(data).replace("\r\n", "\n").replace("\r", "\n")
    rows = _comma_rows(text, count_of(limits)) or list(_rows(text, count_of(limits)))
    return Document(KIND, tuple(_parts(rows)))


# --- commas ---------------------------------------------------------------------------------------


def _comma_rows(text: str, count: CellCount) -> list[_Row]:
    """The rows of a CSV file as programs write it, all of the same length, or cut off behind their
    last cell that is not blank; none of any other text. Raises Refused."""
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if "," not in text or "\t" in first:
        return []
    rows: list[_Row] = []
    reader = csv.reader(iter(_with_ends(lines)))
    number = 1
    try:
        for cells in reader:
            if cells:
                count.add(len(cells) if len(cells) > 1 else 0)
                rows.append(_Row(number, reader.line_num, cells, ","))
            number = reader.line_num + 1
    except csv.Error:
        return []
    return rows if _are_of_a_table(rows) else []


def _are_of_a_table(rows: Sequence[_Row]) -> bool:
    """Whether rows are those of a CSV file: all of one length, or most of several cells."""
    lengths = [len(row.cells) for row in rows]
    if len(rows) < _LEAST_ROWS:
        return False
    if min(lengths) == max(lengths):
        return lengths[0] > 1
    several = sum(length >= _SEVERAL for length in lengths)
    return several >= _LEAST_RAGGED and 2 * several >= len(rows)


_LEAST_ROWS, _LEAST_RAGGED, _SEVERAL = 2, 4, 3


def _with_ends(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"{line}\n"


# --- other separators -----------------------------------------------------------------------------


def _rows(text: str, count: CellCount) -> Iterator[_Row]:
    """Every line in which there is something. Raises Refused."""
    for first, end, line in _lines(text):
        separator = _separator(line)
        count.add(1 + _separators(line, separator))
        cells = _cells(line, separator)
        if cells:
            yield _Row(first, end, cells, separator)


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """The lines that are not blank, with the numbers of the first and the last of each; those of a
    cell in quotation marks as one."""
    lines = text.split("\n")
    end = 0
    for start, line in enumerate(lines):
        if start < end or not line or line.isspace():
            continue
        end = start + _lines_of_a_quotation(lines, start)
        yield start + 1, end, "\n".join(lines[start:end])


def _lines_of_a_quotation(lines: Sequence[str], first: int) -> int:
    """How many lines a row takes: more than one where a cell in quotation marks goes on."""
    line = lines[first]
    if "\t" not in line or _QUOTED.search(line) is None:
        return 1
    marks = 0
    for more, part in enumerate(lines[first : first + _LONGEST_QUOTATION], start=1):
        marks += part.count('"')
        if marks % 2 == 0:
            return more
    return 1


def _separator(line: str) -> str:
    """What separates the cells of a line; empty for none."""
    if "\t" in line:
        rest = line.strip("\t ")
        is_indented = "\t" not in line.lstrip("\t ")
        return "" if is_indented and len(rest) > _LONGEST_INDENTED else "\t"
    if _separators(line, "|") > 1 or _is_rule(line):
        return "|"
    return _BLANKS if _GAP.search(line.strip()) else ""


def _is_rule(line: str) -> bool:
    """Whether a line is drawn between the rows of a table. A row may be blank, too."""
    if _RULE.fullmatch(line) is None or _CORNER.search(line) is None:
        return False
    return _STROKES.sub("", line).strip() != ""


def _separators(line: str, separator: str) -> int:
    """How many separators a line has at most."""
    if separator == "|":
        return sum(map(line.count, _STROKES_KNOWN))
    return line.count(separator) if separator else 0


def _cells(line: str, separator: str) -> Sequence[str]:
    """The cells of a line; none of one that is only drawn."""
    if separator == "\t":
        return _tab_cells(line)
    if separator == "|":
        if _is_rule(line):
            return ()
        return _STROKES.split(_without_frame(line.strip()))
    if separator:
        return _GAP.split(line.rstrip())
    return (line,)


def _without_frame(line: str) -> str:
    """A line without the stroke at its beginning and the one at its end, which separate nothing."""
    start = 1 if line[0] in _STROKES_KNOWN else 0
    end = -1 if line[-1] in _STROKES_KNOWN else None
    return line[start:end]


def _tab_cells(line: str) -> Sequence[str]:
    if _QUOTED.search(line) is None or line.count('"') % 2:
        return line.split("\t")
    try:
        return next(csv.reader([line], delimiter="\t"), [line])
    except csv.Error:
        return line.split("\t")


# --- lines and tables -----------------------------------------------------------------------------


def _parts(rows: Sequence[_Row]) -> Iterator[Line | Grid]:
    """Lines of text, and rows that follow each other as tables."""
    tables = 0
    for run in _runs(rows):
        if _is_table(run):
            tables += 1
            yield _grid(f"第{tables}个表格", run)
        else:
            yield from map(_line, run)


def _runs(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Rows that belong together, each line of text alone."""
    run: list[_Row] = []
    for index in range(len(rows)):
        row = _as_heading(rows, index)
        if run and not _goes_on(run[-1], row):
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _goes_on(last: _Row, row: _Row) -> bool:
    """Whether a row belongs to the table of the last one: there may be a blank line between them.
    Where blanks separate, cells that are blank are not seen: only rows of the same length have
    their cells below one another for certain."""
    if not row.separator or row.separator != last.separator:
        return False
    if row.separator == ",":
        return True
    if row.separator == _BLANKS and len(row.cells) != len(last.cells):
        return False
    return row.number - last.end <= 2


def _as_heading(rows: Sequence[_Row], index: int) -> _Row:
    """A short line right between two rows of a table as a row of it."""
    row = rows[index]
    if row.separator or not 0 < index < len(rows) - 1 or len(row.text) > _LONGEST_HEADING:
        return row
    above, below = rows[index - 1], rows[index + 1]
    is_between = above.end + 1 == row.number == below.number - 1
    is_inside = above.separator == below.separator and above.separator in ("\t", "|")
    return replace(row, separator=above.separator) if is_between and is_inside else row


def _is_table(run: Sequence[_Row]) -> bool:
    """A single line in which there is room between words is none."""
    return bool(run[0].separator) and (run[0].separator != _BLANKS or len(run) > 1)


def _line(row: _Row) -> Line:
    text = seen_text(_BLANKS.join(row.cells))
    return Line(text, Place("", f"第{row.number}行"))


def _grid(name: str, rows: Sequence[_Row]) -> Grid:
    boxes: dict[Cell, Box] = {}
    for index, row in enumerate(rows):
        for column, cell in enumerate(row.cells):
            place = Place("", f"第{row.number}行{column + 1}格")
            boxes[index, column] = Box(cleaned(cell).strip(), place)
    return Grid(name, boxes)
