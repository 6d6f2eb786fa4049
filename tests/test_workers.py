"""Worker processes: what is sent to them when, which calls are tried again, what comes back."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO

import pytest

from support.clock import with_clock
from xlreport import Severity, Unit, worker, workers
from xlreport.worker import (
    DIED,
    MEMORY,
    MOST,
    RAISED,
    START,
    TIME,
    Server,
    read_frame,
    write_frame,
)
from xlreport.workers import MOST_STARTS, STARTING, InProcess, Lost, WorkerPool, unpacked

SECONDS = 600.0
"""A limit that only a call reaches that hangs."""

MEMORY_LIMIT = 10**9


def one_worker() -> WorkerPool:
    return WorkerPool(1, SECONDS, MEMORY_LIMIT)


def reason_of(error: BaseException | None) -> tuple[str, str]:
    assert isinstance(error, Lost)
    return error.reason, error.detail


# --- frames ---


def test_a_frame_is_read_as_it_was_written() -> None:
    stream = io.BytesIO()
    for content in (b"abc", b"", b"x" * 70_000):
        write_frame(stream, content)
    stream.seek(0)
    assert [read_frame(stream) for _ in range(4)] == [b"abc", b"", b"x" * 70_000, None]


@pytest.mark.parametrize("length", range(11))
def test_a_frame_that_ends_too_soon_is_none(length: int) -> None:
    stream = io.BytesIO()
    write_frame(stream, b"abc")
    assert read_frame(io.BytesIO(stream.getvalue()[:length])) is None


def test_a_frame_that_says_to_be_too_large_is_not_read() -> None:
    class Endless:
        def read(self, size: int, /) -> bytes:
            assert size == 8, "nothing is asked for beside the length"
            return (MOST + 1).to_bytes(8, "little")

    assert read_frame(Endless()) is None


# --- answers ---


def test_plain_data_comes_back() -> None:
    value = [
        {"a": (1, 2.5, "x", b"y", None)},
        {3},
        Decimal("1.5"),
        Path("a"),
        Unit("甲"),
        Severity.ERROR,
    ]
    assert unpacked(pickle.dumps(("", value))) == value


class Harmful:
    """An object that runs a command when it is unpacked."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


def test_an_answer_runs_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    with pytest.raises(Lost) as lost:
        unpacked(pickle.dumps(("", Harmful(mark))))
    assert reason_of(lost.value) == (RAISED, "UnpicklingError")
    assert not mark.exists()


@pytest.mark.parametrize("value", [len, WorkerPool, Lost, subprocess.Popen, io.StringIO])
def test_functions_and_other_classes_are_no_data(value: object) -> None:
    with pytest.raises(Lost) as lost:
        unpacked(pickle.dumps(("", value)))
    assert reason_of(lost.value) == (RAISED, "UnpicklingError")


@pytest.mark.parametrize(
    ("answer", "lost"),
    [
        (b"", (RAISED, "EOFError")),
        (b"no pickle", (RAISED, "UnpicklingError")),
        (pickle.dumps(5), (RAISED, "TypeError")),
        (pickle.dumps((1, 2, 3)), (RAISED, "ValueError")),
        (pickle.dumps((MEMORY, "")), (MEMORY, "")),
        (pickle.dumps((RAISED, "Panic")), (RAISED, "Panic")),
        (pickle.dumps(("nix", "x")), (DIED, "")),
    ],
)
def test_an_answer_without_a_result_is_a_lost_call(answer: bytes, lost: tuple[str, str]) -> None:
    with pytest.raises(Lost) as error:
        unpacked(answer)
    assert reason_of(error.value) == lost


# --- what a worker does with a request ---


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, int]]:
    """The limits that calls would have had: they must not hold in this process."""
    limits: list[tuple[float, int]] = []
    monkeypatch.setattr(worker, "_limit", lambda seconds, memory: limits.append((seconds, memory)))
    return limits


def request(*args: object, **kwargs: object) -> bytes:
    return b"C" + pickle.dumps((args, kwargs, 2.0, 3))


def raising(error: BaseException) -> None:
    raise error


def test_a_function_stays_until_another_one_comes(unlimited: list[tuple[float, int]]) -> None:
    server = Server()
    assert unpacked(server.answer(b"T" + pickle.dumps(len))) is None
    assert unpacked(server.answer(request("abc"))) == 3
    assert unpacked(server.answer(request("ab"))) == 2
    server.answer(b"T" + pickle.dumps(sorted))
    assert unpacked(server.answer(request("ba", reverse=True))) == ["b", "a"]
    assert not server.failed
    assert unlimited == [(2.0, 3)] * 3


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (MemoryError(), (MEMORY, "")),
        (ValueError("secret"), (RAISED, "ValueError")),
        (KeyboardInterrupt(), (RAISED, "KeyboardInterrupt")),
        (SystemExit(0), (RAISED, "SystemExit")),
    ],
)
def test_whatever_a_call_raises_is_told_and_ends_the_worker(
    error: BaseException, lost: tuple[str, str], unlimited: list[tuple[float, int]]
) -> None:
    server = Server()
    server.answer(b"T" + pickle.dumps(raising))
    with pytest.raises(Lost) as told:
        unpacked(server.answer(request(error)))
    assert reason_of(told.value) == lost
    assert server.failed


def test_a_function_that_does_not_arrive_is_told() -> None:
    server = Server()
    with pytest.raises(Lost) as told:
        unpacked(server.answer(b"Tno pickle"))
    assert reason_of(told.value) == (RAISED, "UnpicklingError")


# --- a pool with real processes ---


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of requests that were sent, in their order."""
    kinds: list[str] = []

    def write(stream: IO[bytes], content: bytes) -> None:
        kinds.append(content[:1].decode())
        write_frame(stream, content)

    monkeypatch.setattr(workers, "write_frame", write)
    return kinds


def test_a_function_is_sent_to_a_worker_once(sent: list[str]) -> None:
    with one_worker() as pool:
        assert [pool.submit(len, "x" * n).result() for n in range(3)] == [0, 1, 2]
        assert pool.submit(sorted, "ba").result() == ["a", "b"]
        assert pool.submit(len, "x").result() == 1
    assert "".join(sent) == "TCCCTCTC"


def test_a_new_worker_gets_the_function_again(sent: list[str]) -> None:
    with one_worker() as pool:
        assert pool.submit(eval, "1").result() == 1
        with pytest.raises(Lost):
            pool.submit(eval, "1 / 0").result()
        assert pool.submit(eval, "2").result() == 2
    assert "".join(sent) == "TCCTC"


@pytest.mark.parametrize(
    ("program", "detail"), [("lambda: 1", None), ("len", "UnpicklingError")], ids=["sent", "taken"]
)
def test_a_result_that_cannot_travel_is_a_lost_call_and_no_hang(
    program: str, detail: str | None
) -> None:
    with one_worker() as pool:
        reason, told = reason_of(pool.submit(eval, program).exception(SECONDS))
        assert reason == RAISED
        assert detail in (None, told)
        assert pool.submit(len, "abc").result(SECONDS) == 3, "the pool goes on"


def test_a_worker_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    with one_worker() as pool:
        with monkeypatch.context() as patch:
            patch.setattr(subprocess, "Popen", refused)
            assert isinstance(pool.submit(len, "abc").exception(SECONDS), OSError)
        assert pool.submit(len, "abc").result(SECONDS) == 3, "the pool goes on"


def test_a_call_that_fails_in_this_process_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else nobody would ever answer for it, and the run would hang."""

    def exhausted(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    with one_worker() as pool:
        with monkeypatch.context() as patch:
            patch.setattr(threading, "Timer", exhausted)
            assert isinstance(pool.submit(len, "abc").exception(SECONDS), RuntimeError)
        assert pool.submit(len, "abc").result(SECONDS) == 3, "the pool goes on"


def test_calls_that_have_not_begun_are_cancelled(tmp_path: Path) -> None:
    mark = tmp_path / "running"
    busy = f"open({str(mark)!r}, 'w').close()\nwhile True: pass"
    pool = one_worker()
    first, second = pool.submit(exec, busy, {}), pool.submit(len, "abc")
    while not mark.exists():
        assert not first.done()
    pool.shutdown(cancel_futures=True)
    assert reason_of(first.exception(SECONDS)) == (DIED, "")
    assert second.cancelled()


def test_a_call_that_is_cancelled_before_it_begins_is_left_out(tmp_path: Path) -> None:
    go = tmp_path / "go"
    waits = f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)"
    with one_worker() as pool:
        first, second, third = (pool.submit(exec, waits, {}) for _ in range(3))
        assert second.cancel()
        go.touch()
        assert (first.result(SECONDS), third.result(SECONDS)) == (None, None)


def test_in_this_process_a_call_is_done_at_once() -> None:
    with InProcess() as executor:
        assert executor.submit(sorted, "ba", reverse=True).result() == ["b", "a"]
        with pytest.raises(ZeroDivisionError):
            executor.submit(eval, "1 / 0")


# --- time ---


def over(*numbers: int) -> Callable[[int, float], bool]:
    """That the timers of these numbers end at once."""
    return lambda number, _: number in numbers


def test_the_clock_of_a_call_begins_when_the_worker_is_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And not while calls before it are done."""
    clock = with_clock(monkeypatch)
    with one_worker() as pool:
        futures = [pool.submit(len, "x" * n) for n in range(3)]
        assert [future.result() for future in futures] == [0, 1, 2]
    assert clock.set == [STARTING, SECONDS, SECONDS, SECONDS]


def test_a_first_call_whose_time_is_over_is_tried_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = with_clock(monkeypatch, over(2))
    with one_worker() as pool:
        assert pool.submit(len, "abc").result() == 3
    assert clock.set == [STARTING, SECONDS, STARTING, SECONDS]


def test_a_start_that_hangs_is_tried_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = with_clock(monkeypatch, over(1))
    with one_worker() as pool:
        assert pool.submit(len, "abc").result() == 3
    assert clock.set == [STARTING, STARTING, SECONDS]


SLOW = """
import time
from pathlib import Path
Path({mark!r}).touch()
while not Path({go!r}).exists():
    time.sleep(0.01)
"""
"""A module that is loaded only when the test lets it."""


def test_a_slow_start_takes_nothing_of_the_time_of_a_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of a call by itself nor of the first one of a batch."""
    clock = with_clock(monkeypatch)
    monkeypatch.syspath_prepend(tmp_path)
    mark, go = tmp_path / "mark", tmp_path / "go"
    (tmp_path / "slow_one.py").write_text(SLOW.format(mark=str(mark), go=str(go)))
    with WorkerPool(1, SECONDS, MEMORY_LIMIT, modules=("slow_one",)) as pool:
        first, batch_of_two = pool.submit(eval, "1"), pool.submit_each(evaluated, ["2", "3"])
        while not mark.exists():
            assert not first.done()
        assert clock.set == [STARTING], "it has begun, and no clock of a call has"
        go.touch()
        assert (first.result(), batch_of_two.result()) == (1, [2, 3])
    assert clock.set == [STARTING, SECONDS, SECONDS]


def test_a_worker_that_never_becomes_ready_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As that, and not as a call that took too long."""
    clock = with_clock(monkeypatch, over(1, 2))
    with one_worker() as pool:
        assert reason_of(pool.submit(len, "abc").exception()) == (START, "")
        assert pool.submit(len, "abc").result() == 3, "the next one is tried"
    assert clock.set == [STARTING, STARTING, STARTING, SECONDS]


def test_what_keeps_all_workers_from_starting_is_not_waited_for_by_each_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = with_clock(monkeypatch, lambda number, seconds: True)
    with one_worker() as pool:
        assert batch(pool, *"123456") == [(START, "")] * 6
        assert reason_of(pool.submit(len, "abc").exception()) == (START, "")
    assert clock.set == [STARTING] * MOST_STARTS


def test_starts_that_fail_now_and_then_are_no_reason_to_give_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only those behind one another count: here every other one fails, and each call ends its
    worker."""
    starts = 0

    def fails(number: int, seconds: float) -> bool:
        nonlocal starts
        starts += seconds == STARTING
        return seconds == STARTING and bool(starts % 2)

    with_clock(monkeypatch, fails)
    with one_worker() as pool:
        for _ in range(MOST_STARTS + 1):
            assert reason_of(pool.submit(eval, "1 / 0").exception())[0] == RAISED
    assert starts == 2 * (MOST_STARTS + 1)


def test_a_worker_that_dies_at_its_start_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "dying_one.py").write_text("import os\nos._exit(1)\n")
    with WorkerPool(1, SECONDS, MEMORY_LIMIT, modules=("dying_one",)) as pool:
        assert reason_of(pool.submit(len, "abc").exception(SECONDS)) == (START, "")
        assert batch(pool, "1", "2") == [(START, "")] * 2


def test_a_function_that_a_worker_cannot_load_is_told_as_before() -> None:
    with one_worker() as pool:
        reason, detail = reason_of(pool.submit(Unloadable(), "x").exception(SECONDS))
    assert (reason, detail) == (RAISED, "ModuleNotFoundError")


class Unloadable:
    """A function that can be sent, and is nothing where it arrives."""

    def __call__(self, _: str) -> None:
        raise AssertionError

    def __reduce__(self) -> tuple[object, ...]:
        return __import__, ("no_such_module",)


def test_a_first_call_is_not_tried_a_third_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = with_clock(monkeypatch, over(2, 4))
    with one_worker() as pool:
        assert reason_of(pool.submit(len, "abc").exception()) == (TIME, "")
    assert clock.set == [STARTING, SECONDS, STARTING, SECONDS]


def test_a_later_call_whose_time_is_over_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = with_clock(monkeypatch, over(3))
    with one_worker() as pool:
        assert pool.submit(len, "abc").result() == 3
        assert reason_of(pool.submit(len, "abc").exception()) == (TIME, "")
        assert pool.submit(len, "abc").result() == 3, "a new worker takes its place"
    assert clock.set == [STARTING, SECONDS, SECONDS, STARTING, SECONDS]


def test_the_first_call_of_a_worker_that_takes_anothers_place_is_tried_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = with_clock(monkeypatch, over(3, 5))
    with one_worker() as pool:
        assert pool.submit(len, "abc").result() == 3
        assert reason_of(pool.submit(len, "abc").exception()) == (TIME, "")
        assert pool.submit(len, "abc").result() == 3
    assert clock.set == [STARTING, SECONDS, SECONDS, STARTING, SECONDS, STARTING, SECONDS]


def test_a_limit_may_be_longer_than_a_clock_can_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = with_clock(monkeypatch)
    with WorkerPool(1, 1e15, MEMORY_LIMIT) as pool:
        assert pool.submit(len, "abc").result() == 3
    assert clock.set == [STARTING, threading.TIMEOUT_MAX]


# --- batches ---


def batch(pool: WorkerPool, *programs: str) -> list[object]:
    """What became of each program: its value, or why there is none."""
    results = pool.submit_each(evaluated, programs).result(SECONDS)
    return [reason_of(each) if isinstance(each, Lost) else each for each in results]


evaluated = eval


def test_the_calls_of_a_batch_give_their_results_in_order(sent: list[str]) -> None:
    with one_worker() as pool:
        assert batch(pool, "1", "2", "3") == [1, 2, 3]
        assert batch(pool, "4") == [4]
        assert batch(pool) == []
    assert "".join(sent) == "TBB"


def test_items_of_a_batch_share_what_they_have_in_common(monkeypatch: pytest.MonkeyPatch) -> None:
    """One pickle for all of them, so that each object is told once."""
    sizes: list[int] = []

    def read(stream: IO[bytes]) -> bytes | None:
        answer = read_frame(stream)
        sizes.append(len(answer or b""))
        return answer

    monkeypatch.setattr(workers, "read_frame", read)
    with one_worker() as pool:
        pool.submit_each(sorted, ["x"] * 50).result(SECONDS)
        first, last = sizes[0], sizes[-1]
        assert sizes[1:-1] == [0] * 50
    assert last < 50 * first


@pytest.mark.parametrize("k", range(4))
def test_a_call_that_raises_costs_itself(k: int) -> None:
    programs = ["1", "2", "3", "4"]
    programs[k] = "1 / 0"
    results: list[object] = [1, 2, 3, 4]
    results[k] = (RAISED, "ZeroDivisionError")
    with one_worker() as pool:
        assert batch(pool, *programs) == results
        assert batch(pool, "5") == [5], "the pool goes on"


@pytest.mark.parametrize("k", range(4))
def test_a_call_whose_worker_dies_costs_itself(k: int, sent: list[str]) -> None:
    programs = ["1", "2", "3", "4"]
    programs[k] = "__import__('os')._exit(1)"
    results: list[object] = [1, 2, 3, 4]
    results[k] = (DIED, "")
    with one_worker() as pool:
        assert batch(pool, *programs) == results
    batches = "".join(sent).count("B")
    assert batches == 2 + (k > 0) + (k < 3), "together, it alone, those before, those after"


def test_several_bad_ones_are_all_found() -> None:
    programs = ["1", "__import__('os')._exit(1)", "1 / 0", "2", "__import__('os').abort()"]
    with one_worker() as pool:
        results = batch(pool, *programs)
    assert results == [1, (DIED, ""), (RAISED, "ZeroDivisionError"), 2, (DIED, "")]


def test_a_call_that_dies_once_is_tried_again_by_itself(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    program = f"__import__('os').path.exists({str(mark)!r}) or (open({str(mark)!r}, 'w').close(), __import__('os')._exit(1))"
    with one_worker() as pool:
        assert batch(pool, "1", program, "2") == [1, True, 2]


def test_a_result_that_is_no_data_costs_itself() -> None:
    """Nobody knows at first which of them it was: each is done by itself."""
    with one_worker() as pool:
        assert batch(pool, "1", "len", "2") == [1, (RAISED, "UnpicklingError"), 2]


def test_a_result_that_cannot_be_sent_costs_itself() -> None:
    with one_worker() as pool:
        first, second, third = batch(pool, "1", "lambda: 1", "2")
    assert (first, third) == (1, 2)
    assert isinstance(second, tuple)
    assert second[0] == RAISED


def test_each_call_of_a_batch_has_the_whole_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer of the batch ends, but another item has begun since: it has its own time."""
    clock = with_clock(monkeypatch)
    watch = workers._Watch(SECONDS, lambda: None)
    assert (clock.set, watch.is_late) == ([SECONDS], False)
    watch.restart()
    watch._ring()
    assert not watch.is_late
    assert len(clock.set) == 2
    assert 0 < clock.set[1] <= SECONDS
    watch._ring()
    assert watch.is_late, "nothing has begun since"


def test_a_watch_that_has_ended_ends_nothing() -> None:
    ended: list[str] = []
    watch = workers._Watch(SECONDS, lambda: ended.append("x"))
    watch.end()
    watch._ring()
    assert (ended, watch.is_late) == ([], False)


def test_an_item_that_takes_too_long_costs_itself(sent: list[str]) -> None:
    """A real clock: the third of four never ends. It is not tried again, for its worker had done
    others before."""
    with WorkerPool(1, 1.0, MEMORY_LIMIT) as pool:
        assert batch(pool, "1", "2", "sum(iter(int, 1))", "4") == [1, 2, (TIME, ""), 4]
    assert "".join(sent) == "TBTBB", "all of them, those before, those after"


def test_only_the_first_item_of_a_new_worker_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_clock(monkeypatch, over(2, 6))
    with one_worker() as pool:
        assert batch(pool, "1", "2") == [1, 2]
        assert batch(pool, "3", "4") == [(TIME, ""), 4]


@pytest.mark.parametrize(
    "answer",
    [None, 5, (1, 2), ([1], "", ""), ([1, 2, 3], "", ""), ([1, 2], RAISED, "x"), ([1], "nix", "x")],
)
def test_an_answer_that_is_none_to_a_batch_is_a_lost_call(answer: object) -> None:
    with pytest.raises(Lost) as lost:
        workers._understood(answer, 2)
    assert reason_of(lost.value) == (RAISED, "ValueError")


def test_answers_to_a_batch_are_understood() -> None:
    assert workers._understood(([1, 2], "", ""), 2) == ([1, 2], "", "")
    assert workers._understood(([1], MEMORY, ""), 2) == ([1], MEMORY, "")


def test_a_batch_that_does_not_arrive_is_told() -> None:
    server = Server()
    with pytest.raises(Lost) as told:
        unpacked(server.answer(b"Bno pickle"))
    assert reason_of(told.value) == (RAISED, "UnpicklingError")
    assert server.failed


def test_limits_are_set_for_each_item(unlimited: list[tuple[float, int]]) -> None:
    server = Server()
    server.answer(b"T" + pickle.dumps(len))
    answers = [*server.answers(b"B" + pickle.dumps((["a", "bc"], 2.0, 3)))]
    assert answers[:2] == [b"", b""]
    assert unpacked(answers[2]) == ([1, 2], "", "")
    assert unlimited == [(2.0, 3)] * 2


def test_a_pool_that_is_closed_gives_no_results(tmp_path: Path) -> None:
    mark = tmp_path / "running"
    pool = one_worker()
    busy = f"[open({str(mark)!r}, 'w').close(), sum(iter(int, 1))]"
    running = pool.submit_each(evaluated, ["1", busy, "2"])
    waiting = pool.submit_each(evaluated, ["3"])
    while not mark.exists():
        assert not running.done()
    pool.shutdown(cancel_futures=True)
    assert reason_of(running.exception(SECONDS)) == (DIED, "")
    assert waiting.cancelled()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The modules of each process that was started."""
    modules: list[tuple[str, ...]] = []
    start = workers._Process.__init__

    def init(self: workers._Process, names: Sequence[str] = ()) -> None:
        modules.append(tuple(names))
        start(self, names)

    monkeypatch.setattr(workers._Process, "__init__", init)
    return modules


LOADED = "'colorsys' in __import__('sys').modules"


def test_a_worker_started_ahead_is_the_first_of_the_pool(started: list[tuple[str, ...]]) -> None:
    workers.start_ahead(["colorsys"])
    workers.start_ahead(["colorsys"])
    assert started == [("colorsys",)]
    with WorkerPool(1, SECONDS, MEMORY_LIMIT) as other:
        assert batch(other, LOADED) == [False], "one with other modules is another one"
    with WorkerPool(1, SECONDS, MEMORY_LIMIT, ["colorsys"]) as pool:
        assert batch(pool, LOADED) == [True]
    assert started == [("colorsys",), ()]
    assert workers._AHEAD == {}


def test_one_that_nobody_takes_is_ended() -> None:
    workers.start_ahead(["colorsys"])
    (process,) = workers._AHEAD.values()
    workers.end_ahead()
    assert workers._AHEAD == {}
    assert process._popen.returncode is not None


def test_one_that_cannot_be_started_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(subprocess, "Popen", refused)
    workers.start_ahead(["colorsys"])
    assert workers._AHEAD == {}


def test_one_that_died_before_it_was_needed_costs_nothing() -> None:
    workers.start_ahead([])
    (process,) = workers._AHEAD.values()
    process.kill()
    process._popen.wait()
    with one_worker() as pool:
        assert batch(pool, "1") == [1]


def test_no_more_workers_begin_than_are_allowed(started: list[tuple[str, ...]]) -> None:
    with WorkerPool(3, SECONDS, MEMORY_LIMIT) as pool:
        pool.allow(1)
        futures = [pool.submit_each(evaluated, [str(n)]) for n in range(9)]
        assert [future.result(SECONDS) for future in futures] == [[n] for n in range(9)]
        assert len(started) == 1
        pool.allow(3)
        assert [worker._thread.ident is None for worker in pool._workers] == [False] * 3


def test_a_module_that_is_not_there_keeps_no_worker_from_starting() -> None:
    with WorkerPool(1, SECONDS, MEMORY_LIMIT, ["no_such_module"]) as pool:
        assert batch(pool, "1") == [1]
