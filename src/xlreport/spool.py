"""Temporary folders, gone when they are not needed; those of runs that were killed are cleared away
by a later one.

Each holds a file that its run keeps locked. Only a folder of our name, of this user's, with such a
file that nobody holds is one that a killed run has left.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

PREFIX = "xlreport-"
_MARK = ".xlreport-spool"
"""The locked file; `merging.discover` takes names that begin so for no report."""

_JUST_MADE = 1.0
"""Seconds in which the file may be there and not be locked yet."""


@contextmanager
def spool() -> Iterator[Path]:
    """An empty folder that is gone afterwards. Raises OSError."""
    from filelock import FileLock

    _clear_once()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        folder = Path(name)
        lock = FileLock(folder / _MARK, fallback_to_soft=False)
        with suppress(OSError):  # file systems without locks
            lock.acquire()
        try:
            yield folder
        finally:
            lock.release()


@cache
def _clear_once() -> None:
    clear()


def clear() -> None:
    """Removes what killed runs have left."""
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if _may_be_ours(entry) and _is_left(Path(entry.path)):
                shutil.rmtree(entry.path, ignore_errors=True)


def _may_be_ours(entry: os.DirEntry[str]) -> bool:
    """By its name and the locked file in it; there may be thousands that only have such a name."""
    return entry.name.startswith(PREFIX) and os.path.lexists(f"{entry.path}/{_MARK}")


def _is_left(folder: Path) -> bool:
    """Whether a folder is one of ours that no run holds any more."""
    from filelock import FileLock, Timeout

    mark = folder / _MARK
    try:
        is_ours = _is_own(folder, stat.S_ISDIR) and _is_own(mark, stat.S_ISREG)
        if not is_ours or time.time() - mark.lstat().st_mtime < _JUST_MADE:
            return False
        lock = FileLock(mark, 0, fallback_to_soft=False)
        lock.acquire()
    except (OSError, Timeout):
        return False
    lock.release()
    return True


def _is_own(path: Path, is_kind: Callable[[int], bool]) -> bool:
    """Whether a path is of a kind, no link, and this user's. Raises OSError."""
    status = path.lstat()
    mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return mine and is_kind(status.st_mode)
