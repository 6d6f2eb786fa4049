"""What all pages of one run share: which campaign is open, who may ask, what is being done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path

from xlreport.campaign.settings import NAME
from xlreport.clock import china
from xlreport.desk import uploads
from xlreport.desk.collection import Collection
from xlreport.desk.files import mails_may_wait
from xlreport.desk.instance import LOG, Instance, running_door
from xlreport.desk.jobs import LOGGER, Done, Job, Jobs
from xlreport.desk.mails import NOTHING_YET
from xlreport.desk.security import Guard
from xlreport.errors import CampaignError
from xlreport.merging.request import Progress, ReadOptions
from xlreport.workers import end_ahead

MOST_LOG, OLD_LOGS = 500_000, 2
"""Bytes of a log file, and how many earlier ones are kept."""

MOST_CAMPAIGNS = 200
"""Campaigns below the folder that are offered."""

Work = Callable[[Collection, Progress], Done]
"""Does something in a campaign, telling its progress. Raises XlreportError, OSError."""


class Desk:
    """One run. `home` is the folder in which new campaigns are made: the one that it was started
    with, or where that campaign lies."""

    def __init__(self, home: Path, guard: Guard, reading: ReadOptions) -> None:
        self.home = home.parent if (home / NAME).is_file() else home
        self.guard = guard
        self.reading = reading
        self.jobs = Jobs()
        self.closing = threading.Event()
        self.mails_wait = False
        """Whether messages were dropped that no job collects yet."""
        self.collecting: Job | None = None
        """The job that collects those that were dropped last."""
        self.collected = NOTHING_YET
        self._collection: Collection | None = None
        self._instance: Instance | None = None
        self._settled: Instance | None = None
        self._log: logging.Handler | None = None

    @property
    def collection(self) -> Collection | None:
        """The campaign that is open; None before one was chosen."""
        return self._collection

    def opened(self) -> Collection:
        """The campaign that is open. Raises CampaignError before one was chosen."""
        if self._collection is None:
            raise CampaignError("还没有打开一项工作，请先选择或建立。")
        return self._collection

    def open(self, folder: Path) -> str:
        """Opens a campaign; gives the address of the desk that has it already, empty for this one.
        Raises Busy, OSError."""
        if self._collection is not None and self._collection.folder == folder:
            return ""
        instance = Instance(folder)
        if not instance.claim():
            return running_door(folder)
        self._leave()
        self.jobs.begin_anew()
        instance.tell(self.guard.door)
        self._instance = instance
        self.guard.serve(folder)
        uploads.clear(folder)
        self.mails_wait = mails_may_wait(folder)
        self.collecting, self.collected = None, NOTHING_YET
        self._log = _logging_to(folder / LOG)
        self._collection = Collection(folder, self.jobs, self.reading)
        LOGGER.info("打开")
        return ""

    def settle(self) -> str:
        """Makes this the one desk of a folder without a campaign; gives the address of the desk
        that it has already, empty for this one. Raises Busy, OSError."""
        instance = Instance(self.home)
        if not instance.claim():
            return running_door(self.home)
        instance.tell(self.guard.door)
        self._settled = instance
        return ""

    def open_with(self, password: str) -> None:
        """Tries a password more on encrypted workbooks, as long as this run lasts."""
        passwords = dict.fromkeys((*self.reading.passwords, password))
        self.reading = replace(self.reading, passwords=tuple(passwords))
        if self._collection is not None:
            self._collection.open_with(self.reading)

    def campaigns(self) -> list[Path]:
        """The campaigns below the folder of the start, by name."""
        try:
            folders = sorted(path for path in self.home.iterdir() if (path / NAME).is_file())
        except OSError:
            return []
        return folders[:MOST_CAMPAIGNS]

    def act(self, title: str, work: Work, key: str = "") -> Job:
        """Starts what somebody asked for in the campaign that is open now. Raises CampaignError
        before one was chosen."""
        action = partial(work, self.opened())
        LOGGER.info("%s", title)
        return self.jobs.start(title, action, key=key)

    def close(self) -> None:
        """Comes to an end: what runs is finished, what waits is not begun."""
        self.jobs.close()
        end_ahead()
        LOGGER.info("关闭")
        self._leave()
        if self._settled is not None:
            self._settled.give_up()
            self._settled = None

    def _leave(self) -> None:
        if self._instance is not None:
            self._instance.give_up()
            self._instance = None
        if self._log is not None:
            LOGGER.removeHandler(self._log)
            self._log.close()
            self._log = None
        self._collection = None


class _Log(RotatingFileHandler):
    """A log in a folder that may vanish: what cannot be written is not worth a word."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's own name)
        """Passes over it."""


class _InChina(logging.Formatter):
    """China's time, wherever the machine believes to be."""

    def formatTime(  # noqa: N802 (logging's own name)
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        """As all our times."""
        return f"{china(record.created):{datefmt or '%Y-%m-%d %H:%M:%S'}}"


def _logging_to(path: Path) -> logging.Handler:
    """Writes what is done into a file; never a token, a name of a person or a number."""
    handler = _Log(path, maxBytes=MOST_LOG, backupCount=OLD_LOGS, encoding="utf-8")
    handler.setFormatter(_InChina("%(asctime)s %(message)s"))
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    LOGGER.addHandler(handler)
    return handler
