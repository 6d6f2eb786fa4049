"""What stands on each sheet of a workbook."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from support.fills import fill
from support.written import submission, written
from xlreport import Entry, Form, Submission, Unit, write_workbook
from xlreport.a1 import Cell, address
from xlreport.findings import Severity
from xlreport.submission import Figures, Status
from xlreport.text import printed_code
from xlreport.workbook.layout.calculation import LISTED
from xlreport.workbook.layout.checks import (
    CODE,
    DEFERRED_GROUP,
    EXPLANATION,
    GROUP_TITLES,
    PRIOR_EXPLANATION,
    RULE,
    SEVERITY,
    VERDICT,
    WHERE,
)
from xlreport.workbook.layout.lines import line_name
from xlreport.workbook.layout.prior_year import prior_year_sheet
from xlreport.workbook.layout.sheet import CALCULATION, CHECKS, COVER, GUIDE, TEXTS
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.check_sheet import DEFERRED, MOST_EXPLAINED
from xlreport.workbook.writer.context import Service, SummaryContext
from xlreport.workbook.writer.cover_sheet import PROTECTION_NOTE
from xlreport.workbook.writer.results import CachedResults
from xlreport.workbook.writer.template import blank, write_form_sheets

UNIT = Unit("甲子镇", "990101", "乡镇")
LICENCES = "disclosure.licences.decisions"


def loaded(data: bytes, *, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def opened(submission: Submission, form: Form, *, values: bool = False) -> openpyxl.Workbook:
    return loaded(write_workbook(submission, form), values=values)


def value(sheet: Worksheet, cell: Cell) -> object:
    return sheet[address(cell)].value


@pytest.fixture(scope="module")
def warning(zfxxgk: Form) -> str:
    """The code of a rule with a severity that a unit may explain."""
    return next(c.code for c in layout_of(zfxxgk).listed if c.severity is Severity.WARNING)


@pytest.fixture(scope="module")
def town(zfxxgk: Form, warning: str) -> Submission:
    figures = Figures(
        {LICENCES: Decimal("7.50")},
        {zfxxgk.texts[0].field_id: "上年的话"},
        {warning: "上年的说明"},
    )
    entries = {LICENCES: Entry(None, Status.TEXT, "无")}
    explanations = {warning: "今年的说明"}
    return Submission(zfxxgk.id, 2025, UNIT, entries, explanations=explanations, prior_year=figures)


@pytest.fixture(scope="module")
def book(zfxxgk: Form, town: Submission) -> openpyxl.Workbook:
    return opened(town, zfxxgk)


@pytest.fixture(scope="module")
def wrong(zfxxgk: Form) -> openpyxl.Workbook:
    return loaded(written(zfxxgk, "wrong"), values=True)


# --- 校验 -----------------------------------------------------------------------------------


def test_every_rule_has_its_row_with_its_code_as_people_read_it(
    zfxxgk: Form, book: openpyxl.Workbook
) -> None:
    layout, sheet = layout_of(zfxxgk), book[CHECKS]
    assert [cell.value for cell in sheet[3]] == [
        "代码", "校验内容", "性质", "结果", "涉及", "填写说明", "上年说明",
    ]  # fmt: skip
    for listed in layout.listed:
        row = layout.checks.rules[listed.code]
        assert value(sheet, (row, CODE)) == printed_code(listed.code)
        assert str(value(sheet, (row, RULE))).startswith(f"{listed.title}。")
        verdict = str(value(sheet, (row, VERDICT)))
        assert verdict == DEFERRED if listed.deferred else verdict.startswith("='计算'!")


def test_groups_say_what_to_do_and_how_many_fail(zfxxgk: Form, wrong: openpyxl.Workbook) -> None:
    layout = layout_of(zfxxgk)
    results = CachedResults(submission(zfxxgk, "wrong"), layout)
    for group, row in layout.checks.groups.items():
        failing = [
            listed
            for listed in layout.listed
            if not listed.deferred
            and listed.severity.value == group
            and results.rule_failing(listed)
        ]
        tail = f"（{len(failing)} 条不成立）" if failing else "（全部成立或待填）"
        title = GROUP_TITLES[group]
        told = title if group == DEFERRED_GROUP else title + tail
        assert value(wrong[CHECKS], (row, 0)) == told


def test_severity_is_shown_only_where_a_rule_fails_and_rows_are_named(
    zfxxgk: Form, wrong: openpyxl.Workbook
) -> None:
    layout = layout_of(zfxxgk)
    results = CachedResults(submission(zfxxgk, "wrong"), layout)
    seen = set()
    for listed in layout.listed:
        row = layout.checks.rules[listed.code]
        if listed.deferred:
            assert value(wrong[CHECKS], (row, WHERE)) is None
            continue
        failing = results.rule_failing(listed)
        severity = value(wrong[CHECKS], (row, SEVERITY)) or ""
        assert severity == (listed.severity.label if failing else "")
        named = value(wrong[CHECKS], (row, WHERE)) or ""
        assert named == "、".join(line.about for line in failing)[:40]
        seen.add(severity)
    assert {"", "错误"} <= seen


def test_a_warning_shows_both_years_words(
    zfxxgk: Form, book: openpyxl.Workbook, warning: str
) -> None:
    sheet, row = book[CHECKS], layout_of(zfxxgk).checks.rules[warning]
    assert value(sheet, (row, EXPLANATION)) == "今年的说明"
    assert value(sheet, (row, PRIOR_EXPLANATION)) == "上年的说明"
    cell = address(layout_of(zfxxgk).checks.explanation(warning))
    assert book.defined_names[f"explain.{warning}"].attr_text == f"'{CHECKS}'!" + address(
        layout_of(zfxxgk).checks.explanation(warning), absolute=True
    )
    (rule,) = [v for v in sheet.data_validations.dataValidation if cell in str(v.sqref).split()]
    assert (rule.type, rule.formula1) == ("textLength", str(MOST_EXPLAINED))


def test_only_warnings_can_be_explained(zfxxgk: Form, book: openpyxl.Workbook) -> None:
    for listed in layout_of(zfxxgk).listed:
        cell = book[CHECKS][address(layout_of(zfxxgk).checks.explanation(listed.code))]
        assert cell.protection.locked == (listed.severity is not Severity.WARNING)


# --- 计算 -----------------------------------------------------------------------------------


def test_the_sheet_of_calculations_is_hidden_and_locked(
    zfxxgk: Form, book: openpyxl.Workbook
) -> None:
    sheet = book[CALCULATION]
    assert sheet.sheet_state == "hidden"
    assert all(cell.protection.locked for cells in sheet.iter_rows() for cell in cells)
    assert [cell.value for cell in sheet[1]][:5] == ["校验", "表", "格", "结果", "差"]


def test_the_grade_of_every_single_instance_has_a_name(
    any_form: Form,
) -> None:
    layout = layout_of(any_form)
    names = loaded(written(any_form, "blank of a unit")).defined_names
    for line in layout.lines:
        if line.per_cell:
            assert line_name(line.code) not in names
            continue
        cell = address(layout.calculation.grade(line), absolute=True)
        assert names[line_name(line.code)].attr_text == f"'{CALCULATION}'!{cell}"


# --- 上年 -----------------------------------------------------------------------------------


def test_last_years_figures_stand_in_the_forms_own_cells_locked(
    zfxxgk: Form, book: openpyxl.Workbook
) -> None:
    known = {}
    for name in layout_of(zfxxgk).cells:
        sheet, cell = layout_of(zfxxgk).prior_year(name)
        known[name] = value(book[sheet], cell)
        own, own_cell = layout_of(zfxxgk).cells[name]
        assert (sheet, cell) == (f"上年·{own}", own_cell)
    shown = {name: content for name, content in known.items() if content is not None}
    assert shown == {LICENCES: 7.5, zfxxgk.texts[0].field_id: "上年的话"}
    for own_sheet in layout_of(zfxxgk).form_sheets:
        prior_year = book[prior_year_sheet(own_sheet.name)]
        assert prior_year.sheet_state == "visible"
        note = value(prior_year, (0, own_sheet.form_left))
        assert note == "这是本单位 2024 年度报送的数，只供对照，不能修改。"
        assert all(cell.protection.locked for cells in prior_year.iter_rows() for cell in cells)


def test_last_year_has_the_labels_of_the_form_and_none_of_its_verdicts(
    zfxxgk: Form, book: openpyxl.Workbook
) -> None:
    for layout in layout_of(zfxxgk).tables.values():
        sheet = book[prior_year_sheet(layout.name)]
        last = max(span.bottom for span in layout.fields.values())
        assert (sheet.max_row, sheet.max_column) == (last + 1, layout.form_right + 1)
        for label in layout.labels:
            expected = None if label.style in ("question", "margin") else label.text
            assert label.style == "question" or value(sheet, label.span.cell) == expected


def test_without_last_year_its_sheets_are_hidden_and_empty_but_named(zfxxgk: Form) -> None:
    book = loaded(written(zfxxgk, "blank of a unit"))
    for sheet in layout_of(zfxxgk).form_sheets:
        prior_year = book[prior_year_sheet(sheet.name)]
        assert prior_year.sheet_state == "hidden"
        assert all(cell.value is None for cells in prior_year.iter_rows() for cell in cells)
    for name in layout_of(zfxxgk).cells:
        where, cell = layout_of(zfxxgk).prior_year(name)
        target = f"'{where}'!{address(cell, absolute=True)}"
        assert book.defined_names[f"previous.{name}"].attr_text == target


# --- tables ---------------------------------------------------------------------------------


def test_what_was_typed_in_stands_in_its_cell(zfxxgk: Form, book: openpyxl.Workbook) -> None:
    sheet, cell = layout_of(zfxxgk).cells[LICENCES]
    assert value(book[sheet], cell) == "无"


def test_a_prompt_speaks_only_where_it_has_something_special_to_say(
    zfxxgk: Form, book: openpyxl.Workbook
) -> None:
    prompts = {}
    for field in zfxxgk.typed:
        sheet, cell = layout_of(zfxxgk).cells[field.id]
        (rule,) = [
            v
            for v in book[sheet].data_validations.dataValidation
            if address(cell) in str(v.sqref).split()
        ]
        prompts[field.id] = rule.prompt
    told = {name: prompt for name, prompt in prompts.items() if prompt}
    money = [field for field in zfxxgk.typed if field.unit != "件"]
    assert told == {
        LICENCES: "上年：7.5。",
        **{field.id: f"单位：{field.unit}，最多 6 位小数。" for field in money if field.decimals},
    }


def test_what_was_typed_over_a_formula_stays_there(zfxxgk: Form) -> None:
    over, kept = [field.id for field in zfxxgk.computed[:2]]
    submission = replace(blank(zfxxgk, 2025, UNIT), overrides={over: Entry.of(5)})
    book = opened(submission, zfxxgk)
    cells = layout_of(zfxxgk).cells
    assert book[cells[over][0]][address(cells[over][1])].value == 5
    assert str(book[cells[kept][0]][address(cells[kept][1])].value).startswith("=SUM(")


@pytest.mark.parametrize(("answer", "shown"), [("是", 0), ("否", None), ("", None)])
def test_a_blank_cell_shows_0_where_blanks_are_declared_to_be_0(
    any_form: Form, answer: str, shown: int | None
) -> None:
    report = blank(any_form, any_form.first_year + 1, UNIT)
    report = replace(report, answers={table.id: answer for table in any_form.tables})
    formulas, values = opened(report, any_form), opened(report, any_form, values=True)
    layout = layout_of(any_form)
    for field in any_form.typed:
        sheet, cell = layout.cells[field.id]
        flag = address(layout.flags[field.table][1], absolute=True)
        assert value(formulas[sheet], cell) == f'=IF({flag}="是",0,"")'
        assert (value(values[sheet], cell) or None) == (shown or None)
        if shown is not None:
            assert value(values[sheet], cell) == 0


def test_each_sheet_says_its_verdict_in_its_first_row(
    any_form: Form,
) -> None:
    book = loaded(written(any_form, "wrong"), values=True)
    results = CachedResults(submission(any_form, "wrong"), layout_of(any_form))
    formulas = loaded(written(any_form, "wrong"))
    verdicts = []
    for sheet in layout_of(any_form).form_sheets:
        assert sheet.verdict.top == 0
        verdicts.append(value(book[sheet.name], sheet.verdict.cell))
        assert verdicts[-1] == results.sheet_text(sheet)
        formula = str(value(formulas[sheet.name], sheet.verdict.cell))
        assert formula.startswith("=HYPERLINK('计算'!")
    assert any(str(verdict).startswith("✘ ") for verdict in verdicts)


def test_each_row_says_in_words_what_is_wrong(any_form: Form) -> None:
    book = loaded(written(any_form, "wrong"), values=True)
    results = CachedResults(submission(any_form, "wrong"), layout_of(any_form))
    said = []
    for sheet in layout_of(any_form).form_sheets:
        for status in sheet.statuses:
            shown = value(book[sheet.name], status.span.cell) or ""
            assert shown == results.status(status, sheet)
            said.append(str(shown))
    assert any(words.startswith("✘ ") for words in said)


def test_hidden_columns_say_how_wrong_each_cell_is(any_form: Form) -> None:
    book = loaded(written(any_form, "wrong"), values=True)
    results = CachedResults(submission(any_form, "wrong"), layout_of(any_form))
    for sheet in layout_of(any_form).form_sheets:
        for name, span in sheet.fields.items():
            state = sheet.state(span.cell)
            assert value(book[sheet.name], state) == results.state(name)
        dimensions = book[sheet.name].column_dimensions
        hidden = [d for d in dimensions.values() if d.hidden]
        assert [(d.min, d.max) for d in hidden] == [(len(sheet.widths) + 1, sheet.right + 1)]


def test_a_cell_is_coloured_by_its_own_state(any_form: Form) -> None:
    book = loaded(written(any_form, "wrong"))
    for sheet in layout_of(any_form).form_sheets:
        first = next(iter(sheet.fields.values()))
        rules = {
            rule.formula[0]: str(area.sqref)
            for area in book[sheet.name].conditional_formatting
            for rule in area.rules
            if rule.type == "expression" and rule.formula
        }
        corners = [span.corners for span in sheet.fields.values()]
        top, left = min(c[0] for c in corners), min(c[1] for c in corners)
        bottom, right = max(c[2] for c in corners), max(c[3] for c in corners)
        area = f"{address((top, left))}:{address((bottom, right))}"
        state = address(sheet.state((top, left)))
        assert rules == {f"{state}=4": area, f"{state}=3": area}, first


def test_the_line_over_a_table_says_whose_it_is_and_in_which_units(zfxxgk: Form) -> None:
    book = opened(blank(zfxxgk, 2025, UNIT), zfxxgk, values=True)
    for table, sheet in layout_of(zfxxgk).tables.items():
        shown = value(book[sheet.name], sheet.unit_line.cell)
        assert shown == "填报单位：甲子镇　　报告年度：2025"
        units = dict.fromkeys(f.unit for f in zfxxgk.fields.values() if f.table == table)
        assert sheet.measure_line is not None
        measures = value(book[sheet.name], sheet.measure_line.cell)
        assert measures == f"计量单位：{'、'.join(units)}"


def test_the_signature_block_stands_under_every_table(zfxxgk: Form) -> None:
    report = blank(zfxxgk, 2025, UNIT).with_identity({"contact": "张三", "telephone": "123"})
    book = opened(report, zfxxgk, values=True)
    for sheet in layout_of(zfxxgk).tables.values():
        assert sheet.signatures is not None
        shown = str(value(book[sheet.name], sheet.signatures.cell))
        for signature in zfxxgk.signatures:
            assert f"{signature.label}：" in shown
        assert "张三" in shown
        assert "123" in shown


# --- texts ----------------------------------------------------------------------------------


def test_a_longer_text_gets_higher_rows(zfxxgk: Form) -> None:
    name = zfxxgk.texts[0].field_id
    span = layout_of(zfxxgk).texts.fields[name]
    rows = span.bottom - span.top + 1
    for text, least in (("短", 15 * rows), ("长" * 1250, 15 * rows), ("长" * 4000, 15 * 80)):
        sheet = opened(replace(blank(zfxxgk, 2025), texts={name: text}), zfxxgk)[TEXTS]
        heights = [
            sheet.row_dimensions[row + 1].height or 15 for row in range(span.top, span.bottom + 1)
        ]
        assert len(set(heights)) == 1
        assert sum(heights) >= least
        assert max(heights) <= 409
        assert sheet[address(span.cell)].value == text


def test_the_guide_numbers_its_instructions(zfxxgk: Form, book: openpyxl.Workbook) -> None:
    *rows, on_paper = book[GUIDE].iter_rows(min_row=2, max_col=2, values_only=True)
    assert on_paper[0] == f"{len(zfxxgk.instructions) + 1}."
    assert rows == [(f"{i}.", text) for i, text in enumerate(zfxxgk.instructions, start=1)]


# --- cover ----------------------------------------------------------------------------------


def texts_of(sheet: Worksheet) -> list[str]:
    return [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]


def test_the_cover_of_a_unit(zfxxgk: Form, book: openpyxl.Workbook) -> None:
    sheet = book[COVER]
    assert sheet["B2"].value == zfxxgk.title
    assert sheet["B3"].value == "（2025 年度）"
    assert (sheet["C5"].value, sheet["C6"].value, sheet["C8"].value) == ("甲子镇", "990101", "2025")
    texts = texts_of(sheet)
    for line in ("填表前请先看“填报说明”。", PROTECTION_NOTE, f"依据：{zfxxgk.source}", "（公章）"):
        assert line in texts
    assert f"报表第 {zfxxgk.version} 版；用 WPS 表格、Excel 2010 或更新的版本填写。" in texts
    by_hand = [f"{s.label}（签字）" for s in zfxxgk.signatures if s.line is None]
    assert by_hand
    assert all(line in texts for line in by_hand)


def test_the_verdict_is_the_largest_on_the_cover(any_form: Form) -> None:
    for kind in ("wrong", "right", "blank of a unit"):
        sheet = loaded(written(any_form, kind), values=True)[COVER]
        results = CachedResults(submission(any_form, kind), layout_of(any_form))
        assert sheet["E2"].value == results.overall()
    sizes = {c.font.sz for row in sheet.iter_rows() for c in row if c.value is not None}
    assert sheet["E2"].font.sz == max(sizes) == 18


def test_the_cover_lists_what_does_not_hold_the_worst_first(any_form: Form) -> None:
    sheet = loaded(written(any_form, "wrong"), values=True)[COVER]
    results = CachedResults(submission(any_form, "wrong"), layout_of(any_form))
    listed = [sheet.cell(5 + i, 5).value or "" for i in range(LISTED)]
    entries = [results.entry(line) for line in results.worst_lines]
    assert listed == [*entries, *[""] * (LISTED - len(entries))]
    more = sum(grade.fails for grade in results.grades) - LISTED
    told = sheet.cell(5 + LISTED, 5).value or ""
    assert told == (f"另有 {more} 处，见“校验”页" if more > 0 else "")


def test_the_cover_says_that_nothing_is_wrong(zfxxgk: Form) -> None:
    sheet = loaded(written(zfxxgk, "right"), values=True)[COVER]
    assert sheet["E2"].value == "✔ 全部通过，可以报送"
    assert (sheet["E5"].value, sheet["E6"].value or "") == ("没有不成立的校验", "")


def test_the_cover_leads_to_every_sheet(zfxxgk: Form, book: openpyxl.Workbook) -> None:
    links = {
        cell.hyperlink.location
        for row in book[COVER].iter_rows()
        for cell in row
        if cell.hyperlink is not None
    }
    own = [sheet.name for sheet in layout_of(zfxxgk).form_sheets]
    assert links == {f"'{name}'!A1" for name in (*own, CHECKS, GUIDE)}


def test_the_cover_says_until_when_where_and_whom_to_ask(zfxxgk: Form) -> None:
    service = Service("1 月 20 日", "tongji@example.com", "王五（010-1）", ("增加一条校验",))
    data = write_workbook(blank(zfxxgk, 2025, UNIT), zfxxgk, service=service)
    sheet = loaded(data, values=True)[COVER]
    sentence = "请1 月 20 日前报送到 tongji@example.com；有疑问请问王五（010-1）"
    assert sheet["E3"].value == sentence
    formula = loaded(data)[COVER]["E3"].value
    assert formula == f'=HYPERLINK("mailto:tongji@example.com","{sentence}")'
    texts = texts_of(sheet)
    assert texts[texts.index("本年变化") + 1] == "增加一条校验"


def test_the_cover_of_a_summary(zfxxgk: Form) -> None:
    county = blank(zfxxgk, 2025, Unit("示例县"))
    total = zfxxgk.typed[0].id
    context = SummaryContext(
        zfxxgk, county, sums={total: "=SUM(A1)"}, warnings=("未报单位：甲子镇", "又一句")
    )
    writer = WorkbookWriter(context)
    write_form_sheets(writer)
    book = openpyxl.load_workbook(io.BytesIO(writer.finish()))
    sheet = book[COVER]
    assert sheet["B2"].value == f"{zfxxgk.title}汇总表"
    texts = texts_of(sheet)
    for line in ("本表由下级报表汇总生成，数字不在此处修改。", "未报单位：甲子镇", "又一句"):
        assert line in texts
    where, cell = layout_of(zfxxgk).cells[total]
    assert book[where][address(cell)].value == "=SUM(A1)"
    assert book[where][address(cell)].protection.locked
    flag_sheet, flag = layout_of(zfxxgk).flags[zfxxgk.tables[0].id]
    assert book[flag_sheet][address(flag)].protection.locked, "a summary answers nothing"
    assert GUIDE not in book.sheetnames, "a county is not told how to fill in"
    for layout in layout_of(zfxxgk).tables.values():
        questions = [label for label in layout.labels if label.style == "question"]
        assert all(value(book[layout.name], q.span.cell) is None for q in questions)


def test_a_filled_in_workbook_keeps_every_answer(any_form: Form) -> None:
    submission = fill(any_form, 5)
    book = opened(submission, any_form)
    for table, (sheet, cell) in layout_of(any_form).flags.items():
        assert (book[sheet][address(cell)].value or "") == submission.answers.get(table, "")


def test_a_result_that_looks_like_an_escape_is_none() -> None:
    """In the file `_x003D_` would be read as `=` (ECMA-376, ST_Xstring)."""
    from xlreport.workbook.writer.sheet import escaped

    assert escaped("_x003D_1") == "_x005F_x003D_1"
    assert escaped("a_x0041_b_x00zz_") == "a_x005F_x0041_b_x00zz_"
