"""Whole numbers in running text: Chinese numerals, full-width digits, thousands separators.

Every character keeps its place, so that a number can be quoted from the text as it was written.
"""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"
_TENS = ("", "十", "百", "千")
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {"十": 10, "百": 100, "千": 1000}
_PLAIN = str.maketrans("０１２３４５６７８９\u3000\xa0\t\r\v\f", "0123456789      ")

CHINESE = "〇零一二两三四五六七八九十百千万"
"""The characters of a Chinese numeral."""


def plain(text: str) -> str:
    """The text with half-width digits and plain spaces, each character in its place."""
    return text.translate(_PLAIN)


def number(text: str) -> int | None:
    """The whole number that a piece of text spells (1,234, 一百零五, 两); None when it is none or could
    be read in two ways (一百一, 三四)."""
    bare = text.replace(",", "")
    if bare.isascii():
        return int(bare) if bare.isdigit() and len(bare) <= 9 else None
    return _chinese(bare)


def year(text: str) -> int | None:
    """A year in four digits of either kind (2021, 二〇二一)."""
    digits = "".join(str(_VALUES.get("零" if c == "〇" else c, c)) for c in text)
    return int(digits) if len(digits) == 4 and digits.isascii() and digits.isdigit() else None


def chinese(value: int) -> str:
    """A number below 100,000,000 in the usual spelling; 十二, not 一十二."""
    high, low = divmod(value, 10_000)
    words = f"{_below_10000(high)}万" if high else ""
    if low or not high:
        words += ("零" if high and low < 1000 else "") + _below_10000(low)
    return words.removeprefix("一") if words.startswith("一十") else words


def _below_10000(value: int) -> str:
    if value == 0:
        return "零"
    words = ""
    gap = False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _TENS[place]
        gap = not digit
    return words


def _chinese(text: str) -> int | None:
    """Read leniently, then accepted only when the usual spelling of the result is the text itself."""
    usual = text.replace("两", "二").replace("〇", "零")
    usual = usual.removeprefix("一") if usual.startswith("一十") else usual
    if len(usual) > 16 or any(c != "万" and c not in _VALUES for c in usual):
        return None
    high, ten_thousand, low = usual.partition("万")
    value = _section(high) * 10_000 + _section(low) if ten_thousand else _section(high)
    return value if value < 100_000_000 and chinese(value) == usual else None


def _section(text: str) -> int:
    total, digit = 0, 0
    for character in text:
        value = _VALUES.get(character, 0)
        if value < 10:
            digit = value
        else:
            total += (digit or 1) * value
            digit = 0
    return total + digit
