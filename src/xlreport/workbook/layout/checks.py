"""The 校验 sheet: a row a rule, in groups by what must be done about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlreport.a1 import Cell
from xlreport.findings import Severity
from xlreport.workbook.layout.lines import ListedCheck

CODE, RULE, SEVERITY, VERDICT, WHERE, EXPLANATION, PRIOR_EXPLANATION = range(7)
"""Columns of a rule."""

HEADING_ROW = 2
"""The row of the headings, below title and note."""

DEFERRED_GROUP = "deferred"
"""What stands for a severity in the group of rules that are checked later."""


@dataclass(frozen=True)
class ChecksLayout:
    """The row of each rule by its code, and that of each group's line; `last` is the last row."""

    rules: Mapping[str, int]
    groups: Mapping[str, int]
    last: int

    def explanation(self, code: str) -> Cell:
        """Where the unit explains why a warning is no mistake."""
        return self.rules[code], EXPLANATION


def checks_layout(listed: Sequence[ListedCheck]) -> ChecksLayout:
    """The rules in their order, a line over each group."""
    rules: dict[str, int] = {}
    groups: dict[str, int] = {}
    row = HEADING_ROW + 1
    for check in listed:
        group = group_of(check)
        if group not in groups:
            groups[group] = row
            row += 1
        rules[check.code] = row
        row += 1
    return ChecksLayout(rules, groups, row - 1)


def group_of(check: ListedCheck) -> str:
    """The group of a rule: its severity, or that it is checked later."""
    return DEFERRED_GROUP if check.deferred else check.severity.value


GROUP_TITLES = {
    Severity.ERROR.value: "错误：不成立的必须改正",
    Severity.WARNING.value: "警示：不成立的请核实；数字无误的，在“填写说明”里写明原因",
    Severity.NOTE.value: "提示：供参考",
    DEFERRED_GROUP: "收到后核对：报送以后由汇总单位核对，需要时可以先写说明",
}
"""What a group's line says."""
