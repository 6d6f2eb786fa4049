"""What the formulas of a workbook show before any program calculates them: our own evaluation.

Previews, phones and the Protected View show these cached results.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from xlreport.a1 import address
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Instance
from xlreport.rules.evaluate import Evaluation, UnitView, Verdict, evaluate_submissions
from xlreport.rules.excel import has_money
from xlreport.rules.explanations import explains
from xlreport.rules.grade import FAILING, Grade, together
from xlreport.submission import BLANK, YES, Status, Submission, by_rule, shown
from xlreport.workbook.layout.calculation import LISTED
from xlreport.workbook.layout.lines import CheckLine, ListedCheck
from xlreport.workbook.layout.sheet import SheetLayout, StatusCell
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout
from xlreport.workbook.writer import sentences


@dataclass(frozen=True, slots=True)
class Tally:
    """What is wrong on a sheet of the form, or in the report: lines that are errors, warnings
    without an explanation, blank cells, lines that cannot be verified yet; and the worst line."""

    errors: int
    warnings: int
    blanks: int
    open: int
    worst: CheckLine | None


class CachedResults:
    """The results for one submission; every rule is evaluated once."""

    def __init__(self, submission: Submission, layout: WorkbookLayout) -> None:
        self._submission = submission
        self._layout = layout

    @cached_property
    def _evaluation(self) -> Evaluation:
        """All rules over the submission."""
        return evaluate_submissions(self._layout.form, [self._submission])

    @cached_property
    def _view(self) -> UnitView:
        """The numbers behind all results."""
        return self._evaluation.view(0)

    @cached_property
    def _verdicts(self) -> Mapping[int, int]:
        """The verdict of every instance of the form, by its identity."""
        verdicts = self._evaluation.verdicts[:, 0].tolist()
        names = map(id, self._layout.form.instances)
        return dict(zip(names, verdicts, strict=True))

    def number(self, node: ex.Number) -> Decimal:
        """The exact value of a number of the check language."""
        return self._view.value(node)

    # --- check lines --------------------------------------------------------------------------

    @cached_property
    def _explanations(self) -> Mapping[str, str]:
        """The unit's words by rule, as the 校验 sheet shows them."""
        return by_rule(self._submission.explanations)

    def failing(self, check_code: str, severity: Severity) -> Grade:
        """The grade of a rule that does not hold: a warning with an explanation weighs less."""
        words = self._explanations.get(check_code, "")
        is_explained = severity is Severity.WARNING and explains(words)
        return Grade.EXPLAINED if is_explained else FAILING[severity]

    def cell_grades(self, line: CheckLine) -> list[Grade]:
        """The grade of each instance of a line."""
        failing = self.failing(line.check.code, line.severity)
        return [self._grade(instance, failing) for instance in line.instances]

    def _grade(self, instance: Instance, failing: Grade) -> Grade:
        verdict = self._verdicts[id(instance)]
        if verdict == Verdict.HOLDS:
            return Grade.HOLDS
        if verdict == Verdict.FAILS:
            return failing
        return Grade.NO_PRIOR_YEAR if self._lacks_prior_year(instance.rule) else Grade.OPEN

    def _lacks_prior_year(self, rule: ex.Truth) -> bool:
        operands = ex.operands_of(rule)
        prior_year = [operand for operand in operands if isinstance(operand, ex.Previous)]
        return not all(self._view.knows(operand) for operand in prior_year)

    @cached_property
    def grades(self) -> tuple[Grade, ...]:
        """The grade of each line, by its index."""
        return tuple(together(grades) for grades in self.grades_of_cells)

    @cached_property
    def grades_of_cells(self) -> tuple[list[Grade], ...]:
        """The grades of the instances of each line, by its index."""
        return tuple(self.cell_grades(line) for line in self._layout.lines)

    @property
    def count_failing(self) -> int:
        """How many lines do not hold."""
        return sum(grade.fails for grade in self.grades)

    def grade(self, line: CheckLine) -> Grade:
        """The grade of a line."""
        return self.grades[line.index]

    def gap(self, line: CheckLine) -> str:
        """The difference of an equality that does not hold; else empty."""
        comparison = line.comparison
        if comparison is None or not self.grade(line).fails:
            return ""
        gap = abs(self.number(ex.Minus(comparison.left, comparison.right)))
        return f"{gap:.6f}" if has_money(self._layout.form, comparison) else shown(gap)

    def message(self, line: CheckLine) -> str:
        """What is wrong, in the words of a status cell; empty where all is well."""
        grade = self.grade(line)
        if not grade.fails:
            return ""
        return sentences.complaint(grade, line.check, self.gap(line))

    def spot(self, line: CheckLine) -> Spot:
        """The cell that a line leads to: of a row the first cell that fails."""
        home = self._layout.home(line)
        if not line.per_cell or not self.grade(line).fails:
            return home
        grades = self.grades_of_cells[line.index]
        position = next(i for i, grade in enumerate(grades) if grade.fails)
        failing = line.instances[position]
        first = ex.fields_of(failing.rule)[0]
        return self._layout.cells[first]

    def state(self, name: str) -> int:
        """How wrong the cell of a field or text is: the worst grade of the rules that name it."""
        return self._states[name]

    @cached_property
    def _states(self) -> Mapping[str, int]:
        return {name: self._worst_grade(name) for name in self._layout.cells}

    def _worst_grade(self, name: str) -> int:
        states = [0]
        for line in self._layout.lines_of[name]:
            grades = self.grades_of_cells[line.index]
            for instance, grade in zip(line.instances, grades, strict=True):
                is_concerned = not line.per_cell or name in ex.fields_of(instance.rule)
                if is_concerned:
                    states.append(int(grade))
        return max(states)

    # --- rows, sheets, the report -------------------------------------------------------------

    def status(self, status: StatusCell, sheet: SheetLayout) -> str:
        """What a status cell says."""
        for line in status.lines:
            if self.grade(line).fails:
                return self.message(line)
        blanks = self._blank_of(status.typed) if sheet.name in self._begun else 0
        return sentences.to_fill(blanks) if blanks else ""

    @cached_property
    def _begun(self) -> frozenset[str]:
        """The sheets on which any number is there."""
        sheets = self._layout.form_sheets
        return frozenset(sheet.name for sheet in sheets if self._has_number(sheet))

    def _has_number(self, sheet: SheetLayout) -> bool:
        names = self._layout.typed_on(sheet)
        return any(self._submission.effective(name).value is not None for name in names)

    def _blank_of(self, names: Iterable[str]) -> int:
        """How many of some typed-in cells are blank and do not count as 0."""
        return sum(self._is_blank(name) for name in names)

    def _is_blank(self, name: str) -> bool:
        field = self._layout.form.fields[name]
        if self._submission.answers.get(field.table) == YES:
            return False
        entry = self._submission.entries.get(name, BLANK)
        return entry.status in (Status.BLANK, Status.ABSENT)

    def sheet_tally(self, sheet: SheetLayout) -> Tally:
        """What is wrong on a sheet of the form."""
        return self._tally(self._layout.lines_on(sheet), self._sheet_blanks(sheet))

    def _sheet_blanks(self, sheet: SheetLayout) -> int:
        wanted = self._layout.wanted_texts_on(sheet)
        blank_texts = sum(not self._submission.texts.get(name) for name in wanted)
        blank_cells = self._blank_of(self._layout.typed_on(sheet))
        return blank_cells + blank_texts

    def report_tally(self) -> Tally:
        """What is wrong in the whole report; a level that rules ask for is a blank too."""
        tallies = [self.sheet_tally(sheet) for sheet in self._layout.form_sheets]
        blanks = sum(tally.blanks for tally in tallies)
        if self._layout.asks_level and not self._submission.unit.level:
            blanks += 1
        return self._tally(self._layout.lines, blanks)

    def _tally(self, lines: Sequence[CheckLine], blanks: int) -> Tally:
        grades = [self.grade(line) for line in lines]
        failing = [line for line in lines if self.grade(line).fails]
        worst = min(failing, key=self._order, default=None)
        return Tally(
            grades.count(Grade.ERROR),
            grades.count(Grade.WARNING),
            blanks,
            grades.count(Grade.OPEN),
            worst,
        )

    def _order(self, line: CheckLine) -> tuple[int, int]:
        """What is worse comes first, then in the order of lines."""
        return -self.grade(line), line.index

    def sheet_text(self, sheet: SheetLayout) -> str:
        """The verdict on a sheet of the form."""
        tally = self.sheet_tally(sheet)
        cell = "" if tally.worst is None else address(self.spot(tally.worst)[1])
        return sentences.sheet_verdict(tally.errors, tally.warnings, tally.blanks, tally.open, cell)

    def overall(self) -> str:
        """The verdict on the report."""
        tally = self.report_tally()
        return sentences.overall(tally.errors, tally.warnings, tally.blanks, tally.open)

    # --- lists --------------------------------------------------------------------------------

    @cached_property
    def worst_lines(self) -> tuple[CheckLine, ...]:
        """The lines that fail, the worst first, as many as the list takes."""
        failing = [line for line in self._layout.lines if self.grade(line).fails]
        return tuple(sorted(failing, key=self._order)[:LISTED])

    def entry(self, line: CheckLine) -> str:
        """What the list says of a line."""
        sheet, cell = self.spot(line)
        place = f"{sheet} {address(cell)}"
        message = self.message(line)
        return f"{place}　{message}　（{line.label}）"

    def rule_failing(self, listed: ListedCheck) -> list[CheckLine]:
        """The lines of a rule that do not hold."""
        return [line for line in listed.lines if self.grade(line).fails]

    def is_failing(self, listed: ListedCheck) -> bool:
        """Whether a rule does not hold somewhere."""
        return bool(self.rule_failing(listed))

    def rule_verdict(self, listed: ListedCheck) -> str:
        """The verdict on a rule."""
        failing = len(self.rule_failing(listed))
        if failing:
            return sentences.failing_lines(failing)
        return together([self.grade(line) for line in listed.lines]).word
