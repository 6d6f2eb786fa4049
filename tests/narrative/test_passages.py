"""Passages of published reports: how many of their numbers are read, none of them falsely."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.passages import Passage, Score, passages, score
from xlreport import Form

READ, RECEIVED_READ, NOTICED = 106, 45, 97
"""What was reached, of 107 numbers and 45 received applications."""


@pytest.fixture(scope="module")
def scored(zfxxgk: Form) -> Score:
    """The score of all passages."""
    return score(zfxxgk, passages())


def test_no_passage_contradicts_the_tables_it_was_published_with(scored: Score) -> None:
    assert scored.false == []


def test_most_numbers_of_the_passages_are_read(scored: Score) -> None:
    assert (scored.said, scored.received_said) == (107, 45)
    assert scored.read >= READ
    assert scored.received_read >= RECEIVED_READ


def test_tables_that_differ_in_one_number_are_told(scored: Score) -> None:
    """The others agree with another meaning of the number, which is legitimate."""
    assert scored.noticed >= NOTICED


def test_the_score_sees_a_false_alarm_and_a_missed_number(zfxxgk: Form) -> None:
    said = {"requests.received.total": 3, "requests.processed.total": 3}
    passage = Passage("全年收到政府信息公开申请3件。", said, "甲子镇", "乡镇", 2025)
    result = score(zfxxgk, [passage])
    assert (result.said, result.read, result.false) == (2, 1, [])
    wrong = replace(passage, says={"requests.received.total": 4})
    result = score(zfxxgk, [wrong])
    assert (result.read, len(result.false)) == (0, 1)
