"""Whole numbers in running text: Chinese numerals, full-width digits, thousands separators.

Every character keeps its place, so that a number can be quoted from the text as it was written.
"""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"
_TENS = ("", "十", "百", "千")
_DIGIT_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_VALUES = _DIGIT_VALUES | {"十": 10, "百": 100, "千": 1000}
_HALF_WIDTH = str.maketrans("０１２３４５６７８９\u3000\xa0\t\r\v\f", "0123456789      ")
_TOO_LARGE = 100_000_000
_LONGEST = 16
"""Characters of the longest numeral below that (九千九百九十九万九千九百九十九 has 15)."""

_MOST_DIGITS = 9

CHINESE = "〇零一二两三四五六七八九十百千万"
"""The characters of a Chinese numeral."""


def plain(text: str) -> str:
    """The text with half-width digits and plain spaces, each character in its place."""
    return text.translate(_HALF_WIDTH)


def number(text: str) -> int | None:
    """The whole number that a piece of text spells (1,234, 一百零五, 两); None when it is none or
    could be read in two ways (一百一, 三四)."""
    bare = text.replace(",", "")
    if not bare.isascii():
        return _chinese(bare)
    if bare.isdigit() and len(bare) <= _MOST_DIGITS:
        return int(bare)
    return None


def year(text: str) -> int | None:
    """A year in four digits of either kind (2021, 二〇二一)."""
    usual = text.replace("〇", "零")
    digits = "".join(str(_DIGIT_VALUES.get(character, character)) for character in usual)
    if len(digits) != 4 or not digits.isascii() or not digits.isdigit():
        return None
    return int(digits)


def chinese(value: int) -> str:
    """A number below 100,000,000 in the usual spelling; 十二, not 一十二."""
    high, low = divmod(value, 10_000)
    words = f"{_below_10000(high)}万" if high else ""
    if low or not high:
        gap = "零" if high and low < 1000 else ""
        words += gap + _below_10000(low)
    return _without_leading_one(words)


def _without_leading_one(words: str) -> str:
    """十二 for 一十二."""
    if words.startswith("一十"):
        return words.removeprefix("一")
    return words


def _below_10000(value: int) -> str:
    """Four places at most; zeros between two digits are said once."""
    if value == 0:
        return "零"
    words = ""
    gap = False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit:
            if gap and words:
                words += "零"
            words += _DIGITS[digit] + _TENS[place]
        gap = not digit
    return words


def _chinese(text: str) -> int | None:
    """Read leniently; accepted only when the usual spelling of the result is the text itself."""
    usual = _without_leading_one(text.replace("两", "二").replace("〇", "零"))
    if len(usual) > _LONGEST or any(c != "万" and c not in _VALUES for c in usual):
        return None
    high, ten_thousand, low = usual.partition("万")
    value = _section(high)
    if ten_thousand:
        value = value * 10_000 + _section(low)
    if value >= _TOO_LARGE or chinese(value) != usual:
        return None
    return value


def _section(text: str) -> int:
    """Digits with their 千, 百 and 十; a missing digit is 1 (十二)."""
    total, digit = 0, 0
    for character in text:
        value = _VALUES.get(character, 0)
        if value < 10:
            digit = value
        else:
            total += (digit or 1) * value
            digit = 0
    return total + digit
