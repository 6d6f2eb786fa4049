"""What is published of very many units: whole in the summary, short on the page, and no library warns
of anything."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache

import openpyxl
import pytest

from support.growth import is_linear
from support.large import large
from xlreport import MergeResult
from xlreport.publishing.document import result_document
from xlreport.publishing.overview import Overview, largest, overview_of, shared_notes, unit_rows
from xlreport.publishing.page import render
from xlreport.publishing.page.render import status_page
from xlreport.publishing.summary import charts, list_sheet
from xlreport.publishing.summary.names import CHART_DATA_SHEET, FINDINGS_SHEET, STATUS_SHEET
from xlreport.publishing.summary.verification import verify_summary
from xlreport.publishing.summary.workbook import write_summary

COUNT, MISSING, REJECTED = 60, 45, 6


@lru_cache(maxsize=1)
def result() -> MergeResult:
    return large(COUNT, missing=MISSING, rejected=REJECTED, warnings=3)


def overview(of: MergeResult) -> Overview:
    assert of.form is not None
    assert of.county is not None
    return overview_of(of, of.form, of.county)


def summary(of: MergeResult) -> bytes:
    assert of.form is not None
    assert of.county is not None
    return write_summary(of.form, of.county, of)


def column(data: bytes, sheet: str, number: int) -> list[object]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [row[number].value for row in book[sheet].iter_rows()]


@pytest.fixture
def _strict(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small limits in the place of those of Excel's and of a page."""
    monkeypatch.setattr(list_sheet, "MOST_LINKS", 20)
    monkeypatch.setattr(list_sheet, "MOST_ROWS", 150)
    monkeypatch.setattr(charts, "MOST_LISTED", 40)
    monkeypatch.setattr(render, "MOST_LISTED", 50)
    monkeypatch.setattr(render, "MOST_BARS", 35)
    monkeypatch.setattr(render, "LONGEST", 100)
    render._environment.cache_clear()
    yield
    render._environment.cache_clear()


@pytest.mark.usefixtures("_strict")
def test_no_library_warns_and_nothing_is_left_out_in_silence(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = summary(result())
        verify_summary(data, result())
    assert capfd.readouterr() == ("", "")
    weights = column(data, FINDINGS_SHEET, 0)
    assert len(weights) == 3 + 150 + 1
    findings = len(result().findings)
    assert weights[-1] == f"另有 {findings - 150} 行，这一页放不下，见同一文件夹里的“结果.json”"
    sheet = openpyxl.load_workbook(io.BytesIO(data))[FINDINGS_SHEET]
    links = [row[6].hyperlink for row in sheet.iter_rows() if row[6].hyperlink]
    words = [row[6].value for row in sheet.iter_rows() if row[6].value]
    assert len(links) == 20
    assert len(words) > 20
    assert str(words[-1]).startswith("查看 ")


@pytest.mark.usefixtures("_strict")
def test_chart_numbers_are_those_of_the_largest_units() -> None:
    data = summary(result())
    names = column(data, CHART_DATA_SHEET, 0)
    assert names.count("只列最多的 40 个单位；各单位的数都在明细页") > 0
    assert column(data, STATUS_SHEET, 0)[-1] is not None


@pytest.mark.usefixtures("_strict")
def test_the_page_lists_the_first_and_says_where_the_others_are() -> None:
    page = status_page(overview(result()), "汇总.xlsx", "数据.json").decode()
    assert page.count("<tbody role=") == 50
    listed, left = 50, COUNT + MISSING - 50
    assert f"这里只列前 {listed} 个单位，未报的和退回的在前；另外 {left} 个见" in page
    assert f"全部 {COUNT + MISSING}</span>" in page
    assert "等，全部见汇总表" in page
    assert "只画最多的 35 个单位。" in page
    few = large(3)
    short = status_page(overview(few), "汇总.xlsx", "数据.json").decode()
    for words in ("这里只列前", "全部见汇总表", "只画最多的"):
        assert words not in short


def test_files_that_do_not_count_are_listed_as_far_as_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(render, "MOST_LISTED", 4)
    render._environment.cache_clear()
    page = status_page(overview(result()), "汇总.xlsx", "数据.json").decode()
    render._environment.cache_clear()
    assert f"这里只列前 4 个文件；另外 {REJECTED - 4} 个见" in page
    assert page.count('class="tag rejected"') == 4


def test_numbers_of_units_are_those_of_each_alone() -> None:
    result_ = result()
    assert result_.form is not None
    for chart, data in zip(
        [chart for chart in result_.form.charts if chart.kind.value == "units"],
        [data for data in overview(result_).charts if data.kind.value == "units"],
        strict=True,
    ):
        for part, bars in zip(chart.series, data.series, strict=True):
            alone: list[Decimal | None] = []
            for view in result_.counted_views:
                alone.append(view.value(part.value) if view.knows_all(part.value) else None)
            assert list(bars.values) == alone
        few = largest(data, 5)
        assert len(few.categories) == 5
        assert largest(data, COUNT) is data


WORK: dict[str, Callable[[MergeResult], object]] = {
    "units": unit_rows,
    "overview": overview,
    "shared notes": lambda of: shared_notes(unit_rows(of)),
    "summary": summary,
    "page": lambda of: status_page(overview(of), "a", "b"),
    "document": lambda of: result_document(of, of.form, overview(of)),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", WORK)
def test_twice_as_many_units_are_twice_the_work(what: str) -> None:
    def work(count: int) -> Callable[[], object]:
        of = large(count, missing=count // 2, rejected=count // 4)
        return lambda: WORK[what](of)

    assert is_linear(work, 20)
