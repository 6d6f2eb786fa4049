"""Messages that Outlook saved as .msg: an OLE compound file with one stream a property. Source: [MS-OXMSG]."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from typing import Any

from xlreport.mail.headers import text_of

_SUBJECT, _HEADERS, _MESSAGE_ID, _BODY, _HTML = 0x0037, 0x007D, 0x1035, 0x1000, 0x1013
_SMTP_ADDRESS, _ADDRESS = 0x5D01, 0x0C1F
_SENT, _DELIVERED = 0x0039, 0x0E06
_LONG_NAME, _SHORT_NAME, _CONTENT = 0x3707, 0x3704, 0x3701
_STREAM = 2
"""olefile's word for a stream, as against a storage."""

_EPOCH = 11_644_473_600
"""Seconds from 1601, where a FILETIME starts, to 1970."""


class Broken(Exception):
    """No message that Outlook could have saved."""


class NoReader(Exception):
    """The library that opens compound files is not installed."""


@dataclass(frozen=True)
class Saved:
    """What a .msg file holds: its header fields, bodies, attachments and messages attached to it."""

    header: Message
    sent: float
    delivered: float
    bodies: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]
    messages: tuple[Saved, ...]


def saved_message(data: bytes, depth: int) -> Saved:
    """Reads a .msg file with messages nested at most `depth` deep. Raises Broken, NoReader, RecursionError
    when it is nested deeper."""
    try:
        import olefile
    except ImportError:
        raise NoReader from None
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as book:
            return _message(book, (), 32, depth)
    except (RecursionError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 (on a broken file olefile raises whatever its parser stumbles on)
        raise Broken from None


def _message(book: Any, at: tuple[str, ...], start: int, depth: int) -> Saved:
    """One message; its fixed properties begin after 32 bytes, those of a nested one after 24 (2.4)."""
    if depth < 0:
        raise RecursionError
    header = HeaderParser().parsestr(_text(book, at, _HEADERS))
    for name, value in (
        ("From", _text(book, at, _SMTP_ADDRESS) or _text(book, at, _ADDRESS)),
        ("Subject", _text(book, at, _SUBJECT)),
        ("Message-ID", _text(book, at, _MESSAGE_ID)),
    ):
        if value and header.get(name) is None:
            header[name] = value
    times = _times(_stream(book, (*at, "__properties_version1.0"))[start:])
    files, messages = [], []
    for folder in _attachments(book, at):
        inner = (*folder, f"__substg1.0_{_CONTENT:04X}000D")
        if book.exists([*inner, "__properties_version1.0"]):
            messages.append(_message(book, inner, 24, depth - 1))
        else:
            name = _text(book, folder, _LONG_NAME) or _text(book, folder, _SHORT_NAME)
            files.append((name, _stream(book, (*folder, f"__substg1.0_{_CONTENT:04X}0102"))))
    html = _stream(book, (*at, f"__substg1.0_{_HTML:04X}0102"))
    bodies = tuple(body for body in (_text(book, at, _BODY), text_of(html)) if body)
    return Saved(header, times.get(_SENT, 0.0), times.get(_DELIVERED, 0.0), bodies, tuple(files), tuple(messages))


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
    return text_of(_stream(book, (*at, f"__substg1.0_{tag:04X}001E"))).rstrip("\0")


def _times(properties: bytes) -> dict[int, float]:
    """The PtypTime properties (0x0040), 100 nanoseconds since 1601, in seconds since 1970."""
    found = {}
    for at in range(0, len(properties) - 15, 16):
        kind, tag, _, ticks = struct.unpack_from("<HHIQ", properties, at)
        if kind == 0x40:
            found[tag] = max(0.0, ticks / 10_000_000 - _EPOCH)
    return found
