"""The folder that is merged: what may be written where, and what it holds. Stands on what a reader
needs and no more, so that reading begins before the rest is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from xlreport.errors import UsageError
from xlreport.merging.discover import SourceFile, list_files, own_files
from xlreport.merging.intake import read_files
from xlreport.merging.outcome import FileRecord
from xlreport.merging.remote import address_of, list_remote
from xlreport.merging.request import MergeRequest


def read_folder(request: MergeRequest) -> list[FileRecord]:
    """What each file of the folder holds. Raises UsageError when the folder does not exist."""
    listed = _in_folder(request.folder, request.exclude)
    reading = request.reading
    if reading.memory is None:
        return read_files(listed, request.forms, reading)
    return reading.memory.read(listed, lambda files: read_files(files, request.forms, reading))


def _in_folder(folder: Path, exclude: Iterable[Path]) -> list[SourceFile]:
    """All files of a folder, of this machine or of an object store. Raises UsageError."""
    address = address_of(folder)
    if address:
        return list_remote(address)
    require_folder(folder)
    if not folder.is_dir():
        raise UsageError(f"找不到文件夹“{folder}”，请检查路径。")
    return list_files(folder, own_files(exclude))


def require_places(
    folder: Path,
    *,
    out: Path | None = None,
    repair: Path | None = None,
    notices: Path | None = None,
) -> None:
    """Raises UsageError where a merge of a folder must not write."""
    for written in filter(None, (out, repair, notices)):
        require_folder(written)
    if repair is not None:
        require_apart(repair, folder)
    if notices is not None:
        require_apart(notices, folder, "更正通知")


def require_folder(path: Path) -> None:
    """Raises UsageError for a file where a folder is needed."""
    if path.exists() and not path.is_dir():
        raise UsageError(f"“{path}”是文件，不是文件夹：请写文件夹的路径。")


def require_apart(out: Path, folder: Path, what: str = "修复的工作簿") -> None:
    """Fresh workbooks never go where the next run would read them. Raises UsageError."""
    if folder.is_dir() and out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{what}不能写进收报表的文件夹“{folder}”，请另给一个文件夹。")
