"""A real browser, without a network, that tells whatever goes wrong in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

DESK, PHONE = (1366, 768), (390, 844)
"""Screens, in the pixels of style sheets."""

_NAMES = ("chromium", "chromium-browser", "google-chrome", "msedge")


def require_browser() -> str:
    """The program; without it a skip on a user's machine and a failure in CI."""
    for name in _NAMES:
        program = shutil.which(name)
        if program is not None:
            return program
    if os.environ.get("CI"):
        pytest.fail("Chromium is missing in CI: the browser did not run")
    pytest.skip("Chromium is not installed; the browser did not run")


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser, until the end of the block."""
    program = require_browser()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Opened:
    """An opened page, with what it asked for and complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    failures: dict[str, str | None] = field(default_factory=dict)
    """Why what was asked for did not come."""

    def listen(self) -> None:
        """From now on."""
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", self._failed)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _failed(self, request: Request) -> None:
        self.failures[request.url] = request.failure


@contextmanager
def opened(
    started: Browser,
    path: Path,
    size: tuple[int, int] = DESK,
    *,
    dark: bool = False,
    script: bool = True,
) -> Iterator[Opened]:
    """A file as a double click opens it."""
    width, height = size
    context = started.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        offline=True,
    )
    shown = Opened(context.new_page())
    shown.listen()
    shown.page.goto(path.as_uri())
    yield shown
    context.close()
