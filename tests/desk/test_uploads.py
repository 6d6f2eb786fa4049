"""What is said to be taken is on the disk, whole, under a name of its own; nothing else is changed."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from campaign.scene import JIAZI, campaign_in, workbook
from xlreport import get_form
from xlreport.campaign.settings import CampaignSettings
from xlreport.desk import uploads
from xlreport.desk.uploads import MAIL, MAILS, PASSED, SAME, TAKEN, Upload, clear, take


@pytest.fixture
def settings(tmp_path: Path) -> CampaignSettings:
    return campaign_in(tmp_path / "工作").settings


def sent(settings: CampaignSettings, name: str, data: bytes = b"1", modified: float = 0.0) -> Any:
    receipt = take(settings, Upload(name, io.BytesIO(data), modified))
    return receipt.state, receipt.path


def below(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("甲镇.xlsx", "甲镇.xlsx"),
        ("乡镇/甲镇/报表.xlsx", "乡镇/甲镇/报表.xlsx"),
        ("../../报表.xlsx", "报表.xlsx"),
        ("..\\..\\报表.xlsx", "报表.xlsx"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\报表\\甲.xls", "C_/报表/甲.xls"),
        ("CON.xlsx", "_CON.xlsx"),
        (".xlsx", "_.xlsx"),
        ("a\x00b?.xlsx", "a_b_.xlsx"),
        ("没有后缀", "没有后缀"),
        ("甲.tar.gz", "甲.tar.gz"),
        ("1/2/3/4/5/6/7/8/9/10/甲.xlsx", "1/2/3/4/5/6/7/8/9_10_甲.xlsx"),
    ],
)
def test_it_lies_in_the_inbox_whatever_its_name(
    settings: CampaignSettings, name: str, path: str
) -> None:
    assert sent(settings, name) == (TAKEN, path)
    assert below(settings.inbox) == {path: b"1"}


def test_a_long_name_keeps_its_ending(settings: CampaignSettings) -> None:
    state, path = sent(settings, "镇" * 300 + ".xlsx")
    assert state == TAKEN
    assert path.endswith("镇.xlsx")
    assert len(path.encode()) <= 200


def test_nothing_is_ever_written_over(settings: CampaignSettings) -> None:
    assert sent(settings, "甲.xlsx", b"1") == (TAKEN, "甲.xlsx")
    assert sent(settings, "甲.xlsx", b"2") == (TAKEN, "甲（2）.xlsx")
    assert sent(settings, "甲.xlsx", b"3") == (TAKEN, "甲（3）.xlsx")
    assert sent(settings, "甲.xlsx", b"2") == (SAME, "甲（2）.xlsx")
    assert sent(settings, "甲.xlsx", b"22") == (TAKEN, "甲（4）.xlsx")
    assert list(below(settings.inbox).values()) == [b"1", b"2", b"3", b"22"]


def test_a_link_in_the_inbox_is_not_followed(settings: CampaignSettings, tmp_path: Path) -> None:
    elsewhere = tmp_path / "别处.xlsx"
    elsewhere.write_bytes(b"1")
    (settings.inbox / "甲.xlsx").symlink_to(elsewhere)
    assert sent(settings, "甲.xlsx", b"1") == (TAKEN, "甲（2）.xlsx")
    assert elsewhere.read_bytes() == b"1"


def test_the_time_of_the_file_stays(settings: CampaignSettings) -> None:
    sent(settings, "甲.xlsx", modified=1_700_000_000.5)
    assert (settings.inbox / "甲.xlsx").stat().st_mtime == 1_700_000_000.5


def test_a_report_is_taken_whatever_it_is_called(settings: CampaignSettings) -> None:
    """As a merge reads it: its content says what it is."""
    data = workbook(get_form("zfxxgk-2021"), JIAZI)
    for name in ("desktop.ini", "~$甲.xlsx"):
        receipt = take(settings, Upload(name, io.BytesIO(data)))
        assert (receipt.state, receipt.path) == (TAKEN, name)
        assert (settings.inbox / name).read_bytes() == data


@pytest.mark.parametrize("name", ["~$甲.xlsx", "Thumbs.db", "__MACOSX/._甲.xlsx", "desk.json"])
def test_what_systems_leave_behind_is_passed_over(settings: CampaignSettings, name: str) -> None:
    receipt = take(settings, Upload(name, io.BytesIO(b"1")))
    assert (receipt.state, receipt.path) == (PASSED, "")
    assert receipt.sentence.startswith("没有收：")
    assert below(settings.inbox) == {}


def test_an_empty_file_is_told(settings: CampaignSettings) -> None:
    receipt = take(settings, Upload("甲.xlsx", io.BytesIO(b"")))
    assert receipt.sentence == "没有收：文件是空的，没有内容。请核对原来的文件。"
    assert below(settings.inbox) == {}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("来信.eml", b"From: a@b\n\nx"),
        ("来信.MSG", b"x"),
        ("Inbox", b"From - Mon Jan  5 10:00:00 2026\nFrom: a@b\n\nx"),
        ("Inbox", b"\xef\xbb\xbf\nFrom a@b Mon Jan  5 10:00:00 2026\nFrom: a@b\n\nx"),
        ("邮箱/cur/1736000000.M1P2.host:2,S", b"From: a@b\n\nx"),
        ("邮箱/new/1736000000.M1P2.host", b"From: a@b\n\nx"),
    ],
)
def test_messages_go_where_they_are_collected_from(
    settings: CampaignSettings, name: str, data: bytes
) -> None:
    assert sent(settings, name, data)[0] == MAIL
    assert below(settings.inbox) == {}
    assert list(below(settings.folder / MAILS).values()) == [data]
    assert sent(settings, name, data)[0] == MAIL
    assert len(below(settings.folder / MAILS)) == 1, "the same message once"


def test_a_full_disk_is_told_with_the_name_and_leaves_nothing(
    settings: CampaignSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"甲\.xlsx") as told:
        sent(settings, "乡/甲.xlsx")
    assert told.value.filename == "乡/甲.xlsx"
    assert below(settings.inbox) == {}
    assert not list(settings.folder.glob(".xlreport-desk*"))


def test_without_hard_links_nothing_is_written_over_either(
    settings: CampaignSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """exFAT, and shares of some servers."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", refused)
    assert sent(settings, "甲.xlsx", b"1") == (TAKEN, "甲.xlsx")
    assert sent(settings, "甲.xlsx", b"2") == (TAKEN, "甲（2）.xlsx")
    assert below(settings.inbox) == {"甲.xlsx": b"1", "甲（2）.xlsx": b"2"}


def test_what_a_killed_desk_left_is_cleared_away(settings: CampaignSettings) -> None:
    left = settings.folder / ".xlreport-desk-0123.part"
    left.write_bytes(b"half")
    clear(settings.folder)
    assert not left.exists()
    assert (settings.folder / "xlreport.toml").exists()


TAKER = """
import io, os, sys
from pathlib import Path
from xlreport.campaign.settings import read_settings
from xlreport.desk.uploads import Upload, take
settings = read_settings(Path(sys.argv[1]))
for number in range(1_000_000):
    data = str(number).encode() * 20_000
    receipt = take(settings, Upload(f"{number % 7}.xlsx", io.BytesIO(data)))
    os.write(1, f"{number}\\t{receipt.path}\\n".encode())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize("said", [1, 6, 23])
def test_kill_9_loses_nothing_that_was_said_to_be_taken(
    settings: CampaignSettings, said: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", TAKER, str(settings.folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(uploads.__file__).parents[2])},
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(said)]
    process.kill()
    with process:
        lines += process.stdout.readlines()
    whole = [line.decode().rstrip("\n").split("\t") for line in lines if line.endswith(b"\n")]
    assert len(whole) >= said
    for number, path in whole:
        assert (settings.inbox / path).read_bytes() == number.encode() * 20_000
    for data in below(settings.inbox).values():
        assert len(data) % 20_000 == 0, "and nothing in the inbox is a half"
        assert data


def test_when_no_name_is_left_nothing_is_taken(
    settings: CampaignSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_NAMES", 3)
    for number in range(2):
        assert sent(settings, "甲.xlsx", f"{number}".encode())[0] == TAKEN
    with pytest.raises(FileExistsError):
        sent(settings, "甲.xlsx", b"other")
    assert len(below(settings.inbox)) == 2


def test_one_that_cannot_be_read_counts_as_another(
    settings: CampaignSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(settings, "甲.xlsx", b"1")
    real = Path.open

    def opened(path: Path, *arguments: Any, **more: Any) -> Any:
        if path.parent == settings.inbox:
            raise PermissionError(errno.EACCES, "denied", str(path))
        return real(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", opened)
    assert sent(settings, "甲.xlsx", b"1") == (TAKEN, "甲（2）.xlsx")
