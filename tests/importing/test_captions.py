"""A table whose caption says that it is of an earlier year gives no numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from importing.drawn import Row, grid, page
from support.published import official, report
from xlreport import FormCatalog, get_form
from xlreport.formats.grid import Grid
from xlreport.importing.recognise import recognise
from xlreport.submission import UNKNOWN, Status
from xlreport.workbook.reader.submission import Reading

ONE = replace(report(get_form("zfxxgk-2021"), 5, distinct=True), year=2023)
ROWS: tuple[Row, ...] = (
    ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"),
    ("规章", "1", "2", "3"),
    ("行政规范性文件", "4", "5", "6"),
)


def read(*parts: str | Grid, year: int | None = None) -> Reading:
    """A report with a table that is whole and these parts."""
    document = page("甲子镇2023年政府信息公开工作年度报告", *official(ONE)["review"], *parts)
    reading = recognise(document, FormCatalog(), UNKNOWN, year=year)
    assert reading is not None
    return reading


def is_read(reading: Reading) -> bool:
    assert reading.submission is not None
    return reading.submission.entries["disclosure.regulations.issued"].status is Status.NUMBER


@pytest.mark.parametrize(
    "caption",
    [
        "二、上年主动公开政府信息情况",
        "二、主动公开政府信息情况（2022年）",
        "2022年度",
        "二〇二二年",
        "（2021—2023年累计）",
        "2022-2023年",
        "历年合计",
        "去年",
    ],
)
def test_a_caption_of_an_earlier_year_leaves_its_numbers_out(caption: str) -> None:
    reading = read(caption, grid(ROWS))
    assert not is_read(reading)
    assert "有 6 个数字认不准是哪一项：表上写的不是这一年度，没有读入" in [
        finding.message for finding in reading.findings
    ]
    assert reading.unplaced == tuple(
        f"第1个表格 第{row}行{cell}格：“{number}”，表上写的不是这一年度"
        for number, (row, cell) in enumerate(((r, c) for r in (2, 3) for c in (2, 3, 4)), 1)
    )


def test_a_row_over_the_headings_is_a_caption_too() -> None:
    assert not is_read(read(grid([(("2022年度", 1, 4),), *ROWS])))
    assert is_read(read(grid([(("2023年度", 1, 4),), *ROWS])))


@pytest.mark.parametrize(
    "lines",
    [
        ("二、主动公开政府信息情况",),
        ("二、主动公开政府信息情况（2023年）",),
        ("填报日期：2024年1月10日",),
        ("与2022年相比，没有变化。",),
        ("2022年度", "二、主动公开政府信息情况"),
        ("2022年度", "甲", "乙", "丙"),
        ("2022年" + "表" * 60,),
        ("2022年", "制发了三件。"),
        ("上年结转情况",),
    ],
)
def test_what_is_no_caption_or_of_the_year_leaves_them_in(lines: tuple[str, ...]) -> None:
    assert is_read(read(*lines, grid(ROWS)))


def test_the_year_of_the_title_is_the_table_s_where_another_was_wanted() -> None:
    assert is_read(read("2023年", grid(ROWS), year=2024))
    assert not is_read(read("2022年", grid(ROWS), year=2024))


def test_a_table_of_an_earlier_year_is_left_out_with_all_its_parts() -> None:
    licences: tuple[Row, ...] = (
        ("信息内容", ("本年处理决定数量", 1, 3)),
        ("行政许可", ("7", 1, 3)),
    )
    reading = read("2022年", grid([*ROWS, (("第二十条第（五）项", 1, 4),), *licences]))
    assert reading.submission is not None
    entry = reading.submission.entries["disclosure.licences.decisions"]
    assert entry.status is Status.ABSENT


@pytest.mark.parametrize("caption", ["（单位：万件）", "单位:千件", "计量单位：百 件"])
def test_a_table_that_counts_in_thousands_gives_no_numbers(caption: str) -> None:
    reading = read(caption, grid(ROWS))
    assert not is_read(reading)
    assert "有 6 个数字认不准是哪一项：表上写的计量单位不是这张表的，没有读入" in [
        finding.message for finding in reading.findings
    ]


@pytest.mark.parametrize("caption", ["（单位：件）", "单位：件、万元", "（金额单位：万元）"])
def test_a_table_that_names_the_measures_of_the_form_is_read(caption: str) -> None:
    assert is_read(read(caption, grid(ROWS)))
