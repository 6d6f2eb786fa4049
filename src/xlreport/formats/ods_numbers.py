"""The number styles of an OpenDocument spreadsheet as number formats of other programs, so that
what a cell shows is worked out in one place (OASIS OpenDocument 1.3 part 3, 16.29)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from xlreport.formats.colours import Colour, colour
from xlreport.formats.shown import COMPARISONS, number_shown

Attributes = dict[str, str]

_DATES = frozenset({"number:date-style", "number:time-style"})
_PERCENTAGE, _BOOLEAN = "number:percentage-style", "number:boolean-style"
_STYLES = _DATES | {
    _PERCENTAGE,
    _BOOLEAN,
    "number:number-style",
    "number:currency-style",
    "number:text-style",
}

_TEXTS = frozenset({"number:text", "number:currency-symbol"})
_CONDITION = re.compile(r"value\(\)(<=|>=|!=|<|>|=)(-?[0-9]+(?:\.[0-9]+)?)")
_MOST_PLACES = 30
"""More places than this are no style of ours to work out."""

_USUAL_PLACES = 10
"""Decimals that are shown where a style does not say how many."""

_NO_FACTOR = Decimal(1)


@dataclass
class NumberStyle:
    """One style: its element, whether it shows numbers in a way that is known, the pieces of its
    format, what the number is divided by first, the colour of its text, and the styles that stand
    for it where the number meets a condition."""

    kind: str
    is_number: bool = True
    pieces: list[str] = field(default_factory=list)
    factor: Decimal = _NO_FACTOR
    colour: Colour | None = None
    maps: list[tuple[str, str]] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The format without the conditions; one that shows nothing is no format to be left out."""
        return "".join(self.pieces) or '""'


@dataclass
class NumberStyles:
    """The number styles of a spreadsheet by name; fed with the elements of both parts that hold
    them."""

    styles: dict[str, NumberStyle] = field(default_factory=dict)
    current: NumberStyle | None = None
    text: list[str] | None = None
    places: list[str] = field(default_factory=list)
    position: int = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name in _STYLES:
            is_number = name not in _DATES and name != _BOOLEAN
            self.current = NumberStyle(name, is_number)
            self.styles[attributes.get("style:name", "")] = self.current
        elif self.current is None:
            return
        elif name in _TEXTS:
            self.text = []
        elif name == "number:number":
            self._number(self.current, attributes)
        elif name == "number:embedded-text":
            self.position = _whole(attributes.get("number:position"), 0)
            self.text = []
        elif name == "style:text-properties":
            self.current.colour = colour(attributes.get("fo:color", ""))
        elif name == "style:map":
            condition = attributes.get("style:condition", "")
            other = attributes.get("style:apply-style-name", "")
            self.current.maps.append((condition, other))
        elif name == "number:text-content":
            self.current.pieces.append("@")
        elif name in ("number:scientific-number", "number:fraction"):
            self.current.is_number = False

    def data(self, text: str) -> None:
        """A piece of text."""
        if self.text is not None:
            self.text.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        if name in _STYLES:
            self.current = None
        elif self.current is not None and name in _TEXTS:
            self.current.pieces.append(self._literal(self.current))
        elif name == "number:embedded-text":
            self._embed(_quoted(self._taken()))
        elif name == "number:number" and self.current is not None:
            self.current.pieces += self.places
            self.places = []

    def _taken(self) -> str:
        text = "".join(self.text or [])
        self.text = None
        return text

    def _literal(self, style: NumberStyle) -> str:
        """A text beside the number; that of percentages says how they are shown."""
        text = self._taken()
        is_percent = style.kind == _PERCENTAGE and text.strip() == "%"
        return "%" if is_percent else _quoted(text)

    def _number(self, style: NumberStyle, attributes: Attributes) -> None:
        """The places of a number (16.29.3); those before the point stay open for texts in them."""
        factor = _factor(attributes.get("number:display-factor"))
        if factor is None:
            style.is_number = False
            return
        style.factor = factor
        whole = _whole(attributes.get("number:min-integer-digits"), 1)
        self.places = ["0"] * whole or ["#"]
        if attributes.get("number:grouping") == "true":
            self.places = ["#"] * max(0, 4 - whole) + ["0"] * whole
            self.places.insert(-3, ",")
        most = _whole(attributes.get("number:decimal-places"), _USUAL_PLACES)
        least = _whole(attributes.get("number:min-decimal-places"), most)
        if "number:decimal-places" not in attributes:
            least = 0
        if attributes.get("number:decimal-replacement") == "":
            least = 0
        if most:
            self.places += [".", *["0"] * least, *["#"] * (most - least)]

    def _embed(self, text: str) -> None:
        """A text before so many of the whole places, counted from the right."""
        end = self.places.index(".") if "." in self.places else len(self.places)
        lacking = self.position + 1 - end
        if lacking > 0:
            self.places[:0] = ["#"] * lacking
            end += lacking
        self.places.insert(max(0, end - self.position), text)

    def code(self, name: str) -> str | None:
        """The format of a style with its conditions, the number divided by nothing; None where
        that is no format of numbers."""
        style = self.styles.get(name)
        if style is None:
            return None
        told = [self._mapped(condition, other) for condition, other in style.maps]
        if not style.is_number or None in told or style.factor != _NO_FACTOR:
            return None
        return ";".join([*(each for each in told if each is not None), style.code])

    def _mapped(self, condition: str, name: str) -> str | None:
        told = _condition(condition)
        style = self.styles.get(name)
        if told is None or style is None or not style.is_number:
            return None
        symbol, limit = told
        return f"[{symbol}{limit}]{style.code}"

    def style_for(self, name: str, number: Decimal) -> NumberStyle | None:
        """The style that counts for a number: that of the first condition that it meets."""
        style = self.styles.get(name)
        if style is None:
            return None
        for written, other in style.maps:
            condition = _condition(written)
            if condition is None:
                return None
            symbol, limit = condition
            if COMPARISONS[symbol](number, limit):
                return self.styles.get(other)
        return style

    def shows_date(self, name: str) -> bool:
        """Whether a style shows a date or time."""
        style = self.styles.get(name)
        return style is not None and style.kind in _DATES

    def shown(self, name: str, number: Decimal) -> str | None:
        """What a number shows in this style; None where that cannot be told."""
        style = self.style_for(name, number)
        if style is None or not style.is_number or number < 0:
            return None
        return number_shown(style.code, number / style.factor)


def _condition(text: str) -> tuple[str, Decimal] | None:
    """What `value()>=0` says: how a number is compared, and with which."""
    match = _CONDITION.fullmatch(text.replace(" ", ""))
    if match is None:
        return None
    symbol = "<>" if match[1] == "!=" else match[1]
    return symbol, Decimal(match[2])


def _whole(text: str | None, otherwise: int) -> int:
    """A small number of places; the usual one where it is not given."""
    if text is None or not text.isascii() or not text.isdigit():
        return otherwise
    return min(int(text[:9]), _MOST_PLACES)


def _factor(text: str | None) -> Decimal | None:
    """What a number is divided by before it is shown; None for what is no such number."""
    try:
        factor = Decimal(text or "1")
    except ArithmeticError:
        return None
    return factor if factor.is_finite() and factor > 0 else None


def _quoted(text: str) -> str:
    """A text that stands for itself in a format."""
    pieces = text.split('"')
    return '\\"'.join(f'"{piece}"' for piece in pieces if piece or len(pieces) == 1)
