"""Dates as people write them."""

from __future__ import annotations

import datetime as dt

import pytest

from xlreport.text import day_of


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-20",
        "2026-1-20",
        "2026/1/20",
        "2026/01/20",
        "2026.1.20",
        "2026年1月20日",
        "2026年1月20",
        "2026 年 1 月 20 日",
        " 2026-01-20 ",
        "２０２６年１月２０日",
        "2026／1／20",
        "20260120",
    ],
)
def test_a_date_is_read_as_people_write_it(text: str) -> None:
    assert day_of(text) == dt.date(2026, 1, 20)


@pytest.mark.parametrize(
    "text",
    ["", "明天", "2026-1", "1-20", "26-1-20", "2026-13-1", "2026-2-30", "2026-1-200", "2026-1-20 8:00"],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert day_of(text) is None
