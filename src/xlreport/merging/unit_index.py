"""The units of a roster by whatever tells them: made once, so that a report costs a look-up however
many units there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from heapq import nlargest
from itertools import chain

from xlreport.submission import Unit
from xlreport.text import clean_name

_ENDS = ("人民政府办公室", "政府办公室", "人民政府", "办事处", "办公室")
_DROPPED = str.maketrans(dict.fromkeys("()（）[]【】〔〕《》·", ""))

MOST_PROPOSALS, LIKENESS = 3, 0.5
"""How many units are proposed, and how like (0 to 1) the names of difflib must be."""

MOST_ASKED = 100
"""Names for which a roster looks for similar ones: when it does not know so many, it is not the
roster of these reports."""

_Alike = tuple[float, str]
"""How like a name is, and the name."""


def normalised(name: str, county: str = "") -> str:
    """A name without the county before it and the office behind it, spaces and brackets.

    Never empty: where nothing else would be left, what people add stays.
    """
    plain = squeezed(name).translate(_DROPPED)
    short = plain.removeprefix(county) if county else plain
    while office := _office_behind(short):
        short = short.removesuffix(office)
    return short or plain


def squeezed(name: str) -> str:
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


class UnitIndex:
    """Units in their order, with the names that each is known by and the county before those."""

    def __init__(self, units: Sequence[Unit], names: Mapping[Unit, Sequence[str]], county: str):
        self._units = units
        self._names = names
        self._county = county
        self._proposed: dict[str, tuple[Unit, ...]] = {}

    def with_code(self, code: str) -> Unit | None:
        """The first unit with a code."""
        return self._by_code.get(code)

    def named(self, name: str) -> tuple[Unit, ...]:
        """Units of exactly this name; if there is none, those of the same normalised name."""
        exact = self._by_name.get(squeezed(name))
        if exact:
            return tuple(exact)
        plain = normalised(name, self._county)
        return tuple(self._by_plain_name.get(plain, ()))

    def but_for_zeros(self, code: str) -> tuple[Unit, ...]:
        """Units whose codes are this one with more or fewer zeros before it."""
        if not code.isdecimal():
            return ()
        alike = self._by_number.get(code.lstrip("0"), ())
        return tuple(unit for unit in alike if unit.code != code)

    def similar(self, name: str) -> tuple[Unit, ...]:
        """At most three units to propose; none where very many names were asked for before."""
        wanted = normalised(name, self._county)
        if wanted not in self._proposed and len(self._proposed) < MOST_ASKED:
            self._proposed[wanted] = self._most_similar(wanted)
        return self._proposed.get(wanted, ())

    # --- exactly ------------------------------------------------------------------------------

    @cached_property
    def _by_code(self) -> dict[str, Unit]:
        units: dict[str, Unit] = {}
        for unit in self._units:
            units.setdefault(unit.code, unit)
        return units

    @cached_property
    def _by_number(self) -> dict[str, list[Unit]]:
        """By the number that a code of digits is."""
        units: defaultdict[str, list[Unit]] = defaultdict(list)
        for unit in self._units:
            if unit.code.isdecimal():
                units[unit.code.lstrip("0")].append(unit)
        return units

    @cached_property
    def _by_name(self) -> dict[str, list[Unit]]:
        return self._by(squeezed)

    @cached_property
    def _by_plain_name(self) -> dict[str, list[Unit]]:
        return self._by(self._plain)

    def _by(self, plain: Callable[[str], str]) -> dict[str, list[Unit]]:
        """By each of the names, made plain; each unit once, in the roster's order."""
        units: defaultdict[str, list[Unit]] = defaultdict(list)
        for unit in self._units:
            for name in dict.fromkeys(map(plain, self._names[unit])):
                units[name].append(unit)
        return units

    def _plain(self, name: str) -> str:
        return normalised(name, self._county)

    # --- by likeness --------------------------------------------------------------------------

    @cached_property
    def _known(self) -> dict[str, Unit]:
        """The last unit of each normalised name."""
        return {name: units[-1] for name, units in self._by_plain_name.items()}

    @cached_property
    def _holders(self) -> dict[tuple[str, int], list[str]]:
        """The names that hold a character so many times, by both."""
        holders: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        for name in self._known:
            for character in _numbered(name):
                holders[character].append(name)
        return holders

    def _most_similar(self, wanted: str) -> tuple[Unit, ...]:
        """As `difflib.get_close_matches` finds them, which would compare all names."""
        close: list[_Alike] = []
        matcher = SequenceMatcher(b=wanted)
        for most, name in self._may_be_similar(wanted):
            is_full = len(close) == MOST_PROPOSALS
            if is_full and most < close[-1][0]:
                break
            matcher.set_seq1(name)
            ratio = matcher.ratio()
            if ratio >= LIKENESS:
                close = nlargest(MOST_PROPOSALS, [*close, (ratio, name)])
        units = [self._known[name] for _, name in close]
        return tuple(dict.fromkeys(units))

    def _may_be_similar(self, wanted: str) -> list[_Alike]:
        """Names with the most that their likeness can be (`SequenceMatcher.quick_ratio`: by the
        characters that they have in common, in whatever order), the greatest first."""
        holders = [self._holders.get(character, ()) for character in _numbered(wanted)]
        common = Counter(chain.from_iterable(holders))
        bounds = []
        for name, count in common.items():
            most = 2.0 * count / (len(name) + len(wanted))
            if most >= LIKENESS:
                bounds.append((most, name))
        return sorted(bounds, reverse=True)


def _numbered(name: str) -> Iterator[tuple[str, int]]:
    """Each character with how many times it stood before in the name."""
    before: Counter[str] = Counter()
    for character in name:
        yield character, before[character]
        before[character] += 1


class Positions:
    """Where units stand in a roster, by code, name or address; of several the first counts."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._codes: dict[str, int] = {}
        self._names: dict[str, int] = {}
        for position, unit in enumerate(units):
            self._codes.setdefault(unit.code, position)
            self._names.setdefault(unit.name, position)

    def of(self, unit: Unit) -> int | None:
        """The first unit with this code or with this name."""
        found = (self._codes.get(unit.code), self._names.get(unit.name))
        return min((place for place in found if place is not None), default=None)
