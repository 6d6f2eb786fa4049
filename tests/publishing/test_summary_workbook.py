"""The summary's sheets as another program reads them: who reported, what was found, every figure."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from support.records import JIAZI, LICENCES, YICHOU, form, record, report
from xlreport import (
    Entry,
    FileRecord,
    MergeRequest,
    MergeResult,
    Policy,
    Roster,
    Unit,
)
from xlreport.merging.merge import merge_files
from xlreport.publishing.summary_workbook import (
    EXPLANATIONS_SHEET,
    FINDINGS_SHEET,
    STATUS_SHEET,
    TEXTS_SHEET,
    page_breaks,
    write_summary,
)
from xlreport.submission import BLANK, Submission
from xlreport.workbook.layout import details

COUNTY = Unit("示例县", "9901", "县")
BINGYIN, DINGMAO = Unit("丙寅镇", "990103", "乡镇"), Unit("丁卯镇", "990104", "乡镇")
ROSTER = Roster((JIAZI, YICHOU, BINGYIN, DINGMAO), {}, COUNTY)
REGULATIONS = "disclosure.regulations.issued"
DETAIL = "明细·二、主动公开"


def wrong(unit: Unit) -> Submission:
    town = report(unit)
    return replace(town, entries={**town.entries, REGULATIONS: Entry.of(3)})


def files() -> list[FileRecord]:
    """丙 and 甲 are good, 乙 is returned, 丁 is missing; of 甲 there is an older report and a copy."""
    old = replace(report(JIAZI, 6))
    return [
        record("z/丙.xlsx", report(BINGYIN, 9), saved="2026-01-03T07:04:00Z"),
        record("y/乙.xlsx", wrong(YICHOU), modified=1.0),
        record("x/甲.xlsx", report(JIAZI, 7), modified=2.0),
        record("w/甲旧.xlsx", old, modified=1.0),
        record("v/甲.xlsx.copy", report(JIAZI, 7), modified=2.0),
        record("u/别.xlsx", report(Unit("别镇", "990199"))),
    ]


def merged(*, with_errors: bool = False, reports: list[FileRecord] | None = None) -> MergeResult:
    policy = Policy(with_errors=with_errors)
    return merge_files(reports or files(), MergeRequest(Path(), ROSTER, policy=policy))


def written(result: MergeResult, *, values: bool = True) -> Workbook:
    assert result.form is not None
    assert result.county is not None
    data = write_summary(result.form, result.county, result)
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


@lru_cache(maxsize=4)
def book(*, with_errors: bool = False, values: bool = True) -> Workbook:
    return written(merged(with_errors=with_errors), values=values)


def rows(sheet: Worksheet, first: int = 4) -> list[tuple[object, ...]]:
    return [row for row in sheet.iter_rows(min_row=first, values_only=True) if any(row)]


# --- who reported -----------------------------------------------------------------------------


def test_accepted_then_returned_then_missing_then_the_rest_by_code_and_path() -> None:
    sheet = book()[STATUS_SHEET]
    assert [(row[0], row[3], row[6]) for row in rows(sheet)] == [
        ("990101", "通过", "x/甲.xlsx"),
        ("990103", "通过", "z/丙.xlsx"),
        ("990102", "退回", "y/乙.xlsx"),
        ("990104", "未报", None),
        ("990101", "重复", "v/甲.xlsx.copy"),
        ("990101", "已被取代", "w/甲旧.xlsx"),
        ("990199", "不能计入", "u/别.xlsx"),
    ]
    assert sheet["A2"].value == "名册 4 个单位；计入汇总 2 个，退回 1 个，未报 1 个"


def test_a_row_tells_counts_saved_time_digest_and_why_it_does_not_count() -> None:
    table = {row[6]: row for row in rows(book()[STATUS_SHEET])}
    assert table["z/丙.xlsx"][7:10] == ("2026-01-03 15:04", "sha of z/丙.xlsx", None)
    assert table["y/乙.xlsx"][4] == "1"
    assert str(table["u/别.xlsx"][9]).startswith("单位“别镇”（代码“990199”）不在名册上")
    assert table[None][9] == "没有收到可以计入的报表"
    assert str(table["w/甲旧.xlsx"][9]).startswith("同一单位另有“x/甲.xlsx”")


def test_no_cell_shows_a_time_that_only_programs_read() -> None:
    texts = [str(cell) for sheet in book() for row in sheet.values for cell in row if cell]
    assert len(texts) > 500
    assert not [text for text in texts if re.search(r"[0-9]T[0-9]{2}:|[0-9]Z$", text)]


def test_with_errors_a_returned_file_is_told_as_counted_and_the_cover_warns() -> None:
    table = {row[6]: row for row in rows(book(with_errors=True)[STATUS_SHEET])}
    assert table["y/乙.xlsx"][3] == "有错误，已计入"
    cover = [str(row) for row in rows(book(with_errors=True)["封面"], 1)]
    assert any("有错误的报表（已计入合计，公布前必须改正）：乙丑镇" in text for text in cover)
    plain = [str(row) for row in rows(book()["封面"], 1)]
    assert any("有错误的报表（没有计入合计）：乙丑镇" in text for text in plain)
    assert any("未报单位（没有计入合计）：丁卯镇" in text for text in plain)


def test_a_row_is_as_high_as_its_texts_need() -> None:
    long = "很长的文件夹名称" * 8 + "/甲.xlsx"
    reports = [record("a.xlsx", report(JIAZI)), record(long, report(YICHOU))]
    sheet = written(merged(reports=reports))[STATUS_SHEET]
    heights = [sheet.row_dimensions[row].height for row in (4, 5)]
    assert heights == [18.75, 93.75], "one line and six (of the digest), in steps of a pixel"


# --- what was found ---------------------------------------------------------------------------


def links(workbook: Workbook) -> dict[tuple[str, str], tuple[str, str]]:
    """By unit and place of a finding: sheet and cell that it links to."""
    sheet = workbook[FINDINGS_SHEET]
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for cell in sheet["H"]:
        if cell.hyperlink is not None and cell.hyperlink.location is not None:
            name, at = cell.hyperlink.location.split("!")
            assert cell.value == f"查看 {at}"
            unit, place = (str(sheet.cell(cell.row, column).value) for column in (1, 4))
            found[unit, place] = (name.strip("'"), at)
    return found


def test_a_finding_links_to_its_unit_s_cell_of_its_field() -> None:
    workbook = book(with_errors=True)
    found = links(workbook)
    assert {unit for unit, _ in found} >= {"乙丑镇"}
    for (unit, _), (name, at) in found.items():
        assert workbook[name].cell(workbook[name][at].row, 2).value == unit
    name, at = found["乙丑镇", "二、主动公开 B6"]
    column = workbook[name][at].column
    assert (name, workbook[name].cell(details.ID_ROW + 1, column).value) == (DETAIL, REGULATIONS)


def test_findings_of_units_that_are_not_counted_have_no_link_and_share_a_line() -> None:
    sheet = book()[FINDINGS_SHEET]
    mine = [cell.row for cell in sheet["A"] if cell.value == "乙丑镇"]
    assert mine
    assert [sheet.cell(row, 8).hyperlink for row in mine] == [None] * len(mine)


# --- every unit's figures ---------------------------------------------------------------------


def test_each_unit_has_a_row_in_the_order_of_its_code() -> None:
    sheet = book(with_errors=True)[DETAIL]
    keys = [row[:3] for row in rows(sheet, details.FIRST_UNIT_ROW + 1)]
    assert keys == [
        ("990101", "甲子镇", "乡镇"),
        ("990102", "乙丑镇", "乡镇"),
        ("990103", "丙寅镇", "乡镇"),
    ]


def column_of(sheet: Worksheet, field: str) -> int:
    ids = [cell.value for cell in sheet[details.ID_ROW + 1]]
    return ids.index(field) + 1


def test_sums_are_live_over_the_rows_of_all_units() -> None:
    formulas, values = book(values=False), book()
    sheet = formulas[DETAIL]
    column = column_of(sheet, LICENCES)
    letter = get_column_letter(column)
    live = f"=SUM('{DETAIL}'!${letter}$6:${letter}$7)"
    assert formulas["二、主动公开"]["B10"].value == live
    assert sheet.cell(details.TOTAL_ROW + 1, column).value == live
    assert values[DETAIL].cell(details.TOTAL_ROW + 1, column).value == 16
    assert values["二、主动公开"]["B10"].value == 16


def test_a_computed_cell_is_worked_out_again_whatever_was_typed_over_it() -> None:
    computed = "requests.received.total"
    town = report(JIAZI)
    right = book()["明细·三、依申请公开"]
    expected = right.cell(6, column_of(right, computed)).value
    typed_over = replace(town, overrides={computed: Entry.of(99999)})
    sheet = written(merged(with_errors=True, reports=[record("a", typed_over)]))[
        "明细·三、依申请公开"
    ]
    assert sheet.cell(6, column_of(sheet, computed)).value == expected != 99999


def test_a_blank_stays_blank_and_a_declared_blank_is_a_zero() -> None:
    town = report(JIAZI)
    blank = replace(town, entries={**town.entries, LICENCES: BLANK})
    declared = replace(blank, unit=YICHOU, answers={"disclosure": "是"})
    reports = [record("a", replace(blank, answers={"disclosure": "否"})), record("b", declared)]
    sheet = written(merged(with_errors=True, reports=reports))[DETAIL]
    column = column_of(sheet, LICENCES)
    assert [sheet.cell(row, column).value for row in (6, 7)] == [None, 0]


def test_without_a_counted_unit_there_is_one_empty_row_and_no_sum() -> None:
    workbook = written(merged(reports=[record("a", wrong(JIAZI))]), values=False)
    sheet = workbook[DETAIL]
    assert sheet.cell(details.TOTAL_ROW + 1, column_of(sheet, LICENCES)).value is None
    assert rows(sheet, details.FIRST_UNIT_ROW + 1) == []
    assert workbook.defined_names["detail.disclosure"].attr_text.endswith("$6")


def test_the_columns_of_one_row_of_the_form_are_printed_on_one_page() -> None:
    fields = details.detail_fields(form(), "requests")
    breaks = page_breaks(fields)
    assert breaks
    for position in breaks:
        index = position - len(details.KEYS)
        assert fields[index].row != fields[index - 1].row
    pages = [details.field_column(0), *breaks, details.field_column(len(fields))]
    rows_long = max(sum(1 for field in fields if field.row == f.row) for f in fields)
    assert all(end - start <= max(15, rows_long) for start, end in pairwise(pages))


# --- every unit's words -----------------------------------------------------------------------


def test_texts_and_explanations_are_listed_and_can_be_found_by_name() -> None:
    town = replace(report(JIAZI), explanations={"C4": "批量撤回"})
    workbook = written(merged(reports=[record("a", town), record("b", report(YICHOU))]))
    assert [row[:2] for row in rows(workbook[TEXTS_SHEET])] == [
        ("990101", "甲子镇"),
        ("990102", "乙丑镇"),
    ]
    (explained,) = rows(workbook[EXPLANATIONS_SHEET])
    assert explained[:3] == ("990101", "甲子镇", "C-4")
    assert explained[4] == "批量撤回"
    assert explained[3]
    names = {name: workbook.defined_names[name].attr_text for name in workbook.defined_names}
    assert names[details.EXPLANATIONS_NAME] == f"'{EXPLANATIONS_SHEET}'!$A$3:$E$4"
    assert names[details.TEXTS_NAME] == f"'{TEXTS_SHEET}'!$A$3:$E$5"


def test_same_result_same_bytes() -> None:
    first, second = merged(), merged()
    assert first.form is not None
    assert first.county is not None
    assert second.county is not None
    assert write_summary(first.form, first.county, first) == write_summary(
        first.form, second.county, second
    )


def test_an_empty_list_has_a_name_over_its_headings_and_one_row() -> None:
    names = book().defined_names
    assert names[details.EXPLANATIONS_NAME].attr_text == f"'{EXPLANATIONS_SHEET}'!$A$3:$E$4"


def test_a_county_without_a_name_types_it_in() -> None:
    def open_cells(workbook: Workbook) -> int:
        cells = (cell for row in workbook["封面"].iter_rows() for cell in row)
        return sum(1 for cell in cells if not cell.protection.locked)

    nameless = merge_files([record("a", report(JIAZI, county=Unit("")))], MergeRequest(Path()))
    assert nameless.county is not None
    assert nameless.county.unit.name == ""
    assert open_cells(written(nameless)) > open_cells(book())
