"""What the formulas of a workbook show before any program calculates them: our own evaluation.

Previews, phones and the Protected View show these cached results.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.rules.evaluate import Kleene, UnitView, Verdict, truth, view_of
from xlreport.rules.excel import FAIL, MARKS, NO_LAST_YEAR, PASS, TICK, UNKNOWN, has_money
from xlreport.submission import Submission, shown
from xlreport.workbook.layout.check_rows import CheckRow
from xlreport.workbook.layout.sheet import CheckCell
from xlreport.workbook.layout.workbook import WorkbookLayout

_WORST_FIRST = (FAIL, UNKNOWN, NO_LAST_YEAR, PASS)


class CachedResults:
    """The results for one submission; every rule is evaluated once."""

    def __init__(self, submission: Submission, layout: WorkbookLayout) -> None:
        self._submission = submission
        self._layout = layout

    @cached_property
    def _view(self) -> UnitView:
        """The numbers behind all results."""
        return view_of(self._layout.form, self._submission)

    def number(self, node: ex.Number) -> Decimal:
        """The exact value of a number of the check language."""
        return self._view.value(node)

    def word(self, check_row: CheckRow) -> str:
        """A row's verdict (通过, 未通过, 待填, 无上年数); of a whole table its worst row's."""
        return self.words[check_row.index]

    def cell_word(self, cell: CheckCell) -> str:
        """The verdict that a check cell stands for."""
        if not cell.check_row.per_cell:
            return self.word(cell.check_row)
        return self._words_by_row[cell.check_row.index, cell.instances[0].row or ""]

    def mark(self, cell: CheckCell) -> str:
        """What a check cell shows: a mark, with the difference where there is one, or a word."""
        word = self.cell_word(cell)
        if word == PASS:
            return TICK
        if word != FAIL:
            return word
        mark = MARKS[cell.check_row.severity]
        gap = self.gap(cell.check_row)
        return f"{mark} 差 {gap}" if gap else mark

    def gap(self, check_row: CheckRow) -> str:
        """The difference of a failing comparison, as its cell shows it; else empty."""
        comparison = check_row.comparison
        if comparison is None or self.word(check_row) != FAIL:
            return ""
        gap = abs(self.number(ex.Minus(comparison.left, comparison.right)))
        return f"{gap:.6f}" if has_money(self._layout.form, comparison) else shown(gap)

    @property
    def failing(self) -> list[Severity]:
        """The severity of each row that fails."""
        return [row.severity for row in self._layout.check_rows if self.word(row) == FAIL]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The verdict of each row."""
        return tuple(self._row_word(row) for row in self._layout.check_rows)

    def _row_word(self, check_row: CheckRow) -> str:
        if not check_row.per_cell:
            return self._together([check_row.instances[0].rule])
        rows = [self._words_by_row[check_row.index, row] for row, _ in check_row.by_row()]
        return min(rows, key=_WORST_FIRST.index)

    @cached_property
    def _words_by_row(self) -> dict[tuple[int, str], str]:
        """For checks on every cell: the verdict of each row of the table, by index and row id."""
        words = {}
        for check_row in self._layout.check_rows:
            if not check_row.per_cell:
                continue
            for row, instances in check_row.by_row():
                words[check_row.index, row] = self._together([i.rule for i in instances])
        return words

    def _together(self, rules: Sequence[ex.Truth]) -> str:
        """The verdict of some rules together."""
        verdict = Kleene.all_of([truth(rule, self._view.store) for rule in rules]).verdict(0)
        if verdict is Verdict.UNKNOWN and self._lacks_prior_year(rules):
            return NO_LAST_YEAR
        return verdict.label

    def _lacks_prior_year(self, rules: Sequence[ex.Truth]) -> bool:
        operands = [operand for rule in rules for operand in ex.operands_of(rule)]
        prior_year = [operand for operand in operands if isinstance(operand, ex.Previous)]
        return not all(self._view.knows(operand) for operand in prior_year)
