"""The cell styles of a BIFF8 workbook, as far as they hide texts: fonts, fills and the palette
([MS-XLS] 2.4.122 Font, 2.4.188 Palette, 2.4.353 XF)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from xlreport.formats.colours import (
    BLACK,
    LOWERED,
    RAISED,
    WHITE,
    Colour,
    Font,
    in_palette,
)
from xlreport.formats.conditional import Look

FONT, PALETTE, XF = 0x31, 0x92, 0xE0
_FIRST_OWN, _OWN_COLOURS = 8, 56
"""The colours of the palette that a workbook can change."""

_LEFT_OUT = 4
"""The number that no font has (2.5.129)."""

_AUTOMATIC = 0x7FFF
_ALIGNMENT, _REPEATED = 0x07, 0x04
"""How a text lies in its cell, and the value for one that is repeated to fill it."""

_TWIPS = 20
"""Twentieths of a point."""

_STRUCK = 0x08
_SCRIPTS = {1: RAISED, 2: LOWERED}
"""How a font says that a stroke goes through it, and that it is raised or lowered."""


def scripted_font(flags: int, script: int) -> Font:
    """A font with its stroke and its place, as .xlsb writes them too."""
    return Font(struck=bool(flags & _STRUCK), script=_SCRIPTS.get(script, ""))


@dataclass
class XlsStyles:
    """Fonts and styles in their order; fed with the records of the whole workbook."""

    fonts: list[tuple[int, int, Font]] = field(default_factory=list)
    used: list[tuple[int, int, int]] = field(default_factory=list)
    repeats: set[int] = field(default_factory=set)
    palette: dict[int, Colour] = field(default_factory=dict)

    def take(self, kind: int, body: bytes) -> None:
        """Notes what a record says; nothing of one that is too short."""
        if kind == FONT and len(body) >= 6:
            height, flags, colour = struct.unpack_from("<HHH", body)
            script = struct.unpack_from("<H", body, 8)[0] if len(body) >= 10 else 0
            self.fonts.append((height, colour, scripted_font(flags, script)))
        elif kind == XF and len(body) >= 20:
            (font,) = struct.unpack_from("<H", body)
            pattern, colours = struct.unpack_from("<IH", body, 14)
            if body[6] & _ALIGNMENT == _REPEATED:
                self.repeats.add(len(self.used))
            self.used.append((font, pattern >> 26, colours & 0x7F))
        elif kind == PALETTE and len(body) >= 2:
            self._take_palette(body)

    def _take_palette(self, body: bytes) -> None:
        (count,) = struct.unpack_from("<H", body)
        whole = 4 * min(count, _OWN_COLOURS, (len(body) - 2) // 4)
        for index, colour in enumerate(struct.iter_unpack("<BBBB", body[2 : 2 + whole])):
            red, green, blue, _ = colour
            self.palette[_FIRST_OWN + index] = red, green, blue

    def look(self, style: int, code: str) -> Look:
        """How cells of this style and number format look."""
        if style >= len(self.used):
            return Look(code=code)
        font, pattern, fore = self.used[style]
        ground = self.colour(fore, WHITE) if pattern else WHITE
        return Look(self.font(font), ground, code)

    def font(self, index: int) -> Font:
        """A font by its number."""
        position = index - 1 if index > _LEFT_OUT else index
        if position >= len(self.fonts):
            return Font()
        height, colour, font = self.fonts[position]
        return font._replace(colour=self.colour(colour, BLACK), size=height / _TWIPS)

    def colour(self, index: int, otherwise: Colour) -> Colour:
        """A colour of the palette; the usual one where the file leaves it to a program."""
        if index == _AUTOMATIC:
            return otherwise
        return self.palette.get(index) or in_palette(index) or otherwise
