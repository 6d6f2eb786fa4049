"""Reports in which all error rules hold, for both forms; typed-over totals; slips of any kind."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from support.fills import numbers
from xlreport import Entry, Form, Submission, Unit
from xlreport.findings import Severity
from xlreport.form.model import Instance, Kind
from xlreport.rules.evaluate import Verdict, evaluate
from xlreport.rules.filling import column_store
from xlreport.rules.fixed import from_fixed


def balanced(form: Form, rng: random.Random) -> Submission:
    """A report with random numbers in which no error rule fails."""
    values = numbers(form, rng)
    for column in {f.column for f in form.typed if f.table == "requests"}:
        mine = {f.row: f.id for f in form.typed if f.table == "requests" and f.column == column}
        values[mine["carried_in"]] = Decimal(rng.randrange(5))
        outcomes = sum(
            v for n, v in values.items() if n.endswith(f".{column}") and n.startswith("requests.")
        )
        gone = 2 * values[mine["carried_in"]] + values[mine["received"]]
        values[mine["received"]] = outcomes - gone
    for name in values:
        if name.startswith("disclosure.regulations."):
            values[name] = Decimal(0)
        if name.endswith(".q1"):
            values[name] += 500
    entries = {name: Entry.of(value) for name, value in values.items()}
    report = Submission(form.id, form.first_year + 1, Unit("甲子镇", "990101", "乡镇"), entries)
    assert not failing(form, report)
    return report


def failing(form: Form, report: Submission) -> list[Instance]:
    """The error rules that fail."""
    rules = [i for i in form.instances if i.check.severity is Severity.ERROR]
    verdicts = evaluate(rules, column_store(form, [report]))[:, 0]
    return [rule for rule, verdict in zip(rules, verdicts, strict=True) if verdict == Verdict.FAILS]


def typed_over(form: Form, report: Submission) -> Submission:
    """The report with all totals typed in."""
    batch = column_store(form, [report])
    over = {f.id: Entry.of(from_fixed(int(batch.columns[f.id].values[0]))) for f in form.computed}
    return replace(report, overrides=over)


def changed(report: Submission, new: Mapping[str, Decimal | int]) -> Submission:
    """The report with other numbers in some cells, typed-over totals included."""
    entries = {
        **report.entries,
        **{n: Entry.of(v) for n, v in new.items() if n not in report.overrides},
    }
    overrides = {
        **report.overrides,
        **{n: Entry.of(v) for n, v in new.items() if n in report.overrides},
    }
    return replace(report, entries=entries, overrides=overrides)


def corrupted(
    form: Form, report: Submission, rng: random.Random, names: Iterable[str]
) -> Submission:
    """The report with other numbers, all of them allowed, in these cells."""
    new: dict[str, Decimal] = {}
    for name in names:
        now = (report.overrides.get(name) or report.entries[name]).value or Decimal(0)
        step = (
            Decimal(1)
            if form.fields[name].kind is Kind.COUNT
            else Decimal(rng.choice(("1", "0.01", "0.000001")))
        )
        new[name] = (
            max(Decimal(0), now - rng.randrange(1, 60) * step) if rng.random() < 0.5 else now
        )
        while new[name] == now:
            new[name] = now + rng.randrange(1, 60) * step
    return changed(report, new)
