"""A web page as lines and grids."""

from __future__ import annotations

import pytest

from formats.shapes import is_sound, places, told
from xlreport.formats.grid import Document
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused
from xlreport.formats.html import read


def page(source: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    document = read(source.encode(), limits)
    assert is_sound(document)
    return document


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>一<p>二<br>三<div>四</div>五", ["一", "二", "三", "四", "五"]),
        ("<p> 甲 \n 乙&nbsp;&nbsp;丙 </p>", ["甲 乙 丙"]),
        ("<b>甲</b><span>乙</span><a href=x>丙</a>", ["甲乙丙"]),
        ("<table><tr><td>1<td>2<tr><td>3</table>四", ["| 1 | 2 |", "| 3 |", "四"]),
        ("<table><td>1<td>2<tr><th>3</table>", ["| 1 | 2 |", "| 3 |"]),
        ("<table><tr><td><p>1<p>2<td>3<br/>4</table>", ["| 1\n2 | 3\n4 |"]),
        ("<table><p>题</p>目<tr><td>1</table>后", ["题", "目", "| 1 |", "后"]),
        ("<table><caption>题</caption><tr><td>1</table>", ["题", "| 1 |"]),
        ("<table><tr><td>1</table></td>2<td>3", ["| 1 |", "2", "3"]),
        ("<td>1</td><tr>2", ["1", "2"]),
        ("<table><tr><td>&nbsp;</table>后", ["后"]),
        ("<table><tr><td>x&amp;&lt;&#65;&#x4e00;&unknown;</table>", ["| x&<A一&unknown; |"]),
    ],
)
def test_lines_and_tables_in_their_order(source: str, expected: list[str]) -> None:
    assert told(page(source)) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<td colspan=2>1<td>2", ["| 1 1×2 | 2 |"]),
        ("<td rowspan=2>1<td>2<tr><td>3", ["| 1 2×1 | 2 |", "| 3 |"]),
        ("<td rowspan=0>1<td>2<tr><td>3<tr><td>4", ["| 1 3×1 | 2 |", "| 3 |", "| 4 |"]),
        ("<td rowspan=99>1<td>2<tr><td>3", ["| 1 2×1 | 2 |", "| 3 |"]),
        ("<td colspan=0>1<td colspan=-3>2<td colspan=x>3", ["| 1 | 2 | 3 |"]),
        ("<td colspan='2.5'>1<td colspan=' +2 '>2", ["| 1 1×2 | 2 1×2 |"]),
        ("<td>1<td rowspan=2>2<tr><td colspan=2>3", ["| 1 | 2 2×1 |", "| 3 |"]),
        ("<td rowspan=2 colspan=2>1<tr><td>2", ["| 1 2×2 |", "| 2 |"]),
        ("<td colspan=4000>1", ["| 1 1×1000 |"]),
    ],
)
def test_cells_that_cover_others(rows: str, expected: list[str]) -> None:
    assert told(page(f"<table><tr>{rows}</table>")) == expected


def test_a_cell_does_not_reach_out_of_its_group() -> None:
    source = "<table><tbody><tr><td rowspan=3>1<td>2</tbody><tbody><tr><td>3<td>4</table>"
    assert told(page(source)) == ["| 1 | 2 |", "| 3 | 4 |"]


def test_the_head_is_above_and_the_foot_below() -> None:
    source = (
        "<table><tfoot><tr><td>脚</tfoot><tr><td>一<tbody><tr><td>二"
        "<thead><tr><td>头<tfoot><tr><td>又</table>"
    )
    assert told(page(source)) == ["| 头 |", "| 一 |", "| 二 |", "| 又 |", "| 脚 |"]


def test_a_table_in_a_cell_comes_behind_what_stands_before_it() -> None:
    source = (
        "<table><tr><td>菜单<td>一、<table><tr><td>1<td>2</table>二、"
        "<table><tr><td>3</table></table>后"
    )
    expected = ["| 菜单 | （格子里的表格） |", "一、", "| 1 | 2 |", "二、", "| 3 |", "后"]
    assert told(page(source)) == expected


def test_a_table_in_which_nothing_is_seen_does_not_change_its_cell() -> None:
    source = "<table><tr><td>5<table><tr><td></table><td>6</table>"
    assert told(page(source)) == ["| 5 | 6 |"]
    with_text = "<table><tr><td>5<table><p>元<tr><td></table><td>6</table>"
    assert told(page(with_text)) == ["| 5\n元 | 6 |"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>9</script>",
        "<style>9</style>",
        "<!-- 9 -->",
        "<template>9</template>",
        "<noscript>9</noscript>",
        "<select><option>9</select>",
        "<div hidden>9</div>",
        "<div style='color:red;Display : none'>9<div>9</div></div>",
        "<span style='visibility:hidden'>9<b>9</b></span>",
        "<span style='mso-hide:all'>9</span>",
        "<span style='text-decoration: line-through'>9</span>",
        "<del>9</del><s>9</s><strike>9</strike>",
        "<input type=hidden value=9>",
        "<input type=button value=9>",
        "<table style='display:none'><tr><td>9</table>",
    ],
)
def test_what_nobody_sees_is_no_text(hidden: str) -> None:
    source = f"<table><tr><td>1{hidden}2<td>3</table>"
    assert told(page(source)) == ["| 12 | 3 |"]


def test_hidden_rows_and_cells_take_no_room_invisible_ones_do() -> None:
    source = (
        "<table><tr style='display:none'><td>9<tr><td>1<td style='display:none'>9<td>2"
        "<tr><td style='visibility:hidden'>9<td>3</table>"
    )
    assert told(page(source)) == ["| 1 | 2 |", "|  | 3 |"]


def test_the_title_of_the_window_and_the_head_are_no_text() -> None:
    assert told(page("<html><head><title>九</title><meta charset=utf-8></head><p>一")) == ["一"]


def test_what_was_typed_into_a_field_is_seen() -> None:
    source = "<table><tr><td><input value=7><td><input type=Number value=8></table>"
    assert told(page(source)) == ["| 7 | 8 |"]


def test_what_is_raised_is_no_digit_of_the_number() -> None:
    assert told(page("<table><tr><td>5<sup>2</sup></table>")) == ["| 5（上标2） |"]


def test_places_as_a_person_counts() -> None:
    source = (
        "<p>一<table><tr><td> </table><table><tr><td rowspan=2>a<td>b<tr><td>c<td>d</table><p>二"
        "<table><tr><td>e</table>"
    )
    assert places(page(source)) == [
        ("一", "", "第1段"),
        ("a", "第1个表格", "第1行1格"),
        ("b", "第1个表格", "第1行2格"),
        ("c", "第1个表格", "第2行2格"),
        ("d", "第1个表格", "第2行3格"),
        ("二", "", "第2段"),
        ("e", "第2个表格", "第1行1格"),
    ]


def test_long_texts_are_not_cut() -> None:
    (line,) = told(page(f"<p>{'长' * 40_000}\0\x07尾"))
    assert line.startswith("长" * 40_000)
    assert line.endswith("尾")
    assert "\x07" not in line


# --- limits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("<p>一" * 11, 11),
        ("<table><tr>" + "<td>1" * 9, 11),
        ("<table>" * 11, 11),
        ("<table>" + "<tr>" * 11, 11),
        ("<table><tr><td colspan=1000>1", 1004),
        ("<table>" + "<tr>" * 4 + "<td rowspan=4 colspan=9>1", 16),
    ],
)
def test_how_much_there_may_be(source: str, seen: int) -> None:
    with pytest.raises(Refused) as refused:
        read(source.encode(), Limits(boxes=10))
    text = f"表格的格子和段落的总数为 {seen:,} 个，超过允许的 10 个"
    assert refused.value.finding.message == text
    assert refused.value.finding.code == "R3"


def test_how_many_elements_there_may_be() -> None:
    with pytest.raises(Refused) as refused:
        read(b"<html><head></head><p><br><br><br>", Limits(cells=5))
    text = "网页或文档里的标记总数为 6 个，超过允许的 5 个"
    assert refused.value.finding.message == text


def test_a_long_comment_is_passed_over_at_once() -> None:
    comment = "<!--" + "<!-- " * 2_100_000 + "-->"
    assert told(page(f"<html>{comment}<p>5")) == ["5"]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("12<sub>3</sub>", "12（下标3）"),
        ("12<sup> </sup>", "12"),
        ('12<span style="vertical-align:super">1</span>', "12（上标1）"),
        ('12<span style="vertical-align: SUB">1</span>', "12（下标1）"),
        ('12<span style="vertical-align:-3pt">1</span>', "12（下标1）"),
        ('12<span style="mso-text-raise:3.0pt">1</span>', "12（上标1）"),
        ('12<span style="mso-text-raise:0.0pt">1</span>', "121"),
        ('12<span style="vertical-align:middle">1</span>', "121"),
        ('12<sup><b>1</b><span style="vertical-align:baseline">2</span></sup>3', "12（上标1）23"),
        ('<span style="font-size:0">9</span>12', "12"),
        ('<span style="font-size: 0px">9</span>12', "12"),
        ('<span style="font-size:0.9em">9</span>12', "912"),
        ('<p style="vertical-align:super">12</p>', "12"),
        ("1<img src=x>", "1（图片）"),
        ("1<img src=x hidden>", "1"),
        ("1<s><img src=x></s>", "1"),
    ],
)
def test_what_is_no_plain_digit(inside: str, expected: str) -> None:
    assert told(page(f"<table><tr><td>{inside}<td>6</table>")) == [f"| {expected} | 6 |"]
