"""The headings over the numbers of a table: which columns there are, and which number is whose.

A band is the rows of headings over numbers; under it is one table, or a part of one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from operator import attrgetter

from xlreport.importing.areas import Area, Spot
from xlreport.importing.headings import Pattern
from xlreport.importing.labels import is_number
from xlreport.importing.marks import Lanes, Mark, Resolver, marks_of
from xlreport.text import clean_line

Pairs = list[tuple[int, Spot]]
"""Columns (leaves of the axis above) with the boxes under them."""

_MORE_ROWS = 2
"""How many rows more than the form has headings one under the other may hold a band."""

_ROOM = 4
"""How many times as many headings as it has a band may hold (merged cells repeat them when they are
taken apart)."""

_FEWEST_COLUMNS = 2
"""How many columns a band must have at least, if the form has so many."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column under a band of headings; `leaf` is None where it is none of the form, or may be
    several. `heading` is what stands over it."""

    left: int
    right: int
    leaf: int | None
    heading: str = ""

    @property
    def is_strange(self) -> bool:
        """Whether it has a heading that is not certainly one of the form."""
        return self.leaf is None and self.heading != ""


@dataclass(frozen=True)
class Band:
    """Rows of headings over numbers: from `top` to `bottom`, both included."""

    top: int
    bottom: int
    columns: tuple[Column, ...]
    spots: tuple[Spot, ...]
    end: int = -1
    """How far a cell without words behind the last heading reaches; -1 where there is none."""

    @property
    def left(self) -> int:
        """Where its columns begin."""
        return self.columns[0].left

    @cached_property
    def headings(self) -> Mapping[int, str]:
        """What stands over each column of the form."""
        return {column.leaf: column.heading for column in self.columns if column.leaf is not None}

    @property
    def strange_columns(self) -> int:
        """How many columns have headings of which none is certainly the form's."""
        return sum(column.is_strange for column in self.columns)

    @cached_property
    def _lefts(self) -> list[int]:
        return [column.left for column in self.columns]

    def column_of(self, spot: Spot) -> Column | None:
        """The column in which a box begins."""
        index = bisect_right(self._lefts, spot.left) - 1
        if index < 0 or self.columns[index].right < spot.left:
            return None
        return self.columns[index]

    def may_be_short(self, values: Sequence[Spot]) -> bool:
        """Whether a row may have lost a cell although it has one for each heading: a cell without
        words stands behind the headings, and the row does not reach so far."""
        reach = max((spot.right for spot in values), default=-1)
        return len(self.columns) > 1 and reach < self.end

    def by_place(self, values: Iterable[Spot]) -> Pairs | None:
        """The columns of some boxes where each stands right under the headings of one column; None
        where one does not. Blank ones beside all columns are left aside, and blank or
        equal ones beside another box of one column."""
        standing: dict[Column, Spot] = {}
        for spot in values:
            column = self.column_of(spot)
            if column is None and spot.is_blank:
                continue
            if column is None or spot.right > column.right:
                return None
            other = standing.get(column)
            if other is not None and _contradict(other, spot):
                return None
            if other is None or other.is_blank:
                standing[column] = spot
        return [(column.leaf, spot) for column, spot in standing.items() if column.leaf is not None]

    def has_all(self, values: Iterable[Spot]) -> bool:
        """Whether there is a box under each column with a heading."""
        standing = {self.column_of(spot) for spot in values}
        return all(column in standing for column in self.columns if column.heading)

    def by_count(self, values: Sequence[Spot]) -> Pairs | None:
        """The columns of boxes without a gap that are as many as the columns, where these stand
        without a gap in the form's order; None elsewhere."""
        if not self._counts or len(values) != len(self.columns) or _has_gap(values):
            return None
        return list(zip(self.headings, values, strict=True))

    @cached_property
    def _counts(self) -> bool:
        """Whether its columns are all the form's and stand in its order without a gap."""
        leaves = list(self.headings)
        are_known = len(leaves) == len(self.columns)
        return are_known and leaves == sorted(leaves) and not _has_gap(self.columns)


def _contradict(spot: Spot, other: Spot) -> bool:
    """Whether two boxes of one column say different things."""
    is_one_blank = spot.is_blank or other.is_blank
    return not is_one_blank and spot.box.text != other.box.text


def _has_gap(spans: Iterable[Spot | Column]) -> bool:
    return any(following.left != span.right + 1 for span, following in pairwise(spans))


def is_telling(spot: Spot, pattern: Pattern) -> bool:
    """Whether a box beside or under a heading says that it is not just the form's heading: words
    other than what is counted in."""
    return spot.key != "" and spot.key not in pattern.units


def may_have_band(pattern: Pattern, area: Area) -> bool:
    """Whether there are enough headings for a band with anything under it, wherever they stand:
    those of columns, and one of a row beside or above them."""
    fewest = _fewest_columns(pattern)
    return area.count(pattern.above.leaf_keys) >= fewest and area.count(pattern.keys) > fewest


def _fewest_columns(pattern: Pattern) -> int:
    return min(_FEWEST_COLUMNS, pattern.above.size)


def bands_of(pattern: Pattern, area: Area) -> Iterator[Band]:
    """The bands of a pattern's column headings in an area, from top to bottom."""
    rows: defaultdict[int, list[Mark]] = defaultdict(list)
    for mark in marks_of(pattern.above, pattern.left, area):
        rows[mark.spot.top].append(mark)
    usable = {row: marks for row, marks in rows.items() if _is_usable(pattern, marks)}
    most_rows = pattern.above.depth + _MORE_ROWS
    for group in _groups(area, sorted(usable)):
        if len(group) > most_rows:
            continue
        marks = [mark for row in group for mark in usable[row]]
        band = _BandReader(pattern, area, marks).band()
        if band is not None:
            yield band


def _is_usable(pattern: Pattern, marks: Sequence[Mark]) -> bool:
    """Whether the headings of a row may be those of columns: there are not too many, and they are
    not but one, which may be a row's as well."""
    if len(marks) > _ROOM * len(pattern.above.nodes):
        return False
    keys = {mark.spot.key for mark in marks}
    is_one = pattern.above.size > 1 and len(keys) == 1
    return not is_one or keys.isdisjoint(pattern.left.by_key)


def _groups(area: Area, rows: Iterable[int]) -> Iterator[list[int]]:
    """The rows that follow each other with nothing else between them."""
    group: list[int] = []
    for row in rows:
        if group and area.rank(row) > area.rank(group[-1]) + 1:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


_left_of = attrgetter("left")


class _BandReader:
    """Reads the columns that stand under the headings of some rows."""

    def __init__(self, pattern: Pattern, area: Area, marks: Sequence[Mark]) -> None:
        self.pattern = pattern
        self.area = area
        self.marks = {mark.spot.number: mark for mark in marks}
        self.tops = [mark.spot.top for mark in marks]
        self.bottom = max(mark.spot.bottom for mark in marks)

    def band(self) -> Band | None:
        """The band; None where too few of its headings are columns of the form."""
        own = self._own_columns()
        known = {column.leaf for column in own} - {None}
        if len(known) < _fewest_columns(self.pattern):
            return None
        columns = [*own, *self._unknown_columns(own)]
        columns.sort(key=_left_of)
        if len(known) == self.pattern.above.size:
            columns = _merged(columns)
        behind = [spot.right for spot in self._strangers if spot.left > columns[-1].right]
        end = max(behind, default=-1)
        return Band(min(self.tops), self.bottom, tuple(columns), self._filled, end)

    def _rows_up_to(self, end: int) -> Sequence[int]:
        """The rows from the first of the headings on."""
        begin = self.area.rank(min(self.tops)) - 1
        return self.area.filled_rows[begin:end]

    @cached_property
    def standing(self) -> Sequence[Spot]:
        """Everything that begins in the rows of the headings."""
        rows = self._rows_up_to(self.area.rank(max(self.tops)))
        return [spot for row in rows for spot in self.area.rows[row]]

    @cached_property
    def _filled(self) -> tuple[Spot, ...]:
        return tuple(spot for spot in self.standing if not spot.is_blank)

    @cached_property
    def _strangers(self) -> Sequence[Spot]:
        """What stands among the headings and is none of the form."""
        return [spot for spot in self.standing if spot.number not in self.marks]

    def _own_columns(self) -> Sequence[Column]:
        """The columns for which headings of the form stand; a heading that a merged cell repeats
        is one."""
        above = self.pattern.above
        resolver = Resolver(above, Lanes.of(self._filled, self.marks, beside=False))
        columns: dict[int, Column] = {}
        for spot in self._filled:
            mark = self.marks.get(spot.number)
            if mark is None or not above.leaves_of(mark.nodes):
                continue
            leaf = resolver.leaf(mark.nodes, spot.top, spot.left)
            column = Column(spot.left, spot.right, leaf, spot.box.text)
            over = columns.get(spot.left, column)
            is_other = over.leaf != leaf or self._is_divided(spot)
            columns[spot.left] = replace(column, leaf=None) if is_other else column
        return list(columns.values())

    def _is_divided(self, heading: Spot) -> bool:
        """Whether a heading is divided by words that the form does not have under it."""
        begin = bisect_left(self._word_lefts, heading.left)
        end = bisect_right(self._word_lefts, heading.right)
        return any(word.top > heading.bottom for word in self._words[begin:end])

    @cached_property
    def _words(self) -> Sequence[Spot]:
        """The words among and under the headings that are none of the form, by their columns."""
        end = self.area.rank(self.bottom)
        spots = [spot for row in self._rows_up_to(end) for spot in self.area.rows[row]]
        words = [spot for spot in spots if spot.number not in self.marks and self._is_word(spot)]
        words.sort(key=_left_of)
        return words

    def _is_word(self, spot: Spot) -> bool:
        return not is_number(spot.box.text) and is_telling(spot, self.pattern)

    @cached_property
    def _word_lefts(self) -> Sequence[int]:
        return [word.left for word in self._words]

    def _unknown_columns(self, own: Iterable[Column]) -> Iterable[Column]:
        """The columns over which stands what is no heading of the form, or nothing between others:
        each but once, and none that has a heading of the form below or above."""
        columns = sorted(own, key=_left_of)
        lefts = [column.left for column in columns]
        unknown: dict[int, Column] = {}
        for spot in self._strangers:
            is_behind = spot.is_blank and spot.left > lefts[-1]
            if spot.left < lefts[0] or is_behind:
                continue
            index = bisect_right(lefts, spot.right) - 1
            if columns[index].right < spot.left:
                column = Column(spot.left, spot.right, None, clean_line(spot.box.text))
                unknown.setdefault(spot.left, column)
        return unknown.values()


def _merged(columns: Iterable[Column]) -> list[Column]:
    """The columns where those beside each other with one heading are one, as a merged heading gives
    when it is taken apart."""
    merged: list[Column] = []
    for column in columns:
        is_repeated = bool(merged) and column.leaf is not None and merged[-1].leaf == column.leaf
        if is_repeated:
            merged[-1] = replace(merged[-1], right=column.right)
        else:
            merged.append(column)
    return merged
