"""What ties this year's numbers to last year's, as constraints for the search for the wrong cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.rules.evaluate import UnitView
from xlreport.rules.linear import LinearConstraint, NotLinear, as_constraint


def ties(form: Form, seen: UnitView) -> Iterator[LinearConstraint]:
    """The equations with last year, its numbers put in. One that the unit has explained ties nothing."""
    for instance in form.instances:
        rule = instance.rule
        if not isinstance(rule, ex.Compare) or rule.operator != "==" or not ex.across_years(rule):
            continue
        known = all(seen.knows(o) for o in ex.operands_of(rule) if isinstance(o, ex.Previous))
        if known and instance.code not in seen.submission.explanations:
            left, right = _with_last_year(rule.left, seen), _with_last_year(rule.right, seen)
            with suppress(NotLinear):
                yield as_constraint(ex.Compare("==", left, right, rule.tolerance), instance.code)


def _with_last_year(node: ex.Number, seen: UnitView) -> ex.Number:
    match node:
        case ex.Previous():
            return ex.Const(seen.value(node))
        case ex.Total(items=items):
            return ex.Total(tuple(_with_last_year(item, seen) for item in items), node.spelled)
        case ex.Minus(left=left, right=right):
            return ex.Minus(_with_last_year(left, seen), _with_last_year(right, seen))
        case ex.Times(factor=factor, item=item):
            return ex.Times(factor, _with_last_year(item, seen))
        case _:
            return node
