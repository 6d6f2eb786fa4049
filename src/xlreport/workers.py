"""Worker processes that may die: each call has a limit on time and memory, and a dead worker costs
its one call.

An Executor of its own because `ProcessPoolExecutor` fails every later call once a worker has died
and cannot stop one that hangs, and because `multiprocessing` runs the caller's main module again in
each child. Workers are plain interpreters that speak length-prefixed pickles over their standard
streams. A function is sent to each worker once; the worker says when it has it, and only then the
clock of a call begins. Many small calls go together as a batch, in which each has a clock of its
own. What comes back is plain data, never code. Time limits hold everywhere;
memory limits need `RLIMIT_AS` (Linux).
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, is_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import IO, Any

from xlreport.worker import (
    BATCH,
    CALL,
    DIED,
    DONE,
    MEMORY,
    RAISED,
    START,
    TASK,
    TIME,
    read_frame,
    write_frame,
)

STARTING = 120.0
"""Seconds in which a worker must have said that it is ready; only one that hangs takes so long."""

MOST_STARTS = 4
"""Starts behind one another that fail before nothing is started any more: what keeps workers from
starting keeps all of them, and each of many calls would wait for it."""

_PROGRAM = "from xlreport.worker import serve; serve({modules!r})"


class Lost(Exception):
    """A call that gave no result; `reason` is one of the constants above, `detail` the name of what
    was raised."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class _Task:
    """A function as workers get it; the number tells it from others."""

    number: int
    content: bytes


@dataclass(frozen=True)
class _Call:
    """One call: its task, its arguments with the limits, and the seconds that it may take."""

    future: Future[Any]
    task: _Task
    content: bytes
    seconds: float


@dataclass(frozen=True)
class _Batch:
    """Calls of one function, one for each item, with the limits of each call."""

    future: Future[Any]
    task: _Task
    items: Sequence[Any]
    seconds: float
    memory: int

    def content(self, items: Sequence[Any]) -> bytes:
        """A request for some of the items."""
        return pickle.dumps((items, self.seconds, self.memory), pickle.HIGHEST_PROTOCOL)


class _Broken(Exception):
    """A batch that gave no answer: what became of the worker, and after how many items."""

    def __init__(self, lost: Lost, done: int) -> None:
        super().__init__(lost, done)
        self.lost = lost
        self.done = done


# --- the pool ---


class WorkerPool(Executor):
    """Runs importable functions in worker processes; a future raises Lost when its worker was lost.

    `seconds` and `memory` (bytes above what the worker needs to start) limit each call. A call
    whose worker died without a word is tried once more, because the cause may have come from
    outside; so is the first call of a worker when its time is over, for a cold machine is slow, and
    one for which no worker became ready. `modules` are loaded by each worker at its start.
    """

    def __init__(
        self, workers: int, seconds: float, memory: int, modules: Sequence[str] = ()
    ) -> None:
        self.seconds = seconds
        self.memory = memory
        self.modules = tuple(modules)
        self.size = workers
        self.closed = threading.Event()
        self.allowed = workers
        self.failed_starts = 0
        self._calls: queue.SimpleQueue[_Call | _Batch | None] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._newest: tuple[object, _Task] = (None, _Task(0, b""))
        self._workers = [_Worker(self) for _ in range(workers)]

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Asks for a call; `fn` and the arguments must be picklable."""
        future: Future[Any] = Future()
        content = pickle.dumps((args, kwargs, self.seconds, self.memory))
        self._put(_Call(future, self._task(fn), content, self.seconds))
        return future

    def submit_each(self, fn: Callable[[Any], Any], items: Sequence[Any]) -> Future[list[Any]]:
        """Asks for a call with each item, all of them by one worker: gives their results in order,
        Lost in the place of one that has none. The limits hold for each item by itself. Where a
        worker is lost the others have theirs from another one."""
        future: Future[list[Any]] = Future()
        self._put(_Batch(future, self._task(fn), items, self.seconds, self.memory))
        return future

    def allow(self, workers: int) -> None:
        """Lets no more than so many workers begin, as long as none but these has: it takes longer
        to start one than to read some small files."""
        self.allowed = workers
        self._wake()

    def _put(self, call: _Call | _Batch) -> None:
        self._calls.put(call)
        self._wake()

    def _wake(self) -> None:
        for worker in self._workers[: self.allowed]:
            worker.wake()

    def _task(self, function: Callable[..., Any]) -> _Task:
        """The same task as long as the same function is asked for."""
        known, task = self._newest
        if known is not function:
            task = _Task(next(self._numbers), pickle.dumps(function))
            self._newest = (function, task)
        return task

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends all workers; calls that have not begun are cancelled when asked for."""
        if cancel_futures:
            self.closed.set()
            for worker in self._workers:
                worker.kill()
        for _ in self._workers:
            self._calls.put(None)
        if wait:
            for worker in self._workers:
                worker.join()

    def __exit__(self, *error: object) -> None:
        self.shutdown(cancel_futures=error[0] is not None)

    def next(self) -> _Call | _Batch | None:
        """The next call that is still wanted; None at the end."""
        while (call := self._calls.get()) is not None:
            if self.closed.is_set():
                call.future.cancel()
            elif call.future.set_running_or_notify_cancel():
                return call
        return None


# --- ahead of their pool ---

_AHEAD: dict[tuple[str, ...], _Process] = {}
"""A process that was started before anybody had anything for it, by the modules that it loads."""


def start_ahead(modules: Sequence[str]) -> None:
    """Starts a process now, while this one still loads what it needs itself: the first worker of a
    pool that asks for these modules takes it."""
    if tuple(modules) not in _AHEAD:
        with suppress(OSError):  # then the pool tells
            _AHEAD[tuple(modules)] = _Process(modules)


def end_ahead() -> None:
    """Ends what no pool has taken."""
    while _AHEAD:
        _, process = _AHEAD.popitem()
        process.end()


def _ready(modules: tuple[str, ...]) -> _Process | None:
    return _AHEAD.pop(modules, None)


class InProcess(Executor):
    """Runs calls at once in this process: nothing is isolated."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Runs the call; what it raises is raised here."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class _Worker:
    """A thread that talks to one process at a time, started when it is first needed."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._process: _Process | None = None
        self._has_answered = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def wake(self) -> None:
        """Begins to take calls."""
        with self._lock:
            if self._thread.ident is None:
                self._thread.start()

    def join(self) -> None:
        """Waits until it has ended, if it ever began."""
        if self._thread.ident is not None:
            self._thread.join()

    def kill(self) -> None:
        """Ends the process, if there is one, in the middle of whatever it does."""
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def _run(self) -> None:
        while (call := self._pool.next()) is not None:
            try:
                call.future.set_result(self._result(call))
            except BaseException as error:  # noqa: BLE001 (who waits for the call must be told)
                call.future.set_exception(error)
        self._end()

    def _result(self, call: _Call | _Batch) -> Any:
        if isinstance(call, _Batch):
            return self._each(call, call.items)
        return self._again(lambda: self._attempt(call))

    def _again(self, attempt: Callable[[], Any]) -> Any:
        """What an attempt gives; of a second one, where the first may have failed by no fault of
        its own. Raises Lost."""
        is_fresh = not self._has_answered
        try:
            return attempt()
        except Lost as lost:
            if self._pool.closed.is_set() or not _is_chance(lost, is_fresh=is_fresh):
                raise
        return attempt()

    def _attempt(self, call: _Call) -> Any:
        try:
            process = self._prepared(call.task)
            answer = process.ask(CALL, call.content, call.seconds)
        except Lost:
            self._end()
            raise
        self._has_answered = True
        return answer

    def _each(self, batch: _Batch, items: Sequence[Any]) -> list[Any]:
        """The result of each item, Lost for one that has none: where a worker was lost, the items
        before are done again, the one that it was at gets a worker of its own, and the rest goes
        on. Raises Lost when the pool is closed."""
        if not items:
            return []
        is_fresh = not self._has_answered
        try:
            results, reason, detail = self._together(batch, items)
        except _Broken as broken:
            if self._pool.closed.is_set():
                raise broken.lost from None
            if broken.done >= len(items):  # nobody knows which of them it was
                return [self._alone(batch, item) for item in items]
            own = self._second(batch, items[broken.done], broken, is_fresh=is_fresh)
            before = self._each(batch, items[: broken.done])
            return [*before, own, *self._each(batch, items[broken.done + 1 :])]
        if not reason:
            return results
        self._end()
        rest = items[len(results) + 1 :]
        return [*results, Lost(reason, detail), *self._each(batch, rest)]

    def _second(self, batch: _Batch, item: Any, broken: _Broken, *, is_fresh: bool) -> Any:
        """The result of the item at which a batch broke, from a second attempt where the first may
        have failed by no fault of its own; else Lost."""
        is_first = is_fresh and not broken.done
        if not _is_chance(broken.lost, is_fresh=is_first):
            return broken.lost
        try:
            return self._single(batch, item)
        except Lost as second:
            return second

    def _alone(self, batch: _Batch, item: Any) -> Any:
        """The result of one item by itself, or Lost."""
        try:
            return self._again(lambda: self._single(batch, item))
        except Lost as lost:
            return lost

    def _single(self, batch: _Batch, item: Any) -> Any:
        """The result of one item. Raises Lost."""
        try:
            results, reason, detail = self._together(batch, [item])
        except _Broken as broken:
            raise broken.lost from None
        if reason:
            self._end()
            raise Lost(reason, detail)
        return results[0]

    def _together(self, batch: _Batch, items: Sequence[Any]) -> tuple[list[Any], str, str]:
        """What a worker answers to a batch: the results of its first items and, where a call
        failed, the reason and what was raised. Raises _Broken."""
        done = itertools.count()
        try:
            process = self._prepared(batch.task)
            answer = process.ask(BATCH, batch.content(items), batch.seconds, done)
            self._has_answered = True
            return _understood(answer, len(items))
        except Lost as lost:
            self._end()
            raise _Broken(lost, next(done)) from None

    def _prepared(self, task: _Task) -> _Process:
        """A process that is ready for calls of a task. Raises Lost."""
        if self._pool.failed_starts >= MOST_STARTS:
            raise Lost(START)
        process = self._started()
        try:
            process.prepare(task)
        except Lost as lost:
            if lost.reason == START:
                self._pool.failed_starts += 1
            raise
        self._pool.failed_starts = 0
        return process

    def _started(self) -> _Process:
        with self._lock:
            if self._pool.closed.is_set():
                raise Lost(DIED)
            if self._process is None:
                self._process = _ready(self._pool.modules) or _Process(self._pool.modules)
            return self._process

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
            self._has_answered = False
        if process is not None:
            process.end()


def _is_chance(lost: Lost, *, is_fresh: bool) -> bool:
    """Whether a call may have been lost by no fault of its own; `is_fresh` tells that it was the
    first one of its worker."""
    was_slow = lost.reason == TIME and is_fresh
    return was_slow or lost.reason in (DIED, START)


class _Process:
    """A worker process, its two pipes, and the task that it has."""

    def __init__(self, modules: Sequence[str] = ()) -> None:
        self._popen = subprocess.Popen(
            # -P: nothing is ever imported from the current folder
            [sys.executable, "-P", "-c", _PROGRAM.format(modules=tuple(modules))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._requests = _piped(self._popen.stdin)
        self._answers = _piped(self._popen.stdout)
        self._task = 0

    def prepare(self, task: _Task) -> None:
        """Sends a function that is not there yet; then the worker is ready. Raises Lost."""
        if self._task == task.number:
            return
        try:
            self.ask(TASK, task.content, STARTING)
        except Lost as lost:
            raise Lost(START) if lost.reason in (TIME, DIED) else lost from None
        self._task = task.number

    def ask(
        self, kind: bytes, content: bytes, seconds: float, done: Iterator[int] | None = None
    ) -> Any:
        """Sends a request and waits for its answer. Of a batch each item has `seconds`, and the
        next number is taken from `done` for each that is done. Raises Lost."""
        watch = _Watch(seconds, self.kill)
        try:
            write_frame(self._requests, kind + content)
            answer = read_frame(self._answers)
            while answer == DONE and done is not None:
                next(done)
                watch.restart()
                answer = read_frame(self._answers)
        except OSError:
            answer = None
        finally:
            watch.end()
        if answer is None:
            raise Lost(TIME if watch.is_late else DIED)
        return unpacked(answer)

    def kill(self) -> None:
        """Ends the process; who waits for its answer finds none. Any thread may do so."""
        self._popen.kill()

    def end(self) -> None:
        """Ends the process, waits until it is gone, and closes its pipes."""
        self.kill()
        self._popen.wait()
        for stream in (self._requests, self._answers):
            with suppress(OSError):
                stream.close()


class _Watch:
    """Ends what takes longer than `seconds`. The time can begin anew: that costs nothing, for only
    when a timer ends is it asked whether something began in the meantime."""

    def __init__(self, seconds: float, end: Callable[[], None]) -> None:
        self.is_late = False
        self._seconds = min(seconds, threading.TIMEOUT_MAX)
        self._end_it = end
        self._is_over = False
        self._began = time.monotonic()
        self._lock = threading.RLock()
        self._set(self._seconds)

    def _set(self, seconds: float) -> None:
        self._set_for = self._began
        self._timer = threading.Timer(seconds, self._ring, ())
        self._timer.daemon = True
        self._timer.start()

    def restart(self) -> None:
        """The time begins now."""
        self._began = time.monotonic()

    def end(self) -> None:
        """Nothing is ended any more."""
        with self._lock:
            self._is_over = True
            self._timer.cancel()

    def _ring(self) -> None:
        with self._lock:
            if self._is_over:
                return
            began = self._began
            left = began + self._seconds - time.monotonic()
            if began > self._set_for and left > 0:
                with suppress(RuntimeError):  # no thread left: then the time is over
                    self._set(left)
                    return
            self.is_late = True
            self._end_it()


def _environment() -> dict[str, str]:
    """Of a worker: it imports what this process would import, computes in one thread, and names
    files in the same encoding."""
    paths = os.pathsep.join(path for path in sys.path if path)
    utf8 = str(sys.flags.utf8_mode)
    own = {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": utf8}
    return {**os.environ, **own}


def _piped(stream: IO[bytes] | None) -> IO[bytes]:
    """A stream of a process that was started with pipes for both."""
    if stream is None:
        raise OSError("the process has no pipe")
    return stream


_PLAIN = (PurePath, Decimal, dt.date, dt.time, dt.timedelta, dt.tzinfo, set, frozenset, bytearray)
"""Classes from outside that a result may hold, beside what a pickle has without a class's name."""


class _PlainData(pickle.Unpickler):
    """Builds data and nothing else: an answer may come from a worker that a file has taken over."""

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name)
        if isinstance(found, type) and _is_plain(found):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} is no plain data")


def _is_plain(found: type) -> bool:
    """Whether objects of a class are data: of the kinds above, or one of our own values."""
    own = found.__module__.split(".")[0] == __name__.split(".")[0]
    return issubclass(found, _PLAIN) or (own and (is_dataclass(found) or issubclass(found, Enum)))


def unpacked(answer: bytes) -> Any:
    """The result in an answer. Raises Lost when there is none, or none that can be understood."""
    try:
        reason, value = _PlainData(io.BytesIO(answer)).load()
    except Exception as error:  # noqa: BLE001 (what a damaged pickle raises has no common class)
        raise Lost(RAISED, type(error).__name__) from None
    if not reason:
        return value
    if reason in (MEMORY, RAISED):
        raise Lost(reason, str(value))
    raise Lost(DIED)


def _understood(answer: Any, items: int) -> tuple[list[Any], str, str]:
    """An answer to a batch of so many items, once it has the form of one. Raises Lost."""
    match answer:
        case [list() as results, str() as reason, str() as detail]:
            is_whole = not reason and len(results) == items
            is_failed = reason in (MEMORY, RAISED) and len(results) < items
            if is_whole or is_failed:
                return results, reason, detail
    raise Lost(RAISED, "ValueError")
