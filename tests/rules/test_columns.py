"""Columns: what counts as a number, what cells show, and exact rounding."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from support.fills import fill
from xlreport import Entry, Form, Submission
from xlreport.form import expression as ex
from xlreport.form.model import Instance
from xlreport.rules.columns import bare, everywhere, known, number, somewhere
from xlreport.rules.filling import column_store
from xlreport.rules.fixed import from_fixed, to_fixed
from xlreport.submission import BLANK, Figures, Status

TAX, YEAR = "money.tax.q1", "money.tax.year"


@pytest.fixture
def report(other_form: Form) -> Submission:
    """A report of zeros."""
    entries = {field.id: Entry.of(0) for field in other_form.typed}
    empty = fill(other_form, 0)
    return replace(empty, entries=entries, overrides={}, answers={}, prior_year=None)


def with_tax(report: Submission, entry: Entry) -> Submission:
    return replace(report, entries={**report.entries, TAX: entry})


@pytest.mark.parametrize(
    ("entry", "value", "is_known", "is_blank"),
    [
        (Entry.of(Decimal("1.5")), "1.5", True, False),
        (BLANK, "0", False, True),
        (Entry(None, Status.ABSENT), "0", False, True),
        (Entry(None, Status.TEXT, "无"), "0", False, False),
        (Entry(None, Status.TOO_LARGE, "123456789012"), "1000000000", True, False),
        (Entry(None, Status.TOO_LARGE, "-123456789012"), "-1000000000", True, False),
    ],
)
def test_what_a_cell_holds(
    other_form: Form,
    report: Submission,
    entry: Entry,
    value: str,
    is_known: bool,
    is_blank: bool,
) -> None:
    column = column_store(other_form, [with_tax(report, entry)]).columns[TAX]
    assert from_fixed(int(column.values[0])) == Decimal(value)
    assert (bool(column.known[0]), bool(column.blank[0])) == (is_known, is_blank)


def test_a_typed_over_total_is_known_only_with_its_parts(
    other_form: Form, report: Submission
) -> None:
    over = replace(report, overrides={YEAR: Entry.of(9)})
    blank = with_tax(over, BLANK)
    text = replace(report, overrides={YEAR: Entry(None, Status.TEXT, "九")})
    store = column_store(other_form, [report, over, blank, text])
    assert store.columns[YEAR].known.tolist() == [True, True, False, False]
    assert store.columns[YEAR].values.tolist() == [0, to_fixed(Decimal(9)), to_fixed(Decimal(9)), 0]
    assert store.recomputed[YEAR].values.tolist() == [0, 0, 0, 0]


def test_one_unit_of_a_store_by_itself(other_form: Form, report: Submission) -> None:
    over = replace(with_tax(report, Entry.of(4)), overrides={YEAR: Entry.of(9)})
    store = column_store(other_form, [report, over])
    rule = ex.Compare("==", ex.Ref(YEAR), ex.Ref(TAX))
    assert list(store.at(1, rule).columns) == [YEAR, TAX]
    assert store.at(1, rule).columns[YEAR].values.tolist() == [to_fixed(Decimal(9))]
    restored = store.at(1, rule, restored=True)
    assert restored.columns[YEAR].values.tolist() == [to_fixed(Decimal(4))]
    assert restored.columns[TAX].values.tolist() == [to_fixed(Decimal(4))]


def test_columns_of_last_year_and_of_lengths(other_form: Form, report: Submission) -> None:
    rules = (ex.Compare("==", ex.Previous(TAX), ex.Length("text.remarks")),)
    form = replace(
        other_form, instances=tuple(Instance(other_form.checks[0], rule, "money") for rule in rules)
    )
    told = replace(
        report,
        texts={"text.remarks": "𠮷 \u3000\n字"},
        prior_year=Figures({TAX: Decimal(3)}, {"text.remarks": "旧"}),
    )
    silent = replace(report, texts={}, prior_year=None)
    store = column_store(form, [told, silent])
    assert store.columns[f"previous.{TAX}"].known.tolist() == [True, False]
    assert store.columns[f"previous.{TAX}"].values[0] == to_fixed(Decimal(3))
    length = store.columns["length.text.remarks"]
    assert length.known.tolist() == [True, False]
    assert length.values[0] == to_fixed(Decimal(3)), "Excel counts 𠮷 as two"
    assert store.previous_texts["text.remarks"] == ["旧", ""]


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("0.499999", 0, "0"),
        ("2.345", 2, "2.35"),
        ("-2.345", 2, "-2.35"),
        ("1.234567", 6, "1.234567"),
    ],
)
def test_rounding_is_half_away_from_zero(
    other_form: Form, report: Submission, value: str, digits: int, rounded: str
) -> None:
    store = column_store(other_form, [with_tax(report, Entry.of(Decimal(value)))])
    (result,), scale = number(ex.Rounded(ex.Ref(TAX), digits), store.columns)
    assert from_fixed(int(result), scale) == Decimal(rounded)


FINE, COARSE = ex.Const(Decimal("0.12345678")), ex.Const(Decimal(2))
NUMBERS = (
    COARSE,
    FINE,
    ex.Ref(TAX),
    ex.Rounded(ex.Ref(TAX), 1),
    ex.Minus(COARSE, ex.Ref(TAX)),
    ex.Minus(ex.Ref(TAX), FINE),
    ex.Minus(FINE, COARSE),
    ex.Times(Decimal("-0.05"), ex.Ref(TAX)),
    ex.Times(Decimal(3), FINE),
    ex.Absolute(ex.Minus(COARSE, ex.Ref(TAX))),
    ex.Total((ex.Ref(TAX), FINE, COARSE)),
)


@pytest.mark.parametrize("node", NUMBERS, ids=str)
def test_a_number_is_exact_in_the_decimals_that_its_node_has(
    other_form: Form, report: Submission, node: ex.Number
) -> None:
    store = column_store(other_form, [with_tax(report, Entry.of(Decimal("3.25")))])
    (whole,), scale = number(node, store.columns)
    assert scale == ex.scale_of(node)
    assert from_fixed(int(whole), scale) == by_decimals(node)


def by_decimals(node: ex.Node) -> Decimal:
    match node:
        case ex.Const(value=value):
            return value
        case ex.Ref():
            return Decimal("3.25")
        case ex.Rounded():
            return Decimal("3.3")
        case ex.Minus(left=left, right=right):
            return by_decimals(left) - by_decimals(right)
        case ex.Times(factor=factor, item=item):
            return factor * by_decimals(item)
        case ex.Absolute(item=item):
            return abs(by_decimals(item))
        case ex.Total(items=items):
            return sum((by_decimals(item) for item in items), Decimal(0))
    raise AssertionError(node)


def test_where_all_and_where_some_are_true() -> None:
    parts = [np.array(part) for part in ([True, True, False], [True, False, False])]
    assert everywhere(parts).tolist() == [True, False, False]
    assert somewhere(parts).tolist() == [True, True, False]
    assert everywhere(parts[:1]).tolist() == somewhere(parts[:1]).tolist() == [True, True, False]


def test_what_needs_no_number_is_known(other_form: Form, report: Submission) -> None:
    store = column_store(other_form, [report, with_tax(report, BLANK)])
    assert known(ex.LevelIn(("县",)), store.columns, 2).tolist() == [True, True]
    both = ex.Minus(ex.Ref(TAX), ex.Ref("money.tax.q2"))
    assert known(both, store.columns, 2).tolist() == [True, False]


def test_fixed_point_numbers_are_exact_and_clamped() -> None:
    assert to_fixed(Decimal("0.000001")) == 1
    assert to_fixed(Decimal("-12.5")) == -12_500_000
    assert to_fixed(Decimal(10) ** 12) == to_fixed(ex.MAX_NUMBER)
    assert from_fixed(1_500_000) == Decimal("1.5")
    assert from_fixed(15, 1) == Decimal("1.5")
    assert np.int64(to_fixed(ex.MAX_NUMBER)) == 10**15


def test_a_bare_text_has_no_spaces_and_line_feeds() -> None:
    assert bare(" 甲\u3000乙\n丙 ") == "甲乙丙"
