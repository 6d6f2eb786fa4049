"""The ledger: what is the same message, what was seen where, what is forgotten and what is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from xlreport.atomic import was_writing, why_failed
from xlreport.campaign.ledger import NAME, Ledger, Sent, open_ledger
from xlreport.errors import LedgerError
from xlreport.mail.codes import NO_MESSAGE
from xlreport.mail.dsn import Bounce
from xlreport.mail.mailboxes import Uid
from xlreport.mail.messages import Attachment, Mail
from xlreport.merging.decisions import Decision, Ruling
from xlreport.submission import Unit

TOWN = "town@example.org"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path) as opened:
        yield opened


def mail(digest: str, *files: str, message_id: str = "", arrived: float = 1.0) -> Mail:
    attachments = tuple(Attachment(f, Path(f), f, 1, (TOWN,), "工作簿", True) for f in files)
    return Mail(
        (TOWN,), TOWN, "年报", message_id, 1.0, arrived, digest, attachments, raw_sha256=digest
    )


def add(ledger: Ledger, message: Mail, uid: Uid | None = None) -> None:
    paths = [f"{number}.xlsx" for number, _ in enumerate(message.attachments)]
    ledger.add(message, "a.eml", paths, uid, [])


def outgoing(address: str, message_id: str, **changes: str) -> Sent:
    row = Sent("templates", "990101", "甲子镇", address, "k", message_id, "f0", 1.0, "sent")
    return replace(row, **changes)  # type: ignore[arg-type]


def test_uids_belong_to_a_mailbox_and_its_validity(ledger: Ledger) -> None:
    add(ledger, mail("1"), Uid("box", 7, 1))
    add(ledger, mail("2"), Uid("box", 8, 2))
    add(ledger, mail("3"), Uid("other", 7, 3))
    assert ledger.seen("box", 7) == {1}
    assert ledger.seen("box", 8) == {2}
    assert ledger.seen("box", 9) == frozenset()


def test_the_same_bytes_at_another_place_are_seen_there_too(ledger: Ledger) -> None:
    add(ledger, mail("1"))
    ledger.add_place("1", Uid("box", 7, 5))
    assert ledger.seen("box", 7) == {5}
    assert [message.number for message in ledger.received()] == [1]


def test_a_copy_has_the_same_digest_or_the_same_message_id_with_the_same_files(
    ledger: Ledger,
) -> None:
    add(ledger, mail("1", "a", "b", message_id="<x>"))
    assert ledger.same_as(mail("1", "c")) == 1
    assert ledger.same_as(mail("2", "b", "a", message_id="<x>")) == 1
    assert ledger.same_as(mail("2", "a", message_id="<x>")) is None
    assert ledger.same_as(mail("2", "a", "b", "c", message_id="<x>")) is None
    assert ledger.same_as(mail("2", "a", "b", message_id="<y>")) is None
    assert ledger.same_as(mail("2", "a", "b")) is None


def test_messages_without_files_are_no_copies_by_their_message_id(ledger: Ledger) -> None:
    add(ledger, mail("1", message_id="<x>"))
    assert ledger.same_as(mail("2", message_id="<x>")) is None
    assert ledger.has_message_id("<x>")
    assert not ledger.has_message_id("")


def test_what_could_not_be_read_is_forgotten_source_by_source(ledger: Ledger) -> None:
    unread = replace(mail("1"), findings=(NO_MESSAGE(),))
    ledger.add_trouble(unread, "one", "a.eml")
    ledger.add_trouble(unread, "other", "b.eml")
    ledger.clear_trouble("one")
    (left,) = ledger.received()
    assert (left.origin, left.trouble, left.number, left.findings) == (
        *("b.eml", True, 0),
        (NO_MESSAGE(),),
    )
    assert left.senders == (TOWN,)


def test_a_bounce_marks_its_own_message_at_its_own_address(ledger: Ledger) -> None:
    ledger.put_sent(outgoing("a@x.cn", "<1>"), outgoing("b@x.cn", "<1>"))
    ledger.put_sent(outgoing("a@x.cn", "<2>", key="k2"))
    (failed,) = ledger.mark_bounced("<1>", ["a@x.cn"], "退信")
    assert (failed.address, failed.message_id, failed.state) == ("a@x.cn", "<1>", "bounced")
    states = {(row.address, row.message_id): row.state for row in ledger.sent()}
    assert states == {
        ("a@x.cn", "<1>"): "bounced",
        ("b@x.cn", "<1>"): "sent",
        ("a@x.cn", "<2>"): "sent",
    }


def test_outgoing_messages_are_replaced_by_kind_unit_address_and_key(ledger: Ledger) -> None:
    ledger.put_sent(outgoing("a@x.cn", "<1>", state="sending"))
    ledger.put_sent(outgoing("a@x.cn", "<2>"), outgoing("a@x.cn", "<3>", kind="returns"))
    assert [(row.kind, row.message_id, row.state) for row in ledger.sent()] == [
        ("templates", "<2>", "sent"),
        ("returns", "<3>", "sent"),
    ]
    assert [row.message_id for row in ledger.sent("returns")] == ["<3>"]
    assert ledger.sent_as("f0") == {"templates", "returns"}
    assert ledger.sent_as("f1") == frozenset()


def test_the_last_arrival_of_a_content_counts_and_a_return_is_none(ledger: Ledger) -> None:
    add(ledger, mail("1", "a", arrived=5.0))
    add(ledger, mail("2", "a", arrived=9.0))
    returned = replace(mail("3", "b", arrived=7.0), bounce=Bounce((), ""))
    add(ledger, returned)
    moments = {sha256: arrival.moment for sha256, arrival in ledger.arrivals().items()}
    assert moments == {"a": 9.0, "b": 0.0}


def test_contents_that_are_not_recorded_are_told(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "originals").mkdir()
    (tmp_path / "originals" / "ab12").write_bytes(b"x")
    with pytest.raises(LedgerError, match="原件有 1 份不在收发记录里"):
        ledger.arrivals()


def test_a_settled_message_stays_settled(ledger: Ledger) -> None:
    add(ledger, mail("1"))
    assert ledger.settle(1)
    assert not ledger.settle(2)
    assert [message.done for message in ledger.received()] == [True]


def test_that_it_is_settled_can_be_taken_back(ledger: Ledger) -> None:
    add(ledger, mail("1"))
    assert ledger.settle(1)
    assert ledger.reopen(1)
    assert not ledger.reopen(2)
    assert [message.done for message in ledger.received()] == [False]


def test_every_transaction_reaches_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def kept(path: Path) -> sqlite3.Connection:
        connections.append(connect(path))
        return connections[-1]

    monkeypatch.setattr("xlreport.campaign.ledger.sqlite3.connect", kept)
    with open_ledger(tmp_path):
        (connection,) = connections
        full, on = 2, 1
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == full
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == on


def test_undecodable_characters_are_escaped(ledger: Ledger) -> None:
    message = mail("1", "a")
    file = replace(message.attachments[0], name="年报\udcff.xlsx")
    add(ledger, replace(message, subject="\udcff", attachments=(file,)))
    (received,) = ledger.received()
    assert received.subject == "\\udcff"
    assert received.attachments[0].name == "年报\\udcff.xlsx"


NEWER = "是较新的版本写的，请换用新版本的 xlreport"


def test_what_a_newer_program_found_is_not_guessed(tmp_path: Path) -> None:
    """Its tables may be the same, and what stands in them new."""
    with open_ledger(tmp_path) as ledger:
        add(ledger, mail("1", "a"))
    with sqlite3.connect(tmp_path / NAME) as database:
        database.execute("UPDATE message SET findings = ?", ('[["M99", "新的", ""]]',))
    database.close()
    with pytest.raises(LedgerError, match=NEWER), open_ledger(tmp_path) as ledger:
        list(ledger.received())


def test_what_a_newer_program_decided_is_not_guessed(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.decide(Decision(Unit("甲镇", "1"), Ruling.QUERY, "理由"))
        assert len(ledger.decisions()) == 1
    with sqlite3.connect(tmp_path / NAME) as database:
        database.execute("UPDATE decision SET ruling = 'later'")
    database.close()
    with pytest.raises(LedgerError, match=NEWER), open_ledger(tmp_path) as ledger:
        ledger.decisions()


def test_a_ledger_without_its_tables_is_damaged(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / NAME)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    with pytest.raises(LedgerError, match="坏了"), open_ledger(tmp_path) as ledger:
        ledger.sent()


def test_a_ledger_that_cannot_be_opened_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(OSError, match="unable to open") as error, open_ledger(tmp_path):
        pass
    assert not was_writing(error.value)
    assert why_failed(error.value) == f"“{NAME}”打不开：请检查读取权限，并关闭正打开它的程序。"
