"""Files that are dropped onto the page: each is written to the disk whole, then given a free name
in the inbox, and only then said to be taken. Messages go to `mails`, from where they are collected.

Whatever kills the desk in between, what it said it had taken is there; what is left of others is
cleared away by the next start.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xlreport.atomic import made, put_new, safe_name
from xlreport.campaign.campaign import require_inbox
from xlreport.campaign.settings import CampaignSettings
from xlreport.mail.mailboxes import MESSAGES
from xlreport.merging.discover import system_file
from xlreport.merging.reader import was_sent
from xlreport.text import harmless

MAILS = "mails"
"""The folder of the messages that were dropped."""

MOST_FOLDERS = 8
"""Folders within one another that are kept; further ones are joined to the file's name."""

MOST_NAMES = 10_000
"""So many files of one name can stand in one folder."""

_BLOCK = 1 << 20
_SPOOLED = ".xlreport-desk-*.part"
_BEGINNING = 4096
"""Bytes that tell an mbox."""

_MBOX = re.compile(rb"(?:\xef\xbb\xbf)?\s*From +[^\s:]")
"""How an mbox begins (RFC 4155)."""

_OF_MAILDIR = re.compile(r"(?:^|/)(?:cur|new)/[0-9]+\.[^/]+$")
"""How messages of a Maildir are called (https://cr.yp.to/proto/maildir.html)."""

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}$")

TAKEN, SAME, MAIL, PASSED = "taken", "same", "mail", "passed"
"""What became of a file."""


@dataclass(frozen=True)
class Upload:
    """A file as a browser gives it: its name with the folders it was dropped in, and when it was
    changed last (in seconds, 0 where nobody knows)."""

    name: str
    stream: IO[bytes]
    modified: float = 0.0


@dataclass(frozen=True)
class Receipt:
    """What became of an upload: `state`, a sentence, and its path in the inbox or, of a message,
    among the messages (empty where it did not go there)."""

    name: str
    state: str
    sentence: str
    path: str = ""
    mail: str = ""


def take(settings: CampaignSettings, upload: Upload) -> Receipt:
    """Takes a file. Raises CampaignError when the inbox is gone, OSError when the file cannot be
    written: then nothing was taken."""
    shown = harmless(upload.name)
    not_sent = system_file(upload.name)
    try:
        with spooled(settings.folder, upload) as path:
            if not_sent is not None and not was_sent(upload.name, path.read_bytes()):
                return Receipt(shown, PASSED, f"没有收：{not_sent.text}")
            if not path.stat().st_size:
                return Receipt(shown, PASSED, "没有收：文件是空的，没有内容。请核对原来的文件。")
            is_mail = _is_message(upload.name) or _is_mbox(path)
            if not is_mail:
                require_inbox(settings)
            folder = settings.folder / MAILS if is_mail else settings.inbox
            return _placed(path, folder, upload.name, is_mail=is_mail)
    except OSError as error:
        error.filename, error.filename2 = shown, None  # as the person knows it
        raise


@contextmanager
def spooled(folder: Path, upload: Upload) -> Iterator[Path]:
    """An upload, written to the disk whole; gone afterwards unless it was put in a place. Raises
    OSError."""
    path = folder / _SPOOLED.replace("*", secrets.token_hex(8))
    try:
        _write(upload, path)
        yield path
    finally:
        with suppress(OSError):
            path.unlink()


@dataclass(frozen=True)
class Held:
    """Uploads on the disk for as long as an action takes, under their own names."""

    folder: Path
    paths: tuple[Path, ...]

    @contextmanager
    def until_done(self) -> Iterator[tuple[Path, ...]]:
        """Their paths; they are gone afterwards."""
        try:
            yield self.paths
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def hold(folder: Path, uploads: Sequence[Upload]) -> Held:
    """Writes uploads beside a campaign's folders, each in a place of its own, for two may have one
    name. Raises OSError: then none of them is left."""
    home = folder / _SPOOLED.replace("*", secrets.token_hex(8))
    paths = [home / str(i) / plain_name(upload.name) for i, upload in enumerate(uploads)]
    for upload, path in zip(uploads, paths, strict=True):
        try:
            made(path.parent)
            _write(upload, path)
        except OSError as error:
            shutil.rmtree(home, ignore_errors=True)
            error.filename, error.filename2 = harmless(upload.name), None  # as the person knows it
            raise
    return Held(home, tuple(paths))


def keep(upload: Upload, folder: Path, target: Path) -> Path:
    """Puts an upload into a folder of the campaign, under the first free name; the same content is
    kept once. Gives where it lies. Raises OSError."""
    wanted = made(target) / plain_name(upload.name)
    with spooled(folder, upload) as path:
        for name in names(wanted):
            if put_new(path, name) or _same_content(path, name):
                return name
    raise FileExistsError(f"{wanted}")


def clear(folder: Path) -> None:
    """Removes what a killed desk was still writing: nothing of it was said to be taken."""
    for left in folder.glob(_SPOOLED):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
            continue
        with suppress(OSError):
            left.unlink()


def _write(upload: Upload, path: Path) -> None:
    with path.open("xb") as target:
        while block := upload.stream.read(_BLOCK):
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    if upload.modified > 0:
        os.utime(path, (upload.modified, upload.modified))


def _is_message(name: str) -> bool:
    """Whether a file is one message, by its name or its place in a Maildir."""
    return name.lower().endswith(MESSAGES) or _OF_MAILDIR.search(name) is not None


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as stream:
        return _MBOX.match(stream.read(_BEGINNING)) is not None


def _placed(spooled: Path, folder: Path, name: str, *, is_mail: bool) -> Receipt:
    """Gives the file the first free name; one with the same content is enough."""
    shown = harmless(name)
    wanted = folder.joinpath(*_parts(name))
    made(wanted.parent)
    if _OF_MAILDIR.search(name):
        for part in ("cur", "new"):  # both must be there for a Maildir to be told
            made(wanted.parent.parent / part)
    for target in names(wanted):
        path = target.relative_to(folder).as_posix()
        if put_new(spooled, target):
            if is_mail:
                return Receipt(shown, MAIL, "邮件已收下，等待收取", mail=path)
            return Receipt(shown, TAKEN, "已收下", path)
        if _same_content(spooled, target):
            if is_mail:
                return Receipt(shown, MAIL, "这封邮件以前收下过", mail=path)
            return Receipt(shown, SAME, "以前收下过，内容相同", path)
    raise FileExistsError(f"{wanted}")


def _parts(name: str) -> list[str]:
    """The folders and the name, each of them one that every system takes."""
    pieces = [piece for piece in re.split(r"[/\\]", name) if piece.strip(" .")]
    pieces = pieces or ["_"]
    folders, last = pieces[:-1], pieces[-1]
    kept, rest = folders[:MOST_FOLDERS], folders[MOST_FOLDERS:]
    file = "_".join((*rest, last))
    extension = _EXTENSION.search(file)
    ending = extension[0] if extension else ""
    return [*(safe_name(piece, "") for piece in kept), safe_name(file.removesuffix(ending), ending)]


def plain_name(name: str) -> str:
    """The last part of a name, as every system takes it."""
    return _parts(name)[-1]


def names(wanted: Path) -> Iterator[Path]:
    """The names for a file, from the one that is wanted: the first that is free is its own."""
    yield wanted
    for number in range(2, MOST_NAMES):
        yield wanted.with_name(f"{wanted.stem}（{number}）{wanted.suffix}")


def _same_content(spooled: Path, standing: Path) -> bool:
    """Whether two files hold the same bytes; one that cannot be read holds others."""
    try:
        if standing.is_symlink() or standing.stat().st_size != spooled.stat().st_size:
            return False
        with spooled.open("rb") as new, standing.open("rb") as old:
            while block := new.read(_BLOCK):
                if block != old.read(len(block)):
                    return False
    except OSError:
        return False
    return True
