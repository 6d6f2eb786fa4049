"""An outgoing message: attachment names that every mail program shows (RFC 2231, with RFC 2047
beside it)."""

from __future__ import annotations

from dataclasses import dataclass
from email.header import Header
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr, make_msgid

from xlreport.clock import china
from xlreport.mail.servers import Smtp

_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Outgoing:
    """A message before it has an envelope: to whom, what it says, and a workbook or none."""

    to: tuple[str, ...]
    to_name: str
    subject: str
    body: str
    file_name: str = ""
    data: bytes = b""


def wire(message: Message) -> bytes:
    """The bytes as SMTP sends them (RFC 5322, lines end in CRLF); fields are folded already."""
    return message.as_bytes(policy=compat32.clone(max_line_length=0, linesep="\r\n"))


def new_message_id(sender: str) -> str:
    """A Message-ID at the sender's domain (RFC 5322, 3.6.4)."""
    return make_msgid(domain=sender.rpartition("@")[2] or "localhost")


def composed(
    message: Outgoing, smtp: Smtp, message_id: str, moment: float, *, draft: bool = False
) -> Message:
    """The message as it goes over the wire. A draft opens in Outlook ready to be sent
    (X-Unsent)."""
    whole = MIMEMultipart() if message.file_name else Message()
    text = MIMEText(message.body.replace("\n", "\r\n"), "plain", "utf-8")
    if message.file_name:
        whole.attach(text)
        whole.attach(_attachment(message.file_name, message.data))
    else:
        whole = text
    if smtp.sender:
        whole["From"] = _address(smtp.name, smtp.sender)
    whole["To"] = ",\n ".join(_address(message.to_name, address) for address in message.to)
    if smtp.reply_to:
        whole["Reply-To"] = smtp.reply_to
    whole["Subject"] = _words(message.subject, "Subject")
    whole["Date"] = format_datetime(china(int(moment)))
    whole["Message-ID"] = message_id
    if draft:
        whole["X-Unsent"] = "1"
    return whole


def _words(text: str, field: str) -> str:
    """Encoded words of 75 characters at most (RFC 2047, 2), folded for a field."""
    return Header(text, "utf-8", maxlinelen=75, header_name=field).encode()


def _address(name: str, address: str) -> str:
    plain = " ".join(name.split())
    if plain.isascii():
        return formataddr((plain, address))
    return f"{_words(plain, 'Reply-To')} <{address}>"


def _attachment(name: str, data: bytes) -> Message:
    """The name stands twice: by RFC 2231 in Content-Disposition, and as encoded words in
    Content-Type, where programs look that do not know RFC 2231."""
    part = MIMEApplication(data, _XLSX)
    words = _words(name, "Content-Type")
    part.replace_header("Content-Type", f'application/{_XLSX};\n name="{words}"')
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return part
