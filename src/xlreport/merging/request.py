"""What is merged, on which terms, and how its files are read: one value for a whole merge."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xlreport.form.catalog import SHIPPED, FormCatalog
from xlreport.formats.guard import DEFAULT_LIMITS, Limits
from xlreport.merging import MODULES
from xlreport.submission import NOBODY, Unit
from xlreport.workers import InProcess, WorkerPool, start_ahead

if TYPE_CHECKING:
    from xlreport.merging.arrivals import Arrival
    from xlreport.merging.decisions import Decision
    from xlreport.merging.memory import Memory
    from xlreport.merging.prior_year import PriorYear
    from xlreport.merging.roster import Roster

WORKERS = min(4, os.cpu_count() or 1)
"""Worker processes that read files, unless told otherwise."""


Progress = Callable[[str, int], AbstractContextManager[Callable[[str], None]]]
"""Asked with what is done and to how many files (0 where nobody knows); hears of each by name."""


@contextmanager
def uncounted(_what: str, _total: int) -> Iterator[Callable[[str], None]]:
    """Progress that nobody is told of."""
    yield lambda _name: None


@dataclass(frozen=True)
class ReadOptions:
    """How files are read: in how many worker processes (0: in this one, without isolation), within
    which limits, with which passwords for encrypted workbooks. An `executor` of the caller's takes
    the place of the workers, and so does the Dask cluster at `cluster` (`tcp://host:port`): each of
    their machines reads with workers of ours, in the same limits, and files that only this machine
    has are read here. `progress` hears of each file. A `memory` keeps what was read of the merged
    folder for the next time."""

    workers: int | None = None
    limits: Limits = DEFAULT_LIMITS
    passwords: tuple[str, ...] = ()
    executor: Executor | None = None
    progress: Progress = uncounted
    cluster: str = ""
    memory: Memory | None = None

    def pool(self, files: int) -> AbstractContextManager[Executor]:
        """The executor for so many files. Raises UsageError for a cluster that cannot be used."""
        if self.executor is not None:
            return nullcontext(self.executor)
        if self.cluster and files > 1:
            from xlreport.merging.cluster import connected

            return connected(self.cluster)
        allowed = WORKERS if self.workers is None else self.workers
        workers = min(files, allowed)
        if not workers:
            return InProcess()
        return WorkerPool(workers, self.limits.seconds, self.limits.memory, MODULES)

    def start_ahead(self) -> None:
        """Lets a worker start for the next pool, in a program that stays open: what comes next does
        not wait for it. `workers.end_ahead` ends it."""
        allowed = WORKERS if self.workers is None else self.workers
        if allowed and self.executor is None and not self.cluster:
            start_ahead(MODULES)


@dataclass(frozen=True)
class Policy:
    """How to decide where a county may choose."""

    with_errors: bool = False
    """Reports with errors are summed too, with a warning."""
    accept_unlisted: bool = False
    """Units that are not on the roster are summed, with a warning."""
    newest: bool = True
    """Of different reports of one unit the newest counts; otherwise none does."""
    imports: bool = False
    """Reports that are not our workbooks are summed too, with a warning."""


@dataclass(frozen=True)
class MergeRequest:
    """A folder to merge, and on which terms.

    Without `form` (an id) and `year` what most files say is merged; without `county` the roster or
    the files name it. `forms` finds definitions by id, `exclude` names files of the caller's (the
    roster) that are no reports even if they lie in the folder, `arrivals` tells by SHA-256 when and
    from whom files came by mail.
    """

    folder: Path
    roster: Roster | None = None
    form: str | None = None
    year: int | None = None
    county: Unit = NOBODY
    forms: FormCatalog = SHIPPED
    prior_year: PriorYear | None = None
    arrivals: Mapping[str, Arrival] = field(default_factory=dict)
    exclude: tuple[Path, ...] = ()
    policy: Policy = Policy()
    reading: ReadOptions = ReadOptions()
    decisions: tuple[Decision, ...] = ()
