"""Unit by unit: what was sent, what came, and what became of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xlreport.campaign.ledger import Ledger, Received, Sent
from xlreport.campaign.letters import REMINDERS, RETURNS, TEMPLATES
from xlreport.findings import Severity
from xlreport.merging.arrivals import Arrival, arrival_of
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.roster import Roster
from xlreport.submission import Unit

ACCEPTED, RETURNED, REJECTED, MISSING = "accepted", "returned", "rejected", "missing"
_WORDS = {ACCEPTED: "通过", RETURNED: "有错误", REJECTED: "不能计入", MISSING: "未报"}
_STATES = ((Outcome.ACCEPTED, ACCEPTED), (Outcome.RETURNED, RETURNED), (Outcome.REJECTED, REJECTED))


@dataclass(frozen=True)
class UnitFile:
    """A file of a unit: what became of it, and when and from whom it came (None when it did not come by mail)."""

    result: FileRecord
    arrival: Arrival | None

    @property
    def name(self) -> str:
        """What the unit itself calls the file."""
        if self.arrival is None or not self.arrival.name:
            return self.result.path
        return self.arrival.name + self.result.path.removeprefix(self.arrival.path)


@dataclass(frozen=True)
class UnitStatus:
    """One unit. `state` is `accepted`, `returned`, `rejected` (files came, none can be used) or `missing`."""

    unit: Unit
    state: str
    files: tuple[UnitFile, ...]
    templates: tuple[Sent, ...]
    reminders: tuple[Sent, ...]
    returns: tuple[Sent, ...]
    waiting: int = 0
    """How many messages of the unit a person must open."""
    gone: int = 0
    """How many files came from the unit's addresses and are not in the folder any more."""

    @property
    def label(self) -> str:
        """The Chinese word for the state."""
        return _WORDS[self.state]

    @property
    def versions(self) -> int:
        """How many different files came."""
        return len(
            {f.result.sha256 for f in self.files if f.result.outcome is not Outcome.DUPLICATE}
        )

    @property
    def current(self) -> tuple[UnitFile, ...]:
        """The files that decide the state."""
        wanted = next((outcome for outcome, state in _STATES if state == self.state), None)
        return tuple(f for f in self.files if f.result.outcome is wanted)

    def as_dict(self) -> dict[str, Any]:
        """The unit as `status --json` has it; times in seconds since 1970."""
        return {
            "unit": self.unit.name,
            "unit_code": self.unit.code,
            "state": self.state,
            "versions": self.versions,
            "waiting": self.waiting,
            "gone": self.gone,
            "files": [
                {
                    "path": f.result.path,
                    "outcome": f.result.outcome.value,
                    "sha256": f.result.sha256,
                    "arrived": f.arrival.moment if f.arrival else None,
                    "senders": list(f.arrival.senders) if f.arrival else [],
                }
                for f in self.files
            ],
            "templates": [_sent(s) for s in self.templates],
            "reminders": [_sent(s) for s in self.reminders],
            "returns": [_sent(s) for s in self.returns],
        }


def _sent(one: Sent) -> dict[str, Any]:
    return {
        "address": one.address,
        "state": one.state,
        "moment": one.moment,
        "message_id": one.message_id,
    }


def overview(
    roster: Roster, files: Sequence[FileRecord], ledger: Ledger
) -> tuple[tuple[UnitStatus, ...], tuple[Received, ...]]:
    """Every unit of the roster, in its order, and the messages that a person must open. A file belongs to the
    unit that it names, else to the one from whose address it came."""
    units = _units(roster, files, ledger)
    messages = _to_look_at(ledger, units, roster)
    codes = [code for m in messages for code in _codes(m, roster)]
    return tuple(replace(u, waiting=codes.count(u.unit.code)) for u in units), messages


def _units(roster: Roster, files: Sequence[FileRecord], ledger: Ledger) -> tuple[UnitStatus, ...]:
    arrivals = ledger.arrivals()
    outer: dict[str, Arrival] = {}
    owned: dict[str, list[UnitFile]] = {}
    for file in files:
        arrival = arrival_of(file, arrivals, outer)
        if file.outcome is Outcome.IGNORED:
            continue
        for code in _owners(file, arrival, roster):
            owned.setdefault(code, []).append(UnitFile(file, arrival))
    here = {file.sha256 for file in files}
    gone = [
        u.code
        for sha256, a in arrivals.items()
        if sha256 not in here
        for u in roster.owners(a.senders)
    ]
    sent = ledger.sent()
    return tuple(
        UnitStatus(
            unit,
            _state(f.result for f in owned.get(unit.code, ())),
            tuple(
                sorted(
                    owned.get(unit.code, ()), key=lambda f: f.arrival.moment if f.arrival else 0.0
                )
            ),
            templates=_to(unit, TEMPLATES, sent),
            reminders=_to(unit, REMINDERS, sent),
            returns=_to(unit, RETURNS, sent),
            gone=gone.count(unit.code),
        )
        for unit in roster.units
    )


def _to(unit: Unit, kind: str, sent: Sequence[Sent]) -> tuple[Sent, ...]:
    return tuple(s for s in sent if (s.unit_code, s.kind) == (unit.code, kind))


def _owners(file: FileRecord, arrival: Arrival | None, roster: Roster) -> list[str]:
    named = [u.code for u in roster.units if u.code == file.unit.code or u.name == file.unit.name]
    if named or arrival is None:
        return named[:1]
    return [u.code for u in roster.owners(arrival.senders)]


def _state(files: Iterable[FileRecord]) -> str:
    seen = {f.outcome for f in files}
    return next((state for outcome, state in _STATES if outcome in seen), MISSING)


def _to_look_at(
    ledger: Ledger, statuses: Sequence[UnitStatus], roster: Roster
) -> tuple[Received, ...]:
    """Messages that a person must open, but for those that are settled: the reports of all whose message it may
    be were accepted and came later, or were put into the folder by hand; a stranger's, when every unit is
    accepted."""
    strangers_until = math.inf if all(s.state == ACCEPTED for s in statuses) else -math.inf
    until = {s.unit.code: _settled(s) for s in statuses}
    found = []
    for one in ledger.received():
        codes = _codes(one, roster) & until.keys()
        settled = min((until[code] for code in codes), default=strangers_until)
        if not one.done and one.arrived > settled and _asks(one, bool(codes)):
            found.append(one)
    return tuple(found)


def _codes(one: Received, roster: Roster) -> set[str]:
    """The codes of the units whose message it is, by the roster of now and of then."""
    return {*one.units, *(unit.code for unit in roster.owners(one.senders))}


def _asks(one: Received, listed: bool) -> bool:
    """Whether a message needs a person: something is wrong with it, or a unit sent something else instead of
    a workbook."""
    instead = listed and not any(a.path for a in one.attachments)
    return any(f.severity is Severity.ERROR or (instead and f.code == "M4") for f in one.findings)


def _settled(status: UnitStatus) -> float:
    """Until when a unit's messages are settled, in seconds."""
    if status.state != ACCEPTED:
        return -math.inf
    return max(
        (f.arrival.moment if f.arrival else math.inf for f in status.current), default=-math.inf
    )
