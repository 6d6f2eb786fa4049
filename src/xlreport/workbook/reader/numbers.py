"""Number cells, read strictly from the raw text: `int()` would take 1_000 and `float()` nan."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from xlreport.form.expression import MAX_NUMBER, SCALE
from xlreport.formats.raw import RawCell
from xlreport.submission import BLANK, Entry, Status, shown

_STORED = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
"""xsd:double as spreadsheets write it, without INF and NaN."""

_TYPED = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_WIDE = str.maketrans("０１２３４５６７８９．，－＋", "0123456789.,-+")
_SPACES = " \u3000\u00a0\t\r\n"
_DIGITS15 = Context(prec=15, rounding=ROUND_HALF_UP)
_SHOWN_BOOLEANS = {"1": "TRUE", "0": "FALSE"}

MOST_SHOWN = 60
"""Longer contents are cut where they are quoted."""


def read_entry(cell: RawCell | None) -> tuple[Entry, bool]:
    """What a number cell holds, and whether it was a text that could be understood as a number."""
    if cell is None or (cell.text == "" and cell.kind != "e"):
        return BLANK, False
    if cell.kind == "b":
        return Entry(
            None, Status.BOOLEAN, _SHOWN_BOOLEANS.get(cell.text.strip(), quote(cell.text))
        ), False
    if cell.kind == "e":
        return Entry(None, Status.ERROR, quote(cell.text)), False
    if cell.kind == "n" and not cell.date:
        text = cell.text.strip()
        return (
            _number(text) if _STORED.fullmatch(text) else Entry(None, Status.TEXT, quote(text))
        ), False
    if cell.date or cell.kind == "d":
        return Entry(None, Status.DATE, quote(cell.text)), False
    return _text(cell.text)


def _text(text: str) -> tuple[Entry, bool]:
    plain = text.translate(_WIDE).strip(_SPACES)
    if _TYPED.fullmatch(plain) or _THOUSANDS.fullmatch(plain):
        entry = _number(plain.replace(",", ""))
        return Entry(entry.value, entry.status, quote(text)), True
    return Entry(None, Status.TEXT, quote(text)), False


def _number(text: str) -> Entry:
    """15 significant digits, as Excel shows them; 0.30000000000000004 is 0.3."""
    exact = Decimal(text)
    if not abs(exact) < MAX_NUMBER:
        return Entry(None, Status.TOO_LARGE, text[:MOST_SHOWN])
    value = _DIGITS15.plus(exact) + 0
    rounded = value.quantize(Decimal(1).scaleb(-SCALE), ROUND_HALF_UP).normalize() + 0
    if rounded != value:
        return Entry(rounded, Status.TOO_FINE, shown(value))
    return Entry(rounded, Status.NUMBER, shown(value))


def quote(text: str) -> str:
    """A cell's content for a message: one line, no control characters, not too long."""
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= MOST_SHOWN else line[: MOST_SHOWN - 1] + "…"
