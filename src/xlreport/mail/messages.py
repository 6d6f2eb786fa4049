"""One message as values: who sent it, when, and every file in it, whatever it is wrapped in.

A message is hostile input. Size, number and depth of its parts are limited; no HTML is rendered, no
link followed; files go into a spool folder under numbers, never under their own names. Sources:
RFC 5322 (messages), RFC 2045–2049, 2183 (parts), RFC 3464 (delivery reports).
"""

from __future__ import annotations

import email
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from email import policy
from email.message import Message
from pathlib import Path

from xlreport.checking.findings import Finding, record
from xlreport.mail import bodies, outlook, tnef
from xlreport.mail.headers import addresses, file_name, moment, parameter, text_of
from xlreport.mail.headers import field as header
from xlreport.workbook.guard import DEFAULT_LIMITS, Limits, Refused
from xlreport.workbook.kinds import Kind, kind_of

EXTENSIONS = (
    *(".xls", ".xlsx", ".xlsm", ".xlsb", ".xlt", ".xltx", ".xltm", ".et", ".ett", ".ods", ".ots", ".fods", ".csv"),
    *(".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".cab"),
)
"""What a workbook or an archive may be called; such a file is taken whatever it holds."""

_FIELDS = frozenset({"from", "date", "received", "message-id", "subject", "return-path"})
"""A text with none of these header fields is no message."""

_OLE = b"\xd0\xcf\x11\xe0"
_MAGIC = (b"PK", _OLE, b"7z\xbc\xaf", b"Rar!", tnef.SIGNATURE)
_BY_HAND = "请在邮箱里打开这封邮件，把附件另存到 inbox 文件夹"
_INSTALL = "请运行 pip install xlreport[mail] 后再收取"
_RESEND = "请对方重新发一封，把工作簿作为普通附件"


@dataclass(frozen=True, slots=True)
class MailLimits:
    """What an honest message never reaches."""

    message: int = 150_000_000
    """Bytes of a message as it comes over the wire."""
    parts: int = 500
    """Parts and attachments, those of messages inside it too."""
    depth: int = 20
    """Parts within parts, messages within messages."""
    seconds: float = 60.0
    memory: int = 2_000_000_000


@dataclass(frozen=True)
class Attachment:
    """A file in a message: its name there (decoded, otherwise untouched), its spooled bytes, and who sent
    the messages it came in, the innermost first. `taken` tells whether it could be a workbook or an archive."""

    name: str
    path: Path
    sha256: str
    size: int
    senders: tuple[str, ...]
    what: str
    taken: bool
    inline: bool = False
    kind: Kind = Kind.FOREIGN


@dataclass(frozen=True)
class Bounce:
    """A delivery report: which addresses did not get which of our messages (RFC 3464)."""

    recipients: tuple[str, ...]
    message_id: str


@dataclass(frozen=True)
class Mail:
    """A message. Times in seconds (0 unknown); `digest` is the same for two copies of one message that
    came by different ways."""

    senders: tuple[str, ...]
    sender: str
    subject: str
    message_id: str
    sent: float
    arrived: float
    digest: str
    attachments: tuple[Attachment, ...] = ()
    findings: tuple[Finding, ...] = ()
    bounce: Bounce | None = None
    raw_sha256: str = ""
    again: bool = False
    """It was not read, for a reason that may be gone the next time."""


class TooMuch(Exception):
    """A limit is passed; carries its finding."""

    def __init__(self, what: str, seen: int, allowed: int, unit: str) -> None:
        words = f"{what}为 {seen:,} {unit}，超过允许的 {allowed:,} {unit}，没有收取"
        self.finding = record("M5", words, _BY_HAND)
        super().__init__(words)


@dataclass
class _Walk:
    """What has been found so far."""

    spool: Path
    limits: MailLimits
    files: Limits
    attachments: list[Attachment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    leaves: list[tuple[str, str]] = field(default_factory=list)
    bounce: Bounce | None = None
    again: bool = False
    count: int = 0

    def enter(self, depth: int) -> None:
        self.count += 1
        if self.count > self.limits.parts:
            raise TooMuch("邮件的部分和附件数", self.count, self.limits.parts, "个")
        if depth > self.limits.depth:
            raise TooMuch("邮件层层嵌套的层数", depth, self.limits.depth, "层")

    def say(self, code: str, words: str, todo: str = "") -> None:
        self.findings.append(record(code, words, todo))


@dataclass(frozen=True)
class MessageReader:
    """Reads one message; can be sent to another process. Attachments go into `spool`."""

    spool: Path
    limits: MailLimits = MailLimits()
    files: Limits = DEFAULT_LIMITS

    def __call__(self, data: bytes) -> Mail:
        """The message. Never raises for what it is or holds: what cannot be read is a finding."""
        walk = _Walk(self.spool, self.limits, self.files)
        if len(data) > self.limits.message:
            finding = TooMuch("邮件大小", len(data), self.limits.message, "字节").finding
            return replace(_nothing(data), findings=(finding,), again=True)
        try:
            mail = self._saved(data, walk) if data.startswith(_OLE) else self._message(data, walk)
        except TooMuch as limit:
            return replace(_head(data), findings=(limit.finding,), again=True)
        except RecursionError:
            deep = TooMuch("邮件层层嵌套的层数", self.limits.depth + 1, self.limits.depth, "层")
            return replace(_head(data), findings=(deep.finding,), again=True)
        findings = (*mail.findings, *walk.findings)
        digest = _digest(mail, walk.leaves)
        return replace(mail, attachments=tuple(walk.attachments), findings=findings, bounce=walk.bounce, digest=digest)

    def _message(self, data: bytes, walk: _Walk) -> Mail:
        message = _parsed(data)
        mail = _envelope(message, data)
        if not _is_message(message):
            walk.say("M6", "这不是一封邮件，读不出来", "请核对是不是放错了文件")
            return mail
        _part(message, walk, 1, mail.senders)
        return mail

    def _saved(self, data: bytes, walk: _Walk) -> Mail:
        try:
            saved = outlook.saved_message(data, self.limits.depth)
        except outlook.NoReader:
            walk.say(
                "M6", "这是 Outlook 的 .msg 邮件，本机没有安装读取组件", "请运行 pip install xlreport[mail] 后再收取"
            )
            return _nothing(data)
        except outlook.Broken:
            walk.say("M6", "这不是完好的 Outlook 邮件（.msg），读不出来", _BY_HAND)
            return _nothing(data)
        mail = _envelope(saved.header, data)
        _outlook(saved, walk, 1, mail.senders)
        delivered = saved.delivered or saved.sent
        return replace(mail, sent=mail.sent or saved.sent, arrived=mail.arrived or delivered)


def _parsed(data: bytes) -> Message:
    """`compat32` keeps fields as they came; the newer policies raise on many broken ones."""
    return email.message_from_bytes(data, policy=policy.compat32)


def _is_message(message: Message) -> bool:
    return any(name.lower() in _FIELDS for name, _ in message.raw_items())


def _inside(part: Message) -> Iterator[Message]:
    """The parts of a part, or the message in it."""
    payload = part.get_payload()
    for inner in payload if isinstance(payload, list) else ():
        if isinstance(inner, Message):
            yield inner


def _nothing(data: bytes) -> Mail:
    sha256 = hashlib.sha256(data).hexdigest()
    return Mail((), "", "", "", 0.0, 0.0, sha256, raw_sha256=sha256)


def _head(data: bytes) -> Mail:
    """Who sent a message that is not read as a whole."""
    end = next((at for mark in (b"\r\n\r\n", b"\n\n") if (at := data.find(mark, 0, 1_000_000)) > 0), 100_000)
    return _envelope(_parsed(data[: end + 2]), data)


def _envelope(message: Message, data: bytes) -> Mail:
    came = [line.rpartition(";")[2] for line in message.get_all("Received", []) if ";" in str(line)][:1]
    sent = moment(header(message, "date"))
    said = header(message, "from")
    who = addresses(said)
    arrived = moment(came[0]) if came else 0.0
    subject, identity = header(message, "subject"), header(message, "message-id")
    sha256 = hashlib.sha256(data).hexdigest()
    return Mail(who, said, subject, identity, sent, arrived or sent, sha256, raw_sha256=sha256)


def _digest(mail: Mail, leaves: Iterable[tuple[str, str]]) -> str:
    """What two copies have in common: not the way they came, nor the order of their parts."""
    if not (mail.message_id or mail.sent):
        return mail.raw_sha256
    plain = [mail.sender, mail.subject, mail.message_id, mail.sent, sorted(leaves)]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def _part(part: Message, walk: _Walk, depth: int, senders: tuple[str, ...]) -> None:
    """A part and everything below it."""
    walk.enter(depth)
    kind = part.get_content_type()
    if kind == "multipart/report" and parameter(part, "content-type", "report-type").lower() == "delivery-status":
        walk.bounce = _bounced(part, walk, depth)
        return
    _broken(part, walk)
    if kind == "message/rfc822" and part.is_multipart():
        for inner in _inside(part):
            _part(inner, walk, depth + 1, (*_senders(inner), *senders))
    elif part.is_multipart():
        for inner in _inside(part):
            _part(inner, walk, depth + 1, senders)
    else:
        _leaf(part, kind, walk, depth, senders)


def _senders(message: Message) -> tuple[str, ...]:
    return addresses(header(message, "from"))


_UNREADABLE = {
    "message/partial": ("邮件被分成了几封，程序不拼接", _RESEND),
    "message/external-body": ("附件不在邮件里，要到别处取", _BY_HAND),
    "application/pkcs7-mime": ("邮件加了密（S/MIME），读不出来", _BY_HAND),
    "application/x-pkcs7-mime": ("邮件加了密（S/MIME），读不出来", _BY_HAND),
    "application/pgp-encrypted": ("邮件加了密（PGP），读不出来", _BY_HAND),
}


def _broken(part: Message, walk: _Walk) -> None:
    """A multipart whose boundaries are missing may hide or cut files."""
    names = {type(defect).__name__ for defect in part.defects}
    if names & {"StartBoundaryNotFoundDefect", "NoBoundaryInMultipartDefect", "MultipartInvariantViolationDefect"}:
        walk.say("M6", "邮件的结构坏了，里面可能还有附件", _BY_HAND)
    elif "CloseBoundaryNotFoundDefect" in names:
        walk.say("M6", "邮件没有传完整，最后的附件可能缺了一段", "请核对附件；不完整的" + _RESEND)


def _leaf(part: Message, kind: str, walk: _Walk, depth: int, senders: tuple[str, ...]) -> None:
    if kind in _UNREADABLE:
        walk.leaves.append((kind, ""))
        walk.say("M6", *_UNREADABLE[kind])
        return
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    name = file_name(part)
    walk.leaves.append((name, hashlib.sha256(data).hexdigest()))
    disposition = part.get_content_disposition()
    text = part.get_content_maintype() == "text" or kind == "message/delivery-status"
    if text and not name and disposition != "attachment" and not data.startswith(_MAGIC):
        _body(text_of(data, parameter(part, "content-type", "charset")), walk)
        return
    if any(type(defect).__name__.startswith("InvalidBase64") for defect in part.defects):
        walk.say("M6", f"附件“{name}”的编码不完整，可能缺了一段", "请核对附件；不完整的" + _RESEND)
    inline = bool(part["content-id"]) and part.get_content_maintype() == "image"
    _file(name, data, walk, depth, senders, inline=inline)


def _body(text: str, walk: _Walk) -> None:
    for place in bodies.links(text):
        walk.say("M3", f"正文里有{place}，文件不在邮件里，程序不打开链接", "请在邮箱里下载，核对后放进 inbox 文件夹")
    if bodies.has_uuencoded_file(text):
        walk.say("M6", "正文里有旧式编码（uuencode）的附件，读不出来", _BY_HAND)


def _file(name: str, data: bytes, walk: _Walk, depth: int, senders: tuple[str, ...], *, inline: bool = False) -> None:
    """A file: unpacked when it is mail itself, otherwise spooled."""
    lower = name.lower()
    if data.startswith(tnef.SIGNATURE):
        _winmail(name, data, walk, depth, senders)
        return
    kind, what = _kind(data, walk.files)
    if lower.endswith(".eml") or (kind is Kind.FOREIGN and "邮件文件" in what):
        inner = _parsed(data)
        if _is_message(inner):
            _part(inner, walk, depth + 1, (*_senders(inner), *senders))
            return
    if "邮件（.msg）" in what:
        _attached(name, data, walk, depth, senders)
        return
    taken = kind is not Kind.FOREIGN or "压缩包" in what or lower.endswith(EXTENSIONS)
    sha256 = hashlib.sha256(data).hexdigest()
    path = walk.spool / f"{len(walk.attachments):06}.bin"
    path.write_bytes(data)
    walk.attachments.append(Attachment(name, path, sha256, len(data), senders, what, taken, inline, kind))


def _kind(data: bytes, limits: Limits) -> tuple[Kind, str]:
    """What the file is; one that cannot be opened may still be somebody's workbook."""
    try:
        return kind_of(data, limits)
    except Refused:
        return Kind.ZIP, "打不开的工作簿或压缩包"


def _winmail(name: str, data: bytes, walk: _Walk, depth: int, senders: tuple[str, ...]) -> None:
    walk.enter(depth)
    try:
        found = tnef.pieces(data)
    except tnef.Broken:
        walk.say("M6", f"附件“{name}”是 Outlook 的 winmail.dat，读不出来", "请对方用“纯文本”或“HTML”格式重新发送")
        return
    for piece in found:
        walk.enter(depth + 1)
        walk.leaves.append((piece.name, hashlib.sha256(piece.data).hexdigest()))
        if piece.nested:
            _winmail(piece.name, piece.data, walk, depth + 1, senders)
        else:
            _file(piece.name, piece.data, walk, depth + 1, senders)


def _attached(name: str, data: bytes, walk: _Walk, depth: int, senders: tuple[str, ...]) -> None:
    """A message saved by Outlook and attached as a file."""
    try:
        saved = outlook.saved_message(data, walk.limits.depth - depth)
    except outlook.NoReader:
        walk.say("M6", f"附件“{name}”是 Outlook 的 .msg 邮件，本机没有安装读取组件", _INSTALL)
        walk.again = True
        return
    except outlook.Broken:
        walk.say("M6", f"附件“{name}”是 Outlook 的 .msg 邮件，读不出来", _BY_HAND)
        return
    _outlook(saved, walk, depth + 1, (*_senders(saved.header), *senders))


def _outlook(saved: outlook.Saved, walk: _Walk, depth: int, senders: tuple[str, ...]) -> None:
    walk.enter(depth)
    for body in saved.bodies:
        walk.leaves.append(("", hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()))
        _body(body, walk)
    for name, data in saved.files:
        walk.enter(depth + 1)
        walk.leaves.append((name, hashlib.sha256(data).hexdigest()))
        _file(name, data, walk, depth + 1, senders)
    for inner in saved.messages:
        _outlook(inner, walk, depth + 1, (*_senders(inner.header), *senders))


def _bounced(report: Message, walk: _Walk, depth: int) -> Bounce:
    """The addresses that failed, and the Message-ID of what was returned. Its files are our own."""
    failed: list[str] = []
    identity = ""
    for part in report.walk():
        walk.enter(depth)
        if (part["action"] or "").strip().lower() == "failed":
            for name in ("original-recipient", "final-recipient"):
                failed += addresses(header(part, name).partition(";")[2])
        if part is not report and part["message-id"]:
            identity = identity or header(part, "message-id")
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            walk.leaves.append(("", hashlib.sha256(content if isinstance(content, bytes) else b"").hexdigest()))
    return Bounce(tuple(dict.fromkeys(failed)), identity)
