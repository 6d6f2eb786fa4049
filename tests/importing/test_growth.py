"""Twice as large a document is twice the work, whatever shape it has."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from importing.drawn import Row, grid, page, printed
from support.growth import is_linear
from support.published import official, report
from xlreport import FormCatalog, get_form
from xlreport.form.model import paths
from xlreport.formats.grid import Document, Grid
from xlreport.importing.recognise import recognise
from xlreport.submission import UNKNOWN

FORM = get_form("zfxxgk-2021")
FORMS = FormCatalog()
TITLE = "甲子镇2023年政府信息公开工作年度报告"
TABLES = [printed(part, "表") for parts in official(report(FORM, 1)).values() for part in parts]
BRANCHES = [
    path
    for table in FORM.tables
    for block in table.blocks
    for path in (*paths(block.rows), *paths(block.columns))
]
LABELS = [heading.label for path in BRANCHES for heading in path]
WIDTH = 40


def label(number: int) -> str:
    return LABELS[number % len(LABELS)]


def rectangle(height: int, width: int, text: Callable[[int], str]) -> Grid:
    return grid([[text(row * width + column) for column in range(width)] for row in range(height)])


def down(tables: list[Grid], times: int) -> Grid:
    """Tables below each other in one grid."""
    boxes = {}
    top = 0
    for table in tables * times:
        boxes.update({(top + row, column): box for (row, column), box in table.boxes.items()})
        top += 1 + max(row for row, _ in table.boxes)
    return Grid("表", boxes)


def tiny(number: int) -> Grid:
    rows: tuple[Row, ...] = (("", "自然人", label(number % 7)), ("其他", "1", "2"))
    return grid(rows)


SHAPES: dict[str, Callable[[int], Document]] = {
    "one row of all labels": lambda n: page(TITLE, rectangle(1, n * WIDTH, label)),
    "one column of all labels": lambda n: page(TITLE, rectangle(n * WIDTH, 1, label)),
    "every cell a label": lambda n: page(TITLE, rectangle(n, WIDTH, label)),
    "every cell the same label": lambda n: page(TITLE, rectangle(n, WIDTH, lambda _: "其他")),
    "narrow, every cell the same label": lambda n: page(
        TITLE, rectangle(n * 4, 8, lambda _: "其他")
    ),
    "tiny tables": lambda n: page(TITLE, *(tiny(number) for number in range(n * 4))),
    "tiny tables with lines between": lambda n: page(
        TITLE, *(part for number in range(n * 4) for part in (tiny(number), "甲"))
    ),
    "the tables again and again": lambda n: page(TITLE, *TABLES * max(1, n // 4)),
    "the tables in one grid": lambda n: page(TITLE, down(TABLES, max(1, n // 4))),
    "a title of another unit on every line": lambda n: page(
        *TABLES,
        *(f"{chr(0x4E00 + number)}镇{1950 + number}年{TITLE[8:]}" for number in range(n * 4)),
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_as_large_is_twice_the_work(shape: str) -> None:
    def work(units: int) -> Callable[[], object]:
        document = SHAPES[shape](units)
        return lambda: recognise(document, FORMS, UNKNOWN)

    assert is_linear(work, 8)
