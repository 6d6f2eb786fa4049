"""The document: its structure, told in full, and the looks that GB/T 9704-2012 wants."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from lxml.etree import _Element as Element

from support.examples import examples
from support.reports import county, document_bytes, merged, of_merge, opened, submissions, told
from xlreport import Form, get_form
from xlreport.publishing.report import measures as gb
from xlreport.publishing.report.content import Material, Report, ReportText
from xlreport.publishing.report.document import MATERIALS, body_paragraph
from xlreport.text import clean

HERE = Path(__file__).resolve().parent
TEXTS = {
    "text.problems": "（一）公开不够及时。已经整改。\n二是人员不足。",
    "text.other_matters": "没有收取信息处理费。",
    "text.remarks": "编报说明。",
}


@pytest.fixture(scope="module")
def report(zfxxgk: Form) -> Report:
    return county(zfxxgk, texts=TEXTS)


@pytest.fixture(scope="module")
def document(report: Report) -> DocumentObject:
    return opened(document_bytes(report))


def test_the_document_is_the_one_recorded(any_form: Form, pytestconfig: pytest.Config) -> None:
    """Every paragraph, and every cell of every table with what is merged."""
    recorded = HERE / f"{any_form.id}.txt"
    lines = told(opened(document_bytes(county(any_form, texts=TEXTS))))
    if pytestconfig.getoption("--update-golden"):
        recorded.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    assert lines == recorded.read_text("utf-8").splitlines()


def runs_of(document: DocumentObject) -> list[Element]:
    sections = document.sections[0]
    parts = [document.element, sections.footer._element, sections.even_page_footer._element]
    return [run for part in parts for run in part.iter(qn("w:r"))]


def value(element: Element | None, name: str) -> str:
    assert element is not None
    return str(element.get(qn(f"w:{name}")))


def inside(element: Element, *names: str) -> Element:
    """The element below another on this path."""
    found = element.find("/".join(qn(f"w:{name}") for name in names))
    assert found is not None
    return found


def test_every_run_names_its_east_asian_font_and_its_size(document: DocumentObject) -> None:
    runs = runs_of(document)
    assert len(runs) > 200
    fonts = {value(inside(run, "rPr", "rFonts"), "eastAsia") for run in runs}
    assert fonts == {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"}
    hints = {value(inside(run, "rPr", "rFonts"), "hint") for run in runs}
    assert hints == {"eastAsia"}, "or else quotation marks are Latin ones"
    assert all(value(inside(run, "rPr", "sz"), "val") for run in runs)


def test_the_paper_and_its_margins(document: DocumentObject) -> None:
    (section,) = document.sections
    size = inside(section._sectPr, "pgSz")
    assert [round(int(value(size, side)) / 56.6929) for side in ("w", "h")] == [210, 297]
    margins = inside(section._sectPr, "pgMar")
    sides = ("top", "left", "right", "bottom")
    assert [round(int(value(margins, side)) / 56.6929, 1) for side in sides] == [37, 28, 26, 35]
    assert round(gb.TEXT_WIDTH / 56.6929, 1) == 156
    grid = inside(section._sectPr, "docGrid")
    assert (value(grid, "type"), value(grid, "linePitch")) == ("lines", "579")


@pytest.mark.parametrize(
    ("words", "font", "half_points", "align"),
    [
        ("示例县2022年政府信息公开工作年度报告", "方正小标宋简体", "44", "center"),
        ("示例县", "楷体_GB2312", "32", "center"),
        ("一、总体情况", "黑体", "32", "both"),
        ("二、主动公开政府信息情况", "黑体", "32", "both"),
        ("甲子镇", "楷体_GB2312", "32", "both"),
        ("没有收取信息处理费。", "仿宋_GB2312", "32", "both"),
    ],
)
def test_each_kind_of_paragraph(
    document: DocumentObject, words: str, font: str, half_points: str, align: str
) -> None:
    paragraph = next(p for p in document.paragraphs if p.text == words)._p
    (run,) = paragraph.r_lst
    assert value(inside(run, "rPr", "rFonts"), "eastAsia") == font
    assert value(inside(run, "rPr", "sz"), "val") == half_points
    assert value(inside(paragraph, "pPr", "jc"), "val") == align
    spacing = inside(paragraph, "pPr", "spacing")
    assert (value(spacing, "line"), value(spacing, "lineRule")) == ("579", "exact")
    indent = value(inside(paragraph, "pPr", "ind"), "firstLineChars")
    assert indent == ("0" if align == "center" else "200")


def test_headings_make_an_outline(document: DocumentObject) -> None:
    outline = [
        (p.style.name, p.text) for p in document.paragraphs if p.style and p.style.name != "Normal"
    ]
    assert outline[:3] == [
        ("Title", "示例县2022年政府信息公开工作年度报告"),
        ("Heading 1", "一、总体情况"),
        ("Heading 1", "二、主动公开政府信息情况"),
    ]
    assert ("Heading 2", "甲子镇") in outline


def test_a_line_has_28_characters(document: DocumentObject) -> None:
    paragraph = next(p for p in document.paragraphs if p.text == "没有收取信息处理费。")
    spacing = int(value(inside(paragraph.runs[0]._r, "rPr", "spacing"), "val"))
    assert 28 * (16 * 20 + spacing) <= gb.TEXT_WIDTH < 29 * (16 * 20 + spacing)
    assert 22 * gb.LINE <= gb.PAGE_HEIGHT - gb.TOP - gb.BOTTOM < 23 * gb.LINE


def test_page_numbers_stand_outside(document: DocumentObject) -> None:
    assert document.settings.odd_and_even_pages_header_footer
    (section,) = document.sections
    for footer, align in ((section.footer, "right"), (section.even_page_footer, "left")):
        (paragraph,) = footer.paragraphs
        assert paragraph.text == "— 1 —"
        assert value(inside(paragraph._p, "pPr", "jc"), "val") == align
        assert value(inside(paragraph._p, "pPr", "ind"), f"{align}Chars") == "100"
        codes = [code.text for code in paragraph._p.iter(qn("w:instrText"))]
        assert codes == ["PAGE"]
        sizes = {value(size, "val") for size in paragraph._p.iter(qn("w:sz"))}
        assert sizes == {"28"}


def red(document: DocumentObject) -> list[str]:
    found = []
    for paragraph in document.paragraphs:
        colours = {
            value(one, "val") for run in paragraph.runs for one in run._r.iter(qn("w:color"))
        }
        if colours == {"FF0000"}:
            found.append(paragraph.text)
    return found


def test_what_must_be_deleted_is_red(document: DocumentObject, report: Report) -> None:
    lines = red(document)
    assert lines[: len(report.warnings)] == list(report.warnings)
    assert lines[len(report.warnings)].startswith("（以上是按表里的数字写的初稿")
    assert lines.count(MATERIALS) == 2
    assert document.paragraphs[0].text == report.warnings[0], "at the top"


def test_units_without_a_word_are_named(zfxxgk: Form) -> None:
    reports = submissions(zfxxgk, 1, TEXTS)
    reports[2] = replace(reports[2], texts={})
    document = opened(document_bytes(of_merge(merged(zfxxgk, reports))))
    assert red(document).count("（没有写的单位：示例县财政局）") == 2


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (
            "（一）及时公开。已经整改。",
            [("楷体_GB2312", "（一）及时公开。"), ("仿宋_GB2312", "已经整改。")],
        ),
        ("（十二）及时公开", [("楷体_GB2312", "（十二）及时公开")]),
        ("（一）甲；乙。", [("仿宋_GB2312", "（一）甲；乙。")]),
        ("一是及时公开。", [("仿宋_GB2312", "一是及时公开。")]),
    ],
)
def test_a_heading_of_the_second_degree_begins_a_paragraph(
    words: str, runs: list[tuple[str, str]]
) -> None:
    made = body_paragraph(words)
    found = []
    for run in made.iter(qn("w:r")):
        font = value(inside(run, "rPr", "rFonts"), "eastAsia")
        found.append((font, "".join(word.text or "" for word in run.iter(qn("w:t")))))
    assert found == runs


def test_hostile_texts_are_words(report: Report) -> None:
    hostile = (
        "</w:t></w:r><w:p>甲&乙]]>{{ 7*7 }}{% raw %}\x00\x1b[31m\u202e\ufffe"
        '=HYPERLINK("http://x")\t丙'
    )
    problems = ReportText("text.problems", "五", materials=(Material("<b>镇\x0b", hostile),))
    texts = {**report.texts, "text.problems": problems}
    unit = replace(report.unit, name="<b>&县")
    document = opened(document_bytes(replace(report, unit=unit, author="<i>\"&\x07'", texts=texts)))
    words = [paragraph.text for paragraph in document.paragraphs]
    plain = "</w:t></w:r><w:p>甲&乙]]>{{ 7*7 }}{% raw %}[31m\u202e"
    assert f'{plain}=HYPERLINK("http://x")\t丙' in words
    assert "<b>&县2022年政府信息公开工作年度报告" in words
    assert {"<b>镇", "<i>\"&'"} <= set(words)
    assert not list(document.element.iter(qn("w:hyperlink")))


def test_the_elements_stand_in_the_order_of_the_schema(document: DocumentObject) -> None:
    order = ["pStyle", "keepNext", "pageBreakBefore", "snapToGrid", "spacing", "ind", "jc", "rPr"]
    for properties in document.element.body.iter(qn("w:pPr")):
        names = [re.sub(r"\{.*\}", "", child.tag) for child in properties]
        assert names == sorted(names, key=order.index)


def audited(data: bytes, folder: Path) -> list[str]:
    """What a validator of the schemas of ECMA-376 finds."""
    openxml_audit = pytest.importorskip("openxml_audit")
    path = folder / "报告.docx"
    path.write_bytes(data)
    return [str(error) for error in openxml_audit.OpenXmlValidator().validate(path).errors]


def test_the_file_is_valid(any_form: Form, tmp_path: Path) -> None:
    assert audited(document_bytes(county(any_form, texts=TEXTS)), tmp_path) == []


def test_a_file_that_is_not_valid_is_found(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    document = opened(document_bytes(report))
    inside(document.paragraphs[0]._p, "pPr", "jc").set(qn("w:val"), "sideways")
    document.save(str(path))
    assert audited(path.read_bytes(), tmp_path) != []


def test_parts_that_no_report_needs_are_left_out(report: Report) -> None:
    with zipfile.ZipFile(io.BytesIO(document_bytes(report))) as archive:
        names = archive.namelist()
    assert "word/document.xml" in names
    assert not [
        name for name in names if "thumbnail" in name or "custom" in name or "Effects" in name
    ]


def test_what_somebody_adds_is_chinese_too(document: DocumentObject) -> None:
    """The blank document of python-docx is a Japanese one: text without a font was shown in ＭＳ 明朝."""
    defaults = inside(document.styles.element, "docDefaults", "rPrDefault", "rPr")
    assert value(inside(defaults, "rFonts"), "eastAsia") == "仿宋_GB2312"
    assert value(inside(defaults, "lang"), "eastAsia") == "zh-CN"
    assert value(inside(document.settings.element, "themeFontLang"), "eastAsia") == "zh-CN"
    normal = document.styles["Normal"].element
    assert value(inside(normal, "rPr", "rFonts"), "eastAsia") == "仿宋_GB2312"


@given(st.text(st.characters(codec="utf-8"), max_size=60))
@examples(10)
def test_no_word_of_a_unit_is_lost(words: str) -> None:
    """Whatever is written can be read in the document, line by line."""
    form = get_form("zfxxgk-2021")
    material = Material("甲子镇", clean(words))
    problems = ReportText("text.problems", "五", materials=(material,))
    base = empty_report(form)
    texts = {**base.texts, "text.problems": problems}
    document = opened(document_bytes(replace(base, texts=texts)))
    told_lines = [paragraph.text for paragraph in document.paragraphs]
    first = told_lines.index("甲子镇") + 1
    count = len(material.paragraphs)
    assert told_lines[first : first + count] == list(material.paragraphs)


@cache
def empty_report(form: Form) -> Report:
    return county(form)
