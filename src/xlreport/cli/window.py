"""A program that Windows starts without a console has no streams; then a window says it."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from types import TracebackType

TITLE = "xlreport"
REPORT = "xlreport-出错.txt"
"""What is known of an error that nobody foresaw, in the user's folder for temporary files."""

_WARNING = 0x30
"""MB_ICONWARNING, with the one button OK."""


def has_console() -> bool:
    """Whether there is somebody to read what is printed."""
    return sys.stderr is not None


def show(message: str) -> None:
    """Shows a sentence in a window and waits until it is closed; nothing on other systems."""
    import ctypes

    windows = getattr(ctypes, "windll", None)
    if windows is not None:
        windows.user32.MessageBoxW(None, message, TITLE, _WARNING)


def show_unforeseen(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """For `sys.excepthook`: keeps the traceback, and says where."""
    import tempfile

    place = Path(tempfile.gettempdir()) / REPORT
    place.write_text("".join(traceback.format_exception(kind, error, trace)), "utf-8-sig")
    show(f"程序出错，停下了；已经写好的文件都是完整的。请把这个文件发给维护程序的人：\n{place}")
