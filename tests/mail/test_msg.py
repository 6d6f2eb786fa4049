"""Messages that Outlook saved: fields, files, messages within them, and files that are damaged."""

from __future__ import annotations

import builtins
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from support.mails import (
    OCTETS,
    SENT,
    Tree,
    attachment,
    compound,
    envelope,
    message_tree,
    msg,
    multipart,
    reply,
    stream,
    wide,
)
from xlreport.clock import china
from xlreport.formats.detect import Kind
from xlreport.mail import msg as outlook
from xlreport.mail.headers import field
from xlreport.mail.messages import Mail, MailLimits, MessageReader

NAME = "甲子镇 2025 年度报表（终稿）.xlsx"
BOOK, BIG = b"PK\3\4" + bytes(100), b"PK\3\4" + bytes(range(256)) * 40
XLS = compound({"Workbook": bytes(5000)})
DOC = compound({"WordDocument": bytes(5000)})


@pytest.fixture
def read(tmp_path: Path) -> MessageReader:
    return MessageReader(tmp_path)


def files(mail: Mail) -> list[tuple[str, bytes, bool]]:
    return [(one.name, one.path.read_bytes(), one.taken) for one in mail.attachments]


def codes(mail: Mail) -> list[str]:
    return [finding.code for finding in mail.findings]


def forwarded(raw: bytes, name: str = "转发.msg") -> bytes:
    return envelope("boss@z.cn", "county@x.cn", "转发") + multipart(
        "mixed", [attachment(name, raw, OCTETS)]
    )


@pytest.fixture
def no_olefile(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "olefile":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)


# --- fields -----------------------------------------------------------------------------------------


def test_a_saved_message_as_the_whole_mail(read: MessageReader) -> None:
    mail = read(
        msg(
            "Town@x.cn",
            "报送年度报表",
            [(NAME, BIG), ("b.xls", BOOK), ("c.pdf", b"%PDF")],
            sent=SENT,
        )
    )
    assert files(mail) == [(NAME, BIG, True), ("b.xls", BOOK, True), ("c.pdf", b"%PDF", False)]
    assert (mail.senders, mail.subject, mail.sent, mail.arrived) == (
        ("town@x.cn",),
        "报送年度报表",
        SENT,
        SENT,
    )
    assert {one.senders for one in mail.attachments} == {("town@x.cn",)}
    assert (codes(mail), mail.again) == ([], False)
    assert mail.digest != mail.raw_sha256


HEADERS = """Received: from a by b; Thu, 15 Jan 2026 10:01:00 +0800\r
From: =?gbk?B?vNfX09Xy?= <town@x.cn>\r
Subject: =?gbk?B?sai17Q==?=\r
Date: Thu, 15 Jan 2026 10:00:00 +0800\r
Message-ID: <1@x.cn>\r
"""


@pytest.mark.parametrize("start", ["", "Microsoft Mail Internet Headers Version 2.0\r\n"])
def test_the_fields_that_came_over_the_wire_count_first(read: MessageReader, start: str) -> None:
    mail = read(msg("/O=X/CN=TOWN", "另一个", [(NAME, BOOK)], headers=start + HEADERS))
    assert (mail.senders, mail.sender, mail.message_id) == (
        ("town@x.cn",),
        "甲子镇 <town@x.cn>",
        "<1@x.cn>",
    )
    assert (mail.sent, mail.arrived) == (SENT, SENT + 60)


def test_an_exchange_name_is_no_address() -> None:
    tree = message_tree("/O=X/CN=TOWN") | stream(0x0C1F, "town@x.cn")
    assert field(outlook.saved_message(compound(tree), 3).header, "from") == "town@x.cn"
    assert field(outlook.saved_message(msg("/O=X/CN=TOWN"), 3).header, "from") == ""


@pytest.mark.parametrize("ticks", [0, 1, 2**63, 2**64 - 1])
def test_times_that_nobody_can_show(read: MessageReader, ticks: int) -> None:
    tree = message_tree("town@x.cn") | {
        "__properties_version1.0": bytes(32)
        + b"\x40\0\x39\0"
        + bytes(4)
        + ticks.to_bytes(8, "little")
    }
    mail = read(compound(tree))
    assert (mail.sent, china(mail.sent)) == (0.0, dt.datetime.fromtimestamp(0, dt.UTC))


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "name"),
    [
        (stream(0x3707, NAME) | stream(0x3704, "SHORT~1.XLS") | stream(0x3001, "显示"), NAME),
        (stream(0x3704, "SHORT~1.XLS") | stream(0x3001, "显示"), "SHORT~1.XLS"),
        (stream(0x3001, "显示.xlsx"), "显示.xlsx"),
        ({"__substg1.0_3707001E": "誠淺運乗.xls\0".encode("gbk")}, "誠淺運乗.xls"),
        ({"__substg1.0_3707001F": wide("a.xls\0\0")}, "a.xls"),
        ({}, ""),
    ],
)
def test_which_name_counts(read: MessageReader, tree: Tree, name: str) -> None:
    assert files(read(msg(more=[tree | stream(0x3701, BOOK)]))) == [(name, BOOK, True)]


def test_many_files_keep_their_order(read: MessageReader) -> None:
    many = [(f"{i}.xlsx", BOOK + bytes([i])) for i in range(40)]
    assert files(read(msg("town@x.cn", "x", many))) == [(name, data, True) for name, data in many]


@pytest.mark.parametrize("inner", [XLS, DOC, compound({"EncryptedPackage": bytes(5000)})])
def test_a_message_is_known_though_an_office_file_lies_in_it(
    read: MessageReader, inner: bytes
) -> None:
    saved = msg("town@x.cn", "Workbook", [("a.xls", inner), (NAME, BOOK)], body="WordDocument")
    for raw in (saved, forwarded(saved), forwarded(saved, "")):
        assert [(one.name, one.path.read_bytes()) for one in read(raw).attachments] == [
            ("a.xls", inner),
            (NAME, BOOK),
        ]


def test_a_workbook_with_a_message_in_it_stays_a_workbook(read: MessageReader) -> None:
    book = compound({"Workbook": bytes(5000), "MBD0001": message_tree("a@b.cn", inside=True)})
    mail = read(forwarded(book, "a.xls"))
    assert (files(mail), mail.attachments[0].kind) == ([("a.xls", book, True)], Kind.BIFF)


def test_a_workbook_dragged_into_the_text(read: MessageReader) -> None:
    package: Tree = stream(0x3001, "工作表.xlsx") | {"__substg1.0_3701000D": {"Package": BIG}}
    other: Tree = stream(0x3001, "图表") | {"__substg1.0_3701000D": {"CONTENTS": BIG}}
    mail = read(msg("town@x.cn", "x", more=[package, other]))
    assert files(mail) == [("工作表.xlsx", BIG, True)]
    assert codes(mail) == ["M6"]
    assert "“图表”是插在 Outlook 邮件正文里的对象，读不出来" in mail.findings[0].message


def test_links_in_both_bodies(read: MessageReader) -> None:
    html = b"<a href='https://pan.baidu.com/s/1'>"
    assert codes(read(msg("a@b.cn", body="https://pan.baidu.com/s/1"))) == ["M3"]
    assert codes(read(compound(message_tree("a@b.cn", body="见链接") | stream(0x1013, html)))) == [
        "M3"
    ]
    assert codes(read(compound(message_tree("a@b.cn") | stream(0x1013, html.decode())))) == ["M3"]


# --- messages within --------------------------------------------------------------------------------


def test_senders_come_innermost_first(read: MessageReader) -> None:
    inner = message_tree("town@x.cn", "报表", [(NAME, BOOK)], inside=True)
    middle = message_tree("clerk@y.cn", "转发", [("中.xls", BOOK)], [inner], inside=True)
    for raw, last in (
        (msg("boss@z.cn", "转发", [], [middle]), ()),
        (forwarded(msg("boss@z.cn", "", [], [middle])), ("boss@z.cn",)),
    ):
        mail = read(raw)
        assert [(one.name, one.senders) for one in mail.attachments] == [
            ("中.xls", ("clerk@y.cn", "boss@z.cn", *last)),
            (NAME, ("town@x.cn", "clerk@y.cn", "boss@z.cn", *last)),
        ]


def test_a_message_in_a_file_in_a_saved_message(read: MessageReader) -> None:
    mail = read(
        msg(
            "boss@z.cn",
            "x",
            [
                ("a.eml", reply("town@x.cn", "c@y.cn", "x", [(NAME, BOOK)])),
                ("b.msg", msg("t@x.cn", "", [("c.xls", BOOK)])),
            ],
        )
    )
    assert [(one.name, one.senders) for one in mail.attachments] == [
        (NAME, ("town@x.cn", "boss@z.cn")),
        ("c.xls", ("t@x.cn", "boss@z.cn")),
    ]


def nest(levels: int) -> Tree:
    tree = message_tree("town@x.cn", "", [(NAME, BOOK)], inside=True)
    for _ in range(levels):
        tree = message_tree("town@x.cn", "", [], [tree], inside=True)
    return tree


def test_depth_at_the_limit_and_above(tmp_path: Path) -> None:
    read = MessageReader(tmp_path, MailLimits(depth=5))
    # a message, messages in it, and the file in the innermost
    assert len(read(msg("a@b.cn", "", [], [nest(2)])).attachments) == 1
    for levels in (3, 4, 5, 6, 50):
        mail = read(msg("a@b.cn", "", [], [nest(levels)]))
        assert (codes(mail), mail.attachments, mail.again) == (["M5"], (), True)
        assert "为 6 层，超过允许的 5 层" in mail.findings[0].message
    # two more above it: the mail and its part
    assert len(read(forwarded(msg("a@b.cn", "", [], [nest(0)]))).attachments) == 1
    for levels in (1, 2, 3, 50):
        mail = read(forwarded(msg("a@b.cn", "", [], [nest(levels)])))
        assert (codes(mail), mail.senders, mail.again) == (["M5"], ("boss@z.cn",), True)


# --- damage -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        XLS,
        DOC,
        compound({}),
        compound({"a": {"__properties_version1.0": b""}}),
        msg("a@b.cn")[:1000],
    ],
)
def test_a_compound_file_that_is_no_message(read: MessageReader, raw: bytes) -> None:
    mail = read(raw)
    assert (codes(mail), mail.attachments, mail.again) == (["M6"], (), True)
    assert "这不是完好的 Outlook 邮件（.msg），读不出来" in mail.findings[0].message


def test_a_saved_message_cut_anywhere_is_never_silent(read: MessageReader) -> None:
    good = msg("town@x.cn", "报表", [(NAME, BIG), ("b.xls", BIG[::-1])])
    assert codes(read(good)) == []
    for end in range(512, len(good), 512):
        for raw in (good[:end], forwarded(good[:end])):
            mail = read(raw)
            whole = [one.path.read_bytes() for one in mail.attachments] == [BIG, BIG[::-1]]
            assert (
                whole
                or "M6" in codes(mail)
                or [one.name for one in mail.attachments] == ["转发.msg"]
            ), end


def test_streams_that_are_larger_than_the_file(read: MessageReader) -> None:
    """Only chains of sectors that go in circles make such; 16 bytes of them could be read for hours."""
    good = msg("town@x.cn", "报表", [(NAME, BIG)])
    entry = good.index(wide("__substg1.0_37010102"))
    assert int.from_bytes(good[entry + 120 : entry + 124], "little") == len(BIG)
    for at in (entry, good.index(wide("Root Entry")), good.index(wide("__properties_version1.0"))):
        raw = good[: at + 120] + (2**30).to_bytes(4, "little") + good[at + 124 :]
        assert codes(read(raw)) == ["M6"]


def test_without_the_library_the_mail_is_read_again_later(
    read: MessageReader, no_olefile: None
) -> None:
    for raw in (
        msg("town@x.cn", "报表", [(NAME, BOOK)]),
        forwarded(msg("town@x.cn", "报表", [("a.xls", XLS)])),
    ):
        mail = read(raw)
        assert (codes(mail), mail.attachments, mail.again) == (["M6"], (), True)
        assert "请先安装收信组件（见用户手册第八节）" in mail.findings[0].suggestion


def test_without_the_library_workbooks_are_read(read: MessageReader, no_olefile: None) -> None:
    mail = read(forwarded(XLS, "a.xls"))
    assert (files(mail), codes(mail), mail.again) == ([("a.xls", XLS, True)], [], False)
