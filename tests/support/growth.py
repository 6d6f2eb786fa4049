"""How much work something is, without a clock: the instructions of the interpreter that it takes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

TWICE = 2.2
"""So many times the work, at most, twice as many units may be."""


def operations(work: Callable[[], object]) -> int:
    """The instructions of the interpreter that a call takes, those of C code left aside."""
    count = 0

    def traced(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        count += event == "opcode"
        return traced

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def is_linear(work: Callable[[int], Callable[[], object]], units: int) -> bool:
    """Whether twice as many units are about twice the work; `work` prepares what is measured."""
    work(2)()  # what is made once
    once, twice = operations(work(units)), operations(work(2 * units))
    return twice <= TWICE * once
