"""The printed tables of these tests are tables: cells do not overlap, and cover their table wholly."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable

import docx
import openpyxl
import pytest

from printed_tables import Cell, Printed
from support.printed_files import word, workbook
from support.published import CHANGES, LAYOUTS, Published, page, report, with_blank_lines
from xlreport import get_form

FORM = get_form("zfxxgk-2021")
REPORT = report(FORM, 0, distinct=True)


def covered(part: Printed) -> Counter[Cell]:
    """How many cells of a table lie over each place."""
    places: Counter[Cell] = Counter()
    for (row, column), slot in part.slots.items():
        for below in range(slot.rows):
            places.update((row + below, column + beside) for beside in range(slot.columns))
    return places


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize("change", [*CHANGES.values(), with_blank_lines], ids=[*CHANGES, "blank"])
def test_no_cells_overlap(
    layout: Callable[[Published], dict[str, list[Printed]]], change: Callable[[Printed], Printed]
) -> None:
    tables = [change(part) for parts in layout(REPORT).values() for part in parts]
    assert len(tables) >= len(FORM.tables)
    for part in tables:
        assert set(covered(part).values()) == {1}
        assert len(covered(part)) <= part.height * part.width


def everywhere(part: Printed) -> list[list[str]]:
    """The text at every place, that of a merged cell at each that it covers."""
    lines = [[""] * part.width for _ in range(part.height)]
    for (row, column), slot in part.slots.items():
        for below in range(slot.rows):
            lines[row + below][column : column + slot.columns] = [slot.text] * slot.columns
    return lines


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_another_library_reads_the_same_cells(
    layout: Callable[[Published], dict[str, list[Printed]]],
) -> None:
    tables = layout(REPORT)
    parts = [part for some in tables.values() for part in some]
    document = docx.Document(io.BytesIO(word(page(REPORT, tables))))
    in_word = [
        [[cell.text for cell in row.cells] for row in table.rows] for table in document.tables
    ]
    # a merged cell is told at each place that it covers
    assert in_word == [everywhere(part) for part in parts]
    book = openpyxl.load_workbook(io.BytesIO(workbook(page(REPORT, tables))))
    typed = [
        str(cell.value) for row in book.worksheets[0].rows for cell in row if cell.value is not None
    ]
    printed = [slot.text for part in parts for slot in part.slots.values() if slot.text]
    assert Counter(printed) <= Counter(typed)
