"""What stands in a summary that was written just now: single numbers, and the rows of long sheets
as they pass by. Never more than a piece of a sheet is in memory."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Self

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.formats.guard import Refused, XmlHandler, parse_xml
from xlreport.formats.opc import PREFIXES, sheet_parts, workbook_part
from xlreport.rules.fixed import ONE, from_fixed
from xlreport.workbook.layout.workbook import Spot

_PIECE = 2**18
"""Bytes of a sheet that are unpacked at a time."""

_SMALL_PARTS = ("_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_END_OF_ROW = b"</row>"
_ROW = re.compile(rb'<row r="([0-9]+)"[^>]*>')
_CELL = re.compile(
    rb'<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?(?:/>|><v>([^<]*)</v></c>| t="s"><v>[0-9]+</v></c>)'
)
"""A cell; with its number, where it holds one."""


class NotAsWritten(Exception):
    """A summary is not as it was written, and where, in Chinese."""


class _Numbers(XmlHandler):
    """The numbers of some cells of a sheet; cells with anything else are left out."""

    def __init__(self, wanted: Collection[Cell]) -> None:
        self.numbers: dict[Cell, float] = {}
        self._wanted = wanted
        self._cell: Cell | None = None
        self._is_value = False
        self._text = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            cell = a1.parse(attributes.get("r", ""))
            is_number = attributes.get("t", "n") == "n"
            self._cell = cell if is_number and cell in self._wanted else None
        self._is_value = name == "v" and self._cell is not None
        self._text = ""

    def data(self, text: str) -> None:
        if self._is_value:
            self._text += text

    def end(self, name: str) -> None:
        if name == "v" and self._cell is not None:
            self.numbers[self._cell] = float(self._text)
        self._is_value = False


class WrittenSheets:
    """The sheets of a summary, by their names. Raises NotAsWritten for a package of another
    shape."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        try:
            parts = {name: self._archive.read(name) for name in _SMALL_PARTS}
            sheets = sheet_parts(parts, workbook_part(parts))
        except (Refused, KeyError, zipfile.BadZipFile):
            raise NotAsWritten("文件的结构读不出来") from None
        self._parts = {name: part for name, part in sheets.items() if part}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def numbers(self, spots: Iterable[Spot]) -> dict[Spot, float]:
        """The numbers that stand at some places."""
        by_sheet: dict[str, set[Cell]] = {}
        for sheet, cell in spots:
            by_sheet.setdefault(sheet, set()).add(cell)
        numbers: dict[Spot, float] = {}
        for sheet, cells in by_sheet.items():
            handler = _Numbers(cells)
            try:
                parse_xml(self._archive.read(self._part(sheet)), handler, PREFIXES)
            except (Refused, ValueError, zipfile.BadZipFile):
                raise NotAsWritten(f"“{sheet}”读不出来") from None
            numbers.update(((sheet, cell), number) for cell, number in handler.numbers.items())
        return numbers

    def rows(self, sheet: str, first: int) -> Iterator[list[bytes]]:
        """The contents of the cells of each row from `first` (counted from 1) on, empty for those
        without any."""
        for row in self._rows(sheet):
            begins = _ROW.search(row)
            if begins is None:
                raise NotAsWritten(f"“{sheet}”读不出来")
            if int(begins[1]) >= first:
                yield _CELL.findall(row)

    def _rows(self, sheet: str) -> Iterator[bytes]:
        rest = b""
        with self._archive.open(self._part(sheet)) as stream:
            while piece := stream.read(_PIECE):
                *rows, rest = (rest + piece).split(_END_OF_ROW)
                yield from rows

    def _part(self, sheet: str) -> str:
        if sheet not in self._parts:
            raise NotAsWritten(f"没有“{sheet}”页")
        return self._parts[sheet]


def column_sums(
    rows: Iterable[Sequence[bytes]], columns: Sequence[int]
) -> tuple[dict[int, Decimal | None], int]:
    """The sums of some columns, None for one without numbers, and how many rows there are. Raises
    NotAsWritten for a row that lacks cells."""
    sums: dict[int, int | None] = dict.fromkeys(columns)
    count = 0
    right = max(columns, default=0)
    for row in rows:
        count += 1
        if len(row) <= right:
            raise NotAsWritten(f"明细的第 {count} 行缺少格子")
        for column in columns:
            text = row[column]
            if text:
                sums[column] = (sums[column] or 0) + _fixed(text, count)
    exact: dict[int, Decimal | None] = {}
    for column, number in sums.items():
        exact[column] = None if number is None else from_fixed(number)
    return exact, count


def _fixed(text: bytes, row: int) -> int:
    """A number in units of 10**-SCALE."""
    if text == b"0":
        return 0
    try:
        return round(float(text) * ONE)
    except ValueError:
        raise NotAsWritten(f"明细的第 {row} 行有不是数的格子") from None
