"""What a page is made from, by the stamps of its files: whether it is still as it was read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from xlreport.campaign.ledger import NAME as LEDGER
from xlreport.campaign.settings import NAME, RECORDS, CampaignSettings
from xlreport.campaign.summed import data_of
from xlreport.desk.uploads import MAILS
from xlreport.merging.discover import list_files

Stamp = tuple[str, int, int, int]
"""A file's path, inode, size and time."""

_LEDGER_FILES = (LEDGER, f"{LEDGER}-wal")
"""What SQLite writes to."""


def stamps_of_settings(settings: CampaignSettings) -> tuple[Stamp, ...]:
    """Of what a campaign is opened from."""
    paths = [settings.folder / NAME, settings.roster]
    if settings.form.endswith((".yaml", ".yml")):
        paths.append(Path(settings.form))
    return tuple(_stamps(paths))


def stamps_of_prior_year(settings: CampaignSettings) -> tuple[Stamp, ...]:
    """Of the figures of last year."""
    previous = settings.previous
    if previous is None:
        return ()
    return tuple(_stamps(_below(previous)))


def stamps_of_collection(settings: CampaignSettings) -> tuple[Stamp, ...]:
    """Of what the state of the collection follows from: the inbox, the ledger, and the summary with
    which it is compared."""
    ledger = [settings.records / name for name in _LEDGER_FILES]
    return tuple(_stamps([*_below(settings.inbox), *ledger, data_of(settings)]))


def mails_may_wait(folder: Path) -> bool:
    """Whether messages may have come that were never collected, for a run was killed between: what
    is collected is in the ledger, which is then newer than the folders of the messages."""
    ledger = folder / RECORDS / LEDGER
    try:
        recorded = ledger.stat().st_mtime_ns if ledger.exists() else 0
        folders = [Path(place) for place, _, _ in os.walk(folder / MAILS)]
        return any(each.stat().st_mtime_ns > recorded for each in folders)
    except OSError:
        return False


def _below(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return [file.path for file in list_files(path)]


def _stamps(paths: list[Path]) -> Iterator[Stamp]:
    """What cannot be looked at has a stamp of its own: it may be there the next time."""
    for path in paths:
        try:
            status = os.lstat(path)
        except OSError:
            yield str(path), 0, -1, 0
            continue
        yield str(path), status.st_ino, status.st_size, status.st_mtime_ns
