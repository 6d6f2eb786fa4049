"""The parts of the published report: their order, and sentences that are bound to numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from form.test_loader import BASE, problems
from xlreport.form import expression as ex
from xlreport.form.loader import loads
from xlreport.form.model import Sentence, Word
from xlreport.form.parser import LARGEST_CONSTANT


def with_draft(say: str, when: str = "") -> str:
    condition = f"            when: {when}\n" if when else ""
    return (
        f"{BASE}drafts:\n  - text: text.note\n    paragraphs:\n      - sentences:\n"
        f"          - say: '{say}'\n{condition}"
    )


def sentence(say: str, when: str = "") -> Sentence:
    (only,) = loads(with_draft(say, when)).sentences
    return only


def test_without_an_order_the_tables_come_first() -> None:
    assert loads(BASE).order == ("t", "text.note")


def test_the_order_is_the_one_that_is_written() -> None:
    assert loads(f"{BASE}order: [text.note, t]\n").order == ("text.note", "t")


def test_every_part_has_one_place() -> None:
    assert problems(f"{BASE}order: [t, t, u]\n") == [
        (33, 8, "缺少“text.note”"),
        (33, 9, "“t”写了两次"),
        (33, 12, "“t”写了两次"),
        (33, 15, "没有表或文字“u”"),
    ]


def test_neither_order_nor_drafts_shape_the_workbook() -> None:
    plain = loads(BASE)
    published = loads(with_draft("有{t.x.a}件。") + "order: [text.note, t]\n")
    assert published.fingerprint == plain.fingerprint


def test_a_sentence_is_words_names_and_numbers() -> None:
    found = sentence("{year}年，{ unit }有{ t.x.a + t.y.a }件，{last_year}年没有。")
    total = ex.Total((ex.Ref("t.x.a"), ex.Ref("t.y.a")), "+")
    pieces = (Word.YEAR, "年，", Word.UNIT, "有", total, "件，", Word.LAST_YEAR, "年没有。")
    assert found.pieces == pieces
    assert found.numbers == (total,)
    assert found.counts


def test_words_alone_count_nothing_unless_there_is_a_condition() -> None:
    assert not sentence("{unit}照实填写。").counts
    with_condition = sentence("有。", "t.x.a > 0")
    assert with_condition.counts
    assert with_condition.when == ex.Compare(">", ex.Ref("t.x.a"), ex.Const(Decimal(0)))


@pytest.mark.parametrize(
    ("say", "when", "problem"),
    [
        ("有{t.x.c}件", "", (37, 20, "“t.x.c”：没有字段“t.x.c”")),
        ("有{ t.x.c }件", "", (37, 21, "“ t.x.c ”：没有字段“t.x.c”")),
        ("有{}件", "", (37, 20, "“”：规则写法有误：检查括号、逗号和运算符")),
        ("有{t.a}件", "", (37, 20, "“t.a”：“t.a”是 2 个数，这里只能有一个；求和请写 sum(…)")),
        ("有{3}件", "", (37, 20, "“3”：里面没有填报的数字")),
        ("有t.x.a}件", "", (37, 24, "花括号要成对，里面写一个数")),
        ("有{t.x.a件", "", (37, 19, "花括号要成对，里面写一个数")),
        ("{t.x.a}{t.x.b件", "", (37, 25, "花括号要成对，里面写一个数")),
        ("有", "t.x.a", (38, 19, "规则没有比较任何数：这里应当是一个比较，例如 a == b")),
        ("有", "t.x.a > t.x.c", (38, 27, "没有字段“t.x.c”")),
    ],
)
def test_a_mistake_has_its_place(say: str, when: str, problem: tuple[int, int, str]) -> None:
    assert problems(with_draft(say, when)) == [problem]


def test_a_draft_is_of_a_text_that_there_is_and_of_one() -> None:
    text = with_draft("有。")
    draft = text.removeprefix(f"{BASE}drafts:\n")
    assert problems(text + draft) == [(38, 11, "“text.note”的初稿写了两份")]
    assert problems(text.replace("text.note", "text.none")) == [(34, 11, "没有文字“text.none”")]


def test_numbers_and_conditions_stay_exact() -> None:
    big = f"{LARGEST_CONSTANT} * t.x.a"
    inexact = "系数太大、小数位太多或层层相加，结果会超出可精确计算的范围"
    assert problems(with_draft(f"有{{{big}}}件")) == [(37, 18, inexact)]
    assert problems(with_draft("有", f"{big} > t.x.b")) == [(38, 19, inexact)]


def test_the_numbers_of_a_draft_are_worked_out_with_those_of_the_rules() -> None:
    assert ex.Previous("t.x.b") not in loads(BASE).operands
    form = loads(with_draft("有{t.x.a}件", "t.x.a > previous(t.x.b)"))
    assert ex.Previous("t.x.b") in form.operands
