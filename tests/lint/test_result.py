"""What `lint --json` and the console are given."""

from __future__ import annotations

from xlreport.findings import Severity
from xlreport.lint import Change, Example, Lint, LintResult

ERROR = Lint("L1", Severity.ERROR, ("B1", "B2"), "矛盾", "请改", ("县",), 3, 5)
NOTE = Lint("L4", Severity.NOTE, ("B1", "B3"), "多余", "可以删去")


def test_a_mistake_as_a_line_has_its_place_where_it_is_known() -> None:
    assert ERROR.text() == "[错误 L1] 第 3 行第 5 列：矛盾　→ 请改"
    assert NOTE.text() == "[提示 L4] 多余　→ 可以删去"


def test_the_document_is_complete() -> None:
    example = Example("B1", "县", (("t.x.a", None), ("t.x.b", "1")), (("text.note", " "),))
    change = Change("B1", "改了")
    result = LintResult("small", 2, (NOTE,), ("未能判定",), (example,), (change,))
    assert result.as_dict() == {
        "form": "small",
        "version": 2,
        "findings": [
            {
                "kind": "L4",
                "severity": "note",
                "checks": ["B1", "B3"],
                "levels": [],
                "line": None,
                "column": None,
                "message": "多余",
                "suggestion": "可以删去",
            }
        ],
        "undecided": ["未能判定"],
        "can_fail": [
            {
                "check": "B1",
                "level": "县",
                "numbers": {"t.x.a": None, "t.x.b": "1"},
                "texts": {"text.note": " "},
            }
        ],
        "changes": [{"subject": "B1", "message": "改了"}],
    }
    assert LintResult("small", 2, (), (), ()).as_dict()["changes"] is None


def test_only_errors_are_an_error() -> None:
    both = LintResult("small", 1, (NOTE, ERROR, NOTE), (), ())
    assert both.exit_code == 1
    assert both.counts == {Severity.ERROR: 1, Severity.NOTE: 2}
    assert LintResult("small", 1, (NOTE,), (), ()).exit_code == 0
