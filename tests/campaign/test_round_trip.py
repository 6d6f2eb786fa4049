"""The whole county by mail: templates out, replies of every kind in, totals as expected, nothing lost."""

from __future__ import annotations

import email
import io
import mailbox
import smtplib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from campaign.office import COUNTY, Office
from hostile.scene import base, numbered_book
from support.mails import SENT, STYLES, attached_message, reply, winmail
from support.servers import Dovecot, Smtp
from xlreport import Form, Unit, get_form, read_roster
from xlreport.campaign.settings import init_campaign
from xlreport.cli.app import main
from xlreport.merging.roster import Roster

ROOT = Path(__file__).resolve().parents[2]
FREE = "disclosure.licences.decisions"
SENDERS = "requests.received.natural_person"
SILENT = 2
"""How many units do not reply."""


@dataclass(frozen=True)
class Reply:
    """One message to the county, from whose address, and how many files it brings."""

    sender: str
    data: bytes


def filled(form: Form, unit: Unit, number: int) -> bytes:
    """A unit's good report with one number of its own."""
    assert form.id == "zfxxgk-2021"
    return numbered_book(unit, number, Unit("示例县", "9901"))


def zipped(data: bytes) -> bytes:
    """A zip with a member's name in GBK."""
    name = "戊辰乡年报.xlsx".encode("gbk")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("A" * len(name), data)
    return packed.getvalue().replace(b"A" * len(name), name)


@pytest.fixture(scope="module")
def county(zfxxgk: Form, roster: Roster) -> tuple[list[Reply], int]:
    """What the county gets, in the order in which it comes, and the sum of the units' own numbers."""
    return replies(zfxxgk, roster)


def replies(form: Form, roster: Roster) -> tuple[list[Reply], int]:
    address = {u.code: roster.addresses(u)[0] for u in roster.units}
    units = roster.units[: len(roster.units) - SILENT]
    programs = [style for style in STYLES if style != "no name"]
    made: list[Reply] = []

    def put(unit: Unit, number: int, sender: str = "", **how: object) -> None:
        index = len(made)
        sender = sender or address[unit.code]
        style, when = programs[index % len(programs)], SENT + 3600 * index
        files = [(f"{unit.name}年报.xlsx", filled(form, unit, number))]
        if how.get("zip"):
            files = [("年报.zip", zipped(files[0][1]))]
        if how.get("winmail"):
            files = [("winmail.dat", winmail(files))]
        identity = f"<{index}@example.org>"
        data = reply(sender, COUNTY, f"{unit.name}报送", files, style, identity=identity, when=when)
        if how.get("forwarded"):
            more = [attached_message(data)]
            data = reply(
                "clerk@example.org",
                COUNTY,
                "转发",
                [],
                "qq",
                identity=f"<f{index}@example.org>",
                when=when,
                more=more,
            )
        made.append(Reply(sender, data))

    put(units[0], 1000)
    for i, unit in enumerate(units[1:], 2):
        how = {3: {"zip": True}, 6: {"forwarded": True}, 7: {"winmail": True}}.get(i, {})
        sender = {4: "private@example.com", 5: address[units[0].code]}.get(i, "")
        put(unit, i, sender, **how)
    put(units[0], 1)
    return made, sum(range(1, len(units) + 1))


def campaign_in(folder: Path) -> None:
    form = get_form("zfxxgk-2021")
    init_campaign(folder, form.id, 2025, "示例县", roster=ROOT / "samples" / "roster.csv")
    settings = folder / "xlreport.toml"
    settings.write_text(settings.read_text("utf-8-sig").replace("# deadline", "deadline"), "utf-8")


def merged(office: Office) -> dict[str, object]:
    office.capsys.readouterr()
    assert main(["merge", str(office.folder), "--json"]) == 1
    import json

    return dict(json.loads(office.capsys.readouterr().out))


def assert_the_county(office: Office, form: Form, roster: Roster, total: int) -> bytes:
    """The totals, who is missing, where every unit stands; gives the summary."""
    result = merged(office)
    units = roster.units[: len(roster.units) - SILENT]
    missing = [u.name for u in roster.units[-SILENT:]]
    assert result["units"] == {"expected": 14, "accepted": 12, "returned": 0, "missing": missing}
    totals = result["totals"]
    assert isinstance(totals, dict)
    assert totals[FREE] == total
    one = base(form, units[0]).entries[SENDERS].value
    assert one
    assert totals[SENDERS] == one * len(units)
    files = result["files"]
    assert isinstance(files, list)
    assert sorted(f["outcome"] for f in files) == sorted(
        ["accepted"] * 12 + ["superseded", "ignored"]
    )
    mail = {
        code: [f["unit"] for f in files for x in f["findings"] if x["code"] == code]
        for code in ("M1", "M2")
    }
    assert mail == {"M1": [units[3].name], "M2": [units[4].name]}
    code, told = office.run("status")
    assert code == 1
    assert [u["state"] for u in told["units"]] == ["accepted"] * 12 + ["missing"] * SILENT
    assert [u["versions"] for u in told["units"]] == [2] + [1] * 11 + [0] * SILENT
    assert told["messages"] == told["strangers"] == told["findings"] == []
    (summary,) = (office.folder / "summary").glob("*.xlsx")
    return summary.read_bytes()


def opened(data: bytes) -> tuple[EmailMessage, str, bytes]:
    """A message, and the name and the bytes of its one attachment, by the standard library."""
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    (file,) = message.iter_attachments()
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    return message, file.get_filename() or "", content


@pytest.mark.post
def test_the_county_by_mail(
    dovecot: Dovecot,
    smtp: Callable[..., Smtp],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    zfxxgk: Form,
    roster: Roster,
    county: tuple[list[Reply], int],
) -> None:
    campaign_in(tmp_path / "campaign")
    server = smtp("starttls", login=True)
    office = Office(tmp_path / "campaign", dovecot, capsys).set(
        smtp_port=server.port,
        smtp_security="starttls",
        smtp_user=COUNTY,
        port=dovecot.tls_port,
        security="tls",
    )
    code, told = office.run("send", "templates")
    assert (code, {i["state"] for i in told["items"]}, len(told["items"])) == (0, {"sent"}, 14)
    for unit in roster.units:
        (data,) = dovecot.messages(roster.addresses(unit)[0])
        _, name, book = opened(data)
        assert name == f"{unit.code}_{unit.name}_2025年政府信息公开工作年度报告.xlsx"
        assert book == (office.folder / "templates" / name).read_bytes()

    made, total = county
    plain = smtp("none")
    with smtplib.SMTP("127.0.0.1", plain.port) as town:
        for one in made:
            town.sendmail(one.sender, [COUNTY], one.data)
    code, told = office.run("collect")
    assert (code, [m["state"] for m in told["messages"]]) == (0, ["new"] * len(made))
    assert all(len([f for f in m["files"] if f["path"]]) == 1 for m in told["messages"])
    assert dovecot.flags(COUNTY) == [set()] * len(made)
    summary = assert_the_county(office, zfxxgk, roster, total)

    assert office.collect() == (0, [])
    assert assert_the_county(office, zfxxgk, roster, total) == summary
    code, told = office.run("send", "reminders")
    assert [i["unit"] for i in told["items"]] == [u.name for u in roster.units[-SILENT:]]
    assert code == 0


def write_eml(folder: Path, made: Sequence[Reply]) -> Path:
    folder.mkdir()
    for i, one in enumerate(made):
        (folder / f"{i:02}.eml").write_bytes(one.data)
    return folder


def write_mbox(folder: Path, made: Sequence[Reply]) -> Path:
    box = mailbox.mbox(folder)
    for one in made:
        box.add(one.data)
    box.close()
    return folder


def write_maildir(folder: Path, made: Sequence[Reply]) -> Path:
    box = mailbox.Maildir(folder)
    for one in made:
        box.add(one.data)
    box.close()
    return folder


@pytest.fixture
def offline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Office:
    """A campaign without a server, in which every connection fails."""

    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr("socket.socket.connect", no_network)
    campaign_in(tmp_path / "campaign")
    return Office(tmp_path / "campaign", None, capsys)  # type: ignore[arg-type]  # no server


def test_templates_as_drafts_without_a_network(offline: Office, roster: Roster) -> None:
    code, told = offline.run("send", "templates", "--drafts")
    assert (code, {i["state"] for i in told["items"]}) == (0, {"draft"})
    for unit in roster.units:
        (draft,) = (offline.folder / "drafts").glob(f"{unit.code}_*")
        message, name, _ = opened(draft.read_bytes())
        assert message["To"].addresses[0].addr_spec == roster.addresses(unit)[0]
        assert name.startswith(f"{unit.code}_{unit.name}_")
    assert read_roster(offline.folder / "roster.csv").units == roster.units


@pytest.mark.parametrize("write", [write_eml, write_mbox, write_maildir])
def test_the_county_without_a_network(
    write: Callable[[Path, Sequence[Reply]], Path],
    offline: Office,
    zfxxgk: Form,
    roster: Roster,
    county: tuple[list[Reply], int],
) -> None:
    """What is collected once more leaves the inbox as it is, so that its merge is the same."""
    made, total = county
    mails = write(offline.folder.parent / "mails", made)
    code, told = offline.run("collect", str(mails))
    assert (code, [m["state"] for m in told["messages"]]) == (0, ["new"] * len(made))
    assert_the_county(offline, zfxxgk, roster, total)
    inbox = offline.inbox
    code, told = offline.run("collect", str(mails))
    assert (code, [m["state"] for m in told["messages"]]) == (0, ["known"] * len(made))
    assert offline.inbox == inbox
