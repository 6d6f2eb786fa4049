"""Settings are changed in their file, and every other line of it stays."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from campaign.scene import campaign_in
from xlreport.campaign.changing import change_settings
from xlreport.campaign.settings import read_settings
from xlreport.errors import CampaignError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "工作"
    campaign_in(folder)
    return folder


def lines(folder: Path) -> list[str]:
    return (folder / "xlreport.toml").read_text("utf-8-sig").splitlines()


def differing(before: list[str], after: list[str]) -> dict[str, str]:
    assert len(before) == len(after)
    return {old: new for old, new in zip(before, after, strict=True) if old != new}


def test_only_the_line_of_the_setting_changes(folder: Path) -> None:
    before = lines(folder)
    settings = change_settings(
        folder,
        {
            "deadline": dt.date(2026, 2, 1),
            "contact": '张三"\\ 0990',
            "mail.from": "xian@example.org",
            "mail.smtp.host": "smtp.example.org",
            "mail.smtp.port": 587,
            "mail.smtp.security": "starttls",
            "mail.smtp.pause": 0.5,
            "mail.imap.host": "imap.example.org",
            "mail.imap.verify": False,
        },
    )
    assert settings == read_settings(folder)
    assert (settings.deadline, settings.contact) == (dt.date(2026, 2, 1), '张三"\\ 0990')
    assert settings.smtp.sender == "xian@example.org"
    smtp, imap = settings.smtp.server, settings.imap.server
    assert (smtp.host, smtp.port, smtp.security) == ("smtp.example.org", 587, "starttls")
    assert (imap.host, imap.port, imap.verify) == ("imap.example.org", 993, False)
    assert settings.smtp.pause == 0.5
    changed = differing(before, lines(folder))
    assert changed["pause = 1.0"] == "pause = 0.5"
    assert changed["deadline = 2026-01-31"] == "deadline = 2026-02-01"
    assert changed['from = ""'] == 'from = "xian@example.org"'
    assert len([line for line in lines(folder) if line.startswith("host = ")]) == 2
    data = (folder / "xlreport.toml").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), "Notepad knows it to be UTF-8"
    assert data.count(b"\r\n") == data.count(b"\n")


def test_a_deadline_is_taken_out_and_put_back(folder: Path) -> None:
    assert change_settings(folder, {"deadline": None}).deadline is None
    assert change_settings(folder, {"deadline": dt.date(2026, 1, 5)}).deadline == dt.date(
        2026, 1, 5
    )
    assert len([line for line in lines(folder) if "deadline =" in line]) == 1


def test_what_is_the_same_is_not_written(folder: Path) -> None:
    path = folder / "xlreport.toml"
    before = path.stat().st_mtime_ns, path.read_bytes()
    change_settings(folder, {"contact": "", "mail.smtp.port": 465})
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before


def test_what_is_missing_is_added_where_it_belongs(folder: Path) -> None:
    path = folder / "xlreport.toml"
    path.write_text(
        'form = "zfxxgk-2021"\nyear = 2025\ncounty = "示例县"\n\n[mail]\nname = "甲"\n', "utf-8"
    )
    settings = change_settings(
        folder, {"contact": "张三", "mail.from": "a@b.cn", "mail.smtp.host": "h.cn"}
    )
    assert settings.contact == "张三"
    assert (settings.smtp.sender, settings.smtp.server.host) == ("a@b.cn", "h.cn")
    assert lines(folder)[3] == 'contact = "张三"'


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"mail.from": "不是邮箱"}, "mail.from 的值“不是邮箱”不对，应当是：一个邮箱地址"),
        ({"mail.smtp.port": 0}, "mail.smtp.port 的值“0”不对"),
        ({"mail.smtp.security": "ssl"}, "mail.smtp.security 只能是 tls、starttls 或 none"),
        ({"nonsense": "x"}, "没有 nonsense 这一项"),
    ],
)
def test_what_cannot_be_changes_nothing(folder: Path, changes: dict[str, Any], told: str) -> None:
    before = lines(folder)
    with pytest.raises(CampaignError, match=r"xlreport\.toml") as error:
        change_settings(folder, {"contact": "张三", **changes})
    assert told in error.value.message
    assert lines(folder) == before


def test_a_file_that_is_written_in_another_way_is_left_to_people(folder: Path) -> None:
    path = folder / "xlreport.toml"
    text = (
        'form = "zfxxgk-2021"\nyear = 2025\ncounty = "示例县"\n'
        'mail = {from = "a@b.cn"}\n'
        'contact = """\ncontact = 1\n"""\n'
    )
    path.write_text(text, "utf-8")
    for changes in ({"mail.from": "c@d.cn"}, {"contact": "张三"}):
        with pytest.raises(CampaignError):
            change_settings(folder, changes)
    assert path.read_text("utf-8") == text
