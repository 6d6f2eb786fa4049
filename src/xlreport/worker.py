"""The process of a worker: answers requests over its standard streams until its parent is gone.

It loads little: every worker pays for it at its start. The parent's side is `workers`.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from typing import IO, Any, Protocol

MOST = 2**30
"""Bytes of the largest frame."""

START, TIME, MEMORY, DIED, RAISED = "start", "time", "memory", "died", "raised"
"""Why a call gave no result: no worker became ready for it, or what became of the one that was."""

TASK, CALL, BATCH = b"T", b"C", b"B"
"""What a request begins with: a function follows, the arguments of a call and its limits, or many
items for each of which the function is called, and the limits of each call."""

DONE = b""
"""What a worker says after each item of a batch: only then the clock of the next one begins."""

_LENGTH = struct.Struct("<Q")


class Readable(Protocol):
    """The part of a stream that frames need."""

    def read(self, size: int, /) -> bytes:
        """As many bytes as asked for, fewer at the end."""


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


# --- in the worker ---


def serve(modules: Sequence[str] = ()) -> None:
    """Answers requests until the parent's end of the pipe closes, or a call has failed. The modules
    that it will need are loaded while the parent is still busy with its own start."""
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
    gc.disable()  # nothing that is loaded now is ever garbage
    with suppress(ImportError):
        for module in modules:
            import_module(module)
    server = Server()
    while not server.failed:
        for answer in server.answers(waiting.get()):
            write_frame(answers, answer)


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

    def answers(self, request: bytes) -> Iterator[bytes]:
        """What is sent back for a request: its answer and, before that of a batch, DONE for each
        item. Never raises: whatever a call does is told."""
        kind, content = request[:1], request[1:]
        if kind == BATCH:
            yield from self._each(content)
        else:
            yield self._told(lambda: self._result(kind, content))

    def answer(self, request: bytes) -> bytes:
        """The last of the answers: the result, or why there is none."""
        *_, last = self.answers(request)
        return last

    def _each(self, content: bytes) -> Iterator[bytes]:
        done: list[Any] = []
        reason = detail = ""
        try:
            items, seconds, memory = pickle.loads(content)
        except Exception as error:  # noqa: BLE001 (what a damaged pickle raises has no common class)
            self.failed = True
            yield pickle.dumps(_why(error))
            return
        for item in items:
            _limit(seconds, memory)
            reason, detail = self._tried(item, done)
            if reason:
                break
            yield DONE
        # the results of the first items and, where a call failed, why the next one has none
        yield self._told(lambda: (done, reason, detail))

    def _tried(self, item: Any, done: list[Any]) -> tuple[str, str]:
        """Adds the result of one item to those that are done, or tells why there is none."""
        try:
            done.append(self._function(item))
        except BaseException as error:  # noqa: BLE001 (some extensions raise what is no Exception)
            self.failed = True
            return _why(error)
        return "", ""

    def _told(self, result: Callable[[], Any]) -> bytes:
        """A result as bytes, or why there is none."""
        try:
            return pickle.dumps(("", result()), pickle.HIGHEST_PROTOCOL)
        except BaseException as error:  # noqa: BLE001 (as above)
            self.failed = True
            return pickle.dumps(_why(error))

    def _result(self, kind: bytes, content: bytes) -> Any:
        if kind == TASK:
            self._function = pickle.loads(content)
            gc.freeze()
            gc.enable()
            return None
        args, kwargs, seconds, memory = pickle.loads(content)
        _limit(seconds, memory)
        return self._function(*args, **kwargs)


def _why(error: BaseException) -> tuple[str, str]:
    """The reason of a call that gave no result, and what was raised."""
    if isinstance(error, MemoryError):
        return MEMORY, ""
    return RAISED, type(error).__name__


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
