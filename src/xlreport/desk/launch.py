"""Starts the desk and ends it: a server on this machine only, a free port, the browser."""

from __future__ import annotations

import errno
import os
import socket
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlreport.campaign.campaign import DEFAULT_OPTIONS
from xlreport.campaign.settings import NAME
from xlreport.desk.app import create_app
from xlreport.desk.desk import Desk
from xlreport.desk.security import ADDRESS, Guard
from xlreport.desk.serving import server
from xlreport.errors import UsageError
from xlreport.merging.request import ReadOptions

_LOOK = 0.5
"""Seconds between two looks at whether to end: on Windows Ctrl+C reaches no longer wait."""

_LAST_ANSWER = 0.5
"""Seconds in which the page that ends the desk still gets its answer."""

_TAKEN = frozenset({errno.EADDRINUSE, errno.EACCES, getattr(errno, "WSAEACCES", errno.EACCES)})

Tell = Callable[[str], None]
"""Says a line to whoever started the desk."""


@dataclass(frozen=True)
class Start:
    """How the desk is started: the campaign or the folder for campaigns, the port (0 any that is
    free), and how files are read."""

    folder: Path
    port: int = 0
    browser: bool = True
    reading: ReadOptions = DEFAULT_OPTIONS


def run(start: Start, tell: Tell) -> None:
    """Serves until the page or the keyboard ends it; where the campaign has a desk already, that is
    opened. Raises UsageError for a folder or a port that cannot be used, Busy, OSError."""
    folder = start.folder.absolute()
    if not folder.is_dir():
        raise UsageError(f"找不到文件夹“{start.folder}”，请检查路径。")
    listening = _listening(start.port)
    with listening:
        guard = Guard(listening.getsockname()[1])
        desk = Desk(folder, guard, start.reading)
        other = desk.open(folder) if (folder / NAME).is_file() else desk.settle()
        if other:
            _show(other, start, tell, "已经打开了：")
            return
        try:
            _serve(desk, listening, start, tell)
        finally:
            desk.close()


def _listening(port: int) -> socket.socket:
    """A socket of this machine only. Raises UsageError for a port that another program has."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name != "nt":  # there it would let two programs share a port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((ADDRESS, port))
    except OSError as error:
        listening.close()
        if error.errno in _TAKEN:
            raise UsageError(
                f"端口 {port} 被另一个程序占用：请换一个，或者不写端口，会自己找一个空的。"
            ) from None
        raise
    return listening


def _serve(desk: Desk, listening: socket.socket, start: Start, tell: Tell) -> None:
    served = server(create_app(desk), listening, desk.guard.session)
    ending = threading.Event()
    thread = threading.Thread(target=_run, args=(served, ending), name="server", daemon=True)
    thread.start()
    try:
        _show(desk.guard.door, start, tell, "工作台已打开：")
        tell("关闭：在页面上按“关闭工作台”，或者在这里按 Ctrl+C。")
        while not _ended(desk.closing, _LOOK):
            pass
        thread.join(_LAST_ANSWER)
    except KeyboardInterrupt:
        tell("工作台已关闭。")
    finally:
        ending.set()
        served.close()
        thread.join(_LAST_ANSWER)


def _run(served: Any, ending: threading.Event) -> None:
    """Serves; at the end the sockets are taken from under it."""
    try:
        served.run()
    except (OSError, ValueError):
        if not ending.is_set():
            raise


def _ended(closing: threading.Event, seconds: float) -> bool:
    """Whether the page has ended the desk, after so long a look."""
    return closing.wait(seconds)


def _show(door: str, start: Start, tell: Tell, words: str) -> None:
    """Tells the address, and opens it."""
    tell(f"{words}{door}")
    if start.browser and not webbrowser.open(door):
        tell("浏览器没有打开，请把上面的地址粘贴到浏览器里。")
