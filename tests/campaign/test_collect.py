"""Collecting: every message accounted for, every file once, nothing lost and nothing doubled."""

from __future__ import annotations

import errno
import hashlib
import io
import mailbox
import os
import sqlite3
import time
import unicodedata
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from campaign.scene import BINGYIN, JIAZI, YICHOU, Mailbox, campaign_in, workbook
from merging.test_arrivals import stamped
from support import published
from support.clock import with_clock
from support.merges import merge_and_write
from support.printed_files import word
from support.rar_files import Stored, rar4
from xlreport import Form, UsageError
from xlreport.campaign.campaign import Campaign, ledger_of, merged_inbox
from xlreport.campaign.collect import (
    CollectedFile,
    CollectedMessage,
    Collector,
    CollectResult,
    _dated,
    collect,
)
from xlreport.campaign.ledger import open_ledger
from xlreport.campaign.send import Drafts, SendRequest, send
from xlreport.campaign.status import status
from xlreport.cli.app import main
from xlreport.errors import LedgerError
from xlreport.findings import Finding
from xlreport.mail.codes import NO_MESSAGE
from xlreport.mail.mailboxes import Raw, Uid
from xlreport.mail.messages import Mail, MailLimits, MessageReader
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import read_all
from xlreport.merging.outcome import FileRecord
from xlreport.merging.reader import Reader
from xlreport.workers import STARTING, InProcess


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return campaign_in(tmp_path / "campaign")


@pytest.fixture
def box(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mails")


def inbox(campaign: Campaign) -> list[str]:
    return sorted(p.name for p in campaign.settings.inbox.iterdir())


def codes(result: CollectResult) -> list[str]:
    return [f.code for m in result.messages for f in m.findings]


def messages(result: CollectResult) -> list[str]:
    return [f.message for m in result.messages for f in m.findings]


def test_a_workbook_is_kept_untouched_under_a_telling_name(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    data = workbook(zfxxgk, JIAZI)
    box.put("a", "张一 <Jiazi@example.org>", [("年报.xlsx", data)])
    result = collect(campaign, box.folder)
    sha256 = hashlib.sha256(data).hexdigest()
    assert inbox(campaign) == [f"990101_甲子镇_20260105-0930_jiazi@example.org_{sha256[:12]}.xlsx"]
    assert (campaign.settings.inbox / inbox(campaign)[0]).read_bytes() == data
    assert (campaign.settings.records / "originals" / sha256).read_bytes() == data
    (message,) = result.messages
    assert (message.state, message.listed, message.findings, result.exit_code) == (
        "new",
        True,
        (),
        0,
    )
    assert [(f.name, f.units, f.again) for f in message.files] == [
        ("年报.xlsx", ("甲子镇",), False)
    ]


def test_each_message_is_taken_once(campaign: Campaign, box: Mailbox, zfxxgk: Form) -> None:
    path = box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    again = path.with_name("b.eml")
    again.write_bytes(
        b"Received: from elsewhere by here; Tue, 6 Jan 2026 08:00:00 +0800\r\n" + path.read_bytes()
    )
    assert [m.state for m in collect(campaign, box.folder).messages] == ["new", "known"]
    assert [m.state for m in collect(campaign, box.folder).messages] == ["known", "known"]
    assert len(inbox(campaign)) == 1


def test_the_same_workbook_in_two_messages_is_one_file(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    data = workbook(zfxxgk, JIAZI)
    box.put("a", "jiazi@example.org", [("年报.xlsx", data)])
    box.put("b", "jiazi@example.org", [("年报（再发）.xlsx", data)], day=7)
    result = collect(campaign, box.folder)
    assert [m.state for m in result.messages] == ["new", "new"]
    assert [m.files[0].again for m in result.messages] == [False, True]
    assert len(inbox(campaign)) == 1
    with ledger_of(campaign.settings) as ledger:
        (arrival,) = ledger.arrivals().values()
    assert arrival.moment == 1767749400.0


def test_one_message_id_with_two_contents_loses_nothing(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))], message_id="<x@y>")
    box.put(
        "b", "yichou@example.org", [("年报.xlsx", workbook(zfxxgk, YICHOU))], message_id="<x@y>"
    )
    result = collect(campaign, box.folder)
    assert codes(result) == ["M9"]
    assert "这封邮件与以前收到的一封编号相同，内容不同，两封都已收取" in messages(result)
    assert len(inbox(campaign)) == 2


def test_who_sent_it(campaign: Campaign, box: Mailbox, zfxxgk: Form) -> None:
    box.put("a", "someone@example.com", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    box.put("b", "yichou2@example.org", [("年报.xlsx", workbook(zfxxgk, BINGYIN))])
    box.put("c", "yichou@example.org", [("年报.xlsx", workbook(zfxxgk, YICHOU))])
    result = collect(campaign, box.folder)
    assert codes(result) == ["M1", "M2"]
    told = [f for x in survey_files(campaign) for f in x if f.code.startswith("M")]
    assert [(f.code, f.message) for f in told] == [
        ("M1", "发件人 someone@example.com 不在名册的邮箱里"),
        ("M2", "报表是“丙寅镇”的，来自“乙丑镇”的邮箱（yichou2@example.org）"),
    ]
    assert result.exit_code == 0


def survey_files(campaign: Campaign) -> list[tuple[Finding, ...]]:
    with ledger_of(campaign.settings) as ledger:
        return [f.findings for f in merged_inbox(campaign, ledger).files]


def test_what_is_not_taken_is_told(campaign: Campaign, box: Mailbox) -> None:
    box.put("a", "jiazi@example.org", [("扫描件.pdf", b"%PDF-1.4"), ("说明.docx", b"x")])
    box.put(
        "b", "jiazi@example.org", text="见超大附件 https://mail.qq.com/cgi-bin/ftnExs_download?k=1"
    )
    box.put("c", "jiazi@example.org", [("年报.rar", b"Rar!x"), ("年报.xls", b"<html>")])
    (box.folder / "d.eml").write_bytes(b"\x00\x01\x02")
    (box.folder / "年报.xlsx").write_bytes(b"PK")
    result = collect(campaign, box.folder)
    assert codes(result) == ["M4", "M4", "M3", "M6"]
    assert [m.state for m in result.messages] == ["new", "new", "new", "trouble"]
    assert [Path(stray).name for stray in result.strays] == ["年报.xlsx"]
    assert len(inbox(campaign)) == 2
    assert result.exit_code == 1


def test_a_rar_that_came_by_mail_is_taken_and_its_reports_count(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    names = ["甲子镇\\年报.xlsx".encode("gb18030"), "乙丑镇.xlsx".encode("gb18030")]
    books = [workbook(zfxxgk, unit) for unit in (JIAZI, YICHOU)]
    packed = rar4(*map(Stored, names, books))
    box.put("a", "jiazi@example.org", [("年报.rar", packed)])
    (message,) = collect(campaign, box.folder).messages
    assert (message.state, [f.code for f in message.findings]) == ("new", ["M2"])
    (taken,) = inbox(campaign)
    assert taken.endswith(".rar")
    states = {each.unit: each.state for each in status(campaign).units}
    assert (states[JIAZI], states[YICHOU]) == ("accepted", "accepted")


def test_a_document_with_a_report_is_taken_and_a_letter_is_not(
    campaign: Campaign, box: Mailbox, zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = published.report(zfxxgk, 1)
    typed = word(published.page(one))
    letter = word(["关于报送年度报告的函", "各乡镇：请按时报送。"])
    box.put("a", "jiazi@example.org", [("来函.docx", letter), ("年报.docx", typed)])
    read: list[str] = []

    def counted(files: Sequence[SourceFile], *rest: Any) -> Iterator[FileRecord]:
        read.extend(file.shown for file in files)
        return read_all(files, *rest)

    monkeypatch.setattr("xlreport.campaign.collect.read_all", counted)
    (message,) = collect(campaign, box.folder).messages
    assert len(read) == 2, "each of them once"
    assert [f.code for f in message.findings] == ["M4"]
    assert "来函.docx" in message.findings[0].message
    (taken,) = inbox(campaign)
    assert taken.startswith("990101_甲子镇_")
    assert taken.endswith(".docx")
    assert [file.units for file in message.files if file.path] == [("甲子镇",)]


def test_archives_and_hostile_names(
    campaign: Campaign, box: Mailbox, zfxxgk: Form, tmp_path: Path
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/甲.xlsx", workbook(zfxxgk, JIAZI))
        archive.writestr("乙.xlsx", workbook(zfxxgk, YICHOU))
    before = {p for p in tmp_path.rglob("*") if campaign.settings.folder not in p.parents}
    for i, name in enumerate(
        ("..\\..\\x.zip", "/etc/x.zip", "CON.zip", "a\x1b[2J\u202e.zip", "长" * 300 + ".zip")
    ):
        box.put(str(i), "jiazi@example.org", [(name, packed.getvalue() + b"\0" * 0)])
    result = collect(campaign, box.folder)
    assert [m.files[0].units for m in result.messages] == [("甲子镇", "乙丑镇")] * 5
    (name,) = inbox(campaign)
    assert name.startswith("990101_甲子镇_") and name.endswith(".zip")  # noqa: PT018 (one thing: the name)
    after = {
        p
        for p in tmp_path.rglob("*")
        if campaign.settings.folder not in p.parents and box.folder not in p.parents
    }
    assert after - before == {box.folder}


def test_resubmissions_count_by_arrival(campaign: Campaign, box: Mailbox, zfxxgk: Form) -> None:
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 7))], day=9)
    box.put("b", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 5))], day=6)
    collect(campaign, box.folder)
    for path in campaign.settings.inbox.iterdir():
        os.utime(path, (1.0, 1.0) if "20260109" in path.name else (2.0, 2.0))
    with ledger_of(campaign.settings) as ledger:
        result = merged_inbox(campaign, ledger)
    assert result.totals["disclosure.licences.decisions"] == 7
    (old,) = [f for f in result.files if f.outcome.value == "superseded"]
    assert "收到得较晚（2026-01-09 09:30，这一份是 2026-01-06 09:30）" in old.findings[0].message
    by_itself = merge_and_write(
        campaign.settings.inbox, roster=campaign.roster, out=campaign.settings.folder / "x"
    )
    assert by_itself.totals["disclosure.licences.decisions"] == 5


def test_a_blank_template_sent_back_is_not_taken(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))
    blank = next(campaign.settings.templates.glob("990101*")).read_bytes()
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    box.put("b", "jiazi@example.org", [("年报.xlsx", blank)], day=8)
    result = collect(campaign, box.folder)
    assert codes(result) == ["M8"]
    assert messages(result) == ["附件“年报.xlsx”就是发出去的空白模板，没有填报，没有放进 inbox"]
    assert {u.unit.name: u.state for u in status(campaign).units}["甲子镇"] == "accepted"


def test_a_file_that_is_gone_is_told_and_its_original_is_there(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    data = workbook(zfxxgk, JIAZI)
    box.put("a", "jiazi@example.org", [("年报.xlsx", data)])
    collect(campaign, box.folder)
    (name,) = inbox(campaign)
    (campaign.settings.inbox / name).unlink()
    assert [(f.code, f.message) for f in status(campaign).findings] == [
        ("M10", f"收到过“{name}”（jiazi@example.org），现在不在文件夹里，或者内容被改过")
    ]
    assert (
        campaign.settings.records / "originals" / hashlib.sha256(data).hexdigest()
    ).read_bytes() == data
    box.put("b", "jiazi@example.org", [("年报.xlsx", data)], day=8)
    collect(campaign, box.folder)
    assert status(campaign).findings == ()


def test_an_edited_file_in_the_inbox_is_not_overwritten(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    data = workbook(zfxxgk, JIAZI)
    box.put("a", "jiazi@example.org", [("年报.xlsx", data)])
    collect(campaign, box.folder)
    edited = campaign.settings.inbox / inbox(campaign)[0]
    edited.write_bytes(workbook(zfxxgk, JIAZI, 99))
    box.put("b", "jiazi@example.org", [("年报.xlsx", data)], day=8)
    collect(campaign, box.folder)
    assert edited.read_bytes() != data
    assert sorted(p.read_bytes() == data for p in campaign.settings.inbox.iterdir()) == [
        False,
        True,
    ]


def test_bounces_are_told_and_their_workbook_is_not_taken(campaign: Campaign, box: Mailbox) -> None:
    send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))
    with ledger_of(campaign.settings) as ledger:
        sent = next(s for s in ledger.sent() if s.unit_code == "990101")
    draft = next(campaign.settings.drafts.glob("990101*")).read_bytes()
    report = (
        b"From: MAILER-DAEMON@example.org\r\nSubject: Undelivered\r\nDate: Mon, 5 Jan 2026 10:00:00 +0800\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; jiazi@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + draft + b"\r\n--b--\r\n"
    )
    box.folder.mkdir()
    (box.folder / "bounce.eml").write_bytes(report)
    result = collect(campaign, box.folder)
    assert codes(result) == ["M7"]
    assert messages(result) == ["发给“甲子镇”（jiazi@example.org）的邮件被退回，对方没有收到"]
    assert inbox(campaign) == []
    with ledger_of(campaign.settings) as ledger:
        assert [s.state for s in ledger.sent() if s.message_id == sent.message_id] == ["bounced"]


def test_a_filled_workbook_in_a_delivery_report_is_taken(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    """A town's mail program sends its answer to a wrong address; the town forwards what came back as it is."""
    inner = box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))]).read_bytes()
    (box.folder / "a.eml").write_bytes(returned(inner, "xain@example.org"))
    (told,) = collect(campaign, box.folder).messages
    assert [f.units for f in told.files] == [("甲子镇",)]
    assert [u.state for u in status(campaign).units] == ["accepted", "missing", "missing"]


def test_a_time_in_the_future_does_not_win(campaign: Campaign, box: Mailbox, zfxxgk: Form) -> None:
    path = box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 5))])
    path.write_bytes(path.read_bytes().replace(b"Jan 2026", b"Jan 2099"))
    box.put("b", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 7))], day=8)
    result = collect(campaign, box.folder)
    assert codes(result) == ["M11"]
    assert messages(result) == ["邮件的时间是 2099-01-05 09:30，比现在还晚，不作为收到的时间"]
    assert ["时间不明" in name for name in inbox(campaign)] == [False, True]
    with ledger_of(campaign.settings) as ledger:
        merged = merged_inbox(campaign, ledger)
    # which of the two is newer nobody knows now
    assert {f.outcome.value for f in merged.files} == {"rejected"}
    assert all("F16" in {x.code for x in f.findings} for f in merged.files)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_bounce_in_plain_words_is_told_and_marks_nothing(
    kind: str, campaign: Campaign, box: Mailbox
) -> None:
    send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))
    blank = next(campaign.settings.templates.glob("990101*"))
    path = box.put(
        "a",
        "PostMaster@qq.com",
        [(blank.name, blank.read_bytes())],
        text="无法投递到 jiazi@example.org。",
        subject="退信",
    )
    if kind == "html":
        path.write_bytes(
            path.read_bytes().replace(b"Content-Type: text/plain", b"Content-Type: text/html", 1)
        )
    (told,) = collect(campaign, box.folder).messages
    assert [f.code for f in told.findings] == ["M7"]
    assert told.findings[0].message == "邮件服务器来信，多半是退信，关系到“甲子镇”"
    assert inbox(campaign) == []
    with ledger_of(campaign.settings) as ledger:
        assert {s.state for s in ledger.sent()} == {"draft"}


def returned(inner: bytes, recipient: str, *, day: int = 15) -> bytes:
    """A delivery report of that day of January 2026 (RFC 3464)."""
    return (
        (
            f"From: MAILER-DAEMON@example.org\r\nSubject: Undelivered\r\nDate: {day} Jan 2026 10:00:00 +0800\r\n"
            'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
            f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\n\r\n"
            "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        ).encode()
        + inner
        + b"\r\n--b--\r\n"
    )


def test_what_comes_back_late_is_not_the_newest(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    """Somebody sent the first version on, and that came back after the second had arrived."""
    first = box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 5))], day=6)
    box.put("b", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 7))], day=9)
    (box.folder / "c.eml").write_bytes(returned(first.read_bytes(), "leader@example.org"))
    collect(campaign, box.folder)
    with ledger_of(campaign.settings) as ledger:
        assert merged_inbox(campaign, ledger).totals["disclosure.licences.decisions"] == 7


def test_what_came_back_only_has_no_time_of_arrival(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    lost = box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 5))], day=6)
    lost.write_bytes(returned(lost.read_bytes(), "xain@example.org"))
    box.put("b", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 7))], day=9)
    collect(campaign, box.folder)
    assert [f.result.outcome.value for f in status(campaign).units[0].files] == ["rejected"] * 2


def test_what_a_unit_passes_on_came_when_it_did(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    """A town forwards the report of delivery, and with it the workbook that had not arrived."""
    lost = box.put(
        "a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 7))], day=6
    ).read_bytes()
    (box.folder / "a.eml").unlink()
    box.put("b", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 5))], day=5)
    box.put("c", "jiazi@example.org", [("退信.eml", returned(lost, "xain@example.org"))], day=16)
    collect(campaign, box.folder)
    with ledger_of(campaign.settings) as ledger:
        assert merged_inbox(campaign, ledger).totals["disclosure.licences.decisions"] == 7


@pytest.mark.parametrize("way", ["another address", "no address", "the workbook alone"])
def test_whose_a_bounce_is_follows_from_what_came_back(
    way: str, campaign: Campaign, box: Mailbox
) -> None:
    send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))
    draft = next(campaign.settings.drafts.glob("990101*")).read_bytes()
    blank = next(campaign.settings.templates.glob("990101*")).read_bytes()
    if way == "another address":
        path = box.put("a", "x@example.org")
        path.write_bytes(returned(draft, "forwarded@example.com"))
    else:
        file = ("原邮件.eml", draft) if way == "no address" else ("年报.xlsx", blank)
        box.put("a", "postmaster@example.org", [file], text="无法投递")
    (told,) = collect(campaign, box.folder).messages
    assert [f.code for f in told.findings] == ["M7"]
    assert "关系到“甲子镇”" in told.findings[0].message
    assert inbox(campaign) == []


def test_a_bounce_that_names_nobody(campaign: Campaign, box: Mailbox) -> None:
    box.put("a", "postmaster@example.org", text="无法投递")
    result = collect(campaign, box.folder)
    assert (codes(result), result.exit_code) == (["M7"], 1)
    assert messages(result) == ["邮件服务器来信，多半是退信，没有写明是哪个单位"]


def test_a_unit_whose_address_is_like_a_servers(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    columns = {**campaign.roster.columns, "990101": {"邮箱": "postmaster@jiazi.example.org"}}
    campaign = replace(campaign, roster=replace(campaign.roster, columns=columns))
    box.put("a", "postmaster@jiazi.example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    assert codes(collect(campaign, box.folder)) == []
    (file,) = status(campaign).units[0].files
    assert file.arrival is not None
    assert file.arrival.moment > 0


def test_a_ledger_older_than_what_was_kept_is_noticed(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    box.put(
        "a",
        "jiazi@example.org",
        [("年报.xlsx", stamped(workbook(zfxxgk, JIAZI, 5), "2026-01-09T00:00:00Z"))],
    )
    collect(campaign, box.folder)
    ledger = campaign.settings.records / "ledger.sqlite3"
    old = ledger.read_bytes()
    box.put("b", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 7))], day=9)
    collect(campaign, box.folder)
    ledger.write_bytes(old)
    way = Drafts(campaign.settings.drafts)
    for work in (
        lambda: status(campaign),
        lambda: send(campaign, SendRequest("reminders"), way),
        lambda: send(campaign, SendRequest("returns"), way),
    ):
        with pytest.raises(LedgerError, match="原件有 1 份不在收发记录里"):
            work()
    assert main(["merge", str(campaign.settings.folder)]) == 2
    collect(campaign, box.folder)
    with ledger_of(campaign.settings) as whole:
        assert merged_inbox(campaign, whole).totals["disclosure.licences.decisions"] == 7


def test_time_stamps_of_files_decide_nothing_beside_mail(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    """Copying, unpacking and restoring change them."""
    box.put(
        "a",
        "jiazi@example.org",
        [("一.xlsx", workbook(zfxxgk, JIAZI, 5)), ("二.xlsx", workbook(zfxxgk, JIAZI, 7))],
    )
    collect(campaign, box.folder)
    for number, path in enumerate(campaign.settings.inbox.glob("*.xlsx")):
        os.utime(path, (number, number))
    (unit, *_) = status(campaign).units
    assert (unit.state, {f.result.outcome.value for f in unit.files}) == ("rejected", {"rejected"})
    box.put("b", "jiazi@example.org", [("二.xlsx", workbook(zfxxgk, JIAZI, 8))], day=8)
    collect(campaign, box.folder)
    assert status(campaign).units[0].state == "accepted"
    by_hand = campaign.settings.inbox / "U盘.xlsx"
    by_hand.write_bytes(workbook(zfxxgk, JIAZI, 9))
    for moment in (1.0, 4e9):
        os.utime(by_hand, (moment, moment))
        assert status(campaign).units[0].state == "rejected"


def test_what_a_person_has_dealt_with_is_not_listed_again(
    campaign: Campaign, box: Mailbox, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    box.put("b", "jiazi@example.org", [("更正.pdf", b"%PDF-1.7")], day=8)
    collect(campaign, box.folder)
    command = ["status", "--campaign", str(campaign.settings.folder)]
    assert main(command) == 1
    said = capsys.readouterr().out
    assert (
        "要由人打开的邮件 2：jiazi@example.org　“年报”　"
        "[提示] 附件“更正.pdf”是 PDF 文件，不是工作簿或压缩包，没有放进 inbox　"
        "→ 如果报表在里面，请对方把数字填到模板里重新发　（M-4）\n"
    ) in said
    assert main([*command, "--done", "7"]) == 2
    assert "没有编号是 7 的邮件" in capsys.readouterr().err
    main([*command, "--done", "2"])
    main(command)
    said = capsys.readouterr().out
    assert "要由人打开" not in said
    assert "已处理的邮件：2（勾错了的运行 xlreport status --not-done 编号，再列出来）\n" in said
    assert status(campaign).messages == ()
    main([*command, "--not-done", "2", "--not-done", "1"])
    again = capsys.readouterr()
    assert again.err == "编号 1 的邮件没有勾掉过。\n"
    assert "要由人打开的邮件 2：" in again.out
    assert "已处理的邮件" not in again.out


def test_a_message_stays_its_units_when_the_roster_changes(
    campaign: Campaign, box: Mailbox
) -> None:
    box.put("a", "jiazi@example.org", [("年报.pdf", b"%PDF-1.7")])
    collect(campaign, box.folder)
    columns = {**campaign.roster.columns, "990101": {"邮箱": "new@example.org"}}
    campaign = replace(campaign, roster=replace(campaign.roster, columns=columns))
    assert [u.waiting for u in status(campaign).units] == [1, 0, 0]


def test_a_full_disk_stops_and_tells_what_was_taken(
    campaign: Campaign,
    box: Mailbox,
    zfxxgk: Form,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from xlreport.atomic import write_atomically

    def full(path: Path, data: bytes, modified: float = 0.0) -> None:
        if list(campaign.settings.inbox.glob("*.xlsx")) and path.parent == campaign.settings.inbox:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_atomically(path, data, modified)

    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    box.put("b", "yichou@example.org", [("年报.xlsx", workbook(zfxxgk, YICHOU))])
    command = ["collect", str(box.folder), "--campaign", str(campaign.settings.folder)]
    with monkeypatch.context() as patch:
        patch.setattr("xlreport.campaign.collect.write_atomically", full)
        assert main(command) == 2
    said = "".join(capsys.readouterr())
    assert "年报.xlsx → 990101_甲子镇" in said
    assert "磁盘满了，写不了文件：请腾出空间。收取停在这里：已收的都有记录" in said
    assert main(command) == 0
    assert len(inbox(campaign)) == 2


def test_a_ledger_that_cannot_be_written_stops_too(
    campaign: Campaign, box: Mailbox, zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ledger_of(campaign.settings):
        pass
    connect = sqlite3.connect

    def small(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        return connection

    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    many = [(f"{number}.pdf", b"%PDF-1.7") for number in range(200)]
    box.put("b", "yichou@example.org", [("年报.xlsx", workbook(zfxxgk, YICHOU)), *many])
    with monkeypatch.context() as patch:
        patch.setattr("xlreport.campaign.ledger.sqlite3.connect", small)
        result = collect(campaign, box.folder)
    assert ([m.state for m in result.messages], result.exit_code) == (["new"], 2)
    assert "磁盘满了，写不了“ledger.sqlite3”：请腾出空间。收取停在这里" in result.stopped
    assert [m.state for m in collect(campaign, box.folder).messages] == ["known", "new"]


def test_a_report_of_delay_marks_nothing(campaign: Campaign, box: Mailbox) -> None:
    send(campaign, SendRequest("templates"), Drafts(campaign.settings.drafts))
    draft = next(campaign.settings.drafts.glob("990101*")).read_bytes()
    box.folder.mkdir()
    (box.folder / "delay.eml").write_bytes(
        b"From: MAILER-DAEMON@example.org\r\nSubject: Delayed\r\nDate: Mon, 5 Jan 2026 10:00:00 +0800\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        b"Final-Recipient: rfc822; jiazi@example.org\r\nAction: delayed\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + draft + b"\r\n--b--\r\n"
    )
    assert codes(collect(campaign, box.folder)) == []
    with ledger_of(campaign.settings) as ledger:
        assert {s.state for s in ledger.sent()} == {"draft"}
    assert inbox(campaign) == []


def test_an_empty_folder_and_a_damaged_ledger(campaign: Campaign, box: Mailbox) -> None:
    box.folder.mkdir()
    assert collect(campaign, box.folder).exit_code == 3
    (campaign.settings.records / "ledger.sqlite3").write_bytes(b"x" * 5000)
    with pytest.raises(LedgerError, match="坏了"):
        status(campaign)
    box.put("a", "jiazi@example.org")
    (campaign.settings.records / "ledger.sqlite3").unlink()
    with sqlite3.connect(campaign.settings.records / "ledger.sqlite3") as db:
        db.execute("PRAGMA user_version = 1")
    db.close()
    for work in (lambda: status(campaign), lambda: collect(campaign, box.folder)):
        with pytest.raises(LedgerError, match="坏了"):
            work()


@pytest.mark.parametrize("empty", [True, False])
def test_a_ledger_that_is_gone_is_not_made_anew_in_silence(
    empty: bool, campaign: Campaign, box: Mailbox, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    """The order of arrival would be lost, and with it which version counts."""
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    collect(campaign, box.folder)
    ledger = campaign.settings.records / "ledger.sqlite3"
    ledger.write_bytes(b"") if empty else ledger.unlink()
    where = ("--campaign", str(campaign.settings.folder))
    for command in (["status", *where], ["collect", str(box.folder), *where], ["merge", where[1]]):
        assert main(command) == 2
        assert "不见了或被清空了，而收到过的原件还在" in capsys.readouterr().err


@pytest.mark.parametrize("own", ["inbox", "records", "templates", "drafts", ""])
def test_the_campaign_does_not_collect_from_itself(own: str, campaign: Campaign) -> None:
    (campaign.settings.folder / own).mkdir(exist_ok=True)
    with pytest.raises(UsageError, match="是工作文件夹自己的"):
        collect(campaign, campaign.settings.folder / own)


def test_messages_with_the_names_of_temporary_files_and_sub_folders_of_a_maildir(
    campaign: Campaign, box: Mailbox, zfxxgk: Form, tmp_path: Path
) -> None:
    first = box.put("~$a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    assert [m.state for m in collect(campaign, box.folder).messages] == ["new"]
    maildir = mailbox.Maildir(tmp_path / "Maildir")
    maildir.add(first.read_bytes())
    other = box.put("b", "yichou@example.org", [("年报.xlsx", workbook(zfxxgk, YICHOU))])
    maildir.add_folder("archive").add(other.read_bytes())
    maildir.close()
    result = collect(campaign, tmp_path / "Maildir")
    assert [m.state for m in result.messages] == ["new", "known"]
    assert result.messages[0].origin.startswith(".archive/")


def test_merge_says_that_messages_wait_for_a_person(
    campaign: Campaign, box: Mailbox, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    box.put("b", "jiazi@example.org", text="https://pan.baidu.com/s/1x", day=8)
    collect(campaign, box.folder)
    main(["merge", str(campaign.settings.folder)])
    assert "有 1 封邮件还要由人打开" in capsys.readouterr().err
    (campaign.settings.inbox / inbox(campaign)[0]).unlink()
    main(["merge", str(campaign.settings.folder)])
    assert "（M-10）" in capsys.readouterr().out


def test_a_newer_ledger_is_not_touched(campaign: Campaign) -> None:
    with open_ledger(campaign.settings.records):
        pass
    with sqlite3.connect(campaign.settings.records / "ledger.sqlite3") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(LedgerError, match="较新的版本"):
        status(campaign)


def test_status_names_what_a_person_must_do(campaign: Campaign, box: Mailbox, zfxxgk: Form) -> None:
    box.put("a", "jiazi@example.org", [("坏.xlsx", b"PK\x03\x04 broken")])
    box.put("b", "yichou@example.org", text="https://pan.baidu.com/s/1x 提取码 1234")
    box.put("c", "nobody@example.com", [("x.xlsx", b"PK\x03\x04 broken too")])
    collect(campaign, box.folder)
    told = status(campaign)
    assert {u.unit.name: u.state for u in told.units} == {
        "甲子镇": "rejected",
        "乙丑镇": "missing",
        "丙寅镇": "missing",
    }
    assert [m.origin for m in told.messages] == ["b.eml"]
    assert len(told.strangers) == 1
    box.put("d", "yichou@example.org", [("年报.xlsx", workbook(zfxxgk, YICHOU))], day=8)
    collect(campaign, box.folder)
    assert status(campaign).messages == ()


def test_hostile_mail_cannot_deceive_the_terminal(
    campaign: Campaign, box: Mailbox, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    path = box.put(
        "a", "jiazi@example.org", [("x.xlsx", workbook(zfxxgk, JIAZI)), ("y.pdf", b"%PDF")]
    )
    data = (
        path.read_bytes()
        .replace(b"x.xlsx", b"a\x1b[2J\xe2\x80\xaex.xlsx")
        .replace(b"y.pdf", b"\x1b]0;y\x07.pdf")
    )
    path.write_bytes(data.replace("年报".encode(), b"\x1b[31m\xff\xfe"))
    where = ("--campaign", str(campaign.settings.folder))
    for command in (
        ["collect", str(box.folder), "--verbose"],
        ["status"],
        ["merge", str(campaign.settings.folder)],
    ):
        main([*command, *(where if command[0] != "merge" else ())])
        out = "".join(capsys.readouterr())
        assert not {c for c in out if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n"}
    main(["collect", str(box.folder), "--json", *where])
    assert "\x1b" not in capsys.readouterr().out


def test_messages_and_attachments_are_not_touched(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    before = {
        p: (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_mode) for p in box.folder.iterdir()
    }
    collect(campaign, box.folder)
    kept = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in campaign.settings.inbox.iterdir()}
    box.put("b", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI, 2))], day=8)
    collect(campaign, box.folder)
    status(campaign)
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_mode) for p in before} == before
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in kept} == kept


def test_a_message_stays_open_until_the_report_behind_it_is_there(
    campaign: Campaign, box: Mailbox, zfxxgk: Form
) -> None:
    link = "https://pan.baidu.com/s/1x"
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    box.put("b", "jiazi@example.org", text=link, day=8)
    box.put("c", "private@example.com", text=link, day=4)
    collect(campaign, box.folder)
    assert [m.origin for m in status(campaign).messages] == ["b.eml", "c.eml"]
    fetched = campaign.settings.inbox / "下载的.xlsx"
    fetched.write_bytes(stamped(workbook(zfxxgk, JIAZI, 8), "2036-01-09T00:00:00Z"))
    assert [m.origin for m in status(campaign).messages] == ["c.eml"]
    for unit in (YICHOU, BINGYIN):
        (campaign.settings.inbox / f"{unit.name}.xlsx").write_bytes(workbook(zfxxgk, unit))
    told = status(campaign)
    assert (told.messages, {u.state for u in told.units}, told.exit_code) == ((), {"accepted"}, 0)


@pytest.mark.isolated
def test_messages_are_read_in_workers_and_one_that_hangs_costs_only_itself(
    campaign: Campaign, box: Mailbox, zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    monkeypatch.setattr("xlreport.campaign.collect.MAIL_LIMITS", MailLimits(seconds=0.000001))
    with_clock(monkeypatch, lambda _, seconds: seconds == 0.000001)
    (told,) = collect(campaign, box.folder).messages
    assert told.state == "trouble"
    assert "读取邮件超过了 1e-06 秒，已停止" in told.findings[0].message
    monkeypatch.undo()
    (told,) = collect(campaign, box.folder).messages
    assert (told.state, told.files[0].units) == ("new", ("甲子镇",))
    assert status(campaign).messages == ()


@pytest.mark.isolated
def test_a_message_for_which_no_worker_starts_is_read_the_next_time(
    campaign: Campaign, box: Mailbox, zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(zfxxgk, JIAZI))])
    with_clock(monkeypatch, lambda _, seconds: seconds == STARTING)
    (told,) = collect(campaign, box.folder).messages
    assert [finding.message for finding in told.findings] == [
        "读取邮件的程序没有启动起来，没有读取；邮件本身没有问题"
    ]
    monkeypatch.undo()
    (told,) = collect(campaign, box.folder).messages
    assert (told.state, told.files[0].units) == ("new", ("甲子镇",))


@dataclass
class Handed:
    """A source that hands over what it was given."""

    raws: list[Raw]
    name: str = "handed"

    def messages(self, most: int) -> Iterator[Raw]:
        yield from self.raws

    def finish(self, taken: Collection[Uid]) -> Iterator[str]:
        return iter(())


@pytest.fixture
def collector(campaign: Campaign, tmp_path: Path) -> Iterator[Collector]:
    with ledger_of(campaign.settings) as ledger, InProcess() as pool:
        yield Collector(
            ledger=ledger,
            inbox=campaign.settings.inbox,
            originals=campaign.settings.records / "originals",
            reader=Reader(campaign.forms, tmp_path, campaign.reading.limits, ()),
            pool=pool,
            mail_pool=pool,
            roster=campaign.roster,
        )


def test_the_beginning_of_a_larger_message_is_no_copy(collector: Collector) -> None:
    """Of a message that is too large only the beginning is there, which another one may have been whole."""
    data = b"From: jiazi@example.org\n\nhello\n"
    (known,) = collector.collect(Handed([Raw("a", data, seen=len(data))])).messages
    limits = MailLimits(message=len(data) - 1)
    smaller = replace(collector, messages=MessageReader(Path(), limits))
    (larger,) = smaller.collect(Handed([Raw("b", data, seen=len(data) + 9)])).messages
    assert (known.state, larger.state) == ("new", "trouble")
    assert [finding.code for finding in larger.findings] == ["M5"]


def test_a_time_within_a_day_is_kept_and_one_behind_it_is_none() -> None:
    now = time.time()
    later = Mail((), "", "", "", now, now + 2 * 86_400, "")
    assert _dated(later).arrived == 0.0
    assert [finding.code for finding in _dated(later).findings] == ["M11"]
    soon = replace(later, arrived=now + 3_600)
    assert _dated(soon) == soon


def test_edited_files_are_never_overwritten(collector: Collector) -> None:
    inbox = collector.inbox
    assert collector._put(b"new", "ab" * 32, f"甲_{'ab' * 6}.xlsx", 1.0)[0] == f"甲_{'ab' * 6}.xlsx"
    (inbox / f"甲_{'ab' * 6}.xlsx").write_bytes(b"edi")
    assert (
        collector._put(b"new", "ab" * 32, f"甲_{'ab' * 6}.xlsx", 1.0)[0] == f"甲_{'ab' * 6}-2.xlsx"
    )
    (inbox / f"甲_{'ab' * 6}-2.xlsx").write_bytes(b"too")
    assert (
        collector._put(b"new", "ab" * 32, f"甲_{'ab' * 6}.xlsx", 1.0)[0] == f"甲_{'ab' * 6}-3.xlsx"
    )
    assert [path.read_bytes() for path in sorted(inbox.iterdir()) if path.suffix == ".xlsx"] == [
        *(b"too", b"new", b"edi"),
    ]


def test_counts_of_a_collection() -> None:
    file = CollectedFile("年报.xlsx", "a.xlsx", "a", "")
    new = CollectedMessage("1", "new", files=(file, replace(file, again=True)))
    same_name = CollectedMessage("2", "new", files=(file,))
    not_taken = CollectedMessage("3", "new", files=(replace(file, path=""),))
    known = CollectedMessage("4", "known", files=(file,))
    silent = CollectedMessage("5", "new")
    unread = CollectedMessage("6", "trouble", findings=(NO_MESSAGE(),))
    result = CollectResult((new, same_name, not_taken, known, silent, unread))
    assert (result.looked_at, result.known, result.unread) == (5, 1, 1)
    assert (result.new_files, result.quiet, result.asking) == (1, 1, 1)
    assert [message.noteworthy for message in result.messages] == [
        *(True, True, True, False, False, True),
    ]
    assert [
        CollectResult(()).exit_code,
        result.exit_code,
        CollectResult((), left=("x",)).exit_code,
        CollectResult((), stopped="x", empty=True).exit_code,
        CollectResult((), empty=True).exit_code,
    ] == [0, 1, 1, 2, 3]
