"""What a workbook says about itself: the same words in its formulas, in their cached results, and
in the letter that goes with it.

Each sentence is given as text from numbers, and as a formula from the cells of these numbers.
"""

from __future__ import annotations

from xlreport.findings import Severity
from xlreport.form.model import Check
from xlreport.rules.grade import FAILING, Grade

ALL_PASSED = "✔ 全部通过，可以报送"
SHEET_PASSED = "✔ 本表全部通过"
WAITS = "其余要等别的表填好后核对"
EXPLAINED = "（已说明）"


# --- a check line -----------------------------------------------------------------------------


def complaint(grade: Grade, check: Check, gap: str) -> str:
    """What is wrong with a row: `✘ 总计差 3`."""
    difference = f"{check.difference_word} {gap}" if gap else ""
    explained = EXPLAINED if grade is Grade.EXPLAINED else ""
    return f"{grade.mark} {check.complaint}{difference}{explained}"


def complaint_formula(grade: str, check: Check, gap: str) -> str:
    """The same from the cells of grade and difference (`gap` is empty where there is none)."""
    mark = FAILING[check.severity].mark
    parts = [f'"{mark} {quoted(check.complaint)}"']
    if gap:
        parts.append(f'IF({gap}="","","{check.difference_word} "&{gap})')
    if check.severity is Severity.WARNING:
        parts.append(f'IF({grade}={Grade.EXPLAINED:d},"{EXPLAINED}","")')
    return f'=IF({grade}>0,{"&".join(parts)},"")'


def to_fill(count: int) -> str:
    """How many cells are blank."""
    return f"待填 {count} 格"


def to_fill_formula(count: str) -> str:
    """The same from a formula of the number."""
    return f'"待填 "&{count}&" 格"'


# --- a rule -----------------------------------------------------------------------------------


def failing_lines(count: int) -> str:
    """How many rows or columns a rule fails for."""
    return f"未通过 {count} 处"


def failing_lines_formula(count: str) -> str:
    """The same from the cell of the number."""
    return f'"未通过 "&{count}&" 处"'


# --- a sheet ----------------------------------------------------------------------------------


def sheet_verdict(errors: int, warnings: int, blanks: int, open_: int, cell: str) -> str:
    """The verdict on a sheet; `cell` is the worst one."""
    if errors:
        rest = f"；{to_fill(blanks)}" if blanks else ""
        return f"✘ {errors} 处必须改正：{cell}{rest}"
    if blanks:
        return to_fill(blanks)
    if warnings:
        return f"！ {warnings} 处请核实或说明：{cell}"
    return WAITS if open_ else SHEET_PASSED


def sheet_verdict_formula(errors: str, warnings: str, blanks: str, open_: str, cell: str) -> str:
    """The same from the cells of these numbers."""
    filling = to_fill_formula(blanks)
    rest = f'IF({blanks}>0,"；"&{filling},"")'
    wrong = f'"✘ "&{errors}&" 处必须改正："&{cell}&{rest}'
    doubtful = f'"！ "&{warnings}&" 处请核实或说明："&{cell}'
    otherwise = f'IF({warnings}>0,{doubtful},IF({open_}>0,"{WAITS}","{SHEET_PASSED}"))'
    return f"=IF({errors}>0,{wrong},IF({blanks}>0,{filling},{otherwise}))"


# --- the report -------------------------------------------------------------------------------


def overall(errors: int, warnings: int, blanks: int, open_: int) -> str:
    """The verdict on the report, as the cover says it largest."""
    if errors:
        rest = f"，还有 {blanks} 格没有填" if blanks else ""
        return f"✘ 有 {errors} 处必须改正{rest}"
    if blanks:
        return f"还有 {blanks} 格没有填"
    if warnings:
        return f"！ 有 {warnings} 处请核实或说明"
    return f"还有 {open_} 项校验没有结果" if open_ else ALL_PASSED


def overall_formula(errors: str, warnings: str, blanks: str, open_: str) -> str:
    """The same from the cells of these numbers."""
    rest = f'IF({blanks}>0,"，还有 "&{blanks}&" 格没有填","")'
    wrong = f'"✘ 有 "&{errors}&" 处必须改正"&{rest}'
    filling = f'"还有 "&{blanks}&" 格没有填"'
    doubtful = f'"！ 有 "&{warnings}&" 处请核实或说明"'
    waiting = f'"还有 "&{open_}&" 项校验没有结果"'
    otherwise = f'IF({warnings}>0,{doubtful},IF({open_}>0,{waiting},"{ALL_PASSED}"))'
    return f"=IF({errors}>0,{wrong},IF({blanks}>0,{filling},{otherwise}))"


def quoted(words: str) -> str:
    """Words as they stand inside the quotation marks of a formula."""
    return words.replace('"', '""')
