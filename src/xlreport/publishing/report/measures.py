"""How official documents look: GB/T 9704-2012, 5.2 (page, lines), 7.3 (text), 7.5 (page numbers).

Lengths are in twips (1/20 point), as Word has them, but for what says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

_TWIPS_A_MM = 1440 / 25.4


def mm(length: float) -> int:
    """Millimetres in twips."""
    return round(length * _TWIPS_A_MM)


PAGE_WIDTH, PAGE_HEIGHT = mm(210), mm(297)
TOP, BOTTOM, LEFT, RIGHT = mm(37), mm(35), mm(28), mm(26)
TEXT_WIDTH = PAGE_WIDTH - LEFT - RIGHT
"""The type area is 156 mm wide and 225 mm high."""

FOOTER = mm(25)
"""From the edge of the page to the page number, whose dashes lie 7 mm below the type area."""

LINE = 579
"""28.95 points: 22 lines a page."""

SINGLE = 240
"""Lines as high as their text, in 1/240 of that."""

CHARACTER_SPACING = -5
"""What is added to each character of the text, so that a line has 28 of them: a quarter of a point
less than 16. A grid of characters would say the same, but LibreOffice gives a character that is
wider than its cell two of them."""

TITLE_FONT = "方正小标宋简体"
BODY_FONT = "仿宋_GB2312"
HEADING_FONT = "黑体"
SECOND_FONT = "楷体_GB2312"
PAGE_NUMBER_FONT = "宋体"
LATIN_FONT = "Times New Roman"

TITLE_SIZE, BODY_SIZE, PAGE_NUMBER_SIZE = 22.0, 16.0, 14.0
"""Points: 2号, 3号, 4号."""

TABLE_SIZES = (12.0, 10.5, 9.0)
"""Points that tables are set in: the first that fits."""

HEADING_CHARACTERS = 4
"""Characters of a heading over numbers that fit in a line."""

CELL_PADDING, CELL_LEADING = 30, 15
"""Left and right of what stands in a cell, and above and below it."""

RED = "FF0000"


@dataclass(frozen=True, slots=True)
class Face:
    """How a run looks: font of Chinese characters, size in points, colour (empty for black)."""

    font: str = BODY_FONT
    size: float = BODY_SIZE
    colour: str = ""


TITLE = Face(TITLE_FONT, TITLE_SIZE)
AUTHOR = Face(SECOND_FONT)
HEADING = Face(HEADING_FONT)
SECOND_HEADING = Face(SECOND_FONT)
BODY = Face()
NOTE = Face(colour=RED)
PAGE_NUMBER = Face(PAGE_NUMBER_FONT, PAGE_NUMBER_SIZE)
