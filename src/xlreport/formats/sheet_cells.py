"""The XML of a sheet taken apart by one pattern: its cells, and what stands between them.

Two sheets whose XML is the same between the cells differ in nothing but cells. What the pattern
does not know stays in between, where it makes a sheet unlike all others; whether the XML is
well-formed is for who has read an equal sheet by a parser. Source: ECMA-376 part 1, 18.3.1.4
(cells) and 18.4.8 (shared strings).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from xlreport.formats.guard import Refused
from xlreport.formats.xlsx import shared_strings, unescape

_CELL = re.compile(
    rb'<c (r="[A-Z]{1,3}[0-9]{1,7}"[^<>/]*(?:/|>(?:<f[^<>]*>[^<]*</f>|<f[^<>]*/>)?))'
    rb"(?:(?<=/)>|(?:<v>([^<]*)</v>|(<v/>|<is>(?s:.*?)</is>))?</c>)"
)
_SHELL = re.compile(
    rb'(r="[A-Z]{1,3}[0-9]{1,7}"(?: s="([0-9]{1,5})")?)(?: t="([A-Za-z]+)")?'
    rb"(?:/|>(<f[^<>]*>[^<]*</f>|<f[^<>]*/>)?)"
)
_VALUE = re.compile(rb"<v>([^<]*)</v>")
_TEXT = re.compile(rb">([^<]+)<")
_GROUPS = 4

_INLINE = re.compile(rb"<is><t(?: xml:space=\"preserve\")?>([^<]*)</t></is>")
_REFERENCE = re.compile(rb"&(?:amp|lt|gt|quot|apos|#([0-9]{2,7}));")
_NUMBERED = re.compile(r"&#([0-9]+);")
_ODD_BYTES = bytes(set(range(0x20)) - set(b"\t\n"))
_ODD_SEQUENCES = (b"]]>", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
"""What the text of an element cannot hold, or holds otherwise than it is written (XML 1.0, 2.2, 2.4
and 2.11)."""


class SheetCells(NamedTuple):
    """A sheet taken apart, in the order of its XML; the lists of the cells are of one length.

    `between` is what stands before each cell and behind the last one, `shells` are the attributes
    of the cells with their formulas, `values` what stands in their `<v>`, `others` what they have
    in the place of that: `<v/>` or an `<is>` element. None is for what a cell does not have.
    """

    between: list[bytes]
    shells: list[bytes]
    values: list[bytes | None]
    others: list[bytes | None]


def sheet_cells(xml: bytes) -> SheetCells:
    """The cells of a worksheet part, and what stands between them."""
    pieces = _CELL.split(xml)
    return SheetCells(
        pieces[0::_GROUPS],
        pieces[1::_GROUPS],
        pieces[2::_GROUPS],
        pieces[3::_GROUPS],
    )


class Shell(NamedTuple):
    """What surrounds the value of a cell: `base` is its reference with its style, `kind` its type
    (18.18.11), `formula` its `<f>` element, None without one."""

    base: bytes
    style: int
    kind: bytes
    formula: bytes | None


def shell_of(xml: bytes) -> Shell | None:
    """The shell of a cell that has no attributes but the usual ones, in their usual order."""
    match = _SHELL.fullmatch(xml)
    if match is None:
        return None
    base, style, kind, formula = match.groups()
    return Shell(base, int(style or b"0"), kind or b"n", formula)


VALUE, _TEXT_PLACE = b"<v>\0</v>", b">\0<"
"""What stands for a value and for a text where they were taken out: no XML holds this character."""

SHARED = b' t="s">'
"""Ends the tag of a cell whose value is the number of a shared string."""


class Skeleton(NamedTuple):
    """XML without the texts in it, and the texts."""

    bones: bytes
    texts: list[bytes]


def without_values(xml: bytes) -> Skeleton:
    """A sheet without the values of its cells."""
    pieces = _VALUE.split(xml)
    return Skeleton(VALUE.join(pieces[0::2]), pieces[1::2])


_RESULT_KINDS = (b' t="str"><f', b' t="n"><f', b' t="b"><f')
"""Types of the results of formulas (18.18.11)."""


def without_kinds(bones: bytes) -> bytes:
    """Rows of a sheet without the types of what formulas give, which change with the results."""
    for kind in _RESULT_KINDS:
        if kind in bones:
            bones = bones.replace(kind, b"><f")
    return bones


def without_texts(xml: bytes) -> Skeleton:
    """Any XML without the texts of its elements; an empty element is no text."""
    pieces = _TEXT.split(xml)
    return Skeleton(_TEXT_PLACE.join(pieces[0::2]), pieces[1::2])


def are_plain(texts: Iterable[bytes | None]) -> bool:
    """Whether texts that were cut out of XML in UTF-8 could stand in any other place of it, and are
    read as they are written but for the five references to characters that everybody uses."""
    joined = b"\n".join(filter(None, set(texts)))
    if joined.isascii() and joined.isalnum():
        return True
    if len(joined.translate(None, _ODD_BYTES)) < len(joined):
        return False
    for odd in _ODD_SEQUENCES:
        if odd in joined:
            return False
    references = _REFERENCE.findall(joined)
    if joined.count(b"&") != len(references):
        return False
    if not all(_is_character(int(number)) for number in references if number):
        return False
    try:
        joined.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_character(number: int) -> bool:
    """Whether XML 1.0 (2.2) has a character of this number, control characters left aside."""
    return 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000


def text_in(xml: bytes) -> str:
    """What a plain text says."""
    text = xml.decode()
    if "&" not in text:
        return text
    if "&#" in text:
        text = _NUMBERED.sub(lambda match: _escaped(chr(int(match[1]))), text)
    for reference, character in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'")):
        text = text.replace(f"&{reference};", character)
    return text.replace("&amp;", "&")


def _escaped(character: str) -> str:
    """A character that a number stands for, so that it begins no reference itself."""
    return "&amp;" if character == "&" else character


def inline_text(element: bytes) -> str | None:
    """What an `<is>` element says; None for one with more than a plain text in it."""
    match = _INLINE.fullmatch(element)
    if match is None or not are_plain([match[1]]):
        return None
    return unescape(text_in(match[1]))


# --- shared strings ------------------------------------------------------------------------------

_STRINGS_HEAD = re.compile(
    rb'<\?xml version="1\.0" encoding="(?:UTF|utf)-8"(?: standalone="(?:yes|no)")?\?>\s*'
    rb'<sst xmlns="http://schemas\.openxmlformats\.org/spreadsheetml/2006/main"'
    rb'(?: count="[0-9]+")?(?: uniqueCount="[0-9]+")?>'
)
_STRING = re.compile(rb'(?:<t(?: xml:space="preserve")?>([^<]*)</t>|<t/>)</si>')
_STRINGS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
_STRINGS_TAIL = b"</sst>"
_MOST_KEPT, _LONGEST_KEPT = 20_000, 400

_numbers: list[bytes] = []
_known_strings: dict[bytes, str] = {}
"""Strings that were read before, by their XML: the words of a template are in every copy of it."""


def string_table(xml: bytes) -> dict[bytes, str] | None:
    """The shared strings by their number as cells write it; None for a part that holds anything but
    plain strings."""
    head, *items = xml.split(b"<si>")
    if not items or _STRINGS_HEAD.fullmatch(head) is None:
        return None
    last, tail, rest = items[-1].rpartition(_STRINGS_TAIL)
    if not tail or rest.strip():
        return None
    items[-1] = last.rstrip()
    strings = dict(zip(_numbers_to(len(items)), map(_known_strings.get, items), strict=True))
    if None in strings.values():
        for number, item in zip(strings, items, strict=True):
            if strings[number] is None:
                strings[number] = _string(item)
    return _all_of(strings)


def _all_of(strings: dict[bytes, str | None]) -> dict[bytes, str] | None:
    """The strings; None where one of them is not understood."""
    if None in strings.values():
        return None
    return cast("dict[bytes, str]", strings)


def _string(item: bytes) -> str | None:
    """What a string says, of several runs too (18.4.4); None for what is no string."""
    match = _STRING.fullmatch(item)
    if match is not None and are_plain([match[1]]):
        string = unescape(text_in(match[1] or b""))
    else:
        try:
            (string,) = shared_strings(b"%b<si>%b%b" % (_STRINGS, item, _STRINGS_TAIL))
        except (Refused, ValueError):
            return None
    if len(item) <= _LONGEST_KEPT:
        if len(_known_strings) >= _MOST_KEPT:
            _known_strings.clear()
        _known_strings[item] = string
    return string


def _numbers_to(count: int) -> Sequence[bytes]:
    """0, 1, 2 and so on as cells write them."""
    for number in range(len(_numbers), count):
        _numbers.append(b"%d" % number)
    return _numbers[:count]
