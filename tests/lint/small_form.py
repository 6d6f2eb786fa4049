"""A small form with rules as given, or with random ones."""

from __future__ import annotations

import random

from xlreport import Form, FormError
from xlreport.form.loader import loads
from xlreport.form.model import LEVELS

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
