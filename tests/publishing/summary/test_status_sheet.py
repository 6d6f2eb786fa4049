"""报送情况: who has to be called first."""

from __future__ import annotations

from support.records import JIAZI, YICHOU, record, report
from support.summaries import book, merged, opened, rows, summary_bytes
from xlreport.data_code import ALPHABET, LENGTH
from xlreport.publishing.summary.names import STATUS_SHEET


def test_who_has_to_be_called_comes_first() -> None:
    sheet = book()[STATUS_SHEET]
    assert [(row[0], row[3], row[10]) for row in rows(sheet)] == [
        ("990104", "未报", None),
        ("990102", "退回", "y/乙.xlsx"),
        ("990199", "不能计入", "u/别.xlsx"),
        ("990101", "通过", "x/甲.xlsx"),
        ("990103", "通过", "z/丙.xlsx"),
        ("990101", "重复", "v/甲.xlsx.copy"),
        ("990101", "已被取代", "w/甲旧.xlsx"),
    ]
    assert sheet["A2"].value == "名册 4 个单位；计入汇总 2 个，退回 1 个，未报 1 个"


def test_a_row_tells_whom_to_call_counts_local_time_and_why_it_does_not_count() -> None:
    table = {row[10]: row for row in rows(book()[STATUS_SHEET])}
    assert table["z/丙.xlsx"][8] == "2026-01-03 08:00"
    assert table["y/乙.xlsx"][4:7] == (1, 1, None), "numbers, so that they can be sorted"
    assert table[None][7] == "郑七 0990-5550104"
    assert table[None][11] == "没有收到报表"
    assert str(table["u/别.xlsx"][11]).startswith("单位“别镇”（代码“990199”）不在名册上")
    assert str(table["w/甲旧.xlsx"][11]).startswith("同一单位另有“x/甲.xlsx”")


def test_reports_that_were_accepted_have_their_code_and_no_others() -> None:
    codes = {row[10]: row[9] for row in rows(book()[STATUS_SHEET])}
    accepted = str(codes["x/甲.xlsx"])
    assert len(accepted) == LENGTH
    assert set(accepted) <= set(ALPHABET)
    assert {codes[path] for path in ("y/乙.xlsx", "u/别.xlsx", "w/甲旧.xlsx", None)} == {None}


def test_nothing_technical_is_shown() -> None:
    texts = [str(cell) for row in rows(book()[STATUS_SHEET], 1) for cell in row if cell]
    assert not [text for text in texts if "sha of" in text or "T00:00:00" in text]


def test_with_errors_a_returned_file_is_told_as_counted_and_the_cover_warns() -> None:
    table = {row[10]: row for row in rows(book(with_errors=True)[STATUS_SHEET])}
    assert table["y/乙.xlsx"][3] == "有错误，已计入"
    cover = [str(row) for row in rows(book(with_errors=True)["封面"], 1)]
    assert any("有错误的报表（已计入合计，公布前必须改正）：乙丑镇" in text for text in cover)
    plain = [str(row) for row in rows(book()["封面"], 1)]
    assert any("有错误的报表（没有计入合计）：乙丑镇" in text for text in plain)
    assert any("未报单位（没有计入合计）：丁卯镇" in text for text in plain)


def test_a_row_is_as_high_as_its_texts_need() -> None:
    long = "很长的文件夹名称" * 8 + "/甲.xlsx"
    reports = [record("a.xlsx", report(JIAZI)), record(long, report(YICHOU))]
    sheet = opened(summary_bytes(merged(reports=reports)))[STATUS_SHEET]
    heights = {sheet.cell(row, 11).value: sheet.row_dimensions[row].height for row in range(4, 8)}
    assert heights["a.xlsx"] == 18.75, "one line, in steps of a pixel"
    assert heights[long] == 78.75, "five lines"


def test_the_state_is_painted_by_its_words() -> None:
    sheet = book()[STATUS_SHEET]
    painted = {rule.text for area in sheet.conditional_formatting for rule in area.rules}
    assert painted == {"未报", "退回", "不能计入", "有错误", "县里决定", "通过"}
