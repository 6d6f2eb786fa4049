"""A second engine (formualizer) recalculates workbooks from nothing, in the ordinary test run."""

from __future__ import annotations

import re

import formualizer

from support.formula_cells import FormulaCell, Shown, formula_cells, results, without_results
from xlreport.a1 import column_name
from xlreport.workbook.layout.calculation import FAILS, HOLDS
from xlreport.workbook.layout.sheet import CALCULATION

_PARTS = re.compile(rf"(?:{column_name(HOLDS)}|{column_name(FAILS)})[0-9]+")
"""The two parts of a long condition, which show nothing before a program calculates them."""


def is_part(spot: tuple[str, str]) -> bool:
    """Whether a cell is a part of a long condition."""
    sheet, cell = spot
    return sheet == CALCULATION and _PARTS.fullmatch(cell) is not None


def compared(cells: dict[tuple[str, str], FormulaCell]) -> dict[tuple[str, str], FormulaCell]:
    """The formula cells whose results must be the same in every engine."""
    return {spot: cell for spot, cell in cells.items() if not is_part(spot)}


def same(one: Shown, other: Shown) -> bool:
    """Whether two results are the same; of numbers Excel keeps 15 significant digits."""
    if isinstance(one, float) and isinstance(other, float):
        return f"{one:.15g}" == f"{other:.15g}"
    return one == other


def differing(
    ours: dict[tuple[str, str], FormulaCell], theirs: dict[tuple[str, str], Shown]
) -> list[str]:
    """The cells in which an engine shows something else than we do."""
    return [
        f"{sheet} {cell}: {theirs[sheet, cell]!r}, ours {own.shown!r}, ={own.formula}"
        for (sheet, cell), own in compared(ours).items()
        if not same(own.shown, theirs[sheet, cell])
    ]


def recalculated(data: bytes) -> bytes:
    """The workbook with the results that the engine finds. Raises AssertionError for a function
    that it does not know and for a formula that gives an error."""
    answer = formualizer.recalculate_xlsx_bytes(without_results(data))
    summary = answer["summary"]
    assert summary["unknown_functions"] == []
    assert summary["total_errors"] == 0, summary
    recalculated_bytes: bytes = answer["bytes"]
    return recalculated_bytes


def differences(data: bytes) -> list[str]:
    """Where the engine shows something else than is stored in a workbook of ours."""
    ours = formula_cells(data)
    assert ours, "a workbook without formulas shows nothing"
    return differing(ours, results(recalculated(data), ours))
