"""The 校验 sheet: one line a check, which every other check cell refers to; and the overall verdict."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from xlreport.a1 import Cell, address, quoted
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.expression import across_years
from xlreport.rules.describe import RuleDescriber
from xlreport.rules.excel import FAIL, MARKS, NO_LAST_YEAR, PASS, UNKNOWN, Formulas, has_money
from xlreport.submission import shown
from xlreport.workbook.layout.check_rows import CheckRow, LaterLine
from xlreport.workbook.layout.sheet import Span, lines_needed
from xlreport.workbook.layout.workbook import CHECKS, CHECKS_ROW
from xlreport.workbook.writer.book import WorkbookWriter

HEADINGS = ("序号", "代码", "性质", "校验内容", "结果", "相差", "位置", "填写说明", "上年说明")
WIDTHS = (6.0, 9.0, 7.0, 58.0, 9.0, 11.0, 17.0, 30.0, 22.0)
VERDICT, GAP, LINK, EXPLANATION, EARLIER, WEIGHT = 4, 5, 6, 7, 8, 9
"""Columns of a line. WEIGHT is hidden: the severity where the check fails, for counting."""

LATER = "收到后核对"
"""What stands in place of a verdict where only the collecting unit can check."""

MOST_EXPLAINED = 500
"""Characters of an explanation."""


def line_cells(index: int) -> tuple[Cell, Cell]:
    """Where a line's verdict and difference stand."""
    return (CHECKS_ROW + index, VERDICT), (CHECKS_ROW + index, GAP)


def line_word(book: WorkbookWriter, line: CheckRow) -> str:
    """The cached verdict of a line; of a whole table the worst of its rows."""
    if not line.per_cell:
        return book.word(line.instances[0].rule)
    rows = {book.word(*(i.rule for i in parts)) for _, parts in line.by_row()}
    return next(word for word in (FAIL, UNKNOWN, NO_LAST_YEAR, PASS) if word in rows)


def gap_text(book: WorkbookWriter, line: CheckRow) -> str:
    """The cached difference of a failing comparison, as the cell shows it."""
    rule = line.instances[0].rule
    if line.per_cell or not isinstance(rule, ex.Compare) or line_word(book, line) != FAIL:
        return ""
    gap = abs(book.seen.value(ex.Minus(rule.left, rule.right)))
    return f"{gap:.6f}" if has_money(book.form, rule) else shown(gap)


def write_checks(book: WorkbookWriter) -> None:
    """One line a check: code, what it says, verdict, difference, link to the cell."""
    sheet = book.sheet(CHECKS)
    formulas = Formulas(book.layout, CHECKS)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_column(WEIGHT, WEIGHT, None, None, {"hidden": True})
    book.merge(sheet, Span(0, 0, 0, EARLIER), "校验", "title")
    sheet.set_row(0, 30)
    words = "错误必须改正；警示请核实，数字无误的，在同一行的“填写说明”里写明原因；提示供参考。"
    book.merge(sheet, Span(1, 0, 1, EARLIER), words, "small")
    for column, heading in enumerate(HEADINGS):
        book.string(sheet, (CHECKS_ROW - 1, column), heading, "head")
    for index, line in enumerate(book.layout.lines):
        _line(book, sheet, formulas, index, line)
    for index, later in enumerate(book.layout.later, len(book.layout.lines)):
        _later(book, sheet, index, later)
    last = CHECKS_ROW + len(book.layout.lines) + len(book.layout.later) - 1
    _colours(book, sheet, last)
    sheet.freeze_panes(CHECKS_ROW, 0)
    sheet.repeat_rows(CHECKS_ROW - 1)
    sheet.print_area(0, 0, last, EARLIER)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.autofilter(CHECKS_ROW - 1, 0, last, EARLIER)
    book.protect(sheet, autofilter=True)
    book.select(sheet, (CHECKS_ROW, 0))


def _line(
    book: WorkbookWriter, sheet: Worksheet, formulas: Formulas, index: int, line: CheckRow
) -> None:
    row = CHECKS_ROW + index
    words = f"{line.check.title}。{said(book, line)}"
    sheet.write_number(row, 0, index + 1, book.styles["centre"])
    book.string(sheet, (row, 1), line.check.code, "centre")
    book.string(sheet, (row, 2), line.check.severity.label, "centre")
    book.string(sheet, (row, 3), words, "text")
    tallest = [
        lines_needed(text, w)
        for text, w in zip(_explained(book, line.code), WIDTHS[EXPLANATION:], strict=True)
    ]
    sheet.set_row(row, min(400, 15 * max(lines_needed(words, WIDTHS[3]), *tallest) + 4))
    word = line_word(book, line)
    formula = _per_cell(book, index, line) if line.per_cell else formulas.verdict(line.instances[0])
    sheet.write_formula(row, VERDICT, formula, book.styles["centre"], word)
    book.name(f"check.{line.code}", CHECKS, (row, VERDICT))
    _gap(book, sheet, formulas, index, line)
    target = home(book, line)
    url = f"internal:{quoted(target[0])}!{address(target[1])}"
    sheet.write_url(row, LINK, url, book.styles["link"], f"{target[0]} {address(target[1])}")
    at = address((row, VERDICT))
    weight = line.check.severity.label
    cached = weight if word == FAIL else ""
    _explanation(book, sheet, row, line.code, line.check.severity)
    sheet.write_formula(
        row, WEIGHT, f'=IF({at}="{FAIL}","{weight}","")', book.styles["plain"], cached
    )


def _later(book: WorkbookWriter, sheet: Worksheet, index: int, later: LaterLine) -> None:
    """A line of a check that is made after sending: no verdict yet, but room for an explanation."""
    row = CHECKS_ROW + index
    sheet.write_number(row, 0, index + 1, book.styles["centre"])
    texts = (later.code, later.severity.label, f"{later.title}。", LATER, "", "")
    for column, text in enumerate(texts, 1):
        book.string(sheet, (row, column), text, "text" if column == 3 else "centre")
    _explanation(book, sheet, row, later.code, later.severity)
    tallest = [
        lines_needed(t, w)
        for t, w in zip(_explained(book, later.code), WIDTHS[EXPLANATION:], strict=True)
    ]
    sheet.set_row(row, min(400, 15 * max(1, *tallest) + 4))


def _explained(book: WorkbookWriter, code: str) -> tuple[str, str]:
    """The unit's words about a warning, and what it said the year before."""
    before = book.submission.previous.explanations if book.submission.previous else {}
    return book.submission.explanations.get(code, ""), before.get(code, "")


def _explanation(
    book: WorkbookWriter, sheet: Worksheet, row: int, code: str, severity: Severity
) -> None:
    """Room for the unit's words beside each warning, and what it said the year before."""
    words, before = _explained(book, code)
    book.string(sheet, (row, EARLIER), before, "text")
    if severity is not Severity.WARNING:
        book.string(sheet, (row, EXPLANATION), "", "text")
        return
    book.string(sheet, (row, EXPLANATION), words, "input_line")
    book.name(f"explain.{code}", CHECKS, (row, EXPLANATION))
    options = {
        "validate": "length",
        "criteria": "<=",
        "value": MOST_EXPLAINED,
        "input_title": "填写说明",
        "input_message": f"结果是“{FAIL}”而数字无误的，在这里写明原因，最多 {MOST_EXPLAINED} 字。",
        "error_title": "文字太长",
        "error_message": f"最多 {MOST_EXPLAINED} 字。",
    }
    sheet.data_validation(row, EXPLANATION, row, EXPLANATION, options)


def said(book: WorkbookWriter, line: CheckRow) -> str:
    """What a line verifies, from its rule."""
    if line.per_cell:
        count = len(line.instances)
        where = next(t.title for t in book.form.tables if t.id == line.table)
        return f"{where}：{count} 个要填的格子逐一核对"
    return RuleDescriber(book.form, line.instances[0]).rule()


def home(book: WorkbookWriter, line: CheckRow) -> tuple[str, Cell]:
    """The cell that a line links to: the first one that its rule names."""
    rule = line.instances[0].rule
    name = (*ex.fields_of(rule), *ex.texts_of(rule))[0]
    return book.layout.cells[name]


def _per_cell(book: WorkbookWriter, index: int, line: CheckRow) -> str:
    """The verdict of a whole table from the marks of its rows."""
    plan = book.layout.tables[line.table]
    cells = [f"{quoted(plan.name)}!{address(c.span.cell)}" for c in plan.checks if c.line == index]
    failing = "+".join(f'COUNTIF({cell},"{MARKS[line.check.severity]}")' for cell in cells)
    open_ = "+".join(f'COUNTIF({cell},"{UNKNOWN}")' for cell in cells)
    lacking = "+".join(f'COUNTIF({cell},"{NO_LAST_YEAR}")' for cell in cells)
    done = (
        f'IF({lacking}>0,"{NO_LAST_YEAR}","{PASS}")'
        if across_years(line.instances[0].rule)
        else f'"{PASS}"'
    )
    return f'=IF({failing}>0,"{FAIL}",IF({open_}>0,"{UNKNOWN}",{done}))'


def _gap(
    book: WorkbookWriter, sheet: Worksheet, formulas: Formulas, index: int, line: CheckRow
) -> None:
    (row, verdict_column), gap_at = line_cells(index)
    rule = line.instances[0].rule
    if line.per_cell or not isinstance(rule, ex.Compare):
        book.string(sheet, gap_at, "", "centre")
        return
    at = address((row, verdict_column))
    gap = f"ABS({formulas.gap(rule)})"
    words = f'TEXT({gap},"0.000000")' if has_money(book.form, rule) else f'{gap}&""'
    sheet.write_formula(
        *gap_at, f'=IF({at}="{FAIL}",{words},"")', book.styles["centre"], gap_text(book, line)
    )


def _colours(book: WorkbookWriter, sheet: Worksheet, last: int) -> None:
    at = (CHECKS_ROW, VERDICT, last, VERDICT)
    first = CHECKS_ROW + 1
    rules = (
        (f'=$E{first}="{PASS}"', "good"),
        (f'=AND($E{first}="{FAIL}",$C{first}="{Severity.ERROR.label}")', "bad"),
        (f'=$E{first}="{FAIL}"', "warn"),
        (f'=OR($E{first}="{UNKNOWN}",$E{first}="{NO_LAST_YEAR}")', "grey"),
    )
    for formula, style in rules:
        sheet.conditional_format(
            *at, {"type": "formula", "criteria": formula, "format": book.styles[style]}
        )


# --- the overall verdict on the cover ---------------------------------------------------------


def _column(book: WorkbookWriter, column: int) -> str:
    last = CHECKS_ROW + len(book.layout.lines) - 1
    first = address((CHECKS_ROW, column), absolute=True)
    return f"{quoted(CHECKS)}!{first}:{address((last, column), absolute=True)}"


def overall_formula(book: WorkbookWriter) -> str:
    """共 n 项：通过 a、未通过 b、无上年数 c、待填 d; the third only where there are any."""
    verdicts = _column(book, VERDICT)
    counts = [f'COUNTIF({verdicts},"{word}")' for word in (PASS, FAIL, NO_LAST_YEAR, UNKNOWN)]
    total = len(book.layout.lines)
    lacking = f'&IF({counts[2]}>0,"{NO_LAST_YEAR} "&{counts[2]}&"、","")'
    return f'="共 {total} 项：{PASS} "&{counts[0]}&"、{FAIL} "&{counts[1]}&"、"{lacking}&"{UNKNOWN} "&{counts[3]}'


def overall_text(book: WorkbookWriter) -> str:
    """The cached result of `overall_formula`."""
    words = [line_word(book, line) for line in book.layout.lines]
    lacking = f"{NO_LAST_YEAR} {words.count(NO_LAST_YEAR)}、" if NO_LAST_YEAR in words else ""
    done, failing, open_ = (words.count(word) for word in (PASS, FAIL, UNKNOWN))
    return f"共 {len(words)} 项：{PASS} {done}、{FAIL} {failing}、{lacking}{UNKNOWN} {open_}"


def weights_formula(book: WorkbookWriter) -> str:
    """错误 a 项（必须改正）、警示 b 项（请核实或说明）、提示 c 项."""
    weights = _column(book, WEIGHT)
    a, b, c = (f'COUNTIF({weights},"{s.label}")' for s in Severity)
    return f'="错误 "&{a}&" 项（必须改正）、警示 "&{b}&" 项（请核实）、提示 "&{c}&" 项"'


def weights_text(book: WorkbookWriter) -> str:
    """The cached result of `weights_formula`."""
    failing = [x.check.severity for x in book.layout.lines if line_word(book, x) == FAIL]
    a, b, c = (failing.count(s) for s in Severity)
    return f"错误 {a} 项（必须改正）、警示 {b} 项（请核实）、提示 {c} 项"
