"""What was read before: a program that stays open reads only the files that are new or changed.

A file counts as unchanged while the system gives it the same identity, size and time; its records
are those of the reading, before anything is decided.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from xlreport.merging.discover import SourceFile
from xlreport.merging.outcome import FileRecord

Mark = tuple[int, int, int, int]
"""What tells a file from what stood there before: device, inode, size, time in nanoseconds."""

Read = Callable[[Sequence[SourceFile]], list[FileRecord]]
"""Reads files; the members of an archive follow it."""


@dataclass(eq=False)
class Memory:
    """Keeps the records of files by the names that results give them. For one form and one set of
    limits; not for several threads at once."""

    _known: dict[str, tuple[Mark, list[FileRecord]]] = field(default_factory=dict)

    def read(self, files: Sequence[SourceFile], read: Read) -> list[FileRecord]:
        """The records of all files in their order; only those that changed are read."""
        marks = {file.shown: _mark(file) for file in files}
        changed = [file for file in files if not self._is_known(file.shown, marks[file.shown])]
        fresh = _by_file(read(changed), changed) if changed else {}
        kept: dict[str, tuple[Mark, list[FileRecord]]] = {}
        records: list[FileRecord] = []
        for file in files:
            own = fresh.get(file.shown)
            if own is None:
                own = self._records(file.shown)
            records += own
            mark = marks[file.shown]
            # a file that changed while it was read is read again the next time
            if mark is not None and mark == _mark(file):
                kept[file.shown] = mark, own
        self._known = kept
        return records

    def _is_known(self, name: str, mark: Mark | None) -> bool:
        known = self._known.get(name)
        return mark is not None and known is not None and known[0] == mark

    def _records(self, name: str) -> list[FileRecord]:
        known = self._known.get(name)
        return [] if known is None else known[1]


def _mark(file: SourceFile) -> Mark | None:
    """None for what cannot be looked at, and for what was never listed as a file."""
    if file.problem or file.address:
        return None
    try:
        status = os.lstat(file.path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _by_file(
    records: Iterable[FileRecord], files: Iterable[SourceFile]
) -> dict[str, list[FileRecord]]:
    """Records by the files that were listed: what follows a file's own record lies in it."""
    by_file: dict[str, list[FileRecord]] = {file.shown: [] for file in files}
    current: list[FileRecord] = []
    for record in records:
        own = by_file.get(record.path)
        if own is not None and not own:
            current = own
        current.append(record)
    return by_file
