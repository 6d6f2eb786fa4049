"""Printed tables with other headings: in another order, renamed, missing, retyped."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from printed_tables import Printed, Values, block_down, titled
from xlreport.form.model import Heading, Table, paths


def blocks_apart(table: Table, values: Values) -> list[Printed]:
    """Each block as a table of its own."""
    parts = []
    for block in table.blocks:
        part = block_down(table, block, values)
        parts.append(titled(block.title, part) if block.title else part)
    return parts


def retyped_down(table: Table, values: Values) -> list[Printed]:
    """A table that is printed across, retyped: one table for each of its outer headings."""
    (block,) = table.blocks
    return [
        block_down(table, replace(block, corner="情况", rows=(heading,)), values)
        for heading in block.rows
    ]


def with_headings(
    table: Table,
    *,
    rows: Callable[[tuple[Heading, ...]], tuple[Heading, ...]] | None = None,
    columns: Callable[[tuple[Heading, ...]], tuple[Heading, ...]] | None = None,
) -> Table:
    """The table with other rows or columns."""
    blocks = table.blocks
    if rows is not None:
        blocks = tuple(replace(block, rows=rows(block.rows)) for block in blocks)
    if columns is not None:
        blocks = tuple(replace(block, columns=columns(block.columns)) for block in blocks)
    return replace(table, blocks=blocks)


def shuffled(rng: random.Random) -> Callable[[tuple[Heading, ...]], tuple[Heading, ...]]:
    """Headings in another order, those below each too."""

    def shuffle(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
        mixed = [replace(heading, children=shuffle(heading.children)) for heading in headings]
        rng.shuffle(mixed)
        return tuple(mixed)

    return shuffle


def without(name: str) -> Callable[[tuple[Heading, ...]], tuple[Heading, ...]]:
    """Headings without that of this id."""

    def drop(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
        kept = [heading for heading in headings if heading.id != name]
        return tuple(replace(heading, children=drop(heading.children)) for heading in kept)

    return drop


def renamed(name: str, label: str) -> Callable[[tuple[Heading, ...]], tuple[Heading, ...]]:
    """Headings with another label for that of this id."""

    def rename(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
        return tuple(
            replace(
                heading,
                label=label if heading.id == name else heading.label,
                children=rename(heading.children),
            )
            for heading in headings
        )

    return rename


def merged_into(name: str) -> Callable[[tuple[Heading, ...]], tuple[Heading, ...]]:
    """Headings with the group of this id as one line of its own, as the format before had it."""

    def merge(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
        return tuple(
            replace(heading, children=() if heading.id == name else merge(heading.children))
            for heading in headings
        )

    return merge


def transposed(part: Printed) -> Printed:
    """The table with its rows as columns."""
    return Printed(
        {
            (column, row): replace(slot, rows=slot.columns, columns=slot.rows)
            for (row, column), slot in part.slots.items()
        }
    )


def beside(after: str, *extra: Heading) -> Callable[[tuple[Heading, ...]], tuple[Heading, ...]]:
    """Headings with others after that of this id."""

    def insert(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
        longer: list[Heading] = []
        for heading in headings:
            longer.append(replace(heading, children=insert(heading.children)))
            if heading.id == after:
                longer += extra
        return tuple(longer)

    return insert


def below(group: str, *extra: Heading) -> Callable[[tuple[Heading, ...]], tuple[Heading, ...]]:
    """Headings with others at the end of the group of this id."""

    def append(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
        return tuple(
            replace(
                heading,
                children=(*append(heading.children), *(extra if heading.id == group else ())),
            )
            for heading in headings
        )

    return append


def relabelled(
    change: Callable[[str], str],
) -> Callable[[tuple[Heading, ...]], tuple[Heading, ...]]:
    """Headings with all their labels written otherwise."""

    def relabel(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
        return tuple(
            replace(heading, label=change(heading.label), children=relabel(heading.children))
            for heading in headings
        )

    return relabel


def without_groups(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
    """Only the headings that stand for one row or column each."""
    return tuple(path[-1] for path in paths(headings))
