"""An independent engine recalculates every workbook that is written, from nothing; it must show what
is stored in the file."""

from __future__ import annotations

import re

import pytest

from support.engine import differences
from support.examples import examples
from support.fills import explained, fill
from support.formula_cells import formula_cells
from support.written import KINDS, written
from xlreport import Form, write_workbook
from xlreport.rules.excel import Formulas
from xlreport.workbook.layout.sheet import CALCULATION, HIDDEN
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.formulas import formulas_of

FILLS = examples(8).max_examples


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_workbook_shows_what_an_engine_finds(any_form: Form, kind: str) -> None:
    assert differences(written(any_form, kind)) == []


def test_random_fills_show_what_an_engine_finds(any_form: Form) -> None:
    found = []
    for seed in range(FILLS):
        data = write_workbook(explained(any_form, seed), any_form)
        found += [f"{seed} {line}" for line in differences(data)]
    assert found == []


def test_formulas_stand_on_every_sheet_that_is_calculated(any_form: Form) -> None:
    """No sheet is passed over in silence."""
    layout = layout_of(any_form)
    cells = formula_cells(written(any_form, "blank of a unit"))
    sheets = {sheet for sheet, _ in cells}
    own = {sheet.name for sheet in layout.form_sheets}
    assert sheets == {"封面", *own, "校验", CALCULATION} - {HIDDEN}
    on_calculation = [cell for sheet, cell in cells if sheet == CALCULATION]
    formulas = [text for text in formulas_of(any_form).calculation.values() if text[:1] == "="]
    assert len(on_calculation) == len(formulas)


def test_a_broken_formula_is_found(zfxxgk: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Formulas.gap
    monkeypatch.setattr(Formulas, "gap", lambda self, node: right(self, node) + "+1")
    formulas_of.cache_clear()
    try:
        assert differences(write_workbook(fill(zfxxgk, 2), zfxxgk)) != []
    finally:
        formulas_of.cache_clear()


def test_a_wrong_stored_result_is_found(zfxxgk: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    right = "xlreport.workbook.writer.results.CachedResults.overall"
    monkeypatch.setattr(right, lambda self: "另一句话")
    found = differences(write_workbook(fill(zfxxgk, 2), zfxxgk))
    cells = [re.split(": ", line)[0] for line in found]
    assert cells == ["封面 E2", f"{CALCULATION} G{layout_of(zfxxgk).calculation.report + 1}"]
