"""What number formats make of a number: a date, or something else than was typed (ECMA-376 part 1,
18.8.30)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_BUILT_IN_DATES = frozenset(
    {14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47, *range(27, 37), *range(50, 59)}
)
_BUILT_IN_PERCENT = frozenset({9, 10})
_COLOUR = r"\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color ?\d+|\$[^\]]*)\]"
_PADDING = re.compile(_COLOUR + r'|_.|\*.|\\ |"[^"0-9]*"', re.IGNORECASE)
"""Colours, locales, units and room for signs: they change how a number looks, not which one it is.
"""

_DIGITS = r"[ #,0?]*[#0?](?:\.[0#?]+)? *"
_SCIENTIFIC = r"[#0?]+(?:\.[0#?]+)?[Ee][+-]?0+"
_PLAIN = re.compile(f"General|@|{_DIGITS}|{_SCIENTIFIC}", re.IGNORECASE)
_NO_LETTERS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')


@dataclass
class NumberFormats:
    """A workbook's own number formats by id, and the format id of each cell style."""

    custom: dict[int, str] = field(default_factory=dict)
    of_style: list[int] = field(default_factory=list)

    def shows_date(self, style: int) -> bool:
        """Whether a cell of this style shows a date or time."""
        return style < len(self.of_style) and self._is_date(self.of_style[style])

    def disguise(self, style: int) -> str:
        """The format of a style that shows another number than the cell holds (percent, scaling, a
        text, or nothing); empty for a plain one."""
        key = self.of_style[style] if style < len(self.of_style) else 0
        if key not in self.custom:
            return "0%" if key in _BUILT_IN_PERCENT else ""
        for_positive = self.custom[key].split(";", 1)[0]
        bare = _PADDING.sub("", for_positive)
        if _PLAIN.fullmatch(bare) or self._is_date(key):
            return ""
        return self.custom[key]

    def _is_date(self, key: int) -> bool:
        if key not in self.custom:
            return key in _BUILT_IN_DATES
        code = _NO_LETTERS.sub("", self.custom[key]).lower()
        if code == "general":
            return False
        return any(letter in code for letter in "ymdhs")
