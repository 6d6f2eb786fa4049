"""Attachments inside winmail.dat, which Outlook sends instead of MIME parts. Source:
[MS-OXTNEF]."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from xlreport.mail.headers import addresses, text_of

SIGNATURE = b"\x78\x9f\x3e\x22"

_NEW, _TITLE, _DATA, _PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
"""attAttachRendData, attAttachTitle, attAttachData, attAttachment (2.1.3.3)."""

_OF_MESSAGE = 0x00069003
"""attMsgProps."""

_LONG_NAME, _SHOWN_NAME, _CONTENT = 0x3707, 0x3001, 0x3701
_SENDER = (0x5D01, 0x0C1F)
_FIXED = {2: 4, 3: 4, 4: 4, 0xA: 4, 0xB: 4, 5: 8, 6: 8, 7: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_OBJECT, _NARROW, _WIDE, _BINARY = 0xD, 0x1E, 0x1F, 0x102
_MESSAGE = bytes.fromhex("07030200 00000000 c0000000 00000046")
"""IID_IMessage: the object is itself a message."""


class Broken(Exception):
    """The stream ends early or a checksum does not fit."""


@dataclass
class Piece:
    """One attachment: its name and its bytes; `nested` when the bytes are themselves a TNEF
    stream."""

    name: str = ""
    data: bytes = b""
    nested: bool = False
    _long: bool = field(default=False, repr=False)


def pieces(stream: bytes) -> list[Piece]:
    """All attachments of a TNEF stream. Raises Broken."""
    attachments: list[Piece] = []
    try:
        for kind, data in _attributes(stream):
            if kind == _NEW:
                attachments.append(Piece())
            elif not attachments:
                continue
            elif kind == _TITLE and not attachments[-1]._long:
                attachments[-1].name = text_of(data.split(b"\0", 1)[0])
            elif kind == _DATA:
                attachments[-1].data = data
            elif kind == _PROPERTIES:
                _take(attachments[-1], data)
    except (struct.error, IndexError):
        raise Broken from None
    return attachments


def senders(stream: bytes) -> tuple[str, ...]:
    """Who sent the message, as far as its properties say it."""
    try:
        for kind, data in _attributes(stream):
            if kind == _OF_MESSAGE:
                return _senders(data)
    except (struct.error, IndexError, Broken):
        pass
    return ()


def _senders(properties: bytes) -> tuple[str, ...]:
    """The addresses in the first of the sender's properties that has any."""
    texts = {
        name: _text(kind, value) for name, kind, value in _properties(properties) if name in _SENDER
    }
    candidates = (addresses(texts.get(name, "")) for name in _SENDER)
    return next(filter(None, candidates), ())


def _attributes(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Each attribute's id and data (2.1.3.1): level, id, length, data, checksum."""
    if not stream.startswith(SIGNATURE):
        raise Broken
    offset = 6
    end = len(stream.rstrip(b"\0\r\n"))
    while offset < end:
        _, kind, length = struct.unpack_from("<BII", stream, offset)
        start = offset + 9
        data = stream[start : start + length]
        (checksum,) = struct.unpack_from("<H", stream, start + length)
        if len(data) != length or sum(data) & 0xFFFF != checksum:
            raise Broken
        yield kind, data
        offset = start + length + 2


def _take(piece: Piece, data: bytes) -> None:
    """Name and content from an attachment's properties (2.1.3.4)."""
    shown = ""
    for name, kind, value in _properties(data):
        if name in (_LONG_NAME, _SHOWN_NAME) and kind in (_NARROW, _WIDE):
            text = _text(kind, value)
            if name == _LONG_NAME and text:
                piece.name, piece._long = text, True
            elif name == _SHOWN_NAME:
                shown = text
        elif name == _CONTENT and kind == _OBJECT:
            piece.data = value[16:]
            piece.nested = value.startswith(_MESSAGE)
        elif name == _CONTENT and kind == _BINARY:
            piece.data = value
    piece.name = piece.name or shown


def _text(kind: int, value: bytes) -> str:
    if kind == _WIDE:
        text = value.decode("utf-16-le", "replace")
    else:
        text = text_of(value.split(b"\0", 1)[0])
    return text.split("\0", 1)[0]


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each value of each property (2.1.3.4): the property's name, its type, the bytes."""
    (count,) = struct.unpack_from("<I", data)
    offset = 4
    for _ in range(count):
        kind, name = struct.unpack_from("<HH", data, offset)
        offset += 4
        if name >= 0x8000:
            offset = _named(data, offset)
        is_multiple, kind = bool(kind & 0x1000), kind & 0x0FFF
        values = 1
        if is_multiple or kind not in _FIXED:
            (values,) = struct.unpack_from("<I", data, offset)
            offset += 4
        for _ in range(values):
            value, offset = _value(data, offset, kind)
            yield name, kind, value


def _value(data: bytes, offset: int, kind: int) -> tuple[bytes, int]:
    """A value and where the next one begins; one without a fixed size has its length before it,
    and is padded to whole words."""
    if kind in _FIXED:
        length = width = _FIXED[kind]
    else:
        (length,) = struct.unpack_from("<I", data, offset)
        offset += 4
        width = length + -length % 4
    if offset + length > len(data):
        raise Broken
    return data[offset : offset + length], offset + width


def _named(data: bytes, offset: int) -> int:
    """Skips a property's name: a set, then a number or a padded text."""
    kind: int
    length: int
    kind, length = struct.unpack_from("<II", data, offset + 16)
    behind = offset + 24
    if kind == 0:
        return behind
    return behind + length + -length % 4
