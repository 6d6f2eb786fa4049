"""Conditional formats, as far as they keep people from seeing what a cell holds.

What a condition would hide that is not understood may be hidden. Source: ECMA-376 part 1,
18.3.1.10 (rules) and 18.8.14 (formats).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.formats.colours import BLACK, WHITE, Colour, Font, unseen_text
from xlreport.formats.conditions import Condition, Reference, Value, holds
from xlreport.formats.number_formats import GENERAL, hides_texts, is_of_dates, shows_white
from xlreport.formats.shown import number_read, number_shown

if TYPE_CHECKING:
    from xlreport.formats.raw import RawCell, RawSheet

MOST_RULES = 500
"""Rules of a sheet that are looked at; a sheet of ours has some twenty."""

ONLY_BARS = "只显示条形或图标"
NOTHING_SHOWN = "不显示内容"


class Look(NamedTuple):
    """How a cell shows what it holds; the ground of a gradient is None."""

    font: Font = Font()
    ground: Colour | None = WHITE
    code: str = GENERAL

    def why_unseen(self) -> str:
        """Why nobody sees a (positive) number or a text of it, in words; empty where people do."""
        font = self.font
        if shows_white(self.code):
            font = font._replace(colour=WHITE)
        return unseen_text(font, self.ground)


class Change(NamedTuple):
    """What a rule makes of a look; what it leaves as it is, is None. `has_ground` is whether
    `ground` is given, which is None for a gradient."""

    colour: Colour | None = None
    ground: Colour | None = None
    has_ground: bool = False
    code: str | None = None
    only_bars: bool = False

    def then(self, other: Change) -> Change:
        """This one with what only another one changes, which comes after it."""
        colour = self.colour or other.colour
        shaded = self if self.has_ground else other
        code = other.code if self.code is None else self.code
        only_bars = self.only_bars or other.only_bars
        return Change(colour, shaded.ground, shaded.has_ground, code, only_bars)

    def of(self, look: Look) -> Look:
        """The look that comes of another."""
        font = look.font._replace(colour=self.colour or look.font.colour)
        ground = self.ground if self.has_ground else look.ground
        code = look.code if self.code is None else self.code
        return Look(font, ground, code)


NO_CHANGE = Change()


def may_hide(change: Change) -> bool:
    """Whether a change could hide something: a text in (nearly) the colour of its ground, which may
    be that of the cell, or a number in a format of its own."""
    if change.only_bars or change.code is not None:
        return True
    ground = change.ground if change.has_ground else WHITE
    is_faint_text = bool(unseen_text(Font(change.colour or BLACK), ground))
    return is_faint_text or change.has_ground != (change.colour is not None)


class Rule(NamedTuple):
    """A rule for the cells of some rectangles: what it makes of them where its condition is true,
    and whether no rule behind it counts then."""

    areas: tuple[tuple[Cell, Cell], ...]
    condition: Condition
    change: Change
    priority: int = 0
    is_last: bool = False

    def is_for(self, cell: Cell) -> bool:
        """Whether a cell lies in one of its rectangles."""
        return any(_within(cell, area) for area in self.areas)


def _within(cell: Cell, area: tuple[Cell, Cell]) -> bool:
    (top, left), (bottom, right) = area
    return top <= cell[0] <= bottom and left <= cell[1] <= right


def areas_of(references: str) -> tuple[tuple[Cell, Cell], ...]:
    """The rectangles of `A1:B2 C3`; what is none is left out."""
    areas: list[tuple[Cell, Cell]] = []
    for reference in references.split():
        first, _, last = reference.partition(":")
        corners = a1.parse(first), a1.parse(last or first)
        if corners[0] is not None and corners[1] is not None:
            areas.append((corners[0], corners[1]))
    return tuple(areas)


# --- what rules hide ------------------------------------------------------------------------------


class Hiding(NamedTuple):
    """Why nobody sees what a cell holds, in words (empty where people do), and whether that is
    certain or depends on a condition that is not understood."""

    reason: str = ""
    is_certain: bool = True


def hiding(sheet: RawSheet, cell: Cell) -> Hiding:
    """What the conditional formats of a sheet keep people from seeing in a cell that holds
    something."""
    rules = [rule for rule in sheet.rules if rule.is_for(cell)]
    if not rules:
        return Hiding()
    raw = sheet.cells[cell]
    look = sheet.looks[raw.style] if raw.style < len(sheet.looks) else Look()
    certain, others = _changes(sheet, cell, rules)
    reason = _why_unseen(raw, look, certain)
    if reason:
        return Hiding(reason)
    for change in others:
        reason = _why_unseen(raw, look, change)
        if reason:
            return Hiding(reason, is_certain=False)
    return Hiding()


def _changes(sheet: RawSheet, cell: Cell, rules: Sequence[Rule]) -> tuple[Change, list[Change]]:
    """What the rules whose conditions are true make of a cell, and what each of those that are not
    understood would make of it."""

    def value_of(meant: Reference) -> Value:
        return _value(sheet.cells.get(meant.seen_from(cell)))

    certain = NO_CHANGE
    others: list[Change] = []
    for rule in sorted(rules, key=lambda rule: rule.priority):
        is_true = holds(rule.condition, value_of)
        if is_true is None:
            others.append(certain.then(rule.change))
        elif is_true:
            certain = certain.then(rule.change)
            if rule.is_last:
                break
    return certain, others


def _value(raw: RawCell | None) -> Value:
    """What a cell holds, as conditions compare it."""
    if raw is None:
        return ""
    if raw.kind in ("b", "e", "d"):
        return None
    if raw.kind != "n":
        return raw.text
    try:
        number = Decimal(raw.text.strip())
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def _why_unseen(raw: RawCell, look: Look, change: Change) -> str:
    """Why nobody sees a cell with this change, in words; empty where people do."""
    if change == NO_CHANGE:
        return ""
    if change.only_bars:
        return f"条件格式{ONLY_BARS}"
    if change.code is not None:
        shown = _shown(raw, change.code)
        if shown is not None:
            return shown
    reason = change.of(look).why_unseen()
    return f"条件格式让{reason}" if reason else ""


def _shown(raw: RawCell, code: str) -> str | None:
    """What a number format makes of a cell where that is something else; None where people see what
    it holds."""
    value = _value(raw)
    if not isinstance(value, Decimal):
        return f"条件格式{NOTHING_SHOWN}" if hides_texts(code) else None
    if is_of_dates(code):
        return "条件格式显示成日期或时间"
    shown = number_shown(code, value)
    if shown is None or number_read(shown) == value:
        return None
    text = shown.strip()
    return f"条件格式显示成“{text}”" if text else f"条件格式{NOTHING_SHOWN}"
