"""The numbers of a detail sheet are those that count, whatever was typed in."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from support.fills import fill
from support.records import LICENCES, form, report
from xlreport import Entry, Submission
from xlreport.publishing.summary import detail_rows
from xlreport.publishing.summary.detail_rows import DetailRows
from xlreport.rules.evaluate import UnitView, evaluate_submissions, view_of
from xlreport.submission import Status
from xlreport.workbook.layout.details import detail_fields
from xlreport.workbook.writer.book import WorkbookWriter, excel_number
from xlreport.workbook.writer.context import TemplateContext

SOME = (
    Entry(None, Status.TOO_LARGE, "99999999999"),
    Entry(None, Status.TEXT, "约10"),
    Entry(None, Status.BLANK),
    Entry(Decimal("0.000001"), Status.NUMBER),
    Entry(Decimal("-3.5"), Status.NUMBER),
    Entry(Decimal("999999999.999999"), Status.NUMBER),
    Entry(Decimal(10**9), Status.NUMBER),
    Entry(Decimal("12345678901.25"), Status.TOO_LARGE),
)


def reports() -> list[Submission]:
    base = report()
    odd = [replace(base, entries={**base.entries, LICENCES: entry}) for entry in SOME]
    no_answers = replace(base, answers={}, entries={})
    return [*odd, no_answers, *(fill(form(), seed) for seed in range(4))]


def one_by_one(view: UnitView, table: str) -> list[str]:
    """The texts of a unit's cells, each worked out alone; empty for none."""
    texts = []
    for field in detail_fields(form(), table):
        value: Decimal | None
        if field.computed is not None:
            value = view.recomputed(field.id)
        else:
            value = view.submission.effective(field.id).value
        texts.append("" if value is None else f"{excel_number(value):.16G}")
    return texts


@pytest.mark.parametrize("at_once", [2, 512])
@pytest.mark.parametrize("table", [table.id for table in form().tables])
def test_each_cell_is_what_counts(
    table: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detail_rows, "_AT_ONCE", at_once)
    views = [*evaluate_submissions(form(), reports()).views(), view_of(form(), reports()[0])]
    book = WorkbookWriter(TemplateContext(form(), report()))
    fields = detail_fields(form(), table)
    rows = DetailRows(book, book.sheet("表"), fields, views)
    for text, view in zip(rows.texts(), views, strict=True):
        cells = re.findall(r'<c r="[A-Z]+\d+" s="\d+"(?:/>|><v>([^<]*)</v></c>)', text)
        assert cells == one_by_one(view, table)
    for index, field in enumerate(fields):
        values = [Decimal(one_by_one(view, table)[index] or 0) for view in views]
        sizes = [value if value >= 0 else value * -10 for value in values]
        assert abs(rows.largest[index] - max(sizes)) < Decimal("0.001"), field.id
