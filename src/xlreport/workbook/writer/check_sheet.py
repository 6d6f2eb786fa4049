"""The 校验 sheet: one row a rule, in groups by what must be done where it does not hold."""

from __future__ import annotations

from xlreport.a1 import address
from xlreport.findings import Severity
from xlreport.rules.excel_text import (
    NOTHING,
    call,
    equals,
    if_,
    is_positive,
    is_written,
    joined,
    link,
    literal,
    or_,
)
from xlreport.rules.grade import Grade
from xlreport.submission import by_rule
from xlreport.text import printed_code
from xlreport.workbook.layout import calculation as at
from xlreport.workbook.layout.checks import (
    CODE,
    DEFERRED_GROUP,
    EXPLANATION,
    GROUP_TITLES,
    HEADING_ROW,
    PRIOR_EXPLANATION,
    RULE,
    SEVERITY,
    VERDICT,
    WHERE,
    group_of,
)
from xlreport.workbook.layout.lines import ListedCheck, explanation_name
from xlreport.workbook.layout.sheet import CHECKS, Span, height_of
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.formulas import FormFormulas
from xlreport.workbook.writer.printing import print_when_asked
from xlreport.workbook.writer.sheet import Prompt, SheetWriter

_HEADINGS = ("代码", "校验内容", "性质", "结果", "涉及", "填写说明", "上年说明")
_WIDTHS = (7.0, 56.0, 7.0, 13.0, 26.0, 34.0, 22.0)

_NOTE = (
    "点“涉及”一栏到不成立的格子。警示的数字无误的，在同一行“填写说明”里写明原因。"
    "要打印本页，先选中要印的格子，打印时选“选定区域”。"
)

DEFERRED = "收到后核对"
"""What stands in place of a verdict where only the collecting unit can check."""

MOST_EXPLAINED = 500
"""Characters of an explanation."""

_TOO_LONG = f"最多 {MOST_EXPLAINED} 字。"

_EXPLAIN = Prompt(
    "填写说明",
    f"这一条不成立而数字无误的，在这里写明原因，{_TOO_LONG}",
    "文字太长",
    _TOO_LONG,
)

_NONE_FAILS, _FAIL = "全部成立或待填", " 条不成立"
"""What a group's line says of its rules, the second behind their number."""

_MOST_NAMED = 40
"""Characters of the rows and columns that a rule does not hold for, before they are cut."""

_LEAST_HEIGHT, _MOST_HEIGHT = 34.0, 400.0
"""Points of a row."""


def write_checks(book: WorkbookWriter) -> None:
    """One row a rule: code, what it says, verdict, the rows concerned, room for an explanation."""
    _ChecksSheet(book).write()


class _ChecksSheet(SheetWriter):
    def __init__(self, book: WorkbookWriter) -> None:
        super().__init__(book, CHECKS)
        self.results = book.results
        self.at = book.layout.checks
        self.listed = book.layout.listed
        self.calculation = book.layout.calculation
        self.explanations = by_rule(book.submission.explanations)
        prior_year = book.submission.prior_year
        self.prior_explanations = {} if prior_year is None else by_rule(prior_year.explanations)

    def write(self) -> None:
        """The whole sheet."""
        self._head()
        for group, row in self.at.groups.items():
            self._group(group, row)
        for listed in self.listed:
            self._rule(listed)
        self.book.at_last.append(self._prior_explanations)
        self._colours()
        self.sheet.freeze_panes(HEADING_ROW + 1, RULE)
        self.sheet.repeat_rows(HEADING_ROW)
        print_when_asked(self.sheet, PRIOR_EXPLANATION, landscape=True)
        self.sheet.autofilter(HEADING_ROW, 0, self.at.last, PRIOR_EXPLANATION)
        self.close((HEADING_ROW + 1, CODE), autofilter=True)

    def _head(self) -> None:
        self.widths(*_WIDTHS)
        self.merge(_whole_line(0), CHECKS, "title")
        self.height(0, 30)
        self.merge(_whole_line(1), _NOTE, "small")
        self.row(HEADING_ROW, _HEADINGS, "head")

    def _group(self, group: str, row: int) -> None:
        """A group's line: what to do, and how many of its rules do not hold."""
        title = GROUP_TITLES[group]
        span = _whole_line(row)
        if group == DEFERRED_GROUP:
            self.merge(span, title, "group_line")
            return
        members = [listed for listed in self.listed if group_of(listed) == group]
        failing = self._count_failing(members)
        number_told = joined(failing, literal(_FAIL))
        told = if_(equals(failing, "0"), literal(_NONE_FAILS), number_told)
        formula = joined(literal(f"{title}（"), told, literal("）"))
        count = sum(self.results.is_failing(listed) for listed in members)
        shown = f"{count}{_FAIL}" if count else _NONE_FAILS
        self.join(span, "group_line")
        self.formula(span.cell, formula, "group_line", f"{title}（{shown}）")

    def _count_failing(self, members: list[ListedCheck]) -> str:
        """How many rules of a group, which lie one below another, do not hold."""
        first = self._calculated(members[0], at.RULE_FAILING)
        last = members[-1]
        last_row = self.calculation.rules[last.code]
        last_cell = address((last_row, at.RULE_FAILING), absolute=True)
        return call("COUNTIF", f"{first}:{last_cell}", literal(">0"))

    def _calculated(self, listed: ListedCheck, column: int) -> str:
        """A reference to what the sheet of calculations says of a rule."""
        row = self.calculation.rules[listed.code]
        return self.book.formulas.calculated(row, column)

    # --- one rule ---------------------------------------------------------------------------

    def _rule(self, listed: ListedCheck) -> None:
        row = self.at.rules[listed.code]
        words = in_words(listed, self.book.formulas)
        self.string((row, CODE), printed_code(listed.code), "centre")
        self.string((row, RULE), words, "text")
        if listed.deferred:
            self.string((row, SEVERITY), "", "centre")
            self.string((row, VERDICT), DEFERRED, "centre")
            self.string((row, WHERE), "", "text")
        else:
            self._verdict(listed, row)
        explanation = self.explanations.get(listed.code, "")
        prior_explanation = self.prior_explanations.get(listed.code, "")
        self._explanation(listed, explanation)
        self.height(row, rule_height(words, explanation, prior_explanation))

    def _verdict(self, listed: ListedCheck, row: int) -> None:
        """Severity where it fails, verdict, and the rows and columns concerned with a link."""
        count = self._calculated(listed, at.RULE_FAILING)
        label = listed.severity.label
        severity = if_(is_positive(count), literal(label), NOTHING)
        is_failing = self.results.is_failing(listed)
        self.formula((row, SEVERITY), severity, "centre", label if is_failing else "")
        verdict = self._calculated(listed, at.RULE_VERDICT)
        shown_verdict = self.results.rule_verdict(listed)
        self.formula((row, VERDICT), verdict, "centre", shown_verdict)
        self._where(listed, row, count)

    def _where(self, listed: ListedCheck, row: int, count: str) -> None:
        """The rows and columns for which a rule does not hold, a link to the first."""
        last = self.calculation.row(listed.lines[-1])
        names = self.book.formulas.calculated(last, at.ROWS)
        target = self.book.formulas.calculated(last, at.FIRST)
        shown = call("LEFT", names, str(_MOST_NAMED))
        formula = if_(equals(count, "0"), NOTHING, link(target, shown))
        failing = self.results.rule_failing(listed)
        named = "、".join(line.about for line in failing)
        self.formula((row, WHERE), formula, "link", named[:_MOST_NAMED])

    # --- explanations -----------------------------------------------------------------------

    def _explanation(self, listed: ListedCheck, explanation: str) -> None:
        """Room for the unit's words beside each warning."""
        cell = self.at.rules[listed.code], EXPLANATION
        if listed.severity is not Severity.WARNING:
            self.string(cell, "", "text")
            return
        name = explanation_name(listed.code)
        self.string(cell, explanation, self.marked(name, "input_line"))
        self.annotate(name, cell)
        self.define(name, cell)
        rule = {"validate": "length", "criteria": "<=", "value": MOST_EXPLAINED}
        self.validate(cell, rule, _EXPLAIN)

    def _prior_explanations(self) -> None:
        """What the unit said the year before, of which nothing may be known."""
        for listed in self.listed:
            words = self.prior_explanations.get(listed.code, "")
            self.string((self.at.rules[listed.code], PRIOR_EXPLANATION), words, "text")

    # --- colours ----------------------------------------------------------------------------

    def _colours(self) -> None:
        """Green, red, amber and grey by verdict and severity."""
        first = min(self.at.groups.values())
        verdict = f"${address((first, VERDICT))}"
        severity = f"${address((first, SEVERITY))}"
        both = Span(first, SEVERITY, self.at.last, VERDICT)
        is_error = equals(severity, literal(Severity.ERROR.label))
        self.colour(both, f"={is_error}", "bad", last=True)
        self.colour(both, f"={is_written(severity)}", "warn", last=True)
        alone = Span(first, VERDICT, self.at.last, VERDICT)
        holds = equals(verdict, literal(Grade.HOLDS.word))
        self.colour(alone, f"={holds}", "good")
        is_open = equals(verdict, literal(Grade.OPEN.word))
        lacks_prior_year = equals(verdict, literal(Grade.NO_PRIOR_YEAR.word))
        self.colour(alone, f"={or_(is_open, lacks_prior_year)}", "grey")


def in_words(listed: ListedCheck, formulas: FormFormulas) -> str:
    """What a rule's row says of it."""
    return f"{listed.title}。{formulas.rules_in_words[listed.code]}"


def rule_height(words: str, explanation: str, prior_explanation: str) -> float:
    """The points that a rule's row needs for its texts."""
    needed = [
        height_of(words, _WIDTHS[RULE]),
        height_of(explanation, _WIDTHS[EXPLANATION]),
        height_of(prior_explanation, _WIDTHS[PRIOR_EXPLANATION]),
    ]
    return min(_MOST_HEIGHT, max(_LEAST_HEIGHT, *needed))


def _whole_line(row: int) -> Span:
    """A row over all columns."""
    return Span.line(row, 0, PRIOR_EXPLANATION)
