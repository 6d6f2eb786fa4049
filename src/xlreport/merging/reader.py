"""Reads one file: a record of it and, of an archive, what lies inside.

It is what every worker loads at its start, so it stands on little.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from xlreport.errors import EXHAUSTED
from xlreport.findings import Finding
from xlreport.form.catalog import FormCatalog
from xlreport.formats.archives import Member, members_of
from xlreport.formats.codes import ARCHIVE_DEPTH, FILE_SIZE, NO_TABLE
from xlreport.formats.detect import ARCHIVES, FileFormat, Kind, format_of, is_a
from xlreport.formats.documents import is_document, open_document
from xlreport.formats.grid import Document
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused, check_limit, read_at_most
from xlreport.merging.codes import ARCHIVE, EMPTY_ARCHIVE, OWN_OUTPUT, TOO_MANY_OPEN, UNREADABLE
from xlreport.merging.discover import SourceFile, is_being_written, system_file
from xlreport.merging.marks import is_own
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.submission import Pool, Submission, Unit
from xlreport.workbook.codes import F2
from xlreport.workbook.reader.frame import package_of
from xlreport.workbook.reader.submission import Opened, Reading, read_known, read_unknown

IntakeStep = tuple[FileRecord, list[SourceFile]]
"""A file's record, and what else was found inside it. An archive that is still to be unpacked gives
itself: only one at a time is, so that what is unpacked never takes more room than one may."""

_MOST_SHARED = 100_000
"""Different cells that a worker remembers, to tell each of them once."""

_NOT_OPENED = {
    errno.EACCES: "没有读取权限",
    errno.EPERM: "没有读取权限",
    errno.ENOENT: "文件在读取时不见了",
}
"""What people read of a file that the system does not open, by its error."""


@dataclass(frozen=True)
class Reader:
    """Reads one file; can be sent to another process.

    `passwords` are tried on encrypted workbooks; `spool` is an empty folder of the caller's into
    which archives are unpacked.
    """

    forms: FormCatalog
    spool: Path
    limits: Limits = DEFAULT_LIMITS
    passwords: tuple[str, ...] = ()

    def __call__(self, file: SourceFile) -> IntakeStep:
        """The file's record and, for an archive, its members.

        Never raises for what the file is or holds.
        """
        not_sent = None if file.problem else system_file(file.name)
        try:
            data, modified = self._bytes(file)
        except Refused as refused:
            if not_sent is not None:
                return _ignored(file, not_sent()), []
            return rejected(file, refused.finding), []
        if not_sent is not None and not was_sent(file.name, data, self.limits):
            return _ignored(file, not_sent()), []
        if is_own(data):
            return _ignored(file, OWN_OUTPUT(), data), []
        if file.modified is not None:
            modified = file.modified
        opened = Opened(data, package_of(data, self.limits), file.shown, modified)
        known = read_known(opened, self.forms, self.limits)
        if known is not None:
            return _record_of(file, known), []
        return self._by_content(file, opened)

    def _by_content(self, file: SourceFile, opened: Opened) -> IntakeStep:
        """What becomes of a file that is not known at a glance."""
        data = opened.data
        try:
            found = format_of(data, self.limits)
            if found.kind in ARCHIVES:
                if file.unpack:
                    return self._archive(file, data, found)
                return _waiting(file)
        except Refused as refused:
            return rejected(file, refused.finding, data), []
        if is_document(found):
            reading = self._document(file, opened, found)
        else:
            reading = read_unknown(opened, self.forms, self.limits, self.passwords)
            if may_be_retyped(found, reading):
                reading = self._retyped(file, opened) or reading
        return _record_of(file, _sharing(reading)), []

    def _document(self, file: SourceFile, opened: Opened, found: FileFormat) -> Reading:
        """The report in a document, or why there is none."""
        sha256 = opened.provenance.sha256
        try:
            document = open_document(opened.data, self.limits, self.passwords)
        except Refused as refused:
            return Reading((refused.finding,), sha256=sha256)
        reading = self._recognised(file, opened, document)
        if reading is not None:
            return reading
        nothing = NO_TABLE(what=is_a(found.label), suggestion=found.suggestion)
        return Reading((nothing,), sha256=sha256)

    def _retyped(self, file: SourceFile, opened: Opened) -> Reading | None:
        """The report in a workbook that is not ours; None for one without the tables of any form:
        what there is to say of that is told already."""
        try:
            document = open_document(opened.data, self.limits, self.passwords)
        except Refused:
            return None
        return self._recognised(file, opened, document)

    def _recognised(self, file: SourceFile, opened: Opened, document: Document) -> Reading | None:
        """The report in a document; None without the tables of any form."""
        from xlreport.importing.recognise import recognise

        unit = Unit(file.unit) if file.unit else None
        return recognise(document, self.forms, opened.provenance, year=file.year, unit=unit)

    def _bytes(self, file: SourceFile) -> tuple[bytes, float]:
        """The file's bytes and its time stamp. Raises Refused for what is not to be read."""
        if file.refused is not None:
            raise Refused(file.refused)
        if file.problem:
            raise _unreadable(file.problem)
        most = max(self.limits.file, self.limits.archive)
        if file.address:
            from xlreport.merging.remote import bytes_at

            return bytes_at(file.address, most), file.modified or 0.0
        try:
            data, modified = bytes_of(file.path, most)
        except OSError as error:
            raise _why_not_opened(error) from None
        if len(data) > most:
            seen = file.path.lstat().st_size
            raise Refused(FILE_SIZE(seen=seen, allowed=most))
        return data, modified

    def _archive(self, file: SourceFile, data: bytes, found: FileFormat) -> IntakeStep:
        """An archive's record and its members. Raises Refused."""
        import tempfile

        check_limit(ARCHIVE_DEPTH, file.depth + 1, self.limits.depth)
        try:
            folder = Path(tempfile.mkdtemp(dir=self.spool))
            members = members_of(data, found.kind, folder, self.limits, file.spent)
        except OSError:
            return rejected(file, _unreadable("解压时写不了临时文件").finding), []
        message = ARCHIVE if members else EMPTY_ARCHIVE
        note = message(kind=is_a(found.label), count=len(members))
        inside = [_member(file, member) for member in members]
        return _ignored(file, note, data), inside


def was_sent(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> bool:
    """Whether a file with the name of a lock or system file is a workbook or an archive: its
    content decides, but for what another run of ours is writing."""
    if is_being_written(name):
        return False
    try:
        found = format_of(data, limits)
    except Refused:
        return True
    return found.kind is not Kind.FOREIGN


def may_be_retyped(found: FileFormat, reading: Reading) -> bool:
    """Whether a workbook may hold a report of which it does not say that it is ours: official
    tables that were typed anew, or published."""
    is_nobodys = reading.submission is None and not reading.form_id
    if found.kind is Kind.LOCKED:
        return is_nobodys
    is_unknown = any(finding.code == F2.code for finding in reading.findings)
    return found.read is not None and is_nobodys and is_unknown


def _why_not_opened(error: OSError) -> Refused:
    if error.errno in EXHAUSTED:
        return Refused(TOO_MANY_OPEN())
    reason = _NOT_OPENED.get(error.errno or 0, "文件打不开")
    return _unreadable(reason)


def bytes_of(path: Path, most: int) -> tuple[bytes, float]:
    """The bytes of a regular file, at most one more than allowed, and its time stamp.

    Raises Refused for anything else, OSError.
    """
    not_regular = _unreadable("这是链接、管道或设备，不是普通文件")
    if not stat.S_ISREG(path.lstat().st_mode):
        raise not_regular
    # what lies there may change between the two looks at it: neither follow nor wait
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
        flags |= getattr(os, name, 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise not_regular
        return read_at_most(stream, most + 1), status.st_mtime


def _unreadable(reason: str) -> Refused:
    return Refused(UNREADABLE(reason=reason))


def _member(archive: SourceFile, member: Member) -> SourceFile:
    """A member as a file of its own, `archive.zip!name.xlsx`."""
    return SourceFile(
        member.path,
        f"{archive.shown}!{member.name}",
        member=member.name,
        modified=member.modified,
        depth=archive.depth + 1,
        refused=member.problem,
        unit=archive.unit,
        year=archive.year,
    )


def _waiting(file: SourceFile) -> IntakeStep:
    """An archive that is to be asked for again."""
    archive = replace(file, unpack=True)
    return _unread(file), [archive]


def _unread(file: SourceFile, data: bytes | None = None) -> FileRecord:
    """The record of a file of which no report was read; `data` are its bytes, where there are
    any."""
    digest = hashlib.sha256(data).hexdigest() if data is not None else ""
    return FileRecord(file.shown, Reading((), sha256=digest))


def _ignored(file: SourceFile, note: Finding, data: bytes | None = None) -> FileRecord:
    record = _unread(file, data)
    return record.decided(Outcome.IGNORED, record.placed(note))


def rejected(file: SourceFile, reason: Finding, data: bytes | None = None) -> FileRecord:
    """The record of a file that cannot count."""
    record = _unread(file, data)
    return record.decided(Outcome.REJECTED, record.placed(reason))


def _sharing(reading: Reading) -> Reading:
    """The reading with a report that shares what it can with those before it; one that was read at
    a glance does so of itself."""
    if reading.submission is None:
        return reading
    return replace(reading, submission=_shared(reading.submission))


def _record_of(file: SourceFile, reading: Reading) -> FileRecord:
    """The record of a workbook that was read, light enough to be sent between processes."""
    as_one_unit = reading.as_one_unit
    if as_one_unit is not None:
        as_one_unit = replace(as_one_unit, form=None)
    light = replace(reading, form=None, findings=(), as_one_unit=as_one_unit)
    record = FileRecord(file.shown, light)
    placed = map(record.placed, reading.findings)
    record = record.noting(*placed)
    if reading.submission is not None:
        return record
    return record.decided(Outcome.REJECTED)


_POOLS = [Pool()]
"""What the reports that this process has read have in common; only the last one is used."""


def _shared(submission: Submission) -> Submission:
    """An equal report that shares what it can with those before it: a chunk of results is sent as
    one pickle, which tells each object once."""
    if _POOLS[-1].size > _MOST_SHARED:
        _POOLS[-1] = Pool()
    return _POOLS[-1].share(submission)
