"""Receipts: who is told that a report counts, what exactly, and when not again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from campaign.scene import JIAZI, YICHOU, Mailbox, campaign_in, workbook
from campaign.test_decisions import put, wrong
from campaign.test_send import Way, parsed, said
from hostile.scene import base
from xlreport import FormCatalog, read_submission, write_workbook
from xlreport.campaign.campaign import Campaign, ledger_of
from xlreport.campaign.collect import collect
from xlreport.campaign.decisions import Asked, decide
from xlreport.campaign.letters import read_letter
from xlreport.campaign.send import LetterWriter, SendRequest, SendResult, send
from xlreport.campaign.status import status
from xlreport.cli.app import main
from xlreport.data_code import data_code
from xlreport.submission import Entry
from xlreport.telling.lines import status_report

RECEIPTS = SendRequest("receipts")


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    campaign = campaign_in(tmp_path / "campaign")
    smtp = replace(campaign.settings.smtp, sender="xian@example.org", reply_to="Bao@example.org")
    return replace(campaign, settings=replace(campaign.settings, smtp=smtp))


@pytest.fixture
def box(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mails")


def came(
    campaign: Campaign, box: Mailbox, name: str, data: bytes, sender: str, day: int = 5
) -> None:
    box.put(name, sender, [("年报.xlsx", data)], day=day)
    collect(campaign, box.folder)


def receipt(campaign: Campaign, way: Way) -> SendResult:
    return send(campaign, RECEIPTS, way)


def test_a_receipt_says_what_came_and_that_it_counts(campaign: Campaign, box: Mailbox) -> None:
    data = workbook(campaign.form, JIAZI)
    came(campaign, box, "a", data, "jiazi@example.org")
    way = Way()
    assert said(receipt(campaign, way)) == [("甲子镇", "jiazi@example.org", "sent")]
    message = parsed(way.taken[0][0])
    assert message["Subject"] == "已收到：2025年政府信息公开工作年度报告（甲子镇）"
    text = message.get_content().replace("\r", "")
    report = read_submission(data, FormCatalog()).submission
    assert report is not None
    received = report.entries["requests.received.natural_person"].value
    assert "你单位报来的“年报.xlsx”已收到，计入汇总" in text
    assert "收到时间：2026-01-05 09:30\n审核结果：通过，计入汇总\n" in text
    assert f"数据校验码：{data_code(report)}\n" in text
    figures = text.partition("主要数字：\n")[2].partition("\n\n")[0].split("\n")
    assert len(figures) == len(campaign.form.headlines)
    assert received is not None
    assert figures[0].startswith("　新收申请：")
    assert "{" not in text


def test_once_for_each_version(campaign: Campaign, box: Mailbox) -> None:
    came(campaign, box, "a", workbook(campaign.form, JIAZI), "jiazi@example.org")
    way = Way()
    receipt(campaign, way)
    assert said(receipt(campaign, way)) == [("甲子镇", "jiazi@example.org", "before")]
    # the same report in a file of another name is the same version
    box.put("b", "jiazi@example.org", [("再发.xlsx", workbook(campaign.form, JIAZI))], day=7)
    collect(campaign, box.folder)
    assert said(receipt(campaign, way))[0][2] == "before"
    came(campaign, box, "c", workbook(campaign.form, JIAZI, 5), "jiazi@example.org", day=8)
    assert said(receipt(campaign, way)) == [("甲子镇", "jiazi@example.org", "sent")]
    assert len(way.taken) == 2
    assert "2026-01-08 09:30" in parsed(way.taken[1][0]).get_content()
    assert len(status(campaign).units[0].receipts) == 2
    assert "；回执已发（" in next(status_report(status(campaign)))


def test_only_reports_that_count_have_one(campaign: Campaign, box: Mailbox) -> None:
    came(campaign, box, "a", workbook(campaign.form, JIAZI, -3), "jiazi@example.org")
    assert said(receipt(campaign, Way())) == []


def test_whoever_sent_it_is_told_too(campaign: Campaign, box: Mailbox) -> None:
    came(campaign, box, "a", workbook(campaign.form, JIAZI), "Bangongshi@Example.com")
    way = Way()
    assert said(receipt(campaign, way)) == [
        ("甲子镇", "jiazi@example.org", "sent"),
        ("甲子镇", "bangongshi@example.com", "sent"),
    ]
    assert [recipients for _, recipients in way.taken] == [
        ("jiazi@example.org", "bangongshi@example.com")
    ]


@pytest.mark.parametrize("sender", ["JIAZI@example.org", "xian@example.org", "BAO@example.org"])
def test_nobody_is_told_twice_and_the_office_not_at_all(
    campaign: Campaign, box: Mailbox, sender: str
) -> None:
    came(campaign, box, "a", workbook(campaign.form, JIAZI), sender)
    assert said(receipt(campaign, Way())) == [("甲子镇", "jiazi@example.org", "sent")]


def test_a_sender_who_is_named_twice_gets_one(campaign: Campaign) -> None:
    writer = LetterWriter(campaign, read_letter(campaign.settings.letters, "receipts"))
    senders = ["b@example.com", "B@example.com", "nobody", "A@example.org"]
    told = writer._also(("a@example.org",), senders)
    assert told == ("a@example.org", "b@example.com")


def test_a_report_that_came_back_from_a_mail_server_has_no_sender(
    campaign: Campaign, box: Mailbox
) -> None:
    came(campaign, box, "a", workbook(campaign.form, JIAZI), "postmaster@example.com")
    unit = status(campaign).units[0]
    (file,) = unit.files
    assert file.arrival is not None
    writer = LetterWriter(campaign, read_letter(campaign.settings.letters, "receipts"))
    assert writer.receipt(unit).addresses == ("jiazi@example.org",)
    arrived = replace(file, arrival=replace(file.arrival, moment=5.0))
    told = writer.receipt(replace(unit, files=(arrived,))).addresses
    assert told == ("jiazi@example.org", "postmaster@example.com")


def test_a_report_that_did_not_come_by_mail_has_no_time(campaign: Campaign) -> None:
    campaign.settings.inbox.mkdir(exist_ok=True)
    path = campaign.settings.inbox / "甲子镇.xlsx"
    path.write_bytes(workbook(campaign.form, JIAZI))
    way = Way()
    assert said(receipt(campaign, way)) == [("甲子镇", "jiazi@example.org", "sent")]
    text = parsed(way.taken[0][0]).get_content()
    assert "“甲子镇.xlsx”已收到" in text
    assert "收到时间：（不是通过邮件收到的，没有登记时间）" in text


def test_what_nobody_explained_is_asked(campaign: Campaign, box: Mailbox) -> None:
    report = base(campaign.form, JIAZI)
    entries = {**report.entries, "disclosure.fees.amount": Entry.of(251000)}
    data = write_workbook(replace(report, entries=entries), campaign.form)
    came(campaign, box, "a", data, "jiazi@example.org")
    way = Way()
    receipt(campaign, way)
    text = parsed(way.taken[0][0]).get_content()
    assert "审核结果：通过，计入汇总；有 1 处警示没有说明，请核实\r\n" in text


def test_who_has_no_address_but_wrote_is_told_where_it_wrote_from(
    campaign: Campaign, box: Mailbox
) -> None:
    unit = campaign.roster.units[2]
    came(campaign, box, "a", workbook(campaign.form, unit), "zhouwu@example.com")
    assert said(receipt(campaign, Way())) == [("丙寅镇", "zhouwu@example.com", "sent")]


def test_receipts_are_kept_apart_from_other_messages(campaign: Campaign, box: Mailbox) -> None:
    came(campaign, box, "a", workbook(campaign.form, YICHOU), "yichou@example.org")
    receipt(campaign, Way())
    unit = status(campaign).units[1]
    assert (len(unit.receipts), unit.reminders, unit.returns, unit.templates) == (2, (), (), ())
    with ledger_of(campaign.settings) as ledger:
        assert {row.sha256 for row in ledger.sent("receipts")} == {""}
    assert unit.as_dict()["receipts"][0]["state"] == "sent"


def test_the_command(campaign: Campaign, box: Mailbox, capsys: pytest.CaptureFixture[str]) -> None:
    came(campaign, box, "a", workbook(campaign.form, JIAZI), "jiazi@example.org")
    where = ("--campaign", str(campaign.settings.folder))
    assert main(["send", "receipts", "--drafts", *where]) == 0
    assert "收到回执：已写成草稿 1 个单位。" in capsys.readouterr().out
    assert [path.name for path in campaign.settings.drafts.iterdir()] == ["990101_甲子镇_回执.eml"]


def test_a_receipt_says_what_the_county_accepted(campaign: Campaign) -> None:
    put(campaign, wrong(campaign))
    decide(campaign, Asked(JIAZI, "A3", "accept", "上年数报错", "王五"))
    way = Way()
    receipt(campaign, way)
    text = parsed(way.taken[0][0]).get_content().replace("\r", "")
    assert (
        "审核结果：通过，计入汇总；有 1 处警示没有说明，请核实；县里认可A-3：上年数报错（王五，"
        in text
    )
