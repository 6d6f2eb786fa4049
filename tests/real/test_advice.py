"""What a command advises is still to be done, and true of this very campaign."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from campaign.scene import JIAZI, YICHOU, Mailbox, campaign_in, workbook
from support.cells import put
from xlreport import Form, get_form, write_workbook
from xlreport.campaign.campaign import Campaign, read_campaign
from xlreport.campaign.collect import collect
from xlreport.campaign.send import Drafts, SendRequest, send
from xlreport.campaign.settings import init_campaign
from xlreport.cli.app import main
from xlreport.errors import CampaignError
from xlreport.workbook.writer.template import blank

Told = Callable[..., list[str]]


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return campaign_in(tmp_path / "campaign")


@pytest.fixture
def box(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mails")


@pytest.fixture
def form() -> Form:
    return get_form("zfxxgk-2021")


@pytest.fixture
def told(campaign: Campaign, capsys: pytest.CaptureFixture[str]) -> Told:
    """What `status` says after the list of units."""

    def said(*options: str) -> list[str]:
        capsys.readouterr()
        main(["status", "--campaign", str(campaign.settings.folder), *options])
        out = capsys.readouterr().out
        return str(out).partition("\n\n")[2].splitlines()

    return said


def drafted(campaign: Campaign, kind: str) -> None:
    send(campaign, SendRequest(kind), Drafts(campaign.settings.drafts))


def wrong(form: Form) -> bytes:
    """A report in which one number breaks a total."""
    return put(workbook(form, JIAZI), "四、复议诉讼", "E7", "number", "99")


# --- who is to be reminded, who is to be told -------------------------------------------------


def test_who_was_reminded_today_is_not_to_be_reminded(campaign: Campaign, told: Told) -> None:
    assert "未报：甲子镇、乙丑镇、丙寅镇　→ xlreport send reminders 催报" in told()
    drafted(campaign, "reminders")
    lines = told()
    assert "未报：甲子镇、乙丑镇　今天的催报已写成草稿，请用邮件程序发出" in lines
    assert "未报：丙寅镇　→ xlreport send reminders 催报" in lines, "it has no address"


def test_who_sent_something_is_not_to_be_reminded_before_it_is_looked_at(
    campaign: Campaign, box: Mailbox, told: Told
) -> None:
    box.put("a", "jiazi@example.org", [("年报.pdf", b"%PDF-1.7")])
    collect(campaign, box.folder)
    lines = told()
    assert "未报：乙丑镇、丙寅镇　→ xlreport send reminders 催报" in lines
    assert "未报：甲子镇　→ 有来信或文件，先看上面写的情况，再定是否催报" in lines


def test_who_was_notified_of_these_very_mistakes_is_not_to_be_notified(
    campaign: Campaign, form: Form, told: Told
) -> None:
    path = campaign.settings.inbox / "甲.xlsx"
    path.write_bytes(wrong(form))
    assert "要更正：甲子镇　→ xlreport send returns 发通知" in told()
    drafted(campaign, "returns")
    assert "要更正：甲子镇　更正通知已发或已写成草稿，等重新报送" in told()
    path.write_bytes(put(wrong(form), "四、复议诉讼", "J7", "number", "98"))
    assert "要更正：甲子镇　→ xlreport send returns 发通知" in told(), "another report"


def test_what_only_the_county_can_decide_is_not_sent_back(
    campaign: Campaign, form: Form, told: Told
) -> None:
    stranger = replace(JIAZI, code="880001")
    report = workbook(form, JIAZI)
    (campaign.settings.inbox / "甲.xlsx").write_bytes(report.replace(b"x", b"x"))
    (campaign.settings.inbox / "乙.xlsx").write_bytes(workbook(form, stranger))
    lines = told()
    assert not any("send returns" in line for line in lines)


# --- templates that must not go out -----------------------------------------------------------


def test_stale_templates_are_told_in_the_status(
    campaign: Campaign, form: Form, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = campaign.settings.templates
    assert main(["template", "--campaign", str(campaign.settings.folder)]) == 0
    assert not any("templates" in line for line in told())
    names = {unit.name: path for path in folder.iterdir() for unit in campaign.roster.units}
    del names
    (mine,) = folder.glob("990101*")
    (other,) = folder.glob("990102*")
    mine.write_bytes(workbook(form, JIAZI))
    other.write_bytes(write_workbook(blank(form, 2024, YICHOU, campaign.county), form))
    lines = told()
    assert (
        f"templates 里的“{mine.name}”是“甲子镇”2025 年度的报表，填了：166 个数、3 段文字，不能发；"
        "请核对是不是该放进 inbox，把它移走后再运行一次 xlreport template"
    ) in lines
    assert (
        f"templates 里的“{other.name}”是 2024 年度的表，不能发；请再运行一次 xlreport template"
    ) in lines
    capsys.readouterr()
    main(["status", "--campaign", str(campaign.settings.folder), "--json"])
    assert '"stale": [' in capsys.readouterr().out


# --- messages that need nobody ----------------------------------------------------------------


def test_ticking_off_a_message_that_needs_nobody_is_told(
    campaign: Campaign, box: Mailbox, form: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(form, JIAZI))])
    box.put("b", "jiazi@example.org", [("更正.pdf", b"%PDF-1.7")], day=8)
    collect(campaign, box.folder)
    where = ["status", "--campaign", str(campaign.settings.folder)]
    said = []
    for number in ("1", "2", "2"):
        main([*where, "--done", number])
        said.append(capsys.readouterr().err)
    assert said == [
        "编号 1 的邮件没有要处理的问题，本来就没有列出；请核对编号。\n",
        "",
        "编号 2 的邮件以前已经勾掉了。\n",
    ]


# --- records that are gone --------------------------------------------------------------------


def commands(campaign: Campaign, box: Mailbox) -> list[list[str]]:
    where = ["--campaign", str(campaign.settings.folder)]
    return [
        ["status", *where],
        ["collect", str(box.folder), *where],
        ["merge", where[1]],
        ["check", *where],
        ["send", "templates", "--drafts", *where],
        ["send", "reminders", "--drafts", *where],
    ]


@pytest.mark.parametrize("used", ["collect", "send"])
def test_without_its_records_a_campaign_stops(
    campaign: Campaign, box: Mailbox, form: Form, used: str, capsys: pytest.CaptureFixture[str]
) -> None:
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(form, JIAZI))])
    if used == "collect":
        collect(campaign, box.folder)
    else:
        drafted(campaign, "reminders")
    records = campaign.settings.records
    backup = records.with_name("备份")
    shutil.copytree(records, backup)
    shutil.rmtree(records)
    for command in commands(campaign, box):
        capsys.readouterr()
        assert main(command) == 2, command
        told = capsys.readouterr().err
        assert told.startswith(f"收发记录“{records / 'ledger.sqlite3'}”不见了或被清空了。")
        assert f"把“{records}”和旁边的 records.txt 改名留存后重新收取" in told
    assert not records.exists(), "nothing is in the way of the backup"
    backup.rename(records)
    assert main(commands(campaign, box)[0]) == 1, "with the backup it goes on"


def test_without_a_backup_one_can_start_again(campaign: Campaign, box: Mailbox, form: Form) -> None:
    box.put("a", "jiazi@example.org", [("年报.xlsx", workbook(form, JIAZI))])
    collect(campaign, box.folder)
    settings = campaign.settings
    settings.records.rename(settings.folder / "records-旧")
    settings.records_note.rename(settings.folder / "records-旧.txt")
    assert [message.state for message in collect(campaign, box.folder).messages] == ["new"]
    assert settings.records_note.read_text("utf-8-sig").startswith("records 文件夹里是收发记录")


def test_a_new_campaign_needs_no_records(campaign: Campaign, box: Mailbox, form: Form) -> None:
    (campaign.settings.inbox / "甲.xlsx").write_bytes(workbook(form, JIAZI))
    assert main(["merge", str(campaign.settings.folder)]) == 1
    assert not campaign.settings.has_records


# --- a new campaign ---------------------------------------------------------------------------

ROSTER = """单位代码,单位名称,汇总单位
990101,甲子镇,示例县
"""


@pytest.mark.parametrize(
    ("options", "next_step"),
    [
        ([], "下一步：填好名册 roster.csv，在 xlreport.toml 里写明截止日期和邮箱"),
        (["--deadline", "2026-01-20"], "下一步：填好名册 roster.csv，在 xlreport.toml 里写明邮箱"),
        (["--roster"], "下一步：在 xlreport.toml 里写明截止日期和邮箱"),
        (["--deadline", "2026-01-20", "--roster"], "下一步：在 xlreport.toml 里写明邮箱"),
    ],
)
def test_the_next_step_is_what_is_still_to_be_done(
    options: list[str], next_step: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = tmp_path / "名册.csv"
    roster.write_text(ROSTER, "utf-8")
    given = [*options, *([str(roster)] if "--roster" in options else [])]
    command = ["init", str(tmp_path / "a"), "--form", "zfxxgk-2021", "--year", "2025"]
    assert main([*command, "--county", "示例县", *given]) == 0
    assert f"。{next_step}（不用邮箱收发的不写），\n" in capsys.readouterr().err


def test_a_roster_of_another_county_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = tmp_path / "名册.csv"
    roster.write_text(ROSTER, "utf-8")
    command = ["init", str(tmp_path / "a"), "--form", "zfxxgk-2021", "--year", "2025"]
    assert main([*command, "--county", "西县", "--roster", str(roster)]) == 2
    told = capsys.readouterr().err
    assert told == "名册里的汇总单位是“示例县”，--county 写的是“西县”，请改成一致。\n"
    assert not (tmp_path / "a").exists()


def test_a_county_that_is_too_long_is_told_in_the_settings_too(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="最多 100 个字"):
        init_campaign(tmp_path / "a", "zfxxgk-2021", 2025, "县" * 101)
    campaign = campaign_in(tmp_path / "b")
    settings = campaign.settings.folder / "xlreport.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('"示例县"', f'"{"县" * 101}"'), "utf-8")
    with pytest.raises(CampaignError, match="county 最多 100 个字"):
        read_campaign(campaign.settings.folder)
