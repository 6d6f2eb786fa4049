"""The number formats of a workbook: which of them show a date (ECMA-376 part 1, 18.8.30)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

GENERAL = "General"

_BUILT_IN_DATES = frozenset(
    {14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47, *range(27, 37), *range(50, 59)}
)
_BUILT_IN_TIMES = frozenset({18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56})
_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    37: "#,##0 ;(#,##0)",
    38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)",
    48: "##0.0E+0",
    49: "@",
}
"""Formats that a file names by their id alone; those of dates show as year, month and day."""

_WHITE = re.compile(r"\[(?:White|白|白色|Colou?r ?2|颜色 ?2)\]", re.IGNORECASE)
_NO_LETTERS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)


def shows_white(code: str) -> bool:
    """Whether a format shows its (positive) numbers in white, whatever the font's colour."""
    return _WHITE.search(code.partition(";")[0]) is not None


_SHOWS_NOTHING = re.compile(r"(?:\[[^\]]*\]|[_*].|\s|\"\")*")
"""A part of a format that has neither a place for what a cell holds nor a text of its own."""

_OF_TEXTS = 3
"""The part of a format that is for texts, where it has so many parts before it."""


HIDDEN_TEXT = "数字格式不显示文字"
"""Why nobody sees a text in such a format, in words."""


def hides_texts(code: str) -> bool:
    """Whether a format shows nothing of a text: its fourth part is empty, as in `;;;`."""
    parts = code.split(";")
    return len(parts) == _OF_TEXTS + 1 and _SHOWS_NOTHING.fullmatch(parts[_OF_TEXTS]) is not None


def is_of_dates(code: str) -> bool:
    """Whether a format shows a date or time."""
    bare = _NO_LETTERS.sub("", code).lower().replace("general", "")
    of_elapsed_time = _ELAPSED.search(code) is not None
    if not any(digit in bare for digit in "0#?"):
        # days of the week and years as East Asian programs write them
        of_elapsed_time = of_elapsed_time or "aaa" in bare or "e" in bare
    return of_elapsed_time or any(letter in bare for letter in "ymdhs")


def is_of_times(code: str) -> bool:
    """Whether a format shows hours, minutes or seconds, and no day."""
    bare = _NO_LETTERS.sub("", code).lower().replace("general", "")
    has_time = any(letter in bare for letter in "hs") or _ELAPSED.search(code) is not None
    return has_time and not any(letter in bare for letter in "yde")


@dataclass
class NumberFormats:
    """A workbook's own number formats by id, and the format id of each cell style."""

    custom: dict[int, str] = field(default_factory=dict)
    of_style: list[int] = field(default_factory=list)

    def code(self, style: int) -> str:
        """The format of a style as it is written; empty for a built-in one of dates."""
        key = self._key(style)
        if key in self.custom:
            return self.custom[key]
        if key in _BUILT_IN_DATES:
            return ""
        return _BUILT_IN.get(key, GENERAL)

    def shows_date(self, style: int) -> bool:
        """Whether a cell of this style shows a date or time."""
        key = self._key(style)
        if key not in self.custom:
            return key in _BUILT_IN_DATES
        return is_of_dates(self.custom[key])

    def shows_time(self, style: int) -> bool:
        """Whether a cell of this style shows a time without its day."""
        key = self._key(style)
        if key not in self.custom:
            return key in _BUILT_IN_TIMES
        return is_of_times(self.custom[key])

    def _key(self, style: int) -> int:
        if style < len(self.of_style):
            return self.of_style[style]
        return 0
