"""When a clause states a claim: each condition by its own examples."""

from __future__ import annotations

from dataclasses import replace

import pytest

from narrative.letters import told
from xlreport.narrative import claims
from xlreport.narrative.conditions import CONDITIONS, Condition

each_condition = pytest.mark.parametrize("condition", CONDITIONS, ids=lambda c: c.name)


def put(monkeypatch: pytest.MonkeyPatch, conditions: list[Condition]) -> None:
    """Reads with other conditions."""
    monkeypatch.setattr(claims, "CONDITIONS", tuple(conditions))


def test_each_condition_stands_in_the_table_once_and_says_why() -> None:
    assert len({condition.name for condition in CONDITIONS}) == len(CONDITIONS)
    assert all((condition.holds.__doc__ or "").strip() for condition in CONDITIONS)


@each_condition
def test_what_a_condition_admits_is_read(condition: Condition) -> None:
    assert told(condition.admits)


@each_condition
def test_what_a_condition_stops_is_stopped_by_no_other(
    condition: Condition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the condition a number more is read of the sentence."""
    read_with = set(told(condition.stops))
    put(monkeypatch, [other for other in CONDITIONS if other is not condition])
    assert read_with < set(told(condition.stops))


@each_condition
def test_a_condition_turned_round_reads_another_thing(
    condition: Condition, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = told(condition.admits)
    turned = replace(condition, holds=lambda it: not condition.holds(it))
    put(monkeypatch, [turned if other is condition else other for other in CONDITIONS])
    assert told(condition.admits) != right


def test_a_condition_more_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    even = Condition(lambda it: it.cut.value % 2 == 0, "收到来信12件", "收到来信13件")
    put(monkeypatch, [*CONDITIONS, even])
    assert (told(even.admits), told(even.stops)) == ([("L1", "letters", 12)], [])
