"""What all archives have in common: their members, the spool, and what is too large to be in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from xlreport.findings import Finding
from xlreport.formats import codes
from xlreport.formats.detect import begins_an_archive
from xlreport.formats.guard import Limits, check_limit

BEGINNING = 8
"""Bytes of a file that tell whether it is an archive."""


@dataclass(frozen=True)
class Member:
    """One file in an archive: its name there, its spooled copy, when it was modified (seconds since
    1970, 0 when it is not told), or the finding that says why it was not read."""

    name: str
    path: Path
    modified: float = 0.0
    problem: Finding | None = None


class Spool:
    """A folder for what is unpacked. Files in it are called by numbers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(sum(1 for _ in folder.iterdir()))

    def put(self, content: bytes) -> Path:
        """A new file."""
        path = self.folder / f"{next(self._numbers):06}.bin"
        path.write_bytes(content)
        return path


def check_large(beginning: bytes, size: int, limits: Limits) -> None:
    """Refuses what is larger than a workbook may be, unless it is an archive itself: it would be
    refused when it is read, and is not unpacked for that."""
    if not begins_an_archive(beginning):
        check_limit(codes.FILE_SIZE, size, limits.file)


def decoded(name: bytes) -> str:
    """The bytes of a name as text; empty when they are neither UTF-8 nor GBK."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""
