"""Delivery reports: which addresses did not get which of our messages (RFC 3462, RFC 3464)."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message

from xlreport.mail import parts
from xlreport.mail.headers import addresses, field, parameter


@dataclass(frozen=True)
class Bounce:
    """The addresses that failed, and the Message-ID of what was returned."""

    recipients: tuple[str, ...]
    message_id: str


def is_report(part: Message) -> bool:
    """Whether it is a delivery report; some programs do not say of which type theirs is."""
    if part.get_content_type() != "multipart/report":
        return False
    said = parameter(part, "content-type", "report-type").lower()
    return said == "delivery-status" or "message/delivery-status" in map(Message.get_content_type, parts.inside(part))


def bounce(report: Message) -> Bounce:
    """What a delivery report says."""
    failed: list[str] = []
    identity = ""
    for part in list(report.walk())[1:]:
        if field(part, "action").lower().startswith("failed"):
            for name in ("original-recipient", "final-recipient"):
                failed += addresses(field(part, name).rpartition(";")[2])
        # the header of what was returned may come alone, as a text
        alone = part.get_content_type() == "text/rfc822-headers"
        identity = identity or field(parts.head(parts.content(part).data) if alone else part, "message-id")
    return Bounce(tuple(dict.fromkeys(failed)), identity)
