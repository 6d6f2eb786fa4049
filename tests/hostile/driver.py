"""Runs one merge in a process of its own, with its N-th write call killed or failing.

    python driver.py MODE N FOLDER OUT        MODE: kill, or the name of an error (ENOSPC …)

A call is any step by which the program changes the disk: creating, writing, flushing, syncing,
renaming, removing. Prints how many such calls were made.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

made = 0


def main() -> None:
    mode, number, folder, out = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])

    def step() -> None:
        global made
        made += 1
        if made == number:
            if mode == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(getattr(errno, mode), os.strerror(getattr(errno, mode)), "输出文件")

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            step()
            return real(*args, **kwargs)

        return call

    class Stream(io.FileIO):
        def write(self, data: Any, /) -> int:
            step()
            return super().write(data)

    real_open = os.open

    def opened(path: Any, flags: int, *rest: Any, **kwargs: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            step()
        return real_open(path, flags, *rest, **kwargs)

    # everything is imported before calls are counted
    import xlreport.api
    import xlreport.merging.summary_workbook
    from xlreport.cli.app import main as command

    assert xlreport.merging.summary_workbook
    xlreport.merging.request.WORKERS = 0
    os.open = opened  # type: ignore[assignment]
    for name in ("fsync", "replace", "rename", "unlink", "mkdir", "write", "ftruncate", "chmod"):
        setattr(os, name, counted(getattr(os, name)))
    real_fdopen = os.fdopen
    os.fdopen = lambda handle, mode="r", *rest: (  # type: ignore[assignment]
        Stream(handle, "wb") if "w" in mode else real_fdopen(handle, mode, *rest)
    )
    code = command(["merge", str(folder), "--out", str(out)])
    print(f"calls {made}")
    sys.exit(code)


if __name__ == "__main__":
    main()
