"""Where the collection stands, read again when something has changed: a page shows at once what is
known and says when it is being read anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from xlreport.campaign.campaign import Campaign, ledger_of, open_campaign
from xlreport.campaign.settings import CampaignSettings, read_settings
from xlreport.campaign.status import StatusResult, UnitStatus, standing
from xlreport.campaign.summed import since_summary
from xlreport.clock import present_day
from xlreport.desk.files import (
    Stamp,
    stamps_of_collection,
    stamps_of_prior_year,
    stamps_of_settings,
)
from xlreport.desk.jobs import Done, Job, Jobs
from xlreport.desk.rows import Row, Verdict, members, recent, rows, verdict
from xlreport.errors import CampaignError
from xlreport.merging.decisions import Decision
from xlreport.merging.memory import Memory
from xlreport.merging.request import Progress, ReadOptions
from xlreport.merging.result import MergeResult
from xlreport.telling.lines import set_aside_line, stranger_line

AT_ONCE = 0.3
"""Seconds that a page waits for a fresh state before it shows the last one."""

RETRY = 10.0
"""Seconds after which what could not be read is tried again."""

READING = "读取收到的报表"

_GONE = "工作文件夹“{folder}”不在了：请检查它是不是被移走、改名或断开，再试一次。"


@dataclass(frozen=True)
class Snapshot:
    """The collection as it was read: what a merge would do, unit by unit where it stands, and what
    the county has decided."""

    campaign: Campaign
    result: MergeResult
    status: StatusResult
    decisions: tuple[Decision, ...]
    number: int = 0
    since: str = ""
    """What came since the last summary, in a sentence; empty where that is nothing."""

    def unit(self, code: str) -> UnitStatus | None:
        """A unit of the roster; None for a code that it does not have."""
        return self._units.get(code)

    @cached_property
    def _units(self) -> Mapping[str, UnitStatus]:
        return {unit.unit.code: unit for unit in self.status.units}

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The units as a table."""
        return rows(self.status, self.campaign.roster.aliases)

    @cached_property
    def recent(self) -> tuple[Verdict, ...]:
        """The files that came last."""
        return tuple(recent(self.campaign.settings.inbox, self.result.files))

    @cached_property
    def files_for_people(self) -> tuple[str, ...]:
        """The files that a person must look at, a line for each."""
        strangers = map(stranger_line, self.status.strangers)
        return (*strangers, *map(set_aside_line, self.status.set_aside))

    def verdict(self, path: str) -> Verdict:
        """What became of a file of the inbox."""
        return verdict(path, members(self.result.files, path))


@dataclass(frozen=True)
class Look:
    """What a page can show: the last state (None before the first), whether it is that of now, the
    job that reads it anew, and why it could not be read."""

    snapshot: Snapshot | None
    is_fresh: bool
    job: Job | None = None
    trouble: str = ""

    @property
    def since(self) -> str:
        """What came since the last summary; of that only the state of now can tell."""
        if self.snapshot is None or not self.is_fresh:
            return ""
        return self.snapshot.since


@dataclass(frozen=True)
class _Asked:
    """A job that was asked to read a state, and when."""

    stamps: tuple[Stamp, ...]
    job: Job
    moment: float

    @property
    def stands(self) -> bool:
        """Whether another one would tell nothing else now."""
        if self.job.is_open:
            return True
        return bool(self.job.trouble) and time.monotonic() - self.moment < RETRY


class Collection:
    """The state of one campaign. Its files are read by the one thread that runs the jobs."""

    def __init__(self, folder: Path, jobs: Jobs, reading: ReadOptions) -> None:
        self.folder = folder
        self._jobs = jobs
        self._reading = reading
        self._opened: tuple[tuple[Stamp, ...], Campaign] | None = None
        self._compared: tuple[tuple[Stamp, ...], Campaign] | None = None
        self._seen: tuple[Stamp, ...] = ()
        self._snapshot: Snapshot | None = None
        self._asked: _Asked | None = None
        self._guard = threading.Lock()
        reading.start_ahead()

    def settings(self) -> CampaignSettings:
        """The settings as they are now. Raises CampaignError, also for a folder that is gone,
        OSError."""
        try:
            return read_settings(self.folder)
        except FileNotFoundError:
            raise CampaignError(_GONE.format(folder=self.folder)) from None

    def opened(self) -> Campaign:
        """The campaign without the figures of last year, at once. Raises XlreportError, OSError for
        settings, a form or a roster that cannot be used."""
        settings = self.settings()
        stamps = stamps_of_settings(settings)
        known = self._opened
        if known is not None and known[0] == stamps:
            return known[1]
        # what was read is known for one form and one roster
        reading = replace(self._reading, memory=Memory())
        campaign = open_campaign(settings, reading)
        self._opened = stamps, campaign
        return campaign

    def open_with(self, reading: ReadOptions) -> None:
        """Reads everything anew with other options (a password more)."""
        with self._guard:
            self._reading = reading
            self._opened = self._compared = self._asked = None
            self._seen = ()

    def compared(self, progress: Progress) -> Campaign:
        """The campaign with the figures of last year, for an action that tells its progress; only
        the thread of the jobs may ask. Raises XlreportError, OSError."""
        opened = self.opened()
        stamps = (*stamps_of_settings(opened.settings), *stamps_of_prior_year(opened.settings))
        known = self._compared
        if known is None or known[0] != stamps:
            known = stamps, self._telling(opened, progress).with_prior_year()
            self._compared = known
        return self._telling(known[1], progress)

    def plain(self, progress: Progress) -> Campaign:
        """The campaign without the figures of last year, for an action. Raises as `opened`."""
        return self._telling(self.opened(), progress)

    def _telling(self, campaign: Campaign, progress: Progress) -> Campaign:
        """Tells its progress. Reading takes long: when it has ended, and what follows from it is
        written, the campaign must still be there, or it would be made anew where it was."""

        @contextmanager
        def watched(what: str, total: int) -> Iterator[Callable[[str], None]]:
            with progress(what, total) as step:
                yield step
            self.settings()

        return replace(campaign, reading=replace(campaign.reading, progress=watched))

    def look(self, patience: float = AT_ONCE) -> Look:
        """The state; where something has changed it is read anew. Raises XlreportError, OSError for
        a campaign that cannot be opened."""
        stamps = self._stamps(self.opened().settings)
        if self._is_seen(stamps):
            return Look(self._snapshot, is_fresh=True)
        job = self._reading_of(stamps)
        self._jobs.wait(job, patience)
        if self._is_seen(self._stamps(self.opened().settings)):
            return Look(self._snapshot, is_fresh=True)
        if job.trouble:
            return Look(self._snapshot, is_fresh=False, trouble=job.trouble)
        return Look(self._snapshot, is_fresh=False, job=job)

    def _reading_of(self, stamps: tuple[Stamp, ...]) -> Job:
        """The job that reads this state: the one that was asked for it, unless that has ended or
        failed a while ago."""
        with self._guard:
            asked = self._asked
            if asked is not None and asked.stamps == stamps and asked.stands:
                return asked.job
            job = self._jobs.start(READING, self._read, key="read", quiet=True)
            self._asked = _Asked(stamps, job, time.monotonic())
            return job

    def try_again(self) -> None:
        """Whatever kept the state from being read may be gone."""
        self._asked = None

    @property
    def known(self) -> Snapshot | None:
        """The last state, however old."""
        return self._snapshot

    def _is_seen(self, stamps: tuple[Stamp, ...]) -> bool:
        return self._snapshot is not None and self._seen == stamps

    def _stamps(self, settings: CampaignSettings) -> tuple[Stamp, ...]:
        """Of everything that the state follows from, and the day: the deadline is counted from
        it."""
        day = present_day().toordinal()
        return (
            ("", day, 0, 0),
            *stamps_of_settings(settings),
            *stamps_of_prior_year(settings),
            *stamps_of_collection(settings),
        )

    def _read(self, progress: Progress) -> Done:
        """Reads the state. What changes meanwhile is read the next time."""
        reading = self._reading
        settings = self.settings()
        with ledger_of(settings):
            pass  # made here if there is none, or its making would count as a change
        stamps = self._stamps(settings)
        if self._is_seen(stamps):
            return Done()
        campaign = self.compared(progress)
        with ledger_of(campaign.settings) as ledger:
            result, status = standing(campaign, ledger)
            decisions = ledger.decisions()
        since = since_summary(campaign, result.files)
        number = 1 if self._snapshot is None else self._snapshot.number + 1
        with self._guard:
            self._snapshot = Snapshot(campaign, result, status, decisions, number, since)
            if self._reading is reading:  # else it is read anew with other options
                self._seen = stamps
        self._reading.start_ahead()
        return Done()
