"""A summary is opened again by a reader that shares nothing with its writer, before it replaces an
earlier one: every total and every count must be those of the result, and the units' numbers must
add up to the totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from xlreport.a1 import address
from xlreport.errors import XlreportError
from xlreport.form.model import Form
from xlreport.merging.outcome import Outcome
from xlreport.merging.result import MergeResult
from xlreport.publishing.overview import Overview, overview_of
from xlreport.publishing.summary.names import OVERVIEW_SHEET
from xlreport.publishing.summary.overview_sheet import OverviewLayout
from xlreport.publishing.summary.written_sheets import NotAsWritten, WrittenSheets, column_sums
from xlreport.submission import shown
from xlreport.workbook.layout import details
from xlreport.workbook.layout.workbook import Spot, layout_of

_EXACT = Decimal("0.000001")
"""The smallest part of a number that a form has."""


class SummaryDiffers(XlreportError):
    """What a summary shows is not what was worked out."""


@dataclass(frozen=True)
class _Expected:
    """A number that a cell must show; None for one that must show none but 0."""

    spot: Spot
    number: Decimal | None


@dataclass(frozen=True)
class _Seen:
    """What a cell shows, beside what it must show; None for no number."""

    expected: _Expected
    number: float | Decimal | None


def verify_summary(data: bytes, result: MergeResult, overview: Overview | None = None) -> None:
    """Opens a summary that was written from a result; `overview` is that of the result, where it
    has been worked out already. Raises SummaryDiffers at the first number that is another."""
    form, county = result.form, result.county
    if form is None or county is None:
        return
    overview = overview or overview_of(result, form, county)
    expected = [*_totals(form, result), *_overview(overview, result)]
    try:
        with WrittenSheets(data) as written:
            numbers = written.numbers({item.spot for item in expected})
            seen = [_Seen(item, numbers.get(item.spot)) for item in expected]
            seen += _details(form, result, written)
    except NotAsWritten as error:
        raise SummaryDiffers(_TOLD.format(what=error)) from None
    for each in seen:
        if not _is_same(each.number, each.expected.number):
            raise SummaryDiffers(_told(each.expected, each.number))


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


def _details(form: Form, result: MergeResult, written: WrittenSheets) -> Iterator[_Seen]:
    """The sum of each column of typed-in numbers over all units' rows, added up again."""
    units = Decimal(len(result.counted_views))
    for table in form.tables:
        sheet = details.detail_sheet(table)
        columns = _typed_columns(form, table.id)
        rows = written.rows(sheet, details.FIRST_UNIT_ROW + 1)
        sums, count = column_sums(rows, list(columns))
        yield _Seen(_Expected((sheet, (details.HEADING_ROW, 0)), units), count)
        for column, name in columns.items():
            spot = sheet, (details.TOTAL_ROW, column)
            yield _Seen(_Expected(spot, result.totals.get(name)), sums[column])


def _typed_columns(form: Form, table: str) -> dict[int, str]:
    """The fields that units type in, by their columns on a detail sheet."""
    columns: dict[int, str] = {}
    for index, field in enumerate(details.detail_fields(form, table)):
        if field.computed is None:
            columns[details.field_column(index)] = field.id
    return columns


def _is_same(seen: float | Decimal | None, number: Decimal | None) -> bool:
    if number is None:
        return not seen
    if seen is None:
        return False
    return abs(Decimal(str(seen)) - number) < _EXACT


def _told(item: _Expected, seen: float | Decimal | None) -> str:
    sheet, cell = item.spot
    wanted = "没有数" if item.number is None else f"是 {shown(item.number)}"
    there = "没有数" if seen is None else f"是 {shown(Decimal(str(seen)))}"
    return _TOLD.format(what=f"“{sheet}”{address(cell)} {there}，应当{wanted}")


_TOLD = (
    "写好的汇总表与汇总结果不一致：{what}。没有替换原来的汇总表，请把这句话和所用的版本告诉开发者。"
)
