"""Everything of a campaign in one archive: what counted, what came of it, who was written to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from xlreport.api import write_outputs
from xlreport.atomic import locked, safe_name, write_atomically
from xlreport.campaign.campaign import Campaign, ledger_of, merged_inbox
from xlreport.campaign.ledger import NAME as LEDGER
from xlreport.campaign.ledger import Ledger
from xlreport.campaign.settings import NAME as SETTINGS
from xlreport.errors import UsageError
from xlreport.merging.decisions import Decision
from xlreport.merging.result import MergeResult
from xlreport.publishing.archive import Contents, pack
from xlreport.publishing.overview import open_points
from xlreport.text import csv_table, harmless_cell

ORIGINALS, RESULTS, LETTERS, RECORDS, MADE_FROM = "原件", "汇总", "信件", "记录", "设置"
"""The folders of an archive."""

DECISIONS = "决定.csv"


@dataclass(frozen=True)
class Archived:
    """An archive that was written: where, its 归档码, how many reports count in it, and what keeps
    the totals from being final."""

    path: Path
    code: str
    reports: int
    open_points: tuple[str, ...]


def archive(campaign: Campaign, out: Path | None, day: str) -> Archived:
    """Merges the inbox once more, writes the outputs, and packs everything; an earlier archive of
    the same day is replaced. Raises UsageError when nothing can be used, WouldReplace, LedgerError,
    Busy, OSError."""
    with ledger_of(campaign.settings) as ledger:
        result = merged_inbox(campaign, ledger)
        if result.county is None:
            raise UsageError("还没有可用的报表，没有可以归档的。")
        result = write_outputs(result, campaign.settings.summary)
        files = dict(_files(campaign, ledger, result))
    title = f"{campaign.county.name}{campaign.settings.year}年{campaign.form.title}"
    about = {
        "form": campaign.form.id,
        "form_version": campaign.form.version,
        "year": campaign.settings.year,
        "reports": len(result.counted_files),
    }
    packed = pack(Contents(title, version("xlreport"), day, files, about))
    folder = out or campaign.settings.folder / "archive"
    path = folder / safe_name(f"{title}归档{day}", ".zip")
    with locked(folder):
        write_atomically(path, packed.data)
    return Archived(path, packed.code, len(result.counted_files), tuple(open_points(result)))


def _files(campaign: Campaign, ledger: Ledger, result: MergeResult) -> Iterator[tuple[str, bytes]]:
    settings = campaign.settings
    yield from _originals(settings.inbox, result)
    for output in map(Path, result.outputs):
        yield f"{RESULTS}/{output.name}", output.read_bytes()
    yield from _folder(settings.letters, LETTERS)
    yield from _folder(settings.drafts, f"{LETTERS}/草稿")
    yield f"{RECORDS}/{LEDGER}", _copied(settings.records / LEDGER)
    yield f"{RECORDS}/{DECISIONS}", _decisions(ledger.decisions())
    yield f"{MADE_FROM}/{SETTINGS}", (settings.folder / SETTINGS).read_bytes()
    yield f"{MADE_FROM}/{settings.roster.name}", settings.roster.read_bytes()
    definition = Path(campaign.form.path)
    yield f"{MADE_FROM}/{definition.name}", definition.read_bytes()


def _originals(inbox: Path, result: MergeResult) -> Iterator[tuple[str, bytes]]:
    """The files that count as they came; of one in an archive the whole archive."""
    outermost = [file.path.partition("!")[0] for file in result.counted_files]
    for name in dict.fromkeys(outermost):
        yield f"{ORIGINALS}/{name}", (inbox / name).read_bytes()


def _folder(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """The files that lie in a folder, none of those below it."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.is_symlink():
            yield f"{name}/{path.name}", path.read_bytes()


def _copied(path: Path) -> bytes:
    """The ledger as SQLite copies one that is in use."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(":memory:")) as copy:
        source.backup(copy)
        return copy.serialize()


def _decisions(decisions: tuple[Decision, ...]) -> bytes:
    """The decisions in force, as a table for people."""
    rows = [("单位代码", "单位", "问题", "决定", "理由", "谁", "日期")]
    for decision in decisions:
        unit = decision.unit
        row = (
            unit.code,
            unit.name,
            decision.what,
            decision.ruling.label,
            decision.reason,
            decision.by,
            decision.day,
        )
        rows.append(row)
    return csv_table(map(harmless_cell, row) for row in rows)
