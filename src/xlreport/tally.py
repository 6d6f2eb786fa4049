"""How many files this process has written whole: what an interrupted command tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Tally:
    """A number that only grows."""

    files: int = 0


WRITTEN = Tally()
"""The files of this process."""
