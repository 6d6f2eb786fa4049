"""How a text speaks of the report that it belongs to: the wrong year, the wrong unit.

Only what cannot be meant otherwise counts: a report of 2021 may well speak of 2020, and of last year's
report. So the report is looked for where it names itself: its title in the first line, the sentence
that announces it, its period, or a text that begins with another year and never names its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xlreport.form.model import OwnReport
from xlreport.narrative import numerals
from xlreport.narrative.lexicon import OWN

_YEAR = re.compile(r"(?<!\d)(\d{4}|[〇零一二三四五六七八九]{4}) ?年")
_SENTENCE = re.compile(r"[^。！？!?\n]+")
_BEGINNING = re.compile(
    rf"[ {OWN}]*(?:\d{{4}}|[〇零一二三四五六七八九]{{4}}) ?年度?(?=[，, {OWN}我本全])"
)
_OURSELVES = re.compile(rf"{OWN}|[我本全](?:镇|乡|街|局|办|委|县|单位|机关|部门|中心|处)")
_TAIL = re.compile(r"[》”\" ]*(?:$|[，,；;：:（(]|予以|公布|公开|发布|如下|向社会)")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,24}")
_OFFICES = ("人民政府", "政府", "办事处", "办公室")
_KINDS = ("街道", "镇", "乡", "局")
_LOOKS_BACK = 3
_DONE_WITH = ("编制", "公布", "发布", "公开", "报送", "上报", "完成", "按时", "及时")
"""Before a report's name: something was done with it, so it need not be this one."""

_LONGEST_TITLE = 60
_NO_NAME = str.maketrans("", "", "《》“”\"'< >\u3000的")


@dataclass(frozen=True, slots=True)
class Mention:
    """A year or a unit that is not the report's, and the place of the words in which it is named."""

    named: int | str
    place: tuple[int, int]


def mentions(own: OwnReport, text: str, year: int, unit: str) -> list[Mention]:
    """Where a text (as `readable` prepared it) takes itself for the report of another year or unit."""
    sentences = list(_SENTENCE.finditer(text))
    title = next((s for s in sentences if s[0].strip()), None)
    found: list[Mention] = []
    for sentence in sentences:
        period = _period(own, sentence, year)
        found += [period] if period else _named(own, sentence, year, unit, title=sentence is title)
    beginning = _beginning(text, year)
    return found or ([beginning] if beginning else [])


def _years(words: str) -> list[int]:
    return [y for match in _YEAR.finditer(words) if (y := numerals.year(match[1])) is not None]


def _period(own: OwnReport, sentence: re.Match[str], year: int) -> Mention | None:
    """The period of another whole year."""
    words = sentence[0]
    at = min((at for word in own.period if (at := words.find(word)) >= 0), default=-1)
    if at < 0 or "1月1日" not in words or "12月31日" not in words:
        return None
    years = _years(words)
    wrong = years and year not in years
    return Mention(years[-1], (sentence.start() + at, sentence.end())) if wrong else None


def _named(
    own: OwnReport, sentence: re.Match[str], year: int, unit: str, *, title: bool
) -> Iterator[Mention]:
    """Year and unit before the report's name, in a title or an announcement."""
    words = sentence[0]
    for name in own.names:
        at = words.find(name)
        before = _before(own, words, at, at + len(name), title=title) if at >= 0 else None
        if before is None:
            continue
        place = (sentence.start() + at - len(before.lstrip()), sentence.start() + at + len(name))
        years = _years(before)
        if years and year not in _years(words):
            yield Mention(years[-1], place)
        other = _other_unit(before, unit)
        if other:
            yield Mention(other, place)
        return


def _before(own: OwnReport, words: str, at: int, end: int, *, title: bool) -> str | None:
    """What stands before the report's name where it names itself; None elsewhere."""
    if not _TAIL.match(words, end):
        return None
    before = words[max(0, at - _LONGEST_TITLE) : at]
    alone = not words[end:].strip(' 》”"') and not re.search("[，,；;：:]", before)
    if title and alone and at <= _LONGEST_TITLE and not any(word in before for word in _DONE_WITH):
        return before
    for word in own.announced:
        if word in before:
            return before[before.rindex(word) + len(word) :]
    return None


def _beginning(text: str, year: int) -> Mention | None:
    """A text that begins with another year near the report's, is about the unit, and never names the
    report's year."""
    match = _BEGINNING.match(text)
    sentence = _SENTENCE.match(text)
    if match is None or sentence is None or "今年" in text or not _OURSELVES.search(sentence[0]):
        return None
    first = _years(match[0])
    if not first or not year - _LOOKS_BACK <= first[0] < year or year in _years(text):
        return None
    return Mention(first[0], sentence.span())


def _other_unit(before: str, unit: str) -> str:
    """The unit that a title names, when it can be no other name of this one."""
    name = _YEAR.sub("", before).replace("年度", "").translate(_NO_NAME).strip("度")
    if not _HAN_NAME.fullmatch(name) or name[0] in "我本":
        return ""
    theirs, ours = _bare(name), _bare(unit)
    known = theirs and ours and not _within(theirs, ours) and not _within(ours, theirs)
    return name if known else ""


def _bare(name: str) -> str:
    """A unit's name without 人民政府 and its kind (镇, 乡, 街道, 局); empty for units of other kinds."""
    for office in _OFFICES:
        name = name.removesuffix(office)
    kind = next((kind for kind in _KINDS if name.endswith(kind)), None)
    return name.removesuffix(kind) if kind else ""


def _within(short: str, long: str) -> bool:
    """Whether all characters of one name stand in the other in this order (市监 in 市场监督管理)."""
    rest = iter(long)
    return all(character in rest for character in short)
