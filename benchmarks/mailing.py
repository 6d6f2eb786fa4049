"""How well and how fast attachments are taken out of messages, how a collection and the look at a
campaign grow.

`attachments`: the messages are those that the tests have of every mail program and every odd way to
write a name (`tests/support/mails.py`); a name counts when it comes back exactly. Each reader gives
names and bytes of all attachments; xlreport also decides what each file is, unpacks mail in mail,
looks for links to large files, takes checksums and writes the files out.

`collect`: a folder of messages with a workbook of 40 kB each, from one unit each, into a new
campaign: decoded, saved twice and flushed to the disk, recorded; the workbook itself is not read,
which `reading.py` measures. Then the same folder once more.

`status`: where every unit stands, the inbox being read already: four messages to each, one from
each."""

from __future__ import annotations

import email
import email.errors
import io
import random
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "samples"))

import imap_tools

from measuring import Cell, Contender, Spread, Table, contest, cpu_of, exponent, main
from support.counties import county, grown
from support.mails import STYLES, reply
from workbooks import COUNTY, FORM, YEAR, address, roster_lines, unit
from xlreport import Campaign, collect, init_campaign, read_campaign
from xlreport.campaign.ledger import Ledger, Sent, open_ledger
from xlreport.campaign.letters import KINDS
from xlreport.campaign.status import overview
from xlreport.mail.mailboxes import Uid
from xlreport.mail.messages import Attachment, Mail, MessageReader

NAME = "990206_示例县市场监管局_2025年政府信息公开工作年度报告.xlsx"
BYTES = 40_000
ROUNDS = 5
OURS = "xlreport"
IMAP_TOOLS, STDLIB = "imap-tools", "email (standard library)"
Reader = Callable[[bytes], list[str]]


# --- attachments ---


def messages() -> list[bytes]:
    """A message in each style that has a name."""
    samples = Path(__file__).resolve().parent.parent / "samples" / "2025"
    book = next(samples.glob("990101*")).read_bytes()
    files = [(NAME, book)]
    styles = [style for style in STYLES if style != "no name"]
    return [reply("a@example.org", "b@example.org", "年报", files, style) for style in styles]


def ours(data: bytes) -> list[str]:
    with tempfile.TemporaryDirectory() as spool:
        return [a.name for a in MessageReader(Path(spool))(data).attachments]


def theirs(data: bytes) -> list[str]:
    message = imap_tools.MailMessage.from_bytes(data)
    return [a.filename for a in message.attachments if a.payload]


def stdlib(data: bytes) -> list[str]:
    message = email.message_from_bytes(data, policy=policy.default)
    parts = [part for part in message.walk() if part.get_payload(decode=True)]
    return [part.get_filename() or "" for part in parts if part.is_attachment()]


READERS: Mapping[str, Reader] = {OURS: ours, IMAP_TOOLS: theirs, STDLIB: stdlib}


def names(reader: Reader, data: bytes) -> list[str]:
    """What a reader finds; nothing where it raises."""
    try:
        return reader(data)
    except (email.errors.MessageError, ValueError, LookupError):
        return []


def all_names(reader: Reader) -> Callable[[Sequence[bytes]], list[list[str]]]:
    return lambda mails: [names(reader, data) for data in mails]


def attachments() -> Table:
    """How many names come back, and what a message takes."""
    mails = messages()
    contenders = [Contender(name, all_names(reader)) for name, reader in READERS.items()]
    ran = contest(contenders, [mails] * (ROUNDS + 1))
    rows: list[list[Cell]] = []
    for name, reader in READERS.items():
        right = sum(names(reader, data) == [NAME] for data in mails)
        told = f"{right} / {len(mails)}"
        rows.append([name, told, ran.milliseconds(name), ran.ratio(name, OURS)])
    return Table("attachments", ["", "names right", "ms a message", f"× {OURS}"], rows)


# --- a collection ---


def workbook() -> bytes:
    """What looks like a workbook of 40 kB, like none of ours."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/media/noise.bin", random.Random(1).randbytes(BYTES))
    return buffer.getvalue()


CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Override PartName="/xl/workbook.xml" ContentType=\
"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"""


def letter(number: int, book: bytes) -> bytes:
    """A unit's message with a workbook of its own."""
    message = EmailMessage()
    message["From"] = address(number)
    message["To"] = "xian@example.org"
    message["Subject"] = f"{unit(number).name}年报"
    message["Date"] = "Mon, 05 Jan 2026 09:30:00 +0800"
    message["Message-ID"] = f"<{number}@example.org>"
    message.set_content("您好，年报见附件。")
    own = book + str(number).encode()
    name = f"{unit(number).name}{YEAR}年报.xlsx"
    message.add_attachment(own, "application", "octet-stream", filename=name)
    return message.as_bytes()


def campaign_in(folder: Path, size: int) -> Campaign:
    """A new campaign with so many units on the roster."""
    roster = folder / "roster.csv"
    roster.write_text("\n".join(roster_lines(range(size))), "utf-8")
    init_campaign(folder / "campaign", FORM.id, YEAR, COUNTY.name, roster=roster)
    return read_campaign(folder / "campaign")


@dataclass(frozen=True)
class Collected:
    """The CPU seconds of a collection, and of the same once more, of so many messages."""

    size: int
    first: float
    again: float


def collecting(size: int) -> Collected:
    """Collects so many messages into a new campaign, twice. Raises RuntimeError when not all of
    them were taken."""
    book = workbook()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(patch("xlreport.campaign.collect.read_all", return_value=()))
        mails = folder / "mails"
        mails.mkdir()
        for number in range(size):
            (mails / f"{number:06}.eml").write_bytes(letter(number, book))
        campaign = campaign_in(folder, size)
        first = cpu_of(lambda: collect(campaign, mails))
        again = cpu_of(lambda: collect(campaign, mails))
        files = len(list(campaign.settings.inbox.iterdir()))
    if files != size:
        raise RuntimeError(f"{files} files of {size} messages")
    return Collected(size, first, again)


def collection(sizes: Sequence[int]) -> Table:
    """What a message takes among few and among many."""
    runs = [collecting(size) for size in sizes]
    rows: list[list[Cell]] = []
    for run in runs:
        cells = [one_spread(1000 * seconds / run.size) for seconds in (run.first, run.again)]
        rows.append([str(run.size), *cells])
    firsts, agains = [run.first for run in runs], [run.again for run in runs]
    grows = [one_spread(exponent(sizes, seconds)) for seconds in (firsts, agains)]
    rows.append(["exponent of growth", *grows])
    return Table("collect", ["messages", "ms a message", "ms a message, collected again"], rows)


def one_spread(value: float) -> Spread:
    """A single value."""
    return Spread(value, value, value)


# --- where every unit stands ---


def status_of(size: int) -> float:
    """The CPU seconds of the overview of so many units."""
    result = grown(county(20), size)
    assert result.request.roster is not None
    units = result.request.roster.units
    columns = {own.code: {"邮箱": address(number)} for number, own in enumerate(units)}
    roster = replace(result.request.roster, columns=columns)
    with tempfile.TemporaryDirectory() as name, open_ledger(Path(name)) as ledger:
        ledger._db.execute("PRAGMA synchronous = OFF")  # the disk is not what is measured
        for number, own in enumerate(units):
            record(ledger, number, own.code, own.name)
        return cpu_of(lambda: overview(roster, result.files, ledger))


def record(ledger: Ledger, number: int, code: str, name: str) -> None:
    """A message from a unit and one of each kind to it."""
    sender = address(number)
    file = Attachment("年报.xlsx", Path("0"), f"f{number}", BYTES, (sender,), "工作簿", True)
    told = ((sender,), sender, "年报", f"<{number}>", 1.0, float(number), f"d{number}")
    mail = Mail(*told, (file,), raw_sha256=f"r{number}")
    ledger.add(mail, "a.eml", [f"{code}.xlsx"], Uid("box", 1, number), [code])
    for kind in KINDS:
        key = f"<{kind} {number}>"
        ledger.put_sent(Sent(kind, code, name, sender, "k", key, f"w{number}", 1.0, "sent"))


def standing(sizes: Sequence[int]) -> Table:
    """What a unit takes among few and among many."""
    seconds = [status_of(size) for size in sizes]
    rows: list[list[Cell]] = []
    for size, took in zip(sizes, seconds, strict=True):
        rows.append([str(size), one_spread(1000 * took / size)])
    rows.append(["exponent of growth", one_spread(exponent(sizes, seconds))])
    return Table("status", ["units", "ms a unit"], rows)


def measure(large: bool) -> list[Table]:
    sizes = (1_000, 3_000, 10_000) if large else (200, 800)
    units = (500, 2_000, 8_000) if large else (500, 2_000)
    return [attachments(), collection(sizes), standing(units)]


if __name__ == "__main__":
    main(measure)
