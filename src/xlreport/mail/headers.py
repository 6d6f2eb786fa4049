"""Header fields as mail programs really write them: encoded words (RFC 2047) split inside a character or
inside quotes, parameters (RFC 2231) in pieces, raw GBK and UTF-8 bytes."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from xlreport.submission import CHINA

_WORD = re.compile(r"=\?([^?\s]*)\?([BbQq])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?[^?\s]*\?[BbQq]\?)")
_ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]]+@[^\s@<>\"',;:()\[\]]+")

_SAME_BUT_LARGER = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "x-gbk": "gb18030"}
"""Programs say gb2312 and write characters that only its successors have."""

_KNOWN = re.compile(
    r"utf-?8|utf-?7|us-ascii|ascii|gb18030|hz|big5(-?hkscs)?|cp95[0-9]|iso-8859-\d+|windows-\d+|cp125\d"
)


def text_of(raw: bytes, charset: str = "") -> str:
    """Bytes as text: in the charset that was said if it fits, else UTF-8, else GB 18030."""
    said = charset.strip().strip("\"'").split("*", 1)[0].lower()
    said = _SAME_BUT_LARGER.get(said, said)
    for name in (said if _KNOWN.fullmatch(said) else "", "utf-8", "gb18030"):
        try:
            return raw.decode(name or "utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("gb18030", "replace")


def decode_words(text: str) -> str:
    """Encoded words as text. Neighbours of one charset are joined as bytes first, because programs split
    them inside a character against RFC 2047 section 5."""
    joined = _BETWEEN.sub(r"\1\2", text)
    said, end = "", 0
    waiting: list[str] = []
    kind = ("", "")
    for word in _WORD.finditer(joined):
        between = joined[end : word.start()]
        if between or (word[1].lower(), word[2].upper()) != kind:
            said += _decoded(kind, waiting) + between
            waiting, kind = [], (word[1].lower(), word[2].upper())
        waiting.append(word[3])
        end = word.end()
    return said + _decoded(kind, waiting) + joined[end:]


def _decoded(kind: tuple[str, str], pieces: list[str]) -> str:
    """Neighbouring words of one charset and one encoding."""
    charset, encoding = kind
    raw = [piece.encode("utf-8", "surrogateescape") for piece in pieces]
    if encoding == "Q":
        return text_of(b"".join(binascii.a2b_qp(piece, header=True) for piece in raw), charset)
    kept = [re.sub(rb"[^A-Za-z0-9+/]", b"", piece) for piece in raw]
    if any(len(one) % 4 and b"=" not in piece for one, piece in zip(kept[:-1], raw[:-1], strict=True)):
        kept = [b"".join(kept)]
    return text_of(b"".join(map(_base64, kept)), charset)


def _base64(kept: bytes) -> bytes:
    whole = kept[:-1] if len(kept) % 4 == 1 else kept
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def raw_text(value: object) -> str:
    """A header field's body as it stands in the message: unfolded, bytes beyond ASCII decoded."""
    raw = str(value).encode("utf-8", "surrogateescape")
    return re.sub(r"[\r\n\0]+", "", text_of(raw))


def fields(part: Message, name: str) -> Iterator[str]:
    """The bodies of all fields of that name. `Message.get` would hide raw bytes behind a Header object."""
    for key, value in part.raw_items():
        if key.lower() == name.lower():
            yield raw_text(value)


def field(part: Message, name: str) -> str:
    """The body of the first field of that name, decoded; empty when there is none."""
    return decode_words(next(fields(part, name), "")).strip()


def parameter(part: Message, header: str, name: str) -> str:
    """A parameter of a field, in RFC 2231, in encoded words, or raw; empty when there is none."""
    for body in fields(part, header):
        # parsed as text, because the second byte of a GBK character may be a backslash
        plain = Message()
        plain[header] = body
        found = [value for key, value in plain.get_params([], header) if key.lower() == name]
        extended = [value for value in found if isinstance(value, tuple)]
        for value in (*extended, *found):
            if isinstance(value, tuple):
                charset, _, said = value
                return decode_words(text_of(said.encode("latin-1", "replace"), charset or ""))
            if value:
                return decode_words(value)
    return ""


def file_name(part: Message) -> str:
    """What the part's file is called: Content-Disposition first, then Content-Type (RFC 2183, RFC 2045)."""
    return parameter(part, "content-disposition", "filename") or parameter(part, "content-type", "name")


def addresses(text: str) -> tuple[str, ...]:
    """The mailboxes in a field, in lower case; what is none is left out."""
    found = [address for _, address in getaddresses([text]) if _ADDRESS.fullmatch(address)]
    return tuple(a.lower() for a in found or _ADDRESS.findall(text))


def moment(text: str) -> float:
    """A Date field in seconds, one without a zone taken as China's; 0 when it cannot be read."""
    try:
        when = parsedate_to_datetime(text)
        when = when if when.tzinfo else when.replace(tzinfo=CHINA)
        return max(0.0, when.timestamp())
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return 0.0


def china(seconds: float) -> dt.datetime:
    """Seconds as a time of day in China."""
    return dt.datetime.fromtimestamp(seconds, CHINA)
