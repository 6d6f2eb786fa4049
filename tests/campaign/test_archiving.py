"""A campaign packed away: all of it is there, as it was."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import pytest

from campaign.scene import JIAZI, YICHOU, Mailbox, campaign_in, workbook
from xlreport.campaign.archiving import archive
from xlreport.campaign.campaign import Campaign
from xlreport.campaign.collect import collect
from xlreport.campaign.decisions import Asked, decide
from xlreport.cli.app import main
from xlreport.errors import UsageError
from xlreport.publishing.archive import verify

DAY = "2026-03-01"


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    made = campaign_in(tmp_path / "campaign")
    box = Mailbox(tmp_path / "mails")
    box.put("1", "jiazi@example.org", [("甲子镇.xlsx", workbook(made.form, JIAZI))])
    box.put("2", "yichou@example.org", [("乙丑镇.xlsx", workbook(made.form, YICHOU, 2))])
    collect(made, box.folder)
    decide(made, Asked(YICHOU, "", "exclude", "已并入邻镇", "=王五"))
    return made


def test_everything_is_in_it_as_it_was(campaign: Campaign) -> None:
    archived = archive(campaign, None, DAY)
    assert archived.path.name == f"示例县2025年政府信息公开工作年度报告归档{DAY}.zip"
    assert archived.reports == 1
    assert len(archived.open_points) == 2
    found = verify(archived.path)
    assert found.faults == ()
    assert found.code == archived.code
    with zipfile.ZipFile(archived.path) as packed:
        names = packed.namelist()
        (original,) = [name for name in names if name.startswith("原件/")]
        assert packed.read(original) == workbook(campaign.form, JIAZI)
        roster = packed.read("设置/roster.csv")
        assert roster == campaign.settings.roster.read_bytes()
        definition = Path(campaign.form.path)
        assert packed.read(f"设置/{definition.name}") == definition.read_bytes()
        decisions = packed.read("记录/决定.csv").decode("utf-8-sig").splitlines()
        assert decisions[1].startswith("990102,乙丑镇,整份报表,不计入,已并入邻镇,'=王五,")
        ledger = sqlite3.connect(":memory:")
        ledger.deserialize(packed.read("记录/ledger.sqlite3"))
        assert ledger.execute("SELECT count(*) FROM message").fetchone() == (2,)
        ledger.close()
        assert any(name.startswith("信件/") for name in names)
        outputs = {name for name in names if name.startswith("汇总/")}
    standing = {path.name for path in campaign.settings.summary.iterdir() if path.is_file()}
    assert outputs == {f"汇总/{name}" for name in standing if not name.startswith(".")}


def test_there_is_nothing_to_pack_without_a_report(tmp_path: Path) -> None:
    empty = campaign_in(tmp_path / "campaign")
    with pytest.raises(UsageError, match="没有可以归档的"):
        archive(empty, None, DAY)
    assert not (empty.settings.folder / "archive").exists()


def test_the_command_packs_and_checks(
    campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["archive", "--campaign", str(campaign.settings.folder)]) == 1
    said = capsys.readouterr().out
    assert "计入的报表 1 份。归档码 " in said
    assert "注意：未报单位（没有计入合计）：丙寅镇" in said
    (path,) = (campaign.settings.folder / "archive").glob("*.zip")
    assert main(["archive", "--verify", str(path)]) == 0
    assert "个文件都在，内容没有改动。" in capsys.readouterr().out
    data = bytearray(path.read_bytes())
    at = data.index(b"xl/worksheets/sheet1.xml")  # the name of a part within the stored workbook
    data[at] ^= 1
    path.write_bytes(data)
    assert main(["archive", "--verify", str(path)]) == 1
    assert "与清单不符，内容改过或损坏了" in capsys.readouterr().out
