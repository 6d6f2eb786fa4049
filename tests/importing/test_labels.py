"""How headings are compared."""

from __future__ import annotations

import pytest

from xlreport.importing.labels import key, numbering, plain


@pytest.mark.parametrize(
    "text",
    [
        "（二）部分公开（区分处理的，只计这一情形）",
        "(二) 部分公开(区分处理的, 只计这一情形) ",
        "二、部分公开\n（区分处理的，\u3000只计这一情形）",
        "②部分公开〔区分处理的 只计这一情形〕",
        "2.部分公开 区分处理的，只计这一情形",
        "⑵部分公开【区分处理的，只计这一情形】",
        "2部分公开（区分处理的，只计这一情形）",
        "部分公开\u200b区分处理的只计这一情形",
    ],
)
def test_numbering_brackets_widths_and_spaces_do_not_matter(text: str) -> None:
    assert key(text) == "部分公开区分处理的只计这一情形"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("本年制发件数", "本年新制作数量"),
        ("结果维持", "结果纠正"),
        ("其他", "其他处理"),
        ("第二十条第（一）项", "第二十条第（五）项"),
        ("本年收费金额（单位：万元）", "本年收费金额（单位：元）"),
    ],
)
def test_other_words_are_other_headings(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("第二十条第（一）项", "第二十条第一项"),
        ("一般公共预算", "一般公共预算"),
        ("2021年情况", "2021年情况"),
        ("12月份", "12月份"),
        ("本年增/减", "本年增减"),
        ("——", ""),
        ("甲" * 201, ""),
    ],
)
def test_only_a_number_before_a_heading_is_numbering(text: str, bare: str) -> None:
    assert key(text) == bare


@pytest.mark.parametrize(
    ("text", "number"),
    [("（七）总计", "七"), ("3.其他", "3"), ("①甲", "1"), ("其他", ""), ("十二、甲", "十二")],
)
def test_the_number_before_a_heading(text: str, number: str) -> None:
    assert numbering(text) == number


def test_a_text_in_one_width() -> None:
    assert plain(" １２\u200b，甲\n乙（丙）") == "12,甲乙(丙)"
