"""The campaign folder: made once, every mistake in its settings told, commands inside need no options."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tomllib
from pathlib import Path

import pytest

from xlreport.campaign.campaign import read_campaign
from xlreport.campaign.settings import NAME, find_settings, read_settings
from xlreport.cli.app import main
from xlreport.errors import CampaignError
from xlreport.merging.request import Policy
from xlreport.submission import Unit

ROOT = Path(__file__).resolve().parents[2]
ROSTER = ROOT / "samples" / "roster.csv"
SOME = ("990101", "990102", "990104")
"""Units whose reports are in the folder; a whole county would tell no more."""

INIT = ("--form", "zfxxgk-2021", "--year", "2025", "--county", "示例县")


@pytest.fixture
def campaign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    folder = tmp_path / "2025年报"
    assert (
        main(["init", str(folder), *INIT, "--roster", str(ROSTER), "--deadline", "2026-01-20"]) == 0
    )
    capsys.readouterr()
    monkeypatch.chdir(folder)
    return folder


def settings(folder: Path, old: str, new: str) -> None:
    path = folder / NAME
    text = path.read_text("utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_init_makes_everything(campaign: Path) -> None:
    here = {p.relative_to(campaign).as_posix() for p in campaign.rglob("*")}
    assert here == {
        *("inbox", "summary", "templates", "letters", "roster.csv", NAME),
        *("letters/发放模板.txt", "letters/催报.txt", "letters/退回更正.txt"),
        "letters/回执.txt",
    }
    read = read_settings(campaign)
    assert (read.form, read.year, read.county, read.deadline) == (
        "zfxxgk-2021",
        2025,
        Unit("示例县"),
        dt.date(2026, 1, 20),
    )
    assert (campaign / "roster.csv").read_bytes() == ROSTER.read_bytes()


def test_every_key_has_a_chinese_comment(campaign: Path) -> None:
    lines = (campaign / NAME).read_text("utf-8-sig").splitlines()
    keys = [i for i, line in enumerate(lines) if "=" in line and not line.startswith("#")]
    assert len(keys) == 24
    assert all(lines[i - 1].startswith("# ") and not lines[i - 1].isascii() for i in keys)
    assert "password" not in tomllib.loads("\n".join(lines))["mail"]["smtp"]


def test_init_changes_nothing_that_is_there(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {p: p.read_bytes() for p in campaign.rglob("*") if p.is_file()}
    assert main(["init", str(campaign), *INIT]) == 2
    assert "没有改动它" in capsys.readouterr().err
    assert {p: p.read_bytes() for p in campaign.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("county", ["", "  ", "示例\n县"])
def test_a_county_has_a_name_of_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], county: str
) -> None:
    command = [
        "init",
        str(tmp_path / "x"),
        "--form",
        "zfxxgk-2021",
        "--year",
        "2025",
        "--county",
        county,
    ]
    assert main(command) == 2
    told = capsys.readouterr().err
    assert told.startswith(("汇总单位名称不能留空，也不能有换行", "选项“--county”的值"))
    assert not (tmp_path / "x").exists()


def test_without_a_roster_there_is_one_to_fill_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "x"), *INIT]) == 0
    head, example = (tmp_path / "x" / "roster.csv").read_text("utf-8-sig").splitlines()
    assert head == "单位代码,单位名称,类别,别名,联系人,电话,邮箱,汇总单位,汇总单位代码"
    assert example.startswith("#")
    assert main(["status", "--campaign", str(tmp_path / "x")]) == 2
    assert "一个单位也没有" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("year = 2025", "year = 25", "year 的值“25”不对，应当是：年份，例如 2025"),
        ('county = "示例县"', "", "缺少 county"),
        ('county = "示例县"', 'county = ""', "county 不能留空"),
        ('county = "示例县"', 'county = "别的县"', "请改成一致"),
        ("port = 465", "port = 0", "mail.smtp.port 的值“0”不对，应当是：从 1 到 65535 的整数"),
        ('security = "tls"', 'security = "ssl"', "只能是 tls、starttls 或 none"),
        ("deadline = 2026-01-20", 'deadline = "明年"', "deadline 的值“明年”不对，应当是：日期"),
        (
            'since = ""',
            'since = "去年"',
            "mail.imap.since 的值“去年”不对，应当是：日期，例如 2026-01-05",
        ),
        ('from = ""', 'from = "县政府办"', "mail.from 的值“县政府办”不对，应当是：一个邮箱地址"),
        ('reply_to = ""', 'reply_to = "a@b.cn, c@d.cn"', "mail.reply_to 的值"),
        ('host = ""', 'host = "https://mail.163.com/"', "应当是：服务器的名称，例如 smtp.163.com"),
        ('name = ""', "name = 5", "mail.name 的值“5”不对，应当是：加英文引号的文字"),
        ('reply_to = ""', 'repli_to = ""', "没有 mail.repli_to 这一项"),
        ("imports = false", 'imports = "是"', "imports 的值“是”不对，应当是：true 或 false"),
        ("year = 2025", "year = 二〇二五", "第 6 行第 8 列"),
        ('contact = ""', "version = 0", "version 的值“0”不对，应当是：1"),
        ('contact = ""', "version = 2\nnew = 1", "是较新的版本写的，请换用新版本的 xlreport。"),
        ('form = "zfxxgk-2021"', 'form = "nix"', "没有名为“nix”的报表"),
        ('roster = "roster.csv"', 'roster = "r.csv"', "r.csv”打不开"),
    ],
)
def test_mistakes_in_the_settings_are_told(
    campaign: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, words: str
) -> None:
    settings(campaign, old, new)
    assert main(["status"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err


def test_settings_may_tell_their_version(campaign: Path) -> None:
    settings(campaign, 'contact = ""', "version = 1")
    assert read_settings(campaign).year == 2025


@pytest.mark.parametrize("day", ["2026-2-5", "2026/2/5", "2026.2.5", "2026年2月5日"])
def test_a_date_in_quotes_is_taken_as_people_write_it(campaign: Path, day: str) -> None:
    settings(campaign, "deadline = 2026-01-20", f'deadline = "{day}"')
    settings(campaign, 'since = ""', f'since = "{day}"')
    read = read_settings(campaign)
    assert (read.deadline, read.imap.since) == (dt.date(2026, 2, 5), "2026-02-05")


def test_whom_to_ask_is_free_text_and_may_be_unknown(campaign: Path) -> None:
    assert read_settings(campaign).contact == ""
    settings(campaign, 'contact = ""', 'contact = "张三 0990-1234567"')
    assert read_settings(campaign).contact == "张三 0990-1234567"


def test_a_date_without_quotes_is_toml(campaign: Path) -> None:
    settings(campaign, 'since = ""', "since = 2026-02-05")
    assert read_settings(campaign).imap.since == "2026-02-05"


@pytest.mark.parametrize("choice", [True, False])
def test_the_county_says_whether_imports_count(campaign: Path, choice: bool) -> None:
    settings(campaign, "imports = false", f"imports = {str(choice).lower()}")
    assert read_settings(campaign).imports is choice
    assert read_campaign(campaign).request.policy == Policy(imports=choice)


def test_settings_saved_in_gbk_are_read(campaign: Path) -> None:
    text = (campaign / NAME).read_text("utf-8-sig")
    (campaign / NAME).write_bytes(text.encode("gb18030"))
    assert read_settings(campaign).county == Unit("示例县")


def test_a_campaign_is_found_from_the_folders_in_it(campaign: Path) -> None:
    found = find_settings(campaign / "inbox")
    assert found is not None
    assert found.folder == campaign
    assert find_settings(campaign.parent) is None
    (campaign / NAME).write_text("form = ", "utf-8")
    with pytest.raises(CampaignError, match="写法不对"):
        find_settings(campaign / "inbox")


def some_of(source: Path, target: Path) -> Path:
    """Some units' reports of the sample county."""
    target.mkdir(exist_ok=True)
    for code in SOME:
        (path,) = source.glob(f"{code}*.xlsx")
        shutil.copy2(path, target)
    return target


def test_commands_in_the_folder_need_no_options(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["template"]) == 0
    assert len(list((campaign / "templates").glob("*.xlsx"))) == 14
    reports = some_of(ROOT / "samples" / "2025", campaign.parent / "2025")
    previous = ROOT / "samples" / "2024"
    some_of(reports, campaign / "inbox")
    settings(campaign, 'previous = ""', f'previous = "{previous.as_posix()}"')
    assert main(["check"]) == 1
    capsys.readouterr()
    assert main(["merge", "--json"]) == 1
    inside = json.loads(capsys.readouterr().out)
    names = ("示例县2025年政府信息公开工作年度报告汇总表.xlsx", "汇总情况.html", "结果.json")
    assert inside["outputs"] == [f"summary/{name}" for name in names]
    assert inside["totals"]
    assert main(["merge", str(campaign), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["totals"] == inside["totals"]
    plain = ("merge", str(reports), "--roster", str(ROSTER), "--out", str(campaign / "x"))
    assert main([*plain, "--previous", str(previous), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["totals"] == inside["totals"]
    assert main(["repair"]) == 0
    assert len(list((campaign / "repaired").glob("*.xlsx"))) == len(SOME)
    assert main(["status"]) == 1
    out = capsys.readouterr().out
    assert "【未报】990106 己巳乡" in out
    assert "收到 1 份，最后一份 放在 inbox 里" in out


def test_outside_a_campaign_arguments_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (["merge"], ["check"], ["template"], ["repair"]):
        assert main(command) == 2
        assert "缺少“" in capsys.readouterr().err
    for command in (["status"], ["collect"], ["send", "templates"], ["status", "--campaign", "."]):
        assert main(command) == 2
        assert "请先运行 xlreport init" in capsys.readouterr().err


def test_missing_servers_and_passwords_are_told(
    campaign: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.mail.servers._remembered", lambda server: "")
    for name in ("SMTP", "IMAP", "MAIL"):
        monkeypatch.delenv(f"XLREPORT_{name}_PASSWORD", raising=False)
    assert main(["collect"]) == 2
    assert "没有写收信服务器" in capsys.readouterr().err
    assert main(["send", "templates"]) == 2
    assert "没有写发信服务器" in capsys.readouterr().err
    settings(campaign, 'host = ""', 'host = "mail.example.org"')
    settings(campaign, 'user = ""', 'user = "xian@example.org"')
    for command, name in ((["collect"], "IMAP"), (["send", "templates"], "SMTP")):
        assert main(command) == 2
        assert f"XLREPORT_{name}_PASSWORD" in capsys.readouterr().err
    assert main(["collect", "nowhere"]) == 2
    assert "找不到“nowhere”" in capsys.readouterr().err
    assert main(["send", "templates", "--drafts", "--unit", "没有的镇"]) == 2
    assert "名册里没有单位“没有的镇”" in capsys.readouterr().err
