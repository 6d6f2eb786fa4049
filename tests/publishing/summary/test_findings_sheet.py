"""校验结果: errors, warnings, and notes once a rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.records import JIAZI, record, report
from support.summaries import COUNTY, book, merged, opened, rows, summary_bytes
from xlreport import Roster, Unit
from xlreport.findings import Finding, Severity
from xlreport.publishing.summary.findings_sheet import fold_notes, named_units
from xlreport.publishing.summary.names import FINDINGS_SHEET
from xlreport.workbook.layout import details

DETAIL = "明细·二、主动公开"


def note(unit: str, message: str = "另一种程序保存过", code: str = "R8") -> Finding:
    return Finding(code, Severity.NOTE, message, "不用处理", unit=unit)


def test_errors_come_first_then_warnings_then_notes() -> None:
    weights = [str(row[0]) for row in rows(book()[FINDINGS_SHEET])]
    assert weights == sorted(weights, key=["错误", "警示", "提示"].index)
    assert set(weights) == {"错误", "警示", "提示"}


def test_a_finding_leads_to_its_unit_s_cell_of_its_field() -> None:
    workbook = book(with_errors=True)
    sheet = workbook[FINDINGS_SHEET]
    found = {}
    for cell in sheet["G"]:
        if cell.hyperlink is not None and cell.hyperlink.location is not None:
            name, at = cell.hyperlink.location.split("!")
            assert cell.value == f"查看 {at}"
            unit, place = (str(sheet.cell(cell.row, column).value) for column in (2, 4))
            found[unit, place] = (name.strip("'"), at)
    name, at = found["乙丑镇", "二、主动公开 B6"]
    target = workbook[name][at]
    assert name == DETAIL
    assert workbook[name].cell(target.row, 2).value == "乙丑镇"
    assert workbook[name].cell(details.HEADING_ROW + 1, target.column).value == "B6"


def test_findings_of_units_that_are_not_counted_have_no_link() -> None:
    sheet = book()[FINDINGS_SHEET]
    mine = [cell.row for cell in sheet["B"] if cell.value == "乙丑镇"]
    assert mine
    assert [sheet.cell(row, 7).hyperlink for row in mine] == [None] * len(mine)


def test_a_finding_of_several_cells_leads_to_the_first() -> None:
    finding = Finding(
        "A6", Severity.ERROR, "没有填写", unit="甲子镇", sheet="二、主动公开", file="a.xlsx"
    )
    file = record("a.xlsx", report(JIAZI)).noting(finding.at(cell="C6"), finding.at(cell="B6"))
    sheet = opened(summary_bytes(merged(reports=[file], with_errors=True)))[FINDINGS_SHEET]
    (row,) = [cell.row for cell in sheet["D"] if cell.value == "二、主动公开 B6:C6"]
    assert sheet.cell(row, 7).value == "查看 D6"


def test_an_explanation_stands_where_else_it_says_what_to_do() -> None:
    town = replace(report(JIAZI), explanations={"C4": "批量撤回许可四十件"})
    finding = Finding(
        "C4", Severity.WARNING, "太多", "请核实", unit="甲子镇", explanation="批量撤回许可四十件"
    )
    file = record("a.xlsx", town).noting(finding, finding.at(explanation="", message="更多"))
    sheet = opened(summary_bytes(merged(reports=[file])))[FINDINGS_SHEET]
    told = [(row[0], row[5]) for row in rows(sheet) if row[4] in ("太多", "更多")]
    assert told == [("警示", "请核实"), ("警示·已说明", "说明：批量撤回许可四十件")]


# --- notes ------------------------------------------------------------------------------------


def test_the_same_note_of_many_units_is_told_once_with_their_names() -> None:
    units = ["甲镇", "乙镇", "丙镇", "丁镇", "戊镇"]
    (folded,) = fold_notes([note(unit) for unit in units[:3]], units)
    assert folded.texts == (
        "提示",
        "3 个单位",
        "R-8",
        "",
        "另一种程序保存过　（甲镇、乙镇、丙镇）",
        "不用处理",
    )


def test_different_notes_of_a_rule_share_a_row_a_line_each() -> None:
    notes = [note("甲镇", "存了 1 次"), note("乙镇", "存了 2 次"), note("丙镇", "别的", "R9")]
    first, second = fold_notes(notes, ["甲镇", "乙镇", "丙镇"])
    assert first.texts[4] == "存了 1 次　（甲镇）\n存了 2 次　（乙镇）"
    assert second.texts[1:5] == ("丙镇", "R-9", "", "别的")


def test_of_very_many_different_notes_the_first_are_told() -> None:
    notes = [note(f"{i}镇", f"存了 {i} 次") for i in range(10)]
    (folded,) = fold_notes(notes, [f"{i}镇" for i in range(10)])
    lines = folded.texts[4].split("\n")
    assert len(lines) == 9
    assert lines[-1] == "另有 2 处不同的提示"


def test_notes_at_the_same_cell_keep_it() -> None:
    alike = [note(unit).at(sheet="表", cell="B6") for unit in ("甲镇", "乙镇")]
    (folded,) = fold_notes(alike, ["甲镇", "乙镇", "丙镇"])
    assert folded.texts[3] == "表 B6"
    other = [alike[0], alike[1].at(cell="C7")]
    (folded,) = fold_notes(other, ["甲镇", "乙镇", "丙镇"])
    assert folded.texts[3] == ""
    assert folded.texts[4].startswith("表 B6：另一种程序保存过")


@pytest.mark.parametrize(
    ("named", "units", "expected"),
    [
        (["甲", "乙"], ["甲", "乙"], "全部 2 个单位"),
        (["甲"], ["甲"], "甲"),
        (["甲", "乙", "丙", "丁"], ["甲", "乙", "丙", "丁", "戊"], "除戊以外的 4 个单位"),
        (["甲", "乙", "丙"], ["甲", "乙", "丙", "丁"], "甲、乙、丙"),
        (["甲", "甲", "乙"], ["甲", "乙", "丙", "丁"], "甲、乙"),
    ],
)
def test_units_are_named_in_few_words(named: list[str], units: list[str], expected: str) -> None:
    assert named_units(named, units) == expected


def test_very_many_names_end_behind_a_whole_one() -> None:
    units = [f"第{i:03}镇" for i in range(400)]
    text = named_units(units[:200], units)
    assert text.endswith("镇等 200 个单位")
    assert len(text) < 520


def test_a_rule_takes_one_row_however_many_units_have_its_note() -> None:
    units = [Unit(f"第{i}镇", f"9901{i:02}", "乡镇") for i in range(20)]
    roster = Roster(tuple(units), {}, COUNTY)
    reports = [record(f"{u.code}.xlsx", report(u)).noting(note(u.name)) for u in units]
    sheet = opened(summary_bytes(merged(reports=reports, roster=roster)))[FINDINGS_SHEET]
    notes = [row for row in rows(sheet) if row[0] == "提示"]
    codes = [row[2] for row in notes]
    assert len(codes) == len(set(codes))
    assert [row[1] for row in notes if row[2] == "R-8"] == ["20 个单位"]
