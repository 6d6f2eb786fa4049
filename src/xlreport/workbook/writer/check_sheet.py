"""The 校验 sheet: one row a check, which every other check cell refers to."""

from __future__ import annotations

from xlreport.a1 import address, quoted
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.expression import across_years
from xlreport.rules.excel import FAIL, MARKS, NO_LAST_YEAR, PASS, UNKNOWN
from xlreport.workbook.layout.check_rows import (
    CODE,
    FIRST_CHECK_ROW,
    LINK,
    NUMBER,
    PRIOR_EXPLANATION,
    RULE,
    SEVERITY,
    VERDICT,
    WEIGHT,
    CheckRow,
    DeferredCheckRow,
    ListedCheck,
    explanation_name,
    verdict_name,
)
from xlreport.workbook.layout.sheet import CHECKS, Span, height_of
from xlreport.workbook.layout.workbook import Spot
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.sheet import Prompt, SheetWriter

_HEADINGS = (
    "序号", "代码", "性质", "校验内容", "结果", "相差", "位置", "填写说明", "上年说明",
)  # fmt: skip
_WIDTHS = (6.0, 9.0, 7.0, 58.0, 9.0, 11.0, 17.0, 30.0, 22.0)
_EXPLANATION_WIDTH, _PRIOR_EXPLANATION_WIDTH = _WIDTHS[-2:]

_NOTE = "错误必须改正；警示请核实，数字无误的，在同一行的“填写说明”里写明原因；提示供参考。"

DEFERRED = "收到后核对"
"""What stands in place of a verdict where only the collecting unit can check."""

MOST_EXPLAINED = 500
"""Characters of an explanation."""

_LEAST_HEIGHT, _MOST_HEIGHT = 19.0, 400.0
"""Points of a row."""


def write_checks(book: WorkbookWriter) -> None:
    """One row a check: code, what it says, verdict, difference, link to the cell."""
    _ChecksSheet(book).write()


class _ChecksSheet(SheetWriter):
    def __init__(self, book: WorkbookWriter) -> None:
        super().__init__(book, CHECKS)
        self.results = book.results
        self.formulas = book.formulas

    def write(self) -> None:
        layout = self.book.layout
        self._head()
        for check_row in layout.check_rows:
            self._check(check_row)
        for deferred in layout.deferred:
            self._deferred(deferred)
        last = FIRST_CHECK_ROW + len(layout.check_rows) + len(layout.deferred) - 1
        self._colours(last)
        self._page(last)

    def _head(self) -> None:
        self.widths(*_WIDTHS)
        self.sheet.set_column(WEIGHT, WEIGHT, None, None, {"hidden": True})
        self.merge(Span.line(0, 0, PRIOR_EXPLANATION), CHECKS, "title")
        self.height(0, 30)
        self.merge(Span.line(1, 0, PRIOR_EXPLANATION), _NOTE, "small")
        self.row(FIRST_CHECK_ROW - 1, _HEADINGS, "head")

    def _page(self, last: int) -> None:
        self.sheet.freeze_panes(FIRST_CHECK_ROW, 0)
        self.sheet.repeat_rows(FIRST_CHECK_ROW - 1)
        self.sheet.print_area(0, 0, last, PRIOR_EXPLANATION)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.autofilter(FIRST_CHECK_ROW - 1, 0, last, PRIOR_EXPLANATION)
        self.close((FIRST_CHECK_ROW, 0), autofilter=True)

    # --- one row ----------------------------------------------------------------------------

    def _check(self, check_row: CheckRow) -> None:
        rule = f"{check_row.title}。{self.formulas.rules_in_words[check_row.index]}"
        self._listed(check_row, rule)
        self._height(check_row, rule)
        verdict = self.results.word(check_row)
        self.formula(check_row.verdict_cell, self._verdict_formula(check_row), "centre", verdict)
        self.define(verdict_name(check_row.code), check_row.verdict_cell)
        self._gap(check_row)
        self._link(check_row)
        self._explanations(check_row)
        self._weight(check_row)

    def _deferred(self, deferred: DeferredCheckRow) -> None:
        """A check that is made after sending: no verdict yet, but room for an explanation."""
        self._listed(deferred, f"{deferred.title}。")
        self.string((deferred.row, VERDICT), DEFERRED, "centre")
        for column in range(VERDICT + 1, LINK + 1):
            self.string((deferred.row, column), "", "centre")
        self._explanations(deferred)
        self._height(deferred, "")

    def _listed(self, listed: ListedCheck, rule: str) -> None:
        row = listed.row
        self.number((row, NUMBER), listed.index + 1, "centre")
        self.string((row, CODE), listed.printed_code, "centre")
        self.string((row, SEVERITY), listed.severity.label, "centre")
        self.string((row, RULE), rule, "text")

    def _height(self, listed: ListedCheck, rule: str) -> None:
        words, prior_words = self._explained(listed)
        heights = (
            height_of(rule, _WIDTHS[RULE], _LEAST_HEIGHT),
            height_of(words, _EXPLANATION_WIDTH, _LEAST_HEIGHT),
            height_of(prior_words, _PRIOR_EXPLANATION_WIDTH, _LEAST_HEIGHT),
        )
        self.height(listed.row, min(_MOST_HEIGHT, max(heights)))

    def _gap(self, check_row: CheckRow) -> None:
        """The difference, where one comparison fails."""
        formula = self.formulas.gaps.get(check_row.index)
        if formula is None:
            self.string(check_row.gap_cell, "", "centre")
            return
        self.formula(check_row.gap_cell, formula, "centre", self.results.gap(check_row))

    def _link(self, check_row: CheckRow) -> None:
        sheet, cell = self._home(check_row)
        target = address(cell)
        url = f"internal:{quoted(sheet)}!{target}"
        style = self.book.styles["link"]
        self.sheet.write_url(check_row.row, LINK, url, style, f"{sheet} {target}")

    def _weight(self, check_row: CheckRow) -> None:
        """The severity where the check fails, for counting."""
        label = check_row.severity.label
        formula = f'=IF({address(check_row.verdict_cell)}="{FAIL}","{label}","")'
        fails = self.results.word(check_row) == FAIL
        self.formula((check_row.row, WEIGHT), formula, "plain", label if fails else "")

    def _home(self, check_row: CheckRow) -> Spot:
        """The cell that a row links to: the first one that its rule names."""
        rule = check_row.instances[0].rule
        named = (*ex.fields_of(rule), *ex.texts_of(rule))
        return self.book.layout.cells[named[0]]

    # --- verdicts ---------------------------------------------------------------------------

    def _verdict_formula(self, check_row: CheckRow) -> str:
        if check_row.per_cell:
            return self._of_marks(check_row)
        return self.formulas.verdicts[check_row.index]

    def _of_marks(self, check_row: CheckRow) -> str:
        """The verdict of a whole table from the marks of its rows."""
        failing = self._marks(check_row, MARKS[check_row.severity])
        unknown = self._marks(check_row, UNKNOWN)
        otherwise = f'"{PASS}"'
        if across_years(check_row.instances[0].rule):
            lacking = self._marks(check_row, NO_LAST_YEAR)
            otherwise = f'IF({lacking}>0,"{NO_LAST_YEAR}","{PASS}")'
        return f'=IF({failing}>0,"{FAIL}",IF({unknown}>0,"{UNKNOWN}",{otherwise}))'

    def _marks(self, check_row: CheckRow, mark: str) -> str:
        """How many of a check's cells show a mark, as a formula."""
        layout = self.book.layout.tables[check_row.table]
        cells = [cell for cell in layout.checks if cell.check_row.index == check_row.index]
        sheet = quoted(layout.name)
        counts = [f'COUNTIF({sheet}!{address(cell.span.cell)},"{mark}")' for cell in cells]
        return "+".join(counts)

    # --- explanations -----------------------------------------------------------------------

    def _explained(self, listed: ListedCheck) -> tuple[str, str]:
        """The unit's words about a warning, and what it said the year before."""
        submission = self.book.submission
        words = submission.explanations.get(listed.code, "")
        if submission.prior_year is None:
            return words, ""
        return words, submission.prior_year.explanations.get(listed.code, "")

    def _explanations(self, listed: ListedCheck) -> None:
        """Room for the unit's words beside each warning, and what it said the year before."""
        words, prior_words = self._explained(listed)
        cell = listed.explanation_cell
        self.string((listed.row, PRIOR_EXPLANATION), prior_words, "text")
        if listed.severity is not Severity.WARNING:
            self.string(cell, "", "text")
            return
        self.string(cell, words, "input_line")
        self.define(explanation_name(listed.code), cell)
        too_long = f"最多 {MOST_EXPLAINED} 字。"
        prompt = Prompt(
            "填写说明",
            f"结果是“{FAIL}”而数字无误的，在这里写明原因，{too_long}",
            "文字太长",
            too_long,
        )
        rule = {"validate": "length", "criteria": "<=", "value": MOST_EXPLAINED}
        self.validate(cell, rule, prompt)

    # --- colours ----------------------------------------------------------------------------

    def _colours(self, last: int) -> None:
        """Green, red, amber and grey by verdict and severity."""
        verdict = f"${address((FIRST_CHECK_ROW, VERDICT))}"
        severity = f"${address((FIRST_CHECK_ROW, SEVERITY))}"
        error = Severity.ERROR.label
        rules = (
            (f'={verdict}="{PASS}"', "good"),
            (f'=AND({verdict}="{FAIL}",{severity}="{error}")', "bad"),
            (f'={verdict}="{FAIL}"', "warn"),
            (f'=OR({verdict}="{UNKNOWN}",{verdict}="{NO_LAST_YEAR}")', "grey"),
        )
        verdicts = Span(FIRST_CHECK_ROW, VERDICT, last, VERDICT)
        for formula, style in rules:
            self.colour(verdicts, formula, style)
