"""Keying errors between two numbers, and the cells that stand side by side."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlreport import Form
from xlreport.checking.keying_errors import keying_error, neighbours


@pytest.mark.parametrize(
    ("now", "right", "words"),
    [
        ("63", "36", "两位数字颠倒"),
        ("1213", "1231", "两位数字颠倒"),
        ("0.53", "0.35", "两位数字颠倒"),
        ("37", "36", "一位数字有误"),
        ("3", "36", "漏了一位数字"),
        ("36", "366", "漏了一位数字"),
        ("366", "36", "一位数字重复"),
        ("361", "36", "多了一位数字"),
        ("360", "36", "多了一个 0"),
        ("4", "40", "少了一个 0"),
        ("40", "400", "少了一个 0"),
        ("35", "3.5", "小数点错了一位"),
        ("-36", "36", "多了负号"),
        ("2", "0", "一位数字有误"),
        ("631", "136", None),
        ("63", "63.5", None),
        ("0", "36", None),
        ("0", "9", "一位数字有误"),
        ("0", "10", None),
        ("10", "0", None),
        ("-5", "36", None),
    ],
)
def test_errors_in_digits(now: str, right: str, words: str | None) -> None:
    error = keying_error(Decimal(now), Decimal(right))
    assert (error and error.label) == words


@pytest.mark.parametrize(
    ("now", "right", "alone"),
    [
        ("4", "40", False),
        ("10", "100", True),
        ("40", "400", True),
        ("3", "36", False),
        ("2", "7", True),
    ],
)
def test_a_single_digit_accuses_no_other_cell(now: str, right: str, alone: bool) -> None:
    error = keying_error(Decimal(now), Decimal(right))
    assert error is not None
    assert error.alone is alone


def test_neighbours_skip_computed_cells_and_other_kinds(zfxxgk: Form) -> None:
    typed = {field.id for field in zfxxgk.typed}
    pairs = {(first, second): direction for first, second, direction in neighbours(zfxxgk, typed)}
    granted = "requests.granted.{}"
    assert pairs[granted.format("natural_person"), granted.format("business")] == "row"
    below = ("requests.received.natural_person", "requests.carried_in.natural_person")
    assert pairs[below] == "column"
    assert all(zfxxgk.fields[a].kind is zfxxgk.fields[b].kind for a, b in pairs)
    assert not any(zfxxgk.fields[a].computed or zfxxgk.fields[b].computed for a, b in pairs)
