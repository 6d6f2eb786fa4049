"""Reads every file that was found: each gets one result, archives one for each member too."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from xlreport.findings import Finding, record
from xlreport.form.catalog import FormCatalog
from xlreport.formats.archives import Member, members_of
from xlreport.formats.codes import R6
from xlreport.formats.detect import ARCHIVES, Kind, kind_of, said
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused, too_much
from xlreport.merging.codes import F12, F15, R26
from xlreport.merging.discover import SourceFile, system_file
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.request import ReadOptions
from xlreport.submission import Pool
from xlreport.workbook.reader.submission import Reading, read_submission
from xlreport.workers import DIED, MEMORY, RAISED, TIME, Lost

IntakeStep = tuple[FileRecord, list[SourceFile]]
"""A file's result, and what else was found inside it."""

_AHEAD = 8
"""Files that are asked for before the first of them is done."""


@dataclass(frozen=True)
class Reader:
    """Reads one file; can be sent to another process. `passwords` are tried on encrypted workbooks;
    `spool` is an empty folder of the caller's into which archives are unpacked."""

    forms: FormCatalog
    spool: Path
    limits: Limits = DEFAULT_LIMITS
    passwords: tuple[str, ...] = ()

    def __call__(self, found: SourceFile) -> IntakeStep:
        """The file's result and, for an archive, its members. Never raises for what the file is or holds."""
        reason = system_file(found.name)
        if reason and not found.problem:
            return FileRecord(
                found.shown, Outcome.IGNORED, (record(F12, reason, file=found.shown),)
            ), []
        if found.refused is not None:
            return _refusal(found, found.refused), []
        if found.problem:
            return _unreadable(found, found.problem), []
        try:
            most = max(self.limits.file, self.limits.archive)
            data, modified = _bytes_of(found.path, most)
        except OSError as error:
            words = "没有读取权限" if isinstance(error, PermissionError) else "文件打不开"
            return _unreadable(found, words), []
        if data is None:
            return _unreadable(found, "这是链接、管道或设备，不是普通文件"), []
        if len(data) > most:
            size = found.path.lstat().st_size
            return _refusal(found, too_much("文件大小", size, most, "字节").finding), []
        try:
            kind, words = kind_of(data, self.limits)
            if kind in ARCHIVES:
                return self._archive(found, data, kind, words)
        except Refused as refused:
            return _refusal(found, refused.finding, data), []
        reading = read_submission(
            data,
            self.forms,
            path=found.shown,
            modified=modified if found.modified is None else found.modified,
            limits=self.limits,
            passwords=self.passwords,
        )
        return _result(found.shown, reading), []

    def _archive(self, found: SourceFile, data: bytes, kind: Kind, words: str) -> IntakeStep:
        if found.depth >= self.limits.depth:
            raise too_much("压缩包套压缩包的层数", found.depth + 1, self.limits.depth, "层")
        try:
            spool = Path(tempfile.mkdtemp(dir=self.spool))
            members = members_of(data, kind, spool, self.limits)
        except OSError:
            return _unreadable(found, "解压时写不了临时文件"), []
        inside = _inside(found, members)
        holds = f"里面有 {len(inside)} 个文件，结果逐个列出" if inside else "里面没有文件"
        note = record(F15, f"这{said(words)}，{holds}", file=found.shown)
        return FileRecord(
            found.shown, Outcome.IGNORED, (note,), sha256=hashlib.sha256(data).hexdigest()
        ), inside


def _inside(found: SourceFile, members: list[Member]) -> list[SourceFile]:
    """Members as files of their own, `archive.zip!name.xlsx`."""
    depth = found.depth + 1
    return [
        SourceFile(
            m.path, f"{found.shown}!{m.name}", "", m.name, m.modified, depth, refused=m.problem
        )
        for m in members
    ]


def _told_apart(inside: list[SourceFile], taken: set[str]) -> list[SourceFile]:
    """The members in a fixed order, each under a name of its own: one that is taken gets a number."""
    named = []
    for one in inside:
        shown, again = one.shown, 1
        while shown in taken:
            again += 1
            shown = f"{one.shown}（第 {again} 个）"
        taken.add(shown)
        named.append(replace(one, shown=shown))
    return sorted(named, key=lambda f: f.shown)


def _refusal(found: SourceFile, finding: Finding, data: bytes | None = None) -> FileRecord:
    """A file that is rejected for one reason."""
    sha256 = hashlib.sha256(data).hexdigest() if data is not None else ""
    return FileRecord(found.shown, Outcome.REJECTED, (finding.at(file=found.shown),), sha256=sha256)


def _unreadable(found: SourceFile, words: str) -> FileRecord:
    suggestion = "请检查文件，把普通的 .xlsx 文件放进来后重新汇总"
    return FileRecord(
        found.shown, Outcome.REJECTED, (record(R6, words, suggestion, file=found.shown),)
    )


def _bytes_of(path: Path, most: int) -> tuple[bytes | None, float]:
    """The bytes of a regular file, at most one more than allowed; None for anything else."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return None, 0.0
    flags = (
        os.O_RDONLY
        | getattr(os, "O_NOFOLLOW", 0)
        | getattr(os, "O_NONBLOCK", 0)
        | getattr(os, "O_BINARY", 0)
    )
    with os.fdopen(os.open(path, flags), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            return None, 0.0
        return stream.read(most + 1), status.st_mtime


def _result(shown: str, reading: Reading) -> FileRecord:
    submission = reading.submission
    return FileRecord(
        path=shown,
        outcome=Outcome.REJECTED if submission is None else Outcome.ACCEPTED,
        findings=tuple(f.at(file=shown, unit=reading.unit.name) for f in reading.findings),
        sha256=reading.sha256,
        unit=reading.unit,
        year=reading.year,
        form=reading.form_id,
        saved=submission.provenance.saved if submission else "",
        submission=submission,
    )


_LOST = {
    TIME: (
        "读取超过了 {seconds:g} 秒，已停止",
        "请用 WPS 或 Excel 打开，另存为“.xlsx”后重新报送；也可以用 --limit 放宽",
    ),
    MEMORY: (
        "读取要用的内存超过了 {memory:,} 字节，已停止",
        "请用 WPS 或 Excel 打开，另存为“.xlsx”后重新报送",
    ),
    DIED: ("读取时进程异常退出", "请用 WPS 或 Excel 打开，另存为“.xlsx”后重新报送"),
    RAISED: (
        "读取时程序出错（{detail}）",
        "请把这个文件发给 xlreport 的维护者；同时请报送单位从模板重新填报",
    ),
}


def _lost(found: SourceFile, lost: Lost, limits: Limits) -> FileRecord:
    words, suggestion = _LOST[lost.reason]
    told = words.format(seconds=limits.seconds, memory=limits.memory, detail=lost.detail)
    return _refusal(found, record(R26, f"{told}；其他文件不受影响", suggestion))


def read_files(
    files: Sequence[SourceFile], forms: FormCatalog, options: ReadOptions
) -> list[FileRecord]:
    """Reads all files; archives are unpacked into a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="xlreport-") as spool, options.pool(len(files)) as pool:
        reader = Reader(forms, Path(spool), options.limits, options.passwords)
        return list(read_all(files, reader, pool))


def read_all(
    found: Iterable[SourceFile], reader: Reader, executor: Executor
) -> Iterator[FileRecord]:
    """Reads many files in their order, each archive followed by its members.

    All archives within one share its limit on members. A worker that is lost costs its one file.
    """
    found = list(found)
    taken = {one.shown for one in found}
    for result, inside in _read(found, reader, executor):
        yield result
        left = reader.limits.parts
        layers = deque([inside])
        while layers:
            batch = _told_apart(layers.popleft(), taken)
            for one in batch[left:]:
                count = reader.limits.parts
                refused = too_much(
                    "压缩包（含里层的压缩包）里的文件数", count + len(batch) - left, count, "个"
                )
                yield _refusal(one, refused.finding)
            for member, deeper in _read(batch[:left], reader, executor):
                yield member
                layers.append(deeper)
            left = max(0, left - len(batch))


def _read(found: Iterable[SourceFile], reader: Reader, executor: Executor) -> Iterator[IntakeStep]:
    """Some files at a time, so that results do not pile up."""
    rest, pool = iter(found), Pool()
    waiting: deque[tuple[SourceFile, Future[IntakeStep]]] = deque()
    while True:
        waiting.extend(
            (one, executor.submit(reader, one)) for one in islice(rest, _AHEAD - len(waiting))
        )
        if not waiting:
            return
        one, future = waiting.popleft()
        try:
            result, inside = future.result()
            if result.submission is not None:
                result = replace(result, submission=pool.share(result.submission))
            yield result, inside
        except Lost as lost:
            yield _lost(one, lost, reader.limits), []
