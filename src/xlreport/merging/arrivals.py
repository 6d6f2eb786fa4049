"""When and from whom files came by mail, where a ledger knows it.

Files are told by their content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from xlreport.findings import Finding
from xlreport.merging.codes import MOVED_AWAY, SENDER_OF_OTHERS, UNKNOWN_SENDER
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.roster import Roster
from xlreport.submission import Unit
from xlreport.text import in_marks
from xlreport.workbook.codes import F5
from xlreport.workbook.layout.identity import identity_name

MARK = 12
"""Hexadecimal digits of the SHA-256 that a collected file's name ends with."""


@dataclass(frozen=True)
class Arrival:
    """When a content last arrived, and from whom.

    `moment` is in seconds, 0 when it is not known; `senders` are those of the messages it came in,
    the innermost first; `path` is where it was put in the folder, `name` what the message called
    it.
    """

    moment: float
    senders: tuple[str, ...]
    path: str = ""
    name: str = ""


def with_arrivals(
    files: Iterable[FileRecord], arrivals: Mapping[str, Arrival], roster: Roster | None
) -> list[FileRecord]:
    """Each file with the time at which it arrived, and notes about who sent it.

    What lies in an archive came when the archive came.
    """
    dated: list[FileRecord] = []
    archives: dict[str, Arrival] = {}
    for file in files:
        arrival = arrival_of(file, arrivals, archives)
        if arrival is not None and file.submission is not None:
            file = _dated(file, arrival, roster)
        dated.append(file)
    return dated


def arrival_of(
    file: FileRecord, arrivals: Mapping[str, Arrival], archives: dict[str, Arrival]
) -> Arrival | None:
    """A file's arrival by its content, else that of the archive it lies in.

    `archives` collects the arrivals by path.
    """
    arrival = arrivals.get(file.sha256) or _of_archive(file.path, archives)
    if arrival is not None:
        archives[file.path] = arrival
    return arrival


def _of_archive(path: str, archives: Mapping[str, Arrival]) -> Arrival | None:
    """The arrival of the innermost archive around a member, `archive.zip!folder/member`."""
    end = path.rfind("!")
    while end > 0:
        archive = path[:end]
        if archive in archives:
            return archives[archive]
        end = path.rfind("!", 0, end)
    return None


def owners_of(file: FileRecord, arrival: Arrival | None, roster: Roster) -> list[Unit]:
    """The unit that a file names, else those from whose address it came."""
    named = None if contradicts_itself(file) else roster.listed(file.unit)
    if named is not None:
        return [named]
    return [] if arrival is None else list(roster.owners(arrival.senders))


def contradicts_itself(file: FileRecord) -> bool:
    """Whether a file that cannot count names two units (F5): nobody knows which of them sent it,
    and neither is blamed for it."""
    return file.outcome is Outcome.REJECTED and bool(_said_on_cover(file))


def may_be_of(file: FileRecord, roster: Roster) -> list[Unit]:
    """The units of the roster that a file names which contradicts itself about whose it is."""
    if not contradicts_itself(file):
        return []
    names = {file.unit}
    for told in _said_on_cover(file):
        names |= {Unit(told), Unit("", told)}
    named = [roster.listed(unit) for unit in names]
    return sorted({unit for unit in named if unit is not None}, key=lambda unit: unit.code)


def _said_on_cover(file: FileRecord) -> list[str]:
    """What the cover says of its unit where the workbook was issued to another."""
    of_year = identity_name("year")
    told = []
    for finding in file.findings:
        cover = dict(finding.observed).get("cover")
        if finding.code == F5.code and finding.field != of_year and isinstance(cover, str):
            told.append(cover)
    return told


def _dated(file: FileRecord, arrival: Arrival, roster: Roster | None) -> FileRecord:
    source = replace(file.provenance, arrived=arrival.moment)
    if not arrival.moment:
        source = replace(source, modified=0.0)  # the file's time stamp is that of its collection
    notes = sender_notes(arrival.senders, file.unit, roster)
    noted = file.noting(*map(file.placed, notes))
    report = replace(file.report, provenance=source)
    return noted.reporting(report)


def moved_away(files: Iterable[FileRecord], arrivals: Mapping[str, Arrival]) -> list[Finding]:
    """What came by mail and is not among the files any more, or not as it came."""
    here = {file.sha256 for file in files}
    gone = [(arrivals[sha256].path, sha256) for sha256 in arrivals if sha256 not in here]
    findings = []
    for path, sha256 in sorted(gone):
        senders = "、".join(arrivals[sha256].senders)
        finding = MOVED_AWAY(path=path, senders=senders, mark=sha256[:MARK])
        findings.append(finding.at(file=path))
    return findings


def sender_notes(senders: tuple[str, ...], unit: Unit, roster: Roster | None) -> Iterator[Finding]:
    """Whether a unit's workbook came from an address that is not its own.

    One of the senders is enough: a colleague may have forwarded it.
    """
    if roster is None or not senders:
        return
    owners = roster.owners(senders)
    codes = [owner.code for owner in owners]
    names = [owner.name for owner in owners]
    if unit.code in codes or unit.name in names:
        return
    addresses = "、".join(senders)
    if owners:
        yield SENDER_OF_OTHERS(unit=unit.name, owners=in_marks(names), senders=addresses)
    else:
        yield UNKNOWN_SENDER(senders=addresses)
