"""What check cells show before any program calculates them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from support.fills import fill
from xlreport import Entry, Form, Submission, Unit
from xlreport.findings import Severity
from xlreport.form.expression import across_years, fields_of
from xlreport.rules.excel import FAIL, MARKS, NO_LAST_YEAR, PASS, TICK, UNKNOWN
from xlreport.submission import Figures
from xlreport.workbook.layout.check_rows import CheckRow
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.cover_sheet import failing_text, overall_text
from xlreport.workbook.writer.results import CachedResults


def results(form: Form, submission: Submission) -> CachedResults:
    return CachedResults(submission, layout_of(form))


def zeros(form: Form) -> Submission:
    entries = {field.id: Entry.of(0) for field in form.typed}
    return Submission(form.id, 2025, Unit("甲子镇", "990101", "乡镇"), entries)


def balance(form: Form) -> CheckRow:
    """A check that compares a total with its parts."""
    return next(r for r in layout_of(form).check_rows if r.comparison is not None)


def test_everything_is_open_in_a_blank_workbook(any_form: Form) -> None:
    blank = Submission(any_form.id, 2025, Unit("甲子镇", level="乡镇"), {})
    shown = results(any_form, blank)
    assert FAIL not in shown.words
    assert shown.failing == []
    assert "错误 0 项（必须改正）" in failing_text(shown)


def test_the_sums_of_the_cover_are_those_of_the_rows(any_form: Form) -> None:
    for seed in range(4):
        shown = results(any_form, fill(any_form, seed))
        words = shown.words
        text = overall_text(shown)
        assert text.startswith(f"共 {len(words)} 项：{PASS} {words.count(PASS)}、")
        assert f"{FAIL} {words.count(FAIL)}、" in text
        assert text.endswith(f"{UNKNOWN} {words.count(UNKNOWN)}")
        assert (f"{NO_LAST_YEAR} {words.count(NO_LAST_YEAR)}、" in text) == (NO_LAST_YEAR in words)
        assert len(shown.failing) == words.count(FAIL)


def test_a_whole_table_has_the_verdict_of_its_worst_row(zfxxgk: Form) -> None:
    per_cell = next(r for r in layout_of(zfxxgk).check_rows if r.per_cell)
    cells = [
        cell
        for sheet in layout_of(zfxxgk).form_sheets
        for cell in sheet.checks
        if cell.check_row is per_cell
    ]
    good = zeros(zfxxgk)
    assert results(zfxxgk, good).word(per_cell) == PASS
    name = f"{per_cell.table}.{cells[1].instances[0].row}.{cells[1].instances[0].column}"
    wrong = {**good.entries, name: Entry.of(Decimal("-1.5"))}
    shown = results(zfxxgk, replace(good, entries=wrong))
    assert [shown.cell_word(cell) for cell in cells[:3]] == [PASS, FAIL, PASS]
    assert shown.word(per_cell) == FAIL
    assert shown.mark(cells[0]) == TICK
    assert shown.mark(cells[1]) == MARKS[per_cell.severity]


def test_a_failing_comparison_shows_its_difference(zfxxgk: Form) -> None:
    check_row = balance(zfxxgk)
    first = next(
        cell
        for sheet in layout_of(zfxxgk).form_sheets
        for cell in sheet.checks
        if cell.check_row is check_row
    )
    good = results(zfxxgk, zeros(zfxxgk))
    assert (good.word(check_row), good.gap(check_row), good.mark(first)) == (PASS, "", TICK)
    assert check_row.comparison is not None
    total = next(f for f in fields_of(check_row.comparison) if zfxxgk.fields[f].computed)
    wrong = results(zfxxgk, replace(zeros(zfxxgk), overrides={total: Entry.of(7)}))
    assert (wrong.word(check_row), wrong.gap(check_row)) == (FAIL, "7")
    assert wrong.mark(first) == f"{MARKS[check_row.severity]} 差 7"
    assert Severity.ERROR in wrong.failing


@pytest.mark.parametrize("known", [False, True])
def test_a_check_across_years_says_when_last_year_is_missing(zfxxgk: Form, known: bool) -> None:
    check_row = next(r for r in layout_of(zfxxgk).check_rows if across_years(r.instances[0].rule))
    submission = zeros(zfxxgk)
    if known:
        numbers = {name: Decimal(0) for name in zfxxgk.fields}
        submission = replace(submission, prior_year=Figures(numbers))
    word = results(zfxxgk, submission).word(check_row)
    assert word == (PASS if known else NO_LAST_YEAR)
