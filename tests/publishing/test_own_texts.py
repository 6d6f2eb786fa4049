"""What the county writes into its summary is held against its numbers before it is published."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from hostile.scene import base
from support.merges import merge_and_write
from xlreport import Form, MergeRequest, Unit, merge_folder, write_workbook
from xlreport.api import report_of_merge
from xlreport.merging.result import MergeResult
from xlreport.publishing.overview import open_points
from xlreport.telling.lines import merge_outcome

COUNTY = Unit("示例县")
RECEIVED = "requests.received.total"


@pytest.fixture
def folder(tmp_path: Path, zfxxgk: Form) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    report = replace(base(zfxxgk, Unit("甲子镇", "990101", "乡镇")), county=COUNTY)
    (made / "甲子镇.xlsx").write_bytes(write_workbook(report, zfxxgk))
    return made


def merged(folder: Path) -> MergeResult:
    return merge_and_write(folder, out=folder.parent / "out", county=COUNTY)


def write_text(result: MergeResult, text: str) -> None:
    path = Path(result.outputs[0])
    book = openpyxl.load_workbook(path)
    book["文字材料"]["B5"] = text
    book.save(path)


def test_a_text_that_contradicts_the_numbers_is_told_everywhere(folder: Path) -> None:
    first = merged(folder)
    assert first.about_texts == ()
    write_text(first, "全年新收政府信息公开申请999件。")
    again = merged(folder)
    (told,) = again.about_texts
    number = again.totals[RECEIVED]
    assert (told.code, told.sheet, told.cell) == ("D1", "文字材料", "B5")
    assert told.message.endswith(f"（三、依申请公开 J7）{number}，不是 999")
    assert told.line() in list(merge_outcome(again))
    point = f"文字材料 B5：{told.message}"
    assert point in open_points(again)
    page = next(Path(path) for path in again.outputs if path.endswith(".html"))
    assert "不是 999" in page.read_text("utf-8")
    plain = merge_folder(MergeRequest(folder, county=COUNTY))
    report = report_of_merge(plain, folder.parent / "out")
    assert report is not None
    assert point in report.warnings


def test_a_text_that_agrees_is_nothing_to_tell(folder: Path) -> None:
    first = merged(folder)
    number = first.totals[RECEIVED]
    write_text(first, f"全年新收政府信息公开申请{number}件。")
    assert merged(folder).about_texts == ()
