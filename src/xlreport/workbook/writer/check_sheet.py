"""The 校验 sheet: one row a rule, in groups by what must be done where it does not hold."""

from __future__ import annotations

from xlreport.a1 import address
from xlreport.findings import Severity
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
        self.explanations = by_rule(book.submission.explanations)
        prior_year = book.submission.prior_year
        self.prior_explanations = {} if prior_year is None else by_rule(prior_year.explanations)

    def write(self) -> None:
        """The whole sheet."""
        self._head()
        for group, row in self.at.groups.items():
            self._group(group, row)
        for listed in self.book.layout.listed:
            self._rule(listed)
        self._colours()
        self.sheet.freeze_panes(HEADING_ROW + 1, RULE)
        self.sheet.repeat_rows(HEADING_ROW)
        print_when_asked(self.sheet, PRIOR_EXPLANATION, landscape=True)
        self.sheet.autofilter(HEADING_ROW, 0, self.at.last, PRIOR_EXPLANATION)
        self.close((HEADING_ROW + 1, CODE), autofilter=True)

    def _head(self) -> None:
        self.widths(*_WIDTHS)
        self.merge(Span.line(0, 0, PRIOR_EXPLANATION), CHECKS, "title")
        self.height(0, 30)
        self.merge(Span.line(1, 0, PRIOR_EXPLANATION), _NOTE, "small")
        self.row(HEADING_ROW, _HEADINGS, "head")

    def _group(self, group: str, row: int) -> None:
        """A group's line: what to do, and how many of its rules do not hold."""
        title = GROUP_TITLES[group]
        members = [listed for listed in self.book.layout.listed if group_of(listed) == group]
        if group == DEFERRED_GROUP:
            self.merge(Span.line(row, 0, PRIOR_EXPLANATION), title, "group_line")
            return
        rows = self.book.layout.calculation.rules
        first, last = (
            self.book.formulas.calculated(rows[members[i].code], at.RULE_FAILING) for i in (0, -1)
        )
        failing = f'COUNTIF({first}:{last.rpartition("!")[2]},">0")'
        formula = f'="{title}（"&IF({failing}=0,"全部成立或待填",{failing}&" 条不成立")&"）"'
        count = sum(bool(self.results.rule_failing(listed)) for listed in members)
        shown = f"{count} 条不成立" if count else "全部成立或待填"
        span = Span.line(row, 0, PRIOR_EXPLANATION)
        self.join(span, "group_line")
        self.formula(span.cell, formula, "group_line", f"{title}（{shown}）")

    # --- one rule ---------------------------------------------------------------------------

    def _rule(self, listed: ListedCheck) -> None:
        row = self.at.rules[listed.code]
        words = f"{listed.title}。{self.book.formulas.rules_in_words[listed.code]}"
        self.string((row, CODE), printed_code(listed.code), "centre")
        self.string((row, RULE), words, "text")
        if listed.deferred:
            self.string((row, SEVERITY), "", "centre")
            self.string((row, VERDICT), DEFERRED, "centre")
            self.string((row, WHERE), "", "text")
        else:
            self._verdict(listed, row)
        self._explanations(listed, row)
        heights = (
            height_of(words, _WIDTHS[RULE], _LEAST_HEIGHT),
            height_of(self.explanations.get(listed.code, ""), _WIDTHS[EXPLANATION], _LEAST_HEIGHT),
            height_of(
                self.prior_explanations.get(listed.code, ""),
                _WIDTHS[PRIOR_EXPLANATION],
                _LEAST_HEIGHT,
            ),
        )
        self.height(row, min(_MOST_HEIGHT, max(heights)))

    def _verdict(self, listed: ListedCheck, row: int) -> None:
        """Severity where it fails, verdict, and the rows and columns concerned with a link."""
        rule_row = self.book.layout.calculation.rules[listed.code]
        count = self.book.formulas.calculated(rule_row, at.RULE_FAILING)
        failing = self.results.rule_failing(listed)
        label = listed.severity.label
        formula = f'=IF({count}>0,"{label}","")'
        self.formula((row, SEVERITY), formula, "centre", label if failing else "")
        verdict = f"={self.book.formulas.calculated(rule_row, at.RULE_VERDICT)}"
        self.formula((row, VERDICT), verdict, "centre", self.results.rule_verdict(listed))
        last = self.book.layout.calculation.row(listed.lines[-1])
        names, link = (
            self.book.formulas.calculated(last, at.ROWS),
            self.book.formulas.calculated(last, at.FIRST),
        )
        formula = f'=IF({count}=0,"",HYPERLINK({link},LEFT({names},{_MOST_NAMED})))'
        named = "、".join(line.about for line in failing)
        self.formula((row, WHERE), formula, "link", named[:_MOST_NAMED])

    # --- explanations -----------------------------------------------------------------------

    def _explanations(self, listed: ListedCheck, row: int) -> None:
        """Room for the unit's words beside each warning, and what it said the year before."""
        self.string((row, PRIOR_EXPLANATION), self.prior_explanations.get(listed.code, ""), "text")
        cell = row, EXPLANATION
        if listed.severity is not Severity.WARNING:
            self.string(cell, "", "text")
            return
        self.string(cell, self.explanations.get(listed.code, ""), "input_line")
        self.define(explanation_name(listed.code), cell)
        too_long = f"最多 {MOST_EXPLAINED} 字。"
        prompt = Prompt(
            "填写说明",
            f"这一条不成立而数字无误的，在这里写明原因，{too_long}",
            "文字太长",
            too_long,
        )
        rule = {"validate": "length", "criteria": "<=", "value": MOST_EXPLAINED}
        self.validate(cell, rule, prompt)

    # --- colours ----------------------------------------------------------------------------

    def _colours(self) -> None:
        """Green, red, amber and grey by verdict and severity."""
        first = self.at.groups[next(iter(self.at.groups))]
        verdict, severity = f"${address((first, VERDICT))}", f"${address((first, SEVERITY))}"
        both = Span(first, SEVERITY, self.at.last, VERDICT)
        self.colour(both, f'={severity}="{Severity.ERROR.label}"', "bad", last=True)
        self.colour(both, f'={severity}<>""', "warn", last=True)
        alone = Span(first, VERDICT, self.at.last, VERDICT)
        self.colour(alone, f'={verdict}="{Grade.HOLDS.word}"', "good")
        open_words = (Grade.OPEN.word, Grade.NO_PRIOR_YEAR.word)
        is_open = ",".join(f'{verdict}="{word}"' for word in open_words)
        self.colour(alone, f"=OR({is_open})", "grey")
