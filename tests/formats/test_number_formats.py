"""Which number formats show a date."""

from __future__ import annotations

import pytest

from xlreport.formats.number_formats import NumberFormats, is_of_times


def told(code: str) -> tuple[bool, str]:
    """Whether a style of this format shows a date, and its code."""
    formats = NumberFormats({164: code}, [164])
    return formats.shows_date(0), formats.code(0)


@pytest.mark.parametrize(
    "code",
    ["General", "general", "@", "0", "0.00", "#,##0", "?", "0.00E+00", "[Red]0", "[$¥-804]0.00", ";;;",
     "_ * #,##0_ ", '0"件"', "0;[Red]-0", "[Color 5]0", "# ?", '0"d"', r"0\d", "_d0"],
)  # fmt: skip
def test_formats_of_numbers(code: str) -> None:
    assert told(code) == (False, code)


@pytest.mark.parametrize(
    "code",
    [
        "yyyy-mm-dd",
        "h:mm",
        "[$-804]yyyy年m月",
        "s",
        'd"日"',
        "[h]:mm",
        "[h]",
        "[mm]",
        "[$-804]aaaa",
        "e",
    ],
)
def test_formats_of_dates(code: str) -> None:
    assert told(code) == (True, code)


@pytest.mark.parametrize(
    ("key", "expected"),
    [(0, (False, "General")), (1, (False, "0")), (9, (False, "0%")), (49, (False, "@"))]
    + [(key, (True, "")) for key in (14, 22, 27, 36, 45, 47, 50, 58)]
    + [(key, (False, "General")) for key in (23, 26, 60, -1)],
)  # fmt: skip
def test_built_in_formats(key: int, expected: tuple[bool, str]) -> None:
    formats = NumberFormats({}, [key])
    assert (formats.shows_date(0), formats.code(0)) == expected


def test_a_books_own_format_replaces_a_built_in_one() -> None:
    formats = NumberFormats({14: "0", 9: "0"}, [14, 9])
    assert (formats.shows_date(0), formats.code(1)) == (False, "0")


def test_a_style_that_is_not_there_is_plain() -> None:
    formats = NumberFormats({}, [14])
    assert (formats.shows_date(1), formats.code(1)) == (False, "General")


@pytest.mark.parametrize(
    "code", ["h:mm", "HH:MM:SS", "[h]:mm", "mm:ss.0", 'h"时"mm"分"', "h:mm AM/PM"]
)
def test_formats_of_times_without_a_day(code: str) -> None:
    assert is_of_times(code)


@pytest.mark.parametrize(
    "code", ["yyyy-mm-dd", "m/d/yy h:mm", 'm"月"d"日"', "General", "0.00", "0"]
)
def test_other_formats_are_not_of_times(code: str) -> None:
    assert not is_of_times(code)


@pytest.mark.parametrize(("key", "is_time"), [(14, False), (20, True), (22, False), (46, True)])
def test_built_in_formats_of_times(key: int, is_time: bool) -> None:
    assert NumberFormats(of_style=[key]).shows_time(0) is is_time


def test_a_custom_format_tells_for_itself_whether_it_is_of_times() -> None:
    formats = NumberFormats({164: "h:mm", 165: "yyyy"}, [164, 165])
    assert (formats.shows_time(0), formats.shows_time(1)) == (True, False)
