"""Formulas that depend on no submission are worked out once a form."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from support.fills import fill
from xlreport import Form, get_form, write_workbook
from xlreport.form.expression import fields_of
from xlreport.rules.excel import Formulas
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.formulas import formulas_of

FORM = Path(__file__).resolve().parents[2] / "forms" / "xiangzhen-caizheng.yaml"
WORKED_OUT = ("judgement", "gap", "computed")


def test_the_same_form_has_the_same_formulas(zfxxgk: Form, other_form: Form) -> None:
    assert formulas_of(zfxxgk) is formulas_of(zfxxgk)
    assert formulas_of(zfxxgk) is not formulas_of(other_form)


def test_every_rule_computed_field_and_cell_has_its_formula(any_form: Form) -> None:
    formulas, layout = formulas_of(any_form), layout_of(any_form)
    assert set(formulas.rules_in_words) == {listed.code for listed in layout.listed}
    assert set(formulas.computed) == {field.id for field in any_form.computed}
    assert set(formulas.states) == set(layout.cells)


def test_the_state_of_a_cell_is_the_worst_grade_of_the_rules_that_name_it(any_form: Form) -> None:
    formulas, layout = formulas_of(any_form), layout_of(any_form)
    for name, formula in formulas.states.items():
        assert formula.startswith("=MAX(0,") or formula == "=0"
        named = 0
        for line in layout.lines_of[name]:
            instances = [i for i in line.instances if name in fields_of(i.rule)]
            named += len(instances) if line.per_cell else 1
        assert formula.count("'计算'!") == named


def test_a_cell_refers_to_its_own_grade_of_a_check_on_every_cell(zfxxgk: Form) -> None:
    formulas, layout = formulas_of(zfxxgk), layout_of(zfxxgk)
    line = next(own for own in layout.lines if own.per_cell and len(own.instances) > 2)
    row = layout.calculation.row(line) + 1
    for column, instance in zip("LMN", line.instances, strict=False):
        (name,) = fields_of(instance.rule)
        assert f"'计算'!{column}{row}" in formulas.states[name]


def test_a_rule_in_words_is_told_once_for_all_its_rows(zfxxgk: Form) -> None:
    words = formulas_of(zfxxgk).rules_in_words
    layout = layout_of(zfxxgk)
    for listed in layout.listed:
        others = len(listed.lines) - 1
        if listed.deferred:
            assert words[listed.code] == ""
        elif listed.lines[0].per_cell:
            cells = sum(len(line.instances) for line in listed.lines)
            assert words[listed.code] == f"{cells} 个要填的格子逐一核对"
        elif others:
            what = "列" if listed.lines[0].check.each == "column" else "行"
            assert words[listed.code].endswith(f"；另外 {others} {what}同样核对")
        else:
            assert "同样核对" not in words[listed.code]
    assert words["A3"].endswith("列同样核对")


def test_references_to_the_sheet_of_calculations(zfxxgk: Form) -> None:
    formulas, layout = formulas_of(zfxxgk), layout_of(zfxxgk)
    assert formulas.calculated(4, 3) == "'计算'!$D$5"
    sheet = layout.form_sheets[1]
    assert formulas.sheet_row(sheet) == layout.calculation.sheets[sheet.name]


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
