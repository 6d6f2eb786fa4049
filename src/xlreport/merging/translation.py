"""Last year's figures in the words of this year's form, where the form before was another one.

What it did not have stays unknown: nothing is put together that was not reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from xlreport.form.model import Continuation, Form
from xlreport.submission import Figures, rule_of

_Value = TypeVar("_Value")


def understood(figures: Figures, before: Form, form: Form) -> Figures:
    """Figures that were reported by `before`, as `form` understands them."""
    continues = form.continues
    if before.id == form.id or continues is None or continues.form != before.id:
        return figures
    complete = _complete(figures.numbers, before)
    numbers = _renamed(complete, continues)
    texts = _renamed(figures.texts, continues)
    codes = {check.code for check in form.checks}
    explanations = {
        code: words for code, words in figures.explanations.items() if rule_of(code) in codes
    }
    return Figures(numbers, texts, explanations)


def _complete(numbers: Mapping[str, Decimal], before: Form) -> dict[str, Decimal]:
    """The numbers without totals of which a part was not reported: there the parts would tell that,
    here they may have no counterpart."""
    complete: dict[str, Decimal] = {}
    for name, value in numbers.items():
        if name in before.fields and all(leaf in numbers for leaf in before.leaves(name)):
            complete[name] = value
    return complete


def _renamed(values: Mapping[str, _Value], continues: Continuation) -> dict[str, _Value]:
    """The values that have a counterpart, by their ids in this form."""
    return {here: values[there] for here, there in continues.same.items() if there in values}
