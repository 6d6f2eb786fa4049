"""The hidden sheet on which all checks are worked out; every other sheet refers to its cells.

Its formulas depend on the form alone; what they show before any program calculates them comes from
our own evaluation of the submission.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xlreport.a1 import Cell, address, quoted, ranges, reference, span
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.rules.excel import Formulas, Judgement, has_money, within_limit
from xlreport.rules.excel_text import (
    NOTHING,
    added,
    call,
    equals,
    if_,
    is_empty,
    is_positive,
    is_written,
    joined,
    literal,
)
from xlreport.rules.explanations import excel_explains
from xlreport.rules.grade import FAILING, Grade
from xlreport.submission import YES
from xlreport.text import printed_code
from xlreport.workbook.layout import calculation as at
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


class _FormulaRow:
    """A row of the sheet being written."""

    def __init__(self, cells: dict[Cell, str], number: int, code: str = "") -> None:
        self.number = number
        self._cells = cells
        self._code = code
        if code:
            self.text(at.CODE, code)

    def text(self, column: int, words: str) -> None:
        """Puts words into a column."""
        self._cells[self.number, column] = words

    def put(self, column: int, formula: str) -> None:
        """Puts a formula, given without its `=`, into a column."""
        self._cells[self.number, column] = within_limit(f"={formula}", self._code)

    def cell(self, column: int) -> str:
        """The address of a column's cell."""
        return address((self.number, column))


class _Formulas:
    """Writes the cells from the lines to the list of what does not hold."""

    def __init__(self, layout: WorkbookLayout) -> None:
        self.layout = layout
        self.form = layout.form
        self.calculation = layout.calculation
        self.formulas = Formulas(layout, CALCULATION)
        self.cells: dict[Cell, str] = {}
        self._row_before: dict[str, _FormulaRow] = {}
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

    def _row(self, number: int, code: str) -> _FormulaRow:
        return _FormulaRow(self.cells, number, code)

    # --- check lines --------------------------------------------------------------------------

    def _line(self, line: CheckLine) -> None:
        row = self._row(self.calculation.row(line), line.label)
        sheet, _ = self.layout.home(line)
        row.text(at.SHEET, sheet)
        if line.per_cell:
            self._grades_of_cells(line, row)
        else:
            self._grade(line, row)
        self._words(line, row)
        self._key_in(row)
        self._together_with_others(line, row)
        self._row_before[line.check.code] = row

    def _failing(self, line: CheckLine) -> str:
        """The grade of a failing rule: a number, or the cell that knows of an explanation."""
        if line.severity is not Severity.WARNING:
            return _number(FAILING[line.severity])
        row = self.calculation.rules[line.check.code]
        return address((row, at.RULE_GRADE), absolute=True)

    def _grade(self, line: CheckLine, row: _FormulaRow) -> None:
        """The grade of a single instance, long conditions in cells of their own."""
        (instance,) = line.instances
        _, home = self.layout.home(line)
        judgement = self.formulas.judgement(instance.rule)
        failing = self._failing(line)
        formula = judgement.grade(failing)
        is_readable = len("=" + formula) <= LONGEST_FORMULA
        if not is_readable:
            formula = _in_parts(judgement, failing, row)
        row.put(at.GRADE, formula)
        row.text(at.CELL, address(home))

    def _grades_of_cells(self, line: CheckLine, row: _FormulaRow) -> None:
        """The grade of each cell, of all together, and the first cell that fails."""
        failing = self._failing(line)
        columns = range(at.FIRST_OF_CELLS, at.FIRST_OF_CELLS + len(line.instances))
        for column, instance in zip(columns, line.instances, strict=True):
            judgement = self.formulas.judgement(instance.rule)
            row.put(column, judgement.grade(failing))
        cells = [row.cell(column) for column in columns]
        grades = f"{cells[0]}:{cells[-1]}"
        worst = call("MAX", grades)
        least = call("MIN", grades)
        row.put(at.GRADE, if_(is_positive(worst), worst, least))
        row.put(at.CELL, self._first_failing(line, cells))

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

    def _words(self, line: CheckLine, row: _FormulaRow) -> None:
        """The difference, and what a status cell says."""
        grade = row.cell(at.GRADE)
        gap = ""
        if line.comparison is not None:
            gap = row.cell(at.GAP)
            shown = self._shown_gap(line.comparison)
            row.put(at.GAP, _where_failing(grade, shown))
        complaint = sentences.complaint_formula(grade, line.check, gap)
        row.put(at.MESSAGE, complaint)

    def _shown_gap(self, comparison: ex.Compare) -> str:
        """The difference of two numbers as a text."""
        gap = self.formulas.gap(comparison)
        difference = call("ABS", gap)
        if has_money(self.form, comparison):
            return call("TEXT", difference, literal("0.000000"))
        return joined(difference, NOTHING)

    def _key_in(self, row: _FormulaRow) -> None:
        """What sorts the lines that fail: the graver first, then in their order."""
        grade = row.cell(at.GRADE)
        less_than_error = f"({Grade.ERROR:d}-{grade})"
        key = f"{less_than_error}*{at.RANK}+{row.number + 1}"
        row.put(at.KEY, _where_failing(grade, key))

    def _together_with_others(self, line: CheckLine, row: _FormulaRow) -> None:
        """The rows and columns of the same rule that fail up to here, and the first such cell."""
        grade = row.cell(at.GRADE)
        subject = literal(line.about)
        target = _target(row.cell(at.SHEET), row.cell(at.CELL))
        names = _where_failing(grade, subject)
        first = _where_failing(grade, target)
        before = self._row_before.get(line.check.code)
        if before is not None:
            names_before = before.cell(at.ROWS)
            first_before = before.cell(at.FIRST)
            longer = _continued(names_before, subject)
            names = if_(is_positive(grade), longer, names_before)
            first = if_(is_written(first_before), first_before, first)
        row.put(at.ROWS, names)
        row.put(at.FIRST, first)

    # --- rules --------------------------------------------------------------------------------

    def _rule(self, listed: ListedCheck) -> None:
        """What the 校验 sheet says of a rule."""
        number = self.calculation.rules[listed.code]
        row = self._row(number, printed_code(listed.code))
        if listed.severity is Severity.WARNING:
            row.put(at.RULE_GRADE, self._explained_or_not(listed))
        grades = self._grades_of(listed.lines)
        count_failing = _count(grades, literal(">0"))
        row.put(at.RULE_FAILING, count_failing)
        failing = row.cell(at.RULE_FAILING)
        words = sentences.failing_lines_formula(failing)
        verdict = if_(is_positive(failing), words, _without_failing(grades))
        row.put(at.RULE_VERDICT, verdict)

    def _explained_or_not(self, listed: ListedCheck) -> str:
        """The grade of a warning that does not hold, by whether an explanation stands there."""
        cell = self.layout.checks.explanation(listed.code)
        is_explained = excel_explains(reference(CHECKS, cell))
        return if_(is_explained, _number(Grade.EXPLAINED), _number(Grade.WARNING))

    def _grades_of(self, lines: Iterable[CheckLine]) -> list[str]:
        """The grades of some lines as few ranges."""
        return ranges(self.calculation.grade(line) for line in lines)

    # --- status cells -------------------------------------------------------------------------

    def _status(self, sheet: SheetLayout, status: StatusCell) -> None:
        number = self.calculation.status_row(sheet, status)
        place = address(status.span.cell)
        row = self._row(number, f"{sheet.name} {place}")
        formula = self._blanks_in_row(sheet, status)
        for line in reversed(status.lines):
            line_row = self.calculation.row(line)
            message = address((line_row, at.MESSAGE))
            formula = if_(is_written(message), message, formula)
        row.put(at.TEXT, formula)

    def _blanks_in_row(self, sheet: SheetLayout, status: StatusCell) -> str:
        """How many cells of a row are blank, once anything on the sheet is filled in."""
        if not status.typed:
            return NOTHING
        blank = self._blanks(status.typed)
        names = self.layout.typed_on(sheet)
        filled_in = call("COUNT", *self.formulas.ranges(names))
        told = sentences.to_fill_formula(f"({blank})")
        told_if_any = if_(is_positive(blank), told, NOTHING)
        return if_(is_positive(filled_in), told_if_any, NOTHING)

    def _blanks(self, names: Sequence[str]) -> str:
        """How many of some typed-in cells of a table are blank and do not count as 0."""
        field = self.form.fields[names[0]]
        answer = self.formulas.flag(field.table)
        blanks = [call("COUNTBLANK", part) for part in self.formulas.ranges(names)]
        return if_(equals(answer, literal(YES)), "0", added(blanks))

    # --- sheets and report --------------------------------------------------------------------

    def _sheet_verdict(self, sheet: SheetLayout) -> None:
        row = self._row(self.calculation.sheets[sheet.name], sheet.name)
        lines = self.layout.lines_on(sheet)
        self._counts(row, lines)
        row.put(at.BLANKS, self._blanks_of_sheet(sheet))
        row.put(at.FIRST_KEY, self._smallest_key(lines))
        key = row.cell(at.FIRST_KEY)
        # an index of 0 would be the whole column
        line_row = call("MAX", "1", _row_of(key))
        worst_cell = self._of_line(at.CELL, line_row)
        worst_sheet = self._of_line(at.SHEET, line_row)
        verdict = sentences.sheet_verdict_formula(*_counted(row), worst_cell)
        row.put(at.SHEET_TEXT, verdict)
        top = literal(first_cell(sheet))
        target = if_(equals(key, "0"), top, _target(worst_sheet, worst_cell))
        row.put(at.SHEET_LINK, target)

    def _counts(self, row: _FormulaRow, lines: Sequence[CheckLine]) -> None:
        """How many of some lines are errors, warnings and open."""
        grades = self._grades_of(lines)
        for column, grade in _COUNTED_GRADES.items():
            row.put(column, _count(grades, _number(grade)))

    def _smallest_key(self, lines: Sequence[CheckLine]) -> str:
        """The key of the worst of some lines beside one another: 0 where nothing fails."""
        if not lines:
            return "0"
        first, last = (self._key_of(line) for line in (lines[0], lines[-1]))
        return call("MIN", f"{first}:{last}")

    def _key_of(self, line: CheckLine) -> str:
        row = self.calculation.row(line)
        return address((row, at.KEY))

    def _column(self, column: int) -> str:
        """A column of the lines from the sheet's first row on."""
        last_row = self.calculation.last_line_row
        return span((0, column), (last_row, column), absolute=True)

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
            text = self.formulas.cell(name)
            blanks.append(call("COUNTBLANK", text))
        return added(blanks)

    def _report(self) -> None:
        """The report as a whole."""
        row = self._row(self.calculation.report, "全部")
        self._counts(row, self.layout.lines)
        sheet_rows = self.calculation.sheets.values()
        blanks = [address((own, at.BLANKS)) for own in sheet_rows]
        if self.layout.asks_level:
            level = reference(*self.layout.level)
            blanks.append(call("COUNTBLANK", level))
        row.put(at.BLANKS, added(blanks))
        verdict = sentences.overall_formula(*_counted(row))
        row.put(at.SHEET_TEXT, verdict)

    # --- the list of what does not hold -------------------------------------------------------

    def _entry(self, number: int, rank: int) -> None:
        """One entry: words and link, both empty where fewer checks fail."""
        row = _FormulaRow(self.cells, number)
        keys = self._column(at.KEY)
        count = call("COUNT", keys)
        key = call("SMALL", keys, str(rank))
        row.put(at.ENTRY_ROW, if_(f"{count}<{rank}", NOTHING, _row_of(key)))
        line_row = row.cell(at.ENTRY_ROW)
        words = self._words_of_entry(line_row)
        row.put(at.ENTRY_TEXT, if_(is_empty(line_row), NOTHING, words))
        sheet = self._of_line(at.SHEET, line_row)
        cell = self._of_line(at.CELL, line_row)
        target = if_(is_empty(line_row), NOTHING, _target(sheet, cell))
        row.put(at.ENTRY_LINK, target)

    def _words_of_entry(self, line_row: str) -> str:
        """Sheet, cell, what is wrong, and the code."""
        sheet = self._of_line(at.SHEET, line_row)
        cell = self._of_line(at.CELL, line_row)
        message = self._of_line(at.MESSAGE, line_row)
        code = self._of_line(at.CODE, line_row)
        place = joined(sheet, literal(" "), cell)
        code_in_brackets = joined(literal("　（"), code, literal("）"))
        return joined(place, literal("　"), message, code_in_brackets)


def _in_parts(judgement: Judgement, failing: str, row: _FormulaRow) -> str:
    """The formula of a grade whose two conditions stand beside it."""
    row.put(at.HOLDS, judgement.first)
    row.put(at.FAILS, judgement.second)
    first = row.cell(at.HOLDS)
    second = row.cell(at.FAILS)
    return judgement.grade(failing, first, second)


def _counted(row: _FormulaRow) -> tuple[str, str, str, str]:
    """The cells of the counts of a sheet or of the report, as sentences want them."""
    errors = row.cell(at.ERRORS)
    warnings = row.cell(at.WARNINGS)
    blanks = row.cell(at.BLANKS)
    open_lines = row.cell(at.OPEN)
    return errors, warnings, blanks, open_lines


_COUNTED_GRADES = {at.ERRORS: Grade.ERROR, at.WARNINGS: Grade.WARNING, at.OPEN: Grade.OPEN}
"""The columns that count the lines of a grade."""


def _number(grade: Grade) -> str:
    """A grade as cells have it."""
    return str(int(grade))


def _where_failing(grade: str, value: str) -> str:
    """A value where a grade is that of a rule that fails, else nothing."""
    return if_(is_positive(grade), value, NOTHING)


def _target(sheet: str, cell: str) -> str:
    """Where a link leads, from the texts of a sheet's name and of an address."""
    return joined(literal("#'"), sheet, literal("'!"), cell)


def _continued(names: str, name: str) -> str:
    """A list of names with one more."""
    separator = if_(is_empty(names), NOTHING, literal("、"))
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


class _ShownRow:
    """What a row of the sheet shows."""

    def __init__(self, cells: dict[Cell, Shown], number: int) -> None:
        self.number = number
        self._cells = cells

    def __setitem__(self, column: int, shown: Shown) -> None:
        self._cells[self.number, column] = shown


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
                row = self._row(self.calculation.status_row(sheet, status))
                row[at.TEXT] = results.status(status, sheet)
            self._sheet_verdict(sheet)
        report = self._row(self.calculation.report)
        _tally(report, results.report_tally())
        report[at.SHEET_TEXT] = results.overall()
        for position, number in enumerate(self.calculation.entries):
            self._entry(self._row(number), position)

    def _row(self, number: int) -> _ShownRow:
        return _ShownRow(self.cells, number)

    def _line(self, line: CheckLine) -> None:
        row = self._row(self.calculation.row(line))
        grade = self.results.grade(line)
        row[at.GRADE] = int(grade)
        if line.per_cell:
            self._grades_of_cells(line, row)
        if line.comparison is not None:
            row[at.GAP] = self.results.gap(line)
        row[at.MESSAGE] = self.results.message(line)
        row[at.KEY] = self._key(line) if grade.fails else ""
        failing = self._failing.setdefault(line.check.code, [])
        if grade.fails:
            failing.append(line)
        row[at.ROWS] = "、".join(one.about for one in failing)
        row[at.FIRST] = self._target(failing[0]) if failing else ""

    def _grades_of_cells(self, line: CheckLine, row: _ShownRow) -> None:
        _, cell = self.results.spot(line)
        row[at.CELL] = address(cell)
        grades = self.results.grades_of_cells[line.index]
        for column, grade in enumerate(grades, start=at.FIRST_OF_CELLS):
            row[column] = int(grade)

    def _key(self, line: CheckLine) -> int:
        worse = Grade.ERROR - self.results.grade(line)
        sheet_row = self.calculation.row(line) + 1
        return worse * at.RANK + sheet_row

    def _target(self, line: CheckLine) -> str:
        return f"#{reference(*self.results.spot(line))}"

    def _rule(self, listed: ListedCheck) -> None:
        row = self._row(self.calculation.rules[listed.code])
        if listed.severity is Severity.WARNING:
            grade = self.results.failing(listed.code, listed.severity)
            row[at.RULE_GRADE] = int(grade)
        failing = self.results.rule_failing(listed)
        row[at.RULE_FAILING] = len(failing)
        row[at.RULE_VERDICT] = self.results.rule_verdict(listed)

    def _sheet_verdict(self, sheet: SheetLayout) -> None:
        row = self._row(self.calculation.sheets[sheet.name])
        tally = self.results.sheet_tally(sheet)
        _tally(row, tally)
        row[at.SHEET_TEXT] = self.results.sheet_text(sheet)
        if tally.worst is None:
            row[at.FIRST_KEY] = 0
            row[at.SHEET_LINK] = first_cell(sheet)
        else:
            row[at.FIRST_KEY] = self._key(tally.worst)
            row[at.SHEET_LINK] = self._target(tally.worst)

    def _entry(self, row: _ShownRow, position: int) -> None:
        is_used = position < len(self.results.worst_lines)
        if not is_used:
            for column in (at.ENTRY_ROW, at.ENTRY_TEXT, at.ENTRY_LINK):
                row[column] = ""
            return
        line = self.results.worst_lines[position]
        row[at.ENTRY_ROW] = self.calculation.row(line) + 1
        row[at.ENTRY_TEXT] = self.results.entry(line)
        row[at.ENTRY_LINK] = self._target(line)


def _tally(row: _ShownRow, tally: Tally) -> None:
    row[at.ERRORS] = tally.errors
    row[at.WARNINGS] = tally.warnings
    row[at.BLANKS] = tally.blanks
    row[at.OPEN] = tally.open
