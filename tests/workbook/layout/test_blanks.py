"""The formula in a number cell that nobody has filled in, as programs save it."""

from __future__ import annotations

import pytest

from xlreport.workbook.layout.blanks import blank_formula, is_blank_formula


def test_a_blank_shows_0_once_blanks_are_declared_to_be_0() -> None:
    assert blank_formula("$D$1") == '=IF($D$1="是",0,"")'


@pytest.mark.parametrize(
    "formula",
    [
        blank_formula("$D$1"),
        'IF($D$1="是",0,"")',
        'IF(D1="是",0,"")',
        'IF( $D$1 = "是", 0, "" )',
        'of:=IF([.$D$1]="是";0;"")',
        'of:=IF([.D1]="是";0;"")',
        'IF($XFD$1048576="是",0,"")',
    ],
)
def test_the_formula_is_known_as_any_program_saves_it(formula: str) -> None:
    assert is_blank_formula(formula)


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "D1",
        'IF($D$1="否",0,"")',
        'IF($D$1="是",1,"")',
        'IF($D$1="是",0,"")+1',
        '5+IF($D$1="是",0,"")',
        'IF($D$1="是",0," 0")',
        'IF(SUM($D$1)="是",0,"")',
        'IF(甲!$D$1="是",0,"")',
        'IF($D$1="是",0)',
    ],
)
def test_any_other_formula_was_typed_in(formula: str) -> None:
    assert not is_blank_formula(formula)
