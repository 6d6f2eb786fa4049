"""Importing: a workbook of the template for each report that is not ours, and where all came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support import published
from support.printed_files import run_together, web_page, word, workbook
from support.records import report
from xlreport import Form, FormCatalog, read_submission
from xlreport.cli.app import main
from xlreport.submission import Status, shown

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
ROSTER = SAMPLES / "roster.csv"
LIST = "导入清单.txt"


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """Exit code, what is said, and what is said on the side."""
    code = main([str(word) for word in words])
    said, beside = capsys.readouterr()
    return code, said, beside


def good(form: Form) -> published.Published:
    """A published report without errors."""
    values = {name: shown(e.value or Decimal(0)) for name, e in report().entries.items()}
    return published.Published(form, 2025, "甲子镇", published.with_totals(form, values))


def workbooks(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != LIST)


def numbers(path: Path) -> dict[str, str]:
    """The numbers in a workbook of ours; nothing may be odd about it but that no document tells
    of what kind and code a unit is."""
    reading = read_submission(path.read_bytes(), FormCatalog())
    assert {finding.code for finding in reading.findings} <= {"R14", "R17"}
    assert reading.submission is not None
    entries = reading.submission.entries
    return {name: "" if e.value is None else shown(e.value) for name, e in entries.items()}


def test_a_page_and_a_typed_table_become_workbooks_of_the_template(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, beside = run(
        capsys, "import", SAMPLES / "published", "--roster", ROSTER, "--out", tmp_path / "out"
    )
    assert (code, beside) == (0, "")
    lines = said.splitlines()
    assert [line for line in lines if line.startswith("  → ")] == [
        "  → 990106_己巳乡_2024年政府信息公开工作年度报告_导入.xlsx：导入 169 项，1 项没有导入",
        "  → 990106_己巳乡_2025年政府信息公开工作年度报告_导入.xlsx：导入 169 项",
    ]
    assert lines[-2] == "共 2 个文件：导入 2 个，没有导入 0 个。"
    assert "已导入" not in said
    assert workbooks(tmp_path / "out") == [
        "990106_己巳乡_2024年政府信息公开工作年度报告_导入.xlsx",
        "990106_己巳乡_2025年政府信息公开工作年度报告_导入.xlsx",
    ]


def test_the_list_tells_from_where_each_number_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "import", SAMPLES / "published", "--roster", ROSTER, "--out", tmp_path / "out")
    listed = (tmp_path / "out" / LIST).read_bytes().decode("utf-8-sig").split("\r\n")
    assert listed[0] == "导入清单：原文里的数字和文字已填进现行模板的新工作簿；原文件没有改动。"
    licences = [line for line in listed if "行政许可·本年处理决定数量" in line]
    assert licences == [
        "  已导入　第1个表格 第7行2格 → 二、主动公开 B10　行政许可·本年处理决定数量：45",
        "  已导入　Sheet1 B12 → 二、主动公开 B10　行政许可·本年处理决定数量：51",
    ]


@pytest.mark.parametrize("make", [web_page, word, workbook], ids=["page", "word", "workbook"])
def test_what_is_written_holds_every_number_and_nothing_is_wrong_with_it(
    make: Any, tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    one = good(zfxxgk)
    source = tmp_path / f"年报.{make.__name__}"
    source.write_bytes(make(published.page(one)))
    code, _, _ = run(capsys, "import", source, "--out", tmp_path / "out")
    assert code == 0
    (name,) = workbooks(tmp_path / "out")
    written = numbers(tmp_path / "out" / name)
    assert written == {field.id: one.values[field.id] for field in zfxxgk.typed}


def test_what_was_published_wrong_stays_wrong_and_is_told(
    tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    total = "requests.received.total"
    one = good(zfxxgk)
    wrong = one.with_values({total: str(int(one.values[total]) + 1)})
    (tmp_path / "年报.html").write_bytes(web_page(published.page(wrong)))
    code, said, _ = run(capsys, "import", tmp_path / "年报.html", "--out", tmp_path / "out")
    assert code == 1
    assert f"第4行8格 的 {wrong.values[total]}" in said
    assert f"＝ {one.values[total]}，差 1" in said
    assert "（A-1·一、本年新收政府信息公开申请数量）" in said
    assert "县里发的模板" not in said


def test_units_in_cells_go_into_the_workbook_as_they_are(
    tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    one = good(zfxxgk).with_values({"disclosure.licences.decisions": "2件"})
    (tmp_path / "年报.docx").write_bytes(word(published.page(one)))
    code, said, _ = run(capsys, "import", tmp_path / "年报.docx", "--out", tmp_path / "out")
    assert code == 1
    assert "是文字“2件”，不是数字" in said
    (name,) = workbooks(tmp_path / "out")
    reading = read_submission((tmp_path / "out" / name).read_bytes(), FormCatalog())
    assert reading.submission is not None
    entry = reading.submission.entries["disclosure.licences.decisions"]
    assert (entry.status, entry.raw) == (Status.TEXT, "2件")


@pytest.mark.parametrize(
    ("title", "words", "code"),
    [
        ("{unit}{year}年政府信息公开工作年度报告", (), 0),
        ("政府信息公开工作年度报告", ("--unit", "甲子镇", "--year", "2024"), 0),
        ("政府信息公开工作年度报告", ("--unit", "甲子镇"), 3),
        ("{year}年政府信息公开工作年度报告", (), 3),
        ("{year}年政府信息公开工作年度报告", ("--unit", "甲子镇"), 0),
    ],
)
def test_a_title_without_unit_or_year_is_asked_for(
    title: str,
    words: Sequence[str],
    code: int,
    tmp_path: Path,
    zfxxgk: Form,
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = replace(good(zfxxgk), title=title)
    (tmp_path / "年报.docx").write_bytes(word(published.page(one)))
    source = tmp_path / "年报.docx"
    given, said, _ = run(capsys, "import", source, "--out", tmp_path / "out", *words)
    assert given == code
    assert ("没有导入：" in said) == (code == 3)
    assert ("命令后加 --year、--unit 写明" in said) == (code == 3)


def test_what_is_asked_for_is_told_with_what_to_do(
    tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    one = replace(good(zfxxgk), title="{year}年政府信息公开工作年度报告")
    (tmp_path / "年报.docx").write_bytes(word(published.page(one)))
    _, said, _ = run(capsys, "import", tmp_path / "年报.docx", "--out", tmp_path / "out")
    asked = "标题里没有单位名称　→ 请在标题里写明单位全称，或指定单位后再读"
    assert f"没有导入：{asked}\n" in said


def test_a_unit_that_is_not_on_the_roster_is_told(
    tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    one = published.report(zfxxgk, 3, unit="某某镇")
    (tmp_path / "年报.docx").write_bytes(word(published.page(one)))
    code, said, _ = run(
        capsys,
        "import",
        tmp_path / "年报.docx",
        "--roster",
        ROSTER,
        "--out",
        tmp_path / "out",
    )
    assert code == 3
    assert "没有导入：" in said
    assert "单位“某某镇”不在名册上　→ 请核对标题里的单位名称" in said


def test_our_own_workbook_is_not_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = SAMPLES / "2025" / "990101_甲子镇_2025年政府信息公开工作年度报告.xlsx"
    code, said, _ = run(capsys, "import", source, "--out", tmp_path / "out")
    assert code == 3
    assert "没有导入：这就是县里发的模板，不用导入，直接汇总" in said


def test_numbers_that_run_together_are_not_taken_apart(
    tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    one = published.report(zfxxgk, 5)
    (tmp_path / "年报.txt").write_text(run_together(published.page(one)), "utf-8")
    known = ("--unit", "甲子镇", "--year", "2024")
    code, said, _ = run(capsys, "import", tmp_path / "年报.txt", "--out", tmp_path / "out", *known)
    assert code == 1
    assert "表里的数字连在一起" in said
    for name in workbooks(tmp_path / "out"):
        assert set(numbers(tmp_path / "out" / name).values()) == {""}


def test_what_is_no_report_is_told_and_nothing_is_written_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "信.docx").write_bytes(word(["关于报送的函"]))
    (tmp_path / "扫描.pdf").write_bytes(b"%PDF-1.4\n")
    code, said, _ = run(
        capsys, "import", tmp_path / "信.docx", tmp_path / "扫描.pdf", "--out", tmp_path / "out"
    )
    assert code == 3
    assert "没有导入：这是 Word 文档（.docx），里面认不出报表的表格" in said
    assert "没有导入：这是 PDF 文件，不是能读取的工作簿" in said
    assert workbooks(tmp_path / "out") == []


def test_imported_workbooks_serve_as_last_years_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = next((SAMPLES / "published").glob("*.html"))
    run(capsys, "import", page, "--roster", ROSTER, "--out", tmp_path / "out")
    (name,) = workbooks(tmp_path / "out")
    typed = next((SAMPLES / "published").glob("*.xlsx"))
    for previous in (tmp_path / "out" / name, page):
        command = ("check", typed, "--previous", previous, "--json")
        code, said, _ = run(capsys, *command)
        (file,) = json.loads(said)["files"]
        assert (code, file["outcome"]) == (1, "returned")
        assert "V2" not in {finding["code"] for finding in file["findings"]}


def test_one_document_tells_all_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = next((SAMPLES / "published").glob("*.html"))
    code, said, _ = run(
        capsys, "import", page, "--roster", ROSTER, "--out", tmp_path / "out", "--json"
    )
    document = json.loads(said)
    (file,) = document["files"]
    assert code == 0
    assert (file["unit"], file["problem"], len(file["carried"])) == ("己巳乡", None, 169)
    assert file["left"] == [
        "第13段：“主办：示例县人民政府办公室（虚构的样例）”，从这里起不当作报告的文字"
    ]
    assert file["carried"][0]["from"] == ["第1个表格", "第3行2格"]
    assert file["carried"][0]["to"] == ["二、主动公开", "B6"]
    assert [Path(path).name for path in document["outputs"]] == [file["output"], LIST]


def test_the_workbooks_do_not_go_where_the_documents_lie(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, beside = run(capsys, "import", tmp_path, "--out", tmp_path / "out")
    assert code == 2
    assert "导入的工作簿不能写进" in beside


def test_a_summary_without_a_county_makes_room_for_the_next(
    tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    """No page names its county, and nobody gave a roster."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "年报.html").write_bytes(web_page(published.page(good(zfxxgk))))
    merge = ("merge", tmp_path / "in", "--import", "--out", tmp_path / "out")
    assert run(capsys, *merge)[0] == 0
    (tmp_path / "in" / "年报.html").write_bytes(
        web_page(published.page(good(zfxxgk).with_values({"disclosure.licences.decisions": "9"})))
    )
    assert run(capsys, *merge)[0] == 0
    assert not list((tmp_path / "out").glob("*.bak*"))


def differing(form: Form, folder: Path) -> tuple[Path, Path]:
    """Two pages of one unit and year with different numbers."""
    one = good(form)
    other = one.with_values({LICENCES: "9"})
    pages = folder / "一.html", folder / "二.html"
    for path, each in zip(pages, (one, other), strict=True):
        path.write_bytes(web_page(published.page(each)))
    return pages


LICENCES = "disclosure.licences.decisions"


def test_two_reports_of_one_unit_and_year_are_not_guessed_between(
    tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = differing(zfxxgk, tmp_path)
    code, said, _ = run(capsys, "import", first, second, "--out", tmp_path / "out")
    assert code == 3
    assert f"没有导入：与“{second.as_posix()}”是同一单位同一年度的报告，内容不同" in said
    assert f"没有导入：与“{first.as_posix()}”是同一单位同一年度的报告，内容不同" in said
    assert workbooks(tmp_path / "out") == []


def test_a_copy_is_imported_once(
    tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    page = web_page(published.page(good(zfxxgk)))
    for name in ("一.html", "二.html"):
        (tmp_path / name).write_bytes(page)
    paths = [tmp_path / "一.html", tmp_path / "二.html"]
    code, said, _ = run(capsys, "import", *paths, "--out", tmp_path / "out")
    assert code == 1
    assert "没有导入：内容与“" in said
    assert len(workbooks(tmp_path / "out")) == 1


def test_last_year_is_not_taken_from_one_of_two_that_differ(
    tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    differing(zfxxgk, tmp_path)
    code, _, beside = run(
        capsys,
        "template",
        "zfxxgk-2021",
        "--year",
        "2026",
        "--previous",
        tmp_path,
        "--out",
        tmp_path / "out",
    )
    assert code == 2
    assert "内容不同" in beside


@pytest.mark.parametrize("count", [1, 2])
def test_a_title_that_says_another_year_is_overruled_for_one_file_only(
    count: int, tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    one = good(zfxxgk)
    other = replace(one, unit="乙丑镇", year=2024)
    paths = [tmp_path / "二.html", tmp_path / "一.html"]
    for path, each in zip(paths, (other, one), strict=True):
        path.write_bytes(web_page(published.page(each)))
    given = paths[:count]
    _, said, _ = run(capsys, "import", *given, "--year", "2025", "--out", tmp_path / "out")
    assert "标题写的是 2024 年度，指定的是 2025 年度" in said
    names = workbooks(tmp_path / "out")
    assert any("乙丑镇" in name for name in names) == (count == 1)


def test_last_years_page_that_was_not_read_as_a_whole_is_told(
    tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    page = web_page(published.page(good(zfxxgk))).decode().replace("自然人", "自燃人")
    (tmp_path / "上年.html").write_text(page, "utf-8")
    code, _, beside = run(
        capsys,
        "template",
        "zfxxgk-2021",
        "--year",
        "2026",
        "--previous",
        tmp_path / "上年.html",
        "--out",
        tmp_path / "out",
    )
    assert code == 0
    assert "上年的报表没有读全：" in beside
    assert "自然人" in beside


def test_the_list_holds_what_the_checks_say_and_the_screen_its_beginning(
    tmp_path: Path, zfxxgk: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    one = published.report(zfxxgk, 7)
    (tmp_path / "年报.html").write_bytes(web_page(published.page(one)))
    _, said, _ = run(capsys, "import", tmp_path / "年报.html", "--out", tmp_path / "out")
    listed = (tmp_path / "out" / LIST).read_text("utf-8-sig")
    assert listed.count("  审核　[") > 5
    assert said.count("  审核　[") == 5
    assert "条，都在清单里）" in said
