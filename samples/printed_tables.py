"""The tables of a form as towns and counties print them, with the field of every number.

Made from the form's headings alone: for the sample pages, and for tests that read what is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from xlreport.form.model import Arrangement, Block, Heading, Table, paths

Cell = tuple[int, int]
Values = Mapping[str, str]
"""What is printed, by field id."""


@dataclass(frozen=True)
class Slot:
    """A cell of a printed table: its text, its rows and columns, the field whose number it is."""

    text: str
    rows: int = 1
    columns: int = 1
    field: str = ""


@dataclass(frozen=True)
class Printed:
    """A table on paper: cells by their first row and column. `hidden` are rows nobody sees."""

    slots: Mapping[Cell, Slot]
    hidden: tuple[int, ...] = ()

    @property
    def height(self) -> int:
        return max(row + slot.rows for (row, _), slot in self.slots.items())

    @property
    def width(self) -> int:
        return max(column + slot.columns for (_, column), slot in self.slots.items())

    def rows(self) -> Iterator[list[tuple[int, Slot]]]:
        """The cells of each row that begin there, from the left."""
        for row in range(self.height):
            yield [(c, slot) for (r, c), slot in sorted(self.slots.items()) if r == row]

    def texts(self) -> list[list[str]]:
        """All rows in full: a merged cell's text once, and blanks where it goes on."""
        lines = [[""] * self.width for _ in range(self.height)]
        for (row, column), slot in self.slots.items():
            lines[row][column] = slot.text
        return lines

    def fields(self) -> dict[str, str]:
        """What the numbers are, by field."""
        return {slot.field: slot.text for slot in self.slots.values() if slot.field}

    def reworded(self, change: Callable[[Slot], str]) -> Printed:
        """The same table with other texts."""
        slots = {cell: replace(slot, text=change(slot)) for cell, slot in self.slots.items()}
        return replace(self, slots=slots)

    def unmerged(self, *, repeated: bool = False) -> Printed:
        """The same table without merged cells: blanks beside the text, or the text everywhere."""
        slots: dict[Cell, Slot] = {}
        for (row, column), slot in self.slots.items():
            for below in range(slot.rows):
                for beside in range(slot.columns):
                    first = (below, beside) == (0, 0)
                    copied = first or repeated
                    one = Slot(slot.text if copied else "", field=slot.field if first else "")
                    slots[row + below, column + beside] = one
        return replace(self, slots=slots)

    def shifted(self, down: int, right: int) -> Printed:
        """The same table elsewhere on its sheet."""
        slots = {(row + down, column + right): slot for (row, column), slot in self.slots.items()}
        return Printed(slots, tuple(row + down for row in self.hidden))

    def with_blank_lines(self, rows: tuple[int, ...], columns: tuple[int, ...] = ()) -> Printed:
        """Blank rows and columns before these; merged cells grow over them."""

        def at(place: int, lines: tuple[int, ...]) -> int:
            return place + sum(line <= place for line in lines)

        slots: dict[Cell, Slot] = {}
        for (row, column), slot in self.slots.items():
            top, left = at(row, rows), at(column, columns)
            height = at(row + slot.rows - 1, rows) - top + 1
            width = at(column + slot.columns - 1, columns) - left + 1
            slots[top, left] = replace(slot, rows=height, columns=width)
        return replace(self, slots=slots)


@dataclass
class _Drawn:
    slots: dict[Cell, Slot] = field(default_factory=dict)

    def put(self, row: int, column: int, slot: Slot) -> None:
        self.slots[row, column] = slot


def depth(headings: tuple[Heading, ...]) -> int:
    return max(heading.depth for heading in headings)


def leaves(headings: tuple[Heading, ...]) -> list[Heading]:
    return [path[-1] for path in paths(headings)]


def _head_across(drawn: _Drawn, headings: tuple[Heading, ...], at: Cell, room: int) -> None:
    """Column headings; a heading without others below reaches down to the numbers."""
    row, column = at
    for heading in headings:
        width = len(leaves((heading,)))
        if heading.children:
            drawn.put(row, column, Slot(heading.label, 1, width))
            _head_across(drawn, heading.children, (row + 1, column), room - 1)
        else:
            drawn.put(row, column, Slot(heading.label, room, 1))
        column += width


def _head_down(drawn: _Drawn, headings: tuple[Heading, ...], at: Cell, room: int) -> None:
    """Row headings; a heading without others beside reaches to the numbers."""
    row, column = at
    for heading in headings:
        height = len(leaves((heading,)))
        if heading.children:
            drawn.put(row, column, Slot(heading.label, height, 1))
            _head_down(drawn, heading.children, (row, column + 1), room - 1)
        else:
            drawn.put(row, column, Slot(heading.label, 1, room))
        row += height


def number(table: Table, row: Heading, column: Heading, values: Values) -> Slot:
    name = f"{table.id}.{row.id}.{column.id}"
    return Slot(values[name], field=name)


def block_down(table: Table, block: Block, values: Values) -> Printed:
    """A block as printed: headings above and to the left, merged as in the official format."""
    drawn = _Drawn()
    top, left = depth(block.columns), depth(block.rows)
    drawn.put(0, 0, Slot(block.corner, top, left))
    _head_across(drawn, block.columns, (0, left), top)
    _head_down(drawn, block.rows, (top, 0), left)
    for i, row in enumerate(leaves(block.rows)):
        for j, column in enumerate(leaves(block.columns)):
            drawn.put(top + i, left + j, number(table, row, column, values))
    return Printed(drawn.slots)


def block_across(table: Table, block: Block, values: Values) -> Printed:
    """A block whose rows stand side by side, each with its columns below, and one line of numbers."""
    drawn = _Drawn()
    room = depth(block.rows)
    column = 0
    for path in paths(block.rows):
        for level, heading in enumerate(path):
            first = heading.children and leaves((heading,))[0] is path[-1]
            if first or not heading.children:
                width = len(leaves((heading,))) * len(leaves(block.columns))
                drawn.put(level, column, Slot(heading.label, 1, width))
        for leaf in leaves(block.columns):
            drawn.put(len(path), column, Slot(leaf.label, room + 1 - len(path), 1))
            drawn.put(room + 1, column, number(table, path[-1], leaf, values))
            column += 1
    return Printed(drawn.slots)


def stacked(parts: list[Printed]) -> Printed:
    """Tables one below the other as one; narrow ones are drawn as wide as the widest."""
    width = max(part.width for part in parts)
    slots: dict[Cell, Slot] = {}
    top = 0
    for part in parts:
        wider = width - part.width
        for (row, column), slot in part.slots.items():
            last = column + slot.columns == part.width
            columns = slot.columns + wider if last else slot.columns
            slots[top + row, column] = replace(slot, columns=columns)
        top += part.height
    return Printed(slots)


def titled(title: str, part: Printed) -> Printed:
    """A table with a line above that goes over its width."""
    slots = dict(part.shifted(1, 0).slots)
    slots[0, 0] = Slot(title, 1, part.width)
    return Printed(slots)


def table_as_printed(table: Table, values: Values) -> Printed:
    """A table as the official format prints it."""
    if table.arrangement is Arrangement.ACROSS:
        (block,) = table.blocks
        return block_across(table, block, values)
    parts = []
    for block in table.blocks:
        part = block_down(table, block, values)
        parts.append(titled(block.title, part) if block.title else part)
    return stacked(parts)
