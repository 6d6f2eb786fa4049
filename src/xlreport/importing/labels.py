"""Headings as they are compared: without what people change when they retype them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from xlreport.text import clean_line

MOST_OF_A_HEADING = 200
"""Characters of the longest text that is taken for a heading."""

_CIRCLED = {0x2460 + number: f"{number + 1}." for number in range(20)}
"""① to ⑳, which NFKC would make plain digits that belong to no numbering."""

_CHINESE = "一二三四五六七八九十百"
_NUMBERING = re.compile(
    rf"\((?:[{_CHINESE}]{{1,4}}|[0-9]{{1,3}})\)[、.,:]?"
    rf"|(?:[{_CHINESE}]{{1,4}}|[0-9]{{1,3}})[、.,:)]"
    "|[0-9]{1,2}(?=[\u4e00-\u9fff])(?![年月日])"
)
"""What stands before a heading and only counts it: 一、 （一） 1. (1) 1) ①, and a digit alone."""


_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:,?[0-9]{3})*(?:\.[0-9]*)?|[+-]?[0-9]+(?:\.[0-9]*)?")
"""A number, well typed or not."""


def plain(text: str) -> str:
    """A text in one width, without what takes room or cannot be seen."""
    normal = unicodedata.normalize("NFKC", text.translate(_CIRCLED))
    return "".join(filter(_is_seen, normal))


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC"


def key(text: str) -> str:
    """A heading as it is compared: letters and digits only, without numbering; empty for what is no
    heading."""
    return _key(text) if _may_be_heading(text) else ""


def numbering(text: str) -> str:
    """The number that a heading begins with, without its brackets and points; empty for none."""
    return _numbering(text) if _may_be_heading(text) else ""


def is_blank(text: str) -> bool:
    """Whether nobody sees anything in a text."""
    return _is_blank(text) if _may_be_heading(text) else not clean_line(text)


def is_number(text: str) -> bool:
    """Whether a text looks like a number, well typed or not."""
    return _may_be_heading(text) and _is_number(text)


def _may_be_heading(text: str) -> bool:
    return len(text) <= MOST_OF_A_HEADING


# Short texts come again and again in a table; long ones would fill the memory.


@lru_cache(maxsize=16384)
def _key(text: str) -> str:
    bare = plain(text).casefold()
    number = _NUMBERING.match(bare)
    begin = 0 if number is None else number.end()
    return "".join(filter(str.isalnum, bare[begin:]))


@lru_cache(maxsize=16384)
def _numbering(text: str) -> str:
    number = _NUMBERING.match(plain(text))
    return "" if number is None else number[0].strip("()、.,:")


@lru_cache(maxsize=16384)
def _is_blank(text: str) -> bool:
    return not clean_line(text)


@lru_cache(maxsize=16384)
def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(plain(text)) is not None
