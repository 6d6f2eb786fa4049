"""Formulas: grades of checks, blanks passed over, and Excel's limit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlreport import Form
from xlreport.errors import XlreportError
from xlreport.form import expression as ex
from xlreport.form.model import Instance
from xlreport.rules.excel import (
    MAX_FORMULA,
    Formulas,
    FormulaTooLong,
    Judgement,
    has_money,
    within_limit,
)
from xlreport.workbook.layout.workbook import layout_of

KNOWN = 'COUNT(D8:E8)+IF($C$1="是",COUNTBLANK(D8:E8),0)=2'


@pytest.fixture(scope="module")
def formulas(other_form: Form) -> Formulas:
    return Formulas(layout_of(other_form), "收支")


def instance(form: Form, code: str) -> Instance:
    return next(i for i in form.instances if i.code == code)


def test_a_computed_cell_passes_over_texts(formulas: Formulas) -> None:
    assert formulas.computed("money.tax.year") == "=SUM(D8:F8)"
    single = ex.Minus(ex.Ref("money.tax.q1"), ex.Ref("money.tax.q2"))
    assert formulas.number(single, tolerant=True) == "SUM(D8)-SUM(E8)"
    chain = ex.Total((ex.Ref("money.tax.q1"), ex.Ref("money.tax.rest")), "+")
    assert formulas.number(chain, tolerant=True) == "SUM(D8,F8)"


def test_a_comparison_is_judged_once_its_numbers_are_there(
    other_form: Form, formulas: Formulas
) -> None:
    judgement = formulas.judgement(instance(other_form, "M7.tax").rule)
    gap = "ROUND(ABS(D8-E8)-500,6)"
    assert judgement == Judgement(KNOWN, f"{gap}<=0", "-2", is_known=True)
    assert judgement.grade("4") == f"IF({KNOWN},IF({gap}<=0,0,4),-2)"


def test_conditions_may_stand_in_cells_of_their_own(formulas: Formulas, other_form: Form) -> None:
    comparison = formulas.judgement(instance(other_form, "M7.tax").rule)
    assert comparison.grade("$B$9", "J2", "K2") == "IF(J2,IF(K2,0,$B$9),-2)"
    other = formulas.judgement(instance(other_form, "T1").rule)
    assert other.grade("$B$9", "J2", "K2") == "IF(J2,0,IF(K2,$B$9,-2))"


def test_another_condition_asks_whether_it_holds_then_whether_it_fails(
    other_form: Form, formulas: Formulas
) -> None:
    judgement = formulas.judgement(instance(other_form, "T1").rule)
    assert not judgement.is_known
    assert judgement.first.startswith("LEN(SUBSTITUTE(")
    grade = judgement.grade("3")
    assert grade == f"IF({judgement.first},0,IF({judgement.second},3,-2))"


def test_what_lacks_last_year_is_told_from_what_is_not_filled_in(zfxxgk: Form) -> None:
    formulas = Formulas(layout_of(zfxxgk), "计算")
    judgement = formulas.judgement(instance(zfxxgk, "B1.natural_person").rule)
    last_year = "COUNT('上年·三、依申请公开'!D31)=1"
    assert judgement.open_ == f"IF({last_year},-2,-1)"
    assert judgement.grade("4").endswith(f",IF({last_year},-2,-1))")
    assert formulas.open(instance(zfxxgk, "A3.natural_person").rule) == "-2"


def test_comparisons_of_the_same_cells_ask_only_once_whether_these_are_known(
    formulas: Formulas,
) -> None:
    q1, q2 = ex.Ref("money.tax.q1"), ex.Ref("money.tax.q2")
    less = ex.Compare("<", q1, q2, Decimal(0))
    more = ex.Compare(">", q2, q1, Decimal(0))
    judgement = formulas.judgement(ex.And((less, more)))
    both = "AND(ROUND(D8-E8,6)<0,ROUND(E8-D8,6)>0)"
    assert judgement == Judgement(KNOWN, both, "-2", is_known=True)


@pytest.mark.parametrize(
    "operands",
    [
        (ex.Ref("disclosure.licences.decisions"), ex.Ref("disclosure.penalties.decisions")),
        (ex.Length("text.overview"), ex.Length("text.problems")),
        (
            ex.Previous("disclosure.licences.decisions"),
            ex.Previous("disclosure.penalties.decisions"),
        ),
    ],
)
def test_comparisons_of_different_cells_are_judged_each_by_its_own(
    zfxxgk: Form, operands: tuple[ex.Ref | ex.Length | ex.Previous, ...]
) -> None:
    """One that fails decides while the cells of the other are still blank."""
    formulas = Formulas(layout_of(zfxxgk), "计算")
    nine = ex.Const(Decimal(9))
    limits = tuple(ex.Compare("<=", operand, nine, Decimal(0)) for operand in operands)
    one, other = (formulas.condition(limit) for limit in limits)
    judgement = formulas.judgement(ex.And(limits))
    assert not judgement.is_known
    assert judgement.first == f"AND({one.holds},{other.holds})"
    assert judgement.second == f"OR({one.fails},{other.fails})"


def test_a_typed_over_total_counts_with_its_parts(other_form: Form, formulas: Formulas) -> None:
    known = formulas.known(instance(other_form, "M2.tax").rule)
    assert known == ('AND(COUNT(G8)=1,COUNT(C8:F8)+IF($C$1="是",COUNTBLANK(C8:F8),0)=4)')


def test_seen_from_another_sheet_cells_carry_its_name(other_form: Form) -> None:
    assert Formulas(layout_of(other_form), "校验").cell("money.tax.q1") == "'收支'!D8"


def test_a_formula_that_excel_would_refuse_is_told() -> None:
    assert within_limit("x" * MAX_FORMULA, "A1") == "x" * MAX_FORMULA
    with pytest.raises(FormulaTooLong) as caught:
        within_limit("x" * (MAX_FORMULA + 1), "A1")
    assert isinstance(caught.value, XlreportError)
    assert str(caught.value) == (
        "“A1”的 Excel 公式有 8,193 个字符，超过 Excel 允许的 8,192 个；请把规则拆短，或减少一行里的列数。"
    )


def test_amounts_are_told_from_counts(other_form: Form) -> None:
    assert has_money(other_form, instance(other_form, "M2.tax").rule)
    heads = ex.Compare(">", ex.Ref("staff.civil.heads"), ex.Const(Decimal(0)))
    assert not has_money(other_form, heads)
