"""How much the result of a check matters, as one number that formulas can add up and compare."""

from __future__ import annotations

from enum import IntEnum

from xlreport.findings import Severity
from xlreport.rules.evaluate import Verdict

NO_PRIOR_YEAR_WORD = "无上年数"
"""What is shown for a check that cannot be made for want of last year's figures."""


class Grade(IntEnum):
    """The result of a check; the largest of several is the one that is shown."""

    OPEN = -2
    """Cells are not filled in yet."""
    NO_PRIOR_YEAR = -1
    """The workbook has no figures of last year."""
    HOLDS = 0
    NOTE = 1
    """A note's rule does not hold."""
    EXPLAINED = 2
    """A warning's rule does not hold, and the unit has said why."""
    WARNING = 3
    ERROR = 4

    @property
    def fails(self) -> bool:
        """Whether the rule does not hold."""
        return self > Grade.HOLDS

    @property
    def word(self) -> str:
        """The verdict in a word."""
        return _WORDS.get(self, Verdict.FAILS.label)

    @property
    def mark(self) -> str:
        """What stands before the words of a failing check."""
        return _MARKS.get(self, "")


TICK = "✔"
_MARKS = {Grade.ERROR: "✘", Grade.WARNING: "！", Grade.EXPLAINED: "！", Grade.NOTE: "※"}
_WORDS = {
    Grade.OPEN: Verdict.UNKNOWN.label,
    Grade.NO_PRIOR_YEAR: NO_PRIOR_YEAR_WORD,
    Grade.HOLDS: Verdict.HOLDS.label,
}

FAILING = {
    Severity.ERROR: Grade.ERROR,
    Severity.WARNING: Grade.WARNING,
    Severity.NOTE: Grade.NOTE,
}
"""The grade of a failing check by its severity, before anybody has explained it."""


def together(grades: list[Grade]) -> Grade:
    """The grade of several checks at once: the worst that fails, else the most open."""
    worst = max(grades)
    return worst if worst.fails else min(grades)
