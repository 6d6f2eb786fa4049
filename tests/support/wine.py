"""The program for Windows, unpacked and run under Wine."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from support import wine_shims

_LONGEST = 300
"""Seconds of one command: Wine on a busy machine is slow."""

_DLLS = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Wine:
    """A Windows 10 of its own, in a folder."""

    program: str
    prefix: Path

    def run(self, *command: str, folder: Path, variables: Mapping[str, str] | None = None) -> Done:
        """Runs a program of Windows in a folder. Its streams are pipes: Python for Windows does not
        start on Wine where one is a file."""
        done = subprocess.run(
            [self.program, *command],
            cwd=folder,
            env={**self.environment, **(variables or {})},
            input=b"\r\n",
            capture_output=True,
            timeout=_LONGEST,
            check=False,
        )
        return Done(done.returncode, _text(done.stdout), _text(done.stderr))

    def start(self, *command: str, folder: Path) -> int:
        """Runs what starts another program and ends; that one may go on, and holds no pipe."""
        nothing = subprocess.DEVNULL
        return subprocess.run(
            [self.program, *command],
            cwd=folder,
            env=self.environment,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            timeout=_LONGEST,
            check=False,
        ).returncode

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of ours but what finds programs; the names of files are UTF-8."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.prefix.parent),
            "LC_ALL": "C.UTF-8",
            "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": "-all",
            # no questions about Mono and Gecko, which nothing of ours needs
            "WINEDLLOVERRIDES": "mscoree,mshtml=;ucrtbase=n,b",
        }

    @property
    def documents(self) -> Path:
        """The folder of the user's documents."""
        users = (self.prefix / "drive_c" / "users").iterdir()
        (user,) = (folder for folder in users if folder.name != "Public")
        return user / "Documents"

    def end(self) -> None:
        """Ends every program of this Windows."""
        server = str(Path(self.program).with_name("wineserver64"))
        for option in ("--kill", "--wait"):
            subprocess.run([server, option], env=self.environment, check=False)


def require_wine() -> str:
    """The program; without it a skip on a user's machine and a failure in CI."""
    program = shutil.which("wine64") or shutil.which("wine64", path="/usr/lib/wine")
    if program is not None and (_DLLS / "ucrtbase.dll").exists():
        return program
    if os.environ.get("CI"):
        pytest.fail("wine64 is missing in CI: the program for Windows was not run")
    pytest.skip("wine64 is not installed; the program for Windows was not run")


def windows_10(program: str, folder: Path) -> Wine:
    """A new Windows in a folder, with what Wine lacks."""
    wine = Wine(program, folder / "prefix")
    plain = {"WINEDLLOVERRIDES": "mscoree,mshtml="}
    wine.run("wineboot", "--init", folder=folder, variables=plain)
    wine.run("winecfg", "-v", "win10", folder=folder, variables=plain)
    wine.end()
    wine_shims.install(wine.prefix / "drive_c" / "windows" / "system32", _DLLS)
    return wine


def on_windows(path: Path) -> str:
    """A path of this system as Wine names it."""
    return f"Z:{path}".replace("/", "\\")


def _text(said: bytes) -> str:
    return said.decode("utf-8", "backslashreplace").replace("\r\n", "\n")


# --- the desk ---


class Browser:
    """A browser without a screen: it keeps cookies and sends forms as browsers do."""

    def __init__(self, door: str) -> None:
        self.door = door
        self.origin, _, _ = door.partition("/enter")
        cookies = urllib.request.HTTPCookieProcessor()
        # no proxy of this machine stands between
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    def read(self, address: str) -> str:
        """A page as text."""
        with self._opener.open(address, timeout=_LONGEST) as response:
            return str(response.read().decode())

    def send(self, action: str, page: str, *files: Path) -> str:
        """Sends the form of a page that has its token and perhaps files."""
        found = re.search(r'name="token" value="([^"]+)"', page)
        fields: list[tuple[str, object]] = [("token", found.group(1) if found else "")]
        for file in files:
            content = io.BytesIO(file.read_bytes())
            fields.append(("files", FileStorage(content, file.name)))
        boundary, body = encode_multipart(MultiDict(fields))
        request = urllib.request.Request(self.origin + action, body)
        request.add_header("Origin", self.origin)
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        with self._opener.open(request, timeout=_LONGEST) as response:
            return str(response.read().decode())


def door_of(campaign: Path) -> str:
    """The address that a desk tells in its campaign, as soon as it answers there."""
    note = campaign / "desk.json"
    wait_until(note.exists)
    door = str(json.loads(note.read_text("utf-8"))["door"])
    wait_until(lambda: _listens(door))
    return door


def _listens(door: str) -> bool:
    place = urllib.parse.urlsplit(door)
    with socket.socket() as connection:
        return connection.connect_ex((place.hostname, place.port)) == 0


def wait_until(is_so: Callable[[], bool]) -> None:
    """Waits for something that another process does."""
    end = time.monotonic() + _LONGEST
    while not is_so():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.1)
