"""Signals that end a run: it cleans up as after Ctrl-C, whoever sent them."""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""To end; the terminal was closed; the same on Windows. SIGINT is Python's own."""

SHELLS = 128
"""What shells add to a signal's number for the exit code."""

PATIENCE = 5.0
"""Seconds for cleaning up, in which further signals are left alone."""


class Ended(BaseException):
    """The run is to end now; no `except Exception` may hold it up."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = SHELLS + number


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Within it these signals raise Ended. One that is ignored (`nohup`) stays so."""
    handler = _Handler()
    numbers = _unhandled()
    for number in numbers:
        signal.signal(number, handler)
    try:
        yield
    finally:
        handler.is_done = True
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _unhandled() -> list[signal.Signals]:
    """The signals that would kill this process. Only the main thread may handle any."""
    if threading.current_thread() is not threading.main_thread():
        return []
    numbers = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    return [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]


class _Handler:
    """Raises Ended, and again when that was lost: what is raised while an object is destroyed only
    goes to stderr."""

    def __init__(self) -> None:
        self.is_done = False
        self._raised = float("-inf")

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._raised < PATIENCE:
            return
        self._raised = now
        again = threading.Timer(PATIENCE, self._again, (number,))
        again.daemon = True
        again.start()
        raise Ended(number)

    def _again(self, number: int) -> None:
        if not self.is_done:
            _thread.interrupt_main(signal.Signals(number))
