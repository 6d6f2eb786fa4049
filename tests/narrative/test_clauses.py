"""Clauses, and the words that are quoted of them."""

from __future__ import annotations

import pytest

from narrative.letters import lexicon, read
from xlreport.narrative.clauses import Clause, clauses, names_a_day, shortened
from xlreport.narrative.lexicon import TokenKind


def test_a_quote_has_the_subject_and_the_number() -> None:
    text = "来信方面，群众好，办结9件，办结8件"
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


@pytest.mark.parametrize(
    ("text", "is_a_day"),
    [
        ("12月31日收到来信", True),
        ("1月1日收到来信", True),
        ("2025年12月31日收到来信", True),
        ("截至12月31日收到来信", False),
        ("截至2025年12月31日收到来信", False),
        ("12月31日止收到来信", False),
        ("1月1日至12月31日收到来信", False),
        ("2025年1月1日至2025年12月31日收到来信", False),
        ("截至目前收到来信12月31日", True),
        ("收到来信", False),
    ],
)
def test_the_years_last_day_is_a_day_unless_a_span_ends_there(text: str, is_a_day: bool) -> None:
    assert names_a_day(list(lexicon().tokens(text, 0, len(text)))) is is_a_day


def test_a_quote_can_be_shorter() -> None:
    (stated,) = read("今年收到来信12件。")
    assert stated.quote("今年收到来信12件。", 4) == "今年收到……"
