"""The linter: each mistake in a small form with the complete result, and no claim that a fill refutes."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlreport import Entry, Form, FormError, Submission, Unit
from xlreport.form.loader import loads
from xlreport.form.model import LEVELS
from xlreport.form.yaml_source import rule_places
from xlreport.lint.feasibility import Answer, Row, solve
from xlreport.lint.linter import LintResult, lint
from xlreport.rules.columns import column_store
from xlreport.rules.evaluate import Verdict, Verdicts, evaluate
from xlreport.submission import Figures, Status

HEAD = """\
form: small
version: 1
title: 小表
source: 测试
first_year: 2020
identity: [{id: unit, label: 单位}, {id: code, label: 代码}, {id: level, label: 类别}, {id: year, label: 年度}]
instructions: [照实填写]
tables:
  - id: t
    title: 表
    sheet: 表
    blocks:
      - columns: [{id: a, label: 甲}, {id: b, label: 乙}, {id: total, label: 合计, computed: A1}]
        rows: [{id: x, label: 一}]
      - columns: [{id: m, label: 金额, kind: money}]
        rows: [{id: z, label: 三}]
texts: [{id: note, label: 说明}]
checks:
  - {code: A1, title: 合计, severity: error, why: 相加, each: row, rule: "t.total == t.a + t.b"}
"""
CELLS = '  - {code: A5, title: 非负, severity: error, why: 件数, each: cell, rule: "cell >= 0 and round(cell, decimals) == cell"}\n'


def small(*rules: str, cells: bool = False) -> Form:
    """The small form with rules B1, B2, ...; `severity|each|rule` or the rule alone (an error)."""
    text = HEAD + (CELLS if cells else "")
    for number, written in enumerate(rules, 1):
        *more, rule = written.split("|")
        severity, each = (*more, "error", "")[:2] if len(more) < 2 else more
        quoted = rule.replace("'", "''")
        text += f"  - code: B{number}\n    title: 试\n    severity: {severity}\n    why: 试\n"
        text += (f"    each: {each}\n" if each else "") + f"    rule: '{quoted}'\n"
    return loads(text, "small.yaml")


def found(form: Form) -> list[tuple[str, str, str]]:
    result = lint(form)
    assert not result.undecided
    return [(one.kind, "、".join(one.codes), "、".join(one.levels)) for one in result.lints]


NOTHING = Entry(None, Status.TEXT, "无")


# --- each mistake ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "cells", "expected"),
    [
        # nothing wrong
        (["t.x.a <= t.x.b"], True, []),
        (["t.x.a > 0", "t.x.b > 0"], False, []),
        (["warning||t.x.a <= 10", "t.x.a <= 100"], True, []),
        (["t.x.total > 3"], True, []),
        (['unit.level in ("乡镇",) and t.x.a >= 2'], True, []),
        (
            [
                'implies(unit.level in ("乡镇",), t.x.a == 0)',
                'implies(unit.level in ("县",), t.x.a > 0)',
            ],
            True,
            [],
        ),
        (["is_number(t.x.a)"], True, []),
        # contradictions
        (["t.x.a > 3", "t.x.a < 3"], False, [("L1", "B1、B2", "")]),
        (["t.x.a + t.x.b == 3", "t.x.total == 4"], False, [("L1", "B1、B2", "")]),
        (["t.x.a > 3 and t.x.a < 2"], False, [("L1", "B1", "")]),
        (["t.x.a < 0"], False, []),
        (["t.x.a < 0"], True, [("L1", "A5、B1", "")]),
        (["2 * t.x.a - 2 * t.x.b == 1"], False, []),
        (["2 * t.x.a - 2 * t.x.b == 1"], True, [("L1", "A5、B1", "")]),
        (["t.x.a + t.x.b <= 0", "t.x.a - t.x.b >= 1"], True, [("L1", "A5、B1、B2", "")]),
        (["t.x.a == 2 * t.x.b", "t.x.a == 2 * t.x.b + 1"], False, [("L1", "B1、B2", "")]),
        (["t.x.a > t.x.b", "t.x.b > t.z.m", "t.z.m > t.x.a"], False, [("L1", "B1、B2、B3", "")]),
        (["abs(t.x.a - t.x.b) <= 1", "abs(t.x.a - t.x.b) > 1"], False, [("L1", "B1、B2", "")]),
        (["round(t.z.m, 1) == 0.5", "t.z.m > 0.6"], False, [("L1", "B1、B2", "")]),
        (["filled(text.note)", "not filled(text.note)"], False, [("L1", "B1、B2", "")]),
        (["not is_number(t.z.m)", "t.z.m >= 0 or t.z.m < -5"], False, [("L1", "B1、B2", "")]),
        (["not is_number(t.x.a)"], False, [("L1", "A1、B1", "")]),
        (
            [
                'implies(unit.level in ("乡镇", "县"), t.x.a == 0)',
                'implies(unit.level in ("乡镇",), t.x.a > 0)',
            ],
            True,
            [("L1", "B1、B2", "乡镇")],
        ),
        (
            ['implies(unit.level in ("乡镇",), t.x.a == 0)', "t.x.a > 0"],
            True,
            [("L1", "B1、B2", "乡镇")],
        ),
        (['implies(unit.level in ("乡镇",), t.x.a < 0)'], True, [("L1", "A5、B1", "乡镇")]),
        (["previous(t.x.a) > t.x.a", "previous(t.x.a) <= t.x.a"], False, [("L1", "B1、B2", "")]),
        (["length(text.note) < 1", "length(text.note) > 5"], False, [("L1", "B1、B2", "")]),
        # never failing
        (["t.x.total >= t.x.a + t.x.b - 1"], False, [("L2", "B1", "")]),
        (["t.x.a >= 0 or t.x.a < 0"], False, [("L2", "B1", "")]),
        (["t.x.a <= 1000000000"], False, [("L2", "B1", "")]),
        (
            ['unit.level in ("乡镇", "街道", "部门", "县", "市") or t.x.a > 0'],
            False,
            [("L2", "B1", "")],
        ),
        (["round(t.z.m, 6) == t.z.m"], False, [("L2", "B1", "")]),
        (["abs(t.x.a) >= 0"], False, [("L2", "B1", "")]),
        # repeated
        (["t.x.a <= 2 * t.x.b", "2 * t.x.b - t.x.a >= 0"], False, [("L3", "B1、B2", "")]),
        (["t.x.a + t.x.b <= 9", "warning||t.x.total < 9.000001"], False, [("L3", "B1、B2", "")]),
        (
            ["implies(t.x.a > 0, t.x.b > 0)", "t.x.a <= 0 or not t.x.b <= 0"],
            False,
            [("L3", "B1、B2", "")],
        ),
        (["t.x.total == t.x.b + t.x.a"], False, [("L3", "A1、B1", "")]),
        (["t.x.a <= 5", "error|cell|cell <= 5"], False, [("L3", "B2、B1", "")]),
        # following from another
        (["t.x.a <= 5", "warning||t.x.a <= 7"], False, [("L4", "B1、B2", "")]),
        (["t.x.a + t.x.b >= 0"], True, [("L4", "A5、B1", "")]),
        (["t.x.a + t.x.b <= 5", "t.x.a <= 6"], True, [("L4", "B1、A5、B2", "")]),
        (["t.x.total >= 0"], True, [("L5", "A5、B1", "")]),
        (["t.x.a <= 5 and t.x.b <= 5", "warning||t.x.total <= 11"], False, [("L5", "B1、B2", "")]),
    ],
)
def test_every_mistake_is_found(
    rules: list[str], cells: bool, expected: list[tuple[str, str, str]]
) -> None:
    assert found(small(*rules, cells=cells)) == expected


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


def test_what_is_too_wide_is_said_to_be_undecided() -> None:
    wide = " + ".join(f"abs(t.x.a - {n} * t.x.b)" for n in range(1, 12))
    result = lint(small(f"{wide} >= 0", "t.x.a > 0"))
    assert result.undecided == ("未能判定校验 B1 会不会不通过",)
    assert result.exit_code == 0


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

NUMBERS = ("-1", "0", "0.5", "1", "2", "3")


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
        n: Entry.of(v) if v is not None else NOTHING for n, v in numbers.items() if n in entries
    }
    before = {name: numbers.get(f"previous.{name}", "0") or "0" for name in form.fields}
    texts = dict(example.texts)
    for old in (texts, dict.fromkeys(texts, "从前的话")):
        previous = Figures({n: Entry.of(v).value or 0 for n, v in before.items()}, old)  # type: ignore[misc]
        unit = Unit("", "", example.level)
        submission = Submission(form.id, form.first_year, unit, entries, texts, previous=previous)
        verdicts = evaluate(
            [i for i in form.instances if i.code == code], column_store(form, [submission])
        )
        if (verdicts == int(Verdict.FAILS)).any():
            return True
    return False


def number(rng: random.Random) -> str:
    name = rng.choice(("t.x.a", "t.x.b", "t.x.total", "t.z.m"))
    return rng.choice(
        (name, name, f"{rng.randrange(2, 4)} * {name}", f"abs({name})", f"round({name}, 0)")
    )


def comparison(rng: random.Random) -> str:
    left = f"{number(rng)} {rng.choice('+-')} {number(rng)}" if rng.random() < 0.4 else number(rng)
    right = number(rng) if rng.random() < 0.4 else str(rng.randrange(-1, 4))
    return f"{left} {rng.choice(('==', '!=', '<', '<=', '>', '>='))} {right}"


def condition(rng: random.Random, depth: int = 2) -> str:
    if depth == 0 or rng.random() < 0.5:
        kind = rng.random()
        if kind < 0.1:
            return f"unit.level in ({', '.join(repr(x) for x in rng.sample(LEVELS, 2))})"
        return "filled(text.note)" if kind < 0.15 else comparison(rng)
    first, second = condition(rng, depth - 1), condition(rng, depth - 1)
    return rng.choice(
        (
            f"({first}) and ({second})",
            f"({first}) or ({second})",
            f"implies({first}, {second})",
            f"not ({first})",
        )
    )


def random_form(seed: int) -> Form | None:
    rng = random.Random(seed)
    try:
        return small(*(condition(rng) for _ in range(3)), cells=rng.random() < 0.5)
    except FormError as error:
        if "没有比较任何数" not in str(error):
            raise
        return None


@settings(max_examples=40, deadline=None)
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


def refutations(form: Form, verdicts: Verdicts, one: object, tried: list[Submission]) -> list[int]:
    from xlreport.lint.linter import Lint

    assert isinstance(one, Lint)
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


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_inequalities_are_decided_rightly(seed: int) -> None:
    rng = random.Random(seed)
    size = rng.randrange(1, 4)
    rows = [
        Row(tuple((v, c) for v in range(size) if (c := rng.randrange(-4, 5))), rng.randrange(-6, 7))
        for _ in range(rng.randrange(1, 6))
    ]
    box = [row for v in range(size) for row in (Row(((v, 1),), 3), Row(((v, -1),), 3))]
    solution = solve([*rows, *box])
    points = [p for p in product(range(-3, 4), repeat=size) if all(holds(row, p) for row in rows)]
    if solution.answer is Answer.FOUND:
        assert all(
            holds(row, tuple(solution.values.get(v, 0) for v in range(size)))
            for row in [*rows, *box]
        )
    assert solution.answer is (Answer.FOUND if points else Answer.NONE)


def holds(row: Row, point: tuple[int, ...]) -> bool:
    return sum(c * point[v] for v, c in row.terms) <= row.limit
