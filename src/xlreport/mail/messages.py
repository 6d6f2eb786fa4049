"""One message as values: who sent it, when, and every file in it, whatever it is wrapped in.

A message is hostile input. Size, number and depth of its parts are limited; no HTML is rendered, no
link followed; files go into a spool folder under numbers, never under their own names. Sources:
RFC 5322 (messages), RFC 2045–2049, 2183 (parts).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from email.message import Message
from pathlib import Path

from xlreport.findings import Finding
from xlreport.findings import Message as Template
from xlreport.formats.detect import Kind, format_of
from xlreport.formats.documents import is_document
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused
from xlreport.mail import codes, dsn, links, mime, msg, tnef
from xlreport.mail.dsn import Bounce as Bounce
from xlreport.mail.headers import field as header
from xlreport.mail.headers import fields, file_name, moment, parameter, senders_of, text_of

_SHEETS = (".xls", ".xlsx", ".xlsm", ".xlsb", ".xlt", ".xltx", ".xltm", ".csv")
_SHEETS_OF_OTHERS = (".et", ".ett", ".ods", ".ots", ".fods")
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".cab")
EXTENSIONS = (*_SHEETS, *_SHEETS_OF_OTHERS, *_ARCHIVES)
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

_UNREADABLE = {
    "message/partial": codes.IN_SEVERAL_MESSAGES,
    "message/external-body": codes.ELSEWHERE,
    "application/pkcs7-mime": codes.SMIME,
    "application/x-pkcs7-mime": codes.SMIME,
    "application/pgp-encrypted": codes.PGP,
}
"""Types of parts that hold nothing that could be taken."""

NAMELESS = "（没有文件名）"

_REPLY = re.compile(r"\s*(?:re|回复|答复|回覆)\s*[:：]", re.IGNORECASE)
"""How the subject of an answer begins."""

_FORK = b"\x00\x05\x16\x07"
"""AppleDouble: what a Mac sends beside a file, under the same name (RFC 1740)."""


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
    """A file in a message: its name there (decoded, otherwise untouched), its spooled bytes, and
    who sent the messages it came in, the innermost first. `taken` tells whether it could be a
    workbook or an archive, `document` whether a report may have been typed or published in it."""

    name: str
    path: Path
    sha256: str
    size: int
    senders: tuple[str, ...]
    what: str
    taken: bool
    inline: bool = False
    kind: Kind = Kind.FOREIGN
    document: bool = False


@dataclass(frozen=True)
class Mail:
    """A message. Times in seconds (0 unknown); `digest` is the same for two copies of one
    message that came by different ways."""

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
    hosts: tuple[str, ...] = ()
    """Where links in the text lead, but for the services that a finding names."""
    raw_sha256: str = ""
    again: bool = False
    """It was not read, for a reason that may be gone the next time."""


class TooMuch(Exception):
    """A limit is passed; carries its finding."""

    def __init__(self, message: Template, seen: int, allowed: int) -> None:
        self.finding = message(seen=seen, allowed=allowed)
        super().__init__(self.finding.message)


@dataclass(frozen=True)
class MessageReader:
    """Reads one message; can be sent to another process. Attachments go into `spool`."""

    spool: Path
    limits: MailLimits = MailLimits()
    files: Limits = DEFAULT_LIMITS

    def __call__(self, data: bytes, size: int = 0) -> Mail:
        """The message, of which `data` may be the beginning only when `size` is larger. Never
        raises for what it is or holds: what cannot be read is a finding."""
        whole_size = max(size, len(data))
        most = self.limits.message
        if whole_size > most:
            return _only_head(data, codes.TOO_LARGE(seen=whole_size, allowed=most))
        try:
            return self._read(data)
        except TooMuch as limit:
            return _only_head(data, limit.finding)
        except RecursionError:
            deepest = self.limits.depth
            return _only_head(data, codes.TOO_DEEP(seen=deepest + 1, allowed=deepest))

    def _read(self, data: bytes) -> Mail:
        """Raises TooMuch, RecursionError."""
        walk = _Walk(self.spool, self.limits, self.files)
        read = _saved_by_outlook if data.startswith(msg.OLE) else _message
        mail = read(data, walk)
        return replace(
            mail,
            attachments=tuple(walk.attachments),
            findings=tuple(dict.fromkeys((*mail.findings, *walk.findings))),
            bounce=walk.bounce or walk.told_in_words(),
            hosts=tuple(dict.fromkeys(walk.hosts)),
            digest=_digest(mail, walk.leaves),
            again=mail.again or walk.again,
        )


def _message(data: bytes, walk: _Walk) -> Mail:
    """A message in the form of RFC 5322."""
    message = mime.parsed(data)
    mail = _envelope(message, data)
    if not mime.is_message(message):
        walk.findings.append(codes.NO_MESSAGE())
        return replace(mail, again=True)
    walk.by_server = dsn.from_server(mail.senders)
    walk.read_subject(mail.subject)
    walk.visit(message, _Level(1, mail.senders))
    return mail


def _saved_by_outlook(data: bytes, walk: _Walk) -> Mail:
    """A message in the form of [MS-OXMSG]."""
    try:
        saved = msg.saved_message(data, walk.limits.depth)
    except msg.NoReader:
        walk.findings.append(codes.MSG_READER_MISSING())
        return replace(_nothing(data), again=True)
    except msg.Broken:
        walk.findings.append(codes.MSG_BROKEN())
        return replace(_nothing(data), again=True)
    mail = _envelope(saved.header, data)
    walk.read_subject(mail.subject)
    walk.visit_saved(saved, _Level(1, mail.senders))
    arrived = mail.arrived or saved.delivered or saved.sent
    return replace(mail, sent=mail.sent or saved.sent, arrived=arrived)


def unread(data: bytes, finding: Finding) -> Mail:
    """A message that was not read, for a reason outside it; it is tried again."""
    return replace(_nothing(data), findings=(finding,), again=True)


def _nothing(data: bytes) -> Mail:
    """A message of which only the bytes are known."""
    sha256 = _sha256(data)
    return Mail((), "", "", "", 0.0, 0.0, sha256, raw_sha256=sha256)


def _only_head(data: bytes, finding: Finding) -> Mail:
    """Who sent a message that is not read as a whole."""
    envelope = _envelope(mime.head(data), data)
    return replace(envelope, findings=(finding,), again=True)


def _envelope(message: Message, data: bytes) -> Mail:
    """What the header says; the topmost Received field was written last (RFC 5321, 4.4)."""
    received = (line.rpartition(";")[2] for line in fields(message, "received") if ";" in line)
    sent = moment(header(message, "date"))
    sha256 = _sha256(data)
    return Mail(
        senders=senders_of(message),
        sender=header(message, "from"),
        subject=header(message, "subject"),
        message_id=header(message, "message-id"),
        sent=sent,
        arrived=moment(next(received, "")) or sent,
        digest=sha256,
        raw_sha256=sha256,
    )


def _digest(mail: Mail, leaves: Iterable[tuple[str, str]]) -> str:
    """What two copies have in common: not the way they came, nor the order of their parts."""
    if not (mail.message_id or mail.sent):
        return mail.raw_sha256
    plain = [mail.sender, mail.subject, mail.message_id, mail.sent, sorted(leaves)]
    return _sha256(json.dumps(plain).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Leaf:
    """A part without parts, looked at but not yet acted on: its text, when the letter itself is
    written in it; whether it is a file; what is wrong with it."""

    name: str
    data: bytes
    text: str = ""
    is_file: bool = False
    inline: bool = False
    findings: tuple[Finding, ...] = ()


def classify(part: Message, limits: Limits) -> Leaf:
    """Tells what a part is; files in it are looked into within `limits`."""
    kind = part.get_content_type()
    content = mime.content(part)
    data = content.data
    name = file_name(part) or content.name or ("邮件.eml" if kind == mime.ENCODED else "")
    if kind in _UNREADABLE:
        return Leaf(name, data, findings=(_UNREADABLE[kind](),))
    if kind == "application/applefile" and data.startswith(_FORK):
        return Leaf(name, data)
    damage = () if content.whole else (codes.ENCODING_DAMAGED(name=name or NAMELESS),)
    if not _is_letter_text(part) or _holds_file(data, limits):
        is_image = part.get_content_maintype() == "image"
        inline = is_image and bool(part["content-id"])
        return Leaf(name, data, is_file=True, inline=inline, findings=damage)
    text = text_of(data, parameter(part, "content-type", "charset"))
    hides_parts = not content.whole or mime.has_parts(data)
    findings = (codes.DAMAGED(),) if hides_parts else ()
    if not name:
        return Leaf(name, data, text, findings=findings)
    return Leaf(name, data, text, is_file=True, findings=(*findings, *damage))


def _is_letter_text(part: Message) -> bool:
    """Whether the letter itself may be written in a part."""
    is_text = part.get_content_maintype() == "text" and part.get_content_subtype() in _TEXTS
    return is_text and part.get_content_disposition() != "attachment"


def _holds_file(data: bytes, limits: Limits) -> bool:
    """Whether a program declared a file as text."""
    return data.startswith(tnef.SIGNATURE) or _Content.of(data, limits).could_be_report("")


@dataclass(frozen=True)
class _Content:
    """What a file is, by its bytes; `what` in Chinese."""

    kind: Kind
    what: str
    document: bool = False

    @classmethod
    def of(cls, data: bytes, limits: Limits) -> _Content:
        """One that cannot be opened may still be somebody's workbook."""
        try:
            recognised = format_of(data, limits)
        except Refused:
            return cls(Kind.ZIP, "打不开的工作簿或压缩包")
        return cls(recognised.kind, recognised.label, is_document(recognised))

    @property
    def is_saved_message(self) -> bool:
        """Whether it is a message that Outlook saved, as far as its streams are named like one."""
        return "邮件（.msg）" in self.what

    def could_be_report(self, plain_name: str) -> bool:
        """Whether a file of this name and kind could be a workbook or an archive."""
        foreign_table = "压缩包" in self.what or "XML 表格" in self.what
        return self.kind is not Kind.FOREIGN or foreign_table or plain_name.endswith(EXTENSIONS)


@dataclass(frozen=True)
class _Level:
    """How deep something lies, and who sent the messages around it, the innermost first."""

    depth: int
    senders: tuple[str, ...]

    def below(self, senders: Iterable[str] = ()) -> _Level:
        """One level deeper, in a message of these senders."""
        return _Level(self.depth + 1, (*senders, *self.senders))


@dataclass
class _Walk:
    """Goes through a message and gathers what is in it."""

    spool: Path
    limits: MailLimits
    files: Limits
    attachments: list[Attachment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    leaves: list[tuple[str, str]] = field(default_factory=list)
    """Name and SHA-256 of every part without parts."""
    bounce: Bounce | None = None
    by_server: bool = False
    named: list[str] = field(default_factory=list)
    """The addresses that a mail server's message speaks of."""
    enclosed: list[str] = field(default_factory=list)
    """The Message-IDs of the messages in it."""
    hosts: list[str] = field(default_factory=list)
    is_reply: bool = False
    again: bool = False
    count: int = 0

    def told_in_words(self) -> Bounce | None:
        """What a mail server's message that is no delivery report may be about."""
        if not self.by_server:
            return None
        return Bounce(tuple(dict.fromkeys(self.named)), next(iter(self.enclosed), ""), sure=False)

    def read_subject(self, subject: str) -> None:
        """What the subject says about the letter; some people write a link into it."""
        self.is_reply = _REPLY.match(subject) is not None
        self._read_text(subject)

    def visit(self, part: Message, level: _Level) -> None:
        """A part and everything below it."""
        self._enter(level)
        kind = part.get_content_type()
        if dsn.is_report(part):
            self.bounce = dsn.bounce(part)
        if mime.broken(part):
            self.findings.append(codes.DAMAGED())
        elif mime.cut_off(part):
            self.findings.append(codes.CUT_OFF())
        if kind in _UNREADABLE or not part.is_multipart():
            self._apply(classify(part, self.files), level)
            return
        for inner in mime.inside(part):
            if kind in mime.LETTERS:
                self._visit_letter(inner, level)
            else:
                self.visit(inner, level.below())

    def visit_saved(self, saved: msg.Saved, level: _Level) -> None:
        """A message that Outlook saved, and everything in it."""
        self._enter(level)
        if not saved.whole:
            self.findings.append(codes.MSG_INCOMPLETE())
        self.findings += [codes.MSG_OBJECT(name=name) for name in saved.objects]
        for body in saved.bodies:
            self._add_leaf("", body.encode("utf-8", "replace"))
            self._read_text(body)
        for name, data in saved.files:
            self._enter(level.below())
            self._add_leaf(name, data)
            self._take_file(name, data, level.below())
        for inner in saved.messages:
            self.visit_saved(inner, level.below(senders_of(inner.header)))

    def _enter(self, level: _Level) -> None:
        """Counts a part. Raises TooMuch."""
        self.count += 1
        if self.count > self.limits.parts:
            raise TooMuch(codes.TOO_MANY_PARTS, self.count, self.limits.parts)
        if level.depth > self.limits.depth:
            raise TooMuch(codes.TOO_DEEP, level.depth, self.limits.depth)

    def _visit_letter(self, inner: Message, level: _Level) -> None:
        """A message in a message."""
        message_id = header(inner, "message-id")
        if message_id:
            self.enclosed.append(message_id)
        self.visit(inner, level.below(senders_of(inner)))

    def _apply(self, leaf: Leaf, level: _Level) -> None:
        self._add_leaf(leaf.name, leaf.data)
        self._read_text(leaf.text)
        self.findings += leaf.findings
        if leaf.is_file:
            self._take_file(leaf.name, leaf.data, level, inline=leaf.inline)

    def _add_leaf(self, name: str, data: bytes) -> None:
        self.leaves.append((name, _sha256(data)))

    def _read_text(self, text: str) -> None:
        """What a letter says about files that are not attached to it."""
        text = links.unfolded(text)
        if self.by_server:
            self.named += dsn.named(text)
        self.findings += [codes.LINKED(service=service) for service in links.links(text)]
        self.hosts += links.other_hosts(text, is_reply=self.is_reply)
        self._tell_files_in(text)
        if links.has_uuencoded_file(text):
            self.findings.append(codes.UUENCODED_IN_TEXT())

    def _tell_files_in(self, text: str) -> None:
        """Tells of files that are written into a text."""
        if links.has_embedded_file(text):
            self.findings.append(codes.EMBEDDED_IN_TEXT())
        if links.has_yenc_file(text):
            self.findings.append(codes.YENC_IN_TEXT())
        if links.has_file_in_calendar(text):
            self.findings.append(codes.FILE_IN_CALENDAR())

    def _take_file(self, name: str, data: bytes, level: _Level, *, inline: bool = False) -> None:
        """A file: unpacked when it is mail itself, otherwise spooled."""
        if data.startswith(tnef.SIGNATURE):
            self._unpack_winmail(name, data, level)
            return
        content = _Content.of(data, self.files)
        if msg.is_message(data) or content.is_saved_message:
            self._open_saved(name, data, level)
            return
        plain = _plain(name)
        taken = content.could_be_report(plain)
        if not taken and _may_be_letter(plain, data):
            inner = mime.parsed(data)
            if mime.is_message(inner):
                self._visit_letter(inner, level)
                return
        if not taken and mime.may_be_text(data):
            self._tell_files_in(links.unfolded(text_of(data, "")))
        if plain.endswith(".p7m"):
            self.findings.append(codes.SMIME())
        path = self.spool / f"{len(self.attachments):06}.bin"
        path.write_bytes(data)
        attachment = Attachment(
            name=name,
            path=path,
            sha256=_sha256(data),
            size=len(data),
            senders=level.senders,
            what=content.what,
            taken=taken,
            inline=inline,
            kind=content.kind,
            document=content.document,
        )
        self.attachments.append(attachment)

    def _unpack_winmail(self, name: str, data: bytes, level: _Level) -> None:
        """What Outlook wrapped in TNEF."""
        self._enter(level)
        try:
            pieces = tnef.pieces(data)
        except tnef.Broken:
            self.findings.append(codes.WINMAIL_BROKEN(name=name))
            return
        for piece in pieces:
            self._enter(level.below())
            self._add_leaf(piece.name, piece.data)
            if piece.nested:
                inner = level.below(tnef.senders(piece.data))
                self._unpack_winmail(piece.name, piece.data, inner)
            else:
                self._take_file(piece.name, piece.data, level.below())

    def _open_saved(self, name: str, data: bytes, level: _Level) -> None:
        """A message saved by Outlook and attached as a file."""
        try:
            saved = msg.saved_message(data, self.limits.depth - level.depth)
        except msg.NoReader:
            self.findings.append(codes.ATTACHED_MSG_READER_MISSING(name=name))
            self.again = True
            return
        except msg.Broken:
            self.findings.append(codes.ATTACHED_MSG_BROKEN(name=name))
            return
        self.visit_saved(saved, level.below(senders_of(saved.header)))


def _plain(name: str) -> str:
    """A name as its extension is looked for."""
    return unicodedata.normalize("NFKC", name).lower().strip(" .\"'")


def _may_be_letter(plain_name: str, data: bytes) -> bool:
    """Whether a file that is no report may be a message."""
    if plain_name.endswith(_WEB_PAGES):
        return False
    return plain_name.endswith(".eml") or mime.is_letter(data)
