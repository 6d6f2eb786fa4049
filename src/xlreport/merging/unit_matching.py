"""Which unit of the roster a report is from: by its code, else by its name; never by likeness.

A name is compared exactly after taking off what people add or leave out: the county's name before it,
人民政府 and the like behind it, spaces and brackets. Whatever is only similar is proposed, not done.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import Enum, auto

from xlreport.merging.roster import Roster
from xlreport.submission import Unit

_ENDS = ("人民政府办公室", "政府办公室", "人民政府", "办事处", "办公室")
_DROPPED = str.maketrans(dict.fromkeys("()（）[]【】〔〕《》·", ""))


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
    """A name without the county before it, the office behind it, spaces and brackets; never empty."""
    plain = "".join(name.split()).translate(_DROPPED)
    short = plain.removeprefix(county) if county else plain
    while end := next((e for e in _ENDS if short.endswith(e) and short not in _ENDS), None):
        short = short.removesuffix(end)
    return short or plain


def match(roster: Roster, unit: Unit, county: str = "") -> Match:
    """The unit as the roster knows it."""
    named = _named(roster, unit.name, county)
    if unit.code:
        listed = next((u for u in roster.units if u.code == unit.code), None)
        if listed is None:
            return Match(How.NOT, proposals=named or _similar(roster, unit.name, county))
        return Match(How.CODE if listed in named else How.OTHER_NAME, listed)
    if len(named) == 1:
        return Match(How.NAME, named[0])
    if named:
        return Match(How.SEVERAL, proposals=named)
    return Match(How.NOT, proposals=_similar(roster, unit.name, county))


def _names(roster: Roster, unit: Unit) -> tuple[str, ...]:
    return unit.name, *roster.aliases.get(unit.code, ())


def _named(roster: Roster, name: str, county: str) -> tuple[Unit, ...]:
    """Units of exactly this name; if there is none, those of the same normalised name."""
    squeezed = "".join(name.split())
    exact = [u for u in roster.units if squeezed in {"".join(n.split()) for n in _names(roster, u)}]
    wanted = normalised(name, county)
    return tuple(
        exact
        or (u for u in roster.units if wanted in {normalised(n, county) for n in _names(roster, u)})
    )


def _similar(roster: Roster, name: str, county: str) -> tuple[Unit, ...]:
    """At most three units to propose."""
    known = {normalised(n, county): u for u in roster.units for n in _names(roster, u)}
    close = difflib.get_close_matches(normalised(name, county), known, n=3, cutoff=0.5)
    return tuple(dict.fromkeys(known[n] for n in close))
