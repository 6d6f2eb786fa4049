"""The captions over tables: a table that says that it is of another year, or counted in thousands,
gives no numbers.

A caption is what stands right over a table: its title, a year, what it is counted in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from xlreport.importing.flow import Passage
from xlreport.importing.headings import headings_of
from xlreport.importing.labels import key, plain
from xlreport.importing.regions import Doubt, Reason, Region
from xlreport.importing.tables import Tables
from xlreport.importing.title import years_in

_MOST_LINES = 3
"""How many lines over a table may be its caption."""

_MOST_OF_A_LINE = 60
"""Characters of such a line."""

_SENTENCE = re.compile("[。，,；;]")
_OTHER_TIME = re.compile("上一?年度?(?!结转)|去年|历年|累计")
_SCALED = re.compile("单位:?[十百千万亿]+[件份宗起项个次条]")
"""That a table counts in thousands of something."""

_BEGINNING = re.compile("(?<![0-9])([0-9]{4})年?[-—–~至到](?=[0-9]{4})")
"""The first year of several: 2021—2024年."""


@dataclass(frozen=True)
class Captions:
    """The lines of a document that may be captions, for a report of these years (its own, and that
    of its title)."""

    passages: Sequence[Passage]
    years: frozenset[int]
    titles: frozenset[str]
    """The titles of tables as the form prints them."""

    @cached_property
    def _positions(self) -> Sequence[tuple[int, int]]:
        return [(passage.part, passage.row) for passage in self.passages]

    def over(self, region: Region) -> Iterator[Passage]:
        """What stands over a region, from below: up to a title of the form or a text."""
        row = 0 if region.area.is_turned else region.band.top
        end = bisect_left(self._positions, (region.area.part, row))
        for passage in reversed(self.passages[max(0, end - _MOST_LINES) : end]):
            if passage.is_table or not _is_short(passage.text) or self._is_title(passage):
                return
            yield passage

    def _is_title(self, passage: Passage) -> bool:
        return key(passage.text) in self.titles

    def objection(self, region: Region) -> Reason | None:
        """Why a caption keeps the numbers of a region out: it names an earlier year (a later one is
        when it was written), or what one of them stands for is not one thing."""
        for passage in self.over(region):
            if self._names_another_year(passage.text):
                return Reason.OTHER_YEAR
            if _SCALED.search(plain(passage.text)):
                return Reason.OTHER_MEASURE
        return None

    def _names_another_year(self, text: str) -> bool:
        line = plain(text)
        if _OTHER_TIME.search(line):
            return True
        years = [*years_in(line), *map(int, _BEGINNING.findall(line))]
        return any(year < min(self.years) for year in years)


def _is_short(text: str) -> bool:
    return len(text) <= _MOST_OF_A_LINE and not _SENTENCE.search(text)


def as_captions_say(tables: Tables, passages: Sequence[Passage], years: frozenset[int]) -> Tables:
    """The tables without the numbers of those that mean something else by their captions."""
    captions = Captions(passages, years, headings_of(tables.form).titles)
    objections: dict[tuple[int, str], Reason] = {}
    for region in tables.regions:
        reason = captions.objection(region)
        if reason is not None:
            objections[_table_of(region)] = reason
    if not objections:
        return tables
    regions = [_emptied(region, objections.get(_table_of(region))) for region in tables.regions]
    return replace(tables, regions=tuple(regions))


def _table_of(region: Region) -> tuple[int, str]:
    return region.area.part, region.pattern.table


def _emptied(region: Region, reason: Reason | None) -> Region:
    """A region of which nothing counts, for this reason; without one the region as it is."""
    if reason is None:
        return region
    spots = {spot.number: spot for spot in region.area.spots}
    numbers = [placed.number for placed in region.placed if placed.number in spots]
    doubts = [Doubt(spots[number], reason) for number in numbers]
    return replace(region, placed=[], doubts=[*doubts, *region.doubts])
