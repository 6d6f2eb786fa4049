"""One unit's computed fields in whole numbers are those of the columns, whatever is in its cells."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from support.fills import fill
from xlreport import Entry, Form
from xlreport.form import expression as ex
from xlreport.rules.columns import number
from xlreport.rules.filling import column_store
from xlreport.rules.fixed import from_fixed, number_of, shown_numbers
from xlreport.submission import Status

TOO_LARGE = Entry(None, Status.TOO_LARGE, "-123456789012")


@pytest.mark.parametrize("which", ["zfxxgk", "other_form"])
@pytest.mark.parametrize("seed", range(24))
def test_all_numbers_are_those_of_the_columns(
    which: str, seed: int, request: pytest.FixtureRequest
) -> None:
    form: Form = request.getfixturevalue(which)
    submission = fill(form, seed)
    if seed % 5 == 0:
        name = form.typed[seed].id
        submission = replace(submission, entries={**submission.entries, name: TOO_LARGE})
    columns = column_store(form, [submission]).columns
    numbers = shown_numbers(form, submission)
    assert list(numbers) == [field.id for field in (*form.typed, *form.computed)]
    for name, shown in numbers.items():
        column = columns[name]
        assert shown == (int(column.values[0]), bool(column.known[0])), name


A, B = ex.Ref("a"), ex.Ref("b")
TENTH = ex.Const(Decimal("0.1"))


@pytest.mark.parametrize(
    "node",
    [
        ex.Minus(A, B),
        ex.Minus(B, A),
        ex.Total((A, TENTH, B)),
        ex.Times(Decimal("0.15"), A),
        ex.Absolute(ex.Minus(A, B)),
        ex.Rounded(A, 0),
        ex.Rounded(B, 2),
        ex.Rounded(B, 6),
    ],
)
@pytest.mark.parametrize(
    "pair", [("2.5", "-7.005"), ("-2.5", "0.000001"), ("0", "999999999.999999")]
)
def test_every_kind_of_formula(node: ex.Number, pair: tuple[str, str], other_form: Form) -> None:
    values = {"a": Decimal(pair[0]), "b": Decimal(pair[1])}
    numbers = {name: int(value.scaleb(6)) for name, value in values.items()}
    store = column_store(other_form, [fill(other_form, 0)])
    column = next(iter(store.columns.values()))
    columns = {
        name: replace(column, values=column.values * 0 + whole) for name, whole in numbers.items()
    }
    (whole, *_), scale = number(node, columns)
    result = number_of(node, numbers)
    assert from_fixed(result.whole, result.scale) == from_fixed(int(whole), scale)
    rescaled = from_fixed(result.at_scale())
    assert abs(rescaled - from_fixed(int(whole), scale)) <= Decimal("0.0000005")
