"""No bytes make the reader raise, and what it hands out always fits what it wrote."""

from __future__ import annotations

import hashlib
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.examples import examples
from support.mails import (
    OCTETS,
    STYLES,
    attached_message,
    attachment,
    compound,
    envelope,
    message_tree,
    msg,
    multipart,
    part,
    reply,
    stream,
    text,
    winmail,
)
from xlreport.mail.messages import Mail, MailLimits, MessageReader

BOOK = b"PK\3\4" + bytes(range(256)) * 20
INNER = reply("town@x.cn", "clerk@y.cn", "报表", [("报表（一）.xlsx", BOOK)], "163")
SAVED = msg(
    "town@x.cn",
    "报表",
    [("一.xlsx", BOOK)],
    [message_tree("a@b.cn", "内", [("二.xls", b"2")], inside=True)],
)
OBJECT = compound(
    message_tree("a@b.cn", more=[stream(0x3001, "x") | {"__substg1.0_3701000D": {"Package": BOOK}}])
)
TNEF = winmail(
    [("一.xlsx", BOOK)], nested=[("转发", winmail([("二.xls", b"2")], short=True, sender="a@b.cn"))]
)
STATUS = b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822;a@b\r\nAction: failed\r\n"
GOOD = (
    *(
        reply(
            "甲 <town@x.cn>", "county@x.cn", "回复：报表", [("报表（一）.xlsx", BOOK[:300])], style
        )
        for style in STYLES
    ),
    envelope("b@z.cn", "c@x.cn", "x")
    + multipart(
        "mixed",
        [text("见", "html", "gbk"), attached_message(INNER), attachment("a.eml", INNER, OCTETS)],
    ),
    envelope("b@z.cn", "c@x.cn", "x")
    + multipart(
        "mixed",
        [
            attachment("winmail.dat", TNEF),
            attachment("a.msg", SAVED),
            part(b"Content-Type: message/rfc822", INNER),
        ],
    ),
    envelope("b@z.cn", "c@x.cn", "x")
    + multipart(
        "report; report-type=delivery-status", [text("退"), STATUS, attached_message(INNER)], b"=_7"
    ),
    SAVED,
    OBJECT,
)
TOKENS = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"\0",
        b"\xff",
        b"\xb1\xa8",
        b"--",
        b"--=_0",
        b"--=_0--",
        b";",
        b'"',
        b"'",
        b"*",
        b"=",
        b"=?gbk?B?",
        b"?=",
    ),
    *(
        b"Content-Type: ",
        b"multipart/mixed; boundary=",
        b"message/rfc822",
        b"message/delivery-status",
        b"Content-Transfer-Encoding: ",
        b"message/partial",
    ),
    *(
        b"base64",
        b"x-uuencode",
        b"quoted-printable",
        b"begin 644 a",
        b"filename*0*=",
        b"charset*=a%00b''x",
        b"charset=utf-7",
        b"boundary*=idna''%E6",
        b"+2AA-",
    ),
    *(
        b"\x78\x9f\x3e\x22",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"PK\3\4",
        b"From: ",
        b"Received: ;",
        b"(" * 3000,
        b"Date: Fri, 31 Dec 9999 23:59:59 -1200",
    ),
    *(
        b"\x83\x36\xc7\x39",
        b"\xed\xa0\x80",
        b"text/rfc822-headers",
        b"multipart/report",
        b"Action: failed",
        b"multipart/digest",
    ),
)


def check(read: MessageReader, raw: bytes) -> Mail:
    for old in read.spool.iterdir():
        old.unlink()
    mail = read(raw)
    assert mail.raw_sha256 == hashlib.sha256(raw).hexdigest()
    assert len(mail.digest) == 64
    assert mail.sent >= 0 <= mail.arrived
    for one in mail.attachments:
        data = one.path.read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one.size, one.sha256)
        assert one.path.parent == read.spool
        one.name.encode()
    assert len({one.path for one in mail.attachments}) == len(mail.attachments)
    assert {finding.code for finding in mail.findings} <= {"M3", "M5", "M6"}
    "".join(
        (mail.subject, mail.sender, mail.message_id, *(f.line() for f in mail.findings))
    ).encode()
    return mail


@pytest.fixture(scope="module")
def read() -> MessageReader:
    return MessageReader(Path(tempfile.mkdtemp()), MailLimits(parts=60, depth=8))


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_the_good_ones_are_good(read: MessageReader, number: int) -> None:
    mail = check(read, GOOD[number])
    assert mail.findings == ()
    assert mail.attachments or mail.bounce


@examples(800)
@given(st.binary(max_size=600))
@example(b"Content-Type: multipart/mixed; boundary*=a\0b'x'c\n\n--c\n")
@example(b"From: a\nContent-Type: multipart/mixed; boundary*0*=a%00b'x'c\n\n--c\n")
@example(b"From: a\nContent-Type: multipart/mixed; boundary*=idna''%E6%8A%A5\n\n--\xe6\x8a\xa5\n")
@example(b"From: a\nContent-Type: text/plain; charset*=a%00b''x\n\n\xff")
@example(b"From: a\nContent-Type: a/b; name*=utf-7''+2AA-\n\n\xff")
@example(
    b"From: a\nReceived: \xff; x\nAction: \xff\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nAction: \xff\n\n"
)
@example(b"From: a\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n\xff")
@example(
    b"From: a\nContent-Transfer-Encoding: uuencode\nContent-Type: a/b\n\nbegin 644 \xff\n\n\xff\n"
)
def test_any_bytes(read: MessageReader, raw: bytes) -> None:
    for data in (
        raw,
        b"From: a@b.cn\r\n" + raw,
        envelope("a@b.cn", "c@d.cn", "x") + raw,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + raw,
    ):
        check(read, data)


@examples(800)
@given(st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=4)), max_size=60))
def test_any_words_of_the_grammar(read: MessageReader, tokens: list[bytes]) -> None:
    check(read, b"From: a@b.cn\r\n" + b"".join(tokens))


def mutant(seed: int) -> bytes:
    """A good message with a few places changed, cut out, doubled or replaced by words that mean something."""
    chance = random.Random(seed)
    raw = bytearray(GOOD[seed % len(GOOD)])
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(raw))
        end = min(len(raw), at + chance.choice((1, 1, 2, 8, 100, 1000)))
        match chance.randrange(5):
            case 0:
                raw[at] = chance.randrange(256)
            case 1:
                del raw[at:end]
            case 2:
                raw[at:at] = raw[at:end]
            case 3:
                raw[at:at] = chance.choice(TOKENS)
            case _:
                other = GOOD[chance.randrange(len(GOOD))]
                start = chance.randrange(len(other))
                raw[at:at] = other[start : start + 200]
        raw = raw or bytearray(b"x")
    return bytes(raw)


@pytest.mark.parametrize("block", range(8))
def test_mutants_of_good_messages(read: MessageReader, block: int) -> None:
    for seed in range(block * 500, block * 500 + 500):
        check(read, mutant(seed))


@examples(200)
@given(
    st.sampled_from([SAVED, OBJECT, TNEF]),
    st.lists(
        st.tuples(st.integers(0, 20_000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6
    ),
)
def test_mutants_within_a_good_message(
    read: MessageReader, inner: bytes, changes: list[tuple[int, bytes]]
) -> None:
    raw = bytearray(inner)
    for at, new in changes:
        raw[at % len(raw) : at % len(raw) + len(new)] = new
    mail = check(
        read,
        envelope("a@b.cn", "c@d.cn", "x")
        + multipart("mixed", [attachment("a.dat", bytes(raw), OCTETS)]),
    )
    assert mail.attachments or mail.findings
    check(read, bytes(raw))


def test_directories_of_a_compound_file_that_go_in_circles(read: MessageReader) -> None:
    """The links of the directory, each to every entry."""
    at = SAVED.index("Root Entry".encode("utf-16-le"))
    for entry in range(8):
        for link in (68, 72, 76):
            for target in range(8):
                raw = bytearray(SAVED)
                raw[at + entry * 128 + link : at + entry * 128 + link + 4] = target.to_bytes(
                    4, "little"
                )
                check(read, bytes(raw))
