"""Which files there are in a folder: every one, in one fixed order, links not followed."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlreport.errors import EXHAUSTED
from xlreport.findings import Finding, Message
from xlreport.merging.codes import LOCK_FILE, SYSTEM_FILE

_LOCK_STARTS = ("~$", ".~")
_SYSTEM_NAMES = frozenset(
    {"thumbs.db", "desktop.ini", ".ds_store", "desk.lock", "desk.json", "desk.log"}
)
"""What systems leave behind, and what the desk keeps in a campaign."""

_BEING_WRITTEN = ".xlreport-"
_SYSTEM_STARTS = ("._", _BEING_WRITTEN)
_SYSTEM_FOLDERS = "/__macosx"

LINK = "这是指向别处的链接，不跟随"
FOLDER_DENIED = "文件夹没有读取权限"
FOLDER_GONE = "文件夹在读取时不见了"
FOLDER_UNREADABLE = "文件夹打不开（套得太深、路径太长，或者已被移走）"

_NOT_LISTED = {
    errno.EACCES: FOLDER_DENIED,
    errno.EPERM: FOLDER_DENIED,
    errno.ENOENT: FOLDER_GONE,
}
"""What people read of a folder that the system does not list, by its error."""


def is_being_written(name: str) -> bool:
    """Whether a file has a name that only a run of ours gives, until it has written the file."""
    return name.rpartition("/")[2].startswith(_BEING_WRITTEN)


def system_file(name: str) -> Message | None:
    """Why a file is none that a town sent, by its name: lock files and what systems leave behind.

    `name` may be that of a member with the folders of its archive.
    """
    path = f"/{name}".lower()
    folders, _, lower = path.rpartition("/")
    if lower.startswith(_LOCK_STARTS):
        return LOCK_FILE
    by_name = lower in _SYSTEM_NAMES or lower.startswith(_SYSTEM_STARTS)
    if by_name or _SYSTEM_FOLDERS in folders:
        return SYSTEM_FILE
    return None


@dataclass(frozen=True)
class SourceFile:
    """A file before it is read: where its bytes lie, and how results call it.

    `problem` is set for what cannot be listed or read, `refused` for a member that its archive does
    not give; `address` for an object of a store, which is no file of this machine. `member` is its
    name in an archive, `modified` the time stamp there, `depth` how many archives it is in. An
    archive is only unpacked when it is asked for with `unpack`; `spent` is then how many bytes have
    been unpacked from the archives around it. `unit` and `year` are those of its report, where the
    caller knows them and it is not our workbook.
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
    address: str = ""
    unit: str = ""
    year: int | None = None

    @property
    def name(self) -> str:
        """The file's own name: in its archive, or in its folder."""
        return self.member or self.path.name


def list_files(folder: Path, leave_out: frozenset[Path] = frozenset()) -> list[SourceFile]:
    """All files below a folder in one fixed order.

    Links are not followed; links to folders and unreadable folders are entries of their own.
    `leave_out` names the caller's own files, as `own_files` gives them.
    """
    return sorted(_walk(folder, leave_out), key=lambda file: file.shown)


@dataclass(frozen=True)
class _Folder:
    """A folder to be listed: its path as it was given, its real one, and how results call it, with
    a `/` behind it."""

    path: Path
    real: Path
    shown: str

    def below(self, name: str) -> _Folder:
        """A folder in it that is no link."""
        shown = f"{self.shown}{name}/"
        return _Folder(self.path / name, self.real / name, shown)

    def entry(self, name: str, problem: str = "") -> SourceFile:
        """A file in it as results call it."""
        return SourceFile(self.path / name, self.shown + name, problem)

    def unreadable(self, problem: str) -> SourceFile:
        """The folder itself, when it cannot be listed."""
        shown = self.shown.removesuffix("/") or "."
        return SourceFile(self.path, shown, problem)


def _walk(folder: Path, leave_out: frozenset[Path]) -> Iterator[SourceFile]:
    """Folder by folder, however deep they lie within each other."""
    waiting = [_Folder(folder, folder.resolve(), "")]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here.path) as entries:
                listed = list(entries)
        except OSError as error:
            if error.errno in EXHAUSTED:
                raise
            problem = _NOT_LISTED.get(error.errno or 0, FOLDER_UNREADABLE)
            yield here.unreadable(problem)
            continue
        for entry in listed:
            if _is_folder(entry):
                waiting.append(here.below(entry.name))
            elif _is_link_to_folder(entry):
                yield here.entry(entry.name, LINK)
            elif here.real / entry.name not in leave_out:
                yield here.entry(entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_link_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_symlink() and entry.is_dir()
    except OSError:
        return False


def own_files(paths: Iterable[Path]) -> frozenset[Path]:
    """Files by the real names of their folders, however they were given; a link stays one."""
    return frozenset(path.parent.resolve() / path.name for path in paths)
