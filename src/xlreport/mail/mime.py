"""A message taken apart: its parts, the bytes of a part, and what is wrong with its structure.

Sources: RFC 2045 (transfer encodings), RFC 2046 (multiparts).
"""

from __future__ import annotations

import binascii
import copy
import email
import quopri
import re
import string
from collections.abc import Iterator
from email import errors
from email.message import Message
from email.parser import BytesHeaderParser, HeaderParser
from email.policy import Compat32
from typing import Any, NamedTuple

from xlreport.mail.headers import MOST, fields, parameter, text_of

_FIELDS = frozenset({"from", "date", "received", "message-id", "subject", "return-path"})
"""A text with none of these header fields is no message."""

_HEAD = 1_000_000
"""Bytes in which a header ends."""

_BEGINNING = 4096
"""Bytes in which a file that is no text has a zero."""

_IN_FRONT = b"\xef\xbb\xbf\r\n"
"""What programs leave before the first field: a byte order mark, blank lines."""

LETTERS = frozenset({"message/rfc822", "message/global", "message/news"})
ENCODED = "application/x-encoded-message"
"""Our word for a message in base64, which RFC 2045 forbids: the library would read the encoded
bytes as a message."""

_STRAY = re.compile(
    r"^(?:content-(?:type|disposition|transfer-encoding)\s*:|begin [0-7]{3,4} \S|=ybegin )"
    r"|(?:^[a-z0-9+/]{40,76}={0,2}[ \t]*\r?\n){3}|[a-z0-9+/]{240}",
    re.I | re.M,
)
"""What a file looks like that lies outside of the boundaries; base64 in lines or in one."""
_WRITTEN_OUT = re.compile(
    rb"^content-(?:disposition\s*:\s*attachment|transfer-encoding\s*:\s*(?:base64|quoted|8bit|x-uu))"
    rb"|(?:^[a-z0-9+/]{60,76}\r?\n){4}",
    re.I | re.M,
)
_BASE64 = (string.ascii_letters + string.digits + "+/=").encode()
_BROKEN = (
    errors.StartBoundaryNotFoundDefect,
    errors.NoBoundaryInMultipartDefect,
    errors.MultipartInvariantViolationDefect,
    errors.MissingHeaderBodySeparatorDefect,
)


class _AsSent(Compat32):
    """Keeps fields as they came, cut to a length; the newer policies raise on many broken ones."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:MOST]

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 (the library's argument)
        return value


_POLICY = _AsSent()


class _Part(Message):
    """A part whose boundary and type are read with more care than the library's."""

    def get_content_type(self) -> str:
        kind = super().get_content_type()
        if kind in LETTERS and encoded(self):
            return ENCODED
        return kind

    def get_boundary(self, failobj: Any = None) -> Any:
        return parameter(self, "content-type", "boundary").rstrip() or failobj


class Content(NamedTuple):
    """A part's bytes; `whole` unless its transfer encoding is damaged; the name that uuencode
    has for it."""

    data: bytes
    whole: bool = True
    name: str = ""


def parsed(data: bytes) -> Message:
    """A message and its parts. Raises RecursionError when they are nested too deep."""
    return email.message_from_bytes(data.lstrip(_IN_FRONT), _Part, policy=_POLICY)


def head(data: bytes) -> Message:
    """The header of a message."""
    beginning = data[:_HEAD].lstrip(_IN_FRONT)
    return BytesHeaderParser(_Part, policy=_POLICY).parsebytes(beginning)


def header_of(text: str) -> Message:
    """Header fields alone."""
    return HeaderParser(_Part, policy=_POLICY).parsestr(text)


def is_message(message: Message) -> bool:
    """Whether it has any header field that messages have."""
    return bool(_names(message) & _FIELDS)


def is_letter(data: bytes) -> bool:
    """Whether a file of an unknown kind is a message: at least three fields that messages have."""
    return may_be_text(data) and len(_names(head(data)) & _FIELDS) >= 3


def may_be_text(data: bytes) -> bool:
    """Whether a file may be a text in an encoding of single bytes."""
    return b"\0" not in data[:_BEGINNING]


def _names(message: Message) -> set[str]:
    return {name.lower() for name, _ in message.raw_items()}


def inside(part: Message) -> Iterator[Message]:
    """The parts of a part, or the message in it."""
    payload = part.get_payload() if part.is_multipart() else ()
    for inner in payload:
        if isinstance(inner, Message):
            yield inner


def broken(part: Message) -> bool:
    """Whether files may be hidden: no boundary, a header that ends in the middle, parts outside
    of the boundaries."""
    if any(isinstance(defect, _BROKEN) for defect in part.defects):
        return True
    outside = (part.preamble or "", part.epilogue or "")
    return any(_STRAY.search(text) for text in outside)


def has_parts(text: bytes) -> bool:
    """Whether the bytes of a text are parts that the parser took for it, because a header above
    is damaged."""
    return _WRITTEN_OUT.search(text) is not None


def cut_off(part: Message) -> bool:
    """Whether the last boundary is missing."""
    return any(isinstance(defect, errors.CloseBoundaryNotFoundDefect) for defect in part.defects)


def encoded(part: Message) -> str:
    """The transfer encoding, by its letters: programs add spaces, quotes, comments and
    parameters."""
    named = next(fields(part, "content-transfer-encoding"), "")
    letters = re.sub(r"[^a-z0-9]", "", named.lower())
    known = (name for name in ("base64", "quotedprintable", "uu") if name in letters)
    return next(known, "")


def content(part: Message) -> Content:
    """The bytes of a part, none if it has parts."""
    bare = copy.copy(part)
    del bare["content-transfer-encoding"]
    payload = bare.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    match encoded(part):
        case "base64":
            return _base64(raw)
        case "quotedprintable":
            return Content(quopri.decodestring(raw))
        case "uu":
            return _uuencoded(raw)
    return Content(raw)


def _base64(raw: bytes) -> Content:
    """Lines with other characters are a gateway's words. Some programs pad every piece that they
    encode."""
    letters = raw.translate(None, b" \t\r\n")
    is_clean = not letters.translate(None, _BASE64)
    if not is_clean:
        lines = (line.translate(None, b" \t\r") for line in raw.split(b"\n"))
        letters = b"".join(line for line in lines if not line.translate(None, _BASE64))
    pieces = letters.split(b"=")
    is_complete = not any(_is_cut(piece) for piece in pieces) and len(pieces[-1]) % 4 == 0
    data = b"".join(map(_decoded, pieces))
    return Content(data, is_clean and is_complete)


def _is_cut(piece: bytes) -> bool:
    """Whether base64 ends with a single letter, which holds no whole byte."""
    return len(piece) % 4 == 1


def _decoded(piece: bytes) -> bytes:
    """Base64 without its padding, as far as it holds whole bytes."""
    usable = piece[:-1] if _is_cut(piece) else piece
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))


_BEGIN = re.compile(rb"begin [0-7]{3,4} (.*)")


def _uuencoded(raw: bytes) -> Content:
    lines = iter(raw.splitlines())
    begins = (_BEGIN.match(line) for line in lines)
    begin = next(filter(None, begins), None)
    if begin is None:
        return Content(raw, whole=False)
    name = text_of(begin[1]).strip()
    data: list[bytes] = []
    for line in lines:
        if line.strip() == b"end":
            return Content(b"".join(data), name=name)
        try:
            data.append(_uudecoded(line))
        except binascii.Error:
            break
    return Content(b"".join(data), whole=False, name=name)


def _uudecoded(line: bytes) -> bytes:
    """A line, whose first character tells how many bytes it holds; some programs write a
    checksum behind it. Raises binascii.Error."""
    if not line:
        return binascii.a2b_uu(b" ")
    size = line[0] - 32 & 63
    letters = (size * 4 + 5) // 3
    return binascii.a2b_uu(line[:letters])
