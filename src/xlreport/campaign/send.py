"""Sends what is new, one message a unit; what a server refuses is recorded and the rest go on.

A message is recorded before it goes out and again when the server has taken it. After a run that
was killed between the two it goes out once more, under the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from xlreport.api import write_templates
from xlreport.atomic import safe_name, write_atomically
from xlreport.campaign.campaign import Campaign, ledger_of, merged_inbox
from xlreport.campaign.corrections import (
    correction_key,
    corrections,
    left_to_the_county,
    numbered,
)
from xlreport.campaign.ledger import BOUNCED, DRAFT, REFUSED, SENDING, Ledger, Sent
from xlreport.campaign.letters import (
    FILES,
    PLACES,
    RECEIPTS,
    REMINDERS,
    TEMPLATES,
    Letter,
    read_letter,
)
from xlreport.campaign.notified import Notified
from xlreport.campaign.status import ACCEPTED, MISSING, UnitStatus, overview
from xlreport.campaign.templates import (
    Objection,
    objections,
    others_in,
    template_names,
    template_request,
)
from xlreport.clock import minute, present_day
from xlreport.data_code import content_digest, data_code
from xlreport.errors import LetterError, SendError
from xlreport.form.model import Form
from xlreport.mail.compose import Outgoing, composed, new_message_id, wire
from xlreport.mail.servers import Smtp
from xlreport.mail.smtp import SENT
from xlreport.merging.decisions import accepted_as_is
from xlreport.merging.outcome import Outcome
from xlreport.merging.request import MergeRequest, Progress, uncounted
from xlreport.merging.roster import ADDRESS
from xlreport.publishing.corrections import must_correct
from xlreport.publishing.notices import NoticeFile, notices
from xlreport.publishing.overview import headline_figures
from xlreport.spool import spool
from xlreport.submission import Submission, Unit, shown
from xlreport.text import chinese_day, harmless

NOW, BEFORE, NOWHERE, HELD = "planned", "before", "no_address", "held"
"""States of items, beside those of the ledger."""

NOT_SENT = frozenset({REFUSED, NOWHERE, HELD})
"""States of items of which a person must take care."""

NOTHING_CAME = "还没有收到你单位{年度}年{报表}"
BLANK_CAME = "你单位寄回的{年度}年{报表}是空白表，没有填报"
"""What a reminder tells a unit of its report."""

IN_NOTICE = "附件里已填好你单位报来的数，要改的格子已标出，请在附件里改正"
IN_REPORT = "请在原表上改正"
"""Where a unit corrects what is wrong."""

COUNTED = "通过，计入汇总"
"""What a receipt tells of the verdict."""

_NO_TIME = "（不是通过邮件收到的，没有登记时间）"


@dataclass(frozen=True)
class SendRequest:
    """What to send: `templates`, `reminders`, `returns` or `receipts`, to the units `only` (all
    that need it, when empty). `again` sends what was sent before, too; a dry run only tells what
    would go. `today` is the day that counts, the present one without it."""

    kind: str
    only: tuple[Unit, ...] = ()
    again: bool = False
    dry_run: bool = False
    today: dt.date | None = None

    @property
    def day(self) -> dt.date:
        """The day that counts, in China."""
        return self.today or present_day()


@dataclass(frozen=True)
class Enclosure:
    """The workbook in a message."""

    name: str
    data: bytes

    @cached_property
    def sha256(self) -> str:
        """Of its content."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Mailing:
    """What one unit is to get. `key` tells one message of a kind from the next: with the same
    key nothing is sent again. `sha256` is that of the workbook in it. `held` says why it should
    not go yet."""

    unit: Unit
    addresses: tuple[str, ...]
    message: Outgoing
    key: str
    sha256: str = ""
    held: str = ""
    contact: str = ""
    calls: bool = False
    """Whether the unit may have to be called though the message goes out."""
    notified: Notified | None = None
    """What the ledger keeps of a notice that goes back to the unit."""


@dataclass(frozen=True)
class SendItem:
    """What became of a mailing at one address: `sent`, `draft` (written), `planned` (dry run),
    `before` (sent by an earlier run), `refused`, `held` (a person must look first), or
    `no_address`."""

    unit: Unit
    address: str
    state: str
    subject: str
    file: str = ""
    detail: str = ""
    message_id: str = ""
    contact: str = ""
    """Whom to call instead; empty where nobody needs to."""

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
            "contact": self.contact or None,
        }


@dataclass(frozen=True)
class SendResult:
    """All items of a run in the roster's order, on the day that counts. `stopped` says why it ended
    early."""

    kind: str
    day: dt.date
    items: tuple[SendItem, ...]
    stopped: str = ""
    left_out: tuple[str, ...] = ()
    """Files among the templates that are nobody's on the roster."""

    @property
    def exit_code(self) -> int:
        """0 all well, 1 some did not get theirs, 2 the server failed."""
        if self.stopped:
            return 2
        if any(item.state in NOT_SENT for item in self.items):
            return 1
        return 0

    def units_in(self, *states: str) -> int:
        """How many units have an item in one of these states."""
        return len({item.unit for item in self.items if item.state in states})

    def as_dict(self) -> dict[str, Any]:
        """The `send --json` document; `left_out` only where there is any."""
        document = {
            "kind": self.kind,
            "items": [item.as_dict() for item in self.items],
            "stopped": self.stopped or None,
        }
        if self.left_out:
            return {**document, "left_out": list(self.left_out)}
        return document


class Transport(Protocol):
    """A way out."""

    @property
    def state(self) -> str:
        """The state of what has gone this way."""

    def ready(self) -> None:
        """Makes sure that a message can be handed over, before it is recorded. Raises SendError."""

    def deliver(self, name: str, data: bytes, recipients: tuple[str, ...]) -> Mapping[str, str]:
        """Hands a message over; gives the recipients that were refused, and why. Raises
        SendError."""

    def keeps(self, name: str) -> bool:
        """Whether what went this way before need not go again."""


@dataclass(frozen=True)
class Drafts:
    """Messages as .eml files, for offices that send from their own mail program; a later message
    of the same name takes the place of an earlier one."""

    folder: Path
    state: str = DRAFT

    def ready(self) -> None:
        """The folder is made when it is needed."""

    def deliver(
        self,
        name: str,
        data: bytes,
        recipients: tuple[str, ...],  # noqa: ARG002 (a transport's argument; they stand in the message)
    ) -> Mapping[str, str]:
        """Writes the message; a file refuses nobody. Raises OSError."""
        write_atomically(self._path(name), data)
        return {}

    def keeps(self, name: str) -> bool:
        """A draft that somebody removed is written again."""
        return self._path(name).exists()

    def _path(self, name: str) -> Path:
        return self.folder / safe_name(name, ".eml")


def send(campaign: Campaign, request: SendRequest, transport: Transport) -> SendResult:
    """Sends what the units need. Raises LetterError for a letter that cannot be used,
    LedgerError, Busy, OSError when a draft, a workbook or the ledger cannot be written."""
    letter = read_letter(campaign.settings.letters, request.kind)
    with ledger_of(campaign.settings) as ledger:
        mailings = _mailings(LetterWriter(campaign, letter), request, ledger)
        progress = campaign.reading.progress
        sender = Sender(request, ledger, campaign.settings.smtp, transport, progress)
        result = sender.send(mailings)
    if request.kind != TEMPLATES:
        return result
    left_out = others_in(campaign.settings.templates, template_names(campaign))
    return replace(result, left_out=tuple(left_out))


def _mailings(writer: LetterWriter, request: SendRequest, ledger: Ledger) -> list[Mailing]:
    """What is to go out, in the roster's order."""
    mailings = list(_needed(writer, request, ledger))
    if not request.only:
        return mailings
    only = frozenset(request.only)
    wanted = [mailing for mailing in mailings if mailing.unit in only]
    if request.kind == REMINDERS:
        # who names the unit wants it reminded all the same
        return [replace(mailing, held="") for mailing in wanted]
    return wanted


def _needed(writer: LetterWriter, request: SendRequest, ledger: Ledger) -> Iterator[Mailing]:
    """What the units need; templates that are not there yet are written, in a dry run elsewhere."""
    campaign = writer.campaign
    if request.kind == TEMPLATES:
        with spool() as made:
            folder = made if request.dry_run else campaign.settings.templates
            yield from _templates(writer, folder)
        return
    result = merged_inbox(campaign, ledger)
    inbox = campaign.settings.inbox
    units = overview(campaign.roster, result.files, ledger, inbox).units
    if request.kind == REMINDERS:
        yield from _reminders(writer, units, request.day)
    elif request.kind == RECEIPTS:
        yield from _receipts(writer, units)
    else:
        only = frozenset(request.only or campaign.roster.units)
        wanted = [status for status in units if status.unit in only]
        yield from _returns(writer, wanted, result.request, again=request.again)


@dataclass(frozen=True)
class LetterWriter:
    """Fills a campaign's letter in for one unit after the other."""

    campaign: Campaign
    letter: Letter

    def mailing(
        self, unit: Unit, key: str, places: Mapping[str, str], enclosure: Enclosure | None = None
    ) -> Mailing:
        """The letter to a unit; `places` are those that differ by kind. Raises LetterError when
        the letter names the deadline and there is none."""
        every_place = {**self._common_places(unit), **places}
        filled = self.letter.filled(every_place)
        roster = self.campaign.roster
        addresses = roster.addresses(unit)
        contact = roster.contact(unit)
        message = Outgoing(addresses, unit.name, filled.subject, filled.body)
        if enclosure is None:
            return Mailing(unit, addresses, message, key, contact=contact)
        message = replace(message, file_name=enclosure.name, data=enclosure.data)
        return Mailing(unit, addresses, message, key, enclosure.sha256, contact=contact)

    def template(self, unit: Unit, path: Path, objection: Objection | None) -> Mailing:
        """The letter with a unit's workbook; without it where there is an objection to that."""
        places = {"文件名": path.name}
        if objection is not None:
            held = f"templates 里的“{path.name}”{objection.why_not_sent}"
            return replace(self.mailing(unit, "", places), held=held)
        workbook = Enclosure(path.name, path.read_bytes())
        return self.mailing(unit, workbook.sha256, places, workbook)

    def reminder(self, status: UnitStatus, day: dt.date) -> Mailing:
        """The letter to a unit of which no report came. A letter that has no place for what came
        begins with it where that was a blank."""
        told = BLANK_CAME if status.blanks else NOTHING_CAME
        situation = told.format_map(self._common_places(status.unit))
        places = {"情况": situation}
        writer = self
        if status.blanks and "情况" not in self.letter.places:
            letter = replace(self.letter, body=f"{{情况}}。\n\n{self.letter.body}")
            writer = replace(self, letter=letter)
        return writer.mailing(status.unit, day.isoformat(), places)

    def returned(self, status: UnitStatus, notice: NoticeFile | None) -> Mailing:
        """The letter to a unit whose report goes back, with the workbook in which it corrects it,
        where there is one. A letter that has no place for that begins with it."""
        files = status.results
        key = correction_key(files)
        places = {"问题": numbered(corrections(files)), "文件名": _names(status), "改法": IN_REPORT}
        notified = Notified.of(notice, key, files[-1].sha256) if notice is not None else None
        if notice is None or notified is None:
            return self.mailing(status.unit, key, places)
        writer = self
        places["改法"] = IN_NOTICE
        if "改法" not in self.letter.places:
            letter = replace(self.letter, body=f"{IN_NOTICE}。\n\n{self.letter.body}")
            writer = replace(self, letter=letter)
        workbook = Enclosure(notice.name, notice.data)
        return replace(writer.mailing(status.unit, key, places, workbook), notified=notified)

    def receipt(self, status: UnitStatus) -> Mailing:
        """The letter that tells a unit that its report counts, to whoever sent that too."""
        file = status.current[-1]
        report = file.result.report
        open_warnings = sum(must_correct(finding) for finding in file.result.findings)
        remark = f"；有 {open_warnings} 处警示没有说明，请核实" if open_warnings else ""
        moment = file.arrival.moment if file.arrival else 0.0
        places = {
            "文件名": harmless(file.name),
            "收到时间": minute(moment) or _NO_TIME,
            "结果": "；".join((f"{COUNTED}{remark}", *accepted_as_is(file.result.findings))),
            "校验码": data_code(report),
            "主要数字": "\n".join(_headlines(self.campaign.form, report)),
        }
        mailing = self.mailing(status.unit, content_digest(report), places)
        senders = file.arrival.senders if file.arrival and moment else ()
        return replace(mailing, addresses=self._also(mailing.addresses, senders))

    def _also(self, addresses: tuple[str, ...], senders: Iterable[str]) -> tuple[str, ...]:
        """A unit's addresses, and the senders' that are neither among them nor our own."""
        smtp = self.campaign.settings.smtp
        known = {address.casefold() for address in (*addresses, smtp.sender, smtp.reply_to)}
        also = []
        for sender in senders:
            if sender.casefold() not in known and ADDRESS.fullmatch(sender):
                known.add(sender.casefold())
                also.append(sender)
        return (*addresses, *also)

    def _common_places(self, unit: Unit) -> dict[str, str]:
        settings = self.campaign.settings
        deadline = settings.deadline
        if deadline is None and "截止日期" in self.letter.places:
            raise LetterError("信里要写截止日期，请先在 xlreport.toml 里写明 deadline。")
        columns = self.campaign.roster.columns.get(unit.code, {})
        return {
            **dict.fromkeys(PLACES, ""),
            "单位": unit.name,
            "联系人": columns.get("联系人", ""),
            "汇总单位": settings.county.name,
            "年度": str(settings.year),
            "报表": self.campaign.form.title,
            "截止日期": chinese_day(deadline) if deadline else "",
        }


def _templates(writer: LetterWriter, made: Path) -> Iterator[Mailing]:
    """Each unit's own workbook; one that is not there yet is made in the folder `made`."""
    campaign = writer.campaign
    folder = campaign.settings.templates
    names = template_names(campaign)
    standing: dict[Unit, Path] = {}
    lacking = []
    for unit, name in names.items():
        path = folder / name
        if path.exists():
            standing[unit] = path
        else:
            lacking.append(unit)
    if lacking:
        write_templates(template_request(campaign).only(tuple(lacking)), made)
    held = objections(campaign, standing)
    for unit, name in names.items():
        path = standing.get(unit, made / name)
        yield writer.template(unit, path, held.get(unit))


def _reminders(
    writer: LetterWriter, units: Iterable[UnitStatus], day: dt.date
) -> Iterator[Mailing]:
    """One a day to each unit from which nothing came."""
    for status in units:
        if status.state == MISSING:
            mailing = writer.reminder(status, day)
            held = _why_not_reminded(status)
            yield replace(mailing, held=held, contact=status.contact, calls=True)


def _why_not_reminded(status: UnitStatus) -> str:
    """Why a unit must not be told that nothing came; empty when nothing did."""
    insist = "（见 xlreport status）；确实要催的，命令后加 --unit 和单位名称"
    if status.waiting:
        return f"来过 {status.waiting} 封邮件，要先由人打开{insist}"
    if status.unclear:
        return f"来过 {status.unclear} 个认不出单位的文件，可能是它的{insist}"
    if status.gone:
        return f"收到过 {status.gone} 个文件，现在不在 inbox 里{insist}"
    return ""


def _returns(
    writer: LetterWriter, units: Iterable[UnitStatus], request: MergeRequest, *, again: bool
) -> Iterator[Mailing]:
    """What each unit must correct; one message as long as files and problems stay the same."""
    returned = [status for status in units if status.state not in (ACCEPTED, MISSING)]
    due = [status for status in returned if again or not _has_gone_out(writer, status)]
    sent_back = _notices(writer, due, request)
    for status in returned:
        mailing = writer.returned(status, sent_back.get(status.unit))
        if status.is_left_out:
            mailing = replace(mailing, held="县里决定不计入，不用更正")
        elif not corrections(status.results):
            reason = left_to_the_county(status.results) or "见 xlreport status"
            mailing = replace(mailing, held=f"要先由县里处理：{reason}")
        yield mailing


def _notices(
    writer: LetterWriter, units: Iterable[UnitStatus], request: MergeRequest
) -> dict[Unit, NoticeFile]:
    """The workbooks that go back to the units that need one: where one report is judged."""
    owners: dict[str, Unit] = {}
    files = []
    for status in units:
        alone = len(status.results) == 1 and status.results[0].outcome is Outcome.RETURNED
        if alone and corrections(status.results):
            owners[status.results[0].path] = status.unit
            files.append(status.results[0])
    service = template_request(writer.campaign).service
    made = notices(files, request, service)
    return {owners[notice.path]: notice for notice in made if notice.name}


def _has_gone_out(writer: LetterWriter, status: UnitStatus) -> bool:
    """Whether a server has taken the notice of the present report for every address."""
    key = correction_key(status.results)
    out = {row.address for row in status.returns if row.key == key and row.state == SENT}
    addresses = writer.campaign.roster.addresses(status.unit)
    return bool(addresses) and out.issuperset(addresses)


def _receipts(writer: LetterWriter, units: Iterable[UnitStatus]) -> Iterator[Mailing]:
    """One to each unit whose report counts; none again as long as that says the same."""
    for status in units:
        if status.state == ACCEPTED:
            yield writer.receipt(status)


def _headlines(form: Form, report: Submission) -> Iterator[str]:
    """The figures of a report that are shown first, a line each."""
    for figure in headline_figures(form, report):
        value = "（没有数）"
        if figure.value is not None:
            value = f"{shown(figure.value)} {figure.unit}"
        yield f"　{figure.label}：{value}"


def _names(status: UnitStatus) -> str:
    """What the unit itself calls its files."""
    names = (harmless(file.name) for file in status.current)
    return "、".join(dict.fromkeys(names))


@dataclass(frozen=True)
class Sender:
    """Sends mailings by a transport, and records them."""

    request: SendRequest
    ledger: Ledger
    smtp: Smtp
    transport: Transport
    progress: Progress = uncounted

    def send(self, mailings: Sequence[Mailing]) -> SendResult:
        """Sends mailings; a dry run only tells what would go. Raises OSError when a draft or the
        ledger cannot be written."""
        items: list[SendItem] = []
        stopped = ""
        first = True
        with self.progress("处理邮件", len(mailings)) as count:
            for mailing in mailings:
                count(mailing.unit.name)
                settled, due = self._due(mailing)
                items += settled
                if not due:
                    continue
                if self.request.dry_run or stopped:
                    items += _planned(mailing, due)
                    continue
                if not first:
                    self._pause()
                first = False
                try:
                    items += self._send_one(mailing, due)
                except SendError as error:
                    stopped = error.message
                    items += _planned(mailing, due)
        return SendResult(self.request.kind, self.request.day, tuple(items), stopped)

    def _pause(self) -> None:
        """Servers take many messages at once for junk."""
        if self.transport.state == SENT:
            time.sleep(self.smtp.pause)

    def _due(self, mailing: Mailing) -> tuple[list[SendItem], tuple[str, ...]]:
        """What is settled about a mailing without sending it, and the addresses to which it must
        go."""
        if mailing.held:
            every_address = "、".join(mailing.addresses)
            return [_item(mailing, every_address, HELD, mailing.held)], ()
        if not mailing.addresses:
            return [_item(mailing, "", NOWHERE, "名册里没有邮箱")], ()
        settled = []
        valid = []
        for address in mailing.addresses:
            if ADDRESS.fullmatch(address):
                valid.append(address)
            else:
                settled.append(_item(mailing, address, REFUSED, "邮箱地址写得不对，请改正名册"))
        before = {} if self.request.again else self._gone_out(mailing)
        for address, row in before.items():
            if address in valid:
                settled.append(_item(mailing, address, BEFORE, row.detail, row.message_id))
        due = [address for address in valid if address not in before]
        return settled, tuple(due)

    def _gone_out(self, mailing: Mailing) -> dict[str, Sent]:
        """What has gone out with this key, by address. What bounced would bounce again."""
        states = {SENT, BOUNCED}
        as_draft = self.transport.state == DRAFT
        if as_draft and self.transport.keeps(self._name(mailing)):
            states.add(DRAFT)
        return {row.address: row for row in self._recorded(mailing) if row.state in states}

    def _recorded(self, mailing: Mailing) -> tuple[Sent, ...]:
        """The ledger's rows for this unit and key."""
        return self.ledger.sent_to(self.request.kind, mailing.unit.code, mailing.key)

    def _name(self, mailing: Mailing) -> str:
        """What the message is called where it becomes a file."""
        letter = Path(FILES[self.request.kind])
        unit = mailing.unit
        return f"{unit.code}_{unit.name}_{letter.stem}"

    def _send_one(self, mailing: Mailing, addresses: tuple[str, ...]) -> list[SendItem]:
        """One message to all addresses of a unit that have not got it."""
        message_id = self._message_id(mailing, addresses)
        moment = float(int(time.time()))
        message = replace(mailing.message, to=addresses)
        as_draft = self.transport.state == DRAFT
        letter = composed(message, self.smtp, message_id, moment, draft=as_draft)
        data = wire(letter)
        rows = [self._row(mailing, address, message_id, moment) for address in addresses]
        self.transport.ready()
        if mailing.notified is not None:
            self.ledger.put_notice(mailing.notified, moment)
        self.ledger.put_sent(*rows)
        refused = self.transport.deliver(self._name(mailing), data, addresses)
        ended = [self._ended(row, refused) for row in rows]
        self.ledger.put_sent(*ended)
        return [_item(mailing, row.address, row.state, row.detail, message_id) for row in ended]

    def _message_id(self, mailing: Mailing, addresses: tuple[str, ...]) -> str:
        """A new one, unless it is not known whether the message arrived: then it goes under the
        same."""
        for row in self._recorded(mailing):
            if row.state == SENDING and row.address in addresses:
                return row.message_id
        return new_message_id(self.smtp.sender)

    def _row(self, mailing: Mailing, address: str, message_id: str, moment: float) -> Sent:
        return Sent(
            kind=self.request.kind,
            unit_code=mailing.unit.code,
            unit_name=mailing.unit.name,
            address=address,
            key=mailing.key,
            message_id=message_id,
            sha256=mailing.sha256,
            moment=moment,
            state=SENDING,
        )

    def _ended(self, row: Sent, refused: Mapping[str, str]) -> Sent:
        """The row after the transport took the message, but for the recipients that it refused."""
        if row.address in refused:
            return replace(row, state=REFUSED, detail=refused[row.address])
        return replace(row, state=self.transport.state)


def _planned(mailing: Mailing, addresses: Iterable[str]) -> list[SendItem]:
    return [_item(mailing, address, NOW) for address in addresses]


def _item(
    mailing: Mailing, address: str, state: str, detail: str = "", message_id: str = ""
) -> SendItem:
    message = mailing.message
    to_call = mailing.calls or state in NOT_SENT
    return SendItem(
        unit=mailing.unit,
        address=address,
        state=state,
        subject=message.subject,
        file=message.file_name,
        detail=detail,
        message_id=message_id,
        contact=mailing.contact if to_call else "",
    )
