"""The commands as functions: what they refuse, where they write, what they leave alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hostile.scene import COUNTY
from support.records import JIAZI, YICHOU, form, report
from xlreport import (
    FormCatalog,
    MergeRequest,
    Roster,
    TemplateRequest,
    Unit,
    UsageError,
    check_files,
    diff_files,
    merge_folder,
    read_prior_year,
    read_submission,
    repair_files,
    write_outputs,
    write_templates,
    write_workbook,
)
from xlreport.api import default_out, template_name
from xlreport.merging.folder import require_apart
from xlreport.merging.prior_year import PriorYear
from xlreport.submission import Figures

ROSTER = Roster((JIAZI, YICHOU), {}, COUNTY)


@pytest.fixture(scope="module")
def book() -> bytes:
    return write_workbook(report(), form())


@pytest.fixture
def inbox(tmp_path: Path, book: bytes) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "甲.xlsx").write_bytes(book)
    return folder


def tree(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# --- templates --------------------------------------------------------------------------------


def test_each_unit_of_the_roster_gets_its_workbook(tmp_path: Path) -> None:
    paths = write_templates(TemplateRequest(form(), 2025, ROSTER), tmp_path)
    assert [path.name for path in paths] == [
        template_name(form(), 2025, unit) for unit in (JIAZI, YICHOU)
    ]
    read = read_submission(paths[0].read_bytes(), FormCatalog()).submission
    assert read is not None
    assert (read.unit, read.county, read.year) == (JIAZI, COUNTY, 2025)


def test_without_a_roster_there_is_one_blank_workbook(tmp_path: Path) -> None:
    (path,) = write_templates(TemplateRequest(form(), 2025, county=COUNTY), tmp_path)
    assert path.name.endswith("（空白）.xlsx")
    reading = read_submission(path.read_bytes(), FormCatalog())
    assert reading.findings[0].code == "F4", "nobody's yet"


def test_a_template_s_county_is_the_one_asked_for_else_the_roster_s() -> None:
    assert TemplateRequest(form(), 2025, ROSTER).blank(JIAZI).county == COUNTY
    mine = Unit("本县")
    assert TemplateRequest(form(), 2025, ROSTER, mine).blank(JIAZI).county == mine
    assert TemplateRequest(form(), 2025).blank().county == Unit("")


def test_a_template_carries_what_its_unit_reported_the_year_before() -> None:
    known = Figures(texts={"text.overview": "上年"})
    request = TemplateRequest(form(), 2025, ROSTER, prior_year=PriorYear(2024, {JIAZI: known}))
    assert request.blank(JIAZI).prior_year == known
    assert request.blank(YICHOU).prior_year is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"year": 1990}, "不能用于 1990 年度"),
        ({"password": "密码"}, "保护密码只能用半角字母"),
        ({"password": "a" * 16}, "保护密码只能用半角字母"),
        (
            {"roster": Roster((Unit("镇A", "1"), Unit("镇a", "1")), {})},
            "单位“镇a”与另一单位的文件名相同",
        ),
    ],
)
def test_what_makes_no_template_is_refused_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    request = replace(TemplateRequest(form(), 2025, ROSTER), **changes)
    with pytest.raises(UsageError, match=message):
        write_templates(request, tmp_path)
    assert tree(tmp_path) == set()


def test_a_password_of_fifteen_characters_is_taken(tmp_path: Path) -> None:
    request = TemplateRequest(form(), 2025, county=COUNTY, password="a" * 15)
    assert len(write_templates(request, tmp_path)) == 1


# --- merging ----------------------------------------------------------------------------------


def test_merging_writes_nothing(inbox: Path) -> None:
    result = merge_folder(MergeRequest(inbox, ROSTER))
    assert [file.outcome.value for file in result.files] == ["accepted"]
    assert (result.outputs, tree(inbox.parent)) == ((), {"inbox/甲.xlsx"})


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="找不到文件夹"):
        merge_folder(MergeRequest(tmp_path / "gone"))


def test_the_summary_goes_beside_the_folder_unless_told_otherwise(inbox: Path) -> None:
    result = merge_folder(MergeRequest(inbox, ROSTER))
    name = "示例县2025年政府信息公开工作年度报告汇总表.xlsx"
    beside = inbox.parent / "inbox-汇总"
    assert default_out(inbox) == beside
    names = (name, "汇总情况.html", "结果.json")
    assert write_outputs(result).outputs == tuple((beside / n).as_posix() for n in names)
    assert tree(beside) == set(names)
    elsewhere = inbox.parent / "out"
    assert write_outputs(result, elsewhere).outputs[0] == (elsewhere / name).as_posix()
    assert tree(elsewhere) == set(names)


def test_nothing_is_written_when_nothing_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    result = merge_folder(MergeRequest(tmp_path / "inbox"))
    assert write_outputs(result, tmp_path / "out", repair=tmp_path / "repaired") == result
    assert tree(tmp_path) == set()


def test_fresh_workbooks_never_go_where_the_next_run_reads(inbox: Path) -> None:
    result = merge_folder(MergeRequest(inbox))
    for folder in (inbox, inbox / "fresh"):
        with pytest.raises(UsageError, match="不能写进收报表的文件夹"):
            write_outputs(result, repair=folder)
    assert tree(inbox.parent) == {"inbox/甲.xlsx"}
    require_apart(inbox.parent / "fresh", inbox)


def test_the_callers_own_files_are_no_reports(inbox: Path) -> None:
    roster = inbox / "roster.csv"
    roster.write_text("单位代码,单位名称\n", "utf-8")
    paths = [file.path for file in merge_folder(MergeRequest(inbox, exclude=(roster,))).files]
    assert paths == ["甲.xlsx"]
    assert len(check_files([inbox]).files) == 2
    assert len(check_files([inbox], exclude=[roster]).files) == 1


# --- other commands ---------------------------------------------------------------------------


def test_a_file_that_is_named_twice_is_checked_once(inbox: Path) -> None:
    files = check_files([inbox / "甲.xlsx", inbox]).files
    assert [file.path for file in files] == [(inbox / "甲.xlsx").as_posix()]


@pytest.mark.parametrize("run", [check_files, lambda paths: repair_files(paths, Path("out"))])
def test_a_path_that_is_not_there_is_refused(tmp_path: Path, run: Any) -> None:
    with pytest.raises(UsageError, match=r"找不到“.*gone”，请检查路径"):
        run([tmp_path / "gone"])


def test_two_reports_of_different_forms_are_not_compared(
    inbox: Path, other_form: Any, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    forms = FormCatalog((other_form,))
    request = TemplateRequest(other_form, 2025, Roster((JIAZI,), {}, COUNTY))
    write_templates(request, other)
    with pytest.raises(UsageError, match="两份不是同一种报表"):
        diff_files(inbox, other, forms=forms)


def test_the_prior_year_is_the_latest_before_the_year_asked_for(tmp_path: Path) -> None:
    for year in (2023, 2024):
        data = write_workbook(report(year=year), form())
        (tmp_path / f"{year}.xlsx").write_bytes(data)
    assert read_prior_year(tmp_path).year == 2024
    assert read_prior_year(tmp_path, 2025).year == 2024
    assert read_prior_year(tmp_path, 2024).year == 2023
    with pytest.raises(UsageError, match=r"里没有 2025 年度的报表，只有 2023、2024 年度的。"):
        read_prior_year(tmp_path, 2026)
    known = read_prior_year(tmp_path, 2025)
    assert (list(known.units), known.unused) == ([JIAZI], ()), "another year is no complaint"


def test_why_nothing_of_the_prior_year_can_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"hello")
    with pytest.raises(UsageError, match=r"里没有 2024 年度的报表。\n.*x.txt：这是文本文件"):
        read_prior_year(tmp_path, 2025)
