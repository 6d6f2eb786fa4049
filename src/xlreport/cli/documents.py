"""Where a double-click keeps campaigns: a folder among the user's documents, wherever these lie
(many offices have them on another drive)."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from xlreport.atomic import made

NAME = "xlreport"
"""The folder of the campaigns."""

_DOCUMENTS = bytes.fromhex("d09ad3fd8f23af46adb46c85480369c7")
"""FOLDERID_Documents, {FDD39AD0-238F-46AF-ADB4-6C85480369C7}, as a GUID lies in memory."""

_UNVERIFIED = 0x4000
"""KF_FLAG_DONT_VERIFY: a drive that is away is told, and nothing is made in another place."""


def campaigns() -> Path:
    """The folder, made if there is none. Raises OSError."""
    return made(documents() / NAME)


def documents() -> Path:
    """The folder of the documents: Windows knows it, elsewhere it has its usual place; where there
    is none, the user's folder."""
    known = _known_folder(_DOCUMENTS)
    if known:
        return Path(known)
    home = Path(os.environ.get("USERPROFILE", "") or Path.home())
    usual = home / "Documents"
    return usual if usual.is_dir() else home


def _known_folder(identity: bytes) -> str:
    """A folder that Windows keeps for a purpose (SHGetKnownFolderPath); empty on other systems and
    where Windows does not know it."""
    windows = getattr(ctypes, "windll", None)
    if windows is None:
        return ""
    path = ctypes.c_wchar_p()
    guid = ctypes.create_string_buffer(identity, len(identity))
    failed = windows.shell32.SHGetKnownFolderPath(guid, _UNVERIFIED, None, ctypes.byref(path))
    found = "" if failed else path.value or ""
    windows.ole32.CoTaskMemFree(path)
    return found
