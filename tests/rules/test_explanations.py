"""Words beside a warning: the program and the workbook judge them alike."""

from __future__ import annotations

import formualizer as fz
import pytest

from xlreport.rules.explanations import EMPTY_PHRASES, LEAST, excel_explains, explains, substance

TELLING = (
    "清理了旧文件",
    "上年误报",
    "由上年的 3 件申请引起。",
    "2025年新增3件",
    "****",
    "？？？？",
)
SAYING_NOTHING = (
    "",
    "无",
    "属实",
    "属实。",
    "已核实",
    " 情况属实！",
    "核实\n无误",
    "核实 无误",
    "，。；",
    "同上",
)


@pytest.mark.parametrize("words", [*TELLING, "𠮷𠮷"])
def test_what_happened_explains(words: str) -> None:
    assert explains(words)


@pytest.mark.parametrize("words", [*SAYING_NOTHING, *EMPTY_PHRASES])
def test_assent_explains_nothing(words: str) -> None:
    assert not explains(words)


def test_phrases_are_those_that_are_long_enough_to_pass_otherwise() -> None:
    assert all(substance(phrase) == phrase and len(phrase) >= LEAST for phrase in EMPTY_PHRASES)
    assert len(set(EMPTY_PHRASES)) == len(EMPTY_PHRASES)


@pytest.mark.parametrize("words", [*TELLING, *SAYING_NOTHING, *EMPTY_PHRASES[:5]])
def test_the_formula_judges_alike(words: str) -> None:
    workbook = fz.Workbook()
    workbook.add_sheet("S")
    workbook.set_value("S", 1, 1, words)
    workbook.set_formula("S", 1, 2, f"={excel_explains('A1')}")
    assert workbook.evaluate_cell("S", 1, 2) is explains(words)
