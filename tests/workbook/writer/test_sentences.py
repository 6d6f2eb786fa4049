"""What a workbook says of itself: each sentence as text, and as a formula that gives the same."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import formualizer
import pytest

from xlreport.findings import Severity
from xlreport.form.model import Check
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


def check(severity: Severity, brief: str = "", title: str = "甲等于乙") -> Check:
    return Check("Z1", title, severity, None, "", "", Decimal(0), brief)


@pytest.mark.parametrize(
    ("grade", "severity", "brief", "gap", "words"),
    [
        (Grade.ERROR, Severity.ERROR, "总计差", "3", "✘ 总计差 3"),
        (Grade.ERROR, Severity.ERROR, "有误", "", "✘ 有误"),
        (Grade.ERROR, Severity.ERROR, "", "3", "✘ 不符合：甲等于乙，差 3"),
        (Grade.ERROR, Severity.ERROR, "", "", "✘ 不符合：甲等于乙"),
        (Grade.NOTE, Severity.NOTE, "有误", "", "※ 有误"),
        (Grade.WARNING, Severity.WARNING, "总计差", "0.500000", "！ 总计差 0.500000"),
        (Grade.EXPLAINED, Severity.WARNING, "有误", "", "！ 有误（已说明）"),
        (Grade.EXPLAINED, Severity.WARNING, "", "3", "！ 不符合：甲等于乙，差 3（已说明）"),
        (Grade.NOTE, Severity.NOTE, 'a"b', "", '※ a"b'),
    ],
)
def test_what_is_wrong_with_a_row(
    grade: Grade, severity: Severity, brief: str, gap: str, words: str
) -> None:
    rule = check(severity, brief)
    assert sentences.complaint(grade, rule, gap) == words
    formula = sentences.complaint_formula("A1", rule, "B1" if gap else "")
    assert shown(f"={formula}", int(grade), gap) == words


def test_nothing_is_said_of_a_row_that_is_right_or_open() -> None:
    formula = sentences.complaint_formula("A1", check(Severity.ERROR, "有误"), "")
    assert [shown(f"={formula}", int(grade)) for grade in (-2, -1, 0, 4)] == ["", "", "", "✘ 有误"]


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
    overall = shown(f"={sentences.overall_formula(*cells)}", *counts)
    assert overall == sentences.overall(*counts)
    formula = sentences.sheet_verdict_formula(*cells, "E1")
    verdict = shown(f"={formula}", *counts, "D33")
    assert verdict == sentences.sheet_verdict(*counts, "D33")


def test_counts_are_told_alike() -> None:
    assert sentences.to_fill(12) == shown(f"={sentences.to_fill_formula('A1')}", 12) == "待填 12 格"
    failing = shown(f"={sentences.failing_lines_formula('A1')}", 3)
    assert sentences.failing_lines(3) == failing == "未通过 3 处"
