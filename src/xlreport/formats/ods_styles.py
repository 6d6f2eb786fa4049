"""The styles of an OpenDocument spreadsheet, as far as they hide something: tables, rows and
columns that are not shown, texts that nobody sees (OASIS OpenDocument 1.3 part 3, chapters 16, 17
and 20)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from xlreport.formats.colours import BLACK, WHITE, Colour, Font, colour, unseen_text

Attributes = dict[str, str]

_LENGTH = re.compile(r"([0-9]*\.?[0-9]+)(in|cm|mm|pt|pc|px)")
_POINTS = {"in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pt": 1.0, "pc": 12.0, "px": 0.75}
_MOST_UNSEEN = 3.0
"""Points of a row's height or a column's width that nobody sees."""

_MOST_PARENTS = 20
_DEFAULT = "Default"
"""The style of cells that name none."""


@dataclass(slots=True)
class _Style:
    """What one style says itself: None where it leaves that to its parent."""

    parent: str = ""
    display: bool = True
    size: float | None = None
    colour: Colour | None = None
    ground: Colour | None = None
    letters: float | None = None


@dataclass
class OdsStyles:
    """Styles by family and name; fed with the elements of both parts that hold them."""

    styles: dict[tuple[str, str], _Style] = field(default_factory=dict)
    current: _Style | None = None
    known: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name in ("style:style", "style:default-style"):
            self.current = _Style(attributes.get("style:parent-style-name", ""))
            key = attributes.get("style:family", ""), attributes.get("style:name", "")
            self.styles[key] = self.current
        elif self.current is None:
            return
        elif name == "style:table-properties":
            self.current.display = attributes.get("table:display") != "false"
        elif name == "style:table-row-properties":
            self.current.size = _points(attributes.get("style:row-height", ""))
        elif name == "style:table-column-properties":
            self.current.size = _points(attributes.get("style:column-width", ""))
        elif name == "style:table-cell-properties":
            self.current.ground = _ground(attributes.get("fo:background-color", ""))
        elif name == "style:text-properties":
            self._take_text(self.current, attributes)

    def _take_text(self, style: _Style, attributes: Attributes) -> None:
        style.colour = colour(attributes.get("fo:color", ""))
        if attributes.get("style:use-window-font-color") == "true":
            style.colour = BLACK
        style.letters = _points(attributes.get("fo:font-size", ""))

    def end(self, name: str) -> None:
        """An element ends."""
        if name in ("style:style", "style:default-style"):
            self.current = None

    def hides_table(self, name: str) -> bool:
        """Whether a table of this style is not shown."""
        style = self.styles.get(("table", name))
        return style is not None and not style.display

    def hides_line(self, family: str, name: str) -> bool:
        """Whether a row or column of this style is so small that nobody sees it."""
        style = self.styles.get((family, name))
        return style is not None and style.size is not None and style.size <= _MOST_UNSEEN

    def why_unseen(self, name: str) -> str:
        """Why nobody sees the text of a cell of this style, in words; empty where people do."""
        if name not in self.known:
            self.known[name] = self._why_unseen(name)
        return self.known[name]

    def _why_unseen(self, name: str) -> str:
        font, ground = Font(), WHITE
        for style in reversed(self._with_parents(name or _DEFAULT)):
            font = Font(style.colour or font.colour, style.letters or font.size)
            ground = style.ground or ground
        return unseen_text(font, ground)

    def _with_parents(self, name: str) -> list[_Style]:
        """A cell's style and those that it takes after, the nearest first."""
        chain: list[_Style] = []
        style = self.styles.get(("table-cell", name))
        while style is not None and len(chain) < _MOST_PARENTS:
            chain.append(style)
            style = self.styles.get(("table-cell", style.parent)) if style.parent else None
        return chain


def _points(text: str) -> float | None:
    """A length in points; None for anything else."""
    match = _LENGTH.fullmatch(text)
    return None if match is None else float(match[1]) * _POINTS[match[2]]


def _ground(text: str) -> Colour | None:
    return WHITE if text == "transparent" else colour(text)
