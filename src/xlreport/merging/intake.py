"""Reads every file that was found: each gets one record, archives one for each member too."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from xlreport.form.catalog import FormCatalog
from xlreport.form.model import Form
from xlreport.formats.codes import ARCHIVE_FILES_IN_ALL, R6
from xlreport.formats.guard import Limits
from xlreport.merging import MODULES
from xlreport.merging.codes import (
    READER_DIED,
    READER_FAILED,
    READER_NOT_STARTED,
    TOO_MUCH_MEMORY,
    TOO_SLOW,
)
from xlreport.merging.discover import SourceFile
from xlreport.merging.elsewhere import ErrandLanes, errand_of
from xlreport.merging.lanes import (
    EachOf,
    ForeignLanes,
    HereLanes,
    Lanes,
    WorkerLanes,
    capacity,
    in_order,
    result_of,
)
from xlreport.merging.outcome import FileRecord
from xlreport.merging.reader import IntakeStep, Reader, rejected
from xlreport.merging.request import ReadOptions
from xlreport.spool import spool
from xlreport.submission import Pool
from xlreport.worker import DIED, MEMORY, RAISED, START, TIME
from xlreport.workers import InProcess, Lost, WorkerPool

_LOST = {
    START: READER_NOT_STARTED,
    TIME: TOO_SLOW,
    MEMORY: TOO_MUCH_MEMORY,
    DIED: READER_DIED,
    RAISED: READER_FAILED,
}


def read_files(
    files: Sequence[SourceFile], forms: FormCatalog, options: ReadOptions
) -> list[FileRecord]:
    """Reads all files; archives are unpacked into a folder that is gone afterwards."""
    names = {file.shown for file in files}
    records = []
    with (
        options.pool(len(files)) as pool,
        options.progress("读取文件", len(files)) as count,
    ):
        for record in _records(files, forms, options, pool):
            records.append(record)
            if record.path in names:
                count(record.path)
    return records


def _records(
    files: Sequence[SourceFile], forms: FormCatalog, options: ReadOptions, executor: Executor
) -> Iterator[FileRecord]:
    """Files as an executor reads them: one of somebody else's runs errands."""
    if not isinstance(executor, WorkerPool | InProcess):
        errand = errand_of(forms, options.limits, options.passwords)
        with ErrandLanes(executor, errand) as lanes:
            yield from read_elsewhere(files, forms, lanes)
        return
    with spool() as folder:
        reader = Reader(forms, folder, options.limits, options.passwords)
        yield from read_all(files, reader, executor)


def read_elsewhere(
    files: Sequence[SourceFile], forms: FormCatalog, lanes: ErrandLanes
) -> Iterator[FileRecord]:
    """Reads many files in their order, each archive followed by its members, where the executor of
    the lanes runs. A file that lies on this machine only is read here."""
    taken = {file.shown for file in files}
    pool = Pool()
    form_of = cache(forms)
    for file, result in in_order([_absolute(file) for file in files], lanes):
        if isinstance(result, Lost):
            yield _lost(file, result, lanes.errand.limits)
            continue
        if _is_only_here(file, result[0]):
            (result,) = lanes.errand([file])
        record, *members = result
        yield _resolved(record, form_of, pool)
        for member in members:
            yield _resolved(_under_free_name(member, taken), form_of, pool)


def _absolute(file: SourceFile) -> SourceFile:
    """The file by a path that leads to it from any folder."""
    return file if file.address else replace(file, path=file.path.absolute())


def _is_only_here(file: SourceFile, record: FileRecord) -> bool:
    """Whether a file could not be opened there, but can be seen here."""
    codes = [finding.code for finding in record.findings]
    may_be_here = not file.problem and not file.address
    return codes == [R6.code] and may_be_here and file.path.is_file()


def _under_free_name(member: FileRecord, taken: set[str]) -> FileRecord:
    """A member under a name of its own among all files."""
    name = _free_name(member.path, taken)
    if name == member.path:
        return member
    findings = [finding.at(file=name) for finding in member.findings]
    renamed = replace(member, path=name).telling(findings)
    report = renamed.submission
    if report is None:
        return renamed
    return renamed.reporting(replace(report, provenance=replace(report.provenance, path=name)))


def _free_name(shown: str, taken: set[str]) -> str:
    """The name, with a number where it is taken; it is taken from now on."""
    name = shown
    number = 1
    while name in taken:
        number += 1
        name = f"{shown}（第 {number} 个）"
    taken.add(name)
    return name


def read_all(
    files: Iterable[SourceFile], reader: Reader, executor: Executor
) -> Iterator[FileRecord]:
    """Reads many files in their order, each archive followed by its members.

    All archives within one share its limits on members and on bytes; what was unpacked is gone as
    soon as it is read. A worker that is lost costs its one file, and so does whatever goes wrong in
    an executor of the caller's: what it loses is read again in a worker of ours.
    """
    files = list(files)
    taken = {file.shown for file in files}
    with lanes_for(reader, executor) as lanes:
        for record, inside in _read(files, reader, lanes, _Unpacked()):
            yield record
            yield from _read_inside(inside, reader, lanes, taken)


@contextmanager
def lanes_for(reader: Reader, executor: Executor) -> Iterator[Lanes]:
    """How an executor reads files."""
    match executor:
        case WorkerPool():
            yield WorkerLanes(executor, reader)
        case InProcess():
            yield HereLanes(executor, reader)
        case _:
            with Safety(reader.limits) as safety:
                size = capacity(executor)
                yield ForeignLanes(executor, EachOf(reader), safety.reading(reader), size)


class Safety:
    """A worker of our own for what an executor of the caller's has lost, started when needed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._stack = ExitStack()

    def __enter__(self) -> Safety:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    @cached_property
    def _pool(self) -> WorkerPool:
        pool = WorkerPool(1, self._limits.seconds, self._limits.memory, MODULES)
        return self._stack.enter_context(pool)

    def reading(self, reader: Reader) -> Callable[[Sequence[SourceFile]], Future[list[Any]]]:
        """Reads files there."""
        return lambda files: self._pool.submit_each(reader, files)


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
    inside: list[SourceFile], reader: Reader, lanes: Lanes, taken: set[str]
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
        for record, deeper in _read(members[:left], reader, lanes, unpacked):
            yield record
            unpacked.add(deeper)
            layers.append(deeper)
        left = max(0, left - len(members))


def _told_apart(members: list[SourceFile], taken: set[str]) -> list[SourceFile]:
    """The members in a fixed order, each under a name of its own: a taken one gets a number."""
    named = []
    for member in members:
        named.append(replace(member, shown=_free_name(member.shown, taken)))
    return sorted(named, key=lambda file: file.shown)


def _beyond_limit(members: list[SourceFile], left: int, limit: int) -> Iterator[FileRecord]:
    """The members for which nothing is left of the limit are refused."""
    count = limit - left + len(members)
    reason = ARCHIVE_FILES_IN_ALL(seen=count, allowed=limit)
    for member in members[left:]:
        yield rejected(member, reason)


def _read(
    files: Sequence[SourceFile], reader: Reader, lanes: Lanes, unpacked: _Unpacked
) -> Iterator[IntakeStep]:
    """Chunk by chunk, so that results do not pile up; archives one by one."""
    pool = Pool()
    form_of = cache(reader.forms)
    for file, result in in_order(files, lanes):
        if not isinstance(result, Lost) and any(each.unpack for each in result[1]):
            archive = replace(file, unpack=True, spent=unpacked.size)
            result = result_of(lanes, archive)
        record, inside = _told(file, result, reader.limits)
        _discard(file)
        yield _resolved(record, form_of, pool), inside


def _told(file: SourceFile, result: IntakeStep | Lost, limits: Limits) -> IntakeStep:
    """What came of a file, also where no worker survived it."""
    if isinstance(result, Lost):
        return _lost(file, result, limits), []
    return result


def _discard(file: SourceFile) -> None:
    """A member that has been read leaves the spool."""
    if file.depth and not file.refused:
        file.path.unlink(missing_ok=True)


def _resolved(record: FileRecord, form_of: Callable[[str], Form | None], pool: Pool) -> FileRecord:
    """The record with the definition of its form, in this process one for all files."""
    if record.submission is None:
        return record
    form = form_of(record.form_id)
    shared = pool.share(record.submission)
    return record.read_as(form).reporting(shared)


def _lost(file: SourceFile, lost: Lost, limits: Limits) -> FileRecord:
    message = _LOST[lost.reason]
    reason = message(seconds=limits.seconds, memory=limits.memory, detail=lost.detail)
    return rejected(file, reason)
