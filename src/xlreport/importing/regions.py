"""A part of a table under one band of headings: its rows, and the field of each number."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from itertools import dropwhile
from operator import attrgetter

from xlreport.importing.areas import Area, Spot
from xlreport.importing.bands import Band, Pairs, bands_of, is_telling, may_have_band
from xlreport.importing.headings import FormHeadings, Pattern
from xlreport.importing.labels import is_number
from xlreport.importing.marks import Lanes, Mark, Resolver, marks_of
from xlreport.submission import Place

_WHOLE = frozenset(("小计", "合计", "共计"))
"""What beside a heading says that the row is all of it."""


class Reason(Enum):
    """Why something could not be placed."""

    NO_ROW = auto()
    """What stands beside it is no heading of the form."""

    NO_COLUMN = auto()
    """What stands above it is no heading of the form."""

    COLUMNS = auto()
    """Which number of its row stands under which heading is not certain."""

    GROUP = auto()
    """Its row has a heading that the form divides into several."""

    SEVERAL = auto()
    """The heading may be that of several rows."""

    TWICE = auto()
    """The same field stands elsewhere with another content."""

    ELSEWHERE = auto()
    """It stands in a table of the form beside what could be placed."""

    OTHER_YEAR = auto()
    """Its table says that it is of another year."""

    OTHER_MEASURE = auto()
    """Its table says that it counts in thousands."""

    OTHER_TABLE = auto()
    """Its table has too few headings of the form to be one of it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A field with what stands there; `place` is where. A cell that is not there is blank."""

    field: str
    place: Place
    text: str
    number: int
    """The number of the box in the document; -1 for a cell that is not there."""

    heading: str = ""
    """What stands over it."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A box whose number could not be placed."""

    spot: Spot
    reason: Reason
    heading: str = ""


@dataclass
class Region:
    """What was read under a band of headings."""

    pattern: Pattern
    area: Area
    band: Band
    placed: list[Placed] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    strange_rows: int = 0
    labels: set[int] = field(default_factory=set)
    """The boxes that were taken for headings, by number."""

    end: int = 0
    """The row with which it ends."""

    @property
    def is_of_the_form(self) -> bool:
        """Whether its headings are those of the form's table and not of another subject's: half of
        the rows and half of the columns stand there, or all of one and any of the other (a part
        behind a page break, one half of a wide table); and most of its rows and columns are the
        form's."""
        return bool(self.rows) and self._is_mostly_known and self._has_enough

    @property
    def _is_mostly_known(self) -> bool:
        has_known_rows = self.strange_rows <= len(self.rows)
        return has_known_rows and self.band.strange_columns <= len(self.band.headings)

    @property
    def _has_enough(self) -> bool:
        rows, columns = len(self.rows), len(self.band.headings)
        all_rows, all_columns = self.pattern.left.size, self.pattern.above.size
        if rows == all_rows or columns == all_columns:
            return True
        return 2 * rows >= all_rows and 2 * columns >= all_columns


def regions_of(pattern: Pattern, area: Area, headings: FormHeadings) -> Iterator[Region]:
    """The parts of tables of a pattern in an area."""
    if not _may_have_rows(pattern, area) or not may_have_band(pattern, area):
        return
    bands = list(bands_of(pattern, area))
    if not bands:
        return
    table = _Table(pattern, area, headings)
    ends = [*(band.top for band in bands[1:]), area.height]
    for band, end in zip(bands, ends, strict=True):
        yield _RegionReader(table, band).read(end)


def blank_lines_of(pattern: Pattern, area: Area, headings: FormHeadings) -> Iterator[Region]:
    """The parts of a table whose headings stand all above its one line; where nothing is seen in
    that line its fields are there, and blank."""
    if pattern.left.keys:
        return
    for region in regions_of(pattern, area, headings):
        if not region.rows and not region.doubts:
            _take_blank_line(region)
        yield region


def _take_blank_line(region: Region) -> None:
    row = region.band.bottom + 1
    boxes = {spot.left: spot for spot in region.area.rows.get(row, ())}
    for column in region.band.columns:
        box = boxes.get(column.left)
        if column.leaf is None or (box is None and not region.area.has_addresses):
            continue
        name = region.pattern.field(0, column.leaf)
        if box is not None:
            region.placed.append(Placed(name, box.box.place, "", box.number))
        else:
            place = region.area.place_beside(region.band.spots[0], row, column.left)
            region.placed.append(Placed(name, place, "", -1))
        region.rows.add(0)


def _may_have_rows(pattern: Pattern, area: Area) -> bool:
    """Whether any heading of a row stands in an area, if the pattern has any."""
    names = pattern.left.leaf_keys
    return not names or not area.keys.isdisjoint(names)


@dataclass(frozen=True)
class _Table:
    """A pattern in an area, for all the bands that are there."""

    pattern: Pattern
    area: Area
    headings: FormHeadings

    @cached_property
    def marks(self) -> Mapping[int, Mark]:
        """The headings of rows, by the numbers of their boxes."""
        marks = marks_of(self.pattern.left, self.pattern.above, self.area)
        return {mark.spot.number: mark for mark in marks}

    @cached_property
    def walls(self) -> Sequence[int]:
        """The rows with what ends a table, from top to bottom."""
        walls = self.headings.walls(self.pattern)
        return sorted({spot.top for spot in self.area.standing(walls)})

    def end_below(self, band: Band, end: int) -> int:
        """Where the rows below a band end, if they end before a row."""
        index = bisect_left(self.walls, band.bottom + 1)
        return min([end, *self.walls[index : index + 1]])


@dataclass
class _Segment:
    """A heading of a row with the boxes behind it, up to the next heading."""

    label: Mark | None
    values: list[Spot] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        return all(spot.is_blank for spot in self.values)


class _RegionReader:
    """Reads the rows under a band, from top to bottom."""

    def __init__(self, table: _Table, band: Band) -> None:
        self.region = Region(table.pattern, table.area, band)
        self.table = table
        self.pattern = table.pattern
        self.area = table.area
        self.band = band
        self.pending: _Segment | None = None
        """A row whose numbers may stand on the next line."""

        self.covered: dict[int, int] = {}
        """Down to which row a number of several rows covers a column, by where it begins."""

    def read(self, end: int) -> Region:
        """The region, with everything up to a row."""
        self.region.end = self.table.end_below(self.band, end)
        self.region.labels.update(spot.number for spot in self.band.spots)
        for row in self._rows:
            self._row(row)
        self._settle()
        return self.region

    @cached_property
    def _rows(self) -> Sequence[int]:
        """The rows in which anything stands."""
        rows = self.area.filled_rows
        begin = bisect_left(rows, self.band.bottom + 1)
        end = bisect_left(rows, self.region.end)
        return rows[begin:end]

    @cached_property
    def _spots(self) -> Sequence[Spot]:
        return [spot for row in self._rows for spot in self.area.rows[row]]

    @cached_property
    def _own_marks(self) -> Sequence[Mark]:
        """The headings of its rows."""
        marks = self.table.marks
        return [marks[spot.number] for spot in self._spots if spot.number in marks]

    @cached_property
    def _resolver(self) -> Resolver:
        """What stands beside what, in the columns of headings."""
        columns = {mark.spot.left for mark in self._own_marks}
        spots = [spot for spot in self._spots if spot.left in columns]
        lanes = Lanes.of(spots, self.table.marks, beside=True)
        return Resolver(self.pattern.left, lanes)

    @cached_property
    def _has_all_rows(self) -> bool:
        """Whether every row has its heading, so that a line without one is no other row."""
        nodes = {node for mark in self._own_marks for node in mark.nodes}
        return nodes.issuperset(self.pattern.left.leaf_nodes)

    @cached_property
    def _label_end(self) -> int:
        """The last column that headings of rows take."""
        return max((mark.spot.right for mark in self._own_marks), default=-1)

    @property
    def _is_ragged(self) -> bool:
        """Whether headings of rows stand under those of columns, as in a text whose lines have more
        cells than their head: then only the count of a row's cells tells its columns."""
        return self._label_end >= self.band.left

    # --- rows -------------------------------------------------------------------------------------

    def _row(self, row: int) -> None:
        segments = list(self._segments(self.area.rows[row]))
        labelled = [segment for segment in segments if segment.label is not None]
        if labelled:
            self._settle()
            for segment in segments:
                self._segment(segment, is_last=segment is labelled[-1])
            return
        values = [spot for segment in segments for spot in segment.values]
        if self.pattern.left.keys:
            self._without_label(values)
        else:
            self._line(values)

    def _segments(self, spots: Sequence[Spot]) -> Iterator[_Segment]:
        segment = _Segment(None)
        others = self.table.headings.every
        for spot in spots:
            mark = self.table.marks.get(spot.number)
            if mark is None and spot.key not in others:
                segment.values.append(spot)
                continue
            if segment.label is not None or segment.values:
                yield segment
            segment = _Segment(mark)
            if mark is not None:
                self.region.labels.add(spot.number)
        yield segment

    def _segment(self, segment: _Segment, *, is_last: bool) -> None:
        if segment.label is None:
            self._doubt(segment.values, Reason.NO_ROW)
        elif not is_last and segment.is_blank:
            return
        elif not self.pattern.left.leaves_of(segment.label.nodes):
            self._doubt_group(segment.label, segment.values)
        elif segment.is_blank:
            self._settle()
            self.pending = segment
        else:
            self._place(segment.label, segment.values)

    def _doubt_group(self, label: Mark, values: Sequence[Spot]) -> None:
        """Numbers beside a heading that the form divides: as one, or under another heading."""
        word = self._word_beside(values)
        if word is None:
            self._doubt(values, Reason.GROUP, label.spot.box.text)
        else:
            self._doubt(values, Reason.NO_ROW, word.box.text)

    def _settle(self) -> None:
        """A row that waited for its numbers is blank."""
        segment, self.pending = self.pending, None
        if segment is not None and segment.label is not None:
            self._place(segment.label, segment.values)

    def _without_label(self, values: Sequence[Spot]) -> None:
        """A line without a heading: the numbers of the one before where that has none, else
        nobody's."""
        filled = [spot for spot in values if not spot.is_blank]
        if filled and is_number(filled[0].box.text):
            self._numbers_alone(values)
        elif filled:
            self.region.strange_rows += any(is_number(spot.box.text) for spot in filled)
            self._settle()
            self._doubt(values, Reason.NO_ROW, filled[0].box.text)

    def _numbers_alone(self, values: Sequence[Spot]) -> None:
        """A line of numbers without a heading."""
        segment = self.pending
        if segment is None or segment.label is None or not self._has_all_rows:
            self._doubt(values, Reason.NO_ROW)
            return
        self.pending = None
        if not self._place_under(segment.label, values):
            self._doubt(values, Reason.COLUMNS)

    def _line(self, values: Sequence[Spot]) -> None:
        """The one line under headings that stand all above it."""
        inside = [spot for spot in values if spot.left >= self.band.left]
        pairs = self._pairs(inside)
        if pairs is None:
            self._doubt(values, Reason.COLUMNS)
            if any(is_number(spot.box.text) for spot in inside):
                self.region.rows.add(0)
        else:
            self._take(0, pairs)

    # --- numbers ----------------------------------------------------------------------------------

    def _place(self, label: Mark, values: Sequence[Spot]) -> None:
        row = self._row_of(label)
        if row is None:
            self._doubt(values, Reason.SEVERAL, label.spot.box.text)
            return
        self.region.rows.add(row)
        word = self._word_beside(values)
        if word is not None and word.key not in _WHOLE:
            self._doubt(values, Reason.NO_ROW, word.box.text)
            return
        if word is None and self._is_of_several_rows(label, values):
            self._doubt(values, Reason.SEVERAL, label.spot.box.text)
            return
        pairs = self._pairs(values)
        if pairs is None:
            self._doubt(values, Reason.COLUMNS)
            return
        tall = [spot for _, spot in pairs if self._is_of_other_rows(label, spot)]
        self._doubt(tall, Reason.COLUMNS)
        self.covered.update({spot.left: spot.bottom for spot in tall})
        self._take(row, [(column, spot) for column, spot in pairs if spot not in tall])
        if self.area.has_addresses:
            self._blanks(row, label, {column for column, _ in pairs})

    def _is_of_other_rows(self, label: Mark, spot: Spot) -> bool:
        """Whether a number reaches into filled rows below those of its heading."""
        return not spot.is_blank and self.area.rank(spot.bottom) > self.area.rank(label.spot.bottom)

    def _word_beside(self, values: Iterable[Spot]) -> Spot | None:
        """What stands between a heading and its numbers and divides the row further than the form
        does (其中：…); of a row that counts only its columns tell."""
        if self._is_ragged:
            return None
        beside = (spot for spot in values if spot.right < self.band.left)
        words = (spot for spot in beside if not is_number(spot.box.text))
        return next((spot for spot in words if is_telling(spot, self.pattern)), None)

    def _is_of_several_rows(self, label: Mark, values: Iterable[Spot]) -> bool:
        """Whether a heading stands beside several rows of numbers, the first of which has some."""
        if all(value.is_blank for value in values):
            return False
        begin = self.area.rank(label.spot.top)
        end = self.area.rank(label.spot.bottom)
        rows = self.area.filled_rows[begin:end]
        return any(self._is_bare(self.area.rows[row]) for row in rows)

    def _is_bare(self, spots: Sequence[Spot]) -> bool:
        """Whether a row has numbers and no words beside them."""
        has_numbers = any(is_number(spot.box.text) for spot in spots)
        return has_numbers and self._word_beside(spots) is None

    def _row_of(self, label: Mark) -> int | None:
        return self._resolver.leaf(label.nodes, label.spot.left, label.spot.top)

    def _place_under(self, label: Mark, values: Sequence[Spot]) -> bool:
        """Places the numbers of a line of their own. Such a line may begin elsewhere than those
        with headings: then it must have a number for each column."""
        row = self._row_of(label)
        if row is None:
            return False
        pairs = self._pairs(values)
        if pairs is None and not self.area.has_addresses:
            pairs = self.band.by_count(list(dropwhile(_is_blank, values)))
        if pairs is not None:
            self._take(row, pairs)
        return pairs is not None

    def _pairs(self, values: Sequence[Spot]) -> Pairs | None:
        """The columns of a row's boxes, where they are certain."""
        band = self.band
        if not self.area.has_addresses and band.may_be_short(values):
            return None
        if self._is_ragged:
            return band.by_count(self._counted(values))
        pairs = band.by_place(values)
        if pairs is not None and (self.area.has_addresses or band.has_all(values)):
            return pairs
        return band.by_count([spot for spot in values if spot.right >= band.left])

    def _counted(self, values: Sequence[Spot]) -> Sequence[Spot]:
        """The boxes of a ragged row without the blank ones of its heading; none where that is not
        certain."""
        columns = len(self.band.columns)
        leading = 0
        for spot in values:
            if not spot.is_blank or spot.right > self._label_end:
                break
            leading += 1
        is_certain = not leading or len(values) == columns + leading
        return values[leading:] if is_certain else ()

    def _take(self, row: int, pairs: Pairs) -> None:
        self.region.rows.add(row)
        for column, spot in pairs:
            name = self.pattern.field(row, column)
            heading = self.band.headings[column]
            box = spot.box
            self.region.placed.append(Placed(name, box.place, box.text, spot.number, heading))

    def _blanks(self, row: int, label: Mark, taken: set[int]) -> None:
        """The cells of a row that have no box."""
        for column in self.band.columns:
            is_covered = self.covered.get(column.left, -1) >= label.spot.top
            if column.leaf is None or column.leaf in taken or is_covered:
                continue
            name = self.pattern.field(row, column.leaf)
            place = self.area.place_beside(label.spot, label.spot.top, column.left)
            self.region.placed.append(Placed(name, place, "", -1))

    def _doubt(self, values: Sequence[Spot], reason: Reason, heading: str = "") -> None:
        for spot in values:
            if not spot.is_blank and spot.box.text != heading:
                self.region.doubts.append(Doubt(spot, reason, heading))


_is_blank = attrgetter("is_blank")
