"""The summary workbook: sheets in their order, whose totals are live sums over the details."""

from __future__ import annotations

from collections.abc import Iterable

from xlreport.form.model import Form
from xlreport.merging.result import MergeResult
from xlreport.publishing.overview import Overview, overview_of
from xlreport.publishing.summary.charts import blocks_of, write_chart_data
from xlreport.publishing.summary.detail_sheet import write_detail
from xlreport.publishing.summary.findings_sheet import write_findings
from xlreport.publishing.summary.names import (
    CHART_DATA_SHEET,
    EXPLANATIONS_SHEET,
    FINDINGS_SHEET,
    STATUS_SHEET,
    TECHNICAL_SHEET,
    TEXTS_SHEET,
)
from xlreport.publishing.summary.overview_sheet import write_overview
from xlreport.publishing.summary.status_sheet import write_status
from xlreport.publishing.summary.technical_sheet import write_technical
from xlreport.publishing.summary.texts_sheet import write_explanations, write_texts
from xlreport.submission import Summary, Unit
from xlreport.workbook.layout import details
from xlreport.workbook.layout.sheet import CHECKS, COVER, TEXTS
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.context import SummaryContext
from xlreport.workbook.writer.template import write_form_sheets, write_identity


def write_summary(
    form: Form,
    county: Summary,
    result: MergeResult,
    password: str = "",
    overview: Overview | None = None,
) -> bytes:
    """The summary as .xlsx bytes: same result, same bytes. `overview` is that of the result, where
    it has been worked out already."""
    overview = overview or overview_of(result, form, county)
    blocks = blocks_of(overview)
    book = WorkbookWriter(_context(form, county, result, overview), password)
    write_overview(book, form, overview, blocks, _linked(form, has_charts=bool(blocks)))
    write_status(book, overview)
    write_findings(book, form, result)
    write_form_sheets(book)
    for table in form.tables:
        write_detail(book, form, table, result.counted_views)
    write_texts(book, form, result.counted)
    write_explanations(book, result.counted)
    if blocks:
        write_chart_data(book, form, blocks)
    write_technical(book, result)
    write_identity(book)
    return book.finish()


def _linked(form: Form, *, has_charts: bool) -> list[str]:
    """The sheets that the first one leads to, in their order."""
    texts = [TEXTS] if form.texts else []
    tables = [table.sheet for table in form.tables]
    own_details = [details.detail_sheet(table) for table in form.tables]
    charts = [CHART_DATA_SHEET] if has_charts else []
    lists = [STATUS_SHEET, FINDINGS_SHEET]
    rest = [TEXTS_SHEET, EXPLANATIONS_SHEET, *charts, TECHNICAL_SHEET]
    return [*lists, COVER, *tables, *texts, CHECKS, *own_details, *rest]


def _context(
    form: Form, county: Summary, result: MergeResult, overview: Overview
) -> SummaryContext:
    with_errors = [file.unit for file in result.returned if result.is_counted(file)]
    returned = [file.unit for file in result.returned if not result.is_counted(file)]
    return SummaryContext(
        form,
        county,
        issued=bool(county.unit.name),
        sums=_sums(form, len(result.counted_files)),
        with_errors=_names(with_errors),
        missing=(*_names(result.missing), *_names(returned)),
        warnings=overview.open_points,
    )


def _names(units: Iterable[Unit]) -> tuple[str, ...]:
    return tuple(unit.name for unit in units)


def _sums(form: Form, units: int) -> dict[str, str]:
    """The live sum over the detail rows for each typed-in field; none without units."""
    sums: dict[str, str] = {}
    if not units:
        return sums
    for name, (sheet, column) in details.detail_columns(form).items():
        if form.fields[name].computed is None:
            sums[name] = details.column_sum(sheet, column, units)
    return sums
