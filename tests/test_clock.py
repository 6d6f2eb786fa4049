"""Times are those of China, wherever the computer stands."""

from __future__ import annotations

import datetime as dt

import pytest

from xlreport.clock import china, minute, seconds_of, told_apart

TEN = 1768442400.0
"""10 in the morning of 15 January 2026 in China."""


def test_a_moment_has_chinas_time_of_day() -> None:
    assert china(TEN).isoformat() == "2026-01-15T10:00:00+08:00"


@pytest.mark.parametrize(
    ("stamp", "shown"),
    [
        ("2026-01-12T07:04:00Z", "2026-01-12 15:04"),
        ("2026-01-12T23:30:00+00:00", "2026-01-13 07:30"),
        ("2026-01-12T15:04:00", "2026-01-12 15:04"),
        ("2026-01-12T15:04:59.9", "2026-01-12 15:04"),
        ("", ""),
        ("昨天", ""),
    ],
)
def test_a_stamp_is_shown_as_chinas_clocks_show_it(stamp: str, shown: str) -> None:
    assert minute(seconds_of(stamp)) == shown


def test_a_stamp_without_a_zone_is_chinas() -> None:
    assert seconds_of("2026-01-15T10:00:00") == seconds_of("2026-01-15T02:00:00Z") == TEN
    assert china(seconds_of("2026-01-15")).time() == dt.time(0, 0)


def test_times_of_one_minute_are_told_apart_by_their_seconds() -> None:
    assert told_apart(TEN, TEN + 60) == ("2026-01-15 10:00", "2026-01-15 10:01")
    assert told_apart(TEN + 5, TEN) == ("2026-01-15 10:00:05", "2026-01-15 10:00:00")
    assert told_apart(TEN, 0.0) == ("2026-01-15 10:00", "")
    assert told_apart(TEN, TEN) == ("2026-01-15 10:00", "2026-01-15 10:00")
