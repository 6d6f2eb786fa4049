"""Number cells: exactly the value that a person would read, or none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.formats.raw import RawCell
from xlreport.submission import Status
from xlreport.workbook.reader.numbers import read_entry


@pytest.mark.parametrize(
    ("stored", "value"),
    [
        ("0", "0"),
        ("12", "12"),
        ("-3", "-3"),
        ("1.0", "1"),
        ("3.5", "3.5"),
        ("1E3", "1000"),
        ("1.5e-05", "0.000015"),
        ("24252.311082", "24252.311082"),
        ("0.30000000000000004", "0.3"),
        ("999999999", "999999999"),
        # Excel keeps 15 digits: the sixteenth is none of the number's
        ("123456789.1234565", "123456789.123457"),
    ],
)
def test_stored_numbers(stored: str, value: str) -> None:
    entry, from_text = read_entry(RawCell("n", stored))
    assert (entry.value, entry.status, from_text) == (Decimal(value), Status.NUMBER, False)


@pytest.mark.parametrize(
    "stored",
    ["1_000", "nan", "INF", "infinity", "１２", "١٢", "0x10", "1e9999", "--1", "1,5", "一"],
)
def test_what_python_would_take_for_a_number_is_none(stored: str) -> None:
    entry, _ = read_entry(RawCell("n", stored))
    assert (entry.value, entry.status) == (None, Status.TEXT)


@pytest.mark.parametrize(
    "stored", ["1000000000", "-1000000000", "1e308", "123456789012345678901234567890"]
)
def test_too_large(stored: str) -> None:
    assert read_entry(RawCell("n", stored))[0].status is Status.TOO_LARGE


def test_half_a_millionth_is_rounded_up() -> None:
    entry, _ = read_entry(RawCell("n", "0.0000005"))
    assert (entry.value, entry.status) == (Decimal("0.000001"), Status.TOO_FINE)


def test_a_number_is_never_minus_zero() -> None:
    entry, _ = read_entry(RawCell("n", "-0"))
    assert (str(entry.value), entry.raw) == ("0", "0")


def test_too_fine_is_rounded_and_told() -> None:
    entry, _ = read_entry(RawCell("n", "0.12345678"))
    assert (entry.value, entry.status, entry.raw) == (
        Decimal("0.123457"),
        Status.TOO_FINE,
        "0.12345678",
    )


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12", "12"),
        ("１２", "12"),
        (" 12 ", "12"),
        ("　１２．５", "12.5"),
        ("1,234", "1234"),
        ("１，２３４", "1234"),
        ("-3", "-3"),
    ],
)
def test_texts_that_are_plainly_numbers(typed: str, value: str) -> None:
    entry, from_text = read_entry(RawCell("s", typed))
    assert (entry.value, from_text) == (Decimal(value), True)


@pytest.mark.parametrize(
    "typed",
    [
        "无",
        "/",
        "—",
        "2件",
        "251000元",
        "减4",
        "22（其中修订16件）",
        "3²",
        "①",
        "十二",
        "1 2",
        "1,23",
        "1234,567",
        "1.",
        "12-",
        "²",
        "1e3",
        "١٢",
    ],
)
def test_texts_that_are_no_numbers(typed: str) -> None:
    entry, from_text = read_entry(RawCell("s", typed))
    assert (entry.value, entry.status, from_text) == (None, Status.TEXT, False)


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        (None, Status.BLANK),
        (RawCell("n", ""), Status.BLANK),
        (RawCell("b", "1"), Status.BOOLEAN),
        (RawCell("e", "#DIV/0!"), Status.ERROR),
        (RawCell("d", "2025-01-02"), Status.DATE),
        (RawCell("n", "45000", date=True), Status.DATE),
        (RawCell("e", ""), Status.ERROR),
    ],
)
def test_other_cells(cell: RawCell | None, status: Status) -> None:
    assert read_entry(cell)[0].status is status


@pytest.mark.parametrize(("stored", "shown"), [("1", "TRUE"), ("0", "FALSE"), ("2", "2")])
def test_a_boolean_is_quoted_as_it_is_shown(stored: str, shown: str) -> None:
    assert read_entry(RawCell("b", stored))[0].raw == shown


@given(st.decimals(min_value=-(10**9) + 1, max_value=10**9 - 1, places=6))
def test_what_excel_stores_of_a_number_gives_it_back(value: Decimal) -> None:
    entry, _ = read_entry(RawCell("n", repr(float(value))))
    assert entry.value == value


@given(st.text(max_size=12), st.sampled_from(["n", "s", "str", "b", "e", "d"]))
def test_any_text_gives_an_entry(text: str, kind: str) -> None:
    entry, _ = read_entry(RawCell(kind, text))
    assert (entry.value is None) == (entry.status not in (Status.NUMBER, Status.TOO_FINE))


MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("mark", MARKS)
def test_a_direction_mark_between_digits_may_show_another_number(mark: str) -> None:
    entry, from_text = read_entry(RawCell("s", f"5{mark}31"))
    assert (entry.value, entry.status, entry.raw, from_text) == (
        None,
        Status.REORDERED,
        "531",
        False,
    )


@pytest.mark.parametrize(
    "text", ["\u202e531", "\u202e531\u202c", "5\u202e31", "531\u202e", " \u202e１"]
)
def test_a_number_that_is_shown_reversed_is_none(text: str) -> None:
    entry, _ = read_entry(RawCell("s", text))
    assert (entry.value, entry.status) == (None, Status.REORDERED)


@pytest.mark.parametrize("mark", MARKS)
def test_direction_marks_around_a_number_leave_it_as_it_is(mark: str) -> None:
    entry, from_text = read_entry(RawCell("s", f" {mark}531\ufeff{mark}　"))
    assert (entry.value, entry.status, from_text) == (Decimal(531), Status.NUMBER, True)


@pytest.mark.parametrize("mark", "\u200b\u200d\ufeff\u2060\u00ad")
def test_what_has_no_width_changes_no_number(mark: str) -> None:
    entry, _ = read_entry(RawCell("s", f"5{mark}31"))
    assert (entry.value, entry.status) == (Decimal(531), Status.NUMBER)


def test_words_with_direction_marks_are_words() -> None:
    entry, _ = read_entry(RawCell("s", "\u202e5件"))
    assert (entry.value, entry.status) == (None, Status.TEXT)


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        (RawCell("n", "46024", date=True, shown="2026-01-02"), "2026-01-02"),
        (RawCell("n", "12", date=True, shown="00:00"), "00:00"),
        (RawCell("d", "2026-01-02T00:00:00", date=True), "2026-01-02"),
        (RawCell("d", "2026-01-02", date=True, shown="1月2日"), "1月2日"),
    ],
)
def test_a_date_is_named_by_what_the_cell_shows(cell: RawCell, seen: str) -> None:
    entry, _ = read_entry(cell)
    assert (entry.value, entry.status, entry.raw) == (None, Status.DATE, seen)
