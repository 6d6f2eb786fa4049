"""Which numbers a text states: each condition by its own examples, then what clauses leave behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from narrative.letters import lexicon, read, told
from xlreport.narrative import claims
from xlreport.narrative.claims import CONDITIONS, Clause, Condition, clauses, shortened
from xlreport.narrative.lexicon import TokenKind

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
    """Nothing is read of the sentence; without the condition something is."""
    assert told(condition.stops) == []
    put(monkeypatch, [other for other in CONDITIONS if other is not condition])
    assert told(condition.stops) != []


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


# --- one clause ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收到来信12件", [("L1", "letters", 12)]),
        ("来信12件", [("L1", "letters", 12)]),
        ("办结来信3件", [("L2", "letters", 3)]),
        ("未收到来信", [("L1", "letters", 0)]),
        ("未收到一件来信", [("L1", "letters", 0)]),
        ("未收到两件来信", []),
        ("收到来信12件已办结", [("L1", "letters", 12)]),
        ("收到来信12件已接待", [("L1", "letters", 12)]),
        ("接待来访、来信0件", []),
        ("来信、来访0件", [("L1", "letters", 0)]),
        ("来信、来访12件", []),
        ("收到来信12件较上年增加2件", [("L1", "letters", 12)]),
        ("收到来信一件", [("L1", "letters", 1)]),
        ("收到来信1件", [("L1", "letters", 1)]),
        ("收到1件来信", [("L1", "letters", 1)]),
    ],
)
def test_a_clause_states(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert told(text) == expected


def test_a_number_is_that_of_the_first_claim_of_a_statement() -> None:
    """收到 states the first claim of L1; the second, without verbs, is not asked."""
    (stated,) = read("收到来信12件")
    assert stated.claim.verbs == ("收到", "处理")


# --- from clause to clause ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收到来信12件，办结9件", [12, 9]),
        ("收到来信12件，其中好，其中好，办结9件", [12, 9]),
        ("收到来信12件，其中好，其中好，其中好，办结9件", [12]),
        ("收到来信12件，好，办结9件", [12]),
        ("收到来信12件（其中网上9件），办结9件", [12, 9]),
        ("收到来信12件（好），会议3件，办结9件", [12]),
        ("收到来信12件），会议3件，办结9件", [12]),
        ("来信（（好）好），会议3件，来信9件", []),
        ("收到来信12件。会议3件。来信9件", [12, 9]),
        ("来信12件\n办结9件", [12]),
        ("来信情况\n收到9件", [9]),
        ("来信情况\n好\n收到9件", []),
        ("上年不计，2025年收到来信12件", [12]),
        ("2024年，收到来信12件", []),
        ("来信方面，未收到", [0]),
        ("来信方面，其中好，未收到", []),
        ("来信方面，来信好，收到9件", [9]),
        ("来信方面，来信好的方面，收到9件", []),
        ("来信方面，网上好，收到9件", []),
        ("谢绝来信，收到9件", []),
        ("（投诉）来信方面，收到9件", [9]),
        ("投诉来信方面，收到9件", []),
    ],
)
def test_clauses_lead_on_or_astray(text: str, expected: list[int]) -> None:
    assert [stated.number for stated in read(text)] == expected


def test_a_quote_has_the_subject_and_the_number() -> None:
    text = "来信方面，其中好，办结9件，办结8件"
    first, second = read(text)
    assert first.quote(text) == "来信方面……办结9件"
    assert second.quote(text) == "来信方面……办结8件"
    (whole,) = read("今年收到来信12件。")
    assert whole.quote("今年收到来信12件。") == "今年收到来信12件"
    (near,) = read("来信方面，收到9件")
    assert near.quote("来信方面，收到9件") == "来信方面，收到9件"


@pytest.mark.parametrize(
    ("words", "quote"),
    [("一 二\n三", "一 二 三"), ("字" * 40, "字" * 40), ("字" * 41, "字" * 40 + "……")],
)
def test_a_quote_is_short_and_of_one_line(words: str, quote: str) -> None:
    assert shortened(words) == quote


def test_a_joining_mark_ends_a_clause_behind_a_counted_number_only() -> None:
    """行政复议1件、行政诉讼2件 are two clauses, 行政复议、行政诉讼0件 is one."""

    def cut(text: str) -> list[tuple[int, TokenKind]]:
        parts: list[Clause] = list(clauses(lexicon().tokens(text, 0, len(text))))
        return [(len(clause.tokens), clause.mark) for clause in parts]

    assert cut("来信1件、来访2批") == [(2, TokenKind.COMMA), (2, TokenKind.LINE)]
    assert cut("来信、来访0件") == [(4, TokenKind.LINE)]
    assert cut("来信1、来访2") == [(5, TokenKind.LINE)]
