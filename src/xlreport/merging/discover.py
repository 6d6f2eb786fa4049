"""Which files there are in a folder: every one, in one fixed order, links not followed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlreport.findings import Finding, Message
from xlreport.merging.codes import LOCK_FILE, SYSTEM_FILE

_LOCK_STARTS = ("~$", ".~")
_SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_SYSTEM_STARTS = ("._", ".xlreport-")
_SYSTEM_FOLDERS = "/__macosx"

LINK = "这是指向别处的链接，不跟随"
FOLDER_DENIED = "文件夹没有读取权限"


def system_file(name: str) -> Message | None:
    """Why a file is none that a town sent: lock files and what systems leave behind.

    `name` may be that of a member with the folders of its archive.
    """
    folders, _, lower = f"/{name}".lower().rpartition("/")
    if lower.startswith(_LOCK_STARTS):
        return LOCK_FILE
    by_name = lower in _SYSTEM_NAMES or lower.startswith(_SYSTEM_STARTS)
    return SYSTEM_FILE if by_name or _SYSTEM_FOLDERS in folders else None


@dataclass(frozen=True)
class SourceFile:
    """A file before it is read: where its bytes lie, and how results call it.

    `problem` is set for what cannot be listed or read, `refused` for a member that its archive does
    not give. `member` is its name in an archive, `modified` the time stamp there, `depth` how many
    archives it is in. An archive is only unpacked when it is asked for with `unpack`; `spent` is
    then how many bytes have been unpacked from the archives around it.
    """

    path: Path
    shown: str
    problem: str = ""
    member: str = ""
    modified: float | None = None
    depth: int = 0
    refused: Finding | None = None
    unpack: bool = False
    spent: int = 0

    @property
    def name(self) -> str:
        """The file's own name: in its archive, or in its folder."""
        return self.member or self.path.name


def list_files(folder: Path, leave_out: frozenset[Path] = frozenset()) -> list[SourceFile]:
    """All files below a folder in one fixed order.

    Links are not followed; links to folders and unreadable folders are entries of their own.
    `leave_out` names the caller's own files, as `own_files` gives them.
    """
    denied: list[SourceFile] = []

    def unreadable(error: OSError) -> None:
        denied.append(_entry(Path(os.fsdecode(error.filename)), folder, FOLDER_DENIED))

    found = list(_walk(folder, leave_out, unreadable))
    return sorted([*found, *denied], key=lambda file: file.shown)


def _entry(path: Path, folder: Path, problem: str = "") -> SourceFile:
    """A file as results call it: by its path below the folder."""
    shown = path.relative_to(folder).as_posix() if path != folder else "."
    return SourceFile(path, shown, problem)


def _walk(
    folder: Path, leave_out: frozenset[Path], unreadable: Callable[[OSError], None]
) -> Iterator[SourceFile]:
    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        here = Path(root).resolve()
        for name in folders:
            path = Path(root, name)
            if path.is_symlink():
                yield _entry(path, folder, LINK)
        for name in names:
            if here / name not in leave_out:
                yield _entry(Path(root, name), folder)


def own_files(paths: Iterable[Path]) -> frozenset[Path]:
    """Files by the real names of their folders, however they were given; a link stays one."""
    return frozenset(path.parent.resolve() / path.name for path in paths)
