"""The tokens of a text, and the words that make them."""

from __future__ import annotations

import pytest

from narrative.letters import LETTERS, STATEMENTS, lexicon, statement
from xlreport import Form
from xlreport.narrative.lexicon import TokenKind, build_lexicon, lexicon_of
from xlreport.narrative.own_names import OWN, readable


def tokens(text: str) -> list[tuple[str, str]]:
    """Kind and text of each token."""
    plain = readable(text, (), "乡镇")
    found = lexicon().tokens(plain, 0, len(plain))
    return [(token.kind.name, text[token.start : token.end]) for token in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收到来信12件", [("WORD", "收到"), ("WORD", "来信"), ("NUMBER", "12件")]),
        ("来信和来访", [("WORD", "来信和来访")]),
        ("来信 12 件", [("WORD", "来信"), ("NUMBER", "12 件")]),
        ("一百零五封", [("NUMBER", "一百零五封")]),
        ("1,234件", [("NUMBER", "1,234件")]),
        ("1,2345件", [("NUMBER", "1"), ("COMMA", ","), ("NUMBER", "2345件")]),
        ("99.8%", [("SHARE", "99.8%")]),
        ("2025年度来信", [("YEAR", "2025年度"), ("WORD", "来信")]),
        ("二〇二五年", [("YEAR", "二〇二五年")]),
        ("12025年", [("NUMBER", "12025"), ("UNKNOWN", "年")]),
        ("6月30日", [("WORD", "6月30日")]),
        ("3年", [("WORD", "3年")]),
        ("（一）来信", [("WORD", "（一）"), ("WORD", "来信")]),
        ("一、来信", [("WORD", "一、"), ("WORD", "来信")]),
        ("1.来信", [("WORD", "1."), ("WORD", "来信")]),
        ("甲来信乙", [("UNKNOWN", "甲"), ("WORD", "来信"), ("UNKNOWN", "乙")]),
        ("；来信.", [("SEMICOLON", "；"), ("WORD", "来信"), ("STOP", ".")]),
        ("寄来的信纸", [("WORD", "寄来的信"), ("UNKNOWN", "纸")]),
        ("写来", [("UNKNOWN", "写来")]),
        ("“来信”", [("WORD", "来信")]),
        ("，。（）\n", [("COMMA", "，"), ("STOP", "。"), ("OPEN", "（"), ("CLOSE", "）"), ("LINE", "\n")]),
        ("", []),
    ],
)  # fmt: skip
def test_a_text_in_tokens(text: str, expected: list[tuple[str, str]]) -> None:
    assert tokens(text) == expected


def test_a_part_of_a_text_keeps_its_places() -> None:
    text = "收到来信，来访"
    (first,) = lexicon().tokens(text, 2, 4)
    assert (first.start, first.end, first.kind) == (2, 4, TokenKind.WORD)


def test_numbers_and_years_have_values() -> None:
    found = list(lexicon().tokens("2025年十二件12", 0, 10))
    assert [(token.value, token.measure) for token in found] == [(2025, ""), (12, "件"), (12, "")]


def test_a_word_can_be_several_things() -> None:
    roles = lexicon().roles
    assert roles["来信和来访"].subjects == {"letters", "visits"}
    assert (roles["收到"].beside, roles["收到"].asserts) == ({"letters"}, True)
    assert [step.denies for step in roles["收到"].steps if step.claim == 0] == [False, True]
    assert (roles["谢绝"].beside, roles["谢绝"].denies) == ({"letters"}, True)
    assert (roles["邮寄"].parts, roles["寄来"].beside) == ({"letters"}, {"letters"})
    assert roles["投诉"].unless == {"letters"}
    assert (roles["上年"].other_time, roles["和"].joins, roles["较"].compares) == (True, True, True)
    assert (roles["方面"].neutral, roles["方面"].scene) == (True, True)


def test_a_verb_belongs_to_the_subjects_of_its_claims() -> None:
    words = lexicon()
    (token,) = words.tokens("接待", 0, 2)
    assert words.verb_of(token, "visits")
    assert not words.verb_of(token, "letters")


def test_claims_keep_their_order_and_subjects_are_named_once() -> None:
    words = lexicon()
    assert [known.statement.code for known in words.claims] == ["L1", "L1", "L2", "L2", "L2", "L3"]
    assert [known.position for known in words.claims] == [0, 1, 2, 3, 4, 5]
    assert words.subjects == ("letters", "visits")


def test_statements_without_claims_have_no_lexicon() -> None:
    assert build_lexicon([statement("L9")]) is None
    assert build_lexicon([]) is None


def test_only_the_statements_of_a_text_count(zfxxgk: Form) -> None:
    overview, other = lexicon_of(zfxxgk, "text.overview"), lexicon_of(zfxxgk, "text.other_matters")
    assert overview is not None
    assert other is not None
    codes = {known.statement.code for known in overview.claims}
    assert codes - {known.statement.code for known in other.claims} == {"D4"}
    assert lexicon_of(zfxxgk, "text.problems") is None


@pytest.mark.parametrize(
    ("text", "own", "level", "plain"),
    [
        ("甲子镇收到１件", ("甲子镇",), "乡镇", f"{OWN * 3}收到1件"),
        ("示例县甲子镇和甲子镇", ("甲子镇", "示例县甲子镇"), "乡镇", f"{OWN * 6}和{OWN * 3}"),
        ("全县", ("示例县",), "县", OWN * 2),
        ("全县", ("甲子镇",), "乡镇", "全县"),
        ("甲和", ("甲", ""), "乡镇", "甲和"),
    ],
)
def test_own_names_are_out_of_the_way(
    text: str, own: tuple[str, ...], level: str, plain: str
) -> None:
    assert readable(text, own, level) == plain


def test_the_examples_speak_of_letters() -> None:
    assert STATEMENTS[0].claims[0].subject is LETTERS
