"""Where messages come from: a folder of .eml and .msg files, an mbox, a Maildir. IMAP is in `imap`."""

from __future__ import annotations

import mailbox
from collections.abc import Collection, Iterator
from contextlib import closing
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
class BoxSource(_Kept):
    """An mbox file (RFC 4155) or a Maildir with its folders (Maildir++)."""

    box: mailbox.Mailbox[Any]

    def messages(self, most: int) -> Iterator[Raw]:
        boxes = {self.path.name: self.box}
        if isinstance(self.box, mailbox.Maildir):
            boxes |= {f"{self.path.name}/{name}": self.box.get_folder(name) for name in sorted(self.box.list_folders())}
        for name, box in boxes.items():
            yield from _in_box(name, box, most)


def _in_box(name: str, box: mailbox.Mailbox[Any], most: int) -> Iterator[Raw]:
    with closing(box):
        for key in sorted(box.keys(), key=lambda k: (len(str(k)), str(k))):
            shown = f"{name}：{key if isinstance(key, str) else f'第 {int(key) + 1} 封'}"
            try:
                with box.get_file(key) as stream:
                    yield _read(shown, stream, most)
            except (OSError, KeyError):
                yield Raw(shown, b"", problem=record("M6", "邮件文件打不开", "请检查权限后重新收取"))


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
            return BoxSource(path, mailbox.Maildir(path, create=False))
        return FolderSource(path)
    try:
        with path.open("rb") as stream:
            start = stream.read(5)
    except OSError:
        raise SourceError(f"“{path}”打不开，请检查路径和权限。") from None
    return BoxSource(path, mailbox.mbox(path, create=False)) if start == b"From " else FolderSource(path)
