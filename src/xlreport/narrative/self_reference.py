"""How a text speaks of the report that it belongs to: the wrong year, the wrong unit.

Only what cannot be meant otherwise counts: a report of 2021 may well speak of 2020, and of last
year's report. So the report is looked for where it names itself: its title in the first line, the
sentence that announces it, its period, or a text that begins with another year and never names its
own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from xlreport.form.model import OwnReport
from xlreport.narrative import numerals
from xlreport.narrative.own_names import OWN, is_within

_YEAR = re.compile(r"(?<!\d)(\d{4}|[〇零一二三四五六七八九]{4}) ?年")
_SENTENCE = re.compile(r"[^。！？!?\n]+")
_BEGINNING = re.compile(
    rf"[ {OWN}]*(?:\d{{4}}|[〇零一二三四五六七八九]{{4}}) ?年度?(?=[，, {OWN}我本全])"
)
_OURSELVES = re.compile(rf"{OWN}|[我本全](?:镇|乡|街|局|办|委|县|单位|机关|部门|中心|处)")
_TAIL = re.compile(r"[》”\" ]*(?:$|[，,；;：:（(]|予以|公布|公开|发布|如下|向社会)")
_COMMA = re.compile("[，,；;：:]")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,24}")
_OFFICES = ("人民政府", "政府", "办事处", "办公室")
_SINCE = r"(?:\d{4} ?年(?:度|以来)?|今年以来|本年度|全年|截至\d{4}年12月31日)"
_BEGINS = re.compile(rf"(?:^|[。！？；;\n]) {{0,8}}(?P<since>(?:{_SINCE}[，, ]?)?)")
_DOES = (
    "认真", "严格", "坚持", "高度重视", "始终坚持", "深入贯彻", "全面贯彻", "扎实推进", "主动公开",
    "累计公开", "共公开", "共主动公开", "共收到", "收到", "未收到", "没有收到", "共受理", "受理",
    "新收", "共新收", "累计收到", "接到", "未接到", "无依申请",
)  # fmt: skip
"""What the unit that a report is of does in it."""

_KINDS = ("街道", "镇", "乡", "局")
_LOOKS_BACK = 3
"""Years before the report's that a text may begin with and be about the wrong one."""

_DONE_WITH = ("编制", "公布", "发布", "公开", "报送", "上报", "完成", "按时", "及时")
"""Before a report's name: something was done with it, so it need not be this one."""

_LONGEST_TITLE = 60
_NO_NAME = str.maketrans("", "", "《》“”\"'< >\u3000的")


@dataclass(frozen=True, slots=True)
class Mention:
    """A year or a unit that is not the report's, and the place of the words that name it."""

    named: int | str
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Identity:
    """How the report calls itself, and whose and of which year it is. `known_as` are the unit's
    other names, `listed` the names of all units of the roster."""

    own: OwnReport
    year: int
    unit: str
    known_as: tuple[str, ...] = ()
    listed: frozenset[str] = frozenset()


def wrong_mentions(report: Identity, text: str) -> list[Mention]:
    """Where a text (as `readable` prepared it) takes itself for the report of another year or
    unit."""
    sentences = list(_SENTENCE.finditer(text))
    title = next((sentence for sentence in sentences if sentence[0].strip()), None)
    mentions: list[Mention] = []
    for sentence in sentences:
        period = _other_period(report, sentence)
        if period is not None:
            mentions.append(period)
        else:
            mentions += _other_name(report, sentence, is_title=sentence is title)
    if mentions:
        return mentions
    others = (_other_beginning(text, report.year), _other_author(report, text))
    return [mention for mention in others if mention is not None]


def _years(words: str) -> list[int]:
    """The years that are named."""
    years = [numerals.year(match[1]) for match in _YEAR.finditer(words)]
    return [year for year in years if year is not None]


# --- the period ------------------------------------------------------------------------


def _other_period(report: Identity, sentence: re.Match[str]) -> Mention | None:
    """The period of another whole year."""
    words = sentence[0]
    starts = [words.find(word) for word in report.own.period if word in words]
    if not starts or "1月1日" not in words or "12月31日" not in words:
        return None
    years = _years(words)
    if not years or report.year in years:
        return None
    return Mention(years[-1], (sentence.start() + min(starts), sentence.end()))


# --- the report's name -----------------------------------------------------------------


def _other_name(report: Identity, sentence: re.Match[str], *, is_title: bool) -> list[Mention]:
    """Another year or unit before the report's name, in a title or an announcement."""
    words = sentence[0]
    for name in report.own.names:
        position = words.find(name)
        if position < 0:
            continue
        end = position + len(name)
        before = _before_name(report.own, words, (position, end), is_title=is_title)
        if before is not None:
            start = position - len(before.lstrip())
            place = (sentence.start() + start, sentence.start() + end)
            return _named_before(report, words, before, place)
    return []


def _named_before(
    report: Identity, words: str, before: str, place: tuple[int, int]
) -> list[Mention]:
    """What stands between the beginning of a title and the report's name, if it is not this
    report's."""
    mentions: list[Mention] = []
    years = _years(before)
    if years and report.year not in _years(words):
        mentions.append(Mention(years[-1], place))
    other = _other_unit(before, report)
    if other:
        mentions.append(Mention(other, place))
    return mentions


def _before_name(
    own: OwnReport, words: str, name: tuple[int, int], *, is_title: bool
) -> str | None:
    """What stands before the report's name where it names itself; None elsewhere."""
    start, end = name
    if not _TAIL.match(words, end):
        return None
    before = words[max(0, start - _LONGEST_TITLE) : start]
    if is_title and start <= _LONGEST_TITLE and _stands_alone(before, words[end:]):
        return before
    for word in own.announced:
        if word in before:
            return before[before.rindex(word) + len(word) :]
    return None


def _stands_alone(before: str, behind: str) -> bool:
    """Whether a name is all of its line, and nothing was done with what it names."""
    if behind.strip(' 》”"') or _COMMA.search(before):
        return False
    return not any(word in before for word in _DONE_WITH)


# --- the beginning of the text -----------------------------------------------------------


def _other_beginning(text: str, year: int) -> Mention | None:
    """A text that begins with another year near the report's, is about the unit, and never names
    the report's year."""
    beginning = _BEGINNING.match(text)
    sentence = _SENTENCE.match(text)
    if beginning is None or sentence is None or not _OURSELVES.search(sentence[0]):
        return None
    if "今年" in text or year in _years(text):
        return None
    years = _years(beginning[0])
    if not years or not year - _LOOKS_BACK <= years[0] < year:
        return None
    return Mention(years[0], sentence.span())


# --- the author ------------------------------------------------------------------------


def _other_author(report: Identity, text: str) -> Mention | None:
    """Another unit of the roster that does in a sentence what the report's unit does, in a text
    that never names its own."""
    if not report.listed or OWN in text:
        return None
    named = _named_at_beginnings(text, report.listed)
    others = [name for name in named if not _may_be_own(name, report)]
    if not others:
        return None
    author = _authors(frozenset(others)).search(text)
    return Mention(author["name"], author.span("name")) if author else None


def _named_at_beginnings(text: str, names: frozenset[str]) -> list[str]:
    """Those of the names that stand where a sentence names who does something: of a nation's
    units very few stand in one text."""
    lengths = _lengths(names)
    named: dict[str, None] = {}
    for beginning in _BEGINS.finditer(text):
        # a name may stand behind the time, or before what looks like one
        for start in range(beginning.start("since"), beginning.end() + 1):
            words = [text[start : start + length] for length in lengths]
            named.update(dict.fromkeys(name for name in words if name in names))
    return list(named)


@lru_cache(maxsize=8)
def _lengths(names: frozenset[str]) -> tuple[int, ...]:
    """How long the names are, each length once."""
    return tuple(sorted({len(name) for name in names if name}))


@lru_cache(maxsize=256)
def _authors(names: frozenset[str]) -> re.Pattern[str]:
    """Sentences that begin with one of these units as the one that does something."""
    longest_first = sorted(names, key=len, reverse=True)
    any_name = "|".join(map(re.escape, longest_first))
    return re.compile(
        rf"(?:^|[。！？；;\n]) {{0,8}}(?:{_SINCE}[，, ]?)?(?P<name>{any_name})"
        rf"(?:人民政府|政府|办事处|党委、政府)?(?:{'|'.join(_DOES)})"
    )


def _may_be_own(name: str, report: Identity) -> bool:
    """Whether a name of the roster is the unit's, or one may stand in the other."""
    own = (report.unit, *report.known_as)
    return any(name in known or known in name for known in own)


# --- names of units ----------------------------------------------------------------------


def _other_unit(before: str, report: Identity) -> str:
    """The unit that a title names, when it can be no other name of this one."""
    name = _YEAR.sub("", before).replace("年度", "").translate(_NO_NAME).strip("度")
    if not _HAN_NAME.fullmatch(name) or name[0] in "我本":
        return ""
    if _is_listed(name, report):
        return name
    theirs = _bare(name)
    ours = _bare(report.unit)
    if not theirs or not ours:
        return ""
    if is_within(theirs, ours) or is_within(ours, theirs):
        return ""
    return name


def _is_listed(name: str, report: Identity) -> bool:
    """Whether a name is that of another unit of the roster."""
    if _may_be_own(name, report):
        return False
    return name in report.listed or _without_office(name) in report.listed


def _without_office(name: str) -> str:
    """A unit's name without 人民政府 and the like."""
    for office in _OFFICES:
        name = name.removesuffix(office)
    return name


def _bare(name: str) -> str:
    """A unit's name without 人民政府 and its kind (镇, 乡, 街道, 局); empty for units of other
    kinds."""
    name = _without_office(name)
    for kind in _KINDS:
        if name.endswith(kind):
            return name.removesuffix(kind)
    return ""
