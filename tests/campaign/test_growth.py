"""What a message and a unit cost does not grow with how many there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaign.scene import Mailbox, campaign_in, sending_campaign_in
from support.counties import county, town
from support.growth import TWICE, is_linear, operations
from xlreport import Form, Roster, Unit
from xlreport.campaign.campaign import Campaign
from xlreport.campaign.collect import collect
from xlreport.campaign.ledger import BOUNCED, NAME, Ledger, Sent, open_ledger
from xlreport.campaign.letters import KINDS, REMINDERS, TEMPLATES, read_letter
from xlreport.campaign.send import Drafts, LetterWriter, Mailing, Sender, SendRequest
from xlreport.campaign.status import overview
from xlreport.mail.mailboxes import Uid
from xlreport.mail.messages import Attachment, Mail
from xlreport.merging.decisions import Decision, Ruling

MANY = 200


class Statements:
    """What a ledger asks its database: the statements, and the steps that they take."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.steps = 0
        connect = sqlite3.connect

        def watched(*rest: Any, **more: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*rest, **more)
            connection.set_trace_callback(self.asked.append)
            connection.set_progress_handler(self._step, 1)
            return connection

        monkeypatch.setattr(sqlite3, "connect", watched)

    def _step(self) -> int:
        self.steps += 1
        return 0

    def steps_of(self, work: Callable[[], object]) -> int:
        """The steps of the database's machine that a call takes."""
        before = self.steps
        work()
        return self.steps - before


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    return Statements(monkeypatch)


def letter(number: int) -> Mail:
    """A message with a file of its own."""
    sender = f"u{number}@example.org"
    file = Attachment("年报.xlsx", Path("0"), f"f{number}", 1, (sender,), "工作簿", True)
    digest = f"d{number}"
    names = ((sender,), sender, "年报", f"<{number}>", 1.0, float(number), digest)
    return Mail(*names, (file,), raw_sha256=f"r{number}")


def sent(number: int, kind: str = TEMPLATES) -> Sent:
    """A message that went to a unit."""
    unit, address = town(number), f"u{number}@example.org"
    return Sent(kind, unit.code, unit.name, address, "k", f"<s{number}>", f"w{number}", 1.0, "sent")


def fill(ledger: Ledger, many: int) -> None:
    """So many units with a message each way and a decision, not waiting for the disk."""
    ledger._db.execute("PRAGMA synchronous = OFF")
    for number in range(1, many + 1):
        uid = Uid("box", 1, number)
        ledger.add(letter(number), "a.eml", [f"{number}.xlsx"], uid, [town(number).code])
        ledger.put_sent(*(sent(number, kind) for kind in KINDS))
        ledger.decide(Decision(town(number), Ruling.ACCEPT, "已核实", "B4"))


Lookup = Callable[[Ledger, int], object]
"""Something that a ledger is asked about one message or unit."""

LOOKUPS: dict[str, Lookup] = {
    "the same bytes": lambda ledger, number: ledger.knows_copy(f"r{number}"),
    "another copy": lambda ledger, number: ledger.same_as(
        replace(letter(number), digest="another")
    ),
    "a Message-ID": lambda ledger, number: ledger.has_message_id(f"<{number}>"),
    "a content's name": lambda ledger, number: ledger.path_of(f"f{number}"),
    "a workbook of ours": lambda ledger, number: ledger.sent_as(f"w{number}"),
    "what a bounce is about": lambda ledger, number: ledger.sent_about(
        f"<s{number}>", [f"w{number}"]
    ),
    "a bounce": lambda ledger, number: ledger.mark_bounced(
        f"<s{number}>", [f"u{number}@example.org"], "退信"
    ),
    "what a unit got": lambda ledger, number: ledger.sent_to(TEMPLATES, town(number).code, "k"),
    "another place": lambda ledger, number: ledger.add_place(f"r{number}", Uid("box", 2, number)),
    "a new message": lambda ledger, number: ledger.add(letter(9999), "a.eml", ["a.xlsx"], None, []),
    "a message that goes out": lambda ledger, number: ledger.put_sent(sent(number)),
    "a decision": lambda ledger, number: ledger.decide(
        Decision(town(number), Ruling.QUERY, "请核实", "B4")
    ),
    "a decision taken back": lambda ledger, number: ledger.revoke(town(number), "B4", 2.0),
}


@pytest.mark.parametrize("asked", LOOKUPS)
def test_a_look_up_takes_the_same_steps_among_many(
    asked: str, statements: Statements, tmp_path: Path
) -> None:
    steps = []
    for many in (4, MANY):
        with open_ledger(tmp_path / str(many)) as ledger:
            fill(ledger, many)
            steps.append(statements.steps_of(lambda: LOOKUPS[asked](ledger, 3)))
    assert steps[0] > 0
    assert steps[1] == steps[0]


def test_a_ledger_that_was_begun_without_indexes_gets_them(
    statements: Statements, tmp_path: Path
) -> None:
    with open_ledger(tmp_path) as ledger:
        fill(ledger, MANY)
        quick = statements.steps_of(lambda: ledger.has_message_id("<7>"))
        received, outgoing = tuple(ledger.received()), ledger.sent()
    with sqlite3.connect(tmp_path / NAME) as db:
        names = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%NOT EXISTS%'"
        made = db.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()
        assert db.execute(names).fetchall() == []
        ours = {name for (name,) in made if not name.startswith("sqlite_")} - {"attachment_sha256"}
        assert ours == {"message_message_id", "sent_message_id", "sent_sha256", "decision_matter"}
        for name in ours:
            db.execute(f"DROP INDEX {name}")
        slow = statements.steps_of(
            lambda: db.execute("SELECT id FROM message WHERE message_id = 'x'").fetchall()
        )
    db.close()
    assert slow > MANY
    with open_ledger(tmp_path) as ledger:
        assert statements.steps_of(lambda: ledger.has_message_id("<7>")) == quick
        assert (tuple(ledger.received()), ledger.sent()) == (received, outgoing)


def test_what_a_bounce_is_about_comes_in_its_order_and_once(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.put_sent(sent(3), sent(1), sent(2), replace(sent(4), message_id="", sha256=""))
        by_content_first = ledger.sent_about("<s2>", ["w3", "w2", "w9"])
        assert [row.unit_code for row in by_content_first] == [town(3).code, town(2).code]
        assert ledger.sent_about("", []) == ()
        assert ledger.sent_about("", ["w1"]) == (sent(1),)
        failed = ledger.mark_bounced("<s2>", ["u2@example.org", "u3@example.org"], "退信")
        assert [(row.unit_code, row.state) for row in failed] == [(town(2).code, BOUNCED)]
        assert ledger.mark_bounced("", ["u4@example.org"], "退信") == ()


def standing_in(campaign: Campaign, many: int) -> None:
    """So many files in the inbox, and messages in the ledger, of earlier runs."""
    campaign.settings.inbox.mkdir(exist_ok=True)
    for number in range(many):
        (campaign.settings.inbox / f"甲子镇_{number:012x}.xlsx").touch()
    with open_ledger(campaign.settings.records) as ledger:
        fill(ledger, many)


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlreport.merging.request.WORKERS", 0)


def collected(folder: Path, standing: int, messages: int) -> Callable[[], object]:
    """A collection of so many messages beside what stands there from before."""
    campaign = campaign_in(folder / f"{standing} {messages}")
    standing_in(campaign, standing)
    box = Mailbox(folder / f"{standing} {messages} mails")
    for number in range(messages):
        files = [("年报.rar", b"Rar!\x1a\x07\x00" + bytes([number]))]
        box.put(str(number), "jiazi@example.org", files)
    return lambda: collect(campaign, box.folder)


@pytest.mark.usefixtures("in_process")
def test_a_message_costs_the_same_beside_many_files(statements: Statements, tmp_path: Path) -> None:
    """The further messages of a run: the first one looks at the inbox."""
    collected(tmp_path, 1, 6)()
    work, steps = [], []
    for standing in (0, MANY):
        few, more = (collected(tmp_path, standing, messages) for messages in (2, 6))
        before = statements.steps
        few_operations = operations(few)
        few_steps, before = statements.steps - before, statements.steps
        work.append(operations(more) - few_operations)
        steps.append(statements.steps - before - few_steps)
    assert 0 < work[1] <= 1.01 * work[0]
    assert 0 < steps[1] <= 1.01 * steps[0]


def units_with_letters(ledger: Ledger, many: int) -> Roster:
    """A roster of so many units, each with a message each way."""
    fill(ledger, many)
    units = tuple(town(number) for number in range(1, many + 1))
    addresses = {unit.code: {"邮箱": f"u{n}@example.org"} for n, unit in enumerate(units, 1)}
    return Roster(units, {}, Unit("示例县", "9901", "县"), addresses)


def test_the_overview_grows_with_the_units(tmp_path: Path) -> None:
    def work(many: int) -> Callable[[], object]:
        files = county(many).files

        def looked() -> None:
            with open_ledger(tmp_path / str(many)) as ledger:
                roster = units_with_letters(ledger, 0)
                roster = replace(roster, units=tuple(file.unit for file in files))
                assert len(overview(roster, files, ledger).units) == many

        with open_ledger(tmp_path / str(many)) as ledger:
            units_with_letters(ledger, many)
        return looked

    assert is_linear(work, 40)


def mailings(campaign: Campaign, roster: Roster) -> list[Mailing]:
    """A letter to each unit."""
    letter = read_letter(campaign.settings.letters, REMINDERS)
    writer = LetterWriter(replace(campaign, roster=roster), letter)
    return [writer.mailing(unit, "2026-01-20", {}) for unit in roster.units]


def test_sending_grows_with_the_units(statements: Statements, tmp_path: Path, zfxxgk: Form) -> None:
    campaign = sending_campaign_in(tmp_path / "campaign")
    steps = []
    for many in (40, 80):
        with open_ledger(tmp_path / str(many)) as ledger:
            due = mailings(campaign, units_with_letters(ledger, many))
            drafts = Drafts(tmp_path / f"drafts {many}")
            request = SendRequest(REMINDERS)
            sender = Sender(request, ledger, campaign.settings.smtp, drafts)
            steps.append(statements.steps_of(lambda: sender.send(due)))  # noqa: B023
        assert len(list(drafts.folder.iterdir())) == many
    assert steps[1] <= TWICE * steps[0]
