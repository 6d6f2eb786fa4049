"""A unit's workbook by replacing only what differs in another unit's.

A master is written once, with marks in the place of the values that differ; where the marks stand
in its parts is where each unit's values go. Everything else is the master's own, compressed
already. Which units may share a master is told by `copies`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xlreport.a1 import Cell, address
from xlreport.submission import shown
from xlreport.text import BITING, MAX_CELL_TEXT
from xlreport.workbook.writer.book import excel_number
from xlreport.workbook.writer.deflating import RAW, ChangingStream
from xlreport.workbook.writer.package import Member, members_of, packed
from xlreport.workbook.writer.xlsxwriter_patches import in_points

_STRINGS = "xl/sharedStrings.xml"
"""The part that holds each text of the cells once (ECMA-376 part 1, 18.4.9)."""

_STRING = re.compile("<si><t[^>]*>([^<]*)</t></si>")

_TEXT_MARK = "\uf8fe{:04}\uf8ff"
"""In the place of a text: a number between two characters that no standard defines."""

_FIRST_NUMBER_MARK = 731_000_000_000_000
"""In the place of the first number; those of the others follow. Longer than what a cell of a form
takes, and exact in Excel, which keeps 15 digits."""

_MARK = re.compile(
    "<t>\uf8fe(?P<element>[0-9]{4})\uf8ff</t>"
    "|\uf8fe(?P<text>[0-9]{4})\uf8ff"
    '|(?<=")><v>(?P<number>731[0-9]{12})</v></c>'
    '|(?P<before> promptTitle="[^"]*" prompt="上年：)(?P<words>731[0-9]{12})'
    '(?P<after>。(?:&#xA;(?P<rest>[^"]*))?")'
)
"""A mark: a whole shared string, another text, a number in a cell, a number in a prompt, which may
say something besides."""

_KINDS = ("element", "text", "number", "words")

_TEXT_ELEMENTS = frozenset({"v", "vt:lpwstr", "dc:subject", "dc:creator", "cp:lastModifiedBy"})
"""Elements whose content is the text alone, beside shared strings."""

_NEAR = 512
"""Bytes between two marks that are not worth a stretch of their own."""

_LONGEST_NUMBER = len(str(_FIRST_NUMBER_MARK))

_ESCAPED = re.compile("_x[0-9A-Fa-f]{4}_")
"""What looks like an escaped character (ECMA-376 part 1, 22.9.2.19)."""

_OUTER_SPACE = re.compile(r"^\s|\s$")
"""What XlsxWriter asks for to be preserved."""


def text_mark(position: int) -> str:
    """What a master has in the place of a text, by its position among the texts."""
    return _TEXT_MARK.format(position)


def number_mark(position: int) -> Decimal:
    """What a master has in the place of a number, by its position among the numbers."""
    return Decimal(_FIRST_NUMBER_MARK + position)


def is_plain(text: str) -> bool:
    """Whether a text is written as it stands, but for the signs that XML escapes: it needs neither
    a style nor an escape of its own, and is not cut."""
    is_odd = text.startswith((*BITING, "<r>")) or _ESCAPED.search(text) is not None
    return not is_odd and len(text.encode("utf-16-le")) <= 2 * MAX_CELL_TEXT


def is_plain_number(number: Decimal) -> bool:
    """Whether a number takes no more room in words than its mark, so that no words are cut."""
    return len(shown(number)) <= _LONGEST_NUMBER


def _in_cell(number: Decimal) -> str:
    """A number as XlsxWriter writes it."""
    return f"{excel_number(number):.16G}"


def _escaped(text: str) -> str:
    """A text as the content of an element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _element(text: str, escaped: str) -> str:
    """A text as a shared string."""
    space = ' xml:space="preserve"' if _OUTER_SPACE.search(text) else ""
    return f"<t{space}>{escaped}</t>"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a unit said the year before of a rule, told by its position among all rules, and how
    high the rule's row is with it, in points."""

    rule: int
    words: str
    height: float


_Fragment = bytes | None
"""A value as a part has it; None for a number that is not known in a prompt that would tell it."""


@dataclass(frozen=True, slots=True)
class Values:
    """What differs from unit to unit: different texts, numbers (None where one is not known), and
    explanations of last year.

    All units of a master have as many texts and numbers; explanations may be any.
    """

    texts: tuple[str, ...]
    numbers: tuple[Decimal | None, ...] = ()
    explanations: tuple[Explanation, ...] = ()

    @property
    def words(self) -> Iterator[str]:
        """All texts, as the parts have them."""
        yield from map(_escaped, self.texts)
        for explanation in self.explanations:
            yield _escaped(explanation.words)

    def fragments(self) -> list[_Fragment]:
        """Each value as the parts have it: of a text the shared string and the content, of a
        number what ends its cell and what a prompt tells."""
        fragments: list[_Fragment] = []
        for text in self.texts:
            escaped = _escaped(text)
            element = _element(text, escaped)
            fragments += (element.encode(), escaped.encode())
        for number in self.numbers:
            fragments += _UNKNOWN if number is None else _of_number(number)
        return fragments


_UNKNOWN = (b"/>", None)


def _of_number(number: Decimal) -> tuple[bytes, bytes]:
    """The two fragments of a number."""
    in_words = shown(number)
    # digits alone are the same in a cell, and most numbers are such
    in_cell = in_words if in_words.isdigit() else _in_cell(number)
    return f"><v>{in_cell}</v></c>".encode(), in_words.encode()


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in a part where a value goes: the fragment's position, the characters that it
    replaces, and what stands there around it, or without it."""

    fragment: int
    start: int
    end: int
    before: bytes = b""
    after: bytes = b""
    without: bytes = b""

    def filled(self, fragments: Sequence[_Fragment]) -> bytes:
        """What stands there with these fragments."""
        value = fragments[self.fragment]
        if value is None:
            return self.without
        return self.before + value + self.after


@dataclass(frozen=True, slots=True)
class _Change:
    """What changes in a part without interruption: pieces, with the positions of those where a
    slot is filled."""

    pieces: tuple[bytes, ...]
    slots: tuple[tuple[int, _Slot], ...]

    def with_values(self, fragments: Sequence[_Fragment]) -> bytes:
        """The bytes with these values."""
        pieces = [*self.pieces]
        for piece, slot in self.slots:
            pieces[piece] = slot.filled(fragments)
        return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class _ChangingMember:
    """A member of the master that differs from unit to unit."""

    member: Member
    stream: ChangingStream
    changes: tuple[_Change, ...]

    def with_values(self, fragments: Sequence[_Fragment]) -> Member:
        """The member of a unit."""
        changes = [change.with_values(fragments) for change in self.changes]
        return self.member.holding(self.stream.filled(changes))


class NotMarked(Exception):
    """A master has a mark where it cannot be told how a value would be written."""


class Master:
    """A workbook with marks in the places of the values that `like` has, and without explanations
    in the places that `explained` tells. Raises NotMarked."""

    def __init__(self, archive: bytes, like: Values, explained: Explained | None = None) -> None:
        self._texts = len(like.texts)
        self._marked = 2 * (len(like.texts) + len(like.numbers))
        self._members: list[Member | _ChangingMember] = []
        self._strings: frozenset[str] = frozenset()
        self._places: list[_Place] = []
        """Where explanations go, in the order of their fragments."""
        for member in members_of(archive):
            part = content_of(member).decode()
            slots = [self._slot(mark) for mark in _MARK.finditer(part)]
            if member.name == _STRINGS:
                self._strings = frozenset(_STRING.findall(part))
            if explained is not None:
                slots += self._explained(explained.places(member.name, part))
            self._members.append(_prepared(member, part, slots))

    def _explained(self, places: Sequence[_Place]) -> Iterator[_Slot]:
        """The slots of explanations in a part; their fragments follow all others."""
        for place in places:
            fragment = self._marked + len(self._places)
            self._places.append(place)
            yield _Slot(fragment, place.start, place.end)

    def _slot(self, mark: re.Match[str]) -> _Slot:
        kind = next(kind for kind in _KINDS if mark[kind] is not None)
        start, end = mark.span()
        if kind == "text" and _element_around(mark.string, start) not in _TEXT_ELEMENTS:
            raise NotMarked(mark.string[:end][-_NEAR:])
        number = int(mark[kind])
        if kind in ("number", "words"):
            number += self._texts - _FIRST_NUMBER_MARK
        if kind != "words":
            return _Slot(2 * number + (kind == "text"), start, end)
        before, after = mark["before"].encode(), mark["after"].encode()
        return _Slot(2 * number + 1, start, end, before, after, _without_number(mark))

    def takes(self, values: Values) -> bool:
        """Whether no text of a unit is one that the master has too: it would be kept only once."""
        different = set(values.texts)
        is_apart = different.isdisjoint(one.words for one in values.explanations)
        return is_apart and self._strings.isdisjoint(values.words)

    def workbook(self, values: Values) -> bytes:
        """The workbook of a unit."""
        fragments = values.fragments()
        if self._places:
            fragments += _explanations(self._places, values.explanations)
        members = []
        for member in self._members:
            if isinstance(member, _ChangingMember):
                members.append(member.with_values(fragments))
            else:
                members.append(member)
        return packed(members)


def _without_number(mark: re.Match[str]) -> bytes:
    """What a prompt says that does not tell the number; nothing where it would say nothing."""
    rest = mark["rest"]
    if rest is None:
        return b""
    before = mark["before"].removesuffix("上年：")
    return f'{before}{rest}"'.encode()


def _prepared(member: Member, part: str, slots: Sequence[_Slot]) -> Member | _ChangingMember:
    if not slots:
        return member
    in_order = sorted(slots, key=lambda slot: slot.start)
    constants, changes = _divided(part, in_order)
    return _ChangingMember(member, ChangingStream(constants), changes)


def _element_around(part: str, position: int) -> str:
    """The element whose content begins before a position; empty within a tag."""
    start = part.rfind("<", 0, position) + 1
    end = part.find(">", start)
    if end > position:
        return ""
    name, _, _ = part[start:end].partition(" ")
    return name


def _divided(part: str, slots: Sequence[_Slot]) -> tuple[list[bytes], tuple[_Change, ...]]:
    """A part as constant stretches and the changes between them."""
    constants = []
    changes = []
    end = 0
    for group in _neighbours(slots):
        constants.append(part[end : group[0].start].encode())
        changes.append(_change(part, group))
        end = group[-1].end
    constants.append(part[end:].encode())
    return constants, tuple(changes)


def _neighbours(slots: Sequence[_Slot]) -> list[list[_Slot]]:
    """Slots with little between them, together."""
    groups = [[slots[0]]]
    for slot in slots[1:]:
        before = groups[-1]
        if slot.start - before[-1].end > _NEAR:
            groups.append([slot])
        else:
            before.append(slot)
    return groups


def _change(part: str, slots: Sequence[_Slot]) -> _Change:
    pieces: list[bytes] = []
    placed = []
    end = slots[0].start
    for slot in slots:
        pieces.append(part[end : slot.start].encode())
        placed.append((len(pieces), slot))
        pieces.append(b"")
        end = slot.end
    return _Change(tuple(pieces), tuple(placed))


# --- explanations of last year ------------------------------------------------------------------
#
# A unit has any number of them, each a shared string behind all others. What changes with them: a
# rule's row is higher, its cell refers to the string, the table of strings counts and holds it.


@dataclass(frozen=True, slots=True)
class _Place:
    """Where explanations change a part, with what stands there without any; `key` tells what
    goes there."""

    key: str
    start: int
    end: int
    text: str


_COUNTS, _LAST_STRINGS = "counts", "last strings"
"""Keys of places in the table of strings; those of a rule's row and cell are below."""

_COUNTED = re.compile('count="(?P<count>[0-9]+)" uniqueCount="(?P<different>[0-9]+)"')
_COUNTS_TOLD = 'count="{}" uniqueCount="{}"'


def _height_of(rule: int) -> str:
    return f"height {rule}"


def _cell_of(rule: int) -> str:
    return f"cell {rule}"


@dataclass(frozen=True, slots=True)
class Explained:
    """Where explanations of last year stand: the part of the sheet, and a cell a rule."""

    part: str
    cells: tuple[Cell, ...]

    def places(self, name: str, part: str) -> list[_Place]:
        """The places in a part. Raises NotMarked where one is missing."""
        if name == _STRINGS:
            end = len(part) - len("</sst>")
            return [_found(_COUNTS, _COUNTED, part), _Place(_LAST_STRINGS, end, end, "")]
        if name != self.part:
            return []
        places = []
        for rule, cell in enumerate(self.cells):
            height = re.compile(f'<row r="{cell[0] + 1}"[^>]* ht="(?P<changing>[^"]*)"')
            places.append(_found(_height_of(rule), height, part))
            empty = re.compile(f'<c r="{address(cell)}" s="[0-9]+"(?P<changing>/>)')
            places.append(_found(_cell_of(rule), empty, part))
        return places


def _found(key: str, pattern: re.Pattern[str], part: str) -> _Place:
    """The one place of a pattern; where it names a group, the group's."""
    found = pattern.search(part)
    if found is None:
        raise NotMarked(key)
    group = "changing" if "changing" in pattern.groupindex else 0
    return _Place(key, *found.span(group), found[group])


def _explanations(places: Sequence[_Place], explanations: Sequence[Explanation]) -> list[bytes]:
    """What goes to the places with these explanations."""
    texts = {place.key: place.text for place in places}
    counted = _COUNTED.fullmatch(texts[_COUNTS])
    if counted is None:
        raise NotMarked(_COUNTS)
    count, different = int(counted["count"]), int(counted["different"])
    indexes: dict[str, int] = {}
    for one in explanations:
        index = indexes.setdefault(one.words, different + len(indexes))
        texts[_cell_of(one.rule)] = f' t="s"><v>{index}</v></c>'
        texts[_height_of(one.rule)] = in_points(one.height)
    texts[_COUNTS] = _COUNTS_TOLD.format(count + len(explanations), different + len(indexes))
    elements = [f"<si>{_element(words, _escaped(words))}</si>" for words in indexes]
    texts[_LAST_STRINGS] = "".join(elements)
    return [texts[place.key].encode() for place in places]


# --- the same content ---------------------------------------------------------------------------


def content_of(member: Member) -> bytes:
    """What a compressed member holds."""
    return zlib.decompress(member.stream, RAW)


def are_same(workbook: bytes, other: bytes) -> bool:
    """Whether two workbooks have the same parts in the same order, byte by byte, whatever their
    compression."""
    members = members_of(workbook)
    others = members_of(other)
    if [member.name for member in members] != [member.name for member in others]:
        return False
    pairs = zip(members, others, strict=True)
    return all(content_of(member) == content_of(peer) for member, peer in pairs)
