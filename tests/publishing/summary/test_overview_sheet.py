"""概况: where the collection stands, on the first screen."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from openpyxl.workbook import Workbook

from support.records import JIAZI, record, report
from support.summaries import COUNTY, book, merged, opened, summary_bytes
from xlreport import MergeResult, Roster, Unit
from xlreport.publishing.overview import Overview, overview_of
from xlreport.publishing.summary.names import OVERVIEW_SHEET
from xlreport.publishing.summary.overview_sheet import OverviewLayout
from xlreport.submission import Figures


def overview(result: MergeResult) -> Overview:
    assert result.form is not None
    assert result.county is not None
    return overview_of(result, result.form, result.county)


def with_last_year(**changes: Decimal) -> MergeResult:
    """The year before twice as large, but for some numbers."""
    result = merged()
    assert result.county is not None
    numbers = {name: value * 2 for name, value in result.totals.items()}
    figures = Figures({**numbers, **changes}, {}, {})
    return replace(result, county=replace(result.county, prior_year=figures))


@lru_cache(maxsize=4)
def compared(*, values: bool = True) -> Workbook:
    return opened(summary_bytes(with_last_year()), values=values)


# --- counts -----------------------------------------------------------------------------------


def test_the_numbers_of_the_collection_stand_large_at_the_top() -> None:
    layout = OverviewLayout(overview(merged()))
    values, formulas = book()[OVERVIEW_SHEET], book(values=False)[OVERVIEW_SHEET]
    told = []
    for index in range(5):
        row, column = layout.card_cell(index)
        label = values.cell(layout.label_row + 1, column + 1).value
        cell = values.cell(row + 1, column + 1)
        told.append((label, cell.value, formulas.cell(row + 1, column + 1).value))
        assert cell.font.sz == 28
    states = "'报送情况'!$D$4:$D$10"
    assert told == [
        ("应报单位", 4, 4),
        ("通过", 2, f'=COUNTIF({states},"通过")'),
        ("退回", 1, f'=COUNTIF({states},"退回")'),
        ("未报", 1, f'=COUNTIF({states},"未报")'),
        ("不能计入的文件", 1, f'=COUNTIF({states},"不能计入")'),
    ]


def test_a_report_that_counts_with_errors_is_still_counted_as_returned() -> None:
    layout = OverviewLayout(overview(merged(with_errors=True)))
    row, column = layout.card_cell(2)
    formula = str(
        book(with_errors=True, values=False)[OVERVIEW_SHEET].cell(row + 1, column + 1).value
    )
    assert formula.count("COUNTIF") == 2
    assert '"有错误，已计入"' in formula
    assert book(with_errors=True)[OVERVIEW_SHEET].cell(row + 1, column + 1).value == 1


def test_without_a_roster_nobody_says_how_many_should_report() -> None:
    result = merged(reports=[record("a", report(JIAZI))], roster=None)
    first = OverviewLayout(overview(result)).cards[0]
    assert (first.label, first.number) == ("已报单位（没有名册）", 1)


# --- what keeps the totals from being final ---------------------------------------------------


def test_what_is_open_stands_in_red_above_everything() -> None:
    sheet = book()[OVERVIEW_SHEET]
    assert [sheet.cell(row, 1).value for row in (2, 3)] == [
        "未报单位（没有计入合计）：丁卯镇",
        "有错误的报表（没有计入合计）：乙丑镇",
    ]
    colours = [str(sheet.cell(row, 1).font.color.rgb)[-6:] for row in (2, 3)]
    assert colours == ["C00000", "C00000"]
    assert str(sheet["A4"].value).startswith("现在要做的：催报 1 个未报的单位；")


def test_where_all_is_well_nothing_is_red() -> None:
    roster = Roster((JIAZI,), {}, COUNTY)
    result = merged(reports=[record("a", report(JIAZI))], roster=roster)
    assert overview(result).is_final
    sheet = opened(summary_bytes(result))[OVERVIEW_SHEET]
    assert str(sheet["A2"].value).startswith("现在要做的：")
    assert str(sheet["A2"].font.color.rgb)[-6:] == "006100"


def test_a_long_list_of_units_ends_behind_a_whole_name() -> None:
    units = [Unit(f"第{i:02}号单位", f"9902{i:02}", "部门") for i in range(40)]
    result = merged(
        reports=[record("a", report(JIAZI))], roster=Roster((JIAZI, *units), {}, COUNTY)
    )
    (point, *_) = OverviewLayout(overview(result)).points
    assert re.fullmatch(
        r"未报单位（没有计入合计）：(第\d\d号单位、)*第\d\d号单位等，全部见“报送情况”", point
    )
    assert 120 < len(point) < 175


def test_of_very_many_open_points_the_first_are_told() -> None:
    base = overview(merged())
    many = replace(base, open_points=tuple(f"第 {i} 项" for i in range(7)))
    assert OverviewLayout(many).points == [
        "第 0 项",
        "第 1 项",
        "第 2 项",
        "第 3 项",
        "另有 3 项，见“封面”",
    ]


# --- figures ----------------------------------------------------------------------------------


def test_figures_are_live_and_last_year_s_stand_beside_them() -> None:
    layout = OverviewLayout(overview(with_last_year()))
    values, formulas = compared()[OVERVIEW_SHEET], compared(values=False)[OVERVIEW_SHEET]
    now, before = layout.figure_cells(0)
    row = now[0] + 1
    assert [values.cell(row, column).value for column in (1, 3, 4, 5)] == [
        "新收申请（件）",
        88,
        176,
        -88,
    ]
    assert [formulas.cell(row, column).value for column in (3, 4, 5)] == [
        "='三、依申请公开'!J7",
        "='上年·三、依申请公开'!J7",
        f"=C{row}-D{row}",
    ]
    assert before == (now[0], 3)
    assert [values.cell(row - 1, column).value for column in (1, 3, 4, 5)] == [
        "主要数字",
        "2025 年",
        "2024 年",
        "增减",
    ]


def test_a_last_year_whose_sheet_shows_something_else_is_no_formula() -> None:
    """Its total was typed over: what is compared is worked out again."""
    result = with_last_year(**{"requests.received.total": Decimal(7)})
    layout = OverviewLayout(overview(result))
    sheet = opened(summary_bytes(result), values=False)[OVERVIEW_SHEET]
    _, (row, column) = layout.figure_cells(0)
    assert sheet.cell(row + 1, column + 1).value == 176


def test_without_last_year_its_column_says_nothing() -> None:
    sheet = book()[OVERVIEW_SHEET]
    layout = OverviewLayout(overview(merged()))
    row = layout.figure_cells(0)[0][0] + 1
    assert [sheet.cell(row, column).value for column in (3, 4, 5)] == [88, "—", None]


# --- links, paper -----------------------------------------------------------------------------


def test_each_sheet_that_is_shown_has_a_link() -> None:
    sheet = book()[OVERVIEW_SHEET]
    links = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.hyperlink is not None and cell.hyperlink.location is not None:
                links[cell.value] = cell.hyperlink.location
    shown = {s.title for s in book().worksheets if s.sheet_state == "visible"} - {OVERVIEW_SHEET}
    assert {name: f"'{name}'!A1" for name in shown} == links


def test_it_prints_on_one_page() -> None:
    sheet = book()[OVERVIEW_SHEET]
    setup = sheet.sheet_properties.pageSetUpPr
    assert setup is not None
    assert setup.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight or 1) == (1, 1)


def test_nothing_english_is_shown() -> None:
    texts = [str(c.value) for row in book()[OVERVIEW_SHEET].iter_rows() for c in row if c.value]
    assert len(texts) > 30
    assert not [text for text in texts if re.search("[A-Za-z]{2}", text)]
