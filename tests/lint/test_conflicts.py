"""Every minimal infeasible set of checks, with the rows and cells that show it."""

from __future__ import annotations

import pytest

from lint.small_form import small
from xlreport import Form
from xlreport.lint import conflicts as module
from xlreport.lint.conflicts import Conflict, Conflicts, conflicts
from xlreport.lint.rulebook import Rulebook


def sets(form: Form) -> list[tuple[str, ...]]:
    return [conflict.codes for conflict in conflicts(Rulebook(form)).found]


def test_a_form_without_conflicts_has_none() -> None:
    assert conflicts(Rulebook(small("t.x.a > 3", "t.x.b > 3", cells=True))) == Conflicts()


def test_all_sets_are_found_whatever_their_size() -> None:
    form = small("t.x.a > 3", "t.x.a < 2", "t.x.a < 1", "t.x.b > t.z.m", "t.z.m > 5", "t.x.b <= 5")
    assert sets(form) == [("B1", "B2"), ("B1", "B3"), ("B4", "B5", "B6")]


def test_only_the_cells_that_conflict_are_named() -> None:
    form = small("error|row|t.m == 7", "t.z.m < 3")
    (conflict,) = conflicts(Rulebook(form)).found
    rules = [form.instances[i].code for i in conflict.instances]
    assert (conflict.codes, rules) == (("B1", "B2"), ["B1.z", "B2"])


def test_rows_of_one_check_can_conflict_with_each_other() -> None:
    form = small("error|cell|cell == 2 * t.x.a - 1 and t.x.a > 1")
    (conflict,) = conflicts(Rulebook(form)).found
    assert conflict == Conflict(("B1",), (1,), (), ())
    assert conflict.broken == "B1"


def test_checks_of_single_cells_come_first_and_are_told_apart() -> None:
    (conflict,) = conflicts(Rulebook(small("t.x.a < 0", cells=True))).found
    assert (conflict.codes, conflict.cell_checks) == (("A5", "B1"), ("A5",))
    assert conflict.broken == "B1"


def test_what_is_broken_by_itself_is_not_compared() -> None:
    assert sets(small("t.x.a < 0 and t.x.a > 1", "t.x.a > 5")) == [("B1",)]
    assert sets(small("t.x.a < 0", "t.x.a > 5", cells=True)) == [("A5", "B1")]


def test_a_check_may_leave_out_some_levels() -> None:
    form = small('unit.level in ("县", "市") and t.x.a > 5', "t.x.b < 3")
    assert sets(form) == []
    (conflict,) = conflicts(
        Rulebook(small('unit.level in ("县", "市") and t.x.a > 5', "t.x.a < 3"))
    ).found
    assert (conflict.codes, conflict.levels) == (("B1", "B2"), ())


def test_the_levels_of_a_conflict_are_named() -> None:
    form = small('implies(unit.level in ("县", "市"), t.x.a > 5)', "t.x.a < 3")
    (conflict,) = conflicts(Rulebook(form)).found
    assert (conflict.codes, conflict.levels) == (("B1", "B2"), ("县", "市"))
    assert conflict.broken is None


def test_too_many_conflicts_are_not_all_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    form = small("t.x.a == 1", "t.x.a == 2", "t.x.a == 3")
    assert len(conflicts(Rulebook(form)).found) == 3
    monkeypatch.setattr(module, "MOST_CONFLICTS", 2)
    result = conflicts(Rulebook(form))
    assert (len(result.found), result.complete) == (2, False)
    monkeypatch.setattr(module, "MOST_SETS", 1)
    assert not conflicts(Rulebook(form)).complete


def test_what_is_not_decided_is_told() -> None:
    result = conflicts(Rulebook(small("t.x.a > 3"), effort=1))
    assert (result.found, result.undecided, result.complete) == ([], [("A1", "B1")], True)
