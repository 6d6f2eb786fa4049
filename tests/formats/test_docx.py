"""A Word document as lines and grids."""

from __future__ import annotations

import pytest

from formats.packages import OFFICE, relations, zipped
from formats.shapes import is_sound, places, told
from formats.word import STRICT, cell, paragraph, row, run, table, word, word_parts
from xlreport.formats.documents import open_document
from xlreport.formats.grid import Document, Grid
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused

SPAN, DOWN, ON = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
BOX = "<w:pict><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></w:pict>"


def read(body: str) -> Document:
    document = open_document(word(body))
    assert is_sound(document)
    return document


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            paragraph("一") + table(row(cell("1"), cell("2"))) + paragraph("二"),
            ["一", "| 1 | 2 |", "二"],
        ),
        (f"<w:p>{run('甲')}{run(' 乙')}</w:p>", ["甲 乙"]),
        (
            "<w:p><w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:cr/><w:t>丙</w:t></w:r></w:p>",
            ["甲", "乙", "丙"],
        ),
        ("<w:p><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t></w:r></w:p>", ["甲 乙"]),
        ("<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>", ["甲"]),
        (
            "<w:p><w:r><w:t>1</w:t><w:noBreakHyphen/><w:softHyphen/><w:t>2</w:t></w:r></w:p>",
            ["1-2"],
        ),
        (table(row(cell(paragraph("1") + paragraph("2")))), ["| 1\n2 |"]),
        (paragraph(" ") + table(row(cell(" "))), []),
        ("<w:p><m:oMath><m:r><m:t>7</m:t></m:r></m:oMath></w:p>", ["7"]),
        (
            f"<w:sdt><w:sdtPr><w:t>9</w:t></w:sdtPr><w:sdtContent>{paragraph('一')}</w:sdtContent></w:sdt>",
            ["一"],
        ),
        (table(f"<w:sdt><w:sdtContent>{row(cell('1'))}</w:sdtContent></w:sdt>"), ["| 1 |"]),
        (
            f"<w:p><w:hyperlink>{run('一')}</w:hyperlink><w:smartTag>{run('二')}</w:smartTag></w:p>",
            ["一二"],
        ),
        ("<w:p><w:r><w:instrText>9</w:instrText><w:t>1</w:t></w:r></w:p>", ["1"]),
        (
            f"<w:p><w:ruby><w:rt>{run('九')}</w:rt><w:rubyBase>{run('一')}</w:rubyBase></w:ruby></w:p>",
            ["一"],
        ),
    ],
)
def test_lines_and_tables_in_their_order(body: str, expected: list[str]) -> None:
    assert told(read(body)) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(cell("1", SPAN), cell("2"))], ["| 1 1×2 | 2 |"]),
        (
            [
                row(cell("1", DOWN), cell("2")),
                row(cell("", ON), cell("3")),
                row(cell("9", ON), cell("4")),
            ],
            ["| 1 3×1 | 2 |", "| 3 |", "| 4 |"],
        ),
        (
            [row(cell("1", SPAN + DOWN), cell("2")), row(cell("", SPAN + ON), cell("3"))],
            ["| 1 2×2 | 2 |", "| 3 |"],
        ),
        ([row(cell("1", ON), cell("2"))], ["| 1 | 2 |"]),
        ([row(cell("1", DOWN)), row(cell("2")), row(cell("3", ON))], ["| 1 |", "| 2 2×1 |"]),
        (
            [row(cell("1", DOWN + SPAN), cell("2")), row(cell("3", ON), cell("4"), cell("5"))],
            ["| 1 1×2 | 2 |", "| 3 | 4 | 5 |"],
        ),
        (
            [row(cell("1", '<w:hMerge w:val="restart"/>'), cell("9", "<w:hMerge/>"), cell("2"))],
            ["| 1 1×2 | 2 |"],
        ),
        ([row(cell("1", "<w:hMerge/>"), cell("2"))], ["| 1 | 2 |"]),
        (
            [row(cell("1", '<w:gridSpan w:val="0"/>'), cell("2", '<w:gridSpan w:val="x"/>'))],
            ["| 1 | 2 |"],
        ),
    ],
)
def test_cells_that_cover_others(rows: list[str], expected: list[str]) -> None:
    assert told(read(table(*rows))) == expected


def test_a_row_that_begins_further_to_the_right() -> None:
    later = row(cell("3"), properties='<w:gridBefore w:val="1"/>')
    (grid,) = read(table(row(cell("1"), cell("2")), later)).parts
    assert isinstance(grid, Grid)
    texts = {at: box.text for at, box in grid.boxes.items()}
    assert texts == {(0, 0): "1", (0, 1): "2", (1, 1): "3"}


@pytest.mark.parametrize(
    "hidden",
    [
        run("9", "<w:vanish/>"),
        run("9", '<w:vanish w:val="1"/>'),
        run("9", "<w:strike/>"),
        run("9", "<w:dstrike/>"),
        f"<w:del>{run('9')}</w:del>",
        "<w:del><w:r><w:delText>9</w:delText></w:r></w:del>",
        f"<w:moveFrom>{run('9')}</w:moveFrom>",
    ],
)
def test_what_nobody_sees_is_no_text(hidden: str) -> None:
    body = f"<w:p>{run('1')}{hidden}{run('2')}</w:p>"
    assert told(read(body)) == ["12"]


@pytest.mark.parametrize(
    "seen",
    [
        run("5", '<w:vanish w:val="0"/>'),
        run("5", '<w:strike w:val="false"/>'),
        run("5", '<w:vertAlign w:val="baseline"/>'),
        run("5", "<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>"),
        f"<w:ins>{run('5')}</w:ins>",
        f"<w:moveTo>{run('5')}</w:moveTo>",
    ],
)
def test_what_was_put_in_is_text(seen: str) -> None:
    assert told(read(f"<w:p>{seen}</w:p>")) == ["5"]


def test_what_is_raised_is_no_digit_of_the_number() -> None:
    raised = run("2", '<w:vertAlign w:val="superscript"/>')
    assert told(read(f"<w:p>{run('5')}{raised}{run('6')}</w:p>")) == ["5（上标2）6"]


@pytest.mark.parametrize("mark", ["<w:del/>", "<w:hidden/>"])
def test_rows_that_are_not_shown(mark: str) -> None:
    rows = table(row(cell("1")), row(cell("9"), properties=mark), row(cell("2")))
    assert told(read(rows)) == ["| 1 |", "| 2 |"]


def test_properties_before_a_change_are_not_those_of_the_cell() -> None:
    old = '<w:tcPrChange><w:tcPr><w:gridSpan w:val="3"/></w:tcPr></w:tcPrChange>'
    assert told(read(table(row(cell("1", old), cell("2"))))) == ["| 1 | 2 |"]


def test_a_table_in_a_cell_comes_behind_what_stands_before_it() -> None:
    inner = table(row(cell("1")))
    body = table(row(cell("菜单"), cell(paragraph("一") + inner + paragraph("二")))) + paragraph(
        "三"
    )
    assert told(read(body)) == ["| 菜单 | （格子里的表格） |", "一", "| 1 |", "二", "三"]


def test_a_text_box_stands_beside_the_text() -> None:
    inside = BOX.format(paragraph("盒") + table(row(cell("1"))))
    body = f"<w:p>{run('一')}<w:r>{inside}</w:r>{run('二')}</w:p>"
    assert told(read(body)) == ["盒", "| 1 |", "一二"]


def test_a_text_box_in_a_cell_is_none_of_its_text() -> None:
    box = BOX.format(paragraph("盒"))
    body = table(row(cell(f"<w:p>{run('5')}<w:r>{box}</w:r></w:p>"), cell("6"))) + paragraph("后")
    assert told(read(body)) == ["| 5（文本框） | 6 |", "盒", "后"]


def test_of_several_ways_to_write_the_same_the_first_counts() -> None:
    choice = f'<mc:Choice Requires="wps"><wps:txbx><w:txbxContent>{paragraph("1")}</w:txbxContent></wps:txbx></mc:Choice>'
    fallback = f"<mc:Fallback>{BOX.format(paragraph('9'))}</mc:Fallback>"
    both = f"<w:p><w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r></w:p>"
    one = f"<w:p><w:r><mc:AlternateContent>{fallback}</mc:AlternateContent></w:r></w:p>"
    assert told(read(both + one)) == ["1", "9"]


def test_a_document_to_whose_text_nothing_leads() -> None:
    parts = word_parts(paragraph("一"))
    del parts["_rels/.rels"]
    assert told(open_document(zipped(parts))) == ["一"]


def test_strict_documents() -> None:
    assert told(open_document(word(paragraph("一"), STRICT))) == ["一"]


def test_what_is_of_another_namespace_is_no_text() -> None:
    assert told(open_document(word(paragraph("一"), "urn:other"))) == []


def test_when_it_was_saved() -> None:
    core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    parts = word_parts(paragraph("一"))
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace(
        "</Relationships>",
        f'<Relationship Id="c" Type="{core}" Target="core.xml"/></Relationships>',
    )
    parts["core.xml"] = (
        '<c xmlns:d="http://purl.org/dc/terms/"><d:modified>2022-01-05T08:00:00Z</d:modified></c>'
    )
    document = open_document(zipped(parts))
    assert (document.kind, document.saved) == ("Word 文档", "2022-01-05T08:00:00Z")


def test_places_as_a_person_counts() -> None:
    body = (
        paragraph("一")
        + table(row(cell("a", DOWN), cell("b")), row(cell("", ON), cell("c")))
        + paragraph("二")
        + table(row(cell("d")))
    )
    assert places(read(body)) == [
        ("一", "", "第1段"),
        ("a", "第1个表格", "第1行1格"),
        ("b", "第1个表格", "第1行2格"),
        ("c", "第1个表格", "第2行2格"),
        ("二", "", "第2段"),
        ("d", "第2个表格", "第1行1格"),
    ]


# --- what is refused --------------------------------------------------------------------------------

CUT_SHORT = "文件的内容不完整或写法有误"
ENTITIES = '<!DOCTYPE w:document [<!ENTITY a "9"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (word("<w:p>"), "R2", CUT_SHORT),
        (word("<w:tc/>"), "R2", CUT_SHORT),
        (word("<w:tr/>"), "R2", CUT_SHORT),
        (word("<w:tbl><w:tc/></w:tbl>"), "R2", CUT_SHORT),
        (word(table(row("<w:tr/>"))), "R2", CUT_SHORT),
        (word(table(row(cell("<w:tc/>")))), "R2", CUT_SHORT),
        (word("<w:tbl><w:tr><w:tcPr><w:vMerge/></w:tcPr></w:tr></w:tbl>"), "R2", CUT_SHORT),
        (
            word(paragraph("&b;"), before=ENTITIES),
            "R4",
            "文件里夹带了正常工作簿没有的定义（DTD 或实体）",
        ),
        (
            zipped({"[Content_Types].xml": "<Types/>", "word/a.xml": "<a/>"}),
            "R2",
            "找不到 Word 文档的正文部件",
        ),
        (
            zipped(
                word_parts("")
                | {
                    "_rels/.rels": relations(
                        ("officeDocument", "word/document.xml"), ("officeDocument", "word/b.xml")
                    ),
                    "word/b.xml": "<a/>",
                }
            ),
            "R2",
            "Word 文档里有两个正文部件，无法判断哪个是真的",
        ),
    ],
)
def test_what_is_refused(data: bytes, code: str, message: str) -> None:
    with pytest.raises(Refused) as refused:
        open_document(data)
    assert (refused.value.finding.code, refused.value.finding.message) == (code, message)


def test_nothing_outside_is_followed() -> None:
    outside = f'<Relationships xmlns="{OFFICE}"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk" Target="http://127.0.0.1:1/a" TargetMode="External"/></Relationships>'
    parts = word_parts(paragraph("一") + "<w:altChunk/>")
    parts["word/_rels/document.xml.rels"] = outside
    assert told(open_document(zipped(parts))) == ["一"]


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (paragraph("一") * 11, 11),
        (table(row(*[cell(" ")] * 9)), 11),
        (table(row(cell(" ", '<w:gridSpan w:val="99"/>'))), 65),
        ("<w:tbl>" * 11 + "</w:tbl>" * 11, 11),
        (table("<w:tr/>" * 10), 11),
    ],
)
def test_how_much_there_may_be(body: str, seen: int) -> None:
    with pytest.raises(Refused) as refused:
        open_document(word(body), Limits(boxes=10))
    text = f"表格的格子和段落的总数为 {seen:,} 个，超过允许的 10 个"
    assert refused.value.finding.message == text


def test_depth_costs_nothing() -> None:
    """Content controls in content controls, tables in cells: as deep as the limits allow."""
    deep = "<w:sdt><w:sdtContent>" * 50_000 + paragraph("底") + "</w:sdtContent></w:sdt>" * 50_000
    nested = "<w:tbl><w:tr><w:tc>" * 20_000 + paragraph("底") + "</w:tc></w:tr></w:tbl>" * 20_000
    assert told(open_document(word(deep), DEFAULT_LIMITS)) == ["底"]
    assert told(open_document(word(nested), DEFAULT_LIMITS)) == ["| 底 |"]


def test_how_many_elements_there_may_be() -> None:
    with pytest.raises(Refused) as refused:
        open_document(word("<w:p/>" * 9), Limits(cells=10))
    text = "网页或文档里的标记总数为 11 个，超过允许的 10 个"
    assert refused.value.finding.message == text


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ('<w:vertAlign w:val="subscript"/>', "12（下标1）"),
        ('<w:vertAlign w:val="baseline"/>', "121"),
        ('<w:position w:val="6"/>', "12（上标1）"),
        ('<w:position w:val="-6"/>', "12（下标1）"),
        ('<w:position w:val="0"/>', "121"),
    ],
)
def test_texts_moved_up_or_down(properties: str, expected: str) -> None:
    assert told(read(f"<w:p>{run('12')}{run('1', properties)}</w:p>")) == [expected]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('<w:sym w:font="Wingdings" w:char="F032"/>', "1（符号）"),
        ("<w:object/>", "1（图片）"),
        (
            '<w:drawing><d:inline xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/'
            'wordprocessingDrawing"/></w:drawing>',
            "1（图片）",
        ),
        ('<w:pict><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml"/></w:pict>', "1（图片）"),
        ("<w:drawing/>", "1"),
        ("<w:rPr><w:vanish/></w:rPr><w:object/>", "1"),
    ],
)
def test_what_is_no_text_in_a_cell(inside: str, expected: str) -> None:
    inner = f"<w:p>{run('1')}<w:r>{inside}</w:r></w:p>"
    assert told(read(table(row(cell(inner), cell("6"))))) == [f"| {expected} | 6 |"]
