"""What a form says of itself."""

from __future__ import annotations

import pytest

from form.test_builder import NESTED
from form.test_loader import BASE
from xlreport.form import expression as ex
from xlreport.form.loader import loads
from xlreport.form.model import Heading, Kind, Text, leaf_ids, paths

LEAF = Heading("一", "x")
GROUP = Heading("上", "top", (Heading("中", "mid", (LEAF,)), Heading("二", "y")))


def test_headings_know_what_is_below_them() -> None:
    assert [leaf.id for leaf in GROUP.leaves()] == ["x", "y"]
    assert (LEAF.depth, GROUP.depth) == (1, 3)
    assert leaf_ids((GROUP, Heading("三", "z"))) == ("x", "y", "z")
    assert [[h.id for h in path] for path in paths((GROUP,))] == [["top", "mid", "x"], ["top", "y"]]


def test_groups_of_fields_are_named_by_the_headings_over_them() -> None:
    groups = loads(NESTED, "small.yaml").groups
    assert groups[frozenset({"t.x.a", "t.x.b"})] == ("中", "合")
    assert groups[frozenset({"t.x.a", "t.y.a"})] == ("上", "甲")
    assert groups[frozenset({"t.x.a", "t.x.b", "t.x.total"})] == ("中", "")
    everything = frozenset(f"t.{row}.{column}" for row in "xy" for column in ("a", "b", "total"))
    assert groups[everything] == ("上", "")
    assert all(len(names) > 1 for names in groups)


def test_leaves_are_what_a_number_comes_from() -> None:
    form = loads(BASE, "small.yaml")
    assert form.leaves("t.x.a") == ("t.x.a",)
    assert form.leaves("t.y.total") == ("t.y.a", "t.y.b")
    assert [field.id for field in form.typed] == ["t.x.a", "t.x.b", "t.y.a", "t.y.b"]


def test_operands_are_all_numbers_of_all_rules_once() -> None:
    text = BASE + (
        "  - {code: B1, title: 试, severity: note, rule: t.x.a >= previous(t.x.a), why: 试}\n"
        "  - {code: B2, title: 试, severity: note, rule: length(text.note) > t.x.a, why: 试}\n"
    )
    operands = loads(text, "small.yaml").operands
    assert len(operands) == len(set(operands)) == 8
    assert set(operands) >= {ex.Previous("t.x.a"), ex.Length("text.note"), ex.Ref("t.x.a")}


@pytest.mark.parametrize(
    ("last", "years"), [("", {2020, 2021, 9999}), ("last_year: 2021\n", {2020, 2021})]
)
def test_the_years_of_a_form(last: str, years: set[int]) -> None:
    form = loads(BASE.replace("first_year: 2020\n", f"first_year: 2020\n{last}"), "small.yaml")
    assert {year for year in (2019, 2020, 2021, 9999) if form.covers(year)} == years


def test_names_that_others_quote() -> None:
    form = loads(BASE, "small.yaml")
    assert form.fields["t.x.a"].label == "一·甲"
    assert form.fields["t.x.a"].decimals == 0
    assert loads(NESTED, "small.yaml").fields["t.x.a"].kind is Kind.MONEY
    assert loads(NESTED, "small.yaml").fields["t.x.a"].decimals == 6
    assert Text("note", "说明", "", 12).field_id == "text.note"
    with pytest.raises(StopIteration):
        form.table("nothing")
