"""Timers that end at once or never, so that no test about limits of time waits or depends on speed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest


class Timer:
    """Stands in for `threading.Timer`; it ends when it is started, or never."""

    daemon = False

    def __init__(self, end: Callable[[], object] | None) -> None:
        self._end = end

    def start(self) -> None:
        """Ends, if it is one of those whose time is over."""
        if self._end is not None:
            self._end()

    def cancel(self) -> None:
        """There is nothing to stop."""


class Clock:
    """Makes timers and keeps the seconds of each in `set`. `over` tells by its number (from 1) and its
    seconds whether the time of a timer is over as soon as it begins."""

    def __init__(self, over: Callable[[int, float], bool]) -> None:
        self.set: list[float] = []
        self._over = over

    def __call__(
        self, seconds: float, function: Callable[..., Any], args: tuple[Any, ...]
    ) -> Timer:
        self.set.append(seconds)
        if self._over(len(self.set), seconds):
            return Timer(lambda: function(*args))
        return Timer(None)


def with_clock(
    patch: pytest.MonkeyPatch, over: Callable[[int, float], bool] = lambda number, seconds: False
) -> Clock:
    """Puts a clock in the place of all timers."""
    clock = Clock(over)
    patch.setattr(threading, "Timer", clock)
    return clock
