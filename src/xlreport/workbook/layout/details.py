"""The addresses of a summary's detail sheets: one a table, a row a unit, a column a field.

Written and read by the same description, so that a summary can itself be submitted one level up.
"""

from __future__ import annotations

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.form.model import Field, Form, Table

KEYS = ("code", "unit", "level")
"""The first columns of a detail sheet, before one column a field."""

KEY_LABELS = ("单位代码", "单位", "类别")

TOTAL_ROW = 3
ID_ROW = 4
"""The row of field ids; one row a unit follows."""

FIRST_UNIT_ROW = ID_ROW + 1

TEXTS_NAME, EXPLANATIONS_NAME = "detail.text", "detail.explanations"
"""The defined names of the units' texts and explanations, each with its headings."""

UNIT_CODE, UNIT_NAME, _ = KEY_LABELS
"""Headings of the units' texts and explanations."""

CHECK_CODE, CHECK_TITLE, EXPLANATION = "代码", "校验", "说明"
"""Further headings of the units' explanations."""

_LONGEST_NAME = 31
"""Excel's limit on a sheet's name, in characters."""


def detail_name(table: str) -> str:
    """The defined name of a table's detail range: the row of ids and all unit rows."""
    return f"detail.{table}"


def detail_sheet(table: Table) -> str:
    """The name of a table's detail sheet."""
    return f"明细·{table.sheet}"[:_LONGEST_NAME]


def detail_fields(form: Form, table: str) -> list[Field]:
    """The fields of a detail sheet in the order of its columns."""
    return [field for field in form.fields.values() if field.table == table]


def field_column(index: int) -> int:
    """The sheet column of the index-th field."""
    return len(KEYS) + index


def unit_cell(row: int, column: int) -> Cell:
    """The cell of the row-th unit and a sheet column."""
    return FIRST_UNIT_ROW + row, column


def column_sum(sheet: str, column: int, units: int) -> str:
    """The live SUM over all unit rows of one column."""
    name = a1.column_name(column)
    quoted = a1.quoted(sheet)
    first, last = FIRST_UNIT_ROW + 1, FIRST_UNIT_ROW + units
    return f"=SUM({quoted}!${name}${first}:${name}${last})"
