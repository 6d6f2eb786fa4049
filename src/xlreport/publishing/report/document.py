"""A report as a Word document that looks as official documents do (GB/T 9704-2012)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from docx.section import Section, _Footer
from docx.shared import Twips
from lxml.etree import _Element as Element

from xlreport.form.model import Table
from xlreport.publishing.report import measures as gb
from xlreport.publishing.report.content import Material, Report, ReportText
from xlreport.publishing.report.elements import (
    Shape,
    element,
    paragraph,
    paragraph_properties,
    run,
    run_properties,
)
from xlreport.publishing.report.tables import TALL, measures_of, table_element
from xlreport.workbook.layout.table import official_table
from xlreport.workbook.writer.xlsxwriter_patches import LANGUAGE

MATERIALS = "（以下为各单位材料，请编写后删去）"
"""The line over what units wrote."""

_LEAD = re.compile(r"（[一二三四五六七八九十]{1,3}）[^。；！？]{1,30}(?:。|$)")
"""How a paragraph begins that is a heading of the second degree."""

_TITLE = Shape("center", indent=0, style="Title")
_CENTRED = Shape("center", indent=0)
_BODY = Shape()
_HEADING = Shape(indent=2, style="Heading1", keep_next=True)
_HEADING_ON_A_NEW_PAGE = Shape(indent=2, style="Heading1", keep_next=True, new_page=True)
_SECOND_HEADING = Shape(indent=2, style="Heading2", keep_next=True)
_MEASURES = Shape("right", indent=0, keep_next=True)

_STYLES = {
    "Normal": (_BODY, gb.BODY),
    "Title": (_CENTRED, gb.TITLE),
    "Heading 1": (Shape(keep_next=True), gb.HEADING),
    "Heading 2": (Shape(keep_next=True), gb.SECOND_HEADING),
}
"""The built-in styles that the document uses, which make its outline."""


def report_document(report: Report) -> DocumentObject:
    """The document of a report."""
    return official_document(body_of(report))


def official_document(parts: Iterable[Element], *, numbered: bool = True) -> DocumentObject:
    """A document of these paragraphs and tables, in the layout of official documents, with or
    without the pages' numbers."""
    document = Document()
    _drop_unused(document)
    _speak_chinese(document)
    for name, (shape, face) in _STYLES.items():
        _redefine(document, name, shape, face)
    (section,) = document.sections
    _lay_out(section)
    if numbered:
        document.settings.odd_and_even_pages_header_footer = True
        _number_pages(section.footer, "right")
        _number_pages(section.even_page_footer, "left")
    end = document.element.body.sectPr
    for part in parts:
        end.addprevious(part)
    return document


# --- what stands in it --------------------------------------------------------------------------


def body_of(report: Report) -> Iterator[Element]:
    """Paragraphs and tables from the notes at the top to the last part."""
    for line in report.warnings:
        yield paragraph([run(line, gb.NOTE)], _BODY, gb.NOTE)
    yield paragraph([run(report.title, gb.TITLE)], _TITLE, gb.TITLE)
    if report.author:
        yield paragraph([run(report.author, gb.AUTHOR)], _CENTRED, gb.AUTHOR)
    yield paragraph([], _BODY, gb.BODY)
    for part in report.parts:
        if isinstance(part, ReportText):
            yield from _text(part)
        else:
            yield from _table(report, part)
    yield paragraph([], _BODY, gb.BODY)


def _text(text: ReportText) -> Iterator[Element]:
    """A text with its heading; what units wrote is marked as to be written anew."""
    yield paragraph([run(text.label, gb.HEADING)], _HEADING, gb.HEADING)
    yield from map(body_paragraph, text.paragraphs)
    if text.note:
        yield _note(text.note)
    if text.materials:
        yield _note(MATERIALS)
        for material in text.materials:
            yield from _material(material)
        if text.silent:
            yield _note(f"（没有写的单位：{'、'.join(text.silent)}）")


def _material(material: Material) -> Iterator[Element]:
    yield paragraph([run(material.unit, gb.SECOND_HEADING)], _SECOND_HEADING, gb.SECOND_HEADING)
    yield from map(body_paragraph, material.paragraphs)


def body_paragraph(words: str) -> Element:
    """A paragraph of running text; （一）… at its beginning is a heading of the second degree."""
    lead = _LEAD.match(words)
    runs = []
    if lead is not None:
        runs.append(run(lead[0], gb.SECOND_HEADING))
    rest = words[lead.end() :] if lead is not None else words
    if rest:
        runs.append(run(rest, gb.BODY))
    return paragraph(runs, _BODY, gb.BODY)


def _note(words: str) -> Element:
    return paragraph([run(words, gb.NOTE)], _BODY, gb.NOTE)


def _table(report: Report, table: Table) -> Iterator[Element]:
    """A table with its heading."""
    is_tall = official_table(table).rows > TALL
    heading = _HEADING_ON_A_NEW_PAGE if is_tall else _HEADING
    yield paragraph([run(table.title, gb.HEADING)], heading, gb.HEADING)
    measures = measures_of(report.form, table)
    if measures:
        yield paragraph([run(measures, gb.BODY)], _MEASURES, gb.BODY)
    yield table_element(table, report.numbers)


# --- how it looks -------------------------------------------------------------------------------


_UNUSED = ("/thumbnail", "/stylesWithEffects", "/customXml")
"""How the relations end of parts that no report needs: a picture of the blank document, styles for
Word 2007, a list of sources."""


def _drop_unused(document: DocumentObject) -> None:
    """Leaves parts of the blank document out from which python-docx starts."""
    for relations in (document.part.package.rels, document.part.rels):
        for name, relation in list(relations.items()):
            if relation.reltype.endswith(_UNUSED):
                del relations[name]


def _speak_chinese(document: DocumentObject) -> None:
    """Language and fonts of whatever somebody adds; the blank document is a Japanese and English
    one."""
    (defaults,) = document.styles.element.iter(qn("w:rPrDefault"))
    properties = run_properties(gb.BODY)
    properties.append(element("lang", val="en-US", eastAsia=LANGUAGE, bidi="ar-SA"))
    defaults[:] = [properties]
    for language in document.settings.element.iter(qn("w:themeFontLang")):
        language.set(qn("w:eastAsia"), LANGUAGE)


def _redefine(document: DocumentObject, name: str, shape: Shape, face: gb.Face) -> None:
    """A built-in style with nothing of what it was before."""
    style = document.styles[name].element
    for old in (*style.findall(qn("w:pPr")), *style.findall(qn("w:rPr"))):
        style.remove(old)
    properties = paragraph_properties(shape, face)
    if name.startswith("Heading"):
        level = int(name[-1]) - 1
        properties.append(element("outlineLvl", val=level))
    style.append(properties)
    style.append(run_properties(face))


def _lay_out(section: Section) -> None:
    """Paper, margins, and the grid of 22 lines."""
    section.page_width, section.page_height = Twips(gb.PAGE_WIDTH), Twips(gb.PAGE_HEIGHT)
    section.top_margin, section.bottom_margin = Twips(gb.TOP), Twips(gb.BOTTOM)
    section.left_margin, section.right_margin = Twips(gb.LEFT), Twips(gb.RIGHT)
    section.footer_distance = Twips(gb.FOOTER)
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    properties.append(element("docGrid", type="lines", linePitch=gb.LINE))


def _number_pages(footer: _Footer, align: str) -> None:
    """The page's number between dashes, one character from the edge of the type area."""
    footer.is_linked_to_previous = False
    shape = Shape(align, indent=0, line=0, free=align, on_grid=False)
    runs = [run("— ", gb.PAGE_NUMBER), *_field("PAGE"), run(" —", gb.PAGE_NUMBER)]
    (old,) = footer.paragraphs
    old._p.addprevious(paragraph(runs, shape, gb.PAGE_NUMBER))
    footer._element.remove(old._p)


def _field(code: str) -> Iterable[Element]:
    """A field that Word works out, in runs as the schema has them."""
    instruction = element("instrText")
    instruction.text = code
    for inside in (
        element("fldChar", fldCharType="begin"),
        instruction,
        element("fldChar", fldCharType="separate"),
    ):
        yield element("r", run_properties(gb.PAGE_NUMBER), inside)
    yield run("1", gb.PAGE_NUMBER)
    yield element("r", run_properties(gb.PAGE_NUMBER), element("fldChar", fldCharType="end"))
