"""The command line contract: exit codes, one JSON document, Chinese throughout."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from xlreport import Limits
from xlreport.cli.app import main, program

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
LATIN = re.compile(r"[A-Za-z]{3,}")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_forms_and_fields(capsys: pytest.CaptureFixture[str]) -> None:
    listed = run(capsys, "forms")[1].splitlines()
    titles = [line.split("　")[:2] for line in listed if line.startswith("zfxxgk")]
    assert titles == [
        ["zfxxgk-2019", "政府信息公开工作年度报告"],
        ["zfxxgk-2021", "政府信息公开工作年度报告"],
    ]
    code, out, err = run(capsys, "fields", "zfxxgk-2021", "--json")
    fields = json.loads(out)
    assert (code, err, len(fields)) == (0, "", 203)
    assert fields[0] == {
        "id": "disclosure.regulations.issued",
        "table": "disclosure",
        "label": "规章·本年制发件数",
        "sheet": "二、主动公开",
        "cell": "B6",
        "kind": "count",
        "computed": False,
        "unit": "件",
    }
    assert {f["kind"] for f in fields} == {"count", "money", "text"}


def test_template_check_merge(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    roster = str(SAMPLES / "roster.csv")
    code, out, _ = run(
        capsys,
        "template",
        "zfxxgk-2021",
        "--year",
        "2025",
        "--roster",
        roster,
        "--out",
        str(tmp_path),
    )
    assert (code, len(out.splitlines())) == (0, 14)
    code, out, _ = run(capsys, "check", out.splitlines()[0], "--json")
    (file,) = json.loads(out)["files"]
    assert (code, file["outcome"], file["unit"], file["unit_code"]) == (
        1,
        "returned",
        "甲子镇",
        "990101",
    )


def test_merge_json_is_the_only_thing_on_stdout(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = (
        "merge",
        str(SAMPLES / "2025"),
        "--roster",
        str(SAMPLES / "roster.csv"),
        "--out",
        str(tmp_path),
    )
    code, out, err = run(capsys, *arguments, "--json")
    document = json.loads(out)
    assert code == 1
    assert set(document) == {"form", "year", "files", "units", "totals", "outputs", "findings"}
    assert document["units"] == {
        "expected": 14,
        "accepted": 10,
        "returned": 3,
        "missing": ["己巳乡"],
    }
    assert document["totals"]["requests.received.total"] == 255
    assert len(document["totals"]) == 200
    keys = {
        "code",
        "severity",
        "unit",
        "file",
        "sheet",
        "cell",
        "field",
        "message",
        "observed",
        "suggestion",
    }
    assert all(set(f) - {"explanation"} == keys for f in document["findings"])
    assert [f["code"] for f in document["findings"] if "explanation" in f] == ["C4"]
    assert "未报：己巳乡" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["merg"], "没有命令“merg”，是不是 merge？"),
        (["merge"], "缺少“文件夹”。"),
        (["merge", "nowhere"], "找不到文件夹“nowhere”"),
        (["merge", ".", "--rooster"], "没有选项“--rooster”，是不是 --roster？"),
        (["merge", ".", "--roster", "nowhere.csv"], "名册“nowhere.csv”打不开"),
        (["check", "nowhere.xlsx"], "找不到“nowhere.xlsx”"),
        (["check"], "缺少“文件...”。"),
        (["template", "zfxxgk-2021"], "缺少选项“--year”。"),
        (
            ["template", "zfxxgk-2021", "--year", "abc"],
            "选项“--year”的值“abc”不对，应当是从 1949 到 9999 的整数。",
        ),
        (["template", "zfxxgk-2021", "--year", "2020"], "不能用于 2020 年度"),
        (["template", "zfxxgk-2021", "--year", "2025", "--password", "密码"], "保护密码只能用半角"),
        (["template", "nix", "--year", "2025"], "没有名为“nix”的报表"),
        (["fields", "nix.yaml"], "找不到报表定义文件“nix.yaml”"),
        (["forms", "zu", "viel"], "多余的参数"),
    ],
)
def test_wrong_usage_is_code_2_and_one_chinese_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_nothing_usable_is_code_3(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, "merge", str(tmp_path), "--json")
    assert (code, json.loads(out)["files"]) == (3, [])
    (tmp_path / "x.xlsx").write_bytes(b"x")
    assert run(capsys, "check", str(tmp_path / "x.xlsx"))[0] == 3


def test_all_is_well_is_code_0(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = next((SAMPLES / "2025").glob("990101*"))
    assert run(capsys, "check", str(path))[0] == 0


def test_help_is_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ([], *([name] for name in program().commands)):
        code, out, _ = run(capsys, *command, "--help")
        assert code == 0
        names = "|".join((*program().commands, *(f.name for f in fields(Limits))))
        words = re.sub(
            rf"--[a-z-]+|xlreport|zfxxgk|json|JSON|CSV|csv|xlsx|yaml|roster|year|out|newest|error|since|"
            rf"templates|reminders|returns|receipts|Word|docx|xls|parquet|accept|query|exclude|revoke|zip|inbox|summary|drafts|eml|msg|mbox|Maildir|Tab|bak|\b({names})\b",
            "",
            out,
        )
        assert not LATIN.search(words), LATIN.findall(words)


def test_names_cannot_deceive_the_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a\x1b[2Jb\u202e.xlsx").write_bytes(b"x")
    _, out, _ = run(capsys, "merge", str(tmp_path))
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_starting_is_quick_because_heavy_libraries_wait() -> None:
    program = "import sys, xlreport.cli.app; heavy = {'numpy', 'pandas', 'pydantic', 'xlsxwriter', 'yaml'} & set(sys.modules); sys.exit(bool(heavy))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# --- a form of one's own, named as for check and merge -------------------------------------------

OWN = str(Path(__file__).resolve().parents[1] / "forms" / "xiangzhen-caizheng.yaml")
OLD, NEW = (str(path) for path in sorted(SAMPLES.glob("2020-2021/*.xlsx")))


@pytest.mark.parametrize(
    "named", [(OWN,), ("--form", OWN), ("xiangzhen-caizheng", "--form", OWN)], ids=len
)
def test_a_template_of_a_form_of_ones_own(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, named: tuple[str, ...]
) -> None:
    code, out, _ = run(capsys, "template", *named, "--year", "2025", "--out", str(tmp_path))
    assert (code, [Path(line).name for line in out.splitlines()]) == (
        0,
        ["2025年乡镇财政收支情况表（空白）.xlsx"],
    )


def test_a_shipped_form_beside_one_of_ones_own(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = ("template", "zfxxgk-2021", "--form", OWN, "--year", "2025", "--out", str(tmp_path))
    code, out, _ = run(capsys, *command)
    assert (code, Path(out.strip()).name) == (0, "2025年政府信息公开工作年度报告（空白）.xlsx")


def test_which_of_several_forms_has_to_be_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    copy = tmp_path / "b.yaml"
    text = Path(OWN).read_text("utf-8").replace("form: xiangzhen-caizheng", "form: b", 1)
    copy.write_text(text, "utf-8")
    both = ("template", "--form", OWN, "--form", str(copy), "--year", "2025")
    code, out, err = run(capsys, *both, "--out", str(tmp_path))
    assert (code, out) == (2, "")
    assert err.startswith("缺少“报表”。xlreport forms 列出全部报表。")
    assert run(capsys, *both[:1], "b", *both[1:], "--out", str(tmp_path))[0] == 0


def test_a_form_file_and_a_campaign_are_one_too_many(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = ("template", "--form", OWN, "--campaign", str(tmp_path))
    code, _, err = run(capsys, *command)
    assert code == 2
    assert err.startswith("“报表”和 --campaign 只能写一个：工作文件夹里已经写明是哪种报表。")


def test_last_year_in_another_format_needs_no_word(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, err = run(capsys, "check", NEW, "--previous", OLD, "--verbose")
    assert (code, err) == (0, "")
    assert "（B-1·自然人）" in out
    assert "上年的报表是另一种格式" in out
    command = ("template", "zfxxgk-2021", "--year", "2021", "--previous", OLD)
    roster = ("--roster", str(SAMPLES / "roster.csv"), "--out", str(tmp_path))
    code, out, err = run(capsys, *command, *roster)
    assert (code, len(out.splitlines())) == (0, 14)
    assert "没有上年的数" in err
    assert "甲子镇" not in err.partition("没有上年的数")[2]
