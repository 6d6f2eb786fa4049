"""Reads every file that was found: each gets one record, archives one for each member too."""

from __future__ import annotations

import errno
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

from xlreport.atomic import EXHAUSTED
from xlreport.findings import Finding
from xlreport.form.catalog import FormCatalog
from xlreport.formats.archives import Member, members_of
from xlreport.formats.codes import (
    ARCHIVE_DEPTH,
    ARCHIVE_FILES_IN_ALL,
    FILE_SIZE,
)
from xlreport.formats.detect import ARCHIVES, FileFormat, Kind, format_of, is_a
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused, check_limit, read_at_most
from xlreport.merging.codes import (
    ARCHIVE,
    EMPTY_ARCHIVE,
    OWN_OUTPUT,
    READER_DIED,
    READER_FAILED,
    TOO_MANY_OPEN,
    TOO_MUCH_MEMORY,
    TOO_SLOW,
    UNREADABLE,
)
from xlreport.merging.discover import SourceFile, is_being_written, system_file
from xlreport.merging.marks import is_own
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.request import ReadOptions
from xlreport.spool import spool
from xlreport.submission import Pool
from xlreport.workbook.reader.submission import Reading, read_submission
from xlreport.workers import DIED, MEMORY, RAISED, TIME, Lost

IntakeStep = tuple[FileRecord, list[SourceFile]]
"""A file's record, and what else was found inside it. An archive that is still to be unpacked gives
itself: only one at a time is, so that what is unpacked never takes more room than one may."""

_AHEAD = 8
"""Files that are asked for before the first of them is done."""

_NOT_OPENED = {
    errno.EACCES: "没有读取权限",
    errno.EPERM: "没有读取权限",
    errno.ENOENT: "文件在读取时不见了",
}
"""What people read of a file that the system does not open, by its error."""

_LOST = {TIME: TOO_SLOW, MEMORY: TOO_MUCH_MEMORY, DIED: READER_DIED, RAISED: READER_FAILED}


@dataclass(frozen=True)
class Reader:
    """Reads one file; can be sent to another process.

    `passwords` are tried on encrypted workbooks; `spool` is an empty folder of the caller's into
    which archives are unpacked.
    """

    forms: FormCatalog
    spool: Path
    limits: Limits = DEFAULT_LIMITS
    passwords: tuple[str, ...] = ()

    def __call__(self, file: SourceFile) -> IntakeStep:
        """The file's record and, for an archive, its members.

        Never raises for what the file is or holds.
        """
        not_sent = None if file.problem else system_file(file.name)
        try:
            data, modified = self._bytes(file)
        except Refused as refused:
            if not_sent is not None:
                return _ignored(file, not_sent()), []
            return _rejected(file, refused.finding), []
        if not_sent is not None and not self._was_sent(file, data):
            return _ignored(file, not_sent()), []
        if is_own(data):
            return _ignored(file, OWN_OUTPUT(), data), []
        try:
            found = format_of(data, self.limits)
            if found.kind in ARCHIVES:
                if file.unpack:
                    return self._archive(file, data, found)
                return _waiting(file)
        except Refused as refused:
            return _rejected(file, refused.finding, data), []
        if file.modified is not None:
            modified = file.modified
        reading = read_submission(
            data,
            self.forms,
            path=file.shown,
            modified=modified,
            limits=self.limits,
            passwords=self.passwords,
        )
        return _record(file, reading), []

    def _was_sent(self, file: SourceFile, data: bytes) -> bool:
        """Whether a file with the name of a lock or system file is a workbook or an archive: its
        content decides, but for what another run of ours is writing."""
        if is_being_written(file.name):
            return False
        try:
            found = format_of(data, self.limits)
        except Refused:
            return True
        return found.kind is not Kind.FOREIGN

    def _bytes(self, file: SourceFile) -> tuple[bytes, float]:
        """The file's bytes and its time stamp. Raises Refused for what is not to be read."""
        if file.refused is not None:
            raise Refused(file.refused)
        if file.problem:
            raise _unreadable(file.problem)
        most = max(self.limits.file, self.limits.archive)
        try:
            data, modified = bytes_of(file.path, most)
        except OSError as error:
            raise _why_not_opened(error) from None
        if len(data) > most:
            seen = file.path.lstat().st_size
            raise Refused(FILE_SIZE(seen=seen, allowed=most))
        return data, modified

    def _archive(self, file: SourceFile, data: bytes, found: FileFormat) -> IntakeStep:
        """An archive's record and its members. Raises Refused."""
        check_limit(ARCHIVE_DEPTH, file.depth + 1, self.limits.depth)
        try:
            folder = Path(tempfile.mkdtemp(dir=self.spool))
            members = members_of(data, found.kind, folder, self.limits, file.spent)
        except OSError:
            return _rejected(file, _unreadable("解压时写不了临时文件").finding), []
        message = ARCHIVE if members else EMPTY_ARCHIVE
        note = message(kind=is_a(found.label), count=len(members))
        inside = [_member(file, member) for member in members]
        return _ignored(file, note, data), inside


def _why_not_opened(error: OSError) -> Refused:
    if error.errno in EXHAUSTED:
        return Refused(TOO_MANY_OPEN())
    reason = _NOT_OPENED.get(error.errno or 0, "文件打不开")
    return _unreadable(reason)


def bytes_of(path: Path, most: int) -> tuple[bytes, float]:
    """The bytes of a regular file, at most one more than allowed, and its time stamp.

    Raises Refused for anything else, OSError.
    """
    not_regular = _unreadable("这是链接、管道或设备，不是普通文件")
    if not stat.S_ISREG(path.lstat().st_mode):
        raise not_regular
    # what lies there may change between the two looks at it: neither follow nor wait
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
        flags |= getattr(os, name, 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise not_regular
        return read_at_most(stream, most + 1), status.st_mtime


def _unreadable(reason: str) -> Refused:
    return Refused(UNREADABLE(reason=reason))


def _member(archive: SourceFile, member: Member) -> SourceFile:
    """A member as a file of its own, `archive.zip!name.xlsx`."""
    return SourceFile(
        member.path,
        f"{archive.shown}!{member.name}",
        member=member.name,
        modified=member.modified,
        depth=archive.depth + 1,
        refused=member.problem,
    )


def _waiting(file: SourceFile) -> IntakeStep:
    """An archive that is to be asked for again."""
    archive = replace(file, unpack=True)
    return _unread(file), [archive]


def _unread(file: SourceFile, data: bytes | None = None) -> FileRecord:
    """The record of a file of which no report was read; `data` are its bytes, where there are
    any."""
    digest = hashlib.sha256(data).hexdigest() if data is not None else ""
    return FileRecord(file.shown, Reading((), sha256=digest))


def _ignored(file: SourceFile, note: Finding, data: bytes | None = None) -> FileRecord:
    record = _unread(file, data)
    return record.decided(Outcome.IGNORED, record.placed(note))


def _rejected(file: SourceFile, reason: Finding, data: bytes | None = None) -> FileRecord:
    record = _unread(file, data)
    return record.decided(Outcome.REJECTED, record.placed(reason))


def _record(file: SourceFile, reading: Reading) -> FileRecord:
    """The record of a workbook that was read, light enough to be sent between processes."""
    as_one_unit = reading.as_one_unit
    if as_one_unit is not None:
        as_one_unit = replace(as_one_unit, form=None)
    light = replace(reading, form=None, findings=(), as_one_unit=as_one_unit)
    record = FileRecord(file.shown, light)
    placed = map(record.placed, reading.findings)
    record = record.noting(*placed)
    if reading.submission is not None:
        return record
    return record.decided(Outcome.REJECTED)


def read_files(
    files: Sequence[SourceFile], forms: FormCatalog, options: ReadOptions
) -> list[FileRecord]:
    """Reads all files; archives are unpacked into a folder that is gone afterwards."""
    names = {file.shown for file in files}
    records = []
    with (
        spool() as folder,
        options.pool(len(files)) as pool,
        options.progress("读取文件", len(files)) as count,
    ):
        reader = Reader(forms, folder, options.limits, options.passwords)
        for record in read_all(files, reader, pool):
            records.append(record)
            if record.path in names:
                count(record.path)
    return records


def read_all(
    files: Iterable[SourceFile], reader: Reader, executor: Executor
) -> Iterator[FileRecord]:
    """Reads many files in their order, each archive followed by its members.

    All archives within one share its limits on members and on bytes; what was unpacked is gone as
    soon as it is read. A worker that is lost costs its one file.
    """
    files = list(files)
    taken = {file.shown for file in files}
    for record, inside in _read(files, reader, executor, _Unpacked()):
        yield record
        yield from _read_inside(inside, reader, executor, taken)


@dataclass
class _Unpacked:
    """How many bytes have come out of an archive and those within it."""

    size: int = 0

    def add(self, members: Iterable[SourceFile]) -> None:
        """Counts members that lie in the spool."""
        for member in members:
            if not member.refused:
                self.size += member.path.stat().st_size


def _read_inside(
    inside: list[SourceFile], reader: Reader, executor: Executor, taken: set[str]
) -> Iterator[FileRecord]:
    """The members of an archive, then those of the archives among them, layer by layer."""
    left = reader.limits.parts
    unpacked = _Unpacked()
    unpacked.add(inside)
    layers = deque([inside])
    while layers:
        members = _told_apart(layers.popleft(), taken)
        yield from _beyond_limit(members, left, reader.limits.parts)
        for beyond in members[left:]:
            _discard(beyond)
        for record, deeper in _read(members[:left], reader, executor, unpacked):
            yield record
            unpacked.add(deeper)
            layers.append(deeper)
        left = max(0, left - len(members))


def _told_apart(members: list[SourceFile], taken: set[str]) -> list[SourceFile]:
    """The members in a fixed order, each under a name of its own: a taken one gets a number."""
    named = []
    for member in members:
        shown = member.shown
        number = 1
        while shown in taken:
            number += 1
            shown = f"{member.shown}（第 {number} 个）"
        taken.add(shown)
        named.append(replace(member, shown=shown))
    return sorted(named, key=lambda file: file.shown)


def _beyond_limit(members: list[SourceFile], left: int, limit: int) -> Iterator[FileRecord]:
    """The members for which nothing is left of the limit are refused."""
    count = limit - left + len(members)
    reason = ARCHIVE_FILES_IN_ALL(seen=count, allowed=limit)
    for member in members[left:]:
        yield _rejected(member, reason)


def _read(
    files: Iterable[SourceFile], reader: Reader, executor: Executor, unpacked: _Unpacked
) -> Iterator[IntakeStep]:
    """Some files at a time, so that results do not pile up."""
    rest = iter(files)
    pool = Pool()
    waiting: deque[tuple[SourceFile, Future[IntakeStep]]] = deque()
    while True:
        for file in islice(rest, _AHEAD - len(waiting)):
            waiting.append((file, executor.submit(reader, file)))
        if not waiting:
            return
        file, future = waiting.popleft()
        try:
            record, inside = future.result()
            if any(each.unpack for each in inside):
                archive = replace(file, unpack=True, spent=unpacked.size)
                record, inside = executor.submit(reader, archive).result()
        except Lost as lost:
            record = _lost(file, lost, reader.limits)
            inside = []
        _discard(file)
        yield _resolved(record, reader.forms, pool), inside


def _discard(file: SourceFile) -> None:
    """A member that has been read leaves the spool."""
    if file.depth and not file.refused:
        file.path.unlink(missing_ok=True)


def _resolved(record: FileRecord, forms: FormCatalog, pool: Pool) -> FileRecord:
    """The record with the definition of its form, in this process one for all files."""
    if record.submission is None:
        return record
    form = forms(record.form_id)
    shared = pool.share(record.submission)
    return record.read_as(form).reporting(shared)


def _lost(file: SourceFile, lost: Lost, limits: Limits) -> FileRecord:
    message = _LOST[lost.reason]
    reason = message(seconds=limits.seconds, memory=limits.memory, detail=lost.detail)
    return _rejected(file, reason)
