"""LibreOffice opens the county summary, recalculates it to the same numbers, and prints it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook
from python_calamine import CalamineWorkbook

from support.merges import merge_and_write
from support.soffice import convert, recalculate
from support.summaries import COUNTY, merged, opened, summary_bytes
from xlreport import MergeResult, Roster, Unit, check_files, get_form
from xlreport.publishing.summary.names import CHART_DATA_SHEET, OVERVIEW_SHEET
from xlreport.rules.evaluate import view_of
from xlreport.submission import Figures
from xlreport.workbook.layout.details import detail_sheet
from xlreport.workbook.layout.workbook import layout_of

pytestmark = pytest.mark.oracle

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def test_the_summary_recalculates_to_the_same_numbers(roster: Roster, tmp_path: Path) -> None:
    result = merge_and_write(SAMPLES / "2025", roster=roster, out=tmp_path / "out")
    path = recalculate(tmp_path, {"summary": Path(result.outputs[0]).read_bytes()})["summary"]
    with path.open("rb") as stream:
        book = CalamineWorkbook.from_filelike(stream)
        sheets = {
            n: book.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in book.sheet_names
        }
    form = get_form(result.form_id)
    assert set(result.totals) == set(form.fields)
    for name, (sheet, (row, column)) in layout_of(form).cells.items():
        if name in form.fields:
            seen = Decimal(repr(sheets[sheet][row][column])).quantize(Decimal("0.000001"))
            assert seen == result.totals[name], name


def test_what_libreoffice_saves_is_read_the_same(roster: Roster, tmp_path: Path) -> None:
    """Towns may use other programs: a workbook saved by LibreOffice gives the same figures."""
    sources = sorted((SAMPLES / "2025").glob("*.xlsx"))
    saved = recalculate(tmp_path, {str(i): p.read_bytes() for i, p in enumerate(sources)})
    before, after = check_files(sources).files, check_files(saved.values()).files
    assert len(before) == len(after) == 14
    for old, new in zip(before, after, strict=True):
        assert old.submission is not None
        assert new.submission is not None
        assert old.submission.content == new.submission.content
        assert [f.code for f in old.findings] == [f.code for f in new.findings]


# --- the first sheet and the numbers of its charts --------------------------------------------


def with_last_year() -> MergeResult:
    result = merged()
    assert result.county is not None
    last_year = Figures({name: value * 3 for name, value in result.totals.items()}, {}, {})
    return replace(result, county=replace(result.county, prior_year=last_year))


def calculated(
    cached: Workbook, formulas: Workbook, sheet: str
) -> Iterator[tuple[int, int, object]]:
    """Row and column of each formula of a sheet, and what is cached for it."""
    for row in formulas[sheet].iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                shown = cached[sheet].cell(cell.row, cell.column).value
                yield cell.row - 1, cell.column - 1, shown


def test_the_first_sheet_recalculates_to_the_same_numbers(tmp_path: Path) -> None:
    data = summary_bytes(with_last_year())
    path = recalculate(tmp_path, {"summary": data})["summary"]
    cached, formulas = opened(data), opened(data, values=False)
    with path.open("rb") as stream:
        book = CalamineWorkbook.from_filelike(stream)
        for sheet, least in ((OVERVIEW_SHEET, 4 + 3 * 8), (CHART_DATA_SHEET, 2 + 12 + 6 + 12)):
            seen = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            cells = list(calculated(cached, formulas, sheet))
            assert len(cells) == least
            for row, column, shown in cells:
                assert seen[row][column] == pytest.approx(shown), (sheet, row, column)


# --- paper ------------------------------------------------------------------------------------

MOST_PAGES = 12
"""Of the summary of 14 units."""


def pages(pdf: Path) -> list[str]:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.fail("poppler-utils are missing: the pages were not counted")
    run = subprocess.run([program, str(pdf), "-"], capture_output=True, check=True)
    return run.stdout.decode().split("\f")[:-1]


def large(units: int) -> MergeResult:
    """A county in which every unit reports the same."""
    result = merged()
    form, first = result.form, result.counted_files[0]
    assert form is not None
    assert result.county is not None
    files = []
    names = [Unit(f"第{i:03}镇", f"99{i:04}", "乡镇") for i in range(units)]
    for unit in names:
        submission = replace(first.report, unit=unit)
        file = replace(first.reporting(submission), path=f"{unit.code}.xlsx")
        files.append(replace(file, view=view_of(form, submission), findings=()))
    request = replace(result.request, roster=Roster(tuple(names), {}, COUNTY))
    return replace(result, files=tuple(files), own_findings=(), request=request)


def test_few_units_print_on_few_pages_a_table_of_details_on_one(
    roster: Roster, tmp_path: Path
) -> None:
    result = merge_and_write(SAMPLES / "2025", roster=roster, out=tmp_path / "out")
    (pdf,) = convert(tmp_path, [Path(result.outputs[0])], "pdf")
    printed = pages(pdf)
    assert len(printed) <= MOST_PAGES
    for table in get_form(result.form_id).tables:
        own = [page for page in printed if f"{table.title}（各单位明细）" in page]
        assert len(own) == 1, detail_sheet(table)
    assert not [page for page in printed if "###" in page]
    assert sum("汇总概况" in page for page in printed) == 1
    beside = ("技术信息", "图表数据", "各单位文字材料", "各单位说明", "校验\n")
    assert not [page for page in printed if page.startswith(beside)]


def test_many_units_repeat_titles_and_headings_on_every_page(tmp_path: Path) -> None:
    result = large(200)
    path = tmp_path / "large.xlsx"
    path.write_bytes(summary_bytes(result))
    (pdf,) = convert(tmp_path, [path], "pdf")
    printed = pages(pdf)
    assert len(printed) <= 35
    assert result.form is not None
    for table in result.form.tables:
        own = [page for page in printed if f"{table.title}（各单位明细）" in page]
        assert 3 <= len(own) <= 8
        assert all("合计" in page and "单位代码" in page for page in own)
        codes = [code for page in own for code in re.findall(r"\b99[0-9]{4}\b", page)]
        assert sorted(codes) == [f"99{i:04}" for i in range(200)], "every unit once"
    states = [page for page in printed if page.startswith("报送情况")]
    assert sum(page.count("第") for page in states) >= 200
