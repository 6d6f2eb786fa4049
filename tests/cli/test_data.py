"""Showing a report, and handing figures on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from xlreport.cli.app import main
from xlreport.telling.tables import WIDTH, width

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
(TOWN,) = (SAMPLES / "2025").glob("990103*")


def test_a_report_is_shown_as_its_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(TOWN)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "丙寅镇　2025 年度　政府信息公开工作年度报告"
    received = next(i for i, line in enumerate(lines) if line.startswith("  一、本年新收"))
    assert lines[received + 1].split() == ["数量", "22", "1", "0", "0", "0", "0", "23"]
    fees = next(line for line in lines if line.startswith("  行政事业性收费"))
    assert fees.split()[1:] == ["1.275"]
    assert "三、收到和处理政府信息公开申请情况" in lines
    assert any(line.endswith("（A-3·自然人）") for line in lines)
    tables = lines[: lines.index("一、总体情况")]
    assert max(map(width, tables)) <= WIDTH
    numbers = [line for line in tables if line.startswith("  ") and line[-1].isdigit()]
    third = [line for line in numbers if len(line.split()) >= 8]
    assert len({width(line) for line in third}) == 1


def test_what_is_no_report_is_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("x")
    assert main(["show", str(tmp_path / "a.txt")]) == 2
    assert "不能显示" in capsys.readouterr().err


def export(folder: Path, *more: str) -> int:
    roster = SAMPLES / "roster.csv"
    return main(["export", str(SAMPLES / "2025"), "--roster", str(roster), *more])


def test_the_counted_units_are_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "数据.csv"
    assert export(tmp_path, "--out", str(out)) == 1  # some were returned, one is missing
    assert capsys.readouterr().out == f"10 个单位的数据：{out}\n"
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 10 * 200
    assert {row["unit"] for row in rows} >= {"甲子镇", "乙丑镇"}
    assert "丙寅镇" not in {row["unit"] for row in rows}
    assert export(tmp_path, "--with-errors", "--out", str(out)) == 1
    with out.open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 13 * 200


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_file_of_somebody_is_not_replaced(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"数据.{form}"
    out.write_text("[\n]\n", "utf-8")
    assert export(tmp_path, "--to", form, "--out", str(out)) == 2
    assert "没有替换" in capsys.readouterr().err
    assert out.read_text("utf-8") == "[\n]\n"
    assert export(tmp_path, "--to", form, "--out", str(out), "--force") == 1
    assert (tmp_path / f"数据.{form}.bak").read_text("utf-8") == "[\n]\n"
