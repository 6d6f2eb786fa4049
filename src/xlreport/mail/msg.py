"""Messages that Outlook saved as .msg: an OLE compound file with one stream a property. Source: [MS-OXMSG]."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
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
    """What a .msg file holds: its header fields, bodies, attachments, messages attached to it, and the
    names of objects of other programs. It is not `whole` when the file is damaged."""

    header: Message
    sent: float
    delivered: float
    bodies: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]
    messages: tuple[Saved, ...]
    objects: tuple[str, ...] = ()
    whole: bool = True


def is_message(data: bytes) -> bool:
    """Whether a compound file is a message. A message with a workbook in it has the workbook's words too,
    so that only the file's directory can tell."""
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
    """Reads a .msg file with messages nested at most `depth` deep. Raises Broken, NoReader, RecursionError
    when it is nested deeper."""
    try:
        import olefile
    except ImportError:
        raise NoReader from None
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as book:
            if not book.exists(_PROPERTIES) or _swollen(book, len(data)):
                raise Broken
            return _message(book, (), 32, depth)
    except (RecursionError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 (on a broken file olefile raises whatever its parser stumbles on)
        raise Broken from None


def _swollen(book: Any, size: int) -> bool:
    """Whether the streams are larger than the file, which they can be only where chains of sectors go in
    circles or share sectors."""
    streams = sum(entry.size for entry in book.direntries if entry and entry.entry_type == _STREAM)
    return bool(max(streams, book.root.size) > size)


def _message(book: Any, at: tuple[str, ...], start: int, depth: int) -> Saved:
    """One message; its fixed properties begin after 32 bytes, those of a nested one after 24 (2.4)."""
    if depth < 0:
        raise RecursionError
    # Exchange writes a line of its own above the fields
    fields = _text(book, at, _HEADERS)
    header = header_of(
        fields.partition("\n")[2]
        if fields.startswith("Microsoft Mail Internet Headers")
        else fields
    )
    for name, value in (
        ("From", next((said for tag in _SENDER if "@" in (said := _text(book, at, tag))), "")),
        ("Subject", _text(book, at, _SUBJECT)),
        ("Message-ID", _text(book, at, _MESSAGE_ID)),
    ):
        if value and header.get(name) is None:
            header[name] = value
    times = _times(_stream(book, (*at, _PROPERTIES))[start:])
    files: list[tuple[str, bytes]] = []
    objects: list[tuple[str, bytes]] = []
    messages = []
    for folder in _attachments(book, at):
        name = next((said for tag in _NAMES if (said := _text(book, folder, tag))), "")
        inner = (*folder, f"__substg1.0_{_CONTENT:04X}000D")
        if book.exists([*inner, _PROPERTIES]):
            messages.append(_message(book, inner, 24, depth - 1))
        elif book.get_type(list(inner)) == _STORAGE:
            # an .xlsx that was dragged into the text lies in a stream of this name
            package = _stream(book, (*inner, "Package"))
            (files if package else objects).append((name, package))
        else:
            files.append((name, _stream(book, (*folder, f"__substg1.0_{_CONTENT:04X}0102"))))
    html = text_of(_stream(book, (*at, f"__substg1.0_{_HTML:04X}0102"))) or _text(book, at, _HTML)
    bodies = tuple(body for body in (_text(book, at, _BODY), html) if body)
    return Saved(
        header,
        times.get(_SENT, 0.0),
        times.get(_DELIVERED, 0.0),
        bodies,
        tuple(files),
        tuple(messages),
        tuple(name for name, _ in objects),
        not book.parsing_issues,
    )


def _attachments(book: Any, at: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    entries = (tuple(entry) for entry in book.listdir(streams=True, storages=True))
    names = {entry[len(at)] for entry in entries if entry[: len(at)] == at and len(entry) > len(at)}
    return ((*at, name) for name in sorted(names) if name.startswith("__attach_version1.0_"))


def _stream(book: Any, path: tuple[str, ...]) -> bytes:
    name = list(path)
    return bytes(book.openstream(name).read()) if book.get_type(name) == _STREAM else b""


def _text(book: Any, at: tuple[str, ...], tag: int) -> str:
    wide = _stream(book, (*at, f"__substg1.0_{tag:04X}001F"))
    if wide:
        return wide.decode("utf-16-le", "replace").rstrip("\0")
    return text_of(_stream(book, (*at, f"__substg1.0_{tag:04X}001E")).rstrip(b"\0"))


def _times(properties: bytes) -> dict[int, float]:
    """The PtypTime properties (0x0040), 100 nanoseconds since 1601, in seconds since 1970."""
    found = {}
    for at in range(0, len(properties) - 15, 16):
        kind, tag, _, ticks = struct.unpack_from("<HHIQ", properties, at)
        seconds = ticks / 10_000_000 - _EPOCH
        if kind == 0x40 and 0 <= seconds <= LATEST:
            found[tag] = seconds
    return found
