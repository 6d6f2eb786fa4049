"""The cells that may be wrong, against trying everything."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from support.balanced import balanced, changed, corrupted, typed_over
from support.examples import examples
from xlreport import Entry, Form, Submission, get_form
from xlreport.checking.constraints import Cell, ConstraintSystem, Limits, Row, constraint_system
from xlreport.checking.localization import (
    Change,
    Component,
    connected_components,
    failing_components,
    sole_changes,
)
from xlreport.rules.linear import LinearConstraint
from xlreport.submission import BLANK, Status

FORMS = {
    "zfxxgk": "zfxxgk-2021",
    "2019": "zfxxgk-2019",
    "other": "tests/forms/xiangzhen-caizheng.yaml",
}
PERSON = "requests.{}.natural_person"


def failing_in(form: Form, report: Submission, *extra: LinearConstraint) -> list[Component]:
    return failing_components(constraint_system(form, report, extra))


def test_cells_without_a_number_are_left_out(zfxxgk: Form, town: Submission) -> None:
    wrong = changed(town, {PERSON.format("granted"): 366})
    for entry in (
        BLANK,
        Entry(None, Status.TEXT, "无"),
        Entry(None, Status.TOO_LARGE, "123456789012"),
    ):
        holed = replace(wrong, entries={**wrong.entries, PERSON.format("declined_repeat"): entry})
        assert failing_in(zfxxgk, holed) == []
    over = replace(
        typed_over(zfxxgk, town),
        overrides={"requests.processed.natural_person": Entry(None, Status.TEXT, "无")},
    )
    assert failing_in(zfxxgk, over) == []


def test_a_rule_with_a_blank_behind_a_typed_over_total_is_left_out(
    zfxxgk: Form, town: Submission
) -> None:
    report = typed_over(zfxxgk, town)
    wrong = changed(report, {PERSON.format("processed"): 99})
    assert failing_in(zfxxgk, wrong) != []
    wrong = replace(wrong, entries={**wrong.entries, PERSON.format("declined_repeat"): BLANK})
    assert failing_in(zfxxgk, wrong) == []


def test_ties_mean_what_their_signs_say(zfxxgk: Form, town: Submission) -> None:
    both = {PERSON.format("carried_in"): Decimal(1), PERSON.format("carried_out"): Decimal(1)}
    for operator, fails in (("<", True), ("<=", False), ("==", False), (">=", False), (">", True)):
        tie = LinearConstraint(both, operator, Decimal(3))  # type: ignore[arg-type]
        assert bool(failing_in(zfxxgk, town, tie)) is fails
    near = LinearConstraint(both, "==", Decimal(5), tolerance=Decimal(2))
    assert failing_in(zfxxgk, town, near) == []


def test_a_typed_over_sum_of_counts_cannot_become_negative(zfxxgk: Form, town: Submission) -> None:
    tie = LinearConstraint({"requests.received.total": Decimal(1)}, "<", Decimal(0))
    (component,) = failing_in(zfxxgk, typed_over(zfxxgk, town), tie)
    assert sole_changes(component) == ()


def test_a_number_that_is_wrong_by_itself_may_be_any_other(zfxxgk: Form, town: Submission) -> None:
    name = "disclosure.licences.decisions"
    for number in (Decimal("13.5"), Decimal(-13)):
        (component,) = failing_in(zfxxgk, changed(town, {name: number}))
        (change,) = sole_changes(component)
        assert (change.field, change.now, change.lowest) == (name, number, Decimal(0))
        assert change.value is None


def test_each_cell_of_a_sum_may_be_wrong(zfxxgk: Form, town: Submission) -> None:
    report = typed_over(zfxxgk, changed(town, {"review.reconsideration.upheld": 1}))
    (component,) = failing_in(zfxxgk, changed(report, {"review.reconsideration.total": 2}))
    changes = sole_changes(component)
    assert len(changes) == 5
    assert changes[0] == Change("review.reconsideration.upheld", Decimal(1), Decimal(2), Decimal(2))


def test_a_balance_of_totals_ties_no_columns_together() -> None:
    cells = {name: Cell(1, 1) for name in "abcd"}
    first = Row("first", {"a": 1, "b": -1}, Limits(0, 0))
    second = Row("second", {"c": 1, "d": -1}, Limits(0, 0))
    total = Row("total", {"a": 1, "b": -1, "c": 1, "d": -1}, Limits(0, 0))
    components = connected_components(ConstraintSystem(cells, (total, first, second)))
    assert [(list(c.cells), [r.name for r in c.rows]) for c in components] == [
        (["a", "b"], ["first"]),
        (["c", "d"], ["second"]),
    ]


def test_an_exchange_keeps_to_what_each_cell_may_hold() -> None:
    cells = {"a": Cell(3, 1, 0, 9), "b": Cell(4, 2, 0, 9)}
    component = Component((Row("sum", {"a": 1, "b": 1}, Limits(7, 7)),), cells)
    assert component.holds_with({"a": 3, "b": 4})
    assert not component.holds_with({"a": 4, "b": 3}), "b holds multiples of 2"
    assert not component.holds_with({"a": 10, "b": -3})
    assert not component.holds_with({"a": 5})
    assert component.holds_with({"a": 5, "b": 2, "elsewhere": 1})


# --- against trying everything -------------------------------------------------------------------


@st.composite
def systems(draw: st.DrawFn) -> ConstraintSystem:
    cells = {
        f"c{i}": Cell(draw(st.integers(-1, 5)), draw(st.sampled_from((1, 1, 2))), 0, 4)
        for i in range(draw(st.integers(2, 5)))
    }
    cells = {
        n: replace(c, wrong=not 0 <= c.now <= 4 or c.now % c.step != 0) for n, c in cells.items()
    }
    rows = []
    for i in range(draw(st.integers(1, 5))):
        names = draw(st.lists(st.sampled_from(sorted(cells)), min_size=2, max_size=4, unique=True))
        factors = {n: draw(st.sampled_from((1, 1, -1, -1, 2, -3))) for n in names}
        low = draw(st.integers(-6, 8))
        limits = draw(
            st.sampled_from(((low, low), (low, low), (low, None), (None, low), (low, low + 2)))
        )
        rows.append(Row(f"r{i}", factors, Limits(*limits)))
    if draw(st.booleans()) and len(rows) > 1 and (both := _sum(rows[0], rows[1])).coefficients:
        rows.append(both)
    return ConstraintSystem(cells, tuple(rows))


def _sum(first: Row, second: Row) -> Row:
    """A rule that follows from two others, as the balance of the totals does."""
    names = dict.fromkeys((*first.coefficients, *second.coefficients))
    factors = {n: first.coefficients.get(n, 0) + second.coefficients.get(n, 0) for n in names}
    ends = (
        None if a is None or b is None else a + b
        for a, b in zip(first.limits, second.limits, strict=True)
    )
    return Row("sum", {n: f for n, f in factors.items() if f}, Limits(*ends))


def brute_force(system: ConstraintSystem) -> dict[str, list[int]]:
    """For each cell the numbers in it that make everything hold while nothing else changes."""
    found: dict[str, list[int]] = {}
    for name, cell in system.cells.items():
        for number in range(cell.lowest, cell.highest + 1):
            if _allowed(system, name, number):
                found.setdefault(name, []).append(number)
    return found


def _allowed(system: ConstraintSystem, name: str, number: int) -> bool:
    if any(cell.wrong and other != name for other, cell in system.cells.items()):
        return False
    if number % system.cells[name].step:
        return False
    values = {other: cell.now for other, cell in system.cells.items()} | {name: number}
    sums = {r.name: sum(f * values[n] for n, f in r.coefficients.items()) for r in system.rows}
    return all(row.limits.keeps(sums[row.name]) for row in system.rows)


@examples(300)
@given(systems())
def test_the_search_agrees_with_brute_force(system: ConstraintSystem) -> None:
    truth = brute_force(system)
    failing = failing_components(system)
    if not failing:
        assert all(row.holds(system.cells) for row in system.rows)
        return
    if len(failing) > 1:
        assert truth == {}
        return
    found = {change.field: change for change in sole_changes(failing[0])}
    assert found.keys() == truth.keys()
    for name, numbers in truth.items():
        ends = [Decimal(end).scaleb(-6) for end in (min(numbers), max(numbers))]
        assert ends == [found[name].lowest, found[name].highest]


@examples(60)
@given(seed=st.integers(0, 10**6), name=st.sampled_from(sorted(FORMS)), over=st.booleans())
def test_a_corrupted_cell_is_among_the_answers(seed: int, name: str, over: bool) -> None:
    form, rng = get_form(FORMS[name]), random.Random(seed)
    report = balanced(form, rng)
    report = typed_over(form, report) if over else report
    wrong = rng.choice(sorted({*report.entries, *report.overrides}))
    for component in failing_in(form, corrupted(form, report, rng, [wrong])):
        assert wrong in [change.field for change in sole_changes(component)]


def test_a_component_knows_what_fails_in_it() -> None:
    cells = {"a": Cell(3, 1), "b": Cell(4, 1, lowest=5, wrong=True), "c": Cell(0, 1)}
    rows = (
        Row("sum", {"a": 1, "b": 1}, Limits(8, 8)),
        Row("most", {"a": 1, "c": 2}, Limits(None, 4)),
        Row("least", {"b": 1, "c": -1}, Limits(4, None)),
    )
    component = Component(rows, cells)
    assert component.values == [7, 3, 4]
    assert (set(component.failing), component.wrong) == ({0}, ("b",))
    assert component.rows_of == {"a": [0, 1], "b": [0, 2], "c": [1, 2]}
    assert component.holds_with({"b": 5})
    assert not component.holds_with({"b": 6}), "the sum would be 9"
    assert not component.holds_with({"a": 4}), "what stands in b stays forbidden"
    assert not component.holds_with({"b": 5, "c": 1}), "c would be twice more than the most"
    assert Component(rows, {**cells, "b": Cell(4, 1)}).holds_with({"a": 4})


@examples(60)
@given(seed=st.integers(0, 10**6))
def test_other_numbers_are_judged_as_all_rows_judge_them(seed: int) -> None:
    """What is worked out from differences is what the rows say of all cells anew."""
    rng = random.Random(seed)
    names = "abcd"
    cells = {name: Cell(rng.randrange(4), rng.choice((1, 2)), 0, 4) for name in names}
    rows = []
    for number in range(rng.randrange(1, 5)):
        times = {name: rng.choice((-1, 1, 2)) for name in rng.sample(names, rng.randrange(2, 4))}
        lowest = rng.randrange(-3, 6)
        rows.append(Row(str(number), times, Limits(lowest, lowest + rng.randrange(4))))
    component = Component(tuple(rows), cells)
    new = {name: rng.randrange(5) for name in rng.sample(names, rng.randrange(1, 4))}
    after = {name: replace(cell, now=new.get(name, cell.now)) for name, cell in cells.items()}
    allowed = all(cells[name].may_hold(number) for name, number in new.items())
    assert component.holds_with(new) == (allowed and all(row.holds(after) for row in rows))
