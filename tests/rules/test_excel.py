"""Formulas: the words of check cells, blanks passed over, and Excel's limit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlreport import Form
from xlreport.errors import XlreportError
from xlreport.form import expression as ex
from xlreport.form.model import Instance
from xlreport.rules.excel import MAX_FORMULA, Formulas, FormulaTooLong, has_money, within_limit
from xlreport.workbook.layout.workbook import layout_of

KNOWN = 'COUNT(D8:E8)+IF($C$3="是",COUNTBLANK(D8:E8),0)=2'


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
    verdict = formulas.verdict(instance(other_form, "M7.tax"))
    gap = "ROUND(ABS(D8-E8)-500,6)"
    assert verdict == f'=IF({KNOWN},IF({gap}<=0,"通过","未通过"),"待填")'


def test_another_condition_asks_whether_it_holds_then_whether_it_fails(
    other_form: Form, formulas: Formulas
) -> None:
    verdict = formulas.verdict(instance(other_form, "T1"))
    assert verdict.startswith("=IF(LEN(SUBSTITUTE(")
    assert verdict.endswith(',"未通过","待填"))')


def test_what_lacks_last_year_says_so(zfxxgk: Form) -> None:
    formulas = Formulas(layout_of(zfxxgk), "校验")
    verdict = formulas.verdict(instance(zfxxgk, "B1.natural_person"))
    assert verdict.endswith(',"待填","无上年数"))')
    assert verdict.count("'上年数'!") == 3


def test_a_typed_over_total_counts_with_its_parts(other_form: Form, formulas: Formulas) -> None:
    known = formulas.known(instance(other_form, "M2.tax").rule)
    assert known == ('AND(COUNT(G8)=1,COUNT(C8:F8)+IF($C$3="是",COUNTBLANK(C8:F8),0)=4)')


def test_a_row_of_cells_has_one_mark(other_form: Form, formulas: Formulas) -> None:
    rules = [i for i in other_form.instances if i.check.code == "N2" and i.row == "tax"]
    mark = formulas.cells_mark(rules[:1])
    assert mark.startswith("=IF(AND(IF(COUNT(C8)")
    assert ',"✔",IF(' in mark
    assert mark.endswith(',"✘","待填"))')


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
