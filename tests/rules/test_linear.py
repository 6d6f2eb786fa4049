"""Rules as linear constraints."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlreport.form import expression as ex
from xlreport.rules.linear import (
    LinearConstraint,
    NotLinear,
    add_terms,
    as_constraint,
    comparisons,
    rounding_of,
)

A, B = ex.Ref("a"), ex.Ref("b")
ONE = Decimal(1)


def test_what_varies_stands_on_the_left() -> None:
    right = ex.Total((B, ex.Const(Decimal(5))))
    constraint = as_constraint(ex.Compare("<=", A, right), "X1")
    assert constraint == LinearConstraint({"a": ONE, "b": -ONE}, "<=", Decimal(5), name="X1")


def test_a_tolerance_is_kept() -> None:
    constraint = as_constraint(ex.Compare("==", A, B, Decimal("0.5")))
    assert (constraint.tolerance, constraint.constant) == (Decimal("0.5"), Decimal(0))


def test_unequal_and_magnitudes_are_not_linear() -> None:
    with pytest.raises(NotLinear):
        as_constraint(ex.Compare("!=", A, B))
    with pytest.raises(NotLinear):
        as_constraint(ex.Compare("==", ex.Absolute(A), B))


def test_only_what_must_hold_counts() -> None:
    less, more = ex.Compare("<", A, B), ex.Compare(">", A, B)
    inner = ex.And((less, ex.And((more, ex.IsNumber(A)))))
    assert list(comparisons(inner)) == [less, more]
    assert list(comparisons(less)) == [less]
    assert list(comparisons(ex.Or((less, more)))) == []


def test_terms_of_a_field_are_added_up() -> None:
    total = {"a": ONE}
    add_terms(total, {"a": Decimal(2), "b": ONE}, Decimal(-1))
    assert total == {"a": Decimal(-1), "b": Decimal(-1)}


def test_a_rounding_names_the_decimals() -> None:
    rounded = ex.Rounded(A, 2)
    assert rounding_of(ex.Compare("==", rounded, A)) is rounded
    assert rounding_of(ex.Compare("==", rounded, B)) is None
    assert rounding_of(ex.Compare("<=", rounded, A)) is None
    assert rounding_of(ex.Compare("==", A, A)) is None
