"""Texts as they come and as they may go on: decoded, harmless, not longer than a cell holds."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

MAX_CELL_TEXT = 32_767
"""Excel's limit on a cell's text, in UTF-16 units (ECMA-376 states no other)."""

_UNDECODABLE = ("Cc", "Cs")
_DECEPTIVE = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of the Unicode standard, chapter 4.5."""

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)

MOST_QUOTED = 60
"""Characters of a content that is quoted in a message."""

BITING = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""A text that starts so could become a formula where it is read as one (CWE-1236)."""


def clean(text: str) -> str:
    """Line ends as \\n, without control and undecodable characters, cut to what a cell can hold."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    if not kept.isprintable():
        kept = "".join(filter(_may_stay, kept))
    units = kept.encode("utf-16-le")[: 2 * MAX_CELL_TEXT]
    return units.decode("utf-16-le", "ignore")


def _may_stay(character: str) -> bool:
    """Whether a character can stand in a cell: XML 1.0 allows no other control characters."""
    return character in "\n\t" or unicodedata.category(character) not in _UNDECODABLE


def harmless(text: str) -> str:
    """A name for one line of a terminal or a cell.

    Control, bidirectional and undecodable characters cannot deceive; bytes that were no valid name
    show as \\xNN.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        byte = ord(character) - 0xDC00  # PEP 383
        return f"\\x{byte:02x}"
    return "�" if unicodedata.category(character) in _DECEPTIVE else character


def decoded(data: bytes) -> str | None:
    """A text that a person saved: UTF-8 with or without BOM, or GBK (read as its superset
    GB 18030); None when it is neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def day_of(text: str) -> dt.date | None:
    """A date as people write it: 2026-01-20, 2026/1/20, 2026.1.20, 2026年1月20日, in digits of any
    width, or as ISO 8601 has it; None when it is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    parts = _DAY.fullmatch(plain)
    try:
        if parts is None:
            return dt.date.fromisoformat(plain)
        year, month, day = map(int, parts.groups())
        return dt.date(year, month, day)
    except ValueError:
        return None


def quote(text: str) -> str:
    """A content for a message: one line, no control characters, cut where it is too long."""
    line = "".join(c if c.isprintable() else " " for c in text)
    if len(line) <= MOST_QUOTED:
        return line
    return line[: MOST_QUOTED - 1] + "…"
