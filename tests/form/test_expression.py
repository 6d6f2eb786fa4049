"""What the nodes of the check language know of themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlreport.form import expression as ex

A, B = ex.Ref("t.x.a"), ex.Ref("t.x.b")
HALF = ex.Const(Decimal("0.5"))
BOUNDS = {"t.x.a": Decimal(10), "t.x.b": Decimal(100)}
SMALL = ex.Compare("<", A, HALF)


@pytest.mark.parametrize(
    ("node", "children"),
    [
        (HALF, ()),
        (ex.Total((A, B)), (A, B)),
        (ex.Minus(A, B), (A, B)),
        (ex.Times(Decimal(2), A), (A,)),
        (ex.Absolute(A), (A,)),
        (ex.Rounded(A, 2), (A,)),
        (SMALL, (A, HALF)),
        (ex.IsNumber(A), (A,)),
        (ex.Not(SMALL), (SMALL,)),
        (ex.And((SMALL, SMALL)), (SMALL, SMALL)),
        (ex.Implies(SMALL, ex.IsNumber(B)), (SMALL, ex.IsNumber(B))),
        (ex.Length("text.note"), ()),
        (ex.LevelIn(("县",)), ()),
    ],
)
def test_children(node: ex.Node, children: tuple[ex.Node, ...]) -> None:
    assert ex.children(node) == children


def test_fields_texts_and_operands_come_once_in_the_order_of_writing() -> None:
    rule = ex.And(
        (
            ex.Compare("<", ex.Total((B, A, B)), ex.Previous("t.x.a")),
            ex.Compare("<", ex.Length("text.note"), A),
            ex.Mentions("text.other", ("有",)),
            ex.Differs("text.note"),
            ex.Filled("text.third"),
        )
    )
    assert ex.fields_of(rule) == ("t.x.b", "t.x.a")
    assert ex.texts_of(rule) == ("text.note", "text.other", "text.third")
    assert ex.operands_of(rule) == (B, A, ex.Previous("t.x.a"), ex.Length("text.note"))
    keys = [ex.key_of(operand) for operand in ex.operands_of(rule)]
    assert keys == ["t.x.b", "t.x.a", "previous.t.x.a", "length.text.note"]


@pytest.mark.parametrize(
    ("rule", "across_years", "has_formula"),
    [
        (SMALL, False, True),
        (ex.Not(ex.Compare("<", ex.Previous("t.x.a"), A)), True, True),
        (ex.Or((SMALL, ex.Differs("text.note"))), True, False),
    ],
)
def test_what_a_rule_needs(rule: ex.Truth, across_years: bool, has_formula: bool) -> None:
    assert ex.across_years(rule) is across_years
    assert ex.has_formula(rule) is has_formula


def test_the_parts_that_must_all_hold() -> None:
    assert ex.conjuncts(SMALL) == (SMALL,)
    assert ex.conjuncts(ex.And((SMALL, ex.IsNumber(A)))) == (SMALL, ex.IsNumber(A))


@pytest.mark.parametrize(
    ("written", "decimals"), [("0.3", 1), ("0.30", 1), ("3", 0), ("100", 0), ("0.000001", 6)]
)
def test_decimals_of_constants(written: str, decimals: int) -> None:
    assert ex.decimals_of(Decimal(written)) == decimals


@pytest.mark.parametrize(
    ("node", "scale", "bound"),
    [
        (HALF, 1, "0.5"),
        (ex.Const(Decimal(-3)), 0, "3"),
        (A, 6, "10"),
        (ex.Previous("t.x.b"), 6, "100"),
        (ex.Rounded(A, 0), 6, "10"),
        (ex.Length("text.note"), 6, "32767"),
        (ex.Total((A, B, HALF)), 6, "110.5"),
        (ex.Minus(HALF, ex.Const(Decimal("0.25"))), 2, "0.75"),
        (ex.Minus(A, B), 6, "110"),
        (ex.Times(Decimal("-0.3"), B), 7, "30.0"),
        (ex.Absolute(ex.Times(Decimal("0.05"), A)), 8, "0.50"),
    ],
)
def test_scale_and_bound(node: ex.Number, scale: int, bound: str) -> None:
    assert ex.scale_of(node) == scale
    assert ex.bound_of(node, BOUNDS) == Decimal(bound)


def test_a_number_overflows_by_its_size_times_its_scale() -> None:
    """2**63 - 1 is 9.22 * 10**18: with 6 decimals up to 9.22 * 10**12, with 12 up to 9.22 * 10**6."""
    bounds = {"t.x.a": Decimal(1_000_000_000)}
    assert not ex.overflows(ex.Times(Decimal(9_000), A), bounds)
    assert ex.overflows(ex.Times(Decimal(10_000), A), bounds)
    fine = ex.Times(Decimal("0.000001"), A)
    assert not ex.overflows(ex.Times(Decimal(9_000), fine), bounds)
    assert ex.overflows(ex.Times(Decimal(10_000), fine), bounds)
    assert ex.overflows(ex.Const(Decimal(10**13)), {})
