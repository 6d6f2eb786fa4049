"""A workbook as a program wrote it, whatever its format: sheets of raw cells, names, properties.

Every reader (xlsx, xlsb, xls, ods) gives this; nothing above knows which format a file had.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from xlreport.a1 import Cell
from xlreport.findings import Finding

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
    not show it, None where there is none. `disguise` is a number format that shows another
    number."""

    kind: str
    text: str
    formula: str | None = None
    date: bool = False
    disguise: str = ""


@dataclass
class RawSheet:
    """One sheet: its non-empty cells, and cells that are given twice.

    `marks` are the first cells of merges, links and comments, `protected` is whether the sheet is
    locked.
    """

    name: str
    cells: dict[Cell, RawCell] = field(default_factory=dict)
    twice: list[Cell] = field(default_factory=list)
    marks: set[Cell] = field(default_factory=set)
    protected: bool = False

    def put(self, cell: Cell, raw: RawCell) -> None:
        """Adds a cell; one that is there already is ambiguous."""
        if cell in self.cells:
            self.doubt(cell)
        self.cells[cell] = raw

    def doubt(self, cell: Cell) -> None:
        """Notes a cell whose content two readers could see differently."""
        if len(self.twice) < MOST_ODD:
            self.twice.append(cell)


@dataclass(frozen=True)
class RawBook:
    """A workbook: sheets by name, defined names in lower case (`'sheet'!$A$1`), custom properties,
    the last-saved time (ISO 8601 or empty), whether it holds macros or links to other files, and
    what was odd about the file and is read all the same."""

    sheets: Mapping[str, RawSheet]
    names: Mapping[str, str]
    repeated_names: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    saved: str = ""
    format: Format = Format.XLSX
    macros: bool = False
    links: bool = False
    notes: tuple[Finding, ...] = ()


def join_names(pairs: list[tuple[str, str]]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Names with their targets, and those given twice with different targets."""
    names: dict[str, str] = {}
    repeated: dict[str, None] = {}
    for name, target in pairs:
        key = name.lower()
        if names.setdefault(key, target) != target:
            repeated[key] = None
    return names, tuple(repeated)
