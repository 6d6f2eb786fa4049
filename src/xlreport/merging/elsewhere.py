"""Reading by an executor of somebody else's: threads, processes, or the machines of a cluster.

What it runs is an `Errand`: small, and the same wherever it runs. It hands its files to a worker
process of our own on that machine, so that the limits of time and memory hold for each file there
too, and unpacks archives into a temporary folder there: all that comes back are records. Forms of
the user's own travel once to each process: one that lacks them says so and gets them.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import pickle
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from xlreport.form.catalog import FormCatalog, definitions_folder
from xlreport.form.model import Form
from xlreport.formats.guard import Limits
from xlreport.merging import MODULES
from xlreport.merging.discover import SourceFile
from xlreport.merging.lanes import MOST_TOGETHER, capacity, submitted
from xlreport.merging.outcome import FileRecord
from xlreport.merging.reader import Reader
from xlreport.spool import spool
from xlreport.workers import WorkerPool


class FormsMissing(Exception):
    """A process has not been sent the forms yet."""


class OtherProgram(Exception):
    """A machine has another version of this program."""


@cache
def program_digest() -> str:
    """The SHA-256 of this program: its modules and the definitions of its forms, by their names
    within the package. Two machines with the same one read alike."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parent.parent
    for folder, pattern in ((package, "*.py"), (definitions_folder(), "*.yaml")):
        for path in sorted(folder.rglob(pattern)):
            name = path.relative_to(folder).as_posix()
            digest.update(f"{name}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


# --- a worker of our own, wherever an errand runs ------------------------------------------------


class _Workers:
    """Worker processes that errands of this process borrow: never more at a time than the machine
    has processors, kept for the next one."""

    def __init__(self) -> None:
        self._idle: list[WorkerPool] = []
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(os.cpu_count() or 1)

    @contextmanager
    def borrowed(self, limits: Limits) -> Iterator[WorkerPool]:
        """A worker with these limits."""
        with self._room:
            pool = self._taken()
            pool.seconds, pool.memory = limits.seconds, limits.memory
            try:
                yield pool
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            with self._lock:
                self._idle.append(pool)

    def _taken(self) -> WorkerPool:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return WorkerPool(1, 0, 0, MODULES)

    def end(self) -> None:
        """Ends those that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for pool in idle:
            pool.shutdown(cancel_futures=True)


@cache
def _workers() -> _Workers:
    """Those of this process. A process that is forked from it has none of its threads, and so none
    of its workers."""
    workers = _Workers()
    atexit.register(workers.end)
    return workers


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_workers.cache_clear)


def end_workers() -> None:
    """Ends the workers that errands in this process have left."""
    _workers().end()


# --- the errand ----------------------------------------------------------------------------------

_FORMS: dict[str, Form] = {}
"""The forms that were sent to this process, by the SHA-256 of their bytes."""


@dataclass(frozen=True)
class Errand:
    """Reads files on the machine on which it is called. `forms` names those of the user's own by
    the SHA-256 of their bytes, `packed` are the bytes, where they are sent along; `program` is the
    digest of the program that sent it."""

    limits: Limits
    passwords: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    program: str = ""
    packed: tuple[bytes, ...] = field(default=(), repr=False)

    def __call__(self, files: Sequence[SourceFile]) -> list[list[FileRecord]]:
        """The records of each file: its own, then those of its members. Raises FormsMissing,
        OtherProgram, OSError."""
        from xlreport.merging.intake import read_all

        if self.program != program_digest():
            raise OtherProgram
        catalog = FormCatalog(self._own_forms())
        with _workers().borrowed(self.limits) as pool, spool() as folder:
            reader = Reader(catalog, folder, self.limits, self.passwords)
            return _grouped(files, read_all(files, reader, pool))

    def _own_forms(self) -> tuple[Form, ...]:
        for name, content in zip(self.forms, self.packed, strict=False):
            if name not in _FORMS:
                _FORMS[name] = pickle.loads(content)
        if not _FORMS.keys() >= set(self.forms):
            raise FormsMissing
        return tuple(_FORMS[name] for name in self.forms)


def errand_of(catalog: FormCatalog, limits: Limits, passwords: tuple[str, ...]) -> Errand:
    """The errand with all that it may need; what is sent first leaves the forms out."""
    packed = tuple(pickle.dumps(form, pickle.HIGHEST_PROTOCOL) for form in catalog.given)
    names = tuple(hashlib.sha256(content).hexdigest() for content in packed)
    return Errand(limits, passwords, names, program_digest(), packed)


def _grouped(files: Sequence[SourceFile], records: Iterator[FileRecord]) -> list[list[FileRecord]]:
    """Records by file: each has its own, and those of its members behind it."""
    groups: list[list[FileRecord]] = []
    names = iter([file.shown for file in files])
    following = next(names, None)
    for record in records:
        if record.path == following:
            groups.append([])
            following = next(names, None)
        groups[-1].append(record.read_as(None))
    return groups


@dataclass
class ErrandLanes:
    """An executor of somebody else's that runs errands. What it loses is read on this machine, in
    the same limits: nothing that goes wrong there may cost more than the file that is to blame."""

    executor: Executor
    errand: Errand
    together: int = MOST_TOGETHER

    def __post_init__(self) -> None:
        self.size = self.hands = capacity(self.executor)
        self._small = replace(self.errand, packed=())
        self._here = ThreadPoolExecutor(os.cpu_count() or 1)

    def __enter__(self) -> ErrandLanes:
        return self

    def __exit__(self, *_: Any) -> None:
        self._here.shutdown(cancel_futures=True)
        end_workers()

    def widen(self, left: float) -> None:
        """Its size is its owner's."""

    def read(self, files: Sequence[SourceFile]) -> Future[list[Any]]:
        """What is sent first leaves the forms out."""
        return submitted(self.executor, self._small, files)

    def rescue(self, files: Sequence[SourceFile], error: BaseException) -> Future[list[Any]] | None:
        """With the forms where they were missing, else on this machine."""
        if isinstance(error, FormsMissing):
            return submitted(self.executor, self.errand, files)
        return self._here.submit(self.errand, files)
