"""Where last year's figures stand: on a sheet for each of the form's, in the very same cells."""

from __future__ import annotations

PREFIX = "previous."
"""Before a field id: the defined name of the cell with last year's value."""

PRIOR_YEAR_SHEET = "上年·"
"""How the names of its sheets begin."""

_LONGEST_NAME = 31
"""Excel's limit on a sheet's name, in characters."""


def prior_year_name(field: str) -> str:
    """The defined name of the cell with a field's value of the year before."""
    return PREFIX + field


def prior_year_sheet(sheet: str) -> str:
    """The sheet that shows last year's figures in the shape of a sheet of the form."""
    return f"{PRIOR_YEAR_SHEET}{sheet}"[:_LONGEST_NAME]
