"""How much the result of a check matters, as a number."""

from __future__ import annotations

import pytest

from xlreport.findings import Severity
from xlreport.rules.grade import FAILING, TICK, Grade, together


def test_numbers_are_permanent_for_formulas_use_them() -> None:
    assert {grade.name: int(grade) for grade in Grade} == {
        "OPEN": -2,
        "NO_PRIOR_YEAR": -1,
        "HOLDS": 0,
        "NOTE": 1,
        "EXPLAINED": 2,
        "WARNING": 3,
        "ERROR": 4,
    }


@pytest.mark.parametrize(
    ("grade", "fails", "mark", "word"),
    [
        (Grade.OPEN, False, "", "待填"),
        (Grade.NO_PRIOR_YEAR, False, "", "无上年数"),
        (Grade.HOLDS, False, "", "通过"),
        (Grade.NOTE, True, "※", "未通过"),
        (Grade.EXPLAINED, True, "！", "未通过"),
        (Grade.WARNING, True, "！", "未通过"),
        (Grade.ERROR, True, "✘", "未通过"),
    ],
)
def test_each_grade_has_a_mark_and_a_word(grade: Grade, fails: bool, mark: str, word: str) -> None:
    assert (grade.fails, grade.mark, grade.word) == (fails, mark, word)
    assert mark != TICK


def test_every_severity_has_a_grade_and_the_graver_one_is_larger() -> None:
    assert FAILING == {
        Severity.ERROR: Grade.ERROR,
        Severity.WARNING: Grade.WARNING,
        Severity.NOTE: Grade.NOTE,
    }
    by_rank = sorted(Severity, key=lambda severity: severity.rank)
    grades = [FAILING[severity] for severity in by_rank]
    assert grades == sorted(grades, reverse=True)


@pytest.mark.parametrize(
    ("grades", "whole"),
    [
        ([Grade.HOLDS], Grade.HOLDS),
        ([Grade.HOLDS, Grade.ERROR, Grade.NOTE], Grade.ERROR),
        ([Grade.OPEN, Grade.NOTE], Grade.NOTE),
        ([Grade.OPEN, Grade.HOLDS, Grade.NO_PRIOR_YEAR], Grade.OPEN),
        ([Grade.HOLDS, Grade.NO_PRIOR_YEAR], Grade.NO_PRIOR_YEAR),
    ],
)
def test_several_are_as_bad_as_the_worst_that_fails_else_as_open_as_the_most_open(
    grades: list[Grade], whole: Grade
) -> None:
    assert together(grades) is whole
