"""What a unit calls itself in its own texts: its name, its short names, 全区 for a district.

Own names are put out of the way before a text is read, so that they are no unknown words and no
names of others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from xlreport.narrative import numerals

OWN = "\ue000"
"""Stands for every character of the unit's own name."""

_SUFFIXES = {"县": "县区州旗市", "市": "市州盟"}
"""The kinds of place that a level can be, by the last character of its name."""

_ALL_UNITS = (
    "各乡镇", "各镇", "各乡", "各街道", "各部门", "各单位", "各行政机关", "各级行政机关",
    "各职能部门", "各级各部门", "各镇街", "镇街", "各乡镇街道", "各有关部门", "各部门单位",
    "各乡镇人民政府",
)  # fmt: skip
"""Of these a summary is the sum."""

_PLACE = re.compile(r".{1,7}?(?:新区|[市县区旗盟]|州(?![市县区]))")
_PLACE_KINDS = "市县区旗州盟"
_NO_PLACE = re.compile("(?<![省市县区旗州盟])")
"""Before a name: it is not that of another place's office."""

_KINDS = "局委办室处院馆站所会队"
"""The last characters of an office's name."""

_END = re.compile("[局室处院馆站所会队]|委(?!员会)|办(?!公室)")
"""The end of an office's short name (人社局, 县政府办)."""

_OFFICE = re.compile("(?:人民政府|政府(?!信息|网站|门户|公报)|办事处|办(?![理公结件复事])|管委会)?")
"""What may stand behind the name of a place."""

_ANYWHERE = re.compile("")
_PEOPLES = "人民"
_BEHIND_NO_NAME = re.compile(
    "(?:(?<![\u4e00-\u9fff])|(?<=[年月日度来底内由对向经至和及与共到我本]))"
)
"""Before the kind of a place: it is not the end of another's name (市教育局 of 己市教育局)."""

_BRANCH = re.compile(
    r"(?:.*[省市州盟县])?(?P<office>.{2,8})局(?P<place>.{1,8}?)(?P<kind>[市县区旗]?)分局"
)
"""An office's branch for a place (己市公安局戊区分局)."""

_SHORTEST, _LONGEST = 3, 20


def readable(text: str, own: Iterable[str], level: str) -> str:
    """The text with plain digits, and with the unit's own names out of the way, each character in
    its place."""
    text = numerals.plain(text)
    full_names = [name for name in own if len(name) > 1]
    names = {*full_names, *_of_level(full_names, level)}
    inner = {short for name in full_names for short in _within_places(name)}
    inner.update(short for name in full_names for short in _of_branch(name))
    for name in sorted(names | inner, key=len, reverse=True):
        before = _ANYWHERE if name in names else _before(name)
        text = _without(text, name, before)
    for name in full_names:
        text = _without_short_names(text, name)
    return text


def _of_branch(name: str) -> Iterator[str]:
    """What a branch of an office is called: 戊区公安分局, 区公安分局, 公安分局, 戊分局."""
    branch = _BRANCH.fullmatch(name)
    if branch is None:
        return
    office, place, kind = branch.group("office", "place", "kind")
    for before in (f"{place}{kind}{office}", f"{place}{office}", f"{kind}{office}", place):
        yield f"{before}分局"
        yield f"{before}局"
    yield f"{office}分局"
    yield f"{place}{kind}分局"


def _without(text: str, name: str, before: re.Pattern[str]) -> str:
    """A text with a name, and what stands behind that of a place, put out of the way wherever it is
    one by what stands before it."""
    pieces = []
    reached = 0
    start = text.find(name)
    while start >= 0:
        end = start + 1
        if before.match(text, start):
            office = _OFFICE.match(text, start + len(name))
            end = start + len(name) if office is None else office.end()
            pieces += [text[reached:start], OWN * (end - start)]
            reached = end
        start = text.find(name, end)
    return "".join((*pieces, text[reached:]))


def _before(name: str) -> re.Pattern[str]:
    """What must stand before a name without its place."""
    return _BEHIND_NO_NAME if name[0] in _PLACE_KINDS else _NO_PLACE


def _within_places(name: str) -> Iterator[str]:
    """A name without those of the places that it lies in (和胜乡 of 五原县和胜乡), or with their
    kind only (市教育局)."""
    for place, short in _places(name):
        yield short
        yield place[-1] + short


def _places(name: str) -> Iterator[tuple[str, str]]:
    """Each place that a name begins with, and what stands behind it."""
    place = _PLACE.match(name)
    while place is not None and len(name) - place.end() > 2:
        name = name[place.end() :]
        yield place[0], name
        place = _PLACE.match(name)


def _of_level(names: Iterable[str], level: str) -> Iterator[str]:
    """What a county or a city calls itself; for others these are somebody else."""
    kinds = _SUFFIXES.get(level, "")
    if not kinds:
        return
    yield from _ALL_UNITS
    own_kinds = {name[-1] for name in names if name[-1] in kinds} or set(kinds)
    for kind in own_kinds | {level}:
        for word in ("全", "我", "本"):
            yield word + kind


def _without_short_names(text: str, name: str) -> str:
    """An office's short names out of the way: characters of its name in their order (人社局 of
    人力资源和社会保障局), with or without its place or the kind of that before (市人社局)."""
    *_, (place, office) = [("", name), *_places(name)]
    office = office.removeprefix(_PEOPLES)
    if len(office) < _SHORTEST or office[-1] not in _KINDS:
        return text
    reached = 0
    for match in _END.finditer(text):
        start = _short_name(text, (reached, match.end()), place, office)
        if start < match.end():
            text = text[:start] + OWN * (match.end() - start) + text[match.end() :]
            reached = match.end()
    return text


def _short_name(text: str, within: tuple[int, int], place: str, office: str) -> int:
    """Where the longest short name begins that ends where `within` does; its end when there is
    none."""
    first, end = within
    for start in range(max(first, end - _LONGEST), end - _SHORTEST + 1):
        words = text[start:end]
        bare = words.removeprefix(place).removeprefix(place[-1:]).removeprefix(_PEOPLES)
        if len(bare) < _SHORTEST or bare[0] != office[0] or not is_within(bare, office):
            continue
        if _before(words).match(text, start):
            return start
    return end


def is_within(short: str, long: str) -> bool:
    """Whether the characters of one name stand in the other in order (市监 in 市场监督管理)."""
    rest = iter(long)
    return all(character in rest for character in short)
