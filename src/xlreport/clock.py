"""Times as people in China read them; what is kept is in seconds since 1970 or as ISO 8601."""

from __future__ import annotations

import datetime as dt

CHINA = dt.timezone(dt.timedelta(hours=8))
"""China's one time zone."""


def china(seconds: float) -> dt.datetime:
    """Seconds since 1970 as a time of day in China."""
    return dt.datetime.fromtimestamp(seconds, CHINA)


def present_day() -> dt.date:
    """The day that it is in China now."""
    return dt.datetime.now(CHINA).date()


def seconds_of(stamp: str) -> float:
    """An ISO 8601 time stamp in seconds since 1970, one without a zone taken as China's; 0 for none
    and for one that is wrong."""
    try:
        time = dt.datetime.fromisoformat(stamp)
    except ValueError:
        return 0.0
    if time.tzinfo is None:
        time = time.replace(tzinfo=CHINA)
    return time.timestamp()


def minute(seconds: float) -> str:
    """A time as China's clocks show it: 2026-01-12 15:04; empty where it is not known (0)."""
    return f"{china(seconds):%Y-%m-%d %H:%M}" if seconds else ""


def told_apart(first: float, second: float) -> tuple[str, str]:
    """Two times, with seconds where they are in the same minute; empty where one is not known."""
    minutes = minute(first), minute(second)
    if first == second or minutes[0] != minutes[1]:
        return minutes
    return f"{china(first):%Y-%m-%d %H:%M:%S}", f"{china(second):%Y-%m-%d %H:%M:%S}"
