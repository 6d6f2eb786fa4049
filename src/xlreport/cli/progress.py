"""How far a long command has come: one line on a terminal's stderr, gone at the end.

rich is only loaded where there is a terminal and there are many files; `--json` never shows it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from xlreport.text import harmless

if TYPE_CHECKING:
    from xlreport.merging.request import Progress

FEW = 5
"""So many files are done before anybody wonders."""

_WIDEST_NAME = 40
"""Characters of a file's name; the middle of a longer one is left out."""

_IS_WANTED: ContextVar[bool] = ContextVar("_IS_WANTED", default=False)


@contextmanager
def allowed(*, wanted: bool) -> Iterator[None]:
    """Within it progress may be shown, where there is a terminal to show it on."""
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    token = _IS_WANTED.set(wanted and is_terminal and os.environ.get("TERM") != "dumb")
    try:
        yield
    finally:
        _IS_WANTED.reset(token)


def progress() -> Progress:
    """What hears of each file of a command."""
    from xlreport.merging.request import uncounted

    return _shown if _IS_WANTED.get() else uncounted


@contextmanager
def _shown(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A line that tells what is done, how far, and with which file; `total` is 0 where nobody
    knows how many there are."""
    if 0 < total <= FEW:
        yield lambda _name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar
    from rich.table import Column

    one_line = Column(no_wrap=True, overflow="ellipsis")
    how_far = (BarColumn(20), MofNCompleteColumn()) if total else (TextColumn("{task.completed}"),)
    columns = (
        TextColumn("{task.description}", markup=False),
        *how_far,
        TextColumn("{task.fields[name]}", markup=False, table_column=one_line),
    )
    console = Console(stderr=True, highlight=False, emoji=False)
    shown = Bar(*columns, console=console, transient=True, refresh_per_second=5)
    with shown:
        task = shown.add_task(what, total=total or None, name="")
        yield lambda name: shown.update(task, advance=1, name=shortened(harmless(name)))


def shortened(name: str) -> str:
    """A name whose middle is left out where it is too long for the line."""
    if len(name) <= _WIDEST_NAME:
        return name
    half = _WIDEST_NAME // 2
    return f"{name[: half - 1]}…{name[-half:]}"
