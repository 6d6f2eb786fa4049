"""Runs a command in a fork of this process and lets its N-th step fail, or kills it there.

A step is a call that changes the disk: opening for writing, writing, flushing, syncing, cutting,
renaming, removing, making a folder, setting a mode or a date, one of SQLite's statements or commits.
A fork starts with everything imported, every form loaded and every layout worked out, so that a run
costs what the command itself costs and not the start of an interpreter. The fork never returns into
the tests: it ends with `os._exit`, so neither pytest, its plugins nor a measurement of coverage end
twice. What needs a process of its own from the start (workers, strace) is tested elsewhere.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import io
import mmap
import os
import pkgutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn, Protocol, Self

import pytest

import xlreport
from support import measured

KILL = "kill"
"""The fault that kills; the others are names of errors (`ENOSPC`)."""

CALLS = (
    "fsync",
    "fdatasync",
    "ftruncate",
    "truncate",
    "replace",
    "rename",
    "unlink",
    "remove",
    "mkdir",
    "rmdir",
    "write",
    "pwrite",
    "chmod",
    "fchmod",
    "utime",
    "link",
    "symlink",
)
"""Functions of `os` that change the disk; opening and SQLite are caught by other means."""

_PATIENCE = 300.0
"""Seconds that only a process waits for that hangs."""

_PR_SET_PTRACER, _PR_SET_PTRACER_ANY = 0x59616D61, 2**64 - 1

BROKEN = 70
"""The exit code of a fork in which the command raised."""

needs_fork = pytest.mark.skipif(
    not hasattr(os, "fork"),
    reason="Windows has no fork; the same steps are tested on POSIX systems",
)


@dataclass(frozen=True)
class Run:
    """How a run ended: its exit code (minus the signal when it was killed), the steps that it made,
    and what it said."""

    code: int
    steps: int
    out: str
    err: str


class Steps:
    """Counts steps in memory that the parent sees even after a kill; makes the N-th one fail."""

    def __init__(self, fault: str, number: int) -> None:
        self.fault = fault
        self.number = number
        self.counting = True
        self._shared = mmap.mmap(-1, mmap.PAGESIZE)

    @property
    def made(self) -> int:
        """How many steps there have been."""
        return int.from_bytes(self._shared[:8], "little")

    def step(self) -> None:
        """One step is about to be made. Raises OSError when it is the one that fails."""
        if not self.counting:
            return
        made = self.made + 1
        self._shared[:8] = made.to_bytes(8, "little")
        if made != self.number:
            return
        if self.fault == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        number = getattr(errno, self.fault)
        raise OSError(number, os.strerror(number), "输出文件")


Command = Callable[[], int]
"""What a fork runs; gives its exit code."""


class Fork:
    """A command that runs in a fork. With a `number` its step of that number fails; one that is `held`
    begins when it is released, is not watched, and may be traced."""

    def __init__(
        self, command: Command, fault: str = KILL, number: int = 0, *, held: bool = False
    ) -> None:
        import_everything()
        self.steps = Steps(fault, number)
        self._out, self._err = (tempfile.TemporaryFile() for _ in range(2))  # noqa: SIM115 (closed by `wait`)
        waiting, self._gate = os.pipe()
        with warnings.catch_warnings():
            # from Python 3.12 on: the fork has one thread only and needs nothing of the others
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            os.close(self._gate)
            self._child(command, waiting if held else None)
        os.close(waiting)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Kills a fork for whose end nobody waited."""
        if self._gate >= 0:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()

    def release(self) -> None:
        """Lets a fork begin that is held."""
        os.write(self._gate, b"!")

    def ended(self) -> bool:
        """Whether it has ended."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def until(self, reached: Callable[[], bool]) -> bool:
        """Waits until something is reached; false when the fork has ended before."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if reached():
                return True
            if self.ended():
                return False
            time.sleep(0.0005)
        raise AssertionError(f"it hangs after {self.steps.made} steps")

    def wait(self) -> Run:
        """How it ended."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self._gate)
        self._gate = -1
        ended = Run(
            os.waitstatus_to_exitcode(status),
            self.steps.made,
            _text(self._out),
            _text(self._err),
        )
        assert ended.code != BROKEN, ended.err
        return ended

    def _child(self, command: Command, gate: int | None) -> NoReturn:
        code = BROKEN
        try:
            sys.stdout = io.TextIOWrapper(self._out, "utf-8")
            sys.stderr = io.TextIOWrapper(self._err, "utf-8")
            if gate is None:
                watch(self.steps)
            else:
                _let_others_trace()
                self.steps.step()  # that it may be traced now
                os.read(gate, 1)
            code = command()
        except BaseException:  # noqa: BLE001 (nothing may go back into the tests)
            traceback.print_exc()
        finally:
            self.steps.counting = False  # what is said in the end is no step of the command's
            sys.stdout.flush()
            sys.stderr.flush()
            measured.save()
            os._exit(code)


@cache
def import_everything() -> None:
    """The whole package, so that no fork imports anything of it."""
    for module in pkgutil.walk_packages(xlreport.__path__, "xlreport."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def _let_others_trace() -> None:
    """Under Yama (Linux) only an ancestor may trace a process that has not said so (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(_PR_SET_PTRACER_ANY), 0, 0, 0)


def run(command: Command, fault: str = KILL, number: int = 0) -> Run:
    """Runs a command in a fork to its end; with a `number` its step of that number fails."""
    with Fork(command, fault, number) as fork:
        return fork.wait()


def in_turn(command: Callable[[int], Command], fault: str, most: int = 1000) -> Iterator[Run]:
    """Lets the 1st, 2nd, 3rd … step fail, until a run makes fewer steps than that. `command` makes
    the command for each number."""
    for number in range(1, most):
        done = run(command(number), fault, number)
        yield done
        if done.steps < number:
            return
    raise AssertionError(f"more than {most} steps")


def _text(stream: IO[bytes]) -> str:
    with stream:
        stream.seek(0)
        return stream.read().decode("utf-8")


# --- what is watched ---


def watch(steps: Steps) -> None:
    """From now on every step of this process is counted. There is no way back."""
    sys.addaudithook(_Opening(steps))
    for name in CALLS:
        if hasattr(os, name):
            setattr(os, name, _counted(getattr(os, name), steps))
    os.fdopen = _fdopen(os.fdopen, steps)
    sqlite3.connect = _connect(sqlite3.connect, steps)


class _Opening:
    """An audit hook: opening a file for writing is a step, whoever opens it."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            self._steps.step()


class _Any(Protocol):
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...


def _counted(real: _Any, steps: Steps) -> _Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        steps.step()
        return real(*args, **kwargs)

    return call


def _fdopen(real: _Any, steps: Steps) -> _Any:
    """`os.fdopen`; streams for writing are without a buffer, so that each write is a step."""

    class Stream(io.FileIO):
        def write(self, data: Any, /) -> int:
            steps.step()
            return super().write(data)

    def fdopen(handle: int, mode: str = "r", *rest: Any, **kwargs: Any) -> Any:
        return Stream(handle, "wb") if "w" in mode else real(handle, mode, *rest, **kwargs)

    return fdopen


def _connect(real: _Any, steps: Steps) -> _Any:
    """`sqlite3.connect`; each statement is a step, and a commit is one before and one after."""

    class Connection(sqlite3.Connection):
        def execute(self, *args: Any) -> sqlite3.Cursor:
            steps.step()
            return super().execute(*args)

        def executemany(self, *args: Any) -> sqlite3.Cursor:
            steps.step()
            return super().executemany(*args)

        def executescript(self, *args: Any) -> sqlite3.Cursor:
            steps.step()
            return super().executescript(*args)

        def __exit__(self, *args: Any) -> Any:
            steps.step()
            result = super().__exit__(*args)
            steps.step()
            return result

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = real(*args, factory=Connection, **kwargs)
        assert isinstance(connection, Connection)
        return connection

    return connect


# --- commands ---


def command(*arguments: str | Path) -> Command:
    """The command line as a command for a fork, with files read in the fork itself."""
    words = [str(argument) for argument in arguments]

    def call() -> int:
        import xlreport.merging.request
        from xlreport.cli.app import main

        xlreport.merging.request.WORKERS = 0
        return main(words)

    return call
