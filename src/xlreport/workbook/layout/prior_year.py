"""The addresses of the 上年数 sheet: a row for each number and text of the year before."""

from __future__ import annotations

from collections.abc import Iterable

from xlreport.a1 import Cell

PREFIX = "previous."
"""Before a field id: the defined name of the cell with last year's value."""

FIRST_PRIOR_ROW = 3
"""The sheet row of the first field."""

TABLE, LABEL, VALUE = range(3)
"""Columns of a field."""


def prior_year_name(field: str) -> str:
    """The defined name of the cell with a field's value of the year before."""
    return PREFIX + field


def prior_year_cells(fields: Iterable[str]) -> dict[str, Cell]:
    """The cell of each field id (text fields included), in this order."""
    return {field: (row, VALUE) for row, field in enumerate(fields, start=FIRST_PRIOR_ROW)}
