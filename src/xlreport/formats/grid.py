"""A document that is not our workbook, whatever its format: lines of text and grids of cells.

Every reader of such documents (web pages, Word, plain text, workbooks of any layout) gives this;
nothing above knows which format a file had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlreport.a1 import Cell
from xlreport.submission import Place


@dataclass(frozen=True, slots=True)
class Box:
    """One cell of a grid as a person sees it: its text with its line breaks, how many rows and
    columns it spans (1 and 1 where it is not merged), and where a person finds it."""

    text: str
    place: Place
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class Grid:
    """A table: boxes by their first row and column (both from 0), empty ones included where the
    document has a cell. No two boxes cover the same cell. `name` is how people find the table (a
    sheet's name, 第2个表格)."""

    name: str
    boxes: Mapping[Cell, Box]

    def covered(self, cell: Cell) -> Iterator[Cell]:
        """All cells that the box at a cell covers, that one included."""
        row, column = cell
        box = self.boxes[cell]
        for below in range(box.rows):
            for beside in range(box.columns):
                yield row + below, column + beside


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph outside all tables, or a line of a text."""

    text: str
    place: Place


@dataclass(frozen=True)
class Document:
    """What a document shows, from its beginning to its end. `kind` is what people call such a file
    (网页、Word 文档、文本、工作簿), `saved` the last-saved time (ISO 8601, empty when not told)."""

    kind: str
    parts: tuple[Line | Grid, ...]
    saved: str = ""
    hidden: tuple[str, ...] = ()
    """Rows and columns that hold something and are hidden, which are not in it: “表”的D列."""
