"""`--campaign` on every command that works in one; dates as people write them; where mail is sought."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaign.scene import FREE, JIAZI, YICHOU, campaign_in, workbook
from hostile.scene import base
from xlreport import Entry, Unit, get_form, write_workbook
from xlreport.cli.app import main

TITLE = "2025年政府信息公开工作年度报告"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A campaign of three towns of which two have reported, seen from outside."""
    folder = tmp_path / "2025年报"
    settings = campaign_in(folder).settings
    form = get_form("zfxxgk-2021")
    for unit in (JIAZI, YICHOU):
        (settings.inbox / f"{unit.name}.xlsx").write_bytes(workbook(form, unit))
    elsewhere = tmp_path / "别处"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    return folder


def document(capsys: pytest.CaptureFixture[str], code: int, *command: str) -> Any:
    assert main([*command, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_template_fills_the_campaigns_folder(office: Path) -> None:
    assert main(["template", "--campaign", str(office)]) == 0
    codes = {JIAZI: "990101", YICHOU: "990102"}
    written = names(office / "templates")
    assert len(written) == 3
    assert written[:2] == [f"{code}_{unit.name}_{TITLE}.xlsx" for unit, code in codes.items()]
    assert (office / "letters" / "给乡镇的一页纸.docx").exists()


def test_check_reads_the_inbox(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = document(capsys, 0, "check", "--campaign", str(office))["files"]
    assert [file["unit"] for file in files] == ["乙丑镇", "甲子镇"]


def second_version() -> bytes:
    """The report of the first town with another number, sent a second time."""
    form = get_form("zfxxgk-2021")
    report = base(form, JIAZI)
    entries = {**report.entries, FREE: Entry.of(2)}
    return write_workbook(
        replace(
            report,
            county=Unit("示例县"),
            entries=entries,
            provenance=replace(report.provenance, number=2),
        ),
        form,
    )


def test_check_judges_the_version_that_counts(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = second_version()
    (office / "inbox" / "甲子镇-更正.xlsx").write_bytes(later)
    files = document(capsys, 0, "check", "--campaign", str(office))["files"]
    outcomes = {file["path"]: file["outcome"] for file in files}
    assert outcomes == {
        "乙丑镇.xlsx": "accepted",
        "甲子镇.xlsx": "superseded",
        "甲子镇-更正.xlsx": "accepted",
    }


def test_check_takes_other_files_with_the_campaigns_roster(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "另存.xlsx"
    other.write_bytes((office / "inbox" / "甲子镇.xlsx").read_bytes())
    files = document(capsys, 0, "check", str(other), "--campaign", str(office))["files"]
    assert [file["path"] for file in files] == [other.as_posix()]


def test_merge_takes_the_inbox_and_writes_the_summary(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    merged = document(capsys, 1, "merge", "--campaign", str(office))
    written = (f"示例县{TITLE}汇总表.xlsx", "汇总情况.html", "结果.json")
    assert merged["outputs"] == [(office / "summary" / name).as_posix() for name in written]
    assert merged["units"] == {
        "expected": 3,
        "accepted": 2,
        "returned": 0,
        "missing": ["丙寅镇"],
    }


def test_what_the_command_line_names_comes_before_the_campaigns(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = tmp_path / "两个镇.csv"
    roster.write_text("单位代码,单位名称\n990101,甲子镇\n990102,乙丑镇\n", "utf-8")
    out = tmp_path / "out"
    options = ("--roster", str(roster), "--out", str(out), "--year", "2025")
    merged = document(capsys, 0, "merge", "--campaign", str(office), *options)
    assert merged["units"]["expected"] == 2
    assert names(out) == ["汇总情况.html", f"示例县{TITLE}汇总表.xlsx", "结果.json"]
    assert names(office / "summary") == []


def test_repair_writes_beside_the_inbox(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repaired = document(capsys, 0, "repair", "--campaign", str(office))
    assert len(repaired["files"]) == 2
    assert f"990101_甲子镇_{TITLE}_修复.xlsx" in names(office / "repaired")


def test_status_and_send_work_on_the_campaign(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = document(capsys, 1, "status", "--campaign", str(office))["units"]
    assert {unit["unit"]: unit["state"] for unit in states} == {
        "甲子镇": "accepted",
        "乙丑镇": "accepted",
        "丙寅镇": "missing",
    }
    # 丙寅镇 has no address
    sent = document(capsys, 1, "send", "reminders", "--drafts", "--campaign", str(office))
    assert [item["state"] for item in sent["items"]] == ["no_address"]


def test_a_unit_is_named_by_code_or_name_and_only_it_is_sent_to(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("send", "templates", "--dry-run", "--campaign", str(office), "--unit")
    for name in ("990102", "乙丑镇"):
        items = document(capsys, 0, *command, name)["items"]
        assert {item["unit"] for item in items} == {"乙丑镇"}


@pytest.mark.parametrize(
    "text", ["2026-01-20", "2026-1-20", "2026/1/20", "2026.1.20", "2026年1月20日"]
)
def test_a_deadline_is_taken_as_people_write_it(text: str, tmp_path: Path) -> None:
    folder = tmp_path / "x"
    command = ["init", str(folder), "--form", "zfxxgk-2021", "--year", "2025", "--county", "示例县"]
    assert main([*command, "--deadline", text]) == 0
    settings = tomllib.loads((folder / "xlreport.toml").read_text("utf-8-sig"))
    assert settings["deadline"].isoformat() == "2026-01-20"


@pytest.mark.parametrize(
    "option", [("--folder", "x"), ("--since", "2026年1月5日"), ("--mark-seen",), ("--move-to", "x")]
)
def test_options_of_a_mailbox_are_refused_for_files(
    option: tuple[str, ...], office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["collect", str(tmp_path), "--campaign", str(office), *option]) == 2
    told = "--folder、--since、--mark-seen、--move-to 只用于从邮箱收取。\n"
    assert capsys.readouterr() == ("", told)


@pytest.mark.parametrize("inside", [False, True])
def test_settings_that_cannot_be_opened_are_told(
    inside: bool, office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: Path) -> str:
        raise PermissionError(13, "denied")

    monkeypatch.setattr("xlreport.campaign.settings.text_of", refuse)
    monkeypatch.chdir(office if inside else office.parent)
    command = ["status"] if inside else ["status", "--campaign", office.name]
    folder = "." if inside else office.name
    assert main(command) == 2
    told = f"设置“{folder}/xlreport.toml”打不开，请检查权限。\n"
    assert capsys.readouterr() == ("", told)
