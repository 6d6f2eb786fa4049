"""What formulas show before any program calculates them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from support.fills import fill
from xlreport import Entry, Form, Submission, Unit, write_workbook
from xlreport.findings import Severity
from xlreport.form.expression import across_years, fields_of, texts_of
from xlreport.rules.evaluate import Evaluation, Verdict, evaluate, evaluate_submissions
from xlreport.rules.filling import column_store
from xlreport.rules.grade import FAILING, Grade
from xlreport.submission import BLANK, YES, Figures
from xlreport.workbook.layout.calculation import LISTED
from xlreport.workbook.layout.lines import CheckLine
from xlreport.workbook.layout.sheet import StatusCell
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.results import CachedResults


def results(form: Form, submission: Submission) -> CachedResults:
    return CachedResults(submission, layout_of(form))


def zeros(form: Form) -> Submission:
    entries = {field.id: Entry.of(0) for field in form.typed}
    texts = {text.field_id: "没有收取信息处理费。" for text in form.texts}
    unit = Unit("甲子镇", "990101", "乡镇")
    return Submission(form.id, form.first_year + 1, unit, entries, texts)


def first_line(form: Form, wanted: Callable[[CheckLine], bool]) -> CheckLine:
    return next(line for line in layout_of(form).lines if wanted(line))


def status_of(form: Form, line: CheckLine) -> StatusCell:
    return next(
        status
        for sheet in layout_of(form).form_sheets
        for status in sheet.statuses
        if line in status.lines
    )


def test_all_rules_of_a_workbook_are_evaluated_once_and_together(
    any_form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluated: list[int] = []

    def counted(form: Form, submissions: Sequence[Submission]) -> Evaluation:
        evaluated.append(len(submissions))
        return evaluate_submissions(form, submissions)

    monkeypatch.setattr("xlreport.workbook.writer.results.evaluate_submissions", counted)
    write_workbook(fill(any_form, 1), any_form)
    assert evaluated == [1]


def test_every_grade_is_that_of_its_own_rule(any_form: Form) -> None:
    submission = fill(any_form, 5, wild=0.5)
    store = column_store(any_form, [submission])
    shown = results(any_form, submission)
    grades = {Verdict.HOLDS: Grade.HOLDS, Verdict.UNKNOWN: Grade.OPEN}
    for line in layout_of(any_form).lines:
        grades[Verdict.FAILS] = shown.failing(line.check.code, line.severity)
        alone = [evaluate([instance], store)[0][0] for instance in line.instances]
        told = [
            Grade.OPEN if grade is Grade.NO_PRIOR_YEAR else grade
            for grade in shown.cell_grades(line)
        ]
        assert told == [grades[verdict] for verdict in alone]


# --- one line -------------------------------------------------------------------------------


def test_everything_is_open_in_a_blank_workbook(any_form: Form) -> None:
    blank = Submission(any_form.id, any_form.first_year + 1, Unit("甲子镇"), {})
    shown = results(any_form, blank)
    assert set(shown.grades) <= {Grade.OPEN, Grade.NO_PRIOR_YEAR}
    assert shown.worst_lines == ()
    assert {shown.state(name) for name in layout_of(any_form).cells} == {0}


def test_a_row_has_the_grade_of_its_worst_cell_and_leads_to_it(zfxxgk: Form) -> None:
    line = first_line(zfxxgk, lambda own: own.per_cell and len(own.instances) > 2)
    good = zeros(zfxxgk)
    assert results(zfxxgk, good).grade(line) is Grade.HOLDS
    first, second, third = (fields_of(i.rule)[0] for i in line.instances[:3])
    entries = {**good.entries, second: Entry.of(Decimal("-1.5")), third: Entry.of(-1)}
    shown = results(zfxxgk, replace(good, entries=entries))
    failing = FAILING[line.severity]
    assert shown.grades_of_cells[line.index][:3] == [Grade.HOLDS, failing, failing]
    assert shown.grade(line) is failing
    assert shown.spot(line) == layout_of(zfxxgk).cells[second]
    assert results(zfxxgk, good).spot(line) == layout_of(zfxxgk).cells[first]
    assert shown.state(second) == failing


def test_a_cell_is_as_wrong_as_the_worst_rule_that_names_it(any_form: Form) -> None:
    layout = layout_of(any_form)
    for seed in range(4):
        shown = results(any_form, fill(any_form, seed))
        worst = dict.fromkeys(layout.cells, 0)
        for line in layout.lines:
            for instance, grade in zip(
                line.instances, shown.grades_of_cells[line.index], strict=True
            ):
                for name in (*fields_of(instance.rule), *texts_of(instance.rule)):
                    worst[name] = max(worst[name], int(grade))
        assert {name: shown.state(name) for name in layout.cells} == worst


def test_a_failing_comparison_shows_its_difference(zfxxgk: Form) -> None:
    line = first_line(zfxxgk, lambda own: own.code == "A3.natural_person")
    good = results(zfxxgk, zeros(zfxxgk))
    assert (good.grade(line), good.gap(line), good.message(line)) == (Grade.HOLDS, "", "")
    received = "requests.received.natural_person"
    entries = {**zeros(zfxxgk).entries, received: Entry.of(7)}
    wrong = results(zfxxgk, replace(zeros(zfxxgk), entries=entries))
    assert (wrong.grade(line), wrong.gap(line)) == (Grade.ERROR, "7")
    assert wrong.message(line) == "✘ 勾稽差 7"
    assert wrong.state(received) == Grade.ERROR


def test_differences_of_amounts_are_shown_with_all_decimals(other_form: Form) -> None:
    line = first_line(other_form, lambda own: own.code == "M1.tax")
    total = "money.tax.year"
    report = replace(zeros(other_form), overrides={total: Entry.of(Decimal("0.5"))})
    shown = results(other_form, report)
    assert shown.gap(line) == "0.500000"


@pytest.mark.parametrize("known", [False, True])
def test_a_check_across_years_says_when_last_year_is_missing(zfxxgk: Form, known: bool) -> None:
    line = first_line(zfxxgk, lambda own: across_years(own.instances[0].rule))
    submission = zeros(zfxxgk)
    if known:
        numbers = {name: Decimal(0) for name in zfxxgk.fields}
        submission = replace(submission, prior_year=Figures(numbers))
    grade = results(zfxxgk, submission).grade(line)
    assert grade is (Grade.HOLDS if known else Grade.NO_PRIOR_YEAR)


@pytest.mark.parametrize(
    ("explanations", "grade"),
    [
        ({}, Grade.WARNING),
        ({"C3": "由上年的申请引起"}, Grade.EXPLAINED),
        ({"C3.natural_person": "由上年的申请引起"}, Grade.EXPLAINED),
        ({"C3": ""}, Grade.WARNING),
        ({"C3": "已核实"}, Grade.WARNING),
        ({"C4": "由上年的申请引起"}, Grade.WARNING),
    ],
)
def test_words_beside_a_warning_make_it_weigh_less(
    zfxxgk: Form, explanations: dict[str, str], grade: Grade
) -> None:
    """Also those that a workbook of the first layout had by row: the sheet shows them by rule."""
    shown = results(zfxxgk, replace(zeros(zfxxgk), explanations=explanations))
    assert shown.failing("C3", Severity.WARNING) is grade
    assert shown.failing("C3", Severity.ERROR) is Grade.ERROR
    assert shown.failing("C3", Severity.NOTE) is Grade.NOTE


# --- status cells, sheets, the report -------------------------------------------------------


def test_a_status_cell_says_the_gravest_then_what_is_blank(zfxxgk: Form) -> None:
    layout = layout_of(zfxxgk)
    line = first_line(zfxxgk, lambda own: own.per_cell and len(own.instances) > 2)
    status = status_of(zfxxgk, line)
    sheet = next(own for own in layout.form_sheets if status in own.statuses)
    good = zeros(zfxxgk)
    assert results(zfxxgk, good).status(status, sheet) == ""
    one, other = status.typed[:2]
    entries = {**good.entries, one: BLANK, other: BLANK}
    assert results(zfxxgk, replace(good, entries=entries)).status(status, sheet) == "待填 2 格"
    answered = replace(good, entries=entries, answers={line.table: YES})
    assert results(zfxxgk, answered).status(status, sheet) == ""
    wrong = replace(good, entries={**entries, one: Entry.of(-1)})
    shown = results(zfxxgk, wrong)
    said = [shown.message(own) for own in status.lines if shown.grade(own).fails]
    assert shown.status(status, sheet) == said[0]
    assert said[0].startswith("✘ ")


def test_a_sheet_that_nobody_has_begun_shows_no_blanks(any_form: Form) -> None:
    layout = layout_of(any_form)
    blank = Submission(any_form.id, any_form.first_year + 1, Unit("甲子镇"), {})
    shown = results(any_form, blank)
    for sheet in layout.tables.values():
        assert {shown.status(status, sheet) for status in sheet.statuses} == {""}
        assert shown.sheet_tally(sheet).blanks == len(layout.typed_on(sheet))
        assert shown.sheet_text(sheet) == f"待填 {len(layout.typed_on(sheet))} 格"


def test_all_right_is_said_on_every_sheet_and_on_the_cover(zfxxgk: Form) -> None:
    numbers = {name: Decimal(0) for name in zfxxgk.fields}
    good = replace(zeros(zfxxgk), prior_year=Figures(numbers))
    shown = results(zfxxgk, good)
    assert shown.overall() == "✔ 全部通过，可以报送"
    for sheet in layout_of(zfxxgk).form_sheets:
        assert shown.sheet_text(sheet) == "✔ 本表全部通过"


def test_the_report_counts_what_its_sheets_count(any_form: Form) -> None:
    for seed in range(6):
        shown = results(any_form, fill(any_form, seed))
        tallies = [shown.sheet_tally(sheet) for sheet in layout_of(any_form).form_sheets]
        whole = shown.report_tally()
        assert whole.errors == sum(t.errors for t in tallies) == shown.grades.count(Grade.ERROR)
        assert whole.warnings == sum(tally.warnings for tally in tallies)
        assert whole.open == sum(tally.open for tally in tallies)
        no_level = layout_of(any_form).asks_level and not fill(any_form, seed).unit.level
        assert whole.blanks == sum(tally.blanks for tally in tallies) + no_level


def test_texts_that_rules_want_are_blanks_too(zfxxgk: Form) -> None:
    layout = layout_of(zfxxgk)
    report = replace(zeros(zfxxgk), texts={"text.problems": "有"})
    assert results(zfxxgk, report).sheet_tally(layout.texts).blanks == 1


# --- lists ----------------------------------------------------------------------------------


def test_the_list_has_the_worst_first_and_no_more_than_fit(zfxxgk: Form) -> None:
    for seed in range(8):
        shown = results(zfxxgk, fill(zfxxgk, seed, wild=0.3))
        order = [(-shown.grade(line), line.index) for line in shown.worst_lines]
        assert order == sorted(order)
        failing = sum(grade.fails for grade in shown.grades)
        assert len(shown.worst_lines) == min(LISTED, failing)
        tally = shown.report_tally()
        assert tally.worst is (shown.worst_lines[0] if failing else None)


def test_an_entry_says_where_what_and_which_rule(zfxxgk: Form) -> None:
    total = next(field.id for field in zfxxgk.computed)
    shown = results(zfxxgk, replace(zeros(zfxxgk), overrides={total: Entry.of(7)}))
    line = shown.worst_lines[0]
    sheet, _ = shown.spot(line)
    place = layout_of(zfxxgk).place(line.fields[0])
    assert (
        shown.entry(line) == f"{sheet} {place.cell}　✘ {line.check.complaint}差 7　（{line.label}）"
    )


def test_a_rule_says_for_how_many_lines_it_fails(zfxxgk: Form) -> None:
    listed = next(c for c in layout_of(zfxxgk).listed if c.code == "A6")
    good = zeros(zfxxgk)
    assert results(zfxxgk, good).rule_verdict(listed) == "通过"
    assert results(zfxxgk, good).rule_failing(listed) == []
    names = [fields_of(line.instances[0].rule)[0] for line in listed.lines[:2]]
    texts = {name: Entry.of(Decimal("-1")) for name in names}
    blank = results(zfxxgk, replace(good, entries={}))
    assert blank.rule_verdict(listed) in ("待填", "通过")
    a5 = next(c for c in layout_of(zfxxgk).listed if c.code == "A5")
    wrong = results(zfxxgk, replace(good, entries={**good.entries, **texts}))
    failing = wrong.rule_failing(a5)
    assert wrong.rule_verdict(a5) == f"未通过 {len(failing)} 处" == "未通过 2 处"
