"""`xlreport report`: what is written where, what is said, and what is never replaced."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from support.records import report as right_report
from support.reports import COUNTY, TOWNS, opened
from support.written import right
from xlreport import Form, merge_folder, write_outputs, write_workbook
from xlreport.cli.app import main
from xlreport.merging.request import MergeRequest


@pytest.fixture
def folder(tmp_path: Path, zfxxgk: Form) -> Path:
    """Two right reports in a folder."""
    inbox = tmp_path / "收到"
    inbox.mkdir()
    for town in TOWNS[:2]:
        own = replace(
            right_report(town), county=COUNTY, texts={"text.problems": f"{town.name}的不足。"}
        )
        (inbox / f"{town.name}.xlsx").write_bytes(write_workbook(own, zfxxgk))
    return inbox


def year_of(folder: Path) -> int:
    year = merge_folder(MergeRequest(folder)).year
    assert year is not None
    return year


def written(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir() if not path.name.startswith("."))


def document_in(folder: Path) -> Path:
    (path,) = folder.glob("*.docx")
    return path


def test_the_report_of_a_folder_stands_beside_the_summary(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["report", str(folder)])
    out = capsys.readouterr().out
    summary = folder.with_name("收到-汇总")
    assert written(summary) == [".csv", ".docx", ".json"]
    document = document_in(summary)
    assert code == 0
    assert out.splitlines() == [
        document.stem,
        f"已写：{document}",
        f"已写：{document.with_suffix('.csv')}",
        f"已写：{document.with_suffix('.json')}",
        "各表的数字已从写好的报告里读出核对，与数据一致。",
        "文字部分是初稿或材料，请按红字的提示编写后再公布。",
    ]


def test_the_numbers_are_those_of_the_merge(folder: Path, tmp_path: Path) -> None:
    main(["report", str(folder), "--out", str(tmp_path / "报告")])
    (path,) = (tmp_path / "报告").glob("*.json")
    totals = merge_folder(MergeRequest(folder)).as_dict()["totals"]
    assert json.loads(path.read_text("utf-8"))["numbers"] == totals


def test_the_json_document(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(
        ["report", str(folder), "--out", str(tmp_path / "报告"), "--author", "县府办", "--json"]
    )
    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert list(told) == ["form", "year", "unit", "notes", "outputs"]
    assert (told["form"], told["unit"], told["notes"]) == ("zfxxgk-2021", "示例县", [])
    assert [Path(path).suffix for path in told["outputs"]] == [".docx", ".csv", ".json"]
    words = [p.text for p in opened(document_in(tmp_path / "报告").read_bytes()).paragraphs]
    assert words[1] == "县府办"


def test_a_county_that_is_not_final_says_so(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = tmp_path / "名册.csv"
    rows = [f"{town.name},{town.code},{town.level}" for town in TOWNS]
    roster.write_text("\n".join(["单位,代码,类别", *rows]), "utf-8")
    out = tmp_path / "报告"
    assert main(["report", str(folder), "--roster", str(roster), "--out", str(out)]) == 1
    note = "未报单位（没有计入合计）：示例县财政局"
    assert f"还不是最终数：{note}" in capsys.readouterr().out
    assert note in [p.text for p in opened(document_in(out).read_bytes()).paragraphs[:2]]


def test_nothing_usable_is_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "空").mkdir()
    assert main(["report", str(tmp_path / "空"), "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told == {"form": None, "year": None, "unit": None, "notes": [], "outputs": []}
    assert not (tmp_path / "空-汇总").exists()


def test_a_unit_writes_its_own_in_the_working_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "桌面"
    here.mkdir()
    monkeypatch.chdir(here)
    assert main(["report", str(folder / "甲子镇.xlsx")]) == 0
    assert document_in(here).name.startswith("甲子镇")
    words = [p.text for p in opened(document_in(here).read_bytes()).paragraphs]
    assert "甲子镇的不足。" in words


def test_a_file_that_is_no_report_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], zfxxgk: Form
) -> None:
    path = tmp_path / "某.xlsx"
    path.write_bytes(b"nothing")
    assert main(["report", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"“{path}”不能生成报告：")


def test_what_somebody_worked_in_stays(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "报告"
    command = ["report", str(folder), "--out", str(out)]
    assert main(command) == 0
    path = document_in(out)
    first = path.read_bytes()
    assert main(command) == 0, "the same again"
    assert path.read_bytes() == first

    document = Document(str(path))
    document.add_paragraph("县里加的一句话。")
    document.save(str(path))
    edited = path.read_bytes()
    (folder / "乙丑街道.xlsx").unlink()
    table = path.with_suffix(".csv").read_bytes()
    capsys.readouterr()
    assert main(command) == 2
    assert capsys.readouterr().err.startswith(f"“{path}”有人改过，没有替换，也没有写报告。\n")
    assert (path.read_bytes(), path.with_suffix(".csv").read_bytes()) == (edited, table)

    assert main([*command, "--force"]) == 0
    assert path.with_name(f"{path.name}.bak").read_bytes() == edited
    assert "县里加的一句话。" not in [p.text for p in opened(path.read_bytes()).paragraphs]


def test_a_report_as_it_was_written_makes_room(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "报告"
    main(["report", str(folder), "--out", str(out)])
    before = document_in(out).read_bytes()
    (folder / "乙丑街道.xlsx").unlink()
    assert main(["report", str(folder), "--out", str(out)]) == 0
    assert document_in(out).read_bytes() != before
    assert written(out) == [".csv", ".docx", ".json"]


def test_what_was_typed_into_the_summary_is_in_the_report(folder: Path, zfxxgk: Form) -> None:
    result = write_outputs(merge_folder(MergeRequest(folder)))
    path = Path(result.outputs[0])
    county = result.county
    assert county is not None
    from xlreport.publishing.summary.workbook import write_summary

    typed = replace(county, texts={"text.problems": "县里写好的问题。"})
    path.write_bytes(write_summary(zfxxgk, typed, result))
    assert main(["report", str(folder)]) == 0
    words = [p.text for p in opened(document_in(path.parent).read_bytes()).paragraphs]
    assert "县里写好的问题。" in words
    assert "甲子镇的不足。" not in words


def test_the_offices_template(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = tmp_path / "模板.docx"
    document = Document()
    document.add_paragraph("{{ 单位 }}收到{{ 数.requests.received.total }}件")
    document.save(str(template))
    out = tmp_path / "报告"
    assert main(["report", str(folder), "--template", str(template), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "按自己的模板写的：里面有法定的表的，数字已从写好的报告里读出核对，与数据一致。" in said
    (words,) = [p.text for p in opened(document_in(out).read_bytes()).paragraphs]
    totals = merge_folder(MergeRequest(folder)).as_dict()["totals"]
    assert words == f"示例县收到{totals['requests.received.total']}件"

    document.add_paragraph("{{ 单 }}")
    document.save(str(template))
    shutil.rmtree(out)
    assert main(["report", str(folder), "--template", str(template), "--out", str(out)]) == 2
    assert "里没有“单”这个名称，没有写报告。" in capsys.readouterr().err
    assert not out.exists()


def test_a_unit_with_errors_is_1(tmp_path: Path, zfxxgk: Form) -> None:
    path = tmp_path / "某.xlsx"
    path.write_bytes(write_workbook(replace(right(zfxxgk), entries={}), zfxxgk))
    assert main(["report", str(path), "--out", str(tmp_path / "报告")]) == 1


def test_the_report_of_a_campaign_stands_with_its_summary(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zfxxgk: Form
) -> None:
    monkeypatch.chdir(tmp_path)
    year = str(year_of(folder))
    assert main(["init", "年报", "--form", zfxxgk.id, "--year", year, "--county", "示例县"]) == 0
    rows = [f"{town.name},{town.code},{town.level}" for town in TOWNS[:2]]
    (tmp_path / "年报" / "roster.csv").write_text("\n".join(["单位,代码,类别", *rows]), "utf-8")
    shutil.copytree(folder, tmp_path / "年报" / "inbox", dirs_exist_ok=True)
    assert main(["report", "--campaign", "年报"]) == 0
    assert written(tmp_path / "年报" / "summary") == [".csv", ".docx", ".json"]


def test_a_unit_of_a_campaign_is_read_with_its_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_form: Form
) -> None:
    monkeypatch.chdir(tmp_path)
    year = str(right(other_form).year)
    form = ["--form", other_form.path, "--year", year, "--county", "示例县"]
    assert main(["init", "年报", *form]) == 0
    town = right(other_form).unit
    row = f"{town.name},{town.code},{town.level}"
    (tmp_path / "年报" / "roster.csv").write_text(f"单位,代码,类别\n{row}", "utf-8")
    path = tmp_path / "年报" / "inbox" / "某.xlsx"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(write_workbook(right(other_form), other_form))
    monkeypatch.chdir(tmp_path / "年报")
    assert main(["report", "inbox/某.xlsx", "--out", "../报告"]) in (0, 1)
    assert document_in(tmp_path / "报告").stem.endswith(other_form.title)


def test_a_report_that_is_open_stays(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "报告"
    command = ["report", str(folder), "--out", str(out)]
    assert main(command) == 0
    path = document_in(out)
    (folder / "乙丑街道.xlsx").unlink()
    path.with_name(f"~${path.name}").touch()
    capsys.readouterr()
    assert main(command) == 2
    assert capsys.readouterr().err.startswith(f"“{path}”正在 WPS 或 Word 里打开着，没有替换")


def test_a_county_of_which_nothing_counts_says_that_no_number_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    samples = Path(__file__).resolve().parents[2] / "samples"
    (returned,) = (samples / "2025").glob("990103*")
    (inbox / returned.name).write_bytes(returned.read_bytes())
    assert main(["report", str(inbox), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().out
    assert "没有一份报表通过审核，表里的数字留空。" in said
    assert "与数据一致" not in said
