"""Cell addresses as Excel shows them, and the smallest list of ranges that covers some cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

Cell = tuple[int, int]
"""Row and column, both from 0."""

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def column_name(column: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(cell: Cell, *, absolute: bool = False) -> str:
    """(5, 3) → D6, or $D$6."""
    mark = "$" if absolute else ""
    return f"{mark}{column_name(cell[1])}{mark}{cell[0] + 1}"


@lru_cache(maxsize=50_000)
def parse(text: str) -> Cell | None:
    """D6 or $D$6 → (5, 3); None when it is no address inside Excel's grid."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    row = int(match[2])
    if not (1 <= row <= MAX_ROWS and 1 <= column <= MAX_COLUMNS):
        return None
    return row - 1, column - 1


def ranges(cells: Iterable[Cell]) -> list[str]:
    """Rectangles that cover exactly these cells: runs along rows, joined when they lie below each
    other."""
    wanted = sorted(set(cells))
    runs: dict[tuple[int, int], list[int]] = {}
    while wanted:
        row, first = wanted[0]
        last = first
        while (row, last + 1) in wanted[: last - first + 2]:
            last += 1
        wanted = wanted[last - first + 1 :]
        runs.setdefault((first, last), []).append(row)
    rectangles: list[tuple[Cell, Cell]] = []
    for (first, last), rows in runs.items():
        start = rows[0]
        for row, following in zip(rows, [*rows[1:], -1], strict=True):
            if following != row + 1:
                rectangles.append(((start, first), (row, last)))
                start = following
    return [span(first, last) for first, last in sorted(rectangles)]


def span(first: Cell, last: Cell, *, absolute: bool = False) -> str:
    """D6:F8, by its first and its last cell; D6 where these are one."""
    start = address(first, absolute=absolute)
    end = address(last, absolute=absolute)
    if first == last:
        return start
    return f"{start}:{end}"


def quoted(sheet: str) -> str:
    """A sheet name as it stands before the `!` of a reference."""
    return "'" + sheet.replace("'", "''") + "'"


def reference(sheet: str, cell: Cell, *, absolute: bool = False) -> str:
    """A cell of another sheet: '封面'!D6, or '封面'!$D$6."""
    return f"{quoted(sheet)}!{address(cell, absolute=absolute)}"
