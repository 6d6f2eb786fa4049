"""Which unit of the roster a report is from: by its code, else by its name; never by likeness.

A name is compared exactly after taking off what people add or leave out: the county's name before
it, 人民政府 and the like behind it, spaces and brackets. Whatever is only similar is proposed.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from xlreport.merging.roster import Roster
from xlreport.submission import Unit
from xlreport.text import clean_name

_ENDS = ("人民政府办公室", "政府办公室", "人民政府", "办事处", "办公室")
_DROPPED = str.maketrans(dict.fromkeys("()（）[]【】〔〕《》·", ""))


MOST_PROPOSALS, LIKENESS = 3, 0.5
"""How many units are proposed, and how like (0 to 1) the names of difflib must be."""


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


def normalised(name: str, county: str = "") -> str:
    """A name without the county before it and the office behind it, spaces and brackets.

    Never empty: where nothing else would be left, what people add stays.
    """
    plain = _squeezed(name).translate(_DROPPED)
    short = plain.removeprefix(county) if county else plain
    while office := _office_behind(short):
        short = short.removesuffix(office)
    return short or plain


def _squeezed(name: str) -> str:
    """A name without its spaces and what cannot be seen."""
    return "".join(clean_name(name).split())


def _office_behind(name: str) -> str:
    """What a name ends with that is none of the unit's own; empty when there is nothing."""
    if name in _ENDS:
        return ""
    for office in _ENDS:
        if name.endswith(office):
            return office
    return ""


def match(roster: Roster, unit: Unit, county: str = "") -> Match:
    """The unit as the roster knows it."""
    named = _named(roster, unit.name, county)
    if unit.code:
        return _by_code(roster, unit, named, county)
    if len(named) == 1:
        return Match(How.NAME, named[0])
    if named:
        return Match(How.SEVERAL, proposals=named)
    return Match(How.NOT, proposals=_similar(roster, unit.name, county))


def _by_code(roster: Roster, unit: Unit, named: tuple[Unit, ...], county: str) -> Match:
    """The unit with a code; `named` are those that its name fits."""
    for listed in roster.units:
        if listed.code == unit.code:
            how = How.CODE if listed in named else How.OTHER_NAME
            return Match(how, listed)
    alike = tuple(known for known in roster.units if differ_in_zeros(known.code, unit.code))
    proposals = named or alike or _similar(roster, unit.name, county)
    return Match(How.NOT, proposals=proposals)


def differ_in_zeros(code: str, other: str) -> bool:
    """Whether two codes of digits are the same number but not the same text: a program that took
    one for a number has dropped the zeros before it."""
    both_numbers = code.isdecimal() and other.isdecimal()
    same_number = code.lstrip("0") == other.lstrip("0")
    return both_numbers and same_number and code != other


def _named(roster: Roster, name: str, county: str) -> tuple[Unit, ...]:
    """Units of exactly this name; if there is none, those of the same normalised name."""
    exact = _units_where(roster, _squeezed, _squeezed(name))
    if exact:
        return exact
    plain = partial(normalised, county=county)
    return _units_where(roster, plain, plain(name))


def _units_where(roster: Roster, plain: Callable[[str], str], wanted: str) -> tuple[Unit, ...]:
    """Units with a name or an alias that is the wanted one when both are made plain."""
    found = []
    for unit in roster.units:
        if wanted in map(plain, roster.names(unit)):
            found.append(unit)
    return tuple(found)


def _similar(roster: Roster, name: str, county: str) -> tuple[Unit, ...]:
    """At most three units to propose."""
    known: dict[str, Unit] = {}
    for unit in roster.units:
        for own_name in roster.names(unit):
            known[normalised(own_name, county)] = unit
    wanted = normalised(name, county)
    close = difflib.get_close_matches(wanted, known, n=MOST_PROPOSALS, cutoff=LIKENESS)
    units = [known[own_name] for own_name in close]
    return tuple(dict.fromkeys(units))
