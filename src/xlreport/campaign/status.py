"""Unit by unit: what was sent, what came, and what became of it."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlreport.campaign.campaign import Campaign, ledger_of, merged_inbox
from xlreport.campaign.codes import M8
from xlreport.campaign.corrections import correction_key, corrections, left_to_the_county
from xlreport.campaign.ledger import DRAFT, Ledger, Received, Sent
from xlreport.campaign.letters import RECEIPTS, REMINDERS, RETURNS, TEMPLATES
from xlreport.campaign.notified import (
    FollowUp,
    follow_up,
    last_notified,
    unchanged,
)
from xlreport.campaign.settling import has_finding, needs_person, senders_of
from xlreport.campaign.templates import objections, standing_templates
from xlreport.clock import present_day
from xlreport.findings import Finding
from xlreport.mail.smtp import SENT
from xlreport.merging.arrivals import Arrival, arrival_of, may_be_of, owners_of
from xlreport.merging.codes import M10
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.result import LEFT_OUT_LABEL, MergeResult, is_left_out
from xlreport.merging.roster import Roster
from xlreport.submission import Unit

ACCEPTED, RETURNED, REJECTED, MISSING = "accepted", "returned", "rejected", "missing"
_LABELS = {ACCEPTED: "通过", RETURNED: "退回", REJECTED: "未报", MISSING: "未报"}
_STATES = {
    Outcome.ACCEPTED: ACCEPTED,
    Outcome.RETURNED: RETURNED,
    Outcome.REJECTED: REJECTED,
}
"""The state of a unit by the outcome of its files; the first that one of them has counts."""

_GONE_OUT = (SENT, DRAFT)
"""States of messages about which nothing is left to do."""

_CONTACT_LINES = ("contact", "telephone")
"""Lines of the cover that tell whom to call, by their id."""


@dataclass(frozen=True)
class UnitFile:
    """A file of a unit: what became of it, and when and from whom it came (None when it did not
    come by mail). `there_since` is when it was put into the folder, in seconds, as far as the
    system tells."""

    result: FileRecord
    arrival: Arrival | None
    there_since: float = math.inf

    @property
    def is_blank(self) -> bool:
        """Whether the template came back as it was, with nothing filled in."""
        return self.result.is_blank

    @property
    def name(self) -> str:
        """What the unit itself calls the file."""
        if self.arrival is None or not self.arrival.name:
            return self.result.path
        if not self.result.path.startswith(self.arrival.path):
            return self.arrival.name  # the same content, put into the folder by hand
        inside = self.result.path.removeprefix(self.arrival.path)
        return self.arrival.name + inside

    def as_dict(self) -> dict[str, Any]:
        """The file as `status --json` has it; times in seconds since 1970."""
        document: dict[str, Any] = {
            "path": self.result.path,
            "outcome": self.result.outcome.value,
            "sha256": self.result.sha256,
            "arrived": None,
            "senders": [],
        }
        if self.arrival is not None:
            document["arrived"] = self.arrival.moment
            document["senders"] = list(self.arrival.senders)
        return document


@dataclass(frozen=True)
class UnitStatus:
    """One unit. `state` is `accepted`, `returned`, `rejected` (files came, none can be used) or
    `missing` (nothing came, or blanks only). `contact` is whom to call, and where."""

    unit: Unit
    state: str
    files: tuple[UnitFile, ...]
    templates: tuple[Sent, ...]
    reminders: tuple[Sent, ...]
    returns: tuple[Sent, ...]
    receipts: tuple[Sent, ...] = ()
    follow_up: FollowUp | None = None
    """What the unit's report that came since makes of the last notice; None while it has not
    sent another."""
    waiting: int = 0
    """How many messages of the unit a person must open."""
    gone: int = 0
    """How many files came from the unit's addresses and are not in the folder any more."""
    blanks: int = 0
    """How many templates came back with nothing filled in."""
    unclear: int = 0
    """How many files may be the unit's: they came from an address that it shares with others and
    name nobody, or name it and another."""
    contact: str = ""

    @property
    def must_be_looked_at(self) -> bool:
        """Whether something came that a person must look at before the unit is reminded."""
        return bool(self.waiting or self.unclear or self.gone)

    def was_reminded(self, day: dt.date | None) -> bool:
        """Whether a reminder of a day went out, or was written."""
        return not self._reminded_as(day).isdisjoint(_GONE_OUT)

    def was_sent_reminder(self, day: dt.date | None) -> bool:
        """Whether a reminder of a day went out; of a draft nobody knows."""
        return SENT in self._reminded_as(day)

    def _reminded_as(self, day: dt.date | None) -> set[str]:
        """What became of the reminders of a day."""
        key = day.isoformat() if day is not None else ""
        return {row.state for row in self.reminders if row.key == key}

    @property
    def was_notified(self) -> bool:
        """Whether a notice of what is wrong with the present files went out, or was written."""
        out = {row.key for row in self.returns if row.state in _GONE_OUT}
        return bool(out) and correction_key(self.results) in out

    @property
    def for_the_county(self) -> str:
        """What only the county can decide about the present files; empty where the unit can put
        them right."""
        if corrections(self.results):
            return ""
        return left_to_the_county(self.results)

    @property
    def results(self) -> list[FileRecord]:
        """The files that decide the state, as they were read."""
        return [file.result for file in self.current]

    @property
    def needs_call(self) -> bool:
        """Whether somebody may have to call the unit."""
        return self.state != ACCEPTED or self.waiting > 0

    @property
    def is_left_out(self) -> bool:
        """Whether the county has decided that its report is not summed."""
        return any(map(is_left_out, self.results))

    @property
    def label(self) -> str:
        """The Chinese word for the state."""
        return LEFT_OUT_LABEL if self.is_left_out else _LABELS[self.state]

    @property
    def versions(self) -> int:
        """How many different files came."""
        contents = set()
        for file in self.files:
            if file.result.outcome is not Outcome.DUPLICATE:
                contents.add(file.result.sha256)
        return len(contents)

    @property
    def current(self) -> tuple[UnitFile, ...]:
        """The files that decide the state."""
        filled_in = [file for file in self.files if not file.is_blank]
        return tuple(file for file in filled_in if _state_of(file) == self.state)

    @property
    def set_aside(self) -> list[FileRecord]:
        """The files that cannot count where another report decides the state, but for those after
        which that came."""
        if self.state not in (ACCEPTED, RETURNED):
            return []
        decided = max(map(_moment, self.current))
        unusable = [file for file in self.files if file.result.outcome is Outcome.REJECTED]
        return [file.result for file in unusable if not 0 < _moment(file) <= decided]

    @property
    def settled_until(self) -> float:
        """Until when the unit's messages need no person, in seconds: its report was accepted, and
        came then or was put into the folder by hand."""
        if self.state != ACCEPTED:
            return -math.inf
        settled = -math.inf
        for file in self.current:
            arrived = file.arrival.moment if file.arrival else file.there_since
            settled = max(settled, arrived)
        return settled

    def as_dict(self) -> dict[str, Any]:
        """The unit as `status --json` has it."""
        return {
            "unit": self.unit.name,
            "unit_code": self.unit.code,
            "state": self.state,
            "versions": self.versions,
            "waiting": self.waiting,
            "gone": self.gone,
            "blanks": self.blanks,
            "unclear": self.unclear,
            "contact": self.contact or None,
            "files": [file.as_dict() for file in self.files],
            "templates": [_sent_as_dict(row) for row in self.templates],
            "reminders": [_sent_as_dict(row) for row in self.reminders],
            "returns": [_sent_as_dict(row) for row in self.returns],
            "receipts": [_sent_as_dict(row) for row in self.receipts],
            "follow_up": self.follow_up.as_dict() if self.follow_up else None,
        }


def _sent_as_dict(row: Sent) -> dict[str, Any]:
    return {
        "address": row.address,
        "state": row.state,
        "moment": row.moment,
        "message_id": row.message_id,
    }


def _received_as_dict(message: Received) -> dict[str, Any]:
    return {
        "number": message.number or None,
        "origin": message.origin,
        "sender": message.sender,
        "subject": message.subject,
        "arrived": message.arrived,
        "findings": [finding.as_dict() for finding in message.findings],
    }


@dataclass(frozen=True)
class StatusResult:
    """Every unit of the roster, messages that a person must open, files of nobody on the roster,
    and the days to the deadline (negative when it has passed, None when there is none)."""

    units: tuple[UnitStatus, ...]
    messages: tuple[Received, ...]
    strangers: tuple[FileRecord, ...]
    findings: tuple[Finding, ...]
    deadline: dt.date | None
    days: int | None
    today: dt.date | None = None
    stale: tuple[str, ...] = ()
    """What is wrong with workbooks among the templates, and what to do."""
    set_aside: tuple[FileRecord, ...] = ()
    """Files that cannot count of units whose state another report decides: nobody would miss
    them."""
    settled: tuple[Received, ...] = ()
    """The messages that need no person any more because one has dealt with them."""

    @property
    def exit_code(self) -> int:
        """0 all units accepted and no message to open, else 1."""
        all_accepted = all(unit.state == ACCEPTED for unit in self.units)
        if all_accepted and not self.messages:
            return 0
        return 1

    @property
    def counts(self) -> Mapping[str, int]:
        """How many units are in each state that occurs, by its Chinese word, in the roster's
        order."""
        return Counter(unit.label for unit in self.units)

    @property
    def missing(self) -> tuple[Unit, ...]:
        """The units from which nothing came."""
        return tuple(status.unit for status in self.units if status.state == MISSING)

    @property
    def to_correct(self) -> tuple[Unit, ...]:
        """The units whose reports came and cannot be used as they are."""
        fine = (MISSING, ACCEPTED)
        return tuple(status.unit for status in self.units if status.state not in fine)

    def as_dict(self) -> dict[str, Any]:
        """The `status --json` document."""
        document: dict[str, Any] = {
            "deadline": self.deadline.isoformat() if self.deadline else None,
            "days": self.days,
            "units": [unit.as_dict() for unit in self.units],
            "messages": [_received_as_dict(message) for message in self.messages],
            "strangers": [file.as_dict() for file in self.strangers],
            "findings": [finding.as_dict() for finding in self.findings],
        }
        if self.set_aside:
            document["set_aside"] = [file.as_dict() for file in self.set_aside]
        if self.stale:
            document["stale"] = list(self.stale)
        if self.settled:
            document["settled"] = [_received_as_dict(message) for message in self.settled]
        return document


def status(campaign: Campaign, *, today: dt.date | None = None) -> StatusResult:
    """Unit by unit what was sent, what came and what became of it, the inbox read anew. Raises
    LedgerError, Busy, OSError."""
    with ledger_of(campaign.settings) as ledger:
        _, now = standing(campaign, ledger, today)
    return replace(now, stale=tuple(_stale(campaign)))


def standing(
    campaign: Campaign, ledger: Ledger, today: dt.date | None = None
) -> tuple[MergeResult, StatusResult]:
    """What a merge of the inbox would do now, and the status without a look at the templates.
    Raises LedgerError, OSError."""
    result = merged_inbox(campaign, ledger)
    now = overview(campaign.roster, result.files, ledger, campaign.settings.inbox)
    strangers = _strangers(result.files, now.units)
    moved = tuple(finding for finding in result.own_findings if finding.code == M10.code)
    deadline = campaign.settings.deadline
    today = today or present_day()
    days = None if deadline is None else (deadline - today).days
    state = StatusResult(
        units=now.units,
        messages=now.messages,
        strangers=strangers,
        findings=moved,
        deadline=deadline,
        days=days,
        today=today,
        set_aside=tuple(file for unit in now.units for file in unit.set_aside),
        settled=now.settled,
    )
    return result, state


def _strangers(files: Iterable[FileRecord], units: Iterable[UnitStatus]) -> tuple[FileRecord, ...]:
    """The files of nobody on the roster."""
    owned: set[str] = set()
    for unit in units:
        owned.update(file.result.path for file in unit.files)
    others = [file for file in files if file.path not in owned]
    return tuple(file for file in others if file.outcome is not Outcome.IGNORED)


def _stale(campaign: Campaign) -> Iterator[str]:
    """The workbooks among the templates that must not go to their units."""
    standing = standing_templates(campaign)
    for unit, objection in objections(campaign, standing).items():
        yield f"templates 里的“{standing[unit].name}”{objection.why_stale}"


def overview_now(campaign: Campaign, files: Sequence[FileRecord]) -> Overview:
    """Where each unit is after these files were read, and the messages that a person must still
    open. Raises LedgerError, Busy, OSError."""
    with ledger_of(campaign.settings) as ledger:
        return overview(campaign.roster, files, ledger, campaign.settings.inbox)


@dataclass(frozen=True)
class Overview:
    """Every unit of the roster, in its order, the messages that a person must open, and those with
    which one has dealt."""

    units: tuple[UnitStatus, ...]
    messages: tuple[Received, ...]
    settled: tuple[Received, ...] = ()


def overview(
    roster: Roster, files: Sequence[FileRecord], ledger: Ledger, inbox: Path | None = None
) -> Overview:
    """Where each unit is. A file belongs to the unit that it names, else to the one from whose
    address it came. Where files lie in an `inbox`, that tells since when they are there."""
    units = _units(roster, files, ledger)
    if inbox is not None:
        units = tuple(_dated(unit, inbox) for unit in units)
    units = tuple(_followed_up(units, ledger))
    received = tuple(ledger.received())
    asking = list(_asking(received, units, roster))
    messages = tuple(message for message in asking if not message.done)
    settled = tuple(message for message in asking if message.done)
    waiting = _by_unit(messages, roster)
    returned = _returned_blanks(received, ledger.sent(TEMPLATES))
    return Overview(tuple(_counted(units, waiting, returned)), messages, settled)


def _dated(unit: UnitStatus, inbox: Path) -> UnitStatus:
    """The unit with since when its files are there that nobody sent by mail."""
    files = []
    for file in unit.files:
        if file.arrival is None:
            file = replace(file, there_since=_there_since(inbox, file.result.path))
        files.append(file)
    return replace(unit, files=tuple(files))


def _there_since(inbox: Path, path: str) -> float:
    """When a file was put into the inbox, of a member when its archive was; infinity where nobody
    knows."""
    outermost, _, _ = path.partition("!")
    for name in (path, outermost):
        with suppress(OSError):
            return (inbox / name).stat().st_ctime
    return math.inf


def _counted(
    units: Iterable[UnitStatus], waiting: Counter[str], returned: Counter[str]
) -> Iterator[UnitStatus]:
    """The units with how many of their messages wait, and how many more blanks came back."""
    for unit in units:
        code = unit.unit.code
        blanks = unit.blanks + returned[code]
        yield replace(unit, waiting=waiting[code], blanks=blanks)


def _followed_up(units: Iterable[UnitStatus], ledger: Ledger) -> Iterator[UnitStatus]:
    """The units with what became of the notices that they had."""
    keys = {}
    for unit in units:
        out = (row.key for row in unit.returns if row.state in _GONE_OUT)
        keys[unit.unit.code] = frozenset(out)
    notified = last_notified(ledger.notices(), keys)
    for unit in units:
        notice = notified.get(unit.unit.code)
        if notice is None or not unit.current:
            yield unit
        else:
            present = unit.current[-1].result
            told = follow_up(notice, present)
            if told is None and _came_back(unit, present):
                told = unchanged(present)
            yield replace(unit, follow_up=told)


def _came_back(unit: UnitStatus, present: FileRecord) -> bool:
    """Whether the same report came once more in the workbook of a notice, whose submission number
    is higher."""
    for file in unit.files:
        is_copy = file.result.outcome is Outcome.DUPLICATE
        if is_copy and file.result.provenance.number > present.provenance.number:
            return True
    return False


def _by_unit(messages: Iterable[Received], roster: Roster) -> Counter[str]:
    """How many of the messages each unit sent, by its code."""
    count: Counter[str] = Counter()
    for message in messages:
        count.update(senders_of(message, roster))
    return count


def _returned_blanks(received: Iterable[Received], sent: Iterable[Sent]) -> Counter[str]:
    """How many of the templates that were sent came back exactly as they were, by the code of the
    unit that each was made for."""
    made_for = {row.sha256: row.unit_code for row in sent if row.sha256}
    count: Counter[str] = Counter()
    for message in received:
        if not has_finding(message, M8):
            continue
        for attachment in message.attachments:
            if attachment.sha256 in made_for:
                count[made_for[attachment.sha256]] += 1
    return count


def _units(roster: Roster, files: Sequence[FileRecord], ledger: Ledger) -> tuple[UnitStatus, ...]:
    arrivals = ledger.arrivals()
    owned, unclear = _owned(roster, files, arrivals)
    gone = _gone(roster, files, arrivals)
    sent = _by_addressee(ledger.sent())
    units = []
    for unit in roster.units:
        mine = sorted(owned.get(unit.code, ()), key=_moment)
        status = UnitStatus(
            unit,
            _state(mine),
            tuple(mine),
            templates=tuple(sent[unit.code, TEMPLATES]),
            reminders=tuple(sent[unit.code, REMINDERS]),
            returns=tuple(sent[unit.code, RETURNS]),
            receipts=tuple(sent[unit.code, RECEIPTS]),
            gone=gone[unit.code],
            blanks=sum(file.is_blank for file in mine),
            unclear=unclear[unit.code],
            contact=roster.contact(unit) or _contact_on_cover(mine),
        )
        units.append(status)
    return tuple(units)


def _owned(
    roster: Roster, files: Iterable[FileRecord], arrivals: Mapping[str, Arrival]
) -> tuple[dict[str, list[UnitFile]], Counter[str]]:
    """The files of each unit, by its code; and how many may be its own or another's."""
    archives: dict[str, Arrival] = {}
    owned: dict[str, list[UnitFile]] = {}
    unclear: Counter[str] = Counter()
    for file in files:
        arrival = arrival_of(file, arrivals, archives)
        if file.outcome is Outcome.IGNORED and not file.is_blank:
            continue
        owners = [unit.code for unit in owners_of(file, arrival, roster)]
        if len(owners) == 1:
            owned.setdefault(owners[0], []).append(UnitFile(file, arrival))
        else:
            unclear.update(owners or [unit.code for unit in may_be_of(file, roster)])
    return owned, unclear


def _gone(
    roster: Roster, files: Iterable[FileRecord], arrivals: Mapping[str, Arrival]
) -> Counter[str]:
    """How many files came from a unit's addresses and are not in the folder any more, by its
    code."""
    here = {file.sha256 for file in files}
    gone: Counter[str] = Counter()
    for sha256, arrival in arrivals.items():
        if sha256 not in here:
            gone.update(unit.code for unit in roster.owners(arrival.senders))
    return gone


def _moment(file: UnitFile) -> float:
    return file.arrival.moment if file.arrival else 0.0


def _by_addressee(sent: Iterable[Sent]) -> defaultdict[tuple[str, str], list[Sent]]:
    """The outgoing messages by the code of the unit and their kind."""
    rows: defaultdict[tuple[str, str], list[Sent]] = defaultdict(list)
    for row in sent:
        rows[row.unit_code, row.kind].append(row)
    return rows


def _state(files: Iterable[UnitFile]) -> str:
    """What the best of a unit's files makes of it; a blank is no report."""
    reached = {_state_of(file) for file in files if not file.is_blank}
    for state in _STATES.values():
        if state in reached:
            return state
    return MISSING


def _state_of(file: UnitFile) -> str:
    return _STATES.get(file.result.outcome, MISSING)


def _contact_on_cover(files: Sequence[UnitFile]) -> str:
    """Whom the unit's last report names."""
    for file in reversed(files):
        cover = file.result.provenance.identity
        lines = [cover.get(item, "") for item in _CONTACT_LINES]
        named = [line for line in lines if line]
        if named:
            return " ".join(named)
    return ""


def _asking(
    received: Iterable[Received], units: Sequence[UnitStatus], roster: Roster
) -> Iterator[Received]:
    """Messages that a person must open, or has dealt with, but for those that are settled by
    themselves: the reports of all whose message it may be were accepted and came later, or were
    put into the folder by hand; a stranger's, when every unit is accepted."""
    all_accepted = all(unit.state == ACCEPTED for unit in units)
    strangers_until = math.inf if all_accepted else -math.inf
    until = {unit.unit.code: unit.settled_until for unit in units}
    for message in received:
        codes = senders_of(message, roster) & until.keys()
        settled = min((until[code] for code in codes), default=strangers_until)
        if message.arrived > settled and needs_person(message, listed=bool(codes)):
            yield message
