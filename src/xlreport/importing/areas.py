"""The grids of a document, laid out so that headings and what stands beside them are found.

A spot is a box of a grid with the rows and columns that it takes. An area is the spots of one
grid, or of several that a page break has parted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter

from xlreport import a1
from xlreport.formats.grid import Box, Document, Grid, Line
from xlreport.importing.labels import is_blank, key
from xlreport.submission import Place


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
        top, bottom = self.left, self.right
        left, right = self.top, self.bottom
        return Spot(self.number, top, left, bottom, right, self.key, self.box, self.is_blank)

    def lower(self, rows: int) -> Spot:
        """The same so many rows further down."""
        return replace(self, top=self.top + rows, bottom=self.bottom + rows)


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
        spots: defaultdict[str, list[Spot]] = defaultdict(list)
        for spot in self.spots:
            if spot.key:
                spots[spot.key].append(spot)
        return spots

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

    @cached_property
    def width(self) -> int:
        """How many columns it has."""
        return max((spot.right + 1 for spot in self.spots), default=0)

    @cached_property
    def height(self) -> int:
        """How many rows it has."""
        return max((spot.bottom + 1 for spot in self.spots), default=0)

    def rank(self, row: int) -> int:
        """How many filled rows there are up to a row."""
        return bisect_right(self.filled_rows, row)

    def standing(self, names: frozenset[str]) -> Iterator[Spot]:
        """The boxes with one of these headings."""
        for name in self.keys & names:
            yield from self.by_key[name]

    def count(self, names: frozenset[str]) -> int:
        """How many boxes have one of these headings."""
        return sum(len(self.by_key[name]) for name in self.keys & names)

    @cached_property
    def turned(self) -> Area:
        """The same with rows and columns exchanged."""
        spots = [spot.turned() for spot in self.spots]
        spots.sort(key=_reading_order)
        return Area(self.part, tuple(spots), self.has_addresses, not self.is_turned)

    def place_beside(self, spot: Spot, row: int, column: int) -> Place:
        """Where people find a cell that has no box, in a grid with addresses."""
        down, right = row - spot.top, column - spot.left
        if self.is_turned:
            down, right = right, down
        place = spot.box.place
        known_row, known_column = a1.parse(place.cell) or (0, 0)
        cell = a1.address((known_row + down, known_column + right))
        return Place(place.sheet, cell)


_reading_order = attrgetter("top", "left")


def areas_of(document: Document) -> list[Area]:
    """The grids of a document. Those that follow each other with nothing between and are equally
    wide may be one table that a page break has parted; sheets of a workbook never are."""
    runs: list[list[Area]] = []
    follows = False
    count = 0
    for part, item in enumerate(document.parts):
        if isinstance(item, Line):
            follows = follows and not item.text.strip()
            continue
        area = _area(item, part, count)
        count += len(area.spots)
        if follows and _goes_on(runs[-1][-1], area):
            runs[-1].append(area)
        else:
            runs.append([area])
        follows = True
    return [_joined(run) for run in runs]


def _area(grid: Grid, part: int, count: int) -> Area:
    """The area of a grid; `count` boxes stand before it in the document."""
    cells = sorted(grid.boxes)
    spots = [_spot(number, cell, grid.boxes[cell]) for number, cell in enumerate(cells, count)]
    has_addresses = bool(spots) and all(map(_has_address, spots))
    return Area(part, tuple(spots), has_addresses)


def _spot(number: int, cell: a1.Cell, box: Box) -> Spot:
    top, left = cell
    bottom = top + box.rows - 1
    right = left + box.columns - 1
    return Spot(number, top, left, bottom, right, key(box.text), box, is_blank(box.text))


def _has_address(spot: Spot) -> bool:
    return a1.parse(spot.box.place.cell) is not None


def _goes_on(area: Area, following: Area) -> bool:
    if area.has_addresses or following.has_addresses:
        return False
    return area.width == following.width > 0


def _joined(areas: Sequence[Area]) -> Area:
    """The areas as one, each below the one before."""
    first, *others = areas
    if not others:
        return first
    spots = list(first.spots)
    height = first.height
    for area in others:
        spots += [spot.lower(height) for spot in area.spots]
        height += area.height
    return Area(first.part, tuple(spots), has_addresses=False)
