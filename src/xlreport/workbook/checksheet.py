"""The 校验 sheet: one line a check, which every other check cell refers to; and the overall verdict."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from xlreport.a1 import Cell, address, quoted
from xlreport.checking.evaluate import Verdict
from xlreport.checking.sentence import Speaker
from xlreport.form import expression as ex
from xlreport.form.model import Severity
from xlreport.submission import shown
from xlreport.workbook.book import Book
from xlreport.workbook.formulas import FAIL, MARKS, PASS, UNKNOWN, Formulas, has_money
from xlreport.workbook.layout import CHECKS, CHECKS_ROW
from xlreport.workbook.lines import CheckLine
from xlreport.workbook.plan import Span, lines_needed

HEADINGS = ("序号", "代码", "性质", "校验内容", "结果", "相差", "位置")
WIDTHS = (6.0, 9.0, 7.0, 62.0, 9.0, 11.0, 17.0)
VERDICT, GAP, LINK, WEIGHT = 4, 5, 6, 7
"""Columns of a line. WEIGHT is hidden: the severity where the check fails, for counting."""


def line_cells(index: int) -> tuple[Cell, Cell]:
    """Where a line's verdict and difference stand."""
    return (CHECKS_ROW + index, VERDICT), (CHECKS_ROW + index, GAP)


def line_verdict(book: Book, line: CheckLine) -> Verdict:
    """The cached verdict of a line."""
    return book.verdict(*(i.rule for i in line.instances))


def gap_text(book: Book, line: CheckLine) -> str:
    """The cached difference of a failing comparison, as the cell shows it."""
    rule = line.instances[0].rule
    if line.per_cell or not isinstance(rule, ex.Compare) or line_verdict(book, line) is not Verdict.FAILS:
        return ""
    gap = abs(book.seen.value(ex.Minus(rule.left, rule.right)))
    return f"{gap:.6f}" if has_money(book.form, rule) else shown(gap)


def write_checks(book: Book) -> None:
    """One line a check: code, what it says, verdict, difference, link to the cell."""
    sheet = book.sheet(CHECKS)
    formulas = Formulas(book.layout, CHECKS)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_column(WEIGHT, WEIGHT, None, None, {"hidden": True})
    book.merge(sheet, Span(0, 0, 0, LINK), "校验", "title")
    sheet.set_row(0, 30)
    book.merge(sheet, Span(1, 0, 1, LINK), "错误必须改正；警示请核实，数字无误的说明原因；提示供参考。", "small")
    for column, heading in enumerate(HEADINGS):
        book.string(sheet, (CHECKS_ROW - 1, column), heading, "head")
    for index, line in enumerate(book.layout.lines):
        _line(book, sheet, formulas, index, line)
    last = CHECKS_ROW + len(book.layout.lines) - 1
    _colours(book, sheet, last)
    sheet.freeze_panes(CHECKS_ROW, 0)
    sheet.repeat_rows(CHECKS_ROW - 1)
    sheet.print_area(0, 0, last, LINK)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.autofilter(CHECKS_ROW - 1, 0, last, LINK)
    book.protect(sheet, autofilter=True)
    book.select(sheet, (CHECKS_ROW, 0))


def _line(book: Book, sheet: Worksheet, formulas: Formulas, index: int, line: CheckLine) -> None:
    row = CHECKS_ROW + index
    words = f"{line.check.title}。{said(book, line)}"
    sheet.write_number(row, 0, index + 1, book.styles["centre"])
    book.string(sheet, (row, 1), line.check.code, "centre")
    book.string(sheet, (row, 2), line.check.severity.label, "centre")
    book.string(sheet, (row, 3), words, "text")
    sheet.set_row(row, 15 * lines_needed(words, WIDTHS[3]) + 4)
    verdict = line_verdict(book, line)
    formula = _per_cell(book, index, line) if line.per_cell else formulas.verdict(line.instances[0])
    sheet.write_formula(row, VERDICT, formula, book.styles["centre"], verdict.label)
    book.name(f"check.{line.code}", CHECKS, (row, VERDICT))
    _gap(book, sheet, formulas, index, line)
    target = home(book, line)
    url = f"internal:{quoted(target[0])}!{address(target[1])}"
    sheet.write_url(row, LINK, url, book.styles["link"], f"{target[0]} {address(target[1])}")
    at = address((row, VERDICT))
    weight = line.check.severity.label
    cached = weight if verdict is Verdict.FAILS else ""
    sheet.write_formula(row, WEIGHT, f'=IF({at}="{FAIL}","{weight}","")', book.styles["plain"], cached)


def said(book: Book, line: CheckLine) -> str:
    """What a line verifies, from its rule."""
    if line.per_cell:
        count = len(line.instances)
        where = next(t.title for t in book.form.tables if t.id == line.table)
        return f"{where}：{count} 个要填的格子逐一核对"
    return Speaker(book.form, line.instances[0]).rule()


def home(book: Book, line: CheckLine) -> tuple[str, Cell]:
    """The cell that a line links to: the first one that its rule names."""
    rule = line.instances[0].rule
    name = (*ex.fields_of(rule), *ex.texts_of(rule))[0]
    return book.layout.cells[name]


def _per_cell(book: Book, index: int, line: CheckLine) -> str:
    """The verdict of a whole table from the marks of its rows."""
    plan = book.layout.tables[line.table]
    cells = [f"{quoted(plan.name)}!{address(c.span.cell)}" for c in plan.checks if c.line == index]
    failing = "+".join(f'COUNTIF({cell},"{MARKS[line.check.severity]}")' for cell in cells)
    open_ = "+".join(f'COUNTIF({cell},"{UNKNOWN}")' for cell in cells)
    return f'=IF({failing}>0,"{FAIL}",IF({open_}>0,"{UNKNOWN}","{PASS}"))'


def _gap(book: Book, sheet: Worksheet, formulas: Formulas, index: int, line: CheckLine) -> None:
    (row, verdict_column), gap_at = line_cells(index)
    rule = line.instances[0].rule
    if line.per_cell or not isinstance(rule, ex.Compare):
        book.string(sheet, gap_at, "", "centre")
        return
    at = address((row, verdict_column))
    gap = f"ABS({formulas.gap(rule)})"
    words = f'TEXT({gap},"0.000000")' if has_money(book.form, rule) else f'{gap}&""'
    sheet.write_formula(*gap_at, f'=IF({at}="{FAIL}",{words},"")', book.styles["centre"], gap_text(book, line))


def _colours(book: Book, sheet: Worksheet, last: int) -> None:
    at = (CHECKS_ROW, VERDICT, last, VERDICT)
    first = CHECKS_ROW + 1
    rules = (
        (f'=$E{first}="{PASS}"', "good"),
        (f'=AND($E{first}="{FAIL}",$C{first}="{Severity.ERROR.label}")', "bad"),
        (f'=$E{first}="{FAIL}"', "warn"),
        (f'=$E{first}="{UNKNOWN}"', "grey"),
    )
    for formula, style in rules:
        sheet.conditional_format(*at, {"type": "formula", "criteria": formula, "format": book.styles[style]})


# --- the overall verdict on the cover ---------------------------------------------------------


def _column(book: Book, column: int) -> str:
    last = CHECKS_ROW + len(book.layout.lines) - 1
    first = address((CHECKS_ROW, column), absolute=True)
    return f"{quoted(CHECKS)}!{first}:{address((last, column), absolute=True)}"


def overall_formula(book: Book) -> str:
    """共 n 项：通过 a、未通过 b、待填 c."""
    verdicts = _column(book, VERDICT)
    counts = [f'COUNTIF({verdicts},"{word}")' for word in (PASS, FAIL, UNKNOWN)]
    total = len(book.layout.lines)
    return f'="共 {total} 项：{PASS} "&{counts[0]}&"、{FAIL} "&{counts[1]}&"、{UNKNOWN} "&{counts[2]}'


def overall_text(book: Book) -> str:
    """The cached result of `overall_formula`."""
    verdicts = [line_verdict(book, line) for line in book.layout.lines]
    counts = {v: verdicts.count(v) for v in Verdict}
    return (
        f"共 {len(verdicts)} 项：{PASS} {counts[Verdict.HOLDS]}、"
        f"{FAIL} {counts[Verdict.FAILS]}、{UNKNOWN} {counts[Verdict.UNKNOWN]}"
    )


def weights_formula(book: Book) -> str:
    """错误 a 项（必须改正）、警示 b 项（请核实或说明）、提示 c 项."""
    weights = _column(book, WEIGHT)
    a, b, c = (f'COUNTIF({weights},"{s.label}")' for s in Severity)
    return f'="错误 "&{a}&" 项（必须改正）、警示 "&{b}&" 项（请核实）、提示 "&{c}&" 项"'


def weights_text(book: Book) -> str:
    """The cached result of `weights_formula`."""
    failing = [x.check.severity for x in book.layout.lines if line_verdict(book, x) is Verdict.FAILS]
    a, b, c = (failing.count(s) for s in Severity)
    return f"错误 {a} 项（必须改正）、警示 {b} 项（请核实）、提示 {c} 项"
