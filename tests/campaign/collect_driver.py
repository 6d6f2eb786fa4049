"""Runs one collection in a process of its own, with its N-th step that changes the disk killed or failing.

    python collect_driver.py MODE N CAMPAIGN MAILS        MODE: kill, or the name of an error (ENOSPC …)

A step is a call that creates, writes, flushes, syncs, renames, removes or dates a file, or one of SQLite's
statements or commits. Prints how many steps were made.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

made = 0


def main() -> None:
    mode, number, campaign, mails = (
        sys.argv[1],
        int(sys.argv[2]),
        Path(sys.argv[3]),
        Path(sys.argv[4]),
    )

    def step() -> None:
        global made
        made += 1
        if made == number:
            if mode == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(getattr(errno, mode), os.strerror(getattr(errno, mode)), "文件")

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            step()
            return real(*args, **kwargs)

        return call

    class Stream(io.FileIO):
        def write(self, data: Any, /) -> int:
            step()
            return super().write(data)

    class Connection(sqlite3.Connection):
        def execute(self, *args: Any) -> sqlite3.Cursor:
            step()
            return super().execute(*args)

        def executemany(self, *args: Any) -> sqlite3.Cursor:
            step()
            return super().executemany(*args)

        def executescript(self, *args: Any) -> sqlite3.Cursor:
            step()
            return super().executescript(*args)

        def __exit__(self, *args: Any) -> Any:
            step()
            result = super().__exit__(*args)
            step()
            return result

    # everything is imported before steps are counted
    import xlreport.api
    import xlreport.campaign.campaign
    import xlreport.campaign.collect
    from xlreport.cli.app import main as command

    assert xlreport.campaign.collect
    assert xlreport.campaign.campaign
    xlreport.merging.request.WORKERS = 0
    real_open = os.open

    def opened(path: Any, flags: int, *rest: Any, **kwargs: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            step()
        return real_open(path, flags, *rest, **kwargs)

    os.open = opened  # type: ignore[assignment]
    for name in (
        "fsync",
        "replace",
        "rename",
        "unlink",
        "mkdir",
        "write",
        "ftruncate",
        "chmod",
        "utime",
    ):
        setattr(os, name, counted(getattr(os, name)))
    real_fdopen = os.fdopen
    os.fdopen = lambda handle, mode="r", *rest: (  # type: ignore[assignment]
        Stream(handle, "wb") if "w" in mode else real_fdopen(handle, mode, *rest)
    )
    real_connect = sqlite3.connect
    sqlite3.connect = lambda path: real_connect(path, factory=Connection)  # type: ignore[assignment]
    code = command(["collect", str(mails), "--campaign", str(campaign)])
    print(f"steps {made}")
    sys.exit(code)


if __name__ == "__main__":
    main()
