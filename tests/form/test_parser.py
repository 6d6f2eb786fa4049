"""Rules as written become expressions bound to fields; mistakes have their place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from form.test_loader import BASE, problems, with_rule
from xlreport.form import expression as ex
from xlreport.form.loader import loads
from xlreport.form.model import Instance

A, B = ex.Ref("t.x.a"), ex.Ref("t.x.b")
ONE = ex.Const(Decimal(1))


def bound(rule: str, each: str = "") -> tuple[Instance, ...]:
    form = loads(with_rule(f"'{rule}'", each), "small.yaml")
    return tuple(instance for instance in form.instances if instance.check.code == "B1")


def parsed(rule: str) -> ex.Truth:
    (instance,) = bound(rule)
    return instance.rule


def side(number: str) -> ex.Number:
    rule = parsed(f"{number} == 1")
    assert isinstance(rule, ex.Compare)
    return rule.left


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("t.x.a", A),
        ("-t.x.a", ex.Times(Decimal(-1), A)),
        ("t.x.a + t.x.b + 1", ex.Total((A, B, ONE), "+")),
        ("t.x.a + (t.x.b + 1)", ex.Total((A, ex.Total((B, ONE), "+")), "+")),
        ("t.x.a - t.x.b - 1", ex.Minus(ex.Minus(A, B), ONE)),
        ("0.5 * t.x.a", ex.Times(Decimal("0.5"), A)),
        ("t.x.a * 0.50", ex.Times(Decimal("0.50"), A)),
        ("sum(t.x)", ex.Total((A, B, ex.Ref("t.x.total")))),
        ("sum(t.b)", ex.Total((B, ex.Ref("t.y.b")))),
        ("sum(t.x.a, t.x.b + 1)", ex.Total((A, ex.Total((B, ONE), "+")))),
        ("sum(t.x.a)", ex.Total((A,))),
        ("abs(t.x.a - 1)", ex.Absolute(ex.Minus(A, ONE))),
        ("round(t.x.a, 2)", ex.Rounded(A, 2)),
        ("t.x.a - previous(t.x.a)", ex.Minus(A, ex.Previous("t.x.a"))),
        ("length(text.note)", ex.Length("text.note")),
    ],
)
def test_numbers(written: str, expected: ex.Number) -> None:
    assert side(written) == expected


@pytest.mark.parametrize("operator", ["==", "!=", "<", "<=", ">", ">="])
def test_comparisons(operator: ex.Operator) -> None:
    assert parsed(f"t.x.a {operator} 1") == ex.Compare(operator, A, ONE)


SMALL = ex.Compare("<", A, ONE)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("t.x.a < 1 and t.x.a < 1", ex.And((SMALL, SMALL))),
        ("t.x.a < 1 or t.x.a < 1 or t.x.a < 1", ex.Or((SMALL, SMALL, SMALL))),
        ("not t.x.a < 1", ex.Not(SMALL)),
        ("implies(t.x.a < 1, is_number(t.x.a))", ex.Implies(SMALL, ex.IsNumber(A))),
        ("filled(text.note)", ex.Filled("text.note")),
        ("differs(text.note)", ex.Differs("text.note")),
        ('mentions(text.note, "有", "没有")', ex.Mentions("text.note", ("有", "没有"))),
        ('unit.level in ["县"] or t.x.a < 1', ex.Or((ex.LevelIn(("县",)), SMALL))),
    ],
)
def test_conditions(written: str, expected: ex.Truth) -> None:
    assert parsed(written) == expected


def test_a_rule_for_each_row_names_the_number_of_its_row() -> None:
    first, second = bound("t.a <= t.x.b", "row")
    assert (first.code, first.table, first.row, first.column) == ("B1.x", "t", "x", None)
    assert first.rule == ex.Compare("<=", A, B)
    assert second.rule == ex.Compare("<=", ex.Ref("t.y.a"), B)


def test_a_rule_for_each_column_names_the_number_of_its_column() -> None:
    rules = [instance.rule for instance in bound("t.x <= 1", "column")]
    names = ["t.x.a", "t.x.b", "t.x.total"]
    assert rules == [ex.Compare("<=", ex.Ref(name), ONE) for name in names]


def test_a_rule_for_each_cell_leaves_computed_ones_out() -> None:
    instances = bound("round(cell, decimals) == cell", "cell")
    assert [(i.row, i.column) for i in instances] == [
        ("x", "a"),
        ("x", "b"),
        ("y", "a"),
        ("y", "b"),
    ]
    assert instances[0].rule == ex.Compare("==", ex.Rounded(A, 0), A)
    assert {instance.code for instance in instances} == {"B1"}


def test_the_least_of_a_cell_is_that_of_its_column() -> None:
    signed = BASE.replace("{id: b, label: 乙}", "{id: b, label: 乙, signed: true}")
    rule = "  - {code: B1, title: 试, severity: error, each: cell, rule: cell >= least, why: 试}\n"
    form = loads(signed + rule, "small.yaml")
    rules = [instance.rule for instance in form.instances if instance.check.code == "B1"]
    least = ex.Const(Decimal(-999_999_999))
    assert rules[:2] == [
        ex.Compare(">=", A, ex.Const(Decimal(0))),
        ex.Compare(">=", B, least),
    ]


TWO_BLOCKS = BASE.replace(
    "texts:",
    """\
      - columns: [{id: c, label: 丙}, {id: d, label: 丁}]
        rows:
          - id: group
            label: 组
            rows: [{id: p, label: 三}, {id: q, label: 四}]
texts:""",
)


def in_two_blocks(rule: str, each: str) -> list[ex.Truth]:
    text = f"{TWO_BLOCKS}  - {{code: B1, title: 试, severity: error, each: {each}, rule: '{rule}', why: 试}}\n"
    form = loads(text, "small.yaml")
    return [instance.rule for instance in form.instances if instance.check.code == "B1"]


def test_rows_that_lack_a_number_are_passed_over() -> None:
    """Rows x and y stand in the block without column c."""
    rules = in_two_blocks("t.c <= t.x.a", "row")
    assert rules == [ex.Compare("<=", ex.Ref(f"t.{row}.c"), A) for row in ("p", "q")]


def test_a_sum_of_which_a_part_is_missing_is_passed_over() -> None:
    """Column group of a block: in the rows of the other block only some of its numbers exist."""
    text = TWO_BLOCKS.replace(
        "columns: [{id: c, label: 丙}, {id: d, label: 丁}]",
        "columns: [{id: both, label: 合, columns: [{id: c, label: 丙}, {id: a, label: 甲}]}]",
    )
    text += (
        "  - {code: B1, title: 试, severity: error, each: row, rule: sum(t.both) >= 1, why: 试}\n"
    )
    form = loads(text, "small.yaml")
    rows = [instance.row for instance in form.instances if instance.check.code == "B1"]
    assert rows == ["p", "q"]


def test_a_group_of_rows_is_named_by_its_heading() -> None:
    rule, *_ = in_two_blocks("sum(t.group.c) >= 1 or t.c < 0", "row")
    assert isinstance(rule, ex.Or)
    rule = rule.items[0]
    assert rule == ex.Compare(">=", ex.Total((ex.Ref("t.p.c"), ex.Ref("t.q.c"))), ONE)


@pytest.mark.parametrize(
    ("constant", "message"),
    [
        ("0.1234567", "数字太大或小数超过 6 位"),
        ("1000000000001", "数字太大或小数超过 6 位"),
        ("0x10", "数字写法不对"),
    ],
)
def test_constants_keep_to_what_is_exact(constant: str, message: str) -> None:
    ((_, column, text),) = problems(with_rule(f"t.x.a == {constant}"))
    assert (column, text) == (20, f"校验 B1：{message}")


def test_the_largest_and_the_finest_constant_are_taken() -> None:
    assert parsed("t.x.a <= 1000000000000") == ex.Compare("<=", A, ex.Const(Decimal(10**12)))
    assert parsed("t.x.a <= 0.123456") == ex.Compare("<=", A, ex.Const(Decimal("0.123456")))


def test_places_count_characters_not_bytes() -> None:
    ((_, column, text),) = problems(with_rule("'mentions(text.note, \"没有\") or t.x.nix == 1'"))
    assert text == "校验 B1：没有字段“t.x.nix”"
    assert column == 11 + 'mentions(text.note, "没有") or '.index(" or ") + 4


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("mentions(text.note)", "mentions 要写成"),
        ('mentions(text.note, "有 的")', "mentions 要写成"),
        ('mentions(text.note, "")', "mentions 要写成"),
        ("mentions(text.note, 3)", "mentions 要写成"),
        ('t.x.a == 1 and unit.name in ("县",)', "in 只能写成"),
        ('t.x.a == 1 and unit.level in "县"', "in 只能写成"),
        ("t.x.a == 1 and unit.level in ()", "单位类别一个也没有写"),
        ("t.x.a is 1", "不认识的比较符"),
        ("t.x.a == True", "这里应当是一个数"),
        ("t.x.a == abs(t.x.a, 1)", "函数“abs”不认识或参数个数不对"),
        ("t.x.a == abs(item=t.x.a)", "函数“abs”不认识或参数个数不对"),
        ("t.x.a == sum()", "函数“sum”不认识或参数个数不对"),
        ("filled(text.note, 1)", "这里应当是一个比较"),
        ("t.x.a == round(1, 2)", "“1”不是字段"),
        ("t.x.a == cell", "“cell”不是字段"),
        ("t.x.a >= least", "“least”不是字段"),
        ("t.x.a == t.x.a.b", "没有字段“t.x.a.b”"),
        ("t.x.a == round(t.x.a, decimals)", "小数位数应当是 0 到 6 的整数"),
        ("t.x.a == round(t.x.a, -1)", "小数位数应当是 0 到 6 的整数"),
    ],
)
def test_mistakes(rule: str, message: str) -> None:
    ((_, _, text),) = problems(with_rule(f"'{rule}'"))
    assert message in text


def test_a_rule_that_fits_no_row_is_a_mistake() -> None:
    text = f"{TWO_BLOCKS}  - {{code: B1, title: 试, severity: error, each: row, rule: t.a <= t.c, why: 试}}\n"
    ((_, _, message),) = problems(text)
    assert message == "校验 B1：规则没有比较任何数：没有一行或一列同时具备规则里的各项"


def test_nesting_without_end_is_refused() -> None:
    ((_, _, message),) = problems(with_rule(f"'{'-' * 1900}t.x.a == 1'"))
    assert message in ("校验 B1：规则嵌套太深", "校验 B1：规则写法有误：检查括号、逗号和运算符")
