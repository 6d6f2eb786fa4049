"""The conditional formats of an .xlsb sheet: [MS-XLSB] 2.4.44 (BrtBeginConditionalFormatting),
2.4.23 (BrtBeginCFRule), 2.4.47 (BrtBeginDatabar)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from xlreport.a1 import Cell
from xlreport.formats.conditional import MOST_RULES, Change, Rule
from xlreport.formats.conditions import ALWAYS, NEVER, SELF, UNKNOWN, Condition, Operand
from xlreport.formats.formula_tokens import BIFF12, OPERATORS, condition_of, operand_of
from xlreport.formats.styles import Styles

CONDITIONS, RULE, DATA_BAR = 461, 463, 467
_CELL_IS, _EXPRESSION = 1, 2
_PLAIN, _TEXT, _BLANK, _NOT_BLANK = 1, 8, 9, 10
"""What a rule with an expression is for: its formula, or what it was made from."""

_TEXT_OPERATORS = ("containsText", "notContains", "beginsWith", "endsWith")
_LAST = 0x02
_ONLY_BARS = Change(only_bars=True)
_NO_TEXT = 0xFFFFFFFF

Areas = tuple[tuple[Cell, Cell], ...]


class _Written(NamedTuple):
    """A rule as its record has it; `style` is the number of the change."""

    areas: Areas
    condition: Condition
    style: int
    priority: int
    is_last: bool
    only_bars: bool = False


@dataclass
class RuleReader:
    """Collects the rules of a sheet; fed with its records."""

    areas: Areas = ()
    written: list[_Written] = field(default_factory=list)

    def take(self, kind: int, body: bytes) -> bool:
        """Notes what a record says; whether it is one of a conditional format. One that is cut off
        is passed over: it changes no figure."""
        try:
            return self._take(kind, body)
        except (struct.error, IndexError, UnicodeDecodeError):
            return True

    def _take(self, kind: int, body: bytes) -> bool:
        """Raises struct.error, IndexError, UnicodeDecodeError."""
        if kind == CONDITIONS:
            self.areas = _areas(body)
        elif kind == RULE:
            if self.areas and len(self.written) < MOST_RULES:
                self.written.append(_rule(self.areas, body))
        elif kind == DATA_BAR:
            if self.written and not body[2]:
                self.written[-1] = self.written[-1]._replace(only_bars=True, condition=ALWAYS)
        else:
            return False
        return True

    def rules(self, styles: Styles) -> list[Rule]:
        """The rules with what they change."""
        rules: list[Rule] = []
        for each in self.written:
            change = _ONLY_BARS if each.only_bars else styles.change(each.style)
            rule = Rule(each.areas, each.condition, change, each.priority, each.is_last)
            rules.append(rule)
        return rules


def _areas(body: bytes) -> Areas:
    (count,) = struct.unpack_from("<I", body, 8)
    whole = 16 * min(count, (len(body) - 12) // 16)
    areas = struct.iter_unpack("<IIII", body[12 : 12 + whole])
    return tuple(((top, left), (bottom, right)) for top, bottom, left, right in areas)


def _rule(areas: Areas, body: bytes) -> _Written:
    style, priority = struct.unpack_from("<ii", body, 8)
    (flags,) = struct.unpack_from("<H", body, 28)
    return _Written(areas, _condition(body), style, priority, bool(flags & _LAST))


def _condition(body: bytes) -> Condition:
    """What a rule says, as far as it is understood."""
    kind, purpose = struct.unpack_from("<ii", body)
    (operator,) = struct.unpack_from("<i", body, 16)
    text, start = _text(body, 42)
    formulas = _formulas(body[start:])
    if kind == _CELL_IS:
        operands: list[Operand] = [operand_of(formula, BIFF12) for formula in formulas]
        return Condition(OPERATORS[operator], (SELF, *operands))
    if kind != _EXPRESSION:
        return UNKNOWN
    if purpose == _TEXT:
        return Condition(_TEXT_OPERATORS[operator], (SELF, text))
    if purpose == _PLAIN and formulas:
        return condition_of(formulas[0], BIFF12)
    # every cell that is asked about holds something
    return {_BLANK: NEVER, _NOT_BLANK: ALWAYS}.get(purpose, UNKNOWN)


def _text(body: bytes, start: int) -> tuple[str, int]:
    """A counted text and where it ends."""
    (letters,) = struct.unpack_from("<I", body, start)
    if letters == _NO_TEXT:
        return "", start + 4
    end = start + 4 + 2 * letters
    if end > len(body):
        raise struct.error("text beyond the end of the record")
    return body[start + 4 : end].decode("utf-16-le"), end


def _formulas(body: bytes) -> list[bytes]:
    """The formulas at the end of a rule, each behind its size and before that of its extras."""
    formulas: list[bytes] = []
    position = 0
    while position + 8 <= len(body):
        (size,) = struct.unpack_from("<I", body, position)
        first = position + 4
        formulas.append(body[first : first + size])
        (extras,) = struct.unpack_from("<I", body, first + size)
        position = first + size + 4 + extras
    return formulas
