"""Raw messages as mail programs in China write them, winmail.dat ([MS-OXTNEF]) and .msg files ([MS-OXMSG]).

`reply` writes one in any of STYLES; what is odd about a style is how it writes names and bytes.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from urllib.parse import quote_from_bytes

from xlreport.clock import china

SENT = 1_768_442_400.0
"""2026-01-15 10:00 in China."""

Files = Sequence[tuple[str, bytes]]
Named = Callable[[str], bytes]
"""Writes the fields that name a file, without the kind of it."""

XLSX = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OCTETS = b"application/octet-stream"


# --- names of files -------------------------------------------------------------------------------


def b_word(raw: bytes, charset: str) -> bytes:
    return b"=?%s?B?%s?=" % (charset.encode(), base64.b64encode(raw))


def q_word(raw: bytes, charset: str) -> bytes:
    return b"=?%s?Q?%s?=" % (charset.encode(), "".join(f"={byte:02X}" for byte in raw).encode())


def words(
    name: str,
    charset: str,
    size: int = 0,
    *,
    codec: str = "",
    word: Callable[[bytes, str], bytes] = b_word,
) -> bytes:
    """Encoded words of `size` bytes each, wherever that cuts characters; a size of 0 writes one word."""
    raw = name.encode(codec or charset)
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)] if size and raw else [raw]
    return b"\r\n ".join(word(piece, charset) for piece in pieces)


def one_stream(name: str, charset: str, size: int) -> bytes:
    """One base64 stream cut into words, not at a multiple of four letters."""
    stream = base64.b64encode(name.encode(charset))
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)] or [b""]
    return b"\r\n\t".join(b"=?%s?B?%s?=" % (charset.encode(), piece) for piece in pieces)


def percent(raw: bytes) -> bytes:
    return quote_from_bytes(raw, safe="").encode()


def rfc2231(name: str, charset: str) -> bytes:
    return b"filename*=%s''%s" % (charset.encode(), percent(name.encode(charset)))


def rfc2231_pieces(name: str, charset: str, size: int) -> bytes:
    """Continuations of `size` bytes of the name each, so that characters are split."""
    raw = name.encode(charset)
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)] or [b""]
    first = b"%s''" % charset.encode()
    return b";\r\n\t".join(
        b"filename*%d*=%s%s" % (number, first if not number else b"", percent(piece))
        for number, piece in enumerate(pieces)
    )


def quoted(raw: bytes) -> bytes:
    return raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def disposition(parameters: bytes) -> bytes:
    return b"Content-Disposition: attachment;\r\n\t" + parameters


def in_words(
    charset: str, size: int = 0, *, codec: str = "", word: Callable[[bytes, str], bytes] = b_word
) -> Named:
    """filename="=?...?=", which RFC 2047 forbids and most programs write."""
    return lambda name: disposition(
        b'filename="%s"' % words(name, charset, size, codec=codec, word=word)
    )


def raw_bytes(charset: str) -> Named:
    """The name as bytes in the header, as programs write it that know nothing of RFC 2047."""
    return lambda name: disposition(b'filename="%s"' % name.encode(charset))


# --- parts ------------------------------------------------------------------------------------------


def base64_lines(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def quoted_printable(data: bytes) -> bytes:
    return binascii.b2a_qp(data, istext=False).replace(b"\n", b"\r\n")


def uuencoded(data: bytes, name: str = "1") -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45]).rstrip(b"\n") for at in range(0, len(data), 45)]
    return b"\r\n".join([b"begin 644 " + name.encode(), *lines, b"`", b"end", b""])


ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64_lines,
    "quoted-printable": quoted_printable,
    "8bit": bytes,
    "x-uuencode": uuencoded,
}


def part(fields: bytes, data: bytes, encoding: str = "base64", *, upper: bool = False) -> bytes:
    """Header and body of a part. `upper` writes the field names in capitals."""
    header = fields + b"\r\nContent-Transfer-Encoding: " + encoding.encode()
    if upper:
        lines = header.split(b"\r\n")
        header = b"\r\n".join(line if line[:1].isspace() else shout(line) for line in lines)
    return header + b"\r\n\r\n" + ENCODINGS.get(encoding, bytes)(data)


def shout(line: bytes) -> bytes:
    name, colon, rest = line.partition(b":")
    return name.upper() + colon + rest


def attachment(name: str, data: bytes, kind: bytes = XLSX, encoding: str = "base64") -> bytes:
    """A plain attachment as RFC 2231 wants it."""
    return part(
        b"Content-Type: %s\r\n%s" % (kind, disposition(rfc2231(name, "utf-8"))), data, encoding
    )


def text(words: str, kind: str = "plain", charset: str = "utf-8") -> bytes:
    return part(
        b"Content-Type: text/%s; charset=%s" % (kind.encode(), charset.encode()),
        words.encode(charset, "replace"),
    )


def multipart(
    kind: str, parts: Iterable[bytes], boundary: bytes = b"=_0", *, close: bool = True
) -> bytes:
    body = b"".join(b"\r\n--%s\r\n%s" % (boundary, one) for one in parts)
    end = b"\r\n--%s--\r\n" % boundary if close else b""
    return (
        b'Content-Type: multipart/%s;\r\n\tboundary="%s"\r\n\r\n' % (kind.encode(), boundary)
        + body
        + end
    )


def attached_message(raw: bytes) -> bytes:
    return b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + raw


def envelope(
    sender: str,
    to: str,
    subject: str,
    *,
    identity: str = "<1@example.org>",
    when: float = SENT,
    extra: bytes = b"",
) -> bytes:
    """The fields of a message down to its Content-Type."""
    fields = (
        b"Received: from mx (unknown [192.0.2.1])\r\n\tby mail.example.org; " + date(when + 60),
        b"From: " + sender.encode(),
        b"To: " + to.encode(),
        b"Subject: " + words(subject, "utf-8", 45),
        b"Date: " + date(when),
        b"Message-ID: " + identity.encode(),
        b"MIME-Version: 1.0",
    )
    return b"\r\n".join(field for field in fields if not field.endswith(b": ")) + b"\r\n" + extra


def date(when: float) -> bytes:
    return format_datetime(china(when)).encode()


# --- styles of programs -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Style:
    """How one program writes attachments: the field that names a file, its type, its encoding, and whether
    the name is on Content-Type too."""

    named: Named
    kind: bytes = OCTETS
    encoding: str = "base64"
    on_type: Named | None = None
    boundary: bytes = b"=_0"
    upper: bool = False
    extra: bytes = b""

    def file(self, name: str, data: bytes) -> bytes:
        kind = (
            b"Content-Type: "
            + self.kind
            + (b";\r\n\t" + self.on_type(name) if self.on_type else b"")
        )
        fields = self.named(name)
        return part(
            kind + (b"\r\n" + fields if fields else b""), data, self.encoding, upper=self.upper
        )


def _type_name(charset: str, size: int = 0, *, codec: str = "") -> Named:
    return lambda name: b'name="%s"' % words(name, charset, size, codec=codec)


def _nameless(name: str) -> bytes:
    return b""


STYLES: dict[str, Style] = {
    # web mail and clients
    "qq": Style(
        in_words("gb18030"),
        on_type=_type_name("gb18030"),
        boundary=b"----=_NextPart_69685B2E_0BF0",
        extra=b"X-Mailer: QQMail 2.x\r\n",
    ),
    "163": Style(
        in_words("GBK", 45),
        on_type=_type_name("GBK", 45),
        boundary=b"----=_Part_1_1.1",
        extra=b"X-Mailer: Coremail Webmail Server\r\n",
    ),
    "foxmail": Style(
        in_words("GB2312", 29),
        on_type=_type_name("GB2312", 29),
        boundary=b"----=_001_NextPart1_=----",
        extra=b"X-Mailer: Foxmail 7.2\r\n",
    ),
    "outlook": Style(
        in_words("gb2312", codec="gb18030"),
        XLSX,
        on_type=_type_name("gb2312", codec="gb18030"),
        boundary=b"_004_PUZPR01MB_",
    ),
    "iphone": Style(
        lambda name: disposition(rfc2231(name, "utf-8")),
        XLSX,
        boundary=b"Apple-Mail-1-1",
        extra=b"X-Mailer: iPhone Mail (21A329)\r\n",
    ),
    "thunderbird": Style(
        lambda name: disposition(rfc2231_pieces(name, "UTF-8", 20)),
        XLSX,
        on_type=_type_name("UTF-8"),
        boundary=b"------------0a1B",
    ),
    # names
    "rfc2231 gbk in pieces": Style(lambda name: disposition(rfc2231_pieces(name, "GBK", 3))),
    "q words": Style(in_words("utf-8", 20, word=q_word)),
    "words split in a character": Style(in_words("utf-8", 4)),
    "one base64 stream": Style(
        lambda name: disposition(b'filename="%s"' % one_stream(name, "GBK", 10))
    ),
    "raw gbk": Style(raw_bytes("gbk")),
    "raw utf-8": Style(raw_bytes("utf-8")),
    "gb2312 said, gb18030 written": Style(in_words("gb2312", codec="gb18030")),
    "gb2312 said, utf-8 written": Style(in_words("gb2312", codec="utf-8")),
    "latin-1 said, gbk written": Style(in_words("iso-8859-1", codec="gb2312")),
    "name on the type only": Style(_nameless, on_type=_type_name("GBK")),
    "no name": Style(_nameless),
    # bytes
    "quoted-printable": Style(in_words("utf-8"), encoding="quoted-printable"),
    "8bit": Style(in_words("utf-8"), encoding="8bit"),
    "x-uuencode": Style(in_words("utf-8"), encoding="x-uuencode"),
    "capitals": Style(in_words("GBK"), upper=True),
}
"""Every one of them keeps all names that GB 2312 can write, but for "no name", and all bytes."""


def reply(
    sender: str,
    to: str,
    subject: str,
    attachments: Files,
    style: str = "qq",
    *,
    body: str = "您好，报表见附件。",
    identity: str = "<1@example.org>",
    when: float = SENT,
    more: Iterable[bytes] = (),
) -> bytes:
    """A message with attachments as a program writes it; `more` are parts behind them."""
    program = STYLES[style]
    letter = multipart(
        "alternative", [text(body), text(f"<div>{body}</div>", "html")], program.boundary + b"_a"
    )
    files = [program.file(name, data) for name, data in attachments]
    head = envelope(sender, to, subject, identity=identity, when=when, extra=program.extra)
    return head + multipart("mixed", [letter, *files, *more], program.boundary)


# --- winmail.dat ------------------------------------------------------------------------------------

TNEF = b"\x78\x9f\x3e\x22\x01\x00"
I_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
I_STORAGE = bytes.fromhex("0b00000000000000c000000000000046")
Property = tuple[int, int, bytes]


def tnef_attribute(level: int, kind: int, data: bytes) -> bytes:
    return (
        struct.pack("<BII", level, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
    )


def tnef_properties(properties: Iterable[Property]) -> bytes:
    """Properties of four kinds: text of both widths, bytes, and objects; every one with one value."""
    listed = list(properties)
    said = struct.pack("<I", len(listed))
    for name, kind, value in listed:
        fixed = {3: 4, 0x40: 8}.get(kind)
        said += struct.pack("<HH", kind, name)
        said += (
            value.ljust(fixed, b"\0")
            if fixed
            else struct.pack("<II", 1, len(value)) + value + bytes(-len(value) % 4)
        )
    return said


def winmail(
    files: Files = (),
    *,
    short: bool = False,
    nested: Sequence[tuple[str, bytes]] = (),
    sender: str = "",
    named: bytes = b"",
) -> bytes:
    """A TNEF stream. Names are long and in Unicode, or (`short`) only of the old form in GBK. `nested` are
    further streams, each a message. `named` are raw properties put before the others of each file."""
    stream = TNEF + tnef_attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    if sender:
        stream += tnef_attribute(
            1, 0x00069003, tnef_properties([(0x0C1F, 0x1F, wide(sender + "\0"))])
        )
    for name, data in files:
        stream += tnef_attribute(2, 0x00069002, bytes(14))
        stream += tnef_attribute(2, 0x00018010, name.encode("gbk", "replace") + b"\0")
        stream += tnef_attribute(2, 0x0006800F, data)
        if not short:
            stream += tnef_attribute(
                2,
                0x00069005,
                tnef_properties([(0x3705, 3, b"\1"), (0x3707, 0x1F, wide(name + "\0"))]),
            )
    for name, inner in nested:
        stream += tnef_attribute(2, 0x00069002, bytes(14))
        properties = [(0x3001, 0x1F, wide(name + "\0")), (0x3701, 0xD, I_MESSAGE + inner)]
        stream += tnef_attribute(2, 0x00069005, tnef_properties(properties))
    return stream


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


# --- compound files and .msg ------------------------------------------------------------------------

Tree = dict[str, "bytes | Tree"]
"""Names of streams and storages below a storage."""

_SECTOR, _FREE, _END, _FAT, _NONE = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


@dataclass
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    start: int = _END

    def packed(self) -> bytes:
        name = wide(self.name)
        head = name.ljust(64, b"\0") + struct.pack(
            "<HBB", len(name) + 2 if self.name else 0, self.kind, 1
        )
        links = struct.pack("<III", self.left, self.right, self.child)
        return head + links + bytes(16 + 4 + 16) + struct.pack("<IQ", self.start, len(self.data))


def compound(tree: Tree) -> bytes:
    """A compound file ([MS-CFB], version 3). Streams below 4096 bytes lie in the mini stream."""
    entries = [_Entry("Root Entry", 5)]
    _entered(entries, tree, 0)
    chains: list[bytes] = []
    table: list[int] = []

    def chained(data: bytes) -> int:
        count = -(-len(data) // _SECTOR)
        if not count:
            return _END
        first = len(table)
        table.extend([*range(first + 1, first + count), _END])
        chains.append(data.ljust(count * _SECTOR, b"\0"))
        return first

    mini = b""
    small: list[int] = []
    for entry in entries:
        if entry.kind == 2 and len(entry.data) >= 4096:
            entry.start = chained(entry.data)
        elif entry.data:
            count = -(-len(entry.data) // 64)
            entry.start = len(small)
            small += [*range(entry.start + 1, entry.start + count), _END]
            mini += entry.data.ljust(count * 64, b"\0")
    entries[0].data, entries[0].start = mini, chained(mini)
    mini_table = struct.pack(f"<{len(small)}I", *small).ljust(
        -(-len(small) // 128) * _SECTOR, b"\xff"
    )
    mini_start = chained(mini_table)
    entries += [_Entry("", 0) for _ in range(-len(entries) % 4)]
    directory = chained(b"".join(entry.packed() for entry in entries))
    fats = 1
    while (len(table) + fats) > fats * 128:
        fats += 1
    at = len(table)
    table += [_FAT] * fats
    table += [_FREE] * (-len(table) % 128)
    assert fats <= 109, "a larger file needs a double-indirect table"
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    header += struct.pack(
        "<IIIIIIIII", 0, fats, directory, 0, 4096, mini_start, len(mini_table) // _SECTOR, _END, 0
    )
    header += struct.pack("<109I", *(at + i if i < fats else _FREE for i in range(109)))
    return header + b"".join(chains) + struct.pack(f"<{len(table)}I", *table)


def _entered(entries: list[_Entry], tree: Tree, parent: int) -> None:
    """Adds the entries of a storage as a balanced tree, ordered by length and name (2.6.4)."""
    numbers = []
    for name in sorted(tree, key=lambda name: (len(name), name.upper())):
        value = tree[name]
        entries.append(_Entry(name, 2, value) if isinstance(value, bytes) else _Entry(name, 1))
        numbers.append(len(entries) - 1)
        if not isinstance(value, bytes):
            _entered(entries, value, len(entries) - 1)

    def middle(some: list[int]) -> int:
        if not some:
            return _NONE
        half = len(some) // 2
        entry = entries[some[half]]
        entry.left, entry.right = middle(some[:half]), middle(some[half + 1 :])
        return some[half]

    entries[parent].child = middle(numbers)


def stream(tag: int, value: str | bytes) -> Tree:
    """One property as a stream: a text in Unicode, or bytes."""
    return {
        f"__substg1.0_{tag:04X}{'001F' if isinstance(value, str) else '0102'}": wide(value)
        if isinstance(value, str)
        else value
    }


def message_tree(
    sender: str = "",
    subject: str = "",
    files: Files = (),
    messages: Iterable[Tree] = (),
    *,
    headers: str = "",
    body: str = "",
    sent: float = 0.0,
    more: Iterable[Tree] = (),
    inside: bool = False,
) -> Tree:
    """The storage of a message. Names of `files` are long ones; `more` are further attachments as they are."""
    times = (
        struct.pack("<HHIQ", 0x40, 0x0039, 6, int((sent + 11_644_473_600) * 10_000_000))
        if sent
        else b""
    )
    tree: Tree = {"__properties_version1.0": bytes(24 if inside else 32) + times}
    for tag, value in ((0x5D01, sender), (0x0037, subject), (0x007D, headers), (0x1000, body)):
        tree |= stream(tag, value) if value else {}
    attached: list[Tree] = [stream(0x3707, name) | stream(0x3701, data) for name, data in files]
    attached += [{"__substg1.0_3701000D": inner} for inner in messages]
    for number, one in enumerate([*attached, *more]):
        tree[f"__attach_version1.0_#{number:08X}"] = {"__properties_version1.0": bytes(8), **one}
    return tree


def msg(
    sender: str = "",
    subject: str = "",
    files: Files = (),
    messages: Iterable[Tree] = (),
    **rest: object,
) -> bytes:
    """A .msg file."""
    return compound(message_tree(sender, subject, files, messages, **rest))  # type: ignore[arg-type]
