"""Delivery reports: whom they name, and whether they are any."""

from __future__ import annotations

import pytest

from xlreport.mail.dsn import Bounce, bounce, from_server, is_report, named
from xlreport.mail.mime import parsed

REPORT = """Content-Type: multipart/{kind}

--b

words
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx

Original-Recipient: rfc822; Town@example.org
Final-Recipient: rfc822; town2@example.org
Action: {action}
Status: 5.1.1

--b
Content-Type: {returned}

Message-ID: <1@example.org>
From: xian@example.org

--b--
"""


def report(
    *, kind: str = "report; report-type=delivery-status; boundary=b", **changes: str
) -> bytes:
    parts = {"action": "failed", "returned": "text/rfc822-headers", **changes}
    return REPORT.format(kind=kind, **parts).encode()


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
@pytest.mark.parametrize("action", ["failed", "Failed (user unknown)"])
def test_who_did_not_get_which_message(returned: str, action: str) -> None:
    message = parsed(report(returned=returned, action=action))
    assert is_report(message)
    assert bounce(message) == Bounce(
        ("town@example.org", "town2@example.org"), "<1@example.org>", sure=True
    )


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_what_did_not_fail_is_nobody_s(action: str) -> None:
    assert bounce(parsed(report(action=action))) == Bounce((), "<1@example.org>")


def test_what_is_a_report() -> None:
    assert is_report(parsed(report(kind="report; boundary=b")))
    assert not is_report(parsed(report(kind="mixed; boundary=b")))
    read = report(kind="report; report-type=disposition-notification; boundary=b")
    assert not is_report(parsed(read.replace(b"message/delivery-status", b"text/plain")))


def test_a_mail_server_is_known_by_its_address() -> None:
    assert from_server(["x@y.cn", "mailer-daemon@y.cn"])
    assert from_server(["postmaster@y.cn"])
    assert not from_server(["the.postmaster@y.cn"])
    assert not from_server([])


def test_addresses_in_a_text() -> None:
    text = "无法送达 <Town@example.org>，见 a-b.c@x-y.cn. 和 @nobody"
    assert named(text) == ["town@example.org", "a-b.c@x-y.cn"]
