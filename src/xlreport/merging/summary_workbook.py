"""The summary workbook: the form's own tables with live sums over detail sheets, and who sent what."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from xlreport.a1 import Cell, address, quoted
from xlreport.findings import Severity, excel_order, grouped
from xlreport.form import expression as ex
from xlreport.form.model import Field, Form, Table
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.result import MergeResult
from xlreport.rules.evaluate import UnitView
from xlreport.submission import Submission
from xlreport.workbook.layout import details
from xlreport.workbook.layout.sheet import Span, lines_needed
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.book import WorkbookWriter, excel_number
from xlreport.workbook.writer.context import SummaryContext
from xlreport.workbook.writer.template import write_form_sheets, write_identity
from xlreport.workbook.writer.xlsxwriter_patches import share_cells

COLUMNS_A_PAGE = 15
"""Detail columns that fit on a landscape A4 page at 60 %."""

STATUS_SHEET, FINDINGS_SHEET, TEXTS_SHEET, EXPLANATIONS_SHEET = (
    "报送情况",
    "校验结果",
    "各单位文字材料",
    "各单位说明",
)


def write_summary(form: Form, result: MergeResult, *, password: str = "") -> bytes:
    """The summary as .xlsx bytes: same result, same bytes."""
    assert result.county is not None
    counted = result.counted
    sources = {}
    for table in form.tables:
        for index, field in enumerate(details.detail_fields(form, table.id)):
            if field.computed is None and counted:
                column = details.field_column(index)
                sources[field.id] = details.column_sum(
                    details.detail_sheet(table), column, len(counted)
                )
    issued = bool(result.county.unit.name)
    wrong = tuple(f.unit.name for f in result.returned) if result.with_errors else ()
    returned = () if result.with_errors else tuple(f.unit.name for f in result.returned)
    missing = (*(unit.name for unit in result.missing), *returned)
    context = SummaryContext(
        form, result.county, issued, sources, wrong, missing, _remarks(result)
    )
    book = WorkbookWriter(context, password)
    write_form_sheets(book)
    _status(book, result)
    _findings(book, form, result)
    for table in form.tables:
        _detail(book, form, table, result.counted_views)
    _texts(book, form, counted)
    _explanations(book, form, counted)
    write_identity(book)
    return book.finish()


def _remarks(result: MergeResult) -> tuple[str, ...]:
    """What keeps the totals from being the county's final ones, for the cover."""
    returned = "、".join(f.unit.name for f in result.returned)
    counted = "已计入合计，公布前必须改正" if result.with_errors else "没有计入合计"
    lines = (
        (result.missing, f"未报单位（没有计入合计）：{'、'.join(u.name for u in result.missing)}"),
        (result.returned, f"有错误的报表（{counted}）：{returned}"),
    )
    below = [f"{f.unit}：{f.message}" for f in result.findings if f.code == "E5"]
    return (*(words for units, words in lines if units), *below)


def _sheet(
    book: WorkbookWriter, name: str, title: str, headings: Sequence[str], widths: Sequence[float]
) -> Worksheet:
    """A list sheet: title, headings in row 2, frozen."""
    sheet = book.sheet(name)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    book.merge(sheet, Span(0, 0, 0, len(headings) - 1), title, "title")
    sheet.set_row(0, 30)
    for column, heading in enumerate(headings):
        book.string(sheet, (2, column), heading, "head")
    sheet.freeze_panes(3, 2)
    sheet.repeat_rows(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    return sheet


def _finish(book: WorkbookWriter, sheet: Worksheet, last: int, right: int) -> None:
    if last > 2:
        sheet.autofilter(2, 0, last, right)
    sheet.print_area(0, 0, max(2, last), right)
    book.protect(sheet, autofilter=True, sort=True)
    book.select(sheet, (3, 0))


def _status(book: WorkbookWriter, result: MergeResult) -> None:
    """Who reported, who did not, and what became of every file."""
    headings = (
        "单位代码",
        "单位",
        "类别",
        "状态",
        "错误",
        "警示",
        "文件",
        "最后保存时间",
        "SHA-256",
        "说明",
    )
    sheet = _sheet(
        book, STATUS_SHEET, STATUS_SHEET, headings, (13, 20, 8, 14, 7, 7, 34, 22, 26, 46)
    )
    expected = "" if result.expected is None else f"名册 {result.expected} 个单位；"
    returned, missing = len(result.returned), len(result.missing)
    words = f"{expected}计入汇总 {len(result.counted)} 个，退回 {returned} 个，未报 {missing} 个"
    book.merge(sheet, Span(1, 0, 1, len(headings) - 1), words, "small")
    rows: list[tuple[tuple[str, ...], str]] = [
        (_status_row(result, f), f.outcome.value) for f in result.files
    ]
    order = {"accepted": 0, "returned": 1, "missing": 2}
    nothing = ("", "", "", "", "", "没有收到可以计入的报表")
    rows += [((u.code, u.name, u.level, "未报", *nothing), "missing") for u in result.missing]
    rows.sort(key=lambda row: (order.get(row[1], 3), row[0][0], row[0][6]))
    for line, (cells, outcome) in enumerate(rows, 3):
        for column, text in enumerate(cells):
            book.string(sheet, (line, column), text, "text" if column in (1, 6, 8, 9) else "centre")
        style = {"accepted": "good", "returned": "bad", "missing": "bad", "rejected": "bad"}.get(
            outcome, "grey"
        )
        at = address((line, 3), absolute=True)
        rule = {"type": "formula", "criteria": f'={at}<>""', "format": book.styles[style]}
        sheet.conditional_format(line, 3, line, 3, rule)
        tallest = max(
            lines_needed(cells[5], 7),
            lines_needed(cells[6], 34),
            lines_needed(cells[8], 26),
            lines_needed(cells[9], 46),
        )
        sheet.set_row(line, 15 * tallest + 4)
    _finish(book, sheet, 2 + len(rows), len(headings) - 1)


def _status_row(result: MergeResult, file: FileRecord) -> tuple[str, ...]:
    counts = [
        sum(1 for f in file.findings if f.severity is s) for s in (Severity.ERROR, Severity.WARNING)
    ]
    explained = sum(1 for f in file.findings if f.explanation)
    shown = [str(n) if n else "" for n in counts]
    shown[1] += f"\n已说明 {explained}" if explained else ""
    included = file.outcome is Outcome.RETURNED and result.with_errors
    status = "有错误，已计入" if included else file.outcome.label
    judged = file.outcome in (Outcome.ACCEPTED, Outcome.RETURNED)
    why = "" if judged else next((f.message for f in reversed(file.findings) if not f.cell), "")
    return (
        file.unit.code,
        file.unit.name,
        file.unit.level,
        status,
        *shown,
        file.path,
        file.provenance.saved,
        file.sha256,
        why,
    )


def _findings(book: WorkbookWriter, form: Form, result: MergeResult) -> None:
    """All findings, linked to the detail cells of units that are counted; those of other units
    that differ only in their cell share a line."""
    headings = ("单位", "性质", "代码", "位置", "问题", "怎么办", "文件", "明细")
    sheet = _sheet(book, FINDINGS_SHEET, FINDINGS_SHEET, headings, (18, 7, 12, 20, 62, 40, 30, 18))
    book.merge(
        sheet,
        Span(1, 0, 1, len(headings) - 1),
        "错误必须更正；警示请更正或说明；提示供参考。",
        "small",
    )
    rows = {s.unit: i for i, s in enumerate(result.counted)}
    units = {f.path: f.unit for f in result.files}
    columns = _detail_columns(form)
    linked = [f for f in result.findings if f.file in units and units[f.file] in rows]
    others = grouped(
        excel_order((f for f in result.findings if f not in linked), layout_of(form).sheets)
    )
    found = excel_order((*others, *linked), layout_of(form).sheets)
    for line, finding in enumerate(found, 3):
        cells = (
            finding.unit,
            finding.weight,
            finding.code,
            finding.where,
            finding.message,
            f"说明：{finding.explanation}" if finding.explanation else finding.suggestion,
            finding.file,
        )
        for column, text in enumerate(cells):
            book.string(sheet, (line, column), text, "centre" if column in (1, 2) else "text")
        row = rows.get(units[finding.file]) if finding.file in units else None
        _link(book, sheet, (line, 7), row, columns.get(finding.field))
        tallest = max(
            lines_needed(finding.weight, 7),
            lines_needed(finding.message, 62),
            lines_needed(cells[5], 40),
        )
        sheet.set_row(line, 15 * max(tallest, lines_needed(finding.file, 30)) + 4)
    last = 2 + len(found)
    if found:
        for words, style in (("错误", "bad"), ("警示", "warn")):
            rule = {
                "type": "text",
                "criteria": "begins with",
                "value": words,
                "format": book.styles[style],
            }
            sheet.conditional_format(3, 1, last, 1, rule)
    _finish(book, sheet, last, len(headings) - 1)


def _link(
    book: WorkbookWriter,
    sheet: Worksheet,
    cell: Cell,
    row: int | None,
    target: tuple[str, int] | None,
) -> None:
    if row is None or target is None:
        book.string(sheet, cell, "", "centre")
        return
    at = address(details.unit_cell(row, target[1]))
    sheet.write_url(*cell, f"internal:{quoted(target[0])}!{at}", book.styles["link"], f"查看 {at}")


def _detail_columns(form: Form) -> dict[str, tuple[str, int]]:
    return {
        field.id: (details.detail_sheet(table), details.field_column(index))
        for table in form.tables
        for index, field in enumerate(details.detail_fields(form, table.id))
    }


def _detail(book: WorkbookWriter, form: Form, table: Table, counted: Sequence[UnitView]) -> None:
    """One row a unit, one column a field; the totals above are live sums."""
    name = details.detail_sheet(table)
    fields = details.detail_fields(form, table.id)
    sheet = book.sheet(name)
    right = details.field_column(len(fields)) - 1
    for column, width in enumerate((13, 20, 8)):
        sheet.set_column(column, column, width)
    sheet.set_column(details.field_column(0), right, 13)
    book.merge(sheet, Span(0, 0, 0, min(right, 8)), f"{table.title}（各单位明细）", "title")
    sheet.set_row(0, 30)
    _detail_headings(book, sheet, fields)
    _detail_rows(book, sheet, fields, counted)
    for index, field in enumerate(fields):
        _detail_total(book, sheet, name, index, field, len(counted))
    last = details.ID_ROW + max(1, len(counted))
    book.workbook.define_name(
        details.detail_name(table.id),
        f"={quoted(name)}!$A${details.ID_ROW + 1}:{address((last, right), absolute=True)}",
    )
    sheet.freeze_panes(details.FIRST_UNIT_ROW, len(details.KEYS))
    sheet.autofilter(details.ID_ROW, 0, last, right)
    sheet.set_landscape()
    sheet.set_print_scale(60)
    sheet.set_v_pagebreaks(_page_breaks(fields))
    sheet.print_area(0, 0, last, right)
    sheet.repeat_rows(1, details.ID_ROW)
    sheet.repeat_columns(0, len(details.KEYS) - 1)
    book.protect(sheet, autofilter=True)
    book.select(sheet, (details.FIRST_UNIT_ROW, details.field_column(0)))


def _page_breaks(fields: Sequence[Field]) -> list[int]:
    """Columns at which a printed page begins: the columns of one row of the form stay together."""
    starts = [i for i, f in enumerate(fields) if i == 0 or fields[i - 1].row != f.row]
    breaks: list[int] = []
    page = 0
    for start, end in zip(starts, [*starts[1:], len(fields)], strict=True):
        if end - page > COLUMNS_A_PAGE and start > page:
            breaks.append(details.field_column(start))
            page = start
    return breaks


def _detail_headings(book: WorkbookWriter, sheet: Worksheet, fields: Sequence[Field]) -> None:
    for column, (key, label) in enumerate(zip(details.KEYS, details.KEY_LABELS, strict=True)):
        book.merge(sheet, Span(1, column, 2, column), label, "head")
        book.string(sheet, (details.TOTAL_ROW, column), "合计" if column == 1 else "", "head")
        book.string(sheet, (details.ID_ROW, column), key, "id")
    start = 0
    for index, field in enumerate(fields):
        column = details.field_column(index)
        book.string(sheet, (2, column), field.column_label, "head")
        book.string(sheet, (details.ID_ROW, column), field.id, "id")
        if index + 1 == len(fields) or fields[index + 1].row != field.row:
            span = Span(1, details.field_column(start), 1, column)
            book.merge(sheet, span, field.row_label, "head")
            start = index + 1
    sheet.set_row(1, 48)
    sheet.set_row(2, 34)
    sheet.set_row(details.ID_ROW, 24)


def _detail_rows(
    book: WorkbookWriter,
    sheet: Worksheet,
    fields: Sequence[Field],
    counted: Sequence[UnitView],
) -> None:
    known: dict[tuple[type, object], object] = {}
    for row, view in enumerate(counted):
        submission = view.submission
        unit = submission.unit
        for column, text in enumerate((unit.code, unit.name, unit.level)):
            book.string(sheet, details.unit_cell(row, column), text, "text")
        for index, field in enumerate(fields):
            at = details.unit_cell(row, details.field_column(index))
            style = book.styles[f"{'computed' if field.computed else 'number'}_{field.kind.value}"]
            value = submission.effective(field.id).value if field.computed is None else None
            if field.computed:
                sheet.write_number(*at, excel_number(view.recomputed(field.id)), style)
            elif value is not None:
                sheet.write_number(*at, excel_number(value), style)
            else:
                sheet.write_blank(*at, None, style)
        share_cells(sheet, details.FIRST_UNIT_ROW + row, known)


def _detail_total(
    book: WorkbookWriter, sheet: Worksheet, name: str, index: int, field: Field, units: int
) -> None:
    column = details.field_column(index)
    style = book.styles[f"computed_{field.kind.value}"]
    if not units:
        sheet.write_blank(details.TOTAL_ROW, column, None, style)
        return
    total = excel_number(book.results.number(ex.Ref(field.id)))
    sheet.write_formula(
        details.TOTAL_ROW, column, details.column_sum(name, column, units), style, total
    )


def _texts(book: WorkbookWriter, form: Form, counted: Sequence[Submission]) -> None:
    """The texts of all units, a row a unit."""
    headings = ("单位代码", "单位", *(t.label for t in form.texts))
    sheet = _sheet(book, TEXTS_SHEET, TEXTS_SHEET, headings, (13, 18, *(60.0 for _ in form.texts)))
    for line, submission in enumerate(counted, 3):
        texts = [submission.texts.get(t.field_id, "") for t in form.texts]
        for column, text in enumerate((submission.unit.code, submission.unit.name, *texts)):
            book.string(sheet, (line, column), text, "text")
        sheet.set_row(line, min(400, 15 * max(1, *(lines_needed(t, 60) for t in texts), 1) + 4))
    _name_range(book, details.TEXTS_NAME, TEXTS_SHEET, 2 + len(counted), len(headings) - 1)
    _finish(book, sheet, 2 + len(counted), len(headings) - 1)


def _explanations(book: WorkbookWriter, form: Form, counted: Sequence[Submission]) -> None:
    """What units said about warnings: next year's workbooks show it, and the next level sees it."""
    headings = ("单位代码", "单位", "代码", "校验", "说明")
    sheet = _sheet(book, EXPLANATIONS_SHEET, EXPLANATIONS_SHEET, headings, (13, 18, 24, 40, 70))
    titles = {line.code: line.title for line in book.layout.check_rows}
    rows = [
        (s.unit.code, s.unit.name, code, titles.get(code, ""), words)
        for s in counted
        for code, words in s.explanations.items()
    ]
    for line, cells in enumerate(rows, 3):
        for column, text in enumerate(cells):
            book.string(sheet, (line, column), text, "text")
        sheet.set_row(line, 15 * max(lines_needed(cells[3], 40), lines_needed(cells[4], 70)) + 4)
    _name_range(
        book, details.EXPLANATIONS_NAME, EXPLANATIONS_SHEET, 2 + len(rows), len(headings) - 1
    )
    _finish(book, sheet, 2 + len(rows), len(headings) - 1)


def _name_range(book: WorkbookWriter, name: str, sheet: str, last: int, right: int) -> None:
    """A defined name for a list with its headings, so that it can be read back."""
    target = f"={quoted(sheet)}!{address((2, 0), absolute=True)}:{address((max(3, last), right), absolute=True)}"
    book.workbook.define_name(name, target)
