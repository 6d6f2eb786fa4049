"""Conditional formats, as far as they keep people from seeing what a cell holds.

A condition whose truth cannot be told here (a function, another sheet) is neither true nor false:
what it would hide may be hidden. Source: ECMA-376 part 1, 18.3.1.10 (rules) and 18.8.14 (formats).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.formats.colours import BLACK, WHITE, Colour, Font, unseen_text
from xlreport.formats.number_formats import GENERAL, hides_texts, is_of_dates, shows_white
from xlreport.formats.shown import COMPARISONS, number_read, number_shown

if TYPE_CHECKING:
    from xlreport.formats.raw import RawCell, RawSheet

MOST_RULES = 500
"""Rules of a sheet that are looked at; a sheet of ours has some twenty."""

ONLY_BARS = "只显示条形或图标"
NOTHING_SHOWN = "不显示内容"

Value = Decimal | str | None
"""What a cell holds, as conditions compare it; None where that is not known."""


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


class Reference(NamedTuple):
    """A cell that a condition speaks of: a row and a column that are fixed, or so far from the cell
    that is looked at."""

    row: int = 0
    column: int = 0
    is_row_fixed: bool = False
    is_column_fixed: bool = False

    def seen_from(self, cell: Cell) -> Cell:
        """The cell that is meant where this one is looked at."""
        row = self.row if self.is_row_fixed else cell[0] + self.row
        column = self.column if self.is_column_fixed else cell[1] + self.column
        return row, column


Operand = Reference | Decimal | str | None
"""A side of a comparison; None where it is not understood."""

SELF = Reference()
"""The cell that is looked at."""


class Condition(NamedTuple):
    """An operator and its operands, the first of which is most often the cell itself; an operator
    that `holds` does not know is not understood."""

    operator: str
    operands: tuple[Operand, ...] = ()


ALWAYS, NEVER, UNKNOWN = Condition("always"), Condition("never"), Condition("")


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


# --- whether a condition is true ------------------------------------------------------------------


def _order(left: Decimal | str, right: Decimal | str) -> int:
    """Below 0 where the left one is less: numbers before texts, a blank like what it is compared
    with."""
    if left == "" and isinstance(right, Decimal):
        left = Decimal(0)
    if right == "" and isinstance(left, Decimal):
        right = Decimal(0)
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return (left > right) - (left < right)
    if isinstance(left, str) and isinstance(right, str):
        low, high = left.casefold(), right.casefold()
        return (low > high) - (low < high)
    return -1 if isinstance(left, Decimal) else 1


def _text(value: Decimal | str) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else value
    return text.casefold()


def _between(values: Sequence[Decimal | str]) -> bool:
    value, *limits = values
    low, high = sorted(limits, key=lambda limit: (isinstance(limit, str), limit))
    return _order(value, low) >= 0 and _order(value, high) <= 0


_ABOUT_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "beginsWith": str.startswith,
    "endsWith": str.endswith,
    "containsText": str.__contains__,
}
_OPPOSITES = {"notBetween": "between", "notContains": "containsText"}


def holds(condition: Condition, value_of: Callable[[Reference], Value]) -> bool | None:
    """Whether a condition is true; None where that cannot be told."""
    if condition in (ALWAYS, NEVER):
        return condition == ALWAYS
    opposite = _OPPOSITES.get(condition.operator)
    if opposite is not None:
        is_true = holds(Condition(opposite, condition.operands), value_of)
        return None if is_true is None else not is_true
    values: list[Decimal | str] = []
    for each in condition.operands:
        value = value_of(each) if isinstance(each, Reference) else each
        if value is None:
            return None
        values.append(value)
    return _told(condition.operator, values)


def _told(symbol: str, values: Sequence[Decimal | str]) -> bool | None:
    """What an operator says of values; None for too few or too many of them."""
    if symbol == "between":
        return _between(values) if len(values) == 3 else None
    if len(values) != 2:
        return None
    left, right = values
    if symbol in COMPARISONS:
        return COMPARISONS[symbol](_order(left, right), 0)
    about_texts = _ABOUT_TEXTS.get(symbol)
    return None if about_texts is None else about_texts(_text(left), _text(right))


# --- conditions as formulas -----------------------------------------------------------------------

_OPERAND = r'"(?:[^"]|"")*"|[-+]?[0-9]+(?:\.[0-9]+)?|\$?[A-Z]{1,3}\$?[0-9]{1,7}'
_SIMPLE = re.compile(_OPERAND)
_COMPARISON = re.compile(rf"\s*({_OPERAND})\s*(<=|>=|<>|<|>|=)\s*({_OPERAND})\s*")
_REFERENCE = re.compile(r"(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7})")
_CONSTANTS = {"TRUE": ALWAYS, "TRUE()": ALWAYS, "FALSE": NEVER, "FALSE()": NEVER}


def operand(text: str, base: Cell) -> Operand:
    """A side of a comparison as formulas write it, seen from the cell `base`; None for what is more
    than a number, a text or a cell of the same sheet."""
    text = text.strip().upper() if '"' not in text else text.strip()
    if _SIMPLE.fullmatch(text) is None:
        return None
    if text.startswith('"'):
        return text[1:-1].replace('""', '"')
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return Decimal(text)
    cell = a1.parse(match[2] + match[4])
    if cell is None:
        return None
    return reference(cell, base, is_row_fixed=bool(match[3]), is_column_fixed=bool(match[1]))


def reference(cell: Cell, base: Cell, *, is_row_fixed: bool, is_column_fixed: bool) -> Reference:
    """A cell of a formula that is written for the cell `base`."""
    row = cell[0] if is_row_fixed else cell[0] - base[0]
    column = cell[1] if is_column_fixed else cell[1] - base[1]
    return Reference(row, column, is_row_fixed, is_column_fixed)


def formula_condition(formula: str, base: Cell) -> Condition:
    """What a formula says that is a comparison or a constant, seen from the cell `base`."""
    constant = _CONSTANTS.get(formula.strip().upper())
    if constant is not None:
        return constant
    compared = _COMPARISON.fullmatch(formula)
    if compared is not None:
        left, right = operand(compared[1], base), operand(compared[3], base)
        return Condition(compared[2], (left, right))
    return truth(operand(formula, base))


def truth(value: Operand) -> Condition:
    """What a value says where a condition is wanted: any number but 0 is true."""
    if isinstance(value, Reference):
        return Condition("<>", (value, Decimal(0)))
    if isinstance(value, Decimal):
        return ALWAYS if value else NEVER
    return UNKNOWN


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
