"""The rows of the 校验 sheet."""

from __future__ import annotations

from xlreport import Form
from xlreport.form.expression import Compare, has_formula
from xlreport.workbook.layout.check_rows import (
    EXPLANATION,
    FIRST_CHECK_ROW,
    GAP,
    VERDICT,
    check_rows,
    deferred_check_rows,
)


def test_every_instance_with_a_formula_has_its_row_in_order(any_form: Form) -> None:
    rows = check_rows(any_form)
    assert [row.index for row in rows] == list(range(len(rows)))
    shown = [instance for row in rows for instance in row.instances]
    assert len(shown) == sum(has_formula(i.rule) for i in any_form.instances)
    codes = [check.code for check in any_form.checks]
    order = [codes.index(row.check.code) for row in rows]
    assert order == sorted(order)


def test_a_check_on_every_cell_has_one_row_a_table(any_form: Form) -> None:
    rows = check_rows(any_form)
    for row in rows:
        if row.per_cell:
            assert row.code == f"{row.printed_code}.{row.table}"
            assert {instance.table for instance in row.instances} == {row.table}
            assert [i for _, part in row.by_row() for i in part] == list(row.instances)
            assert row.comparison is None
        else:
            assert row.code == row.instances[0].code
            assert len(row.instances) == 1
    assert len({row.code for row in rows}) == len(rows)


def test_only_one_comparison_has_a_difference(any_form: Form) -> None:
    for row in check_rows(any_form):
        alone = not row.per_cell and isinstance(row.instances[0].rule, Compare)
        assert (row.comparison is not None) == alone


def test_cells_of_a_row(zfxxgk: Form) -> None:
    row = check_rows(zfxxgk)[2]
    assert row.row == FIRST_CHECK_ROW + 2
    assert row.verdict_cell == (FIRST_CHECK_ROW + 2, VERDICT)
    assert row.gap_cell == (FIRST_CHECK_ROW + 2, GAP)
    assert row.explanation_cell == (FIRST_CHECK_ROW + 2, EXPLANATION)


def test_what_no_formula_can_check_follows_below(zfxxgk: Form) -> None:
    rows = check_rows(zfxxgk)
    deferred = deferred_check_rows(zfxxgk, rows)
    shown = {row.check.code for row in rows}
    left = [check.code for check in zfxxgk.checks if check.code not in shown]
    assert [row.code for row in deferred] == [*left, *(s.code for s in zfxxgk.statements)]
    assert [row.index for row in deferred] == list(range(len(rows), len(rows) + len(deferred)))
    assert left, "the shipped form compares texts with last year's"
