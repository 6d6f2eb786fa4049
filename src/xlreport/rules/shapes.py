"""Nodes of the check language that differ in their leaves alone, taken together.

A form with 600 rules has some 25 shapes: one rule a cell, a row or a column is written once. Each
shape is a node of the language itself, over slots in the place of its leaves, so that whoever
evaluates a node evaluates a shape: a slot stands for as many columns as the shape has members.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from xlreport.form import expression as ex

Rows = slice | NDArray[np.intp]
"""Some rows of a matrix; a slice, which copies nothing, where they follow each other."""

N = TypeVar("N", ex.Number, ex.Truth)


@dataclass(frozen=True, eq=False)
class Shape(Generic[N]):
    """Nodes of one shape: `node` has slots in the place of their leaves, `positions` are theirs
    among all nodes, and `slots` says for each slot in which row the leaf of each of them stands."""

    node: N
    positions: tuple[int, ...]
    slots: Mapping[str, Rows]

    @cached_property
    def members(self) -> Rows:
        """The positions as the rows of a matrix."""
        return together(self.positions)


def shapes_of(nodes: Sequence[N], rows: Mapping[str, int]) -> Iterator[Shape[N]]:
    """The shapes of some nodes; `rows` has the row of each leaf, by `expression.key_of`."""
    positions: defaultdict[N, list[int]] = defaultdict(list)
    leaves: defaultdict[N, list[list[int]]] = defaultdict(list)
    for position, node in enumerate(nodes):
        slots = _Slots()
        over_slots = ex.with_leaves(node, slots.of)
        positions[over_slots].append(position)
        leaves[over_slots].append([rows[key] for key in slots.keys])
    for over_slots, members in positions.items():
        each_slot = zip(*leaves[over_slots], strict=True)
        where = {str(slot): together(column) for slot, column in enumerate(each_slot)}
        yield Shape(over_slots, tuple(members), where)


class _Slots:
    """Numbers the leaves of a node, the same leaf with the same slot."""

    def __init__(self) -> None:
        self._slots: dict[str, ex.Ref] = {}

    @property
    def keys(self) -> Sequence[str]:
        """What the leaves are called, in the order of their slots."""
        return tuple(self._slots)

    def of(self, leaf: ex.Leaf) -> ex.Ref:
        """The slot of a leaf."""
        key = ex.key_of(leaf)
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = ex.Ref(str(len(self._slots)))
        return slot


def together(rows: Sequence[int]) -> Rows:
    """Rows as a slice where they follow each other."""
    first = rows[0]
    behind = first + len(rows)
    if list(rows) == list(range(first, behind)):
        return slice(first, behind)
    return np.array(rows, np.intp)
