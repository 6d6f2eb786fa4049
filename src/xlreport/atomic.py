"""Files written whole or not at all: a temporary file beside the target, flushed, then replaced."""

from __future__ import annotations

import errno
import os
import tempfile
import unicodedata
from contextlib import suppress
from pathlib import Path

_FORBIDDEN = '<>:"/\\|?*'
_DEVICES = frozenset(
    {
        "con",
        "prn",
        "aux",
        "nul",
        "conin$",
        "conout$",
        *(f"{d}{i}" for d in ("com", "lpt") for i in "123456789¹²³"),
    }
)
"""Names that Windows gives to devices, whatever follows after spaces and a point."""

MOST_BYTES = 200
"""A file name longer than this (in UTF-8) is cut before its extension."""


def write_atomically(path: Path, data: bytes, modified: float = 0.0) -> None:
    """Replaces `path` by `data`; a killed run leaves the old file or the new one. `modified` is the file's
    time stamp in seconds, 0 for now. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".xlreport-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        if modified:
            os.utime(temporary, (modified, modified))
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(path.parent)


def why_not_written(error: OSError) -> str:
    """A sentence about a file that cannot be written."""
    name = error.filename2 or error.filename
    if error.errno == errno.ENOSPC:
        return f"磁盘满了，写不了{f'“{name}”' if name else '文件'}：请腾出空间。"
    return f"写不了{f'“{name}”' if name else '文件'}：请关闭正打开它的 WPS 或 Excel，检查磁盘空间和写入权限。"


def _sync_folder(folder: Path) -> None:
    if hasattr(os, "O_DIRECTORY"):
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def safe_name(name: str, extension: str = ".xlsx") -> str:
    """A file name that every system takes: one component, no device name, not too long."""
    kept = "".join(
        "_" if c in _FORBIDDEN or unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c
        for c in name
    )
    kept = kept.strip(" .")
    if kept.split(".", 1)[0].strip().lower() in _DEVICES:
        kept = "_" + kept
    kept = kept[:MOST_BYTES] or "_"
    while len(kept.encode()) > MOST_BYTES - len(extension):
        kept = kept[:-1]
    return kept.rstrip(" .") + extension


def decoded(data: bytes) -> str | None:
    """A text that a person saved: UTF-8 with or without BOM, or GBK (read as its superset GB 18030); None
    when it is neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
