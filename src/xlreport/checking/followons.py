"""Failures that only follow from another failure: they are not told a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance
from xlreport.rules.columns import ColumnStore
from xlreport.rules.evaluate import UnitView, truth


def without_followons(form: Form, failing: Sequence[Instance], seen: UnitView) -> list[Instance]:
    """The failing instances that say something of their own."""
    overridden = set(seen.submission.overrides)
    restored = replace(seen.store, columns={**seen.store.columns, **seen.store.recomputed})
    return [
        instance
        for instance in failing
        if not (
            _sum_of_others(form, instance, failing, overridden)
            or _only_typed_over(form, instance, overridden, restored, seen.unit)
        )
    ]


def _sum_of_others(
    form: Form, instance: Instance, failing: Sequence[Instance], overridden: set[str]
) -> bool:
    """Whether an equation holds among formulas alone, so that it is the sum of the same check's
    equations over their parts (the balance of the totals, and those of the columns)."""
    fields = ex.fields_of(instance.rule)
    if not isinstance(instance.rule, ex.Compare) or instance.rule.operator != "==":
        return False
    if any(form.fields[name].computed is None or name in overridden for name in fields):
        return False
    mine = {leaf for name in fields for leaf in form.leaves(name)}
    return any(
        {leaf for name in ex.fields_of(other.rule) for leaf in form.leaves(name)} < mine
        for other in failing
        if other.check.code == instance.check.code and other is not instance
    )


def _only_typed_over(
    form: Form, instance: Instance, overridden: set[str], restored: ColumnStore, unit: int
) -> bool:
    """Whether a rule would hold with the formulas restored; the equation of the formula itself is told."""
    fields = [name for name in ex.fields_of(instance.rule) if name in overridden]
    if not fields or any(form.fields[name].computed == instance.check.code for name in fields):
        return False
    holds, _ = truth(instance.rule, restored)
    return bool(holds[unit])
