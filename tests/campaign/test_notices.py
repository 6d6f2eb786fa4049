"""What goes back to a unit with the letter, and what the status says of what it did then."""

from __future__ import annotations

import io
import json
import sqlite3
from dataclasses import replace
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest

from campaign.scene import FREE, JIAZI, YICHOU, Mailbox, sending_campaign_in, workbook
from campaign.test_send import DAY, Way, parsed, said
from hostile.scene import base
from support.cells import part, put, rewrite
from xlreport import FormCatalog, read_submission, write_workbook
from xlreport.campaign.campaign import Campaign, ledger_of
from xlreport.campaign.collect import collect
from xlreport.campaign.letters import FILES, RETURNS, read_letter
from xlreport.campaign.notified import Notified, follow_up
from xlreport.campaign.send import (
    IN_NOTICE,
    IN_REPORT,
    Drafts,
    LetterWriter,
    SendRequest,
    _notices,
    send,
)
from xlreport.campaign.status import UnitStatus, status
from xlreport.cli.app import main
from xlreport.merging.decisions import Decision, Ruling
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.submission import BLANK, Entry, Status, Submission
from xlreport.telling.lines import status_report
from xlreport.workbook.layout.workbook import layout_of

NAME = "990101_甲子镇_2025年政府信息公开工作年度报告.xlsx"
RETURN = SendRequest("returns", today=DAY)
OTHER = "disclosure.coercive_measures.decisions"
"""A cell that has nothing to do with the error."""


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return sending_campaign_in(tmp_path / "campaign")


@pytest.fixture
def box(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mails")


def came(campaign: Campaign, box: Mailbox, name: str, data: bytes, day: int = 5) -> None:
    box.put(name, "jiazi@example.org", [("年报.xlsx", data)], day=day)
    collect(campaign, box.folder)


def parts_of(way: Way) -> tuple[str, str, bytes]:
    """The text of the last message, and the workbook in it (empty where there is none)."""
    message = parsed(way.taken[-1][0])
    parts = list(message.iter_parts()) or [message]
    assert isinstance(parts[0], EmailMessage)
    if len(parts) == 1:
        return parts[0].get_content(), "", b""
    assert isinstance(parts[1], EmailMessage)
    data = parts[1].get_payload(decode=True)
    assert isinstance(data, bytes)
    return parts[0].get_content(), parts[1].get_filename() or "", data


def returned(campaign: Campaign, box: Mailbox) -> bytes:
    """A report with an error came and went back; the workbook that was sent."""
    came(campaign, box, "a", workbook(campaign.form, JIAZI, -3))
    way = Way()
    assert said(send(campaign, RETURN, way)) == [("甲子镇", "jiazi@example.org", "sent")]
    return parts_of(way)[2]


def jiazi(campaign: Campaign) -> UnitStatus:
    return status(campaign).units[0]


def corrected(campaign: Campaign, notice: bytes, **cells: str) -> bytes:
    """The notice with numbers typed into it: `disclosure__licences__decisions="7"`."""
    for name, value in cells.items():
        place = layout_of(campaign.form).place(name.replace("__", "."))
        notice = put(notice, place.sheet, place.cell, "number", value)
    return notice


# --- the letter ---


def test_the_workbook_goes_back_with_the_letter(campaign: Campaign, box: Mailbox) -> None:
    came(campaign, box, "a", workbook(campaign.form, JIAZI, -3))
    way = Way()
    send(campaign, RETURN, way)
    text, name, data = parts_of(way)
    assert f"“年报.xlsx”有下列问题。{IN_NOTICE}，于2026年1月31日前回复" in text
    assert name == NAME
    reading = read_submission(data, FormCatalog())
    assert reading.findings == ()
    assert reading.submission is not None
    assert reading.submission.entries[FREE].value == -3
    with ledger_of(campaign.settings) as ledger:
        (row,) = ledger.sent("returns")
        (notified,) = ledger.notices()
    assert (notified.key, notified.unit_code, notified.moment) == (row.key, "990101", row.moment)
    assert notified.report.entries == reading.submission.entries
    assert {FREE, "explain.A5", "disclosure.blanks_are_zero"} <= notified.concerned


def test_the_cover_of_the_workbook_says_until_when(campaign: Campaign, box: Mailbox) -> None:

    cover = openpyxl.load_workbook(io.BytesIO(returned(campaign, box)))["封面"]
    texts = "".join(str(cell.value) for row in cover.iter_rows() for cell in row if cell.value)
    assert "请2026年1月31日前报送到 xian@example.org" in texts


def test_where_no_workbook_can_be_made_the_letter_goes_alone(
    campaign: Campaign, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.campaign.send.notices", lambda files, request, service: [])
    came(campaign, box, "a", workbook(campaign.form, JIAZI, -3))
    way = Way()
    send(campaign, RETURN, way)
    text, name, _ = parts_of(way)
    assert f"有下列问题。{IN_REPORT}，于" in text
    assert name == ""
    with ledger_of(campaign.settings) as ledger:
        assert ledger.notices() == ()


def test_a_letter_of_ones_own_begins_with_where_to_correct(
    campaign: Campaign, box: Mailbox
) -> None:
    own = campaign.settings.letters / FILES[RETURNS]
    own.write_text("主题：请改\n\n{单位}：{问题}\n", "utf-8")
    came(campaign, box, "a", workbook(campaign.form, JIAZI, -3))
    way = Way()
    send(campaign, RETURN, way)
    assert parts_of(way)[0].replace("\r", "").startswith(f"{IN_NOTICE}。\n\n甲子镇：1. [错误]")


def test_what_waits_for_the_county_has_no_workbook(campaign: Campaign, box: Mailbox) -> None:
    came(campaign, box, "a", workbook(campaign.form, JIAZI))
    with ledger_of(campaign.settings) as ledger:
        ledger.decide(Decision(JIAZI, Ruling.EXCLUDE, "已并入邻镇"))
    (item,) = send(campaign, RETURN, Way()).items
    assert (item.state, item.file) == ("held", "")


def test_a_notice_is_not_made_again_for_whom_it_reached(
    campaign: Campaign, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned(campaign, box)
    asked: list[int] = []

    def counted(files: list[FileRecord], *_: object) -> list[object]:
        asked.append(len(files))
        return []

    monkeypatch.setattr("xlreport.campaign.send.notices", counted)
    assert said(send(campaign, RETURN, Way()))[0][2] == "before"
    send(campaign, replace(RETURN, again=True), Way())
    assert asked == [0, 1]


def test_whom_the_first_run_did_not_reach_gets_the_workbook_too(
    campaign: Campaign, box: Mailbox
) -> None:
    data = workbook(campaign.form, YICHOU, -3)
    box.put("a", "yichou@example.org", [("年报.xlsx", data)])
    collect(campaign, box.folder)
    send(campaign, RETURN, Way({"yichou2@example.org": "452 full"}))
    way = Way()
    states = [(address, state) for _, address, state in said(send(campaign, RETURN, way))]
    assert states == [("yichou@example.org", "before"), ("yichou2@example.org", "sent")]
    assert way.taken[0][1] == ("yichou2@example.org",)
    assert parts_of(way)[1].startswith("990102_乙丑镇")


def test_drafts_have_the_workbook_too(campaign: Campaign, box: Mailbox) -> None:
    came(campaign, box, "a", workbook(campaign.form, JIAZI, -3))
    (item,) = send(campaign, RETURN, Drafts(campaign.settings.drafts)).items
    assert (item.state, item.file) == ("draft", NAME)
    (draft,) = campaign.settings.drafts.iterdir()
    (attached,) = parsed(draft.read_bytes()).iter_attachments()
    assert attached.get_filename() == NAME


def test_a_dry_run_keeps_nothing(campaign: Campaign, box: Mailbox) -> None:
    came(campaign, box, "a", workbook(campaign.form, JIAZI, -3))
    (item,) = send(campaign, replace(RETURN, dry_run=True), Way()).items
    assert (item.state, item.file) == ("planned", NAME)
    with ledger_of(campaign.settings) as ledger:
        assert ledger.notices() == ()


# --- what came back ---


def test_what_came_back_as_it_went_is_no_report(campaign: Campaign, box: Mailbox) -> None:
    notice = returned(campaign, box)
    box.put("b", "jiazi@example.org", [(NAME, notice)], day=9)
    message = next(m for m in collect(campaign, box.folder).messages if m.origin == "b.eml")
    assert [(f.code, f.message) for f in message.findings] == [
        ("M12", f"附件“{NAME}”就是发出去的更正通知，没有改动，没有放进 inbox")
    ]
    unit = jiazi(campaign)
    assert (unit.state, unit.blanks, unit.versions, unit.follow_up) == ("returned", 0, 1, None)


def test_a_blank_beside_an_unchanged_notice_is_one_blank(campaign: Campaign, box: Mailbox) -> None:
    send(campaign, SendRequest("templates"), Way())
    notice = returned(campaign, box)
    blank = next(campaign.settings.templates.glob("990101*")).read_bytes()
    box.put("b", "jiazi@example.org", [("空白.xlsx", blank), (NAME, notice)], day=9)
    message = next(m for m in collect(campaign, box.folder).messages if m.origin == "b.eml")
    assert [finding.code for finding in message.findings] == ["M8", "M12"]
    assert jiazi(campaign).blanks == 1


def test_before_another_report_came_there_is_nothing_to_tell(
    campaign: Campaign, box: Mailbox
) -> None:
    returned(campaign, box)
    unit = jiazi(campaign)
    assert (unit.follow_up, unit.was_notified) == (None, True)
    assert unit.as_dict()["follow_up"] is None


def test_a_corrected_report_is_told_as_that(campaign: Campaign, box: Mailbox) -> None:
    notice = returned(campaign, box)
    came(campaign, box, "b", corrected(campaign, notice, disclosure__licences__decisions="3"), 9)
    unit = jiazi(campaign)
    assert unit.state == "accepted"
    assert unit.follow_up is not None
    assert unit.follow_up.sentence == "已改正"
    assert "；已改正" in next(status_report(status(campaign)))
    assert unit.as_dict()["follow_up"] == {"state": "corrected", "left": 0, "changed": []}


def test_what_was_changed_beside_is_told_with_its_cell(campaign: Campaign, box: Mailbox) -> None:
    notice = returned(campaign, box)
    cells = {
        "disclosure__licences__decisions": "3",
        "disclosure__coercive_measures__decisions": "9",
    }
    came(campaign, box, "b", corrected(campaign, notice, **cells), 9)
    unit = jiazi(campaign)
    assert unit.follow_up is not None
    assert unit.follow_up.sentence == "已改正，与通知时相比又改了 1 格（二、主动公开 B14）"
    assert unit.follow_up.as_dict()["changed"][0]["field"] == OTHER


def test_a_report_that_is_still_wrong_says_how_much_is_left(
    campaign: Campaign, box: Mailbox
) -> None:
    notice = returned(campaign, box)
    cells = {
        "disclosure__licences__decisions": "-4",
        "disclosure__coercive_measures__decisions": "-5",
    }
    came(campaign, box, "b", corrected(campaign, notice, **cells), 9)
    unit = jiazi(campaign)
    assert (unit.state, unit.was_notified) == ("returned", False)
    assert unit.follow_up is not None
    told = "仍有 2 处要改正或说明，与通知时相比又改了 1 格（二、主动公开 B14）"
    assert unit.follow_up.sentence == told


def test_a_notice_that_came_back_saved_but_not_corrected_is_told(
    campaign: Campaign, box: Mailbox
) -> None:
    notice = returned(campaign, box)
    saved = rewrite(notice, {"docProps/app.xml": part(notice, "docProps/app.xml").encode() + b"\n"})
    came(campaign, box, "b", saved, 9)
    unit = jiazi(campaign)
    assert unit.state == "returned"
    assert unit.follow_up is not None
    assert unit.follow_up.sentence == "寄回的内容没有改，仍有 1 处要改正或说明"


def test_the_last_notice_counts(campaign: Campaign, box: Mailbox) -> None:
    notice = returned(campaign, box)
    cells = {
        "disclosure__licences__decisions": "-4",
        "disclosure__coercive_measures__decisions": "9",
    }
    came(campaign, box, "b", corrected(campaign, notice, **cells), 9)
    way = Way()
    send(campaign, RETURN, way)
    _, _, second = parts_of(way)
    assert jiazi(campaign).follow_up is None
    came(campaign, box, "c", corrected(campaign, second, disclosure__licences__decisions="4"), 12)
    unit = jiazi(campaign)
    assert unit.follow_up is not None
    assert unit.follow_up.sentence == "已改正"


def test_a_merge_tells_it_too(
    campaign: Campaign, box: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = returned(campaign, box)
    came(campaign, box, "b", corrected(campaign, notice, disclosure__licences__decisions="3"), 9)
    assert main(["merge", "--campaign", str(campaign.settings.folder)]) == 1
    assert "更正情况：甲子镇　已改正\n" in capsys.readouterr().err


def test_a_notice_that_was_refused_is_none(campaign: Campaign, box: Mailbox) -> None:
    came(campaign, box, "a", workbook(campaign.form, JIAZI, -3))
    way = Way({"jiazi@example.org": "550 no such user"})
    send(campaign, RETURN, way)
    came(campaign, box, "b", workbook(campaign.form, JIAZI, 3), 9)
    assert jiazi(campaign).follow_up is None


# --- what the ledger keeps ---


def notified(report: Submission, *concerned: str) -> Notified:
    return Notified("990101", "k", 1.0, "sha of a", report, frozenset(concerned))


def test_what_is_kept_comes_back_the_same(campaign: Campaign) -> None:
    report = replace(
        base(campaign.form, JIAZI),
        entries={
            "a.b": Entry.of(Decimal("1.25")),
            "a.c": Entry(None, Status.TEXT, "2件“"),
            "a.d": BLANK,
        },
        explanations={"C2": "原因"},
    )
    kept = notified(report, "x", "y")
    again = Notified.from_text("990101", "k", 1.0, kept.as_text())
    assert (again.came, again.concerned) == ("sha of a", frozenset({"x", "y"}))
    assert (again.report.form, again.report.year) == (report.form, report.year)
    assert again.report.entries == report.entries
    assert (again.report.texts, again.report.answers) == (report.texts, report.answers)
    assert again.report.explanations == {"C2": "原因"}
    assert json.loads(kept.as_text())["entries"]["a.b"] == ["1.25", "number", "1.25"]


def record(campaign: Campaign, report: Submission, outcome: Outcome) -> FileRecord:
    reading = read_submission(write_workbook(report, campaign.form), FormCatalog())
    return FileRecord("a.xlsx", reading).decided(outcome)


def test_a_report_that_the_county_accepted_as_it_is_was_not_corrected(campaign: Campaign) -> None:
    report = base(campaign.form, JIAZI)
    same = record(campaign, report, Outcome.ACCEPTED)
    assert follow_up(notified(report), same) is None
    still = follow_up(notified(report), same.decided(Outcome.RETURNED))
    assert still is not None
    assert still.sentence == "仍有错误"


def test_of_many_changes_some_are_named(campaign: Campaign) -> None:
    report = base(campaign.form, JIAZI)
    typed = [field.id for field in campaign.form.typed[:5]]
    changed = replace(report, entries={**report.entries, **{n: Entry.of(77) for n in typed}})
    told = follow_up(notified(report), record(campaign, changed, Outcome.ACCEPTED))
    assert told is not None
    assert told.sentence == (
        "已改正，与通知时相比又改了 5 格（二、主动公开 B6、二、主动公开 C6、二、主动公开 D6等）"
    )
    explained = replace(report, explanations={"C2": "原因"})
    told = follow_up(notified(report), record(campaign, explained, Outcome.ACCEPTED))
    assert told is not None
    assert "C-2 的填写说明" in told.sentence


def test_another_year_is_compared_with_nothing(campaign: Campaign) -> None:
    report = base(campaign.form, JIAZI)
    other = record(campaign, replace(report, year=2024), Outcome.ACCEPTED)
    assert follow_up(notified(report), other) is None
    rejected = record(campaign, report, Outcome.REJECTED)
    assert follow_up(notified(report), rejected) is None


def test_a_ledger_that_an_earlier_version_began_takes_notices(
    campaign: Campaign, box: Mailbox
) -> None:
    """The table was not there; what had been sent stays."""
    came(campaign, box, "a", workbook(campaign.form, JIAZI, -3))
    send(campaign, SendRequest("templates"), Way())
    path = campaign.settings.records / "ledger.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE notice")
    connection.commit()
    connection.close()
    assert status(campaign).units[0].templates[0].state == "sent"
    way = Way()
    send(campaign, RETURN, way)
    with ledger_of(campaign.settings) as ledger:
        assert len(ledger.notices()) == 1
        assert len(ledger.sent("templates")) == 4 - 1


def test_of_several_reports_none_goes_back(campaign: Campaign, box: Mailbox) -> None:
    """Nobody knows in which of two the unit would correct."""
    came(campaign, box, "a", workbook(campaign.form, JIAZI, -3))
    unit = jiazi(campaign)
    (file,) = unit.files
    twice = replace(unit, files=(file, replace(file, result=replace(file.result, path="b.xlsx"))))
    writer = LetterWriter(campaign, read_letter(campaign.settings.letters, RETURNS))
    assert [notice.name for notice in _notices(writer, [unit], campaign.request).values()] == [NAME]
    assert _notices(writer, [twice], campaign.request) == {}
