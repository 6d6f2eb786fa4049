"""What takes longer than a page may: one action at a time, in a thread of its own, with how far it
has come and what it said."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum

from xlreport.desk.wording import on_page
from xlreport.errors import XlreportError
from xlreport.merging.request import Progress
from xlreport.telling.lines import failure

LOGGER = logging.getLogger("xlreport.desk")

MOST_KEPT = 50
"""So many jobs can be looked at again."""

UNEXPECTED = (
    "程序出了意外，这一步没有做完；已经收下的文件都在。请再做一次；"
    "还不行，请把工作文件夹里的 desk.log 发给提供程序的人。"
)


class State(StrEnum):
    """How far a job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """The Chinese word that users read."""
        return {"waiting": "等候", "running": "进行中", "done": "完成", "failed": "没有做成"}[
            self.value
        ]


@dataclass(frozen=True)
class Done:
    """What an action says at its end, and the ids of the files that can be opened now."""

    lines: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


Action = Callable[[Progress], Done]
"""Does something; hears how to tell its progress. Raises XlreportError, OSError."""


@dataclass
class Job:
    """One action: `what` is done now, and to how many files of how many."""

    number: int
    title: str
    key: str = ""
    quiet: bool = False
    """Whether it only reads, and is not listed."""
    state: State = State.WAITING
    what: str = ""
    count: int = 0
    total: int = 0
    result: Done = field(default_factory=Done)
    trouble: str = ""
    """Why it was not done."""

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in (State.WAITING, State.RUNNING)

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Callable[[str], None]]:
        """A `Progress`: hears of each file."""
        self.what, self.count, self.total = what, 0, total
        yield self._step

    def _step(self, _name: str) -> None:
        self.count += 1


class Jobs:
    """Runs jobs in the order in which they were asked for."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._guard = threading.Lock()
        self._jobs: list[Job] = []
        self._futures: dict[int, Future[None]] = {}
        self._number = self._before = 0

    def begin_anew(self) -> None:
        """What was done until now is not listed any more: it was done for another campaign."""
        self._before = self._number

    def start(self, title: str, action: Action, *, key: str = "", quiet: bool = False) -> Job:
        """Adds a job; with a `key` none while another of that key waits, for that will do."""
        with self._guard:
            for other in self._jobs:
                if key and other.key == key and other.state is State.WAITING:
                    return other
            self._number += 1
            job = Job(self._number, title, key, quiet)
            self._jobs = [*self._jobs, job][-MOST_KEPT:]
            future = self._executor.submit(_run, job, action)
            self._futures = {each.number: self._futures[each.number] for each in self._jobs[:-1]}
            self._futures[job.number] = future
        future.add_done_callback(lambda ended: _settled(job, ended))
        return job

    def wait(self, job: Job, seconds: float) -> bool:
        """Waits for a job; whether it has ended."""
        future = self._futures.get(job.number)
        if future is None:
            return not job.is_open
        try:
            future.exception(seconds)
        except TimeoutError:
            return False
        return True

    def get(self, number: int) -> Job | None:
        """A job by its number; None when it is not kept."""
        return next((job for job in self._jobs if job.number == number), None)

    @property
    def listed(self) -> list[Job]:
        """The jobs that people asked for, the latest first."""
        own = [job for job in self._jobs if job.number > self._before]
        return [job for job in reversed(own) if not job.quiet]

    @property
    def current(self) -> Job | None:
        """The job that runs, or else waits."""
        return next((job for job in self._jobs if job.is_open), None)

    def close(self) -> None:
        """Lets the running job come to its end; those that wait are not begun."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def _run(job: Job, action: Action) -> None:
    """One job; what stops it is told in the words of the command line."""
    job.state = State.RUNNING
    try:
        done = action(job.progress)
    except (XlreportError, OSError) as error:
        job.trouble = on_page(failure(error))
        job.state = State.FAILED
        LOGGER.warning("没有做成：%s", job.title)
        return
    job.result = replace(done, lines=tuple(map(on_page, done.lines)))
    job.state = State.DONE


def _settled(job: Job, future: Future[None]) -> None:
    """A job whose action broke off has not been done: nobody waits for it in vain."""
    if future.cancelled():
        job.state = State.FAILED
        return
    error = future.exception()
    if error is not None:
        job.trouble = UNEXPECTED
        job.state = State.FAILED
        LOGGER.error("意外：%s", job.title, exc_info=error)
