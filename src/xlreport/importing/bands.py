"""The headings over the numbers of a table: which columns there are, and which number is whose."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from operator import attrgetter

from xlreport.importing.areas import Area, Spot
from xlreport.importing.headings import Pattern
from xlreport.importing.marks import Lanes, Mark, Resolver, marks_of
from xlreport.text import clean_line

Pairs = list[tuple[int, Spot]]
"""Columns (leaves of the axis above) with the boxes under them."""

_MORE_ROWS = 2
"""How many rows more than the form has headings one under the other may hold a band."""

_ROOM = 4
"""How many times as many headings as it has a band may hold (merged cells repeat them when they are
taken apart)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column under a band of headings; `leaf` is None where it is none of the form, or may be
    several. `heading` is what stands over it."""

    left: int
    right: int
    leaf: int | None
    heading: str = ""


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
    def leaves(self) -> frozenset[int]:
        """The columns of the form that it has."""
        return frozenset(column.leaf for column in self.columns if column.leaf is not None)

    @property
    def strange_columns(self) -> int:
        """How many columns have headings of which none is certainly the form's."""
        return sum(column.leaf is None and column.heading != "" for column in self.columns)

    @cached_property
    def headings(self) -> Mapping[int, str]:
        """What stands over each column of the form."""
        return {column.leaf: column.heading for column in self.columns if column.leaf is not None}

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
        last = max((spot.right for spot in values), default=-1)
        return len(self.columns) > 1 and last < self.end

    def by_place(self, values: Iterable[Spot]) -> Pairs | None:
        """The columns of some boxes where each stands right under the headings of one column; None
        where one does not. Blank ones beside all columns are left aside, and blank or
        equal ones beside another box of one column."""
        boxes: dict[int, Spot] = {}
        for spot in values:
            column = self.column_of(spot)
            if column is None and spot.is_blank:
                continue
            if column is None or spot.right > column.right:
                return None
            other = boxes.setdefault(column.left, spot)
            if not other.is_blank and not spot.is_blank and other.box.text != spot.box.text:
                return None
            if other.is_blank:
                boxes[column.left] = spot
        leaves = {column.left: column.leaf for column in self.columns}
        pairs = [(leaves[left], spot) for left, spot in boxes.items()]
        return [(leaf, spot) for leaf, spot in pairs if leaf is not None]

    def has_all(self, values: Iterable[Spot]) -> bool:
        """Whether there is a box under each column."""
        standing = {column.left for spot in values if (column := self.column_of(spot)) is not None}
        return all(column.left in standing or not column.heading for column in self.columns)

    def by_count(self, values: Sequence[Spot]) -> Pairs | None:
        """The columns of boxes without a gap that are as many as the columns, where these stand
        without a gap in the form's order; None elsewhere."""
        leaves = [column.leaf for column in self.columns if column.leaf is not None]
        is_ordered = leaves == sorted(set(leaves))
        if len(leaves) < len(self.columns) or not is_ordered or len(values) != len(leaves):
            return None
        if _has_gap(values) or _has_gap(self.columns):
            return None
        return list(zip(leaves, values, strict=True))


def _has_gap(spans: Iterable[Spot | Column]) -> bool:
    return any(following.left != span.right + 1 for span, following in pairwise(spans))


def bands_of(pattern: Pattern, area: Area) -> list[Band]:
    """The rows of column headings of a pattern in an area, from top to bottom."""
    rows: defaultdict[int, list[Mark]] = defaultdict(list)
    for mark in marks_of(pattern.above, pattern.left, area):
        rows[mark.spot.top].append(mark)
    most = _ROOM * len(pattern.above.nodes)
    usable = {
        row: marks
        for row, marks in rows.items()
        if len(marks) <= most and not _is_label(pattern, marks)
    }
    most_rows = pattern.above.depth + _MORE_ROWS
    bands = [_band(pattern, area, group) for group in _groups(area, usable, most_rows)]
    return [band for band in bands if band is not None]


def _is_label(pattern: Pattern, marks: Sequence[Mark]) -> bool:
    """Whether the headings of a row are but one, which may be a row's as well."""
    keys = {mark.spot.key for mark in marks}
    return pattern.above.size > 1 and len(keys) == 1 and keys <= pattern.left.by_key.keys()


def _groups(area: Area, rows: Mapping[int, Sequence[Mark]], most_rows: int) -> Iterator[list[Mark]]:
    """The headings of rows with nothing else between them; more rows than a form has are none."""
    group: list[int] = []
    for row in [*sorted(rows), None]:
        follows = group and row is not None and area.rank(row) <= area.rank(group[-1]) + 1
        if group and not follows:
            if len(group) <= most_rows:
                yield [mark for one in group for mark in rows[one]]
            group = []
        if row is not None:
            group.append(row)


def _band(pattern: Pattern, area: Area, marks: Sequence[Mark]) -> Band | None:
    """The band of these headings; None where too few of them are columns."""
    standing = _spots_in(area, marks)
    spots = [spot for spot in standing if not spot.is_blank]
    by_number = {mark.spot.number: mark for mark in marks}
    lanes = Lanes.of(spots, by_number, beside=False)
    columns = _columns(pattern, marks, Resolver(pattern.above, lanes))
    known = {column.leaf for column in columns if column.leaf is not None}
    if len(known) < min(2, pattern.above.size):
        return None
    strangers = [spot for spot in standing if spot.number not in by_number]
    columns += _unknown_columns(strangers, columns)
    columns.sort(key=_left_of)
    if len(known) == pattern.above.size:
        columns = _merged(columns)
    top = min(mark.spot.top for mark in marks)
    bottom = max(mark.spot.bottom for mark in marks)
    end = max((spot.right for spot in strangers if spot.left > columns[-1].right), default=-1)
    return Band(top, bottom, tuple(columns), tuple(spots), end)


def _merged(columns: Iterable[Column]) -> list[Column]:
    """The columns where those beside each other with one heading are one, as a merged heading gives
    when it is taken apart."""
    merged: list[Column] = []
    for column in columns:
        last = merged[-1] if merged else None
        if last is not None and last.leaf == column.leaf is not None:
            merged[-1] = replace(last, right=column.right)
        else:
            merged.append(column)
    return merged


_left_of = attrgetter("left")


def _spots_in(area: Area, marks: Sequence[Mark]) -> list[Spot]:
    """Everything in the rows of some headings."""
    top = min(mark.spot.top for mark in marks)
    last = max(mark.spot.top for mark in marks)
    rows = area.filled_rows[area.rank(top) - 1 : area.rank(last)]
    return [spot for row in rows for spot in area.rows[row]]


def _columns(pattern: Pattern, marks: Iterable[Mark], resolver: Resolver) -> list[Column]:
    """The columns for which headings stand; a heading that a merged cell repeats is one."""
    leaves: dict[int, Column] = {}
    for mark in sorted(marks, key=lambda mark: (mark.spot.top, mark.spot.left)):
        if not pattern.above.leaves_of(mark.nodes):
            continue
        spot = mark.spot
        leaf = resolver.leaf(mark.nodes, spot.top, spot.left)
        other = leaves.get(spot.left)
        is_other = other is not None and other.leaf != leaf
        leaves[spot.left] = Column(spot.left, spot.right, None if is_other else leaf, spot.box.text)
    return list(leaves.values())


def _unknown_columns(spots: Iterable[Spot], columns: Sequence[Column]) -> list[Column]:
    """The columns over which stands what is no heading of the form, or nothing between others:
    each but once, and none that has a heading of the form below or above."""
    lefts = sorted(column.left for column in columns)
    rights = {column.left: column.right for column in columns}
    unknown: dict[int, Column] = {}
    for spot in spots:
        is_behind = spot.is_blank and spot.left > lefts[-1]
        if spot.left < lefts[0] or is_behind:
            continue
        index = bisect_right(lefts, spot.right) - 1
        overlaps = index >= 0 and rights[lefts[index]] >= spot.left
        if not overlaps:
            column = Column(spot.left, spot.right, None, clean_line(spot.box.text))
            unknown.setdefault(spot.left, column)
    return list(unknown.values())
