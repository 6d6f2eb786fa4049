"""The linter: each mistake in a small form with the complete result, and no claim that a fill refutes."""

from __future__ import annotations

import sys
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lint.small_form import random_form, small
from support.examples import examples
from xlreport import Entry, Form, Submission, Unit
from xlreport.form.model import LEVELS
from xlreport.form.yaml_source import rule_places
from xlreport.lint import Lint, LintResult, SolverMissing, lint
from xlreport.rules.evaluate import Verdict, Verdicts, evaluate
from xlreport.rules.filling import column_store
from xlreport.submission import Figures, Status


def found(form: Form) -> list[tuple[str, str, str]]:
    result = lint(form)
    assert not result.undecided
    return [(one.kind, "、".join(one.codes), "、".join(one.levels)) for one in result.lints]


NOTHING = Entry(None, Status.TEXT, "无")


# --- each mistake ----------------------------------------------------------------------

FAULTS = Path(__file__).with_name("faults.txt")
HEAD, *BLOCKS = FAULTS.read_text("utf-8").rstrip("\n").split("\n\n")
INDENT = "    "


def lines_of(block: str) -> list[str]:
    """A block as it should be: its rules, and all that the linter says of them."""
    given = [line for line in block.splitlines() if not line.startswith(INDENT)]
    rules = [line.partition(": ")[2] for line in given if line != "cells"]
    result = lint(small(*rules, cells="cells" in given))
    said = [*(one.text() for one in result.lints), *result.undecided] or ["没有发现问题"]
    return [*given, *(INDENT + line for line in said)]


@pytest.mark.parametrize("block", BLOCKS)
def test_each_fault_has_its_complete_findings(block: str, pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("--update-golden"):
        assert lines_of(block) == block.splitlines()


def test_the_faults_are_written_anew_when_asked(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--update-golden"):
        blocks = ["\n".join(lines_of(block)) for block in BLOCKS]
        FAULTS.write_text("\n\n".join([HEAD, *blocks]) + "\n", "utf-8")
    assert len(BLOCKS) > 40


def test_the_complete_result() -> None:
    form = small(
        "t.x.a > 3",
        "warning||t.x.a < 3",
        "t.x.b + 1 > t.x.b - 1",
        "t.x.b <= t.z.m",
        "note||t.z.m >= t.x.b",
    )
    result = lint(form, places={"B3": (35, 11)})
    assert [one.text() for one in result.lints] == [
        "[错误 L1] 校验 B1、B2 互相矛盾，怎样填都不能同时通过：B1“一·甲 ＞ 3”；B2“一·甲 ＜ 3”　→ 请改正规则",
        "[错误 L2] 第 35 行第 11 列：校验 B3 怎样填都不会不通过，查不出错误：B3“一·乙 ＋ 1 ＞ 一·乙 － 1”　→ 请改正规则，或者删去这一条",
        "[警示 L3] 校验 B5 与 B4 重复，两者总是同时通过、同时不通过：B5“三·金额 ≥ 一·乙”　→ 请删去其中一条",
    ]
    assert result.exit_code == 1
    assert result.as_dict()["findings"][1] == {
        "kind": "L2",
        "severity": "error",
        "checks": ["B3"],
        "levels": [],
        "line": 35,
        "column": 11,
        "message": "校验 B3 怎样填都不会不通过，查不出错误：B3“一·乙 ＋ 1 ＞ 一·乙 － 1”",
        "suggestion": "请改正规则，或者删去这一条",
    }
    assert {e.code for e in result.examples} == {"B1", "B2", "B4", "B5"}


def test_eleven_absolute_values_are_no_trouble() -> None:
    wide = " + ".join(f"abs(t.x.a - {n} * t.x.b)" for n in range(1, 12))
    assert found(small(f"{wide} >= 0", "t.x.a > 0")) == [("L2", "B1", "")]


def test_what_the_effort_does_not_reach_is_said_to_be_undecided() -> None:
    form = small("t.x.a <= 3 * t.x.b", "3 * t.x.b >= t.x.a")
    result = lint(form, effort=1)
    assert (result.lints, result.examples, result.exit_code) == ((), (), 0)
    assert result.undecided == (
        "未能判定全部校验能否同时通过",
        "未能判定校验 A1、B1 能否同时通过",
        "未能判定校验 A1、B2 能否同时通过",
        "未能判定校验 B1、B2 能否同时通过",
        "未能判定校验 B1 会不会不通过",
        "未能判定校验 B2 会不会不通过",
        "未能判定校验 B2 与 B1 是不是重复",
        "未能判定校验 B1 与 B2 是不是重复",
        "未能判定校验 B1 是不是多余的",
        "未能判定校验 B2 是不是多余的",
    )


def test_the_result_is_the_same_every_time(other_form: Form) -> None:
    assert lint(other_form) == lint(other_form)


def test_without_z3_only_the_changes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    form = small("t.x.a <= t.x.b")
    with pytest.raises(SolverMissing, match=r"z3，请先安装：pip install \.\[lint\]$") as caught:
        lint(form)
    assert caught.value.exit_code == 2
    result = lint(small("t.x.a < t.x.b"), since=form)
    assert [one.kind for one in result.lints] == ["L6"]
    assert result.undecided == ("校验没有检查（要先安装求解器 z3：pip install .[lint]）",)
    assert [change.subject for change in result.changes or ()] == ["B1"]


def test_warnings_alone_are_no_error() -> None:
    result = lint(small("t.x.a <= 2 * t.x.b", "2 * t.x.b - t.x.a >= 0"))
    assert ([one.severity.value for one in result.lints], result.exit_code) == (["warning"], 0)


def test_both_forms_are_free_of_mistakes(any_form: Form) -> None:
    result = lint(any_form)
    assert [one.text() for one in result.lints if one.kind != "L4"] == []
    assert result.undecided == ()
    computing = {f.computed for f in any_form.fields.values()}
    assert {e.code.split(".")[0] for e in result.examples} == {
        c.code for c in any_form.checks
    } - computing
    for example in result.examples:
        assert example_fails(any_form, result, example.code), example


def test_the_place_of_a_rule_is_known() -> None:
    path = Path(__file__).resolve().parents[1] / "forms" / "xiangzhen-caizheng.yaml"
    line, column = rule_places(str(path))["M9"]
    assert (
        path.read_text("utf-8")
        .splitlines()[line - 1][column - 1 :]
        .startswith('"-money.tax.year < 0"')
    )
    assert rule_places("nowhere.yaml") == {}


# --- no claim that a fill refutes ------------------------------------------------------

NUMBERS = tuple(Decimal(text) for text in ("-1", "0", "0.5", "1", "2", "3"))


def fills(form: Form, *, levels: tuple[str, ...] = LEVELS) -> list[Submission]:
    cells = [f.id for f in form.typed]
    return [
        Submission(
            "small",
            2020,
            Unit("", "", level),
            dict(zip(cells, map(Entry.of, values), strict=True)),
            {"text.note": text},
        )
        for values in product(NUMBERS, repeat=len(cells))
        for level, text in zip(levels, ("有", " ", "有", " ", "有"), strict=False)
    ]


def example_fails(form: Form, result: LintResult, code: str) -> bool:
    example = next(e for e in result.examples if e.code == code)
    numbers = dict(example.numbers)
    entries = {f.id: Entry.of(0) for f in form.typed}
    entries |= {
        n: Entry.of(Decimal(v)) if v is not None else NOTHING
        for n, v in numbers.items()
        if n in entries
    }
    before = {name: numbers.get(f"previous.{name}", "0") or "0" for name in form.fields}
    texts = dict(example.texts)
    for old in (texts, dict.fromkeys(texts, "从前的话")):
        previous = Figures({name: Decimal(value) for name, value in before.items()}, old)
        unit = Unit("", "", example.level)
        submission = Submission(form.id, form.first_year, unit, entries, texts, prior_year=previous)
        verdicts = evaluate(
            [i for i in form.instances if i.code == code], column_store(form, [submission])
        )
        if (verdicts == int(Verdict.FAILS)).any():
            return True
    return False


@examples(15, nightly=800)
@given(seed=st.integers(0, 10**6))
def test_no_fill_refutes_what_is_claimed(seed: int) -> None:
    form = random_form(seed)
    if form is None:
        return
    result = lint(form)
    tried = fills(form)
    verdicts = evaluate(form.instances, column_store(form, tried))
    for one in result.lints:
        refuted = [tried[int(n)] for n in refutations(form, verdicts, one, tried)]
        assert not refuted, (one, refuted[:1])
    for example in result.examples:
        assert example_fails(form, result, example.code)


def refutations(form: Form, verdicts: Verdicts, one: Lint, tried: list[Submission]) -> list[int]:
    of = {
        code: [i for i, n in enumerate(form.instances) if n.check.code == code]
        for code in one.codes
    }
    holds = {code: (verdicts[rows] == int(Verdict.HOLDS)).all(axis=0) for code, rows in of.items()}
    fails = {code: (verdicts[rows] == int(Verdict.FAILS)).any(axis=0) for code, rows in of.items()}
    indices = range(len(tried))
    match one.kind:
        case "L1":
            mine = [n for n in indices if not one.levels or tried[n].unit.level in one.levels]
            return [n for n in mine if all(holds[code][n] for code in one.codes)]
        case "L2":
            return [n for n in indices if fails[one.codes[0]][n]]
        case "L3":
            return [n for n in indices if fails[one.codes[1]][n] and not fails[one.codes[0]][n]]
        case _:
            return [
                n
                for n in indices
                if fails[one.codes[-1]][n] and all(holds[c][n] for c in one.codes[:-1])
            ]
