"""Random fills of any form: balanced or not, with blanks, texts, fractions and typed-over totals."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from xlreport import Entry, Form, Submission, Unit
from xlreport.findings import Severity
from xlreport.form.model import LEVELS, Kind
from xlreport.submission import BLANK, Figures, Status

TEXTS = ("无", "/", "—", "2件", "251000元", "减4", "二", "1-2")


def entry(rng: random.Random, kind: Kind, wild: float) -> Entry:
    """A cell: mostly a small number, sometimes (with chance `wild`) something else."""
    if rng.random() < wild:
        choice = rng.randrange(5)
        if choice == 0:
            return BLANK
        if choice == 1:
            return Entry(None, Status.TEXT, rng.choice(TEXTS))
        if choice == 2:
            return Entry.of(Decimal(-rng.randrange(1, 9)))
        if choice == 3:
            return Entry.of(Decimal(rng.randrange(1, 99)) / 10)
        return Entry.of(Decimal(rng.randrange(10**8, 10**9)))
    if kind is Kind.MONEY and rng.random() < 0.2:
        return Entry.of(0)
    if kind is Kind.MONEY:
        return Entry.of(
            Decimal(rng.randrange(0, 10 ** rng.randrange(1, 9))).scaleb(-rng.randrange(0, 7))
        )
    return Entry.of(rng.choice((0, 0, 0, 1, 2, 3, rng.randrange(50))))


def fill(form: Form, seed: int, *, wild: float | None = None) -> Submission:
    """A submission from a seed. `wild` is the chance of an odd cell; by default it varies."""
    rng = random.Random(seed)
    chance = rng.choice((0.0, 0.0, 0.01, 0.05, 0.3)) if wild is None else wild
    entries = {f.id: entry(rng, f.kind, chance) for f in form.typed}
    for table in form.tables:
        if rng.random() < 0.2:
            entries |= {
                name: Entry.of(0) for name in entries if form.fields[name].table == table.id
            }
    if rng.random() < 0.5:
        blanks = rng.random()
        entries |= {name: BLANK for name in entries if rng.random() < blanks}
    overrides = {}
    if form.computed and wild is None and seed % 3:
        clean = seed % 3 == 1
        if clean:
            entries = {f.id: entry(rng, f.kind, 0.0) for f in form.typed}
        for item in (form.computed[seed // 3 % len(form.computed)], rng.choice(form.computed)):
            overrides[item.id] = (
                Entry.of(rng.randrange(9)) if clean or rng.random() < 0.8 else BLANK
            )
    answers = {t.id: rng.choice(("是", "否", "")) for t in form.tables}
    texts = {
        t.field_id: rng.choice(
            ("", "  ", "　\n ", "写了一些文字。", "=1+1", "没有收取信息 处理费。", "政务公开" * 251)
        )
        for t in form.texts
    }
    level = rng.choice(("", *LEVELS))
    unit, year = Unit("甲子镇", "990101", level), form.first_year + 1
    before = last_year(form, entries, texts, seed)
    return Submission(form.id, year, unit, entries, texts, overrides, answers, prior_year=before)


def explained(form: Form, seed: int) -> Submission:
    """The same as `fill`, with words beside some of the warnings."""
    rng = random.Random(-seed - 2)
    chance = rng.choice((0.0, 0.2, 1.0))
    codes = [check.code for check in form.checks if check.severity is Severity.WARNING]
    words = {
        code: rng.choice(("已核实。", "清理旧文件引起")) for code in codes if rng.random() < chance
    }
    return replace(fill(form, seed), explanations=words)


def last_year(
    form: Form, entries: dict[str, Entry], texts: dict[str, str], seed: int
) -> Figures | None:
    """Nothing, or last year's figures: near to this year's, far from them, some of them missing."""
    rng = random.Random(-seed - 1)
    if rng.random() < 0.3:
        return None
    missing, far = rng.choice((0.0, 0.0, 0.1, 1.0)), rng.choice((0.0, 0.02, 0.3))
    numbers: dict[str, Decimal] = {}
    for name in form.fields:
        now = entries[name].value if name in entries else None
        near = max(Decimal(0), now or Decimal(0))
        if rng.random() >= missing:
            numbers[name] = (
                Decimal(rng.randrange(200))
                if rng.random() < far
                else rng.choice((near, near, near + 1))
            )
    return Figures(
        numbers,
        {
            name: rng.choice((text, "上年写的是别的事情，完全不同。"))
            for name, text in texts.items()
        },
    )


def numbers(form: Form, rng: random.Random, *, largest: int = 50) -> dict[str, Decimal]:
    """Plain numbers for every typed-in field."""
    found = {}
    for field in form.typed:
        value = Decimal(rng.randrange(largest))
        found[field.id] = (
            value + Decimal(rng.randrange(10**6)).scaleb(-6) if field.kind is Kind.MONEY else value
        )
    return found
