"""Sending: what is new, to whom it belongs, and a record of it, whatever a server does."""

from __future__ import annotations

import datetime as dt
import email
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from campaign.scene import JIAZI, YICHOU, Mailbox, sending_campaign_in, workbook
from xlreport import Form, TemplateRequest, write_workbook
from xlreport.campaign.campaign import Campaign, ledger_of
from xlreport.campaign.collect import collect
from xlreport.campaign.decisions import Asked, decide
from xlreport.campaign.send import Drafts, SendRequest, SendResult, send
from xlreport.campaign.status import status
from xlreport.cli.app import main
from xlreport.errors import LetterError, SendError
from xlreport.mail.smtp import SENT
from xlreport.telling.lines import status_report

DAY = dt.date(2026, 1, 15)


@dataclass
class Way:
    """A server that keeps what it takes."""

    refuses: Mapping[str, str] = field(default_factory=dict)
    breaks_at: int = 0
    taken: list[tuple[bytes, tuple[str, ...]]] = field(default_factory=list)
    state: str = SENT

    def deliver(self, name: str, data: bytes, recipients: tuple[str, ...]) -> Mapping[str, str]:
        if self.breaks_at and len(self.taken) + 1 == self.breaks_at:
            raise SendError("连接断了")
        self.taken.append((data, recipients))
        return {a: why for a, why in self.refuses.items() if a in recipients}

    def ready(self) -> None:
        return

    def keeps(self, name: str) -> bool:
        return True


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return sending_campaign_in(tmp_path / "campaign")


def said(result: SendResult) -> list[tuple[str, str, str]]:
    return [(i.unit.name, i.address, i.state) for i in result.items]


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_each_unit_gets_its_own_workbook_once(campaign: Campaign) -> None:
    way = Way()
    assert said(send(campaign, SendRequest("templates"), way)) == [
        ("甲子镇", "jiazi@example.org", "sent"),
        ("乙丑镇", "yichou@example.org", "sent"),
        ("乙丑镇", "yichou2@example.org", "sent"),
        ("丙寅镇", "", "no_address"),
    ]
    assert [r for _, r in way.taken] == [
        ("jiazi@example.org",),
        ("yichou@example.org", "yichou2@example.org"),
    ]
    message = parsed(way.taken[0][0])
    assert (
        message["Subject"] == "请填报2025年政府信息公开工作年度报告（甲子镇，2026年1月31日前报送）"
    )
    (attached,) = message.iter_attachments()
    name = "990101_甲子镇_2025年政府信息公开工作年度报告.xlsx"
    assert attached.get_filename() == name
    assert attached.get_payload(decode=True) == (campaign.settings.templates / name).read_bytes()
    again = send(campaign, SendRequest("templates"), way)
    assert {s for _, _, s in said(again)} == {"before", "no_address"}
    assert len(way.taken) == 2
    assert send(campaign, SendRequest("templates", only=(JIAZI,), again=True), way).exit_code == 0
    assert len(way.taken) == 3


def test_a_changed_workbook_is_sent_anew(campaign: Campaign) -> None:
    way = Way()
    send(campaign, SendRequest("templates"), way)
    request = TemplateRequest(campaign.form, 2025, campaign.roster, campaign.county)
    anew = write_workbook(request.blank(JIAZI), campaign.form, password="new")
    next(campaign.settings.templates.glob("990101*")).write_bytes(anew)
    assert [s for _, _, s in said(send(campaign, SendRequest("templates"), way))] == [
        "sent",
        "before",
        "before",
        "no_address",
    ]


def test_a_dry_run_sends_and_records_nothing(campaign: Campaign) -> None:
    way = Way()
    assert {s for _, _, s in said(send(campaign, SendRequest("templates", dry_run=True), way))} == {
        "planned",
        "no_address",
    }
    assert way.taken == []
    assert list(campaign.settings.templates.iterdir()) == []
    with ledger_of(campaign.settings) as ledger:
        assert ledger.sent() == ()


def test_a_refused_recipient_does_not_stop_the_rest(campaign: Campaign) -> None:
    way = Way({"jiazi@example.org": "550 no such user", "yichou2@example.org": "552 full"})
    result = send(campaign, SendRequest("templates"), way)
    assert [s for _, _, s in said(result)] == ["refused", "sent", "refused", "no_address"]
    assert result.exit_code == 1
    assert result.items[0].detail == "550 no such user"
    way.refuses = {}
    assert [s for _, _, s in said(send(campaign, SendRequest("templates"), way))] == [
        "sent",
        "before",
        "sent",
        "no_address",
    ]
    assert way.taken[-1][1] == ("yichou2@example.org",)


def test_after_a_broken_connection_only_the_rest_is_sent_under_the_same_id(
    campaign: Campaign,
) -> None:
    way = Way(breaks_at=2)
    result = send(campaign, SendRequest("templates"), way)
    assert (result.exit_code, result.stopped) == (2, "连接断了")
    with ledger_of(campaign.settings) as ledger:
        unsure = [s for s in ledger.sent() if s.state == "sending"]
    assert {s.unit_name for s in unsure} == {"乙丑镇"}
    way.breaks_at = 0
    send(campaign, SendRequest("templates"), way)
    assert len(way.taken) == 2
    assert parsed(way.taken[1][0])["Message-ID"] == unsure[0].message_id


def test_drafts_open_in_a_mail_program_and_do_not_count_as_sent(campaign: Campaign) -> None:
    assert [
        s
        for _, _, s in said(
            send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))
        )
    ][:3] == ["draft"] * 3
    path = campaign.settings.drafts / "990101_甲子镇_发放模板.eml"
    message = parsed(path.read_bytes())
    assert (message["X-Unsent"], message["To"]) == ("1", "甲子镇 <jiazi@example.org>")
    assert [
        s
        for _, _, s in said(
            send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))
        )
    ][:3] == ["before"] * 3
    path.unlink()
    assert [
        s
        for _, _, s in said(
            send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))
        )
    ][:2] == [
        "draft",
        "before",
    ]
    assert [s for _, _, s in said(send(campaign, SendRequest("templates"), Way()))][:3] == [
        "sent"
    ] * 3
    assert [
        s
        for _, _, s in said(
            send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))
        )
    ][:3] == ["before"] * 3


def test_reminders_go_to_those_who_sent_nothing_once_a_day(
    campaign: Campaign, tmp_path: Path, zfxxgk: Form
) -> None:
    box = Mailbox(tmp_path / "mails")
    box.put("a", "jiazi@example.org", [("坏.xlsx", b"PK\x03\x04 broken")])
    collect(campaign, box.folder)
    way = Way()
    assert {n for n, _, _ in said(send(campaign, SendRequest("reminders", today=DAY), way))} == {
        "乙丑镇",
        "丙寅镇",
    }
    assert {s for _, _, s in said(send(campaign, SendRequest("reminders", today=DAY), way))} == {
        "before",
        "no_address",
    }
    later = send(campaign, SendRequest("reminders", today=DAY + dt.timedelta(days=3)), way)
    assert {s for _, _, s in said(later)} == {"sent", "no_address"}
    assert [len(u.reminders) for u in status(campaign).units] == [0, 4, 0]


def test_returns_say_what_is_wrong_and_follow_each_new_version(
    campaign: Campaign, tmp_path: Path, zfxxgk: Form
) -> None:
    box = Mailbox(tmp_path / "mails")
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    box.put("b", "yichou@example.org", [("年报.xlsx", workbook(zfxxgk, YICHOU))])
    collect(campaign, box.folder)
    way = Way()
    assert said(send(campaign, SendRequest("returns", today=DAY), way)) == []
    box.put("c", "jiazi@example.org", [("更正的年报.xlsx", workbook(zfxxgk, JIAZI, -3))], day=8)
    collect(campaign, box.folder)
    assert said(send(campaign, SendRequest("returns", today=DAY), way)) == [
        ("甲子镇", "jiazi@example.org", "sent")
    ]
    (text, _) = parsed(way.taken[0][0]).iter_parts()
    assert isinstance(text, EmailMessage)
    body = text.get_content()
    assert "1. [错误] " in body
    assert "（A-5）" in body
    assert "二、主动公开 B10" in body
    assert "你单位报来的“更正的年报.xlsx”" in body
    assert "{" not in body
    assert said(send(campaign, SendRequest("returns", today=DAY), way))[0][2] == "before"
    box.put("d", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, -4))], day=9)
    collect(campaign, box.folder)
    assert said(send(campaign, SendRequest("returns", today=DAY), way))[0][2] == "sent"


@pytest.mark.parametrize(
    ("files", "text"), [([("年报.pdf", b"%PDF-1.7")], "您好"), ([], "https://pan.baidu.com/s/1x")]
)
def test_who_sent_something_else_is_not_told_that_nothing_came(
    files: list[tuple[str, bytes]], text: str, campaign: Campaign, tmp_path: Path
) -> None:
    box = Mailbox(tmp_path / "mails")
    box.put("a", "jiazi@example.org", files, text=text)
    collect(campaign, box.folder)
    told = status(campaign)
    assert [u.waiting for u in told.units] == [1, 0, 0]
    assert [m.origin for m in told.messages] == ["a.eml"]
    assert "1 封来信要由人打开" in next(status_report(told))
    way = Way()
    result = send(campaign, SendRequest("reminders", today=DAY), way)
    assert [s for _, _, s in said(result)] == ["held", "sent", "sent", "no_address"]
    assert result.items[0].detail == (
        "来过 1 封邮件，要先由人打开（见 xlreport status）；确实要催的，命令后加 --unit 和单位名称"
    )
    assert result.exit_code == 1
    result = send(campaign, SendRequest("reminders", today=DAY, only=(JIAZI,)), way)
    assert said(result) == [("甲子镇", "jiazi@example.org", "sent")]


def test_whose_file_was_removed_is_not_told_that_nothing_came(
    campaign: Campaign, tmp_path: Path, zfxxgk: Form
) -> None:
    box = Mailbox(tmp_path / "mails")
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    collect(campaign, box.folder)
    next(campaign.settings.inbox.glob("*.xlsx")).unlink()
    unit = status(campaign).units[0]
    assert (unit.state, unit.gone) == ("missing", 1)
    result = send(campaign, SendRequest("reminders", today=DAY), Way())
    assert [s for _, _, s in said(result)] == ["held", "sent", "sent", "no_address"]
    assert "收到过 1 个文件，现在不在 inbox 里" in result.items[0].detail


def test_what_only_the_county_can_decide_is_not_asked_of_a_town(
    campaign: Campaign, tmp_path: Path, zfxxgk: Form
) -> None:
    box = Mailbox(tmp_path / "mails")
    box.put("a", "jiazi@example.org", [(f"{n}.xlsx", workbook(zfxxgk, JIAZI, n)) for n in (5, 7)])
    collect(campaign, box.folder)
    way = Way()
    for only in ((), (JIAZI,)):
        (item,) = send(campaign, SendRequest("returns", today=DAY, only=only), way).items
        assert (item.state, way.taken) == ("held", [])
        assert "要先由县里处理：同一单位有 2 份报表，内容不同，分不出哪份较新" in item.detail


def test_a_unit_that_the_county_left_out_is_not_asked_to_correct(
    campaign: Campaign, tmp_path: Path, zfxxgk: Form
) -> None:
    box = Mailbox(tmp_path / "mails")
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    collect(campaign, box.folder)
    decide(campaign, Asked(JIAZI, "", "exclude", "并入邻镇", "王五"))
    way = Way()
    (item,) = send(campaign, SendRequest("returns", today=DAY), way).items
    assert (item.state, way.taken) == ("held", [])
    assert "县里决定不计入，不用更正" in item.detail


def test_a_letter_without_a_deadline_is_not_sent(campaign: Campaign) -> None:
    campaign = replace(campaign, settings=replace(campaign.settings, deadline=None))
    with pytest.raises(LetterError, match="deadline"):
        send(campaign, SendRequest("templates"), Way())
    (campaign.settings.letters / "发放模板.txt").write_text("主题：请填报\n\n{单位}\n", "utf-8")
    assert send(campaign, SendRequest("templates"), Way()).exit_code == 1


def test_hostile_names_and_addresses_in_the_roster(campaign: Campaign) -> None:
    unit = replace(JIAZI, name="Jiazi\nBcc: all@example.org")
    columns = {
        **campaign.roster.columns,
        JIAZI.code: {"邮箱": "jiazi@example.org,a@b\x00.cn; 坏地址 <x@y>"},
    }
    campaign = replace(
        campaign, roster=replace(campaign.roster, units=(unit, YICHOU), columns=columns)
    )
    way = Way()
    result = send(campaign, SendRequest("templates", only=(unit,)), way)
    assert [(a, s) for _, a, s in said(result)] == [
        ("a@b\x00.cn", "refused"),
        ("坏地址", "refused"),
        ("<x@y>", "refused"),
        ("jiazi@example.org", "sent"),
    ]
    message = parsed(way.taken[0][0])
    assert message["Bcc"] is None
    assert message["To"] == '"Jiazi Bcc: all@example.org" <jiazi@example.org>'
    assert way.taken[0][1] == ("jiazi@example.org",)


def test_json_and_exit_codes(campaign: Campaign, capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--campaign", str(campaign.settings.folder))
    assert main(["send", "templates", "--drafts", "--json", *where]) == 1
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert set(document) == {"kind", "items", "stopped"}
    assert [i["state"] for i in document["items"]] == ["draft"] * 3 + ["no_address"]
    assert "已写成草稿 2 个单位，没有发 1 个单位" in err
    assert "注意：截止日期 2026-01-31 已经过了" in err
    assert main(["status", "--json", *where]) == 1
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"deadline", "days", "units", "messages", "strangers", "findings"}
    assert [u["templates"][0]["state"] for u in document["units"][:2]] == ["draft", "draft"]


@dataclass
class Slow:
    """What a run would have waited."""

    pauses: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.pauses.append(seconds)


def test_between_two_messages_to_a_server_there_is_a_pause(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    monkeypatch.setattr("xlreport.campaign.send.time.sleep", slow)
    smtp = replace(campaign.settings.smtp, pause=2.5)
    campaign = replace(campaign, settings=replace(campaign.settings, smtp=smtp))
    send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))
    send(campaign, SendRequest("templates", dry_run=True), Way())
    assert slow.pauses == []
    send(campaign, SendRequest("templates"), Way())
    assert slow.pauses == [2.5], "two messages, three addresses"


def test_what_bounced_is_not_sent_again(campaign: Campaign) -> None:
    way = Way()
    send(campaign, SendRequest("templates"), way)
    with ledger_of(campaign.settings) as ledger:
        (row,) = [row for row in ledger.sent() if row.address == "jiazi@example.org"]
        ledger.mark_bounced(row.message_id, [row.address], "退信：没有这个用户")
    item = send(campaign, SendRequest("templates"), way).items[0]
    assert (item.address, item.state, item.detail) == (
        *("jiazi@example.org", "before"),
        "退信：没有这个用户",
    )
    assert len(way.taken) == 2


def test_an_address_of_its_own_gets_a_message_id_of_its_own(campaign: Campaign) -> None:
    """What may have reached one address of a unit goes to it under the same id, to others under a new one."""
    way = Way(breaks_at=2)
    send(campaign, SendRequest("templates"), way)
    with ledger_of(campaign.settings) as ledger:
        unsure = [row for row in ledger.sent() if row.state == "sending"]
        one, other = unsure
        assert one.message_id == other.message_id
        ledger.put_sent(replace(one, state="sent"))
        ledger.put_sent(replace(other, address="gone@example.org"), replace(other, state="refused"))
    way.breaks_at = 0
    result = send(campaign, SendRequest("templates"), way)
    (sent,) = [item for item in result.items if item.address == other.address]
    assert sent.state == "sent"
    assert sent.message_id != other.message_id


def test_counts_are_of_units(campaign: Campaign) -> None:
    result = send(campaign, SendRequest("templates"), Way())
    assert (result.units_in("sent"), result.units_in("no_address")) == (2, 1)
    assert (result.units_in("sent", "no_address"), result.units_in("held")) == (3, 0)
