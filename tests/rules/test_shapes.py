"""Rules of one shape together say what each of them says by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.test_nodes import CELLS, CONDITIONS, NUMBERS, TAX, instance
from support.examples import examples
from support.fills import fill
from xlreport import Entry, Form, get_form
from xlreport.form import expression as ex
from xlreport.rules import filling
from xlreport.rules.columns import number
from xlreport.rules.evaluate import evaluate, evaluate_form, evaluate_submissions, rule_shapes
from xlreport.rules.filling import column_layout, column_store
from xlreport.rules.shapes import shapes_of, together

FIRST, SECOND, THIRD = ex.Ref("a"), ex.Ref("b"), ex.Ref("c")
ROWS = {"a": 0, "b": 1, "c": 2, "previous.a": 3, "length.text.t": 4}


def less(left: ex.Number, right: ex.Number) -> ex.Compare:
    return ex.Compare("<", left, right)


def test_nodes_that_differ_in_their_leaves_alone_have_one_shape() -> None:
    rules: list[ex.Truth] = [
        less(FIRST, SECOND),
        ex.Not(less(FIRST, SECOND)),
        less(SECOND, THIRD),
        less(THIRD, ex.Previous("a")),
    ]
    compared, negated = shapes_of(rules, ROWS)
    slot, other = ex.Ref("0"), ex.Ref("1")
    assert (compared.node, negated.node) == (less(slot, other), ex.Not(less(slot, other)))
    assert (compared.positions, negated.positions) == ((0, 2, 3), (1,))
    assert isinstance(compared.members, np.ndarray)
    assert [list(np.arange(5)[rows]) for rows in compared.slots.values()] == [[0, 1, 2], [1, 2, 3]]


def test_the_same_leaf_twice_is_another_shape_than_two_leaves() -> None:
    rules: list[ex.Truth] = [less(FIRST, FIRST), less(FIRST, SECOND), less(SECOND, SECOND)]
    same, different = shapes_of(rules, ROWS)
    assert (same.positions, different.positions) == ((0, 2), (1,))
    assert list(same.slots) == ["0"]


def test_what_is_no_leaf_stays() -> None:
    mentions = ex.Mentions("text.t", ("一", "二"))
    rules: list[ex.Truth] = [
        ex.Compare("==", FIRST, SECOND, Decimal(1)),
        ex.Compare("==", FIRST, SECOND),
        mentions,
        ex.Mentions("text.t", ("一",)),
        less(ex.Length("text.t"), ex.Const(Decimal(5))),
        less(FIRST, ex.Const(Decimal(6))),
    ]
    shapes = list(shapes_of(rules, ROWS))
    assert [shape.positions for shape in shapes] == [(0,), (1,), (2,), (3,), (4,), (5,)]
    assert shapes[2].node == mentions
    assert shapes[4].slots == {"0": slice(4, 5)}


def test_rows_that_follow_each_other_are_a_slice() -> None:
    assert together([3, 4, 5]) == slice(3, 6)
    for apart in ([3, 5], [4, 3], [3, 3]):
        rows = together(apart)
        assert isinstance(rows, np.ndarray)
        assert rows.tolist() == apart


def test_each_node_keeps_all_but_its_leaves() -> None:
    """With its own leaves put back a node is the same again."""
    nodes: list[ex.Number | ex.Truth] = [row.node for row in NUMBERS]
    nodes += [row.node for row in (*CONDITIONS, *CELLS)]
    for node in nodes:
        leaves: list[ex.Leaf] = []
        changed = ex.with_leaves(node, partial(_marked, leaves))
        assert leaves == [part for part in ex.walk(node) if isinstance(part, ex.Leaf)]
        assert repr(changed) == _with_names(node)


def _marked(leaves: list[ex.Leaf], leaf: ex.Leaf) -> ex.Ref:
    """A leaf with a mark in its name, noted in `leaves`."""
    leaves.append(leaf)
    return ex.Ref(f"{ex.key_of(leaf)}!")


def _with_names(node: ex.Node) -> str:
    """What the node with marked names looks like."""
    text = repr(node)
    for leaf in ex.operands_of(node):
        text = text.replace(repr(leaf), f"Ref(field='{ex.key_of(leaf)}!')")
    return text


def test_every_node_by_shape_says_what_it_says_alone(other_form: Form) -> None:
    """Each condition over several leaves, so that its slots are matrices."""
    names = [field.id for field in other_form.typed]
    rules: list[ex.Truth] = []
    for row in (*CONDITIONS, *CELLS):
        for step in (0, 1, 5):
            others = dict(zip(names, (*names[step:], *names[:step]), strict=True))
            rules.append(ex.with_leaves(row.node, partial(_renamed, others)))
    form = replace(other_form, instances=tuple(map(instance, rules)))
    assert len(rule_shapes(form)) < len(rules) / 2
    for seeds in ([1], range(20)):
        store = column_store(form, [fill(form, seed) for seed in seeds])
        assert (evaluate_form(form, store) == evaluate(form.instances, store)).all()


def _renamed(others: Mapping[str, str], leaf: ex.Leaf) -> ex.Ref:
    """Another field in the place of each leaf."""
    return ex.Ref(others.get(ex.key_of(leaf), "money.tax.q2"))


def test_every_number_by_shape_is_what_it_is_alone(other_form: Form) -> None:
    names = [field.id for field in other_form.typed]
    store = column_store(other_form, [fill(other_form, seed, wild=0.0) for seed in range(5)])
    for row in NUMBERS:
        one, two = (
            ex.with_leaves(row.node, partial(_renamed, {TAX.field: name}))
            for name in (names[0], names[7])
        )
        (shape,) = shapes_of([one, two], column_layout(other_form).rows)
        matrix, scale = number(shape.node, store.columns.over(shape.slots))
        for line, node in zip(np.broadcast_to(matrix, (2, 5)), (one, two), strict=True):
            values, own_scale = number(node, store.columns)
            assert scale == own_scale
            assert line.tolist() == np.broadcast_to(values, 5).tolist()


@examples(40)
@given(
    seeds=st.lists(st.integers(0, 10**6), min_size=1, max_size=5),
    name=st.sampled_from(["zfxxgk-2019", "zfxxgk-2021", "tests/forms/xiangzhen-caizheng.yaml"]),
)
def test_all_rules_of_a_form_by_shape_and_one_by_one(seeds: list[int], name: str) -> None:
    form = get_form(name)
    evaluation = evaluate_submissions(form, [fill(form, seed) for seed in seeds])
    alone = evaluate(form.instances, evaluation.store)
    assert (evaluation.verdicts == alone).all()


def test_formulas_that_stand_on_formulas_are_worked_out_in_steps(zfxxgk: Form) -> None:
    steps = column_layout(zfxxgk).steps
    assert len(steps) < len(zfxxgk.computed)
    done = {field.id for field in zfxxgk.typed}
    for step in steps:
        for name in step.names:
            assert done.issuperset(ex.fields_of(zfxxgk.formulas[name]))
        done.update(step.names)
    assert done == set(zfxxgk.fields)


def test_a_shared_entry_is_read_once(zfxxgk: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros of a pool are one object; equal numbers of their own are read each for itself."""
    reads: list[Entry] = []
    read = filling._content_of

    def noted(entry: Entry) -> filling.Content:
        reads.append(entry)
        return read(entry)

    monkeypatch.setattr(filling, "_content_of", noted)
    shared, own = Entry.of(3), Entry.of(0)
    first, second, *others = (field.id for field in zfxxgk.typed)
    entries = {first: own, second: Entry.of(0)} | dict.fromkeys(others, shared)
    report = replace(fill(zfxxgk, 0), entries=entries, overrides={}, answers={})
    store = column_store(zfxxgk, [report, report])
    assert reads == [own, own, shared]
    assert store.columns[others[0]].values.tolist() == [3_000_000, 3_000_000]
