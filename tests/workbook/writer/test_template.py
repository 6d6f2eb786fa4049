"""What a town opens: sheets, locks, names, prompts, cached results, printing."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from openpyxl.workbook.workbook import Workbook

from support.cells import part, sheet_parts
from support.examples import examples
from support.fills import fill
from support.formula_cells import formula_cells
from xlreport import (
    Form,
    FormCatalog,
    Roster,
    Submission,
    TemplateRequest,
    Unit,
    UsageError,
    get_form,
    read_submission,
    write_templates,
    write_workbook,
)
from xlreport.a1 import address
from xlreport.findings import Severity
from xlreport.submission import Status
from xlreport.workbook.layout.sheet import CHECKS
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.template import blank

FILLS = examples(10, nightly=500).max_examples
"""Random fills of each form that are written and read again."""


@pytest.fixture
def unit_book(zfxxgk: Form) -> bytes:
    return write_workbook(
        blank(zfxxgk, 2025, Unit("甲子镇", "990101", "乡镇"), Unit("示例县", "9901")), zfxxgk
    )


def opened(data: bytes, *, values: bool = False) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def test_the_sheets_stand_in_the_order_of_the_report(unit_book: bytes) -> None:
    book = opened(unit_book)
    assert book.sheetnames == [
        "封面", "填报说明", "二、主动公开", "三、依申请公开", "四、复议诉讼", "文字材料", "校验",
        "上年·二、主动公开", "上年·三、依申请公开", "上年·四、复议诉讼", "上年·文字材料", "计算", "xlreport",
    ]  # fmt: skip
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    assert hidden == book.sheetnames[7:], "nothing is known of last year"
    assert book["xlreport"].sheet_state == "veryHidden"
    assert book.active is not None
    assert book.active.title == "封面"
    assert book.active.sheet_view.selection[0].activeCell == "C9"
    assert book["封面"]["C5"].value == "甲子镇"


def test_every_field_has_a_defined_name_at_its_cell(any_form: Form) -> None:
    book = opened(write_workbook(blank(any_form, 2025), any_form))
    layout = layout_of(any_form)
    for name, (sheet, cell) in layout.cells.items():
        assert book.defined_names[name].attr_text == f"'{sheet}'!{address(cell, absolute=True)}"
    assert len(set(layout.cells.values())) == len(layout.cells)


def test_only_cells_to_fill_in_are_unlocked(any_form: Form) -> None:
    book = opened(write_workbook(blank(any_form, 2025, Unit("甲子镇", "990101", "乡镇")), any_form))
    layout = layout_of(any_form)
    typed = {layout.cells[f.id] for f in any_form.typed} | {
        layout.cells[t.field_id] for t in any_form.texts
    }
    typed |= set(layout.flags.values())
    typed |= {
        ("封面", layout.identity[i.id])
        for i in any_form.identity
        if i.id not in ("unit", "code", "level", "year")
    }
    warnings = [listed for listed in layout.listed if listed.severity is Severity.WARNING]
    typed |= {(CHECKS, layout.checks.explanation(listed.code)) for listed in warnings}
    unlocked = set()
    for sheet in book.worksheets:
        merged = {cell for area in sheet.merged_cells.ranges for cell in list(area.cells)[1:]}
        for row in sheet.iter_rows():
            for cell in row:
                if not cell.protection.locked and (cell.row, cell.column) not in merged:
                    unlocked.add((sheet.title, (int(cell.row or 0) - 1, int(cell.column or 0) - 1)))
    assert unlocked == typed


def test_protection_allows_widths_heights_and_selecting(zfxxgk: Form) -> None:
    data = write_workbook(blank(zfxxgk, 2025), zfxxgk, password="Abc-123")
    book = opened(data)
    for sheet in book.worksheets:
        protection = sheet.protection
        assert protection.sheet
        assert protection.password == "B88E" or protection.password
        assert (protection.formatColumns, protection.formatRows) == (False, False), (
            "False means allowed"
        )
        assert not protection.selectLockedCells
        assert protection.insertRows
        assert protection.deleteColumns
    assert book.security.lockStructure
    assert book.security.workbookPassword == book.worksheets[0].protection.password
    xml = part(data, "xl/workbook.xml")
    assert xml.index("<workbookPr") < xml.index("<workbookProtection") < xml.index("<bookViews")


def test_every_cell_to_fill_in_has_a_chinese_prompt_and_error_text(any_form: Form) -> None:
    book = opened(write_workbook(blank(any_form, 2025), any_form))
    layout = layout_of(any_form)
    for field in any_form.typed:
        sheet, cell = layout.cells[field.id]
        (rule,) = [
            v
            for v in book[sheet].data_validations.dataValidation
            if address(cell) in str(v.sqref).split()
        ]
        assert rule.type == ("whole" if field.decimals == 0 else "decimal")
        assert (rule.formula1, rule.formula2) == (str(field.least), "999999999")
        for words in (rule.error, rule.errorTitle):
            assert words
            assert re.search("[\u4e00-\u9fff]", words)
        assert bool(rule.prompt) == bool(rule.promptTitle)
        assert field.decimals == 0 or f"单位：{field.unit}" in str(rule.prompt)
    for sheet, cell in layout.flags.values():
        (rule,) = [
            v
            for v in book[sheet].data_validations.dataValidation
            if address(cell) in str(v.sqref).split()
        ]
        assert rule.formula1 == '"是,否"'


def test_a_table_prints_the_official_form_alone_on_one_page(any_form: Form) -> None:
    book = opened(write_workbook(blank(any_form, 2025), any_form))
    for layout in layout_of(any_form).tables.values():
        sheet = book[layout.name]
        bottom = (layout.form_bottom, layout.form_right)
        printed = f"{address((1, 0), absolute=True)}:{address(bottom, absolute=True)}"
        assert sheet.print_area.split("!")[1] == printed
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight or 1) == (1, 1)
        assert (sheet.page_setup.orientation == "landscape") == layout.wide


def test_the_cover_prints_who_reports_and_not_what_is_wrong(any_form: Form) -> None:
    sheet = opened(write_workbook(blank(any_form, 2025), any_form))["封面"]
    area = range_boundaries(sheet.print_area.split("!")[1].replace("$", ""))
    assert area[:3] == (2, 2, 3)
    last = max(c.row for row in sheet.iter_rows(min_col=2, max_col=3) for c in row if c.value)
    assert area[3] == last


def test_what_is_no_part_of_the_report_has_page_settings_of_its_own(any_form: Form) -> None:
    layout = layout_of(any_form)
    book = opened(write_workbook(blank(any_form, 2025), any_form))
    landscape = {"填报说明": False, "校验": True}
    landscape |= {f"上年·{own.name}": own.wide for own in layout.form_sheets}
    for name, is_landscape in landscape.items():
        sheet = book[name]
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert (sheet.page_setup.orientation == "landscape") == is_landscape


def test_how_things_get_on_paper_is_told_where_they_do_not(any_form: Form) -> None:
    book = opened(write_workbook(blank(any_form, 2025), any_form))
    row = len(any_form.instructions) + 2
    assert book["填报说明"].cell(row, 2).value == (
        "打印整份报表：打印时选“整个工作簿”，印出封面、各张表和文字材料。"
        "“填报说明”“校验”和“上年·”各页不随报表打印；要印的，先选中要印的格子，打印时选“选定区域”。"
    )
    note = str(book["校验"]["A2"].value)
    assert note.endswith("要打印本页，先选中要印的格子，打印时选“选定区域”。")


def test_texts_print_at_their_scale_with_a_page_break_before_what_would_not_fit(
    zfxxgk: Form,
) -> None:
    layout = layout_of(zfxxgk).texts
    sheet = opened(write_workbook(blank(zfxxgk, 2025), zfxxgk))[layout.name]
    assert sheet.page_setup.scale == 95
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert not sheet.sheet_properties.pageSetUpPr.fitToPage, "Excel would ignore the breaks"
    printed = f"$A$2:{address((layout.form_bottom, layout.form_right), absolute=True)}"
    assert sheet.print_area.split("!")[1] == printed
    tops = [span.top - 1 for span in layout.fields.values()]
    breaks = [page.id for page in sheet.row_breaks.brk]
    assert breaks
    assert set(breaks) <= set(tops[1:]), "a heading never stands alone at the foot of a page"


def test_every_sheet_is_a4_and_numbers_its_pages(any_form: Form) -> None:
    book = opened(write_workbook(blank(any_form, 2025), any_form))
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9
        assert sheet.oddFooter is not None
        footer = sheet.oddFooter.center
        assert footer is not None
        assert footer.text == "第 &P 页，共 &N 页"


def test_every_formula_has_a_cached_result(any_form: Form) -> None:
    """A preview shows them; `test_engine` and the oracle prove that they are right."""
    for seed in range(3):
        cells = formula_cells(write_workbook(fill(any_form, seed), any_form))
        by_sheet: dict[str, set[object]] = {}
        for (sheet, _), cell in cells.items():
            by_sheet.setdefault(sheet, set()).add(cell.shown)
        assert all(shown - {""} for shown in by_sheet.values())


def test_reading_gives_back_what_was_written(any_form: Form) -> None:
    catalog = FormCatalog((any_form,))
    for seed in range(FILLS):
        written = fill(any_form, seed)
        reading = read_submission(write_workbook(written, any_form), catalog)
        assert reading.submission is not None, reading.findings
        read = reading.submission
        assert {k: (e.value, e.raw) for k, e in read.entries.items()} == {
            k: (e.value, e.raw) for k, e in written.entries.items()
        }
        blanks = {k for k, e in written.overrides.items() if e.status is Status.BLANK}
        assert {k: e.value for k, e in read.overrides.items() if k not in blanks} == {
            k: e.value for k, e in written.overrides.items() if k not in blanks
        }
        assert read.texts == written.texts
        assert read.answers == written.answers
        assert (read.unit, read.year) == (written.unit, written.year)


def test_the_same_submission_gives_the_same_bytes(any_form: Form) -> None:
    submission = fill(any_form, 3)
    assert write_workbook(submission, any_form) == write_workbook(submission, any_form)


def test_texts_are_never_formulas(zfxxgk: Form) -> None:
    texts = {
        t.field_id: words
        for t, words in zip(zfxxgk.texts, ("=1+1", "@SUM(A1)", "http://x.invalid"), strict=True)
    }
    submission = Submission(zfxxgk.id, 2025, Unit('=HYPERLINK("x")', "+1", "乡镇"), {}, texts=texts)
    book = opened(write_workbook(submission, zfxxgk))
    sheet, layout = book["文字材料"], layout_of(zfxxgk).texts
    cells = [sheet[address(span.cell)] for span in layout.fields.values()]
    assert [cell.data_type for cell in cells] == ["s", "s", "s"]
    assert book["封面"]["C5"].data_type == "s"
    assert cells[2].hyperlink is None


def test_templates_carry_the_unit_in_name_and_file(
    zfxxgk: Form, roster: Roster, tmp_path: Path
) -> None:
    written = write_templates(TemplateRequest(zfxxgk, 2025, roster=roster), tmp_path)
    assert len(written) == 14
    assert written[0].name == "990101_甲子镇_2025年政府信息公开工作年度报告.xlsx"
    reading = read_submission(written[0].read_bytes(), FormCatalog())
    assert reading.submission is not None
    assert reading.submission.unit == Unit("甲子镇", "990101", "乡镇")
    assert reading.submission.county == Unit("示例县", "9901")


def test_formulas_use_only_functions_on_which_engines_agree(any_form: Form) -> None:
    data = write_workbook(blank(any_form, 2025), any_form)
    allowed = {
        "SUM",
        "IF",
        "AND",
        "OR",
        "NOT",
        "ROUND",
        "ABS",
        "COUNT",
        "COUNTBLANK",
        "COUNTIF",
        "TEXT",
        "LEN",
        "SUBSTITUTE",
        "CHAR",
        "HYPERLINK",
        "INDEX",
        "LEFT",
        "MAX",
        "MIN",
        "MOD",
        "SMALL",
        "SUMPRODUCT",
    }
    used = set()
    for name in sheet_parts(data).values():
        for formula in re.findall(r"<f>([^<]*)</f>", part(data, name)):
            assert len(formula) <= 8192
            used |= set(
                re.findall(r"([A-Z]+)\(", re.sub(r'"[^"]*"|&quot;[^&]*&quot;', "", formula))
            )
    assert used <= allowed


def test_no_part_names_a_path_or_a_time_of_this_machine(unit_book: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(unit_book)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "2026-01-01T00:00:00Z" in archive.read("docProps/core.xml").decode()


def test_a_rule_that_excel_cannot_hold_is_refused_in_words(zfxxgk: Form, tmp_path: Path) -> None:
    text = Path(zfxxgk.path).read_text("utf-8")
    many = " or ".join(f"cell < {n}" for n in range(10**8, 10**8 + 80))
    path = tmp_path / "long.yaml"
    rule = f"  - {{code: Z1, title: 长, severity: note, each: cell, rule: {many}, why: 试}}\n"
    path.write_text(text.replace("checks:\n", f"checks:\n{rule}", 1), "utf-8")
    with pytest.raises(
        UsageError, match=r"“Z-1·规章”的 Excel 公式有 .* 个字符，超过 Excel 允许的 8,192 个"
    ):
        write_templates(TemplateRequest(get_form(path), 2025), tmp_path)
    assert list(tmp_path.glob("*.xlsx")) == []


@pytest.mark.parametrize(
    ("name", "least", "wanted"),
    [
        ("disclosure.licences.change", -999_999_999, "整数，可以是负数"),
        ("disclosure.licences.items_last_year", 0, "0 或者正整数"),
        ("disclosure.procurement.amount", 0, "金额（万元），不能小于 0，最多 6 位小数"),
    ],
)
def test_only_a_signed_cell_takes_a_number_below_0(name: str, least: int, wanted: str) -> None:
    form = get_form("zfxxgk-2019")
    place = layout_of(form).place(name)
    book = opened(write_workbook(blank(form, 2020), form))
    (rule,) = [
        v
        for v in book[place.sheet].data_validations.dataValidation
        if place.cell in str(v.sqref).split()
    ]
    assert (rule.formula1, rule.formula2) == (str(least), "999999999")
    assert rule.error == f"这里只能填{wanted}，不能填文字或带单位。"
