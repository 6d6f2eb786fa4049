"""One message as values: who sent it, when, and every file in it, whatever it is wrapped in.

A message is hostile input. Size, number and depth of its parts are limited; no HTML is rendered, no
link followed; files go into a spool folder under numbers, never under their own names. Sources:
RFC 5322 (messages), RFC 2045–2049, 2183 (parts).
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from email.message import Message
from pathlib import Path

from xlreport.findings import Code, Finding, record
from xlreport.formats.detect import Kind, kind_of
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused
from xlreport.mail import dsn as bounces
from xlreport.mail import links as bodies
from xlreport.mail import mime as parts
from xlreport.mail import msg as outlook
from xlreport.mail import tnef
from xlreport.mail.codes import M3, M5, M6
from xlreport.mail.dsn import Bounce as Bounce
from xlreport.mail.headers import field as header
from xlreport.mail.headers import fields, file_name, mailboxes, moment, parameter, text_of

EXTENSIONS = (
    *(
        ".xls",
        ".xlsx",
        ".xlsm",
        ".xlsb",
        ".xlt",
        ".xltx",
        ".xltm",
        ".et",
        ".ett",
        ".ods",
        ".ots",
        ".fods",
        ".csv",
    ),
    *(".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".cab"),
)
"""What a workbook or an archive may be called; such a file is taken whatever it holds."""

_WEB_PAGES = (".mht", ".mhtml")
"""Messages in form, but what Excel saves as one of these is no letter."""

_TEXTS = frozenset(
    {
        "plain",
        "html",
        "enriched",
        "richtext",
        "calendar",
        "x-amp-html",
        "watch-html",
        "rfc822-headers",
    }
)
"""Kinds of text that a letter itself is written in."""

NAMELESS = "（没有文件名）"

_FORK = b"\x00\x05\x16\x07"
"""AppleDouble: what a Mac sends beside a file, under the same name (RFC 1740)."""

_BY_HAND = "请在邮箱里打开这封邮件，把附件另存到 inbox 文件夹"
_INSTALL = "请运行 pip install xlreport[mail] 后再收取"
_RESEND = "请对方重新发一封，把工作簿作为普通附件"
_DAMAGED = ("邮件的结构坏了，里面可能还有附件", _BY_HAND)


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
        self.finding = record(M5, words, _BY_HAND)
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
    by_server: bool = False
    named: list[str] = field(default_factory=list)
    """The addresses that a mail server's message speaks of."""
    enclosed: list[str] = field(default_factory=list)
    """The Message-IDs of the messages in it."""
    again: bool = False
    count: int = 0

    def enter(self, depth: int) -> None:
        self.count += 1
        if self.count > self.limits.parts:
            raise TooMuch("邮件的部分和附件数", self.count, self.limits.parts, "个")
        if depth > self.limits.depth:
            raise TooMuch("邮件层层嵌套的层数", depth, self.limits.depth, "层")

    def told_in_words(self) -> Bounce | None:
        """What a mail server's message that is no delivery report may be about."""
        if not self.by_server:
            return None
        return Bounce(tuple(dict.fromkeys(self.named)), next(iter(self.enclosed), ""), sure=False)

    def say(self, code: Code, words: str, suggestion: str = "") -> None:
        self.findings.append(record(code, words, suggestion))


@dataclass(frozen=True)
class MessageReader:
    """Reads one message; can be sent to another process. Attachments go into `spool`."""

    spool: Path
    limits: MailLimits = MailLimits()
    files: Limits = DEFAULT_LIMITS

    def __call__(self, data: bytes, size: int = 0) -> Mail:
        """The message, of which `data` may be the beginning only when `size` is larger. Never raises for what
        it is or holds: what cannot be read is a finding."""
        walk = _Walk(self.spool, self.limits, self.files)
        if max(size, len(data)) > self.limits.message:
            limit = TooMuch("邮件大小", max(size, len(data)), self.limits.message, "字节")
            return replace(_head(data), findings=(limit.finding,), again=True)
        try:
            mail = (
                self._saved(data, walk)
                if data.startswith(outlook.OLE)
                else self._message(data, walk)
            )
        except TooMuch as limit:
            return replace(_head(data), findings=(limit.finding,), again=True)
        except RecursionError:
            deep = TooMuch("邮件层层嵌套的层数", self.limits.depth + 1, self.limits.depth, "层")
            return replace(_head(data), findings=(deep.finding,), again=True)
        findings = tuple(dict.fromkeys((*mail.findings, *walk.findings)))
        digest = _digest(mail, walk.leaves)
        return replace(
            mail,
            attachments=tuple(walk.attachments),
            findings=findings,
            bounce=walk.bounce or walk.told_in_words(),
            digest=digest,
            again=mail.again or walk.again,
        )

    def _message(self, data: bytes, walk: _Walk) -> Mail:
        message = parts.parsed(data)
        mail = _envelope(message, data)
        if not parts.is_message(message):
            walk.say(M6, "这不是一封邮件，读不出来", "请核对是不是放错了文件")
            return replace(mail, again=True)
        walk.by_server = bounces.from_server(mail.senders)
        _part(message, walk, 1, mail.senders)
        return mail

    def _saved(self, data: bytes, walk: _Walk) -> Mail:
        try:
            saved = outlook.saved_message(data, self.limits.depth)
        except outlook.NoReader:
            walk.say(M6, "这是 Outlook 的 .msg 邮件，本机没有安装读取组件", _INSTALL)
            return replace(_nothing(data), again=True)
        except outlook.Broken:
            walk.say(M6, "这不是完好的 Outlook 邮件（.msg），读不出来", _BY_HAND)
            return replace(_nothing(data), again=True)
        mail = _envelope(saved.header, data)
        _outlook(saved, walk, 1, mail.senders)
        delivered = saved.delivered or saved.sent
        return replace(mail, sent=mail.sent or saved.sent, arrived=mail.arrived or delivered)


def unread(data: bytes, finding: Finding) -> Mail:
    """A message that was not read, for a reason outside it; it is tried again."""
    return replace(_nothing(data), findings=(finding,), again=True)


def _nothing(data: bytes) -> Mail:
    sha256 = hashlib.sha256(data).hexdigest()
    return Mail((), "", "", "", 0.0, 0.0, sha256, raw_sha256=sha256)


def _head(data: bytes) -> Mail:
    """Who sent a message that is not read as a whole."""
    return _envelope(parts.head(data), data)


def _envelope(message: Message, data: bytes) -> Mail:
    came = [moment(line.rpartition(";")[2]) for line in fields(message, "received") if ";" in line]
    sent = moment(header(message, "date"))
    who, said = mailboxes(message, "from"), header(message, "from")
    subject, identity = header(message, "subject"), header(message, "message-id")
    sha256 = hashlib.sha256(data).hexdigest()
    return Mail(
        who, said, subject, identity, sent, next(iter(came), 0.0) or sent, sha256, raw_sha256=sha256
    )


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
    if bounces.is_report(part):
        walk.bounce = bounces.bounce(part)
    if parts.broken(part):
        walk.say(M6, *_DAMAGED)
    elif parts.cut_off(part):
        walk.say(M6, "邮件没有传完整，最后的附件可能缺了一段", "请核对附件；不完整的" + _RESEND)
    if kind in _UNREADABLE or not part.is_multipart():
        _leaf(part, kind, walk, depth, senders)
    else:
        for inner in parts.inside(part):
            if kind in parts.LETTERS:
                _letter(inner, walk, depth, senders)
            else:
                _part(inner, walk, depth + 1, senders)


def _letter(inner: Message, walk: _Walk, depth: int, senders: tuple[str, ...]) -> None:
    """A message in a message."""
    walk.enclosed += [identity for identity in (header(inner, "message-id"),) if identity]
    _part(inner, walk, depth + 1, (*mailboxes(inner, "from"), *senders))


_UNREADABLE = {
    "message/partial": ("邮件被分成了几封，程序不拼接", _RESEND),
    "message/external-body": ("附件不在邮件里，要到别处取", _BY_HAND),
    "application/pkcs7-mime": ("邮件加了密或签了名（S/MIME），读不出来", _BY_HAND),
    "application/x-pkcs7-mime": ("邮件加了密或签了名（S/MIME），读不出来", _BY_HAND),
    "application/pgp-encrypted": ("邮件加了密（PGP），读不出来", _BY_HAND),
}


def _leaf(part: Message, kind: str, walk: _Walk, depth: int, senders: tuple[str, ...]) -> None:
    found = parts.content(part)
    name = file_name(part) or found.name or ("邮件.eml" if kind == parts.ENCODED else "")
    walk.leaves.append((name, hashlib.sha256(found.data).hexdigest()))
    if kind in _UNREADABLE:
        walk.say(M6, *_UNREADABLE[kind])
        return
    if kind == "application/applefile" and found.data.startswith(_FORK):
        return
    attached = part.get_content_disposition() == "attachment"
    if (
        part.get_content_maintype() == "text"
        and part.get_content_subtype() in _TEXTS
        and not attached
    ):
        file = found.data.startswith(tnef.SIGNATURE) or _taken("", *_kind(found.data, walk.files))
        if not file:
            _body(text_of(found.data, parameter(part, "content-type", "charset")), walk)
        if not file and (not found.whole or parts.has_parts(found.data)):
            walk.say(M6, *_DAMAGED)
        if not file and not name:
            return
    inline = bool(part["content-id"]) and part.get_content_maintype() == "image"
    if not found.whole:
        walk.say(
            M6,
            f"附件“{name or NAMELESS}”的编码不完整，可能缺了一段",
            "请核对附件；不完整的" + _RESEND,
        )
    _file(name, found.data, walk, depth, senders, inline=inline)


def _body(text: str, walk: _Walk) -> None:
    if walk.by_server:
        walk.named += bounces.named(text)
    for place in bodies.links(text):
        walk.say(
            M3,
            f"正文里有{place}，文件不在邮件里，程序不打开链接",
            "请在邮箱里下载，核对后放进 inbox 文件夹",
        )
    if bodies.has_embedded_file(text):
        walk.say(M6, "正文里嵌着文件（data:），读不出来", _BY_HAND)
    if bodies.has_uuencoded_file(text):
        walk.say(M6, "正文里有旧式编码（uuencode）的附件，读不出来", _BY_HAND)


def _file(
    name: str,
    data: bytes,
    walk: _Walk,
    depth: int,
    senders: tuple[str, ...],
    *,
    inline: bool = False,
) -> None:
    """A file: unpacked when it is mail itself, otherwise spooled."""
    if data.startswith(tnef.SIGNATURE):
        _winmail(name, data, walk, depth, senders)
        return
    kind, what = _kind(data, walk.files)
    if outlook.is_message(data) or "邮件（.msg）" in what:
        _attached(name, data, walk, depth, senders)
        return
    plain = _plain(name)
    taken = _taken(plain, kind, what)
    if (
        not taken
        and not plain.endswith(_WEB_PAGES)
        and (plain.endswith(".eml") or parts.is_letter(data))
    ):
        inner = parts.parsed(data)
        if parts.is_message(inner):
            _letter(inner, walk, depth, senders)
            return
    if plain.endswith(".p7m"):
        walk.say(M6, *_UNREADABLE["application/pkcs7-mime"])
    sha256 = hashlib.sha256(data).hexdigest()
    path = walk.spool / f"{len(walk.attachments):06}.bin"
    path.write_bytes(data)
    walk.attachments.append(
        Attachment(name, path, sha256, len(data), senders, what, taken, inline, kind)
    )


def _plain(name: str) -> str:
    """A name as its extension is looked for."""
    return unicodedata.normalize("NFKC", name).lower().strip(" .\"'")


def _taken(plain: str, kind: Kind, what: str) -> bool:
    """Whether a file of this name and kind could be a workbook or an archive."""
    return (
        kind is not Kind.FOREIGN
        or "压缩包" in what
        or "XML 表格" in what
        or plain.endswith(EXTENSIONS)
    )


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
        walk.say(
            M6,
            f"附件“{name}”是 Outlook 的 winmail.dat，读不出来",
            "请对方用“纯文本”或“HTML”格式重新发送",
        )
        return
    for piece in found:
        walk.enter(depth + 1)
        walk.leaves.append((piece.name, hashlib.sha256(piece.data).hexdigest()))
        if piece.nested:
            _winmail(piece.name, piece.data, walk, depth + 1, (*tnef.senders(piece.data), *senders))
        else:
            _file(piece.name, piece.data, walk, depth + 1, senders)


def _attached(name: str, data: bytes, walk: _Walk, depth: int, senders: tuple[str, ...]) -> None:
    """A message saved by Outlook and attached as a file."""
    try:
        saved = outlook.saved_message(data, walk.limits.depth - depth)
    except outlook.NoReader:
        walk.say(M6, f"附件“{name}”是 Outlook 的 .msg 邮件，本机没有安装读取组件", _INSTALL)
        walk.again = True
        return
    except outlook.Broken:
        walk.say(M6, f"附件“{name}”是 Outlook 的 .msg 邮件，读不出来", _BY_HAND)
        return
    _outlook(saved, walk, depth + 1, (*mailboxes(saved.header, "from"), *senders))


def _outlook(saved: outlook.Saved, walk: _Walk, depth: int, senders: tuple[str, ...]) -> None:
    walk.enter(depth)
    if not saved.whole:
        walk.say(
            M6, "Outlook 邮件（.msg）不完整，附件可能缺了一段", "请核对附件；不完整的" + _RESEND
        )
    for name in saved.objects:
        walk.say(M6, f"“{name}”是插在 Outlook 邮件正文里的对象，读不出来", _BY_HAND)
    for body in saved.bodies:
        walk.leaves.append(("", hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()))
        _body(body, walk)
    for name, data in saved.files:
        walk.enter(depth + 1)
        walk.leaves.append((name, hashlib.sha256(data).hexdigest()))
        _file(name, data, walk, depth + 1, senders)
    for inner in saved.messages:
        _outlook(inner, walk, depth + 1, (*mailboxes(inner.header, "from"), *senders))
