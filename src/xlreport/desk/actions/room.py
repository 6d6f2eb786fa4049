"""What has to make room for what an action writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlreport.telling.lines import kept_line

if TYPE_CHECKING:
    from pathlib import Path


class Room:
    """Hears of the files that made room for new ones, and stay as `.bak`."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, path: Path, kept: Path) -> None:
        """Hears of one of them, and its new name."""
        self.lines.append(kept_line(path, kept))
