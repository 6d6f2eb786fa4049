"""The cell styles of an .xlsb workbook: number formats, fonts and fills ([MS-XLSB] 2.4.657 BrtFmt,
2.4.658 BrtFont, 2.4.656 BrtFill, 2.4.842 BrtXF; colours 2.5.18 BrtColor), and what conditional
formats change ([MS-XLSB] 2.4.355 BrtDXF; its properties [MS-XLS] 2.5.280 XFProp)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence

from xlreport.formats.colours import BLACK, WHITE, Colour, in_palette, tinted
from xlreport.formats.conditional import NO_CHANGE, Change
from xlreport.formats.styles import Styles, StyleTable
from xlreport.formats.xls_styles import scripted_font

FONT, FMT, FILL, XF, DXF = 43, 44, 45, 47, 507
BEGIN_CELL_XFS, END_CELL_XFS = 617, 618
_INDEXED, _RGB, _THEME = 1, 2, 3
_FIRST_PROPERTY = 6
_GROUND, _GRADIENT, _TEXT_COLOUR, _FORMAT = 0x02, 0x03, 0x05, 0x26
"""Properties of a changed style: a solid fill has its colour as the background there."""

_ALIGNMENT, _REPEATED = 0x07, 0x04
"""How a text lies in its cell, and the value for one that is repeated to fill it."""

_TWIPS = 20
_WHOLE_TINT = 32767


def read_styles(records: Iterable[tuple[int, bytes]], theme: Sequence[Colour]) -> Styles:
    """The styles of a workbook by their position. Raises struct.error."""
    reader = _Styles(theme)
    for kind, body in records:
        reader.take(kind, body)
    return reader.styles()


class _Styles(StyleTable):
    """Collects what the records say."""

    def __init__(self, theme: Sequence[Colour]) -> None:
        super().__init__()
        self.theme = theme
        self.in_cell_styles = False

    def take(self, kind: int, body: bytes) -> None:
        """Notes what a record says."""
        if kind in (BEGIN_CELL_XFS, END_CELL_XFS):
            self.in_cell_styles = kind == BEGIN_CELL_XFS
        elif kind == FMT:
            key, letters = struct.unpack_from("<HI", body)
            self.formats.custom[key] = body[6 : 6 + 2 * letters].decode("utf-16-le")
        elif kind == XF and self.in_cell_styles:
            (key,) = struct.unpack_from("<H", body, 2)
            self.formats.of_style.append(key)
            # a style of few bytes names neither
            ids = struct.unpack_from("<HH", body, 4) if len(body) >= 8 else (-1, -1)
            if len(body) > 12 and body[12] & _ALIGNMENT == _REPEATED:
                self.repeats.add(len(self.used))
            self.used.append(ids)
        elif kind == DXF:
            self.changes.append(self._change(body))
        elif kind == FONT and len(body) >= 20:
            height, flags, _, script = struct.unpack_from("<HHHH", body)
            colour = self._colour(body[12:20], BLACK)
            font = scripted_font(flags, script)
            self.fonts.append(font._replace(colour=colour, size=height / _TWIPS))
        elif kind == FILL and len(body) >= 12:
            (pattern,) = struct.unpack_from("<I", body)
            self.fills.append(self._colour(body[4:12], WHITE) if pattern else WHITE)

    def _change(self, body: bytes) -> Change:
        """What a conditional format changes; a property that is cut off changes nothing."""
        change = NO_CHANGE
        for kind, value in _properties(body):
            if kind == _TEXT_COLOUR and len(value) >= 8:
                change = change._replace(colour=self._colour(value[:8], BLACK))
            elif kind == _GROUND and len(value) >= 8:
                ground = self._colour(value[:8], WHITE)
                change = change._replace(ground=ground, has_ground=True)
            elif kind == _GRADIENT:
                change = change._replace(ground=None, has_ground=True)
            elif kind == _FORMAT and len(value) >= 2:
                (letters,) = struct.unpack_from("<H", value)
                code = value[2 : 2 + 2 * letters].decode("utf-16-le")
                change = change._replace(code=code)
        return change

    def _colour(self, body: bytes, otherwise: Colour) -> Colour:
        kind, index, tint, red, green, blue, _ = struct.unpack("<BBhBBBB", body)
        given: Colour | None = None
        if kind >> 1 == _RGB:
            given = red, green, blue
        elif kind >> 1 == _INDEXED:
            given = in_palette(index)
        elif kind >> 1 == _THEME and index < len(self.theme):
            given = self.theme[index]
        if given is None:
            return otherwise
        return tinted(given, tint / _WHOLE_TINT) if tint else given


def _properties(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The properties of a changed style: the kind of each, and its value."""
    position = _FIRST_PROPERTY
    while position + 4 <= len(body):
        kind, size = struct.unpack_from("<HH", body, position)
        yield kind, body[position + 4 : position + size]
        position += max(size, 4)
