"""Delivery reports: which addresses did not get which of our messages (RFC 3462, RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message

from xlreport.mail import mime
from xlreport.mail.headers import addresses, field, parameter


@dataclass(frozen=True)
class Bounce:
    """The addresses that failed, and the Message-ID of what was returned. One that is not `sure`
    was told in words only: it may as well say that the message is late."""

    recipients: tuple[str, ...]
    message_id: str
    sure: bool = True


_SERVERS = ("mailer-daemon@", "postmaster@")
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9][a-z0-9.-]{0,254}", re.ASCII)


def from_server(senders: Iterable[str]) -> bool:
    """Whether a mail server wrote the message, and no person."""
    return any(sender.startswith(_SERVERS) for sender in senders)


def named(text: str) -> list[str]:
    """The addresses in a text, as often as they are there."""
    return [address.rstrip(".-") for address in _ADDRESS.findall(text.lower())]


def is_report(part: Message) -> bool:
    """Whether it is a delivery report; some programs do not say of which type theirs is."""
    if part.get_content_type() != "multipart/report":
        return False
    if parameter(part, "content-type", "report-type").lower() == "delivery-status":
        return True
    kinds = (inner.get_content_type() for inner in mime.inside(part))
    return "message/delivery-status" in kinds


def bounce(report: Message) -> Bounce:
    """What a delivery report says."""
    failed: list[str] = []
    message_id = ""
    for part in list(report.walk())[1:]:
        if field(part, "action").lower().startswith("failed"):
            failed += _recipients(part)
        message_id = message_id or field(_header_in(part), "message-id")
    return Bounce(tuple(dict.fromkeys(failed)), message_id)


def _recipients(part: Message) -> Iterator[str]:
    """The addresses behind their type: `rfc822; town@example.org`."""
    for name in ("original-recipient", "final-recipient"):
        yield from addresses(field(part, name).rpartition(";")[2])


def _header_in(part: Message) -> Message:
    """The header of what was returned; it may come alone, as a text."""
    if part.get_content_type() == "text/rfc822-headers":
        return mime.head(mime.content(part).data)
    return part
