"""Year and unit as titles tell them."""

from __future__ import annotations

import pytest

from xlreport import get_form
from xlreport.importing.flow import Passage
from xlreport.importing.title import Title, report_names, title_in, title_of, titles_of
from xlreport.submission import Place

NAMES = report_names([get_form("zfxxgk-2021")])
R = "政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("text", "year", "unit"),
    [
        (f"平潭综合实验区2021年度{R}", 2021, "平潭综合实验区"),
        (f"2019年上海市人民政府办公厅{R}", 2019, "上海市人民政府办公厅"),
        (f"白杨镇人民政府\n2021年{R}", 2021, "白杨镇人民政府"),
        ("甲子镇人民政府二〇二一年政府信息公开年度报告", 2021, "甲子镇人民政府"),
        (f"甲子镇二○二一年度{R}", 2021, "甲子镇"),
        (f"甲子镇{R}（2021年度）", 2021, "甲子镇"),
        (f"甲子镇{R}(2021)", 2021, "甲子镇"),
        (f"《甲子镇2021年{R}》", 2021, "甲子镇"),
        (f"甲子镇 ２０２４ 年{R}", 2024, "甲子镇"),
        (f"甲子镇2021年{R}_某县人民政府", 2021, "甲子镇"),
        ("关于甲子镇2021年度政府信息公开工作情况的报告", 2021, "甲子镇"),
        (R, None, ""),
        (f"2021年{R}", 2021, ""),
        (f"甲子镇{R}", None, "甲子镇"),
    ],
)
def test_a_title_tells_year_and_unit(text: str, year: int | None, unit: str) -> None:
    assert title_in(text, NAMES) == Title(year, unit)


@pytest.mark.parametrize(
    "text",
    [
        f"上一篇：甲子镇2020年{R}",
        f"现将2021年{R}公布如下",
        f"我镇2021年{R}",
        f"根据要求，甲子镇2021年{R}",
        f"甲子镇2021年{R}（公开）",
        "甲子镇2021年工作总结",
    ],
)
def test_what_only_names_a_report_is_no_title(text: str) -> None:
    assert title_in(text, NAMES) is None


def passages(*texts: str) -> list[Passage]:
    return [Passage(part, 0, text, Place("", f"{part}")) for part, text in enumerate(texts)]


@pytest.mark.parametrize(
    "lines",
    [
        ("甲子镇人民政府", f"2021年{R}"),
        ("甲子镇人民政府2021年度", R),
        (f"甲子镇人民政府{R}", "（2021年度）"),
    ],
)
def test_a_title_may_stand_in_two_lines(lines: tuple[str, str]) -> None:
    (title,) = titles_of(NAMES, passages(*lines))
    assert (title.year, title.unit) == (2021, "甲子镇人民政府")


@pytest.mark.parametrize("before", ["首页", "打印 关闭", "当前位置：首页>信息公开局"])
def test_a_line_before_a_title_that_is_no_unit_is_none(before: str) -> None:
    (title,) = titles_of(NAMES, passages(before, f"2021年{R}"))
    assert (title.year, title.unit) == (2021, "")


def test_a_numbered_heading_is_no_title() -> None:
    assert titles_of(NAMES, passages("（一）2021年政府信息公开工作情况")) == []


def test_tables_belong_to_the_title_before_them() -> None:
    first, second = Title(2021, "甲", 0, 0), Title(2020, "甲", 5, 0)
    assert title_of([first, second], [(1, 0), (4, 9)]) == [first]
    assert title_of([first, second], [(1, 0), (6, 0)]) == [first, second]
    assert title_of([second], [(1, 0)]) == [second]
    assert title_of([], [(1, 0)]) == []


def test_titles_that_may_be_of_one_report_are_one() -> None:
    full = Title(2021, "甲子镇人民政府", 1, 0)
    (report,) = title_of([Title(None, "甲子镇", 0, 0), full], [(0, 5), (2, 0)])
    assert (report.year, report.unit) == (2021, "甲子镇人民政府")
