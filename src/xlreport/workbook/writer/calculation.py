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
        for position, row in enumerate(self.calculation.entries):
            self._entry(row, position + 1)

    def _put(self, row: int, column: int, formula: str) -> None:
        self.cells[row, column] = within_limit(formula, self.cells.get((row, at.CODE), ""))

    # --- check lines --------------------------------------------------------------------------

    def _line(self, line: CheckLine) -> None:
        row = self.calculation.row(line)
        self.cells[row, at.CODE] = line.label
        self.cells[row, at.SHEET] = self.layout.home(line)[0]
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
            return str(int(FAILING[line.severity]))
        cell = self.calculation.rules[line.check.code], at.RULE_GRADE
        return address(cell, absolute=True)

    def _grade(self, line: CheckLine, row: int) -> None:
        """The grade of a single instance, long conditions in cells of their own."""
        judgement = self.formulas.judgement(line.instances[0].rule)
        failing = self._failing(line)
        formula = f"={judgement.grade(failing)}"
        if len(formula) > LONGEST_FORMULA:
            formula = self._in_parts(line, judgement, row)
        self._put(row, at.GRADE, formula)
        self.cells[row, at.CELL] = address(self.layout.home(line)[1])

    def _in_parts(self, line: CheckLine, judgement: Judgement, row: int) -> str:
        """The formula of a grade whose two conditions stand beside it."""
        self._put(row, at.HOLDS, f"={judgement.first}")
        self._put(row, at.FAILS, f"={judgement.second}")
        first, second = address((row, at.HOLDS)), address((row, at.FAILS))
        return f"={judgement.grade(self._failing(line), first, second)}"

    def _grades_of_cells(self, line: CheckLine, row: int) -> None:
        """The grade of each cell, of all together, and the first cell that fails."""
        failing = self._failing(line)
        for position, instance in enumerate(line.instances):
            grade = self.formulas.judgement(instance.rule).grade(failing)
            self._put(*self.calculation.cell_grade(line, position), f"={grade}")
        last = self.calculation.cell_grade(line, len(line.instances) - 1)
        grades = f"{address(self.calculation.cell_grade(line, 0))}:{address(last)}"
        worst = f"MAX({grades})"
        self._put(row, at.GRADE, f"=IF({worst}>0,{worst},MIN({grades}))")
        self._put(row, at.CELL, self._first_failing(line))

    def _first_failing(self, line: CheckLine) -> str:
        """The address of the first cell of a line that fails; of the first one where none does."""
        cells = self.layout.cells
        places = [address(cells[ex.fields_of(i.rule)[0]][1]) for i in line.instances]
        formula = f'"{places[0]}"'
        for position in reversed(range(len(places))):
            grade = address(self.calculation.cell_grade(line, position))
            formula = f'IF({grade}>0,"{places[position]}",{formula})'
        return f"={formula}"

    def _words(self, line: CheckLine, row: int) -> None:
        """The difference, and what a status cell says."""
        comparison = line.comparison
        grade, gap = address((row, at.GRADE)), ""
        if comparison is not None:
            gap = address((row, at.GAP))
            difference = f"ABS({self.formulas.gap(comparison)})"
            with_money = has_money(self.form, comparison)
            shown = f'TEXT({difference},"0.000000")' if with_money else f'{difference}&""'
            self._put(row, at.GAP, f'=IF({grade}>0,{shown},"")')
        complaint = sentences.complaint_formula(grade, line.check, gap)
        self._put(row, at.MESSAGE, complaint)

    def _key_at(self, row: int) -> None:
        """What sorts the lines that fail: the graver first, then in their order."""
        grade = address((row, at.GRADE))
        key = f"({Grade.ERROR:d}-{grade})*{at.RANK}+{row + 1}"
        self._put(row, at.KEY, f'=IF({grade}>0,{key},"")')

    def _together_with_others(self, line: CheckLine, row: int) -> None:
        """The rows and columns of the same rule that fail up to here, and the first such cell."""
        grade = address((row, at.GRADE))
        subject = sentences.quoted(line.about)
        sheet, cell = address((row, at.SHEET)), address((row, at.CELL))
        names = f'IF({grade}>0,"{subject}","")'
        first = f'IF({grade}>0,"#\'"&{sheet}&"\'!"&{cell},"")'
        before = self._row_before.get(line.check.code)
        if before is not None:
            so_far, first_so_far = address((before, at.ROWS)), address((before, at.FIRST))
            added = f'{so_far}&IF({so_far}="","","、")&"{subject}"'
            names = f"IF({grade}>0,{added},{so_far})"
            first = f'IF({first_so_far}<>"",{first_so_far},{first})'
        self._put(row, at.ROWS, f"={names}")
        self._put(row, at.FIRST, f"={first}")

    # --- rules --------------------------------------------------------------------------------

    def _rule(self, listed: ListedCheck) -> None:
        """What the 校验 sheet says of a rule."""
        row = self.calculation.rules[listed.code]
        self.cells[row, at.CODE] = printed_code(listed.code)
        if listed.severity is Severity.WARNING:
            explanation = self.layout.checks.explanation(listed.code)
            explained = excel_explains(f"{quoted(CHECKS)}!{address(explanation)}")
            grade = f"=IF({explained},{Grade.EXPLAINED:d},{Grade.WARNING:d})"
            self._put(row, at.RULE_GRADE, grade)
        grades = self._grades_of(listed.lines)
        self._put(row, at.RULE_FAILING, f"={_count(grades, '>0')}")
        count = address((row, at.RULE_FAILING))
        otherwise = f'"{Grade.HOLDS.word}"'
        for open_grade in (Grade.NO_PRIOR_YEAR, Grade.OPEN):
            lacking = _count(grades, str(int(open_grade)))
            otherwise = f'IF({lacking}>0,"{open_grade.word}",{otherwise})'
        words = sentences.failing_lines_formula(count)
        self._put(row, at.RULE_VERDICT, f"=IF({count}>0,{words},{otherwise})")

    def _grades_of(self, lines: Iterable[CheckLine]) -> list[str]:
        """The grades of some lines as few ranges."""
        return ranges(self.calculation.grade(line) for line in lines)

    # --- status cells -------------------------------------------------------------------------

    def _status(self, sheet: SheetLayout, status: StatusCell) -> None:
        row = self.calculation.statuses[status_key(sheet, status)]
        self.cells[row, at.CODE] = f"{sheet.name} {address(status.span.cell)}"
        formula = self._blanks_in_row(sheet, status)
        for line in reversed(status.lines):
            message = address((self.calculation.row(line), at.MESSAGE))
            formula = f'IF({message}<>"",{message},{formula})'
        self._put(row, at.TEXT, f"={formula}")

    def _blanks_in_row(self, sheet: SheetLayout, status: StatusCell) -> str:
        """How many cells of a row are blank, once anything on the sheet is filled in."""
        if not status.typed:
            return '""'
        blank = self._blanks(status.typed)
        typed = self.layout.typed_on(sheet)
        begun = f"COUNT({','.join(self.formulas.ranges(typed))})>0"
        return f'IF({begun},IF({blank}>0,{sentences.to_fill_formula(f"({blank})")},""),"")'

    def _blanks(self, names: Sequence[str]) -> str:
        """How many of some typed-in cells of a table are blank and do not count as 0."""
        table = self.form.fields[names[0]].table
        blanks = [f"COUNTBLANK({part})" for part in self.formulas.ranges(names)]
        return f'IF({self.formulas.flag(table)}="{YES}",0,{"+".join(blanks)})'

    # --- sheets and report --------------------------------------------------------------------

    def _sheet_verdict(self, sheet: SheetLayout) -> None:
        row = self.calculation.sheets[sheet.name]
        self.cells[row, at.CODE] = sheet.name
        lines = self.layout.lines_on(sheet)
        self._counts(row, lines)
        self._put(row, at.BLANKS, f"={self._blanks_of_sheet(sheet)}")
        self._put(row, at.FIRST_KEY, self._smallest_key(lines))
        key = address((row, at.FIRST_KEY))
        line_row = f"MAX(1,MOD({key},{at.RANK}))"
        worst = f"INDEX({self._column(at.CELL)},{line_row})"
        verdict = sentences.sheet_verdict_formula(*self._counted(row), worst)
        self._put(row, at.SHEET_TEXT, verdict)
        worst_sheet = f"INDEX({self._column(at.SHEET)},{line_row})"
        target = f'"#\'"&{worst_sheet}&"\'!"&{worst}'
        self._put(row, at.SHEET_LINK, f'=IF({key}=0,"{first_cell(sheet)}",{target})')

    def _counts(self, row: int, lines: Sequence[CheckLine]) -> None:
        """How many of some lines are errors, warnings and open."""
        grades = self._grades_of(lines)
        self._put(row, at.ERRORS, f"={_count(grades, str(int(Grade.ERROR)))}")
        self._put(row, at.WARNINGS, f"={_count(grades, str(int(Grade.WARNING)))}")
        self._put(row, at.OPEN, f"={_count(grades, str(int(Grade.OPEN)))}")

    def _counted(self, row: int) -> tuple[str, str, str, str]:
        """The cells of these counts, as sentences want them."""
        columns = (at.ERRORS, at.WARNINGS, at.BLANKS, at.OPEN)
        errors, warnings, blanks, open_ = (address((row, column)) for column in columns)
        return errors, warnings, blanks, open_

    def _smallest_key(self, lines: Sequence[CheckLine]) -> str:
        """The key of the worst of some lines beside one another: 0 where nothing fails."""
        if not lines:
            return "=0"
        first = address((self.calculation.row(lines[0]), at.KEY))
        last = address((self.calculation.row(lines[-1]), at.KEY))
        return f"=MIN({first}:{last})"

    def _column(self, column: int) -> str:
        """A column of the lines from the sheet's first row on."""
        last = address((self.calculation.last_line_row, column), absolute=True)
        return f"{address((0, column), absolute=True)}:{last}"

    def _blanks_of_sheet(self, sheet: SheetLayout) -> str:
        """How many cells of a sheet are still blank."""
        typed, texts = self.layout.typed_on(sheet), self.layout.wanted_texts_on(sheet)
        parts = [self._blanks(typed)] if typed else []
        parts += [f"COUNTBLANK({self.formulas.cell(name)})" for name in texts]
        return "+".join(parts) or "0"

    def _report(self) -> None:
        """The report as a whole."""
        row = self.calculation.report
        self.cells[row, at.CODE] = "全部"
        self._counts(row, self.layout.lines)
        blanks = [address((own, at.BLANKS)) for own in self.calculation.sheets.values()]
        if self.layout.asks_level:
            sheet, cell = self.layout.level
            blanks.append(f"COUNTBLANK({quoted(sheet)}!{address(cell)})")
        self._put(row, at.BLANKS, f"={'+'.join(blanks)}")
        self._put(row, at.SHEET_TEXT, sentences.overall_formula(*self._counted(row)))

    # --- the list of what does not hold -------------------------------------------------------

    def _entry(self, row: int, rank: int) -> None:
        """One entry: words and link, both empty where fewer checks fail."""
        keys = self._column(at.KEY)
        found = f"MOD(SMALL({keys},{rank}),{at.RANK})"
        self._put(row, at.ENTRY_ROW, f'=IF(COUNT({keys})<{rank},"",{found})')
        line_row = address((row, at.ENTRY_ROW))
        sheet, cell, message, label = (
            f"INDEX({self._column(column)},{line_row})"
            for column in (at.SHEET, at.CELL, at.MESSAGE, at.CODE)
        )
        words = f'{sheet}&" "&{cell}&"　"&{message}&"　（"&{label}&"）"'
        self._put(row, at.ENTRY_TEXT, f'=IF({line_row}="","",{words})')
        link = f'"#\'"&{sheet}&"\'!"&{cell}'
        self._put(row, at.ENTRY_LINK, f'=IF({line_row}="","",{link})')


def _count(parts: Sequence[str], criterion: str) -> str:
    """How many cells of some ranges fulfil a criterion."""
    written = f'"{criterion}"' if criterion.startswith(">") else criterion
    return "+".join(f"COUNTIF({part},{written})" for part in parts) or "0"


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
