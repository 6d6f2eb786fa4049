"""The rows of the 校验 sheet: one a rule, in groups by what must be done."""

from __future__ import annotations

from decimal import Decimal

from xlreport import Form
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Check
from xlreport.workbook.layout.checks import (
    DEFERRED_GROUP,
    EXPLANATION,
    GROUP_TITLES,
    HEADING_ROW,
    checks_layout,
    group_of,
)
from xlreport.workbook.layout.lines import CheckLine, ListedCheck
from xlreport.workbook.layout.workbook import layout_of

RULE = ex.Compare("==", ex.Const(Decimal(0)), ex.Const(Decimal(0)), Decimal(0))


def listed(code: str, severity: Severity, *, deferred: bool = False) -> ListedCheck:
    check = Check(code, "标题", severity, None, "", "", Decimal(0))
    lines = () if deferred else (CheckLine(0, check, "t", ()),)
    return ListedCheck(code, "标题", severity, lines)


def test_a_line_of_its_group_stands_over_the_rules() -> None:
    layout = checks_layout(
        [
            listed("A1", Severity.ERROR),
            listed("A2", Severity.ERROR),
            listed("C1", Severity.WARNING),
            listed("D1", Severity.ERROR, deferred=True),
            listed("D2", Severity.NOTE, deferred=True),
        ]
    )
    assert layout.groups == {"error": 3, "warning": 6, DEFERRED_GROUP: 8}
    assert layout.rules == {"A1": 4, "A2": 5, "C1": 7, "D1": 9, "D2": 10}
    assert layout.last == 10
    assert layout.explanation("C1") == (7, EXPLANATION)


def test_a_rule_that_is_checked_later_belongs_to_no_severity() -> None:
    assert group_of(listed("A1", Severity.NOTE)) == "note"
    assert group_of(listed("A1", Severity.NOTE, deferred=True)) == DEFERRED_GROUP
    assert set(GROUP_TITLES) == {*(severity.value for severity in Severity), DEFERRED_GROUP}


def test_every_rule_of_a_form_has_a_row_of_its_own(any_form: Form) -> None:
    layout = layout_of(any_form)
    rows = [*layout.checks.rules.values(), *layout.checks.groups.values()]
    assert sorted(rows) == list(range(HEADING_ROW + 1, layout.checks.last + 1))
    assert list(layout.checks.rules) == [check.code for check in layout.listed]
