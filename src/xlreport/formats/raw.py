"""A workbook as a program wrote it, whatever its format: sheets of raw cells, names, properties.

Every reader (xlsx, xlsb, xls, ods) gives this; nothing above knows which format a file had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from xlreport.a1 import Cell
from xlreport.findings import Finding
from xlreport.formats.conditional import Look, Rule
from xlreport.formats.runs import Run

MOST_ODD = 200
"""How many repeated cells, and how many marks, a sheet lists."""


class Format(StrEnum):
    """The formats that are read; the value is the usual extension."""

    XLSX = ".xlsx"
    XLSB = ".xlsb"
    XLS = ".xls"
    ODS = ".ods"


@dataclass(frozen=True, slots=True)
class RawCell:
    """`kind` is the cell type of ECMA-376 part 1, 18.18.11 (n, s, str, b, e, d, inlineStr) with
    texts resolved; `text` the value as written; `formula` its text, empty where the format does
    not show it, None where there is none. `shown` is what a date looks like, `number_format` the
    format of a number (empty where the file format does not tell, or it is General), `unseen`
    says why nobody sees what the cell shows; empty where people do. `picture` is one that a program
    puts into the cell itself, `repeats` is whether the text is repeated as often as there is room,
    `style` the number of its style among the looks of the sheet. `runs` are the parts of a text
    that are not all in the font of the cell."""

    kind: str
    text: str
    formula: str | None = None
    date: bool = False
    number_format: str = ""
    shown: str = ""
    unseen: str = ""
    picture: bool = False
    repeats: bool = False
    style: int = field(default=0, compare=False, repr=False)
    runs: tuple[Run, ...] = field(default=(), compare=False, repr=False)


_PICTURE = re.compile(r"=?(?:_xlfn\.)?(?:DISPIMG|IMAGE)\(", re.IGNORECASE)


def is_picture(cell: RawCell) -> bool:
    """Whether a cell shows a picture: DISPIMG (WPS) or IMAGE (Excel), which only they can show."""
    if cell.picture:
        return True
    content = cell.formula or cell.text
    return _PICTURE.match(content.strip()) is not None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that lies over a sheet at a cell: what it is called, and its words."""

    cell: Cell
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """What of a sheet nobody sees: the whole of it, rows, or columns (first and last of each
    range)."""

    sheet: bool = False
    rows: tuple[tuple[int, int], ...] = ()
    columns: tuple[tuple[int, int], ...] = ()

    def hides(self, cell: Cell) -> bool:
        """Whether a cell lies in a hidden row or column."""
        row, column = cell
        in_rows = any(first <= row <= last for first, last in self.rows)
        return in_rows or any(first <= column <= last for first, last in self.columns)


@dataclass
class RawSheet:
    """One sheet: its non-empty cells, and cells that are given twice.

    `marks` are the first cells of merges and links, `merges` the first and last cells of merges,
    `remarks` comments and drawings, `protected` is whether the sheet is locked, `objects`
    whether documents, controls or a background picture lie in it, `zeros` whether a 0 is shown.
    `rules` are its conditional formats, `looks` the cell styles that they change, `size` is how
    much of the limit on cells it took.
    """

    name: str
    cells: dict[Cell, RawCell] = field(default_factory=dict)
    twice: list[Cell] = field(default_factory=list)
    marks: set[Cell] = field(default_factory=set)
    merges: list[tuple[Cell, Cell]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    hidden: Hidden = Hidden()
    protected: bool = False
    objects: bool = False
    zeros: bool = True
    rules: Sequence[Rule] = ()
    looks: Sequence[Look] = ()
    size: int = field(default=0, compare=False, repr=False)

    def put(self, cell: Cell, raw: RawCell) -> None:
        """Adds a cell; one that is there already is ambiguous."""
        if cell in self.cells:
            self.doubt(cell)
        self.cells[cell] = raw

    def doubt(self, cell: Cell) -> None:
        """Notes a cell whose content two readers could see differently."""
        if cell not in self.twice and len(self.twice) < MOST_ODD:
            self.twice.append(cell)


@dataclass(frozen=True)
class RawBook:
    """A workbook: sheets by name, defined names in lower case (`'sheet'!$A$1`), custom properties,
    the last-saved time (ISO 8601 or empty), whether it holds macros or links to other files,
    whether its window is hidden, and what was odd about the file and is read all the same."""

    sheets: Mapping[str, RawSheet]
    names: Mapping[str, str]
    repeated_names: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    saved: str = ""
    format: Format = Format.XLSX
    macros: bool = False
    links: bool = False
    hidden: bool = False
    notes: tuple[Finding, ...] = ()


def add_range(ranges: list[tuple[int, int]], first: int, last: int) -> None:
    """Adds a range of rows or columns; one that goes on where the last one ends makes it longer."""
    if ranges and ranges[-1][1] + 1 == first:
        ranges[-1] = ranges[-1][0], last
    elif len(ranges) < MOST_ODD:
        ranges.append((first, last))


def join_names(pairs: list[tuple[str, str]]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Names with their targets, and those given twice with different targets."""
    names: dict[str, str] = {}
    repeated: dict[str, None] = {}
    for name, target in pairs:
        key = name.lower()
        if names.setdefault(key, target) != target:
            repeated[key] = None
    return names, tuple(repeated)
