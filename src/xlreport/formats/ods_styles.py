"""The styles of an OpenDocument spreadsheet, as far as they hide something: tables, rows and
columns that are not shown, texts that nobody sees (OASIS OpenDocument 1.3 part 3, chapters 16, 17
and 20)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from xlreport.formats.colours import BLACK, LOWERED, RAISED, WHITE, Colour, Font, colour
from xlreport.formats.conditional import Change, Look
from xlreport.formats.number_formats import GENERAL
from xlreport.formats.ods_numbers import NumberStyles

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
    struck: bool | None = None
    script: str | None = None
    repeats: bool | None = None
    numbers: str | None = None
    maps: list[StyleMap] = field(default_factory=list)


class StyleMap(NamedTuple):
    """Another style where a condition is true: the condition, the cell for which it is written, and
    the name of the style."""

    condition: str
    base: str
    style: str


class _Resolved(NamedTuple):
    """What a style of cells comes to with its parents; `unseen` is why nobody sees its texts."""

    look: Look
    unseen: str
    numbers: str
    repeats: bool


@dataclass
class OdsStyles:
    """Styles by family and name; fed with the elements of both parts that hold them."""

    styles: dict[tuple[str, str], _Style] = field(default_factory=dict)
    display_names: dict[str, str] = field(default_factory=dict)
    numbers: NumberStyles = field(default_factory=NumberStyles)
    current: _Style | None = None
    known: dict[str, _Resolved] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        self.numbers.start(name, attributes)
        if name in ("style:style", "style:default-style"):
            self._begin(attributes)
        elif self.current is None:
            return
        elif name == "style:map":
            self.current.maps.append(_style_map(attributes))
        elif name == "style:table-properties":
            self.current.display = attributes.get("table:display") != "false"
        elif name == "style:table-row-properties":
            self.current.size = _points(attributes.get("style:row-height", ""))
        elif name == "style:table-column-properties":
            self.current.size = _points(attributes.get("style:column-width", ""))
        elif name == "style:table-cell-properties":
            self.current.ground = _ground(attributes.get("fo:background-color", ""))
            if "style:repeat-content" in attributes:
                self.current.repeats = attributes["style:repeat-content"] == "true"
        elif name == "style:text-properties":
            self._take_text(self.current, attributes)

    def _begin(self, attributes: Attributes) -> None:
        self.current = _Style(
            attributes.get("style:parent-style-name", ""),
            numbers=attributes.get("style:data-style-name"),
        )
        name = attributes.get("style:name", "")
        self.styles[attributes.get("style:family", ""), name] = self.current
        self.display_names[attributes.get("style:display-name", name)] = name

    def _take_text(self, style: _Style, attributes: Attributes) -> None:
        style.colour = colour(attributes.get("fo:color", ""))
        if attributes.get("style:use-window-font-color") == "true":
            style.colour = BLACK
        style.letters = _points(attributes.get("fo:font-size", ""))
        if "style:text-line-through-style" in attributes:
            style.struck = attributes["style:text-line-through-style"] != "none"
        if "style:text-position" in attributes:
            style.script = _script(attributes["style:text-position"])

    def end(self, name: str) -> None:
        """An element ends."""
        self.numbers.end(name)
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

    def why_unseen(self, name: str, number: Decimal | None) -> str:
        """Why nobody sees a number or a text in a cell of this style, in words; empty where people
        do."""
        resolved = self._resolved(name)
        shown = None if number is None else self.numbers.style_for(resolved.numbers, number)
        if shown is None or shown.colour is None:
            return resolved.unseen
        font = resolved.look.font._replace(colour=shown.colour)
        return resolved.look._replace(font=font).why_unseen()

    def run_font(self, name: str, base: Font) -> Font:
        """The font of a part of a text in this style, in another one."""
        style = self.styles.get(("text", name))
        return base if style is None else _font(style, base)

    def look(self, name: str) -> Look:
        """How cells of this style look."""
        return self._resolved(name).look

    def _numbers(self, name: str) -> str:
        """The number style of a style of cells."""
        return self._resolved(name).numbers

    def repeats(self, name: str) -> bool:
        """Whether a cell of this style repeats its text as often as there is room."""
        return self._resolved(name).repeats

    def _resolved(self, name: str) -> _Resolved:
        """What a style of cells comes to; each is worked out once."""
        resolved = self.known.get(name)
        if resolved is None:
            resolved = self.known[name] = self._resolve(name)
        return resolved

    def _resolve(self, name: str) -> _Resolved:
        font, ground, numbers, repeats = Font(), WHITE, "", False
        for style in reversed(self._with_parents(name or _DEFAULT)):
            font = _font(style, font)
            ground = style.ground or ground
            numbers = numbers if style.numbers is None else style.numbers
            repeats = repeats if style.repeats is None else style.repeats
        look = Look(font, ground, self.numbers.code(numbers) or GENERAL)
        return _Resolved(look, look.why_unseen(), numbers, repeats)

    def shows_date(self, name: str) -> bool:
        """Whether a number in a cell of this style is shown as a date or time."""
        return self.numbers.shows_date(self._numbers(name))

    def shown(self, name: str, number: Decimal) -> str | None:
        """What a number shows in a cell of this style; None where that cannot be told."""
        return self.numbers.shown(self._numbers(name), number)

    def maps(self, name: str) -> list[StyleMap]:
        """The conditional formats of a style of cells."""
        style = self.styles.get(("table-cell", name))
        return [] if style is None else style.maps

    def change(self, name: str) -> Change:
        """What a conditional format makes of a cell to which it gives this style; its name may be
        the one that people see."""
        name = self.display_names.get(name, name)
        change = self.changes.get(name)
        if change is None:
            change = self.changes[name] = self._change(name)
        return change

    def _change(self, name: str) -> Change:
        usual = self.styles.get(("table-cell", _DEFAULT))
        change = Change()
        for style in self._with_parents(name):
            if style is not usual:
                code = None if style.numbers is None else self.numbers.code(style.numbers)
                own = Change(style.colour, style.ground, style.ground is not None, code)
                change = change.then(own)
        return change

    def _with_parents(self, name: str) -> list[_Style]:
        """A cell's style and those that it takes after, the nearest first."""
        chain: list[_Style] = []
        style = self.styles.get(("table-cell", name))
        while style is not None and len(chain) < _MOST_PARENTS:
            chain.append(style)
            style = self.styles.get(("table-cell", style.parent)) if style.parent else None
        return chain


def _font(style: _Style, base: Font) -> Font:
    """What a style makes of a font."""
    struck = base.struck if style.struck is None else style.struck
    script = base.script if style.script is None else style.script
    return Font(style.colour or base.colour, style.letters or base.size, struck, script)


def _script(position: str) -> str:
    """Whether a text is raised or lowered: `super 58%`, `-33% 58%` (20.384)."""
    first = position.split(" ")[0]
    if first == "super":
        return RAISED
    if first == "sub" or first.startswith("-"):
        return LOWERED
    return RAISED if first.strip("0%.") else ""


def _points(text: str) -> float | None:
    """A length in points; None for anything else."""
    match = _LENGTH.fullmatch(text)
    return None if match is None else float(match[1]) * _POINTS[match[2]]


def _ground(text: str) -> Colour | None:
    return WHITE if text == "transparent" else colour(text)


def _style_map(attributes: Attributes) -> StyleMap:
    return StyleMap(
        attributes.get("style:condition", ""),
        attributes.get("style:base-cell-address", ""),
        attributes.get("style:apply-style-name", ""),
    )
