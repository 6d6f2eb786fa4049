"""Checks that find nothing of their own, one kind after the other."""

from __future__ import annotations

import pytest

from lint.small_form import small
from xlreport.lint.redundancy import Implications, Implied, failing, repeats
from xlreport.lint.rulebook import Rulebook


def implied(*rules: str, cells: bool = False) -> list[Implied]:
    return list(Implications(Rulebook(small(*rules, cells=cells)), ()).find())


def test_a_check_that_fails_has_an_example_and_one_that_cannot_has_none() -> None:
    book = Rulebook(small("t.x.a <= 1000000000", "t.x.a <= 999999999", "t.x.b < 0"))
    result = failing(book, {"B3"})
    assert (result.never, result.undecided, list(result.examples)) == (["B1"], [], ["B2"])
    instance, fill = result.examples["B2"]
    assert book.form.instances[instance].code == "B2"
    value = fill.entries["t.x.a"].value
    assert value is not None
    assert value > 999_999_999


def test_a_check_fails_in_the_first_row_that_can() -> None:
    book = Rulebook(small("error|cell|cell - 1 != t.x.a"))
    instance, _ = failing(book, ()).examples["B1"]
    assert book.form.instances[instance].row == "x"
    assert book.form.instances[instance].column == "b"


def test_the_equation_of_a_total_is_left_alone() -> None:
    assert list(failing(Rulebook(small("t.x.a > 1")), ()).examples) == ["B1"]


@pytest.mark.parametrize(
    ("rules", "defining", "pairs"),
    [
        (["t.x.a < 5", "5 > t.x.a"], False, [("B1", "B2")]),
        (["t.x.a < 5", "5 > t.x.a"], True, []),
        (["t.x.a < 5", "5 > t.x.a", "not t.x.a >= 5"], False, [("B1", "B2"), ("B1", "B3")]),
        (["t.x.a < 5", "t.x.a <= 5"], False, []),
        (["t.x.total == t.x.b + t.x.a"], True, [("A1", "B1")]),
        (["t.x.total + 1 == t.x.b + t.x.a"], True, []),
        (["error|cell|cell < 5", "t.x.a < 5"], False, [("B1", "B2")]),
        (["t.x.a < 5", "error|cell|cell < 5"], False, [("B2", "B1")]),
    ],
)
def test_repeats(rules: list[str], defining: bool, pairs: list[tuple[str, str]]) -> None:
    result = repeats(Rulebook(small(*rules)), (), defining=defining)
    assert (result.pairs, result.undecided) == (pairs, [])


@pytest.mark.parametrize(
    ("rules", "cells", "expected"),
    [
        (["t.x.a <= 5", "t.x.a <= 7"], False, [Implied("B2", ("B1",), False)]),
        (["warning||t.x.a <= 5", "t.x.a <= 7"], False, []),
        (["t.x.a <= 5", "t.x.b <= 7"], False, []),
        (["t.x.a + t.x.b >= 0"], True, [Implied("B1", ("A5",), False)]),
        (["t.x.total >= 0"], True, [Implied("B1", ("A5",), True)]),
        (["t.x.a + t.x.b <= 5", "t.x.a <= 6"], True, [Implied("B2", ("B1", "A5"), False)]),
        # a check that asks for numbers or texts finds what others cannot verify without them
        (["is_number(t.x.a)", "t.x.a <= 7"], False, []),
        (["t.x.a <= 7", "is_number(t.x.a)"], False, []),
        (["differs(text.note)", "filled(text.note)"], False, []),
        # what the text holds is there
        (["length(text.note) >= 2", "filled(text.note)"], False, [Implied("B2", ("B1",), False)]),
    ],
)
def test_implications(rules: list[str], cells: bool, expected: list[Implied]) -> None:
    assert implied(*rules, cells=cells) == expected


def test_what_is_left_out_is_neither_asked_nor_used() -> None:
    book = Rulebook(small("t.x.a <= 5", "t.x.a <= 7", "t.x.a <= 9"))
    assert [one.by for one in Implications(book, ()).find()] == [("B1",), ("B1",)]
    assert [one.by for one in Implications(book, {"B1"}).find()] == [("B2",)]


def test_what_is_not_decided_is_told() -> None:
    book = Rulebook(small("t.x.a <= 5", "t.x.a <= 7"), effort=1)
    implications = Implications(book, ())
    assert list(implications.find()) == []
    assert implications.undecided == ["B1", "B2"]
