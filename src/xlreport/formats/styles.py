"""The cell styles of an OOXML workbook, as far as they matter here (ECMA-376 part 1, 18.8): number
formats, and texts that nobody sees."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, field

from xlreport.formats import codes, opc
from xlreport.formats.colours import BLACK, THEME, WHITE, Colour, Font, colour, in_palette, tinted
from xlreport.formats.conditional import NO_CHANGE, Change, Look
from xlreport.formats.guard import Refused, XmlHandler, parse_xml
from xlreport.formats.number_formats import HIDDEN_TEXT, NumberFormats, hides_texts
from xlreport.formats.opc import PREFIXES, Parts
from xlreport.formats.runs import font_with

_DRAWING_MAIN = {
    "http://schemas.openxmlformats.org/drawingml/2006/main": "",
    "http://purl.oclc.org/ooxml/drawingml/main": "",
}
_THEME_ORDER = ("lt1", "dk1", "lt2", "dk2", *(f"accent{i}" for i in range(1, 7)), "hlink")
"""The colours of a theme by the number that styles give them (18.8.3)."""

_ONCE = (["styleSheet", "cellXfs"], ["styleSheet", "fonts"], ["styleSheet", "fills"])
"""Lists whose items are counted, so that a second one would shift them."""


@dataclass
class Styles:
    """The cell styles by their position: number formats, looks, why nobody sees what is of them
    (texts alone: `unseen_texts`), and which of them repeat it as often as there is room. `changes`
    are what conditional formats make of them, in the order of the file."""

    formats: NumberFormats = field(default_factory=NumberFormats)
    looks: list[Look] = field(default_factory=list)
    unseen: dict[int, str] = field(default_factory=dict)
    unseen_texts: dict[int, str] = field(default_factory=dict)
    repeats: set[int] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    fonts: list[Font] = field(default_factory=list)

    def font(self, index: int) -> Font:
        """A font by its number; the usual one for a number that the file has not."""
        return self.fonts[index] if 0 <= index < len(self.fonts) else Font()

    def why_unseen(self, style: int, kind: str) -> str:
        """Why nobody sees a cell of this style and kind, in words; empty where people do."""
        reason = self.unseen.get(style, "")
        if reason or kind not in TEXT_KINDS:
            return reason
        return self.unseen_texts.get(style, "")

    def change(self, index: int) -> Change:
        """The change of a rule; none for a number that the file has not."""
        return self.changes[index] if 0 <= index < len(self.changes) else NO_CHANGE


TEXT_KINDS = frozenset(("s", "str", "inlineStr"))
"""The kinds of cells that hold a text."""


class StyleTable:
    """The fonts, the fills and the cell styles that name them, as they are collected; the ground of
    a gradient is None."""

    def __init__(self) -> None:
        self.formats = NumberFormats()
        self.fonts: list[Font] = []
        self.fills: list[Colour | None] = []
        self.used: list[tuple[int, int]] = []
        self.repeats: set[int] = set()
        self.changes: list[Change] = []

    def styles(self) -> Styles:
        """What was collected, once all of it is."""
        looks = [self._look(style) for style in range(len(self.used))]
        styles = Styles(
            self.formats, looks, repeats=self.repeats, changes=self.changes, fonts=self.fonts
        )
        for style, look in enumerate(looks):
            reason = look.why_unseen()
            if reason:
                styles.unseen[style] = reason
            if hides_texts(look.code):
                styles.unseen_texts[style] = HIDDEN_TEXT
        return styles

    def _look(self, style: int) -> Look:
        font, fill = self.used[style]
        text = self.fonts[font] if 0 <= font < len(self.fonts) else Font()
        ground = self.fills[fill] if 0 <= fill < len(self.fills) else WHITE
        return Look(text, ground, self.formats.code(style))


def read_styles(parts: Parts, workbook: str) -> Styles:
    """The styles of a workbook; none where it has no such part. Raises Refused."""
    content = opc.only_related(parts, workbook, "styles")
    handler = _Styles(theme_colours(parts, workbook))
    if content is not None:
        parse_xml(content, handler, PREFIXES)
    return handler.styles()


def theme_colours(parts: Parts, workbook: str) -> tuple[Colour, ...]:
    """The theme's colours by number."""
    handler = _Theme()
    for part in opc.related(parts, workbook, "theme")[:1]:
        with suppress(Refused):
            parse_xml(parts[part], handler, _DRAWING_MAIN)
    usual = dict(zip(_THEME_ORDER, THEME, strict=False))
    return tuple((usual | handler.colours)[name] for name in _THEME_ORDER)


class _Theme(XmlHandler):
    """Collects a theme's colours (20.1.6.2)."""

    def __init__(self) -> None:
        self.colours: dict[str, Colour] = {}
        self.path: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name)
        if self.path[-3:-2] != ["clrScheme"] or self.path[-2] not in _THEME_ORDER:
            return
        given = colour(attributes.get("lastClr", "") or attributes.get("val", ""))
        if name in ("srgbClr", "sysClr") and given is not None:
            self.colours[self.path[-2]] = given

    def end(self, _name: str) -> None:
        self.path.pop()


class _Styles(StyleTable, XmlHandler):
    """Collects number formats (18.8.31), fonts (18.8.22), fills (18.8.20) and the styles of cells
    (18.8.45). Raises Refused for a list that is there twice."""

    def __init__(self, theme: tuple[Colour, ...]) -> None:
        super().__init__()
        self.theme = theme
        self.path: list[str] = []
        self.is_pattern = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name)
        where = self.path[1:]
        if where[:1] == ["dxfs"]:
            self._change(where[1:], attributes)
            return
        if self.path in _ONCE:
            self._begin_list(name)
        elif where == ["numFmts", "numFmt"]:
            key = _index(attributes.get("numFmtId", ""))
            self.formats.custom[key] = attributes.get("formatCode", "")
        elif where[:1] == ["fonts"]:
            self._font(where[1:], attributes)
        elif where[:1] == ["fills"]:
            self._fill(where[1:], attributes)
        elif where == ["cellXfs", "xf"]:
            self.formats.of_style.append(_index(attributes.get("numFmtId", "0")))
            ids = _index(attributes.get("fontId", "0")), _index(attributes.get("fillId", "0"))
            self.used.append(ids)
        elif where == ["cellXfs", "xf", "alignment"] and attributes.get("horizontal") == "fill":
            self.repeats.add(len(self.used) - 1)

    def end(self, _name: str) -> None:
        self.path.pop()

    def _begin_list(self, name: str) -> None:
        items = {"cellXfs": self.used, "fonts": self.fonts, "fills": self.fills}[name]
        if items:
            raise Refused(codes.TWO_PARTS(part="格式"))

    def _font(self, where: list[str], attributes: dict[str, str]) -> None:
        """A font, its colour and its size."""
        if where == ["font"]:
            self.fonts.append(Font())
        elif where == ["font", "color"]:
            colour = self._colour(attributes, BLACK)
            self.fonts[-1] = self.fonts[-1]._replace(colour=colour)
        elif where == ["font", "sz"]:
            size = _float(attributes.get("val", ""))
            if size:
                self.fonts[-1] = self.fonts[-1]._replace(size=size)
        elif where[:1] == ["font"]:
            self.fonts[-1] = font_with(self.fonts[-1], where[-1], attributes.get("val", ""))

    def _fill(self, where: list[str], attributes: dict[str, str]) -> None:
        """What is behind a text: the foreground of a pattern."""
        if where == ["fill"]:
            self.fills.append(WHITE)
        elif where == ["fill", "patternFill"]:
            self.is_pattern = attributes.get("patternType", "none") != "none"
        elif where == ["fill", "gradientFill"]:
            self.fills[-1] = None
        elif where == ["fill", "patternFill", "fgColor"] and self.is_pattern:
            self.fills[-1] = self._colour(attributes, WHITE)

    def _change(self, where: list[str], attributes: dict[str, str]) -> None:
        """A part of what a conditional format changes (18.8.14). The ground of a solid fill is its
        background there."""
        if where == ["dxf"]:
            self.changes.append(NO_CHANGE)
            return
        if not self.changes:
            return
        change = self.changes[-1]
        if where == ["dxf", "font", "color"]:
            change = change._replace(colour=self._colour(attributes, BLACK))
        elif where == ["dxf", "numFmt"]:
            change = change._replace(code=attributes.get("formatCode", ""))
        elif where == ["dxf", "fill", "gradientFill"]:
            change = change._replace(ground=None, has_ground=True)
        elif where == ["dxf", "fill", "patternFill", "bgColor"]:
            change = change._replace(ground=self._colour(attributes, WHITE), has_ground=True)
        self.changes[-1] = change

    def _colour(self, attributes: dict[str, str], otherwise: Colour) -> Colour:
        """A colour as red, green and blue; the usual one where the file leaves it to a program."""
        given = None
        if "rgb" in attributes:
            given = colour(attributes["rgb"])
        elif "theme" in attributes:
            index = _index(attributes["theme"])
            given = self.theme[index] if 0 <= index < len(self.theme) else None
        elif "indexed" in attributes:
            given = in_palette(_index(attributes["indexed"]))
        if given is None:
            return otherwise
        tint = _float(attributes.get("tint", "0"))
        return tinted(given, tint) if tint else given


def _float(text: str) -> float:
    """A decimal number as written; 0 for anything else."""
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def _index(text: str) -> int:
    """A small number as written; -1 for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return -1
