"""Header fields as mail programs really write them: encoded words (RFC 2047) split inside a
character or inside quotes, parameters (RFC 2231) in pieces, raw GBK and UTF-8 bytes."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from email.message import Message
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from xlreport.clock import CHINA

MOST = 8_192
"""Characters of a field that are read. Programs write fewer, and hostile ones would take long."""

LATEST = 253_000_000_000.0
"""In the year 9987: later times cannot be shown in every zone."""

_WORD = re.compile(r"=\?([^?\s]*)\?([BbQq])\?(?:([^?]*)\?=|([^?]+)\??\Z)")
"""The last word of a field may have lost its end to a program that cuts fields."""

_BETWEEN = re.compile(r"(\?=)\s+(=\?[^?\s]*\?[BbQq]\?)")
_PARAMETER = re.compile(
    r"""(?:^|(?<=[;,\s]))([^\s=;,"*]+)(?:\*([0-9]{1,4}))?(\*?)\s*=\s*(?:"((?:\\.|[^\\])*?)"\s*(?=;|\Z)|([^;]*))""",
    re.DOTALL,
)
"""A value in quotes ends at a quote before a semicolon: programs do not escape quotes inside
names."""

_EXTENDED = re.compile(r"(?:utf-?8|gbk|gb2312|gb18030)'[\w-]*'", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\([^()]*\)', re.DOTALL)
_APART = re.compile(r"""[\s<>"',;:()\[\]＜＞，；]+""")
_ADDRESS = re.compile(r"[^@]+@[^@]+")
_IN_BRACKETS = re.compile(r"[<＜]([^<>＜＞]*@[^<>＜＞]*)[>＞]")
_ESCAPED = re.compile(r'\\(["\\])')
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_CST = re.compile(r"\(?\bCST\b\)?")
_LONE = re.compile("[\ud800-\udfff]")
_NOT_ESCAPED = re.compile("[\ud800-\udc7f\udd00-\udfff]")

_SAME_BUT_LARGER = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "x-gbk": "gb18030"}
"""Programs say gb2312 and write characters that only its successors have."""

_KNOWN = re.compile(
    r"hz(-gb-2312)?|big5(-?hkscs)?|cp95[0-9]|iso-8859-\d+|windows-\d+|cp125\d|utf-16([lb]e)?"
)
_LATIN = re.compile(r"iso-8859-1|windows-1252|cp1252")
_PAIRS = re.compile(rb"(?:[\0-\x7f]|[\xa1-\xf7][\xa1-\xfe])*")
"""ASCII and characters of GB 2312."""


def text_of(raw: bytes, charset: str = "") -> str:
    """Bytes as text: in the charset that was named if it fits, else UTF-8, else GB 18030. Where
    a Chinese charset, a Latin one or none was named, the bytes themselves tell UTF-8 from GB
    18030."""
    named = charset.strip().strip("\"'").split("*", 1)[0].lower()
    named = _SAME_BUT_LARGER.get(named, named)
    unicode = _utf8(raw)
    if unicode is not None and (named in ("utf-8", "utf8") or unicode.isascii()):
        return unicode
    is_latin = _LATIN.fullmatch(named) is not None
    if not is_latin and _KNOWN.fullmatch(named):
        in_named = _decoded_in(raw, named)
        if in_named is not None:
            return in_named
    # Chinese in UTF-8 has three bytes a character; two are as likely a character in GBK (通知)
    if unicode is not None and any(c >= "\u0800" for c in unicode):
        return unicode
    if is_latin and not _PAIRS.fullmatch(raw):
        return raw.decode("latin-1")
    chinese = _decoded_in(raw, "gb18030")
    if chinese is not None:
        return chinese
    if unicode is not None:
        return unicode
    return _LONE.sub("\ufffd", raw.decode("gb18030", "replace"))


def _decoded_in(raw: bytes, charset: str) -> str | None:
    """The text in a charset; None where it does not fit."""
    try:
        return _LONE.sub("\ufffd", raw.decode(charset))
    except (UnicodeDecodeError, LookupError):
        return None


def _utf8(raw: bytes) -> str | None:
    """The text if the bytes are UTF-8, the last character perhaps cut off."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        whole = raw[: error.start].decode()
        cut = error.reason == "unexpected end of data" and any(c >= "\u0800" for c in whole)
        return whole + "\ufffd" if cut else None


def _bytes(text: str) -> bytes:
    """Text as bytes, those that the parser could not read as they were."""
    return _NOT_ESCAPED.sub("\ufffd", text).encode("utf-8", "surrogateescape")


def decode_words(text: str) -> str:
    """Encoded words as text. Neighbours of one charset are joined as bytes first, because
    programs split them inside a character against RFC 2047 section 5."""
    joined = _BETWEEN.sub(r"\1\2", text)
    decoded, end = "", 0
    waiting: list[str] = []
    kind = ("", "")
    for word in _WORD.finditer(joined):
        between = joined[end : word.start()]
        own_kind = (word[1].lower(), word[2].upper())
        if between or own_kind != kind:
            decoded += _decoded(kind, waiting) + between
            waiting, kind = [], own_kind
        waiting.append(word[3] or word[4] or "")
        end = word.end()
    return decoded + _decoded(kind, waiting) + joined[end:]


def _decoded(kind: tuple[str, str], pieces: list[str]) -> str:
    """Neighbouring words of one charset and one encoding."""
    charset, encoding = kind
    raw = [_bytes(piece) for piece in pieces]
    if encoding == "Q":
        return text_of(b"".join(binascii.a2b_qp(piece, header=True) for piece in raw), charset)
    letters = [_NOT_BASE64.sub(b"", piece) for piece in raw]
    if any(_is_cut(piece) for piece in raw[:-1]):
        letters = [b"".join(letters)]
    return text_of(b"".join(map(_base64, letters)), charset)


def _is_cut(piece: bytes) -> bool:
    """Whether a program cut the base64 of a whole text into words, and did not encode each by
    itself."""
    return b"=" not in piece and len(_NOT_BASE64.sub(b"", piece)) % 4 != 0


def _base64(kept: bytes) -> bytes:
    whole = kept[:-1] if len(kept) % 4 == 1 else kept
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def raw_text(value: object) -> str:
    """A header field's body as it stands in the message: unfolded, bytes beyond ASCII decoded."""
    return re.sub(r"[\r\n\0]+", "", text_of(_bytes(str(value)[:MOST])))


def fields(part: Message, name: str) -> Iterator[str]:
    """The bodies of all fields of that name. `Message.get` would hide raw bytes behind a Header
    object."""
    for key, value in part.raw_items():
        if key.lower() == name.lower():
            yield raw_text(value)


def field(part: Message, name: str) -> str:
    """The body of the first field of that name, decoded; empty when there is none."""
    return decode_words(next(fields(part, name), "")).strip()


def parameter(part: Message, header: str, name: str) -> str:
    """A parameter of a field, in RFC 2231, in encoded words, or raw; empty when there is none."""
    values = (_parameter(body, name) for body in fields(part, header))
    return next(filter(None, values), "")


def _parameter(body: str, name: str) -> str:
    """A parameter in a field's body. In pieces (RFC 2231) it comes before one that is written as
    it is."""
    plain = ""
    pieces: dict[int, tuple[str, bool]] = {}
    for key, number, star, quoted, bare in _PARAMETER.findall(body):
        if key.lower() != name:
            continue
        # only these two are escapes: programs write names with a path in them
        value = _ESCAPED.sub(r"\1", quoted) or _unquoted(bare.strip())
        extended = bool(star or _EXTENDED.match(value))
        if number or extended:
            pieces.setdefault(int(number or 0), (value, extended))
        else:
            plain = plain or value
    return _joined(pieces) or decode_words(plain)


def _unquoted(bare: str) -> str:
    """A value without quotes, or with something behind them, or with only one."""
    inner = re.match(r'"(.+)"', bare, re.DOTALL)
    if inner:
        return inner[1]
    return bare.strip('"')


def _joined(pieces: Mapping[int, tuple[str, bool]]) -> str:
    """A value in pieces, each percent-encoded or not, the first with the charset (RFC 2231)."""
    values = [pieces[number] for number in sorted(pieces)]
    charset = ""
    if values:
        first, extended = values[0]
        if extended and first.count("'") > 1:
            charset, _, rest = first.split("'", 2)
            values[0] = (rest, True)
    raw = [unquote_to_bytes(value) if extended else value.encode() for value, extended in values]
    text = text_of(b"".join(raw), charset)
    return text if charset else decode_words(text)


_NAMED_IN = (
    ("content-disposition", "filename"),
    ("content-type", "name"),
    ("content-disposition", "name"),
    ("content-type", "filename"),
)
"""Where a file's name stands (RFC 2183, RFC 2045); some programs exchange the names of the two
parameters."""


def file_name(part: Message) -> str:
    """What the part's file is called; empty when it is not told."""
    names = (parameter(part, header, name) for header, name in _NAMED_IN)
    return next(filter(None, names), "")


def addresses(text: str) -> tuple[str, ...]:
    """The mailboxes in a field, in lower case; what is none is left out, and so are names and
    comments that look like one."""
    without_names = _QUOTED.sub(" ", text[:MOST])
    mailboxes: list[str] = []
    for entry in re.split(r"[,;，；]", without_names):
        in_brackets = _IN_BRACKETS.findall(entry)
        mailboxes += _mailboxes_in(in_brackets[-1] if in_brackets else entry)
    return tuple(dict.fromkeys(mailboxes or _mailboxes_in(text[:MOST])))


def _mailboxes_in(text: str) -> list[str]:
    words = (word.strip(".").lower() for word in _APART.split(text))
    return [word for word in words if _ADDRESS.fullmatch(word)]


def senders_of(part: Message) -> tuple[str, ...]:
    """The mailboxes in the first From field. Its encoded words are names, unless a program encoded
    the whole field."""
    return addresses(next(fields(part, "from"), "")) or addresses(field(part, "from"))


def moment(text: str) -> float:
    """A Date field in seconds, one without a zone or in "CST" taken as China's; 0 when it cannot
    be read."""
    zone = re.search(r"[+-][0-9]{4}\b", text)
    try:
        when = parsedate_to_datetime(text if zone else _CST.sub("", text))
        if when.tzinfo is None:
            # the library leaves "-0000" without a zone: UTC, from an unknown place (RFC 5322, 3.3)
            is_utc = zone is not None and zone[0] == "-0000"
            when = when.replace(tzinfo=dt.UTC if is_utc else CHINA)
        seconds = when.timestamp()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return 0.0
    return seconds if 0 <= seconds <= LATEST else 0.0
