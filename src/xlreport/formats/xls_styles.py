"""The cell styles of a BIFF8 workbook, as far as they hide texts: fonts, fills and the palette
([MS-XLS] 2.4.122 Font, 2.4.188 Palette, 2.4.353 XF)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from xlreport.formats.colours import BLACK, WHITE, Colour, Font, in_palette, unseen_text

FONT, PALETTE, XF = 0x31, 0x92, 0xE0
_FIRST_OWN, _OWN_COLOURS = 8, 56
"""The colours of the palette that a workbook can change."""

_LEFT_OUT = 4
"""The number that no font has (2.5.129)."""

_AUTOMATIC = 0x7FFF
_TWIPS = 20
"""Twentieths of a point."""


@dataclass
class XlsStyles:
    """Fonts and styles in their order; fed with the records of the whole workbook."""

    fonts: list[tuple[int, int]] = field(default_factory=list)
    used: list[tuple[int, int, int]] = field(default_factory=list)
    palette: dict[int, Colour] = field(default_factory=dict)

    def take(self, kind: int, body: bytes) -> None:
        """Notes what a record says; nothing of one that is too short."""
        if kind == FONT and len(body) >= 6:
            height, _, colour = struct.unpack_from("<HHH", body)
            self.fonts.append((height, colour))
        elif kind == XF and len(body) >= 20:
            (font,) = struct.unpack_from("<H", body)
            pattern, colours = struct.unpack_from("<IH", body, 14)
            self.used.append((font, pattern >> 26, colours & 0x7F))
        elif kind == PALETTE and len(body) >= 2:
            self._take_palette(body)

    def _take_palette(self, body: bytes) -> None:
        (count,) = struct.unpack_from("<H", body)
        whole = 4 * min(count, _OWN_COLOURS, (len(body) - 2) // 4)
        for index, colour in enumerate(struct.iter_unpack("<BBBB", body[2 : 2 + whole])):
            red, green, blue, _ = colour
            self.palette[_FIRST_OWN + index] = red, green, blue

    def why_unseen(self, style: int) -> str:
        """Why nobody sees a text of this style, in words; empty where people do."""
        if style >= len(self.used):
            return ""
        font, pattern, fore = self.used[style]
        ground = self._colour(fore, WHITE) if pattern else WHITE
        return unseen_text(self._font(font), ground)

    def _font(self, index: int) -> Font:
        position = index - 1 if index > _LEFT_OUT else index
        if position >= len(self.fonts):
            return Font()
        height, colour = self.fonts[position]
        return Font(self._colour(colour, BLACK), height / _TWIPS)

    def _colour(self, index: int, otherwise: Colour) -> Colour:
        if index == _AUTOMATIC:
            return otherwise
        return self.palette.get(index) or in_palette(index) or otherwise
