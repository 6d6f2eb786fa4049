"""The conditional formats of a BIFF8 sheet; some records as LibreOffice writes them."""

from __future__ import annotations

import struct
from decimal import Decimal

import pytest

from xlreport.formats.colours import WHITE, Colour
from xlreport.formats.conditional import MOST_RULES, NO_CHANGE, Change, Rule
from xlreport.formats.conditions import ALWAYS, SELF, UNKNOWN, Condition, Reference
from xlreport.formats.xls_rules import CONDITIONS, RULE, XlsRules

RED: Colour = (255, 0, 0)
AREA = ((5, 1), (6, 1))
B6_B7 = bytes.fromhex("01000100050006000100010001000500060001000100")
MORE_THAN_0 = bytes.fromhex(
    "010503000000ffff38240000"
    + "00" * 64
    + "ffffffff00000000900100000000000009000000000000009a0000"
    + "000100000001000000000000000000000000000000000000000100"
    + "00049a041e0000"
)
"""Greater than 0: white letters on white."""


def colour_of(index: int) -> Colour | None:
    return {9: WHITE, 10: RED}.get(index)


def rules(*records: tuple[int, bytes]) -> list[Rule]:
    reader = XlsRules()
    for kind, body in records:
        reader.take(kind, body)
    return reader.rules(colour_of)


def test_a_rule_as_libreoffice_writes_it() -> None:
    (rule,) = rules((CONDITIONS, B6_B7), (RULE, MORE_THAN_0))
    white = Change(colour=WHITE, ground=WHITE, has_ground=True)
    more_than_0 = Condition(">", (SELF, Decimal(0)))
    assert rule == Rule((AREA,), more_than_0, white, is_last=True)


def test_a_formula_as_libreoffice_writes_it() -> None:
    body = bytes.fromhex("0200090000000000000000004c000001801e01000d")
    (rule,) = rules((CONDITIONS, B6_B7), (RULE, body))
    column_b = Reference(0, 1, is_column_fixed=True)
    assert rule == Rule((AREA,), Condition(">", (column_b, Decimal(1))), NO_CHANGE, is_last=True)


ONE, FIVE = b"\x1e\x01\x00", b"\x1e\x05\x00"
NUMBER, FONT, ALIGNMENT, BORDERS, PATTERN, PROTECTION = (1 << bit for bit in range(25, 31))


def written(
    kind: int = 1,
    operator: int = 3,
    flags: int = 0,
    more: int = 0,
    parts: bytes = b"",
    first: bytes = ONE,
    second: bytes = b"",
) -> bytes:
    head = struct.pack("<BBHHIH", kind, operator, len(first), len(second), flags, more)
    return head + parts + first + second


def one(body: bytes) -> Rule:
    (rule,) = rules((CONDITIONS, B6_B7), (RULE, body))
    return rule


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (written(), Condition("=", (SELF, Decimal(1)))),
        (written(operator=4), Condition("<>", (SELF, Decimal(1)))),
        (written(operator=1, second=FIVE), Condition("between", (SELF, Decimal(1), Decimal(5)))),
        (written(operator=0), Condition("", (SELF, Decimal(1)))),
        (written(kind=2), ALWAYS),
        (written(kind=2, first=b""), UNKNOWN),
        (written(kind=3), UNKNOWN),
    ],
)
def test_conditions(body: bytes, expected: Condition) -> None:
    assert one(body).condition == expected


def font(colour: int) -> bytes:
    return bytes(80) + struct.pack("<I", colour) + bytes(34)


def pattern(fore: int, back: int) -> bytes:
    return struct.pack("<HH", 0x0400, fore | back << 7)


def own(code: str, *, wide: bool = False) -> bytes:
    text = code.encode("utf-16-le" if wide else "latin-1")
    return struct.pack("<HHB", 5 + len(text), len(code), wide) + text


@pytest.mark.parametrize(
    ("flags", "more", "parts", "change"),
    [
        (0, 0, b"", NO_CHANGE),
        (FONT, 0, font(10), Change(colour=RED)),
        (FONT, 0, font(0xFFFFFFFF), NO_CHANGE),
        (FONT, 0, font(77), NO_CHANGE),
        (PATTERN, 0, pattern(9, 10), Change(ground=RED, has_ground=True)),
        (PATTERN, 0, pattern(9, 77), NO_CHANGE),
        (PATTERN | 1 << 18, 0, pattern(9, 10), NO_CHANGE),
        (PATTERN | 1 << 17, 0, pattern(9, 10), Change(ground=RED, has_ground=True)),
        (NUMBER, 1, own(";;;"), Change(code=";;;")),
        (NUMBER, 1, own("0万", wide=True), Change(code="0万")),
        (NUMBER, 0, b"\x00\x0e", NO_CHANGE),
        (NUMBER | FONT, 0, b"\x00\x0e" + font(10), Change(colour=RED)),
        (NUMBER | FONT, 1, own(";;;") + font(10), Change(colour=RED, code=";;;")),
        (
            FONT | ALIGNMENT | BORDERS | PATTERN | PROTECTION,
            0,
            font(9) + b"\x0a" * 16 + pattern(9, 10) + b"\x0a\x0a",
            Change(colour=WHITE, ground=RED, has_ground=True),
        ),
        (ALIGNMENT | PATTERN, 0, b"\x0a" * 8 + pattern(9, 10), Change(None, RED, True)),
        (BORDERS | PATTERN, 0, b"\x0a" * 8 + pattern(9, 10), Change(None, RED, True)),
    ],
)
def test_what_a_rule_changes(flags: int, more: int, parts: bytes, change: Change) -> None:
    rule = one(written(flags=flags, more=more, parts=parts))
    assert rule.change == change
    assert rule.condition == Condition("=", (SELF, Decimal(1))), "formulas begin behind the changes"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        bytes(5),
        bytes(11),
        written(operator=9),
        written(flags=FONT),
        written(flags=NUMBER)[:12],
    ],
)
def test_a_broken_rule_is_none(body: bytes) -> None:
    found = rules((CONDITIONS, B6_B7), (RULE, body), (RULE, written()))
    assert [rule.condition for rule in found] == [Condition("=", (SELF, Decimal(1)))]


def test_the_areas_of_rules() -> None:
    two = struct.pack("<HH", 1, 1) + bytes(8) + struct.pack("<H", 2)
    two += struct.pack("<8H", 5, 6, 1, 2, 9, 9, 3, 3)
    (rule,) = rules((CONDITIONS, two), (RULE, written()))
    assert rule.areas == (((5, 1), (6, 2)), ((9, 3), (9, 3)))
    (rule,) = rules((CONDITIONS, two[:-1]), (RULE, written()))
    assert rule.areas == (((5, 1), (6, 2)),)
    assert rules((RULE, written())) == []
    assert rules((CONDITIONS, B6_B7[:13]), (RULE, written())) == []
    assert rules((CONDITIONS, B6_B7), (0x1B2, written())) == []


def test_not_all_rules_are_looked_at() -> None:
    many = [(RULE, written())] * (MOST_RULES + 5)
    assert len(rules((CONDITIONS, B6_B7), *many)) == MOST_RULES
