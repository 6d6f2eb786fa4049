"""Whose sheet each table says it is: 填报单位 and 报告年度 in the line above it.

A sheet that was copied in from another workbook keeps showing that one's unit and year, because the
formula of the line follows it there (an external reference, or the result alone).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from xlreport.findings import Finding
from xlreport.formats.raw import RawSheet
from xlreport.text import clean_name, quote, year_told
from xlreport.workbook.codes import PRINTED_UNIT, PRINTED_YEAR
from xlreport.workbook.layout.workbook import Spot, place_of
from xlreport.workbook.reader.locate import Located

BEGINNING = "填报单位"
"""How such a line begins."""

_LINE = re.compile(rf"{BEGINNING}[:：](?P<unit>.*?)(?:报告年度[:：](?P<year>.*))?")

PRINTED = "printed"
"""Under which a finding has the name that a table prints."""

_LONGEST = 300
"""Characters of a line that can hold a unit and a year."""


class _Printed(NamedTuple):
    """The line above a table: where it stands, and what it says."""

    spot: Spot
    unit: str
    year: str


def printed_findings(located: Located, names: Collection[str], year: int) -> Iterator[Finding]:
    """F5: tables that name another unit than one of these names, or another year."""
    issued = next(iter(names), "")
    for line in _lines(located):
        place = place_of(line.spot)
        if line.unit and line.unit not in names:
            finding = PRINTED_UNIT(printed=quote(line.unit), unit=quote(issued))
            observed = ((PRINTED, line.unit), ("issued", issued))
            yield finding.on(place).at(observed=observed)
        if line.year and line.year != str(year):
            finding = PRINTED_YEAR(printed=quote(line.year), year=year)
            yield finding.on(place).at(observed=(("printed_year", line.year), ("year", year)))


def _lines(located: Located) -> Iterator[_Printed]:
    """The lines above the tables and texts, wherever on their sheets they stand now."""
    filled_in = set(located.spots.values())
    for name in sorted(located.used):
        yield from _lines_on(located.book.sheets[name], filled_in)


def _lines_on(sheet: RawSheet, filled_in: Collection[Spot]) -> Iterator[_Printed]:
    for cell, raw in sorted(sheet.cells.items()):
        spot = (sheet.name, cell)
        line = line_told(raw.text)
        if line is not None and spot not in filled_in:
            yield _Printed(spot, *line)


def line_told(text: str) -> tuple[str, str] | None:
    """The unit and the year that a line above a table names; None for any other text."""
    match = _LINE.fullmatch(" ".join(text[:_LONGEST].split()))
    if match is None:
        return None
    return clean_name(match["unit"]), year_told(clean_name(match["year"] or ""))
