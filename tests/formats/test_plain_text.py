"""A plain text as lines and grids."""

from __future__ import annotations

import pytest

from formats.shapes import is_sound, places, told
from xlreport.formats.documents import open_document
from xlreport.formats.grid import Document, Grid
from xlreport.formats.guard import Limits, Refused


def read(text: str) -> Document:
    document = open_document(text.encode())
    assert is_sound(document)
    return document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一\n\n二\r\n三\r四", ["一", "二", "三", "四"]),
        ("一\na\tb\nc\t\td\n二", ["一", "| a | b |", "| c |  | d |", "二"]),
        ("\ta\n\t0\t 1 ", ["|  | a |", "|  | 0 | 1 |"]),
        ("a\t\t\t", ["| a |  |  |  |"]),
        (
            "\t\t  本年度认真做好政府信息公开工作，成绩是明显的，没有问题。",
            ["本年度认真做好政府信息公开工作，成绩是明显的，没有问题。"],
        ),
        ("a|b\nc|d", ["a|b", "c|d"]),
        ("| a | b |\n|---|:-:|\n| c |  |", ["| a | b |", "| c |  |"]),
        ("a | b | c", ["| a | b | c |"]),
        ("│a│b│\n├─┼─┤\n│c│d│", ["| a | b |", "| c | d |"]),
        ("+---+---+\n| a | b |\n+===+===+\n|   |   |", ["| a | b |", "|  |  |"]),
        ("----\n====\n一", ["----", "====", "一"]),
        ("a  b\nc   d", ["| a | b |", "| c | d |"]),
        ("a　　b\nc \u3000d", ["| a | b |", "| c | d |"]),
        ("主要问题：  人手不足", ["主要问题： 人手不足"]),
        ("一, 二\n三, 四, 五", ["一, 二", "三, 四, 五"]),
    ],
)
def test_lines_and_tables_in_their_order(text: str, expected: list[str]) -> None:
    assert told(read(text)) == expected


def grids(text: str) -> int:
    return sum(isinstance(part, Grid) for part in read(text).parts)


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("a\tb\nc\td", 1),
        ("a\tb\n\nc\td", 1),
        ("a\tb\n\n\nc\td", 2),
        ("a\tb\n\n一\n\nc\td", 2),
        ("a\tb\n| c | d |", 2),
        ("a  b\nc  d\ne  f  g\nh  i  j", 2),
    ],
)
def test_rows_that_follow_each_other_are_one_table(text: str, tables: int) -> None:
    assert grids(text) == tables


def test_where_blanks_separate_cells_that_are_blank_make_no_others_move() -> None:
    """The second row has a blank cell somewhere; nobody knows where."""
    assert told(read("项目  甲  乙  丙\n收到  1  2\n办结  1  2  3")) == [
        "项目 甲 乙 丙",
        "收到 1 2",
        "办结 1 2 3",
    ]


def test_where_blanks_separate_a_row_may_begin_with_a_blank_cell() -> None:
    assert told(read("      甲  乙\n收到  1  2")) == ["|  | 甲 | 乙 |", "| 收到 | 1 | 2 |"]


def test_a_short_line_between_rows_is_a_row_of_the_table() -> None:
    assert told(read("a\tb\n第（五）项\nc\td")) == ["| a | b |", "| 第（五）项 |", "| c | d |"]
    assert grids("a\tb\n第（五）项\nc\td") == 1
    long = "长" * 61
    assert grids(f"a\tb\n{long}\nc\td") == 2
    assert grids("a\tb\n第（五）项\n\nc\td") == 2
    assert grids("a  b\n第（五）项\nc  d") == 0


def test_cells_in_quotation_marks() -> None:
    text = 'a\t"本年制\n发""件""数"\tc\nd\t0\t1'
    assert told(read(text)) == ['| a | 本年制\n发"件"数 | c |', "| d | 0 | 1 |"]
    assert told(read('a\t"b\nc\td')) == ['| a | "b |', "| c | d |"]
    assert told(read('a\t3"4\nc\td')) == ['| a | 3"4 |', "| c | d |"]


def test_csv() -> None:
    text = '标题,,\n项目,"本年制\n发件数",数\n规章,"1,000",0\n,,\n合计,0,\n'
    assert told(read(text)) == [
        "| 标题 |  |  |",
        "| 项目 | 本年制\n发件数 | 数 |",
        "| 规章 | 1,000 | 0 |",
        "|  |  |  |",
        "| 合计 | 0 |  |",
    ]


def test_places_are_lines_of_the_file() -> None:
    text = '一\n\na\tb\n\nc\t"d\ne"\n\t\tf\n二'
    assert places(read(text)) == [
        ("一", "", "第1行"),
        ("a", "", "第3行1格"),
        ("b", "", "第3行2格"),
        ("c", "", "第5行1格"),
        ("d\ne", "", "第5行2格"),
        ("f", "", "第7行3格"),
        ("二", "", "第8行"),
    ]
    assert places(read('a,"b\nc"\n1,2'))[-1] == ("2", "", "第3行2格")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding: str) -> None:
    document = open_document("本年度\t件数\n规章\t0".encode(encoding))
    assert told(document) == ["| 本年度 | 件数 |", "| 规章 | 0 |"]
    assert document.kind == "文本"


def test_a_text_with_broken_bytes_is_read_all_the_same() -> None:
    data = "规章\t5\n".encode() + b"\xff\x00\xff\n" + b"a\t7\n"
    assert told(open_document(b"x" * 5000 + b"\n" + data))[-1] == "| a | 7 |"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("一\n" * 11, 11),
        ("\t" * 10, 0),
        ("a" + "\t" * 10, 11),
        ("|" * 10 + "a", 11),
        ("a" + "  a" * 10, 11),
        ("a" + ",a" * 10 + "\n", 11),
        ("a,a\n" * 6, 12),
        ("a,a\na\n" * 5, 0),
    ],
)
def test_how_much_there_may_be(text: str, seen: int) -> None:
    try:
        open_document(text.encode(), Limits(boxes=10))
        message = ""
    except Refused as refused:
        message = refused.finding.message
    expected = f"表格的格子和段落的总数为 {seen:,} 个，超过允许的 10 个" if seen else ""
    assert message == expected


def test_rows_that_are_cut_off_behind_their_last_cell() -> None:
    lines = ["一，年度报告", "", "甲,乙,丙", "一,1,2", "二,3", '"三,\n四",,5', "五,6,7"]
    document = read("\n".join(lines))
    assert told(document) == [
        "| 一，年度报告 |",
        "| 甲 | 乙 | 丙 |",
        "| 一 | 1 | 2 |",
        "| 二 | 3 |",
        "| 三,\n四 |  | 5 |",
        "| 五 | 6 | 7 |",
    ]
    few = read("甲,乙,丙\n1,2\n3,4,5\n6,7,8\n")
    assert told(few) == ["甲,乙,丙", "1,2", "3,4,5", "6,7,8"]
