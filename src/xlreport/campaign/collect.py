"""Collects messages: every file that could be a workbook or an archive goes into the inbox,
untouched.

For each message: its files are written, then it is recorded in one transaction. A run that is
killed between the two writes the same files under the same names the next time.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from xlreport.atomic import locked, safe_name, why_failed, write_atomically
from xlreport.campaign.campaign import Campaign, ledger_of
from xlreport.campaign.codes import (
    BLANK_TEMPLATE,
    FORWARDED_MESSAGE_BOUNCED,
    IN_THE_FUTURE,
    MAY_HAVE_BOUNCED,
    NOT_TAKEN,
    NOTICE_UNCHANGED,
    OUR_MESSAGE_BOUNCED,
    SAME_MESSAGE_ID,
    SOMETHING_MAY_HAVE_BOUNCED,
)
from xlreport.campaign.ledger import ORIGINALS, Ledger
from xlreport.campaign.letters import RETURNS, TEMPLATES
from xlreport.campaign.settings import CampaignSettings
from xlreport.clock import china
from xlreport.errors import SourceError, UsageError
from xlreport.findings import Finding, has_errors
from xlreport.formats.detect import Kind, is_a
from xlreport.mail.codes import (
    LINKED_ELSEWHERE,
    M3,
    READER_DIED,
    READER_FAILED,
    READER_NOT_STARTED,
    TOOK_TOO_LONG,
    TOOK_TOO_MUCH_MEMORY,
)
from xlreport.mail.dsn import Bounce
from xlreport.mail.imap import ImapMailbox
from xlreport.mail.mailboxes import Raw, Source, Uid, source_at
from xlreport.mail.messages import (
    EXTENSIONS,
    NAMELESS,
    Attachment,
    Mail,
    MailLimits,
    MessageReader,
    unread,
)
from xlreport.merging.arrivals import MARK, sender_notes
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import read_all
from xlreport.merging.outcome import FileRecord
from xlreport.merging.reader import Reader
from xlreport.merging.request import Progress, uncounted
from xlreport.merging.roster import Roster
from xlreport.merging.unit_matching import match
from xlreport.spool import spool
from xlreport.submission import NOBODY, Unit
from xlreport.text import in_marks
from xlreport.worker import DIED, MEMORY, RAISED, START, TIME
from xlreport.workers import Lost

MAIL_LIMITS = MailLimits()

_SENT_BACK = {TEMPLATES: BLANK_TEMPLATE, RETURNS: NOTICE_UNCHANGED}
"""What is said of a workbook that came back as it was sent, by the kind of the message."""

NEW, KNOWN, TROUBLE = "new", "known", "trouble"

UNKNOWN_UNIT = "未知单位"
MOST_BYTES = 120
"""Bytes of a collected file's name, extension included."""
MOST_SENDER_BYTES = 40
MOST_HOSTS = 3
"""How many places of links are named."""

_LOST = {
    START: READER_NOT_STARTED,
    TIME: TOOK_TOO_LONG,
    MEMORY: TOOK_TOO_MUCH_MEMORY,
    DIED: READER_DIED,
    RAISED: READER_FAILED,
}

_DAY = 86_400.0

_MARKS = re.compile(rf"_(?=([0-9a-f]{{{MARK}}}))")
"""The marks in a name; one may begin within another."""


@dataclass(frozen=True)
class CollectedFile:
    """A file of a message: its name there, its name in the inbox (empty when it was not taken),
    the units whose reports are in it. `again` says that the same content had come before."""

    name: str
    path: str
    sha256: str
    what: str
    units: tuple[str, ...] = ()
    again: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The file as `collect --json` has it."""
        return {
            "name": self.name,
            "path": self.path or None,
            "sha256": self.sha256,
            "what": self.what,
            "units": list(self.units),
            "again": self.again,
        }


@dataclass(frozen=True)
class CollectedMessage:
    """What became of a message: `new`, `known` (taken before) or `trouble` (not read, tried
    again)."""

    origin: str
    state: str
    sender: str = ""
    subject: str = ""
    arrived: float = 0.0
    files: tuple[CollectedFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    listed: bool = False
    """Whether a sender is on the roster."""

    @property
    def noteworthy(self) -> bool:
        """Whether people are told of it one by one: it was not taken before, and has files or
        findings, or comes from a unit."""
        has_news = bool(self.files or self.findings or self.listed)
        return self.state != KNOWN and has_news

    @property
    def asks(self) -> bool:
        """Whether a person must open it."""
        return has_errors(self.findings)

    def as_dict(self) -> dict[str, Any]:
        """The message as `collect --json` has it."""
        return {
            "origin": self.origin,
            "state": self.state,
            "sender": self.sender or None,
            "subject": self.subject or None,
            "arrived": self.arrived or None,
            "files": [file.as_dict() for file in self.files],
            "findings": [finding.as_dict() for finding in self.findings],
        }


@dataclass(frozen=True)
class CollectResult:
    """All messages of a run in their order. `strays` are the files among them that are no
    messages, `left` says what could not be marked or moved, `stopped` why the source ended early;
    `empty` tells that nothing lay where messages were said to be."""

    messages: tuple[CollectedMessage, ...]
    left: tuple[str, ...] = ()
    stopped: str = ""
    empty: bool = False
    strays: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 all well, 1 a person must act, 2 the source failed, 3 there was no message."""
        if self.stopped:
            return 2
        if self.empty:
            return 3
        if self.left or self.asking:
            return 1
        return 0

    @property
    def known(self) -> int:
        """How many messages were taken before."""
        return self._in_state(KNOWN)

    @property
    def unread(self) -> int:
        """How many messages could not be read; they are tried again."""
        return self._in_state(TROUBLE)

    @property
    def looked_at(self) -> int:
        """How many messages were read, now or before."""
        return len(self.messages) - self.unread

    @property
    def new_files(self) -> int:
        """How many files were put into the inbox."""
        new: set[str] = set()
        for message in self.messages:
            new.update(file.path for file in message.files if not file.again)
        return len(new - {""})

    @property
    def quiet(self) -> int:
        """How many messages were not taken before and are not noteworthy."""
        not_known = [message for message in self.messages if message.state != KNOWN]
        return sum(not message.noteworthy for message in not_known)

    @property
    def asking(self) -> int:
        """How many messages a person must open."""
        return sum(message.asks for message in self.messages)

    def _in_state(self, state: str) -> int:
        states = [message.state for message in self.messages]
        return states.count(state)

    def as_dict(self) -> dict[str, Any]:
        """The `collect --json` document."""
        messages = [message.as_dict() for message in self.messages]
        return {
            "messages": messages,
            "strays": list(self.strays),
            "left": list(self.left),
            "stopped": self.stopped or None,
        }


def collect(campaign: Campaign, source: Path | ImapMailbox) -> CollectResult:
    """Collects from a folder of .eml and .msg files, an mbox, a Maildir, or a mailbox on a server.

    Raises UsageError for a folder of the campaign itself, SourceError when nothing can be read
    there, LedgerError, Busy, OSError.
    """
    if isinstance(source, Path):
        _refuse_own(campaign.settings, source)
        folder = source_at(source)
        with ledger_of(campaign.settings) as ledger:
            result = _collect(campaign, ledger, folder)
        return replace(result, empty=not result.messages)
    with ledger_of(campaign.settings) as ledger, source.opened(ledger.seen) as mailbox:
        return _collect(campaign, ledger, mailbox)


def _refuse_own(settings: CampaignSettings, path: Path) -> None:
    """Raises UsageError for a place where the campaign keeps what it made or took."""
    here = path.resolve()
    own = (settings.inbox, settings.records, settings.templates, settings.drafts)
    inside = any(here.is_relative_to(folder.resolve()) for folder in own)
    if inside or here == settings.folder.resolve():
        raise UsageError(f"“{path}”是工作文件夹自己的，不是收到的邮件；请把邮件另放一个文件夹。")


def _collect(campaign: Campaign, ledger: Ledger, source: Source) -> CollectResult:
    """Collects with the folders locked and the workers running."""
    reading = campaign.reading
    inbox = campaign.settings.inbox
    originals = campaign.settings.records / ORIGINALS
    limits = replace(reading.limits, seconds=MAIL_LIMITS.seconds, memory=MAIL_LIMITS.memory)
    mail_reading = replace(reading, limits=limits)
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(locked(inbox))
        enter(locked(originals))
        folder = enter(spool())
        collector = Collector(
            ledger=ledger,
            inbox=inbox,
            originals=originals,
            reader=Reader(campaign.forms, folder, reading.limits, reading.passwords),
            pool=enter(reading.pool(1)),
            mail_pool=enter(mail_reading.pool(1)),
            roster=campaign.roster,
            messages=MessageReader(Path(), MAIL_LIMITS, reading.limits),
            progress=reading.progress,
        )
        return collector.collect(source)


class Standing:
    """The names of the files that stand in an inbox, by the marks in them: what the name of a
    collected file ends with, wherever people have moved that."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_mark: dict[str, set[str]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """One more file."""
        for mark in _MARKS.findall(name):
            self._by_mark.setdefault(mark, set()).add(name)

    def alike(self, mark: str) -> list[str]:
        """The names with this mark, sorted."""
        return sorted(self._by_mark.get(mark, ()))


@dataclass(frozen=True)
class Collector:
    """Takes messages into an inbox. `originals` keeps each content once, under its SHA-256.
    `mail_pool` runs the reading of messages, `pool` that of workbooks."""

    ledger: Ledger
    inbox: Path
    originals: Path
    reader: Reader
    pool: Executor
    mail_pool: Executor
    roster: Roster
    messages: MessageReader = field(default_factory=lambda: MessageReader(Path()))
    progress: Progress = uncounted

    @cached_property
    def standing(self) -> Standing:
        """The files in the inbox, looked at once when the first file comes."""
        return Standing(path.name for path in self.inbox.iterdir())

    def collect(self, source: Source) -> CollectResult:
        """Takes what is new. Where it must stop, what was taken until then is recorded and told,
        and the rest is taken the next time."""
        done: list[CollectedMessage] = []
        strays: list[str] = []
        taken: list[Uid] = []
        left: tuple[str, ...] = ()
        stopped = ""
        self.ledger.clear_trouble(source.name)
        try:
            with self.progress("收取邮件", 0) as count:
                for raw in source.messages(self.messages.limits.message):
                    count(raw.origin)
                    if raw.is_stray:
                        strays.append(raw.origin)
                        continue
                    message = self._message(raw, source.name)
                    done.append(message)
                    if raw.uid is not None and message.state != TROUBLE:
                        taken.append(raw.uid)
            left = tuple(source.finish(taken))
        except SourceError as error:
            stopped = error.message
        except OSError as error:
            stopped = f"{why_failed(error)}收取停在这里：已收的都有记录，改好后再运行一次，接着收。"
        return CollectResult(tuple(done), left, stopped, strays=tuple(strays))

    def _message(self, raw: Raw, source: str) -> CollectedMessage:
        """One message; its folder for spooled files lives as long as this call."""
        if self._taken_before(raw):
            return CollectedMessage(raw.origin, KNOWN)
        with tempfile.TemporaryDirectory(dir=self.reader.spool) as folder:
            mail = self._read(raw, Path(folder))
            arrived = raw.arrived or mail.arrived
            mail = _dated(replace(mail, arrived=arrived))
            if mail.again:
                self.ledger.add_trouble(mail, source, raw.origin)
                return replace(_outline(raw, mail, TROUBLE), findings=mail.findings)
            known = self.ledger.same_as(mail)
            if known is not None:
                self.ledger.add_copy(known, mail.raw_sha256, raw.uid)
                return _outline(raw, mail, KNOWN)
            return self._take(raw, mail)

    def _taken_before(self, raw: Raw) -> bool:
        """Whether exactly these bytes were taken; then their place is recorded. The beginning of
        a message that is too large tells nothing."""
        is_whole = raw.problem is None and raw.seen <= self.messages.limits.message
        if not is_whole:
            return False
        sha256 = hashlib.sha256(raw.data).hexdigest()
        if not self.ledger.knows_copy(sha256):
            return False
        if raw.uid is not None:
            self.ledger.add_place(sha256, raw.uid)
        return True

    def _read(self, raw: Raw, spool: Path) -> Mail:
        """The message as the worker reads it, or why it could not be read."""
        if raw.problem is not None:
            return unread(raw.data, raw.problem)
        reader = replace(self.messages, spool=spool)
        try:
            future = self.mail_pool.submit(reader, raw.data, raw.seen)
            mail: Mail = future.result()
        except Lost as lost:
            message = _LOST[lost.reason]
            seconds = self.messages.limits.seconds
            return unread(raw.data, message(seconds=seconds, detail=lost.detail))
        return mail

    def _take(self, raw: Raw, mail: Mail) -> CollectedMessage:
        """Puts the files of a new message into the inbox and records it."""
        owners = self.roster.owners(mail.senders)
        may_be_bounce = mail.bounce is not None and not mail.bounce.sure
        if owners and may_be_bounce:
            mail = replace(mail, bounce=None)  # a unit whose address is like a server's
        findings = list(mail.findings)
        if self.ledger.has_message_id(mail.message_id):
            findings.append(SAME_MESSAGE_ID())
        files: list[CollectedFile] = []
        for attachment in mail.attachments:
            file, notes = self._attachment(attachment, mail)
            files.append(file)
            findings += notes
        findings += self._bounced(mail)
        if owners and mail.bounce is None:
            findings += _elsewhere(mail, files, findings)
        mail = replace(mail, findings=tuple(findings))
        paths = [file.path for file in files]
        self.ledger.add(mail, raw.origin, paths, raw.uid, [unit.code for unit in owners])
        return replace(
            _outline(raw, mail, NEW),
            files=tuple(files),
            findings=mail.findings,
            listed=bool(owners),
        )

    def _attachment(
        self, attachment: Attachment, mail: Mail
    ) -> tuple[CollectedFile, list[Finding]]:
        """What becomes of an attachment."""
        name = attachment.name or NAMELESS
        not_taken = CollectedFile(attachment.name, "", attachment.sha256, attachment.what)
        sent_as = self.ledger.sent_as(attachment.sha256)
        for kind, message in _SENT_BACK.items():
            if kind in sent_as:
                is_returned = mail.bounce is not None
                return not_taken, [] if is_returned else [message(name=name)]
        if attachment.taken:
            return self._file(attachment, mail, self._units(self._reports(attachment)))
        if attachment.inline:
            return not_taken, []
        # a document may be a report that somebody typed or published, or a letter
        reports = self._reports(attachment) if attachment.document else []
        if reports:
            return self._file(attachment, mail, self._units(reports))
        return not_taken, [NOT_TAKEN(name=name, kind=is_a(attachment.what))]

    def _file(
        self, attachment: Attachment, mail: Mail, units: tuple[Unit, ...]
    ) -> tuple[CollectedFile, list[Finding]]:
        """Puts a file with the reports of these units into the inbox."""
        data = attachment.path.read_bytes()
        original = self.originals / attachment.sha256
        if not original.exists():
            write_atomically(original, data)
        unit = units[0] if len(units) == 1 else self._sender_unit(attachment.senders)
        sender = next(iter(attachment.senders), "")
        name = collected_name(unit, mail.arrived, sender, attachment)
        path, again = self._put(data, attachment.sha256, name, mail.arrived)
        file = CollectedFile(
            name=attachment.name,
            path=path,
            sha256=attachment.sha256,
            what=attachment.what,
            units=tuple(unit.name for unit in units),
            again=again,
        )
        notes = self._sender_notes(attachment.senders, units)
        return file, list(notes)

    def _sender_notes(self, senders: tuple[str, ...], units: tuple[Unit, ...]) -> Iterator[Finding]:
        """What does not fit between who sent a file and whose reports are in it."""
        for unit in units:
            yield from sender_notes(senders, unit, self.roster)
        if not units and not self.roster.owners(senders):
            yield from sender_notes(senders, NOBODY, self.roster)

    def _reports(self, attachment: Attachment) -> list[FileRecord]:
        """The records of the reports in a file."""
        source = SourceFile(attachment.path, "0")
        records = read_all([source], self.reader, self.pool)
        return [record for record in records if record.submission is not None]

    def _units(self, reports: Iterable[FileRecord]) -> tuple[Unit, ...]:
        """Whose reports these are, as the roster knows them."""
        county = self.roster.county.name
        units = []
        for record in reports:
            if record.unit.name:
                matched = match(self.roster, record.unit, county)
                units.append(matched.unit or record.unit)
        return tuple(dict.fromkeys(units))

    def _sender_unit(self, senders: tuple[str, ...]) -> Unit:
        """The one unit of the roster that has one of these addresses; NOBODY when there is none
        or several."""
        owners = self.roster.owners(senders)
        if len(owners) == 1:
            return owners[0]
        return NOBODY

    def _put(self, data: bytes, sha256: str, name: str, arrived: float) -> tuple[str, bool]:
        """The file's name in the inbox, and whether this content had come before."""
        earlier = self.ledger.path_of(sha256)
        mark = sha256[:MARK]
        here = [name for name in self.standing.alike(mark) if _holds(self.inbox / name, data)]
        if here:
            standing = earlier if earlier in here else here[0]
            return standing, bool(earlier)
        free = self._free_name(earlier or name, mark)
        write_atomically(self.inbox / free, data, arrived)
        self.standing.add(free)
        return free, False

    def _free_name(self, wanted: str, mark: str) -> str:
        """A name that is not taken: somebody edited the file of that name, or another content
        begins with the same digits."""
        name, number = wanted, 1
        while (self.inbox / name).exists():
            number += 1
            name = wanted.replace(mark, f"{mark}-{number}")
        return name

    def _bounced(self, mail: Mail) -> Iterator[Finding]:
        """What a delivery report says about our own messages."""
        bounce = mail.bounce
        if bounce is None or (bounce.sure and not bounce.recipients):
            return
        units = in_marks(self._meant(mail, bounce))
        if not bounce.sure:
            yield MAY_HAVE_BOUNCED(units=units) if units else SOMETHING_MAY_HAVE_BOUNCED()
            return
        detail = f"退信：{mail.subject}"
        failed = self.ledger.mark_bounced(bounce.message_id, bounce.recipients, detail)
        for row in failed:
            yield OUR_MESSAGE_BOUNCED(unit=row.unit_name, address=row.address)
        if units and not failed:
            recipients = "、".join(bounce.recipients)
            yield FORWARDED_MESSAGE_BOUNCED(recipients=recipients, units=units)

    def _meant(self, mail: Mail, bounce: Bounce) -> list[str]:
        """The units that a delivery report speaks of: by address, or by the message or the
        workbook of ours in it."""
        names = [unit.name for unit in self.roster.owners(bounce.recipients)]
        enclosed = {attachment.sha256 for attachment in mail.attachments}
        ours = self.ledger.sent_about(bounce.message_id, enclosed)
        names += [row.unit_name for row in ours]
        return list(dict.fromkeys(names))


def _elsewhere(
    mail: Mail, files: Sequence[CollectedFile], findings: Iterable[Finding]
) -> Iterator[Finding]:
    """A unit's message without a report, with a link behind which the report may lie."""
    brought_report = any(file.units for file in files)
    is_told = any(finding.code == M3.code for finding in findings)
    if mail.hosts and not brought_report and not is_told:
        hosts = "、".join(mail.hosts[:MOST_HOSTS])
        yield LINKED_ELSEWHERE(hosts=hosts)


def _dated(mail: Mail) -> Mail:
    """A time of arrival that lies in the future is none: such a message would win for ever."""
    if mail.arrived <= time.time() + _DAY:
        return mail
    finding = IN_THE_FUTURE(moment=china(mail.arrived))
    return replace(mail, arrived=0.0, findings=(*mail.findings, finding))


def _outline(raw: Raw, mail: Mail, state: str) -> CollectedMessage:
    return CollectedMessage(raw.origin, state, mail.sender, mail.subject, mail.arrived)


def _holds(path: Path, data: bytes) -> bool:
    """Whether a file has exactly this content; one that cannot be read has not."""
    try:
        same_size = path.stat().st_size == len(data)
        return same_size and path.read_bytes() == data
    except OSError:
        return False


def collected_name(unit: Unit, arrived: float, sender: str, file: Attachment) -> str:
    """`990101_甲子镇_20260105-0930_jiazi@example.org_0123456789ab.xlsx`; the time is China's. It
    can neither collide nor leave the folder, and has at most MOST_BYTES bytes."""
    when = f"{china(arrived):%Y%m%d-%H%M}" if arrived else "时间不明"
    told = filter(None, (unit.code, unit.name))
    who = "_".join(told) or UNKNOWN_UNIT
    address = _cut(_plain(sender) or "发件人不明", MOST_SENDER_BYTES)
    mark = file.sha256[:MARK]
    tail = f"_{when}_{address}_{mark}"
    extension = extension_of(file)
    room = MOST_BYTES - len((tail + extension).encode())
    head = _cut(_plain(who), room)
    return safe_name(head + tail, extension)


DOCUMENTS = (".docx", ".doc", ".html", ".htm", ".txt", ".csv")
"""The extensions of documents that are not workbooks."""

_EXTENSION_OF_KIND = {Kind.LOCKED: ".xlsx", Kind.FOREIGN: ".bin"}
"""Where the kind's own word is no extension."""


def extension_of(file: Attachment) -> str:
    """The one it came with if it is one of a workbook, an archive or a document that it may be,
    else that of its content."""
    lower = file.name.lower().strip(" .")
    known = DOCUMENTS if file.document else EXTENSIONS
    matching = [extension for extension in known if lower.endswith(extension)]
    if matching:
        return max(matching, key=len)
    return _EXTENSION_OF_KIND.get(file.kind, f".{file.kind}")


def _plain(text: str) -> str:
    """Without what `safe_name` would replace, so that cutting afterwards is exact."""
    return safe_name(text, "") if text else ""


def _cut(text: str, most: int) -> str:
    """As many whole characters as fit into so many bytes."""
    encoded = text.encode("utf-8", "replace")
    kept = encoded[: max(most, 0)]
    return kept.decode("utf-8", "ignore")
