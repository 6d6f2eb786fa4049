"""Every file of a folder, each exactly once: what it is, or why it was not read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from xlreport.checking.findings import Finding, record
from xlreport.form.library import get_form, shipped
from xlreport.form.model import Form
from xlreport.submission import NOBODY, Submission, Unit
from xlreport.workbook.guard import DEFAULT_LIMITS, Limits, too_much
from xlreport.workbook.reading import Forms, Reading, read_submission


class Outcome(StrEnum):
    """What became of a file (a contract: scripts depend on the values)."""

    ACCEPTED = "accepted"
    RETURNED = "returned"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    IGNORED = "ignored"

    @property
    def label(self) -> str:
        """The Chinese word that users read."""
        words = {"accepted": "通过", "returned": "退回", "duplicate": "重复", "superseded": "已被取代"}
        return {**words, "rejected": "不能计入", "ignored": "略过"}[self.value]


@dataclass(frozen=True)
class FileResult:
    """One file: where it lies (relative to the folder, with `/`), what became of it, and why."""

    path: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    sha256: str = ""
    unit: Unit = NOBODY
    year: int | None = None
    form: str = ""
    saved: str = ""
    submission: Submission | None = field(default=None, repr=False)

    def ended(self, outcome: Outcome, *findings: Finding) -> FileResult:
        """The same file with another outcome and these findings added."""
        return replace(self, outcome=outcome, findings=(*self.findings, *findings))

    def as_dict(self) -> dict[str, Any]:
        """The file as the `--json` contract has it."""
        return {
            "path": self.path,
            "outcome": self.outcome.value,
            "unit": self.unit.name or None,
            "unit_code": self.unit.code or None,
            "year": self.year,
            "form": self.form or None,
            "sha256": self.sha256 or None,
            "findings": [f.as_dict() for f in self.findings],
        }


_SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_SYSTEM_STARTS = ("~$", ".~", "._", ".xlreport-")


def system_file(name: str) -> str | None:
    """Why a file is none that a town sent: lock files and what systems leave behind."""
    lower = name.lower()
    if lower.startswith("~$") or lower.startswith(".~"):
        return "这是 WPS 或 Excel 打开文件时留下的锁文件，不是报表"
    if lower in _SYSTEM_NAMES or lower.startswith(_SYSTEM_STARTS):
        return "这是系统自动生成的文件，不是报表"
    return None


@dataclass(frozen=True)
class Found:
    """A path in the folder before it is read; `problem` is set for what cannot be listed or read."""

    path: Path
    shown: str
    problem: str = ""


def list_files(folder: Path, leave_out: frozenset[Path] = frozenset()) -> list[Found]:
    """All files below a folder in one fixed order; links are not followed, unreadable folders are
    entries of their own. `leave_out` names the program's own inputs and outputs."""
    found: list[Found] = []

    def unreadable(error: OSError) -> None:
        path = Path(os.fsdecode(error.filename))
        found.append(Found(path, _shown(path, folder), "文件夹没有读取权限"))

    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        for name in folders:
            path = Path(root, name)
            if path.is_symlink():
                found.append(Found(path, _shown(path, folder), "这是指向别处的链接，不跟随"))
        for name in sorted(names):
            path = Path(root, name)
            if path.absolute() not in leave_out:
                found.append(Found(path, _shown(path, folder)))
    return sorted(found, key=lambda f: f.shown)


def _shown(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path != folder else "."


def read_file(found: Found, forms: Forms, limits: Limits = DEFAULT_LIMITS) -> FileResult:
    """Reads one file; never raises for what the file is or holds."""
    reason = system_file(found.path.name)
    if reason and not found.problem:
        return FileResult(found.shown, Outcome.IGNORED, (record("F12", reason, file=found.shown),))
    if found.problem:
        return _unreadable(found, found.problem)
    try:
        data, modified = _bytes_of(found.path, limits)
    except OSError as error:
        return _unreadable(found, "没有读取权限" if isinstance(error, PermissionError) else "文件打不开")
    if data is not None and len(data) > limits.file:
        refused = too_much("文件大小", found.path.lstat().st_size, limits.file, "字节").finding
        return FileResult(found.shown, Outcome.REJECTED, (refused.at(file=found.shown),))
    if data is None:
        return _unreadable(found, "这是链接、管道或设备，不是普通文件")
    reading = read_submission(data, forms, path=found.shown, modified=modified, limits=limits)
    return _result(found.shown, reading)


def _unreadable(found: Found, words: str) -> FileResult:
    todo = "请检查文件，把普通的 .xlsx 文件放进来后重新汇总"
    return FileResult(found.shown, Outcome.REJECTED, (record("R6", words, todo, file=found.shown),))


def _bytes_of(path: Path, limits: Limits) -> tuple[bytes | None, float]:
    """The bytes of a regular file, at most one more than the limit; None for anything else."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return None, 0.0
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            return None, 0.0
        return stream.read(limits.file + 1), status.st_mtime


def _result(shown: str, reading: Reading) -> FileResult:
    submission = reading.submission
    return FileResult(
        path=shown,
        outcome=Outcome.REJECTED if submission is None else Outcome.ACCEPTED,
        findings=tuple(f.at(file=shown, unit=reading.unit.name) for f in reading.findings),
        sha256=reading.sha256,
        unit=reading.unit,
        year=reading.year,
        form=reading.form_id,
        saved=submission.source.saved if submission else "",
        submission=submission,
    )


def read_all(found: Iterable[Found], forms: Forms, executor: Executor | None = None) -> Iterator[FileResult]:
    """Reads many files in their order; an executor may do it elsewhere."""
    work = partial(read_file, forms=forms)
    yield from executor.map(work, found) if executor else map(work, found)


@dataclass(frozen=True)
class FormShelf:
    """Finds forms by id: those given first, then the shipped ones. Can be sent to other processes."""

    given: tuple[Form, ...] = ()

    def __call__(self, form_id: str) -> Form | None:
        for form in self.given:
            if form.id == form_id:
                return form
        return get_form(form_id) if form_id in shipped() else None
