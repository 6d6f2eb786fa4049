"""7z archives of workbooks, by py7zr (an extra)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

from xlreport.formats import codes
from xlreport.formats.archives.spool import BEGINNING, Member, Spool, check_large
from xlreport.formats.guard import Limits, Refused, check_limit

if TYPE_CHECKING:
    from py7zr import FileInfo, SevenZipFile

_DRIVE = re.compile("[A-Za-z]:")


def members(data: bytes, spool: Spool, limits: Limits, spent: int) -> Iterator[Member]:
    """The members, each read or with the finding that says why not."""
    for info, content in _extracted(data, limits, spent):
        name = info.filename.replace("\\", "/")
        try:
            yield Member(name, spool.put(_checked(info, content, limits)), _created(info))
        except Refused as refused:
            yield Member(name, spool.folder, problem=refused.finding)


def _checked(info: FileInfo, content: bytes | None, limits: Limits) -> bytes:
    """The content of a member; None for one whose name leads outside. Raises Refused."""
    if content is None:
        raise Refused(codes.LEADS_OUTSIDE())
    is_whole = not info.uncompressed or len(content) == info.uncompressed
    if info.is_symlink or not is_whole:
        raise Refused(codes.NOT_UNPACKED())
    check_large(content[:BEGINNING], len(content), limits)
    return content


def _extracted(data: bytes, limits: Limits, spent: int) -> list[tuple[FileInfo, bytes | None]]:
    """All files of the archive with their contents; None for those whose names py7zr refuses, with
    which it would refuse the others too. Raises Refused."""
    try:
        import py7zr
        from py7zr.io import BytesIOFactory
    except ImportError:
        raise Refused(codes.NO_SEVEN_ZIP()) from None
    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            files = _listed(archive, limits, spent)
            keys = {info.filename: _key(info.filename) for info in files}
            factory = BytesIOFactory(limits.total)
            wanted = [name for name, key in keys.items() if key]
            if wanted:
                archive.extract(targets=wanted, factory=factory)
    except (Refused, MemoryError):
        raise
    except Exception:  # noqa: BLE001 (on a broken archive py7zr raises whatever its parser stumbles on)
        raise Refused(codes.BROKEN_SEVEN_ZIP()) from None
    contents: list[tuple[FileInfo, bytes | None]] = []
    for info in files:
        key = keys[info.filename]
        product = factory.products.get(key)
        read = b"" if product is None else product.read()
        contents.append((info, read if key else None))
    return contents


def _key(name: str) -> str:
    """The name under which py7zr gives a member; empty for one that leads outside."""
    parts = [part for part in PurePath(name.lstrip("/")).parts if part != "."]
    if not parts or ".." in parts or _DRIVE.match(name):
        return ""
    return PurePath(*parts).as_posix()


def _listed(archive: SevenZipFile, limits: Limits, spent: int) -> list[FileInfo]:
    """The files of an archive. Password, count, total size, names given twice: raises Refused."""
    if archive.needs_password():
        raise Refused(codes.ARCHIVE_LOCKED())
    files = [info for info in archive.list() if not info.is_directory]
    check_limit(codes.ARCHIVE_FILES, len(files), limits.parts)
    total = spent + sum(info.uncompressed or 0 for info in files)
    check_limit(codes.TOTAL_SIZE, total, limits.total)
    names = {info.filename for info in files}
    if len(names) < len(files):
        raise Refused(codes.SAME_NAMES())
    return files


def _created(info: FileInfo) -> float:
    """The time stamp that 7z keeps, 0 where there is none."""
    if info.creationtime:
        return info.creationtime.timestamp()
    return 0.0
