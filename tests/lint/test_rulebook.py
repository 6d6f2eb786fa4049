"""What the linter knows of a form's rules before it asks."""

from __future__ import annotations

from lint.small_form import small
from xlreport.lint.rulebook import Rulebook
from xlreport.lint.solver import LEVEL, Answer, Demand


def test_instances_are_known_by_check_and_by_what_they_are_about() -> None:
    book = Rulebook(small('implies(unit.level in ("县",), t.x.total > 1)', cells=True))
    assert book.of_check == {"A1": [0], "A5": [1, 2, 3], "B1": [4]}
    assert book.cell_checks == ("A5",)
    assert book.defining == {"A1"}
    assert book.named[4] == {LEVEL, "t.x.total"}
    assert book.about[4] == {LEVEL, "t.x.a", "t.x.b"}


def test_levels_are_asked_only_where_a_rule_names_them() -> None:
    assert Rulebook(small("t.x.a > 1")).levels == ("",)
    assert len(Rulebook(small('unit.level in ("县",) or t.x.a > 1')).levels) == 5


def test_a_warning_does_not_say_what_cells_may_hold() -> None:
    assert Rulebook(small("warning|cell|cell < 5")).cell_checks == ()


def test_only_cells_in_question_are_kept() -> None:
    book = Rulebook(small("t.x.total > 1", cells=True))
    assert book.kept_by(["A5"], 4) == [(1, Demand.NOT_FAILS), (2, Demand.NOT_FAILS)]


def test_an_earlier_fill_answers_for_another_level_only_where_it_does() -> None:
    book = Rulebook(
        small('unit.level in ("县",) or t.x.a > 1', 'unit.level in ("县",) or t.x.a < 9')
    )
    codes = ["A1", "B1", "B2"]
    assert book.together(codes, "县") is Answer.POSSIBLE
    assert book.together(codes, "市") is Answer.POSSIBLE
    assert book.together(codes, "县") is Answer.POSSIBLE
    narrow = Rulebook(small('unit.level in ("县",) and t.x.a > 1'))
    assert narrow.together(["B1"], "县") is Answer.POSSIBLE
    assert narrow.together(["B1"], "市") is Answer.IMPOSSIBLE
