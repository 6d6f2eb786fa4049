"""A summary is opened again by a library that did not write it, before it replaces an earlier one:
every total and every count must be those of the result."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xlreport.a1 import Cell, address
from xlreport.errors import XlreportError
from xlreport.form.model import Form
from xlreport.merging.outcome import Outcome
from xlreport.merging.result import MergeResult
from xlreport.publishing.overview import Overview, overview_of
from xlreport.publishing.summary.names import OVERVIEW_SHEET
from xlreport.publishing.summary.overview_sheet import OverviewLayout
from xlreport.submission import shown
from xlreport.workbook.layout.workbook import Spot, layout_of

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_EXACT = Decimal("0.000001")
"""The smallest part of a number that a form has."""


class SummaryDiffers(XlreportError):
    """What a summary shows is not what was worked out."""


@dataclass(frozen=True)
class _Expected:
    """A number that a cell must show; None for one that must show none but 0."""

    spot: Spot
    number: Decimal | None


def verify_summary(data: bytes, result: MergeResult, overview: Overview | None = None) -> None:
    """Opens a summary that was written from a result; `overview` is that of the result, where it
    has been worked out already. Raises SummaryDiffers at the first number that is another."""
    form, county = result.form, result.county
    if form is None or county is None:
        return
    overview = overview or overview_of(result, form, county)
    expected = [*_totals(form, result), *_overview(overview, result)]
    shown_numbers = _shown(data, {item.spot for item in expected})
    for item in expected:
        seen = shown_numbers.get(item.spot)
        if not _is_same(seen, item.number):
            raise SummaryDiffers(_told(item, seen))


def _totals(form: Form, result: MergeResult) -> Iterator[_Expected]:
    """Every number of the form's own sheets."""
    cells = layout_of(form).cells
    for name in form.fields:
        yield _Expected(cells[name], result.totals.get(name))


def _overview(overview: Overview, result: MergeResult) -> Iterator[_Expected]:
    """The counts of units and files, counted again, and the figures that are shown first."""
    layout = OverviewLayout(overview)
    for index, count in enumerate(_counts(result)):
        yield _Expected((OVERVIEW_SHEET, layout.card_cell(index)), Decimal(count))
    for index, figure in enumerate(overview.headlines):
        now, before = layout.figure_cells(index)
        yield _Expected((OVERVIEW_SHEET, now), figure.value)
        yield _Expected((OVERVIEW_SHEET, before), figure.before)


def _counts(result: MergeResult) -> tuple[int, ...]:
    """应报, 通过, 退回, 未报, 不能计入."""
    accepted, returned = len(result.accepted), len(result.returned)
    missing = len(result.missing)
    expected = result.expected
    if expected is None:
        expected = accepted + returned + missing
    unusable = len(result.with_outcome(Outcome.REJECTED))
    return expected, accepted, returned, missing, unusable


def _shown(data: bytes, spots: set[Spot]) -> Mapping[Spot, object]:
    """What openpyxl reads in some cells; cells that hold nothing are left out."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        return dict(_cells(book, spots))
    finally:
        book.close()


def _cells(book: Workbook, spots: set[Spot]) -> Iterator[tuple[Spot, object]]:
    by_sheet: dict[str, set[Cell]] = {}
    for sheet, cell in spots:
        by_sheet.setdefault(sheet, set()).add(cell)
    for sheet, cells in by_sheet.items():
        if sheet not in book.sheetnames:
            continue
        bottom = max(row for row, _ in cells) + 1
        for number, row in enumerate(book[sheet].iter_rows(max_row=bottom, values_only=True)):
            for column, value in enumerate(row):
                if (number, column) in cells and value is not None:
                    yield (sheet, (number, column)), value


def _is_same(seen: object, number: Decimal | None) -> bool:
    if number is None:
        return not isinstance(seen, int | float) or seen == 0
    if isinstance(seen, bool) or not isinstance(seen, int | float):
        return False
    return abs(Decimal(repr(seen)) - number) < _EXACT


def _told(item: _Expected, seen: object) -> str:
    sheet, cell = item.spot
    wanted = "没有数" if item.number is None else f"是 {shown(item.number)}"
    there = "没有数" if seen is None else f"是 {seen}"
    return (
        f"写好的汇总表与汇总结果不一致：“{sheet}”{address(cell)} {there}，应当{wanted}。"
        "没有替换原来的汇总表，请把这句话和所用的版本告诉开发者。"
    )
