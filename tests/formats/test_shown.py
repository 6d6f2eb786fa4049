"""What a cell shows under its number format, and what a person reads in it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlreport.formats.shown import date_shown, number_read, number_shown


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("General", "135", "135"),
        ("", "0.4", "0.4"),
        ("@", "12", "12"),
        ("0", "0.4", "0"),
        ("0", "-0.4", "0"),
        ("0.00", "0.005", "0.01"),
        ("0.0000##", "3.5", "3.5000"),
        (".00", "1.5", "1.50"),
        (".00", "0.5", ".50"),
        ("0.", "1.5", "2."),
        ("000", "5", "005"),
        ("#", "0", ""),
        ("???", "5", "  5"),
        ("#,##0", "1234567", "1,234,567"),
        ("#,##0.00", "1234", "1,234.00"),
        ("0,", "135000", "135"),
        ("0.0,,", "1234567", "1.2"),
        ("0%", "135", "13500%"),
        ('"-"0', "135", "-135"),
        ('0"."0', "12", "1.2"),
        ("0!.0", "12", "1.2"),
        (r"0\件", "5", "5件"),
        ('0"万"', "12", "12万"),
        (r"\¥#,##0.00;\¥\-#,##0.00", "-135", "¥-135.00"),
        ("[$€-407]0", "5", "€5"),
        ("[DBNum1][$-804]General", "135", "135"),
        ("[Red]0;[Blue]-0", "-3", "-3"),
        ("0;0", "-5", "5"),
        ("#,##0 ;(#,##0)", "-12", "(12)"),
        ('0;-0;"无"', "0", "无"),
        (";;;", "5", ""),
        ('[<100]0;"x"', "135", "x"),
        ("[>=100]0.0;0", "99.5", "100"),
        ("0.00E+00", "135", "1.35E+2"),
        ("##0.0E+0", "12345", "12.3E+3"),
        ("# ?/?", "135", "135"),
        ("# ?/?", "0.25", "0.25"),
        ("# ?/?", "-1.3", "-1 2/7"),
        ("[>100]0", "5", "####"),
        ("*10", "135", "1135"),
        ("_-0", "135", " 135"),
    ],
)
def test_a_number_under_a_format(code: str, number: str, shown: str) -> None:
    assert number_shown(code, Decimal(number)) == shown


@pytest.mark.parametrize("code", ["# ?/16", "0" * 50])
def test_what_cannot_be_told_is_not_guessed(code: str) -> None:
    assert number_shown(code, Decimal(5)) is None


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("135", "135"),
        (" 1,234.50 ", "1234.50"),
        ("¥-135.00", "-135"),
        ("-¥135.00", "-135"),
        ("(12)", "-12"),
        ("12-", "-12"),
        ("－5", "-5"),
        ("5件", "5"),
        ("约5", "5"),
        ("1.35E+2", "135"),
        (".5", "0.5"),
        ("", "0"),
        ("—", "0"),
        ("无", "0"),
        ("1 350", "1350"),
        ("负5", "-5"),
    ],
)
def test_a_number_that_is_read(shown: str, number: str) -> None:
    assert number_read(shown) == Decimal(number)


@pytest.mark.parametrize(
    "shown",
    [
        "12万",
        "13500%",
        "x",
        "1.2.3",
        "--5",
        "(5",
        "-(5)",
        "12-34",
        "13 5",
        "135\n6",
        "1 2/7",
        "一135",
        "135½",
        "１35",
    ],
)
def test_what_says_no_plain_number(shown: str) -> None:
    assert number_read(shown) is None


@pytest.mark.parametrize(
    ("serial", "since_1904", "shown"),
    [
        ("46037", False, "2026-01-15"),
        ("44575", True, "2026-01-15"),
        ("46037.4", False, "2026-01-15 09:36"),
        ("0.5", False, "12:00"),
        ("x", False, "x"),
        ("-1", False, "-1"),
        ("9E9", False, "9E9"),
        ("NaN", False, "NaN"),
    ],
)
def test_dates_as_people_read_them(serial: str, since_1904: bool, shown: str) -> None:
    assert date_shown(serial, since_1904=since_1904) == shown


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("0." + "0" * 30, "135", "135." + "0" * 30),
        ("0." + "0" * 30, "999999999.5", "999999999.5" + "0" * 29),
        ("0.00", "1E+27", "1" + "0" * 27 + ".00"),
        ("0%%%%%%%%%%", "999999999", "999999999" + "0" * 20 + "%" * 10),
        ("0" + "%" * 30, "1", None),
        ("0.0" + "E+0", "1E+30", "1.0E+30"),
        ("0." + "0" * 60 + "E+0", "5", "5." + "0" * 40 + "E+0"),
        ("0", "1E+40", "1" + "0" * 40),
        ("0", "1E+41", None),
        ("0.0", "1E-41", None),
        ("0", "NaN", None),
        ("0", "Infinity", None),
    ],
)
def test_more_places_than_are_usual(code: str, number: str, shown: str | None) -> None:
    """Excel has formats of up to 30 decimals; what is beyond all measure is nobody's number."""
    assert number_shown(code, Decimal(number)) == shown


@pytest.mark.parametrize(
    ("serial", "shown"), [("12", "00:00"), ("46024.5", "12:00"), ("0.25", "06:00")]
)
def test_a_time_shows_no_day(serial: str, shown: str) -> None:
    assert date_shown(serial, is_time=True) == shown
