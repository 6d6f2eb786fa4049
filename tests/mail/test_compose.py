"""Outgoing messages: read back by the library as they were meant, whatever is in names and texts."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage

import pytest

from xlreport.mail.compose import Outgoing, composed, new_message_id, wire
from xlreport.mail.servers import Server, Smtp

SMTP = Smtp(Server("localhost", 25, "none"), "xian@example.org", "示例县", "reply@example.org")
MOMENT = 1767576600.0  # 2026-01-05 09:30 in China


def sent(message: Outgoing, smtp: Smtp = SMTP, *, draft: bool = False) -> EmailMessage:
    data = wire(composed(message, smtp, "<1@example.org>", MOMENT, draft=draft))
    assert data.replace(b"\r\n", b"").count(b"\n") == 0, "every line ends in CRLF"
    parsed = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_the_envelope() -> None:
    message = sent(Outgoing(("a@example.org", "b@example.org"), "甲子镇", "请填报", "您好\n"))
    assert message["From"] == "示例县 <xian@example.org>"
    assert message["To"] == "甲子镇 <a@example.org>, 甲子镇 <b@example.org>"
    assert message["Reply-To"] == "reply@example.org"
    assert message["Date"] == "Mon, 05 Jan 2026 09:30:00 +0800"
    assert message["Message-ID"] == "<1@example.org>"
    assert message["X-Unsent"] is None
    assert message.get_content() == "您好\r\n"


def test_a_draft_opens_ready_to_be_sent_and_may_have_no_sender() -> None:
    without = Smtp(Server("", 465), "")
    message = sent(Outgoing(("a@example.org",), "A", "s", "t"), without, draft=True)
    assert (message["X-Unsent"], message["From"], message["Reply-To"]) == ("1", None, None)
    assert message["To"] == "A <a@example.org>"


@pytest.mark.parametrize("name", ["年报.xlsx", 'a "b".xlsx', "长" * 60 + ".xlsx", "a.xlsx"])
def test_the_name_of_a_file_stands_twice(name: str) -> None:
    message = sent(Outgoing(("a@example.org",), "镇", "s", "t", name, b"PK\x03\x04"))
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == name
    assert attached.get_content_type().endswith("spreadsheetml.sheet")
    assert attached["Content-Type"].params["name"] == name
    assert attached.get_payload(decode=True) == b"PK\x03\x04"


def test_lines_of_a_header_are_short() -> None:
    data = wire(composed(Outgoing(("a@example.org",), "镇" * 50, "题" * 90, "t"), SMTP, "<1>", 0.0))
    head = data.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78


def test_a_message_id_is_at_the_sender_s_domain() -> None:
    assert new_message_id("xian@example.org").endswith("@example.org>")
    assert new_message_id("").endswith("@localhost>")
    assert new_message_id("") != new_message_id("")
