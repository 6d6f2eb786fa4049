"""What stands in a number cell that nobody has filled in: a formula that shows 0 as soon as the
town says that the blanks of the table are 0, on the screen and on paper.
"""

from __future__ import annotations

import re

from xlreport.submission import YES

_SPACES = re.compile(r"\s+")

_BLANK = re.compile(rf'(?:of:)?=?IF\(\[?\.?\$?[A-Z]{{1,3}}\$?[0-9]{{1,7}}\]?="{YES}"[,;]0[,;]""\)')
"""The formula as Excel writes it, and as OpenDocument does (ODF 1.3 part 4, 5.8)."""


def blank_formula(flag: str) -> str:
    """The formula of a cell that is not filled in; `flag` is the cell with the answer."""
    return f'=IF({flag}="{YES}",0,"")'


def is_blank_formula(formula: str) -> bool:
    """Whether a formula is the one of a cell that nobody has filled in, as any program saves
    it."""
    return _BLANK.fullmatch(_SPACES.sub("", formula)) is not None
