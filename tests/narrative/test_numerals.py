"""Whole numbers and years as texts spell them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.narrative import numerals


def test_every_chinese_numeral_up_to_99999_reads_back() -> None:
    for value in range(100_000):
        assert numerals.number(numerals.chinese(value)) == value


@given(st.integers(0, 99_999))
def test_numbers_in_digits_read_back(value: int) -> None:
    wide = str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert {numerals.number(w) for w in (str(value), f"{value:,}", numerals.plain(wide))} == {value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十二", 12),
        ("一十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("一百〇五", 105),
        ("两", 2),
        ("两百", 200),
        ("两千零二", 2002),
        ("一万零五十", 10_050),
        ("零", 0),
        ("1,234", 1234),
        ("一百一", None),
        ("三四", None),
        ("一二", None),
        ("百", None),
        ("十十", None),
        ("二零二五", None),
        ("1.5", None),
        ("95%", None),
        ("12345678901", None),
        ("1,100万", None),
        ("3万4000", None),
        ("两三", None),
        ("20，300", None),
        ("一千零一十七", 1017),
        ("一千零十七", None),
        ("一百九十万零三千九百七十一", None),
    ],
)
def test_a_numeral_that_could_be_read_in_two_ways_is_none(text: str, value: int | None) -> None:
    assert numerals.number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("九千九百九十九万九千九百九十九", 99_999_999),
        ("十万", 100_000),
        ("一万一千", 11_000),
        ("一万零一", 10_001),
        ("万", None),
        ("一万万", None),
        ("一万一", None),
        ("123456789", 123_456_789),
        ("1234567890", None),
        ("", None),
        ("²", None),
    ],
)
def test_large_and_odd_numerals(text: str, value: int | None) -> None:
    assert numerals.number(text) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "零"),
        (10, "十"),
        (110, "一百一十"),
        (1_001, "一千零一"),
        (1_010, "一千零一十"),
        (10_000, "一万"),
        (10_999, "一万零九百九十九"),
        (11_000, "一万一千"),
        (100_010, "十万零一十"),
    ],
)
def test_the_usual_spelling(value: int, words: str) -> None:
    assert numerals.chinese(value) == words


@pytest.mark.parametrize(
    ("text", "year"),
    [("2025", 2025), ("二〇二五", 2025), ("二零二五", 2025), ("十零二五", None), ("202", None), ("20一5", 2015)],
)  # fmt: skip
def test_years(text: str, year: int | None) -> None:
    assert numerals.year(text) == year


def test_plain_keeps_every_character_in_its_place() -> None:
    text = "０１２\u3000\t\r甲"
    assert numerals.plain(text) == "012   甲"
    assert len(numerals.plain(text)) == len(text)
