"""Where messages come from: a folder of .eml and .msg files, an mbox, a Maildir. IMAP is in
`imap`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from xlreport.errors import SourceError
from xlreport.findings import Finding
from xlreport.formats.guard import read_at_most
from xlreport.mail.codes import FILE_NOT_READ, NO_MAIL_FILE, NO_PLAIN_FILE, NOT_LISTED
from xlreport.merging.discover import SourceFile, list_files, system_file

MESSAGES = (".eml", ".msg", ".mht", ".mhtml")


@dataclass(frozen=True)
class Uid:
    """A message's place on an IMAP server: the mailbox, its UIDVALIDITY, the UID (RFC 9051,
    2.3.1.1)."""

    source: str
    validity: int
    uid: int


@dataclass(frozen=True)
class Raw:
    """A message as its source gives it, or why it does not (`problem`). `origin` tells people
    where it lies, `arrived` is the time of the server's delivery in seconds (0 unknown). Sources
    give one byte more than the limit at most, so that a longer message is told by its size
    `seen`."""

    origin: str
    data: bytes
    arrived: float = 0.0
    uid: Uid | None = None
    problem: Finding | None = None
    seen: int = 0

    @property
    def is_stray(self) -> bool:
        """Whether it is some other file that lies among the messages."""
        return self.problem == NO_MAIL_FILE()


class Source(Protocol):
    """A mailbox of any kind."""

    @property
    def name(self) -> str:
        """What tells it from others."""

    def messages(self, most: int) -> Iterator[Raw]:
        """The messages, each with at most `most` + 1 bytes."""

    def finish(self, taken: Collection[Uid]) -> Iterator[str]:
        """Marks or moves what was taken, if that was asked for; yields what could not be done,
        in Chinese."""


@dataclass(frozen=True)
class FolderSource:
    """A folder of messages, sub-folders too, or one file. What a file is follows from its
    content and place: an mbox (RFC 4155) begins with `From `, a Maildir has its messages in
    `cur` and `new`. Files stay as they are."""

    path: Path

    @property
    def name(self) -> str:
        """The path, the same from wherever it is named."""
        return self.path.absolute().as_posix()

    def messages(self, most: int) -> Iterator[Raw]:
        """The messages in the order of the files' names, each with at most `most` + 1 bytes."""
        if not self.path.is_dir():
            yield from _file(self.path, self.path.name, most)
            return
        for listed in list_files(self.path):
            if listed.problem:
                yield Raw(listed.shown, b"", problem=NOT_LISTED(problem=listed.problem))
            elif _of_maildir(listed.path.parent, "cur", "new"):
                yield from _file(listed.path, listed.shown, most, delivered=True)
            elif not _passed_over(listed):
                yield from _file(listed.path, listed.shown, most)

    def finish(
        self,
        taken: Collection[Uid],  # noqa: ARG002 (a source's argument)
    ) -> Iterator[str]:
        """Nothing is marked or moved in a folder."""
        return iter(())


_HOUSEKEEPING = re.compile(r"dovecot|courier|maildir|subscriptions|\.")
"""How the names begin of what servers keep beside the messages of a Maildir."""


def _of_maildir(folder: Path, *names: str) -> bool:
    """Whether a folder is one of these in a Maildir."""
    return folder.name in names and all((folder.parent / name).is_dir() for name in ("cur", "new"))


def _passed_over(listed: SourceFile) -> bool:
    """What is there beside the messages: files that systems leave behind, what a server keeps in
    a Maildir, and messages that are still being delivered to one."""
    folder = listed.path.parent
    is_message = listed.name.lower().endswith(MESSAGES)
    if system_file(listed.name) is not None and not is_message:
        return True
    if _HOUSEKEEPING.match(listed.name) and _of_maildir(folder / "cur", "cur"):
        return True
    return _of_maildir(folder, "tmp")


def _file(path: Path, shown: str, most: int, *, delivered: bool = False) -> Iterator[Raw]:
    """The messages in a file; one that was `delivered` into a Maildir is one message whatever
    its name."""
    try:
        if path.is_symlink() or not path.is_file():
            yield Raw(shown, b"", problem=NO_PLAIN_FILE())
            return
        with path.open("rb") as stream:
            if not delivered and _begins_like_mbox(stream):
                yield from _mbox(stream, shown, most)
            elif delivered or path.name.lower().endswith(MESSAGES):
                yield _whole(shown, stream, most)
            else:
                yield Raw(shown, b"", problem=NO_MAIL_FILE())
    except OSError:
        yield Raw(shown, b"", problem=FILE_NOT_READ())


def _begins_like_mbox(stream: IO[bytes]) -> bool:
    beginning = stream.read(_LINE)
    stream.seek(0)
    return _MBOX.match(beginning.removeprefix(_BOM).lstrip()) is not None


def _whole(shown: str, stream: IO[bytes], most: int) -> Raw:
    """A file that is one message; what lies beyond the limit is only counted."""
    data = read_at_most(stream, most + 1)
    size = len(data)
    while size > most and (more := stream.read(1_000_000)):
        size += len(more)
    return Raw(shown, data, seen=size)


def _mbox(stream: IO[bytes], shown: str, most: int) -> Iterator[Raw]:
    """The messages of an mbox; only one at a time is in memory."""
    places = list(_letters(stream))
    for number, (start, end) in enumerate(places, 1):
        stream.seek(start)
        data = read_at_most(stream, min(end - start, most + 1))
        yield Raw(f"{shown}：第 {number} 封", data, seen=end - start)


_LINE = 65_536
_MBOX = re.compile(rb"From +[^\s:]")
_BOM = b"\xef\xbb\xbf"
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_DATED = re.compile(rb"From .*\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*\d\d:\d\d")


def _letters(stream: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Where each message of an mbox begins and ends. Its separator line stands after a blank
    line or bears a date, and a header field follows it: some programs leave a line of the text
    that begins with `From ` as it is. What stands before the first separator is given too, so
    that nothing is passed over."""
    start = offset = gap = 0
    end: int | None = None
    fresh, after_blank = True, True
    while piece := stream.readline(_LINE):
        if end is not None and _FIELD.match(piece):
            if end > start:
                yield start, end
            start = offset
        line = piece if offset else piece.removeprefix(_BOM)
        separates = fresh and line.startswith(b"From ") and (after_blank or _DATED.match(line))
        end = offset - gap if separates else None
        after_blank = fresh and not line.strip(b"\r\n")
        gap = len(piece) if after_blank else 0
        fresh = piece.endswith(b"\n")
        offset += len(piece)
    if offset > start:
        yield start, offset - gap


def source_at(path: Path) -> Source:
    """The mailbox that lies at a path. Raises SourceError when it cannot be opened."""
    if not path.is_dir():
        try:
            path.open("rb").close()
        except OSError:
            raise SourceError(f"“{path}”打不开，请检查路径和权限。") from None
    return FolderSource(path)
