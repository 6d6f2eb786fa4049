"""The search for wrong cells against OR-tools CP-SAT, which gets the rules from the form by itself."""

from __future__ import annotations

import os
import random
from itertools import product
from typing import Any

import pytest

from support.balanced import balanced, changed, corrupted, typed_over
from xlreport import Form, Submission
from xlreport.checking.constraints import constraint_system
from xlreport.checking.localization import failing_components, sole_changes
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Kind

if os.environ.get("CI"):
    from ortools.sat.python import cp_model
else:
    cp_model = pytest.importorskip("ortools.sat.python.cp_model")

CASES = 16
FEW = 30
"""Up to so many smallest sets are enumerated by the solver as well."""

MILLION = 10**6


class Problem:
    """One report as a model: as few cells as possible change, and all linear error rules hold."""

    def __init__(self, form: Form, report: Submission) -> None:
        self.form, self.model = form, cp_model.CpModel()
        entries = {**report.entries, **report.overrides}
        self.values: dict[str, Any] = {}
        self.changes: dict[str, Any] = {}
        for name, entry in entries.items():
            assert entry.value is not None
            step = MILLION if form.fields[name].kind is Kind.COUNT else 1
            now = int(entry.value * MILLION)
            number = self.model.new_int_var(0, (1000 * MILLION * MILLION - 1) // step, name)
            self.changes[name] = self.model.new_bool_var(f"{name} changes")
            self.model.add(number * step == now).only_enforce_if(~self.changes[name])
            self.values[name] = number * step
        for instance in form.instances:
            if instance.check.severity is Severity.ERROR:
                self.add(instance.rule)

    def add(self, rule: ex.Truth) -> None:
        if isinstance(rule, ex.And):
            for item in rule.items:
                self.add(item)
        elif isinstance(rule, ex.Compare) and not any(
            isinstance(n, ex.Rounded | ex.Absolute) for n in ex.walk(rule)
        ):
            gap = self.number(rule.left) - self.number(rule.right)
            slack = int(rule.tolerance * MILLION)
            if isinstance(gap, int):
                return
            match rule.operator:
                case "==":
                    self.model.add(gap <= slack)
                    self.model.add(gap >= -slack)
                case "<":
                    self.model.add(gap < 0)
                case "<=":
                    self.model.add(gap <= 0)
                case ">":
                    self.model.add(gap > 0)
                case ">=":
                    self.model.add(gap >= 0)

    def number(self, node: ex.Number) -> Any:
        """A number in millionths; these forms have whole factors only in linear error rules."""
        match node:
            case ex.Const(value=value):
                return int(value * MILLION)
            case ex.Ref(field=name):
                return (
                    self.values[name]
                    if name in self.values
                    else self.number(self.form.formulas[name])
                )
            case ex.Total(items=items):
                return sum(self.number(item) for item in items)
            case ex.Minus(left=left, right=right):
                return self.number(left) - self.number(right)
            case ex.Times(factor=factor, item=item) if factor == int(factor):
                return int(factor) * self.number(item)
        raise NotImplementedError(node)

    def solve(self) -> frozenset[str] | None:
        """One set of changed cells; None when there is none (any more). Fails when it is not proved."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = 20
        status = solver.solve(self.model)
        assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE), "not proved"
        if status == cp_model.INFEASIBLE:
            return None
        return frozenset(name for name, changes in self.changes.items() if solver.value(changes))

    def smallest(self) -> frozenset[str]:
        self.model.minimize(sum(self.changes.values()))
        found = self.solve()
        assert found is not None
        return found

    def all_of(self, size: int) -> set[frozenset[str]]:
        """All sets of this size."""
        self.model.clear_objective()  # type: ignore[no-untyped-call]
        self.model.add(sum(self.changes.values()) == size)
        found: set[frozenset[str]] = set()
        while (names := self.solve()) is not None:
            found.add(names)
            self.model.add(sum(self.changes[name] for name in names) < size)
        return found


def answers(form: Form, report: Submission) -> tuple[int, set[frozenset[str]]]:
    """How many components fail, and all sets of one cell in each whose change makes everything hold;
    none when a component needs more than one."""
    components = failing_components(constraint_system(form, report))
    together = product(*(sole_changes(component) for component in components))
    return len(components), {frozenset(c.field for c in changes) for changes in together}


@pytest.mark.parametrize("seed", range(CASES))
@pytest.mark.parametrize("over", [False, True], ids=["formulas", "typed over"])
def test_the_search_finds_what_the_solver_proves(any_form: Form, seed: int, over: bool) -> None:
    rng = random.Random(seed)
    report = balanced(any_form, rng)
    report = typed_over(any_form, report) if over else report
    tied = _tied(any_form, report, rng)
    names = frozenset(rng.sample(tied, 1 + seed % 4))
    wrong = corrupted(any_form, report, rng, names)
    size, mine = answers(any_form, wrong)
    problem = Problem(any_form, wrong)
    proved = problem.smallest()
    if not mine:
        assert len(proved) > size
        return
    assert len(proved) == size
    assert proved in mine
    assert names in mine or size < len(names)
    if len(mine) <= FEW:
        assert problem.all_of(size) == mine


def _tied(form: Form, report: Submission, rng: random.Random) -> list[str]:
    """Cells of one table, so that slips meet in rows and columns."""
    tables = [
        t.id for t in form.tables if any(form.fields[n].table == t.id for n in report.overrides)
    ]
    names = sorted({*report.entries, *report.overrides})
    if not tables:
        return names
    table = rng.choice(tables)
    return [name for name in names if form.fields[name].table == table]


def test_the_solver_sees_a_broken_rule(zfxxgk: Form) -> None:
    """So that the comparison cannot pass on an empty model."""
    rng = random.Random(0)
    report = balanced(zfxxgk, rng)
    assert Problem(zfxxgk, report).smallest() == frozenset()
    wrong = changed(typed_over(zfxxgk, report), {"requests.granted.business": 999})
    assert Problem(zfxxgk, wrong).smallest() == {"requests.granted.business"}
