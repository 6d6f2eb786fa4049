"""Worker processes that may die: each call has a limit on time and memory, and a dead worker costs
its one call.

An Executor of its own because `ProcessPoolExecutor` fails every later call once a worker has died
and cannot stop one that hangs, and because `multiprocessing` runs the caller's main module again in
each child. Workers are plain interpreters that speak length-prefixed pickles over their standard
streams. A function is sent to each worker once; the worker says when it has it, and only then the
clock of a call begins. What comes back is plain data, never code. Time limits hold everywhere;
memory limits need `RLIMIT_AS` (Linux).
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, is_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import IO, Any, Protocol

STARTING = 120.0
"""Seconds in which a worker must have said that it is ready; only one that hangs takes so long."""

MOST = 2**30
"""Bytes of the largest frame."""

TIME, MEMORY, DIED, RAISED = "time", "memory", "died", "raised"
"""Why a call gave no result."""

_PROGRAM = "from xlreport.workers import serve; serve()"
_LENGTH = struct.Struct("<Q")
_TASK, _CALL = b"T", b"C"
"""What a request begins with: a function follows, or the arguments of a call and its limits."""


class Lost(Exception):
    """A call that gave no result; `reason` is one of the constants above, `detail` the name of what
    was raised."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class Readable(Protocol):
    """The part of a stream that frames need."""

    def read(self, size: int, /) -> bytes:
        """As many bytes as asked for, fewer at the end."""


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


# --- in the parent ---


class WorkerPool(Executor):
    """Runs importable functions in worker processes; a future raises Lost when its worker was lost.

    `seconds` and `memory` (bytes above what the worker needs to start) limit each call. A call
    whose worker died without a word is tried once more, because the cause may have come from
    outside; so is the first call of a worker when its time is over: a cold machine is slow.
    """

    def __init__(self, workers: int, seconds: float, memory: int) -> None:
        self.seconds = seconds
        self.memory = memory
        self.closed = threading.Event()
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._newest: tuple[object, _Task] = (None, _Task(0, b""))
        self._workers = [_Worker(self) for _ in range(workers)]

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Asks for a call; `fn` and the arguments must be picklable."""
        future: Future[Any] = Future()
        content = pickle.dumps((args, kwargs, self.seconds, self.memory))
        self._calls.put(_Call(future, self._task(fn), content, self.seconds))
        return future

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
                worker.thread.join()

    def __exit__(self, *error: object) -> None:
        self.shutdown(cancel_futures=error[0] is not None)

    def next(self) -> _Call | None:
        """The next call that is still wanted; None at the end."""
        while (call := self._calls.get()) is not None:
            if self.closed.is_set():
                call.future.cancel()
            elif call.future.set_running_or_notify_cancel():
                return call
        return None


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
        self._lock = threading.Lock()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def kill(self) -> None:
        """Ends the process, if there is one, in the middle of whatever it does."""
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def _run(self) -> None:
        while (call := self._pool.next()) is not None:
            try:
                call.future.set_result(self._answer(call))
            except BaseException as error:  # noqa: BLE001 (who waits for the call must be told)
                call.future.set_exception(error)
        self._end()

    def _answer(self, call: _Call) -> Any:
        is_fresh = self._process is None
        try:
            return self._attempt(call)
        except Lost as lost:
            was_slow = lost.reason == TIME and is_fresh
            if self._pool.closed.is_set() or not (was_slow or lost.reason == DIED):
                raise
        return self._attempt(call)

    def _attempt(self, call: _Call) -> Any:
        process = self._started()
        try:
            process.prepare(call.task)
            return process.ask(_CALL, call.content, call.seconds)
        except Lost:
            self._end()
            raise

    def _started(self) -> _Process:
        with self._lock:
            if self._pool.closed.is_set():
                raise Lost(DIED)
            if self._process is None:
                self._process = _Process()
            return self._process

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.end()


class _Process:
    """A worker process, its two pipes, and the task that it has."""

    def __init__(self) -> None:
        self._popen = subprocess.Popen(
            # -P: nothing is ever imported from the current folder
            [sys.executable, "-P", "-c", _PROGRAM],
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
        if self._task != task.number:
            self.ask(_TASK, task.content, STARTING)
            self._task = task.number

    def ask(self, kind: bytes, content: bytes, seconds: float) -> Any:
        """Sends a request and waits for its answer. Raises Lost."""
        late = threading.Event()
        timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), self._expire, (late,))
        timer.daemon = True
        timer.start()
        try:
            write_frame(self._requests, kind + content)
            answer = read_frame(self._answers)
        except OSError:
            answer = None
        finally:
            timer.cancel()
        if answer is None:
            raise Lost(TIME if late.is_set() else DIED)
        return unpacked(answer)

    def _expire(self, late: threading.Event) -> None:
        late.set()
        self.kill()

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


# --- frames ---


def write_frame(stream: IO[bytes], content: bytes) -> None:
    """Length (8 bytes, little-endian), then the content."""
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def read_frame(stream: Readable) -> bytes | None:
    """The next frame; None at the end of the stream, also in the middle of a frame, and for a frame
    that says to be larger than MOST."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    if size > MOST:
        return None
    content = stream.read(size)
    if len(content) == size:
        return content
    return None


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


# --- in the worker ---


def serve() -> None:
    """Answers requests until the parent's end of the pipe closes, or a call has failed."""
    import signal

    for name in ("SIGINT", "SIGHUP"):
        # those of the terminal reach the parent too, which ends its workers
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    server = Server()
    while not server.failed:
        write_frame(answers, server.answer(waiting.get()))


def _listen(requests: IO[bytes], waiting: queue.SimpleQueue[bytes]) -> None:
    """A thread of its own, so that a busy worker too ends with its parent."""
    while (request := read_frame(requests)) is not None:
        waiting.put(request)
    os._exit(1)


class Server:
    """Keeps the function that was sent last, and answers calls of it."""

    def __init__(self) -> None:
        self.failed = False
        self._function: Callable[..., Any] = _nothing

    def answer(self, request: bytes) -> bytes:
        """The answer to a request as bytes. Never raises: whatever a call does is told."""
        try:
            return pickle.dumps(("", self._result(request)), pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            told = (MEMORY, "")
        except BaseException as error:  # noqa: BLE001 (some extensions raise what is no Exception)
            told = (RAISED, type(error).__name__)
        self.failed = True
        return pickle.dumps(told)

    def _result(self, request: bytes) -> Any:
        kind, content = request[:1], request[1:]
        if kind == _TASK:
            self._function = pickle.loads(content)
            return None
        args, kwargs, seconds, memory = pickle.loads(content)
        _limit(seconds, memory)
        return self._function(*args, **kwargs)


def _nothing() -> None:
    """The task of a worker to which none was sent."""


def _limit(seconds: float, memory: int) -> None:
    """Limits of the operating system, where it has them, for one call."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    processor = int(used.ru_utime + used.ru_stime + 2 * seconds) + 5
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (processor, most))
    with suppress(ValueError, OSError), open("/proc/self/statm", "rb") as stream:  # noqa: PTH123
        size = int(stream.read().split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, most))
