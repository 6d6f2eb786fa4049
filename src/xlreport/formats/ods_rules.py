"""The conditional formats of an OpenDocument spreadsheet: those that stand in the styles of cells
(OASIS OpenDocument 1.3 part 3, 16.3) and those that LibreOffice writes beside the table."""

from __future__ import annotations

import re

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.formats.conditions import SELF, UNKNOWN, Condition, formula_condition, operand

_PREFIX = re.compile(r"cell-content\(\)|cell-content-is-")
_FUNCTION = re.compile(r"([a-z-]+)\((.*)\)", re.DOTALL)
_COMPARED = re.compile(r"(<=|>=|!=|<>|<|>|=)(.*)", re.DOTALL)
_OWN_CELL = re.compile(r"\[\.(\$?[A-Z]{1,3}\$?[0-9]{1,7})\]")
_FORMULAS = ("is-true-formula", "formula-is")
_OPERATORS = {
    "between": "between",
    "not-between": "notBetween",
    "begins-with": "beginsWith",
    "ends-with": "endsWith",
    "contains-text": "containsText",
    "not-contains-text": "notContains",
}
"""Conditions with operands in brackets, by what they are called elsewhere."""

_ADDRESS = re.compile(r"(?:'(?:[^']|'')+'|[^.'\s:]*)\.\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_AREA = re.compile(f"{_ADDRESS.pattern}(?::{_ADDRESS.pattern})?")


def ods_condition(text: str, base: Cell) -> Condition:
    """What `cell-content()>0`, `between(1,500)` or `is-true-formula([.B10]>1)` say, seen from the
    cell `base`."""
    plain = _PREFIX.sub("", text.strip(), count=1)
    compared = _COMPARED.fullmatch(plain)
    if compared is not None:
        operator = "<>" if compared[1] == "!=" else compared[1]
        return Condition(operator, (SELF, operand(_cells(compared[2]), base)))
    called = _FUNCTION.fullmatch(plain)
    if called is None:
        return UNKNOWN
    if called[1] in _FORMULAS:
        return formula_condition(_cells(called[2]), base)
    operands = [operand(each, base) for each in re.split("[,;]", _cells(called[2]))]
    return Condition(_OPERATORS.get(called[1], ""), (SELF, *operands))


def _cells(formula: str) -> str:
    """A formula with the cells of the same sheet written as elsewhere."""
    return _OWN_CELL.sub(r"\1", formula)


def base_cell(address: str) -> Cell:
    """The cell for which the conditions of a format are written: `'sheet'.B6`."""
    match = _ADDRESS.fullmatch(address)
    cell = None if match is None else a1.parse(match[1] + match[2])
    return cell or (0, 0)


def ods_areas(addresses: str) -> tuple[tuple[Cell, Cell], ...]:
    """The rectangles of `'sheet'.B6:'sheet'.B7 'sheet'.D9`."""
    areas: list[tuple[Cell, Cell]] = []
    for match in _AREA.finditer(addresses):
        first = a1.parse(match[1] + match[2])
        last = a1.parse(match[3] + match[4]) if match[3] else first
        if first is not None and last is not None:
            areas.append((first, last))
    return tuple(areas)
