"""One action at a time; what it does and why it failed can be read."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from xlreport.desk.jobs import MOST_KEPT, UNEXPECTED, Done, Job, Jobs, State
from xlreport.errors import UsageError
from xlreport.merging.request import Progress

LONG = 30.0


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    running = Jobs()
    yield running
    running.close()


def nothing(_progress: Progress) -> Done:
    return Done()


def ended(jobs: Jobs, job: Job) -> Job:
    assert jobs.wait(job, LONG)
    return job


def test_jobs_run_one_after_the_other_in_their_order(jobs: Jobs) -> None:
    begun, go = threading.Event(), threading.Event()
    order: list[str] = []

    def first(_progress: Progress) -> Done:
        begun.set()
        assert go.wait(LONG)
        order.append("一")
        return Done(("一",))

    def second(_progress: Progress) -> Done:
        order.append("二")
        return Done(("二",), ("summary",))

    one, two = jobs.start("甲", first), jobs.start("乙", second)
    assert begun.wait(LONG)
    assert (one.state, two.state) == (State.RUNNING, State.WAITING)
    assert not jobs.wait(two, 0)
    assert jobs.current is one
    go.set()
    ended(jobs, two)
    assert order == ["一", "二"]
    assert (one.result, two.result) == (Done(("一",)), Done(("二",), ("summary",)))
    assert jobs.current is None
    assert [job.title for job in jobs.listed] == ["乙", "甲"]


def test_how_far_it_is_can_be_read(jobs: Jobs) -> None:
    looked: list[tuple[str, int, int]] = []
    job: Job

    def action(progress: Progress) -> Done:
        with progress("读取文件", 2) as count:
            for name in ("甲.xlsx", "乙.xlsx"):
                count(name)
                looked.append((job.what, job.count, job.total))
        return Done()

    begin = threading.Event()
    jobs.start("等", lambda _p: Done(("",)) if begin.wait(LONG) else Done())
    job = jobs.start("读", action)
    begin.set()
    ended(jobs, job)
    assert looked == [("读取文件", 1, 2), ("读取文件", 2, 2)]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UsageError("不行。"), "不行。"),
        (
            PermissionError(13, "denied", "表.xlsx"),
            "写不了“表.xlsx”：请关闭正打开它的 WPS 或 Excel，检查磁盘空间和写入权限。原有文件没有改动。",
        ),
        (
            OSError(28, "full", "表.xlsx"),
            "磁盘满了，写不了“表.xlsx”：请腾出空间。原有文件没有改动。",
        ),
    ],
)
def test_what_stops_it_is_told_as_the_commands_tell_it(
    jobs: Jobs, error: Exception, words: str
) -> None:
    def action(_progress: Progress) -> Done:
        raise error

    job = ended(jobs, jobs.start("甲", action))
    assert (job.state, job.trouble) == (State.FAILED, words)
    assert ended(jobs, jobs.start("乙", nothing)).state is State.DONE


def test_a_fault_of_ours_is_logged_and_the_next_job_runs(
    jobs: Jobs, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("xlreport.desk"), "propagate", True)

    def action(_progress: Progress) -> Done:
        raise RuntimeError("a fault")

    job = ended(jobs, jobs.start("甲", action))
    ended(jobs, jobs.start("乙", nothing))
    assert (job.state, job.trouble) == (State.FAILED, UNEXPECTED)
    assert "a fault" in caplog.text


def test_of_a_key_only_one_waits(jobs: Jobs) -> None:
    go = threading.Event()
    calls: list[int] = []

    def action(_progress: Progress) -> Done:
        calls.append(1)
        return Done()

    jobs.start("等", lambda _p: Done(("",) * go.wait(LONG)))
    waiting = jobs.start("读", action, key="read")
    assert jobs.start("读", action, key="read") is waiting
    assert jobs.start("写", action, key="write") is not waiting
    go.set()
    ended(jobs, waiting)
    last = jobs.start("读", action, key="read")
    assert last is not waiting
    ended(jobs, last)
    assert len(calls) == 3


def test_only_the_last_are_kept_and_quiet_ones_are_not_listed(jobs: Jobs) -> None:
    first = ended(jobs, jobs.start("先", nothing))
    assert ended(jobs, jobs.start("静", nothing, quiet=True)) not in jobs.listed
    for _ in range(MOST_KEPT):
        ended(jobs, jobs.start("后", nothing))
    assert jobs.get(first.number) is None
    assert len(jobs.listed) == MOST_KEPT
    assert jobs.wait(first, 0)


def test_at_the_end_what_waits_is_not_begun() -> None:
    jobs = Jobs()
    begun, go = threading.Event(), threading.Event()

    def first(_progress: Progress) -> Done:
        begun.set()
        assert go.wait(LONG)
        return Done()

    one, two = jobs.start("甲", first), jobs.start("乙", nothing)
    assert begun.wait(LONG)
    closing = threading.Thread(target=jobs.close)
    closing.start()
    while two.is_open:
        pass
    go.set()
    closing.join(LONG)
    assert (one.state, two.state) == (State.DONE, State.FAILED)


def test_what_was_done_before_is_kept_and_not_listed(jobs: Jobs) -> None:
    old = ended(jobs, jobs.start("旧", nothing))
    jobs.begin_anew()
    assert jobs.listed == []
    assert jobs.get(old.number) is old
    new = ended(jobs, jobs.start("新", nothing))
    assert jobs.listed == [new]
