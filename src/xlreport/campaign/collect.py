"""Collects messages: every file that could be a workbook or an archive goes into the inbox, untouched.

For each message: its files are written, then it is recorded in one transaction. A run that is killed
between the two writes the same files under the same names the next time.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from xlreport.atomic import why_not_written, write_atomically
from xlreport.campaign.codes import M4, M7, M8, M9, M11
from xlreport.campaign.ledger import Ledger
from xlreport.campaign.naming import MARK, collected_name
from xlreport.errors import SourceError
from xlreport.findings import Finding, has_errors, record
from xlreport.formats.detect import said
from xlreport.mail.codes import M6
from xlreport.mail.dsn import Bounce
from xlreport.mail.headers import china
from xlreport.mail.mailboxes import Raw, Source, Uid
from xlreport.mail.messages import NAMELESS, Attachment, Mail, MessageReader, unread
from xlreport.merging.arrivals import sender_notes
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import Reader, read_all
from xlreport.merging.roster import Roster
from xlreport.merging.unit_matching import match
from xlreport.submission import NOBODY, Unit
from xlreport.workers import DIED, MEMORY, RAISED, TIME, Lost

_LOST = {
    TIME: "读取邮件超过了 {seconds:g} 秒",
    MEMORY: "读取邮件要用的内存太多",
    DIED: "读取邮件的进程异常退出",
    RAISED: "读取邮件时程序出错（{detail}）",
}

_DAY = 86_400.0

NEW, KNOWN, TROUBLE = "new", "known", "trouble"


@dataclass(frozen=True)
class CollectedFile:
    """A file of a message: its name there, its name in the inbox (empty when it was not taken), the units
    whose reports are in it. `again` says that the same content had come before."""

    name: str
    path: str
    sha256: str
    what: str
    units: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True)
class CollectedMessage:
    """What became of a message: `new`, `known` (taken before) or `trouble` (not read, tried again)."""

    origin: str
    state: str
    sender: str = ""
    subject: str = ""
    arrived: float = 0.0
    files: tuple[CollectedFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    listed: bool = False
    """Whether a sender is on the roster."""

    def as_dict(self) -> dict[str, Any]:
        """The message as `collect --json` has it."""
        return {
            "origin": self.origin,
            "state": self.state,
            "sender": self.sender or None,
            "subject": self.subject or None,
            "arrived": self.arrived or None,
            "files": [
                {
                    "name": f.name,
                    "path": f.path or None,
                    "sha256": f.sha256,
                    "what": f.what,
                    "units": list(f.units),
                    "again": f.again,
                }
                for f in self.files
            ],
            "findings": [f.as_dict() for f in self.findings],
        }


@dataclass(frozen=True)
class CollectResult:
    """All messages of a run in their order. `stopped` says why the source ended early, `left` what could
    not be marked or moved."""

    messages: tuple[CollectedMessage, ...]
    left: tuple[str, ...] = ()
    stopped: str = ""
    empty: bool = False

    @property
    def exit_code(self) -> int:
        """0 all well, 1 a person must act, 2 the source failed, 3 there was no message."""
        if self.stopped:
            return 2
        if self.empty:
            return 3
        return 1 if self.left or any(has_errors(m.findings) for m in self.messages) else 0

    def as_dict(self) -> dict[str, Any]:
        """The `collect --json` document."""
        messages = [m.as_dict() for m in self.messages]
        return {"messages": messages, "left": list(self.left), "stopped": self.stopped or None}


@dataclass(frozen=True)
class Collector:
    """Takes messages into an inbox. `originals` keeps each content once, under its SHA-256. `mail_pool`
    runs the reading of messages, `pool` that of workbooks."""

    ledger: Ledger
    inbox: Path
    originals: Path
    reader: Reader
    pool: Executor
    mail_pool: Executor
    roster: Roster | None = None
    messages: MessageReader = field(default_factory=lambda: MessageReader(Path()))

    def collect(self, source: Source) -> CollectResult:
        """Takes what is new. Where it must stop, what was taken until then is recorded and told, and the rest
        is taken the next time."""
        done: list[CollectedMessage] = []
        taken: list[Uid] = []
        left: tuple[str, ...] = ()
        stopped = ""
        self.ledger.clear_trouble(source.name)
        try:
            for raw in source.messages(self.messages.limits.message):
                done.append(self._message(raw, source.name))
                if raw.uid is not None and done[-1].state != TROUBLE:
                    taken.append(raw.uid)
            left = tuple(source.finish(taken))
        except SourceError as error:
            stopped = str(error)
        except OSError as error:
            stopped = (
                f"{why_not_written(error)}收取停在这里：已收的都有记录，改好后再运行一次，接着收。"
            )
        return CollectResult(tuple(done), left, stopped)

    def _message(self, raw: Raw, source: str) -> CollectedMessage:
        """One message; its folder for spooled files lives as long as this call."""
        sha256 = hashlib.sha256(raw.data).hexdigest()
        if (
            raw.problem is None
            and raw.seen <= self.messages.limits.message
            and self.ledger.knows_copy(sha256)
        ):
            if raw.uid is not None:
                self.ledger.add_place(sha256, raw.uid)
            return CollectedMessage(raw.origin, KNOWN)
        with tempfile.TemporaryDirectory(prefix="xlreport-") as spool:
            mail = self._read(raw, Path(spool))
            mail = _dated(replace(mail, arrived=raw.arrived or mail.arrived))
            known = None if mail.again else self.ledger.same_as(mail)
            if known is not None:
                self.ledger.add_copy(known, mail.raw_sha256, raw.uid)
                return _told(raw, mail, KNOWN, ())
            if mail.again:
                self.ledger.add_trouble(mail, source, raw.origin)
                return replace(_told(raw, mail, TROUBLE, ()), findings=mail.findings)
            return self._take(raw, mail)

    def _read(self, raw: Raw, spool: Path) -> Mail:
        if raw.problem is not None:
            return unread(raw.data, raw.problem)
        try:
            reader = replace(self.messages, spool=spool)
            mail: Mail = self.mail_pool.submit(reader, raw.data, raw.seen).result()
        except Lost as lost:
            words = _LOST[lost.reason].format(
                seconds=self.messages.limits.seconds, detail=lost.detail
            )
            suggestion = "请在邮箱里打开这封邮件，把附件另存到 inbox 文件夹"
            return unread(raw.data, record(M6, f"{words}，已停止；其他邮件不受影响", suggestion))
        return mail

    def _take(self, raw: Raw, mail: Mail) -> CollectedMessage:
        owners = self.roster.owners(mail.senders) if self.roster is not None else ()
        if owners and mail.bounce is not None and not mail.bounce.sure:
            mail = replace(mail, bounce=None)  # a unit whose address is like a server's
        findings = list(mail.findings)
        if self.ledger.has_message_id(mail.message_id):
            words = "这封邮件与以前收到的一封编号（Message-ID）相同，内容不同，两封都已收取"
            findings.append(record(M9, words, "请核对是谁发的"))
        files: list[CollectedFile] = []
        blank = self.ledger.sent_contents()
        for one in mail.attachments:
            file = CollectedFile(one.name, "", one.sha256, one.what)
            if one.sha256 in blank:
                if mail.bounce is None:
                    words = f"附件“{one.name or NAMELESS}”就是发出去的空白模板，没有填报，没有放进 inbox"
                    findings.append(record(M8, words, "请对方填好后再发"))
            elif one.taken:
                file, notes = self._file(one, mail)
                findings += notes
            elif not one.inline:
                words = f"附件“{one.name or NAMELESS}”{said(one.what)}，不是工作簿或压缩包，没有放进 inbox"
                findings.append(record(M4, words, "如果报表在里面，请对方把数字填到模板里重新发"))
            files.append(file)
        findings += self._bounced(mail)
        mail = replace(mail, findings=tuple(findings))
        self.ledger.add(
            mail, raw.origin, [file.path for file in files], raw.uid, [unit.code for unit in owners]
        )
        told = _told(raw, mail, NEW, tuple(files))
        return replace(told, findings=mail.findings, listed=bool(owners))

    def _file(self, one: Attachment, mail: Mail) -> tuple[CollectedFile, list[Finding]]:
        """Puts a file into the inbox; says whose it is."""
        units = self._units(one)
        notes = [note for unit in units for note in sender_notes(one.senders, unit, self.roster)]
        if not units and self.roster is not None and not self.roster.owners(one.senders):
            notes = list(sender_notes(one.senders, NOBODY, self.roster))
        named = units[0] if len(units) == 1 else self._sender_unit(one.senders)
        data = one.path.read_bytes()
        original = self.originals / one.sha256
        if not original.exists():
            write_atomically(original, data)
        path, again = self._put(
            data, one, collected_name(named, mail.arrived, next(iter(one.senders), ""), one), mail
        )
        return CollectedFile(
            one.name, path, one.sha256, one.what, tuple(u.name for u in units), again
        ), notes

    def _units(self, one: Attachment) -> tuple[Unit, ...]:
        """Whose reports are in the file, as the roster knows them."""
        results = list(read_all([SourceFile(one.path, "0")], self.reader, self.pool))
        units = dict.fromkeys(r.unit for r in results if r.submission is not None and r.unit.name)
        if self.roster is None:
            return tuple(units)
        return tuple(
            dict.fromkeys(match(self.roster, u, self.roster.county.name).unit or u for u in units)
        )

    def _sender_unit(self, senders: tuple[str, ...]) -> Unit:
        """The one unit of the roster that has one of these addresses; NOBODY when there is none or several."""
        mine = self.roster.owners(senders) if self.roster is not None else ()
        return mine[0] if len(mine) == 1 else NOBODY

    def _put(self, data: bytes, one: Attachment, name: str, mail: Mail) -> tuple[str, bool]:
        """The file's name in the inbox, and whether this content was there already."""
        before = self.ledger.path_of(one.sha256)
        mark = one.sha256[:MARK]
        there = [path.name for path in sorted(self.inbox.glob(f"*_{mark}*")) if _holds(path, data)]
        if there:
            return (before if before in there else there[0]), bool(before)
        wanted = before or name
        name, again = wanted, 1
        while (self.inbox / name).exists():
            # somebody edited the file of that name, or another content begins with the same digits
            again += 1
            name = wanted.replace(mark, f"{mark}-{again}")
        write_atomically(self.inbox / name, data, mail.arrived)
        return name, False

    def _bounced(self, mail: Mail) -> Iterator[Finding]:
        """What a delivery report says about our own messages."""
        bounce = mail.bounce
        if bounce is None or (bounce.sure and not bounce.recipients):
            return
        ours = (
            self.ledger.bounced(bounce.message_id, bounce.recipients, f"退信：{mail.subject}")
            if bounce.sure
            else ()
        )
        for one in ours:
            words = f"发给“{one.unit_name}”（{one.address}）的邮件被退回，对方没有收到"
            yield record(M7, words, "请核对名册里的邮箱，改正后重新发送")
        units = "、".join(f"“{name}”" for name in self._meant(mail, bounce))
        who = "、".join(bounce.recipients)
        if bounce.sure and units and not ours:
            words = f"发给 {who} 的邮件被退回，关系到{units}，对方没有收到"
            yield record(M7, words, "请核对名册里的邮箱，或者对方邮箱设的自动转发")
        elif not bounce.sure:
            words = (
                f"邮件服务器来信，多半是退信，{f'关系到{units}' if units else '没有写明是哪个单位'}"
            )
            yield record(M7, words, "请打开这封邮件看原因；是退信的，核对名册里的邮箱后重新发送")

    def _meant(self, mail: Mail, bounce: Bounce) -> Iterator[str]:
        """The units that a delivery report speaks of: by address, or by the message or the workbook of ours in it."""
        inside = {one.sha256 for one in mail.attachments}
        named = (
            [u.name for u in self.roster.owners(bounce.recipients)]
            if self.roster is not None
            else []
        )
        named += [
            s.unit_name
            for s in self.ledger.sent()
            if s.sha256 in inside or (bounce.message_id and s.message_id == bounce.message_id)
        ]
        return iter(dict.fromkeys(named))


def _dated(mail: Mail) -> Mail:
    """A time of arrival that lies in the future is none: such a message would win for ever."""
    if mail.arrived <= time.time() + _DAY:
        return mail
    words = f"邮件的时间是 {china(mail.arrived):%Y-%m-%d %H:%M}，比现在还晚，不作为收到的时间"
    return replace(
        mail,
        arrived=0.0,
        findings=(*mail.findings, record(M11, words, "同一单位有几份时请核对哪份较新")),
    )


def _told(raw: Raw, mail: Mail, state: str, files: tuple[CollectedFile, ...]) -> CollectedMessage:
    return CollectedMessage(raw.origin, state, mail.sender, mail.subject, mail.arrived, files)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
