"""Messages that Outlook saved as .msg: an OLE compound file with one stream a property. Source:
[MS-OXMSG]."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from xlreport.mail.headers import LATEST, text_of
from xlreport.mail.mime import header_of

OLE = b"\xd0\xcf\x11\xe0"

_PROPERTIES = "__properties_version1.0"
_SUBJECT, _HEADERS, _MESSAGE_ID, _BODY, _HTML = 0x0037, 0x007D, 0x1035, 0x1000, 0x1013
_SENDER = (0x5D01, 0x5D02, 0x0C1F, 0x0065)
"""The sender's SMTP address, that of the one he writes for, and both as they were entered."""
_SENT, _DELIVERED = 0x0039, 0x0E06
_NAMES = (0x3707, 0x3704, 0x3001)
"""An attachment's long name, its short name, and what is shown for it."""
_CONTENT = 0x3701
_STREAM, _STORAGE = 2, 1
"""olefile's words for the two kinds of entries."""

_EPOCH = 11_644_473_600
"""Seconds from 1601, where a FILETIME starts, to 1970."""


class Broken(Exception):
    """No message that Outlook could have saved."""


class NoReader(Exception):
    """The library that opens compound files is not installed."""


@dataclass(frozen=True)
class Saved:
    """What a .msg file holds: its header fields, bodies, attachments, messages attached to it,
    and the names of objects of other programs. It is not `whole` when the file is damaged."""

    header: Message
    sent: float
    delivered: float
    bodies: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]
    messages: tuple[Saved, ...]
    objects: tuple[str, ...] = ()
    whole: bool = True


def is_message(data: bytes) -> bool:
    """Whether a compound file is a message. A message with a workbook in it has the workbook's
    words too, so that only the file's directory can tell."""
    if not data.startswith(OLE) or _PROPERTIES.encode("utf-16-le") not in data:
        return False
    try:
        import olefile
    except ImportError:
        return True
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as book:
            return bool(book.exists(_PROPERTIES))
    except Exception:  # noqa: BLE001 (on a broken file olefile raises whatever its parser stumbles on)
        return False


def saved_message(data: bytes, depth: int) -> Saved:
    """Reads a .msg file with messages nested at most `depth` deep. Raises Broken, NoReader,
    RecursionError when it is nested deeper."""
    try:
        import olefile
    except ImportError:
        raise NoReader from None
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as book:
            usable = book.exists(_PROPERTIES) and not _swollen(book, len(data))
            message = _message(book, (), 32, depth) if usable else None
    except (RecursionError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 (on a broken file olefile raises whatever its parser stumbles on)
        raise Broken from None
    if message is None:
        raise Broken
    return message


def _swollen(book: Any, size: int) -> bool:
    """Whether the streams are larger than the file, which they can be only where chains of
    sectors go in circles or share sectors."""
    entries = [entry for entry in book.direntries if entry]
    streams = sum(entry.size for entry in entries if entry.entry_type == _STREAM)
    return bool(max(streams, book.root.size) > size)


def _message(book: Any, storage: tuple[str, ...], start: int, depth: int) -> Saved:
    """One message; its fixed properties begin after 32 bytes, those of a nested one after 24
    (2.4)."""
    if depth < 0:
        raise RecursionError
    times = _times(_stream(book, (*storage, _PROPERTIES))[start:])
    enclosed = _Enclosed()
    for folder in _attachments(book, storage):
        enclosed.add(book, folder, depth)
    return Saved(
        header=_header(book, storage),
        sent=times.get(_SENT, 0.0),
        delivered=times.get(_DELIVERED, 0.0),
        bodies=_bodies(book, storage),
        files=tuple(enclosed.files),
        messages=tuple(enclosed.messages),
        objects=tuple(enclosed.objects),
        whole=not book.parsing_issues,
    )


def _header(book: Any, storage: tuple[str, ...]) -> Message:
    """The header fields; what is missing in them comes from properties."""
    text = _text(book, storage, _HEADERS)
    if text.startswith("Microsoft Mail Internet Headers"):
        text = text.partition("\n")[2]  # Exchange writes a line of its own above the fields
    header = header_of(text)
    senders = (_text(book, storage, tag) for tag in _SENDER)
    values = {
        "From": next((sender for sender in senders if "@" in sender), ""),
        "Subject": _text(book, storage, _SUBJECT),
        "Message-ID": _text(book, storage, _MESSAGE_ID),
    }
    for name, value in values.items():
        if value and header.get(name) is None:
            header[name] = value
    return header


def _bodies(book: Any, storage: tuple[str, ...]) -> tuple[str, ...]:
    """The message's text and its HTML, those that are there."""
    text = _text(book, storage, _BODY)
    html = text_of(_stream(book, (*storage, _property(_HTML, "0102")))) or _text(
        book, storage, _HTML
    )
    return tuple(body for body in (text, html) if body)


@dataclass
class _Enclosed:
    """What is attached to a message."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    messages: list[Saved] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)

    def add(self, book: Any, folder: tuple[str, ...], depth: int) -> None:
        """Takes the attachment in a folder of the compound file."""
        names = (_text(book, folder, tag) for tag in _NAMES)
        name = next(filter(None, names), "")
        inner = (*folder, _property(_CONTENT, "000D"))
        if book.exists([*inner, _PROPERTIES]):
            self.messages.append(_message(book, inner, 24, depth - 1))
            return
        if book.get_type(list(inner)) != _STORAGE:
            self.files.append((name, _stream(book, (*folder, _property(_CONTENT, "0102")))))
            return
        # an .xlsx that was dragged into the text lies in a stream of this name
        package = _stream(book, (*inner, "Package"))
        if package:
            self.files.append((name, package))
        else:
            self.objects.append(name)


def _property(tag: int, kind: str) -> str:
    """The stream of a property: its tag, then its type (2.1.1)."""
    return f"__substg1.0_{tag:04X}{kind}"


def _attachments(book: Any, storage: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The folders of a message's attachments, by name."""
    depth = len(storage)
    entries = [tuple(entry) for entry in book.listdir(streams=True, storages=True)]
    inside = [entry for entry in entries if len(entry) > depth and entry[:depth] == storage]
    for name in sorted({entry[depth] for entry in inside}):
        if name.startswith("__attach_version1.0_"):
            yield (*storage, name)


def _stream(book: Any, path: tuple[str, ...]) -> bytes:
    name = list(path)
    if book.get_type(name) == _STREAM:
        return bytes(book.openstream(name).read())
    return b""


def _text(book: Any, storage: tuple[str, ...], tag: int) -> str:
    """A text property: in UTF-16 (001F), else in a code page (001E)."""
    wide = _stream(book, (*storage, _property(tag, "001F")))
    if wide:
        return wide.decode("utf-16-le", "replace").rstrip("\0")
    narrow = _stream(book, (*storage, _property(tag, "001E")))
    return text_of(narrow.rstrip(b"\0"))


def _times(properties: bytes) -> dict[int, float]:
    """The PtypTime properties (0x0040), 100 nanoseconds since 1601, in seconds since 1970."""
    times = {}
    for offset in range(0, len(properties) - 15, 16):
        kind, tag, _, ticks = struct.unpack_from("<HHIQ", properties, offset)
        seconds = ticks / 10_000_000 - _EPOCH
        if kind == 0x40 and 0 <= seconds <= LATEST:
            times[tag] = seconds
    return times
