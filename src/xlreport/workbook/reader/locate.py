"""Where each field stands in a workbook that came back.

It is found by defined name, then by its printed headings, then by address. What was found in a
weaker way is told; what is ambiguous is a finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from xlreport.findings import Finding, Message
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import Place
from xlreport.workbook.codes import (
    CELL_OF_TWO,
    CELL_TWICE,
    CELLS_LOST,
    FOUND_BY_ADDRESS,
    FOUND_BY_HEADING,
    FOUND_ELSEWHERE,
    NAME_OF_MANY,
    NAME_TWICE,
    SHEET_LOST,
)
from xlreport.workbook.layout.sheet import SheetLayout
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout, flag_name, place_of
from xlreport.workbook.reader.defined_names import target_of
from xlreport.workbook.reader.headings import ByHeadings, by_headings, sheet_like

Observed = Decimal | str
"""A number or a text that was seen in a cell."""


class Way(Enum):
    """How a cell was found."""

    NAME = auto()
    HEADINGS = auto()
    ADDRESS = auto()


@dataclass(frozen=True, slots=True)
class _Found:
    """Where one name stands: its spot in an untouched workbook, and in this one (None when it
    cannot be told) with the way it was found."""

    name: str
    home: Spot
    spot: Spot | None
    way: Way

    @property
    def moved(self) -> bool:
        """Whether it stands elsewhere than where the form has it."""
        return self.spot is not None and self.spot != self.home


@dataclass(frozen=True)
class Located:
    """The cells of a form's names in a workbook, and what was odd about finding them.

    `spots` has the fields, texts and answers about blanks that were found. `moved` are the sheets
    on which a name stands elsewhere than where the form has it, `used` all on which one stands.
    """

    book: RawBook
    layout: WorkbookLayout
    spots: Mapping[str, Spot]
    moved: frozenset[str]
    used: frozenset[str]
    findings: tuple[Finding, ...]

    def cell(self, name: str) -> RawCell | None:
        """The content of a name's cell; None when it is empty or was not found."""
        if name not in self.spots:
            return None
        sheet, cell = self.spots[name]
        return self.book.sheets[sheet].cells.get(cell)

    def place(self, name: str) -> Place | None:
        """The cell of a name as Excel shows it; where the form has it when it was not found."""
        if name in self.spots:
            return place_of(self.spots[name])
        return self.layout.place(name) if name in self.layout.cells else None

    def at(self, name: str, finding: Finding, seen: Observed | None = None) -> Finding:
        """A finding at a name's cell, with what was seen there."""
        placed = finding.on(self.place(name), name)
        return placed if seen is None else placed.at(observed=((name, seen),))

    def places(self) -> dict[str, Place]:
        """The places of all fields and texts, and of the answers that were found."""
        places = {name: self.place(name) for name in _homes(self.layout)}
        return {name: place for name, place in places.items() if place is not None}


def locate(book: RawBook, layout: WorkbookLayout) -> Located:
    """Finds the cells of all names of a form."""
    finder = _Finder(book, layout)
    found = [finder.find(name, home) for name, home in _homes(layout).items()]
    spots = {one.name: one.spot for one in found if one.spot is not None}
    moved = frozenset(spots[one.name][0] for one in found if one.moved)
    used = frozenset(sheet for sheet, _ in spots.values())
    findings = (*_ambiguous(book, found), *_told(book, found))
    return Located(book, layout, spots, moved, used, findings)


def _homes(layout: WorkbookLayout) -> dict[str, Spot]:
    """Fields, texts and answers about blanks, with their spots in an untouched workbook."""
    flags = {flag_name(table): spot for table, spot in layout.flags.items()}
    return {**layout.cells, **flags}


class _Finder:
    """Finds names one by one; what the headings of a sheet tell is worked out once."""

    def __init__(self, book: RawBook, layout: WorkbookLayout) -> None:
        self.book = book
        self.layout = layout
        self._sheets = {sheet.name: sheet for sheet in layout.form_sheets}
        self._told: dict[str, tuple[str, ByHeadings] | None] = {}

    def find(self, name: str, home: Spot) -> _Found:
        """By its defined name, by headings, or by address."""
        target = target_of(self.book, name)
        if target is not None:
            return _Found(name, home, (target.sheet, target.first), Way.NAME)
        told = self._headings(home[0])
        if told is None:
            return _Found(name, home, None, Way.ADDRESS)
        sheet, by = told
        cell = by.fields.get(name) if name in self.layout.cells else by.flag
        if cell is not None:
            return _Found(name, home, (sheet, cell), Way.HEADINGS)
        spot = None if self._shifted(home[0], by) else (sheet, home[1])
        return _Found(name, home, spot, Way.ADDRESS)

    def _shifted(self, sheet: str, by: ByHeadings) -> bool:
        """Whether any heading of a sheet has moved, so that addresses tell nothing."""
        fields = self._sheets[sheet].fields
        return any(fields[name].cell != cell for name, cell in by.fields.items())

    def _headings(self, home: str) -> tuple[str, ByHeadings] | None:
        """The sheet that stands for one of the form's, and the cells that its headings tell."""
        if home not in self._told:
            self._told[home] = self._read_headings(self._sheets[home])
        return self._told[home]

    def _read_headings(self, layout: SheetLayout) -> tuple[str, ByHeadings] | None:
        if layout.name in self.book.sheets:
            name: str | None = layout.name
        else:
            name = sheet_like(layout, self.book, self.layout.sheets)
        return (name, by_headings(layout, self.book.sheets[name])) if name is not None else None


# --- what was odd ---------------------------------------------------------------------------


def _ambiguous(book: RawBook, found: Sequence[_Found]) -> Iterator[Finding]:
    """R15: a name of several cells, two names of one cell, a cell that is there twice."""
    taken: dict[Spot, str] = {}
    for one in found:
        yield from _ambiguous_name(book, one)
        if one.spot is None:
            continue
        place = place_of(one.spot)
        first = taken.setdefault(one.spot, one.name)
        if first != one.name:
            finding = CELL_OF_TWO(first=first, second=one.name)
            yield finding.on(place, first)
            yield finding.on(place, one.name)
        sheet, cell = one.spot
        if cell in book.sheets[sheet].twice:
            yield CELL_TWICE().on(place, one.name)


def _ambiguous_name(book: RawBook, one: _Found) -> Iterator[Finding]:
    if one.name.lower() in book.repeated_names:
        yield NAME_TWICE(name=one.name).on(None, one.name)
    target = target_of(book, one.name)
    if target is not None and target.first != target.last and one.moved:
        yield NAME_OF_MANY(name=one.name).on(None, one.name)


def _told(book: RawBook, found: Sequence[_Found]) -> Iterator[Finding]:
    """R7 and R8: how many cells of a sheet were found in a weaker way, or not at all."""
    there = [one for one in found if one.spot is not None]
    by_heading = [one for one in there if one.way is Way.HEADINGS]
    by_address = [one for one in there if one.way is Way.ADDRESS]
    moved = [one for one in there if one.moved]
    for sheet, cells in _cells_by_sheet(by_heading).items():
        yield _of_sheet(FOUND_BY_HEADING, sheet, cells)
    for sheet, cells in _cells_by_sheet(by_address).items():
        yield _of_sheet(FOUND_BY_ADDRESS, sheet, cells)
    for sheet, cells in _cells_by_sheet(moved).items():
        yield _of_sheet(FOUND_ELSEWHERE, sheet, cells)
    absent = [one for one in found if one.spot is None]
    for sheet, cells in _cells_by_sheet(absent).items():
        message = CELLS_LOST if sheet in book.sheets else SHEET_LOST
        yield _of_sheet(message, sheet, cells)


def _cells_by_sheet(found: Sequence[_Found]) -> Counter[str]:
    """How many names stand on each sheet, or should."""
    spots = (one.spot or one.home for one in found)
    return Counter(sheet for sheet, _ in spots)


def _of_sheet(message: Message, sheet: str, cells: int) -> Finding:
    finding = message(sheet=sheet, cells=cells)
    return finding.at(sheet=sheet, observed=(("cells", cells),))
