"""The conditional formats of a BIFF8 sheet: [MS-XLS] 2.4.56 (CondFmt), 2.4.42 (CF), 2.5.77 to
2.5.92 (what they change)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from xlreport.a1 import Cell
from xlreport.formats.colours import Colour
from xlreport.formats.conditional import MOST_RULES, NO_CHANGE, Change, Rule
from xlreport.formats.conditions import SELF, UNKNOWN, Condition
from xlreport.formats.formula_tokens import BIFF8, OPERATORS, condition_of, operand_of

CONDITIONS, RULE = 0x1B0, 0x1B1
_CELL_IS, _FORMULA = 1, 2
_HAS_NUMBER, _HAS_FONT, _HAS_ALIGNMENT = 1 << 25, 1 << 26, 1 << 27
_HAS_BORDERS, _HAS_PATTERN, _HAS_PROTECTION = 1 << 28, 1 << 29, 1 << 30
_SAME_GROUND = 1 << 18
_OWN_FORMAT = 0x01
_FONT_SIZE, _FONT_COLOUR, _SIDES_SIZE = 118, 80, 8
_UNCHANGED = 0xFFFFFFFF
_WIDE = 0x01

Areas = tuple[tuple[Cell, Cell], ...]
ColourOf = Callable[[int], Colour | None]
"""The colour of an index of the workbook's palette."""


@dataclass
class XlsRules:
    """The rules of one sheet; fed with its records."""

    areas: Areas = ()
    written: list[tuple[Areas, bytes]] = field(default_factory=list)

    def take(self, kind: int, body: bytes) -> None:
        """Notes what a record says."""
        if kind == CONDITIONS:
            self.areas = _areas(body)
        elif kind == RULE and self.areas and len(self.written) < MOST_RULES:
            self.written.append((self.areas, body))

    def rules(self, colour_of: ColourOf) -> list[Rule]:
        """The rules in their order; one whose record is broken changes nothing."""
        rules: list[Rule] = []
        for areas, body in self.written:
            try:
                rules.append(_rule(areas, body, colour_of))
            except (struct.error, IndexError, UnicodeDecodeError):
                continue
        return rules


def _areas(body: bytes) -> Areas:
    """The rectangles of a record of conditions; none of one that is too short."""
    if len(body) < 14:
        return ()
    (count,) = struct.unpack_from("<H", body, 12)
    whole = 8 * min(count, (len(body) - 14) // 8)
    areas = struct.iter_unpack("<HHHH", body[14 : 14 + whole])
    return tuple(((top, left), (bottom, right)) for top, bottom, left, right in areas)


def _rule(areas: Areas, body: bytes, colour_of: ColourOf) -> Rule:
    """Raises struct.error, IndexError, UnicodeDecodeError."""
    change, start = _change(body, colour_of)
    return Rule(areas, _condition(body, start), change, is_last=True)


def _condition(body: bytes, start: int) -> Condition:
    """What a rule says, whose formulas begin there."""
    kind, operator, first_size, second_size = struct.unpack_from("<BBHH", body)
    middle = start + first_size
    formulas = [body[start:middle], body[middle : middle + second_size]]
    if kind == _CELL_IS:
        operands = [operand_of(formula, BIFF8) for formula in formulas if formula]
        return Condition(OPERATORS[operator], (SELF, *operands))
    return condition_of(formulas[0], BIFF8) if kind == _FORMULA else UNKNOWN


def _change(body: bytes, colour_of: ColourOf) -> tuple[Change, int]:
    """What a rule changes, and where its formulas begin (2.5.77)."""
    flags, more = struct.unpack_from("<IH", body, 6)
    position = 12
    change = NO_CHANGE
    if flags & _HAS_NUMBER:
        (size,) = struct.unpack_from("<H", body, position)
        if more & _OWN_FORMAT:
            change = change._replace(code=_format(body[position + 2 : position + size]))
        position += size if more & _OWN_FORMAT else 2
    if flags & _HAS_FONT:
        (index,) = struct.unpack_from("<I", body, position + _FONT_COLOUR)
        if index != _UNCHANGED:
            change = change._replace(colour=colour_of(index))
        position += _FONT_SIZE
    for part in (_HAS_ALIGNMENT, _HAS_BORDERS):
        if flags & part:
            position += _SIDES_SIZE
    if flags & _HAS_PATTERN:
        (colours,) = struct.unpack_from("<H", body, position + 2)
        if not flags & _SAME_GROUND:
            ground = colour_of(colours >> 7 & 0x7F)
            change = change._replace(ground=ground, has_ground=ground is not None)
        position += 4
    return change, position + (2 if flags & _HAS_PROTECTION else 0)


def _format(body: bytes) -> str:
    """A counted text (2.5.294)."""
    (letters,) = struct.unpack_from("<H", body)
    if body[2] & _WIDE:
        return body[3 : 3 + 2 * letters].decode("utf-16-le")
    return body[3 : 3 + letters].decode("latin-1")
