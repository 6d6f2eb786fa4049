"""What most tests of the desk begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desk.scene import Visit, desk_with_towns

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Visit]:
    """A desk with a campaign of three towns, to which nothing came yet."""
    with desk_with_towns(tmp_path / "工作") as opened:
        yield opened


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser that waits as long as it must."""
    from playwright.sync_api import expect

    from desk.visitor import LONG, started

    expect.set_options(timeout=LONG * 1000)
    with started() as browser:
        yield browser
