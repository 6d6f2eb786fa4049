"""The conditional formats of an .xlsb sheet, and what they change."""

from __future__ import annotations

import struct
from decimal import Decimal

import pytest

from formats.test_xlsb import cell, colour, fill, font, row, sheet
from support.xlsb import _record as record
from support.xlsb import _wide as wide
from xlreport.formats.colours import BLACK, WHITE, Colour
from xlreport.formats.conditional import MOST_RULES, NO_CHANGE, Change, Rule
from xlreport.formats.conditions import ALWAYS, NEVER, SELF, UNKNOWN, Condition
from xlreport.formats.raw import RawSheet
from xlreport.formats.xlsb_styles import read_styles

RED: Colour = (255, 0, 0)
HIDES = Change(code=";;;")
AREA = ((1, 1), (2, 1))
ONE, FIVE = b"\x1e\x01\x00", b"\x1e\x05\x00"
SELF_TOKEN = b"\x4c" + struct.pack("<IH", 0, 0xC000)


def property_(kind: int, value: bytes) -> bytes:
    return struct.pack("<HH", kind, 4 + len(value)) + value


def changed(*properties: bytes) -> bytes:
    return bytes(4) + struct.pack("<H", len(properties)) + b"".join(properties)


def code(text: str) -> bytes:
    return property_(0x26, struct.pack("<H", len(text)) + text.encode("utf-16-le"))


CHANGES = record(507, changed()) + record(507, changed(code(";;;")))


def formula(tokens: bytes, extras: bytes = b"") -> bytes:
    return struct.pack("<I", len(tokens)) + tokens + struct.pack("<I", len(extras)) + extras


def rule(
    kind: int = 1,
    purpose: int = 0,
    operator: int = 5,
    formulas: bytes = formula(ONE),
    flags: int = 0,
    text: bytes = b"\xff\xff\xff\xff",
) -> bytes:
    head = struct.pack("<iiiii", kind, purpose, 1, 7, operator) + bytes(8)
    return head + struct.pack("<H", flags) + bytes(12) + text + formulas


def areas(*corners: tuple[int, int, int, int]) -> bytes:
    ranges = b"".join(struct.pack("<4I", *each) for each in corners)
    return bytes(8) + struct.pack("<I", len(corners)) + ranges


B2_B3 = areas((1, 2, 1, 1))


def read(*records: bytes, given: bytes = B2_B3) -> RawSheet:
    cells = record(145) + row(0) + cell(4, b"\1") + record(146)
    return sheet(cells, record(461, given), *records, styles=CHANGES)


def one(body: bytes) -> Rule:
    (found,) = read(record(463, body)).rules
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rule(), Condition(">", (SELF, Decimal(1)))),
        (rule(operator=4), Condition("<>", (SELF, Decimal(1)))),
        (
            rule(operator=1, formulas=formula(ONE, b"xyz") + formula(FIVE)),
            Condition("between", (SELF, Decimal(1), Decimal(5))),
        ),
        (rule(2, 1, 0), ALWAYS),
        (rule(2, 1, 0, formula(SELF_TOKEN + FIVE + b"\x0d")), Condition(">", (SELF, Decimal(5)))),
        (rule(2, 1, 0, b""), UNKNOWN),
        (rule(2, 8, 0, text=wide("甲")), Condition("containsText", (SELF, "甲"))),
        (rule(2, 8, 1, text=wide("甲")), Condition("notContains", (SELF, "甲"))),
        (rule(2, 8, 2, text=wide("甲")), Condition("beginsWith", (SELF, "甲"))),
        (rule(2, 8, 3, text=wide("甲")), Condition("endsWith", (SELF, "甲"))),
        (rule(2, 8, 3), Condition("endsWith", (SELF, ""))),
        (rule(2, 9, 0), NEVER),
        (rule(2, 10, 0), ALWAYS),
        (rule(2, 25, 0), UNKNOWN),
        (rule(3, 9, 0), UNKNOWN),
    ],
)
def test_conditions(body: bytes, expected: Condition) -> None:
    assert one(body) == Rule((AREA,), expected, HIDES, 7)


def test_the_rule_behind_which_none_counts() -> None:
    assert one(rule(flags=0x02)).is_last
    assert not one(rule(flags=0x3D)).is_last


def test_bars_without_the_number() -> None:
    for shows, only_bars in ((b"\0\0\0", True), (b"\0\0\1", False)):
        found = read(record(463, rule()), record(463, rule(4, 3)), record(467, shows)).rules
        assert [each.change.only_bars for each in found] == [False, only_bars]
        assert found[1].condition == (ALWAYS if only_bars else UNKNOWN)
    assert list(read(record(467, b"\0\0\0")).rules) == []


@pytest.mark.parametrize(
    "body", [b"", rule()[:40], rule(text=b"\x09\0\0\0a"), rule(operator=9), rule(2, 8, 4)]
)
def test_a_broken_rule_is_none(body: bytes) -> None:
    assert len(read(record(463, body), record(463, rule())).rules) == 1
    assert len(read(record(467, b""), record(463, rule())).rules) == 1


def test_the_areas_of_rules() -> None:
    found = read(record(463, rule()), given=areas((1, 2, 1, 1), (5, 6, 7, 8))).rules
    assert found[0].areas == (AREA, ((5, 7), (6, 8)))
    found = read(record(463, rule()), given=areas((1, 2, 1, 1), (5, 6, 7, 8))[:-1]).rules
    assert found[0].areas == (AREA,)
    assert list(read(record(463, rule()), given=b"").rules) == []


def test_not_all_rules_are_looked_at() -> None:
    many = [record(463, rule())] * (MOST_RULES + 5)
    assert len(read(*many).rules) == MOST_RULES


@pytest.mark.parametrize(("flags", "zeros"), [(0x10, True), (0xEF, False)])
def test_whether_zeros_are_shown(flags: int, zeros: bool) -> None:
    assert sheet(record(137, bytes([flags, 3])), row(0), cell(4, b"\1")).zeros is zeros
    assert sheet(record(137), row(0), cell(4, b"\1")).zeros


# --- what they change -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("properties", "change"),
    [
        ([], NO_CHANGE),
        ([code("0万")], Change(code="0万")),
        ([property_(0x05, colour(2, rgb=b"\xff\0\0"))], Change(colour=RED)),
        ([property_(0x05, colour(0))], Change(colour=BLACK)),
        ([property_(0x02, colour(1, 10))], Change(ground=RED, has_ground=True)),
        ([property_(0x02, colour(0))], Change(ground=WHITE, has_ground=True)),
        ([property_(0x01, colour(1, 10))], NO_CHANGE),
        ([property_(0x03, b"")], Change(has_ground=True)),
        ([property_(0x05, b"short")], NO_CHANGE),
        ([property_(0x02, b"short")], NO_CHANGE),
        ([property_(0x26, b"\0")], NO_CHANGE),
        (
            [property_(0x18, b"name"), property_(0x05, colour(1, 10)), code(";;;")],
            Change(colour=RED, code=";;;"),
        ),
        ([struct.pack("<HH", 0x18, 0), code(";;;")], Change(code=";;;")),
    ],
)
def test_what_a_conditional_format_changes(properties: list[bytes], change: Change) -> None:
    styles = read_styles([(507, changed(*properties))], [])
    assert styles.changes == [change]


def test_styles_whose_text_is_repeated() -> None:
    def style(alignment: int) -> bytes:
        return struct.pack("<HHHHHBBH", 0, 0, 0, 0, 0, 0, 0, alignment)

    xfs = [(47, style(each)) for each in (1, 4, 0xFC, 5)] + [(47, style(4)[:12])]
    styles = read_styles([(617, b""), *xfs, (618, b""), (47, style(4))], [])
    assert styles.repeats == {1, 2}
    assert len(styles.looks) == 5


def test_a_repeated_number_in_its_cell() -> None:
    xf = record(47, struct.pack("<HHHHHBBH", 0, 0, 0, 0, 0, 0, 0, 4))
    styles = font(colour(0)) + fill(0, colour(0)) + record(617) + xf + record(618)
    cells = sheet(row(0), cell(5, struct.pack("<d", 7.0)), styles=styles).cells
    assert (cells[0, 0].repeats, cells[0, 0].style) == (True, 0)


def test_number_formats_of_the_workbook() -> None:
    def named(key: int, code: str) -> tuple[int, bytes]:
        return 44, struct.pack("<HI", key, len(code)) + code.encode("utf-16-le") + b"rest"

    def style(key: int) -> tuple[int, bytes]:
        return 47, struct.pack("<HH", 0, key)

    records = [named(200, "0万"), named(201, ";;;"), (617, b""), style(201), style(200), (618, b"")]
    styles = read_styles(records, [])
    assert [look.code for look in styles.looks] == [";;;", "0万"]
