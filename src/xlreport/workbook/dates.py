"""Which number formats show a number as a date or time (ECMA-376 part 1, 18.8.30)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_BUILT_IN = frozenset({14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47, *range(27, 37), *range(50, 59)})
_NO_LETTERS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')


@dataclass
class DateFormats:
    """A workbook's own number formats by id, and the format id of each cell style."""

    custom: dict[int, str] = field(default_factory=dict)
    cells: list[int] = field(default_factory=list)

    def shows(self, style: int) -> bool:
        """Whether a cell of this style shows a date or time."""
        return style < len(self.cells) and self._is_date(self.cells[style])

    def _is_date(self, key: int) -> bool:
        if key not in self.custom:
            return key in _BUILT_IN
        code = _NO_LETTERS.sub("", self.custom[key]).lower()
        return code != "general" and any(letter in code for letter in "ymdhs")
