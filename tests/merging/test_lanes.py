"""Chunks: every file once and in its order, how many go together, and what a lost chunk costs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from xlreport.merging import lanes
from xlreport.merging.discover import SourceFile
from xlreport.merging.lanes import (
    EachOf,
    ForeignLanes,
    HereLanes,
    WorkerLanes,
    capacity,
    in_order,
    listed,
)
from xlreport.worker import DIED, RAISED
from xlreport.workers import InProcess, Lost, WorkerPool

SECONDS = 600.0


def files(count: int) -> list[SourceFile]:
    return [SourceFile(Path(str(i)), str(i)) for i in range(count)]


def shown(file: SourceFile) -> str:
    return file.shown


def dying(file: SourceFile) -> str:
    """Runs in a worker; one file ends it, another one raises."""
    if file.shown == "5":
        import os

        os._exit(1)
    if file.shown == "7":
        raise ValueError
    return file.shown


class Rescued:
    """Reads what was lost, and remembers which files."""

    def __init__(self) -> None:
        self.files: list[str] = []

    def __call__(self, chunk: Sequence[SourceFile]) -> Future[list[Any]]:
        self.files += [file.shown for file in chunk]
        future: Future[list[Any]] = Future()
        future.set_result([f"rescued {file.shown}" for file in chunk])
        return future


def foreign(executor: Executor, task: Any = EachOf(shown), size: int = 2) -> ForeignLanes:
    return ForeignLanes(executor, task, Rescued(), size)


def results(count: int, through: lanes.Lanes) -> list[Any]:
    done = list(in_order(files(count), through))
    assert [file.shown for file, _ in done] == [str(i) for i in range(count)]
    return [result for _, result in done]


# --- every file once, in order -------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 3, 40, 333])
def test_every_file_comes_once_and_in_its_order(count: int) -> None:
    wanted = [str(i) for i in range(count)]
    assert results(count, HereLanes(InProcess(), shown)) == wanted
    with ThreadPoolExecutor(3) as pool:
        assert results(count, foreign(pool)) == wanted


def test_workers_lose_one_file_each() -> None:
    with WorkerPool(2, SECONDS, 10**9) as pool:
        through = WorkerLanes(pool, dying)
        told = [
            (each.reason, each.detail) if isinstance(each, Lost) else each
            for each in results(40, through)
        ]
    wanted: list[object] = [str(i) for i in range(40)]
    wanted[5], wanted[7] = (DIED, ""), (RAISED, "ValueError")
    assert told == wanted


class Allowed(WorkerPool):
    """Remembers how many workers it was allowed."""

    def __init__(self) -> None:
        super().__init__(4, SECONDS, 10**9)
        self.told: list[int] = []

    def allow(self, workers: int) -> None:
        self.told.append(workers)
        super().allow(workers)


def test_further_workers_are_started_for_much_work_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start takes as long as some dozen files."""
    with Allowed() as pool:
        assert len(results(10, WorkerLanes(pool, shown))) == 10
        assert {*pool.told} == {1}
    with Allowed() as pool:
        assert len(results(120, WorkerLanes(pool, shown))) == 120
        assert pool.told[0] == 4


@pytest.mark.parametrize(("seconds", "workers"), [(0.0, 1), (0.49, 1), (0.51, 4)])
def test_so_is_it_once_the_pace_is_known(seconds: float, workers: int) -> None:
    with Allowed() as pool:
        WorkerLanes(pool, shown).widen(seconds)
        assert (pool.told, pool.allowed) == ([workers], workers)


def test_a_slow_file_does_not_keep_the_others_waiting() -> None:
    """It comes first; what is behind it is read meanwhile."""
    go = threading.Event()
    done: list[str] = []

    def read(file: SourceFile) -> str:
        if file.shown == "0":
            assert go.wait(SECONDS)
        done.append(file.shown)
        if len(done) == 11:
            go.set()
        return file.shown

    with ThreadPoolExecutor(2) as pool:
        through = ForeignLanes(pool, EachOf(read), Rescued(), size=2, together=1)
        assert results(12, through) == [str(i) for i in range(12)]
    assert done[-1] == "0"


def test_all_hands_of_an_executor_are_busy() -> None:
    """Sixteen threads read at the same time, or the barrier would break."""
    barrier = threading.Barrier(16)

    def read(file: SourceFile) -> str:
        barrier.wait(SECONDS)
        return file.shown

    with ThreadPoolExecutor(16) as pool:
        assert len(results(64, ForeignLanes(pool, EachOf(read), Rescued(), 16, together=1))) == 64


def test_what_is_not_wanted_any_more_is_not_read() -> None:
    begun: list[str] = []
    go = threading.Event()

    def read(file: SourceFile) -> str:
        begun.append(file.shown)
        if file.shown != "0":
            assert go.wait(SECONDS)
        return file.shown

    with ThreadPoolExecutor(1) as pool:
        walk = in_order(files(50), ForeignLanes(pool, EachOf(read), Rescued(), 1, together=1))
        assert next(iter(walk))[1] == "0"
        walk.close()  # type: ignore[attr-defined]
        go.set()
    assert begun in (["0"], ["0", "1"])


# --- what is lost --------------------------------------------------------------------------------


class Failing(Executor):
    """Runs calls at once; those of the given numbers end as `end` says."""

    def __init__(self, end: Callable[[Future[Any]], object], *numbers: int) -> None:
        self.calls = 0
        self.numbers = numbers
        self.end = end

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.calls += 1
        future: Future[Any] = Future()
        if self.calls in self.numbers:
            self.end(future)
        else:
            future.set_result(fn(*args, **kwargs))
        return future


class Panic(BaseException):
    """What is no Exception."""


ENDS: dict[str, Callable[[Future[Any]], object]] = {
    "broken": lambda future: future.set_exception(BrokenExecutor()),
    "an error": lambda future: future.set_exception(OSError(5, "x")),
    "no Exception": lambda future: future.set_exception(Panic()),
    "cancelled": lambda future: future.cancel(),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("k", [1, 2, 3])
def test_what_an_executor_loses_is_read_in_another_way(end: str, k: int) -> None:
    through = foreign(Failing(ENDS[end], k))
    told = results(9, through)
    assert isinstance(through.safely, Rescued)
    lost = through.safely.files
    assert 0 < len(lost) <= lanes.FIRST
    assert told == [f"rescued {i}" if str(i) in lost else str(i) for i in range(9)]


def test_an_executor_that_takes_nothing_any_more_costs_nothing() -> None:
    with ThreadPoolExecutor(1) as pool:
        pass
    assert results(9, foreign(pool)) == [f"rescued {i}" for i in range(9)]


def test_a_chunk_that_a_worker_lost_is_read_file_by_file() -> None:
    """Two chunks of two files; the third call is for the first file alone."""
    executor = Failing(lambda future: future.set_exception(Lost(DIED)), 1, 3)
    first, *others = results(8, ForeignLanes(executor, EachOf(shown), Rescued(), size=1))
    assert executor.calls == 8
    assert isinstance(first, Lost)
    assert others == [str(i) for i in range(1, 8)]


def test_what_fails_in_this_process_or_in_starting_workers_ends_the_run() -> None:
    def failing(file: SourceFile) -> str:
        raise OSError(24, "Too many open files")

    with pytest.raises(OSError, match="Too many"):
        list(in_order(files(2), HereLanes(InProcess(), failing)))


def test_an_error_of_the_other_way_ends_the_run() -> None:
    def unsafe(_: Sequence[SourceFile]) -> Future[list[Any]]:
        future: Future[list[Any]] = Future()
        future.set_exception(RuntimeError("second"))
        return future

    through = ForeignLanes(Failing(ENDS["broken"], 1), EachOf(shown), unsafe, size=1)
    with pytest.raises(RuntimeError, match="second"):
        list(in_order(files(2), through))


# --- how many together ---------------------------------------------------------------------------


class Now:
    """A clock that a test sets."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize(
    ("seconds", "together"), [(0.0001, 64), (0.005, 50), (0.05, 5), (0.25, 1), (9, 1)]
)
def test_chunks_take_about_the_same_time(
    seconds: float, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = Now()
    monkeypatch.setattr("xlreport.merging.lanes.time.monotonic", now)
    pace = lanes._Pace(HereLanes(InProcess(), shown, size=1, together=64))
    assert pace.together(10**6) == lanes.FIRST
    now.seconds = 100.0
    pace.count(2)
    assert pace.together(10**6) == lanes.FIRST, "the start of a worker does not count"
    now.seconds += 1000 * seconds
    pace.count(1000)
    assert pace.together(10**6) == together


@pytest.mark.parametrize(("left", "together"), [(1, 1), (8, 1), (9, 2), (80, 10), (10**6, 64)])
def test_towards_the_end_they_become_small(left: int, together: int) -> None:
    """Two hands, two chunks for each, twice."""
    pace = lanes._Pace(HereLanes(InProcess(), shown, size=2, together=64))
    pace.count(2)
    pace.count(10**9)
    assert pace.together(left) == together


class Client:
    """As Dask's: the threads of each worker."""

    def ncores(self) -> dict[str, int]:
        return {"tcp://a": 4, "tcp://b": 8}


class OfCluster(Executor):
    """As Dask's `Client.get_executor()`."""

    _client = Client()


def test_the_size_of_an_executor() -> None:
    with ThreadPoolExecutor(7) as threads:
        assert capacity(threads) == 7
    assert capacity(OfCluster()) == 12
    assert capacity(Executor()) == lanes.UNTOLD


def test_a_call_that_is_not_wanted_any_more_may_still_end() -> None:
    future: Future[int] = Future()
    whole = listed(future)
    assert whole.cancel()
    future.set_result(1)
    assert whole.cancelled()
