"""A document that shows another number than the data is found out, wherever the number stands."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from docx.oxml.ns import qn
from docx.table import Table
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.reports import county, document_bytes, opened
from xlreport import Form, ReportError, get_form
from xlreport.publishing.report.content import Report
from xlreport.publishing.report.reading_back import require_same_numbers
from xlreport.submission import shown

OTHER_FORM = Path(__file__).resolve().parents[2] / "forms" / "xiangzhen-caizheng.yaml"


@given(st.integers(0, 10**6), st.booleans())
@examples(6)
def test_what_was_written_is_what_the_data_say(seed: int, other: bool) -> None:
    report = county(get_form(OTHER_FORM if other else "zfxxgk-2021"), seed)
    require_same_numbers(document_bytes(report), report)


def test_a_number_anywhere_is_compared(any_form: Form) -> None:
    """It is another one in the data: the document that was made before is refused."""
    report = county(any_form)
    data = document_bytes(report)
    for name, number in list(report.numbers.items())[::17]:
        other = replace(report, numbers={**report.numbers, name: number + 1})
        label = any_form.fields[name].label
        with pytest.raises(ReportError) as caught:
            require_same_numbers(data, other)
        assert caught.value.message == (
            f"写出的报告里“{label}”是“{shown(number)}”，数据是“{shown(number + 1)}”。"
            "没有写报告，原有文件没有改动。"
        )


def saved(report: Report, *, row: int | None = None, repeated: bool = False) -> bytes:
    """The document without a row of its first table, or with the table twice."""
    document = opened(document_bytes(report))
    table = next(document.element.body.iter(qn("w:tbl")))
    if row is not None:
        table.remove(Table(table, document).rows[row]._tr)
    elif repeated:
        table.addprevious(opened(document_bytes(report)).tables[0]._tbl)
    else:
        document.element.body.remove(table)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_a_number_that_should_be_blank_is_found_out(zfxxgk: Form) -> None:
    report = county(zfxxgk)
    known = dict(report.numbers)
    del known["review.reconsideration.upheld"]
    with pytest.raises(ReportError, match="数据是“”"):
        require_same_numbers(document_bytes(report), replace(report, numbers=known))


def test_a_table_is_there_once(zfxxgk: Form) -> None:
    report = county(zfxxgk)
    title = zfxxgk.tables[0].title
    with pytest.raises(ReportError, match=f"“{title}”有 0 张，应当有一张"):
        require_same_numbers(saved(report), report)
    with pytest.raises(ReportError, match=f"“{title}”有 2 张，应当有一张"):
        require_same_numbers(saved(report, repeated=True), report)
    require_same_numbers(saved(report), report, all_tables=False)


def test_a_row_that_is_gone_is_found_out(zfxxgk: Form) -> None:
    report = county(zfxxgk)
    report = replace(report, numbers=dict.fromkeys(report.numbers, Decimal(1)))
    with pytest.raises(ReportError, match=r"（没有这一格）|数据是"):
        require_same_numbers(saved(report, row=3), report, all_tables=False)
