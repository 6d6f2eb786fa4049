"""The roster as a table that is mended in place: what is wrong stands at its cell, what is saved is
a CSV file that Excel knows to be UTF-8. The file that came stays beside it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlreport.atomic import keep_beside, made, put_new, write_atomically
from xlreport.campaign.settings import CampaignSettings
from xlreport.desk import uploads
from xlreport.errors import RosterError, UsageError
from xlreport.merging.roster import Fault, faults, read_roster, warnings
from xlreport.merging.roster_table import (
    ADDRESSES,
    ALIASES,
    CODE,
    CONTACT,
    LEVEL,
    NAME,
    ORIGINS,
    TELEPHONE,
    Row,
    read_table,
)
from xlreport.text import csv_table

COLUMNS = (CODE, NAME, LEVEL, ALIASES, CONTACT, TELEPHONE, ADDRESSES, ORIGINS)
"""The columns that are always there to be filled in."""

MOST_ROWS = 5_000
"""Units in the table on the page."""

NEEDED = (CODE, NAME)
"""The columns that every unit must have."""

SPARE = 3
"""Empty rows below the others."""

_KEPT = re.compile(r"\.bak[0-9]*")
"""What `atomic.keep_beside` puts behind a name."""

ORIGINALS = "名册原件"
"""The folder of the files that rosters were taken from."""


@dataclass(frozen=True)
class Cell:
    """A cell with what is wrong in it."""

    heading: str
    text: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A row of the table; `faults` are about the row as a whole."""

    place: str
    cells: tuple[Cell, ...]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A roster on the page: its columns and rows, what is wrong with it as a whole, and what is odd
    and may be right."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def wrong(self) -> int:
        """How many things must be mended."""
        count = len(self.faults)
        for line in self.lines:
            count += len(line.faults)
            count += sum(len(cell.faults) for cell in line.cells)
        return count


def read(path: Path) -> Table:
    """The table of a roster. Raises RosterError for a file that is no table or cannot be opened."""
    try:
        rows = read_table(path)
    except OSError:
        read_roster(path)  # which tells it
        raise
    return examined(rows)


def examined(rows: Sequence[Row]) -> Table:
    """A table with every fault at its place."""
    further: dict[str, None] = {}
    for row in rows:
        further.update(dict.fromkeys(row.cells))
    others = [heading for heading in further if heading and heading not in COLUMNS]
    headings = (*COLUMNS, *others)
    found = faults(rows)
    lines = [_line(row, headings, _of(found, position)) for position, row in enumerate(rows)]
    whole = tuple(fault.message for fault in found if fault.row is None)
    return Table(headings, tuple(lines), whole, warnings(rows))


def _of(found: Sequence[Fault], position: int) -> list[Fault]:
    return [fault for fault in found if fault.row == position]


def _line(row: Row, headings: Sequence[str], found: Sequence[Fault]) -> Line:
    cells = []
    for heading in headings:
        own = [fault.message for fault in found if fault.heading == heading]
        cells.append(Cell(heading, row.get(heading), tuple(own)))
    whole = [fault.message for fault in found if fault.heading not in headings]
    return Line(row.place, tuple(cells), tuple(whole))


def take(file: Path, name: str, settings: CampaignSettings) -> Path | None:
    """Makes the campaign's roster of a file that came, and keeps that under its own name; what
    stood there before stays as `.bak`, which it gives. Raises RosterError for a file that is no
    table: then nothing is changed. Raises UsageError, OSError."""
    try:
        rows = read_table(file)
    except RosterError as error:
        raise RosterError(error.message.replace(file.name, uploads.plain_name(name))) from None
    kept = save(rows, settings.roster)
    _keep(file, name, settings.folder / ORIGINALS)
    return kept


def kept_line(roster: Path, name: str) -> str:
    """What became of the roster that made room for another, by its new name; empty where that is
    none of ours, or had no units."""
    if not _KEPT.fullmatch(name.removeprefix(roster.name)):
        return ""
    try:
        count = len(read_table(roster.with_name(name)))
    except (RosterError, OSError):
        return ""
    if not count:
        return ""
    return (
        f"原来的名册（{count} 个单位）改名为“{name}”留着；"
        "弄错了的，把它从工作文件夹拖到“从文件读入”，就换回来。"
    )


def _keep(file: Path, name: str, folder: Path) -> None:
    """The file as it came, under the first free name."""
    made(folder)
    wanted = folder / uploads.plain_name(name)
    for target in uploads.names(wanted):
        if put_new(file, target):
            return


def version_of(roster: Path) -> str:
    """What tells whether a roster is still the one that a page shows; empty where there is none.
    Raises OSError."""
    try:
        return hashlib.sha256(roster.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def filled_in(values: Mapping[str, Sequence[str]], headings: Sequence[str]) -> list[Row]:
    """The rows of a form whose fields are called as the columns; those with nothing in them are
    left out. Raises UsageError for what is no table or too large."""
    columns = [list(values.get(heading, ())) for heading in headings]
    count = max(map(len, columns), default=0)
    is_table = all(len(column) == count for column in columns)
    if not is_table or not {CODE, NAME} <= set(headings):
        raise UsageError("名册的表没有收全，没有改动，请再保存一次。")
    if count > MOST_ROWS:
        raise UsageError(f"名册最多 {MOST_ROWS} 行；更多的请用 Excel 编辑后再放进来。")
    typed = [dict(zip(headings, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return _as_read(list(filter(_is_filled_in, typed)), headings)


def _is_filled_in(cells: Mapping[str, str]) -> bool:
    return any(text.strip() for text in cells.values())


def _as_read(lines: Sequence[Mapping[str, str]], headings: Sequence[str]) -> list[Row]:
    """The rows as they will be read again from the file."""
    rows = []
    for number, cells in enumerate(lines, 2):
        if cells[headings[0]].strip().startswith("#"):
            raise UsageError(f"第 {number} 行以 # 开头，这样的行不算单位；请改正后再保存。")
        clean = {heading: " ".join(cells[heading].split()) for heading in headings}
        rows.append(Row(f"第 {number} 行", clean))
    return rows


def save(rows: Sequence[Row], roster: Path) -> Path | None:
    """Writes a roster, faults and all, so that nothing that was typed is lost; the file that stood
    there stays as `.bak`, which it gives, where it was another. Raises UsageError, OSError."""
    if roster.suffix.lower() != ".csv":
        raise UsageError(
            f"这项工作的名册是“{roster.name}”，不能在这里改；请用 WPS 或 Excel 改好后保存。"
        )
    data = csv_table(_lines(rows))
    try:
        standing = roster.read_bytes()
    except FileNotFoundError:
        standing = b""
    if standing == data:
        return None
    kept = keep_beside(roster) if standing else None
    write_atomically(roster, data)
    return kept


def _lines(rows: Sequence[Row]) -> Iterator[list[str]]:
    """The table as text; columns in which nothing stands are left out, but for those that must be
    there."""
    headings = list(examined(rows).headings)
    needed = (CODE, NAME, LEVEL, CONTACT, TELEPHONE, ADDRESSES)
    filled: set[str] = set()
    for row in rows:
        filled.update(heading for heading in headings if row.get(heading))
    used = [heading for heading in headings if heading in needed or heading in filled]
    yield used
    for row in rows:
        yield [row.get(heading) for heading in used]
