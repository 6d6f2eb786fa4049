"""Which files there are in a folder: every one, in one fixed order, links not followed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xlreport.findings import Finding

_SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_SYSTEM_STARTS = ("~$", ".~", "._", ".xlreport-")


def system_file(name: str) -> str | None:
    """Why a file is none that a town sent: lock files and what systems leave behind."""
    folders, _, lower = f"/{name}".lower().rpartition("/")
    if lower.startswith("~$") or lower.startswith(".~"):
        return "这是 WPS 或 Excel 打开文件时留下的锁文件，不是报表"
    if lower in _SYSTEM_NAMES or lower.startswith(_SYSTEM_STARTS) or "/__macosx" in folders:
        return "这是系统自动生成的文件，不是报表"
    return None


@dataclass(frozen=True)
class SourceFile:
    """A file before it is read: where its bytes lie, and how results call it.

    `problem` is set for what cannot be listed or read, `refused` for a member that its archive does
    not give. `member` is its name in an archive, `modified` the time stamp there, `depth` how many
    archives it is in.
    """

    path: Path
    shown: str
    problem: str = ""
    member: str = ""
    modified: float | None = None
    depth: int = 0
    refused: Finding | None = None

    @property
    def name(self) -> str:
        return self.member or self.path.name


def list_files(folder: Path, leave_out: frozenset[Path] = frozenset()) -> list[SourceFile]:
    """All files below a folder in one fixed order; links are not followed, unreadable folders are
    entries of their own. `leave_out` names the caller's own files, as `own_files` gives them."""
    found: list[SourceFile] = []

    def unreadable(error: OSError) -> None:
        path = Path(os.fsdecode(error.filename))
        found.append(SourceFile(path, _shown(path, folder), "文件夹没有读取权限"))

    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        here = Path(root).resolve()
        for name in folders:
            path = Path(root, name)
            if path.is_symlink():
                found.append(SourceFile(path, _shown(path, folder), "这是指向别处的链接，不跟随"))
        for name in sorted(names):
            path = Path(root, name)
            if here / name not in leave_out:
                found.append(SourceFile(path, _shown(path, folder)))
    return sorted(found, key=lambda f: f.shown)


def own_files(paths: Iterable[Path]) -> frozenset[Path]:
    """Files by the real names of their folders, however they were given; a link stays one."""
    return frozenset(path.parent.resolve() / path.name for path in paths)


def _shown(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path != folder else "."
