"""How well and how fast attachments are taken out of messages, beside imap-tools and the standard
library.

The messages are those that the tests have of every mail program and every odd way to write a name
(`tests/support/mails.py`). A name counts when it comes back exactly. Each reader gives names and
bytes of all attachments; xlreport also decides what each file is, unpacks mail in mail, looks for
links to large files, takes checksums and writes the files out."""

from __future__ import annotations

import email
import email.errors
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from email import policy
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import imap_tools

from support.mails import STYLES, reply
from xlreport.mail.messages import MessageReader

NAME = "990206_示例县市场监管局_2025年政府信息公开工作年度报告.xlsx"
ROUNDS = 5
Reader = Callable[[bytes], list[str]]


def messages() -> dict[str, bytes]:
    book = next(
        (Path(__file__).resolve().parent.parent / "samples" / "2025").glob("990101*")
    ).read_bytes()
    return {
        s: reply("a@example.org", "b@example.org", "年报", [(NAME, book)], s)
        for s in STYLES
        if s != "no name"
    }


def ours(data: bytes) -> list[str]:
    with tempfile.TemporaryDirectory() as spool:
        return [a.name for a in MessageReader(Path(spool))(data).attachments]


def theirs(data: bytes) -> list[str]:
    return [a.filename for a in imap_tools.MailMessage.from_bytes(data).attachments if a.payload]


def stdlib(data: bytes) -> list[str]:
    message = email.message_from_bytes(data, policy=policy.default)
    return [
        p.get_filename() or ""
        for p in message.walk()
        if p.get_payload(decode=True) and p.is_attachment()
    ]


def names(reader: Reader, data: bytes) -> list[str]:
    """What a reader finds; nothing where it raises."""
    try:
        return reader(data)
    except (email.errors.MessageError, ValueError, LookupError):
        return []


def right(reader: Reader, mails: dict[str, bytes]) -> int:
    return sum(names(reader, data) == [NAME] for data in mails.values())


def seconds(reader: Reader, mails: dict[str, bytes]) -> float:
    start = time.perf_counter()
    for data in mails.values():
        names(reader, data)
    return time.perf_counter() - start


def main() -> None:
    mails = messages()
    readers: dict[str, Reader] = {
        "xlreport": ours,
        f"imap-tools {imap_tools.__version__}": theirs,
        "email of the standard library": stdlib,
    }
    times = {
        name: [seconds(reader, mails) for _ in range(ROUNDS)] for name, reader in readers.items()
    }
    mine = statistics.median(times["xlreport"])
    for name, reader in readers.items():
        took = statistics.median(times[name])
        found = f"{right(reader, mails)} of {len(mails)} names right"
        print(
            f"{name}: {found}, {took / len(mails) * 1000:.1f} ms a message, ratio {took / mine:.2f}"
        )


if __name__ == "__main__":
    main()
