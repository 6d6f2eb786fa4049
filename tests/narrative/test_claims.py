"""Which numbers a text states: one clause, then what clauses leave behind."""

from __future__ import annotations

import pytest

from narrative.letters import read, told

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
        ("接待来访、来信0件", [("L1", "letters", 0)]),
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
        ("收到来信12件，好，办结9件", [12, 9]),
        ("收到来信12件，好，办结13件", [12]),
        ("收到来信12件，好，会议3件，办结9件", [12]),
        ("收到来信12件（其中网上9件），办结9件", [12, 9]),
        ("收到来信12件（好），会议3件，办结9件", [12]),
        ("收到来信12件），会议3件，办结9件", [12]),
        ("来信（（好）好），会议3件，来信9件", []),
        ("会议3件；来信9件", [9]),
        ("处理投诉5件，来信9件", []),
        ("处理投诉5件，收到来信9件，办结8件", [9, 8]),
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收到来信12件，占60%，办结9件", [12, 9]),
        ("收到来信12件，办结率75%，办结9件", [12, 9]),
        ("收到来信12件，邮寄8件，办结9件", [12]),
        ("收到来信12件，邮寄8件，电话4件，办结9件", [12, 9]),
        ("收到来信12件，邮寄8件，办结5件，电话4件，办结3件", [12]),
        ("收到来信12件，邮寄8件。办结9件", [12, 9]),
        ("收到来信12件，其中好8件，坏4件，办结9件", [12, 9]),
        ("收到来信12件，其中上年8件，办结9件", [12]),
        ("收到来信12件，其中好80件，办结9件", [12]),
        ("收到来信12件，9件办结", [12, 9]),
        ("收到来信12件，其中9件已办结", [12, 9]),
        ("收到来信12件，9件邮寄办结", [12]),
    ],
)
def test_parts_of_a_whole(text: str, expected: list[int]) -> None:
    assert [stated.number for stated in read(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收到邮寄来信12件", [12]),
        ("邮寄收到来信12件，电话收到来信3件", []),
        ("收到邮寄来信12件，收到来信15件", [15]),
        ("收到来信15件，邮寄收到3件", [15]),
        ("收到来信15件，收到3件邮寄来信", [15]),
        ("收到邮寄、电话来信12件，收到来信15件", [12, 15]),
        ("收到邮寄等渠道来信12件，收到来信15件", [12, 15]),
        ("未收到邮寄来信", [0]),
        ("未收到邮寄来信，未收到电话来信", [0, 0]),
        ("未收到邮寄来信，收到电话来信3件", []),
    ],
)
def test_a_single_kind_stands_for_the_whole_only_when_it_is_alone(
    text: str, expected: list[int]
) -> None:
    assert [stated.number for stated in read(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收到来信2件，办结10件，合计12件", [2, 10, 12]),
        ("收到来信2件，办结10件，合计13件", [2, 10]),
        ("收到来信2件，合计2件", [2]),
        ("收到来信12件，邮寄8件，电话3件，共23件，办结9件", [12, 23, 9]),
        ("收到来信2件，办结10件。合计12件", [2, 10]),
    ],
)
def test_a_sum_that_the_sentence_itself_states(text: str, expected: list[int]) -> None:
    assert [stated.number for stated in read(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("来信3件留到下年", [3]),
        ("来信方面，留到2026年3件", [3]),
        ("来信方面，留到明年3件", [3]),
        ("来信方面，3件留到次年度", [3]),
        ("来信方面，留到2027年3件", []),
        ("来信方面，下一年度再办3件", [3]),
        ("来信方面，再办下年3件", []),
        ("来信方面，下年3件", []),
        ("未收到来信", [0]),
        ("从未收到过来信", [0]),
        ("没有收到来信", [0]),
        ("尚未新收到来信", [0]),
        ("没有收到一件来信", [0]),
        ("没有一件来信收到", [0]),
        ("收到未来信", []),
    ],
)
def test_verbs_in_steps_and_classes_of_words(text: str, expected: list[int]) -> None:
    assert [stated.number for stated in read(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收到寄来的信12件", [12]),
        ("收到写来书信12件", [12]),
        ("收到书信12件", []),
        ("收到寄来的12件", []),
        ("收到信 寄来 12件", [12]),
    ],
)
def test_names_that_are_put_together(text: str, expected: list[int]) -> None:
    assert [stated.number for stated in read(text)] == expected
