"""Hands files out in chunks to what reads them, and gives back what came of each in their order.

How many files go together follows their pace: a chunk takes about PACE seconds, so that small files
do not pay for being handed over one by one and people still see progress; and never so many that
some hands are idle at the end.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from xlreport.merging.discover import SourceFile
from xlreport.workers import InProcess, Lost, WorkerPool

PACE = 0.25
"""Seconds that a chunk should take."""

MOST_TOGETHER = 64
"""Files of the largest chunk."""

WORTH_STARTING = 0.5
"""Seconds of work that are worth the start of another worker."""

GUESSED = 0.005
"""Seconds that a file is taken to need before anything is known of their pace."""

FIRST = 2
"""Files of a chunk before anything is known of their pace."""

UNTOLD = 64
"""How many calls an executor is taken to run at a time that does not tell."""

_QUEUED = 2
"""Chunks for each hand: the one that it is at, and the next."""

_AHEAD = 8
"""Chunks for each hand that may wait, done, for one before them."""

_ATTEMPTS = 3
"""How often a chunk is asked for, where something else than a file is to blame."""

_LOOK = 1.0
"""Seconds between two looks at what is done: on Windows nothing interrupts a longer wait."""

Call = Callable[[SourceFile], Any]


class Lanes(Protocol):
    """What reads files: this process, workers, or an executor of somebody else's."""

    @property
    def size(self) -> int:
        """How many chunks are read at the same time."""

    @property
    def hands(self) -> int:
        """How many of them are at work."""

    @property
    def together(self) -> int:
        """Files of the largest chunk."""

    def widen(self, left: float) -> None:
        """Hears how many seconds of work are left, for one pair of hands."""

    def read(self, files: Sequence[SourceFile]) -> Future[list[Any]]:
        """What comes of each file, Lost for one that has no result; an exception where the chunk
        as a whole has none."""

    def rescue(self, files: Sequence[SourceFile], error: BaseException) -> Future[list[Any]] | None:
        """The same in another way, where one has failed; None where there is none."""


@dataclass(frozen=True)
class WorkerLanes:
    """Worker processes of our own, which keep the limits for each file."""

    pool: WorkerPool
    call: Call
    together: int = MOST_TOGETHER

    @property
    def size(self) -> int:
        """The number of workers."""
        return self.pool.size

    @property
    def hands(self) -> int:
        """Those that were allowed to begin."""
        return self.pool.allowed

    def widen(self, left: float) -> None:
        """A second worker is only started where it will have something to do."""
        self.pool.allow(self.size if left > WORTH_STARTING else 1)

    def read(self, files: Sequence[SourceFile]) -> Future[list[Any]]:
        """One file is an ordinary call."""
        if len(files) == 1:
            return listed(self.pool.submit(self.call, files[0]))
        return self.pool.submit_each(self.call, files)

    def rescue(self, _files: Sequence[SourceFile], _error: BaseException) -> None:
        """A pool that cannot go on ends the run."""


@dataclass(frozen=True)
class HereLanes:
    """This process: one file after another, nothing is isolated."""

    executor: InProcess
    call: Call
    size: int = 1
    hands: int = 1
    together: int = 1

    def widen(self, left: float) -> None:
        """There is only this process."""

    def read(self, files: Sequence[SourceFile]) -> Future[list[Any]]:
        """What a call raises is raised here."""
        return listed(self.executor.submit(self.call, files[0]))

    def rescue(self, _files: Sequence[SourceFile], _error: BaseException) -> None:
        """There is no other way."""


Task = Callable[[Sequence[SourceFile]], list[Any]]
"""What is handed to an executor of somebody else's: small, and picklable where the executor needs
that."""


@dataclass(frozen=True)
class ForeignLanes:
    """An executor of somebody else's. What it loses is read by `safely`: nothing that goes wrong
    there may cost more than the file that is to blame."""

    executor: Executor
    task: Task
    safely: Callable[[Sequence[SourceFile]], Future[list[Any]]]
    size: int
    together: int = MOST_TOGETHER

    @property
    def hands(self) -> int:
        """All of them."""
        return self.size

    def widen(self, left: float) -> None:
        """Its size is its owner's."""

    def read(self, files: Sequence[SourceFile]) -> Future[list[Any]]:
        """Whatever the executor does."""
        return submitted(self.executor, self.task, files)

    def rescue(self, files: Sequence[SourceFile], _error: BaseException) -> Future[list[Any]]:
        """Whatever went wrong, the files are read again in limits that hold."""
        return self.safely(files)


@dataclass(frozen=True)
class EachOf:
    """A task that calls a reader for each file, where the executor runs it: nothing is isolated
    there but by the executor."""

    call: Call

    def __call__(self, files: Sequence[SourceFile]) -> list[Any]:
        """What comes of each file."""
        return [self.call(file) for file in files]


def submitted(executor: Executor, task: Task, files: Sequence[SourceFile]) -> Future[list[Any]]:
    """What comes of a task; an executor that takes nothing any more is like one whose calls
    fail."""
    try:
        return executor.submit(task, files)
    except Exception as error:  # noqa: BLE001 (every executor has errors of its own)
        failed: Future[list[Any]] = Future()
        failed.set_exception(error)
        return failed


def capacity(executor: Executor) -> int:
    """How many calls an executor runs at a time, as far as it tells: threads and processes of the
    standard library, the threads of a Dask cluster."""
    workers = getattr(executor, "_max_workers", None)
    if isinstance(workers, int) and workers > 0:
        return workers
    ncores = getattr(getattr(executor, "_client", None), "ncores", None)
    if callable(ncores):
        return max(1, sum(map(int, ncores().values())))
    return UNTOLD


def listed(future: Future[Any]) -> Future[list[Any]]:
    """The result of one call as that of a chunk of one file."""
    whole: Future[list[Any]] = Future()

    def pass_on(done: Future[Any]) -> None:
        if not whole.set_running_or_notify_cancel():
            return
        error = _error_of(done)
        if error is not None:
            whole.set_exception(error)
        else:
            whole.set_result([done.result()])

    future.add_done_callback(pass_on)
    return whole


# --- in order ------------------------------------------------------------------------------------


@dataclass
class _Chunk:
    """Files that are read together, and what will come of them."""

    files: Sequence[SourceFile]
    future: Future[list[Any]]
    attempts: int = 1

    def settled(self, lanes: Lanes) -> bool:
        """Whether there is a result; what failed is asked for again in another way."""
        if not self.future.done():
            return False
        error = _error_of(self.future)
        if error is None or isinstance(error, Lost):
            return True
        again = lanes.rescue(self.files, error) if self.attempts < _ATTEMPTS else None
        if again is None:
            raise error
        self.attempts += 1
        self.future = again
        return self.settled(lanes)

    def results(self, lanes: Lanes) -> list[Any]:
        """What came of each file, Lost for one that has none. A chunk that a worker lost as a whole
        is read again file by file."""
        error = _error_of(self.future)
        if error is None:
            return self.future.result()
        if len(self.files) == 1:
            return [error]
        return [result_of(lanes, file) for file in self.files]


def _error_of(future: Future[Any]) -> BaseException | None:
    """Why a future that is done has no result."""
    if future.cancelled():
        return CancelledError()
    return future.exception()


class _Pace:
    """How long files take, and so how many go together. The first results do not count: a worker
    had to start for them."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._since: float | None = None
        self._done = 0

    def count(self, files: int) -> None:
        """So many more are done."""
        if self._since is None:
            self._since = time.monotonic()
        else:
            self._done += files

    def together(self, left: int) -> int:
        """The size of the next chunk, of so many files that are left."""
        fair = -(-left // (2 * _QUEUED * self._lanes.size))
        return max(1, min(self._wanted(), fair, self._lanes.together))

    def _wanted(self) -> int:
        seconds = self.seconds
        if seconds is None:
            return FIRST
        return int(PACE / max(seconds, PACE / MOST_TOGETHER))

    @property
    def seconds(self) -> float | None:
        """What a file takes one pair of hands; None as long as nobody knows."""
        if self._since is None or not self._done:
            return None
        return (time.monotonic() - self._since) * self._lanes.hands / self._done

    def left(self, files: int) -> float:
        """What so many files will take one pair of hands."""
        return files * (self.seconds or GUESSED)


def in_order(files: Sequence[SourceFile], lanes: Lanes) -> Iterator[tuple[SourceFile, Any]]:
    """Each file with what came of it, Lost for one that no worker survived."""
    rest = deque(files)
    waiting: deque[_Chunk] = deque()
    pace = _Pace(lanes)
    try:
        while rest or waiting:
            _hand_out(rest, waiting, lanes, pace)
            while waiting and waiting[0].settled(lanes):
                chunk = waiting.popleft()
                results = chunk.results(lanes)
                pace.count(len(results))
                yield from zip(chunk.files, results, strict=True)
            if waiting:
                _wait(waiting, lanes)
    finally:
        for chunk in waiting:
            chunk.future.cancel()


def _hand_out(rest: deque[SourceFile], waiting: deque[_Chunk], lanes: Lanes, pace: _Pace) -> None:
    """Keeps every hand busy, and some chunks ready."""
    lanes.widen(pace.left(len(rest)))
    busy = sum(not chunk.future.done() for chunk in waiting)
    while rest and busy < _QUEUED * lanes.size and len(waiting) < _AHEAD * lanes.size:
        together = pace.together(len(rest))
        files = list(islice(rest, together))
        for _ in files:
            rest.popleft()
        waiting.append(_Chunk(files, lanes.read(files)))
        busy += 1


def _wait(waiting: deque[_Chunk], lanes: Lanes) -> None:
    """Until something more is done."""
    pending = [chunk.future for chunk in waiting if not chunk.settled(lanes)]
    wait(pending, _LOOK, FIRST_COMPLETED)


def result_of(lanes: Lanes, file: SourceFile) -> Any:
    """What comes of one file by itself, Lost where no worker survived it."""
    ((_, result),) = in_order([file], lanes)
    return result
