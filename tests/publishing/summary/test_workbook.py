"""The summary as a whole."""

from __future__ import annotations

import re
import warnings

import pytest
from openpyxl.workbook import Workbook

from support.cells import part
from support.records import JIAZI, record, report
from support.summaries import COUNTY, book, merged, opened, summary_bytes
from xlreport import Form, Roster, Unit, read_submission
from xlreport.form.catalog import FormCatalog
from xlreport.publishing.summary import names
from xlreport.submission import Summary
from xlreport.workbook.layout import details
from xlreport.workbook.layout.sheet import COVER


def test_where_the_collection_stands_comes_first_then_who_has_to_be_called(zfxxgk: Form) -> None:
    shown = [sheet.title for sheet in book().worksheets if sheet.sheet_state == "visible"]
    tables = [table.sheet for table in zfxxgk.tables]
    own_details = [details.detail_sheet(table) for table in zfxxgk.tables]
    assert shown == [
        names.OVERVIEW_SHEET,
        names.STATUS_SHEET,
        names.FINDINGS_SHEET,
        COVER,
        *tables,
        "文字材料",
        "校验",
        *own_details,
        names.TEXTS_SHEET,
        names.EXPLANATIONS_SHEET,
        names.CHART_DATA_SHEET,
        names.TECHNICAL_SHEET,
    ]


def test_one_sheet_alone_is_selected_when_it_opens() -> None:
    selected = [sheet.title for sheet in book().worksheets if sheet.sheet_view.tabSelected]
    assert selected == [names.OVERVIEW_SHEET]
    assert book().active is book()[names.OVERVIEW_SHEET]


def test_no_cell_shows_a_time_that_only_programs_read() -> None:
    texts = [str(cell) for sheet in book() for row in sheet.values for cell in row if cell]
    assert len(texts) > 500
    assert not [text for text in texts if re.search(r"[0-9]T[0-9]{2}:|[0-9]Z$", text)]


def test_same_result_same_bytes() -> None:
    assert summary_bytes(merged()) == summary_bytes(merged())


def test_it_is_a_report_of_the_county_for_the_next_level() -> None:
    reading = read_submission(summary_bytes(merged()), FormCatalog())
    codes = {finding.code for finding in reading.findings}
    assert codes <= {"E5", "R7"}, "the units that are missing, and no damage"
    county = reading.submission
    assert isinstance(county, Summary)
    assert [unit.name for unit in county.members] == ["甲子镇", "丙寅镇"]
    result = merged()
    for name, value in result.totals.items():
        if name in county.entries:
            assert county.entries[name].value == value, name
    own = result.counted[0]
    numbers = county.details[own.unit].numbers
    for name, entry in own.entries.items():
        assert numbers.get(name) == entry.value, name


def test_a_county_without_a_name_types_it_in() -> None:
    def open_cells(workbook: Workbook) -> int:
        cells = (cell for row in workbook["封面"].iter_rows() for cell in row)
        return sum(1 for cell in cells if not cell.protection.locked)

    nameless = merged(reports=[record("a", report(JIAZI, county=Unit("")))], roster=None)
    assert nameless.county is not None
    assert nameless.county.unit.name == ""
    assert open_cells(opened(summary_bytes(nameless))) > open_cells(book())


@pytest.mark.parametrize(("missing", "in_properties"), [(20, True), (40, False)])
def test_names_of_many_missing_units_are_no_property_and_nothing_is_said(
    missing: int, in_properties: bool
) -> None:
    """A document property takes 255 characters; the sheet of the identity takes all."""
    units = [Unit(f"第{i:02}号单位", f"9902{i:02}", "部门") for i in range(missing)]
    roster = Roster((JIAZI, *units), {}, COUNTY)
    result = merged(reports=[record("a", report(JIAZI))], roster=roster)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = summary_bytes(result)
    written = opened(data)
    properties = part(data, "docProps/custom.xml")
    assert ('name="xlreport.missing"' in properties) is in_properties
    expected = "、".join(unit.name for unit in units)
    (row,) = [row for row in written["xlreport"].iter_rows() if row[0].value == "missing"]
    assert row[1].value == expected
    reading = read_submission(data, FormCatalog())
    told = [finding.message for finding in reading.findings if finding.code == "E5"]
    assert len(told) == 1
    assert units[0].name in told[0]


def test_a_sum_too_wide_for_its_column_is_drawn_smaller(zfxxgk: Form) -> None:
    for name in ("二、主动公开", "明细·二、主动公开"):
        sheet = book()[name]
        sums = [c for row in sheet.iter_rows() for c in row if isinstance(c.value, int | float)]
        of_the_form = [cell for cell in sums if cell.column <= 13]
        assert len(of_the_form) >= len(zfxxgk.tables)
        assert all(cell.alignment.shrink_to_fit for cell in of_the_form if cell.border.left.style)
