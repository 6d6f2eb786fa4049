"""Comments and drawings over the cells of an OOXML sheet, with their words."""

from __future__ import annotations

import pytest

from formats.packages import MAIN, refusal, relations, rows, xlsx_parts, zipped
from xlreport.formats.guard import Limits
from xlreport.formats.open import open_book
from xlreport.formats.raw import MOST_ODD, RawBook, Remark
from xlreport.formats.remarks import MOST_LETTERS

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
CELL = rows('<c r="A1"><v>1</v></c>')


def package(*parts: tuple[str, str]) -> bytes:
    """A workbook whose sheet has these parts: the kind of each and its XML."""
    more = {f"xl/p{i}.xml": xml for i, (_, xml) in enumerate(parts)}
    listed = [(kind, f"../p{i}.xml") for i, (kind, _) in enumerate(parts)]
    more["xl/worksheets/_rels/sheet1.xml.rels"] = relations(*listed)
    return zipped(xlsx_parts(CELL, more=more))


def book(*parts: tuple[str, str]) -> RawBook:
    return open_book(package(*parts))


def remarks(*parts: tuple[str, str]) -> list[Remark]:
    return book(*parts).sheets["表"].remarks


def comments(inside: str) -> tuple[str, str]:
    return "comments", f'<comments xmlns="{MAIN}"><commentList>{inside}</commentList></comments>'


def comment(cell: str, text: str) -> str:
    return f'<comment ref="{cell}"><text><r><rPr/><t>{text}</t></r></text></comment>'


def thread(cell: str, text: str) -> str:
    return f'<threadedComment ref="{cell}"><text>{text}</text><t>x</t></threadedComment>'


def threads(inside: str) -> tuple[str, str]:
    return "threadedComment", f'<ThreadedComments xmlns="{THREADS}">{inside}</ThreadedComments>'


def drawing(inside: str) -> tuple[str, str]:
    spaces = f'xmlns="{DRAWING}/spreadsheetDrawing" xmlns:a="{DRAWING}/main" xmlns:mc="{MC}"'
    return "drawing", f"<wsDr {spaces}>{inside}</wsDr>"


def anchor(inside: str, row: str = "9", column: str = "1", kind: str = "twoCellAnchor") -> str:
    first = f"<from><col>{column}</col><row>{row}</row></from><to><col>7</col><row>7</row></to>"
    return f"<{kind}>{first}{inside}</{kind}>"


def box(text: str) -> str:
    return f"<sp><txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></txBody></sp>"


def test_comments_in_the_order_of_their_cells() -> None:
    found = remarks(comments(comment("C3", " 二 ") + comment("B2", "一") + comment("B2", "")))
    assert found == [
        Remark((1, 1), "批注", "一"),
        Remark((1, 1), "批注", ""),
        Remark((2, 2), "批注", "二"),
    ]


@pytest.mark.parametrize(
    "xml",
    [
        "<comment><text><t>甲</t></text></comment>",
        '<comment ref="x"/>',
        '<note ref="B2"><t>甲</t></note>',
    ],
)
def test_what_is_no_comment_of_a_cell(xml: str) -> None:
    assert remarks(comments(xml)) == []


def test_words_belong_to_their_own_comment() -> None:
    pieces = "<t>甲</t>x<t>乙</t><x>丙</x>"
    found = remarks(
        comments(f'<comment ref="B2">{pieces}</comment><t>丁</t>' + comment("B3", "戊"))
    )
    assert [each.text for each in found] == ["甲乙", "戊"]


def test_a_thread_stands_for_the_comment_that_repeats_it() -> None:
    repeated = comments(comment("B2", "[线程批注] 一") + comment("C3", "二"))
    found = remarks(repeated, threads(thread("B2", "一") + thread("B2", "答")))
    assert found == [
        Remark((1, 1), "批注", "一"),
        Remark((1, 1), "批注", "答"),
        Remark((2, 2), "批注", "二"),
    ]


@pytest.mark.parametrize(
    ("inside", "kind", "text"),
    [
        (box("以 88 为准"), "文本框", "以 88 为准"),
        ("<pic/>", "图片", ""),
        ("<graphicFrame/>", "图表", ""),
        (f"<grpSp>{box('甲')}<pic/></grpSp>", "文本框", "甲"),
        (f"<pic/>{box('甲')}", "图片", "甲"),
        ("<sp><a:p><a:t>甲</a:t></a:p><a:p><a:t>乙</a:t><a:t>丙</a:t></a:p></sp>", "文本框", "甲 乙丙"),
        (
            f"<mc:AlternateContent><mc:Choice>{box('甲')}</mc:Choice><mc:Fallback>{box('甲')}</mc:Fallback></mc:AlternateContent>{box('乙')}",
            "文本框",
            "甲 乙",
        ),
        (f"<mc:AlternateContent><mc:Fallback>{box('甲')}</mc:Fallback></mc:AlternateContent>", "文本框", "甲"),
    ],
)  # fmt: skip
def test_what_is_drawn_over_a_cell(inside: str, kind: str, text: str) -> None:
    assert remarks(drawing(anchor(inside))) == [Remark((9, 1), kind, text)]


@pytest.mark.parametrize("inside", ["", "<sp/>", "<cxnSp/>", box(" ")])
def test_what_says_nothing_is_not_told(inside: str) -> None:
    assert remarks(drawing(anchor(inside))) == []


@pytest.mark.parametrize(
    ("row", "column", "cell"),
    [("0", "0", (0, 0)), (" 3 ", "2", (3, 2)), ("x", "2", (0, 2)), ("12345678", "-1", (0, 0)), ("1234567", "1", (1234567, 1))],
)  # fmt: skip
def test_where_it_begins(row: str, column: str, cell: tuple[int, int]) -> None:
    assert remarks(drawing(anchor("<pic/>", row, column)))[0].cell == cell


@pytest.mark.parametrize("kind", ["twoCellAnchor", "oneCellAnchor", "absoluteAnchor"])
def test_each_kind_of_anchor(kind: str) -> None:
    found = remarks(drawing(anchor(box("甲"), kind=kind) + f"<{kind}><pic/></{kind}>"))
    assert found == [Remark((0, 0), "图片", ""), Remark((9, 1), "文本框", "甲")]


def test_long_words_and_many_remarks_are_cut() -> None:
    long = "字" * (MOST_LETTERS + 5)
    assert [each.text for each in remarks(comments(comment("A1", long)))] == ["字" * MOST_LETTERS]
    assert [each.text for each in remarks(drawing(anchor(box(long))))] == ["字" * MOST_LETTERS]
    many = comments(comment("A1", "甲") * (MOST_ODD + 5))
    assert len(remarks(many)) == MOST_ODD
    assert len(remarks(many, drawing(anchor(box("乙")) * (MOST_ODD + 5)))) == MOST_ODD
    assert len(remarks(drawing(anchor(box("乙")) * (MOST_ODD + 5)))) == MOST_ODD


def test_remarks_are_counted() -> None:
    """The row and its cell, two comments, a thread, a drawing."""
    parts = [
        comments(comment("A1", "甲") * 2),
        threads(thread("B1", "乙")),
        drawing(anchor("<pic/>")),
    ]
    assert refusal(package(*parts), Limits(cells=6)) == ("", "")
    assert refusal(package(*parts), Limits(cells=5))[0] == "R3"
