"""Tidy data: every number of every report, once, with all that is needed to read it."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

from support.records import report
from xlreport import Form
from xlreport.merging.tidy import COLUMNS, observations, tidy_frame
from xlreport.rules.evaluate import view_of
from xlreport.submission import BLANK, YES, Entry

RECEIVED = "requests.received"


def test_a_row_tells_whose_number_it_is_and_what(zfxxgk: Form) -> None:
    town = replace(report(), entries={field.id: Entry.of(2) for field in zfxxgk.typed})
    rows = list(observations(zfxxgk, [view_of(zfxxgk, town)]))
    assert [row.field for row in rows] == list(zfxxgk.fields)
    row = next(row for row in rows if row.field == f"{RECEIVED}.natural_person")
    assert (row.unit, row.code, row.level, row.year) == ("甲子镇", "990101", "乡镇", 2025)
    assert row.table == "三、收到和处理政府信息公开申请情况"
    assert row.label == f"{row.row}·{row.column}"
    assert (row.column, row.value, row.measure) == ("自然人", Decimal(2), "件")
    total = next(row for row in rows if row.field == f"{RECEIVED}.total")
    assert total.value == 12


def test_blanks_are_no_numbers_unless_the_unit_says_so(zfxxgk: Form) -> None:
    blank = replace(report(), entries={field.id: BLANK for field in zfxxgk.typed})
    rows = {row.field: row.value for row in observations(zfxxgk, [view_of(zfxxgk, blank)])}
    assert set(rows.values()) == {None}
    declared = replace(blank, answers={"requests": YES})
    rows = {row.field: row.value for row in observations(zfxxgk, [view_of(zfxxgk, declared)])}
    assert rows[f"{RECEIVED}.total"] == 0
    assert rows["disclosure.fees.amount"] is None


def test_the_frame_has_the_same_rows(zfxxgk: Form) -> None:
    town = report()
    rows = list(observations(zfxxgk, [view_of(zfxxgk, town)]))
    frame = tidy_frame(rows)
    assert list(frame.columns) == list(COLUMNS)
    assert str(frame["value"].dtype) == "float64"
    pairs = zip(frame["value"], [row.value for row in rows], strict=True)
    for value, expected in pairs:
        assert math.isnan(value) if expected is None else value == float(expected)
    assert tidy_frame([]).empty
