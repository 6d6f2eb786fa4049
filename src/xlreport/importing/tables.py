"""The tables of a form in a document: for each block the layout that it has there, and what every
field holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from xlreport.form.model import Form
from xlreport.importing.areas import Area, Spot
from xlreport.importing.headings import BlockHeadings, FormHeadings, headings_of
from xlreport.importing.labels import is_number
from xlreport.importing.regions import (
    Doubt,
    Placed,
    Reason,
    Region,
    blank_lines_of,
    regions_of,
)


@dataclass(frozen=True)
class Tables:
    """What of a form stands in a document: the regions of its tables, and those that looked like
    one but are not."""

    form: Form
    regions: tuple[Region, ...]
    others: tuple[Region, ...]

    @cached_property
    def candidates(self) -> Mapping[str, Sequence[Placed]]:
        """Where each field stands."""
        found: defaultdict[str, list[Placed]] = defaultdict(list)
        for region in self.regions:
            for placed in region.placed:
                found[placed.field].append(placed)
        return found

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """The tables that are there: half of their numbers have their headings."""
        present = []
        for table in self.form.tables:
            names = [field.id for field in self.form.fields.values() if field.table == table.id]
            standing = [name for name in names if name in self.candidates]
            if 2 * len(standing) >= len(names):
                present.append(table.id)
        return tuple(present)

    @property
    def fit(self) -> tuple[int, float]:
        """How well the form fits: fields that are there, and which share of all these are."""
        standing = len(self.candidates)
        return standing, standing / len(self.form.fields)

    @cached_property
    def taken(self) -> frozenset[int]:
        """The boxes that were placed or taken for headings, by number."""
        numbers = {placed.number for found in self.candidates.values() for placed in found}
        for region in self.regions:
            numbers |= region.labels
        return frozenset(numbers)

    def doubts(self, areas: Sequence[Area]) -> Iterator[Doubt]:
        """Every number in the tables of the form that went into no field, each once, in the order
        of the document."""
        reasons: dict[int, Doubt] = {}
        for region in self.regions:
            for doubt in region.doubts:
                reasons.setdefault(doubt.spot.number, doubt)
        of_the_form = {region.area.part for region in self.regions}
        for area in areas:
            if area.part in of_the_form:
                yield from self._left_over(area, reasons)
        yield from self._other_tables(of_the_form)

    def _left_over(self, area: Area, reasons: Mapping[int, Doubt]) -> Iterator[Doubt]:
        for spot in area.spots:
            if spot.number in self.taken or spot.is_blank:
                continue
            doubt = reasons.get(spot.number)
            if doubt is not None and _is_content(spot):
                yield doubt
            elif doubt is None and is_number(spot.box.text):
                yield Doubt(spot, Reason.ELSEWHERE)

    def _other_tables(self, of_the_form: set[int]) -> Iterator[Doubt]:
        """The first number of each table that has headings of the form but is none of it."""
        told: set[int] = set()
        for region in self.others:
            part = region.area.part
            spots = [placed.number for placed in region.placed]
            if part in of_the_form or part in told or not spots:
                continue
            told.add(part)
            by_number = {spot.number: spot for spot in region.area.spots}
            yield Doubt(by_number[min(spots)], Reason.OTHER_TABLE)


_MOST_OF_A_CONTENT = 12
"""Characters of a text that may be meant for a number (2件, 251000元); longer ones are remarks."""


def _is_content(spot: Spot) -> bool:
    return is_number(spot.box.text) or len(spot.box.text.strip()) <= _MOST_OF_A_CONTENT


def tables_of(form: Form, areas: Iterable[Area]) -> Tables:
    """What of a form stands in these areas."""
    headings = headings_of(form)
    holding = [area for area in areas if not area.keys.isdisjoint(headings.keys)]
    regions: list[Region] = []
    others: list[Region] = []
    for block in headings.blocks:
        best = _best(block, holding, headings)
        if not any(region.is_of_the_form for region in best):
            best = _blank_lines(block, holding, headings) or best
        regions += [region for region in best if region.is_of_the_form]
        others += [region for region in best if not region.is_of_the_form]
    return Tables(form, tuple(regions), tuple(others))


def _best(block: BlockHeadings, areas: Sequence[Area], headings: FormHeadings) -> list[Region]:
    """The regions of a block in the layout by which most of it stands there; where nothing is
    certain one by which it does stand there."""
    best: list[Region] = []
    most = (-1, False)
    for pattern in block.patterns:
        for turned in (False, True):
            regions: list[Region] = []
            for area in areas:
                seen = area.turned if turned else area
                regions += regions_of(pattern, seen, headings)
            is_there = any(region.is_of_the_form for region in regions)
            standing = _standing(regions), is_there
            if standing > most:
                best, most = regions, standing
    return best


def _blank_lines(
    block: BlockHeadings, areas: Sequence[Area], headings: FormHeadings
) -> list[Region]:
    """The regions of a block of which nothing stands there but its headings."""
    for pattern in block.patterns:
        regions: list[Region] = []
        for area in areas:
            regions += blank_lines_of(pattern, area, headings)
        is_blank = not any(region.doubts for region in regions)
        if is_blank and any(region.is_of_the_form for region in regions):
            return regions
    return []


def _standing(regions: Iterable[Region]) -> int:
    """How many fields some regions place for certain."""
    fields: set[str] = set()
    for region in regions:
        if region.is_of_the_form:
            fields.update(placed.field for placed in region.placed)
    return len(fields)
