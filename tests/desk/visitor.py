"""A clerk in Chromium at a running desk, who clicks and drops, and hears of whatever goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

import xlreport
from support.browser import DESK, require_browser

LONG = 60.0
"""Seconds that nothing takes."""

SMALL = (1280, 720)
"""The smallest screen that pages are made for."""


class Seat:
    """A desk that the command started, as it runs in an office. What it opens with other programs
    of the machine is only written down."""

    def __init__(self, folder: Path, machine: Path) -> None:
        self.folder = folder
        self._opened = machine / "opened.txt"
        program = machine / "xdg-open"
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> "{self._opened}"\n', "utf-8")
        program.chmod(0o755)
        source = Path(xlreport.__file__).parents[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "xlreport", "desk", str(folder), "--no-browser"],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={
                **os.environ,
                "PATH": f"{machine}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(source),
                "PYTHONUTF8": "1",
            },
        )
        assert self.process.stdout is not None
        self.door = self.process.stdout.readline().partition("：")[2].strip()
        """The address that lets a browser in."""

    @property
    def origin(self) -> str:
        """The address of all pages."""
        return self.door.partition("/enter")[0]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.origin.rpartition(":")[2])

    def opened(self) -> list[str]:
        """What was opened with other programs."""
        return self._opened.read_text("utf-8").splitlines() if self._opened.exists() else []

    def ended(self) -> int:
        """Its exit code, when it has come to its end."""
        return self.process.wait(LONG)

    def close(self) -> None:
        """Ends it by the button of a page, unless that was done."""
        if self.process.poll() is None:
            opener = urllib.request.build_opener(
                urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
            )
            page = opener.open(self.door, timeout=LONG).read().decode()
            token = page.partition('name="desk-token" content="')[2].partition('"')[0]
            headers = {"Origin": self.origin, "X-Desk-Token": token}
            request = urllib.request.Request(f"{self.origin}/close", b"", headers)
            opener.open(request, timeout=LONG).close()
        with self.process.stdout or nullcontext():
            assert self.ended() == 0


@dataclass
class Clerk:
    """A browser that came in by the door: its page, whom it asked, and what it complained of."""

    seat: Seat
    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        """From now on, in every page of the browser."""
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _heard(self, message: ConsoleMessage) -> None:
        self.complaints.append(f"{message.text} {message.location}")

    def enter(self) -> Page:
        """Comes in."""
        self.page.goto(self.seat.door)
        return self.page

    def go(self, address: str) -> Page:
        """Opens a page of the desk."""
        self.page.goto(f"{self.seat.origin}{address}")
        return self.page

    def strangers(self) -> list[str]:
        """Addresses that were asked and are not the desk's."""
        own = urllib.parse.urlsplit(self.seat.origin).netloc
        parts = [urllib.parse.urlsplit(address) for address in self.asked]
        return [part.geturl() for part in parts if part.scheme != "data" and part.netloc != own]

    def drop(self, files: Sequence[Path], selector: str = "#drop") -> None:
        """Drags files or folders from the system onto a place, as a hand does."""
        place = self.page.locator(selector)
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        assert box is not None
        session = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(path) for path in files], "dragOperationsMask": 1}
        event = {"x": box["x"] + 40, "y": box["y"] + 20, "data": data}
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, **event})
        session.detach()

    def focused(self) -> str:
        """What has the focus: its id, else its text, else its name."""
        told: str = self.page.evaluate(
            """() => { const e = document.activeElement;
            return e.id || (e.innerText || '').trim() || e.getAttribute('aria-label') || e.name
              || e.tagName; }"""
        )
        return told


@contextmanager
def started(*names: str) -> Iterator[Browser]:
    """Chromium, which finds no other machine; the names lead to this one."""
    program = require_browser()
    known = [f"MAP {name} 127.0.0.1" for name in names]
    rules = ", ".join((*known, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"))
    with sync_playwright() as playwright:
        words = ["--no-sandbox", f"--host-resolver-rules={rules}"]
        chromium = playwright.chromium.launch(executable_path=program, args=words)
        yield chromium
        chromium.close()


@contextmanager
def seated(folder: Path) -> Iterator[Seat]:
    """A desk until the end of the block."""
    machine = folder.parent / f"{folder.name}.machine"
    machine.mkdir(exist_ok=True)
    seat = Seat(folder, machine)
    try:
        yield seat
        seat.close()
    finally:
        seat.process.kill()
        seat.process.wait()


@contextmanager
def clerk_at(
    chromium: Browser,
    seat: Seat,
    size: tuple[int, int] = DESK,
    *,
    dark: bool = False,
    script: bool = True,
) -> Iterator[Clerk]:
    """A clerk who came in."""
    width, height = size
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        locale="zh-CN",
    )
    clerk = Clerk(seat, context.new_page())
    clerk.listen(context)
    clerk.enter()
    yield clerk
    context.close()


def done(page: Page) -> list[str]:
    """What an action said at its end."""
    page.wait_for_selector("#job[data-state=done]", timeout=LONG * 1000)
    return page.locator("main .lines li").all_inner_texts()
