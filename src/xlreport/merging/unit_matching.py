"""Which unit of the roster a report is from: by its code, else by its name; never by likeness.

A name is compared exactly after taking off what people add or leave out: the county's name before
it, 人民政府 and the like behind it, spaces and brackets. Whatever is only similar is proposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from xlreport.merging.roster import Roster
from xlreport.merging.unit_index import UnitIndex
from xlreport.submission import Unit


class How(Enum):
    """In which way a unit was found."""

    CODE = auto()
    NAME = auto()
    NOT = auto()
    OTHER_NAME = auto()
    """The code is on the roster, under another name."""
    SEVERAL = auto()
    """The name fits more than one unit."""


@dataclass(frozen=True)
class Match:
    """The listed unit, or those to propose."""

    how: How
    unit: Unit | None = None
    proposals: tuple[Unit, ...] = ()


def match(roster: Roster, unit: Unit, county: str = "") -> Match:
    """The unit as the roster knows it."""
    index = roster.index(county)
    named = index.named(unit.name)
    if unit.code:
        return _by_code(index, unit, named)
    if len(named) == 1:
        return Match(How.NAME, named[0])
    if named:
        return Match(How.SEVERAL, proposals=named)
    return Match(How.NOT, proposals=index.similar(unit.name))


def _by_code(index: UnitIndex, unit: Unit, named: tuple[Unit, ...]) -> Match:
    """The unit with a code; `named` are those that its name fits."""
    listed = index.with_code(unit.code)
    if listed is not None:
        how = How.CODE if listed in named else How.OTHER_NAME
        return Match(how, listed)
    proposals = named or index.but_for_zeros(unit.code) or index.similar(unit.name)
    return Match(How.NOT, proposals=proposals)


def differ_in_zeros(code: str, other: str) -> bool:
    """Whether two codes of digits are the same number but not the same text: a program that took
    one for a number has dropped the zeros before it."""
    both_numbers = code.isdecimal() and other.isdecimal()
    same_number = code.lstrip("0") == other.lstrip("0")
    return both_numbers and same_number and code != other
