"""Sends what is new, one message a unit; what a server refuses is recorded and the rest go on.

A message is recorded before it goes out and again when the server has taken it. After a run that was
killed between the two it goes out once more, under the same Message-ID.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from xlreport.atomic import safe_name, write_atomically
from xlreport.campaign.ledger import Ledger, Sent
from xlreport.campaign.letters import FILES
from xlreport.errors import SendError
from xlreport.mail.compose import Outgoing, composed, new_message_id, wire
from xlreport.mail.servers import Smtp
from xlreport.mail.smtp import SENT
from xlreport.submission import Unit

SENDING, DRAFT, REFUSED, BOUNCED = "sending", "draft", "refused", "bounced"
NOW, BEFORE, NOWHERE, HELD = "planned", "before", "no_address", "held"

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True)
class Mailing:
    """What one unit is to get. `key` tells one message of a kind from the next: with the same key nothing
    is sent again. `sha256` is that of the workbook in it. `held` says why it should not go yet."""

    unit: Unit
    addresses: tuple[str, ...]
    message: Outgoing
    key: str
    sha256: str = ""
    held: str = ""


@dataclass(frozen=True)
class SendItem:
    """What became of a parcel at one address: `sent`, `draft` (written), `planned` (dry run), `before` (sent by
    an earlier run), `refused`, `held` (a person must look first), or `no_address`."""

    unit: Unit
    address: str
    state: str
    subject: str
    file: str = ""
    detail: str = ""
    message_id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The item as `send --json` has it."""
        return {
            "unit": self.unit.name,
            "unit_code": self.unit.code,
            "address": self.address or None,
            "state": self.state,
            "subject": self.subject,
            "file": self.file or None,
            "detail": self.detail or None,
            "message_id": self.message_id or None,
        }


@dataclass(frozen=True)
class SendResult:
    """All items of a run in the roster's order. `stopped` says why it ended early."""

    kind: str
    items: tuple[SendItem, ...]
    stopped: str = ""

    @property
    def exit_code(self) -> int:
        """0 all well, 1 some did not get theirs, 2 the server failed."""
        if self.stopped:
            return 2
        return 1 if any(i.state in (REFUSED, NOWHERE, HELD) for i in self.items) else 0

    def as_dict(self) -> dict[str, Any]:
        """The `send --json` document."""
        return {
            "kind": self.kind,
            "items": [i.as_dict() for i in self.items],
            "stopped": self.stopped or None,
        }


class Transport(Protocol):
    """A way out."""

    @property
    def state(self) -> str:
        """The state of what has gone this way."""

    def ready(self) -> None:
        """Makes sure that a message can be handed over, before it is recorded. Raises SendError."""

    def deliver(self, name: str, data: bytes, recipients: tuple[str, ...]) -> Mapping[str, str]:
        """Hands a message over; gives the recipients that were refused, and why. Raises SendError."""

    def keeps(self, name: str) -> bool:
        """Whether what went this way before need not go again."""


@dataclass(frozen=True)
class Drafts:
    """Messages as .eml files, for offices that send from their own mail program; a later message of the same
    name takes the place of an earlier one."""

    folder: Path
    state: str = DRAFT

    def ready(self) -> None:
        return

    def deliver(self, name: str, data: bytes, recipients: tuple[str, ...]) -> Mapping[str, str]:
        write_atomically(self._path(name), data)
        return {}

    def keeps(self, name: str) -> bool:
        return self._path(name).exists()

    def _path(self, name: str) -> Path:
        return self.folder / safe_name(name, ".eml")


def send(
    kind: str,
    parcels: Iterable[Mailing],
    ledger: Ledger,
    smtp: Smtp,
    transport: Transport,
    *,
    again: bool = False,
    dry_run: bool = False,
) -> SendResult:
    """Sends parcels; a dry run only tells what would go. Raises OSError when a draft or the
    ledger cannot be written."""
    items: list[SendItem] = []
    stopped = ""
    first = True
    for parcel in parcels:
        if parcel.held:
            items.append(_item(parcel, "、".join(parcel.addresses), HELD, parcel.held))
            continue
        wrong = [a for a in parcel.addresses if not _ADDRESS.fullmatch(a)]
        good = tuple(a for a in parcel.addresses if a not in wrong)
        items += [_item(parcel, a, REFUSED, "邮箱地址写得不对，请改正名册") for a in wrong]
        if not parcel.addresses:
            items.append(_item(parcel, "", NOWHERE, "名册里没有邮箱"))
        done = _done(ledger, kind, parcel, transport)
        before = {} if again else {a: one for a, one in done.items() if a in good}
        items += [_item(parcel, a, BEFORE, one.detail, one.message_id) for a, one in before.items()]
        open_ = tuple(a for a in good if a not in before)
        if not open_:
            continue
        if dry_run or stopped:
            items += [_item(parcel, a, NOW) for a in open_]
            continue
        if not first and transport.state == SENT:
            time.sleep(smtp.pause)
        first = False
        try:
            items += _send_one(kind, parcel, open_, ledger, smtp, transport)
        except SendError as error:
            stopped = str(error)
            items += [_item(parcel, a, NOW) for a in open_]
    return SendResult(kind, tuple(items), stopped)


def _item(
    parcel: Mailing, address: str, state: str, detail: str = "", message_id: str = ""
) -> SendItem:
    message = parcel.message
    return SendItem(
        parcel.unit, address, state, message.subject, message.file_name, detail, message_id
    )


def _done(ledger: Ledger, kind: str, parcel: Mailing, transport: Transport) -> dict[str, Sent]:
    """What has gone out with this key, by address. What bounced would bounce again."""
    states = {
        SENT,
        BOUNCED,
        *((DRAFT,) if transport.state == DRAFT and transport.keeps(_name(parcel, kind)) else ()),
    }
    return {
        one.address: one
        for one in ledger.sent(kind)
        if (one.unit_code, one.key) == (parcel.unit.code, parcel.key) and one.state in states
    }


def _name(parcel: Mailing, kind: str) -> str:
    return f"{parcel.unit.code}_{parcel.unit.name}_{Path(FILES[kind]).stem}"


def _send_one(
    kind: str,
    parcel: Mailing,
    addresses: tuple[str, ...],
    ledger: Ledger,
    smtp: Smtp,
    transport: Transport,
) -> list[SendItem]:
    """One message to all addresses of a unit that have not got it."""
    known = [s for s in ledger.sent(kind) if (s.unit_code, s.key) == (parcel.unit.code, parcel.key)]
    unsure = next(
        (s.message_id for s in known if s.state == SENDING and s.address in addresses), ""
    )
    identity = unsure or new_message_id(smtp.sender)
    moment = float(int(time.time()))
    message = replace(parcel.message, to=addresses)
    data = wire(composed(message, smtp, identity, moment, draft=transport.state == DRAFT))
    row = Sent(
        kind,
        parcel.unit.code,
        parcel.unit.name,
        "",
        parcel.key,
        identity,
        parcel.sha256,
        moment,
        SENDING,
    )
    rows = {a: replace(row, address=a) for a in addresses}
    transport.ready()
    ledger.put_sent(*rows.values())
    refused = transport.deliver(_name(parcel, kind), data, addresses)
    ended = [
        replace(r, state=REFUSED if a in refused else transport.state, detail=refused.get(a, ""))
        for a, r in rows.items()
    ]
    ledger.put_sent(*ended)
    return [_item(parcel, r.address, r.state, r.detail, identity) for r in ended]
