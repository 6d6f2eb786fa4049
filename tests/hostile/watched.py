"""A merge in a process of its own that watches itself; prints what it saw as JSON.

python watched.py memory FOLDER OUT        the peak of its own memory
python watched.py events FOLDER OUT        connections and programs started, by an audit hook
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

TRAPPED = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethost",
    "socket.bind",
    "socket.sendto",
    "urllib.Request",
    "subprocess.Popen",
    "os.exec",
    "os.system",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.fork",
    "os.forkpty",
    "pty.spawn",
    "webbrowser.open",
    "ftplib.connect",
    "http.client.connect",
    "smtplib.connect",
)

events: list[tuple[str, str]] = []


def trap(event: str, arguments: tuple[Any, ...]) -> None:
    if event in TRAPPED:
        told = " ".join(arguments[1][1:]) if event == "subprocess.Popen" else ""
        events.append((event, told if arguments[0] in (None, sys.executable) else repr(arguments)))


def taken() -> list[tuple[str, str]]:
    seen = list(events)
    events.clear()
    return seen


def main() -> None:
    what, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    from xlreport import MergeRequest, ReadOptions, merge_folder, write_outputs

    if what == "memory":
        result = write_outputs(merge_folder(MergeRequest(folder)), out)
        peak = next(
            line
            for line in Path("/proc/self/status").read_text().splitlines()
            if line.startswith("VmHWM")
        )
        total = int(result.totals["disclosure.licences.decisions"])
        print(
            json.dumps(
                {"peak": int(peak.split()[1]), "accepted": len(result.accepted), "total": total}
            )
        )
        return
    sys.addaudithook(trap)
    alone = MergeRequest(folder, reading=ReadOptions(workers=0))
    result = write_outputs(merge_folder(alone), out)
    found: dict[str, Any] = {"here": taken(), "codes": sorted({f.code for f in result.findings})}
    with_workers = MergeRequest(folder, reading=ReadOptions(workers=2))
    write_outputs(merge_folder(with_workers), out)
    found["workers"] = taken()
    with suppress(OSError), socket.socket() as made:
        made.connect(("127.0.0.1", 9))
    subprocess.run([sys.executable, "-c", ""], check=True)
    print(json.dumps({**found, "control": taken()}))


if __name__ == "__main__":
    main()
