"""Workbooks are written where files may stand: of these only a blank of ours is ever replaced."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlreport.atomic import locked, set_aside, write_atomically
from xlreport.errors import WouldReplace
from xlreport.form.catalog import FormCatalog
from xlreport.formats.guard import Limits, Refused
from xlreport.merging.intake import bytes_of
from xlreport.merging.request import ReadOptions
from xlreport.text import harmless
from xlreport.workbook.reader.blank import why_not_blank
from xlreport.workers import Lost

WORKBOOK = ".xlsx"

MOST_LISTED = 10
"""Files that are named one by one when they are not replaced."""

_OPEN_MARKS = ("~${}", ".~{}", ".~lock.{}#")
"""What Excel and WPS, older WPS, and LibreOffice put beside a workbook while it is open."""

Told = Callable[[Path, Path], None]
"""Hears of each file that made room: where it stood, and its new name."""


@dataclass(frozen=True)
class Replacing:
    """How to deal with files that stand where workbooks are written.

    `forms` and `reading` tell blanks from others. With `keep` the others are kept under another
    name, of which it hears.
    """

    forms: FormCatalog
    reading: ReadOptions
    keep: Told | None = None


@dataclass(frozen=True)
class _BlankTest:
    """Reads what stands there; can be sent to another process."""

    forms: FormCatalog
    limits: Limits
    passwords: tuple[str, ...]

    def __call__(self, path: Path) -> str:
        """Why the file must stay; empty for a blank of ours."""
        try:
            data, _ = bytes_of(path, self.limits.file)
        except Refused as refused:
            return refused.finding.message
        except OSError:
            return "打不开"
        return why_not_blank(data, self.forms, self.limits, self.passwords)


def write_all(folder: Path, files: Mapping[str, bytes], how: Replacing) -> list[Path]:
    """Writes files into a folder: all of them, or none when one may not be replaced. Gives their
    paths. Raises WouldReplace, Busy, OSError."""
    paths = {folder / name: data for name, data in files.items()}
    if not paths:
        return []
    with locked(folder):
        must_stay = objections(paths, how)
        if must_stay and how.keep is None:
            raise WouldReplace(_refusal(must_stay))
        for path, data in paths.items():
            if path in must_stay and how.keep is not None:
                how.keep(path, set_aside(path))
            write_atomically(path, data)
    return list(paths)


def objections(files: Mapping[Path, bytes], how: Replacing) -> dict[Path, str]:
    """The files that must stay, each with the reason."""
    reasons: dict[Path, str] = {}
    closed = []
    for path, data in files.items():
        if not _differs(path, data):
            continue
        reasons[path] = "正在 WPS 或 Excel 里打开着" if _is_open(path) else ""
        if not reasons[path]:
            closed.append(path)
    tested = _tested(closed, how)
    reasons.update(zip(closed, tested, strict=True))
    return {path: reason for path, reason in reasons.items() if reason}


def _differs(path: Path, data: bytes) -> bool:
    """Whether something else stands there than this file, or an older one of ours."""
    if not os.path.lexists(path) or _is_ours(path, data):
        return False
    try:
        found, _ = bytes_of(path, len(data))
    except (OSError, Refused):
        return True
    return found != data


def _is_ours(path: Path, data: bytes) -> bool:
    """Whether a list of ours stands where this one is to be written: it begins with the same line.
    A workbook never does: it is read."""
    heading, end, _ = data.partition(b"\n")
    if path.suffix == WORKBOOK or not end:
        return False
    try:
        found, _ = bytes_of(path, len(heading))
    except (OSError, Refused):
        return False
    return found == heading + end


def _is_open(path: Path) -> bool:
    marks = [path.with_name(mark.format(path.name)) for mark in _OPEN_MARKS]
    return any(mark.exists() for mark in marks)


def _tested(paths: list[Path], how: Replacing) -> Iterator[str]:
    """Why each file must stay, in their order."""
    reading = how.reading
    test = _BlankTest(how.forms, reading.limits, reading.passwords)
    with reading.pool(len(paths)) as pool:
        answers = [pool.submit(test, path) for path in paths]
        for answer in answers:
            try:
                yield answer.result()
            except Lost:
                yield "读不出来"


def _refusal(reasons: Mapping[Path, str]) -> str:
    """Which files, what they hold, and what to do."""
    count = len(reasons)
    lines = [f"有 {count} 个同名的文件不是空白表，没有替换，也没有写出任何文件："]
    lines += _listed(reasons.items())
    lines.append("请另给一个文件夹；确实要写在这里就加 --force，旧文件改名为 .bak 留着。")
    return "\n".join(lines)


def _listed(reasons: Iterable[tuple[Path, str]]) -> Iterator[str]:
    told = [f"  “{path}”{reason}" for path, reason in reasons]
    yield from map(harmless, told[:MOST_LISTED])
    more = len(told) - MOST_LISTED
    if more > 0:
        yield f"  另有 {more} 个"
