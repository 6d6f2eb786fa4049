"""The texts of a report: what stands under each of its headings, up to the next one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from xlreport.form.model import Form
from xlreport.importing.flow import Passage
from xlreport.importing.headings import headings_of, label_keys
from xlreport.importing.labels import key, numbering, plain
from xlreport.narrative import numerals
from xlreport.submission import Place
from xlreport.text import clean

_FURNITURE = re.compile(
    "上一[篇条页]|下一[篇条页]|相关(?:链接|附件|文章|阅读|信息|新闻)|友情链接|附件(?:下载)?[:0-9]|分享到?"
    "|扫一扫|打印|【?打印|关闭|收藏|返回|责任编辑|编辑:|来源:|信息来源|作者:|浏览次数|点击数|版权所有"
    "|主办(?:单位)?[:]?|承办|技术支持|网站(?:标识码|地图|声明)|备案号|联系我们|[^,。]{0,8}ICP备|[^,。]{0,6}公网安备"
    "|copyright|政府网站找错|无障碍|您访问的|当前位置"
)
"""How a line begins that is of the page around a report and not of the report."""

_MOST_OF_FURNITURE = 60
"""Characters of such a line."""


@dataclass
class Section:
    """What stands under a heading: its paragraphs, where they begin."""

    name: str
    place: Place
    paragraphs: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its paragraphs, a line each, as they may go on."""
        return clean(self.written)

    @property
    def written(self) -> str:
        """Its paragraphs as they were written."""
        return "\n".join(self.paragraphs).replace("\r\n", "\n")


@dataclass(frozen=True)
class Texts:
    """The texts by field id with where they stand; `contrary` are those that stand there twice with
    other words, `left_out` is the first line behind them that is of the page and not of the
    report. `cut` has those of which something had to go: how long they were, and how much."""

    texts: Mapping[str, str]
    places: Mapping[str, Place]
    contrary: tuple[str, ...] = ()
    left_out: tuple[Passage, ...] = ()
    cut: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Headings:
    """The headings of parts of a report by how they are compared: a text's field, "" of a table;
    `inner` are those of tables, which begin no part."""

    fields: Mapping[str, str]
    inner: frozenset[str]
    labels: Mapping[str, tuple[str, str]]
    """Each label as it is printed, in one width, with its number and its field."""


@lru_cache(maxsize=32)
def _headings_of(form: Form) -> _Headings:
    parts = [(table.title, "") for table in form.tables]
    parts += [(text.label, text.field_id) for text in form.texts]
    fields: dict[str, str] = {}
    labels: dict[str, tuple[str, str]] = {}
    for label, name in parts:
        fields.update(dict.fromkeys(label_keys(form, label), name))
        number = numbering(label)
        if number:
            ways = (label, *(f"{number}、{way}" for way in form.spellings.get(label, ())))
            labels.update({plain(way): (number, name) for way in ways})
    every = headings_of(form)
    inner = (every.keys | every.titles | every.corners) - fields.keys()
    return _Headings(fields, frozenset(inner), labels)


def texts_of(form: Form, passages: Iterable[Passage], ends: frozenset[tuple[int, int]]) -> Texts:
    """The texts of a form among the passages of a document; none goes on behind one of `ends`,
    where titles of reports stand."""
    reader = _Reader(_headings_of(form), ends)
    for passage in passages:
        reader.read(passage)
    return _texts(reader)


def _texts(reader: _Reader) -> Texts:
    told: defaultdict[str, list[Section]] = defaultdict(list)
    for section in reader.sections:
        if section.text:
            told[section.name].append(section)
    texts = _Told({}, {}, [], {})
    for name, sections in told.items():
        texts.add(name, sections)
    left_out = tuple(reader.left_out)
    return Texts(texts.texts, texts.places, tuple(texts.contrary), left_out, texts.cut)


@dataclass
class _Told:
    """The texts as they are collected; see `Texts`."""

    texts: dict[str, str]
    places: dict[str, Place]
    contrary: list[str]
    cut: dict[str, tuple[int, int]]

    def add(self, name: str, sections: Sequence[Section]) -> None:
        """What stands under the headings of one text."""
        first = sections[0]
        if any(section.text != first.text for section in sections):
            self.contrary.append(name)
            return
        self.texts[name] = first.text
        self.places[name] = first.place
        length = len(sections[-1].written)
        gone = length - len(first.text)
        if gone > 0:
            self.cut[name] = (length, gone)


class _Reader:
    """Reads passage by passage and knows under which heading it is."""

    def __init__(self, headings: _Headings, ends: frozenset[tuple[int, int]]) -> None:
        self.headings = headings
        self.ends = ends
        self.sections: list[Section] = []
        self.left_out: list[Passage] = []
        self.current: Section | None = None

    def read(self, passage: Passage) -> None:
        """The next passage."""
        name = key(passage.text)
        if (passage.part, passage.row) in self.ends:
            self.current = None
        elif name in self.headings.fields and not plain(passage.text).startswith("("):
            self._begin(self.headings.fields[name], passage)
            self._add(passage.beside)
        elif passage.is_table or name in self.headings.inner:
            return
        else:
            for piece in _pieces(passage, self.headings):
                self._read_piece(piece)

    def _read_piece(self, passage: Passage) -> None:
        begun = _beginning(passage.text, self.headings)
        if begun is not None:
            name, rest = begun
            self._begin(name, passage)
            self._add(rest)
        elif self.current is not None and _is_furniture(passage.text):
            self.left_out.append(passage)
            self.current = None
        else:
            self._add(passage.text)

    def _begin(self, name: str, passage: Passage) -> None:
        self.current = Section(name, passage.place) if name else None
        if self.current is not None:
            self.sections.append(self.current)

    def _add(self, text: str) -> None:
        if self.current is not None and text.strip():
            self.current.paragraphs.append(text.strip())


def _is_furniture(text: str) -> bool:
    line = plain(text[: 2 * _MOST_OF_FURNITURE])
    return len(line) <= _MOST_OF_FURNITURE and _FURNITURE.match(line.casefold()) is not None


def _beginning(text: str, headings: _Headings) -> tuple[str, str] | None:
    """The part whose heading a paragraph begins with, number and all, and what follows."""
    for label, (_, name) in headings.labels.items():
        length = _length_of(label, text)
        if length:
            return name, text[length:]
    return None


def _length_of(label: str, text: str) -> int:
    """How many characters of a text spell a label at its beginning; 0 where it begins otherwise."""
    read = ""
    for length, character in enumerate(text[: 4 * len(label)], 1):
        read += plain(character)
        if read == label:
            return length
        if not label.startswith(read):
            return 0
    return 0


_LONG = 200
"""Characters of a paragraph that may hold several parts of a report, run together."""


def _pieces(passage: Passage, headings: _Headings) -> Iterator[Passage]:
    """A passage, in pieces where several headings with their numbers stand in it in their order."""
    text = passage.text
    if len(text) < _LONG:
        yield passage
        return
    starts = [0, *_inner_starts(text, headings), len(text)]
    for start, end in pairwise(starts):
        if text[start:end].strip():
            yield replace(passage, text=text[start:end])


_NO_START = "“”\"'《、"


def _inner_starts(text: str, headings: _Headings) -> Sequence[int]:
    """Where headings begin in a long paragraph, if they stand there in their order; in quotation
    marks or a list they are only named."""
    starts: list[tuple[int, int]] = []
    for label, (number, _) in headings.labels.items():
        start = text.find(label)
        if start > 0 and text[start - 1] not in _NO_START:
            starts.append((start, numerals.number(number) or 0))
    starts.sort()
    numbers = [number for _, number in starts]
    return [start for start, _ in starts] if numbers == sorted(set(numbers)) else ()
