"""Which number formats show a date, and which another number than the cell holds."""

from __future__ import annotations

import pytest

from xlreport.formats.number_formats import NumberFormats


def shown(code: str) -> tuple[bool, str]:
    """Whether a style of this format shows a date, and its disguise."""
    formats = NumberFormats({164: code}, [164])
    return formats.shows_date(0), formats.disguise(0)


@pytest.mark.parametrize(
    "code",
    ["General", "general", "@", "0", "0.00", "#,##0", "#,##0.00 ", "?", "0.00E+00", "[Red]0", "[$¥-804]0.00",
     "_ * #,##0_ ", '0"件"', "0;[Red]-0", "[Color 5]0", "# ?"],
)  # fmt: skip
def test_plain_formats_show_the_number(code: str) -> None:
    assert shown(code) == (False, "")


@pytest.mark.parametrize("code", ["0%", "0,", "0.0,,", '"无"', '"1"0', "", ";;;", '0"0"', "0 0%"])
def test_formats_that_show_another_number(code: str) -> None:
    assert shown(code) == (False, code)


@pytest.mark.parametrize("code", ["yyyy-mm-dd", "h:mm", "[$-804]yyyy年m月", "s", 'd"日"', "[h]:mm"])
def test_dates_are_no_disguise(code: str) -> None:
    assert shown(code) == (True, "")


@pytest.mark.parametrize("code", ['0"d"', r"0\d", "[Red]0", "_d0"])
def test_letters_that_stand_for_themselves_are_no_date(code: str) -> None:
    assert not shown(code)[0]


@pytest.mark.parametrize(
    ("key", "expected"),
    [(0, (False, "")), (9, (False, "0%")), (10, (False, "0%")), (11, (False, "")), (13, (False, ""))]
    + [(key, (True, "")) for key in (14, 22, 27, 36, 45, 47, 50, 58)]
    + [(key, (False, "")) for key in (23, 26, 37, 44, 48, 49, 59, -1)],
)  # fmt: skip
def test_built_in_formats(key: int, expected: tuple[bool, str]) -> None:
    formats = NumberFormats({}, [key])
    assert (formats.shows_date(0), formats.disguise(0)) == expected


def test_a_books_own_format_replaces_a_built_in_one() -> None:
    formats = NumberFormats({14: "0", 9: "0"}, [14, 9])
    assert (formats.shows_date(0), formats.disguise(1)) == (False, "")


def test_a_style_that_is_not_there_is_plain() -> None:
    formats = NumberFormats({}, [14])
    assert (formats.shows_date(1), formats.disguise(1)) == (False, "")
