"""The cover: whose report it is, and one overall verdict."""

from __future__ import annotations

from collections.abc import Mapping

from xlreport.a1 import Cell, address, quoted
from xlreport.findings import Severity
from xlreport.form.model import LEVELS, IdentityItem
from xlreport.rules.excel import FAIL, NO_LAST_YEAR, PASS, UNKNOWN
from xlreport.workbook.layout.check_rows import FIRST_CHECK_ROW, VERDICT, WEIGHT
from xlreport.workbook.layout.identity import (
    COVER_LABEL,
    COVER_VALUE,
    IDENTITY_ROW,
    identity_name,
)
from xlreport.workbook.layout.sheet import CHECKS, COVER, LINE_HEIGHT, Span, lines_needed
from xlreport.workbook.layout.workbook import WorkbookLayout
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.printing import MAX_ROW_HEIGHT, print_portrait
from xlreport.workbook.writer.results import CachedResults
from xlreport.workbook.writer.sheet import Prompt, SheetWriter

PROTECTION_NOTE = "工作表保护只防止误改，不是保密手段；列宽、行高可以调整。"

OVERALL_NAME = "check.overall"
"""The defined name of the overall verdict."""

_WIDTHS = (6, 20, 50, 6)


def write_cover(book: WorkbookWriter) -> None:
    """Identity and one overall verdict."""
    _CoverSheet(book).write()


def overall_row(layout: WorkbookLayout) -> int:
    """The cover's line with the overall verdict."""
    return IDENTITY_ROW + len(layout.identity) + 1


class _CoverSheet(SheetWriter):
    def __init__(self, book: WorkbookWriter) -> None:
        super().__init__(book, COVER)
        self.context = book.context

    def write(self) -> None:
        self.widths(*_WIDTHS)
        self._titles()
        for item in self.book.form.identity:
            self._identity(item)
        row = overall_row(self.book.layout)
        self._overall(row)
        last = self._notes(row + 3)
        print_portrait(self.sheet, last, right=len(_WIDTHS) - 1)
        self.close(self._cursor())
        self.sheet.activate()
        self.sheet.set_first_sheet()

    def _titles(self) -> None:
        self.height(1, 40)
        self.merge(Span.line(1, 0, 3), self.context.title, "title")
        year = f"（{self.book.submission.year} 年度）"
        self.merge(Span.line(2, 0, 3), year, "subtitle")

    def _cursor(self) -> Cell:
        """The first line that is typed in."""
        for item, cell in self.book.layout.identity.items():
            if self.context.is_typed(item):
                return cell
        return 0, 0

    # --- whose report it is -----------------------------------------------------------------

    def _identity(self, item: IdentityItem) -> None:
        cell = self.book.layout.identity[item.id]
        row = cell[0]
        self.height(row, 26)
        self.string((row, COVER_LABEL), item.label, "label")
        text = self.context.cover_lines().get(item.id, "")
        if self.context.is_typed(item.id):
            self.string(cell, text, "input_line")
            self._prompt(item, cell)
        else:
            self.string(cell, text, "value")
        self.define(identity_name(item.id), cell)

    def _prompt(self, item: IdentityItem, cell: Cell) -> None:
        rule: Mapping[str, object] = {"validate": "any"}
        prompt = Prompt(item.label, item.hint)
        if item.id == "level":
            rule = {"validate": "list", "source": list(LEVELS)}
            error = f"单位类别只能是：{'、'.join(LEVELS)}。"
            prompt = Prompt(item.label, item.hint, "请从列表中选择", error)
        self.validate(cell, rule, prompt)

    # --- the overall verdict ----------------------------------------------------------------

    def _overall(self, row: int) -> None:
        layout, results = self.book.layout, self.book.results
        overall, failing = (row, COVER_VALUE), (row + 1, COVER_VALUE)
        self.height(row, 34)
        self.height(row + 1, 24)
        self.string((row, COVER_LABEL), "校验结果", "label")
        formula = overall_formula(layout)
        self.formula(overall, formula, "overall", overall_text(results))
        self.string((row + 1, COVER_LABEL), "其中未通过", "label")
        formula = failing_formula(layout)
        self.formula(failing, formula, "centre", failing_text(results))
        self.define(OVERALL_NAME, overall)
        self._colours(overall, failing)

    def _colours(self, overall: Cell, failing: Cell) -> None:
        """Red when an error fails, amber when anything else does, grey while cells are open, else
        green."""
        overall_at, failing_at = address(overall, absolute=True), address(failing, absolute=True)
        rules = (
            ("bad", f'=ISERROR(FIND("错误 0 项",{failing_at}))'),
            ("warn", f'=ISERROR(FIND("{FAIL} 0、",{overall_at}))'),
            ("grey", f'=ISERROR(FIND("{UNKNOWN} 0。",{overall_at}&"。"))'),
            ("good", "=TRUE"),
        )
        row, column = overall
        for style, formula in rules:
            self.colour(Span.line(row, column, column), formula, style, last=True)

    # --- notes ------------------------------------------------------------------------------

    def _notes(self, row: int) -> int:
        """What to know of the workbook, and the remarks; gives the last row."""
        notes = (self.context.note, PROTECTION_NOTE, f"依据：{self.book.form.source}")
        for note in notes:
            self._note(row, note, "small")
            self.height(row, 28)
            row += 1
        for remark in self.context.remarks:
            self._note(row, remark, "alert")
            height = LINE_HEIGHT * lines_needed(remark, 70) + 8
            self.height(row, min(MAX_ROW_HEIGHT, height))
            row += 1
        return row - 1

    def _note(self, row: int, text: str, style: str) -> None:
        self.merge(Span.line(row, COVER_LABEL, COVER_VALUE), text, style)


# --- formulas of the overall verdict, and what they show ----------------------------------------


def _column(layout: WorkbookLayout, column: int) -> str:
    """All rows of a column of the 校验 sheet."""
    last = FIRST_CHECK_ROW + len(layout.check_rows) - 1
    start = address((FIRST_CHECK_ROW, column), absolute=True)
    return f"{quoted(CHECKS)}!{start}:{address((last, column), absolute=True)}"


def overall_formula(layout: WorkbookLayout) -> str:
    """共 n 项：通过 a、未通过 b、无上年数 c、待填 d; the third only where there are any."""
    verdicts = _column(layout, VERDICT)

    def count(word: str) -> str:
        return f'COUNTIF({verdicts},"{word}")'

    total = len(layout.check_rows)
    lacking = f'IF({count(NO_LAST_YEAR)}>0,"{NO_LAST_YEAR} "&{count(NO_LAST_YEAR)}&"、","")'
    return (
        f'="共 {total} 项：{PASS} "&{count(PASS)}&"、{FAIL} "&{count(FAIL)}&"、"'
        f'&{lacking}&"{UNKNOWN} "&{count(UNKNOWN)}'
    )


def overall_text(results: CachedResults) -> str:
    """The cached result of `overall_formula`."""
    words = results.words
    counts = [f"{PASS} {words.count(PASS)}", f"{FAIL} {words.count(FAIL)}"]
    if NO_LAST_YEAR in words:
        counts.append(f"{NO_LAST_YEAR} {words.count(NO_LAST_YEAR)}")
    counts.append(f"{UNKNOWN} {words.count(UNKNOWN)}")
    return f"共 {len(words)} 项：{'、'.join(counts)}"


def failing_formula(layout: WorkbookLayout) -> str:
    """错误 a 项（必须改正）、警示 b 项（请核实）、提示 c 项."""
    weights = _column(layout, WEIGHT)
    errors, warnings, notes = (f'COUNTIF({weights},"{s.label}")' for s in Severity)
    return (
        f'="错误 "&{errors}&" 项（必须改正）、警示 "&{warnings}'
        f'&" 项（请核实）、提示 "&{notes}&" 项"'
    )


def failing_text(results: CachedResults) -> str:
    """The cached result of `failing_formula`."""
    failing = results.failing
    errors, warnings, notes = (failing.count(severity) for severity in Severity)
    return f"错误 {errors} 项（必须改正）、警示 {warnings} 项（请核实）、提示 {notes} 项"
