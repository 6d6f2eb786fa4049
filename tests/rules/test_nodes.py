"""Each node of the check language with every target: a node that is added needs a row here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from types import UnionType
from typing import get_args

import pytest

from xlreport import Entry, Form, Severity, Submission, Unit
from xlreport.form import expression as ex
from xlreport.form.model import Check, Instance
from xlreport.rules.describe import FailureDescriber, RuleDescriber
from xlreport.rules.evaluate import UnitView, Verdict, view_of
from xlreport.rules.excel import Formulas
from xlreport.rules.linear import NotLinear, linear_terms
from xlreport.submission import Figures, Provenance
from xlreport.workbook.layout.workbook import layout_of

TAX, OTHER, HEADS = ex.Ref("money.tax.q1"), ex.Ref("money.tax.q2"), ex.Ref("staff.civil.heads")
HELD = {
    "money.tax.q1": Decimal("7.125"),
    "money.tax.q2": Decimal(2),
    "staff.civil.heads": Decimal(3),
}
REMARKS = "text.remarks"
BARE = 'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(文字材料!B5," ",""),"\u3000",""),CHAR(10),"")'
ONE = Decimal(1)


def number(value: str | int) -> ex.Const:
    return ex.Const(Decimal(value))


@dataclass(frozen=True)
class NumberRow:
    """A number: its value, formula, words, words with what was seen, and linear terms."""

    node: ex.Number
    value: str
    formula: str
    words: str
    seen: str
    terms: dict[str, Decimal] | None


NUMBERS = [
    NumberRow(number("2.50"), "2.5", "2.5", "2.5", "2.5", {"": Decimal("2.50")}),
    NumberRow(TAX, "7.125", "D8", "税收·一季度", "税收·一季度（D8）7.125", {TAX.field: ONE}),
    NumberRow(
        ex.Previous(TAX.field),
        "4",
        "上年·收支!D8",
        "上年的“税收·一季度”",
        "上年的“税收·一季度” 4",
        None,
    ),
    NumberRow(ex.Length(REMARKS), "5", f"LEN({BARE})", "编报说明的字数", "编报说明的字数 5", None),
    NumberRow(
        ex.Total((TAX, OTHER)),
        "9.125",
        "SUM(D8:E8)",
        "税收·上半年",
        "税收·上半年（D8:E8）9.125",
        {TAX.field: ONE, OTHER.field: ONE},
    ),
    NumberRow(
        ex.Total((TAX, HEADS), "+"),
        "10.125",
        "D8+人员经费!A8",
        "税收·一季度 ＋ 行政·人数",
        "税收·一季度（收支 D8）7.125 ＋ 行政·人数（人员经费 A8）3 ＝ 10.125",
        {TAX.field: ONE, HEADS.field: ONE},
    ),
    NumberRow(
        ex.Total((TAX, TAX)),
        "14.25",
        "SUM(D8,D8)",
        "税收·一季度 ＋ 税收·一季度",
        "税收·一季度（D8）7.125 ＋ D8 的 7.125 ＝ 14.25",
        {TAX.field: Decimal(2)},
    ),
    NumberRow(
        ex.Minus(TAX, ex.Minus(OTHER, number(1))),
        "6.125",
        "D8-(E8-1)",
        "税收·一季度 － （税收·二季度 － 1）",
        "税收·一季度（D8）7.125 － （税收·二季度（E8）2 － 1） ＝ 6.125",
        {TAX.field: ONE, OTHER.field: -ONE, "": ONE},
    ),
    NumberRow(
        ex.Times(Decimal("0.3"), OTHER),
        "0.6",
        "0.3*(E8)",
        "0.3 × 税收·二季度",
        "0.3 × 税收·二季度（E8）2 ＝ 0.6",
        {OTHER.field: Decimal("0.3")},
    ),
    NumberRow(
        ex.Absolute(ex.Minus(OTHER, TAX)),
        "5.125",
        "ABS(E8-D8)",
        "|税收·二季度 － 税收·一季度|",
        "|税收·二季度（E8）2 － 税收·一季度（D8）7.125| ＝ 5.125",
        None,
    ),
    NumberRow(
        ex.Rounded(TAX, 2),
        "7.13",
        "ROUND(D8,2)",
        "税收·一季度 保留 2 位小数",
        "税收·一季度（D8）7.125 保留 2 位小数",
        None,
    ),
]


@dataclass(frozen=True)
class ConditionRow:
    """A condition that fails: its formulas, what it says, and what is said of the failure."""

    node: ex.Truth
    holds: str
    fails: str
    says: str
    failure: str


def known(cells: str, count: int) -> str:
    return f'COUNT({cells})+IF($C$1="是",COUNTBLANK({cells}),0)={count}'


LESS = ex.Compare("<", TAX, OTHER)
MORE = ex.Compare(">", OTHER, TAX)
CONDITIONS = [
    ConditionRow(
        ex.Compare("==", TAX, OTHER, Decimal("0.5")),
        f"IF({known('D8:E8', 2)},ABS(ROUND(D8-E8,6))<=0.5,FALSE)",
        f"IF({known('D8:E8', 2)},NOT(ABS(ROUND(D8-E8,6))<=0.5),FALSE)",
        "税收·一季度 ＝ 税收·二季度（允许相差 0.5）",
        "税收·一季度（D8）7.125，税收·二季度（E8）2，两者应当相等（允许相差 0.5），现相差 5.125",
    ),
    ConditionRow(
        ex.Compare("==", TAX, number(0)),
        f"IF({known('D8', 1)},ROUND(D8,6)=0,FALSE)",
        f"IF({known('D8', 1)},NOT(ROUND(D8,6)=0),FALSE)",
        "税收·一季度 ＝ 0",
        "税收·一季度（D8）7.125，应等于 0",
    ),
    ConditionRow(
        ex.Compare("!=", TAX, number("7.125")),
        f"IF({known('D8', 1)},ROUND(D8-7.125,6)<>0,FALSE)",
        f"IF({known('D8', 1)},NOT(ROUND(D8-7.125,6)<>0),FALSE)",
        "税收·一季度 ≠ 7.125",
        "税收·一季度（D8）7.125，7.125，两者不应相等",
    ),
    ConditionRow(
        ex.Compare(">", TAX, number("7.125")),
        f"IF({known('D8', 1)},ROUND(D8-7.125,6)>0,FALSE)",
        f"IF({known('D8', 1)},NOT(ROUND(D8-7.125,6)>0),FALSE)",
        "税收·一季度 ＞ 7.125",
        "税收·一季度（D8）7.125，应大于 7.125",
    ),
    ConditionRow(
        ex.Compare("<=", TAX, OTHER),
        f"IF({known('D8:E8', 2)},ROUND(D8-E8,6)<=0,FALSE)",
        f"IF({known('D8:E8', 2)},NOT(ROUND(D8-E8,6)<=0),FALSE)",
        "税收·一季度 ≤ 税收·二季度",
        "税收·一季度（D8）7.125，应不大于 税收·二季度（E8）2，现多 5.125",
    ),
    ConditionRow(
        ex.Compare(">=", OTHER, TAX),
        f"IF({known('D8:E8', 2)},ROUND(E8-D8,6)>=0,FALSE)",
        f"IF({known('D8:E8', 2)},NOT(ROUND(E8-D8,6)>=0),FALSE)",
        "税收·二季度 ≥ 税收·一季度",
        "税收·二季度（E8）2，应不小于 税收·一季度（D8）7.125，现少 5.125",
    ),
    ConditionRow(
        ex.Compare("==", ex.Rounded(TAX, 2), TAX),
        f"IF({known('D8', 1)},ROUND(ROUND(D8,2)-D8,6)=0,FALSE)",
        f"IF({known('D8', 1)},NOT(ROUND(ROUND(D8,2)-D8,6)=0),FALSE)",
        "税收·一季度不超过 2 位小数",
        "税收·一季度（D8）7.125 应不超过 2 位小数",
    ),
    ConditionRow(
        ex.Compare("==", ex.Rounded(TAX, 0), TAX),
        f"IF({known('D8', 1)},ROUND(ROUND(D8,0)-D8,6)=0,FALSE)",
        f"IF({known('D8', 1)},NOT(ROUND(ROUND(D8,0)-D8,6)=0),FALSE)",
        "税收·一季度是整数",
        "税收·一季度（D8）7.125 应是整数",
    ),
    ConditionRow(
        ex.Mentions(REMARKS, ("增加", "减少")),
        f'OR(LEN(SUBSTITUTE({BARE},"增加",""))<LEN({BARE}),LEN(SUBSTITUTE({BARE},"减少",""))<LEN({BARE}))',
        f'AND(COUNTBLANK(文字材料!B5)=0,NOT(OR(LEN(SUBSTITUTE({BARE},"增加",""))<LEN({BARE}),'
        f'LEN(SUBSTITUTE({BARE},"减少",""))<LEN({BARE}))))',
        "编报说明写到“增加”或“减少”",
        "编报说明没有写到“增加”或“减少”",
    ),
    ConditionRow(
        ex.Differs(REMARKS),
        "",
        "",
        "编报说明与上年的不（几乎）相同",
        "编报说明与上年的几乎完全相同",
    ),
    ConditionRow(
        ex.LevelIn(("乡镇", "县")),
        'OR(封面!$C$7="乡镇",封面!$C$7="县")',
        'AND(封面!$C$7<>"",NOT(OR(封面!$C$7="乡镇",封面!$C$7="县")))',
        "单位类别为乡镇、县",
        "单位类别现为“街道”，应为乡镇、县",
    ),
    ConditionRow(
        ex.Not(ex.Compare(">", TAX, OTHER)),
        f"IF({known('D8:E8', 2)},NOT(ROUND(D8-E8,6)>0),FALSE)",
        f"IF({known('D8:E8', 2)},ROUND(D8-E8,6)>0,FALSE)",
        "不应出现“税收·一季度 ＞ 税收·二季度”",
        "税收·一季度（D8）7.125 大于 税收·二季度（E8）2，不应如此",
    ),
    ConditionRow(
        ex.And((LESS, MORE)),
        f"IF({known('D8:E8', 2)},AND(ROUND(D8-E8,6)<0,ROUND(E8-D8,6)>0),FALSE)",
        f"IF({known('D8:E8', 2)},NOT(AND(ROUND(D8-E8,6)<0,ROUND(E8-D8,6)>0)),FALSE)",
        "税收·一季度 ＜ 税收·二季度，并且税收·二季度 ＞ 税收·一季度",
        "税收·一季度（D8）7.125，应小于 税收·二季度（E8）2，现多 5.125；"
        "E8 的 2，应大于 D8 的 7.125，现少 5.125",
    ),
    ConditionRow(
        ex.And((ex.Compare(">", OTHER, number(0)), ex.LevelIn(("县",)))),
        f'AND(IF({known("E8", 1)},ROUND(E8,6)>0,FALSE),OR(封面!$C$7="县"))',
        f"OR(IF({known('E8', 1)},NOT(ROUND(E8,6)>0),FALSE),"
        'AND(封面!$C$7<>"",NOT(OR(封面!$C$7="县"))))',
        "税收·二季度 ＞ 0，并且单位类别为县",
        "单位类别现为“街道”，应为县",
    ),
    ConditionRow(
        ex.Or((ex.Compare("<", TAX, number(0)), ex.Compare("<", OTHER, number(0)))),
        f"OR(IF({known('D8', 1)},ROUND(D8,6)<0,FALSE),IF({known('E8', 1)},ROUND(E8,6)<0,FALSE))",
        f"AND(IF({known('D8', 1)},NOT(ROUND(D8,6)<0),FALSE),"
        f"IF({known('E8', 1)},NOT(ROUND(E8,6)<0),FALSE))",
        "税收·一季度 ＜ 0，或者税收·二季度 ＜ 0",
        "以下至少应有一项成立：税收·一季度（D8）7.125，应小于 0，现多 7.125；"
        "税收·二季度（E8）2，应小于 0，现多 2",
    ),
    ConditionRow(
        ex.Implies(ex.Compare(">", TAX, number(0)), ex.LevelIn(("县",))),
        f'OR(IF({known("D8", 1)},NOT(ROUND(D8,6)>0),FALSE),OR(封面!$C$7="县"))',
        f'AND(IF({known("D8", 1)},ROUND(D8,6)>0,FALSE),AND(封面!$C$7<>"",NOT(OR(封面!$C$7="县"))))',
        "税收·一季度 ＞ 0 时，单位类别为县",
        "税收·一季度（D8）7.125 大于 0 时，单位类别现为“街道”，应为县",
    ),
]

CELLS = [
    ConditionRow(
        ex.IsNumber(TAX),
        known("D8", 1),
        "COUNT(D8)+COUNTBLANK(D8)=0",
        "税收·一季度是数字",
        "税收·一季度（D8） 现为“无”，不是数字",
    ),
    ConditionRow(
        ex.Filled(REMARKS),
        f"LEN({BARE})>0",
        f"AND(COUNTBLANK(文字材料!B5)=0,LEN({BARE})=0)",
        "编报说明有文字",
        "编报说明只有空格",
    ),
]
"""Conditions that fail for what is no number or no text."""

CHECK = Check("X1", "", Severity.ERROR, None, "", "", Decimal(0))


def instance(rule: ex.Truth) -> Instance:
    return Instance(CHECK, rule, "money")


def view(form: Form, rule: ex.Truth, text: str = "写了 五个字", raw: str = "") -> UnitView:
    """A report seen by a form whose only rule this is; `raw` is what stands in the place of TAX."""
    form = replace(form, instances=(instance(rule),))
    entries = {field.id: Entry.of(HELD.get(field.id, Decimal(0))) for field in form.typed}
    if raw:
        entries[TAX.field] = Entry(None, raw=raw)
    report = Submission(
        form.id,
        2025,
        Unit("甲", "1", "街道"),
        entries,
        {REMARKS: text},
        prior_year=Figures({TAX.field: Decimal(4)}, {REMARKS: text}),
        provenance=Provenance(places=layout_of(form).places()),
    )
    return view_of(form, report)


def formulas(form: Form) -> Formulas:
    return Formulas(layout_of(form), "收支")


def plain(formula: str) -> str:
    """Without the quotes of sheet names."""
    return formula.replace("'", "")


@pytest.mark.parametrize("row", NUMBERS, ids=lambda row: type(row.node).__name__)
def test_a_number_with_every_target(other_form: Form, row: NumberRow) -> None:
    rule = ex.Compare("==", row.node, number(0))
    seen = view(other_form, rule)
    assert seen.value(row.node) == Decimal(row.value)
    assert plain(formulas(other_form).number(row.node)) == row.formula
    assert RuleDescriber(other_form, instance(rule)).term(row.node) == row.words
    assert FailureDescriber(other_form, instance(rule), seen).term(row.node) == row.seen
    if row.terms is None:
        with pytest.raises(NotLinear):
            linear_terms(row.node)
    else:
        assert linear_terms(row.node) == row.terms


@pytest.mark.parametrize("row", CONDITIONS, ids=lambda row: type(row.node).__name__)
def test_a_condition_with_every_target(other_form: Form, row: ConditionRow) -> None:
    _agrees(other_form, row, view(other_form, row.node))


@pytest.mark.parametrize("row", CELLS, ids=lambda row: type(row.node).__name__)
def test_a_condition_about_one_cell_with_every_target(other_form: Form, row: ConditionRow) -> None:
    _agrees(other_form, row, view(other_form, row.node, text=" \n", raw="无"))
    empty = view(other_form, row.node, text="")
    assert empty.verdict(ex.Filled(REMARKS)) is Verdict.UNKNOWN


def _agrees(form: Form, row: ConditionRow, seen: UnitView) -> None:
    assert seen.verdict(row.node) is Verdict.FAILS
    assert seen.verdict(ex.Not(row.node)) is Verdict.HOLDS
    if ex.has_formula(row.node):
        assert tuple(map(plain, formulas(form).condition(row.node))) == (row.holds, row.fails)
    else:
        with pytest.raises(ValueError, match="no workbook formula"):
            formulas(form).condition(row.node)
    assert RuleDescriber(form, instance(row.node)).rule() == row.says
    assert FailureDescriber(form, instance(row.node), seen).failure(row.node) == row.failure


def kinds(union: UnionType) -> set[type]:
    return set(get_args(union))


def test_no_node_is_missing() -> None:
    assert {type(row.node) for row in NUMBERS} == kinds(ex.Number)
    assert {type(row.node) for row in (*CONDITIONS, *CELLS)} == kinds(ex.Truth)
    compared = {row.node.operator for row in CONDITIONS if isinstance(row.node, ex.Compare)}
    assert compared == set(get_args(ex.Operator)) - {"<"}, "< is a row's part"


def test_the_forms_that_the_oracle_recalculates_have_every_node(
    zfxxgk: Form, other_form: Form
) -> None:
    found: set[type] = set()
    for form in (zfxxgk, other_form):
        for rule in (i.rule for i in form.instances):
            found |= {type(node) for node in ex.walk(rule)}
    assert found == kinds(ex.Number) | kinds(ex.Truth)
