"""Rules as conditions of z3 agree with the evaluation; every answer is a proof, has a fill, or is unknown."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from lint.small_form import random_form, small
from support.examples import examples
from xlreport import Entry, Form, Submission, Unit
from xlreport.form import expression as ex
from xlreport.form.model import LEVELS
from xlreport.lint.solver import (
    LEVEL,
    NO_NUMBER,
    Answer,
    Demand,
    Demands,
    Encoder,
    Reply,
    Solver,
    Variables,
    things_of,
)
from xlreport.rules.evaluate import Verdict, evaluate
from xlreport.rules.filling import column_store

B1 = 1
"""The instance of the first rule of a small form; 0 is the total."""


def ask(form: Form, *demands: tuple[int, Demand], level: str = "") -> Reply:
    return Solver(form).ask(demands, level)


# --- the encoding ----------------------------------------------------------------------

NUMBERS = ("-2", "-0.5", "0", "0.000001", "0.5", "1", "1.5", "2", "3", "1000000000")


def random_fill(rng: random.Random, form: Form) -> Submission:
    entries = {}
    for field in form.typed:
        is_text = rng.random() < 0.1
        entries[field.id] = NO_NUMBER if is_text else Entry.of(Decimal(rng.choice(NUMBERS)))
    unit = Unit("", "", rng.choice(LEVELS))
    text = rng.choice((" ", "有", "没有"))
    return Submission(form.id, 2020, unit, entries, {"text.note": text})


def verdict_of_z3(form: Form, instance: int, fill: Submission) -> Verdict:
    variables = Variables(z3, form)
    conditions = Encoder(variables).conditions(form.instances[instance].rule)
    solver = z3.Solver(ctx=variables.context)
    solver.add(variables.integer(LEVEL) == LEVELS.index(fill.unit.level))
    solver.add(variables.integer("text.note") == len(fill.texts["text.note"].strip()))
    for name, entry in fill.entries.items():
        solver.add(variables.has_number(name) == (entry.value is not None))
        value = entry.value or Decimal(0)
        solver.add(variables.integer(name) == int(value.scaleb(ex.SCALE)))
    if solver.check(z3.Not(conditions.holds)) == z3.unsat:
        return Verdict.HOLDS
    if solver.check(z3.Not(conditions.fails)) == z3.unsat:
        return Verdict.FAILS
    return Verdict.UNKNOWN


@examples(30)
@given(seed=st.integers(0, 10**6))
def test_conditions_hold_and_fail_where_the_evaluation_says(seed: int) -> None:
    form = random_form(seed)
    if form is None:
        return
    fill = random_fill(random.Random(seed), form)
    verdicts = evaluate(form.instances, column_store(form, [fill]))[:, 0]
    expected = [Verdict(int(verdict)) for verdict in verdicts]
    assert [verdict_of_z3(form, i, fill) for i in range(len(form.instances))] == expected


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("round(t.z.m, 0) == 1", "0.5", Verdict.HOLDS),
        ("round(t.z.m, 0) == 0", "0.499999", Verdict.HOLDS),
        ("round(t.z.m, 0) == -1", "-0.5", Verdict.HOLDS),
        ("round(t.z.m, 0) == 0", "-0.499999", Verdict.HOLDS),
        ("round(t.z.m, 2) == t.z.m", "0.12", Verdict.HOLDS),
        ("round(t.z.m, 2) == t.z.m", "0.121", Verdict.FAILS),
        ("0.001 * t.z.m == 0.001 * 0.000001", "0.000001", Verdict.HOLDS),
        ("abs(t.z.m - 1) <= 0.5", "0.5", Verdict.HOLDS),
        ("abs(t.z.m - 1) < 0.5", "0.5", Verdict.FAILS),
    ],
)
def test_numbers_are_exact(rule: str, value: str, expected: Verdict) -> None:
    form = small(rule)
    entries = {field.id: Entry.of(0) for field in form.typed}
    entries["t.z.m"] = Entry.of(Decimal(value))
    fill = Submission(form.id, 2020, Unit("", "", "县"), entries, {"text.note": "有"})
    assert verdict_of_z3(form, B1, fill) is expected


def test_a_rule_names_each_thing_once() -> None:
    form = small(
        'implies(unit.level in ("县",) and filled(text.note), t.x.a + previous(t.x.a) > 0)'
        " and t.x.a < 9 and length(text.note) < 9 and differs(text.note)"
    )
    assert things_of(form.instances[B1].rule) == (LEVEL, "text.note", "t.x.a", "previous.t.x.a")


# --- answers ---------------------------------------------------------------------------


def example(*rules: str, demand: Demand = Demand.HOLDS) -> Submission:
    form = small(*rules)
    demands = [(B1 + i, demand) for i in range(len(rules))]
    reply = ask(form, *demands)
    assert reply.answer is Answer.POSSIBLE
    assert reply.example is not None
    return reply.example


def test_an_example_is_easy_to_follow() -> None:
    fill = example("t.x.a > 2", "t.x.b == 2 * t.x.a")
    values = {name: entry.raw for name, entry in fill.entries.items() if entry.value}
    assert all(0 < Decimal(value) <= 1000 and "." not in value for value in values.values())
    assert fill.unit.level == "乡镇"


def test_an_example_has_what_a_rule_cannot_do_without() -> None:
    assert example("t.z.m > 0 and t.z.m < 0.5").entries["t.z.m"].value < Decimal("0.5")  # type: ignore[operator]
    assert example("t.x.a >= 1000000000").entries["t.x.a"].value == 1_000_000_000
    assert example("t.x.a <= -1000000000").entries["t.x.a"].value == -1_000_000_000
    assert example("t.x.a < -3").entries["t.x.a"].value < -3  # type: ignore[operator]
    assert example("not is_number(t.x.a)").entries["t.x.a"] == NO_NUMBER
    assert example('unit.level in ("市",) and t.x.a > 1').unit.level == "市"
    assert example("not filled(text.note)").texts["text.note"] == " "


def test_texts_hold_the_words_and_the_length_that_are_asked() -> None:
    rule = 'mentions(text.note, "收费") and mentions(text.note, "没有") and length(text.note) == {}'
    assert example(rule.format(4)).texts["text.note"] == "收费没有"
    assert example(rule.format(6)).texts["text.note"] == "收费字没有字"
    inner = 'mentions(text.note, "费") and mentions(text.note, "收费") and length(text.note) == 2'
    assert example(inner).texts["text.note"] == "收费"


def test_a_text_that_must_not_differ_is_the_one_of_the_year_before() -> None:
    fill = example("not differs(text.note)")
    assert fill.prior_year is not None
    assert fill.prior_year.texts["text.note"] == fill.texts["text.note"]
    other = example("differs(text.note)")
    assert other.prior_year is not None
    assert other.prior_year.texts["text.note"] != other.texts["text.note"]


@pytest.mark.parametrize(
    "rule",
    [
        'mentions(text.note, "信息处理费") and length(text.note) < 5',
        'mentions(text.note, "收费") and not mentions(text.note, "费")',
        "differs(text.note) and not filled(text.note)",
        "not differs(text.note) and length(text.note) == 1",
        "length(text.note) > 32767",
        "t.x.b + previous(t.x.a) > 2000000000",
        "t.x.a < -1000000000",
        "t.x.a > 0.5 and t.x.a < 0.500001",
        "is_number(t.x.total) and not is_number(t.x.a)",
    ],
)
def test_what_no_fill_can_do_is_proven(rule: str) -> None:
    assert ask(small(rule), (B1, Demand.HOLDS)).answer is Answer.IMPOSSIBLE


def test_a_fill_that_the_evaluation_does_not_confirm_proves_nothing() -> None:
    """That words can overlap is more than the conditions say."""
    rule = 'mentions(text.note, "甲乙") and mentions(text.note, "乙甲") and length(text.note) == 2'
    assert ask(small(rule), (B1, Demand.HOLDS)).answer is Answer.UNKNOWN


def test_a_missing_number_neither_holds_nor_fails() -> None:
    form = small("not is_number(t.x.a)", "t.x.a >= 0")
    kept: Demands = [(B1, Demand.HOLDS), (B1 + 1, Demand.NOT_FAILS)]
    assert ask(form, *kept).answer is Answer.POSSIBLE
    for demand in (Demand.HOLDS, Demand.FAILS):
        both = ((B1, Demand.HOLDS), (B1 + 1, demand))
        assert ask(form, *both).answer is Answer.IMPOSSIBLE


def test_the_level_is_the_one_that_is_asked() -> None:
    form = small('unit.level in ("乡镇", "县") and t.x.a > 1')
    assert ask(form, (B1, Demand.HOLDS), level="市").answer is Answer.IMPOSSIBLE
    reply = ask(form, (B1, Demand.HOLDS), level="县")
    assert reply.example is not None
    assert reply.example.unit.level == "县"


def test_a_total_that_is_typed_over_need_not_be_the_total() -> None:
    form = small("t.x.total == t.x.a + t.x.b + 1")
    solver = Solver(form)
    demands: Demands = [(B1, Demand.HOLDS)]
    assert solver.ask(demands).answer is Answer.IMPOSSIBLE
    assert solver.ask(demands, typed_over=True) == Reply(Answer.POSSIBLE)


def test_a_core_names_only_what_conflicts() -> None:
    form = small("t.x.a > 3", "t.x.b > 3", "t.x.a < 2")
    groups: dict[str, Demands] = {
        "first": [(B1, Demand.HOLDS)],
        "second": [(B1 + 1, Demand.HOLDS)],
        "third": [(B1 + 2, Demand.HOLDS)],
    }
    solver = Solver(form)
    assert solver.core(groups) == ("first", "third")
    del groups["first"]
    assert solver.core(groups) == ()


def test_too_little_effort_is_unknown() -> None:
    form = small("t.x.a > 3", "t.x.a < 2")
    demands: Demands = [(B1, Demand.HOLDS), (B1 + 1, Demand.HOLDS)]
    assert Solver(form).ask(demands).answer is Answer.IMPOSSIBLE
    assert Solver(form, effort=1).ask(demands).answer is Answer.UNKNOWN
