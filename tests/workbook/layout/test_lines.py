"""The lines of checks: which rules share one, and how people read its code."""

from __future__ import annotations

import re

import pytest

from xlreport import Form
from xlreport.findings import Severity
from xlreport.form.expression import Compare, has_formula
from xlreport.form.model import Check, Instance, Statement
from xlreport.text import printed_code
from xlreport.workbook.layout.lines import (
    TEXT_TABLE,
    CheckLine,
    check_lines,
    explanation_name,
    line_name,
    listed_checks,
)


def line_of(form: Form, code: str) -> CheckLine:
    return next(line for line in check_lines(form) if line.code == code)


def test_every_instance_with_a_formula_has_its_line_once(any_form: Form) -> None:
    lines = check_lines(any_form)
    assert [line.index for line in lines] == list(range(len(lines)))
    shown = [instance for line in lines for instance in line.instances]
    with_formula = [i for i in any_form.instances if has_formula(i.rule)]
    assert len(shown) == len(with_formula)
    assert {id(i) for i in shown} == {id(i) for i in with_formula}


def test_lines_stand_table_by_table_and_check_by_check(any_form: Form) -> None:
    tables = [*(table.id for table in any_form.tables), TEXT_TABLE]
    codes = [check.code for check in any_form.checks]
    order = [
        (tables.index(line.table), codes.index(line.check.code)) for line in check_lines(any_form)
    ]
    assert order == sorted(order)


def test_a_check_on_every_cell_has_one_line_a_row(any_form: Form) -> None:
    per_cell = [line for line in check_lines(any_form) if line.check.each == "cell"]
    assert per_cell
    for line in per_cell:
        assert line.per_cell
        assert line.code == f"{line.check.code}.{line.table}"
        assert {(i.table, i.row) for i in line.instances} == {(line.table, line.row)}
        assert (line.column, line.comparison) == (None, None)
    rows = [(line.check.code, line.table, line.row) for line in per_cell]
    assert len(rows) == len(set(rows))


def test_any_other_check_has_one_line_an_instance(any_form: Form) -> None:
    others = [line for line in check_lines(any_form) if line.check.each != "cell"]
    for line in others:
        (instance,) = line.instances
        assert (line.code, line.row, line.column) == (
            instance.code,
            instance.row,
            instance.column,
        )
        assert not line.per_cell
    assert len({line.code for line in others}) == len(others)


def test_only_one_equality_has_a_difference(any_form: Form) -> None:
    compared = 0
    for line in check_lines(any_form):
        rule = line.instances[0].rule
        equality = not line.per_cell and isinstance(rule, Compare) and rule.operator == "=="
        is_shown = equality and line.check.shows_difference
        assert line.comparison is (rule if is_shown else None)
        compared += is_shown
    assert compared


def test_the_fields_of_a_line_are_those_its_rules_name_each_once(zfxxgk: Form) -> None:
    line = line_of(zfxxgk, "G5")
    assert line.fields == ("text.overview", "text.problems")
    assert line.table == TEXT_TABLE
    per_cell = line_of(zfxxgk, "A5.requests")
    row = per_cell.row
    assert per_cell.fields == tuple(
        field.id for field in zfxxgk.typed if field.table == "requests" and field.row == row
    )


@pytest.mark.parametrize(
    ("code", "label", "subject"),
    [
        ("A3.natural_person", "A-3·自然人", "自然人"),
        ("G5", "G-5", "一、五两部分有文字"),
        ("C2.natural_person", "C-2·自然人", "自然人"),
    ],
)
def test_a_code_is_read_with_the_name_of_its_row_or_column(
    zfxxgk: Form, code: str, label: str, subject: str
) -> None:
    line = line_of(zfxxgk, code)
    assert (line.label, line.about) == (label, subject)


def test_no_label_looks_like_a_cell_or_shows_an_id(any_form: Form) -> None:
    for line in check_lines(any_form):
        label, subject = line.label, line.about
        code, _, about = label.partition("·")
        assert code == printed_code(line.check.code)
        assert re.fullmatch(r"[A-Z]-[0-9]+", code)
        assert re.search("[a-z_]", label) is None
        assert subject == (about or line.check.title)
        if line.check.each:
            assert about, label


def test_a_row_is_named_without_the_outermost_of_several_headings(zfxxgk: Form) -> None:
    line = next(line for line in check_lines(zfxxgk) if line.per_cell and line.table == "requests")
    field = zfxxgk.fields[line.fields[0]]
    assert line.subject == field.row_short
    assert field.row_short in field.row_label


# --- the rules as they are listed -----------------------------------------------------------


def test_listed_rules_are_those_of_the_form_the_graver_first(any_form: Form) -> None:
    lines = check_lines(any_form)
    listed = listed_checks(any_form, lines)
    items: list[Check | Statement] = [*any_form.checks, *any_form.statements]
    assert sorted(check.code for check in listed) == sorted(item.code for item in items)
    order = [(check.deferred, check.severity.rank) for check in listed]
    assert order == sorted(order)
    assert [line for check in listed for line in check.lines if not check.deferred]
    for check in listed:
        assert check.lines == tuple(line for line in lines if line.check.code == check.code)
        assert check.deferred == (check.lines == ())


def test_rules_of_one_severity_keep_the_order_of_the_form(any_form: Form) -> None:
    items: list[Check | Statement] = [*any_form.checks, *any_form.statements]
    codes = [item.code for item in items]
    listed = listed_checks(any_form, check_lines(any_form))
    for severity in Severity:
        own = [c.code for c in listed if c.severity is severity and not c.deferred]
        assert own == sorted(own, key=codes.index)


def test_what_no_formula_can_check_is_deferred(zfxxgk: Form) -> None:
    listed = listed_checks(zfxxgk, check_lines(zfxxgk))
    deferred = {check.code for check in listed if check.deferred}
    differs = {i.check.code for i in zfxxgk.instances if not has_formula(i.rule)}
    assert deferred == differs | {statement.code for statement in zfxxgk.statements}
    assert differs


def test_names_of_cells() -> None:
    assert line_name("A3.natural_person") == "check.A3.natural_person"
    assert explanation_name("C2") == "explain.C2"


def test_a_line_takes_its_severity_from_the_check(zfxxgk: Form) -> None:
    line = line_of(zfxxgk, "C2.natural_person")
    assert line.severity is Severity.WARNING
    assert isinstance(line.instances[0], Instance)
