"""Where messages come from: a folder of .eml and .msg files, an mbox, a Maildir. IMAP is in `imap`."""

from __future__ import annotations

import mailbox
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from xlreport.checking.findings import Finding, record
from xlreport.mail.ledger import Uid
from xlreport.merging.listing import list_files, system_file

MESSAGES = (".eml", ".msg", ".mht", ".mhtml")


@dataclass(frozen=True)
class Raw:
    """A message as its source gives it, or why it does not (`problem`). `origin` tells people where it lies,
    `arrived` is the time of the server's delivery in seconds (0 unknown). Sources give one byte more than the
    limit at most, so that a longer message is told by its size `seen`."""

    origin: str
    data: bytes
    arrived: float = 0.0
    uid: Uid | None = None
    problem: Finding | None = None
    seen: int = 0


class Source(Protocol):
    """A mailbox of any kind."""

    @property
    def name(self) -> str:
        """What tells it from others."""

    def messages(self, most: int) -> Iterator[Raw]:
        """The messages, each with at most `most` + 1 bytes."""

    def finish(self, taken: Collection[Uid]) -> Iterator[str]:
        """Marks or moves what was taken, if that was asked for; yields what could not be done, in Chinese."""


class SourceError(Exception):
    """A source that cannot be read at all; the text is Chinese."""


@dataclass(frozen=True)
class _Kept:
    """Files that stay as they are."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.absolute().as_posix()

    def finish(self, taken: Collection[Uid]) -> Iterator[str]:
        return iter(())


@dataclass(frozen=True)
class FolderSource(_Kept):
    """A folder of messages, sub-folders too; or one file."""

    def messages(self, most: int) -> Iterator[Raw]:
        if not self.path.is_dir():
            yield self._file(self.path, self.path.name, most)
            return
        for found in list_files(self.path):
            if found.problem:
                yield Raw(found.shown, b"", problem=record("M6", found.problem, "请检查后重新收取"))
            elif system_file(found.name) is None or found.name.lower().endswith(MESSAGES):
                yield self._file(found.path, found.shown, most)

    def _file(self, path: Path, shown: str, most: int) -> Raw:
        if not path.name.lower().endswith(MESSAGES):
            words = "这不是邮件文件（.eml、.msg），没有收取"
            return Raw(shown, b"", problem=record("M6", words, "是报表的请直接放进 inbox 文件夹；是邮件的请改成 .eml"))
        try:
            if path.is_symlink() or not path.is_file():
                return Raw(shown, b"", problem=record("M6", "这是链接、管道或设备，不是普通文件", "请换成邮件文件本身"))
            with path.open("rb") as stream:
                return _read(shown, stream, most)
        except OSError:
            return Raw(shown, b"", problem=record("M6", "邮件文件打不开", "请检查权限后重新收取"))


@dataclass(frozen=True)
class MaildirSource(_Kept):
    """A Maildir with its folders (Maildir++)."""

    def messages(self, most: int) -> Iterator[Raw]:
        box = mailbox.Maildir(self.path, create=False)
        boxes = {self.path.name: box}
        boxes |= {f"{self.path.name}/{name}": box.get_folder(name) for name in sorted(box.list_folders())}
        for name, one in boxes.items():
            for key in sorted(one.keys()):
                shown = f"{name}：{key}"
                try:
                    with one.get_file(key) as stream:
                        yield _read(shown, stream, most)
                except (OSError, KeyError):
                    yield Raw(shown, b"", problem=record("M6", "邮件文件打不开", "请检查权限后重新收取"))


@dataclass(frozen=True)
class MboxSource(_Kept):
    """An mbox file (RFC 4155)."""

    def messages(self, most: int) -> Iterator[Raw]:
        try:
            with self.path.open("rb") as stream:
                for number, (start, end) in enumerate(list(_letters(stream)), 1):
                    stream.seek(start)
                    data = stream.read(min(end - start, most + 1))
                    yield Raw(f"{self.path.name}：第 {number} 封", data, seen=end - start)
        except OSError:
            raise SourceError(f"“{self.path}”读不下去了，请检查磁盘和网络；已收的不会丢，也不会重收。") from None


_LINE = 65_536
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_DATED = re.compile(rb"From .*\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*\d\d:\d\d")


def _letters(stream: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Where each message of an mbox begins and ends. Its separator line stands after a blank line or bears a
    date, and a header field follows it: some programs leave a line of the text that begins with `From ` as it
    is. What stands before the first separator is given too, so that nothing is passed over."""
    start = at = gap = 0
    end: int | None = None
    fresh, after_blank = True, True
    while piece := stream.readline(_LINE):
        if end is not None and _FIELD.match(piece):
            if end > start:
                yield start, end
            start = at
        separates = fresh and piece.startswith(b"From ") and (after_blank or _DATED.match(piece))
        end = at - gap if separates else None
        after_blank = fresh and not piece.strip(b"\r\n")
        gap = len(piece) if after_blank else 0
        fresh = piece.endswith(b"\n")
        at += len(piece)
    if at > start:
        yield start, at - gap


def _read(shown: str, stream: IO[bytes] | Any, most: int) -> Raw:
    data = stream.read(most + 1)
    rest = 0
    while len(data) > most and (more := stream.read(1_000_000)):
        rest += len(more)
    return Raw(shown, bytes(data), seen=len(data) + rest)


def source_at(path: Path) -> Source:
    """The kind of mailbox that lies at a path, by its content. Raises SourceError when there is none."""
    if path.is_dir():
        if all((path / name).is_dir() for name in ("cur", "new", "tmp")):
            return MaildirSource(path)
        return FolderSource(path)
    try:
        with path.open("rb") as stream:
            start = stream.read(5)
    except OSError:
        raise SourceError(f"“{path}”打不开，请检查路径和权限。") from None
    return MboxSource(path) if start == b"From " else FolderSource(path)
