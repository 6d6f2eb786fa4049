"""The title of a report, which tells whose it is and of which year."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from xlreport.form.model import Form
from xlreport.importing.flow import Passage
from xlreport.importing.labels import numbering, plain
from xlreport.narrative import numerals
from xlreport.submission import Place

MOST_OF_A_TITLE = 120
"""Characters of the longest line that is taken for a title."""

_MOST_OF_A_UNIT = 40
_FIRST_YEAR = 1949
_ZEROS = str.maketrans("○Oo0", "〇〇〇〇")
_YEAR = re.compile(r"(?<![0-9])([0-9]{4}|[〇零○Oo0一二三四五六七八九]{4})(?:年度?|(?=\)|$))")
_UNIT = re.compile(r"[\u4e00-\u9fff()·A-Za-z0-9]+")
_BEFORE_A_UNIT = re.compile(r"附件[0-9一二三四五六七八九十]{0,2}:?|关于|中共")
_BEHIND = re.compile(r"(?:的报告|全文|公示)?(\(?[^()\-_|—]{0,8}\)?)(?:[-_|—].*)?")
"""What may stand behind a report's name: a year, then the name of the site."""

_NO_UNIT = ("我", "本", "的", "公布", "发布", "编制")
"""Words of a sentence, of which no unit's name consists."""

_UNIT_END = re.compile(
    "(?:府|处|镇|乡|街道|局|委|办|室|会|院|区|县|市|旗|州|盟|省|中心|站|队|厅|部|署|社|公司|学校)$"
)
"""How a line ends that is nothing but a unit's name."""


@dataclass(frozen=True, slots=True)
class Title:
    """What a title says, None and empty for what it does not say; where it stands."""

    year: int | None
    unit: str
    part: int = 0
    row: int = 0
    place: Place | None = None

    @property
    def position(self) -> tuple[int, int]:
        """Where it stands in the document."""
        return self.part, self.row

    @property
    def text(self) -> str:
        """Unit and year, as people say them."""
        year = "" if self.year is None else f"{self.year} 年"
        return " ".join(filter(None, (self.unit, year)))

    def may_be(self, other: Title) -> bool:
        """Whether both can be titles of one report."""
        same_year = None in (self.year, other.year) or self.year == other.year
        return same_year and (self.unit in other.unit or other.unit in self.unit)


def report_names(forms: Iterable[Form]) -> tuple[str, ...]:
    """What the reports of these forms are called, the longest first."""
    names: set[str] = set()
    for form in forms:
        names.add(form.title)
        for statement in form.statements:
            if statement.own is not None:
                names.update(statement.own.names)
    return tuple(sorted(map(plain, names), key=lambda name: (-len(name), name)))


def titles_of(names: Sequence[str], passages: Sequence[Passage]) -> list[Title]:
    """The titles among the passages of a document."""
    titles = []
    for index, passage in enumerate(passages):
        if not _may_be_title(passage, names):
            continue
        title = _with_neighbours(names, passages, index)
        if title is not None and (title.unit or title.year is not None):
            here = (passage.part, passage.row, passage.place)
            titles.append(Title(title.year, title.unit, *here))
    return titles


def _may_be_title(passage: Passage, names: Sequence[str]) -> bool:
    if len(passage.text) > MOST_OF_A_TITLE or numbering(passage.text):
        return False
    text = plain(passage.text)
    return any(name in text for name in names)


def _with_neighbours(names: Sequence[str], passages: Sequence[Passage], index: int) -> Title | None:
    """The title of a passage; what it lacks may stand in the line before or behind it."""
    text = passages[index].text
    title = title_in(text, names)
    if title is None:
        return None
    if not title.unit and index:
        before = passages[index - 1].text
        if _names_a_unit(before):
            title = title_in(before + text, names) or title
    if title.year is None and index + 1 < len(passages):
        behind = passages[index + 1].text
        if len(plain(behind)) <= _LONGEST_YEAR:
            title = title_in(f"{text}({behind})", names) or title
    return title


_LONGEST_YEAR = 10
"""Characters of a line that is nothing but a year: （二〇二一年度）."""


def _names_a_unit(text: str) -> bool:
    name = _YEAR.sub("", plain(text))
    return len(name) <= _MOST_OF_A_UNIT and bool(_UNIT.fullmatch(name) and _UNIT_END.search(name))


def title_in(text: str, names: Iterable[str]) -> Title | None:
    """What a line says that is a title of one of these reports; None for any other line."""
    line = plain(text).replace("((", "(").replace("))", ")").strip("《》“”\"'")
    name = next((name for name in names if name in line), "")
    if not name:
        return None
    before, _, behind = line.partition(name)
    tail = _BEHIND.fullmatch(behind.lstrip("》”"))
    if tail is None:
        return None
    behind_years = [*years_in(tail[1])]
    if tail[1] and not behind_years:
        return None
    years = [*years_in(before), *behind_years]
    unit = _BEFORE_A_UNIT.sub("", _YEAR.sub("", before)).replace("年度", "").strip("《》“”")
    is_unit = not unit or (_UNIT.fullmatch(unit) and len(unit) <= _MOST_OF_A_UNIT)
    if not is_unit or any(word in unit for word in _NO_UNIT):
        return None
    return Title(years[-1] if years else None, unit.removesuffix("度"))


def years_in(text: str) -> Iterator[int]:
    """The years that a line names, in digits or Chinese numerals."""
    for match in _YEAR.finditer(text):
        digits = match[1] if match[1].isdigit() else match[1].translate(_ZEROS)
        year = numerals.year(digits)
        if year is not None and year >= _FIRST_YEAR:
            yield year


def title_of(titles: Sequence[Title], positions: Iterable[tuple[int, int]]) -> list[Title]:
    """The titles of the reports whose tables stand at these positions: of each the nearest before
    it, or the first of all. Those that may be of one report are one."""
    reports: list[Title] = []
    places = [title.position for title in titles]
    for position in sorted(set(positions)):
        index = max(0, bisect_right(places, position) - 1)
        if titles:
            _add(reports, titles[index])
    return reports


def _add(reports: list[Title], title: Title) -> None:
    """Adds a title, or what it tells more of a report that is there."""
    for index, report in enumerate(reports):
        if report.may_be(title):
            unit = max(report.unit, title.unit, key=len)
            year = title.year if report.year is None else report.year
            reports[index] = replace(report, unit=unit, year=year)
            return
    reports.append(title)
