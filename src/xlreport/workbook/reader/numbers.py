"""Number cells, read strictly from the raw text: `int()` would take 1_000 and `float()` nan."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal

from xlreport.form.expression import MAX_NUMBER, SCALE
from xlreport.formats.raw import RawCell, is_picture
from xlreport.submission import BLANK, PICTURE, Entry, Status, shown
from xlreport.text import MOST_QUOTED, quote

_STORED = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
"""xsd:double as spreadsheets write it, without INF and NaN."""

_TYPED = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_WIDE = str.maketrans("０１２３４５６７８９．，－＋", "0123456789.,-+")
_SPACES = " \u3000\u00a0\t\r\n"
_DIGITS15 = Context(prec=15, rounding=ROUND_HALF_UP)
_FINEST = Decimal(1).scaleb(-SCALE)
SHOWN_BOOLEANS = {"1": "TRUE", "0": "FALSE"}
"""How people see a truth value, by how it is stored."""

_NO_NUMBERS = {"b": Status.BOOLEAN, "e": Status.ERROR, "d": Status.DATE}
"""Cell types (ECMA-376 part 1, 18.18.11) that never hold a number."""


_DIRECTION_MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

_REVERSES = "\u202e"
"""RIGHT-TO-LEFT OVERRIDE: what follows is shown from right to left, 531 as 135 (UAX #9, 2.2)."""

INVISIBLE = {
    "\u00ad": "软连字符",
    "\u180e": "零宽空格",
    "\u200b": "零宽空格",
    "\u200c": "零宽不连字符",
    "\u200d": "零宽连字符",
    "\u2060": "零宽连接符",
    "\ufeff": "零宽空格（BOM）",
    **dict.fromkeys(_DIRECTION_MARKS, "书写方向标记"),
}
"""Characters that nobody sees beside a number, by what they are called."""


def invisible_in(text: str) -> str:
    """The names of the invisible characters in a text, each once; empty where there are none."""
    names = [INVISIBLE[character] for character in text if character in INVISIBLE]
    return "、".join(dict.fromkeys(names))


def without_invisible(text: str) -> str:
    """A text without the characters that nobody sees."""
    return "".join(character for character in text if character not in INVISIBLE)


def read_entry(cell: RawCell | None) -> tuple[Entry, bool]:
    """What a number cell holds, and whether it was a text that could be understood as a number."""
    if cell is None:
        return BLANK, False
    if is_picture(cell):
        return Entry(None, Status.TEXT, PICTURE), False
    if cell.text == "" and cell.kind != "e":
        return BLANK, False
    if cell.kind not in _NO_NUMBERS and not cell.date:
        if cell.kind == "n":
            return _stored(cell.text.strip())
        return _typed(cell.text)
    status = _NO_NUMBERS.get(cell.kind, Status.DATE)
    content = quote(cell.text)
    if status is Status.DATE:
        content = quote(cell.shown or cell.text.removesuffix("T00:00:00"))
    elif status is Status.BOOLEAN:
        content = _shown_boolean(cell.text)
    return Entry(None, status, content), False


def _shown_boolean(text: str) -> str:
    return SHOWN_BOOLEANS.get(text.strip(), quote(text))


def _stored(text: str) -> tuple[Entry, bool]:
    """A number as a spreadsheet stored it."""
    if _STORED.fullmatch(text) is None:
        return Entry(None, Status.TEXT, quote(text)), False
    return _number(text), False


def _typed(text: str) -> tuple[Entry, bool]:
    """A text that a person may have meant as a number."""
    visible = without_invisible(text)
    plain = visible.translate(_WIDE).strip(_SPACES)
    if not plain:
        return Entry(None, Status.TEXT, " "), False
    is_number = _TYPED.fullmatch(plain) or _THOUSANDS.fullmatch(plain)
    if not is_number:
        return Entry(None, Status.TEXT, quote(visible)), False
    if _is_shown_otherwise(text):
        return Entry(None, Status.REORDERED, quote(visible)), False
    entry = _number(plain.replace(",", ""))
    as_typed = replace(entry, raw=quote(visible))
    return as_typed, True


def _is_shown_otherwise(text: str) -> bool:
    """Whether direction marks may show a number's digits in another order: a mark between them, or
    one that reverses them. Those around a number leave it as it is."""
    if _REVERSES in text:
        return True
    within = text.strip(f"{_SPACES}{''.join(INVISIBLE)}")
    return any(mark in within for mark in _DIRECTION_MARKS)


def _number(text: str) -> Entry:
    """15 significant digits, as Excel shows them; 0.30000000000000004 is 0.3."""
    exact = Decimal(text)
    if not abs(exact) < MAX_NUMBER:
        return Entry(None, Status.TOO_LARGE, text[:MOST_QUOTED])
    value = _without_minus_zero(_DIGITS15.plus(exact))
    rounded = value.quantize(_FINEST, ROUND_HALF_UP).normalize()
    status = Status.NUMBER if rounded == value else Status.TOO_FINE
    return Entry(_without_minus_zero(rounded), status, shown(value))


def _without_minus_zero(value: Decimal) -> Decimal:
    return value + 0
