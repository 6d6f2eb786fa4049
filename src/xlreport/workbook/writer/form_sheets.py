"""The sheets that a town sees and fills in: cover, guide, tables, texts."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from xlreport.a1 import address, ranges
from xlreport.form import expression as ex
from xlreport.form.model import LEVELS, Field, Kind
from xlreport.rules.excel import FAIL, MARKS, NO_LAST_YEAR, PASS, TICK, UNKNOWN, Formulas
from xlreport.submission import NO, YES, Status, shown
from xlreport.text import MAX_CELL_TEXT
from xlreport.workbook.layout.sheet import UNIT_ROW, SheetPlan, Span, lines_needed
from xlreport.workbook.layout.table import LINE_HEIGHT
from xlreport.workbook.layout.workbook import CHECKS, COVER, GUIDE, IDENTITY_ROW, TEXTS, Layout
from xlreport.workbook.writer.book import WorkbookWriter, excel_number
from xlreport.workbook.writer.check_sheet import (
    gap_text,
    line_cells,
    line_word,
    overall_formula,
    overall_text,
    weights_formula,
    weights_text,
)

MAX_ROW_HEIGHT = 409.0
"""Excel's limit on a row's height, in points."""

PROTECTION_NOTE = "工作表保护只防止误改，不是保密手段；列宽、行高可以调整。"


def overall_row(layout: Layout) -> int:
    """The cover's line with the overall verdict."""
    return IDENTITY_ROW + len(layout.identity) + 1


def write_cover(book: WorkbookWriter) -> None:
    """Identity and one overall verdict."""
    sheet = book.sheet(COVER)
    form, layout = book.form, book.layout
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 20)
    sheet.set_column(2, 2, 50)
    sheet.set_column(3, 3, 6)
    sheet.set_row(1, 40)
    book.merge(sheet, Span(1, 0, 1, 3), form.title + ("汇总表" if book.summary else ""), "title")
    book.merge(sheet, Span(2, 0, 2, 3), f"（{book.submission.year} 年度）", "subtitle")
    for item in form.identity:
        row, column = layout.identity[item.id]
        sheet.set_row(row, 26)
        book.string(sheet, (row, 1), item.label, "label")
        _identity_cell(book, sheet, item.id, item.label, item.hint)
        book.name(f"identity.{item.id}", COVER, (row, column))
    row = overall_row(layout)
    sheet.set_row(row, 34)
    sheet.set_row(row + 1, 24)
    book.string(sheet, (row, 1), "校验结果", "label")
    sheet.write_formula(row, 2, overall_formula(book), book.styles["overall"], overall_text(book))
    book.string(sheet, (row + 1, 1), "其中未通过", "label")
    sheet.write_formula(
        row + 1, 2, weights_formula(book), book.styles["centre"], weights_text(book)
    )
    book.name("check.overall", COVER, (row, 2))
    _overall_colours(book, sheet, row)
    note = (
        "本表由下级报表汇总生成，数字不在此处修改。" if book.summary else "填表前请先看“填报说明”。"
    )
    book.merge(sheet, Span(row + 3, 1, row + 3, 2), note, "small")
    book.merge(sheet, Span(row + 4, 1, row + 4, 2), PROTECTION_NOTE, "small")
    book.merge(sheet, Span(row + 5, 1, row + 5, 2), f"依据：{form.source}", "small")
    for line in (row + 3, row + 4, row + 5):
        sheet.set_row(line, 28)
    last = row + 5
    for remark in book.remarks:
        last += 1
        book.merge(sheet, Span(last, 1, last, 2), remark, "alert")
        sheet.set_row(last, min(MAX_ROW_HEIGHT, LINE_HEIGHT * lines_needed(remark, 70) + 8))
    _print(sheet, last, 3, landscape=False)
    book.protect(sheet)
    first = next((item.id for item in form.identity if _typed_identity(book, item.id)), "contact")
    if first in layout.identity:
        book.select(sheet, layout.identity[first])
    sheet.activate()
    sheet.set_first_sheet()


def _typed_identity(book: WorkbookWriter, name: str) -> bool:
    """Whether the town types it in: all but the year, and what the issuer knows of the unit. A level or
    code that the issuer does not know stays open, else nobody could ever give it."""
    if name not in ("unit", "code", "level"):
        return name != "year"
    return not (book.issued and (book.summary or identity_values(book)[name]))


def identity_values(book: WorkbookWriter) -> dict[str, str]:
    """What the cover shows, by identity id."""
    unit = book.submission.unit
    fixed = {
        "unit": unit.name,
        "code": unit.code,
        "level": unit.level,
        "year": str(book.submission.year),
    }
    return {**book.submission.provenance.identity, **fixed}


def _identity_cell(
    book: WorkbookWriter, sheet: Worksheet, name: str, label: str, hint: str
) -> None:
    cell = book.layout.identity[name]
    typed = _typed_identity(book, name)
    book.string(
        sheet, cell, identity_values(book).get(name, ""), "input_line" if typed else "value"
    )
    if not typed:
        return
    options: dict[str, object] = {
        "validate": "any",
        "input_title": label[:32],
        "input_message": hint[:255],
    }
    if name == "level":
        options = {
            **options,
            "validate": "list",
            "source": list(LEVELS),
            "error_title": "请从列表中选择",
            "error_message": f"单位类别只能是：{'、'.join(LEVELS)}。",
        }
    sheet.data_validation(*cell, *cell, options)


def _overall_colours(book: WorkbookWriter, sheet: Worksheet, row: int) -> None:
    """Red when an error fails, amber when anything else does, grey while cells are open, else green."""
    overall, weights = (address((line, 2), absolute=True) for line in (row, row + 1))
    rules = (
        ("bad", f'=ISERROR(FIND("错误 0 项",{weights}))'),
        ("warn", f'=ISERROR(FIND("未通过 0、",{overall}))'),
        ("grey", f'=ISERROR(FIND("待填 0。",{overall}&"。"))'),
        ("good", "=TRUE"),
    )
    for style, formula in rules:
        options = {
            "type": "formula",
            "criteria": formula,
            "format": book.styles[style],
            "stop_if_true": True,
        }
        sheet.conditional_format(row, 2, row, 2, options)


def write_guide(book: WorkbookWriter) -> None:
    """How to fill in, in plain words."""
    sheet = book.sheet(GUIDE)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 84)
    book.merge(sheet, Span(0, 0, 0, 1), GUIDE, "title")
    sheet.set_row(0, 34)
    for i, words in enumerate(book.form.instructions, 1):
        book.string(sheet, (i, 0), f"{i}.", "guide")
        book.string(sheet, (i, 1), words, "guide")
        sheet.set_row(i, 18 * lines_needed(words, 76) + 8)
    _print(sheet, len(book.form.instructions), 1, landscape=False)
    book.protect(sheet)
    book.select(sheet, (1, 1))


def write_table(book: WorkbookWriter, table: str) -> None:
    """One table as the official format prints it, with its check cells."""
    plan = book.layout.tables[table]
    sheet = book.sheet(plan.name)
    formulas = Formulas(book.layout, plan.name)
    _frame(book, sheet, plan, formulas)
    _flag(book, sheet, table, plan)
    for name in plan.fields:
        _number_cell(book, sheet, book.form.fields[name], plan.fields[name], formulas)
        book.name(name, plan.name, plan.fields[name].cell)
    _check_cells(book, sheet, plan, formulas)
    _print(sheet, plan.bottom, plan.right, landscape=plan.wide)
    sheet.fit_to_pages(1, 1)
    first = next((plan.fields[f.id].cell for f in book.form.typed if f.table == table), (0, 0))
    book.select(sheet, first)
    book.protect(sheet)


def _frame(book: WorkbookWriter, sheet: Worksheet, plan: SheetPlan, formulas: Formulas) -> None:
    for column, width in enumerate(plan.widths):
        sheet.set_column(column, column, width)
    for row, height in plan.heights.items():
        sheet.set_row(row, height)
    for label in plan.labels:
        book.merge(sheet, label.span, label.text, label.style)
    unit = formulas.ref(COVER, address(book.layout.identity["unit"], absolute=True))
    year = formulas.ref(COVER, address(book.layout.identity["year"], absolute=True))
    shown = f"填报单位：{book.submission.unit.name}　　报告年度：{book.submission.year}"
    sheet.merge_range(UNIT_ROW, 0, UNIT_ROW, max(1, plan.form_right), "", book.styles["unit_line"])
    sheet.write_formula(
        UNIT_ROW,
        0,
        f'="填报单位："&{unit}&"　　报告年度："&{year}',
        book.styles["unit_line"],
        shown,
    )


def _flag(book: WorkbookWriter, sheet: Worksheet, table: str, plan: SheetPlan) -> None:
    assert plan.flag is not None
    answer = book.submission.answers.get(table, "")
    style = "centre" if book.summary else "input_choice"
    book.string(sheet, plan.flag, answer, style)
    book.name(f"{table}.blanks_are_zero", plan.name, plan.flag)
    if book.summary:
        return
    options = {
        "validate": "list",
        "source": [YES, NO],
        "input_title": "空白处是否均为 0",
        "input_message": "选“是”：没有填的格子都按 0 计算。\n选“否”或不选：没有填的格子算漏填。",
        "error_title": "请从列表中选择",
        "error_message": "这里只能选“是”或“否”。",
    }
    sheet.data_validation(*plan.flag, *plan.flag, options)


def _number_cell(
    book: WorkbookWriter, sheet: Worksheet, field: Field, span: Span, formulas: Formulas
) -> None:
    source = book.sources.get(field.id)
    computed = field.computed is not None or source is not None
    style = f"{'computed' if computed else 'input'}_{field.kind.value}"
    if not span.single:
        sheet.merge_range(span.top, span.left, span.bottom, span.right, "", book.styles[style])
    entry = (
        book.submission.overrides.get(field.id)
        if field.computed
        else book.submission.entries.get(field.id)
    )
    if source is not None or (field.computed and entry is None):
        result = excel_number(book.seen.value(ex.Ref(field.id)))
        sheet.write_formula(
            *span.cell, source or formulas.computed(field.id), book.styles[style], result
        )
    elif entry is None or entry.status is Status.BLANK:
        sheet.write_blank(*span.cell, None, book.styles[style])
    elif entry.value is not None:
        sheet.write_number(*span.cell, excel_number(entry.value), book.styles[style])
    else:
        book.string(sheet, span.cell, entry.raw, style)
    if not computed:
        _number_validation(book, sheet, field, span)


def _number_validation(book: WorkbookWriter, sheet: Worksheet, field: Field, span: Span) -> None:
    count = field.kind is Kind.COUNT
    what = "0 或者正整数" if count else f"金额（{field.unit}），不能小于 0，最多 6 位小数"
    last = book.submission.previous.numbers.get(field.id) if book.submission.previous else None
    before = f"上年：{shown(last)}。\n" if last is not None else ""
    options = {
        "validate": "integer" if count else "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": int(ex.MAX_NUMBER) - 1,
        "input_title": field.column_label[:32],
        "input_message": f"{before}{field.row_label}：请填{what}。单位：{field.unit}，不要写单位。"[
            :255
        ],
        "error_title": "填写有误",
        "error_message": f"这里只能填{what}，不能填文字或带单位。"[:255],
    }
    sheet.data_validation(span.top, span.left, span.top, span.left, options)


def _check_cells(
    book: WorkbookWriter, sheet: Worksheet, plan: SheetPlan, formulas: Formulas
) -> None:
    for check in plan.checks:
        line = book.layout.lines[check.line]
        span = check.span
        if not span.single:
            sheet.merge_range(
                span.top, span.left, span.bottom, span.right, "", book.styles["check"]
            )
        if line.per_cell:
            word = book.word(*(i.rule for i in check.instances))
            text = {PASS: TICK, FAIL: MARKS[line.check.severity]}.get(word, word)
            sheet.write_formula(
                *span.cell, formulas.cells_mark(check.instances), book.styles["check"], text
            )
        else:
            formula, text = _line_mark(book, formulas, check.line)
            sheet.write_formula(*span.cell, formula, book.styles["check"], text)
    _mark_colours(book, sheet, [check.span for check in plan.checks])


def _line_mark(book: WorkbookWriter, formulas: Formulas, index: int) -> tuple[str, str]:
    line = book.layout.lines[index]
    verdict_at, gap_at = line_cells(index)
    verdict_cell = formulas.ref(CHECKS, address(verdict_at))
    gap_cell = formulas.ref(CHECKS, address(gap_at))
    mark = MARKS[line.check.severity]
    formula = (
        f'=IF({verdict_cell}="{PASS}","{TICK}",IF({verdict_cell}<>"{FAIL}",{verdict_cell},'
        f'IF({gap_cell}="","{mark}","{mark} 差 "&{gap_cell})))'
    )
    word = line_word(book, line)
    gap = gap_text(book, line)
    failing = f"{mark} 差 {gap}" if gap else mark
    return formula, {PASS: TICK, FAIL: failing}.get(word, word)


def _mark_colours(book: WorkbookWriter, sheet: Worksheet, spans: Sequence[Span]) -> None:
    """Colours by mark, once for each rectangle of check cells."""
    cells = [
        (r, c)
        for s in spans
        for r in range(s.top, s.bottom + 1)
        for c in range(s.left, s.right + 1)
    ]
    marks = {
        TICK: "good",
        "✘": "bad",
        "！": "warn",
        "※": "warn",
        UNKNOWN: "grey",
        NO_LAST_YEAR: "grey",
    }
    for words, style in marks.items():
        options = {
            "type": "text",
            "criteria": "begins with",
            "value": words,
            "format": book.styles[style],
        }
        for area in ranges(cells):
            sheet.conditional_format(area, options)


def write_texts(book: WorkbookWriter) -> None:
    """The texts of the report, one cell each."""
    plan = book.layout.texts
    sheet = book.sheet(TEXTS)
    formulas = Formulas(book.layout, TEXTS)
    _frame(book, sheet, plan, formulas)
    for text in book.form.texts:
        cell = plan.fields[text.field_id].cell
        words = book.submission.texts.get(text.field_id, "")
        book.string(sheet, cell, words, "input_text")
        needed = LINE_HEIGHT * lines_needed(words, plan.widths[1]) + 4
        sheet.set_row(cell[0], min(MAX_ROW_HEIGHT, max(plan.heights[cell[0]], needed)))
        book.name(text.field_id, TEXTS, cell)
        options = {
            "validate": "length",
            "criteria": "<=",
            "value": MAX_CELL_TEXT,
            "input_title": text.label[:32],
            "input_message": (text.hint or "在此填写文字。") + "\n换行请按 Alt+Enter。",
            "error_title": "文字太长",
            "error_message": "一格最多 32767 个字符。",
        }
        sheet.data_validation(*cell, *cell, options)
    _check_cells(book, sheet, plan, formulas)
    _print(sheet, plan.bottom, plan.right, landscape=False)
    if book.form.texts:
        book.select(sheet, plan.fields[book.form.texts[0].field_id].cell)
    book.protect(sheet)


def _print(sheet: Worksheet, bottom: int, right: int, *, landscape: bool) -> None:
    """On A4, one page wide and nothing cut."""
    sheet.print_area(0, 0, bottom, right)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
