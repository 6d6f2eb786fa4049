"""Worker processes that may die: each call has a limit on time and memory, and a dead worker costs
its one call.

An Executor of its own because `ProcessPoolExecutor` fails every later call once a worker has died and
cannot stop one that hangs, and because `multiprocessing` runs the caller's main module again in each
child. Workers are plain interpreters that speak length-prefixed pickles over their standard streams.
Time limits hold everywhere; memory limits need `RLIMIT_AS` (Linux).
"""

from __future__ import annotations

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
from typing import IO, Any, Protocol

_START = "from xlreport.workers import serve; serve()"
_LENGTH = struct.Struct("<Q")


class Lost(Exception):
    """A call that gave no result; `reason` is one of the constants below."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


TIME, MEMORY, DIED, RAISED = "time", "memory", "died", "raised"


class Readable(Protocol):
    """The part of a stream that frames need."""

    def read(self, size: int, /) -> bytes: ...


class WorkerPool(Executor):
    """Runs importable functions in worker processes; a future raises Lost when its worker was lost.

    `seconds` and `memory` (bytes above what the worker needs to start) limit each call. A call whose
    worker died without a word is tried once more, because the cause may have come from outside.
    """

    def __init__(self, workers: int, seconds: float, memory: int) -> None:
        self.seconds = seconds
        self.memory = memory
        self._calls: queue.SimpleQueue[tuple[Future[Any], bytes] | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._workers = [_Worker(self) for _ in range(workers)]

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._calls.put((future, pickle.dumps((fn, args, kwargs, self.seconds, self.memory))))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends all workers; calls that have not begun are cancelled when asked for."""
        if cancel_futures:
            self._closed.set()
            for worker in self._workers:
                worker.kill()
        for _ in self._workers:
            self._calls.put(None)
        for worker in self._workers if wait else ():
            worker.thread.join()

    def __exit__(self, *error: object) -> None:
        self.shutdown(cancel_futures=error[0] is not None)

    def next(self) -> tuple[Future[Any], bytes] | None:
        """The next call that is still wanted; None at the end."""
        while (call := self._calls.get()) is not None:
            if self._closed.is_set():
                call[0].cancel()
            elif call[0].set_running_or_notify_cancel():
                return call
        return None


class InProcess(Executor):
    """Runs calls at once in this process: nothing is isolated."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class _Worker:
    """One process at a time, started when first needed, and the thread that talks to it."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while (call := self._pool.next()) is not None:
            future, request = call
            try:
                future.set_result(self._twice(request))
            except (Lost, OSError) as error:
                future.set_exception(error)
        self.kill()

    def _twice(self, request: bytes) -> Any:
        try:
            return self._call(request)
        except Lost as lost:
            if lost.reason != DIED:
                raise
        return self._call(request)

    def _call(self, request: bytes) -> Any:
        process = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()
        timer = threading.Timer(
            min(self._pool.seconds, threading.TIMEOUT_MAX), self._expire, (late,)
        )
        timer.daemon = True
        timer.start()
        try:
            write_frame(process.stdin, request)
            answer = read_frame(process.stdout)
        except OSError:
            answer = None
        finally:
            timer.cancel()
        if answer is None:
            self.kill()
            raise Lost(TIME if late.is_set() else DIED)
        reason, value = pickle.loads(answer)
        if reason:
            self.kill()
            raise Lost(reason, value)
        return value

    def _expire(self, late: threading.Event) -> None:
        late.set()
        self.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._process is None:
                paths = os.pathsep.join(path for path in sys.path if path)
                environment = {
                    **os.environ,
                    "PYTHONPATH": paths,
                    "OPENBLAS_NUM_THREADS": "1",
                    "PYTHONUTF8": "1",
                }
                self._process = subprocess.Popen(
                    # -P: nothing is ever imported from the current folder
                    [sys.executable, "-P", "-c", _START],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=environment,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            return self._process

    def kill(self) -> None:
        """Ends the process, if there is one, and waits until it is gone."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def write_frame(stream: IO[bytes], content: bytes) -> None:
    """Length (8 bytes, little-endian), then the content."""
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def read_frame(stream: Readable) -> bytes | None:
    """The next frame; None at the end of the stream, also in the middle of a frame."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    content = stream.read(size)
    return content if len(content) == size else None


# --- in the worker ------------------------------------------------------------------------------


def serve() -> None:
    """Answers calls until the parent's end of the pipe closes."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    calls: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, calls), daemon=True).start()
    while True:
        answer = _answer(calls.get())
        write_frame(answers, pickle.dumps(answer))
        if answer[0]:
            return


def _listen(requests: IO[bytes], calls: queue.SimpleQueue[bytes]) -> None:
    """A thread of its own, so that a busy worker too ends with its parent."""
    while (request := read_frame(requests)) is not None:
        calls.put(request)
    os._exit(1)


def _answer(request: bytes) -> tuple[str, Any]:
    try:
        function, args, kwargs, seconds, memory = pickle.loads(request)
        _limit(seconds, memory)
        return "", function(*args, **kwargs)
    except MemoryError:
        return MEMORY, ""
    except BaseException as error:  # noqa: BLE001 (some extensions raise what is no Exception; nothing may pass)
        return RAISED, type(error).__name__


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
