"""The rows of the hidden sheet of calculations."""

from __future__ import annotations

from xlreport import Form
from xlreport.workbook.layout.calculation import (
    FIRST_LINE_ROW,
    FIRST_OF_CELLS,
    GRADE,
    LISTED,
    RANK,
    calculation_layout,
    status_key,
)
from xlreport.workbook.layout.workbook import layout_of


def test_no_row_is_used_twice(any_form: Form) -> None:
    layout = layout_of(any_form)
    calculation = layout.calculation
    rows = [calculation.row(line) for line in layout.lines]
    rows += [*calculation.rules.values(), *calculation.statuses.values()]
    rows += [*calculation.sheets.values(), calculation.report, *calculation.entries]
    assert rows[0] == FIRST_LINE_ROW
    assert len(rows) == len(set(rows))
    assert max(rows) == rows[-1]
    assert max(rows) < RANK, "a row must not reach into the grade of a key"


def test_one_row_is_free_below_the_lines(any_form: Form) -> None:
    layout = layout_of(any_form)
    calculation = layout.calculation
    assert calculation.last_line_row == len(layout.lines)
    assert min(calculation.rules.values()) == calculation.last_line_row + 2


def test_everything_that_is_shown_has_its_row(any_form: Form) -> None:
    layout = layout_of(any_form)
    calculation = layout.calculation
    assert list(calculation.rules) == [c.code for c in layout.listed if not c.deferred]
    statuses = [status_key(sheet, s) for sheet in layout.form_sheets for s in sheet.statuses]
    assert list(calculation.statuses) == statuses
    assert list(calculation.sheets) == [sheet.name for sheet in layout.form_sheets]
    assert len(calculation.entries) == LISTED
    assert calculation.entries[0] == calculation.report + 1


def test_cells_of_a_line(any_form: Form) -> None:
    layout = layout_of(any_form)
    line = layout.lines[2]
    assert layout.calculation.row(line) == FIRST_LINE_ROW + 2
    assert layout.calculation.grade(line) == (FIRST_LINE_ROW + 2, GRADE)
    assert layout.calculation.cell_grade(line, 3) == (FIRST_LINE_ROW + 2, FIRST_OF_CELLS + 3)


def test_the_rules_of_a_group_stand_beside_one_another(any_form: Form) -> None:
    """The 校验 sheet counts the failing rules of a group in one range."""
    layout = layout_of(any_form)
    for severity in {check.severity for check in layout.listed}:
        rows = [
            layout.calculation.rules[c.code]
            for c in layout.listed
            if not c.deferred and c.severity is severity
        ]
        assert [row - rows[0] for row in rows] == list(range(len(rows)))


def test_a_form_without_checks_has_rows_for_sheets_and_entries_only() -> None:
    layout = calculation_layout((), (), ())
    assert (layout.rules, layout.statuses, layout.sheets) == ({}, {}, {})
    assert layout.report == FIRST_LINE_ROW + 1
    assert layout.entries == tuple(range(FIRST_LINE_ROW + 2, FIRST_LINE_ROW + 2 + LISTED))
