"""Formulas that depend on no submission are worked out once a form."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from support.fills import fill
from xlreport import Form, get_form, write_workbook
from xlreport.rules.excel import Formulas
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.formulas import formulas_of

FORM = Path(__file__).resolve().parents[2] / "forms" / "xiangzhen-caizheng.yaml"
WORKED_OUT = ("verdict", "gap", "cells_mark", "computed")


def test_the_same_form_has_the_same_formulas(zfxxgk: Form, other_form: Form) -> None:
    assert formulas_of(zfxxgk) is formulas_of(zfxxgk)
    assert formulas_of(zfxxgk) is not formulas_of(other_form)


def test_every_check_and_computed_field_has_its_formula(any_form: Form) -> None:
    formulas, layout = formulas_of(any_form), layout_of(any_form)
    rows = layout.check_rows
    assert set(formulas.verdicts) == {row.index for row in rows if not row.per_cell}
    assert set(formulas.gaps) == {row.index for row in rows if row.comparison}
    assert set(formulas.rules_in_words) == {row.index for row in rows}
    assert set(formulas.computed) == {field.id for field in any_form.computed}
    marked = [(s.name, check.span.cell) for s in layout.form_sheets for check in s.checks]
    assert sorted(formulas.marks) == sorted(marked)


def test_further_workbooks_of_a_form_work_out_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    form = get_form(FORM)
    formulas_of.cache_clear()
    made: Counter[str] = Counter()
    for name in WORKED_OUT:
        monkeypatch.setattr(Formulas, name, counted(getattr(Formulas, name), made))
    first = write_workbook(fill(form, 1), form)
    assert set(made) == set(WORKED_OUT)
    before = made.copy()
    assert write_workbook(fill(form, 1), form) == first
    assert write_workbook(fill(form, 2), form) != first
    assert made == before


def counted(real: Any, made: Counter[str]) -> Any:
    def call(self: Formulas, *arguments: Any, **named: Any) -> Any:
        made[real.__name__] += 1
        return real(self, *arguments, **named)

    return call
