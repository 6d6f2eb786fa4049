"""The cell styles of an OOXML workbook, as far as they matter here (ECMA-376 part 1, 18.8): number
formats, and texts in the colour of their background."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlreport.formats import opc
from xlreport.formats.guard import XmlHandler, parse_xml
from xlreport.formats.number_formats import NumberFormats
from xlreport.formats.opc import PREFIXES, Parts

Colour = tuple[int, int, int]
"""Red, green and blue, from 0 to 255."""

_WHITE: Colour = (255, 255, 255)
_BLACK: Colour = (0, 0, 0)
_BY_THEME = {"0": _WHITE, "1": _BLACK}
_BY_INDEX = {"0": _BLACK, "1": _WHITE, "8": _BLACK, "9": _WHITE, "64": _BLACK, "65": _WHITE}
"""Colours by their number: those of the theme (18.8.3) and of the old palette (18.8.27)."""

_LEAST_CONTRAST = 1.2
"""The contrast (WCAG 2.1, 1.4.3) below which nobody reads a text; 1 is none at all."""


@dataclass
class Styles:
    """The cell styles by their position: number formats, and those whose text nobody sees."""

    formats: NumberFormats = field(default_factory=NumberFormats)
    faint: frozenset[int] = frozenset()


def read_styles(parts: Parts, workbook: str) -> Styles:
    """The styles of a workbook; none where it has no such part."""
    content = opc.first_related(parts, workbook, "styles")
    handler = _Styles()
    if content is not None:
        parse_xml(content, handler, PREFIXES)
    return Styles(handler.formats, frozenset(handler.faint()))


class _Styles(XmlHandler):
    """Collects number formats (18.8.31), fonts (18.8.22), fills (18.8.20) and the styles of cells
    (18.8.45) that name them."""

    def __init__(self) -> None:
        self.formats = NumberFormats()
        self.fonts: list[Colour] = []
        self.fills: list[Colour] = []
        self.used: list[tuple[int, int]] = []
        self.path: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self.path[-1] if self.path else ""
        self.path.append(name)
        if name == "numFmt" and parent == "numFmts":
            key = _index(attributes.get("numFmtId", ""))
            self.formats.custom[key] = attributes.get("formatCode", "")
        elif name == "font" and parent == "fonts":
            self.fonts.append(_BLACK)
        elif name == "fill" and parent == "fills":
            self.fills.append(_WHITE)
        elif name == "color" and self.path[-3:-1] == ["fonts", "font"]:
            self.fonts[-1] = _colour(attributes, _BLACK)
        elif name == "fgColor" and "fills" in self.path:
            self.fills[-1] = _colour(attributes, _WHITE)
        elif name == "patternFill" and attributes.get("patternType", "none") == "none":
            self.path[-1] = "none"
        elif name == "xf" and parent == "cellXfs":
            self.formats.of_style.append(_index(attributes.get("numFmtId", "0")))
            ids = _index(attributes.get("fontId", "0")), _index(attributes.get("fillId", "0"))
            self.used.append(ids)

    def end(self, name: str) -> None:
        if name == "patternFill" and self.path[-1] == "none" and self.fills:
            self.fills[-1] = _WHITE
        self.path.pop()

    def faint(self) -> list[int]:
        """The positions of styles whose text has (nearly) the colour of the background."""
        return [i for i, (font, fill) in enumerate(self.used) if self._is_faint(font, fill)]

    def _is_faint(self, font: int, fill: int) -> bool:
        text = self.fonts[font] if 0 <= font < len(self.fonts) else _BLACK
        ground = self.fills[fill] if 0 <= fill < len(self.fills) else _WHITE
        return _contrast(text, ground) < _LEAST_CONTRAST


def _colour(attributes: dict[str, str], otherwise: Colour) -> Colour:
    """A colour as red, green and blue; the usual one where the file leaves it to a program."""
    if "rgb" in attributes:
        return _rgb(attributes["rgb"], otherwise)
    if _float(attributes.get("tint", "0")):
        return otherwise
    by_theme = _BY_THEME.get(attributes.get("theme", ""))
    by_index = _BY_INDEX.get(attributes.get("indexed", ""))
    return by_theme or by_index or otherwise


def _rgb(text: str, otherwise: Colour) -> Colour:
    """FFRRGGBB or RRGGBB."""
    try:
        number = int(text[-6:], 16)
    except ValueError:
        return otherwise
    return number >> 16 & 255, number >> 8 & 255, number & 255


def _contrast(first: Colour, second: Colour) -> float:
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def _float(text: str) -> float:
    """A decimal number as written; 0 for anything else."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def _index(text: str) -> int:
    """A small number as written; -1 for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return -1
