"""What a workbook says about itself: the same words in its formulas, in their cached results, and
in the letter that goes with it.

Each sentence is given as text from numbers, and as a formula (without `=`) from the cells of these
numbers.
"""

from __future__ import annotations

from xlreport.findings import Severity
from xlreport.form.model import Check
from xlreport.rules.excel_text import NOTHING, equals, if_, is_empty, is_positive, joined, literal
from xlreport.rules.grade import FAILING, Grade

ALL_PASSED = "✔ 全部通过，可以报送"
SHEET_PASSED = "✔ 本表全部通过"
WAITS = "其余要等别的表填好后核对"
EXPLAINED = "（已说明）"


# --- a check line -----------------------------------------------------------------------------


def complaint(grade: Grade, check: Check, gap: str) -> str:
    """What is wrong with a row: `✘ 总计差 3`."""
    words = f"{grade.mark} {check.complaint}"
    if gap:
        words += f"{check.difference_word} {gap}"
    if grade is Grade.EXPLAINED:
        words += EXPLAINED
    return words


def complaint_formula(grade: str, check: Check, gap: str) -> str:
    """The same from the cells of grade and difference (`gap` is empty where there is none)."""
    mark = FAILING[check.severity].mark
    parts = [literal(f"{mark} {check.complaint}")]
    if gap:
        difference = joined(literal(f"{check.difference_word} "), gap)
        parts.append(if_(is_empty(gap), NOTHING, difference))
    if check.severity is Severity.WARNING:
        is_explained = equals(grade, f"{Grade.EXPLAINED:d}")
        parts.append(if_(is_explained, literal(EXPLAINED), NOTHING))
    return if_(is_positive(grade), joined(*parts), NOTHING)


def to_fill(count: int) -> str:
    """How many cells are blank."""
    return f"待填 {count} 格"


def to_fill_formula(count: str) -> str:
    """The same from a formula of the number."""
    return joined(literal("待填 "), count, literal(" 格"))


# --- a rule -----------------------------------------------------------------------------------


def failing_lines(count: int) -> str:
    """How many rows or columns a rule fails for."""
    return f"未通过 {count} 处"


def failing_lines_formula(count: str) -> str:
    """The same from the cell of the number."""
    return joined(literal("未通过 "), count, literal(" 处"))


# --- a sheet ----------------------------------------------------------------------------------


def sheet_verdict(errors: int, warnings: int, blanks: int, open_: int, cell: str) -> str:
    """The verdict on a sheet; `cell` is the worst one."""
    filling = to_fill(blanks)
    if errors:
        wrong = f"✘ {errors} 处必须改正：{cell}"
        return f"{wrong}；{filling}" if blanks else wrong
    if blanks:
        return filling
    if warnings:
        return f"！ {warnings} 处请核实或说明：{cell}"
    return WAITS if open_ else SHEET_PASSED


def sheet_verdict_formula(errors: str, warnings: str, blanks: str, open_: str, cell: str) -> str:
    """The same from the cells of these numbers."""
    filling = to_fill_formula(blanks)
    has_blanks = is_positive(blanks)
    rest = if_(has_blanks, joined(literal("；"), filling), NOTHING)
    wrong = joined(literal("✘ "), errors, literal(" 处必须改正："), cell, rest)
    doubtful = joined(literal("！ "), warnings, literal(" 处请核实或说明："), cell)
    right = if_(is_positive(open_), literal(WAITS), literal(SHEET_PASSED))
    complete = if_(is_positive(warnings), doubtful, right)
    without_errors = if_(has_blanks, filling, complete)
    return if_(is_positive(errors), wrong, without_errors)


# --- the report -------------------------------------------------------------------------------


def overall(errors: int, warnings: int, blanks: int, open_: int) -> str:
    """The verdict on the report, as the cover says it largest."""
    filling = f"还有 {blanks} 格没有填"
    if errors:
        wrong = f"✘ 有 {errors} 处必须改正"
        return f"{wrong}，{filling}" if blanks else wrong
    if blanks:
        return filling
    if warnings:
        return f"！ 有 {warnings} 处请核实或说明"
    return f"还有 {open_} 项校验没有结果" if open_ else ALL_PASSED


def overall_formula(errors: str, warnings: str, blanks: str, open_: str) -> str:
    """The same from the cells of these numbers."""
    has_blanks = is_positive(blanks)
    filling = joined(literal("还有 "), blanks, literal(" 格没有填"))
    also_filling = joined(literal("，还有 "), blanks, literal(" 格没有填"))
    rest = if_(has_blanks, also_filling, NOTHING)
    wrong = joined(literal("✘ 有 "), errors, literal(" 处必须改正"), rest)
    doubtful = joined(literal("！ 有 "), warnings, literal(" 处请核实或说明"))
    waiting = joined(literal("还有 "), open_, literal(" 项校验没有结果"))
    right = if_(is_positive(open_), waiting, literal(ALL_PASSED))
    complete = if_(is_positive(warnings), doubtful, right)
    without_errors = if_(has_blanks, filling, complete)
    return if_(is_positive(errors), wrong, without_errors)
