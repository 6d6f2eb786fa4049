"""Colours of texts and of what is behind them: whether anybody can tell the two apart.

Source: ECMA-376 part 1, 18.8.27 (the palette, which .xls has too) and 18.8.3 (colours of the theme
with a tint); WCAG 2.1, 1.4.3 (contrast).
"""

from __future__ import annotations

import colorsys
from typing import NamedTuple

Colour = tuple[int, int, int]
"""Red, green and blue, from 0 to 255."""

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)

LEAST_CONTRAST = 1.2
"""The contrast below which nobody reads a text; 1 is none at all."""

_BASIC = "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF"
_FURTHER = (
    "800000 008000 000080 808000 800080 008080 C0C0C0 808080"
    " 9999FF 993366 FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF"
    " 000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF"
    " 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99"
    " 3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696"
    " 003366 339966 003300 333300 993300 993366 333399 333333"
)
_THEME = "FFFFFF 000000 EEECE1 1F497D 4F81BD C0504D 9BBB59 8064A2 4BACC6 F79646 0000FF 800080"


def colour(text: str) -> Colour | None:
    """FFRRGGBB, RRGGBB or #RRGGBB; None for anything else."""
    try:
        number = int(text.removeprefix("#")[-6:], 16)
    except ValueError:
        return None
    return number >> 16 & 255, number >> 8 & 255, number & 255


def _colours(text: str) -> list[Colour]:
    return [each for each in map(colour, text.split()) if each is not None]


_PALETTE = [*_colours(_BASIC), *_colours(_BASIC), *_colours(_FURTHER), BLACK, WHITE]
THEME = tuple(_colours(_THEME))
"""The colours of the usual theme by their number."""


def in_palette(index: int) -> Colour | None:
    """A colour of the old palette; 64 and 65 are those of the system."""
    return _PALETTE[index] if 0 <= index < len(_PALETTE) else None


def tinted(base: Colour, tint: float) -> Colour:
    """A colour made darker (a tint below 0) or lighter."""
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in base))
    light = light * (1 + tint) if tint < 0 else light + (1 - light) * tint
    red, green, blue = colorsys.hls_to_rgb(hue, min(1.0, max(0.0, light)), saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def is_faint(text: Colour, ground: Colour) -> bool:
    """Whether a text has (nearly) the colour of what is behind it."""
    low, high = sorted((_luminance(text), _luminance(ground)))
    return (high + 0.05) / (low + 0.05) < LEAST_CONTRAST


class Font(NamedTuple):
    """A font as far as it matters for what anybody sees of a text: its size is in points, `struck`
    is whether a stroke goes through it, `script` whether it is raised or lowered (else empty)."""

    colour: Colour = BLACK
    size: float = 11.0
    struck: bool = False
    script: str = ""


RAISED, LOWERED = "上标", "下标"


FAINT, TINY = "字的颜色与底色相同", "字号太小"
_LEAST_SIZE = 3.0
"""Points below which nobody reads a text."""


def unseen_text(font: Font, ground: Colour | None) -> str:
    """Why nobody sees a text on this ground (None where that is not one colour), in words; empty
    where people do."""
    if font.size < _LEAST_SIZE:
        return TINY
    is_same = ground is not None and is_faint(font.colour, ground)
    return FAINT if is_same else ""


def _luminance(of: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in of)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
