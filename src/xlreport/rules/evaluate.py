"""The check language over a batch: holds, fails, or cannot be verified yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from xlreport.form import expression as ex
from xlreport.form.model import Instance
from xlreport.rules.columns import Booleans, ColumnStore, bare, from_fixed, known, number


class Verdict(IntEnum):
    """The three results of a check (R's `validate` calls the third one NA)."""

    UNKNOWN = -1
    FAILS = 0
    HOLDS = 1

    @property
    def label(self) -> str:
        """The word in the workbook."""
        return {Verdict.UNKNOWN: "待填", Verdict.FAILS: "未通过", Verdict.HOLDS: "通过"}[self]


SAME = 0.9
"""The share of common character pairs from which two texts are nearly the same."""

Verdicts = NDArray[np.int8]
"""Shape (instances, units), values of Verdict."""

_Pair = tuple[Booleans, Booleans]
"""Where a node certainly holds, and where it certainly fails (Kleene's three-valued logic)."""


def evaluate(instances: Sequence[Instance], batch: ColumnStore) -> Verdicts:
    """The verdict of every instance for every unit."""
    found = np.full((len(instances), batch.size), int(Verdict.UNKNOWN), np.int8)
    for i, instance in enumerate(instances):
        holds, fails = truth(instance.rule, batch)
        found[i][holds] = int(Verdict.HOLDS)
        found[i][fails] = int(Verdict.FAILS)
    return found


def truth(node: ex.Truth, batch: ColumnStore) -> _Pair:
    """Where a condition holds and where it fails, each of shape (n,)."""
    match node:
        case ex.Compare():
            return _compare(node, batch)
        case ex.IsNumber(item=item):
            column = batch.columns[item.field]
            return column.known, ~column.known & ~column.blank
        case ex.Filled(text=name):
            return _pair([None if not t else bool(bare(t)) for t in batch.texts[name]])
        case ex.Mentions(text=name, words=words):
            return _pair(
                [any(w in bare(t) for w in words) if t else None for t in batch.texts[name]]
            )
        case ex.Differs(text=name):
            both = zip(batch.texts[name], batch.previous_texts[name], strict=True)
            return _pair(
                [not nearly_the_same(t, old) if bare(t) and bare(old) else None for t, old in both]
            )
        case ex.LevelIn(levels=levels):
            return _pair([None if not level else level in levels for level in batch.levels])
        case ex.Not(item=item):
            holds, fails = truth(item, batch)
            return fails, holds
        case ex.And(items=items):
            pairs = [truth(item, batch) for item in items]
            return _all(p[0] for p in pairs), _any(p[1] for p in pairs)
        case ex.Or(items=items):
            pairs = [truth(item, batch) for item in items]
            return _any(p[0] for p in pairs), _all(p[1] for p in pairs)
        case ex.Implies(premise=premise, conclusion=conclusion):
            return truth(ex.Or((ex.Not(premise), conclusion)), batch)


def nearly_the_same(text: str, other: str) -> bool:
    """Whether two texts share nine tenths of their pairs of neighbouring characters (Dice's coefficient);
    digits do not count, since a copied text gets new years and numbers."""
    first, second = (
        Counter(pairwise(c for c in bare(t) if not c.isdigit())) for t in (text, other)
    )
    total = first.total() + second.total()
    return total > 0 and 2 * (first & second).total() >= SAME * total


def difference(node: ex.Compare, batch: ColumnStore, unit: int) -> Decimal:
    """Left minus right for one unit, exact."""
    return value_of(ex.Minus(node.left, node.right), batch, unit)


def value_of(node: ex.Number, batch: ColumnStore, unit: int) -> Decimal:
    """The exact value of a number node for one unit."""
    values = number(node, batch.columns)
    return from_fixed(int(values[unit] if values.size > 1 else values[0]), ex.scale_of(node))


def _compare(node: ex.Compare, batch: ColumnStore) -> _Pair:
    minus = ex.Minus(node.left, node.right)
    values = number(minus, batch.columns)
    there = known(node, batch.columns, batch.size)
    tolerance = int(node.tolerance.scaleb(ex.scale_of(minus)))
    match node.operator:
        case "==":
            result = np.abs(values) <= tolerance
        case "!=":
            result = values != 0
        case "<":
            result = values < 0
        case "<=":
            result = values <= 0
        case ">":
            result = values > 0
        case ">=":
            result = values >= 0
    return there & result, there & ~result


def _pair(values: Sequence[bool | None]) -> _Pair:
    return (
        np.array([v is True for v in values], np.bool_),
        np.array([v is False for v in values], np.bool_),
    )


def _all(parts: object) -> Booleans:
    found: Booleans = np.logical_and.reduce(list(parts))  # type: ignore[call-overload]
    return found


def _any(parts: object) -> Booleans:
    found: Booleans = np.logical_or.reduce(list(parts))  # type: ignore[call-overload]
    return found
