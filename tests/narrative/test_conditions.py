"""When a clause states a claim: each condition by its own examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from narrative.letters import told
from xlreport import Form
from xlreport.narrative import claims
from xlreport.narrative.claims import stated_numbers
from xlreport.narrative.conditions import CONDITIONS, Condition
from xlreport.narrative.lexicon import Lexicon, Token, lexicon_of

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


def _texts() -> list[str]:
    """Texts of published reports, and single sentences in lines of one text."""
    folder = Path(__file__).parent
    sentences = (folder / "sentences.txt").read_text(encoding="utf-8")
    passages = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
    return [sentences, *(passage["text"] for passage in passages)]


def test_looks_that_spare_work_change_nothing(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Conditions tried once a clause, subjects that are not meant and lines that cannot name one
    are only left out sooner: every claim tried with every condition reads the same."""
    words = lexicon_of(zfxxgk, "text.overview")
    assert words is not None
    texts = _texts()
    read = [stated_numbers(words, text, 2025) for text in texts]
    assert sum(map(len, read)) > 300
    put(monkeypatch, [replace(each, is_of_clause=False, subjects=None) for each in CONDITIONS])
    monkeypatch.setattr(Lexicon, "may_name_subject", lambda *_: True)
    assert [stated_numbers(words, text, 2025) for text in texts] == read


def test_a_line_that_names_no_subject_is_not_taken_apart(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = lexicon_of(zfxxgk, "text.overview")
    assert words is not None
    taken: list[str] = []
    whole = Lexicon.tokens

    def noted(self: Lexicon, text: str, start: int, end: int) -> Iterator[Token]:
        taken.append(text[start:end])
        return whole(self, text, start, end)

    monkeypatch.setattr(Lexicon, "tokens", noted)
    text = "召开会议3次。\n收到政府信息公开申请3件。\n培训干部5人。"
    assert [stated.number for stated in stated_numbers(words, text, 2025)] == [3]
    assert taken == ["收到政府信息公开申请3件。\n"]
