"""Where each unit is: whose a file is, what decides its state, when a message needs nobody any more."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from dataclasses import replace
from pathlib import Path

import pytest

from campaign.scene import JIAZI, YICHOU, Mailbox, campaign_in, workbook
from hostile.scene import base
from xlreport import Form, write_workbook
from xlreport.campaign import status as statuses
from xlreport.campaign.campaign import Campaign, ledger_of
from xlreport.campaign.collect import collect
from xlreport.campaign.ledger import Ledger
from xlreport.campaign.settling import reopen, settle
from xlreport.campaign.status import (
    StatusResult,
    UnitFile,
    UnitStatus,
    overview,
    status,
)
from xlreport.errors import UsageError
from xlreport.merging.arrivals import Arrival
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.submission import NOBODY, Unit
from xlreport.telling.lines import status_report
from xlreport.workbook.reader.submission import Reading

EVE = dt.date(2026, 1, 30)


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return campaign_in(tmp_path / "campaign")


def file(path: str, outcome: Outcome = Outcome.ACCEPTED, unit: Unit = JIAZI) -> FileRecord:
    return FileRecord(path, Reading((), unit=unit, sha256=path), decision=outcome)


def unit_status(unit: Unit, state: str, *files: UnitFile) -> UnitStatus:
    return UnitStatus(unit, state, files, (), (), ())


def seen(campaign: Campaign, *files: FileRecord) -> list[tuple[str, list[str]]]:
    with ledger_of(campaign.settings) as ledger:
        units = overview(campaign.roster, files, ledger).units
    return [(unit.state, [f.result.path for f in unit.files]) for unit in units]


def test_the_best_file_decides_the_state(campaign: Campaign) -> None:
    files = (
        file("a", Outcome.REJECTED),
        file("b", Outcome.RETURNED),
        file("c", Outcome.ACCEPTED),
        file("d", Outcome.REJECTED, YICHOU),
        file("e", Outcome.RETURNED, YICHOU),
    )
    assert seen(campaign, *files) == [
        ("accepted", ["a", "b", "c"]),
        ("returned", ["d", "e"]),
        ("missing", []),
    ]
    assert seen(campaign, files[0])[0] == ("rejected", ["a"])
    assert seen(campaign, file("a", Outcome.IGNORED))[0] == ("missing", [])


def test_a_unit_is_known_by_its_code_or_its_name(campaign: Campaign) -> None:
    by_name = file("a", unit=Unit("甲子镇"))
    by_code = file("b", unit=Unit("别名", "990101"))
    stranger = file("c", unit=NOBODY)
    assert seen(campaign, by_name, by_code, stranger)[0] == ("accepted", ["a", "b"])


def test_files_of_a_unit_come_in_the_order_of_their_arrival(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrivals = {name: Arrival(moment, ()) for name, moment in (("a", 9.0), ("b", 5.0))}
    monkeypatch.setattr(Ledger, "arrivals", lambda self: arrivals)
    assert seen(campaign, file("a"), file("b"), file("by hand"))[0][1] == ["by hand", "b", "a"]


def test_what_cannot_count_beside_a_report_that_does_is_told(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch, zfxxgk: Form
) -> None:
    """A correction that cannot be read must not be missed because the report before it counts."""
    inbox = campaign.settings.inbox
    inbox.mkdir(exist_ok=True)
    (inbox / "好.xlsx").write_bytes(workbook(zfxxgk, JIAZI))
    (inbox / "早.xlsx").write_bytes(with_year(zfxxgk, 2023))
    (inbox / "晚.xlsx").write_bytes(with_year(zfxxgk, 2022))
    assert [file.path for file in status(campaign).set_aside] == ["早.xlsx", "晚.xlsx"]
    arrivals = {
        hashlib.sha256((inbox / name).read_bytes()).hexdigest(): Arrival(moment, ())
        for name, moment in (("早.xlsx", 5.0), ("好.xlsx", 7.0), ("晚.xlsx", 9.0))
    }
    monkeypatch.setattr(Ledger, "arrivals", lambda self: arrivals)
    told = status(campaign)
    assert [file.path for file in told.set_aside] == ["晚.xlsx"], "the other came before"
    (line,) = [line for line in status_report(told) if "不能计入的文件" in line]
    assert line.startswith("甲子镇不能计入的文件：晚.xlsx（这是 2022 年度的报表")
    assert [each["path"] for each in told.as_dict()["set_aside"]] == ["晚.xlsx"]


def test_a_message_after_a_report_that_was_put_there_by_hand_is_not_missed(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zfxxgk: Form
) -> None:
    """A correction as a link to a cloud drive: the report before it counts all the same."""
    inbox = campaign.settings.inbox
    inbox.mkdir(exist_ok=True)
    (inbox / "甲!好.xlsx").write_bytes(workbook(zfxxgk, JIAZI))
    box = Mailbox(tmp_path / "mails")
    box.put("a", "jiazi@example.org", text="更正：https://pan.baidu.com/s/1x 提取码 1234", day=8)
    collect(campaign, box.folder)
    assert status(campaign).messages == (), "the report was put there later"
    before = dt.datetime(2026, 1, 7, tzinfo=dt.UTC).timestamp()
    monkeypatch.setattr(statuses, "_there_since", lambda inbox, path: before)
    assert [message.origin for message in status(campaign).messages] == ["a.eml"]


def test_since_when_a_file_is_there(tmp_path: Path) -> None:
    (tmp_path / "包!.zip").write_bytes(b"1")
    since = (tmp_path / "包!.zip").stat().st_ctime
    assert statuses._there_since(tmp_path, "包!.zip") == since
    (tmp_path / "包.zip").write_bytes(b"1")
    assert (
        statuses._there_since(tmp_path, "包.zip!甲.xlsx") == (tmp_path / "包.zip").stat().st_ctime
    )
    assert statuses._there_since(tmp_path, "没有.xlsx") == math.inf


def with_year(form: Form, year: int) -> bytes:
    """A report of 甲子镇 of another year."""
    return write_workbook(replace(base(form, JIAZI), year=year), form)


def test_versions_are_different_files() -> None:
    files = [UnitFile(file(name), None) for name in "ab"]
    again = UnitFile(file("c", Outcome.DUPLICATE), None)
    assert unit_status(JIAZI, "accepted", *files, again).versions == 2


def test_what_the_unit_calls_its_file() -> None:
    member = file("包.zip/一.xlsx")
    arrival = Arrival(1.0, (), "包.zip", "我们的包.zip")
    assert UnitFile(member, arrival).name == "我们的包.zip/一.xlsx"
    assert UnitFile(member, replace(arrival, name="")).name == "包.zip/一.xlsx"
    assert UnitFile(member, None).name == "包.zip/一.xlsx"


def test_until_when_messages_need_nobody() -> None:
    early, late = (UnitFile(file("a"), Arrival(moment, ())) for moment in (5.0, 9.0))
    by_hand = UnitFile(file("b"), None)
    superseded = UnitFile(file("c", Outcome.SUPERSEDED), Arrival(99.0, ()))
    assert unit_status(JIAZI, "accepted", early, late, superseded).settled_until == 9.0
    assert unit_status(JIAZI, "accepted", early, by_hand).settled_until == math.inf
    put_there = replace(by_hand, there_since=7.0)
    assert unit_status(JIAZI, "accepted", early, put_there).settled_until == 7.0
    assert unit_status(JIAZI, "returned", early).settled_until == -math.inf
    assert unit_status(JIAZI, "missing").settled_until == -math.inf


def result(*states: str) -> StatusResult:
    units = [Unit(f"{number}镇", str(number)) for number, _ in enumerate(states)]
    statuses = [unit_status(unit, state) for unit, state in zip(units, states, strict=True)]
    return StatusResult(tuple(statuses), (), (), (), None, None)


def test_who_is_missing_and_who_must_correct() -> None:
    told = result("returned", "accepted", "missing", "rejected", "returned")
    assert [unit.name for unit in told.missing] == ["2镇"]
    assert [unit.name for unit in told.to_correct] == ["0镇", "3镇", "4镇"]
    assert list(told.counts.items()) == [
        *(("退回", 2), ("通过", 1), ("未报", 2)),
    ]
    assert (told.exit_code, result("accepted").exit_code) == (1, 0)


@pytest.mark.parametrize(("days", "left"), [(0, 1), (1, 0), (2, -1)])
def test_days_to_the_deadline(campaign: Campaign, days: int, left: int) -> None:
    assert status(campaign, today=EVE + dt.timedelta(days=days)).days == left
    without = replace(campaign, settings=replace(campaign.settings, deadline=None))
    assert status(without).days is None


def test_a_message_is_settled_by_a_later_report_or_by_a_person(
    campaign: Campaign, tmp_path: Path, zfxxgk: Form
) -> None:
    box = Mailbox(tmp_path / "mails")
    box.put("a", "jiazi@example.org", text="https://pan.baidu.com/s/1", day=5)
    box.put("b", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))], day=6)
    box.put("c", "yichou@example.org", text="https://pan.baidu.com/s/2", day=5)
    box.put("d", "nobody@example.com", text="https://pan.baidu.com/s/3", day=5)
    collect(campaign, box.folder)
    told = status(campaign)
    assert [message.origin for message in told.messages] == ["c.eml", "d.eml"]
    assert [unit.waiting for unit in told.units] == [0, 1, 0]
    settle(campaign, [message.number for message in told.messages[:1]])
    assert [message.origin for message in status(campaign).messages] == ["d.eml"]
    with pytest.raises(UsageError, match="没有编号是 7、9 的邮件"):
        settle(campaign, [7, 9])


def test_what_a_person_ticked_can_be_taken_back(
    campaign: Campaign, tmp_path: Path, zfxxgk: Form
) -> None:
    box = Mailbox(tmp_path / "mails")
    box.put("a", "jiazi@example.org", text="https://pan.baidu.com/s/1", day=5)
    box.put("b", "yichou@example.org", text="https://pan.baidu.com/s/2", day=5)
    collect(campaign, box.folder)
    before = status(campaign)
    assert "settled" not in before.as_dict()
    assert settle(campaign, [1, 2]) == []
    told = status(campaign)
    assert (told.messages, [message.number for message in told.settled]) == ((), [1, 2])
    assert [unit.waiting for unit in told.units] == [0, 0, 0]
    settled = told.as_dict()["settled"]
    assert [message["number"] for message in settled] == [1, 2]
    assert reopen(campaign, [1]) == []
    told = status(campaign)
    assert [message.number for message in told.messages] == [1]
    assert [message.number for message in told.settled] == [2]
    assert [unit.waiting for unit in told.units] == [1, 0, 0]
    assert reopen(campaign, [1, 2]) == ["编号 1 的邮件没有勾掉过。"]
    assert status(campaign) == before
    with pytest.raises(UsageError, match="没有编号是 7 的邮件"):
        reopen(campaign, [2, 7])


def test_what_needs_nobody_any_more_is_not_among_what_can_be_taken_back(
    campaign: Campaign, tmp_path: Path, zfxxgk: Form
) -> None:
    """A later report has settled it: it would not be listed again."""
    box = Mailbox(tmp_path / "mails")
    box.put("a", "jiazi@example.org", text="https://pan.baidu.com/s/1", day=5)
    collect(campaign, box.folder)
    settle(campaign, [1])
    box.put("b", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))], day=6)
    collect(campaign, box.folder)
    told = status(campaign)
    assert (told.messages, told.settled) == ((), ())


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.xlsx", "甲子镇年报.xlsx"),
        ("a.xlsx!b/c.xlsx", "甲子镇年报.xlsx!b/c.xlsx"),
        ("copy.xlsx", "甲子镇年报.xlsx"),
    ],
)
def test_a_file_is_called_what_the_unit_calls_it(path: str, name: str) -> None:
    """Also where the same content lies in the folder under another name."""
    arrival = Arrival(5.0, (), "a.xlsx", "甲子镇年报.xlsx")
    assert UnitFile(file(path), arrival).name == name
