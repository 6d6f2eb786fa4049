"""The grids of a document, laid out so that headings and what stands beside them are found."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from xlreport import a1
from xlreport.formats.grid import Box, Document, Grid, Line
from xlreport.importing.labels import key
from xlreport.submission import Place
from xlreport.text import clean_line


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A box of an area: its first and last row and column, what it is compared by when it is a
    heading, and its number in the document."""

    number: int
    top: int
    left: int
    bottom: int
    right: int
    key: str
    box: Box
    is_blank: bool
    """Whether nobody sees anything in it."""

    def turned(self) -> Spot:
        """The same where rows are columns."""
        return replace(self, top=self.left, left=self.top, bottom=self.right, right=self.bottom)


@dataclass(frozen=True, eq=False)
class Area:
    """One grid, or several that a page break has parted; `part` is where it begins in the document.
    With `has_addresses` a cell without a box is an empty cell, as in a workbook; elsewhere a row
    that is too short has lost one."""

    part: int
    spots: tuple[Spot, ...]
    has_addresses: bool
    is_turned: bool = False

    @cached_property
    def keys(self) -> frozenset[str]:
        """Everything in it that may be a heading."""
        return frozenset(self.by_key)

    @cached_property
    def by_key(self) -> Mapping[str, Sequence[Spot]]:
        """The boxes that may be headings, in reading order."""
        found: defaultdict[str, list[Spot]] = defaultdict(list)
        for spot in self.spots:
            if spot.key:
                found[spot.key].append(spot)
        return found

    @cached_property
    def rows(self) -> Mapping[int, Sequence[Spot]]:
        """The boxes that begin in each row, from left to right."""
        rows: defaultdict[int, list[Spot]] = defaultdict(list)
        for spot in self.spots:
            rows[spot.top].append(spot)
        return rows

    @cached_property
    def filled_rows(self) -> Sequence[int]:
        """The rows in which anything begins that people see."""
        return sorted({spot.top for spot in self.spots if not spot.is_blank})

    def rank(self, row: int) -> int:
        """How many filled rows there are up to a row."""
        return bisect_right(self.filled_rows, row)

    def standing(self, names: Iterable[str]) -> Iterator[Spot]:
        """The boxes with one of these headings."""
        for name in names:
            yield from self.by_key.get(name, ())

    @cached_property
    def turned(self) -> Area:
        """The same with rows and columns exchanged."""
        spots = sorted((spot.turned() for spot in self.spots), key=_reading_order)
        return Area(self.part, tuple(spots), self.has_addresses, not self.is_turned)

    def place_beside(self, spot: Spot, row: int, column: int) -> Place:
        """Where people find a cell that has no box, in a grid with addresses."""
        down, right = row - spot.top, column - spot.left
        if self.is_turned:
            down, right = right, down
        place = spot.box.place
        known_row, known_column = a1.parse(place.cell) or (0, 0)
        return Place(place.sheet, a1.address((known_row + down, known_column + right)))


def _reading_order(spot: Spot) -> tuple[int, int]:
    return spot.top, spot.left


def areas_of(document: Document) -> list[Area]:
    """The grids of a document. Those that follow each other with nothing between and are equally
    wide may be one table that a page break has parted; sheets of a workbook never are."""
    areas: list[Area] = []
    follows = False
    count = 0
    for part, item in enumerate(document.parts):
        if isinstance(item, Line):
            follows = follows and not item.text.strip()
            continue
        area = _area(item, part, count)
        count += len(area.spots)
        last = areas[-1] if areas else None
        if follows and last is not None and _is_continued(last, area):
            areas[-1] = _joined(last, area)
        else:
            areas.append(area)
        follows = True
    return areas


def _area(grid: Grid, part: int, count: int) -> Area:
    spots = []
    has_addresses = bool(grid.boxes)
    for number, ((row, column), box) in enumerate(sorted(grid.boxes.items()), count):
        bottom = row + box.rows - 1
        right = column + box.columns - 1
        is_blank = not clean_line(box.text)
        spots.append(Spot(number, row, column, bottom, right, key(box.text), box, is_blank))
        if a1.parse(box.place.cell) is None:
            has_addresses = False
    return Area(part, tuple(spots), has_addresses)


def _is_continued(area: Area, following: Area) -> bool:
    if area.has_addresses or following.has_addresses:
        return False
    return _width(area) == _width(following) > 0


def _width(area: Area) -> int:
    return max((spot.right + 1 for spot in area.spots), default=0)


def _joined(area: Area, following: Area) -> Area:
    height = max(spot.bottom + 1 for spot in area.spots)
    moved = [
        replace(spot, top=spot.top + height, bottom=spot.bottom + height)
        for spot in following.spots
    ]
    return Area(area.part, (*area.spots, *moved), has_addresses=False)
