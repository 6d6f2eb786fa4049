"""The ledger: what was sent to whom and what came from whom, in one small SQLite file.

Every message is one transaction, made after its files are on the disk, so a killed run leaves a
message either whole in the ledger or not at all; what it had already written is found again by
content.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from xlreport.atomic import NotRead, made
from xlreport.campaign.notified import Notified
from xlreport.errors import LedgerError
from xlreport.findings import CODES, Finding
from xlreport.mail.headers import addresses
from xlreport.mail.mailboxes import Uid
from xlreport.mail.messages import Mail
from xlreport.merging.arrivals import Arrival
from xlreport.merging.decisions import Decision, Ruling
from xlreport.submission import Unit

NAME = "ledger.sqlite3"
ORIGINALS = "originals"
"""The folder beside the ledger in which each content lies once, under its SHA-256."""

VERSION = 1

SENDING, DRAFT, REFUSED, BOUNCED = "sending", "draft", "refused", "bounced"
"""States of outgoing messages, beside `mail.smtp.SENT`."""

_SCHEMA = """
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  raw_sha256 TEXT NOT NULL,
  message_id TEXT NOT NULL,
  senders TEXT NOT NULL,
  sender TEXT NOT NULL,
  subject TEXT NOT NULL,
  sent REAL NOT NULL,
  arrived REAL NOT NULL,
  origin TEXT NOT NULL,
  findings TEXT NOT NULL,
  units TEXT NOT NULL,
  returned INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0);
CREATE TABLE copy (
  raw_sha256 TEXT PRIMARY KEY,
  message INTEGER NOT NULL REFERENCES message);
CREATE TABLE seen (
  source TEXT NOT NULL,
  validity INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  message INTEGER NOT NULL REFERENCES message,
  PRIMARY KEY (source, validity, uid));
CREATE TABLE attachment (
  message INTEGER NOT NULL REFERENCES message,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  what TEXT NOT NULL,
  senders TEXT NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (message, number));
CREATE INDEX attachment_sha256 ON attachment (sha256);
CREATE TABLE trouble (
  source TEXT NOT NULL,
  origin TEXT NOT NULL,
  sender TEXT NOT NULL,
  subject TEXT NOT NULL,
  arrived REAL NOT NULL,
  findings TEXT NOT NULL,
  PRIMARY KEY (source, origin));
CREATE TABLE sent (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  unit_code TEXT NOT NULL,
  unit_name TEXT NOT NULL,
  address TEXT NOT NULL,
  key TEXT NOT NULL,
  message_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  moment REAL NOT NULL,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  UNIQUE (kind, unit_code, address, key));
"""

_DECISIONS = """
CREATE TABLE IF NOT EXISTS decision (
  id INTEGER PRIMARY KEY,
  unit_code TEXT NOT NULL,
  unit_name TEXT NOT NULL,
  code TEXT NOT NULL,
  ruling TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  moment REAL NOT NULL,
  content TEXT NOT NULL,
  revoked REAL NOT NULL DEFAULT 0);
"""
"""What the county decided; also made in a ledger that an earlier version has begun. Nothing is ever
deleted: what is revoked carries the time."""

_NOTICES = """
CREATE TABLE IF NOT EXISTS notice (
  unit_code TEXT NOT NULL,
  key TEXT NOT NULL,
  moment REAL NOT NULL,
  report TEXT NOT NULL,
  PRIMARY KEY (unit_code, key));
"""
"""What went back to units for correction; also made in a ledger that an earlier version has
begun."""

_INDEXES = """
CREATE INDEX IF NOT EXISTS message_message_id ON message (message_id);
CREATE INDEX IF NOT EXISTS sent_message_id ON sent (message_id);
CREATE INDEX IF NOT EXISTS sent_sha256 ON sent (sha256);
CREATE INDEX IF NOT EXISTS decision_matter ON decision (unit_code, code);
"""
"""What makes looking up one message as quick among thousands as among ten; also made in a ledger
that an earlier version has begun, which goes on reading and writing it."""

_PUT_NOTICE = "INSERT OR REPLACE INTO notice (unit_code, key, moment, report) VALUES (?, ?, ?, ?)"

_ADD_DECISION = """
INSERT INTO decision (unit_code, unit_name, code, ruling, reason, decided_by, moment, content)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

_REVOKE = """
UPDATE decision SET revoked = ? WHERE revoked = 0 AND unit_code = ? AND unit_name = ? AND code = ?
"""

_ADD_MESSAGE = """
INSERT INTO message (
  digest, raw_sha256, message_id, senders, sender, subject, sent, arrived, origin,
  findings, units, returned)
VALUES (
  :digest, :raw_sha256, :message_id, :senders, :sender, :subject, :sent, :arrived, :origin,
  :findings, :units, :returned)
"""

_ADD_ATTACHMENT = """
INSERT INTO attachment (message, number, name, sha256, size, what, senders, path)
VALUES (:message, :number, :name, :sha256, :size, :what, :senders, :path)
"""

_ADD_PLACE = """
INSERT OR IGNORE INTO seen (source, validity, uid, message)
SELECT ?, ?, ?, message FROM copy WHERE raw_sha256 = ?
"""

_ADD_TROUBLE = """
INSERT OR REPLACE INTO trouble (source, origin, sender, subject, arrived, findings)
VALUES (:source, :origin, :sender, :subject, :arrived, :findings)
"""

_ARRIVALS = """
SELECT
  sha256, CASE WHEN returned THEN 0.0 ELSE arrived END AS moment, attachment.senders, path, name
FROM attachment JOIN message ON message.id = message
WHERE path != ''
ORDER BY moment, message.id
"""

_SENT = """
SELECT kind, unit_code, unit_name, address, key, message_id, sha256, moment, state, detail
FROM sent
"""

_SENT_TO = f"{_SENT} WHERE kind = ? AND unit_code = ? AND key = ? ORDER BY id"

_SENT_ABOUT = f"""
{_SENT} WHERE id IN (
  SELECT id FROM sent WHERE message_id = :message_id AND message_id != ''
  UNION SELECT sent.id FROM json_each(:contents) JOIN sent ON sent.sha256 = value)
ORDER BY id
"""

_PUT_SENT = """
INSERT INTO sent (
  kind, unit_code, unit_name, address, key, message_id, sha256, moment, state, detail)
VALUES (
  :kind, :unit_code, :unit_name, :address, :key, :message_id, :sha256, :moment, :state, :detail)
ON CONFLICT (kind, unit_code, address, key) DO UPDATE SET
  message_id = excluded.message_id, sha256 = excluded.sha256, moment = excluded.moment,
  state = excluded.state, detail = excluded.detail, unit_name = excluded.unit_name
"""


@dataclass(frozen=True)
class Kept:
    """An attachment as recorded; `path` is its name in the inbox, empty when it was not taken."""

    name: str
    sha256: str
    size: int
    what: str
    senders: tuple[str, ...]
    path: str


@dataclass(frozen=True)
class Received:
    """A message as recorded. `units` are the codes of those whose addresses sent it, as the
    roster was then; `done` tells that a person has dealt with it. One that could not be read has
    the number 0."""

    origin: str
    sender: str
    subject: str
    arrived: float
    findings: tuple[Finding, ...]
    attachments: tuple[Kept, ...] = ()
    senders: tuple[str, ...] = ()
    number: int = 0
    units: tuple[str, ...] = ()
    done: bool = False

    @property
    def trouble(self) -> bool:
        """Whether it could not be read, and is tried again."""
        return self.number == 0


@dataclass(frozen=True)
class Sent:
    """A message that went out, or should have. States: `sending` (it is not known whether it
    arrived), `sent`, `draft`, `refused` (by our server), `bounced` (by the recipient's)."""

    kind: str
    unit_code: str
    unit_name: str
    address: str
    key: str
    message_id: str
    sha256: str
    moment: float
    state: str
    detail: str = ""


class _Unknown(Exception):
    """A word of a row that this program does not have: a newer one wrote it, whose tables are the
    same."""


class Ledger:
    """Open ledger. Use `open_ledger`."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._db = connection
        self._folder = folder

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction. Raises OSError when it cannot be written."""
        try:
            with self._db:
                yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
                raise
            raise _of_the_system(error) from error

    # what came

    def seen(self, source: str, validity: int) -> frozenset[int]:
        """The UIDs of a mailbox that were taken."""
        rows = self._db.execute(
            "SELECT uid FROM seen WHERE source = ? AND validity = ?", (source, validity)
        )
        return frozenset(uid for (uid,) in rows)

    def knows_copy(self, raw_sha256: str) -> bool:
        """Whether exactly these bytes were taken before."""
        number = self._number("SELECT message FROM copy WHERE raw_sha256 = ?", raw_sha256)
        return number is not None

    def same_as(self, mail: Mail) -> int | None:
        """The recorded message that this one is another copy of: the same digest, or the same
        Message-ID with the same files. A Message-ID alone proves nothing: it can be forged, and
        programs repeat it."""
        same_digest = self._number("SELECT id FROM message WHERE digest = ?", mail.digest)
        if same_digest is not None:
            return same_digest
        if not mail.message_id or not mail.attachments:
            return None
        files = sorted(attachment.sha256 for attachment in mail.attachments)
        query = "SELECT id FROM message WHERE message_id = ?"
        rows = self._db.execute(query, (mail.message_id,)).fetchall()
        for (number,) in rows:
            if self._files_of(number) == files:
                return int(number)
        return None

    def _files_of(self, number: int) -> list[str]:
        """The SHA-256 of a message's attachments, sorted."""
        rows = self._db.execute("SELECT sha256 FROM attachment WHERE message = ?", (number,))
        return sorted(sha256 for (sha256,) in rows)

    def has_message_id(self, message_id: str) -> bool:
        """Whether a message of this Message-ID was taken."""
        if not message_id:
            return False
        number = self._number("SELECT id FROM message WHERE message_id = ?", message_id)
        return number is not None

    def path_of(self, sha256: str) -> str:
        """Under which name a content went into the inbox; empty when it never did."""
        query = "SELECT path FROM attachment WHERE sha256 = ? AND path != ''"
        row = self._db.execute(query, (sha256,)).fetchone()
        if not row:
            return ""
        return str(row["path"])

    def add(
        self, mail: Mail, origin: str, paths: Sequence[str], uid: Uid | None, units: Sequence[str]
    ) -> None:
        """Records a message whose files are on the disk; `units` are the codes of those who sent
        it. A report of delivery that a unit passes on is a message of its own."""
        with self._writing():
            message = {
                "digest": mail.digest,
                "raw_sha256": mail.raw_sha256,
                "message_id": _text(mail.message_id),
                "senders": json.dumps(mail.senders),
                "sender": _text(mail.sender),
                "subject": _text(mail.subject),
                "sent": mail.sent,
                "arrived": mail.arrived,
                "origin": _text(origin),
                "findings": _to_json(mail.findings),
                "units": json.dumps(units),
                "returned": mail.bounce is not None and not units,
            }
            self._db.execute(_ADD_MESSAGE, message)
            (number,) = self._db.execute("SELECT last_insert_rowid()").fetchone()
            rows = _attachment_rows(number, mail, paths)
            self._db.executemany(_ADD_ATTACHMENT, rows)
            self._add_copy(number, mail.raw_sha256, uid)

    def add_copy(self, message: int, raw_sha256: str, uid: Uid | None) -> None:
        """Records that the same message came again."""
        with self._writing():
            self._add_copy(message, raw_sha256, uid)

    def add_place(self, raw_sha256: str, uid: Uid) -> None:
        """Records that bytes that were taken before lie at this place too."""
        with self._writing():
            self._add_place(raw_sha256, uid)

    def _add_copy(self, message: int, raw_sha256: str, uid: Uid | None) -> None:
        row = (raw_sha256, message)
        self._db.execute("INSERT OR IGNORE INTO copy VALUES (?, ?)", row)
        if uid is not None:
            self._add_place(raw_sha256, uid)

    def _add_place(self, raw_sha256: str, uid: Uid) -> None:
        row = (uid.source, uid.validity, uid.uid, raw_sha256)
        self._db.execute(_ADD_PLACE, row)

    def add_trouble(self, mail: Mail, source: str, origin: str) -> None:
        """Records a message that could not be read; it is tried again the next time."""
        row = {
            "source": source,
            "origin": _text(origin),
            "sender": _text(mail.sender),
            "subject": _text(mail.subject),
            "arrived": mail.arrived,
            "findings": _to_json(mail.findings),
        }
        with self._writing():
            self._db.execute(_ADD_TROUBLE, row)

    def clear_trouble(self, source: str) -> None:
        """Forgets what could not be read from a source, which is about to be read again."""
        with self._writing():
            self._db.execute("DELETE FROM trouble WHERE source = ?", (source,))

    def received(self) -> Iterator[Received]:
        """All messages in the order in which they were taken, then those that could not be read."""
        attachments: defaultdict[int, list[Kept]] = defaultdict(list)
        for row in self._db.execute("SELECT * FROM attachment ORDER BY message, number"):
            attachments[row["message"]].append(_kept(row))
        for row in self._db.execute("SELECT * FROM message ORDER BY id"):
            yield _received(row, attachments[row["id"]])
        for row in self._db.execute("SELECT * FROM trouble ORDER BY source, origin"):
            yield _unread(row)

    def settle(self, number: int) -> bool:
        """Records that a person has dealt with a message; False when there is none of that
        number."""
        return self._tick(number, done=True)

    def reopen(self, number: int) -> bool:
        """Takes that back; False when there is none of that number."""
        return self._tick(number, done=False)

    def _tick(self, number: int, *, done: bool) -> bool:
        with self._writing():
            row = (done, number)
            changed = self._db.execute("UPDATE message SET done = ? WHERE id = ?", row)
            return changed.rowcount == 1

    def arrivals(self) -> Mapping[str, Arrival]:
        """When each content that was taken last arrived, and from whom, by SHA-256. What a mail
        server returned did not arrive then: its moment is 0 unless it came otherwise too. Raises
        LedgerError when contents were kept that are not recorded: the order would not be the
        true one."""
        known = {row["sha256"]: _arrival(row) for row in self._db.execute(_ARRIVALS)}
        unknown = _originals(self._folder).difference(known)
        if unknown:
            raise LedgerError(
                f"收到过的原件有 {len(unknown)} 份不在收发记录里：上次收取中途停了，"
                "或者收发记录被换成了旧的。请从原来的地方再运行一次 xlreport collect，"
                "然后再运行这条命令；那里的邮件已经不在的，"
                f"{_start_again(self._folder)}"
            )
        return known

    # what went out

    def sent(self, kind: str | None = None) -> tuple[Sent, ...]:
        """All outgoing messages, or those of a kind, in their order."""
        rows = self._sent(f"{_SENT} ORDER BY id")
        return tuple(row for row in rows if kind in (None, row.kind))

    def sent_to(self, kind: str, unit_code: str, key: str) -> tuple[Sent, ...]:
        """The outgoing messages of a kind with this key to a unit, in their order."""
        return tuple(self._sent(_SENT_TO, (kind, unit_code, key)))

    def sent_about(self, message_id: str, contents: Iterable[str]) -> tuple[Sent, ...]:
        """The outgoing messages of this Message-ID, unless it is empty, and those with a workbook
        of one of these SHA-256, in their order."""
        values = {"message_id": message_id, "contents": json.dumps(list(contents))}
        return tuple(self._sent(_SENT_ABOUT, values))

    def _sent(self, query: str, values: Sequence[str] | Mapping[str, str] = ()) -> Iterator[Sent]:
        for row in self._db.execute(query, values):
            yield Sent(**dict(row))

    def put_sent(self, *rows: Sent) -> None:
        """Records messages going out; one of the same kind, unit, address and key is replaced."""
        with self._writing():
            for row in rows:
                self._db.execute(_PUT_SENT, asdict(row))

    def mark_bounced(
        self, message_id: str, recipients: Iterable[str], detail: str
    ) -> tuple[Sent, ...]:
        """Marks what a delivery report is about; returns the messages that did not arrive."""
        failed_at = frozenset(recipients)
        failed = []
        for row in self.sent_about(message_id, ()):
            if row.address in failed_at:
                failed.append(replace(row, state=BOUNCED, detail=detail))
        self.put_sent(*failed)
        return tuple(failed)

    # what the county decided

    def decisions(self) -> tuple[Decision, ...]:
        """Those that are in force, in the order in which they were made."""
        rows = self._db.execute("SELECT * FROM decision WHERE revoked = 0 ORDER BY id")
        return tuple(map(_decision, rows))

    def decide(self, decision: Decision) -> None:
        """Records a decision; an earlier one about the same matter is revoked by it. Raises
        OSError."""
        unit = decision.unit
        values = (
            unit.code,
            _text(unit.name),
            decision.code,
            decision.ruling.value,
            _text(decision.reason),
            _text(decision.by),
            decision.moment,
            decision.content,
        )
        with self._writing():
            self._db.execute(_REVOKE, (decision.moment, unit.code, _text(unit.name), decision.code))
            self._db.execute(_ADD_DECISION, values)

    def revoke(self, unit: Unit, code: str, moment: float) -> bool:
        """Revokes the decision about a matter; whether there was one. Raises OSError."""
        with self._writing():
            done = self._db.execute(_REVOKE, (moment, unit.code, _text(unit.name), code))
        return done.rowcount > 0

    def sent_as(self, sha256: str) -> frozenset[str]:
        """The kinds of the messages with which a workbook of this content went out."""
        rows = self._db.execute("SELECT kind FROM sent WHERE sha256 = ?", (sha256,))
        return frozenset(kind for (kind,) in rows)

    def put_notice(self, notified: Notified, moment: float) -> None:
        """Records what goes back to a unit; one of the same key is replaced."""
        row = (notified.unit_code, notified.key, moment, notified.as_text())
        with self._writing():
            self._db.execute(_PUT_NOTICE, row)

    def notices(self) -> tuple[Notified, ...]:
        """What went back to units, in the order in which it did."""
        rows = self._db.execute("SELECT * FROM notice ORDER BY moment, unit_code")
        return tuple(Notified.from_text(*row) for row in rows)

    def _number(self, query: str, *values: object) -> int | None:
        """The first column of a query's first row; None when it has no row."""
        row = self._db.execute(query, values).fetchone()
        if not row:
            return None
        return int(row[0])


@contextmanager
def open_ledger(folder: Path, *, must_exist: bool = False) -> Iterator[Ledger]:
    """The ledger in a folder, made when there is none. Raises LedgerError for one that is
    damaged or of a newer program, or that is gone and `must_exist`, OSError when the folder cannot
    be written."""
    path = made(folder) / NAME
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path)
        _prepare(connection, folder, must_exist=must_exist)
        yield Ledger(connection, folder)
    except _Unknown:
        raise _newer(path) from None
    except sqlite3.DatabaseError as error:
        if _is_of_the_disk(error):
            raise _of_the_system(error) from error
        raise LedgerError(
            f"收发记录“{path}”坏了，请用备份换下它；收到的文件都还在 inbox 里。"
        ) from None
    finally:
        if connection is not None:
            connection.close()


def _prepare(connection: sqlite3.Connection, folder: Path, *, must_exist: bool) -> None:
    """Sets a connection up, and makes the tables of a new ledger."""
    path = folder / NAME
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise _newer(path)
    if version > 0:
        connection.executescript(f"{_DECISIONS} {_NOTICES} {_INDEXES}")
        return
    if must_exist or _originals(folder):
        raise _gone(folder)
    tables = f"{_SCHEMA} {_DECISIONS} {_NOTICES} {_INDEXES}"
    connection.executescript(f"BEGIN; {tables} PRAGMA user_version = {VERSION}; COMMIT;")


def require_ledger(folder: Path) -> None:
    """Raises LedgerError where a folder has lost its ledger; makes nothing there, so that a backup
    can be moved back."""
    if not (folder / NAME).exists():
        raise _gone(folder)


def _newer(path: Path) -> LedgerError:
    return LedgerError(f"收发记录“{path}”是较新的版本写的，请换用新版本的 xlreport。")


def _gone(folder: Path) -> LedgerError:
    kept = "，而收到过的原件还在" if _originals(folder) else ""
    return LedgerError(
        f"收发记录“{folder / NAME}”不见了或被清空了{kept}。请用备份恢复它；"
        f"没有备份的，{_start_again(folder)}"
    )


def _start_again(folder: Path) -> str:
    """How to go on without the records of a folder."""
    return (
        f"把“{folder}”和旁边的 records.txt 改名留存后重新收取，再核对每个单位以哪一份为准"
        "（发过的信会当作没有发过）。"
    )


def _is_of_the_disk(error: sqlite3.DatabaseError) -> bool:
    """Whether the disk failed, and not the ledger: SQLITE_ERROR means that tables or columns are
    not there."""
    if not isinstance(error, sqlite3.OperationalError):
        return False
    return error.sqlite_errorcode != sqlite3.SQLITE_ERROR


def _originals(folder: Path) -> set[str]:
    """The SHA-256 of every content that is kept beside a ledger."""
    originals = folder / ORIGINALS
    return {path.name for path in originals.glob("[0-9a-f]*")}


_SYSTEM = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
    sqlite3.SQLITE_LOCKED: errno.EBUSY,
}
"""What the system would say, by the primary code of SQLite's error."""


_UNREADABLE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})
"""Primary codes of errors that have nothing to do with writing."""


def _of_the_system(error: sqlite3.DatabaseError) -> OSError:
    """What the system would have raised."""
    primary = error.sqlite_errorcode & 0xFF
    system = _SYSTEM.get(primary, errno.EIO)
    kind = NotRead if primary in _UNREADABLE else OSError
    return kind(system, str(error), NAME)


def _text(value: str) -> str:
    """What SQLite can store: undecodable characters escaped."""
    return value.encode("utf-8", "backslashreplace").decode()


def _attachment_rows(
    number: int, mail: Mail, paths: Sequence[str]
) -> Iterator[dict[str, str | int]]:
    """The rows of a message's attachments, which went into the inbox under `paths`."""
    pairs = zip(mail.attachments, paths, strict=True)
    for i, (attachment, path) in enumerate(pairs):
        yield {
            "message": number,
            "number": i,
            "name": _text(attachment.name),
            "sha256": attachment.sha256,
            "size": attachment.size,
            "what": attachment.what,
            "senders": json.dumps(attachment.senders),
            "path": path,
        }


def _kept(row: sqlite3.Row) -> Kept:
    return Kept(
        name=row["name"],
        sha256=row["sha256"],
        size=row["size"],
        what=row["what"],
        senders=_list_in(row, "senders"),
        path=row["path"],
    )


def _list_in(row: sqlite3.Row, column: str) -> tuple[str, ...]:
    return tuple(json.loads(row[column]))


def _received(row: sqlite3.Row, attachments: Iterable[Kept]) -> Received:
    return Received(
        origin=row["origin"],
        sender=row["sender"],
        subject=row["subject"],
        arrived=row["arrived"],
        findings=_from_json(row["findings"]),
        attachments=tuple(attachments),
        senders=_list_in(row, "senders"),
        number=row["id"],
        units=_list_in(row, "units"),
        done=bool(row["done"]),
    )


def _unread(row: sqlite3.Row) -> Received:
    return Received(
        origin=row["origin"],
        sender=row["sender"],
        subject=row["subject"],
        arrived=row["arrived"],
        findings=_from_json(row["findings"]),
        senders=addresses(row["sender"]),
    )


def _decision(row: sqlite3.Row) -> Decision:
    """A decision. Raises _Unknown."""
    if row["ruling"] not in set(Ruling):
        raise _Unknown
    return Decision(
        unit=Unit(row["unit_name"], row["unit_code"]),
        ruling=Ruling(row["ruling"]),
        reason=row["reason"],
        code=row["code"],
        by=row["decided_by"],
        moment=row["moment"],
        content=row["content"],
    )


def _arrival(row: sqlite3.Row) -> Arrival:
    return Arrival(row["moment"], _list_in(row, "senders"), row["path"], row["name"])


def _to_json(findings: Iterable[Finding]) -> str:
    rows = [(finding.code, finding.message, finding.suggestion) for finding in findings]
    return json.dumps(rows)


def _from_json(text: str) -> tuple[Finding, ...]:
    """Findings as they were told. Raises _Unknown."""
    findings = []
    for code, message, suggestion in json.loads(text):
        if code not in CODES:
            raise _Unknown
        severity = CODES[code].severity
        findings.append(Finding(code, severity, message, suggestion))
    return tuple(findings)
