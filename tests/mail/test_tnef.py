"""winmail.dat: names, bytes and messages within it, and streams that are damaged."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.mails import (
    I_MESSAGE,
    I_STORAGE,
    TNEF,
    attachment,
    envelope,
    multipart,
    text,
    tnef_attribute,
    tnef_properties,
    wide,
    winmail,
)
from xlreport.mail import tnef
from xlreport.mail.messages import MessageReader

NAME = "甲子镇 2025 年度报表（终稿）𠮷.xlsx"
NEW, TITLE, DATA, PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005


def pairs(stream: bytes) -> list[tuple[str, bytes, bool]]:
    return [(piece.name, piece.data, piece.nested) for piece in tnef.pieces(stream)]


def one(*properties: tuple[int, int, bytes], title: bytes = b"", last: bytes = b"") -> bytes:
    """A stream with one attachment that has these properties."""
    stream = TNEF + tnef_attribute(2, NEW, bytes(14))
    stream += tnef_attribute(2, TITLE, title + b"\0") if title else b""
    return stream + tnef_attribute(2, PROPERTIES, tnef_properties(properties)) + last


def test_long_names_and_bytes() -> None:
    assert pairs(winmail([(NAME, b"abc"), ("二.xls", b"")])) == [
        (NAME, b"abc", False),
        ("二.xls", b"", False),
    ]


def test_short_names_in_gbk() -> None:
    assert pairs(winmail([("誠淺運乗.xls", b"abc"), ("通知.xls", b"x")], short=True)) == [
        ("誠淺運乗.xls", b"abc", False),
        ("通知.xls", b"x", False),
    ]


@pytest.mark.parametrize(
    ("stream", "name"),
    [
        (one((0x3707, 0x1F, wide("长.xls\0后")), title=b"SHORT.XLS"), "长.xls"),
        (one((0x3707, 0x1E, "长.xls\0".encode("gbk")), title=b"SHORT.XLS"), "长.xls"),
        (one((0x3707, 0x1E, "长.xls\0".encode())), "长.xls"),
        (one((0x3707, 0x1F, wide("\0")), title=b"SHORT.XLS"), "SHORT.XLS"),
        (
            one((0x3707, 0x1F, wide("\0")), last=tnef_attribute(2, TITLE, b"SHORT.XLS\0")),
            "SHORT.XLS",
        ),
        (
            one((0x3707, 0x1F, wide("长.xls\0")), last=tnef_attribute(2, TITLE, b"SHORT.XLS\0")),
            "长.xls",
        ),
        (one((0x3001, 0x1F, wide("显示\0"))), "显示"),
        (one((0x3001, 0x1F, wide("显示\0")), title=b"SHORT.XLS"), "SHORT.XLS"),
        (one((0x3001, 0x1F, wide("显示\0")), (0x3707, 0x1F, wide("长.xls"))), "长.xls"),
        (one(), ""),
    ],
)
def test_which_name_counts(stream: bytes, name: str) -> None:
    assert [piece.name for piece in tnef.pieces(stream)] == [name]


def test_bytes_in_the_properties_and_an_object_that_is_no_message() -> None:
    assert pairs(one((0x3701, 0x102, b"abc"), (0x3707, 0x1F, wide("a.xls\0")))) == [
        ("a.xls", b"abc", False)
    ]
    assert pairs(one((0x3701, 0xD, I_STORAGE + b"abc"))) == [("", b"abc", False)]
    assert pairs(one((0x3701, 0xD, I_MESSAGE + b"abc"))) == [("", b"abc", True)]


def test_properties_of_every_width_are_passed_over() -> None:
    """Also such as have a name of their own, in numbers and in text, and such as have several values."""
    long = struct.pack("<HHII", 0x1F, 0x3707, 1, 10) + wide("长.xls\0")
    many = [
        struct.pack("<HHI", 2, 0x3705, 1),
        struct.pack("<HHI", 0xB, 0x7FFE, 1),
        struct.pack("<HHQ", 0x40, 0x3007, 1),
        struct.pack("<HH16s", 0x48, 0x1000, bytes(16)),
        struct.pack("<HHIII", 0x1003, 0x1001, 2, 7, 8),
        struct.pack("<HHIIII", 0x101F, 0x1002, 2, 2, 0x41, 0),
        struct.pack("<HH16sIII", 3, 0x8000, bytes(16), 0, 5, 9),
        struct.pack("<HH16sII8sI", 3, 0x8001, bytes(16), 1, 6, wide("abc"), 9),
        long,
    ]
    stream = (
        TNEF
        + tnef_attribute(2, NEW, bytes(14))
        + tnef_attribute(2, PROPERTIES, struct.pack("<I", 9) + b"".join(many))
    )
    assert pairs(stream) == [("长.xls", b"", False)]


def test_messages_within_and_their_senders() -> None:
    inner = winmail([(NAME, b"abc")], sender="Town@x.cn")
    assert pairs(winmail(nested=[("转发", inner)])) == [("转发", inner, True)]
    assert tnef.senders(inner) == ("town@x.cn",)
    assert tnef.senders(winmail(sender="/O=X/CN=TOWN")) == ()
    for stream in (winmail(), b"", TNEF, inner[:60], b"abc"):
        assert tnef.senders(stream) == ()


def test_bytes_behind_the_end_do_not_matter() -> None:
    for tail in (b"\r\n", b"\0" * 30, b"\0\r\n"):
        assert pairs(winmail([(NAME, b"abc")], short=True) + tail)[0][1] == b"abc"


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"abc",
        winmail([(NAME, b"abc")])[:-5],
        winmail([(NAME, b"abc")]) + b"\2abc",
        winmail([(NAME, b"abc")]).replace(b"abc", b"abd"),
        TNEF + tnef_attribute(2, NEW, b"") + tnef_attribute(2, PROPERTIES, struct.pack("<I", 5)),
        TNEF
        + tnef_attribute(2, NEW, b"")
        + tnef_attribute(2, PROPERTIES, struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, 99)),
        TNEF
        + tnef_attribute(2, NEW, b"")
        + tnef_attribute(2, PROPERTIES, struct.pack("<IHHI", 1, 0x1F, 0x3707, 2**32 - 1)),
    ],
)
def test_damaged_streams(stream: bytes) -> None:
    with pytest.raises(tnef.Broken):
        tnef.pieces(stream)


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_any_stream_is_read_or_broken(junk: bytes, at: int, byte: int) -> None:
    good = winmail([(NAME, b"abc")], nested=[("转发", winmail(sender="a@b.cn"))])
    properties = TNEF + tnef_attribute(2, NEW, b"") + tnef_attribute(2, PROPERTIES, junk)
    for stream in (
        TNEF + junk,
        properties,
        good[:at] + bytes([byte]) + good[at + 1 :],
        good[:at] + junk,
    ):
        try:
            found = tnef.pieces(stream)
        except tnef.Broken:
            continue
        assert all(isinstance(piece.name, str) and isinstance(piece.data, bytes) for piece in found)
        tnef.senders(stream)


# --- in a message -----------------------------------------------------------------------------------


@pytest.fixture
def read(tmp_path: Path) -> MessageReader:
    return MessageReader(tmp_path)


def letter(stream: bytes, kind: bytes = b"application/ms-tnef", name: str = "winmail.dat") -> bytes:
    return envelope("boss@z.cn", "county@x.cn", "x") + multipart(
        "mixed", [text("见"), attachment(name, stream, kind)]
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (b"application/ms-tnef", "winmail.dat"),
        (b"application/octet-stream", ""),
        (b"text/plain", "a.txt"),
    ],
)
def test_files_come_out_of_winmail_whatever_it_is_called(
    read: MessageReader, kind: bytes, name: str
) -> None:
    mail = read(letter(winmail([(NAME, b"PK\3\4abc"), ("a.pdf", b"%PDF")]), kind, name))
    assert [(one.name, one.path.read_bytes(), one.taken) for one in mail.attachments] == [
        (NAME, b"PK\3\4abc", True),
        ("a.pdf", b"%PDF", False),
    ]
    assert {one.senders for one in mail.attachments} == {("boss@z.cn",)}
    assert mail.findings == ()


def test_the_sender_of_a_message_within_is_the_innermost(read: MessageReader) -> None:
    inner = winmail([("深.xlsx", b"1")], sender="town@x.cn")
    middle = winmail([("中.xlsx", b"2")], nested=[("a", inner)], sender="clerk@y.cn")
    mail = read(letter(winmail([("浅.xlsx", b"3")], nested=[("b", middle)])))
    assert [(one.name, one.senders) for one in mail.attachments] == [
        ("浅.xlsx", ("boss@z.cn",)),
        ("中.xlsx", ("clerk@y.cn", "boss@z.cn")),
        ("深.xlsx", ("town@x.cn", "clerk@y.cn", "boss@z.cn")),
    ]


def test_a_damaged_winmail_is_said(read: MessageReader) -> None:
    damaged = winmail([(NAME, b"abc")])[:-5], winmail(nested=[("a", b"abc")])
    for stream, name in zip(damaged, ("winmail.dat", "a"), strict=True):
        mail = read(letter(stream))
        assert ([f.code for f in mail.findings], mail.attachments) == (["M6"], ())
        message = f"附件“{name}”是 Outlook 的 winmail.dat，读不出来"
        assert mail.findings[0].message == message


def test_an_empty_winmail_is_nothing(read: MessageReader) -> None:
    mail = read(letter(winmail()))
    assert (mail.findings, mail.attachments) == ((), ())
