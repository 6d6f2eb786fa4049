"""Documents for tests: grids from lists of lists, from printed tables and from workbooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import MergedCell

from printed_tables import Printed
from xlreport.a1 import address
from xlreport.formats.grid import Box, Document, Grid, Line
from xlreport.submission import Place

Row = Sequence[str | tuple[str, int, int]]
"""Texts of cells, or each with its rows and columns; those that another covers are left out."""


def grid(rows: Iterable[Row], name: str = "第1个表格", *, sheet: bool = False) -> Grid:
    """A table of a page or a document; with `sheet` one of a workbook, whose cells have addresses."""
    boxes: dict[tuple[int, int], Box] = {}
    covered: set[tuple[int, int]] = set()
    for top, row in enumerate(rows):
        left = 0
        for count, cell in enumerate(row, 1):
            text, height, width = (cell, 1, 1) if isinstance(cell, str) else cell
            while (top, left) in covered:
                left += 1
            where = address((top, left)) if sheet else f"第{top + 1}行{count}格"
            boxes[top, left] = Box(text, Place(name, where), height, width)
            covered |= {(top + r, left + c) for r in range(height) for c in range(width)}
    return Grid(name, boxes)


def line(text: str, number: int = 1) -> Line:
    return Line(text, Place("", f"第{number}段"))


def page(*parts: str | Grid | Printed) -> Document:
    """A web page of lines and tables."""
    made: list[Line | Grid] = []
    for number, part in enumerate(parts, 1):
        if isinstance(part, str):
            made.append(line(part, number))
        elif isinstance(part, Printed):
            made.append(printed(part, f"第{number}个表格"))
        else:
            made.append(part)
    return Document("网页", tuple(made))


def printed(part: Printed, name: str) -> Grid:
    boxes: dict[tuple[int, int], Box] = {}
    for row, cells in enumerate(part.rows()):
        for count, (column, slot) in enumerate(cells, 1):
            place = Place(name, f"第{row + 1}行{count}格")
            boxes[row, column] = Box(slot.text, place, slot.rows, slot.columns)
    return Grid(name, boxes)


def of_workbook(source: Path | bytes) -> Document:
    """The sheets of a workbook, cell by cell as they show; cells that are not there have no box."""
    book = openpyxl.load_workbook(BytesIO(source) if isinstance(source, bytes) else source)
    parts = []
    for sheet in book:
        spans = {(r.min_row, r.min_col): (r.size["rows"], r.size["columns"]) for r in sheet.merged_cells.ranges}  # fmt: skip
        boxes: dict[tuple[int, int], Box] = {}
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell, MergedCell) or (cell.value is None and (cell.row, cell.column) not in spans):  # fmt: skip
                    continue
                height, width = spans.get((cell.row, cell.column), (1, 1))
                text = "" if cell.value is None else str(cell.value)
                place = Place(sheet.title, cell.coordinate)
                boxes[cell.row - 1, cell.column - 1] = Box(text, place, height, width)
        parts.append(Grid(sheet.title, boxes))
    return Document("工作簿", tuple(parts))


def of_tabs(text: str) -> Document:
    """A text whose cells tabs part; lines without any are lines."""
    parts: list[Line | Grid] = []
    rows: list[list[str]] = []
    for number, content in enumerate([*text.split("\n"), ""], 1):
        if "\t" in content:
            rows.append(content.split("\t"))
            continue
        if rows and content.strip():
            parts.append(grid(rows, f"第{len(parts) + 1}个表格"))
            rows = []
        if content.strip():
            parts.append(Line(content, Place("", f"第{number}行")))
    if rows:
        parts.append(grid(rows, f"第{len(parts) + 1}个表格"))
    return Document("文本", tuple(parts))
