"""What stands on each sheet of a workbook."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from support.fills import fill
from xlreport import Entry, Form, Submission, Unit, write_workbook
from xlreport.a1 import address
from xlreport.findings import Severity
from xlreport.submission import Figures, Status
from xlreport.workbook.layout.check_rows import (
    EXPLANATION,
    FIRST_CHECK_ROW,
    LINK,
    NUMBER,
    PRIOR_EXPLANATION,
    VERDICT,
    WEIGHT,
)
from xlreport.workbook.layout.sheet import CHECKS, COVER, GUIDE, PRIOR_YEAR, TEXTS
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.check_sheet import DEFERRED, MOST_EXPLAINED
from xlreport.workbook.writer.context import SummaryContext
from xlreport.workbook.writer.cover_sheet import PROTECTION_NOTE, overall_row
from xlreport.workbook.writer.template import blank, write_form_sheets

UNIT = Unit("甲子镇", "990101", "乡镇")
LICENCES = "disclosure.licences.decisions"


def opened(submission: Submission, form: Form) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(write_workbook(submission, form)))


def column(sheet: Worksheet, index: int) -> list[object]:
    """The values of a column of the 校验 sheet."""
    rows = sheet.iter_rows(min_row=FIRST_CHECK_ROW + 1, min_col=index + 1, max_col=index + 1)
    return [cell.value for (cell,) in rows]


@pytest.fixture(scope="module")
def town(zfxxgk: Form) -> Submission:
    warning = next(r for r in layout_of(zfxxgk).check_rows if r.severity is Severity.WARNING)
    figures = Figures(
        {LICENCES: Decimal("7.50")},
        {zfxxgk.texts[0].field_id: "上年的话"},
        {warning.code: "上年的说明"},
    )
    entries = {LICENCES: Entry(None, Status.TEXT, "无")}
    return Submission(
        zfxxgk.id,
        2025,
        UNIT,
        entries,
        explanations={warning.code: "今年的说明"},
        prior_year=figures,
    )


@pytest.fixture(scope="module")
def book(zfxxgk: Form, town: Submission) -> openpyxl.Workbook:
    return opened(town, zfxxgk)


# --- 校验 -----------------------------------------------------------------------------------


def test_checks_are_numbered_and_deferred_ones_have_no_verdict(
    zfxxgk: Form, book: openpyxl.Workbook
) -> None:
    layout, sheet = layout_of(zfxxgk), book[CHECKS]
    count = len(layout.check_rows)
    assert column(sheet, NUMBER) == list(range(1, count + len(layout.deferred) + 1))
    verdicts = column(sheet, VERDICT)
    assert all(str(verdict).startswith("=IF(") for verdict in verdicts[:count])
    assert verdicts[count:] == [DEFERRED] * len(layout.deferred)
    assert [w is not None for w in column(sheet, WEIGHT)] == [True] * count + [False] * len(
        layout.deferred
    )


def test_each_check_links_to_a_cell_that_its_rule_names(
    zfxxgk: Form, book: openpyxl.Workbook
) -> None:
    layout = layout_of(zfxxgk)
    first = layout.check_rows[0]
    cell = book[CHECKS].cell(first.row + 1, LINK + 1)
    assert cell.hyperlink is not None
    places = {f"{sheet} {address(at)}" for sheet, at in layout.cells.values()}
    assert set(column(book[CHECKS], LINK)[: len(layout.check_rows)]) <= places


def test_a_warning_shows_both_years_words(
    zfxxgk: Form, book: openpyxl.Workbook, town: Submission
) -> None:
    (code,) = town.explanations
    row = next(r for r in layout_of(zfxxgk).check_rows if r.code == code)
    cells = book[CHECKS]
    assert cells.cell(row.row + 1, EXPLANATION + 1).value == "今年的说明"
    assert cells.cell(row.row + 1, PRIOR_EXPLANATION + 1).value == "上年的说明"
    (rule,) = [
        v
        for v in cells.data_validations.dataValidation
        if address(row.explanation_cell) in str(v.sqref).split()
    ]
    assert (rule.type, rule.formula1) == ("textLength", str(MOST_EXPLAINED))


# --- 上年数 ---------------------------------------------------------------------------------


def test_last_years_figures_are_there_and_locked(zfxxgk: Form, book: openpyxl.Workbook) -> None:
    sheet, cells = book[PRIOR_YEAR], layout_of(zfxxgk).prior_year_cells
    assert sheet.sheet_state == "visible"
    assert sheet["A1"].value == "上年数（2024 年度）"
    values = {name: sheet[address(cell)].value for name, cell in cells.items()}
    known = {name: value for name, value in values.items() if value is not None}
    assert known == {LICENCES: 7.5, zfxxgk.texts[0].field_id: "上年的话"}
    row, _ = cells[zfxxgk.texts[0].field_id]
    assert sheet.cell(row + 1, 1).value == TEXTS
    assert all(cell.protection.locked for cells in sheet.iter_rows() for cell in cells)


def test_without_last_year_the_sheet_is_hidden_and_says_so(zfxxgk: Form) -> None:
    sheet = opened(blank(zfxxgk, 2025), zfxxgk)[PRIOR_YEAR]
    assert sheet.sheet_state == "hidden"
    assert sheet["A2"].value == "生成本工作簿时没有上年的数。"


# --- tables and texts -----------------------------------------------------------------------


def test_what_was_typed_in_stands_in_its_cell(zfxxgk: Form, book: openpyxl.Workbook) -> None:
    sheet, cell = layout_of(zfxxgk).cells[LICENCES]
    assert book[sheet][address(cell)].value == "无"
    prompts = {
        at: rule.prompt
        for rule in book[sheet].data_validations.dataValidation
        for at in str(rule.sqref).split()
    }
    assert str(prompts[address(cell)]).startswith("上年：7.5。\n")
    others = [text for at, text in prompts.items() if at != address(cell)]
    assert not any(str(text).startswith("上年") for text in others)


def test_what_was_typed_over_a_formula_stays_there(zfxxgk: Form) -> None:
    over, kept = [field.id for field in zfxxgk.computed[:2]]
    submission = replace(blank(zfxxgk, 2025, UNIT), overrides={over: Entry.of(5)})
    book = opened(submission, zfxxgk)
    cells = layout_of(zfxxgk).cells
    assert book[cells[over][0]][address(cells[over][1])].value == 5
    assert str(book[cells[kept][0]][address(cells[kept][1])].value).startswith("=SUM(")


def test_a_longer_text_gets_a_higher_row(zfxxgk: Form) -> None:
    name = zfxxgk.texts[0].field_id
    layout = layout_of(zfxxgk).texts
    row = layout.fields[name].top
    for text, height in (("短", layout.heights[row]), ("长" * 4000, 409)):
        sheet = opened(replace(blank(zfxxgk, 2025), texts={name: text}), zfxxgk)[TEXTS]
        assert sheet.row_dimensions[row + 1].height == pytest.approx(height, abs=0.5)


def test_the_guide_numbers_its_instructions(zfxxgk: Form, book: openpyxl.Workbook) -> None:
    rows = list(book[GUIDE].iter_rows(min_row=2, max_col=2, values_only=True))
    assert rows == [(f"{i}.", text) for i, text in enumerate(zfxxgk.instructions, start=1)]


# --- cover ----------------------------------------------------------------------------------


def test_the_cover_of_a_unit(zfxxgk: Form, book: openpyxl.Workbook) -> None:
    sheet, row = book[COVER], overall_row(layout_of(zfxxgk))
    assert sheet["A2"].value == zfxxgk.title
    assert (sheet["C5"].value, sheet["C6"].value, sheet["C8"].value) == ("甲子镇", "990101", "2025")
    assert str(sheet.cell(row + 1, 3).value).startswith('="共 ')
    assert str(sheet.cell(row + 2, 3).value).startswith('="错误 ')
    notes = [sheet.cell(row + i, 2).value for i in (4, 5, 6)]
    assert notes == ["填表前请先看“填报说明”。", PROTECTION_NOTE, f"依据：{zfxxgk.source}"]


def test_the_cover_of_a_summary(zfxxgk: Form) -> None:
    county = blank(zfxxgk, 2025, Unit("示例县"))
    total = zfxxgk.typed[0].id
    context = SummaryContext(
        zfxxgk, county, sums={total: "=SUM(A1)"}, warnings=("未报单位：甲子镇", "又一句")
    )
    writer = WorkbookWriter(context)
    write_form_sheets(writer)
    book = openpyxl.load_workbook(io.BytesIO(writer.finish()))
    sheet, row = book[COVER], overall_row(layout_of(zfxxgk))
    assert sheet["A2"].value == f"{zfxxgk.title}汇总表"
    assert sheet.cell(row + 4, 2).value == "本表由下级报表汇总生成，数字不在此处修改。"
    assert [sheet.cell(row + i, 2).value for i in (7, 8)] == ["未报单位：甲子镇", "又一句"]
    where, cell = layout_of(zfxxgk).cells[total]
    assert book[where][address(cell)].value == "=SUM(A1)"
    assert book[where][address(cell)].protection.locked
    flag_sheet, flag = layout_of(zfxxgk).flags[zfxxgk.tables[0].id]
    assert book[flag_sheet][address(flag)].protection.locked, "a summary answers nothing"


def test_a_filled_in_workbook_keeps_every_answer(any_form: Form) -> None:
    submission = fill(any_form, 5)
    book = opened(submission, any_form)
    for table, (sheet, cell) in layout_of(any_form).flags.items():
        assert (book[sheet][address(cell)].value or "") == submission.answers.get(table, "")
