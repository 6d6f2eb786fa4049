"""The addresses of a summary's detail sheets: one a table, a row a unit, a column a field.

Written and read by the same description, so that a summary can itself be submitted one level up.
"""

from __future__ import annotations

from itertools import groupby

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.form.model import Field, Form, Table
from xlreport.workbook.layout.workbook import WorkbookLayout

KEYS = ("code", "unit", "level")
"""The first columns of a detail sheet, before one column a field: what they hold, and what the
first summaries printed above them."""

KEY_LABELS = ("单位代码", "单位", "类别")

TOTAL_ROW = 3
HEADING_ROW = 4
"""The row that tells columns apart: above each the cell of its field on the form's own sheet (in
the first summaries the id of the field); one row a unit follows."""

FIRST_UNIT_ROW = HEADING_ROW + 1

COLUMNS_A_PAGE = 30
"""Columns of numbers that fit on a page; a table with more of them has the totals of its rows
first, which fit."""

TEXTS_NAME, EXPLANATIONS_NAME = "detail.text", "detail.explanations"
"""The defined names of the units' texts and explanations, each with its headings."""

UNIT_CODE, UNIT_NAME, _ = KEY_LABELS
"""Headings of the units' texts and explanations."""

CHECK_CODE, CHECK_TITLE, EXPLANATION = "代码", "校验", "说明"
"""Further headings of the units' explanations."""

_LONGEST_NAME = 31
"""Excel's limit on a sheet's name, in characters."""


def detail_name(table: str) -> str:
    """The defined name of a table's detail range: the row of headings and all unit rows."""
    return f"detail.{table}"


def column_name(field: str) -> str:
    """The defined name of the heading of a field's column."""
    return f"detail.{field}"


def column_heading(layout: WorkbookLayout, field: str) -> str:
    """What stands above the column of a field: its cell on the form's own sheet, `D33`."""
    _, cell = layout.cells[field]
    return a1.address(cell)


def detail_sheet(table: Table) -> str:
    """The name of a table's detail sheet."""
    return f"明细·{table.sheet}"[:_LONGEST_NAME]


def detail_fields(form: Form, table: str) -> list[Field]:
    """The fields of a detail sheet in the order of its columns: those of the form, of a wide table
    the totals of its rows before all others."""
    totals = row_totals(form, table)
    first = {field.id for field in totals}
    others = [field for field in _fields_of(form, table) if field.id not in first]
    return [*totals, *others]


def detail_columns(form: Form) -> dict[str, tuple[str, int]]:
    """The detail sheet and the sheet column of each field, by its id."""
    columns = {}
    for table in form.tables:
        sheet = detail_sheet(table)
        for index, field in enumerate(detail_fields(form, table.id)):
            columns[field.id] = sheet, field_column(index)
    return columns


def row_totals(form: Form, table: str) -> list[Field]:
    """The last field of each row of a wide table, where all of these are worked out from others;
    none of any other table."""
    fields = _fields_of(form, table)
    if len(fields) <= COLUMNS_A_PAGE:
        return []
    rows = [list(members) for _, members in groupby(fields, key=lambda field: field.row)]
    ends = [members[-1] for members in rows]
    are_totals = all(field.computed is not None for field in ends)
    return ends if are_totals and len(ends) < len(fields) else []


def _fields_of(form: Form, table: str) -> list[Field]:
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
