"""What the defined names of a workbook point to, and the text of a named cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.findings import Finding
from xlreport.formats.raw import RawBook, RawCell, is_picture
from xlreport.formats.shown import number_shown
from xlreport.submission import shown
from xlreport.workbook.codes import NAMES_ASIDE
from xlreport.workbook.layout.workbook import Spot, place_of
from xlreport.workbook.reader.numbers import SHOWN_BOOLEANS

_TARGET = re.compile(r"=?(?:'((?:[^']|'')+)'|([^'!\[\]]+))!([$A-Z0-9]+)(?::([$A-Z0-9]+))?")
"""`'sheet'!$D$6` or a range; a sheet of another file (`[1]`) does not match."""

MOST_NAMED = 4
"""How many cells are named one by one."""

_ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!"}
)
"""Error values (ECMA-376 part 1, 18.17.3, and newer ones), also where a program saved them as text.
"""

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?(E\+?[0-9]{1,2})?", re.IGNORECASE)


class Target(NamedTuple):
    """A sheet's name with the first and the last cell of a range."""

    sheet: str
    first: Cell
    last: Cell


def parse_target(formula: str) -> Target | None:
    """`'sheet'!$D$6` or a range → what it points to; None for anything else (#REF! too)."""
    match = _TARGET.fullmatch(formula.strip())
    if match is None:
        return None
    quoted, plain, start, end = match.groups()
    sheet = quoted.replace("''", "'") if quoted else plain
    first = a1.parse(start)
    last = a1.parse(end) if end else first
    if first is None or last is None:
        return None
    return Target(sheet, first, last)


def target_of(book: RawBook, name: str) -> Target | None:
    """What a name points to, in a sheet that is there; None where there is no such name."""
    formula = book.names.get(name.lower(), "")
    target = parse_target(formula)
    if target is not None and target.sheet in book.sheets:
        return target
    return None


def named_cell(book: RawBook, name: str) -> RawCell | None:
    """The (first) cell of a name; None when the name is lost or its cell empty."""
    target = target_of(book, name)
    if target is None:
        return None
    return book.sheets[target.sheet].cells.get(target.first)


def spot_of(book: RawBook, name: str) -> Spot | None:
    """The sheet and (first) cell of a name; None when the name is lost."""
    target = target_of(book, name)
    return None if target is None else (target.sheet, target.first)


def cell_at(book: RawBook, spot: Spot | None) -> RawCell | None:
    """What stands at a spot; None for nothing."""
    if spot is None:
        return None
    sheet, cell = spot
    return book.sheets[sheet].cells.get(cell)


def names_aside(aside: Sequence[tuple[Spot, str]]) -> Iterator[Finding]:
    """R8: cells with what they are for, whose names went elsewhere than what is printed beside
    them."""
    sheets: dict[str, list[str]] = {}
    for spot, label in aside:
        place = place_of(spot)
        sheets.setdefault(place.sheet, []).append(f"{place.cell}（{label}）")
    for sheet, cells in sheets.items():
        tail = "等" if len(cells) > MOST_NAMED else ""
        finding = NAMES_ASIDE(count=len(cells), cells="、".join(cells[:MOST_NAMED]) + tail)
        yield finding.at(sheet=sheet, observed=(("cells", len(cells)),))


def named_text(book: RawBook, name: str) -> str:
    """The text of a named cell that need not be there (cover, hidden sheet)."""
    return text_of(named_cell(book, name))


def text_of(cell: RawCell | None) -> str:
    """A cell's text without spaces around it, empty where there is none."""
    return seen_text(cell).strip()


def seen_text(cell: RawCell | None) -> str:
    """What people see in a cell that is read as text: a date as a date, a number as people write it
    (a code typed as 990101 may be stored as 9.90101E5). Pictures and error values are no text."""
    if cell is None or no_text(cell):
        return ""
    if cell.date:
        return cell.shown or cell.text.removesuffix("T00:00:00")
    if cell.kind == "b":
        return SHOWN_BOOLEANS.get(cell.text.strip(), cell.text)
    text = cell.text.strip()
    if cell.kind == "n" and _NUMBER.fullmatch(text):
        return _number_text(cell, Decimal(text))
    return cell.text


def _number_text(cell: RawCell, number: Decimal) -> str:
    """A number as its format shows it."""
    if cell.shown:
        return cell.shown
    as_formatted = None
    if cell.number_format:
        as_formatted = number_shown(cell.number_format, number)
    return as_formatted or shown(number)


def no_text(cell: RawCell) -> str:
    """What a cell holds that is no text, in words; empty for a text."""
    if is_picture(cell):
        return "一张图片"
    if cell.kind == "e" or cell.text.strip().upper() in _ERRORS:
        return "错误值"
    if cell.formula is not None and not cell.text.strip():
        return "没有结果的公式"
    return ""
