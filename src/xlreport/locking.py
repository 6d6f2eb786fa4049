"""One writer at a time in an output folder, by a lock of the operating system.

The system drops the lock when its process ends, however it ends, so a killed run leaves nothing to
clear away but the (empty) file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xlreport.errors import Busy

LOCK_NAME = ".xlreport-lock"
_WAIT = 0.1


@contextmanager
def locked(folder: Path, patience: float = 30.0) -> Iterator[None]:
    """Holds the folder's lock, and clears temporary files that killed runs left. Raises Busy after
    `patience` seconds, OSError when the folder cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOCK_NAME
    handle = _acquire(path, patience)
    try:
        _clear(folder)
        yield
    finally:
        if os.name != "nt":
            with suppress(OSError):
                path.unlink()
        os.close(handle)


def _acquire(path: Path, patience: float) -> int:
    end = time.monotonic() + patience
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        try:
            if _try(handle) and _same(path, handle):
                os.ftruncate(handle, 0)
                os.write(handle, str(os.getpid()).encode())
                return handle
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        if time.monotonic() > end:
            who = f"（进程号 {holder}）" if holder.isdigit() else ""
            raise Busy(f"另一个 xlreport{who}正在写“{path.parent}”，请等它结束后再运行。")
        time.sleep(_WAIT)


def _same(path: Path, handle: int) -> bool:
    """Whether the file that was locked is still the one at the path (its last holder removes it)."""
    with suppress(OSError):
        there, here = path.stat(), os.fstat(handle)
        return (there.st_ino, there.st_dev) == (here.st_ino, here.st_dev)
    return False


def _try(handle: int) -> bool:
    """Takes the lock if it is free; file systems without locks count as free."""
    if os.name == "nt":
        import msvcrt

        try:
            os.lseek(handle, 1000, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except PermissionError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True
    import errno
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS)
    return True


def _clear(folder: Path) -> None:
    for path in folder.glob(".xlreport-*.tmp"):
        with suppress(OSError):
            path.unlink()
