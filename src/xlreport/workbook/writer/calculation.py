"""The hidden sheet on which all checks are worked out; every other sheet refers to its cells.

Its formulas depend on the form alone; what they show before any program calculates them comes from
our own evaluation of the submission.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xlreport.a1 import Cell, address, quoted, ranges
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.rules.excel import Formulas, Judgement, has_money, within_limit
from xlreport.rules.excel_text import NOTHING, added, call, if_, is_positive, joined, literal
from xlreport.rules.explanations import excel_explains
from xlreport.rules.grade import FAILING, Grade
from xlreport.submission import YES
from xlreport.text import printed_code
from xlreport.workbook.layout import calculation as at
from xlreport.workbook.layout.calculation import status_key
from xlreport.workbook.layout.lines import (
    CheckLine,
    ListedCheck,
)
from xlreport.workbook.layout.sheet import CALCULATION, CHECKS, SheetLayout, StatusCell
from xlreport.workbook.layout.workbook import WorkbookLayout
from xlreport.workbook.writer import sentences
from xlreport.workbook.writer.results import CachedResults, Tally

LONGEST_FORMULA = 255
"""Characters up to which people can still read a formula; longer ones stand in several cells."""

_HEADINGS = ("校验", "表", "格", "结果", "差", "说法", "次序", "涉及", "第一处", "成立", "不成立")

Shown = str | int
"""What a cell shows."""


def calculation_formulas(layout: WorkbookLayout) -> Mapping[Cell, str]:
    """All cells of the sheet: texts, and formulas, which begin with `=`. Raises FormulaTooLong."""
    return _Formulas(layout).cells


class _Formulas:
    """Writes the cells from the lines to the list of what does not hold."""

    def __init__(self, layout: WorkbookLayout) -> None:
        self.layout = layout
        self.form = layout.form
        self.calculation = layout.calculation
        self.formulas = Formulas(layout, CALCULATION)
        self.cells: dict[Cell, str] = {}
        self._row_before: dict[str, int] = {}
        """The row of the line of each rule that was written last."""
        for column, heading in enumerate(_HEADINGS):
            self.cells[0, column] = heading
        for line in layout.lines:
            self._line(line)
        for listed in layout.listed:
            if not listed.deferred:
                self._rule(listed)
        for sheet in layout.form_sheets:
            for status in sheet.statuses:
                self._status(sheet, status)
            self._sheet_verdict(sheet)
        self._report()
        for rank, row in enumerate(self.calculation.entries, start=1):
            self._entry(row, rank)

    def _put(self, row: int, column: int, formula: str) -> None:
        """A formula, given without its `=`."""
        code = self.cells.get((row, at.CODE), "")
        self.cells[row, column] = within_limit(f"={formula}", code)

    # --- check lines --------------------------------------------------------------------------

    def _line(self, line: CheckLine) -> None:
        row = self.calculation.row(line)
        sheet, _ = self.layout.home(line)
        self.cells[row, at.CODE] = line.label
        self.cells[row, at.SHEET] = sheet
        if line.per_cell:
            self._grades_of_cells(line, row)
        else:
            self._grade(line, row)
        self._words(line, row)
        self._key_at(row)
        self._together_with_others(line, row)
        self._row_before[line.check.code] = row

    def _failing(self, line: CheckLine) -> str:
        """The grade of a failing rule: a number, or the cell that knows of an explanation."""
        if line.severity is not Severity.WARNING:
            return _number(FAILING[line.severity])
        row = self.calculation.rules[line.check.code]
        return address((row, at.RULE_GRADE), absolute=True)

    def _grade(self, line: CheckLine, row: int) -> None:
        """The grade of a single instance, long conditions in cells of their own."""
        (instance,) = line.instances
        _, home = self.layout.home(line)
        judgement = self.formulas.judgement(instance.rule)
        failing = self._failing(line)
        formula = judgement.grade(failing)
        is_readable = len("=" + formula) <= LONGEST_FORMULA
        if not is_readable:
            formula = self._in_parts(judgement, failing, row)
        self._put(row, at.GRADE, formula)
        self.cells[row, at.CELL] = address(home)

    def _in_parts(self, judgement: Judgement, failing: str, row: int) -> str:
        """The formula of a grade whose two conditions stand beside it."""
        self._put(row, at.HOLDS, judgement.first)
        self._put(row, at.FAILS, judgement.second)
        first = address((row, at.HOLDS))
        second = address((row, at.FAILS))
        return judgement.grade(failing, first, second)

    def _grades_of_cells(self, line: CheckLine, row: int) -> None:
        """The grade of each cell, of all together, and the first cell that fails."""
        failing = self._failing(line)
        cells = []
        for position, instance in enumerate(line.instances):
            judgement = self.formulas.judgement(instance.rule)
            cell = self.calculation.cell_grade(line, position)
            self._put(*cell, judgement.grade(failing))
            cells.append(address(cell))
        grades = f"{cells[0]}:{cells[-1]}"
        worst = call("MAX", grades)
        least = call("MIN", grades)
        self._put(row, at.GRADE, if_(is_positive(worst), worst, least))
        self._put(row, at.CELL, self._first_failing(line, cells))

    def _first_failing(self, line: CheckLine, grades: Sequence[str]) -> str:
        """The address of the first cell of a line that fails; of the first one where none does."""
        places = [self._place(instance.rule) for instance in line.instances]
        formula = places[0]
        for grade, place in reversed([*zip(grades, places, strict=True)]):
            formula = if_(is_positive(grade), place, formula)
        return formula

    def _place(self, rule: ex.Truth) -> str:
        """The address of the first cell that a rule names, as a text."""
        name = ex.fields_of(rule)[0]
        _, cell = self.layout.cells[name]
        return literal(address(cell))

    def _words(self, line: CheckLine, row: int) -> None:
        """The difference, and what a status cell says."""
        grade = address((row, at.GRADE))
        gap = ""
        if line.comparison is not None:
            gap = address((row, at.GAP))
            shown = self._shown_gap(line.comparison)
            self._put(row, at.GAP, _where_failing(grade, shown))
        complaint = sentences.complaint_formula(grade, line.check, gap)
        self._put(row, at.MESSAGE, complaint)

    def _shown_gap(self, comparison: ex.Compare) -> str:
        """The difference of two numbers as a text."""
        difference = call("ABS", self.formulas.gap(comparison))
        if has_money(self.form, comparison):
            return call("TEXT", difference, literal("0.000000"))
        return joined(difference, NOTHING)

    def _key_at(self, row: int) -> None:
        """What sorts the lines that fail: the graver first, then in their order."""
        grade = address((row, at.GRADE))
        key = f"({Grade.ERROR:d}-{grade})*{at.RANK}+{row + 1}"
        self._put(row, at.KEY, _where_failing(grade, key))

    def _together_with_others(self, line: CheckLine, row: int) -> None:
        """The rows and columns of the same rule that fail up to here, and the first such cell."""
        grade = address((row, at.GRADE))
        subject = literal(line.about)
        link = _link(address((row, at.SHEET)), address((row, at.CELL)))
        names = _where_failing(grade, subject)
        first = _where_failing(grade, link)
        before = self._row_before.get(line.check.code)
        if before is not None:
            names_before = address((before, at.ROWS))
            first_before = address((before, at.FIRST))
            names = if_(is_positive(grade), _continued(names_before, subject), names_before)
            first = if_(f'{first_before}<>""', first_before, first)
        self._put(row, at.ROWS, names)
        self._put(row, at.FIRST, first)

    # --- rules --------------------------------------------------------------------------------

    def _rule(self, listed: ListedCheck) -> None:
        """What the 校验 sheet says of a rule."""
        row = self.calculation.rules[listed.code]
        self.cells[row, at.CODE] = printed_code(listed.code)
        if listed.severity is Severity.WARNING:
            self._put(row, at.RULE_GRADE, self._explained_or_not(listed))
        grades = self._grades_of(listed.lines)
        self._put(row, at.RULE_FAILING, _count(grades, literal(">0")))
        failing = address((row, at.RULE_FAILING))
        words = sentences.failing_lines_formula(failing)
        verdict = if_(is_positive(failing), words, _without_failing(grades))
        self._put(row, at.RULE_VERDICT, verdict)

    def _explained_or_not(self, listed: ListedCheck) -> str:
        """The grade of a warning that does not hold, by whether an explanation stands there."""
        cell = self.layout.checks.explanation(listed.code)
        is_explained = excel_explains(f"{quoted(CHECKS)}!{address(cell)}")
        return if_(is_explained, _number(Grade.EXPLAINED), _number(Grade.WARNING))

    def _grades_of(self, lines: Iterable[CheckLine]) -> list[str]:
        """The grades of some lines as few ranges."""
        return ranges(self.calculation.grade(line) for line in lines)

    # --- status cells -------------------------------------------------------------------------

    def _status(self, sheet: SheetLayout, status: StatusCell) -> None:
        row = self.calculation.statuses[status_key(sheet, status)]
        self.cells[row, at.CODE] = f"{sheet.name} {address(status.span.cell)}"
        formula = self._blanks_in_row(sheet, status)
        for line in reversed(status.lines):
            line_row = self.calculation.row(line)
            message = address((line_row, at.MESSAGE))
            formula = if_(f'{message}<>""', message, formula)
        self._put(row, at.TEXT, formula)

    def _blanks_in_row(self, sheet: SheetLayout, status: StatusCell) -> str:
        """How many cells of a row are blank, once anything on the sheet is filled in."""
        if not status.typed:
            return NOTHING
        blank = self._blanks(status.typed)
        typed = self.formulas.ranges(self.layout.typed_on(sheet))
        is_begun = is_positive(call("COUNT", *typed))
        told = sentences.to_fill_formula(f"({blank})")
        return if_(is_begun, if_(is_positive(blank), told, NOTHING), NOTHING)

    def _blanks(self, names: Sequence[str]) -> str:
        """How many of some typed-in cells of a table are blank and do not count as 0."""
        table = self.form.fields[names[0]].table
        are_zero = f"{self.formulas.flag(table)}={literal(YES)}"
        blanks = [call("COUNTBLANK", part) for part in self.formulas.ranges(names)]
        return if_(are_zero, "0", added(blanks))

    # --- sheets and report --------------------------------------------------------------------

    def _sheet_verdict(self, sheet: SheetLayout) -> None:
        row = self.calculation.sheets[sheet.name]
        self.cells[row, at.CODE] = sheet.name
        lines = self.layout.lines_on(sheet)
        self._counts(row, lines)
        self._put(row, at.BLANKS, self._blanks_of_sheet(sheet))
        self._put(row, at.FIRST_KEY, self._smallest_key(lines))
        key = address((row, at.FIRST_KEY))
        # an index of 0 would be the whole column
        line_row = call("MAX", "1", _row_of(key))
        worst_cell = self._of_line(at.CELL, line_row)
        worst_sheet = self._of_line(at.SHEET, line_row)
        verdict = sentences.sheet_verdict_formula(*self._counted(row), worst_cell)
        self._put(row, at.SHEET_TEXT, verdict)
        top = literal(first_cell(sheet))
        self._put(row, at.SHEET_LINK, if_(f"{key}=0", top, _link(worst_sheet, worst_cell)))

    def _counts(self, row: int, lines: Sequence[CheckLine]) -> None:
        """How many of some lines are errors, warnings and open."""
        grades = self._grades_of(lines)
        for column, grade in _COUNTED_GRADES.items():
            self._put(row, column, _count(grades, _number(grade)))

    def _counted(self, row: int) -> tuple[str, str, str, str]:
        """The cells of these counts, as sentences want them."""
        errors = address((row, at.ERRORS))
        warnings = address((row, at.WARNINGS))
        blanks = address((row, at.BLANKS))
        open_lines = address((row, at.OPEN))
        return errors, warnings, blanks, open_lines

    def _smallest_key(self, lines: Sequence[CheckLine]) -> str:
        """The key of the worst of some lines beside one another: 0 where nothing fails."""
        if not lines:
            return "0"
        top = self.calculation.row(lines[0])
        bottom = self.calculation.row(lines[-1])
        return call("MIN", f"{address((top, at.KEY))}:{address((bottom, at.KEY))}")

    def _column(self, column: int) -> str:
        """A column of the lines from the sheet's first row on."""
        first = address((0, column), absolute=True)
        last = address((self.calculation.last_line_row, column), absolute=True)
        return f"{first}:{last}"

    def _of_line(self, column: int, row: str) -> str:
        """What stands in a column of the line in a row."""
        return call("INDEX", self._column(column), row)

    def _blanks_of_sheet(self, sheet: SheetLayout) -> str:
        """How many cells of a sheet are still blank."""
        blanks = []
        typed = self.layout.typed_on(sheet)
        if typed:
            blanks.append(self._blanks(typed))
        for name in self.layout.wanted_texts_on(sheet):
            blanks.append(call("COUNTBLANK", self.formulas.cell(name)))
        return added(blanks)

    def _report(self) -> None:
        """The report as a whole."""
        row = self.calculation.report
        self.cells[row, at.CODE] = "全部"
        self._counts(row, self.layout.lines)
        blanks = [address((own, at.BLANKS)) for own in self.calculation.sheets.values()]
        if self.layout.asks_level:
            sheet, cell = self.layout.level
            level = f"{quoted(sheet)}!{address(cell)}"
            blanks.append(call("COUNTBLANK", level))
        self._put(row, at.BLANKS, added(blanks))
        self._put(row, at.SHEET_TEXT, sentences.overall_formula(*self._counted(row)))

    # --- the list of what does not hold -------------------------------------------------------

    def _entry(self, row: int, rank: int) -> None:
        """One entry: words and link, both empty where fewer checks fail."""
        keys = self._column(at.KEY)
        key = call("SMALL", keys, str(rank))
        are_fewer = f"{call('COUNT', keys)}<{rank}"
        self._put(row, at.ENTRY_ROW, if_(are_fewer, NOTHING, _row_of(key)))
        line_row = address((row, at.ENTRY_ROW))
        is_none = f'{line_row}=""'
        words = self._words_of_entry(line_row)
        self._put(row, at.ENTRY_TEXT, if_(is_none, NOTHING, words))
        sheet, cell = self._of_line(at.SHEET, line_row), self._of_line(at.CELL, line_row)
        self._put(row, at.ENTRY_LINK, if_(is_none, NOTHING, _link(sheet, cell)))

    def _words_of_entry(self, line_row: str) -> str:
        """Sheet, cell, what is wrong, and the code."""
        sheet = self._of_line(at.SHEET, line_row)
        cell = self._of_line(at.CELL, line_row)
        message = self._of_line(at.MESSAGE, line_row)
        code = self._of_line(at.CODE, line_row)
        place = joined(sheet, literal(" "), cell)
        code_in_brackets = joined(literal("　（"), code, literal("）"))
        return joined(place, literal("　"), message, code_in_brackets)


_COUNTED_GRADES = {at.ERRORS: Grade.ERROR, at.WARNINGS: Grade.WARNING, at.OPEN: Grade.OPEN}
"""The columns that count the lines of a grade."""


def _number(grade: Grade) -> str:
    """A grade as cells have it."""
    return str(int(grade))


def _where_failing(grade: str, value: str) -> str:
    """A value where a grade is that of a rule that fails, else nothing."""
    return if_(is_positive(grade), value, NOTHING)


def _link(sheet: str, cell: str) -> str:
    """A link from the texts of a sheet's name and of an address."""
    return joined(literal("#'"), sheet, literal("'!"), cell)


def _continued(names: str, name: str) -> str:
    """A list of names with one more."""
    separator = if_(f'{names}=""', NOTHING, literal("、"))
    return joined(names, separator, name)


def _without_failing(grades: Sequence[str]) -> str:
    """The verdict on a rule of which no line fails: whether any line is open still."""
    verdict = literal(Grade.HOLDS.word)
    for open_grade in (Grade.NO_PRIOR_YEAR, Grade.OPEN):
        lacking = _count(grades, _number(open_grade))
        verdict = if_(is_positive(lacking), literal(open_grade.word), verdict)
    return verdict


def _row_of(key: str) -> str:
    """The sheet row, from 1, of the line with a key."""
    return call("MOD", key, str(at.RANK))


def _count(parts: Sequence[str], criterion: str) -> str:
    """How many cells of some ranges fulfil a criterion."""
    return added([call("COUNTIF", part, criterion) for part in parts])


def first_cell(sheet: SheetLayout) -> str:
    """A link to the top of a sheet."""
    return f"#{quoted(sheet.name)}!A1"


# --- what the formulas show -------------------------------------------------------------------


def calculation_results(layout: WorkbookLayout, results: CachedResults) -> dict[Cell, Shown]:
    """What each formula of the sheet shows for one submission; the parts of a long condition show
    nothing."""
    return _Results(layout, results).cells


class _Results:
    """The same cells as `_Formulas`, from our own evaluation."""

    def __init__(self, layout: WorkbookLayout, results: CachedResults) -> None:
        self.layout = layout
        self.calculation = layout.calculation
        self.results = results
        self.cells: dict[Cell, Shown] = {}
        self._failing: dict[str, list[CheckLine]] = {}
        """The lines of each rule that fail so far."""
        for line in layout.lines:
            self._line(line)
        for listed in layout.listed:
            if not listed.deferred:
                self._rule(listed)
        for sheet in layout.form_sheets:
            for status in sheet.statuses:
                row = self.calculation.statuses[status_key(sheet, status)]
                self.cells[row, at.TEXT] = results.status(status, sheet)
            self._sheet_verdict(sheet)
        self._tally(self.calculation.report, results.report_tally())
        self.cells[self.calculation.report, at.SHEET_TEXT] = results.overall()
        for position, row in enumerate(self.calculation.entries):
            self._entry(row, position)

    def _line(self, line: CheckLine) -> None:
        row = self.calculation.row(line)
        grade = self.results.grade(line)
        self.cells[row, at.GRADE] = int(grade)
        if line.per_cell:
            self.cells[row, at.CELL] = address(self.results.spot(line)[1])
            for position, own in enumerate(self.results.grades_of_cells[line.index]):
                self.cells[self.calculation.cell_grade(line, position)] = int(own)
        if line.comparison is not None:
            self.cells[row, at.GAP] = self.results.gap(line)
        self.cells[row, at.MESSAGE] = self.results.message(line)
        self.cells[row, at.KEY] = self._key(line) if grade.fails else ""
        failing = self._failing.setdefault(line.check.code, [])
        if grade.fails:
            failing.append(line)
        subjects = [one.about for one in failing]
        self.cells[row, at.ROWS] = "、".join(subjects)
        self.cells[row, at.FIRST] = self._link(failing[0]) if failing else ""

    def _key(self, line: CheckLine) -> int:
        worse = Grade.ERROR - self.results.grade(line)
        return worse * at.RANK + self.calculation.row(line) + 1

    def _link(self, line: CheckLine) -> str:
        sheet, cell = self.results.spot(line)
        return f"#{quoted(sheet)}!{address(cell)}"

    def _rule(self, listed: ListedCheck) -> None:
        row = self.calculation.rules[listed.code]
        if listed.severity is Severity.WARNING:
            grade = self.results.failing(listed.code, listed.severity)
            self.cells[row, at.RULE_GRADE] = int(grade)
        self.cells[row, at.RULE_FAILING] = len(self.results.rule_failing(listed))
        self.cells[row, at.RULE_VERDICT] = self.results.rule_verdict(listed)

    def _sheet_verdict(self, sheet: SheetLayout) -> None:
        row = self.calculation.sheets[sheet.name]
        tally = self.results.sheet_tally(sheet)
        self._tally(row, tally)
        worst = tally.worst
        self.cells[row, at.FIRST_KEY] = 0 if worst is None else self._key(worst)
        self.cells[row, at.SHEET_TEXT] = self.results.sheet_text(sheet)
        link = first_cell(sheet) if worst is None else self._link(worst)
        self.cells[row, at.SHEET_LINK] = link

    def _tally(self, row: int, tally: Tally) -> None:
        self.cells[row, at.ERRORS] = tally.errors
        self.cells[row, at.WARNINGS] = tally.warnings
        self.cells[row, at.BLANKS] = tally.blanks
        self.cells[row, at.OPEN] = tally.open

    def _entry(self, row: int, position: int) -> None:
        if position < len(self.results.worst_lines):
            line = self.results.worst_lines[position]
            self.cells[row, at.ENTRY_ROW] = self.calculation.row(line) + 1
            self.cells[row, at.ENTRY_TEXT] = self.results.entry(line)
            self.cells[row, at.ENTRY_LINK] = self._link(line)
            return
        for column in (at.ENTRY_ROW, at.ENTRY_TEXT, at.ENTRY_LINK):
            self.cells[row, column] = ""
