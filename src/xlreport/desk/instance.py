"""One desk a campaign: a lock says that it runs, a note beside it says where.

The lock is one of the operating system, which drops it when its holder ends, however it ends; a
note that a killed run left is told by nobody holding the lock.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import time
import urllib.request
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from xlreport.errors import Busy

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK, NOTE, LOG = "desk.lock", "desk.json", "desk.log"
"""Files in the campaign; none of them is a report (`merging.discover`)."""

PATIENCE = 5.0
"""Seconds that a second start waits for the first one to tell where it is."""

_PAUSE = 0.1
_ANSWER = 2.0
"""Seconds in which a running desk must answer."""

_WITHOUT_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS})


class Instance:
    """The claim of one run on a campaign."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: BaseFileLock | None = None

    def claim(self) -> bool:
        """Whether this run is the campaign's desk now. Raises OSError for a folder that cannot be
        written."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / LOCK, 0, fallback_to_soft=False, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            if error.errno not in _WITHOUT_LOCKS:
                raise
        self._lock = lock
        return True

    def tell(self, door: str) -> None:
        """Writes for later starts where this one is; only this user can read it. Raises OSError."""
        text = json.dumps({"door": door, "process": os.getpid()})
        temporary = self.folder / f".xlreport-{secrets.token_hex(8)}.tmp"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        temporary.replace(self.folder / NOTE)

    def give_up(self) -> None:
        """Leaves the campaign to later starts."""
        if self._lock is None:
            return
        with suppress(OSError):
            (self.folder / NOTE).unlink()
        if os.name != "nt":  # Windows removes no open file; there `release` does it
            with suppress(OSError):
                (self.folder / LOCK).unlink()
        with suppress(OSError):
            self._lock.release()
        self._lock = None


def running_door(folder: Path) -> str:
    """The address of the desk that has the campaign. Raises Busy when it does not answer."""
    end = time.monotonic() + PATIENCE
    while True:
        door = _told(folder)
        if door and _answers(door):
            return door
        if time.monotonic() > end:
            raise Busy(
                f"“{folder}”已经在另一个窗口打开，但它没有回答。请等一会儿再试；"
                "还不行就重新启动电脑，或者在任务管理器里结束它。"
            )
        time.sleep(_PAUSE)


def _told(folder: Path) -> str:
    """What the note says; empty where there is none that can be read."""
    try:
        note = json.loads((folder / NOTE).read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    door = note.get("door", "") if isinstance(note, dict) else ""
    return door if isinstance(door, str) and door.startswith("http://127.0.0.1:") else ""


def _answers(door: str) -> bool:
    """Whether a desk is there that knows this token. No proxy of the system is asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    alive = door.replace("/enter?", "/alive?", 1)
    try:
        with opener.open(alive, timeout=_ANSWER) as response:
            return bool(response.status == HTTPStatus.NO_CONTENT)
    except (OSError, ValueError):
        return False
