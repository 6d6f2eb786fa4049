"""Where each field stands in a workbook that came back.

Its printed headings say where it is, since they are what people see; a defined name is a proposal
that counts where they tell nothing, and then the address. What was found in a weaker way, or
otherwise than its name says, is told; what is ambiguous is a finding.
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
    DRAGGED_AWAY,
    DRAGGED_ONTO,
    DRAGGED_ONTO_FORMULA,
    FORMULA_DRAGGED_AWAY,
    FORMULA_DRAGGED_ONTO,
    FOUND_BY_ADDRESS,
    FOUND_BY_HEADING,
    FOUND_ELSEWHERE,
    FOUND_ELSEWHERE_BY_HEADING,
    NAME_OF_MANY,
    NAME_TWICE,
    SHEET_LOST,
)
from xlreport.workbook.layout.sheet import SheetLayout
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout, flag_name, place_of
from xlreport.workbook.reader.defined_names import names_aside, spot_of, target_of
from xlreport.workbook.reader.headings import ByHeadings, by_headings, sheet_like

Observed = Decimal | str
"""A number or a text that was seen in a cell."""


QUESTION = "本表空白处是否均为 0"


class Way(Enum):
    """How a cell was found."""

    NAME = auto()
    HEADINGS = auto()
    ADDRESS = auto()


@dataclass(frozen=True, slots=True)
class _Found:
    """Where one name stands: its spot in an untouched workbook, and in this one (None when it
    cannot be told) with the way it was found. `aside` is the spot of the name itself where the
    headings say otherwise."""

    name: str
    home: Spot
    spot: Spot | None
    way: Way
    aside: Spot | None = None

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
        if name in self.layout.cells:
            return self.layout.place(name)
        return None

    def at(self, name: str, finding: Finding, seen: Observed | None = None) -> Finding:
        """A finding at a name's cell, with what was seen there."""
        placed = finding.on(self.place(name), name)
        if seen is None:
            return placed
        return placed.at(observed=((name, seen),))

    def places(self) -> dict[str, Place]:
        """The places of all fields and texts, and of the answers that were found."""
        places: dict[str, Place] = {}
        for name in _homes(self.layout):
            place = self.place(name)
            if place is not None:
                places[name] = place
        return places


def locate(book: RawBook, layout: WorkbookLayout) -> Located:
    """Finds the cells of all names of a form."""
    finder = _Finder(book, layout)
    found = [finder.find(name, home) for name, home in _homes(layout).items()]
    spots: dict[str, Spot] = {}
    moved: set[str] = set()
    for one in found:
        if one.spot is None:
            continue
        spots[one.name] = one.spot
        if one.moved:
            moved.add(one.spot[0])
    used = frozenset(sheet for sheet, _ in spots.values())
    report = _Report(book, layout, found)
    findings = (*report.ambiguous(), *report.told())
    return Located(book, layout, spots, frozenset(moved), used, findings)


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
        """By headings, by its defined name, or by address."""
        home_sheet, address = home
        told = self._headings(home_sheet)
        by_name = spot_of(self.book, name)
        by_heading = None if told is None else self._by_heading(name, *told)
        if by_heading is not None and by_name != by_heading:
            return _Found(name, home, by_heading, Way.HEADINGS, by_name)
        if by_name is not None:
            return _Found(name, home, by_name, Way.NAME)
        if told is None:
            return _Found(name, home, None, Way.ADDRESS)
        sheet, by = told
        spot = None if self._shifted(home_sheet, by) else (sheet, address)
        return _Found(name, home, spot, Way.ADDRESS)

    def _by_heading(self, name: str, sheet: str, by: ByHeadings) -> Spot | None:
        """The cell that the headings tell; None where they do not tell it."""
        cell = by.flag
        if name in self.layout.cells:
            cell = by.fields.get(name)
        if cell is None:
            return None
        return sheet, cell

    def _shifted(self, sheet: str, by: ByHeadings) -> bool:
        """Whether any heading of a sheet has moved, so that addresses tell nothing."""
        fields = self._sheets[sheet].fields
        return any(fields[name].cell != cell for name, cell in by.fields.items())

    def _headings(self, home: str) -> tuple[str, ByHeadings] | None:
        """The sheet that stands for one of the form's, and the cells that its headings tell."""
        if home not in self._told:
            layout = self._sheets[home]
            self._told[home] = self._read_headings(layout)
        return self._told[home]

    def _read_headings(self, layout: SheetLayout) -> tuple[str, ByHeadings] | None:
        name = self._sheet_of(layout)
        if name is None:
            return None
        return name, by_headings(layout, self.book.sheets[name])

    def _sheet_of(self, layout: SheetLayout) -> str | None:
        """The sheet of this name; else the one to which the names point, or with the headings."""
        if layout.name in self.book.sheets:
            return layout.name
        named: Counter[str] = Counter()
        for name in layout.fields:
            target = target_of(self.book, name)
            if target is not None:
                named[target.sheet] += 1
        if named:
            ((sheet, _),) = named.most_common(1)
            return sheet
        return sheet_like(layout, self.book, self.layout.sheets)


# --- what was odd ---------------------------------------------------------------------------


class _Report:
    """Says in findings how the names of a workbook were found."""

    def __init__(self, book: RawBook, layout: WorkbookLayout, found: Sequence[_Found]) -> None:
        self.book = book
        self.layout = layout
        self.found = found
        self.aside = [one for one in found if one.aside is not None]
        self.lost_by_dragging = [one for one in found if self._is_dragged_away(one)]
        dragged: set[Spot | None] = set()
        for one in self.lost_by_dragging:
            dragged.update((one.aside, one.spot))
        dragged.discard(None)
        self.doubtful = {one.name for one in found if one.spot in dragged}

    # --- R15 --------------------------------------------------------------------------------

    def ambiguous(self) -> Iterator[Finding]:
        """A name of several cells, two names of one cell, a cell that is there twice, a number
        that was dragged onto another."""
        yield from self._dragged()
        taken: dict[Spot, str] = {}
        for one in self.found:
            yield from self._ambiguous_name(one)
            if one.spot is None:
                continue
            place = place_of(one.spot)
            first = taken.setdefault(one.spot, one.name)
            if first != one.name:
                finding = CELL_OF_TWO(
                    cell=place.cell, first=self._label(first), second=self._label(one.name)
                )
                yield finding.on(place, first)
                yield finding.on(place, one.name)
            sheet, cell = one.spot
            if cell in self.book.sheets[sheet].twice:
                yield CELL_TWICE().on(place, one.name)

    def _ambiguous_name(self, one: _Found) -> Iterator[Finding]:
        place = None if one.spot is None else place_of(one.spot)
        if one.name.lower() in self.book.repeated_names:
            yield NAME_TWICE(label=self._label(one.name)).on(place, one.name)
        target = target_of(self.book, one.name)
        is_range = target is not None and target.first != target.last
        if is_range and one.way is Way.NAME and one.moved:
            yield NAME_OF_MANY(label=self._label(one.name)).on(place, one.name)

    def _is_dragged_away(self, one: _Found) -> bool:
        """Whether the number of a cell went elsewhere with its name, or was dragged over and lost,
        so that the cell is blank now."""
        if one.way is not Way.HEADINGS or one.spot is None:
            return False
        sheet, _ = one.spot
        others = [other.spot for other in self.aside if other.spot is not None]
        goes_aside = any(other_sheet == sheet for other_sheet, _ in others)
        is_blank = not self._has_text(one.spot)
        return is_blank and goes_aside and self._held_something(one)

    def _held_something(self, one: _Found) -> bool:
        """Whether something stands where the name went; of a lost name nobody knows."""
        return one.aside is None or self._has_text(one.aside)

    def _has_text(self, spot: Spot) -> bool:
        sheet, cell = spot
        raw = self.book.sheets[sheet].cells.get(cell)
        return raw is not None and raw.text.strip() != ""

    def _dragged(self) -> Iterator[Finding]:
        for one in self.lost_by_dragging:
            if one.spot is None:
                continue
            here = place_of(one.spot)
            label = self._label(one.name)
            other = self._taken_over(one)
            if other is None or one.aside is None:
                away = FORMULA_DRAGGED_AWAY if self._is_computed(one) else DRAGGED_AWAY
                yield away(cell=here.cell, label=label).on(here, one.name)
                continue
            there = place_of(one.aside)
            message = self._dragged_onto(one, other)
            finding = message(
                cell=here.cell, label=label, other=there.cell, other_label=self._label(other.name)
            )
            yield finding.on(here, one.name)
            yield finding.on(there, other.name)

    def _dragged_onto(self, one: _Found, other: _Found) -> Message:
        """What is said of a cell that was dragged onto another: into formulas nobody types."""
        if self._is_computed(one):
            return FORMULA_DRAGGED_ONTO
        return DRAGGED_ONTO_FORMULA if self._is_computed(other) else DRAGGED_ONTO

    def _is_computed(self, one: _Found) -> bool:
        """Whether the form has a formula in a cell."""
        field = self.layout.form.fields.get(one.name)
        return field is not None and field.computed is not None

    def _taken_over(self, one: _Found) -> _Found | None:
        """What stands by the headings where a name went."""
        for other in self.found:
            if other.spot == one.aside:
                return other
        return None

    # --- R7 and R8 --------------------------------------------------------------------------

    def told(self) -> Iterator[Finding]:
        """How many cells of a sheet were found in a weaker way, or not at all; each cell is counted
        once."""
        there = [one for one in self.found if one.spot is not None]
        nameless = [one for one in there if one.way is Way.HEADINGS and one.aside is None]
        certain = [one for one in nameless if one.name not in self.doubtful]
        by_address = [one for one in there if one.way is Way.ADDRESS]
        told = {one.name for one in (*nameless, *by_address)}
        elsewhere = [one for one in there if one.moved and one.name not in told]
        yield from _nameless_by_sheet(certain)
        yield from self._told_aside()
        yield from _by_sheet(FOUND_BY_ADDRESS, by_address)
        yield from _by_sheet(FOUND_ELSEWHERE, elsewhere)
        absent = [one for one in self.found if one.spot is None]
        for sheet, cells in _cells_by_sheet(absent).items():
            message = CELLS_LOST if sheet in self.book.sheets else SHEET_LOST
            yield _of_sheet(message, sheet, cells)

    def _told_aside(self) -> Iterator[Finding]:
        """The cells whose names went elsewhere than their headings, with what they are for."""
        aside = []
        for one in self.aside:
            if one.spot is not None and one.name not in self.doubtful:
                aside.append((one.spot, self._label(one.name)))
        yield from names_aside(aside)

    def _label(self, name: str) -> str:
        """What a name stands for, as the form prints it beside and above the cell."""
        form = self.layout.form
        if name in form.fields:
            field = form.fields[name]
            if field.row_short:
                return f"{field.row_short}·{field.column_label}"
            return field.label
        for text in form.texts:
            if text.field_id == name:
                return text.label
        return QUESTION


def _nameless_by_sheet(nameless: Sequence[_Found]) -> Iterator[Finding]:
    """The cells without a name that the headings tell, by sheet; with a word where any of them
    stands elsewhere than in the form."""
    moved = {one.spot[0] for one in nameless if one.spot is not None and one.moved}
    for sheet, cells in _cells_by_sheet(nameless).items():
        message = FOUND_ELSEWHERE_BY_HEADING if sheet in moved else FOUND_BY_HEADING
        yield _of_sheet(message, sheet, cells)


def _by_sheet(message: Message, found: Sequence[_Found]) -> Iterator[Finding]:
    for sheet, cells in _cells_by_sheet(found).items():
        yield _of_sheet(message, sheet, cells)


def _cells_by_sheet(found: Sequence[_Found]) -> Counter[str]:
    """How many names stand on each sheet, or should."""
    spots = (one.spot or one.home for one in found)
    return Counter(sheet for sheet, _ in spots)


def _of_sheet(message: Message, sheet: str, cells: int) -> Finding:
    finding = message(sheet=sheet, cells=cells)
    return finding.at(sheet=sheet, observed=(("cells", cells),))
