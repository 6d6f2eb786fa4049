"""What a workbook says of itself: each sentence as text, and as a formula that gives the same."""

from __future__ import annotations

from itertools import product

import formualizer
import pytest

from xlreport.rules.grade import Grade
from xlreport.workbook.writer import sentences


def shown(formula: str, *cells: float | str) -> object:
    """What a formula gives with these values in A1, B1 …"""
    book = formualizer.Workbook()
    sheet = book.sheet("表")
    for column, value in enumerate(cells, start=1):
        sheet.set_value(1, column, value)
    sheet.set_formula(2, 1, formula)
    return book.evaluate_cell("表", 2, 1)


@pytest.mark.parametrize(
    ("grade", "gap", "words"),
    [
        (Grade.ERROR, "3", "✘ 总计差 3"),
        (Grade.ERROR, "", "✘ 总计"),
        (Grade.NOTE, "", "※ 总计"),
        (Grade.WARNING, "0.500000", "！ 总计差 0.500000"),
        (Grade.EXPLAINED, "", "！ 总计（已说明）"),
    ],
)
def test_what_is_wrong_with_a_row(grade: Grade, gap: str, words: str) -> None:
    assert sentences.complaint(grade, "总计", gap) == words
    formula = sentences.complaint_formula("A1", grade.mark, "总计", "B1", can_explain=True)
    assert shown(formula, int(grade), gap) == words


def test_nothing_is_said_of_a_row_that_is_right_or_open() -> None:
    formula = sentences.complaint_formula("A1", "✘", "总计", "", can_explain=False)
    assert [shown(formula, int(grade)) for grade in (-2, -1, 0, 4)] == ["", "", "", "✘ 总计"]


def test_quotation_marks_in_words_stay_inside_the_formula() -> None:
    formula = sentences.complaint_formula("A1", "✘", 'a"b', "", can_explain=False)
    assert shown(formula, 4) == '✘ a"b'


@pytest.mark.parametrize(
    ("errors", "warnings", "blanks", "open_", "words"),
    [
        (2, 1, 0, 0, "✘ 2 处必须改正：D33"),
        (2, 1, 5, 1, "✘ 2 处必须改正：D33；待填 5 格"),
        (0, 1, 5, 1, "待填 5 格"),
        (0, 1, 0, 1, "！ 1 处请核实或说明：D33"),
        (0, 0, 0, 1, "其余要等别的表填好后核对"),
        (0, 0, 0, 0, "✔ 本表全部通过"),
    ],
)
def test_the_verdict_on_a_sheet(
    errors: int, warnings: int, blanks: int, open_: int, words: str
) -> None:
    assert sentences.sheet_verdict(errors, warnings, blanks, open_, "D33") == words


@pytest.mark.parametrize(
    ("errors", "warnings", "blanks", "open_", "words"),
    [
        (2, 1, 0, 0, "✘ 有 2 处必须改正"),
        (2, 1, 5, 1, "✘ 有 2 处必须改正，还有 5 格没有填"),
        (0, 1, 5, 1, "还有 5 格没有填"),
        (0, 1, 0, 1, "！ 有 1 处请核实或说明"),
        (0, 0, 0, 3, "还有 3 项校验没有结果"),
        (0, 0, 0, 0, "✔ 全部通过，可以报送"),
    ],
)
def test_the_verdict_on_the_report(
    errors: int, warnings: int, blanks: int, open_: int, words: str
) -> None:
    assert sentences.overall(errors, warnings, blanks, open_) == words


@pytest.mark.parametrize("counts", list(product((0, 2), repeat=4)))
def test_formulas_say_the_same_as_texts(counts: tuple[int, int, int, int]) -> None:
    cells = ("A1", "B1", "C1", "D1")
    overall = shown(sentences.overall_formula(*cells), *counts)
    assert overall == sentences.overall(*counts)
    verdict = shown(sentences.sheet_verdict_formula(*cells, "E1"), *counts, "D33")
    assert verdict == sentences.sheet_verdict(*counts, "D33")


def test_counts_are_told_alike() -> None:
    assert sentences.to_fill(12) == shown(f"={sentences.to_fill_formula('A1')}", 12) == "待填 12 格"
    failing = shown(f"={sentences.failing_lines_formula('A1')}", 3)
    assert sentences.failing_lines(3) == failing == "未通过 3 处"
