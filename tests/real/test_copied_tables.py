"""A table that was copied in from another workbook is never counted as the unit's own.

The line above it shows the unit and the year of the workbook it came from: by a formula that leads
there, or as a text.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hostile.scene import COUNTY, REQUESTS, book_of
from support.cells import put
from xlreport import FileRecord, FormCatalog, MergeRequest, Roster, Unit, merge_folder
from xlreport.merging.arrivals import Arrival
from xlreport.telling.lines import merge_report
from xlreport.workbook.reader.submission import Reading, read_submission

JIAZI = Unit("甲子镇", "990101", "乡镇")
YICHOU = Unit("乙丑镇", "990102", "乡镇")
LAND = Unit("示例县自然资源局", "990204", "部门")
ALIASES: dict[str, tuple[str, ...]] = {LAND.code: ("国土局",)}
FORMS = FormCatalog()
FIRST = (
    Path(__file__).parent / "first_edition" / "990101_甲子镇_2025年政府信息公开工作年度报告.xlsx"
)

CITED = '"填报单位："&[1]封面!$C$5&"　　报告年度："&[1]封面!$C$8'
"""The formula of a sheet that was moved into another workbook."""


def line(unit: str, year: str = "2025") -> str:
    return f"填报单位：{unit}　　报告年度：{year}"


def told(data: bytes) -> list[tuple[str, str, str]]:
    findings = read_submission(data, FORMS).findings
    return [(f.sheet, f.cell, f.message) for f in findings if f.code == "F5"]


def read(data: bytes) -> Reading:
    return read_submission(data, FORMS)


OTHER_UNIT = "这张表上印的填报单位是“{}”，报表却是“甲子镇”的，表里可能是别的单位的数"
OTHER_YEAR = "这张表上印的报告年度是“{}”，报表却是 2025 年度的，表里可能是别的年度的数"


@pytest.mark.parametrize("kind", ["formula", "text"])
@pytest.mark.parametrize("sheet", ["二、主动公开", REQUESTS, "四、复议诉讼"])
def test_a_table_of_another_unit_is_an_error(kind: str, sheet: str) -> None:
    shown = line("示例县自然资源局")
    data = put(
        book_of(JIAZI), sheet, "A3", kind, f"{CITED} => {shown}" if kind == "formula" else shown
    )
    assert told(data) == [(sheet, "A3", OTHER_UNIT.format("示例县自然资源局"))]
    assert read(data).submission is None


def test_the_texts_of_another_unit_are_an_error() -> None:
    data = put(book_of(JIAZI), "文字材料", "B3", "text", line("乙丑镇"))
    assert told(data) == [("文字材料", "B3", OTHER_UNIT.format("乙丑镇"))]


@pytest.mark.parametrize("year", ["2024", "2024年", "２０２４", "2024 年度"])
def test_a_table_of_last_year_is_an_error(year: str) -> None:
    data = put(book_of(JIAZI), REQUESTS, "A3", "formula", f"{CITED} => {line('甲子镇', year)}")
    assert told(data) == [(REQUESTS, "A3", OTHER_YEAR.format("2024"))]
    (finding,) = (f for f in read(data).findings if f.code == "F5")
    assert finding.suggestion == "请在 2025 年度的模板里重新填这张表，不要整张复制"
    assert read(data).submission is None


def test_both_are_told_of_a_table_of_another_unit_last_year() -> None:
    data = put(book_of(JIAZI), REQUESTS, "A3", "text", line("乙丑镇", "2024"))
    assert [message for _, _, message in told(data)] == [
        OTHER_UNIT.format("乙丑镇"),
        OTHER_YEAR.format("2024"),
    ]


def test_workbooks_of_the_first_edition_too() -> None:
    data = put(FIRST.read_bytes(), REQUESTS, "A2", "formula", f"{CITED} => {line('乙丑镇')}")
    assert told(data) == [(REQUESTS, "A2", OTHER_UNIT.format("乙丑镇"))]


def test_the_line_is_found_where_rows_have_moved() -> None:
    data = put(book_of(JIAZI), REQUESTS, "K1", "text", line("乙丑镇"))
    assert told(data) == [(REQUESTS, "K1", OTHER_UNIT.format("乙丑镇"))]


@pytest.mark.parametrize(
    "shown",
    [
        line("甲子镇", "2025年"),
        line("甲子镇", "２０２５"),
        line("甲 子 镇"),
        line("甲子\u200b镇"),
        line(""),
        line("甲子镇", ""),
        "填报单位:甲子镇",
        "填报单位：甲子镇 报告年度：2025",
        "",
    ],
)
def test_the_same_unit_and_year_written_otherwise_are_no_error(shown: str) -> None:
    data = put(book_of(JIAZI), REQUESTS, "A3", "text", shown)
    assert told(data) == []
    assert read(data).submission is not None


def test_a_text_of_the_report_may_begin_so() -> None:
    data = put(book_of(JIAZI), "文字材料", "B5", "text", line("乙丑镇"))
    assert told(data) == []


# --- names of one unit ----------------------------------------------------------------------


def merged(folder: Path, data: bytes, aliases: dict[str, tuple[str, ...]]) -> FileRecord:
    (folder / "报表.xlsx").write_bytes(data)
    roster = Roster((JIAZI, YICHOU, LAND), aliases, COUNTY)
    (file,) = merge_folder(MergeRequest(folder, roster=roster)).files
    return file


NAMED: dict[str, tuple[str, str]] = {
    "on a table": (REQUESTS, "A3"),
    "on the cover": ("封面", "C5"),
}


@pytest.mark.parametrize("where", NAMED)
@pytest.mark.parametrize("name", ["国土局", "自然资源局"])
def test_an_alias_on_the_roster_is_the_same_unit(tmp_path: Path, where: str, name: str) -> None:
    sheet, cell = NAMED[where]
    shown = line(name) if sheet == REQUESTS else name
    file = merged(tmp_path, put(book_of(LAND), sheet, cell, "text", shown), ALIASES)
    assert (file.outcome.value, file.unit) == ("accepted", LAND)
    (note,) = (f for f in file.findings if f.code in ("F5", "F17"))
    assert (note.where, note.severity.value, note.message) == (
        f"{sheet} {cell}",
        "note",
        f"这里写的“{name}”和“示例县自然资源局”是名册上的同一个单位，报表照常计入",
    )


@pytest.mark.parametrize("where", NAMED)
@pytest.mark.parametrize("name", ["乙丑镇", "国土局"])
def test_any_other_name_is_not(tmp_path: Path, where: str, name: str) -> None:
    sheet, cell = NAMED[where]
    shown = line(name) if sheet == REQUESTS else name
    file = merged(tmp_path, put(book_of(LAND), sheet, cell, "text", shown), {})
    assert (file.outcome.value, [f.code for f in file.findings]) == ("rejected", ["F5"])


def test_one_alias_does_not_excuse_another_unit(tmp_path: Path) -> None:
    data = put(book_of(LAND), REQUESTS, "A3", "text", line("国土局"))
    data = put(data, "四、复议诉讼", "A3", "text", line("乙丑镇"))
    assert merged(tmp_path, data, ALIASES).outcome.value == "rejected"


def test_an_alias_does_not_excuse_last_year_s_table(tmp_path: Path) -> None:
    data = put(book_of(LAND), REQUESTS, "A3", "text", line("国土局", "2024"))
    assert merged(tmp_path, data, ALIASES).outcome.value == "rejected"


@pytest.mark.parametrize(
    ("cell", "written"), [("C8", "2025年"), ("C8", "２０２５"), ("C6", "９９０１０１")]
)
def test_full_width_digits_and_a_year_s_word_are_no_contradiction(cell: str, written: str) -> None:
    data = put(book_of(JIAZI), "封面", cell, "text", written)
    assert told(data) == []


# --- who sent it ----------------------------------------------------------------------------


def test_a_report_from_another_unit_s_mailbox_is_told_on_the_screen(tmp_path: Path) -> None:
    data = book_of(JIAZI)
    (tmp_path / "报表.xlsx").write_bytes(data)
    columns = {LAND.code: {"邮箱": "land@example.org"}}
    roster = Roster((JIAZI, LAND), {}, COUNTY, columns)
    arrivals = {read(data).sha256: Arrival(9.0, ("land@example.org",))}
    result = merge_folder(MergeRequest(tmp_path, roster=roster, arrivals=arrivals))
    said = "报表是“甲子镇”的，来自“示例县自然资源局”的邮箱（land@example.org）"
    assert f"    [警示] {said}　→ 请核对是不是发错了附件　（M-2）" in list(merge_report(result))
