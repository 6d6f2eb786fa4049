"""A document as one reads it from its beginning to its end: lines, and rows of tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from xlreport.formats.grid import Document, Grid
from xlreport.importing.labels import is_blank
from xlreport.submission import Place


@dataclass(frozen=True, slots=True)
class Passage:
    """A line, or the only text in a row of a grid (then with the row); `part` is where it stands in
    the document. With `is_table` it is a row of several cells, whose text is that of the first."""

    part: int
    row: int
    text: str
    place: Place
    is_table: bool = False
    beside: str = ""
    """The text of the second cell, where there are two."""


def passages_of(document: Document) -> Iterator[Passage]:
    """Everything that a document shows, blanks left out."""
    for part, item in enumerate(document.parts):
        if isinstance(item, Grid):
            yield from _rows(part, item)
        elif not is_blank(item.text):
            yield Passage(part, 0, item.text, item.place)


def _rows(part: int, grid: Grid) -> Iterator[Passage]:
    rows: defaultdict[int, list[tuple[int, str, Place]]] = defaultdict(list)
    for (row, column), box in grid.boxes.items():
        if not is_blank(box.text):
            rows[row].append((column, box.text, box.place))
    for row, cells in sorted(rows.items()):
        yield _passage(part, row, sorted(cells, key=_column))


_column = itemgetter(0)


def _passage(part: int, row: int, cells: Sequence[tuple[int, str, Place]]) -> Passage:
    _, text, place = cells[0]
    beside = cells[1][1] if len(cells) == 2 else ""
    return Passage(part, row, text, place, is_table=len(cells) > 1, beside=beside)
