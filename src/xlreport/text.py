"""Texts as they come and as they may go on: decoded, harmless, not longer than a cell holds."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import partial

MAX_CELL_TEXT = 32_767
"""Excel's limit on a cell's text, in UTF-16 units (ECMA-376 states no other)."""

_SEEN_BLANKS = {ord(blank): None for blank in "\n\t\u3000"}
_UNDECODABLE = ("Cc", "Cs")
_NO_CHARACTERS = ("\ufffe", "\uffff")
"""No characters of XML 1.0 (2.2), like the undecodable ones."""

MOST_IN_A_NAME = 100
"""Characters that a name may have: of a unit, of a person, a line of the cover."""

_BLANK = ("Cc", "Zl", "Zp", "Zs")
_UNSEEN = ("Cf", "Cs", "Cn")
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800\ufe0e\ufe0f")
"""Letters and marks that show nothing (Unicode, Default_Ignorable_Code_Point; Braille blank)."""

_BETWEEN_IDEOGRAPHS = re.compile(r"(?<=[^\x00-\u2e7f]) (?=[^\x00-\u2e7f])")
"""A blank that no Chinese name has: it aligns (丙 寅 镇), or a line was broken there."""
_DECEPTIVE = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of the Unicode standard, chapter 4.5."""

_WIDE = ("W", "F", "A")
"""Widths of two columns, those included that are so in Chinese texts only (“”…·→)."""

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)

_YEAR = re.compile(r"([0-9]{4})\s*(?:年度?)?")

MOST_QUOTED = 60
"""Characters of a content that is quoted in a message."""

SHORTER_QUOTATIONS = (60, 40, 24, 12)
"""Characters that a quotation may have where there is little room, one after the other."""

_QUOTATION = re.compile("“([^“”]*)”")

BITING = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""A text that starts so could become a formula where it is read as one (CWE-1236)."""


def clean(text: str) -> str:
    """Line ends as \\n, without control and undecodable characters, cut to what a cell can hold."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    if not kept.translate(_SEEN_BLANKS).isprintable():
        kept = "".join(filter(_may_stay, kept))
    if 2 * len(kept) <= MAX_CELL_TEXT:
        return kept
    units = kept.encode("utf-16-le")[: 2 * MAX_CELL_TEXT]
    return units.decode("utf-16-le", "ignore")


def _may_stay(character: str) -> bool:
    """Whether a character can stand in a cell: XML 1.0 allows no other control characters."""
    if character in _NO_CHARACTERS:
        return False
    return character in "\n\t" or unicodedata.category(character) not in _UNDECODABLE


def columns_of(text: str) -> int:
    """How many columns of a terminal a text takes; a Chinese character takes two (Unicode Standard
    Annex 11)."""
    return sum(2 if unicodedata.east_asian_width(c) in _WIDE else 1 for c in text)


def in_marks(names: Iterable[str], between: str = "、") -> str:
    """Names in quotation marks, one after the other."""
    return between.join(f"“{name}”" for name in names)


def first_of(names: Sequence[str], most: int, counter: str) -> str:
    """The first names, and how many there are in all where that is more: 甲、乙等 5 个."""
    listed = "、".join(names[:most])
    if len(names) <= most:
        return listed
    return f"{listed}等 {len(names)} {counter}"


def clean_name(text: str) -> str:
    """A name as people see it: in one line, without what cannot be seen and without blanks between
    ideographs, cut to MOST_IN_A_NAME characters. Names are compared so, wherever they come from;
    a name made clean stays as it is."""
    joined = _BETWEEN_IDEOGRAPHS.sub("", " ".join(_visible(text).split()))
    return joined[:MOST_IN_A_NAME].rstrip()


def clean_line(text: str) -> str:
    """A text in one line, without what cannot be seen, cut to MOST_IN_A_NAME characters."""
    return " ".join(_visible(text).split())[:MOST_IN_A_NAME].rstrip()


def _visible(text: str) -> str:
    if text.isprintable() and text.isascii():
        return text
    return "".join(map(_plain, text))


def _plain(character: str) -> str:
    """A blank for every kind of blank and control, nothing for what shows nothing."""
    if character in _FILLERS:
        return ""
    category = unicodedata.category(character)
    if category in _BLANK:
        return " "
    return "" if category in _UNSEEN else character


def harmless(text: str) -> str:
    """A name for one line of a terminal or a cell.

    Control, bidirectional and undecodable characters cannot deceive; bytes that were no valid name
    show as \\xNN.
    """
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        byte = ord(character) - 0xDC00  # PEP 383
        return f"\\x{byte:02x}"
    if unicodedata.category(character) in _DECEPTIVE:
        return "�"
    return character


def decoded(data: bytes) -> str | None:
    """A text that a person saved: UTF-8 with or without BOM, UTF-16 (that Notepad and Excel call
    Unicode), or GBK (read as its superset GB 18030); None when it is none of them."""
    for encoding in _encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _encodings(data: bytes) -> tuple[str, ...]:
    """Which encodings a text may have, the likeliest first: only UTF-16 has zeros."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if b"\0" not in data:
        return ("utf-8-sig", "gb18030")
    little_endian = data[1::2].count(0) >= data[::2].count(0)
    return ("utf-16-le",) if little_endian else ("utf-16-be",)


def chinese_day(day: dt.date) -> str:
    """A date as letters and covers say it: 2026年1月20日."""
    return f"{day.year}年{day.month}月{day.day}日"


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


def year_told(text: str) -> str:
    """A year as people write it (2025年, ２０２５年度) in four digits; any other text as it is."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _YEAR.fullmatch(plain)
    return text if match is None else match[1]


def quote(text: str) -> str:
    """A content for a message: one line, no control characters, cut where it is too long."""
    return cut(in_one_line(text), MOST_QUOTED)


def in_one_line(text: str) -> str:
    """A text with blanks for line ends and other characters that cannot be shown."""
    return "".join(c if c.isprintable() else " " for c in text)


def cut(text: str, most: int) -> str:
    """A text of at most so many characters, the last one a sign that there was more."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def cut_to_columns(text: str, most: int) -> str:
    """A text of at most so many columns of a terminal, the last two a sign that there was more."""
    if columns_of(text) <= most:
        return text
    kept = ""
    for character in text:
        if columns_of(f"{kept}{character}…") > most:
            break
        kept += character
    return f"{kept}…"


def with_short_quotations(text: str, most: int) -> str:
    """A text of at most so many columns, as far as cutting what stands in quotation marks helps:
    the longest quotations are cut first, and none to less than a dozen characters."""
    for characters in SHORTER_QUOTATIONS:
        if columns_of(text) <= most:
            break
        text = _QUOTATION.sub(partial(_cut_quotation, characters), text)
    return text


def _cut_quotation(most: int, quotation: re.Match[str]) -> str:
    return f"“{cut(quotation[1], most)}”"


def excel_length(text: str) -> int:
    """Characters as Excel's LEN counts them, in UTF-16 units: those beyond the first plane are
    two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def harmless_cell(text: str) -> str:
    """A text that no program takes for a formula (CWE-1236, OWASP ASVS 1.2.10)."""
    return f"'{text}" if text.startswith(BITING) else text


def csv_table(rows: Iterable[Iterable[str]]) -> bytes:
    """Rows as a CSV file (RFC 4180) in UTF-8 with a byte order mark, as Excel wants it; texts from
    outside are made harmless before."""
    import csv
    import io

    table = io.StringIO(newline="")
    csv.writer(table).writerows(rows)
    return table.getvalue().encode("utf-8-sig")


def printed_code(code: str, subject: str = "") -> str:
    """A code as people read it, so that nobody takes it for a cell: A3 → A-3, with the row or
    column that it is about A-3·自然人. What stands behind the point of a code is left out."""
    from xlreport.submission import rule_of  # nobody else in here needs what it loads

    rule = rule_of(code)
    letters = rule.rstrip("0123456789")
    printed = f"{letters}-{rule[len(letters) :]}" if len(letters) < len(rule) else rule
    return f"{printed}·{subject}" if subject else printed
